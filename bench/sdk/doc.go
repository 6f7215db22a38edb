// Package sdk holds proof that the LiveKit Go SDK, unmodified, works against a
// running Parley. It is tests only.
package sdk

// Package server starts what is measured, on a core of its own, and says what
// it has used of processor and memory. Parley is started as its operators
// start it, LiveKit with the configuration that suits it best here.
package server

// Package identityfake stands in for Google, Facebook and an OpenID Connect
// provider, in demo mode and tests only. It speaks their protocols over HTTP as
// they do: an authorize page on which a person chooses who they are, codes that
// work once, within a time, for the client and the address they were made for and
// with PKCE's verifier; access tokens; ID tokens signed with a key that it
// publishes; userinfo; discovery.
//
// It knows no store and no page of Parley's, and keeps its people in memory.
package identityfake

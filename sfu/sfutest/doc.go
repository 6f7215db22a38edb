// Package sfutest is a headless client for tests of the media node and of what
// stands in front of it: a Pion peer that speaks the LiveKit client protocol
// over /rtc and /rtc/v1, publishes synthetic sound and pictures, and counts
// what it receives.
//
//	keys := sfutest.Keys{"PKacme": {Tenant: "acme", Secret: []byte("…")}}
//	ann, err := sfutest.Dial(ctx, "ws://127.0.0.1:8080", sfutest.Options{Token: keys.Token("PKacme", sfu.Grant{…})})
//	track, err := ann.Publish(ctx, sfutest.Microphone())
//
// Connect does the same without a socket, straight to anything with a Join.
package sfutest

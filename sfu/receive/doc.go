// Package receive is what a node does with the RTP that comes in on one
// connection, before it is forwarded. A Flow is one connection, a Stream is
// what comes under one SSRC.
//
// A Flow says back what the publisher has to know: when each packet came
// (transport-wide feedback, for its bandwidth estimation), which are missing
// (NACK, RFC 4585), how each stream comes in (reception reports, RFC 3550). It
// puts back in place what is sent again, under the packet's own SSRC or on a
// repair stream (RTX, RFC 4588), and lets each packet through once, however
// often it comes: a packet that was forwarded twice would be encrypted twice
// under one number.
//
// Everything runs in the goroutine that brings the packet. Beside it there is
// one timer a connection, which is set only while there is something to say.
// Nothing is allocated for a packet of a stream that is attached.
//
// The package knows packets and numbers; never tracks, rooms, people or
// sockets.
package receive

// Package forward is the path of a media packet through a node: one published
// Track, with a Layer for each stream that its publisher sends of it, and a Sub
// for each person who receives it.
//
// The goroutine that reads a layer calls Layer.Write with what has come in; Write calls
// every Sub in turn. No lock is held over that fan-out, no goroutine is started
// for a packet, and nothing is allocated. What a subscriber sees is one
// unbroken stream, whatever the publisher's layers do: sequence numbers,
// timestamps and VP8's picture ids are shifted by offsets that stay the same for
// a segment. A new one begins at a key frame, when the layer changes, and where
// packets are left out: frames of higher temporal layers, and the higher spatial
// layers that VP9 and AV1 have inside of one stream.
//
// Packets are kept once a layer, in a ring. A NACK is answered from it on a
// repair stream (RTX, RFC 4588), whose packets have numbers of their own; for
// audio, and clients without RTX, with the very bytes that were sent before:
// under AES-GCM a sequence number must never carry two different plaintexts or
// headers. A newcomer starts from it too: a key frame is asked for when they
// join, and by the time that their connection is up, it and what has come since
// are there.
//
// All tracks of a subscriber share a Path. It numbers their packets, learns from
// what the client reports how much the way carries, bounds what is sent again,
// and looks for more room with padding.
package forward

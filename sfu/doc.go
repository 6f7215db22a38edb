// Package sfu is Parley's media node: it takes people into rooms, forwards
// what they send to each other, and ends a meeting when its time is up.
//
// It speaks the LiveKit client protocol. A web tier upgrades a socket, parses
// the request with [ParseHello] and hands both to [Node.Join], which blocks
// until the person has left:
//
//	Join → token → room (limits, one lock) → peer (one goroutine of its own)
//	     → negotiate → publish / subscribe → forward
//
// What the package knows: tokens, rooms, people, limits, packets. What it must
// never know: organizations, plans, money, databases, HTTP. Limits come in from
// outside with [Node.SetLimits]; what happened goes out through Config.Emit.
//
// Who holds what:
//
//   - A room's mutex guards its people, tracks and limits. Nothing is sent,
//     negotiated or emitted under it.
//   - A peer is one goroutine that runs the jobs in its inbox: signalling
//     messages, callbacks of its peer connections, news of the room. All state
//     of a peer that is not atomic belongs to that goroutine, so there is no
//     lock to take and no order to get wrong.
//   - Media does not pass through it: the goroutine that reads a published
//     track writes to its subscribers, from a copy-on-write list.
package sfu

// Package turn is the way to the media node for people whose network lets
// neither UDP nor plain TCP through: a TURN server (RFC 8656) on UDP, TCP and
// TLS, which looks like any web site from outside when it listens on 443.
//
// It is no relay for the world. [Server] relays to the media sockets of its own
// node and to nothing else, whatever their addresses are: the table of [Peer]
// is looked up by address and port for each packet, so there is no list of
// forbidden networks that could have a hole. Who may relay at all is told by
// [Server.Admit] and ends with [Server.Dismiss], which the node calls when a
// person comes and leaves: credentials work for one person's stay, and not a
// second longer.
//
// What the package knows: sockets, credentials, quotas. What it must never
// know: rooms, tokens, signalling. The goroutines of a server end with
// [Server.Close]; each client on TCP and each allocation has one.
//
// [Mapped] asks a STUN server (RFC 8489) what address this machine has from
// outside.
package turn

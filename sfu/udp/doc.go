// Package udp carries all peer connections of a node over a few UDP sockets:
// one a local address, on one port. [Mux] is the ice.UDPMux of the node.
//
// In: one goroutine a socket reads datagrams in batches and hands each to the
// connection that it belongs to, without allocating and without a goroutine a
// packet. Where a datagram belongs to is known by the address that it comes
// from, once ICE has validated that address. An address is validated by the
// answer to its binding request: the agent answers only what carries the
// password of the session. Until then nothing but binding requests passes, so
// no stranger gets a DTLS handshake, and a flood of requests for one connection
// is cut off without touching any other's. A binding request always goes where its user name
// says, also from an address that is known: after an ICE restart, or a new
// session from the same port, it moves the address to the new connection.
//
// Out: a write goes to the kernel at once, unless somebody holds the mux. Then
// it waits in a queue until [Mux.Release], which sends everything with as few
// system calls as the platform allows: on Linux one sendmmsg for many
// destinations, and one segmented datagram (UDP GSO) for a run of packets to
// the same one. There is no timer and nothing waits longer than the work that
// it is held for. What a connection writes leaves in the order it was written.
//
// The package knows addresses, ICE user names and bytes; never what is in a
// packet beyond its first octets, and never rooms or people.
package udp

// Package secure is SRTP as the node does it itself: the keys of a connection,
// and the sealing of the packets that it sends.
//
// [Handshake] learns a connection's keys without being in the way of its DTLS
// handshake, which stays Pion's: the master secret is what DTLS hands to its key
// log, random number and protection profile stand in the clear in the server's
// hello. From these follow the same master keys that Pion exports (RFC 5705,
// RFC 5764). Where something of it is not to be had, the connection's media goes
// Pion's way.
//
// [Sealer] has the session keys of one direction (RFC 3711, section 4.3), and
// [Stream] seals the packets of one SSRC straight into the buffer that leaves: by
// AES-GCM (RFC 7714), or by AES in counter mode with HMAC-SHA1 for clients that have
// nothing else (RFC 3711, section 4). [Opener] opens what a client sends, under
// both; [Reports] opens its RTCP, under AES-GCM. None of them allocates anything for
// a packet.
//
// A SSRC is sealed by one Stream for its whole life, or by somebody else for its
// whole life. Under AES-GCM, two packets with one number and different contents
// give their plaintexts away, and the key that proves where they come from.
//
// The package never sends, never logs, and knows nothing of rooms or people.
// Keys say nothing of themselves when they are printed.
package secure

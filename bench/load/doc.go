// Package load is a client of the LiveKit protocol that costs as little as a
// client on Pion can: it publishes synthetic sound and pictures, counts what
// it receives, and answers as a browser would (receiver reports, NACK,
// transport feedback or REMB, whichever was negotiated), so that a server that
// is measured with it does all of its work.
//
// It speaks /rtc (two connections) and /rtc/v1 (one), and knows nothing of the
// server it talks to.
package load

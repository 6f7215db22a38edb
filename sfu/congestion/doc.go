// Package congestion says how much one subscriber's way can carry. It is the
// sending side of transport-wide congestion control: Sent numbers and remembers
// what was sent, an Estimator compares that with what the receiver reports and
// gives a target bitrate.
//
// The estimate follows the ideas of Google Congestion Control
// (draft-ietf-rmcat-gcc-02): it falls when a queue builds up on the way or when
// much is lost, and grows while neither is the case and what it allows is made
// use of. In place of the gradient between single packets it looks at the
// lowest delay of the latest packets: a jitter of many milliseconds moves
// gradients, but hardly the lowest of ten.
//
// The package is pure: it opens nothing, starts nothing, and is handed the
// time. It knows nothing of tracks.
package congestion

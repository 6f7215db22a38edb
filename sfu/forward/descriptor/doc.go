// Package descriptor reads the dependency descriptor, the RTP header extension
// by which AV1 says what a packet's frame is and depends on ("RTP Payload
// Format For AV1", version 1.0, appendix A).
//
// It owns the bits: parsing, and telling receivers which decode targets are
// left. It never decides what is forwarded, and keeps nothing but the structure
// that a key frame brings, which later descriptors cannot be read without.
package descriptor

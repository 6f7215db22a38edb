// Package floor is what forwarding costs at least: it encrypts every packet
// for every receiver with AES-128-GCM and gives it to the kernel, and does
// nothing else. A server cannot be cheaper on this machine and this kernel
// without sending several packets by one call, which is the second floor: UDP
// GSO on the packets of a frame.
package floor

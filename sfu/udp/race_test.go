//go:build race

package udp

// underRace: the race detector makes pools forget.
const underRace = true

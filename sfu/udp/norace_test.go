//go:build !race

package udp

const underRace = false

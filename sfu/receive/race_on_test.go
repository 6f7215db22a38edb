//go:build race

package receive

// underRace: the race detector makes pools forget.
const underRace = true

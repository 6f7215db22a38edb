//go:build !race

package receive

const underRace = false

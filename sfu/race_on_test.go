//go:build race

package sfu_test

// manyJoins is a tenth of what the test without the race detector does: with it,
// each handshake takes many times as long.
const manyJoins = 100

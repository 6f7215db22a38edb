//go:build !race

package sfu_test

const manyJoins = 1000

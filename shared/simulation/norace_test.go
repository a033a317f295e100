//go:build !race

package simulation

const seeds = 100

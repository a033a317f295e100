//go:build !race

package simulation

const (
	// seeds are those that everything is looked at in.
	seeds = 100
	// guarded are those in which Omie takes a code twice, and all guards are in.
	guarded = 30
	// compared are those in which we are compared.
	compared = 30
)

//go:build race

package simulation

// seeds are fewer under the race detector, which is ten times slower; what it
// looks for, it finds in these.
const seeds = 40

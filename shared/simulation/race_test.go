//go:build race

package simulation

// They are fewer under the race detector, which is ten times slower; what it
// looks for, it finds in these.
const (
	seeds    = 12
	guarded  = 6
	compared = 10
)

//go:build race

package simulation

// They are fewer under the race detector, which is ten times slower: a simulated world
// runs in one goroutine, and only what runs several at a time is looked for here.
const (
	raced = true
	seeds = 4
)

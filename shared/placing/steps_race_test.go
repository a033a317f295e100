//go:build race

package placing_test

// The transition function runs in one goroutine: under the race detector it is only
// slower.
const steps = 8_000

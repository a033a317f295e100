//go:build !race

package placing_test

// steps are the random events of all lives together.
const steps = 200_000

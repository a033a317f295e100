// Package proctest is for tests that start other processes, or stop what others call.
package proctest

import "testing"

// Starts leaves the test out of `go test -short`, with which `make check` runs: it starts
// processes, and takes seconds or needs more than Go.
func Starts(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts processes: make test runs it")
	}
}

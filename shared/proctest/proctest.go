// Package proctest is for tests that start other processes, or stop what others call.
package proctest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Starts leaves the test out of `go test -short`, with which `make check` runs: it starts
// processes, and takes seconds or needs more than Go.
func Starts(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("it starts processes: make test runs it")
	}
}

// Environ is what a user's process has around it: without GOGC, by which make buys the
// tests' own speed with memory that serve has promised not to take.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GOGC=") })
}

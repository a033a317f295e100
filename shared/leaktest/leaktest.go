// Package leaktest fails a package's tests if a goroutine outlives them.
package leaktest

import (
	"fmt"
	"os"
	"time"

	"go.uber.org/goleak"

	"github.com/carimbo/carimbo/shared/clocktest"
)

// Main runs the tests and exits. After tests that passed it waits for goroutines
// that are ending: goleak itself gives them half a second, in which a busy machine
// may not come to them.
func Main(m goleak.TestingM) {
	code := m.Run()
	if code == 0 {
		if err := wait(goleak.Find, time.Now, clocktest.Hang); err != nil {
			fmt.Fprintln(os.Stderr, "a goroutine outlives the tests:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// wait looks until it finds none, and returns what it found last.
func wait(find func(...goleak.Option) error, now func() time.Time, limit time.Duration) error {
	for began := now(); ; {
		err := find()
		if err == nil || now().Sub(began) >= limit {
			return err
		}
	}
}

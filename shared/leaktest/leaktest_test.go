package leaktest

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/carimbo/carimbo/shared/clocktest"
)

func TestAGoroutineHasTimeToEndAndNotForEver(t *testing.T) {
	leak := errors.New("a leak")
	for endsAfter, want := range map[int]error{0: nil, 9: nil, 1000: leak} {
		c := clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
		looks := 0
		find := func(...goleak.Option) error {
			c.Pass(time.Second)
			if looks++; looks > endsAfter {
				return nil
			}
			return leak
		}
		if err := wait(find, c.Now, time.Minute); !errors.Is(err, want) || looks > 61 {
			t.Errorf("one that ends after %d looks: %v after %d", endsAfter, err, looks)
		}
	}
}

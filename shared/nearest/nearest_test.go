package nearest_test

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/nearest"
)

func TestDistanceCountsLettersToChange(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 2}, {"kitten", "sitting", 3}, {"é", "e", 1}} {
		if got := nearest.Edits(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, not %d", c.a, c.b, got, c.want)
		}
	}
}

func TestOnlyWhatMayHaveBeenMeantIsAskedFor(t *testing.T) {
	allowed := []string{"services", "customer", "os"}
	for name, want := range map[string]string{
		"servics": " (did you mean {services}?)", "CUSTOMER": " (did you mean {customer}?)", "preço": "", "so": "", "": "",
		strings.Repeat("services", 1000): "",
	} {
		if got := nearest.Question(name, allowed, "{%s}"); got.String() != want {
			t.Errorf("%.20q: %q, want %q", name, got, want)
		}
	}
}

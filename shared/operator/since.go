package operator

import (
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// Since is the time that a person names: a day (2026-11-21), a time (2026-11-21T12:00:00Z), or
// how long ago it is (24h, 7d). It is zero for an empty text, and false for one that names
// none. A day is the merchant's.
func Since(text string, now time.Time) (at time.Time, ok bool) {
	if text == "" {
		return time.Time{}, true
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, order.SaoPaulo()); err == nil {
		return at, true
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	if days, is := strings.CutSuffix(text, "d"); is {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), true
		}
	}
	ago, err := time.ParseDuration(text)
	return now.Add(-ago), err == nil && ago >= 0
}

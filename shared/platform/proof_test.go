package platform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func TestTheTimeOfPaymentDecidesOverTheNameOfAStatus(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 4, 0, 0, time.UTC)
	absent, empty, soon := loose.Stated{}, loose.Stated{There: true}, loose.Stated{Text: "soon", There: true}
	const paid, reversed, neither = platform.Paid, platform.Reversed, platform.Neither
	for _, c := range []struct {
		name               string
		at                 time.Time
		fields             []loose.Stated
		cancelled, unnamed platform.Status
	}{
		{"paid", at, []loose.Stated{absent, soon}, reversed, paid},
		{"never paid", time.Time{}, []loose.Stated{empty, empty}, neither, neither},
		{"never paid, by one of the fields", time.Time{}, []loose.Stated{absent, empty}, neither, neither},
		{"not told", time.Time{}, []loose.Stated{absent, absent}, reversed, neither},
		{"told, and not to be read", time.Time{}, []loose.Stated{empty, soon}, reversed, neither},
		{"no fields", time.Time{}, nil, reversed, neither},
	} {
		p := platform.ProofBy(c.at, c.fields...)
		if p.Cancelled() != c.cancelled || p.Unnamed() != c.unnamed {
			t.Errorf("%s: cancelled is %s, a name that is not known %s", c.name, p.Cancelled(), p.Unnamed())
		}
	}
}

func TestOnlyAnAmountIsZero(t *testing.T) {
	for text, want := range map[loose.Text]bool{"0": true, "0.00": true, "-0": true, "": false, "free": false, "0.01": false, "-1": false} {
		if got := platform.IsZero(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

func TestAGiftCardIsRefusedByItsNameUnlessCreated(t *testing.T) {
	for setting, refused := range map[string]bool{"": true, "refuse": true, "create": false} {
		reason, got := order.AsRejection(platform.Settings{GiftCards: setting}.CheckGiftCard("line_items[2]"))
		if got != refused || got && (reason.Kind != order.Unsupported || !strings.HasPrefix(reason.Message.String(), "line_items[2] is a gift card")) {
			t.Errorf("%q: %+v", setting, reason)
		}
	}
}

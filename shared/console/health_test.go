package console_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/words"
)

func TestHealthShowsHoursAccountsCausesAndSilence(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.keep(few()...)
	s.keep(ledger.Entry{OrderID: "HP10", State: ledger.Accepted, ReceivedAt: noon.Add(-26 * time.Hour)})
	// One every hour, and then nothing.
	for i := range 12 {
		s.keep(ledger.Entry{Key: "cursos#S" + string(rune('a'+i)), OrderID: "S", State: ledger.Created, ERPID: "7", ReceivedAt: noon.AddDate(0, 0, -2).Add(time.Duration(i) * time.Hour), CreatedAt: noon.AddDate(0, 0, -2).Add(time.Duration(i) * time.Hour)})
	}
	if err := s.ledger.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: noon.Add(time.Hour), Why: words.Plain("app key revoked"), Since: noon.Add(-time.Hour), Strikes: 1}); err != nil {
		t.Fatal(err)
	}
	b := s.opened()
	got := b.get("/?tab=health&lang=en")
	for _, want := range []string{
		"accepted: 16", "created: 12", "The oldest order that goes on by itself has waited for 26 h.",
		"estudio alfa refused", "Alfa refuses its key, or a permission is missing: app key revoked",
		"Ending the rest lets the orders that wait for it go on", "End the rest of estudio",
		"rejected product not mapped 1 no service for the SKU CURSO-X", "uncertain needs a person 1",
	} {
		if !strings.Contains(got.text(), want) {
			t.Errorf("no %q in %s", want, got.text())
		}
	}
	if n := strings.Count(got.body, `<rect class="accepted"`); n < 3 || strings.Contains(got.body, "style=") {
		t.Errorf("%d bars, or a style of its own", n)
	}
	resumed := b.post("/account/resume?lang=en&name=estudio", nil)
	if lane, err := s.ledger.Lane(t.Context(), "estudio"); err != nil || lane.Refused() || !strings.Contains(resumed.text(), "Account estudio rests no more.") || !strings.Contains(resumed.body, `id="accounts"`) {
		t.Errorf("%+v %v: %s", lane, err, resumed.text())
	}
	if got := b.post("/account/resume?lang=en&name=estudo", nil); !strings.Contains(got.text(), "Nothing was done: there is no such account: do you mean estudio?") {
		t.Errorf("%s", got.text())
	}
	if got := b.get("/?tab=health"); !strings.Contains(got.text(), "Contas do ERP") {
		t.Errorf("%s", got.text())
	}
}

func TestASilentConnectionIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for i := range 12 {
		s.keep(ledger.Entry{Key: "cursos#S" + string(rune('a'+i)), OrderID: "S", State: ledger.Created, ERPID: "7", CreatedAt: noon, ReceivedAt: noon.AddDate(0, 0, -1).Add(time.Duration(i) * time.Hour)})
	}
	if got := s.opened().get("/?tab=health&lang=en"); !strings.Contains(got.text(), "cursos: nothing has come for 13 h; the longest before was 60 min") && !regexp.MustCompile(`cursos: nothing has come for \d+ h; the longest before was 1 h`).MatchString(got.text()) {
		t.Errorf("%s", got.text())
	}
}

// listing is a ledger that lists what was ignored.
type listing struct {
	*memory.Ledger
	calls []ledger.Ignored
}

func (l listing) Ignored(context.Context) ([]ledger.Ignored, error) { return l.calls, nil }

func TestIgnoredAndRefusedCallsHaveATabOfTheirOwn(t *testing.T) {
	t.Parallel()
	l := listing{Ledger: memory.New()}
	for i := range 150 {
		l.calls = append(l.calls, ledger.Ignored{At: noon.Add(-time.Duration(i) * time.Minute), Connection: "cursos", Platform: "hotmart", Topic: "PURCHASE_CANCELED", OrderID: hostile, Why: "not_paid"})
	}
	l.calls[149].Connection, l.calls[149].Why = "loja", "test"
	s := newShop(t, func(s *shop) {
		s.ledger = l
		s.opts.Refused = func() []console.RefusedCalls { return []console.RefusedCalls{{"cursos", "signature", 12}} }
	})
	b := s.opened()
	first, second := b.get("/?tab=ignored&lang=en"), b.get("/?tab=ignored&lang=en&page=1")
	if n := strings.Count(first.body, `data-why="not_paid"`); n != 100 || !strings.Contains(first.body, `id="next"`) {
		t.Errorf("%d on the first page", n)
	}
	if n := strings.Count(second.body, "<tr data-why"); n != 51 || strings.Contains(second.body, `id="next"`) || !strings.Contains(second.text(), "it is a test order") {
		t.Errorf("%d on the second page: %s", n, second.text())
	}
	if !strings.Contains(first.text(), "cursos the signature or token is wrong") || strings.Contains(first.body, "<script>alert") {
		t.Errorf("%s", first.text())
	}
	if got := b.get("/?tab=ignored&lang=en&connection=loja"); strings.Count(got.body, "<tr data-why") != 2 {
		t.Errorf("%s", got.text())
	}
	if got := b.get("/?tab=ignored&page=9999999"); got.status != 200 {
		t.Errorf("%d", got.status)
	}
	if got := newShop(t).opened().get("/?tab=ignored&lang=en"); !strings.Contains(got.text(), "CloudWatch counts them") {
		t.Errorf("where nobody lists them: %s", got.text())
	}
}

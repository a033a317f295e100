package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

func TestOrdersAreShownAsPeopleReadThem(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		for name, args := range map[string][]string{
			"list.txt":            {"list"},
			"list-mine.txt":       {"list", "--mine"},
			"list-kind.txt":       {"list", "--state", "rejected", "--kind", "mapping", "--connection", "cursos"},
			"list-empty.txt":      {"list", "--kind", "quantity"},
			"show-created.txt":    {"show", "cursos#HP01"},
			"show-rejected.txt":   {"show", "cursos#HP02"},
			"show-waiting.txt":    {"show", "cursos#HP03"},
			"show-uncertain.txt":  {"show", "cursos#HP04"},
			"show-parked.txt":     {"show", "cursos#HP05"},
			"show-found.txt":      {"show", "cursos#HP06"},
			"show-hostile.txt":    {"show", "cursos#HP09"},
			"show-reversed.txt":   {"show", "cursos#HP21"},
			"show-changed.txt":    {"show", "cursos#HP22"},
			"list.json":           {"list", "--json"},
			"list-empty.json":     {"list", "--json", "--kind", "quantity"},
			"show-created.json":   {"show", "cursos#HP01", "--json"},
			"show-uncertain.json": {"show", "cursos#HP04", "--json"},
			"show-hostile.json":   {"show", "cursos#HP09", "--json"},
			"show-changed.json":   {"show", "cursos#HP22", "--json"},
		} {
			t.Run(name, func(t *testing.T) {
				got := typeIn(t, slices.Concat([]string{"orders"}, args, b.flags())...)
				if got.code != exitDone || got.errors != "" {
					t.Fatalf("exit code %d: %s", got.code, got.errors)
				}
				if strings.HasSuffix(name, ".json") && !json.Valid([]byte(got.out)) {
					t.Errorf("not JSON: %s", got.out)
				}
				if bad := strings.IndexFunc(got.out, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); bad >= 0 {
					t.Errorf("%q would steer a terminal", got.out[bad:bad+4])
				}
				golden(t, name, got.out)
			})
		}
	})
}

func TestJSONHasExactlyTheFieldsOfTheContract(t *testing.T) {
	contract := []string{"key", "connection", "platform", "order_id", "store_number", "total", "currency", "customer", "erp",
		"account", "state", "code", "erp_id", "erp_number", "found", "attempts", "reason", "next_attempt_at", "reversed_at",
		"received_at", "updated_at", "created_at"}
	whole := true
	full := listed{Key: "k", Connection: "c", Platform: "p", OrderID: "o", StoreNumber: "n", Total: "1.00", Currency: "BRL",
		Customer: "H.", ERP: "omie", Account: "a", State: ledger.Created, Code: "c", ERPID: "1", ERPNumber: "2", Found: &whole,
		Attempts: 1, Reason: &order.Reason{Kind: order.Lane}, NextAttemptAt: noon, ReversedAt: noon, ReceivedAt: noon, UpdatedAt: noon, CreatedAt: noon}
	if diff := cmp.Diff(slices.Sorted(slices.Values(contract)), fields(t, full)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	entry := shown{full, []attempt{}}
	if diff := cmp.Diff(slices.Sorted(slices.Values(append(contract, "timeline"))), fields(t, entry)); diff != "" {
		t.Errorf("show (-want +got):\n%s", diff)
	}
	least := []string{"attempts", "connection", "key", "order_id", "platform", "state"}
	if diff := cmp.Diff(least, fields(t, list(ledger.Entry{}))); diff != "" {
		t.Errorf("absent values are there (-want +got):\n%s", diff)
	}
}

func fields(t *testing.T, v any) []string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(b, &object); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(object))
}

func TestTheNextAttemptIsWhenTheOrderGoesOnByItself(t *testing.T) {
	lease, until := noon.Add(time.Minute), noon.Add(time.Hour)
	for state, want := range map[ledger.State]time.Time{
		ledger.Accepted: lease, ledger.Creating: lease, ledger.Waiting: until, ledger.Uncertain: until,
		ledger.Created: {}, ledger.Rejected: {},
	} {
		if got := nextAttempt(ledger.Entry{State: state, Lease: lease, Until: until}); !got.Equal(want) {
			t.Errorf("%s: %s, not %s", state, got, want)
		}
	}
}

func TestFoundIsSaidOfEveryCreatedOrderAndOfNoOther(t *testing.T) {
	for _, state := range ledger.States() {
		got := list(ledger.Entry{State: state}).Found
		if (got != nil) != (state == ledger.Created) {
			t.Errorf("%s: %v", state, got)
		}
	}
}

func TestAnUnknownKeyComesWithThoseThatWereMeant(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		for key, want := range map[string]string{
			"cursos#HP1":  "carimbo: cursos#HP1: there is no such order: do you mean cursos#HP10",
			"hp04":        "carimbo: hp04: there is no such order: do you mean cursos#HP04?\n",
			"curos#HP05":  "do you mean cursos#HP05",
			"shop#77":     "carimbo: shop#77: there is no such order: a key is connection#order, and carimbo orders list shows them all\n",
			"\x1b[2Jhp04": `carimbo: \u001b[2Jhp04: there is no such order`,
		} {
			for _, verb := range [][]string{{"show"}, {"retry"}, {"resolve", "--created", "1"}} {
				got := typeIn(t, slices.Concat([]string{"orders"}, verb, []string{key}, b.flags())...)
				if got.code != exitFailed || !strings.Contains(got.errors, want) || got.out != "" {
					t.Errorf("%s %s: %+v", verb[0], key, got)
				}
			}
		}
	})
}

func TestDistanceCountsLettersToChange(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 2}, {"kitten", "sitting", 3}, {"é", "e", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, not %d", c.a, c.b, got, c.want)
		}
	}
}

// What the store did later is no state of its own, and still somebody's to do.
func TestAnOrderReversedOrChangedLaterIsToldApart(t *testing.T) {
	created := ledger.Entry{State: ledger.Created, CreatedAt: noon}
	with := func(change func(*ledger.Entry)) ledger.Entry { e := created; change(&e); return e }
	changed := func(at time.Time, became ledger.State) []ledger.Attempt {
		return []ledger.Attempt{{At: at, Did: "newer_contents", Became: became}, {At: at, Did: "look_up", Became: became}}
	}
	for name, c := range map[string]struct {
		is   ledger.Entry
		want string
	}{
		"created":            {created, ""},
		"reversed":           {with(func(e *ledger.Entry) { e.ReversedAt = noon }), "reversed later"},
		"changed":            {with(func(e *ledger.Entry) { e.Timeline = changed(noon.Add(time.Hour), ledger.Created) }), "changed later"},
		"changed while sent": {with(func(e *ledger.Entry) { e.Timeline = changed(noon, ledger.Created) }), "changed later"},
		"both": {with(func(e *ledger.Entry) {
			e.ReversedAt, e.Timeline = noon, changed(noon, ledger.Created)
		}), "reversed later"},
		"mended before":                      {with(func(e *ledger.Entry) { e.Timeline = changed(noon.Add(-time.Hour), ledger.Waiting) }), ""},
		"changed before it was created anew": {with(func(e *ledger.Entry) { e.Timeline = changed(noon.Add(-time.Hour), ledger.Created) }), ""},
		"rejected as reversed":               {ledger.Entry{State: ledger.Rejected, ReversedAt: noon}, ""},
		"uncertain":                          {ledger.Entry{State: ledger.Uncertain, ReversedAt: noon, Timeline: changed(noon, ledger.Uncertain)}, ""},
	} {
		if got := late(c.is); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAConnectionThatIsNotConfiguredIsSaidToBe(t *testing.T) {
	t.Chdir(t.TempDir())
	file := write(t, "c.yaml", goodConnections)
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		const said = "carimbo: no connection nope is configured in "
		for _, c := range []struct {
			args []string
			want string
		}{
			{[]string{"list", "--connection", "nope", "--connections", file}, said + file + ", which has cursos\n"},
			{[]string{"list", "--connection", "nope", "--json", "--connections", file}, said + file + ", which has cursos\n"},
			{[]string{"retry", "--connection", "nope", "--connections", file}, said + file + ", which has cursos\n"},
			{[]string{"list", "--connection", "nope", "--connections", "nowhere.yaml"}, ""},
			{[]string{"list", "--connection", "nope", "--connections", write(t, "bad.yaml", "erps: 1\n")}, ""},
			{[]string{"list", "--connection", "cursos", "--kind", "quantity", "--connections", file}, ""},
			// Orders of a connection that was removed are still listed.
			{[]string{"list", "--connection", "cursos", "--connections", write(t, "other.yaml", strings.Replace(goodConnections, "cursos:", "outra:", 1))}, ""},
		} {
			got := typeIn(t, slices.Concat([]string{"orders"}, c.args[:1], b.flags(), c.args[1:])...)
			if got.code != exitDone || got.errors != c.want || got.out == "" {
				t.Errorf("%v: %+v", c.args, got)
			}
		}
	})
}

// A time without its zone is another time elsewhere.
func TestTheZoneOfATablesTimesIsNamed(t *testing.T) {
	dir := tell(t)
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		zone       *time.Location
		now        time.Time
		label, row string
	}{
		{time.UTC, noon, "UTC+00:00", "2026-11-21 14:00:00"},
		{order.SaoPaulo(), noon, "UTC-03:00", "2026-11-21 11:00:00"},
		{newYork, noon, "UTC-05:00", "2026-11-21 09:00:00"},
		// One name is right for times from both sides of a change of the clocks.
		{newYork, noon.AddDate(0, 8, 0), "UTC-04:00", "2026-11-21 10:00:00"},
	} {
		for _, args := range [][]string{{"list"}, {"show", "cursos#HP01"}} {
			var out, errs bytes.Buffer
			console := at(c.now, "", &out, &errs)
			console.zone = c.zone
			console.run(t.Context(), slices.Concat([]string{"orders"}, args, []string{"--data", dir}))
			if strings.Count(out.String(), "("+c.label+")") != 1 || !strings.Contains(out.String(), c.row) {
				t.Errorf("%s: %v: %s", c.zone, args, out.String())
			}
		}
	}
}

package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
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
			"list-empty.txt":      {"list", "--connection", "nobody"},
			"show-created.txt":    {"show", "cursos#HP01"},
			"show-rejected.txt":   {"show", "cursos#HP02"},
			"show-waiting.txt":    {"show", "cursos#HP03"},
			"show-uncertain.txt":  {"show", "cursos#HP04"},
			"show-parked.txt":     {"show", "cursos#HP05"},
			"show-found.txt":      {"show", "cursos#HP06"},
			"show-hostile.txt":    {"show", "cursos#HP09"},
			"list.json":           {"list", "--json"},
			"list-empty.json":     {"list", "--json", "--connection", "nobody"},
			"show-created.json":   {"show", "cursos#HP01", "--json"},
			"show-uncertain.json": {"show", "cursos#HP04", "--json"},
			"show-hostile.json":   {"show", "cursos#HP09", "--json"},
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

func TestWhetherAnOrderCanBeLookedUpIsItsAccounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "connections.yaml")
	if err := os.WriteFile(path, []byte(`
erps:
  cega: { kind: sensio, base_url: "https://sensio.example/api", headers: { Authorization: "Bearer {app_secret}" }, sale: { type: Venda }, items: { "*": { productId: p1 } } }
  loja: { kind: sensio, base_url: "https://sensio.example/api", headers: { Authorization: "Bearer {app_secret}" }, sale: { type: Venda }, items: { "*": { productId: p1 } },
          lookup: { path: "/sales?orig={orig}&origId={origId}", rows: response, id: id } }
connections:
  um: { platform: generic, erp: cega, since: 2026-11-01 }
`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &console{connections: path}
	for _, k := range []struct {
		kind, account string
		want          bool
	}{
		{"omie", "estudio", true}, {"sensio", "loja", true}, {"sensio", "cega", false}, {"", "", false},
		// Whether one that nobody knows here can, its worker finds out.
		{"sensio", "gone", true},
	} {
		if got := c.canLookUp(ledger.Entry{ERP: k.kind, Account: k.account}); got != k.want {
			t.Errorf("%s %s: %v", k.kind, k.account, got)
		}
	}
}

func TestOnlyOmieShowsACode(t *testing.T) {
	for kind, want := range map[string]bool{"omie": true, "sensio": false, "": false} {
		if got := list(ledger.Entry{ERP: kind, Reference: erp.Reference{Code: "abc"}}).Code != ""; got != want {
			t.Errorf("%q has a code: %v", kind, got)
		}
	}
}

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// withIgnored is a told data folder where calls were ignored as well.
func withIgnored(t *testing.T) string {
	t.Helper()
	dir := tell(t)
	l, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	before := func(d time.Duration) time.Time { return noon.Add(-d) }
	if err := l.AddIgnored(t.Context(), []ledger.Ignored{
		{At: before(4 * time.Hour), Connection: "cursos", Platform: "hotmart", Topic: "PURCHASE_BILLET_PRINTED", OrderID: "HP90", StoreNumber: "HP90", Why: "not_paid"},
		{At: before(3 * time.Hour), Connection: "loja", Platform: "shopify", Topic: "orders/create", OrderID: "820982911946154508", StoreNumber: "#4127", Why: "not_paid"},
		{At: before(2 * time.Hour), Connection: "loja", Platform: "shopify", Topic: "orders/paid", OrderID: "820982911946154508", StoreNumber: "#4127", Why: "before_since"},
		{At: before(time.Hour), Connection: "cursos", Platform: "hotmart", Topic: "PURCHASE_APPROVED", OrderID: "HP91", StoreNumber: "HP91", Why: "test"},
		{At: before(time.Hour), Connection: "cursos", Platform: "hotmart", Topic: "PURCHASE_APPROVED", OrderID: "HP92", StoreNumber: "HP92", Why: "zero"},
		{At: before(time.Minute), Connection: "cursos", Platform: "hotmart", Topic: "evil\x1b[2J", Why: "not_paid"},
	}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestIgnoredCallsAreListedWithTheirReasons(t *testing.T) {
	dir := withIgnored(t)
	for name, args := range map[string][]string{
		"ignored.txt":      {},
		"ignored-one.txt":  {"--connection", "loja"},
		"ignored.json":     {"--json"},
		"ignored-one.json": {"--connection", "loja", "--json"},
	} {
		t.Run(name, func(t *testing.T) {
			got := typeIn(t, slices.Concat([]string{"orders", "list", "--ignored", "--data", dir}, args)...)
			if got.code != exitDone || got.errors != "" {
				t.Fatalf("exit code %d: %s", got.code, got.errors)
			}
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(got.out)) {
				t.Errorf("not JSON: %s", got.out)
			}
			if strings.IndexFunc(got.out, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }) >= 0 {
				t.Errorf("it would steer a terminal: %q", got.out)
			}
			golden(t, name, got.out)
		})
	}
	none := tell(t)
	if got := typeIn(t, "orders", "list", "--ignored", "--data", none); got.out != "Nothing was ignored.\n" || got.code != exitDone {
		t.Errorf("%+v", got)
	}
	if got := typeIn(t, "orders", "list", "--ignored", "--json", "--data", none); got.out != "[]\n" || got.code != exitDone {
		t.Errorf("%+v", got)
	}
}

func TestAListOfIgnoredCallsRefusesOtherFilters(t *testing.T) {
	dir := withIgnored(t)
	for _, args := range [][]string{{"--mine"}, {"--state", "created"}, {"--kind", "mapping"}} {
		got := typeIn(t, slices.Concat([]string{"orders", "list", "--ignored", "--data", dir}, args)...)
		if got.code != exitUsage || !strings.Contains(got.errors, "it takes --connection and --since alone") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	for _, args := range [][]string{{"--since", "90m"}, {"--limit", "3"}} {
		got := typeIn(t, slices.Concat([]string{"orders", "list", "--ignored", "--data", dir}, args)...)
		if got.code != exitDone || !strings.Contains(got.out, "3 ignored calls.") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	got := typeIn(t, "orders", "list", "--ignored", "--stack", "carimbo-prod")
	if got.code != exitUsage || !strings.Contains(got.errors, `/carimbo/carimbo-prod/webhook`) || !strings.Contains(got.errors, `filter message = "webhook ignored"`) {
		t.Errorf("a stack: %+v", got)
	}
}

func TestWhoAsksForAnIgnoredOrderHearsWhy(t *testing.T) {
	dir := withIgnored(t)
	const said = "it was ignored, and is no order of the ledger: on 2026-11-21 10:00 (UTC-03:00) connection loja got orders/paid of it, and it was paid before the connection's since: in connections.yaml\n"
	for _, typed := range []string{"4127", "#4127", "loja#4127", "loja#820982911946154508", "820982911946154508"} {
		for _, verb := range [][]string{{"show"}, {"show", "--json"}, {"retry"}, {"resolve", "--created", "1"}} {
			got := typeIn(t, slices.Concat([]string{"orders"}, verb, []string{typed, "--data", dir})...)
			if got.code != exitFailed || got.errors != "carimbo: "+typed+": "+said || got.out != "" {
				t.Errorf("%v %s: %+v", verb, typed, got)
			}
		}
	}
	// An order that is in the ledger is not hidden by a call that was ignored.
	if got := typeIn(t, "orders", "show", "cursos#HP01", "--data", dir); got.code != exitDone {
		t.Errorf("%+v", got)
	}
}

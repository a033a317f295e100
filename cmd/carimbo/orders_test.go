package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

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
			"list-group.txt":      {"list", "--group"},
			"list-group-mine.txt": {"list", "--group", "--mine", "--limit", "2"},
			"list-group.json":     {"list", "--group", "--json"},
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
				golden(t, name, b.withoutDepths(got.out))
			})
		}
	})
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

func TestAnUnknownConnectionOrStateIsAnError(t *testing.T) {
	t.Chdir(t.TempDir())
	file := write(t, "c.yaml", goodConnections)
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		for _, c := range []struct {
			args []string
			want string
		}{
			{[]string{"list", "--connection", "curso", "--connections", file}, "carimbo: --connection curso is none of cursos (did you mean cursos?) (see carimbo orders list --help)\n"},
			{[]string{"list", "--connection", "nope", "--json", "--connections", file}, "carimbo: --connection nope is none of cursos (see carimbo orders list --help)\n"},
			{[]string{"retry", "--connection", "nope", "--connections", file}, "carimbo: --connection nope is none of cursos (see carimbo orders retry --help)\n"},
			{[]string{"list", "--connection", "nope", "--connections", "nowhere.yaml"}, "--connection nope "},
			{[]string{"list", "--state", "reject"}, `--state "reject" is none of queued, accepted, creating, created, waiting, uncertain, rejected (did you mean rejected?)`},
			{[]string{"retry", "--state", "queued"}, `--state "queued" is none of accepted, creating, created, waiting, uncertain, rejected`},
			{[]string{"list", "--kind", "maping"}, "(did you mean mapping?)"},
		} {
			got := typeIn(t, slices.Concat([]string{"orders"}, c.args[:1], b.flags(), c.args[1:])...)
			if got.code != exitUsage || !strings.Contains(got.errors, c.want) || got.out != "" {
				t.Errorf("%v: %+v", c.args, got)
			}
		}
		for _, args := range [][]string{
			{"list", "--connection", "cursos", "--kind", "quantity", "--connections", file},
			// Orders of a connection that was removed are still listed.
			{"list", "--connection", "cursos", "--connections", write(t, "other.yaml", strings.Replace(goodConnections, "cursos:", "outra:", 1))},
			{"list", "--connection", "cursos", "--connections", "nowhere.yaml"},
			{"list", "--connection", "cursos", "--connections", write(t, "bad.yaml", "erps: 1\n")},
		} {
			got := typeIn(t, slices.Concat([]string{"orders"}, args[:1], b.flags(), args[1:])...)
			if got.code != exitDone || got.errors != "" || got.out == "" {
				t.Errorf("%v: %+v", args, got)
			}
		}
	})
	dir := withIgnored(t)
	if got := typeIn(t, "orders", "list", "--ignored", "--connection", "loja", "--data", dir); got.code != exitDone || !strings.Contains(got.out, "2 ignored calls") {
		t.Errorf("known by what was ignored: %+v", got)
	}
	if got := typeIn(t, "orders", "list", "--ignored", "--connection", "lojas", "--data", dir); got.code != exitUsage || !strings.Contains(got.errors, "none of cursos") {
		t.Errorf("--ignored: %+v", got)
	}
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

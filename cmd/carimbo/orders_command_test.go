package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

func TestCommandsSayWhatTheyDidOrWhyNot(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		for _, c := range []struct {
			golden string
			args   []string
			code   int
		}{
			{"retry-rejected.txt", []string{"retry", "cursos#HP02", "--note", "mapped"}, exitDone},
			{"retry-waiting.txt", []string{"retry", "cursos#HP03"}, exitDone},
			{"retry-uncertain.txt", []string{"retry", "cursos#HP04"}, exitDone},
			{"retry-parked.txt", []string{"retry", "cursos#HP05"}, exitDone},
			{"retry-created.txt", []string{"retry", "cursos#HP01"}, exitFailed},
			{"retry-tombstone.txt", []string{"retry", "cursos#HP07"}, exitFailed},
			{"retry-raw.txt", []string{"retry", "cursos#!9f2b"}, exitFailed},
			{"retry-several.txt", []string{"retry", "--yes", "cursos#HP01", "cursos#HP02", "cursos#HP77"}, exitFailed},
			{"retry-filter.txt", []string{"retry", "--yes", "--connection", "cursos"}, exitFailed},
			{"retry-mine.txt", []string{"retry", "--mine", "--kind", "mapping"}, exitDone},
			{"retry-reversed.txt", []string{"retry", "--kind", "reversed"}, exitFailed},
			{"retry-nothing.txt", []string{"retry", "--kind", "quantity"}, exitDone},
			{"retry-several.json", []string{"retry", "--yes", "cursos#HP01", "cursos#HP02", "--json"}, exitFailed},
			{"resolve-created.txt", []string{"resolve", "cursos#HP05", "--created", "3847270999"}, exitDone},
			{"resolve-absent.txt", []string{"resolve", "cursos#HP05", "--absent", "--note", "searched", "--yes"}, exitDone},
			{"resolve-denied.txt", []string{"resolve", "cursos#HP01", "--absent", "--note", "deleted by Bia", "--yes"}, exitDone},
			{"resolve-denied.json", []string{"resolve", "cursos#HP01", "--absent", "--note", "deleted by Bia", "--json", "--yes"}, exitDone},
			{"resolve-rejected.txt", []string{"resolve", "cursos#HP02", "--created", "1"}, exitFailed},
			{"dismiss-rejected.txt", []string{"dismiss", "cursos#HP02", "--note", "entered by hand"}, exitDone},
			{"dismiss-reversed.txt", []string{"dismiss", "cursos#HP21", "--note", "cancelled in Omie"}, exitDone},
			{"dismiss-changed.json", []string{"dismiss", "cursos#HP22", "--note", "mended in Omie", "--json"}, exitDone},
			{"dismiss-created.txt", []string{"dismiss", "cursos#HP01", "--note", "seen"}, exitFailed},
			{"dismiss-several.json", []string{"dismiss", "cursos#HP02", "cursos#HP03", "cursos#HP05", "--note", "seen", "--yes", "--json"}, exitFailed},
			{"resolve-created.json", []string{"resolve", "cursos#HP05", "--created", "3847270999", "--json"}, exitDone},
		} {
			t.Run(c.golden, func(t *testing.T) {
				b := told(t)
				got := typeIn(t, slices.Concat([]string{"orders"}, c.args, b.flags())...)
				if got.code != c.code {
					t.Errorf("exit code %d", got.code)
				}
				if strings.HasSuffix(c.golden, ".json") && !json.Valid([]byte(got.out)) {
					t.Errorf("not JSON: %s", got.out)
				}
				golden(t, c.golden, b.asOnOneMachine(got.out+got.errors))
			})
		}
	})
}

func TestARetryIsRecordedWithWhoAndWhy(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		if got := typeIn(t, append([]string{"orders", "retry", "cursos#HP02", "--note", "mapped"}, b.flags()...)...); got.code != exitDone {
			t.Fatal(got)
		}
		e := b.entry(t, "HP02")
		want := ledger.Attempt{At: noon.UTC(), Did: "retry", Rule: "retry", Became: ledger.Waiting, By: b.who(), Note: "mapped"}
		if diff := cmp.Diff(want, e.Timeline[len(e.Timeline)-1]); diff != "" {
			t.Errorf("timeline (-want +got):\n%s", diff)
		}
		if e.State != ledger.Waiting || e.Reason.Kind != order.Retried {
			t.Errorf("%s %s", e.State, e.Reason.Kind)
		}
	})
}

// What the store went back on after its document was created is on a person's list until
// they have dealt with it, and again when the store does something more.
func TestWhatWasDismissedComesBackWithTheNextNews(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		mine := func(want bool) {
			t.Helper()
			for _, f := range [][]string{{"--mine"}, {"--mine", "--json"}} {
				got := typeIn(t, slices.Concat([]string{"orders", "list"}, f, b.flags())...)
				if strings.Contains(got.out, "cursos#HP22") != want {
					t.Errorf("%v: listed %t: %s", f, !want, got.out)
				}
			}
		}
		mine(true)
		if got := typeIn(t, slices.Concat([]string{"orders", "dismiss", "cursos#HP22", "--note", "mended there"}, b.flags())...); got.code != exitDone {
			t.Fatal(got)
		}
		mine(false)
		for _, f := range [][]string{{"list", "--json"}, {"show", "cursos#HP22", "--json"}} {
			got := typeIn(t, slices.Concat([]string{"orders"}, f, b.flags())...)
			if !strings.Contains(got.out, `"dismissed_at"`) || strings.Contains(got.out, `"needs": "changed"`) {
				t.Errorf("%v: %s", f, got.out)
			}
		}
		b.use(t, func(l ledger.Ledger) error {
			s := &story{t: t, ledger: l, now: noon, rules: placing.Rules{Spacing: placing.Spacing, CanLookUp: true}}
			s.arrives("HP22", queue.Paid, []byte(`{"id":"HP22","price":2}`))
			return nil
		})
		mine(true)
	})
}

func TestARetryByFilterLeavesReversedOrdersAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		for _, filter := range [][]string{{"--connection", "cursos"}, {"--mine"}, {"--state", "rejected"}} {
			b := told(t)
			got := typeIn(t, slices.Concat([]string{"orders", "retry", "--yes"}, b.flags(), filter)...)
			if !strings.Contains(got.errors, "that the store reversed") {
				t.Errorf("%v: nobody is told: %s", filter, got.errors)
			}
			if e := b.entry(t, "HP08"); e.State != ledger.Rejected || e.ReversedAt.IsZero() {
				t.Errorf("%v: the reversed order is %s", filter, e.State)
			}
		}
		b := told(t)
		typeIn(t, append([]string{"orders", "retry", "--kind", "reversed"}, b.flags()...)...)
		if e := b.entry(t, "HP08"); e.State != ledger.Waiting || !e.ReversedAt.IsZero() {
			t.Errorf("named by its kind, the reversed order is %s", e.State)
		}
	})
}

func TestMoreThanOneOrderIsAskedAboutOnAnyStdin(t *testing.T) {
	two := []string{"cursos#HP02", "cursos#HP09"}
	for answer, want := range map[string]ledger.State{"y\n": ledger.Waiting, "yes\n": ledger.Waiting, "YES": ledger.Waiting, "\n": ledger.Rejected, "no\n": ledger.Rejected, "": ledger.Rejected} {
		for _, args := range [][]string{two, {"--state", "rejected"}} {
			dir := tell(t)
			got := typeWith(t, noon, answer, slices.Concat([]string{"orders", "retry", "--data", dir}, args)...)
			if e := entry(t, dir, "HP02"); e.State != want || (got.code == exitDone) != (want == ledger.Waiting && len(args) == len(two) && args[0] == two[0]) {
				t.Errorf("%v, %q: %s, not %s: %+v", args, answer, e.State, want, got)
			}
			if !strings.Contains(got.errors, "Retry 2 orders? [y/N]") {
				t.Errorf("%v, %q: asked %q", args, answer, got.errors)
			}
			if want == ledger.Rejected && !strings.Contains(got.errors, "nothing was done: answer y to the question, or give --yes") {
				t.Errorf("%v, %q: %q", args, answer, got.errors)
			}
		}
	}
	dir := tell(t)
	if got := typeIn(t, slices.Concat([]string{"orders", "retry", "--yes", "--data", dir}, two)...); got.code != exitDone || strings.Contains(got.errors, "[y/N]") {
		t.Errorf("with --yes: %+v", got)
	}
	dir = tell(t)
	if got := typeIn(t, "orders", "retry", "--kind", "mapping", "--data", dir); got.code != exitDone || strings.Contains(got.errors, "[y/N]") {
		t.Errorf("of one order: %+v", got)
	}
	if got := typeIn(t, slices.Concat([]string{"orders", "dismiss", "cursos#HP05", "cursos#HP21", "--note", "seen", "--data", dir})...); got.code != exitFailed || !strings.Contains(got.errors, "Dismiss 2 orders? [y/N]") {
		t.Errorf("dismiss: %+v", got)
	}
	if got := typeIn(t, "orders", "retry", "cursos#HP05", "cursos#HP05", "--data", dir); got.code != exitDone || strings.Count(got.out, "cursos#HP05 is uncertain: ") != 1 {
		t.Errorf("one key twice: %+v", got)
	}
}

func TestAbsentIsAlwaysAskedAbout(t *testing.T) {
	absent := []string{"orders", "resolve", "cursos#HP05", "--absent", "--note", "searched"}
	for answer, want := range map[string]ledger.State{"y\n": ledger.Waiting, "": ledger.Uncertain, "n\n": ledger.Uncertain} {
		dir := tell(t)
		got := typeWith(t, noon, answer, slices.Concat(absent, []string{"--data", dir})...)
		if e := entry(t, dir, "HP05"); e.State != want || !strings.Contains(got.errors, "Is there no document of 1 order in the ERP? [y/N]") {
			t.Errorf("%q: %s: %+v", answer, e.State, got)
		}
	}
	for _, args := range [][]string{slices.Concat(absent, []string{"--dry-run"}), {"orders", "resolve", "cursos#HP05", "--created", "3847270999"}} {
		if got := typeIn(t, slices.Concat(args, []string{"--data", tell(t)})...); got.code != exitDone || strings.Contains(got.errors, "[y/N]") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

func TestACommandSaysWhenARestingAccountGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.use(t, func(l ledger.Ledger) error {
			return l.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: noon.Add(30 * time.Minute)})
		})
		got := typeIn(t, append([]string{"orders", "retry", "cursos#HP02"}, b.flags()...)...)
		if want := "is waiting now: it goes on at 2026-11-21 12:30:00 where carimbo serve runs, when the"; !strings.Contains(b.asOnOneMachine(got.out), want) {
			t.Errorf("%+v", got)
		}
	})
}

func TestAnOrderThatIsBeingWorkedOnIsLeftAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		got := typeWith(t, noon.Add(-49*time.Minute), "", append([]string{"orders", "retry", "cursos#HP10"}, told(t).flags()...)...)
		if got.code != exitFailed || !strings.Contains(got.errors, "is being worked on until") {
			t.Errorf("%+v", got)
		}
	})
}

func TestAbsentIsNotTakenBeforeTheErpIsQuiet(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		at := noon.Add(-time.Hour + 10*time.Second)
		got := typeWith(t, at, "", append([]string{"orders", "resolve", "cursos#HP04", "--absent", "--note", "looked", "--yes"}, told(t).flags()...)...)
		if got.code != exitFailed || !strings.Contains(got.errors, "look again after") {
			t.Errorf("%+v", got)
		}
	})
}

// hotmartOrder is the least that Hotmart's decoder takes for an order.
const hotmartOrder = `{"event":"PURCHASE_APPROVED","creation_date":1795273204381,"data":{"product":{"id":1,"name":"Go"},"buyer":{"name":"Helena Prado"},
"purchase":{"transaction":"HP02","approved_date":1795273200000,"price":{"value":497,"currency_value":"BRL"},"offer":{"code":"CURSO-GO"}}}}`

func TestAPayloadReplacesTheContentsOfItsOrderAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		for _, c := range []struct {
			name, body, want string
			code             int
		}{
			{"mended", hotmartOrder, "is waiting now: it goes on within a second", exitDone},
			{"another order", strings.Replace(hotmartOrder, "HP02", "HP99", 1), "is about order HP99: give the payload of HP02", exitFailed},
			{"reversed", strings.Replace(hotmartOrder, "PURCHASE_APPROVED", "PURCHASE_REFUNDED", 1), "tells of no paid order", exitFailed},
			{"not paid", strings.Replace(hotmartOrder, "PURCHASE_APPROVED", "PURCHASE_PROTEST", 1), "tells of no paid order", exitFailed},
			{"no JSON", "<html>", "the payload is none of hotmart's", exitFailed},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Chdir(t.TempDir())
				b := told(t)
				before := b.entry(t, "HP02")
				got := typeIn(t, append([]string{"orders", "retry", "cursos#HP02", "--payload", write(t, "new.json", c.body)}, b.flags()...)...)
				if got.code != c.code || !strings.Contains(b.asOnOneMachine(got.out+got.errors), c.want) {
					t.Fatalf("%+v", got)
				}
				after := b.entry(t, "HP02")
				if replaced := !bytes.Equal(before.Payload, after.Payload); replaced != (c.code == exitDone) {
					t.Errorf("the payload was replaced: %v", replaced)
				}
			})
		}
	})
}

func TestAPayloadThatNoStoreCouldHaveSentIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := tell(t)
	noise := make([]byte, 300<<10)
	if _, err := rand.NewChaCha8([32]byte{}).Read(noise); err != nil {
		t.Fatal(err)
	}
	large := strings.Replace(hotmartOrder, "Helena Prado", base64.StdEncoding.EncodeToString(noise), 1)
	got := typeWith(t, noon, large, "orders", "retry", "cursos#HP02", "--payload", "-", "--data", dir)
	if got.code != exitFailed || !strings.Contains(got.errors, "300 KiB") {
		t.Errorf("too large: %d %s", got.code, got.errors)
	}
	generic := write(t, "c.yaml", strings.Replace(goodConnections, "hotmart", "generic", 1))
	got = typeWith(t, noon, hotmartOrder, "orders", "retry", "cursos#HP02", "--payload", "-", "--connections", generic, "--data", dir)
	if got.code != exitFailed || !strings.Contains(got.errors, "is of platform generic now, and the order came from hotmart") {
		t.Errorf("another platform: %d %s", got.code, got.errors)
	}
	if e := entry(t, dir, "HP02"); e.State != ledger.Rejected {
		t.Errorf("the order is %s", e.State)
	}
}

func TestAPayloadMayComeFromStdin(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := tell(t)
	got := typeWith(t, noon, hotmartOrder, "orders", "retry", "cursos#HP02", "--payload", "-", "--data", dir)
	if got.code != exitDone {
		t.Fatal(got)
	}
	if e := entry(t, dir, "HP02"); e.Version != 1795273204381 {
		t.Errorf("version %d", e.Version)
	}
}

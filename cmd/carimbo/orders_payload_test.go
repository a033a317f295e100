package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
)

// What is kept has the buyer's data: who looks at it is written down before they do.
func TestWhoeverIsShownThePayloadIsWrittenDown(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		types := func(args ...string) typed {
			t.Helper()
			return typeIn(t, slices.Concat([]string{"orders", "show"}, args, b.flags())...)
		}
		for id, want := range map[string]string{"HP02": `{"id":"HP02"}`, "!9f2b": "<html>", "HP05": `{"id":"HP05"}`} {
			if got := types("cursos#"+id, "--payload"); got.code != exitDone || got.out != want || got.errors != "" {
				t.Errorf("%s: %+v", id, got)
			}
			got := types("cursos#"+id, "--payload", "--json")
			var view struct {
				Key     string
				Payload struct{ Body string }
			}
			if err := json.Unmarshal([]byte(got.out), &view); err != nil || view.Payload.Body != want || view.Key != "cursos#"+id {
				t.Errorf("%s: %+v (%v)", id, got, err)
			}
			e := b.entry(t, id)
			for _, line := range e.Timeline[len(e.Timeline)-2:] {
				if line.Did != "reveal" || line.By != b.who() || !line.At.Equal(noon) || line.Became != e.State {
					t.Errorf("%s: the timeline has %+v", id, line)
				}
			}
			if !strings.Contains(types("cursos#"+id).out, b.who()+". the contents were shown") {
				t.Errorf("%s: nobody sees who looked: %s", id, types("cursos#"+id).out)
			}
		}
		for id, want := range map[string]string{
			"HP01": "cursos#HP01: the contents of an order are not kept once its document was created",
			"HP07": "cursos#HP07: no paid notice of this order ever came, so it has no contents",
			"HP77": "cursos#HP77: there is no such order",
		} {
			if got := types("cursos#"+id, "--payload"); got.code != exitFailed || !strings.Contains(got.errors, want) || got.out != "" {
				t.Errorf("%s: %+v", id, got)
			}
		}
		if e := b.entry(t, "HP01"); e.Timeline[len(e.Timeline)-1].Did == "reveal" {
			t.Error("nothing was shown, and it says so")
		}
		b.use(t, func(l ledger.Ledger) error {
			s := &story{t: t, ledger: l, now: noon, rules: placing.Rules{Spacing: placing.Spacing, CanLookUp: true}}
			s.arrives("HP05", queue.Paid, []byte(`{"id":"HP05","price":2}`))
			return nil
		})
		if got := types("cursos#HP05", "--payload"); got.out != `{"id":"HP05"}` || !strings.Contains(got.errors, "--json has the newer ones") {
			t.Errorf("%+v", got)
		}
		if got := types("cursos#HP05", "--payload", "--json"); !strings.Contains(got.out, `"newer_payload": {`) || !strings.Contains(got.out, `\"price\":2`) {
			t.Errorf("%+v", got)
		}
	})
}

// The shown body is what retry takes.
func TestAShownPayloadIsOneThatRetryTakes(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := tell(t)
	if got := typeWith(t, noon, hotmartOrder, "orders", "retry", "cursos#HP02", "--payload", "-", "--data", dir); got.code != exitDone {
		t.Fatal(got)
	}
	shown := typeIn(t, "orders", "show", "cursos#HP02", "--payload", "--data", dir)
	if shown.out != hotmartOrder {
		t.Fatalf("%+v", shown)
	}
	if got := typeWith(t, noon, shown.out, "orders", "retry", "cursos#HP02", "--payload", "-", "--data", dir); got.code != exitDone {
		t.Errorf("%+v", got)
	}
}

func TestAnIDIsOfTheFormThatItsERPGives(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.use(t, func(l ledger.Ledger) error { sell(t, l, "um", "cega", false); return nil })
		flags := slices.Concat(b.flags(), []string{"--connections", write(t, "s.yaml", sensioConnections)})
		resolve := func(key, id string) typed {
			t.Helper()
			return typeIn(t, slices.Concat([]string{"orders", "resolve", key, "--created", id}, flags)...)
		}
		for _, id := range []string{"OS-16", "0000000000016", "-5", "3847270999a", "0"} {
			if got := resolve("cursos#HP05", id); got.code != exitFailed || !strings.Contains(got.errors, "cursos#HP05: "+id+" is no id of a document: Omie's (nCodOS, codigo_pedido) is a whole number") {
				t.Errorf("omie, %s: %+v", id, got)
			}
		}
		for _, id := range []string{"null", "ok", "{}"} {
			if got := resolve("um#7", id); got.code != exitFailed || !strings.Contains(got.errors, "is no id of a document: Sensio's") {
				t.Errorf("sensio, %s: %+v", id, got)
			}
		}
		if got := resolve("um#7", "64f1a"); got.code != exitDone {
			t.Errorf("sensio: %+v", got)
		}
		if got := resolve("cursos#HP05", "3847270999"); got.code != exitDone {
			t.Errorf("omie: %+v", got)
		}
	})
}

func TestAPayloadOnATerminalSteersNothing(t *testing.T) {
	if got, want := safeLines("{\r\n\t\"a\": \"\x1b[2J\u202e\"\n}"), "{\n \"a\": \"\\u001b[2J\\u202e\"\n}\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

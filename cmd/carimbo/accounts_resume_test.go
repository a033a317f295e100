package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
)

func TestAPersonEndsARestAndWhatWaitedGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.rest(t)
		flags := b.accountFlags(t)
		resume := func(args ...string) typed {
			t.Helper()
			return typeIn(t, slices.Concat([]string{"accounts", "resume"}, args, flags)...)
		}
		if e := b.entry(t, "HP03"); !e.Rests || !e.Due.After(noon) {
			t.Fatalf("not what the test is about: %+v", e)
		}
		got := resume("estudio")
		for _, want := range []string{"Account estudio rests no more. It did for: A chave de acesso está inválida", "\n1 order that waited for it: to go on within a "} {
			if got.code != exitDone || got.errors != "" || !strings.Contains(got.out, want) || strings.Contains(got.out, "\x1b") {
				t.Errorf("no %q in %+v", want, got)
			}
		}
		if e := b.entry(t, "HP03"); e.Rests || !e.Due.Equal(noon) || e.State != ledger.Waiting {
			t.Errorf("%s, due %s", e.State, e.Due)
		}
		b.use(t, func(l ledger.Ledger) error {
			lane, err := l.Lane(t.Context(), "estudio")
			if lane != (ledger.Lane{}) {
				t.Errorf("the lane is %+v", lane)
			}
			other, err2 := l.Lane(t.Context(), "loja")
			if !other.BlockedUntil.Equal(noon.Add(5*time.Hour)) || err2 != nil {
				t.Errorf("another account's lane is %+v (%v)", other, err2)
			}
			return err
		})
		if got := resume("estudio"); got.code != exitDone || got.out != "Account estudio does not rest, and no order waits for it to end: nothing to do.\n" {
			t.Errorf("once more: %+v", got)
		}
		for name, want := range map[string]operator.Resumed{"estudio": {Account: "estudio"}, "loja": {Account: "loja", Rested: true}} {
			got := resume(name, "--json")
			var is operator.Resumed
			if err := json.Unmarshal([]byte(got.out), &is); err != nil || got.code != exitDone {
				t.Fatalf("%+v", got)
			}
			if diff := cmp.Diff(want, is); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	})
}

// A resume that broke off ended the rest, and left orders waiting for its end.
func TestAResumeThatBrokeOffIsGoneOnWithByTheSameCommand(t *testing.T) {
	b := book{name: "machine", data: tell(t)}
	b.rest(t)
	b.use(t, func(l ledger.Ledger) error { return l.EndRest(t.Context(), "estudio") })
	got := typeIn(t, append([]string{"accounts", "resume", "estudio"}, b.accountFlags(t)...)...)
	if got.code != exitDone || got.out != "Account estudio does not rest.\n1 order that waited for it: to go on within a second where carimbo serve runs, or a minute after the last call.\n" {
		t.Errorf("%+v", got)
	}
}

func TestAnAccountThatIsNotThereIsAskedBackAbout(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		flags := b.accountFlags(t)
		for name, want := range map[string]string{
			"estudo": "carimbo: estudo: there is no such account: do you mean estudio?\n",
			"LIVRA":  "carimbo: LIVRA: there is no such account: do you mean livraria?\n",
			"x":      "carimbo: x: there is no such account: there are estudio, livraria, loja\n",
		} {
			got := typeIn(t, slices.Concat([]string{"accounts", "resume", name}, flags)...)
			if got.code != exitFailed || got.out != "" || got.errors != want {
				t.Errorf("%s: %+v, want %q", name, got, want)
			}
		}
		for _, line := range [][]string{{"accounts", "resume"}, {"accounts", "resume", "estudio", "loja"}, {"accounts", "resme", "estudio"}} {
			if got := typeIn(t, slices.Concat(line, flags)...); got.code != exitUsage || got.out != "" {
				t.Errorf("%v: %+v", line, got)
			}
		}
	})
}

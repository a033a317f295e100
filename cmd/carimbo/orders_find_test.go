package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// keysIn are the orders of a list that was printed.
func keysIn(out string) (keys []string) {
	for line := range strings.Lines(out) {
		if key, ok := strings.CutPrefix(line, "cursos#"); ok && !strings.Contains(strings.Fields(line)[0], ":") {
			keys = append(keys, strings.Fields(key)[0])
		}
	}
	return keys
}

func TestAnOrderIsFoundByItsIdAndItsCode(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		const code = "pxteaiakpomtnky52zoc"
		for _, c := range []struct {
			args []string
			want []string
		}{
			{[]string{"HP05"}, []string{"HP05"}},
			{[]string{"cursos#HP05"}, []string{"HP05"}},
			{[]string{code}, []string{"HP05"}},
			{[]string{strings.ToUpper(code), "--connection", "cursos", "--state", "uncertain", "--mine", "--limit", "1"}, []string{"HP05"}},
			{[]string{"HP05", "--state", "created"}, nil},
			{[]string{"HP05", "--since", "1s"}, nil},
			{[]string{"HP99"}, nil},
		} {
			got := typeIn(t, slices.Concat([]string{"orders", "list", "--find"}, c.args, b.flags())...)
			if keys := keysIn(got.out); got.code != exitDone || !slices.Equal(keys, c.want) {
				t.Errorf("%v: %v, want %v: %+v", c.args, keys, c.want, got)
			}
			if told := strings.Contains(got.out, "Neither the store's number nor the document's is searched for"); told != (b.stack != nil && c.want == nil) {
				t.Errorf("%v: is it told what is not searched for? %s", c.args, got.out)
			}
		}
		got := typeIn(t, slices.Concat([]string{"orders", "retry", "--find", "HP02", "--dry-run"}, b.flags())...)
		if got.code != exitDone || !strings.Contains(got.out, "cursos#HP02") {
			t.Errorf("a retry of what is found: %+v", got)
		}
		if got := typeIn(t, slices.Concat([]string{"orders", "list", "--find", "HP02", "--group"}, b.flags())...); !strings.Contains(got.out, "\n1 order of 1 cause\n") {
			t.Errorf("what is found, grouped: %+v", got)
		}
	})
	for _, args := range [][]string{{"list", "--find", ""}, {"list", "--find", "#"}, {"retry", "--find", " "}, {"list", "--ignored", "--find", "HP91"}} {
		if got := typeIn(t, slices.Concat([]string{"orders"}, args, []string{"--data", tell(t)})...); got.code != exitUsage {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// What a stack can't search for, one machine can, and what is queued or was ignored as well.
func TestOneMachineFindsAnOrderByAnyOfItsNames(t *testing.T) {
	dir := withQueued(t)
	for typed, want := range map[string][]string{
		"hp3":             {"HP31", "HP30"},
		"3847270141":      {"HP06"},
		"000000000000017": {"HP06"},
		"#hp31":           {"HP31"},
	} {
		got := typeIn(t, "orders", "list", "--find", typed, "--data", dir)
		if keys := keysIn(got.out); got.code != exitDone || !slices.Equal(keys, want) {
			t.Errorf("%s: %v, want %v: %+v", typed, keys, want, got)
		}
	}
	if got := typeIn(t, "orders", "list", "--find", "hp3", "--state", "queued", "--limit", "1", "--data", dir); !slices.Equal(keysIn(got.out), []string{"HP31"}) {
		t.Errorf("%+v", got)
	}
	got := typeIn(t, "orders", "list", "--find", "#4127", "--data", withIgnored(t))
	if got.code != exitDone || !strings.Contains(got.out, "#4127: it was ignored, and is no order of the ledger: on 2026-11-21") {
		t.Errorf("%+v", got)
	}
	b := book{data: tell(t)}
	b.use(t, func(l ledger.Ledger) error {
		_, err := l.Write(t.Context(), ledger.Entry{}, ledger.Entry{Key: "cursos#x", Token: "x", Connection: "cursos", OrderID: "x", State: ledger.Rejected, StoreNumber: "'\x1b[2J"})
		return err
	})
	if got := typeIn(t, "orders", "list", "--find", "'\x1b[2J", "--data", b.data); !slices.Equal(keysIn(got.out), []string{"x"}) || strings.Contains(got.out, "\x1b") {
		t.Errorf("%+v", got)
	}
}

func TestASearchForTooManyAsksForMore(t *testing.T) {
	b := book{data: tell(t)}
	l, err := sqlite.Open(t.Context(), b.data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.DB().ExecContext(t.Context(), `INSERT INTO names WITH RECURSIVE numbers (i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM numbers LIMIT ?)
		SELECT 0, 'n' || i, 'cursos#N' || i FROM numbers`, ledger.MostFound+1); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"en": "carimbo: more than 2000 orders are called so: ", "pt": "carimbo: mais de 2000 "} {
		if got := typeIn(t, "orders", "list", "--find", "N1", "--lang", language, "--data", b.data); got.code != exitFailed || !strings.HasPrefix(got.errors, want) {
			t.Errorf("%+v", got)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/simulation"
)

func TestASimulationIsRepeatedByItsSeed(t *testing.T) {
	simulated := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"simulate"}, args...), strings.NewReader(""), &out, &errs); code != exitDone {
			t.Fatalf("exit code %d\n%s%s", code, &out, &errs)
		}
		return out.String()
	}
	first := simulated("--seed", "3", "--orders", "40")
	if again := simulated("--seed", "3", "--orders", "40"); again != first {
		t.Errorf("another run:\n%s\nafter\n%s", again, first)
	}
	if other := simulated("--seed", "4", "--orders", "40"); other == first {
		t.Error("another seed is the same run")
	}
	if !strings.Contains(first, "40 orders over 1 seed") || !strings.Contains(first, "\nnothing lost, nothing doubled") {
		t.Errorf("printed:\n%s", first)
	}
	for _, erp := range []string{"\n  omie, os ", "\n  sensio, look-up "} {
		if !strings.Contains(first, erp) {
			t.Errorf("no row for%q:\n%s", erp, first)
		}
	}
	if many := simulated("--seeds", "3", "--orders", "20"); !strings.Contains(many, "60 orders over 3 seeds") {
		t.Errorf("printed:\n%s", many)
	}
}

// TestRangesOfSeedsAreDoneInParts: JSON says the same as the tables, of both ERPs,
// and two parts are the whole.
func TestRangesOfSeedsAreDoneInParts(t *testing.T) {
	simulated := func(args ...string) simulation.Result {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"simulate", "--orders", "40", "--json"}, args...), strings.NewReader(""), &out, &errs); code != exitDone {
			t.Fatalf("exit code %d\n%s%s", code, &out, &errs)
		}
		var r simulation.Result
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("%v:\n%s", err, &out)
		}
		return r
	}
	whole := simulated("--seed", "11", "--seeds", "6")
	parts := simulated("--seed", "11", "--seeds", "2")
	parts.Add(simulated("--seed", "13", "--seeds", "4"))
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Errorf("(-whole +parts):\n%s", diff)
	}
	if whole.Seeds != 6 || whole.Orders != 240 || whole.Accounts["omie, os"].Created == 0 || whole.Accounts["omie, pedido"].Created == 0 || whole.Accounts["sensio, look-up"].Created == 0 || whole.Digest == 0 {
		t.Errorf("%+v", whole)
	}
	for _, erp := range []string{"omie: ", "sensio: "} {
		if kinds := strings.Join(keys(whole.Faults), "\n"); !strings.Contains("\n"+kinds, "\n"+erp) {
			t.Errorf("no faults of %s:\n%s", erp, kinds)
		}
	}
}

func keys(m map[string]int) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

func TestAnInterruptedSimulationSaysHowToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"simulate", "--seed", "5", "--seeds", "7", "--orders", "20"}, strings.NewReader(""), &out, &errs); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if want := "carimbo simulate --seed 5 --seeds 7 --orders 20\n"; !strings.Contains(errs.String(), want) || strings.Contains(out.String(), "nothing lost") {
		t.Errorf("printed:\n%s%s", &out, &errs)
	}
}

func TestALongSimulationSaysHowFarItIs(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	tell := newConsole(nil, nil, nil).progress(&out, func() time.Time { return at }, 100, 15*time.Second)
	for done := 1; done <= 100; done++ {
		at = at.Add(time.Second)
		tell(done, 200*done)
	}
	want := "2 of 100 seeds, 400 orders, 2s; about 1m38s left\n" +
		"17 of 100 seeds, 3400 orders, 17s; about 1m23s left\n"
	if got := out.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 7 {
		t.Errorf("said:\n%s", got)
	}
}

func TestASimulationOfNothingIsWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"--orders", "0"}, {"--seeds", "0"}, {"--seed", "-1"}, {"7"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append([]string{"simulate"}, args...), strings.NewReader(""), &out, &errs); code != exitUsage {
			t.Errorf("%v: exit code %d, %s", args, code, &errs)
		}
	}
}

package main

import (
	"bytes"
	"strings"
	"testing"
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
	if !strings.Contains(first, "40 orders over 1 seeds") || !strings.HasSuffix(first, "nothing lost, nothing doubled, no limit broken\n") {
		t.Errorf("printed:\n%s", first)
	}
	if many := simulated("--seeds", "3", "--orders", "20"); !strings.Contains(many, "60 orders over 3 seeds") {
		t.Errorf("printed:\n%s", many)
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

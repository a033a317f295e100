package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
)

// withMany is a data folder with so many orders of the benchmark's.
func withMany(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	l, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fillMany(t, l, n)
	return dir
}

// A plan that nobody mapped stops all that buy it: what is to be done is one thing.
func TestManyOrdersOfOneCauseAreToldOnce(t *testing.T) {
	dir := withMany(t, 5000) // 500 of them wait for the same SKU
	types := func(args ...string) typed {
		t.Helper()
		got := typeIn(t, slices.Concat([]string{"orders"}, args, []string{"--data", dir})...)
		if got.code != exitDone {
			t.Fatalf("%v: %+v", args, got)
		}
		return got
	}
	const sku = `SKU "CURSO-GO-2026" is not mapped`
	if got := types("list", "--mine", "--kind", "mapping"); strings.Count(got.out, sku) != 1 || !strings.Contains(got.out, "cursos#HP0004990, cursos#HP0004980 and 498 more: "+sku) {
		t.Errorf("the list says it %d times", strings.Count(got.out, sku))
	}
	if got := types("list", "--mine", "--group"); strings.Count(got.out, sku) != 1 || !strings.Contains(got.out, "\n500     rejected   mapping       estudio  ") {
		t.Errorf("%s", got.out)
	}
	var causes []operator.Cause
	if err := json.Unmarshal([]byte(types("list", "--group", "--kind", "mapping", "--json").out), &causes); err != nil {
		t.Fatal(err)
	}
	oldest := noon.Add(-5000 * time.Minute)
	if len(causes) != 1 || causes[0].Count != 500 || causes[0].Key != "cursos#HP0004990" || !causes[0].OldestAt.Equal(oldest) || causes[0].Needs != ledger.NeedsMending {
		t.Errorf("%+v", causes)
	}
	got := types("retry", "--kind", "mapping", "--yes")
	if lines := strings.Count(got.out, "\n"); lines != 2 || !strings.Contains(got.out, "500 orders are rejected, each: nothing of it is in the ERP") ||
		!strings.Contains(got.out, "500 orders are waiting now, each: it goes on within a second") {
		t.Errorf("%d lines: %s", lines, got.out)
	}
	again := typeIn(t, "orders", "dismiss", "cursos#HP0000010", "cursos#HP0000020", "cursos#HP0000030", "--note", "n", "--data", dir)
	if again.code != exitFailed || !strings.Contains(again.errors, "carimbo: 3 orders: the order is waiting and needs nobody, so there is nothing to dismiss (cursos#HP0000010, cursos#HP0000020 and cursos#HP0000030)\n") {
		t.Errorf("%+v", again)
	}
}

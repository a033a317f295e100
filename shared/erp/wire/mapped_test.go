package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
)

func TestEveryUnmappedSKUIsNamedAtOnce(t *testing.T) {
	entries := map[string]bool{"A": true, "B": true}
	lines := func(skus ...string) (lines []order.Line) {
		for _, text := range skus {
			lines = append(lines, order.Line{SKUs: strings.Fields(text)})
		}
		return lines
	}
	for name, c := range map[string]struct {
		lines []order.Line
		want  string
	}{
		"one":              {lines("A", "X", "B"), `SKU "X" is not mapped: add it under erps.e.items in connections.yaml`},
		"one of two names": {lines("X variant:7"), `SKU "X" is not mapped: add it (or "variant:7") under erps.e.items in connections.yaml`},
		"one, twice":       {lines("X", "X"), `SKU "X" is not mapped: add it under erps.e.items in connections.yaml`},
		"two":              {lines("X variant:7", "A", "Y"), `SKUs "X" (or "variant:7") and "Y" are not mapped: add them under erps.e.items in connections.yaml`},
		"three":            {lines("X", "Y", "Z"), `SKUs "X", "Y" and "Z" are not mapped: add them under erps.e.items in connections.yaml`},
		"no SKU":           {lines("A", ""), `line 2 has no SKU: give it one in the store, or add "*" under erps.e.items in connections.yaml`},
		"no SKUs":          {lines("", "A", ""), `lines 1 and 3 have no SKU: give each one in the store, or add "*" under erps.e.items in connections.yaml`},
		"both": {lines("X", ""), `SKU "X" is not mapped: add it under erps.e.items in connections.yaml; ` +
			`line 2 has no SKU: give it one in the store, or add "*" under erps.e.items in connections.yaml`},
	} {
		_, err := wire.Mapped(entries, "erps.e.items", c.lines)
		if reason, _ := order.AsRejection(err); reason.Kind != order.Mapping || reason.Message.String() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := wire.Mapped(entries, "erps.e.items", lines("A", "X B", "B A"))
	if diff := cmp.Diff([]string{"A", "B", "B"}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	entries[wire.AnySKU] = true
	got, err = wire.Mapped(entries, "erps.e.items", lines("A", "X", ""))
	if diff := cmp.Diff([]string{"A", "*", "*"}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestAThousandUnmappedSKUsStillSayWhatToDo(t *testing.T) {
	var lines []order.Line
	for i := range 1000 {
		lines = append(lines, order.Line{SKUs: []string{fmt.Sprintf("PRODUTO-%04d", i)}})
	}
	_, err := wire.Mapped(map[string]bool{}, "erps.e.items", lines)
	reason, _ := order.AsRejection(err)
	said := reason.Message.String()
	if !strings.HasPrefix(said, `SKUs "PRODUTO-0000", "PRODUTO-0001", `) || !strings.HasSuffix(said, `" and 957 more are not mapped: add them under erps.e.items in connections.yaml`) {
		t.Error(said)
	}
}

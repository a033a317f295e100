package preflight_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/preflight"
)

const page = "../../docs/preflight.md"

// rulesTable is the page's table of all rules.
func rulesTable() string {
	var out strings.Builder
	out.WriteString("| rule | of | from | until | only for | else | source |\n|---|---|---|---|---|---|---|\n")
	for _, r := range preflight.Rules() {
		var bounds []string
		switch strings.Join(r.Regimes, "|") {
		case "|" + preflight.Normal:
			bounds = append(bounds, "not the Simples")
		case preflight.Simples:
			bounds = append(bounds, "the Simples")
		}
		if r.Items != nil {
			bounds = append(bounds, "items "+strings.Join(r.Items, ", "))
		}
		if r.Besides != nil {
			bounds = append(bounds, "no item "+strings.Join(r.Besides, ", "))
		}
		verdict := map[bool]string{true: "refused", false: "warned"}[r.Refuses]
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Name, r.About, r.From, r.Until, strings.Join(bounds, "; "), verdict, r.Source)
	}
	return out.String()
}

func TestThePageHasEachRuleAsItIs(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "## All rules\n\n")
	table, _, _ := strings.Cut(after, "\n\n")
	if diff := cmp.Diff(strings.TrimSpace(rulesTable()), strings.TrimSpace(table)); diff != "" {
		t.Errorf("(-rules +page):\n%s", diff)
	}
}

package sensio_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words/wordstest"
	"github.com/carimbo/carimbo/shared/yaml"
)

// aRow is one of the page's table of fields: the field, where its value comes from, what
// sets it, if anything does, and an example.
var aRow = regexp.MustCompile("(?m)^\\| `([A-Za-z.]+)` \\| ([^|]+) \\| (?:`([^`|]+)` )?\\| `([^`|]+)` \\|$")

// ofThePage is the order of the page's examples.
func ofThePage(t *testing.T) order.Order {
	o := paid(t, "184.13", "3 x 59.90")
	o.Status, o.Discount, o.Freight, o.Fees = "processing", money(t, "17.97"), money(t, "18.90"), money(t, "3.50")
	o.Payments = []order.Payment{{Method: order.CreditCard, Name: "Cartão até 3x", Amount: o.Total, Installments: 2}}
	return o
}

func TestEachRowOfThePageSetsItsField(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sensio.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range aRow.FindAllStringSubmatch(string(page), -1) {
		field, sets, example := row[1], row[3], row[4]
		if published[field] == "" || seen[field] {
			t.Errorf("%s is no field of the published page, or is there twice", field)
		}
		seen[field] = true
		account := `{"base_url": "https://api.example.com.br", "headers": {"Authorization": "Bearer {app_secret}"}, "items": {"*": {"productId": "prod-1"}}}`
		if sets != "" {
			account = with(t, account, inFlow(t, sets))
		} else if !refusesToSet(t, account, field) {
			t.Errorf("%s can't be set by the page, and check lets it be", field)
		}
		doc := document(t, client(t, account), ofThePage(t))
		take(t, sensiosim.New(sensiosim.Options{}), doc)
		sent := map[string][]any{}
		leaves("", request(t, doc), sent)
		if got := strings.Trim(fmt.Sprint(sent[field]), "[]"); got != example {
			t.Errorf("%s by %s is %q, and the page says %q", field, sets, got, example)
		}
	}
	for field := range published {
		if !seen[field] {
			t.Errorf("the page has no row for %s", field)
		}
	}
}

// inFlow is YAML in one line as JSON.
func inFlow(t *testing.T, text string) map[string]any {
	t.Helper()
	node, problems := yaml.Parse("page", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return read(t, []byte(node.JSON()))
}

// with is the account with something put over it.
func with(t *testing.T, account string, over map[string]any) string {
	t.Helper()
	a := read(t, []byte(account))
	for name, v := range over {
		a[name] = v
	}
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// refusesToSet tells whether check refuses a value of the field's own type.
func refusesToSet(t *testing.T, account, field string) bool {
	t.Helper()
	value := map[string]any{"number": 1, "integer": 1, "string": "x", "date": "2026-11-21"}[published[field]]
	part, below, nested := strings.Cut(field, ".")
	over := map[string]any{"sale": map[string]any{field: value}}
	if nested {
		over = map[string]any{"sale": map[string]any{part: []any{map[string]any{below: value}}}}
	}
	if part == "saleLines" {
		over = map[string]any{"items": map[string]any{"*": map[string]any{"productId": "p", below: value}}}
	}
	for _, p := range sensio.Check(json.RawMessage(with(t, account, over))) {
		wordstest.Translated(t, p.Message)
		if !p.Warning && strings.Contains(p.Message.String(), "can't be configured") {
			return true
		}
	}
	return false
}

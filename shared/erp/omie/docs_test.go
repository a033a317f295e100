package omie_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	connections "github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/yaml"
)

// documented is the account of docs/omie.md, and explained its order.
const documented = `{"kind": "omie", "customer": {"default": 3795260786}, "services": {"*": {"nCodServico": 3846592864}}, "freight": {"expense": {}}}`

func explained(t *testing.T) order.Order {
	o := paid(t, "105", "2 x 50 - 5")
	o.Freight = order.Cents(10_00)
	o.Customer.TaxID = ""
	o.Customer.Address = order.Address{City: "São Paulo", State: "SP"}
	o.Payments = []order.Payment{{Method: order.CreditCard, Amount: order.Cents(105_00), Installments: 3, Reference: "tid-1", PaidAt: o.PaidAt}}
	return o
}

// osFields is the heading of the OS's table, and pedidoFields that of the pedido's.
const (
	osFields     = "## What is sent, field by field"
	pedidoFields = "### Field by field"
)

// row is one of the table of docs/omie.md.
type docRow struct{ field, set, sent string }

var cell = regexp.MustCompile("^`(.*)`$")

// table reads the one below the heading: a cell in backticks is what stands in them.
func table(t *testing.T, heading string) (rows []docRow) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/omie.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = cut(text, "\n"+heading+"\n")
	_, text, _ = cut(text, "| field | where its value comes from | how to set it | what is sent then |\n|---|---|---|---|\n")
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 {
			return rows
		}
		for i := range cells {
			if m := cell.FindStringSubmatch(strings.TrimSpace(cells[i])); m != nil && i != 1 {
				cells[i] = m[1]
			}
		}
		rows = append(rows, docRow{strings.TrimSpace(cells[0]), cells[2], strings.TrimSpace(cells[3])})
	}
	return rows
}

func cut(text []byte, around string) (before, after []byte, found bool) {
	b, a, found := strings.Cut(string(text), around)
	return []byte(b), []byte(a), found
}

// inOS is where an account would say the field of an OS, and inPedido that of a pedido.
func inOS(field string) string {
	path := regexp.MustCompile(`^(Cabecalho|InformacoesAdicionais|produtosUtilizados|InfoCadastro|Tarefas)`).ReplaceAllString(field, "os.$1")
	path = strings.Replace(path, "ServicosPrestados[].", "services.*.", 1)
	return strings.Replace(path, "despesasReembolsaveis.despesaReembolsavel[].", "freight.expense.", 1)
}

func inPedido(field string) string {
	if below, ok := strings.CutPrefix(field, "det[]."); ok {
		return "products.*." + strings.TrimPrefix(below, "produto.")
	}
	return "pedido." + field
}

// settings is the account with what the row sets, and the row's own words for a place in it.
func (r docRow) settings(t *testing.T, account string, in func(field string) string) map[string]any {
	t.Helper()
	set := r.set
	if set == "filled in" {
		path := in(r.field)
		value := r.sent
		switch name := path[strings.LastIndexByte(path, '.')+1:]; {
		case value != "nothing":
		case strings.HasPrefix(name, "n"):
			value = "1"
		case strings.HasPrefix(name, "c"):
			value = `"S"`
		default:
			value = "{}"
		}
		keys := strings.Split(path, ".")
		for i := len(keys) - 1; i >= 0; i-- {
			key, isList := strings.CutSuffix(keys[i], "[]")
			if isList {
				value = "[" + value + "]"
			}
			value = fmt.Sprintf("{%s: %s}", strconv.Quote(key), value)
		}
		set = value
	}
	if !strings.HasPrefix(set, "{") {
		set = "{ " + set + " }"
	}
	root, problems := yaml.Parse("docs/omie.md", []byte(set))
	if root == nil {
		t.Fatalf("%s: %v", set, problems)
	}
	return merged(read(t, []byte(account)), read(t, root.JSON()))
}

func merged(into, more map[string]any) map[string]any {
	for key, value := range more {
		if below, isObject := value.(map[string]any); isObject {
			if at, there := into[key].(map[string]any); there {
				value = merged(at, below)
			}
		}
		into[key] = value
	}
	return into
}

// refused is what check says of the account's errors.
func refused(t *testing.T, account map[string]any) error {
	t.Helper()
	b, err := json.Marshal(map[string]any{"erps": map[string]any{"estudio": account},
		"connections": map[string]any{"cursos": map[string]any{"platform": "hotmart", "erp": "estudio", "since": "2026-11-21"}}})
	if err != nil {
		t.Fatal(err)
	}
	_, problems, err := connections.Parse("c.json", b, kinds.All())
	if err != nil && problems == nil {
		t.Fatal(err)
	}
	return problems.Errors()
}

// at is the value in a document, of the first element of each list, or nothing.
func at(v any, field string) any {
	for _, key := range strings.Split(field, ".") {
		name, isList := strings.CutSuffix(key, "[]")
		fields, _ := v.(map[string]any)
		v = fields[name]
		if list, _ := v.([]any); isList && len(list) > 0 {
			v = list[0]
		}
	}
	return v
}

func TestEachRowOfTheTableOfFieldsIsTrue(t *testing.T) {
	tried(t, table(t, osFields), documented, inOS, explained(t), reference)
}

// tried holds each of the rows to check and to what is sent.
func tried(t *testing.T, rows []docRow, documented string, in func(field string) string, o order.Order, ref erp.Reference) {
	t.Helper()
	if len(rows) < 100 {
		t.Fatalf("only %d rows were read", len(rows))
	}
	for _, r := range rows {
		account := r.settings(t, documented, in)
		if filled := r.set == "filled in"; filled != (refused(t, account) != nil) {
			t.Errorf("%s: check says %v of %s", r.field, refused(t, account), r.set)
			continue
		} else if filled {
			account = read(t, []byte(documented))
		}
		b, err := json.Marshal(account)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := client(t, string(b)).Document(o, ref)
		if err != nil {
			t.Errorf("%s: %v", r.field, err)
			continue
		}
		var want any
		if r.sent != "nothing" {
			want = read(t, []byte(`{"v": `+r.sent+`}`))["v"]
		}
		if diff := cmp.Diff(want, at(param(t, doc), r.field)); diff != "" {
			t.Errorf("%s by %s (-docs +sent):\n%s", r.field, r.set, diff)
		}
	}
}

func TestTheTableHasEveryFieldOfOmiesHelp(t *testing.T) {
	there := map[string]bool{}
	for _, r := range table(t, osFields) {
		there[r.field] = true
	}
	files, err := filepath.Glob("testdata/*.want.json")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		for _, field := range leaves("", read(t, file(t, filepath.Base(name)))["param"].([]any)[0]) {
			if !there[field] {
				t.Errorf("%s of %s is in no row", field, name)
			}
		}
	}
}

func leaves(path string, v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			all = append(all, leaves(strings.TrimPrefix(path+"."+key, "."), value)...)
		}
	case []any:
		for _, element := range v {
			all = append(all, leaves(path+"[]", element)...)
		}
		if len(v) == 0 {
			all = append(all, path)
		}
	default:
		all = append(all, path)
	}
	return all
}

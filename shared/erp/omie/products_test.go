package omie_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// workshop is an account whose services use products: an oil change 1.5 of the one and a
// filter, a revision half of the oil, and a class none.
const workshop = `{
	"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}, "produtosUtilizados": {"cAcaoProdUtilizados": "EST"}},
	"customer": {"default": 3795260786}, "fees": "spread",
	"freight": {"service": {"nCodServico": 3846592864, "produtoUtilizado": [{"nCodProdutoPU": 30, "nQtdePU": 1}]}},
	"services": {
		"OLEO": {"nCodServico": 3846592864, "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 1.5}, {"nCodProdutoPU": 20, "nQtdePU": 1, "codigo_local_estoque": 7}]},
		"REVISAO": {"nCodServico": 3846592864, "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 0.5}]},
		"AULA": {"nCodServico": 3846592864}
	}}`

// taken are the products of an OS in a line.
func taken(os map[string]any) string {
	part, _ := os["produtosUtilizados"].(map[string]any)
	list, _ := part["produtoUtilizado"].([]any)
	var all []string
	for _, v := range list {
		p := v.(map[string]any)
		text := fmt.Sprintf("%s x %s", p["nQtdePU"], p["nCodProdutoPU"])
		if stock := p["codigo_local_estoque"]; stock != nil {
			text += fmt.Sprintf(" of %s", stock)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func TestProductsFollowWhatWasBought(t *testing.T) {
	always := strings.Replace(workshop, `"EST"}`, `"REM", "cCodCategRem": "1.04.99", "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 2}]}`, 1)
	for name, c := range map[string]struct {
		settings, freight, fees string
		lines                   []string // SKU, quantity x price
		want                    string
	}{
		"one piece":             {workshop, "0", "0", []string{"OLEO 1 x 100"}, "1.5 x 10, 1 x 20 of 7"},
		"two pieces":            {workshop, "0", "0", []string{"OLEO 2 x 100"}, "3 x 10, 2 x 20 of 7"},
		"two lines of one":      {workshop, "0", "0", []string{"OLEO 2 x 100", "OLEO 1 x 90"}, "4.5 x 10, 3 x 20 of 7"},
		"one product of two":    {workshop, "0", "0", []string{"REVISAO 3 x 100", "OLEO 1 x 90"}, "3 x 10, 1 x 20 of 7"},
		"half a piece":          {workshop, "0", "0", []string{"OLEO 0.5 x 100"}, "0.75 x 10, 0.5 x 20 of 7"},
		"a tiny piece":          {workshop, "0", "0", []string{"REVISAO 0.00001 x 100000"}, ""},
		"none of it":            {workshop, "0", "0", []string{"AULA 2 x 100"}, ""},
		"beside one without":    {workshop, "0", "0", []string{"AULA 2 x 100", "REVISAO 1 x 10"}, "0.5 x 10"},
		"a box with the goods":  {workshop, "9.90", "0", []string{"OLEO 1 x 100"}, "1.5 x 10, 1 x 20 of 7, 1 x 30"},
		"fees in the prices":    {workshop, "0", "1.01", []string{"OLEO 3 x 33.33"}, "4.5 x 10, 3 x 20 of 7"},
		"said in one piece":     {workshop, "0", "0", []string{"OLEO 1000 x 0.01234"}, "1500 x 10, 1000 x 20 of 7"},
		"with every order":      {always, "0", "0", []string{"AULA 5 x 100"}, "2 x 10"},
		"and those of services": {always, "0", "0", []string{"OLEO 2 x 100"}, "5 x 10, 2 x 20 of 7"},
	} {
		t.Run(name, func(t *testing.T) {
			o := paid(t, "0")
			o.Customer.TaxID, o.Freight, o.Fees = "", money(t, c.freight), money(t, c.fees)
			for _, text := range c.lines {
				sku, of, _ := strings.Cut(text, " ")
				l := sold(t, of)
				l.SKUs = []string{sku}
				o.Lines = append(o.Lines, l)
			}
			o.Total = o.Goods().Add(o.Freight).Add(o.Fees).Round()
			s := simulate(t, c.settings)
			first := s.document(t, o)
			doc := s.document(t, o) // the account stays as it is
			os := param(t, doc)
			if diff := cmp.Diff(param(t, first), os); diff != "" {
				t.Errorf("the second time (-first +second):\n%s", diff)
			}
			if got := taken(os); got != c.want || (os["produtosUtilizados"] != nil) != (c.want != "") {
				t.Errorf("%s, want %s: %v", got, c.want, os["produtosUtilizados"])
			}
			if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
				t.Fatalf("%+v", got)
			}
			if total := s.sim.Documents()[0].Total; !total.Equal(o.Total) || !doc.Total.Equal(o.Total) {
				t.Errorf("Omie adds up %s, the document %s, and %s was paid", total, doc.Total, o.Total)
			}
			if found := s.LookUp(t.Context(), reference); !found.Found.Total.Equal(o.Total) {
				t.Errorf("it is found with %s", found.Found.Total)
			}
		})
	}
}

func TestLotsAreNotAddedUp(t *testing.T) {
	settings := strings.Replace(workshop, `"EST"}`, `"EST", "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 2, "lote_validade": [{"nIdLote": 5, "nQtdLote": 2}]}]}`, 1)
	o := paid(t, "100", "1 x 100")
	o.Customer.TaxID, o.Lines[0].SKUs = "", []string{"REVISAO"}
	s := simulate(t, settings)
	doc := s.document(t, o)
	want := read(t, []byte(`{"cAcaoProdUtilizados": "EST", "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 2, "lote_validade": [{"nIdLote": 5, "nQtdLote": 2}]}, {"nCodProdutoPU": 10, "nQtdePU": 0.5}]}`))
	if diff := cmp.Diff(any(want), param(t, doc)["produtosUtilizados"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
}

func TestCheckSaysWhatIsWrongWithProducts(t *testing.T) {
	product := func(over string) string {
		return `"produtosUtilizados": {"cAcaoProdUtilizados": "EST", "produtoUtilizado": [{"nCodProdutoPU": 10, "nQtdePU": 1` + over + `}]}`
	}
	const use, at = `[{"nCodProdutoPU": 10, "nQtdePU": 1}]`, "os.produtosUtilizados.produtoUtilizado"
	const constant = "warning " + at + ": moves the same stock with every order"
	for name, c := range map[string]struct{ os, service, want string }{
		"nothing":             {"", "", ""},
		"of the services":     {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, use, ""},
		"a remessa":           {`"produtosUtilizados": {"cAcaoProdUtilizados": "REM", "cCodCategRem": "1.04.99"}`, use, ""},
		"of every order":      {product(""), "", constant},
		"of no order":         {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, "", "warning os.produtosUtilizados: isn't sent: no product"},
		"no action":           {`"produtosUtilizados": {}`, use, "os.produtosUtilizados.cAcaoProdUtilizados: must be EST"},
		"another action":      {`"produtosUtilizados": {"cAcaoProdUtilizados": "est"}`, use, "os.produtosUtilizados.cAcaoProdUtilizados: must be EST"},
		"no part":             {"", use, "services.A.produtoUtilizado: needs os.produtosUtilizados.cAcaoProdUtilizados"},
		"a remessa of none":   {`"produtosUtilizados": {"cAcaoProdUtilizados": "REM"}`, use, "os.produtosUtilizados.cCodCategRem: is missing"},
		"a category for none": {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST", "cCodCategRem": "1.04.99"}`, use, "warning os.produtosUtilizados.cCodCategRem: is the category of a remessa"},
		"no object":           {`"produtosUtilizados": []`, "", "os.produtosUtilizados: must be an object"},
		"no list":             {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `{}`, "services.A.produtoUtilizado: must be a list"},
		"no product":          {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[5]`, "services.A.produtoUtilizado.0: must be an object"},
		"no id":               {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nQtdePU": 1}]`, "services.A.produtoUtilizado.0.nCodProdutoPU: must be Omie's id of the product"},
		"half an id":          {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nCodProdutoPU": 1.5, "nQtdePU": 1}]`, "services.A.produtoUtilizado.0.nCodProdutoPU: must be Omie's id"},
		"no quantity":         {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nCodProdutoPU": 1}]`, "services.A.produtoUtilizado.0.nQtdePU: must be a number above 0"},
		"nothing of it":       {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nCodProdutoPU": 1, "nQtdePU": 0}]`, "services.A.produtoUtilizado.0.nQtdePU: must be a number above 0"},
		"less than nothing":   {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nCodProdutoPU": 1, "nQtdePU": -1}]`, "services.A.produtoUtilizado.0.nQtdePU: must be a number above 0"},
		"five decimals":       {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nCodProdutoPU": 1, "nQtdePU": 0.00001}]`, "services.A.produtoUtilizado.0.nQtdePU: must be a number above 0, of at most 4 decimals"},
		"a lot of a service":  {`"produtosUtilizados": {"cAcaoProdUtilizados": "EST"}`, `[{"nCodProdutoPU": 1, "nQtdePU": 1, "lote_validade": [{"nIdLote": 1, "nQtdLote": 1}]}]`, "services.A.produtoUtilizado.0.lote_validade: would be the same of a lot"},
		"a stock in words":    {product(`, "codigo_local_estoque": "centro"`), "", at + ".0.codigo_local_estoque: must be Omie's id of the stock + " + constant},
		"a lot":               {product(`, "lote_validade": [{"nIdLote": 1, "nQtdLote": 1}]`), "", "warning " + at + ".0.lote_validade: is the same lot for every order + " + constant},
		"a lot of nothing":    {product(`, "lote_validade": [{"nIdLote": 1}]`), "", "warning " + at + ".0.lote_validade: is the same lot + " + at + ".0.lote_validade.0.nQtdLote: must be a number above 0 + " + constant},
		"Omie's own id":       {product(`, "nIdItemPU": 1`), "", at + ".0.nIdItemPU: can't be configured: Omie fills it in + " + constant},
		"a change":            {product(`, "cAcaoItemPU": "I"`), "", at + ".0.cAcaoItemPU: can't be configured: it is for changing + " + constant},
	} {
		t.Run(name, func(t *testing.T) {
			service := `{"nCodServico": 1}`
			if c.service != "" {
				service = `{"nCodServico": 1, "produtoUtilizado": ` + c.service + `}`
			}
			os := `"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 1}`
			if c.os != "" {
				os += ", " + c.os
			}
			var got []string
			for _, p := range omie.Check(json.RawMessage(`{"os": {` + os + `}, "services": {"A": ` + service + `}}`)) {
				wordstest.Translated(t, p.Message)
				text := p.Path + ": " + p.Message.String()
				if p.Warning {
					text = "warning " + text
				}
				got = append(got, text)
			}
			wanted := strings.Split(c.want, " + ")
			if c.want == "" {
				wanted = nil
			}
			same := len(got) == len(wanted)
			for i := range min(len(got), len(wanted)) {
				same = same && strings.HasPrefix(got[i], wanted[i])
			}
			if !same {
				t.Errorf("%s\nwant %s", strings.Join(got, "\n"), c.want)
			}
		})
	}
}

package omie_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestAnAccountOfGoodsIsFine(t *testing.T) {
	for name, settings := range map[string]string{
		"the least":      goods,
		"by Omie's id":   strings.Replace(goods, `"customer"`, `"products": {"A": {"codigo_produto": 1}, "*": {"codigo": "{line.sku}", "inf_adic": {"nao_movimentar_estoque": "S"}, "observacao": {"obs_item": "{line.name}"}}}, "customer"`, 1),
		"in instalments": strings.Replace(goods, `"cabecalho"`, `"lista_parcelas": {"parcela": [{"percentual": 60}, {"percentual": 40, "quantidade_dias": 30}]}, "departamentos": [{"cCodDepto": "1"}], "cabecalho"`, 1),
		"both kinds":     strings.Replace(goods, `"customer"`, `"os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}}, `+goodService+`, "customer"`, 1),
	} {
		if problems := omie.Check(json.RawMessage(settings)); len(problems) != 0 {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

func TestCheckNamesTheFieldOfAPedidoAndWhatIsAllowed(t *testing.T) {
	pedido := func(part, fields string) string {
		return `{"document": "pedido", "pedido": {"` + part + `": ` + fields + `}}`
	}
	info := func(fields string) string {
		return pedido("informacoes_adicionais", `{"codigo_categoria": "1.01.03", "codigo_conta_corrente": 1, `+fields+`}`)
	}
	product := func(fields string) string { return `{"document": "pedido", "products": {"A": ` + fields + `}}` }
	for name, c := range map[string]struct {
		settings, path, says string
		warning              bool
	}{
		"another kind":             {settings: `{"document": "nota"}`, path: "document", says: "must be os or pedido"},
		"no object":                {settings: `{"document": "pedido", "pedido": []}`, path: "pedido", says: "must be an object"},
		"no category":              {settings: `{"document": "pedido"}`, path: "pedido.informacoes_adicionais.codigo_categoria", says: "is missing", warning: true},
		"no bank account":          {settings: `{"document": "pedido"}`, path: "pedido.informacoes_adicionais.codigo_conta_corrente", says: "is missing", warning: true},
		"lines":                    {settings: pedido("det", `[]`), path: "pedido.det", says: "under products"},
		"a market place":           {settings: pedido("market_place", `{"nTaxa": 1}`), path: "pedido.market_place", says: "must be one of cabecalho"},
		"a part that is no object": {settings: pedido("frete", `5`), path: "pedido.frete", says: "must be an object"},
		"departments":              {settings: pedido("departamentos", `{}`), path: "pedido.departamentos", says: "must be a list"},
		"shares of 90":             {settings: pedido("departamentos", `[{"nPerc": 50}, {"nPerc": 40}]`), path: "pedido.departamentos", says: "comes to 90"},
		"our code":                 {settings: pedido("cabecalho", `{"codigo_pedido_integracao": "x"}`), path: "pedido.cabecalho.codigo_pedido_integracao", says: "recognized as ours"},
		"the customer":             {settings: pedido("cabecalho", `{"codigo_cliente": 1}`), path: "pedido.cabecalho.codigo_cliente", says: "customer.default"},
		"a discount":               {settings: pedido("cabecalho", `{"valor_desconto_pedido": 1}`), path: "pedido.cabecalho.valor_desconto_pedido", says: "would change an amount"},
		"freight":                  {settings: pedido("frete", `{"valor_frete": 1}`), path: "pedido.frete.valor_frete", says: "would change an amount"},
		"insurance":                {settings: pedido("frete", `{"valor_seguro": 1}`), path: "pedido.frete.valor_seguro", says: "would change an amount"},
		"expenses":                 {settings: pedido("frete", `{"outras_despesas": 1}`), path: "pedido.frete.outras_despesas", says: "would change an amount"},
		"a deprecated field":       {settings: pedido("cabecalho", `{"codigo_empresa": 1}`), path: "pedido.cabecalho.codigo_empresa", says: "deprecated"},
		"an output":                {settings: pedido("cabecalho", `{"enc_motivo": "x"}`), path: "pedido.cabecalho.enc_motivo", says: "Omie fills it in"},
		"a stage of invoices":      {settings: pedido("cabecalho", `{"etapa": "50"}`), path: "pedido.cabecalho.etapa", says: "Faturar", warning: true},
		"a stage without quotes":   {settings: pedido("cabecalho", `{"etapa": 10}`), path: "pedido.cabecalho.etapa", says: "in quotes"},
		"a text for a number":      {settings: pedido("cabecalho", `{"qtde_parcelas": "3"}`), path: "pedido.cabecalho.qtde_parcelas", says: "must be a number"},
		"no day":                   {settings: pedido("cabecalho", `{"data_previsao": "amanhã"}`), path: "pedido.cabecalho.data_previsao", says: "+3d"},
		"one day for all":          {settings: pedido("cabecalho", `{"data_previsao": "27/02/2027"}`), path: "pedido.cabecalho.data_previsao", says: "same day for every order", warning: true},
		"999 without a number":     {settings: pedido("cabecalho", `{"codigo_parcela": "999"}`), path: "pedido.cabecalho.qtde_parcelas", says: "how many instalments codigo_parcela 999 has"},
		"three that are one":       {settings: pedido("cabecalho", `{"codigo_parcela": "003", "qtde_parcelas": 1}`), path: "pedido.cabecalho.qtde_parcelas", says: "means 3", warning: true},
		"a plan that isn't 999": {settings: `{"document": "pedido", "pedido": {"cabecalho": {"codigo_parcela": "000"}, "lista_parcelas": {"parcela": [{"percentual": 100}]}}}`,
			path: "pedido.cabecalho.codigo_parcela", says: "which contradicts parcela", warning: true},
		"amounts of instalments":  {settings: pedido("lista_parcelas", `{"parcela": [{"valor": 5}]}`), path: "pedido.lista_parcelas.parcela.0.valor", says: "would change an amount"},
		"two beside payments":     {settings: `{"parcelas": "payments", "document": "pedido", "pedido": {"lista_parcelas": {"parcela": [{}, {}]}}}`, path: "pedido.lista_parcelas.parcela", says: "must have one element"},
		"dates beside payments":   {settings: `{"parcelas": "payments", "document": "pedido", "pedido": {"lista_parcelas": {"parcela": [{"data_vencimento": "+1d"}]}}}`, path: "pedido.lista_parcelas.parcela.0.data_vencimento", says: "can't be configured"},
		"a constant number":       {settings: info(`"numero_pedido_cliente": "1"`), path: "pedido.informacoes_adicionais.numero_pedido_cliente", says: "same for every order", warning: true},
		"a constant address":      {settings: info(`"utilizar_emails": "a@b.example"`), path: "pedido.informacoes_adicionais.utilizar_emails", says: "same for every order", warning: true},
		"a constant payment":      {settings: info(`"meio_pagamento": "17"`), path: "pedido.informacoes_adicionais.meio_pagamento", says: "same for every order", warning: true},
		"a boleto for who paid":   {settings: info(`"enviar_email": "S"`), path: "pedido.informacoes_adicionais.enviar_email", says: "has paid", warning: true},
		"both a boleto and a Pix": {settings: info(`"enviar_email": "S", "enviar_pix": "S"`), path: "pedido.informacoes_adicionais.enviar_pix", says: "not both"},
		"a category of 1.01":      {settings: pedido("informacoes_adicionais", `{"codigo_categoria": 1.01, "codigo_conta_corrente": 1}`), path: "pedido.informacoes_adicionais.codigo_categoria", says: "in quotes"},
		"no such placeholder":     {settings: info(`"contato": "{line.name}"`), path: "pedido.informacoes_adicionais.contato", says: "line.name"},
		"a long contract":         {settings: info(`"numero_contrato": "` + strings.Repeat("x", 21) + `"`), path: "pedido.informacoes_adicionais.numero_contrato", says: "said to take 20", warning: true},

		"no products":            {settings: `{"document": "pedido", "products": {}}`, path: "products", says: "is empty", warning: true},
		"a product that is none": {settings: product(`5`), path: "products.A", says: "det[].produto"},
		"a product of no name":   {settings: product(`{"descricao": "x"}`), path: "products.A", says: "codigo_produto, codigo_produto_integracao, codigo"},
		"two names":              {settings: product(`{"codigo_produto": 1, "codigo": "A"}`), path: "products.A.codigo", says: "beside codigo_produto"},
		"a price":                {settings: product(`{"codigo_produto": 1, "valor_unitario": 1}`), path: "products.A.valor_unitario", says: "would change an amount"},
		"a discount of all":      {settings: product(`{"codigo_produto": 1, "percentual_desconto": 1}`), path: "products.A.percentual_desconto", says: "would change an amount"},
		"a CFOP":                 {settings: product(`{"codigo_produto": 1, "cfop": "5102"}`), path: "products.A.cfop", says: "product's own"},
		"an NCM":                 {settings: product(`{"codigo_produto": 1, "ncm": "49019900"}`), path: "products.A.ncm", says: "product's own"},
		"taxes":                  {settings: product(`{"codigo_produto": 1, "imposto": {}}`), path: "products.A.imposto", says: "product's own"},
		"no receivable":          {settings: product(`{"codigo_produto": 1, "inf_adic": {"nao_gerar_financeiro": "S"}}`), path: "products.A.inf_adic.nao_gerar_financeiro", says: "no receivable", warning: true},
		"out of the total":       {settings: product(`{"codigo_produto": 1, "inf_adic": {"nao_somar_total": "S"}}`), path: "products.A.inf_adic.nao_somar_total", says: "would change an amount"},
		"notes that are a text":  {settings: product(`{"codigo_produto": 1, "observacao": "x"}`), path: "products.A.observacao", says: "must be an object"},
	} {
		found := false
		for _, p := range omie.Check(json.RawMessage(c.settings)) {
			wordstest.Translated(t, p.Message)
			found = found || p.Path == c.path && p.Warning == c.warning && strings.Contains(p.Message.String(), c.says)
		}
		if !found {
			t.Errorf("%s: not said of %s in %+v", name, c.path, omie.Check(json.RawMessage(c.settings)))
		}
	}
}

func TestAMistypedFieldOfAPedidoIsAskedAbout(t *testing.T) {
	for from, want := range map[string]string{
		`"codigo_categoria"`: `did you mean codigo_categoria?`,
		`"data_previsao"`:    `did you mean data_previsao?`,
		`"cabecalho"`:        `did you mean cabecalho?`,
		`"pedido":`:          `did you mean pedido?`,
		`"pedido",`:          `did you mean "pedido"?`,
	} {
		mistyped := strings.Replace(`{"kind": "omie", `+goods[1:], from, strings.Replace(from, `o`, `oo`, 1), 1)
		if err := refused(t, read(t, []byte(mistyped))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", from, err)
		}
	}
	if err := refused(t, read(t, []byte(`{"kind": "omie", "document": "pedido", "products": {"A": {"codigo_produtos": 1}}}`))); err == nil || !strings.Contains(err.Error(), "did you mean codigo_produto?") {
		t.Errorf("%v", err)
	}
}

package file_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
)

func TestThePublishedSchemaIsADraft2020Schema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(published(t)))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	if err := meta.Validate(document); err != nil {
		t.Error(err)
	}
	if dialect := document.(map[string]any)["$schema"]; dialect != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("the dialect is %v", dialect)
	}
}

// published is the schema that editors are shown.
func published(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("connections.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestThePublishedSchemaIsWhatTheKindsSay(t *testing.T) {
	composed, err := file.Schema(kinds.All())
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(composed, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile("connections.schema.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(published(t)), string(got)); diff != "" {
		t.Errorf("go test ./shared/connection/file -run Published -update writes it (-published +composed):\n%s", diff)
	}
}

func schema(t *testing.T) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(published(t), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// eachProperty visits every property of every object of the schema.
func eachProperty(at any, path string, visit func(path string, property map[string]any)) {
	switch at := at.(type) {
	case map[string]any:
		if properties, ok := at["properties"].(map[string]any); ok && !strings.HasSuffix(path, ".if") {
			for name, property := range properties {
				visit(path+".properties."+name, property.(map[string]any))
			}
		}
		for key, below := range at {
			eachProperty(below, path+"."+key, visit)
		}
	case []any:
		for i, below := range at {
			eachProperty(below, fmt.Sprintf("%s.%d", path, i), visit)
		}
	}
}

func TestAnEditorExplainsEveryKeyAndSuggestsNoOther(t *testing.T) {
	seen := 0
	eachProperty(schema(t), "", func(path string, property map[string]any) {
		seen++
		_, refused := property["not"]
		_, described := property["description"]
		_, reason := property["errorMessage"]
		_, reference := property["$ref"]
		switch {
		case refused && !reason:
			t.Errorf("%s is refused without a word", path)
		case !refused && !described && !reference:
			t.Errorf("%s is not described", path)
		}
		if _, isEnum := property["enum"]; isEnum && property["title"] == nil && !refused {
			t.Errorf("%s: an enum needs a title, for \"is not a ...\"", path)
		}
	})
	if seen < 150 {
		t.Errorf("only %d properties were seen", seen)
	}
}

func TestThePlatformsAreThoseOfTheOutsideContract(t *testing.T) {
	enum := schema(t)["$defs"].(map[string]any)["connection"].(map[string]any)["properties"].(map[string]any)["platform"].(map[string]any)["enum"]
	var got []string
	for _, platform := range enum.([]any) {
		got = append(got, platform.(string))
	}
	want := strings.Split("shopify, woocommerce, hotmart, nuvemshop, kiwify, yampi, mercadopago, stripe, vtex, pagarme, asaas, eduzz, generic", ", ")
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("platforms (-want +got):\n%s", diff)
	}
}

// field is one field of an ERP's documented request: where it stands in the
// configuration, and a value of the documented type.
type field struct{ path, value string }

// omieFields are the fields of the documented IncluirOS bodies, and of the
// documented osCadastro beyond them. "os" and "service" say where they stand.
var omieFields = []field{
	{"os.Cabecalho.cEtapa", `"10"`}, {"os.Cabecalho.cCodParc", `"999"`}, {"os.Cabecalho.dDtPrevisao", `"27/02/2025"`},
	{"os.Cabecalho.nQtdeParc", `3`}, {"os.Cabecalho.nCodVend", `3795260786`}, {"os.Cabecalho.nCodCtr", `3795260786`},
	{"os.Departamentos", `[]`},
	{"os.Departamentos", `[{"cCodDepto": "1", "nPerc": 100, "nValor": "{order.total}", "nValorFixo": "N"}]`},
	{"os.Email.cEnvBoleto", `"N"`}, {"os.Email.cEnvLink", `"N"`}, {"os.Email.cEnvPix", `"S"`}, {"os.Email.cEnvRecibo", `"S"`},
	{"os.Email.cEnvViaUnica", `"S"`}, {"os.Email.cEnviarPara", `"api@example.com"`},
	{"os.InformacoesAdicionais.cCidPrestServ", `"SAO PAULO (SP)"`}, {"os.InformacoesAdicionais.cCodCateg", `"1.01.02"`},
	{"os.InformacoesAdicionais.cDadosAdicNF", `"OS incluída via API"`}, {"os.InformacoesAdicionais.nCodCC", `3731356020`},
	{"os.InformacoesAdicionais.cNumPedido", `"{order.number}"`}, {"os.InformacoesAdicionais.cNumContrato", `"1"`},
	{"os.InformacoesAdicionais.cContato", `"{customer.name}"`}, {"os.InformacoesAdicionais.cCodObra", `"1"`},
	{"os.InformacoesAdicionais.cCodART", `"1"`}, {"os.InformacoesAdicionais.nCodProj", `1`},
	{"os.InformacoesAdicionais.dDataRps", `"+0d"`}, {"os.InformacoesAdicionais.cUsoConsumo", `"N"`},
	{"os.InformacoesAdicionais.nIdDestinatario", `1`}, {"os.InformacoesAdicionais.DetalhesNfse", `{"Eventos": {"cNomeEvento": "Feira", "cCodAtivEvento": "1", "cEndEvento": "Rua 1", "cNumEndEvento": "1",
		"cComplEvento": "A", "cBairroEvento": "Centro", "cCidadeEvento": "1", "cUfEvento": "SP", "cCepEvento": "01001000", "dDtIniEvento": "+0d", "dDtFimEvento": "27/02/2025",
		"cExtEvento": "S", "cEndExtEvento": "1 Main St", "cCidadeExtEvento": "Lisboa", "cCodPaisEvento": "6076"}}`},
	{"os.produtosUtilizados", `{"cAcaoProdUtilizados": "REM", "cCodCategRem": "1.04.99", "produtoUtilizado": [{"nCodProdutoPU": 1, "nQtdePU": 0.5, "codigo_local_estoque": 1,
		"lote_validade": [{"nIdLote": 1, "nQtdLote": 0.5}]}]}`}, {"service.produtoUtilizado", `[{"nCodProdutoPU": 1, "nQtdePU": 2, "codigo_local_estoque": 1}]`},
	{"os.Observacoes.cObsOS", `"nota"`},
	{"os.Parcelas", `[{"nParcela": 1, "dDtVenc": "+30d", "nValor": "{order.total}", "nPercentual": 100, "nDias": 30, "tipo_documento": "99", "meio_pagamento": "17",
		"nsu": "1", "nao_gerar_boleto": "S", "parcela_adiantamento": "N", "categoria_adiantamento": "1", "conta_corrente_adiantamento": 1}]`},
	{"freight", `"spread"`}, {"fees", `{"service": {"nCodServico": 3846592864, "cDadosAdicItem": "Pedido {order.number}"}}`},
	{"tax", `{"expense": {"cDescReemb": "Impostos", "dDataReemb": "+0d", "cCodCategReemb": "1.01.02"}}`}, {"parcelas", `"payments"`},
	{"service.nCodServico", `3846592864`}, {"service.cCodIntServico", `"MANUT-01"`}, {"service.cDescServ", `"Serviço prestado 001"`},
	{"service.cCodServLC116", `"7.07"`}, {"service.cCodServMun", `"01015"`}, {"service.cDadosAdicItem", `"Serviços prestados (API)"`},
	{"service.cRetemISS", `"N"`}, {"service.cTribServ", `"01"`}, {"service.cNbs", `"1"`}, {"service.cNaoGerarFinanceiro", `"N"`},
	{"service.cCodCategItem", `"1.01.02"`}, {"service.cReembolso", `"N"`}, {"service.viaUnica", `{"cModeloNF": "21", "cCFOP": "1", "cClassifServico": "0101", "cTipoReceita": "0", "cTipoUtilizacao": "1"}`}, {"service.DeducoesIss", `[{"nPercDeducao": 1}]`},
	{"service.impostos.cRetemIRRF", `"S"`}, {"service.impostos.cRetemPIS", `"S"`}, {"service.impostos.cRetemCOFINS", `"S"`}, {"service.impostos.cRetemCSLL", `"S"`},
	{"service.impostos.cRetemINSS", `"S"`}, {"service.impostos.nAliqCOFINS", `0`}, {"service.impostos.nAliqCSLL", `0`}, {"service.impostos.nAliqIRRF", `15`},
	{"service.impostos.nAliqISS", `3`}, {"service.impostos.nAliqPIS", `4.5`}, {"service.impostos.nAliqINSS", `11`},
	{"service.impostos.cUtilizaValorImposto", `"N"`}, {"service.impostos.nAliqRedBaseINSS", `1`}, {"service.impostos.nAliqRedBaseCOFINS", `1`},
	{"service.impostos.nAliqRedBasePIS", `1`}, {"service.impostos.lDeduzISS", `true`}, {"service.impostos.cCST", `"000"`}, {"service.impostos.cClassTrib", `"000001"`},
	{"service.impostos.nAliqIbsUf", `0.1`}, {"service.impostos.nAliqIbsMun", `0`}, {"service.impostos.nAliqCbs", `0.9`}, {"service.impostos.nPercReducaoCbs", `60`},
	{"service.impostos.cIndOPer", `"1"`},

	// What Carimbo fills in, and what Omie does.
	{"-os.Cabecalho.cCodIntOS", `"xxxOsApi"`}, {"-os.Cabecalho.nCodCli", `3795260786`}, {"-os.Cabecalho.cCodIntCli", `"1"`},
	{"-os.Cabecalho.nCodOS", `1`}, {"-os.Cabecalho.cNumOS", `"1"`}, {"-os.Cabecalho.nValorTotal", `1`}, {"-os.Cabecalho.nValorTotalImpRet", `1`},
	{"-os.Cabecalho.cDescParc", `"1"`}, {"-os.InformacoesAdicionais.cNumRecibo", `"1"`}, {"-os.InfoCadastro", `{}`}, {"-os.Tarefas", `[]`},
	{"-os.ServicosPrestados", `[]`}, {"-os.despesasReembolsaveis", `{}`},
	{"-os.produtosUtilizados", `{"cAcaoProdUtilizados": "EST", "produtoUtilizado": [{"nCodProdutoPU": 1, "nQtdePU": 1, "nIdItemPU": 1}]}`},
	{"-os.produtosUtilizados", `{"cAcaoProdUtilizados": "EST", "produtoUtilizado": [{"nCodProdutoPU": 1, "nQtdePU": 1, "cAcaoItemPU": "I"}]}`},
	{"-service.produtoUtilizado", `[{"nCodProdutoPU": 1, "nQtdePU": 1, "lote_validade": []}]`},
	{"-os.Departamentos", `[{"cCodDepto": "1", "nValor": 10}]`}, {"-os.Parcelas", `[{"nValor": 10}]`},
	{"-service.nQtde", `3`}, {"-service.nValUnit", `1000`}, {"-service.cTpDesconto", `"V"`}, {"-service.nValorDesconto", `1`}, {"-service.nAliqDesconto", `1`},
	{"-service.nValorOutrasRetencoes", `1`}, {"-service.nValorAcrescimos", `1`}, {"-service.nSeqItem", `1`}, {"-service.nIdItem", `1`}, {"-service.cAcaoItem", `"I"`},
	{"-service.impostos.nBaseISS", `1`}, {"-service.impostos.nValorISS", `1`}, {"-service.impostos.nValorIbsUf", `1`}, {"-service.impostos.nValorCbs", `1`},
	{"-service.impostos.cFixarIRRF", `"S"`}, {"-service.impostos.cManCbs", `"S"`},
	{"-service.impostos.nTotDeducao", `1.25`}, {"-service.impostos.nValorIRRF", `1`}, {"-service.impostos.nValorPIS", `1`}, {"-service.impostos.nValorCOFINS", `1`},
	{"-service.impostos.nValorCSLL", `1`}, {"-service.impostos.nValorINSS", `1`}, {"-service.impostos.nValorDeducaoIRRF", `1`},
	{"-service.DeducoesIss", `[{"nValorDeducao": 50}]`}, {"-freight", `{"expense": {"nValorReemb": 5}}`}, {"-fees", `{"service": {"nCodServico": 1, "nValUnit": 5}}`},
}

// sensioFields are the fields of the documented POST /sales.
var sensioFields = []field{
	{"sale.child", `"x"`}, {"sale.fixedPaymentsDate", `true`}, {"sale.type", `"Venda"`}, {"sale.status", `"Em aberto"`}, {"sale.paymentConditionType", `"2x"`},
	{"sale.paymentMethod", `"Dinheiro"`}, {"sale.priceList", `"x"`}, {"sale.details", `"Pedido {order.number}"`}, {"sale.oc", `"{order.number}"`},
	{"sale.sellersInfo", `[{"seller": "x", "comissionType": "%", "comissionValue": 0, "comission": 0}]`}, {"sale.negotiationStatus", `"Em orçamento"`},
	{"sale.tags", `[{"tagId": "x"}]`}, {"sale.origStatus", `"x"`}, {"sale.origPaymentMethod", `"x"`}, {"sale.bonificacao", `false`}, {"sale.carrier", `"x"`},
	{"sale.modFrete", `"0 - Por conta do emitente"`}, {"sale.foreseenShipment", `"2019-08-24"`}, {"sale.shipmentDetails", `"x"`},
	{"sale.shipmentAddress", `"Endereço da Pessoa"`}, {"sale.shipment", `"x"`}, {"sale.shipped", `true`}, {"sale.shipmentCode", `"x"`},
	{"sale.shipmentDate", `"2019-08-24"`}, {"sale.approved", `true`}, {"sale.description", `"x"`}, {"sale.contactId", `"x"`},
	{"sale.acquirer", `{"isWithAcquirerFee": true, "acquirerId": "x", "feeType": "x"}`}, {"sale.customerId", `"x"`}, {"sale.discountType", `"%"`},
	{"item.productId", `"x"`}, {"item.variationId", `"x"`}, {"item.details", `"{line.name}"`}, {"item.detailsNF", `true`},

	{"-sale.total", `0`}, {"-sale.dateSold", `"2019-08-24"`}, {"-sale.payments", `[{"dVenc": "2019-08-24"}]`}, {"-sale.customer", `"x"`},
	{"-sale.otherExpenses", `0`}, {"-sale.discount", `0`}, {"-sale.discountPercentage", `0`}, {"-sale.transportFee", `0`},
	{"-sale.netTotal", `0`}, {"-sale.orig", `"x"`}, {"-sale.origId", `"x"`}, {"-sale.saleLines", `[]`},
	{"-sale.dueDate", `"2019-08-24"`}, {"-sale.foreseenDelivery", `"2019-08-24"`}, {"-sale.quoteDate", `"2019-08-24"`},
	{"-item.qty", `0`}, {"-item.price", `0`},
}

// problemsWith loads a configuration that has one more field in it.
func problemsWith(t *testing.T, f field) file.Problems {
	t.Helper()
	account := map[string]any{"kind": "omie", "services": map[string]any{"A": map[string]any{"nCodServico": 1}}}
	path := strings.Replace(strings.TrimPrefix(f.path, "-"), "service.", "services.A.", 1)
	if strings.HasPrefix(path, "sale.") || strings.HasPrefix(path, "item.") {
		account = map[string]any{"kind": "sensio", "base_url": "https://api.example.com.br", "items": map[string]any{"A": map[string]any{"productId": "x"}}}
		path = strings.Replace(path, "item.", "items.A.", 1)
	}
	var value any
	if err := json.Unmarshal([]byte(f.value), &value); err != nil {
		t.Fatalf("%s: %v", f.path, err)
	}
	put(account, strings.Split(path, "."), value)
	b, err := json.Marshal(map[string]any{
		"erps":        map[string]any{"e": account},
		"connections": map[string]any{"c": map[string]any{"platform": "generic", "erp": "e", "since": "2026-11-21"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, problems, _ := file.Parse("c.json", b, shapes())
	return problems
}

func put(into map[string]any, path []string, value any) {
	if len(path) == 1 {
		into[path[0]] = value
		return
	}
	if into[path[0]] == nil {
		into[path[0]] = map[string]any{}
	}
	put(into[path[0]].(map[string]any), path[1:], value)
}

// filledIn are the words for a field that is known, but not the merchant's.
var filledIn = regexp.MustCompile(`Carimbo fills|Omie fills|would change|would be the same|would move|Omie counts|is for changing|belongs to a quote`)

func TestEveryInputFieldOfBothERPsIsKnownInItsPlace(t *testing.T) {
	for _, f := range append(slices.Clone(omieFields), sensioFields...) {
		problems := problemsWith(t, f)
		refused := strings.HasPrefix(f.path, "-")
		switch {
		case !refused && len(problems) > 0:
			t.Errorf("%s: %v", f.path, problems)
		case refused && (len(problems) != 1 || !filledIn.MatchString(problems[0].Message.String())):
			t.Errorf("%s must be refused in words: %v", f.path, problems)
		}
	}
}

func TestAFieldOfAnotherTypeIsRefused(t *testing.T) {
	other := map[byte]string{'"': `7`, '[': `"x"`, '{': `"x"`, 't': `"S"`, 'f': `"N"`}
	for _, f := range append(slices.Clone(omieFields), sensioFields...) {
		wrong, ok := other[f.value[0]]
		if !ok {
			wrong = `"7"`
		}
		if problems := problemsWith(t, field{f.path, wrong}); len(problems) == 0 {
			t.Errorf("%s took %s", f.path, wrong)
		}
	}
}

func TestEveryDocumentedValueOfAnEnumIsTaken(t *testing.T) {
	for path, values := range map[string]string{
		"sale.type":                       "Venda|Assistência Técnica|Orçamento|Compra|Venda Representação|Bonificação/Remessa|Outros",
		"sale.status":                     "Em aberto|Faturado",
		"sale.negotiationStatus":          "Em orçamento|Recusado|Aprovado",
		"sale.modFrete":                   "0 - Por conta do emitente|1 - Por conta do destinatário/remetente|2 - Por conta de terceiros|9 - Sem frete",
		"sale.shipmentAddress":            "Endereço da Pessoa|Endereço de Entrega|Endereço de Cobrança|Endereço Secundário",
		"sale.paymentMethod":              "Dinheiro|Cheque|Débito em conta|Débito Direto Autorizado (DDA)|Depósito/Transferência|Cartão de Crédito|Cartão de Débito|Crédito Loja|Financeira|Vale Crédito|Vale Alimentação|Vale Refeição|Vale Presente|Vale Combustível|Duplicata Mercantil|Boleto Bancário|Programa de fidelidade, Cashback, Crédito Virtual|Sem Pagamento|Carteira|PIX|Outros",
		"os.Cabecalho.cEtapa":             "10|20|30|40|50",
		"os.Cabecalho.cCodParc":           "000|001|048|A03|B20|S01|999",
		"os.Cabecalho.dDtPrevisao":        "+3d|+0d|+365d|27/02/2025",
		"os.Email.cEnvLink":               "S|N",
		"service.impostos.cRetemINSS":     "S|N",
		"service.viaUnica.cModeloNF":      "21|22",
		"service.viaUnica.cTipoReceita":   "0|1|2|3|4|5|9",
		"-service.viaUnica.cModeloNF":     "55|",
		"-sale.type":                      "venda|",
		"-os.Cabecalho.cEtapa":            "5|60|{order.number}",
		"-os.Cabecalho.cCodParc":          "0|a03|0000|{order.number}",
		"-os.Cabecalho.dDtPrevisao":       "3d|+3|+3D|2025-02-27|+3d | +3d|{order.number}",
		"-os.Email.cEnvLink":              "s|Sim|",
		"-service.impostos.cRetemIRRF":    "true",
		"-service.impostos.cRetemCOFINS":  "n",
		"-os.InformacoesAdicionais.nCodX": "1",
	} {
		for _, value := range strings.Split(values, "|") {
			quoted, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			errs := problemsWith(t, field{path, string(quoted)}).Errors()
			if refused := strings.HasPrefix(path, "-"); refused != (errs != nil) {
				t.Errorf("%s: %q: %v", path, value, errs)
			}
		}
	}
}

func TestQuoteFieldsAreForQuotes(t *testing.T) {
	text := `{"erps": {"e": {"kind": "sensio", "base_url": "http://127.0.0.1:8080/v1", "items": {},
		"sale": {"type": %q, "dueDate": "2026-12-01", "foreseenDelivery": "2026-12-01", "quoteDate": "2026-12-01"}}},
		"connections": {"a": {"platform": "generic", "erp": "e", "since": "2026-11-21"}}}`
	for kind, want := range map[string]int{"Orçamento": 0, "Venda": 3} {
		_, problems, _ := file.Parse("c.json", []byte(fmt.Sprintf(text, kind)), shapes())
		if len(problems) != want {
			t.Errorf("%s: %v", kind, problems)
		}
	}
}

func TestABaseURLIsAnAddressAndNothingElse(t *testing.T) {
	for address, want := range map[string]bool{
		"https://app.omie.com.br/api/v1/": true, "https://api.example.com.br": true, "http://127.0.0.1:8080/v1": true, "http://[::1]:8080": true,
		"http://localhost": true, "https://host.docker.internal:9000/": true,
		"https://...": false, "https://": false, "api.example.com.br": false, "ftp://a.b": false, "https://a.b/?x=1": false, "https://a.b/#x": false,
		"https://user:secret@a.b": false, "https://a b": false, "": false, "https://-a.b": false, "https://a.b:port": false,
	} {
		text := fmt.Sprintf(`{"erps": {"e": {"kind": "omie", "base_url": %q, "services": {}}}, "connections": {"a": {"platform": "generic", "erp": "e", "since": "2026-11-21"}}}`, address)
		_, problems, err := file.Parse("c.json", []byte(text), shapes())
		if (err == nil) != want {
			t.Errorf("%q: %v", address, err)
		}
		if strings.Contains(problems.Error(), "secret") {
			t.Errorf("a password was shown: %v", problems)
		}
	}
}

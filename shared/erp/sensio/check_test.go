package sensio_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// account is one that nothing is wrong with, with something put over it.
func account(t *testing.T, over string) json.RawMessage {
	t.Helper()
	a := read(t, []byte(keyed))
	for key, v := range read(t, []byte(over)) {
		if a[key] = v; v == nil {
			delete(a, key)
		}
	}
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// asks is an account with a query, and that to create.
func asks(create string) string {
	return `{"customer": {"query": {"path": "/p?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": "t"}, "create": ` + create + `}}`
}

func TestAnAccountThatIsRightHasNoProblems(t *testing.T) {
	for _, over := range []string{
		`{}`,
		`{"base_url": "http://127.0.0.1:8080/v1"}`, `{"base_url": "http://localhost:8080"}`, `{"base_url": "http://[::1]:8080"}`,
		`{"lookup": {"path": "/s?o={origId}", "rows": "", "id": "_id"}}`,
		`{"lookup": {"path": "/s?o={origId}", "rows": "", "id": "_id", "none": 404}}`,
		`{"lookup": {"path": "/s?o={origId}", "rows": "", "id": "_id", "none": {"success": false, "data.total": 0, "response": null}}}`,
		`{"customer": {"query": {"path": "/people?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": "t", "known": "11.222.333/0001-81"}, "create": {"path": "/people", "id": "response", "body": {"doc": "{customer.tax_id}", "n": 5, "address": {"city": "{address.city}"}}}}}`,
		`{"customer": {"query": {"path": "/people?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": "t", "known": "11222333000181"}, "create": {"path": "/people?doc={customer.tax_id}", "id": "response.id", "body": {"n": "{customer.name}"}}}}`,
		`{"sale": {"details": "CPF {customer.tax_id}, {customer.company}: {address.street}, {address.number} {address.complement} {address.district} {address.city} {address.state} {address.postal_code} {address.country}, {payment.method} {payment.reference}"}}`,
		`{"sale": {"type": "Venda", "status": "Em aberto", "modFrete": {"with": "0 - Por conta do emitente", "without": "9 - Sem frete"}, "details": "Pedido {order.number}", "approved": true, "sellersInfo": [{"seller": "1", "comission": 5}]}}`,
		`{"items": {"A.B": {"productId": "1", "variationId": "2", "details": "{line.name} {line.sku}", "detailsNF": false}}}`,
	} {
		if problems := sensio.Check(account(t, over)); len(problems) > 0 {
			t.Errorf("%s: %+v", over, problems)
		}
	}
}

func TestWhatIsWrongWithAnAccountIsSaidAtItsPlace(t *testing.T) {
	for over, want := range map[string]string{
		`{"base_url": null}`:                                                                 "base_url: is missing",
		`{"base_url": "api.example.com"}`:                                                    "base_url: must be a URL",
		`{"base_url": "ftp://api.example.com"}`:                                              "base_url: must be a URL",
		`{"base_url": "http://api.example.com"}`:                                             "base_url: must be https",
		`{"base_url": "https://a:b@api.example.com"}`:                                        "base_url: must have no user",
		`{"base_url": "https://api.example.com/?a=b"}`:                                       "base_url: must have no user",
		`{"headers": {"X": "{app_secrets}"}}`:                                                "headers.X: {app_secrets} is not a placeholder that is known here (did you mean {app_secret}?); allowed: {app_key}, {app_secret}",
		`{"headers": {"X": "{app_secret"}}`:                                                  "headers.X: malformed placeholder",
		`{"headers": {"X": 5}}`:                                                              "headers.X: must be one line of text",
		`{"headers": {"X": "a\r\nY: b"}}`:                                                    "headers.X: must be one line of text",
		`{"headers": {"host": "b"}}`:                                                         "headers.host: is not for configuration",
		`{"headers": {}}`:                                                                    "warning headers: is empty",
		`{"headers": ["a"]}`:                                                                 "headers: must be an object",
		`{"lookup": null}`:                                                                   "warning lookup: is missing",
		`{"lookup": "/sales"}`:                                                               "lookup: must be an object",
		`{"lookup": {"path": "/sales", "rows": "r", "id": "i"}}`:                             "lookup.path: must begin with / and hold {origId}",
		`{"lookup": {"path": "https://b.com/{origId}", "rows": "r", "id": "i"}}`:             "lookup.path: must begin with / and hold {origId}",
		`{"lookup": {"path": "/{origId}/{code}", "rows": "r", "id": "i"}}`:                   "lookup.path: {code} is not a placeholder that is known here",
		`{"lookup": {"path": "/{origId}", "id": "i"}}`:                                       "lookup.rows: must say where",
		`{"lookup": {"path": "/{origId}", "rows": "", "id": ""}}`:                            "lookup.id: must say where",
		`{"lookup": {"path": "/{origId}", "rows": "", "id": "i", "none": 200}}`:              "lookup.none: must be 404, or fields",
		`{"lookup": {"path": "/{origId}", "rows": "", "id": "i", "none": null}}`:             "lookup.none: must be 404, or fields",
		`{"lookup": {"path": "/{origId}", "rows": "", "id": "i", "none": {}}}`:               "lookup.none: must be 404, or fields",
		`{"lookup": {"path": "/{origId}", "rows": "", "id": "i", "none": {"a": []}}}`:        "lookup.none: must be 404, or fields",
		`{"lookup": {"path": "/{origId}", "rows": "", "id": "i", "none": "404"}}`:            "lookup.none: must be 404, or fields",
		`{"customer": {"default": 5}}`:                                                       "customer.default: must be the person's customerId",
		`{"customer": {"name": "x"}}`:                                                        "customer.name: is not known; known are default, query and create",
		`{"customer": {"query": {"path": "/people", "rows": "", "id": "i", "tax_id": "t"}}}`: "customer.query.path: must begin with / and hold {customer.tax_id}",
		`{"customer": {"query": {"path": "/people?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": ""}}}`: "customer.query.tax_id: must say where",
		`{"sale": {"status": "Faturado"}}`:                                                                         `warning sale.status: "Faturado" invoices every sale at once`,
		`{"sale": {"status": "Fechado"}}`:                                                                          "sale.status: must be one of Em aberto | Faturado",
		`{"sale": {"type": "venda"}}`:                                                                              "sale.type: must be one of Venda |",
		`{"sale": {"type": "Outros"}}`:                                                                             "warning sale.type: a paid order is a Venda",
		`{"sale": {"dueDate": "2026-12-01"}}`:                                                                      "sale.dueDate: belongs to a quote",
		`{"sale": {"type": "Venda", "foreseenDelivery": "2026-12-01"}}`:                                            "sale.foreseenDelivery: belongs to a quote",
		`{"sale": {"type": "Venda", "quoteDate": "2026-12-01"}}`:                                                   "sale.quoteDate: belongs to a quote",
		`{"sale": {"type": "Orçamento", "quoteDate": "2026-12-01"}}`:                                               "warning sale.type: a paid order is a Venda + warning sale.quoteDate: is the same day for every order",
		`{"sale": {"shipmentDate": "01/12/2026"}}`:                                                                 "sale.shipmentDate: must be a date like 2026-11-21",
		`{"sale": {"shipmentDate": "2026-12-01"}}`:                                                                 "warning sale.shipmentDate: is the same day for every order",
		`{"sale": {"modFrete": "9"}}`:                                                                              "sale.modFrete: must be one of 0 - Por conta do emitente |",
		`{"sale": {"modFrete": {"with": "9 - Sem frete", "without": "9 - Sem frete"}}}`:                            "sale.modFrete.with: contradicts an order with freight",
		`{"sale": {"modFrete": {"with": "0 - Por conta do emitente", "wthout": "9"}}}`:                             "sale.modFrete.wthout: is not known (did you mean without?); known are with and without + sale.modFrete.without: must be one of",
		`{"sale": {"shipmentAddress": "x"}}`:                                                                       "sale.shipmentAddress: must be one of",
		`{"sale": {"negotiationStatus": "x"}}`:                                                                     "sale.negotiationStatus: must be one of",
		`{"sale": {"paymentMethod": "Pix"}}`:                                                                       "sale.paymentMethod: must be one of",
		`{"sale": {"sellersInfo": [{"seller": "1"}, {"seller": "", "comissionType": "x"}]}}`:                       "sale.sellersInfo.1.comissionType: must be one of % | R$ + sale.sellersInfo.1.seller: is missing",
		`{"sale": {"sellersInfo": {"seller": "1"}}}`:                                                               "sale.sellersInfo: must be a list",
		`{"sale": {"sellersInfo": [{"vendedor": "1"}]}}`:                                                           `sale.sellersInfo: is not understood: unknown field "vendedor"`,
		`{"sale": {"approved": "yes"}}`:                                                                            "sale.approved: must be true or false",
		`{"sale": {"acquirer": "x"}}`:                                                                              "sale.acquirer: must be an object",
		`{"sale": {"oc": 5}}`:                                                                                      "sale.oc: must be a text in quotes",
		`{"sale": {"sellersInfo": [{"seller": "1", "comission": true}]}}`:                                          "sale.sellersInfo: must be a number",
		`{"sale": {"details": "{line.name}"}}`:                                                                     "sale.details: {line.name} is not a placeholder that is known here",
		`{"sale": {"observacoes": "x"}}`:                                                                           "sale.observacoes: is no field of Sensio's",
		`{"sale": {"Details": "x"}}`:                                                                               "sale.Details: is no field of Sensio's",
		`{"sale": {"total": 1, "netTotal": 1, "discount": 1}}`:                                                     "sale.discount: can't be configured: it would change an amount + sale.netTotal: can't be configured + sale.total: can't be configured",
		`{"sale": {"discountPercentage": 5, "otherExpenses": 1, "transportFee": 1}}`:                               "sale.discountPercentage: can't + sale.otherExpenses: can't + sale.transportFee: can't",
		`{"sale": {"payments": [], "dateSold": "2026-11-21", "customer": "x"}}`:                                    "sale.customer: can't + sale.dateSold: can't + sale.payments: can't",
		`{"sale": {"shipmentDate": "+3"}}`:                                                                         `sale.shipmentDate: must be a date like 2026-11-21, or days after the order's, like "+3d"`,
		`{"sale": {"shipmentDate": "-3d"}}`:                                                                        "sale.shipmentDate: must be a date",
		`{"sale": {"dueDate": "+3d"}}`:                                                                             "sale.dueDate: belongs to a quote",
		`{"sale": {"discountType": "5%"}}`:                                                                         "sale.discountType: must be one of % | R$",
		`{"sale": {"acquirer": {}}}`:                                                                               "sale.acquirer: is empty",
		`{"sale": {"tags": [{"tagId": "a"}, {}]}}`:                                                                 "sale.tags.1: is empty",
		`{"sale": {"paymentMethod": "Sem Pagamento"}}`:                                                             "sale.paymentMethod: contradicts every order that was paid",
		`{"sale": {"negotiationStatus": "Recusado"}}`:                                                              "sale.negotiationStatus: contradicts every order",
		`{"sale": {"bonificacao": true}}`:                                                                          "sale.bonificacao: would leave what was paid out",
		`{"sale": {"bonificacao": true, "type": "Bonificação/Remessa"}}`:                                           "warning sale.type: a paid order is a Venda",
		`{"sale": {"paymentConditionType": "10x"}}`:                                                                "warning sale.paymentConditionType: is the same for every order: it is sent with those that were paid in 10",
		`{"sale": {"paymentConditionType": "à vista"}}`:                                                            "warning sale.paymentConditionType: is the same for every order: it is sent with those that were paid in 1",
		`{"sale": {"paymentConditionType": "30/60/90/120"}}`:                                                       "warning sale.paymentConditionType: is the same for every order: it is sent with those that were paid in 4",
		`{"sale": {"paymentConditionType": "30, 60 dias"}}`:                                                        "warning sale.paymentConditionType: is the same for every order: it is sent with those that were paid in 2",
		`{"sale": {"paymentConditionType": "em 6 vezes sem juros"}}`:                                               "warning sale.paymentConditionType: is the same for every order: it is sent with those that were paid in 6",
		`{"sale": {"negotiationStatus": "Em orçamento"}}`:                                                          "warning sale.negotiationStatus: says of every order that it is still negotiated",
		`{"sale": {"approved": false}}`:                                                                            "warning sale.approved: says of every order that nobody approved it",
		`{"sale": {"paymentConditionType": "30 60 90"}}`:                                                           "warning sale.paymentConditionType: is the same for every order: it is sent with those that were paid in 3",
		`{"sale": {"shipped": true}}`:                                                                              "warning sale.shipped: says of every order that it was shipped",
		`{"sale": {"customerId": "{customer.phone}"}}`:                                                             "sale.customerId: must be one person's id",
		`{"sale": {"customerId": "p"}}`:                                                                            "sale.customerId: contradicts customer.query",
		`{"sale": {"customerId": 5}}`:                                                                              "sale.customerId: must be a text in quotes",
		`{"sale": {"customerId": "p"}, "customer": {"default": "q"}}`:                                              "warning customer.default: is never sent",
		`{"sale": {"payments": {"acquirerFee": 1}}}`:                                                               "sale.payments.acquirerFee: needs sale.acquirer",
		`{"sale": {"payments": {"vDup": 1}, "acquirer": {"feeType": "x"}}}`:                                        "sale.payments.vDup: can't be configured + sale.payments.acquirerFee: is missing",
		`{"sale": {"payments": {"acquirerFee": -1}, "acquirer": {"feeType": "x"}}}`:                                "sale.payments.acquirerFee: must not be negative",
		`{"sale": {"payments": {"acquirerFee": "2,99%"}, "acquirer": {"feeType": "x"}}}`:                           "sale.payments.acquirerFee: must be per cent",
		`{"sale": {"payments": {"acquirerFee": true}, "acquirer": {"feeType": "x"}}}`:                              "sale.payments.acquirerFee: must be per cent",
		`{"sale": {"sellersInfo": [{"seller": "1", "comission": 101}]}}`:                                           "sale.sellersInfo.0.comission: is more than the sale",
		`{"sale": {"sellersInfo": [{"seller": "1", "comission": 5, "comissionValue": 5}]}}`:                        "warning sale.sellersInfo.0.comissionValue: isn't sent",
		`{"sale": {"sellersInfo": [{"seller": "1", "comissionValue": 5}]}}`:                                        "warning sale.sellersInfo.0.comission: is missing",
		`{"sale": {"sellersInfo": [{"seller": "1", "comission": 5, "comissionType": "R$", "comissionValue": 5}]}}`: "warning sale.sellersInfo.0.comission: is in per cent",
		`{"sale": {"sellersInfo": [{"seller": "1", "comissionType": "R$"}]}}`:                                      "warning sale.sellersInfo.0.comissionValue: is missing",
		`{"sale": {"orig": "x", "origId": "y", "saleLines": []}}`:                                                  "sale.orig: can't + sale.origId: can't + sale.saleLines: can't",
		`{"customer": {"query": {"path": "/p?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": "t", "known": "11.222.333/0001-80"}}}`: "customer.query.known: must be the CPF or CNPJ of a person whom the query finds",
		`{"customer": {"query": {"path": "/p?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": "t", "known": 11222333000181}}}`:       "customer.query.known: must be the CPF or CNPJ of a person whom the query finds",
		`{"customer": {"create": {"path": "/p", "id": "i", "body": {"d": "{customer.tax_id}"}}}}`:                                          "customer.create: needs customer.query: nobody is created before Sensio was asked for them",
		asks(`{"path": "/p", "id": "i", "body": {"d": "{customer.tax_id}"}}`):                                                              "warning customer.query.known: is missing: after a lost answer",
		asks(`"/people"`): "customer.create: must be an object",
		asks(`{}`):        `customer.create.path: must begin with /, like "/people" + customer.create.body: is missing + customer.create.id: must say where + warning customer.query.known: is missing`,
		asks(`{"path": "p", "id": 5, "body": []}`):                                                                                         `customer.create.path: must begin with / + customer.create.body: must be an object + customer.create.id: must say where the new person's id is + warning customer.query.known: is missing`,
		asks(`{"path": "/p", "id": "i", "body": {"name": "{customer.name}"}, "bodi": "x"}`):                                                "customer.create.bodi: is not known (did you mean body?); known are path, body and id + customer.create.body: must hold {customer.tax_id}: by that the person is found again + warning customer.query.known",
		asks(`{"path": "/p/{order.nmber}", "id": "i", "body": {"a": ["{customer.taxid}"], "d": "{customer.tax_id}", "x": "{line.name}"}}`): "customer.create.path: {order.nmber} is not a placeholder that is known here (did you mean {order.number}?) + customer.create.body.a.0: {customer.taxid} is not a placeholder that is known here (did you mean {customer.tax_id}?) + customer.create.body.x: {line.name} is not a placeholder + warning customer.query.known",
		`{"items": {}}`:                                          "warning items: is empty",
		`{"items": {"A": "x"}}`:                                  "items.A: must be an object with fields of saleLines",
		`{"items": {"A": {}}}`:                                   "items.A.productId: is missing",
		`{"items": {"A": {"productId": ""}}}`:                    "items.A.productId: is missing",
		`{"items": {"A": {"productId": 5}}}`:                     "items.A.productId: must be a text in quotes",
		`{"items": {"A": {"productId": "1", "qty": 2}}}`:         "items.A.qty: can't be configured",
		`{"items": {"A": {"productId": "1", "price": 2}}}`:       "items.A.price: can't be configured",
		`{"items": {"A": {"productId": "1", "details": "{x}"}}}`: "items.A.details: {x} is not a placeholder that is known here",
	} {
		t.Run(over, func(t *testing.T) {
			var got []string
			refused := false
			settings := account(t, over)
			for _, p := range sensio.Check(settings) {
				wordstest.Translated(t, p.Message)
				text := p.Path + ": " + p.Message.String()
				if p.Warning {
					text = "warning " + text
				}
				refused = refused || !p.Warning
				got = append(got, text)
			}
			wanted := strings.Split(want, " + ")
			same := len(got) == len(wanted)
			for i := range min(len(got), len(wanted)) {
				same = same && strings.HasPrefix(got[i], wanted[i])
			}
			if !same {
				t.Errorf("%s\nwant %s", strings.Join(got, "\n"), want)
			}
			if _, err := sensio.Parse(settings); (err != nil) != refused {
				t.Errorf("Parse: %v, refused %t", err, refused)
			}
		})
	}
}

func TestWhatIsNoObjectIsNoAccount(t *testing.T) {
	for _, text := range []string{`5`, `[]`, `{"a":1}{"b":2}`, ``} {
		if len(sensio.Check(json.RawMessage(text))) == 0 {
			t.Errorf("%q has no problems", text)
		}
	}
}

func TestParseReadsHowAPersonIsCreated(t *testing.T) {
	got := parse(t, string(account(t, `{"customer": {"query": {"path": "/p?q={customer.tax_id}", "rows": "", "id": "i", "tax_id": "t", "known": "11.222.333/0001-81"}, "create": {"path": "/p", "id": "response", "body": {"doc": "{customer.tax_id}"}}}}`))).Customer
	want := sensio.Customer{
		Query:  &sensio.Query{Path: "/p?q={customer.tax_id}", ID: "i", TaxID: "t", Known: someCNPJ},
		Create: &sensio.Create{Path: "/p", ID: "response", Body: map[string]any{"doc": "{customer.tax_id}"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseReadsEverything(t *testing.T) {
	want := sensio.Config{
		BaseURL: "https://api.example.com.br", Headers: map[string]string{"Authorization": "Bearer {app_secret}", "X-Key": "{app_key}"},
		LookUp:   &sensio.LookUp{Path: "/sales?orig={orig}&origId={origId}", Rows: "response", ID: "id"},
		Customer: sensio.Customer{Default: "p-1", Query: &sensio.Query{Path: "/people?search={customer.tax_id}", Rows: "response", ID: "id", TaxID: "cpfCnpj"}},
		Items:    map[string]map[string]any{"*": {"productId": "prod-1"}},
	}
	if diff := cmp.Diff(want, parse(t, keyed)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

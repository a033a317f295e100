package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The types of Sensio's page on POST /sales.
const (
	aText    = "string"
	aDate    = "string <date>"
	aNumber  = "number <float>"
	anInt    = "integer"
	aBoolean = "boolean"
)

// saleFields are the fields of that page, each with its type or, of an
// enumeration, with its values.
var saleFields = map[string][]string{
	"child": {aText}, "total": {aNumber}, "dateSold": {aDate}, "fixedPaymentsDate": {aBoolean},
	"type":   {"Venda", "Assistência Técnica", "Orçamento", "Compra", "Venda Representação", "Bonificação/Remessa", "Outros"},
	"status": {"Em aberto", "Faturado"}, "paymentConditionType": {aText},
	"paymentMethod": {"Dinheiro", "Cheque", "Débito em conta", "Débito Direto Autorizado (DDA)", "Depósito/Transferência", "Cartão de Crédito",
		"Cartão de Débito", "Crédito Loja", "Financeira", "Vale Crédito", "Vale Alimentação", "Vale Refeição", "Vale Presente", "Vale Combustível",
		"Duplicata Mercantil", "Boleto Bancário", "Programa de fidelidade, Cashback, Crédito Virtual", "Sem Pagamento", "Carteira", "PIX", "Outros"},
	"priceList":     {aText},
	"payments.nDup": {anInt}, "payments.dVenc": {aDate}, "payments.vDup": {aNumber}, "payments.tPag": {aText}, "payments.acquirerFee": {aNumber},
	"customer": {aText}, "customerId": {aText}, "otherExpenses": {aNumber}, "discount": {aNumber}, "discountType": {"%", "R$"},
	"discountPercentage": {aNumber}, "transportFee": {aNumber}, "details": {aText}, "oc": {aText},
	"sellersInfo.seller": {aText}, "sellersInfo.comissionType": {"%", "R$"}, "sellersInfo.comissionValue": {aNumber}, "sellersInfo.comission": {aNumber},
	"netTotal": {aNumber}, "negotiationStatus": {"Em orçamento", "Recusado", "Aprovado"},
	"dueDate": {aDate}, "foreseenDelivery": {aDate}, "quoteDate": {aDate}, "orig": {aText}, "origId": {aText}, "tags.tagId": {aText},
	"origStatus": {aText}, "origPaymentMethod": {aText}, "bonificacao": {aBoolean}, "carrier": {aText},
	"modFrete":         {"0 - Por conta do emitente", "1 - Por conta do destinatário/remetente", "2 - Por conta de terceiros", "9 - Sem frete"},
	"foreseenShipment": {aDate}, "shipmentDetails": {aText},
	"shipmentAddress": {"Endereço da Pessoa", "Endereço de Entrega", "Endereço de Cobrança", "Endereço Secundário"},
	"shipment":        {aText}, "shipped": {aBoolean}, "shipmentCode": {aText}, "shipmentDate": {aDate}, "approved": {aBoolean}, "description": {aText},
	"saleLines.productId": {aText}, "saleLines.variationId": {aText}, "saleLines.qty": {anInt}, "saleLines.price": {aNumber},
	"saleLines.details": {aText}, "saleLines.detailsNF": {aBoolean},
	"contactId": {aText}, "acquirer.isWithAcquirerFee": {aBoolean}, "acquirer.acquirerId": {aText}, "acquirer.feeType": {aText},
} // never written to

// quoteFields are those that only a quote may have.
var quoteFields = []string{"dueDate", "foreseenDelivery", "quoteDate"} // never written to

func TestAPreviewSetsEveryFieldOfASaleThatIsMeant(t *testing.T) {
	for name, c := range map[string]struct {
		kind   string
		absent []string
	}{"sale": {"Venda", quoteFields}, "quote": {"Orçamento", nil}} {
		t.Run(name, func(t *testing.T) {
			sale := previewSale(t, name)
			found := map[string][]any{}
			flatten("", sale, found)
			for field, allowed := range saleFields {
				values := found[field]
				if len(values) == 0 != slices.Contains(c.absent, field) {
					t.Errorf("%s is there %d times", field, len(values))
				}
				for _, v := range values {
					if !fits(v, allowed) {
						t.Errorf("%s is %v (%T), want %s", field, v, v, strings.Join(allowed, " | "))
					}
				}
			}
			for field := range found {
				if saleFields[field] == nil {
					t.Errorf("%s is no field of POST /sales", field)
				}
			}
			checkValues(t, found, c.kind)
		})
	}
}

// checkValues: what the payload and the configuration mean stands where it belongs.
func checkValues(t *testing.T, found map[string][]any, kind string) {
	t.Helper()
	for field, want := range map[string]string{
		"type": kind, "status": "Em aberto", "dateSold": "2026-11-20", "paymentMethod": "Cartão de Crédito", "paymentConditionType": "3x",
		"total": "100", "discount": "10", "discountPercentage": "10", "discountType": "%", "transportFee": "18.9", "otherExpenses": "9.5", "netTotal": "118.4",
		"customer": "Cliente do Balcão", "customerId": "pes-consumidor", "details": "Pedido A-1003", "oc": "A-1003", "orig": "balcao", "origId": "1003",
		"shipmentDetails": "Entregar a Cliente do Balcão", "shipmentCode": "BR1003", "description": "Venda da balcao",
		"shipped": "false", "bonificacao": "false", "approved": "true", "fixedPaymentsDate": "true",
		"sellersInfo.comission": "5", "sellersInfo.comissionValue": "5.92", "foreseenShipment": "2026-11-30", "shipmentDate": "2026-12-02", "tags.tagId": "tag-loja", "acquirer.isWithAcquirerFee": "false",
		"saleLines.qty": "1", "saleLines.price": "100", "saleLines.productId": "prod-camiseta", "saleLines.variationId": "var-p", "saleLines.details": "3 x Camiseta P",
		"payments.nDup": "1 2 3", "payments.vDup": "39.47 39.47 39.46", "payments.dVenc": "2026-11-20 2026-12-20 2027-01-20",
		"payments.tPag": "Cartão de Crédito Cartão de Crédito Cartão de Crédito", "payments.acquirerFee": "1.18 1.18 1.18",
	} {
		if got := strings.Trim(fmt.Sprint(found[field]), "[]"); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func previewSale(t *testing.T, name string) map[string]any {
	t.Helper()
	got := typeIn(t, "preview", "--connection", "balcao", "--connections", filepath.Join("testdata", name+".connections.yaml"), filepath.Join("testdata", "sale.payload.json"))
	wanted := ""
	if name == "quote" {
		wanted = "carimbo: warning: erps.loja.sale.type is \"Orçamento\", and a paid order is a Venda\n"
	}
	if got.code != exitDone || complaints(got) != wanted {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	golden(t, name+".want.json", got.out)
	d := json.NewDecoder(bytes.NewReader([]byte(got.out)))
	d.UseNumber()
	var sale map[string]any
	if err := d.Decode(&sale); err != nil {
		t.Fatal(err)
	}
	return sale
}

// flatten finds the values of each field, named by the path that leads to it.
func flatten(path string, v any, found map[string][]any) {
	switch v := v.(type) {
	case map[string]any:
		for name, below := range v {
			flatten(strings.TrimPrefix(path+"."+name, "."), below, found)
		}
	case []any:
		for _, element := range v {
			flatten(path, element, found)
		}
	default:
		found[path] = append(found[path], v)
	}
}

// fits tells whether the value has the type, or is one of the enumeration.
func fits(v any, allowed []string) bool {
	number, isNumber := v.(json.Number)
	text, isText := v.(string)
	switch allowed[0] {
	case aText:
		return isText && text != ""
	case aDate:
		_, err := time.Parse(time.DateOnly, text)
		return isText && err == nil
	case aNumber:
		_, err := number.Float64()
		return isNumber && err == nil
	case anInt:
		_, err := number.Int64()
		return isNumber && err == nil
	case aBoolean:
		_, isBoolean := v.(bool)
		return isBoolean
	}
	return isText && slices.Contains(allowed, text)
}

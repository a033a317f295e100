package sensiosim

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// kind is the type of one field.
type kind int

const (
	text kind = iota
	whole
	amount
	boolean
	date
	list
	object
)

type field struct {
	kind     kind
	required bool
	allowed  []string // of a text that is an enumeration
	of       shape    // of a list or an object
}

// shape is the fields that an object may have.
type shape map[string]field

var (
	payMethods = []string{"Dinheiro", "Cheque", "Débito em conta", "Débito Direto Autorizado (DDA)", "Depósito/Transferência", "Cartão de Crédito", "Cartão de Débito", "Crédito Loja", "Financeira", "Vale Crédito", "Vale Alimentação", "Vale Refeição", "Vale Presente", "Vale Combustível", "Duplicata Mercantil", "Boleto Bancário", "Programa de fidelidade, Cashback, Crédito Virtual", "Sem Pagamento", "Carteira", "PIX", "Outros"}

	// sale is the body of POST /sales, in the order of the page.
	sale = shape{
		"child":                {kind: text},
		"total":                {kind: amount},
		"dateSold":             {kind: date},
		"fixedPaymentsDate":    {kind: boolean},
		"type":                 {required: true, allowed: []string{"Venda", "Assistência Técnica", "Orçamento", "Compra", "Venda Representação", "Bonificação/Remessa", "Outros"}},
		"status":               {allowed: []string{"Em aberto", "Faturado"}},
		"paymentConditionType": {kind: text},
		"paymentMethod":        {allowed: payMethods},
		"priceList":            {kind: text},
		"payments": {kind: list, of: shape{
			"nDup": {kind: whole}, "dVenc": {kind: date, required: true}, "vDup": {kind: amount}, "tPag": {kind: text}, "acquirerFee": {kind: amount},
		}},
		"customer":           {kind: text},
		"customerId":         {kind: text},
		"otherExpenses":      {kind: amount},
		"discount":           {kind: amount},
		"discountType":       {allowed: []string{"%", "R$"}},
		"discountPercentage": {kind: amount},
		"transportFee":       {kind: amount},
		"details":            {kind: text},
		"oc":                 {kind: text},
		"sellersInfo": {kind: list, of: shape{
			"seller": {kind: text, required: true}, "comissionType": {allowed: []string{"%", "R$"}}, "comissionValue": {kind: amount}, "comission": {kind: amount},
		}},
		"netTotal":          {kind: amount},
		"negotiationStatus": {allowed: []string{"Em orçamento", "Recusado", "Aprovado"}},
		"dueDate":           {kind: date},
		"foreseenDelivery":  {kind: date},
		"quoteDate":         {kind: date},
		"orig":              {kind: text},
		"origId":            {kind: text},
		"tags":              {kind: list, of: shape{"tagId": {kind: text}}},
		"origStatus":        {kind: text},
		"origPaymentMethod": {kind: text},
		"bonificacao":       {kind: boolean},
		"carrier":           {kind: text},
		"modFrete":          {allowed: []string{"0 - Por conta do emitente", "1 - Por conta do destinatário/remetente", "2 - Por conta de terceiros", "9 - Sem frete"}},
		"foreseenShipment":  {kind: date},
		"shipmentDetails":   {kind: text},
		"shipmentAddress":   {allowed: []string{"Endereço da Pessoa", "Endereço de Entrega", "Endereço de Cobrança", "Endereço Secundário"}},
		"shipment":          {kind: text},
		"shipped":           {kind: boolean},
		"shipmentCode":      {kind: text},
		"shipmentDate":      {kind: date},
		"approved":          {kind: boolean},
		"description":       {kind: text},
		"saleLines": {kind: list, required: true, of: shape{
			"productId": {kind: text, required: true}, "variationId": {kind: text}, "qty": {kind: whole, required: true},
			"price": {kind: amount, required: true}, "details": {kind: text}, "detailsNF": {kind: boolean},
		}},
		"contactId": {kind: text},
		"acquirer":  {kind: object, of: shape{"isWithAcquirerFee": {kind: boolean}, "acquirerId": {kind: text}, "feeType": {kind: text}}},
	}
) // never written to

// check is what is wrong with the first field, by name, or empty.
func (s shape) check(at string, v map[string]any) string {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if value, ok := v[name]; s[name].required && (!ok || value == "") {
			return at + name + " é obrigatório"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		f, known := s[name]
		if !known {
			return at + name + " não é permitido"
		}
		if wrong := f.check(at+name, v[name]); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (f field) check(at string, v any) string {
	switch f.kind {
	case list:
		elements, ok := v.([]any)
		if !ok || f.required && len(elements) == 0 {
			return at + " deve ser uma lista"
		}
		for i, element := range elements {
			inner, ok := element.(map[string]any)
			if !ok {
				return fmt.Sprintf("%s[%d] deve ser um objeto", at, i)
			}
			if len(inner) == 0 {
				return fmt.Sprintf("%s[%d] não pode ser vazio", at, i)
			}
			if wrong := f.of.check(fmt.Sprintf("%s[%d].", at, i), inner); wrong != "" {
				return wrong
			}
		}
		return ""
	case object:
		inner, ok := v.(map[string]any)
		if !ok {
			return at + " deve ser um objeto"
		}
		if len(inner) == 0 {
			return at + " não pode ser vazio"
		}
		return f.of.check(at+".", inner)
	}
	if !f.accepts(v) {
		return fmt.Sprintf("%s é inválido: %s", at, f)
	}
	return ""
}

func (f field) String() string {
	if f.allowed != nil {
		return "deve ser um de " + strings.Join(f.allowed, " | ")
	}
	return [...]string{text: "deve ser um texto", whole: "deve ser um número inteiro", amount: "deve ser um valor com até dois decimais", boolean: "deve ser verdadeiro ou falso", date: "deve ser uma data AAAA-MM-DD", list: "", object: ""}[f.kind]
}

var (
	wholeNumber = regexp.MustCompile(`^[0-9]{1,15}$`)
	twoDecimals = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,2})?$`)
)

func (f field) accepts(v any) bool {
	n, isNumber := v.(json.Number)
	t, isText := v.(string)
	switch f.kind {
	case whole:
		return isNumber && wholeNumber.MatchString(n.String())
	case amount:
		return isNumber && twoDecimals.MatchString(n.String())
	case boolean:
		_, ok := v.(bool)
		return ok
	case date:
		_, err := time.Parse(time.DateOnly, t)
		return isText && err == nil
	}
	return isText && (f.allowed == nil || slices.Contains(f.allowed, t))
}

// The readers below are for values that passed check.

func textOf(v map[string]any, name string) string {
	t, _ := v[name].(string)
	return t
}

func moneyOf(v map[string]any, name string) order.Money {
	n, _ := v[name].(json.Number)
	m, _ := order.ParseMoney(n.String())
	return m
}

func listOf(v map[string]any, name string) []map[string]any {
	elements, _ := v[name].([]any)
	all := make([]map[string]any, 0, len(elements))
	for _, element := range elements {
		if o, ok := element.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

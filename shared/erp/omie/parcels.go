package omie

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// payWays are Omie's codes of meio_pagamento.
var payWays = map[order.Method]string{
	order.Pix: "17", order.CreditCard: "03", order.DebitCard: "04", order.Boleto: "15", order.Wallet: "18",
	order.GiftCard: "12", order.Cash: "01", order.Transfer: "18", order.Free: "90", order.Other: otherWay,
} // never written to

const otherWay = "99"

func payWay(m order.Method) string {
	if way, ok := payWays[m]; ok {
		return way
	}
	return otherWay
}

// parcel is what an instalment's fields are called, and those of the header that go with a
// list of them.
type parcel struct{ number, due, days, amount, percent, term, count string }

var (
	parcelOfOS     = parcel{"nParcela", "dDtVenc", "nDias", "nValor", "nPercentual", "cCodParc", "nQtdeParc"}
	parcelOfPedido = parcel{"numero_parcela", "data_vencimento", "quantidade_dias", "valor", "percentual", "codigo_parcela", "qtde_parcelas"}
) // never written to

// parcels are a document's instalments: the account's own, by their percentages, or those in
// which the order was paid, each with what the account has in the list besides. Omie takes a
// list beside the term 999 alone, and as many as the header says.
func (c *Client) parcels(list []any, header map[string]any, o order.Order, told *erp.Explanation, named parcel) ([]any, error) {
	if c.config.Parcelas == parcelasOfPayments {
		if o.Total.IsZero() {
			return nil, nil // there is nothing to pay
		}
		list, err := paidIn(o, list, told, named)
		if err != nil {
			return nil, err
		}
		header[named.term], header[named.count] = customTerm, json.Number(strconv.Itoa(len(list)))
		return list, nil
	}
	if len(list) == 0 {
		return nil, nil
	}
	setDefault(header, named.term, customTerm)
	setDefault(header, named.count, json.Number(strconv.Itoa(len(list))))
	divide(list, named.percent, named.amount, o.Total)
	for i := range list {
		fields, ok := list[i].(map[string]any)
		if !ok {
			continue
		}
		setDefault(fields, named.number, json.Number(strconv.Itoa(i+1)))
		if due := day(o); !due.IsZero() {
			days, _ := fields[named.days].(json.Number)
			n, _ := strconv.Atoi(days.String())
			setDefault(fields, named.due, due.AddDate(0, 0, n).Format(dateLayout))
		}
	}
	return list, nil
}

// paidIn are the instalments in which the order was paid, each with the fields of the
// template, if there is one.
func paidIn(o order.Order, template []any, told *erp.Explanation, named parcel) ([]any, error) {
	all, err := o.Installments()
	if err != nil {
		return nil, err
	}
	amounts := make([]order.Money, len(all))
	for i := range all {
		amounts[i] = all[i].Amount
	}
	nsus := map[string]string{}
	for _, p := range o.Payments {
		nsus[p.Reference] = nsu(p, told)
	}
	list := make([]any, len(all))
	for i, percent := range order.Percentages(amounts) {
		fields := map[string]any{}
		if len(template) > 0 {
			besides, _ := template[0].(map[string]any)
			fields = maps.Clone(besides)
		}
		fields[named.number] = json.Number(strconv.Itoa(i + 1))
		fields[named.due] = all[i].Due.Format(dateLayout)
		fields[named.amount] = json.Number(amounts[i].Number())
		fields[named.percent] = json.Number(percent.Number())
		setDefault(fields, "meio_pagamento", payWay(all[i].Payment.Method))
		if nsu := nsus[all[i].Payment.Reference]; nsu != "" {
			setDefault(fields, "nsu", nsu)
		}
		list[i] = fields
	}
	return list, nil
}

// nsu is what the gateway calls the payment.
func nsu(p order.Payment, told *erp.Explanation) string {
	return told.Cut("nsu", freeTexts["nsu"], words.Say("the end of the payment's reference"), wire.OneLine(p.Reference))
}

package omie

import (
	"encoding/json"
	"maps"
	"strconv"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
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

// parcels fills in Parcelas: the account's own, by their percentages, or those in which the
// order was paid. Then what the account has in the list is what all of them have besides.
// Omie takes a list beside cCodParc 999 alone, and as many as nQtdeParc.
func (c *Client) parcels(os OS, header map[string]any, o order.Order, told *erp.Explanation) error {
	list, _ := os["Parcelas"].([]any)
	if c.config.Parcelas == parcelasOfPayments {
		delete(os, "Parcelas")
		if o.Total.IsZero() {
			return nil // there is nothing to pay
		}
		var err error
		if list, err = paidIn(o, list, told); err != nil {
			return err
		}
		header["cCodParc"], header["nQtdeParc"] = customTerm, json.Number(strconv.Itoa(len(list)))
		os["Parcelas"] = list
		return nil
	}
	if len(list) == 0 {
		return nil
	}
	setDefault(header, "cCodParc", customTerm)
	setDefault(header, "nQtdeParc", json.Number(strconv.Itoa(len(list))))
	divide(list, "nPercentual", o.Total)
	for i := range list {
		parcel, ok := list[i].(map[string]any)
		if !ok {
			continue
		}
		setDefault(parcel, "nParcela", json.Number(strconv.Itoa(i+1)))
		if due := day(o); !due.IsZero() {
			days, _ := parcel["nDias"].(json.Number)
			n, _ := strconv.Atoi(days.String())
			setDefault(parcel, "dDtVenc", due.AddDate(0, 0, n).Format(dateLayout))
		}
	}
	return nil
}

// paidIn are the instalments in which the order was paid, each with the fields of the
// template, if there is one.
func paidIn(o order.Order, template []any, told *erp.Explanation) ([]any, error) {
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
		nsus[p.Reference] = told.Cut("nsu", freeTexts["nsu"], "the payment's reference", wire.OneLine(p.Reference))
	}
	list := make([]any, len(all))
	for i, percent := range order.Percentages(amounts) {
		parcel := map[string]any{}
		if len(template) > 0 {
			fields, _ := template[0].(map[string]any)
			parcel = maps.Clone(fields)
		}
		parcel["nParcela"] = json.Number(strconv.Itoa(i + 1))
		parcel["dDtVenc"] = all[i].Due.Format(dateLayout)
		parcel["nValor"] = json.Number(amounts[i].Number())
		parcel["nPercentual"] = json.Number(percent.Number())
		setDefault(parcel, "meio_pagamento", payWay(all[i].Payment.Method))
		if nsu := nsus[all[i].Payment.Reference]; nsu != "" {
			setDefault(parcel, "nsu", nsu)
		}
		list[i] = parcel
	}
	return list, nil
}

package oracle

import (
	"github.com/carimbo/carimbo/shared/platform"
)

// orderOfHotmart makes a webhook of Hotmart.
func (d dice) orderOfHotmart() call {
	price := d.price()
	approved := d.instant()
	c := call{platform: "hotmart", settings: platform.Settings{
		Connection: "cursos", TaxIDFields: d.listed(),
		Amount: pick(d, "", "", "price", "producer"), Share: pick(d, "", "", "", "", "producer", "coproducer", "affiliate"),
	}}
	currency := pick(d, "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "BRL", "EUR")
	amount := func(n int64) object { return object{"value": jsonNumber(n), "currency_value": currency} }
	event := pick(d, "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED", "PURCHASE_APPROVED",
		"PURCHASE_REFUNDED", "PURCHASE_CHARGEBACK", "PURCHASE_CANCELED", "PURCHASE_CANCELED", "PURCHASE_COMPLETE", "PURCHASE_PROTEST", "PURCHASE_BILLET_PRINTED")
	purchase := object{
		"transaction": "HP55" + money(d.Int64N(1e8))[1:2] + "0000001", "status": pick(d, "APPROVED", "APPROVED", "REFUNDED", "PARTIALLY_REFUNDED", "CANCELED"),
		"order_date": approved.UnixMilli() - d.Int64N(1e8), "approved_date": approved.UnixMilli(), "price": amount(price), "full_price": amount(price + d.Int64N(2)*500),
		"original_offer_price": amount(price), "offer": object{"code": pick(d, "abc123", "CURSO-GO")}, "payment": object{"type": pick(d, "PIX", "CREDIT_CARD", "BILLET"), "installments_number": 1 + d.IntN(12)},
		"order_bump": object{"is_order_bump": d.chance(20)},
	}
	if d.chance(20) {
		delete(purchase, "offer")
	}
	if d.chance(50) {
		purchase["checkout_country"] = object{"iso": pick(d, "BR", "BR", "PT", "MX"), "name": ""}
	}
	switch d.IntN(8) {
	case 0:
		purchase["approved_date"] = nil
	case 1:
		delete(purchase, "approved_date")
	}
	if d.chance(20) {
		purchase["payment"].(object)["refusal_reason"] = "Saldo insuficiente"
	}
	data := object{
		"product": object{"id": pick(d, 998_877, 998_877, 998_877, 5_128_734, 0), "name": "Curso de Encadernação"}, "buyer": d.buyerOfHotmart(),
		"producer": object{"name": "Estúdio Aurora", "document": pick[any](d, d.cnpj(), d.cnpj(), d.cnpj(), d.cpf(), nil, "45723174000111"), "legal_nature": "Pessoa Jurídica"}, "purchase": purchase, "commissions": d.commissions(price, amount),
	}
	c.body = marshal(object{
		"id": "5d3c0000-0000-4000-8000-000000000001", "creation_date": approved.UnixMilli() + pick[int64](d, 4000, 1e8, 9e8), "event": event, "version": "2.0.0", "data": data,
	})
	return c
}

// commissions share the price between the marketplace and who sells.
func (d dice) commissions(price int64, amount func(int64) object) []any {
	left := price
	take := func(source string, n int64) any {
		left -= n
		part := amount(n)
		part["source"] = source
		return part
	}
	if d.chance(3) {
		return []any{}
	}
	all := []any{take("MARKETPLACE", percent(price, 10))}
	for _, source := range []string{"COPRODUCER", "AFFILIATE"} {
		for range pick(d, 0, 0, 0, 1, 1, 2) {
			all = append(all, take(source, percent(price, 10)))
		}
	}
	if d.chance(88) {
		all = append(all, take("PRODUCER", left))
	}
	return all
}

func (d dice) buyerOfHotmart() object {
	p := d.person()
	buyer := object{
		"name": p.name(), "first_name": p.first, "last_name": p.last, "email": p.email, "checkout_phone": "21997776655",
		"document": d.someID(), "document_type": pick(d, "CPF", "CPF", "CNPJ", "", "RFC"),
		"address": object{"city": "Niterói", "country_iso": p.country, "state": "Rio de Janeiro", "zipcode": "24220001", "address": "Rua Um", "number": "9"},
	}
	if d.chance(15) {
		delete(buyer, "name")
	}
	if d.chance(10) {
		delete(buyer, "address")
	}
	if d.chance(15) {
		buyer[pick(d, "cpf", "cnpj", "documento_comprador", "cpf_afiliado", "cpf_extra")] = d.someID()
	}
	return buyer
}

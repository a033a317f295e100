package platform_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func TestMethodIsToldByTheFirstNameThatSpeaksOfOneWayAlone(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  order.Method
	}{
		{[]string{"woo-mercado-pago-pix", "Pague com cartão"}, order.Pix},
		{[]string{"woo-mercado-pago-ticket", ""}, order.Boleto},
		{[]string{"wc_pagarme_pix_payment_geteway"}, order.Pix},
		{[]string{"woo-pagarme-payments-billet"}, order.Boleto},
		{[]string{"woo-pagarme-payments-credit_card"}, order.CreditCard},
		{[]string{"iugu-bank-slip"}, order.Boleto},
		{[]string{"asaas-credit-card"}, order.CreditCard},
		{[]string{"rede_debit"}, order.DebitCard},
		{[]string{"loja5_woo_cielo_webservice_debito"}, order.DebitCard},
		{[]string{"loja5_woo_cielo_webservice"}, order.CreditCard},
		{[]string{"pagseguro", "Cartão de crédito em até 12x"}, order.CreditCard},
		{[]string{"pagseguro", "CARTÃO DE DÉBITO"}, order.DebitCard},
		{[]string{"mercado_pago", "Mercado Pago"}, order.Other},
		{[]string{"Mercado Pago - Cartões"}, order.CreditCard},
		{[]string{"Cartão, Pix e boleto"}, order.Other},
		{[]string{"cartão de crédito ou débito"}, order.Other},
		{[]string{"Cartão, Pix e boleto", "Pix"}, order.Pix},
		{[]string{"gift_card"}, order.GiftCard},
		{[]string{"Cartão presente"}, order.GiftCard},
		{[]string{"Cash on Delivery (COD)"}, order.Cash},
		{[]string{"bacs"}, order.Transfer},
		{[]string{"Transferência bancária"}, order.Transfer},
		{[]string{"ppcp-gateway"}, order.Wallet},
		{[]string{"pixel-checkout"}, order.Other},
		{[]string{"manual"}, order.Other},
		{[]string{"", "", "Boleto"}, order.Boleto},
		{nil, order.Other},
	} {
		if got := platform.Method(c.names...); got != c.want {
			t.Errorf("%q are %s, want %s", c.names, got, c.want)
		}
	}
}

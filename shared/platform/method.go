package platform

import (
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
)

// methodWords are the words that name one way of paying, in Portuguese and
// English, as fold.Text leaves them.
var methodWords = map[string]order.Method{
	"pix": order.Pix, "boleto": order.Boleto, "boletos": order.Boleto, "billet": order.Boleto, "ticket": order.Boleto,
	"slip": order.Boleto, "bankslip": order.Boleto,
	"credit": order.CreditCard, "credito": order.CreditCard, "creditcard": order.CreditCard,
	"debit": order.DebitCard, "debito": order.DebitCard, "debitcard": order.DebitCard,
	"paypal": order.Wallet, "ppcp": order.Wallet, "picpay": order.Wallet, "wallet": order.Wallet, "carteira": order.Wallet,
	"googlepay": order.Wallet, "applepay": order.Wallet, "samsungpay": order.Wallet,
	"gift": order.GiftCard, "giftcard": order.GiftCard, "presente": order.GiftCard,
	"bacs": order.Transfer, "transfer": order.Transfer, "transferencia": order.Transfer, "deposito": order.Transfer, "ted": order.Transfer,
	"cod": order.Cash, "cash": order.Cash, "dinheiro": order.Cash,
}

// cardWords name a credit card where no other word says what else: a gift card,
// or a card that is debited. The acquirers take nothing but cards unless they say
// so; Mercado Pago, PagSeguro and Pagar.me take everything and are not here.
var cardWords = map[string]bool{
	"card": true, "cards": true, "cartao": true, "cartoes": true,
	"stripe": true, "cielo": true, "rede": true, "erede": true, "getnet": true, "adyen": true, "braintree": true,
}

// Method tells how somebody paid from what a gateway is called, best name first:
// "woo-mercado-pago-pix", "Cartão de crédito". A name that speaks of two ways
// tells nothing, and where none does the way is Other.
func Method(names ...string) order.Method {
	for _, name := range names {
		if m := methodOf(name); m != order.Other {
			return m
		}
	}
	return order.Other
}

func methodOf(name string) order.Method {
	found, card := order.Other, false
	for _, word := range strings.FieldsFunc(fold.Text(Plain(name)), func(r rune) bool { return r < 'a' || r > 'z' }) {
		card = card || cardWords[word]
		m, ok := methodWords[word]
		if ok && found != order.Other && found != m {
			return order.Other
		}
		if ok {
			found = m
		}
	}
	if found == order.Other && card {
		return order.CreditCard
	}
	return found
}

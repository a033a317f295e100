package sensio

import (
	"net/http"
	"time"
)

// Sensio publishes one request, POST /sales, and the answer of one that went
// well. All that Carimbo assumes beyond that page is in this file and, for
// people, in docs/sensio.md: what turns out to be different is changed here.
//
// What only an account's owner can know is configuration: the base URL, the
// headers, the look-up and the customer query.

// How often and how long.
const (
	// callLimit is the longest that one call may take.
	callLimit = 30 * time.Second
	// spacing lies between the starts of two calls: no rate is published, and one
	// a second is slow for any.
	spacing = time.Second
	// keyRest is how long it rests after 401, 402 or 403.
	keyRest = 5 * time.Minute
	// rateRest is how long it rests after 429 or 425 without a Retry-After, and
	// longestRest the most that one is obeyed.
	rateRest    = 60 * time.Second
	longestRest = 24 * time.Hour
)

// salesPath follows the base URL, which the published sample leaves out.
const salesPath = "/sales"

// writes tells whether the status is that of a sale that was written: 201 is
// published, 200 is what others answer.
func writes(status int) bool { return status == http.StatusCreated || status == http.StatusOK }

// Where a refusal may say why: success and message are published of an answer
// that went well, the others are what APIs use.
var saidIn = []string{"message", "error", "errors"} // never written to

// The fields of a sale in a list. Those of the request are assumed to be shown
// under the same names.
const (
	rowOrig     = "orig"
	rowOrigID   = "origId"
	rowNetTotal = "netTotal"
	rowStatus   = "status"
	// cancelledStatus begins the status of a sale that was cancelled.
	cancelledStatus = "cancelad"
)

// The enumeration of paymentMethod runs together on the page: which commas part
// its values is a guess. tPag is a text of any kind there; the same words are
// sent.
var paymentMethods = []string{
	"Dinheiro", "Cheque", "Débito em conta", "Débito Direto Autorizado (DDA)", "Depósito/Transferência",
	"Cartão de Crédito", "Cartão de Débito", "Crédito Loja", "Financeira", "Vale Crédito", "Vale Alimentação",
	"Vale Refeição", "Vale Presente", "Vale Combustível", "Duplicata Mercantil", "Boleto Bancário",
	"Programa de fidelidade, Cashback, Crédito Virtual", "Sem Pagamento", "Carteira", "PIX", "Outros",
} // never written to

// defaultStatus is sent where the account says nothing: nobody knows what Sensio
// takes then, and an invoice can't be taken back.
const defaultStatus = statusOpen

// maxInstallments is more than anybody grants: a number beyond it is a mistake in
// the store's order.
const maxInstallments = 120

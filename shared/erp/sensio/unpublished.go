package sensio

import (
	"net/http"
	"time"
)

// Sensio publishes one request, POST /sales, and the answer of one that went
// well. All that Carimbo assumes beyond that page is in this file and, for
// people, in docs/sensio.md: what turns out to be different is changed here. The words
// in which it may refuse are in unpublished_words.go.
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
	// underWayRest is how long after an answer that the same is still under way it is asked
	// again where Sensio doesn't say.
	underWayRest = 61 * time.Second
)

// salesPath follows the base URL, which the published sample leaves out.
const salesPath = "/sales"

// writes tells whether the status is that of a sale that was written: 201 is
// published, 200 is what others answer.
func writes(status int) bool { return status == http.StatusCreated || status == http.StatusOK }

// createdID leads to the id of a sale that was written.
const createdID = "response"

// The fields of a sale in a list. Those of the request are assumed to be shown
// under the same names.
const (
	rowOrig     = "orig"
	rowOrigID   = "origId"
	rowNetTotal = "netTotal"
	rowStatus   = "status"
	// cancelledStatus begins the status of a sale that was cancelled.
	cancelledStatus = "cancelad"
	// leastCut: a reference of which fewer letters came back is another one.
	leastCut = 20
	// leastLike: of one of which so many did, a person is told.
	leastLike = 8
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

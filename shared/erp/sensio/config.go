package sensio

import (
	"encoding/json"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Config is what connections.yaml says of one Sensio account.
type Config struct {
	BaseURL string `json:"base_url"`
	// Headers are those of every request, with {app_key} and {app_secret}.
	Headers map[string]string `json:"headers"`
	// LookUp is nil where the account has none.
	LookUp   *LookUp  `json:"lookup"`
	Customer Customer `json:"customer"`
	// Sale is the part of POST /sales that is the same for every order, with
	// placeholders in its texts. Its modFrete may say one for orders with freight and
	// one for those without, its dates may be days after the order's ("+3d"), and of its
	// payments it has what is the same for each, acquirerFee.
	Sale map[string]any `json:"sale"`
	// Items maps the store's SKU to fields of saleLines.
	Items map[string]map[string]any `json:"items"`
}

// LookUp is how to ask for a sale by our reference.
type LookUp struct {
	// Path follows the base URL, with {orig} and {origId}.
	Path string `json:"path"`
	// Rows leads to the list in the answer, keys joined with dots; empty if the
	// answer is the list.
	Rows string `json:"rows"`
	// ID leads to the sale's id in its row.
	ID string `json:"id"`
	// None is how Sensio says that there is no such sale, where that isn't an empty list.
	None *None `json:"none"`
}

// Customer says how the customer goes into a sale.
type Customer struct {
	// Default is the customerId of orders without a tax id; empty: none.
	Default string `json:"default"`
	// Query is nil where customers go by name.
	Query *Query `json:"query"`
	// Create is nil where nobody is ever created.
	Create *Create `json:"create"`
}

// Query is how to ask for a person by tax id.
type Query struct {
	// Path follows the base URL, with {customer.tax_id}.
	Path string `json:"path"`
	// Rows leads to the list in the answer; ID and TaxID into a row.
	Rows  string `json:"rows"`
	ID    string `json:"id"`
	TaxID string `json:"tax_id"`
	// Known is the tax id of a person who is in Sensio for good, by whom the query proves
	// that it works; empty: the person whom it found last.
	Known order.TaxID `json:"known"`
}

// Create is how to register a person whom the query doesn't find.
type Create struct {
	// Path follows the base URL; it and the texts of Body have the placeholders of a sale.
	Path string         `json:"path"`
	Body map[string]any `json:"body"`
	// ID leads to the new person's id in the answer.
	ID string `json:"id"`
}

// Parse reads an account's whole object. It refuses what Check refuses, so that
// nothing that would change an amount gets past a build without a check.
func Parse(settings json.RawMessage) (Config, error) {
	for _, p := range Check(settings) {
		if !p.Warning {
			return Config{}, words.Errorf("read sensio account: %s: %s", p.Path, p.Message)
		}
	}
	var c Config
	if err := wire.Decode(settings, &c); err != nil {
		return Config{}, words.Errorf("read sensio account: %s", err)
	}
	if q := c.Customer.Query; q != nil {
		q.Known, _ = order.ParseTaxID(string(q.Known)) // Check refused what is none
	}
	return c, nil
}

package sensio

import (
	_ "embed" // schema.json, example.yaml
	"fmt"

	"github.com/carimbo/carimbo/shared/erp"
)

//go:embed schema.json
var schema []byte

//go:embed example.yaml
var example string

// Kind is Sensio, as all others know it.
func Kind() erp.Kind {
	return erp.Kind{
		Name: "sensio", Title: "Sensio", Secret: []string{"app_key", "app_secret"}, UsesOrig: true,
		Documents: []erp.DocumentKind{{Name: kindSale, Title: "sale", Titles: "sales", LookUp: "GET, by lookup.path",
			Steps: []erp.DocumentStep{{Name: "create", Call: "POST /sales", Before: "GET, by customer.query, or POST, by customer.create"}}}},
		Schema: schema, Check: Check, New: open, Request: preview, Explain: explain, Code: code, CodeParts: "orig#origId",
		SameCode:    func(r erp.Reference) string { return fmt.Sprintf("the same orig %q and origId %q", r.Orig, r.OrigID) },
		WhereToLook: func(r erp.Reference) string { return fmt.Sprintf("Look by orig %q, origId %q", r.Orig, r.OrigID) },
		IsID:        isNewID, IDForm: "Sensio's is the text that POST /sales answers as response, without a blank and with a digit: its code is another",
		Example: erp.Example{Account: "loja", Settings: example, Stores: []erp.ExampleStore{
			{Connection: "loja-wp", Platform: "woocommerce", Paid: "woocommerce/order_processing.json"},
			{Connection: "loja-online", Platform: "shopify", Paid: "shopify/order_paid.json"},
		}},
	}
}

func open(o erp.Options) (erp.Client, error) {
	config, err := Parse(o.Settings)
	if err != nil {
		return nil, err
	}
	if o.BaseURL != "" {
		config.BaseURL = o.BaseURL
	}
	return New(config, o), nil
}

func preview(doc erp.Document) (body []byte, open string, err error) {
	body, err = Request(doc)
	return body, "", err
}

func code(r erp.Reference) string {
	if r.OrigID == "" {
		return ""
	}
	return r.Orig + "#" + r.OrigID
}

package sensio

import (
	_ "embed" // schema.json, example.yaml

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/words"
)

//go:embed schema.json
var schema []byte

//go:embed example.yaml
var example string

// Kind is Sensio, as all others know it.
func Kind() erp.Kind {
	return erp.Kind{
		Name: "sensio", Title: "Sensio", Secret: []string{"app_key", "app_secret"}, UsesOrig: true,
		Documents: []erp.DocumentKind{{Name: kindSale, Title: words.Say("sale"), Titles: words.Say("sales"), LookUp: "GET lookup.path",
			Steps: []erp.DocumentStep{{Name: "create", Call: "POST /sales", Before: "GET customer.query, POST customer.create"}}}},
		Schema: schema, Check: Check, New: open, Request: preview, Explain: explain, Code: code, CodeParts: "orig#origId",
		SameCode:    func(r erp.Reference) words.Text { return words.Say("the same orig %q and origId %q", r.Orig, r.OrigID) },
		WhereToLook: func(r erp.Reference) words.Text { return words.Say("Look by orig %q, origId %q", r.Orig, r.OrigID) },
		IsID:        isNewID, IDForm: words.Say("Sensio's is the text that POST /sales answers as response, without a blank and with a digit: its code is another"),
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

func preview(doc erp.Document) (body []byte, open words.Text, err error) {
	body, err = Request(doc)
	return body, words.Text{}, err
}

func code(r erp.Reference) string {
	if r.OrigID == "" {
		return ""
	}
	return r.Orig + "#" + r.OrigID
}

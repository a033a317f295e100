package omie

import (
	_ "embed" // schema.json, example.yaml
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
)

//go:embed schema.json
var schema []byte

//go:embed example.yaml
var example string

// masked stands where a secret would be.
const masked = "***"

// Kind is Omie, as all others know it.
func Kind() erp.Kind {
	return erp.Kind{
		Name: "omie", Title: "Omie", Secret: []string{"app_key", "app_secret"},
		Documents: []erp.DocumentKind{{Name: kindOS, Title: "OS", Titles: "OS", ID: "nCodOS", LookUp: "ConsultarOS",
			Steps: []erp.DocumentStep{{Name: "create", Call: "IncluirOS", Before: "ListarClientes, IncluirCliente"}}}},
		Schema: schema, Check: Check, New: open, Request: preview, Explain: explain, Fiscal: fiscal,
		LooksUpAlways: true,
		SameCode:      func(r erp.Reference) string { return "the same code " + r.Code },
		Code:          func(r erp.Reference) string { return r.Code },
		WhereToLook:   func(r erp.Reference) string { return "Look by cCodIntOS " + r.Code },
		Example: erp.Example{Account: "estudio", Settings: example, Stores: []erp.ExampleStore{
			{Connection: "cursos", Platform: "hotmart", Paid: "hotmart/purchase_approved.json"},
			{Connection: "cursos-wp", Platform: "woocommerce", Paid: "woocommerce/order_processing_course.json"},
			{Connection: "cursos-loja", Platform: "shopify", Paid: "shopify/order_paid_course.json"},
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
	var unknown []string
	if os, ok := doc.Body.(OS); ok && os.unlisted() != "" {
		unknown = append(unknown, fmt.Sprintf("nCodServico is null where a service is looked up by cCodigo when the order is placed: %s", os.unlisted()))
	}
	if doc.CustomerID == "" {
		whom := "nCodCli is null: the customer is looked up by tax id when the order is placed, and created if Omie has none"
		if doc.Customer.TaxID == "" {
			whom = strings.Replace(whom, "by tax id", "by a code of ours for their document", 1)
		}
		unknown = append(unknown, whom)
	}
	body, err = Request(doc, masked, masked)
	return body, strings.Join(unknown, "; "), err
}

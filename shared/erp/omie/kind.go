package omie

import (
	"cmp"
	_ "embed" // schema.json, example.yaml
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/loose"
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
			Steps: []erp.DocumentStep{{Name: "create", Call: "IncluirOS", Before: "ListarClientes, IncluirCliente"}}},
			{Name: kindPedido, Title: "pedido", Titles: "pedidos", ID: "codigo_pedido", LookUp: "ConsultarPedido",
				Steps: []erp.DocumentStep{{Name: "create", Call: "IncluirPedido", Before: "ListarClientes, IncluirCliente"}}}},
		Schema: schema, Check: Check, New: open, Request: preview, Explain: explain, Fiscal: fiscal,
		LooksUpAlways: true,
		SameCode:      func(r erp.Reference) string { return "the same code " + r.Code },
		Code:          func(r erp.Reference) string { return r.Code },
		WhereToLook: func(r erp.Reference) string {
			kind, _ := kindOf(r)
			return "Look by " + cmp.Or(kind.code, "the code of integration") + " " + r.Code
		},
		IsID:   func(id string) bool { return id != "" && idOf(loose.Text(id)) == id },
		IDForm: "Omie's (nCodOS, codigo_pedido) is a whole number such as 3847270140, without zeros before it: the number that people know it by is another",
		Example: erp.Example{Account: "estudio", Settings: example, Stores: []erp.ExampleStore{
			{Connection: "cursos", Platform: "hotmart", Paid: "hotmart/purchase_approved.json"},
			{Connection: "cursos-wp", Platform: "woocommerce", Paid: "woocommerce/order_processing_course.json"},
			{Connection: "livraria", Platform: "woocommerce", Paid: "woocommerce/order_processing_goods.json", Document: kindPedido},
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

func preview(doc erp.Document) (request []byte, open string, err error) {
	var unknown []string
	body, ok := doc.Body.(content)
	if !ok {
		return nil, "", fmt.Errorf("write omie request: the document is none of Omie's")
	}
	_, isPedido := body.(Pedido)
	if codes := unlisted(body); codes != "" {
		id, thing, code := "nCodServico", "service", askedCode
		if isPedido {
			id, thing, code = "codigo_produto", "product", askedProduct
		}
		unknown = append(unknown, fmt.Sprintf("%s is null where a %s is looked up by %s when the order is placed: %s", id, thing, code, codes))
	}
	id := "nCodCli"
	if isPedido {
		id = "codigo_cliente"
	}
	if isPedido && doc.Key == "" { // nobody was asked yet
		unknown = append(unknown, "data_previsao is the day on which the order is placed, if that is later: Omie takes none that is over")
	}
	if doc.CustomerID == "" {
		whom := id + " is null: the customer is looked up by tax id when the order is placed, and created if Omie has none"
		if doc.Customer.TaxID == "" {
			whom = strings.Replace(whom, "by tax id", "by a code of ours for their document", 1)
		}
		unknown = append(unknown, whom)
	}
	request, err = Request(doc, masked, masked)
	return request, strings.Join(unknown, "; "), err
}

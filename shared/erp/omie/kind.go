package omie

import (
	_ "embed" // schema.json, example.yaml
	"fmt"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/words"
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
		Documents: []erp.DocumentKind{{Name: kindOS, Title: words.Plain("OS"), Titles: words.Plain("OS"), ID: "nCodOS", LookUp: "ConsultarOS",
			Steps: []erp.DocumentStep{{Name: "create", Call: "IncluirOS", Before: "ListarClientes, IncluirCliente"}}},
			{Name: kindPedido, Title: words.Plain("pedido"), Titles: words.Plain("pedidos"), ID: "codigo_pedido", LookUp: "ConsultarPedido",
				Steps: []erp.DocumentStep{{Name: "create", Call: "IncluirPedido", Before: "ListarClientes, IncluirCliente"}}}},
		Schema: schema, Check: Check, New: open, Request: preview, Explain: explain, Fiscal: fiscal,
		LooksUpAlways: true,
		SameCode:      func(r erp.Reference) words.Text { return words.Say("the same code %s", r.Code) },
		Code:          func(r erp.Reference) string { return r.Code },
		WhereToLook: func(r erp.Reference) words.Text {
			kind, known := kindOf(r)
			if !known {
				return words.Say("Look by the code of integration %s", r.Code)
			}
			return words.Say("Look by %s %s", kind.code, r.Code)
		},
		IsID:   func(id string) bool { return id != "" && idOf(loose.Text(id)) == id },
		IDForm: words.Say("Omie's (nCodOS, codigo_pedido) is a whole number such as 3847270140, without zeros before it: the number that people know it by is another"),
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

func preview(doc erp.Document) (request []byte, open words.Text, err error) {
	var unknown []words.Text
	body, ok := doc.Body.(content)
	if !ok {
		return nil, words.Text{}, fmt.Errorf("write omie request: the document is none of Omie's")
	}
	_, isPedido := body.(Pedido)
	switch codes := unlisted(body); {
	case codes == "":
	case isPedido:
		unknown = append(unknown, words.Say("codigo_produto is null where a product is looked up by %s when the order is placed: %s", askedProduct, codes))
	default:
		unknown = append(unknown, words.Say("nCodServico is null where a service is looked up by %s when the order is placed: %s", askedCode, codes))
	}
	id := "nCodCli"
	if isPedido {
		id = "codigo_cliente"
	}
	if isPedido && doc.Key == "" { // nobody was asked yet
		unknown = append(unknown, words.Say("data_previsao is the day on which the order is placed, if that is later: Omie takes none that is over"))
	}
	if asked := stockAsked(doc); !asked.IsZero() && doc.Key == "" {
		unknown = append(unknown, asked)
	}
	switch {
	case doc.CustomerID != "":
	case doc.Customer.TaxID == "":
		unknown = append(unknown, words.Say("%s is null: the customer is looked up by a code of ours for their document when the order is placed, and created if Omie has none", id))
	default:
		unknown = append(unknown, words.Say("%s is null: the customer is looked up by tax id when the order is placed, and created if Omie has none", id))
	}
	request, err = Request(doc, masked, masked)
	return request, words.Join(unknown, "; "), err
}

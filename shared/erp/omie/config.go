package omie

import (
	"cmp"
	"encoding/json"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

// DefaultBaseURL is Omie's own.
const DefaultBaseURL = "https://app.omie.com.br/api/v1/"

// Config is what connections.yaml says of one Omie account. Numbers keep the
// text they were written in: ids have more digits than a float.
type Config struct {
	// BaseURL is where the API is, DefaultBaseURL unless the account says so.
	BaseURL string
	// OS is the part of IncluirOS that is the same for every order, in Omie's own
	// shape, with placeholders in its texts.
	OS map[string]any
	// Document is the kind of document that orders become where a store says nothing of it.
	Document string
	// Pedido is the same part of IncluirPedido.
	Pedido map[string]any
	// Products maps the store's SKU to fields of det[].produto, and of what else an item of a
	// pedido has.
	Products map[string]map[string]any
	// DefaultCustomer is the nCodCli of orders without a tax id; empty: none.
	DefaultCustomer json.Number
	// Services maps the store's SKU to fields of ServicosPrestados.
	Services map[string]map[string]any
	// Regime is the merchant's, simples or normal; empty where the account doesn't say.
	Regime string
	// Freight, Fees and Tax say where these parts of an order go.
	Freight, Fees, Tax Place
	// Stock is warnOfStock, or empty where nobody asks for it.
	Stock string
	// Parcelas is parcelasOfPayments, or empty for none but those of OS or Pedido.
	Parcelas string
}

// parcelasOfPayments: each document has the instalments in which its order was paid.
const parcelasOfPayments = "payments"

// Parse reads an account's whole object. It refuses what Check refuses, so that
// nothing that would change an amount gets past a build without a check.
func Parse(settings json.RawMessage) (Config, error) {
	for _, p := range Check(settings) {
		if !p.Warning {
			return Config{}, words.Errorf("read omie account: %s: %s", p.Path, p.Message)
		}
	}
	var raw struct {
		BaseURL  string         `json:"base_url"`
		OS       map[string]any `json:"os"`
		Customer struct {
			Default json.Number `json:"default"`
		} `json:"customer"`
		Document string                    `json:"document"`
		Pedido   map[string]any            `json:"pedido"`
		Products map[string]map[string]any `json:"products"`
		Services map[string]map[string]any `json:"services"`
		Regime   string                    `json:"regime"`
		Freight  Place                     `json:"freight"`
		Fees     Place                     `json:"fees"`
		Tax      Place                     `json:"tax"`
		Parcelas string                    `json:"parcelas"`
		Stock    string                    `json:"stock"`
	}
	if err := wire.Decode(settings, &raw); err != nil {
		return Config{}, words.Errorf("read omie account: %s", err)
	}
	c := Config{BaseURL: raw.BaseURL, OS: raw.OS, DefaultCustomer: raw.Customer.Default, Services: raw.Services,
		Freight: raw.Freight, Fees: raw.Fees, Tax: raw.Tax, Parcelas: raw.Parcelas, Regime: raw.Regime,
		Document: cmp.Or(raw.Document, kindOS), Pedido: raw.Pedido, Products: raw.Products, Stock: raw.Stock}
	if c.Products == nil {
		c.Products = productsBySKU
	}
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	return c, nil
}

// constants are what of every document is the account's and not the order's.
func (c Config) constants() []any {
	return []any{c.OS, c.Services, c.Pedido, c.Products, c.Freight, c.Fees, c.Tax}
}

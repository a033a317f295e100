package omie

import (
	"encoding/json"
	"fmt"

	"github.com/carimbo/carimbo/shared/erp/wire"
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
	// DefaultCustomer is the nCodCli of orders without a tax id; empty: none.
	DefaultCustomer json.Number
	// Services maps the store's SKU to fields of ServicosPrestados.
	Services map[string]map[string]any
	// Regime is the merchant's, simples or normal; empty where the account doesn't say.
	Regime string
	// Freight, Fees and Tax say where these parts of an order go.
	Freight, Fees, Tax Place
	// Parcelas is parcelasOfPayments, or empty for none but those of OS.
	Parcelas string
}

// parcelasOfPayments: each OS has the instalments in which its order was paid.
const parcelasOfPayments = "payments"

// Parse reads an account's whole object. It refuses what Check refuses, so that
// nothing that would change an amount gets past a build without a check.
func Parse(settings json.RawMessage) (Config, error) {
	for _, p := range Check(settings) {
		if !p.Warning {
			return Config{}, fmt.Errorf("read omie account: %s: %s", p.Path, p.Message)
		}
	}
	var raw struct {
		BaseURL  string         `json:"base_url"`
		OS       map[string]any `json:"os"`
		Customer struct {
			Default json.Number `json:"default"`
		} `json:"customer"`
		Services map[string]map[string]any `json:"services"`
		Regime   string                    `json:"regime"`
		Freight  Place                     `json:"freight"`
		Fees     Place                     `json:"fees"`
		Tax      Place                     `json:"tax"`
		Parcelas string                    `json:"parcelas"`
	}
	if err := wire.Decode(settings, &raw); err != nil {
		return Config{}, fmt.Errorf("read omie account: %w", err)
	}
	c := Config{BaseURL: raw.BaseURL, OS: raw.OS, DefaultCustomer: raw.Customer.Default, Services: raw.Services,
		Freight: raw.Freight, Fees: raw.Fees, Tax: raw.Tax, Parcelas: raw.Parcelas, Regime: raw.Regime}
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	return c, nil
}

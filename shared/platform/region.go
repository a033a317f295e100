package platform

import (
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
)

// states are the names of Brazil's states and their UF, as fold.Text leaves them.
var states = map[string]string{
	"acre": "AC", "alagoas": "AL", "amapa": "AP", "amazonas": "AM", "bahia": "BA",
	"ceara": "CE", "distrito federal": "DF", "espirito santo": "ES", "goias": "GO",
	"maranhao": "MA", "mato grosso": "MT", "mato grosso do sul": "MS", "minas gerais": "MG",
	"para": "PA", "paraiba": "PB", "parana": "PR", "pernambuco": "PE", "piaui": "PI",
	"rio de janeiro": "RJ", "rio grande do norte": "RN", "rio grande do sul": "RS",
	"rondonia": "RO", "roraima": "RR", "santa catarina": "SC", "sao paulo": "SP",
	"sergipe": "SE", "tocantins": "TO",
}

// UF is the two-letter code of a Brazilian state, given its name or its code, in
// any case and with or without accents; empty for anything else.
func UF(state string) string {
	folded := fold.Text(state)
	if uf, ok := states[folded]; ok {
		return uf
	}
	code := strings.ToUpper(folded)
	for _, uf := range states {
		if uf == code {
			return uf
		}
	}
	return ""
}

const brazil = "BR"

// Region is an address's country in capitals, Brazil's as BR however it is written, and, in Brazil or where no country
// is given, its UF (the first state that is one) and its CEP: Pennsylvania's code
// is Pará's.
func Region(country, zip loose.Text, states ...loose.Text) (iso, uf, cep string) {
	iso = strings.ToUpper(string(country))
	if iso == "BRA" || iso == "BRASIL" || iso == "BRAZIL" {
		iso = brazil
	}
	if Foreign(iso) {
		return iso, "", ""
	}
	for _, state := range states {
		if uf = UF(string(state)); uf != "" {
			break
		}
	}
	return iso, uf, zip.Digits()
}

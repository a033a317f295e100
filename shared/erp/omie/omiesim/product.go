package omiesim

import (
	"cmp"
	"encoding/json"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// Product is one product of the catalogue.
type Product struct {
	ID              int64
	IntegrationCode string // codigo_produto_integracao, never shown on Omie's screens
	Code            string // codigo, the SKU that is shown there
	Description     string
	Unit, NCM       string
	Price           order.Money
	Inactive        bool
	// Stock is how many pieces lie in the default stock, StockAt in others, by their
	// codigo_local_estoque. An open product order takes none of them away: it is pending.
	Stock   order.Quantity
	StockAt map[int64]order.Quantity
}

// DefaultProducts is the catalogue of Options without one.
func DefaultProducts() []Product {
	return []Product{
		{ID: 5366578297, IntegrationCode: "CURSO-GO", Code: "PRD00001", Description: "Curso de Go, livro", Unit: "UN", NCM: "4901.99.00", Price: order.Cents(1000_00), Stock: order.Pieces(40)},
		{ID: 5366578301, IntegrationCode: "MANUT-01", Code: "PRD00002", Description: "Manutenção de Computadores, kit", Unit: "UN", NCM: "8471.80.00", Price: order.Cents(1000_00), Stock: order.Pieces(40)},
	}
}

// anyProduct is by what a product is found whatever it is called: an account that names
// products by what a store calls them has all of them in its catalogue.
type anyProduct struct{ integrationCode, code bool }

// KnowProducts adds products to those that the Sim knows. What it knows by its id or its
// codes stays as it is; a product without an id gets one.
func (s *Sim) KnowProducts(products []Product) {
	s.With(func(time.Time) {
		for _, p := range products {
			if !slices.ContainsFunc(s.products, p.is) {
				s.stocked(p)
			}
		}
	})
}

// is tells whether k is known by one of the keys of p.
func (p Product) is(k Product) bool {
	return p.ID != 0 && k.ID == p.ID || p.IntegrationCode != "" && k.IntegrationCode == p.IntegrationCode || p.Code != "" && k.Code == p.Code
}

// stocked adds a product to the catalogue, with an id where it has none.
func (s *Sim) stocked(p Product) Product {
	for p.ID == 0 || slices.ContainsFunc(s.products, func(k Product) bool { return k.ID == p.ID }) {
		s.nextProduct++
		p.ID = firstProduct + s.nextProduct
	}
	p.Unit, p.NCM = cmp.Or(p.Unit, "UN"), cmp.Or(p.NCM, "4901.99.00")
	s.products = append(s.products, p)
	return p
}

// knownStock is how many pieces there are of a product that an account names.
const knownStock = 100

// firstProduct is where ids of products without one start.
const firstProduct = 5366600000

func (s *Sim) product(is func(Product) bool) (Product, bool) {
	if i := slices.IndexFunc(s.products, is); i >= 0 {
		return s.products[i], true
	}
	return Product{}, false
}

// consultarProduto takes one key of three; 0 and "" are none, as Omie's support shows it
// (omiexperience/api-examples, issues 6 and 10).
func (s *Sim) consultarProduto(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := produtoChave.check(param); refused != nil {
		return nil, refused
	}
	asked := Product{ID: intOf(param, "codigo_produto"), IntegrationCode: textOf(param, "codigo_produto_integracao"), Code: textOf(param, "codigo")}
	filled := 0
	for _, is := range []bool{asked.ID != 0, asked.IntegrationCode != "", asked.Code != ""} {
		if is {
			filled++
		}
	}
	switch {
	case filled == 0:
		return nil, missing("codigo_produto")
	case filled > 1:
		return nil, contents("Preencha apenas a tag [codigo_produto] ou a tag [codigo_produto_integracao] ou a tag [codigo]!")
	}
	if found, ok := s.product(asked.is); ok {
		return found.row(), nil
	}
	if asked.Code != "" && s.anyProduct.code || asked.IntegrationCode != "" && s.anyProduct.integrationCode {
		asked.Description, asked.Stock = asked.Code+asked.IntegrationCode, order.Pieces(knownStock)
		return s.stocked(asked).row(), nil
	}
	return nil, asked.unknown()
}

// unknown is the fault of a product that isn't there, in the words that were seen of each key.
func (p Product) unknown() *refusal {
	switch {
	case p.ID != 0:
		return notFound("Produto não cadastrado para o Código [%d] !", p.ID)
	case p.IntegrationCode != "":
		return notFound("Produto não cadastrado para o Código de Integração [%s] !", p.IntegrationCode)
	}
	return notFound("Código do Produto não cadastrado para o Código [%s] !", p.Code)
}

func (p Product) row() map[string]any {
	return map[string]any{
		"codigo_produto": p.ID, "codigo_produto_integracao": p.IntegrationCode, "codigo": html.EscapeString(p.Code),
		"descricao": html.EscapeString(p.Description), "unidade": p.Unit, "ncm": p.NCM, "valor_unitario": json.Number(p.Price.Number()),
		"tipoItem": "00", "bloqueado": "N", "importado_api": "N", "inativo": yesNo(p.Inactive),
	}
}

// productOf finds the product of a line of a pedido. The code that is shown on the screen
// identifies none.
func (s *Sim) productOf(line map[string]any) (Product, *refusal) {
	id, code := intOf(line, "codigo_produto"), textOf(line, "codigo_produto_integracao")
	if !has(line, "codigo_produto") && code == "" {
		return Product{}, missing("codigo_produto")
	}
	found, ok := s.product(func(p Product) bool {
		return (!has(line, "codigo_produto") || p.ID == id) && (code == "" || p.IntegrationCode == code)
	})
	switch {
	case !ok && !has(line, "codigo_produto") && s.anyProduct.integrationCode:
		return s.stocked(Product{IntegrationCode: code, Description: code, Stock: order.Pieces(knownStock)}), nil
	case !ok && has(line, "codigo_produto"):
		return found, (Product{ID: id}).unknown()
	case !ok:
		return found, (Product{IntegrationCode: code}).unknown()
	case found.Inactive:
		return found, inactive("Produto", strings.TrimSpace(found.Code))
	}
	return found, nil
}

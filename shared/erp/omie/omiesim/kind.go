package omiesim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
)

// Kind is the simulator as all others know it. The window in which Omie refuses an
// identical call is 60 of the 61 s that are kept.
func Kind() erpsim.Kind {
	return erpsim.Kind{Name: "omie", Path: "/api/v1/", Stage: stage(), New: func(spacing time.Duration) erpsim.Simulator {
		return simulator{New(Options{RedundantFor: spacing * 60 / 61})}
	}}
}

type simulator struct{ *Sim }

// namedService is how an account names a service of the catalogue.
type namedService struct {
	NCodServico    json.Number `json:"nCodServico"`
	CCodIntServico string      `json:"cCodIntServico"`
	CCodigo        string      `json:"cCodigo"`
	CDescServ      string      `json:"cDescServ"`
	CTribServ      string      `json:"cTribServ"`
	CCodServMun    string      `json:"cCodServMun"`
	CCodServLC116  string      `json:"cCodServLC116"`
}

// know has the catalogue hold the service; where its name is the store's, any of that kind.
func (s simulator) know(sku string, of namedService) {
	v := Service{ID: number(of.NCodServico), IntegrationCode: of.CCodIntServico, Code: of.CCodigo, Description: sku}
	alone := of.CDescServ != "" && of.CTribServ+of.CCodServMun+of.CCodServLC116 == ""
	stores := func(name string) bool { return strings.Contains(name, "{") }
	switch {
	case stores(of.CCodIntServico):
		s.With(func(time.Time) { s.any.integrationCode = true })
		return
	case stores(of.CCodigo):
		s.With(func(time.Time) { s.any.code = true })
		return
	case v.ID != 0 || v.IntegrationCode != "" || v.Code != "":
	case alone && stores(of.CDescServ):
		s.With(func(time.Time) { s.any.description = true })
		return
	case alone:
		v.Description = of.CDescServ
	default:
		return // it isn't of the catalogue
	}
	s.Sim.Know([]Service{v}, nil, nil)
}

// namedProduct is how an account names a product of the catalogue.
type namedProduct struct {
	CodigoProduto           json.Number `json:"codigo_produto"`
	CodigoProdutoIntegracao string      `json:"codigo_produto_integracao"`
	Codigo                  string      `json:"codigo"`
}

// knowProduct has the catalogue hold the product; where its name is the store's, any of that
// kind.
func (s simulator) knowProduct(sku string, of namedProduct) {
	stores := func(name string) bool { return strings.Contains(name, "{") }
	switch p := (Product{ID: number(of.CodigoProduto), IntegrationCode: of.CodigoProdutoIntegracao, Code: of.Codigo, Description: sku, Stock: order.Pieces(knownStock)}); {
	case stores(p.IntegrationCode):
		s.With(func(time.Time) { s.anyProduct.integrationCode = true })
	case stores(p.Code):
		s.With(func(time.Time) { s.anyProduct.code = true })
	case p.ID != 0 || p.IntegrationCode != "" || p.Code != "":
		s.KnowProducts([]Product{p})
	}
}

// Know adds the services, the products, the customers and the bank accounts that an account
// names. An account that maps no product names each by the store's SKU, as it was given
// through the API.
func (s simulator) Know(settings json.RawMessage) error {
	var named struct {
		OS struct {
			InformacoesAdicionais struct {
				NCodCC json.Number `json:"nCodCC"`
			}
		} `json:"os"`
		Pedido struct {
			InformacoesAdicionais struct {
				CodigoContaCorrente json.Number `json:"codigo_conta_corrente"`
			} `json:"informacoes_adicionais"`
			Frete struct {
				CodigoTransportadora json.Number `json:"codigo_transportadora"`
			} `json:"frete"`
		} `json:"pedido"`
		Customer struct {
			Default json.Number `json:"default"`
		} `json:"customer"`
		Products map[string]namedProduct `json:"products"`
		Services map[string]namedService `json:"services"`
		Freight  json.RawMessage         `json:"freight"`
		Fees     json.RawMessage         `json:"fees"`
		Tax      json.RawMessage         `json:"tax"`
	}
	if err := json.Unmarshal(settings, &named); err != nil {
		return fmt.Errorf("read what an account names: %w", err)
	}
	for _, sku := range slices.Sorted(maps.Keys(named.Services)) {
		s.know(sku, named.Services[sku])
	}
	if named.Products == nil {
		named.Products = map[string]namedProduct{"*": {CodigoProdutoIntegracao: "{line.sku}"}}
	}
	for _, sku := range slices.Sorted(maps.Keys(named.Products)) {
		s.knowProduct(sku, named.Products[sku])
	}
	for _, part := range []json.RawMessage{named.Freight, named.Fees, named.Tax} {
		var place struct {
			Service *namedService `json:"service"`
		}
		if json.Unmarshal(part, &place) == nil && place.Service != nil {
			s.know("", *place.Service)
		}
	}
	var customers []Customer
	if id := number(named.Customer.Default); id != 0 {
		customers = append(customers, Customer{ID: id, Name: "Consumidor Final"})
	}
	if id := number(named.Pedido.Frete.CodigoTransportadora); id != 0 {
		customers = append(customers, Customer{ID: id, Name: "Transportadora"})
	}
	var accounts []int64
	for _, of := range []json.Number{named.OS.InformacoesAdicionais.NCodCC, named.Pedido.InformacoesAdicionais.CodigoContaCorrente} {
		if id := number(of); id != 0 {
			accounts = append(accounts, id)
		}
	}
	s.Sim.Know(nil, customers, accounts)
	return nil
}

// number is an id, or 0.
func number(n json.Number) int64 {
	id, err := n.Int64()
	if err != nil {
		return 0
	}
	return id
}

func (s simulator) LoseAnswers(lose func(erp.Reference) bool) {
	s.OnCall(func(method, code string) *Fault {
		ref := erp.Reference{Code: code}
		switch method {
		case "IncluirOS":
		case "IncluirPedido":
			ref.DocumentKind = kindPedido
		default:
			return nil
		}
		if !lose(ref) {
			return nil
		}
		return &Fault{Mode: WriteThenReset}
	})
}

// What accounts call the kinds of documents.
const (
	kindOS     = "os"
	kindPedido = "pedido"
)

// Count is how many documents have the reference's code, of whichever kind: an OS and a
// product order of one order are two documents.
func (s simulator) Count(ref erp.Reference) int {
	return s.Sim.Count(ref.Code) + s.CountPedidos(ref.Code)
}

func (s simulator) Documents() int { return len(s.Sim.Documents()) + len(s.Pedidos()) }

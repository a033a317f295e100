package omiesim

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// Service is one service of the catalogue.
type Service struct {
	ID              int64
	IntegrationCode string // cCodIntServ, never shown on Omie's screens
	Code            string // cCodigo, shown there
	Description     string
	TaxCode         string // cIdTrib
	CityCode        string // cCodServMun
	LC116           string // cCodLC116
	Price           order.Money
	Inactive        bool
}

// DefaultServices is the catalogue of Options without one.
func DefaultServices() []Service {
	return []Service{
		{ID: 3846592864, IntegrationCode: "CURSO-GO", Code: "SRV00001", Description: "Curso de Go", TaxCode: "01", CityCode: "01015", LC116: "7.07", Price: order.Cents(1000_00)},
		{ID: 3846592901, IntegrationCode: "MANUT-01", Code: "SRV00002", Description: "Manutenção de Computadores", TaxCode: "01", CityCode: "01015", LC116: "7.07", Price: order.Cents(1000_00)},
	}
}

var (
	servicoChave  = complexType("srvChave").with(integer, "nCodServ").with(text, "cCodIntServ")
	servicoListar = complexType("srvListarRequest").
			with(integer, "nPagina", "nRegPorPagina").
			with(text, "cDescricao", "cCodigo").
			with(flag, "inativo", "cExibirProdutos").
			with(unsimulated, "cOrdenarPor", "cOrdemDecrescente", "dInclusaoInicial", "dInclusaoFinal", "dAlteracaoInicial", "dAlteracaoFinal",
			"hInclusaoInicial", "hInclusaoFinal", "hAlteracaoInicial", "hAlteracaoFinal")
)

func (s *Sim) consultarServico(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := servicoChave.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "cCodIntServ", "nCodServ"); refused != nil {
		return nil, refused
	}
	id, code := intOf(param, "nCodServ"), textOf(param, "cCodIntServ")
	for _, c := range s.services {
		if has(param, "nCodServ") && c.ID == id || code != "" && c.IntegrationCode == code {
			return c.row(), nil
		}
	}
	if code != "" {
		return nil, notFound("Serviço não cadastrado para o Código de Integração [%s] !", code)
	}
	return nil, notFound("Serviço não cadastrado para o Código [%d] !", id)
}

func (s *Sim) listarServicos(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := servicoListar.check(param); refused != nil {
		return nil, refused
	}
	code := textOf(param, "cCodigo")
	if _, known := s.service(func(c Service) bool { return c.Code == code }); code != "" && s.any.code && !known {
		s.stood(Service{Code: code, Description: code})
	}
	var rows []any
	for _, c := range s.services {
		if has(param, "cCodigo") && textOf(param, "cCodigo") != c.Code ||
			has(param, "inativo") && textOf(param, "inativo") != yesNo(c.Inactive) ||
			!strings.Contains(strings.ToUpper(c.Description), strings.ToUpper(textOf(param, "cDescricao"))) {
			continue
		}
		rows = append(rows, c.row())
	}
	p, refused := pageOf(rows, param, "nPagina", "nRegPorPagina")
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"nPagina": p.number, "nTotPaginas": p.pages, "nRegistros": len(p.rows), "nTotRegistros": p.total, "cadastros": p.rows}, nil
}

func (c Service) row() map[string]any {
	return map[string]any{
		"intListar": map[string]any{"cCodIntServ": c.IntegrationCode, "nCodServ": c.ID},
		"cabecalho": map[string]any{
			"cDescricao": c.Description, "cCodigo": c.Code, "cIdTrib": c.TaxCode, "cCodServMun": c.CityCode,
			"cCodLC116": c.LC116, "nPrecoUnit": json.Number(c.Price.Number()),
		},
		"descricao": map[string]any{"cDescrCompleta": c.Description},
		"info":      map[string]any{"inativo": yesNo(c.Inactive)},
	}
}

package omiesim

import (
	"encoding/json"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// defaultPlace is the id of the merchant's default stock. A question about stock 0 is about
// that one, and no answer says 0.
const defaultPlace = 3731400000

const (
	// mostPositions are the rows of a page, whatever is asked for, and mostOfAll where
	// products without any are shown, too.
	mostPositions, mostOfAll = 100, 50
	codeTwoPlaces            = "SOAP-ENV:Client-1073"
	codeNoPlace              = "SOAP-ENV:Client-1070"
)

var listarEstPosRequest = complexType("ListarEstPosRequest").
	with(integer, "nPagina", "nRegPorPagina", "codigo_local_estoque").
	with(date, "dDataPosicao").
	with(flag, "cExibeTodos").
	with(text, "lista_local_estoque").
	many("lista_produtos", complexType("lista_produtos").with(integer, "nCodProd").with(text, "cCodInt", "cCodigo")).
	with(unsimulated, "cExibeApenasPDV", "cExibeApenasMarketplace", "cTipoItem")

// stockOf is a product in a stock.
type stockOf struct{ product, place int64 }

// spokenFor is what open product orders take, and what of that is reserved for them.
type spokenFor struct{ pending, reserved order.Quantity }

// speakFor adds what the product order takes, or takes that back: times is 1 or -1.
func (s *Sim) speakFor(p *pedido, times order.Quantity) {
	for _, l := range p.judged.lines {
		more, product := objectOf(l.sent, "inf_adic"), objectOf(l.sent, "produto")
		if textOf(more, "nao_movimentar_estoque") == "S" {
			continue
		}
		of := stockOf{l.product.ID, placeOf(intOf(more, "codigo_local_estoque"))}
		spoken, pieces := s.spoken[of], quantityOf(product, "quantidade").Times(times)
		spoken.pending = spoken.pending.Add(pieces)
		if textOf(product, "reservado") == "S" {
			spoken.reserved = spoken.reserved.Add(pieces)
		}
		s.spoken[of] = spoken
	}
}

func placeOf(id int64) int64 {
	if id == 0 {
		return defaultPlace
	}
	return id
}

// listarPosEstoque shows what there is of products, a row for each stock. Without cExibeTodos
// one of which there is none isn't shown, and without a stock the default one is.
func (s *Sim) listarPosEstoque(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := listarEstPosRequest.check(param); refused != nil {
		return nil, refused
	}
	if refused := required(param, "nPagina", "nRegPorPagina"); refused != nil {
		return nil, refused
	}
	places, refused := s.placesAsked(param)
	if refused != nil {
		return nil, refused
	}
	all := textOf(param, "cExibeTodos") == "S"
	var rows []any
	for _, p := range s.asked(listOf(param, "lista_produtos")) {
		for _, place := range places {
			if there := p.at(place); all || !there.IsZero() {
				rows = append(rows, s.position(p, place, there))
			}
		}
	}
	most := int64(mostPositions)
	if all {
		most = mostOfAll
	}
	paged := map[string]any{"nPagina": param["nPagina"], "nRegPorPagina": json.Number(strconv.FormatInt(min(intOf(param, "nRegPorPagina"), most), 10))}
	p, refused := pageOf(rows, paged, "nPagina", "nRegPorPagina")
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"nPagina": p.number, "nTotPaginas": p.pages, "nRegistros": len(p.rows), "nTotRegistros": p.total,
		"dDataPosicao": textOf(param, "dDataPosicao"), "produtos": p.rows}, nil
}

// asked are the products of a list; those that nobody has are left out, and no list is all.
func (s *Sim) asked(list []map[string]any) []Product {
	if len(list) == 0 {
		return slices.Clone(s.products)
	}
	var found []Product
	for _, of := range list {
		named := Product{ID: intOf(of, "nCodProd"), IntegrationCode: textOf(of, "cCodInt"), Code: textOf(of, "cCodigo")}
		if p, ok := s.product(named.is); ok {
			found = append(found, p)
		}
	}
	return found
}

// placesAsked are the stocks that a question is about.
func (s *Sim) placesAsked(param map[string]any) ([]int64, *refusal) {
	one, several := intOf(param, "codigo_local_estoque"), textOf(param, "lista_local_estoque")
	known := []int64{defaultPlace}
	for _, p := range s.products {
		for id := range p.StockAt {
			if !slices.Contains(known, id) {
				known = append(known, id)
			}
		}
	}
	slices.Sort(known)
	var asked []int64
	switch {
	case one != 0 && several != "":
		r := contents("Preencha apenas a tag [codigo_local_estoque] ou a tag [lista_local_estoque]!")
		r.code = codeTwoPlaces
		return nil, r
	case several == "TODOS":
		return known, nil
	case several != "":
		for id := range strings.SplitSeq(several, ",") {
			n, _ := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
			asked = append(asked, n)
		}
	default:
		asked = []int64{placeOf(one)}
	}
	for _, id := range asked {
		if !slices.Contains(known, id) {
			r := contents("Local do Estoque não cadastrado para o Código [%d] ! - tag: [codigo_local_estoque]", id)
			r.code = codeNoPlace
			return nil, r
		}
	}
	return asked, nil
}

// at is how many pieces lie in the stock.
func (p Product) at(place int64) order.Quantity {
	if place == defaultPlace {
		return p.Stock
	}
	return p.StockAt[place]
}

func (s *Sim) position(p Product, place int64, there order.Quantity) map[string]any {
	spoken := s.spoken[stockOf{p.ID, place}]
	number := func(q order.Quantity) json.Number { return json.Number(q.String()) }
	return map[string]any{
		"nCodProd": p.ID, "cCodInt": p.IntegrationCode, "cCodigo": html.EscapeString(p.Code), "cDescricao": html.EscapeString(p.Description),
		"nPrecoUnitario": json.Number(p.Price.Number()), "nCMC": 0, "estoque_minimo": 0, "codigo_local_estoque": place,
		"nSaldo": number(there.Sub(spoken.reserved)), "nPendente": number(spoken.pending), "reservado": number(spoken.reserved), "fisico": number(there),
	}
}

// Restock has that many pieces of the product lie in a stock; 0 is the default one. It tells
// whether there is such a product.
func (s *Sim) Restock(product, place int64, pieces order.Quantity) (known bool) {
	s.With(func(time.Time) {
		i := slices.IndexFunc(s.products, func(p Product) bool { return p.ID == product })
		if known = i >= 0; !known {
			return
		}
		if placeOf(place) == defaultPlace {
			s.products[i].Stock = pieces
			return
		}
		s.products[i].StockAt = maps.Clone(s.products[i].StockAt)
		if s.products[i].StockAt == nil {
			s.products[i].StockAt = map[int64]order.Quantity{}
		}
		s.products[i].StockAt[place] = pieces
	})
	return known
}

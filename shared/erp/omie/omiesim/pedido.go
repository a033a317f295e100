package omiesim

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// Pedido is one product order that the simulator holds. It is another document than an OS, in
// another table, even where both have one integration code.
type Pedido struct {
	CodInt        string          // codigo_pedido_integracao
	ID            int64           // codigo_pedido, Omie's id
	Number        string          // numero_pedido, the number on the screen
	Total         order.Money     // what Omie calculates, valor_total_pedido
	CustomerID    string          // codigo_cliente
	CustomerTaxID string          // digits of cnpj_cpf
	OrderNumber   string          // numero_pedido_cliente
	At            time.Time       // when it was written
	Cancelled     bool            // by CancelPedido
	Body          json.RawMessage // the param as it came
}

// pedido is a Pedido as it was judged; its param is never written to.
type pedido struct {
	Pedido
	judged *pedidoDraft
}

func codeInPedido(param map[string]any) string {
	return textOf(objectOf(param, "cabecalho"), "codigo_pedido_integracao")
}

func codeOfPedido(param map[string]any) string { return textOf(param, "codigo_pedido_integracao") }

// Pedidos are the product orders that exist now, in the order of their writing.
func (s *Sim) Pedidos() (all []Pedido) {
	s.With(func(time.Time) {
		all = make([]Pedido, len(s.pedidos))
		for i, p := range s.pedidos {
			all[i] = p.Pedido
		}
	})
	return all
}

// CountPedidos is how many product orders have this codigo_pedido_integracao: more than one
// only where uniqueness is off.
func (s *Sim) CountPedidos(codInt string) (n int) {
	s.With(func(time.Time) { n = len(s.pedidosByCode[codInt]) })
	return n
}

// CancelPedido shows every product order with this code as cancelled, and tells how many
// there were.
func (s *Sim) CancelPedido(codInt string) (n int) {
	s.With(func(time.Time) {
		for _, p := range s.pedidosByCode[codInt] {
			if !p.Cancelled {
				s.speakFor(p, order.Pieces(-1))
			}
			p.Cancelled = true
			n++
		}
	})
	return n
}

// pedidoStatus is what the writing methods answer.
type pedidoStatus struct {
	ID     int64  `json:"codigo_pedido"`
	CodInt string `json:"codigo_pedido_integracao"`
	Status string `json:"codigo_status"`
	Text   string `json:"descricao_status"`
	Number string `json:"numero_pedido"`
}

func (s *Sim) incluirPedido(now time.Time, raw json.RawMessage, param map[string]any) (any, *refusal) {
	d, refused := s.validatePedido(now, param)
	if refused != nil {
		return nil, refused
	}
	code := textOf(d.head, "codigo_pedido_integracao")
	if there := s.pedidosByCode[code]; !s.opt.NotUnique && len(there) > 0 {
		said := strings.NewReplacer("{code}", code, "{id}", strconv.FormatInt(there[0].ID, 10), "{number}", there[0].Number)
		return nil, &refusal{http.StatusInternalServerError, said.Replace(s.opt.DuplicatePedidoText), codeDuplicate}
	}
	p := &pedido{
		Pedido: Pedido{
			CodInt:        code,
			ID:            s.nextPedido,
			Number:        strconv.FormatInt(s.nextPedidoNumber, 10),
			Total:         d.total(),
			CustomerID:    strconv.FormatInt(d.customer.ID, 10),
			CustomerTaxID: d.customer.TaxID,
			OrderNumber:   textOf(d.info, "numero_pedido_cliente"),
			At:            now,
			Body:          raw,
		},
		judged: d,
	}
	s.nextPedido++
	s.nextPedidoNumber++
	s.pedidos = append(s.pedidos, p)
	s.pedidosByCode[code] = append(s.pedidosByCode[code], p)
	s.speakFor(p, order.Pieces(1))
	return pedidoStatus{p.ID, p.CodInt, "0", "Pedido cadastrado com sucesso!", p.Number}, nil
}

// findPedido looks a product order up by one of its keys.
func (s *Sim) findPedido(key map[string]any) (*pedido, *refusal) {
	id, code, number := intOf(key, "codigo_pedido"), textOf(key, "codigo_pedido_integracao"), textOf(key, "numero_pedido")
	if there := s.pedidosByCode[code]; code != "" && len(there) > 0 {
		return there[0], nil
	}
	i := slices.IndexFunc(s.pedidos, func(p *pedido) bool {
		return has(key, "codigo_pedido") && p.ID == id || number != "" && p.Number == strings.TrimLeft(number, "0")
	})
	switch {
	case i >= 0:
		return s.pedidos[i], nil
	case code != "":
		return nil, &refusal{http.StatusInternalServerError, strings.ReplaceAll(s.opt.NoPedidoText, "{code}", code), codeNotFound}
	case number != "":
		return nil, notFound("Pedido não cadastrado para o Número [%s] !", number)
	}
	return nil, notFound("Pedido não cadastrado para o Código [%d] !", id)
}

func (s *Sim) consultarPedido(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := pvpConsultarRequest.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "codigo_pedido", "codigo_pedido_integracao", "numero_pedido"); refused != nil {
		return nil, refused
	}
	p, refused := s.findPedido(param)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"pedido_venda_produto": filled(s.shownPedido(p))}, nil
}

func (s *Sim) statusPedido(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := pvpStatusRequest.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "codigo_pedido", "codigo_pedido_integracao"); refused != nil {
		return nil, refused
	}
	p, refused := s.findPedido(param)
	if refused != nil {
		return nil, refused
	}
	return map[string]any{
		"codigo_pedido": p.ID, "codigo_pedido_integracao": p.CodInt, "numero_pedido": p.Number, "etapa": textOf(p.judged.head, "etapa"),
		"cancelada": yesNo(p.Cancelled), "faturada": "N", "ambiente": "P", "valor_total_pedido": json.Number(p.Total.Number()), "ListaNfe": []any{},
	}, nil
}

// shownPedido is the product order as it was sent, with what Omie adds.
func (s *Sim) shownPedido(p *pedido) map[string]any {
	d := p.judged
	all := maps.Clone(d.param)
	head := maps.Clone(d.head)
	for _, tag := range []string{"tipo_desconto_pedido", "perc_desconto_pedido", "valor_desconto_pedido"} {
		delete(head, tag) // it is shown in the lines alone
	}
	head["codigo_pedido"], head["numero_pedido"], head["codigo_cliente"] = p.ID, p.Number, json.Number(p.CustomerID)
	head["quantidade_itens"], head["bloqueado"], head["importado_api"] = len(d.lines), "N", "S"
	if !has(head, "origem_pedido") {
		head["origem_pedido"] = "API"
	}
	all["cabecalho"] = head
	info := maps.Clone(d.info)
	info["numero_pedido_cliente"] = shortened(p.OrderNumber, maxPedidoNumber)
	all["informacoes_adicionais"] = info
	lines := make([]any, len(d.lines))
	for i, line := range d.lines {
		lines[i] = line.shown(p.ID*1000 + int64(i+1))
	}
	all["det"] = lines
	all["total_pedido"] = map[string]any{
		"valor_mercadorias": json.Number(d.goods.Number()), "valor_descontos": json.Number(d.discount.Number()), "valor_total_pedido": json.Number(p.Total.Number()),
	}
	at := p.At.In(s.zone)
	all["infoCadastro"] = map[string]any{
		"dInc": at.Format(omieDate), "hInc": at.Format(time.TimeOnly), "uInc": "WEBSERVICE",
		"dAlt": at.Format(omieDate), "hAlt": at.Format(time.TimeOnly), "uAlt": "WEBSERVICE",
		"cancelado": yesNo(p.Cancelled), "faturado": "N", "denegado": "N", "autorizado": "N", "devolvido": "N", "devolvido_parcial": "N", "cImpAPI": "S",
	}
	return all
}

func (l pedidoLine) shown(id int64) map[string]any {
	shown, ide, product := maps.Clone(l.sent), maps.Clone(objectOf(l.sent, "ide")), maps.Clone(objectOf(l.sent, "produto"))
	ide["codigo_item"] = id
	product["codigo_produto"], product["codigo"] = l.product.ID, l.product.Code
	if !has(product, "descricao") {
		product["descricao"] = html.EscapeString(l.product.Description)
	}
	product["valor_mercadoria"] = json.Number(l.goods.Number())
	if !has(product, "tipo_desconto") {
		product["tipo_desconto"] = "V"
	}
	product["valor_desconto"] = json.Number(l.discount.Number())
	product["valor_total"] = json.Number(l.goods.Sub(l.discount).Number())
	shown["ide"], shown["produto"] = ide, product
	return shown
}

// filled is an object without what is empty or zero, as ConsultarPedido shows one.
func filled(v map[string]any) map[string]any {
	out := map[string]any{}
	for tag, value := range v {
		switch value := value.(type) {
		case map[string]any:
			out[tag] = filled(value)
		case []any:
			list := make([]any, len(value))
			for i, item := range value {
				if object, is := item.(map[string]any); is {
					item = filled(object)
				}
				list[i] = item
			}
			out[tag] = list
		default:
			if text := fmt.Sprint(value); text != "" && text != "0" {
				out[tag] = value
			}
		}
	}
	return out
}

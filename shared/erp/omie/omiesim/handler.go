package omiesim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// ServeHTTP answers the API, and people (see the package's text).
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, s.listed, func(body []byte) { s.Deliver(w, r, s.served(r, body)) })
}

func (s *Sim) served(r *http.Request, body []byte) Reply {
	if r.Method != http.MethodPost {
		if _, known, _ := route(strings.TrimSuffix(r.URL.Path, "/") + "/"); known == nil {
			return erpsim.Page(http.StatusNotFound, "Not Found")
		}
		reply := erpsim.Page(http.StatusMethodNotAllowed, "Method Not Allowed")
		reply.Header.Set("Allow", http.MethodPost)
		return reply
	}
	s.noticeLeavers()
	return s.Call(r.URL.Path, body)
}

// leaving is how long the server may take to see that a caller hung up. A caller
// that gave a call up and makes its next one at once is not two callers.
const leaving = 200 * time.Millisecond

func (s *Sim) noticeLeavers() {
	timer := time.NewTimer(leaving)
	defer timer.Stop()
	for _, run := range s.underWay() {
		select {
		case <-run.ended:
		case <-timer.C:
			return
		}
	}
}

func (s *Sim) underWay() (all []*running) {
	s.With(func(time.Time) {
		for _, l := range s.lanes {
			for run := range l.running {
				if run.write && run.patient {
					all = append(all, run)
				}
			}
		}
	})
	return all
}

// row is a document as people and outside checks see it.
type row struct {
	CodInt      string      `json:"cCodIntOS"`
	NCodOS      int64       `json:"nCodOS"`
	NumOS       string      `json:"cNumOS"`
	Total       json.Number `json:"nValorTotal"`
	OrderNumber string      `json:"cNumPedido"`
	Customer    json.Number `json:"nCodCli"`
}

// pedidoRow is a product order as they see it.
type pedidoRow struct {
	CodInt      string      `json:"codigo_pedido_integracao"`
	ID          int64       `json:"codigo_pedido"`
	Number      string      `json:"numero_pedido"`
	Total       json.Number `json:"valor_total_pedido"`
	OrderNumber string      `json:"numero_pedido_cliente"`
	Customer    json.Number `json:"codigo_cliente"`
}

func (s *Sim) listed() any {
	rows := []any{}
	for _, d := range s.Documents() {
		rows = append(rows, row{d.CodInt, d.NCodOS, d.NumOS, json.Number(d.Total.Number()), d.OrderNumber, json.Number(d.CustomerID)})
	}
	for _, p := range s.Pedidos() {
		rows = append(rows, pedidoRow{p.CodInt, p.ID, p.Number, json.Number(p.Total.Number()), p.OrderNumber, json.Number(p.CustomerID)})
	}
	return rows
}

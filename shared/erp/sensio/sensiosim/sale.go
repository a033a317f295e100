package sensiosim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
)

// refusal is a call that was answered with success: false.
type refusal struct {
	status int
	text   string
}

func refuse(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// Error is the refusal in the log.
func (r *refusal) Error() string { return "refused: " + r.text }

func (r *refusal) reply() Reply {
	reply := erpsim.JSON(r.status, map[string]any{"success": false, "message": r.text})
	reply.Refusal = r
	return reply
}

// alreadyThere is how a second sale with the same orig and origId is refused, where one is.
const alreadyThere = "Já existe um pedido com este orig e origId"

// create makes the sale that the body describes. Nothing keeps a second one with
// the same orig and origId away, unless they are unique.
func (s *Sim) create(now time.Time, body []byte) Reply {
	v, refused := read(body)
	if refused != nil {
		return refused.reply()
	}
	if refused = s.validate(v); refused != nil {
		return refused.reply()
	}
	if s.opt.Unique && slices.ContainsFunc(s.documents, func(d *Document) bool { return d.Orig == textOf(v, "orig") && d.OrigID == textOf(v, "origId") }) {
		return refuse(alreadyThere).reply()
	}
	d := &Document{
		ID: idOf("sale", len(s.documents)+1), Orig: textOf(v, "orig"), OrigID: textOf(v, "origId"), Total: netOf(v),
		Customer: textOf(v, "customer"), CustomerID: textOf(v, "customerId"), At: now, Body: body, shown: v,
	}
	s.documents = append(s.documents, d)
	return erpsim.JSON(http.StatusCreated, map[string]any{"success": true, "message": "Pedido registrado com sucesso", "response": d.ID})
}

func read(body []byte) (map[string]any, *refusal) {
	var v map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if !json.Valid(body) || d.Decode(&v) != nil || v == nil {
		return nil, refuse("JSON inválido")
	}
	return v, nil
}

func (s *Sim) validate(v map[string]any) *refusal {
	if wrong := sale.check("", v); wrong != "" {
		return refuse("%s", wrong)
	}
	for _, rule := range []func(map[string]any) *refusal{s.customer, s.lines, quote, discount, sums, payments, condition, sellers, freight} {
		if refused := rule(v); refused != nil {
			return refused
		}
	}
	return nil
}

func (s *Sim) lines(v map[string]any) *refusal {
	for i, l := range listOf(v, "saleLines") {
		if fmt.Sprint(l["qty"]) == "0" {
			return refuse("saleLines[%d].qty deve ser maior que zero", i)
		}
		if len(s.opt.Items) == 0 {
			continue
		}
		at := slices.IndexFunc(s.opt.Items, func(it Item) bool { return it.ID == textOf(l, "productId") })
		if at < 0 {
			return refuse("saleLines[%d].productId não encontrado", i)
		}
		variations, variation := s.opt.Items[at].Variations, textOf(l, "variationId")
		if len(variations) > 0 && !slices.Contains(variations, variation) || len(variations) == 0 && variation != "" {
			return refuse("saleLines[%d].variationId não encontrado", i)
		}
	}
	return nil
}

func quote(v map[string]any) *refusal {
	for _, name := range []string{"dueDate", "foreseenDelivery", "quoteDate"} {
		if _, has := v[name]; has && textOf(v, "type") != "Orçamento" {
			return refuse("%s somente é utilizado quando o pedido é do tipo orçamento", name)
		}
	}
	return nil
}

func discount(v map[string]any) *refusal {
	if textOf(v, "discountType") == "%" && (moneyOf(v, "discountPercentage").IsZero() || moneyOf(v, "discount").IsZero()) {
		return refuse("discount e discountPercentage devem ser informados")
	}
	if percent, err := order.ParseQuantity(fmt.Sprint(v["discountPercentage"])); err == nil && textOf(v, "discountType") == "%" {
		goods := goodsOf(v)
		if counted := goods.Times(percent).PerPiece(order.Pieces(100)).Round(); !counted.Equal(moneyOf(v, "discount")) {
			return refuse("discount %s difere de %s%% de %s", moneyOf(v, "discount"), percent, goods)
		}
	}
	if textOf(v, "discountType") != "%" && !moneyOf(v, "discountPercentage").IsZero() {
		return refuse("discountPercentage somente é informado ao escolher porcentagem")
	}
	return nil
}

// condition holds the condition, "3x" or the days of each instalment, and the method of who
// pays nothing to the payments.
func condition(v map[string]any) *refusal {
	said, n := textOf(v, "paymentConditionType"), len(listOf(v, "payments"))
	named := 0
	for _, word := range strings.Fields(said) {
		if _, err := strconv.Atoi(word); err != nil {
			named = 0
			break
		}
		named++
	}
	if times, found := strings.CutSuffix(strings.ToLower(said), "x"); found {
		named, _ = strconv.Atoi(times)
	}
	if named > 0 && named != n {
		return refuse("paymentConditionType %s difere das %d parcelas", said, n)
	}
	if n > 0 && textOf(v, "paymentMethod") == "Sem Pagamento" {
		return refuse("Sem Pagamento não tem parcelas")
	}
	return nil
}

// sellers: whoever says a commission in per cent has to say it in reais, too.
func sellers(v map[string]any) *refusal {
	for i, s := range listOf(v, "sellersInfo") {
		_, percent := s["comission"]
		if _, inReais := s["comissionValue"]; percent && !inReais {
			return refuse("sellersInfo[%d].comissionValue deve ser informado junto a comission", i)
		}
		if moneyOf(s, "comission").Cmp(order.Cents(100_00)) > 0 {
			return refuse("sellersInfo[%d].comission é maior que 100", i)
		}
	}
	return nil
}

func freight(v map[string]any) *refusal {
	if textOf(v, "modFrete") == "9 - Sem frete" && !moneyOf(v, "transportFee").IsZero() {
		return refuse("transportFee %s e modFrete 9 - Sem frete", moneyOf(v, "transportFee"))
	}
	return nil
}

// sums holds total to the lines and netTotal to its parts, where they are given.
func sums(v map[string]any) *refusal {
	goods := goodsOf(v)
	if _, has := v["total"]; has && !goods.Equal(moneyOf(v, "total")) {
		return refuse("total %s difere da soma dos itens %s", moneyOf(v, "total"), goods)
	}
	net := goods.Sub(moneyOf(v, "discount")).Add(moneyOf(v, "otherExpenses")).Add(moneyOf(v, "transportFee"))
	if net.IsNegative() {
		return refuse("o valor líquido é negativo")
	}
	if _, has := v["netTotal"]; has && !net.Equal(moneyOf(v, "netTotal")) {
		return refuse("netTotal %s difere do valor líquido %s", moneyOf(v, "netTotal"), net)
	}
	return nil
}

// goodsOf is what the lines come to.
func goodsOf(v map[string]any) order.Money {
	var goods order.Money
	for _, l := range listOf(v, "saleLines") {
		quantity, _ := order.ParseQuantity(fmt.Sprint(l["qty"]))
		goods = goods.Add(moneyOf(l, "price").Times(quantity))
	}
	return goods
}

// netOf is the net value, of a sale whose sums were judged.
func netOf(v map[string]any) order.Money {
	return goodsOf(v).Sub(moneyOf(v, "discount")).Add(moneyOf(v, "otherExpenses")).Add(moneyOf(v, "transportFee"))
}

func payments(v map[string]any) *refusal {
	rows := listOf(v, "payments")
	if len(rows) == 0 {
		return nil
	}
	var sum order.Money
	for i, p := range rows {
		if n, has := p["nDup"]; has && fmt.Sprint(n) != strconv.Itoa(i+1) {
			return refuse("payments[%d].nDup fora de sequência", i)
		}
		sum = sum.Add(moneyOf(p, "vDup"))
	}
	if net := netOf(v); !sum.Equal(net) {
		return refuse("a soma das parcelas %s difere do valor líquido %s", sum, net)
	}
	return nil
}

// list answers GET /sales.
func (s *Sim) list(now time.Time, query url.Values) Reply {
	if s.opt.Filter == Missing {
		return (&refusal{http.StatusNotFound, "Rota não encontrada"}).reply()
	}
	rows := []any{}
	for _, d := range slices.Backward(s.documents) {
		if now.Before(d.At.Add(s.lag)) {
			continue
		}
		if s.opt.Filter == Ignored || s.opt.Filter == Honoured && matches(query, "orig", d.Orig) && matches(query, "origId", d.OrigID) {
			rows = append(rows, s.row(d))
		}
	}
	if len(rows) == 0 {
		switch s.opt.None {
		case NotFound:
			return (&refusal{http.StatusNotFound, "Pedido não encontrado"}).reply()
		case NotSuccess:
			return (&refusal{http.StatusOK, "Nenhum pedido encontrado"}).reply()
		}
	}
	page, _ := strconv.Atoi(query.Get("page"))
	from := min(max(page-1, 0)*s.opt.PageSize, len(rows))
	return erpsim.JSON(http.StatusOK, map[string]any{"success": true, "response": rows[from:min(from+s.opt.PageSize, len(rows))], "count": len(rows)})
}

// matches: what isn't asked for matches everything.
func matches(query url.Values, name, value string) bool {
	return !query.Has(name) || query.Get(name) == value
}

// row is the sale as a list shows it.
func (s *Sim) row(d *Document) map[string]any {
	row := map[string]any{"id": d.ID, "orig": d.Orig, "origId": d.OrigID, "status": d.shown["status"], "customer": d.Customer}
	if d.Cancelled {
		row["status"] = "Cancelado"
	}
	if !s.opt.Bare {
		row["total"] = d.shown["total"]
		row["netTotal"] = json.Number(d.Total.Number())
	}
	return row
}

package omie

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// warnOfStock is the value of stock by which an account has Omie asked, before it makes a
// pedido, for what is there of its products.
const warnOfStock = "warn"

const (
	// stockLimit is the longest that a question for the stock may take: nothing hangs on it.
	stockLimit = 10 * time.Second
	// stockRows are how many products one question names, and stockPlaces how many of the
	// merchant's stocks an order has asked for: with cExibeTodos a page has 50 rows.
	stockRows, stockPlaces = 50, 3
	// What can't be asked isn't asked for a while, whichever order wants to know: Omie blocks
	// whoever goes on with what it refuses.
	stockRefusedRest, stockLostRest = time.Hour, 5 * time.Minute
	// stockNotes are how many notes there are at the most of what was asked a moment ago.
	stockNotes = 1024
	// mostShort are named.
	mostShort = 5
)

// demand is what a pedido takes of one product out of one stock.
type demand struct {
	// sku is the store's name of it.
	sku string
	// by is the field of lista_produtos that names the product, and name what stands there.
	by, name string
	// place is codigo_local_estoque; 0 is the merchant's default one.
	place    string
	quantity order.Quantity
}

// demands are what a pedido of the order takes, each product of a stock once.
func (c *Client) demands(o order.Order, ref erp.Reference) ([]demand, error) {
	skus, err := wire.Mapped(c.config.Products, "erps."+c.account+".products", o.Lines)
	if err != nil {
		return nil, err
	}
	var all []demand
	for i, l := range o.Lines {
		fields, err := c.product(o, ref, l, i, skus[i])
		if err != nil {
			return nil, err
		}
		d, moves := demandOf(fields, l)
		if !moves {
			continue
		}
		at := slices.IndexFunc(all, func(known demand) bool { return known.by == d.by && known.name == d.name && known.place == d.place })
		if at >= 0 {
			all[at].quantity = all[at].quantity.Add(d.quantity)
			continue
		}
		all = append(all, d)
	}
	return all, nil
}

// demandOf is that of one line, as products maps it, and whether it moves any stock.
func demandOf(fields map[string]any, l order.Line) (d demand, moves bool) {
	d = demand{place: "0", quantity: l.Quantity}
	switch id := fields["codigo_produto"].(type) {
	case listed:
		d.by, d.name = "cCodigo", id.code
	case json.Number:
		d.by, d.name = "nCodProd", id.String()
	default:
		d.by = "cCodInt"
		d.name, _ = fields["codigo_produto_integracao"].(string)
	}
	d.sku = d.name
	if len(l.SKUs) > 0 {
		d.sku = l.SKUs[0]
	}
	more, _ := fields["inf_adic"].(map[string]any)
	if place, ok := more["codigo_local_estoque"].(json.Number); ok {
		d.place = place.String()
	}
	return d, more["nao_movimentar_estoque"] != "S"
}

// asField is the product as lista_produtos names it.
func (d demand) asField() map[string]any {
	if d.by == "nCodProd" {
		return map[string]any{d.by: json.Number(d.name)}
	}
	return map[string]any{d.by: d.name}
}

// withStock is the answer about a document whose customer is known, with a warning where
// Omie has less than the document takes. Only an answer that has the whole account rest
// hinders it, as it would hinder the create.
func (c *Client) withStock(ctx context.Context, doc erp.Document, known erp.Answer) erp.Answer {
	wanted, _ := doc.Stock.([]demand)
	if len(wanted) == 0 || !c.timeForStock(ctx) {
		return known
	}
	k, answer := c.keys(ctx, false)
	if answer.Kind != "" {
		return known
	}
	pause, err := c.caller.Noted(ctx, stockNote(k, "pause"), words.Say("this stock"))
	if err != nil || pause.Early().Kind != "" {
		return known // what can't be known costs no order
	}
	var short []words.Text
	for _, place := range placesOf(wanted) {
		rows, answer := c.askStock(ctx, k, place, wanted)
		switch {
		case answer.Kind == erp.Present:
			short = append(short, shortIn(rows, place, wanted)...)
		case answer.Kind == erp.Absent, answer.Kind == erp.Early, answer.Kind == erp.NotSent:
		case answer.Kind == erp.AccountRests && !answer.AccountFault:
			pause.End(ctx, "", answer.RetryAfter+stockRefusedRest)
			answer.Text = words.Say("asking for the stock: %s", answer.Text)
			return answer
		default:
			rest := stockRefusedRest
			if answer.Kind == erp.Lost {
				rest = stockLostRest
			}
			pause.End(ctx, "", rest)
			known.Warning = wire.Clean(words.Say("whether Omie has enough of what was sold isn't known: %s", answer.Text))
			return known
		}
	}
	if len(short) > 0 {
		known.Warning = inStock(short)
	}
	return known
}

// timeForStock tells whether a question for the stock leaves the create the time that it needs.
func (c *Client) timeForStock(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return !ok || end.Sub(c.caller.Now()) >= callLimit+2*stockLimit+apart
}

// placesOf are the stocks that the demands are of.
func placesOf(wanted []demand) []string {
	var places []string
	for _, d := range wanted {
		if !slices.Contains(places, d.place) && len(places) < stockPlaces {
			places = append(places, d.place)
		}
	}
	return places
}

// askStock asks for what is demanded of one stock, in one call: Present, with the rows, or why
// they aren't known.
func (c *Client) askStock(ctx context.Context, k wire.Keys, place string, wanted []demand) ([]shownStock, erp.Answer) {
	now := c.caller.Now()
	param := stockParam(now, place, wanted)
	asked, err := json.Marshal(param)
	if err != nil {
		return nil, erp.Answer{Kind: erp.NotSent}
	}
	// Notes are few, so that they don't grow with what was ever sold: two questions of one note
	// keep apart as one does from itself.
	sum := sha256.Sum256(asked)
	note, err := c.caller.Noted(ctx, stockNote(k, strconv.Itoa((int(sum[0])<<8|int(sum[1]))%stockNotes)), words.Say("this stock"))
	if err != nil {
		return nil, erp.Answer{Kind: erp.NotSent}
	}
	answer := note.Early()
	if answer.Kind == "" {
		answer = note.Begin(ctx, "")
	}
	if answer.Kind != "" {
		return nil, answer
	}
	answer, r := c.callBy(ctx, k, listarPosEstoque, wire.Sent{Request: param}, now.Add(stockLimit))
	note.End(ctx, "", 0)
	return stockIn(r.body), answer
}

// stockParam is the param of ListarPosEstoque. Without cExibeTodos a product of which there is
// none isn't shown, and where that is all of them the answer is a fault.
func stockParam(now time.Time, place string, wanted []demand) map[string]any {
	products := []any{}
	for _, d := range wanted {
		if d.place == place && len(products) < stockRows {
			products = append(products, d.asField())
		}
	}
	return map[string]any{
		"nPagina": 1, "nRegPorPagina": stockRows, "dDataPosicao": now.In(order.SaoPaulo()).Format(dateLayout), "cExibeTodos": "S",
		"codigo_local_estoque": json.Number(place), "lista_produtos": products,
	}
}

// stockNote names a note of what was asked; under another app's secret it is another one.
func stockNote(k wire.Keys, of string) string {
	h := hmac.New(sha256.New, []byte(k.Secret))
	h.Write([]byte("stock\x00" + of))
	return hex.EncodeToString(h.Sum(nil))
}

// shownStock is what counts of a row of ListarPosEstoque.
type shownStock struct {
	NCodProd  loose.Text `json:"nCodProd"`
	CCodInt   loose.Text `json:"cCodInt"`
	CCodigo   loose.Text `json:"cCodigo"`
	NSaldo    loose.Text `json:"nSaldo"`
	NPendente loose.Text `json:"nPendente"`
	Reservado loose.Text `json:"reservado"`
	Fisico    loose.Text `json:"fisico"`
}

// stockIn reads the rows; none where they can't be read.
func stockIn(body []byte) []shownStock {
	var page struct {
		Produtos []shownStock `json:"produtos"`
	}
	if wire.Decode(body, &page) != nil {
		return nil
	}
	return page.Produtos
}

// is tells whether the row is of what is demanded.
func (s shownStock) is(d demand) bool {
	shown := map[string]loose.Text{"nCodProd": s.NCodProd, "cCodInt": s.CCodInt, "cCodigo": s.CCodigo}[d.by]
	return strings.TrimSpace(wire.Plain(string(shown))) == strings.TrimSpace(d.name)
}

// count is what the row says is there, and how much of that is spoken for: what open pedidos
// take, or what is reserved, whichever is more, since what is reserved may be for those. It is
// false where the row doesn't say how much there is.
func (s shownStock) count() (there, taken order.Quantity, ok bool) {
	pending, _ := order.ParseQuantity(string(s.NPendente))
	reserved, _ := order.ParseQuantity(string(s.Reservado))
	taken = pending
	if reserved.Cmp(taken) > 0 {
		taken = reserved
	}
	there, err := order.ParseQuantity(string(s.Fisico))
	if err != nil || s.Fisico == "" {
		if there, err = order.ParseQuantity(string(s.NSaldo)); err != nil || s.NSaldo == "" {
			return there, taken, false
		}
		there = there.Add(reserved) // nSaldo is without it
	}
	return there, taken, true
}

// shortIn says of which of what is demanded from a stock it has too little. A product that no
// row shows isn't said to be short.
func shortIn(rows []shownStock, place string, wanted []demand) (short []words.Text) {
	for _, d := range wanted {
		at := slices.IndexFunc(rows, func(s shownStock) bool { return s.is(d) })
		if d.place != place || at < 0 {
			continue
		}
		there, taken, ok := rows[at].count()
		free := there.Sub(taken)
		if !ok || d.quantity.Cmp(free) <= 0 {
			continue
		}
		sku := order.Cut(wire.OneLine(d.sku), 60)
		if free.IsZero() || free.IsNegative() {
			short = append(short, words.Say("of %q %s ordered, none free (%s in stock, %s reserved or in open pedidos)", sku, d.quantity, there, taken))
			continue
		}
		short = append(short, words.Say("of %q %s ordered, %s free (%s in stock, %s reserved or in open pedidos)", sku, d.quantity, free, there, taken))
	}
	return short
}

// inStock is the warning.
func inStock(short []words.Text) words.Text {
	said := words.Join(short[:min(len(short), mostShort)], "; ")
	if n := len(short) - mostShort; n > 0 {
		return wire.Clean(words.Say("Omie has too little in stock, and the pedido is made all the same: %s; and of %d products more", said, n))
	}
	return wire.Clean(words.Say("Omie has too little in stock, and the pedido is made all the same: %s", said))
}

// stockAsked says to a preview what is asked for when the order is placed.
func stockAsked(doc erp.Document) words.Text {
	wanted, _ := doc.Stock.([]demand)
	var skus []string
	for _, d := range wanted[:min(len(wanted), mostShort)] {
		skus = append(skus, strconv.Quote(order.Cut(wire.OneLine(d.sku), 60)))
	}
	named := strings.Join(skus, ", ")
	switch n := len(wanted) - len(skus); {
	case len(skus) == 0:
		return words.Text{}
	case n > 0:
		return words.Say("when the order is placed Omie is asked for the stock of %s and %d more; what is short is told in the order's timeline, and hinders nothing", named, n)
	}
	return words.Say("when the order is placed Omie is asked for the stock of %s; what is short is told in the order's timeline, and hinders nothing", named)
}

// stockWords is what Omie says beside a success of a stock that is short, for a person; else
// empty.
func (f fault) stockWords(private ...string) words.Text {
	if !namesStock.MatchString(f.words.Own) {
		return words.Text{}
	}
	return wire.Clean(words.Plain(f.text), private...)
}

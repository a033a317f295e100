//go:build !race

// Carts are counted in one goroutine: under the race detector it is only slower.

package erp_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/shopify"
	"github.com/carimbo/carimbo/shared/platform/woocommerce"
)

const (
	carts = 3000
	// everyNth cart is put to the strict simulators too.
	everyNth = 20
	cent     = 100 // in the unit of a cart's amounts
)

// cart is what a customer paid for, in ten-thousandths of a real: integers, so
// that what was paid is known without any of the code that is tested.
type cart struct {
	platform string
	id       int
	lines    []cartLine
	// discount is the whole order's, for the platforms that have one; a coupon is
	// spread over the lines.
	discount, freight, freightDiscount, fees, tax int64
	// paid and giftCard are in cents; interest is what the card took on top.
	paid, giftCard, interest int64
	installments             int
}

type cartLine struct{ quantity, price, discount, coupon int64 }

// gross is what the line costs before its discounts, which WooCommerce tells to
// the cent.
func (c cart) gross(l cartLine) int64 {
	if c.platform == "woocommerce" {
		return cents(l.quantity*l.price) * cent
	}
	return l.quantity * l.price
}

func (c cart) cost(l cartLine) int64 { return c.gross(l) - l.discount - l.coupon }

func (c cart) goods() (sum int64) {
	for _, l := range c.lines {
		sum += c.cost(l)
	}
	return sum
}

func (c cart) sum() int64 {
	return c.goods() - c.discount + c.freight - c.freightDiscount + c.fees + c.tax
}

// cents rounds half away from zero.
func cents(n int64) int64 {
	if n < 0 {
		return -cents(-n)
	}
	return (n + cent/2) / cent
}

type generator struct{ *rand.Rand }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// upTo is from 0 to most, small amounts as likely as large ones.
func (g generator) upTo(most int64) int64 {
	bounds := []int64{most}
	for bound := most / 10; bound > 0; bound /= 10 {
		bounds = append(bounds, bound)
	}
	return g.Int64N(bounds[g.IntN(len(bounds))] + 1)
}

func (g generator) cart(id int) cart {
	c := cart{id: id, platform: []string{"generic", "woocommerce", "shopify"}[g.IntN(3)], installments: 1 + g.IntN(12)}
	for range g.size() {
		c.lines = append(c.lines, g.line(c))
	}
	g.coupon(&c)
	if g.chance(25) {
		c.freight = g.upTo(200_00) * cent
		if g.chance(40) {
			c.freightDiscount = g.Int64N(c.freight/cent+1) * cent
		}
	}
	if g.chance(10) {
		c.tax = g.upTo(300_00) * cent
	}
	g.fees(&c)
	c.paid = cents(c.sum())
	g.payments(&c)
	return c
}

func (g generator) size() int {
	switch n := g.IntN(100); {
	case n < 30:
		return 1
	case n < 75:
		return 2 + g.IntN(9)
	case n < 98:
		return 11 + g.IntN(180)
	}
	return 199
}

// line has a price to the cent in Shopify, whose prices are.
func (g generator) line(c cart) cartLine {
	l := cartLine{quantity: 1 + g.upTo(999), price: cent + g.upTo(5000_0000)}
	if g.chance(3) {
		l.price = g.Int64N(cent)
	}
	if c.platform == "shopify" || g.chance(50) {
		l.price -= l.price % cent
	}
	if g.chance(15) {
		l.discount = g.Int64N(c.gross(l)/cent+1) * cent
	}
	if c.platform == "generic" && g.chance(3) {
		l.discount = g.Int64N(c.gross(l) + 1)
	}
	return l
}

// coupon takes a percentage off each line, or an amount off the first lines.
func (g generator) coupon(c *cart) {
	switch {
	case c.platform == "generic" && g.chance(35):
		c.discount = g.Int64N(c.goods()/cent+1) * cent
		if g.chance(20) {
			c.discount = c.goods() * int64(g.IntN(101)) / 100
		}
	case c.platform == "generic" || g.chance(60):
	case g.chance(50):
		percent := int64(g.IntN(101))
		for i, l := range c.lines {
			c.lines[i].coupon = c.cost(l) * percent / 100 / cent * cent
		}
	default:
		rest := g.upTo(500_00) * cent
		for i, l := range c.lines {
			c.lines[i].coupon = min(rest, c.cost(l)/cent*cent)
			rest -= c.lines[i].coupon
		}
	}
}

// fees may be negative: a discount for paying by Pix. Shopify's are tips.
func (g generator) fees(c *cart) {
	switch {
	case g.chance(80):
	case c.platform != "shopify" && g.chance(50):
		c.fees = -g.Int64N(c.sum()/cent+1) * cent
	default:
		c.fees = g.upTo(100_00) * cent
	}
}

func (g generator) payments(c *cart) {
	if c.platform != "woocommerce" && c.paid > 0 && g.chance(20) {
		c.giftCard = 1 + g.Int64N(c.paid)
	}
	if c.platform == "generic" && g.chance(20) {
		c.interest = g.Int64N(c.paid/5 + 1)
	}
}

type object = map[string]any

// text is the amount as a platform writes it, with at least two decimals.
func text(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%s%d.%04d", sign, n/10000, n%10000)
	return strings.TrimSuffix(strings.TrimSuffix(s, "0"), "0")
}

func (c cart) order(t *testing.T) order.Order {
	t.Helper()
	decoders := map[string]struct {
		decode func(platform.Payload, platform.Settings) (order.Order, error)
		body   object
	}{
		"generic":     {generic.Platform{}.Order, c.generic()},
		"woocommerce": {woocommerce.Platform{}.Order, c.wooCommerce()},
		"shopify":     {shopify.Platform{}.Order, c.shopify()},
	}
	body, err := json.Marshal(decoders[c.platform].body)
	if err != nil {
		t.Fatal(err)
	}
	o, err := decoders[c.platform].decode(platform.Payload{Body: body}, platform.Settings{})
	if err != nil {
		t.Fatalf("%s doesn't read its own order: %v\n%s", c.platform, err, body)
	}
	return o
}

func (c cart) generic() object {
	var lines, payments []object
	for i, l := range c.lines {
		lines = append(lines, object{"sku": "SKU", "name": fmt.Sprint("Item ", i+1), "quantity": l.quantity, "unit_price": text(l.price), "discount": text(l.discount)})
	}
	if c.giftCard > 0 {
		payments = append(payments, object{"method": "gift_card", "amount": text(c.giftCard * cent)})
	}
	payments = append(payments, object{"method": "credit_card", "amount": text((c.paid - c.giftCard + c.interest) * cent), "installments": c.installments})
	return object{"type": "order.paid", "order": object{
		"id": fmt.Sprint(c.id), "currency": "BRL", "paid_at": paidAt.Format(time.RFC3339), "lines": lines, "payments": payments,
		"discount": text(c.discount), "freight": text(c.freight - c.freightDiscount), "fees": text(c.fees), "tax": text(c.tax), "total": text(c.paid * cent),
	}}
}

func (c cart) wooCommerce() object {
	var lines []object
	for i, l := range c.lines {
		lines = append(lines, object{"name": fmt.Sprint("Item ", i+1), "sku": "SKU", "quantity": l.quantity,
			"subtotal": text(c.gross(l)), "total": text(c.cost(l))})
	}
	body := object{
		"id": c.id, "status": "processing", "currency": "BRL", "date_paid_gmt": paidAt.Format("2006-01-02T15:04:05"),
		"total": text(c.paid * cent), "total_tax": text(c.tax), "payment_method": "woo-mercado-pago-custom", "line_items": lines,
		"meta_data": []object{{"key": "mp_installments", "value": fmt.Sprint(c.installments)}},
	}
	if c.freight > 0 {
		body["shipping_lines"] = []object{{"total": text(c.freight - c.freightDiscount)}}
	}
	if c.fees != 0 {
		body["fee_lines"] = []object{{"total": text(c.fees)}}
	}
	return body
}

func (c cart) shopify() object {
	var lines []object
	for i, l := range c.lines {
		allocations := []object{}
		for _, amount := range []int64{l.discount, l.coupon} {
			if amount > 0 {
				allocations = append(allocations, object{"amount": text(amount)})
			}
		}
		lines = append(lines, object{"id": i + 1, "name": fmt.Sprint("Item ", i+1), "sku": "SKU", "quantity": l.quantity,
			"price": text(l.price), "discount_allocations": allocations})
	}
	gateways := []string{"shopify_payments"}
	if c.giftCard > 0 {
		gateways = append(gateways, "gift_card")
	}
	body := object{
		"id": c.id, "financial_status": "paid", "currency": "BRL", "created_at": paidAt.Format(time.RFC3339), "line_items": lines,
		"taxes_included": c.tax == 0, "total_tax": text(c.tax), "total_tip_received": text(c.fees), "total_price": text(c.paid * cent),
		"payment_gateway_names": gateways,
	}
	if c.freight > 0 {
		line := object{"price": text(c.freight), "discounted_price": text(c.freight)}
		if c.freightDiscount > 0 {
			line["discount_allocations"] = []object{{"amount": text(c.freightDiscount)}}
		}
		body["shipping_lines"] = []object{line}
	}
	return body
}

// kinds are what is special about the cart.
func (c cart) kinds() []string {
	some := func(is func(cartLine) bool) bool { return slices.ContainsFunc(c.lines, is) }
	var kinds []string
	for name, is := range map[string]bool{
		"from " + c.platform:              true,
		"1 line":                          len(c.lines) == 1,
		"2 to 10 lines":                   len(c.lines) > 1 && len(c.lines) <= 10,
		"11 to 198 lines":                 len(c.lines) > 10 && len(c.lines) < 199,
		"199 lines":                       len(c.lines) == 199,
		"line discount":                   some(func(l cartLine) bool { return l.discount > 0 }),
		"coupon over the lines":           some(func(l cartLine) bool { return l.coupon > 0 }),
		"order discount":                  c.discount > 0,
		"freight":                         c.freight > 0,
		"freight with discount":           c.freightDiscount > 0,
		"fees":                            c.fees > 0,
		"negative fees":                   c.fees < 0,
		"tax":                             c.tax > 0,
		"gift card":                       c.giftCard > 0,
		"payments above the total":        c.interest > 0,
		"1 instalment":                    c.platform != "shopify" && c.installments == 1,
		"2 to 12 instalments":             c.platform != "shopify" && c.installments > 1,
		"price with 3 or 4 decimals":      some(func(l cartLine) bool { return l.price%cent != 0 }),
		"discount with 3 or 4 decimals":   c.discount%cent != 0 || some(func(l cartLine) bool { return l.discount%cent != 0 }),
		"parts with fractions of a cent":  c.sum()%cent != 0,
		"a line of more than 100 pieces":  some(func(l cartLine) bool { return l.quantity > 100 }),
		"a line that costs nothing":       some(func(l cartLine) bool { return c.cost(l) == 0 }),
		"an order that costs nothing":     c.paid == 0,
		"an OS has no field for its part": !c.fitsOmie(),
	} {
		if is {
			kinds = append(kinds, name)
		}
	}
	return kinds
}

// fitsOmie: an OS has no field for freight, fees or tax; a negative fee is a discount.
func (c cart) fitsOmie() bool { return c.freight == c.freightDiscount && c.fees <= 0 && c.tax == 0 }

// gave tells whether anybody was given a discount.
func (c cart) gave() bool {
	return c.discount > 0 || c.fees < 0 || slices.ContainsFunc(c.lines, func(l cartLine) bool { return l.discount > 0 || l.coupon > 0 })
}

func TestWhatWasPaidIsWhatTheDocumentComesTo(t *testing.T) {
	b := newCounters(t)
	g := generator{rand.New(rand.NewPCG(2026, 11))}
	share := map[string]int{}
	for n := range carts {
		c := g.cart(n + 1)
		for _, kind := range c.kinds() {
			share[kind]++
		}
		o := c.order(t)
		if err := o.Check(paidAt); err != nil {
			t.Errorf("cart %d is rejected: %v\n%+v", c.id, err, c)
			continue
		}
		b.sensio(c, o)
		b.omie(c, o)
		b.aCentOff(c, o)
		if t.Failed() {
			t.Fatalf("cart %d: %+v", c.id, c)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(share)) {
		t.Logf("%5.1f %% %s", 100*float64(share[kind])/carts, kind)
	}
	if want := 24 + 2; len(share) != want {
		t.Errorf("%d kinds of carts were generated, want all %d", len(share), want)
	}
	if n := len(b.sensioSim.Documents()); n != carts/everyNth {
		t.Errorf("the strict Sensio took %d sales of %d", n, carts/everyNth)
	}
	if n := len(b.omieSim.Documents()); n < carts/everyNth/4 || len(b.omieSim.Violations()) > 0 {
		t.Errorf("the strict Omie took %d OS and counts %v", n, b.omieSim.Violations())
	}
}

// counters are the two ERPs' mappings, and strict simulators of both.
type counters struct {
	*testing.T
	omieERP   *omie.Client
	sensioERP *sensio.Client
	omieSim   *omiesim.Sim
	sensioSim *sensiosim.Sim
	now       time.Time
}

func newCounters(t *testing.T) *counters {
	t.Helper()
	omieConfig, err := omie.Parse(json.RawMessage(`{"kind": "omie", "os": {"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020}},
		"customer": {"default": 3795260786}, "services": {"*": {"cCodIntServico": "MANUT-01"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	sensioConfig, err := sensio.Parse(json.RawMessage(`{"kind": "sensio", "base_url": "https://sensio.example", "headers": {"Authorization": "Bearer {app_secret}"},
		"customer": {"default": "p-1"}, "items": {"*": {"productId": "prod-1"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	c := &counters{T: t, now: paidAt,
		omieERP:   omie.New(omieConfig, erp.Options{Account: "estudio"}),
		sensioERP: sensio.New(sensioConfig, erp.Options{Account: "loja"})}
	c.omieSim = omiesim.New(omiesim.Options{Now: func() time.Time { return c.now }, HalfToEven: true})
	c.sensioSim = sensiosim.New(sensiosim.Options{Now: func() time.Time { return c.now },
		Items: []sensiosim.Item{{ID: "prod-1"}}, People: []sensiosim.Person{{ID: "p-1"}}})
	t.Cleanup(c.omieSim.Close)
	t.Cleanup(c.sensioSim.Close)
	return c
}

func reference(c cart) erp.Reference { return erp.NewReference("loja", "", fmt.Sprint(c.id)) }

// decimal is one of a request; one that isn't sent is nothing.
func (b *counters) decimal(n json.Number) decimal.Decimal {
	b.Helper()
	if n == "" {
		return decimal.Decimal{}
	}
	d, err := decimal.NewFromString(n.String())
	if err != nil {
		b.Fatalf("%q: %v", n, err)
	}
	return d
}

// amount is a decimal that is positive and has no fraction of a cent.
func (b *counters) amount(n json.Number) decimal.Decimal { return b.fine(n, 2) }

// fine is a decimal that is positive and has at most so many places.
func (b *counters) fine(n json.Number, places int32) decimal.Decimal {
	b.Helper()
	d := b.decimal(n)
	if d.IsNegative() || !d.Equal(d.Round(places)) {
		b.Errorf("%s is no amount that an ERP takes", n)
	}
	return d
}

func (b *counters) equal(what string, got decimal.Decimal, want decimal.Decimal) {
	b.Helper()
	if !got.Equal(want) {
		b.Errorf("%s is %s, want %s", what, got, want)
	}
}

// omie adds the OS up as Omie does: each line to the cent, less its discount.
func (b *counters) omie(c cart, o order.Order) {
	b.Helper()
	doc, err := b.omieERP.Document(o, reference(c))
	if !c.fitsOmie() {
		if reason, ok := order.AsRejection(err); !ok || reason.Kind != order.TotalReason {
			b.Errorf("an OS without a field for it: %v, want %s", err, order.TotalReason)
		}
		return
	}
	if err != nil {
		b.Errorf("omie: %v", err)
		return
	}
	body, err := omie.Request(doc, "key", "secret")
	if err != nil {
		b.Fatal(err)
	}
	var request struct {
		Param []struct {
			ServicosPrestados []struct{ NQtde, NValUnit, NValorDesconto json.Number }
		} `json:"param"`
	}
	if err := json.Unmarshal(body, &request); err != nil {
		b.Fatal(err)
	}
	var sum decimal.Decimal
	for i, l := range request.Param[0].ServicosPrestados {
		off := b.amount(l.NValorDesconto)
		gross := b.decimal(l.NQtde).Mul(b.fine(l.NValUnit, 4))
		b.equal("half a cent of a line, up and to even", gross.Round(2), gross.RoundBank(2))
		line := gross.Round(2).Sub(off)
		if line.IsNegative() || off.IsPositive() && !c.gave() {
			b.Errorf("line %d is %+v", i+1, l)
		}
		b.quantity(l.NQtde, c.lines[i], 4)
		sum = sum.Add(line)
	}
	b.equal("lines of the OS", decimal.NewFromInt(int64(len(request.Param[0].ServicosPrestados))), decimal.NewFromInt(int64(len(c.lines))))
	b.equal("the OS", sum, decimal.New(c.paid, -2))
	if c.id%everyNth == 0 {
		b.now = b.now.Add(time.Second)
		if reply := b.omieSim.Call("servicos/os/", body); reply.Status != http.StatusOK {
			b.Errorf("the strict Omie refused cart %d: %d %s", c.id, reply.Status, reply.Body)
		}
	}
}

// quantity is what was sold, or one of the whole, for which no price of so many places
// will do: none for a price in cents, nor for four places and few pieces.
func (b *counters) quantity(n json.Number, l cartLine, places int32) {
	b.Helper()
	got, sold := b.decimal(n), decimal.NewFromInt(l.quantity)
	whole := got.Equal(decimal.NewFromInt(1)) && l.price%cent != 0 && (places == 2 || l.quantity > 100)
	if !got.Equal(sold) && !whole {
		b.Errorf("the quantity is %s, want %s", n, sold)
	}
}

// sensio adds the sale up as its page says.
func (b *counters) sensio(c cart, o order.Order) {
	b.Helper()
	doc, err := b.sensioERP.Document(o, reference(c))
	if err != nil {
		b.Errorf("sensio: %v", err)
		return
	}
	body, err := sensio.Request(doc)
	if err != nil {
		b.Fatal(err)
	}
	var sale struct {
		Total, Discount, OtherExpenses, TransportFee, NetTotal, DiscountPercentage json.Number

		SaleLines []struct{ Qty, Price json.Number }
		Payments  []struct{ NDup, VDup json.Number }
	}
	if err := json.Unmarshal(body, &sale); err != nil {
		b.Fatal(err)
	}
	var goods, paid decimal.Decimal
	for i, l := range sale.SaleLines {
		b.quantity(l.Qty, c.lines[i], 2)
		goods = goods.Add(b.decimal(l.Qty).Mul(b.amount(l.Price)))
	}
	for i, p := range sale.Payments {
		b.equal("nDup", b.decimal(p.NDup), decimal.NewFromInt(int64(i+1)))
		paid = paid.Add(b.amount(p.VDup))
	}
	want := decimal.New(c.paid, -2)
	b.equal("lines of the sale", decimal.NewFromInt(int64(len(sale.SaleLines))), decimal.NewFromInt(int64(len(c.lines))))
	b.equal("total", b.amount(sale.Total), goods)
	b.equal("netTotal", b.amount(sale.NetTotal), want)
	b.equal("the parts of the sale", goods.Sub(b.amount(sale.Discount)).Add(b.amount(sale.OtherExpenses)).Add(b.amount(sale.TransportFee)), want)
	b.equal("the payments", paid, want)
	if b.amount(sale.Discount).IsPositive() && !c.gave() {
		b.Errorf("a discount of %s that nobody gave", sale.Discount)
	}
	b.equal("transportFee", b.amount(sale.TransportFee), decimal.New(c.freight-c.freightDiscount, -4))
	b.equal("otherExpenses", b.amount(sale.OtherExpenses), decimal.New(c.tax+max(0, c.fees), -4))
	b.equal("discountPercentage", b.decimal(sale.DiscountPercentage), decimal.Decimal{})
	if want := min(c.paid, int64(c.installments)); c.platform != "shopify" && c.giftCard == 0 && int64(len(sale.Payments)) != want {
		b.Errorf("%d payments for %d instalments", len(sale.Payments), want)
	}
	if c.id%everyNth == 0 {
		header := http.Header{"Content-Type": {"application/json"}}
		if reply := b.sensioSim.Call(http.MethodPost, "/sales", header, body); reply.Status != http.StatusCreated {
			b.Errorf("the strict Sensio refused cart %d: %d %s", c.id, reply.Status, reply.Body)
		}
	}
}

// aCentOff: an order that doesn't add up is no document anywhere.
func (b *counters) aCentOff(c cart, o order.Order) {
	b.Helper()
	for _, off := range []int64{1, -1} {
		wrong := o
		if wrong.Total = o.Total.Add(order.Cents(off)); wrong.Total.IsNegative() {
			continue
		}
		_, inOmie := b.omieERP.Document(wrong, reference(c))
		_, inSensio := b.sensioERP.Document(wrong, reference(c))
		for who, err := range map[string]error{"Check": wrong.Check(paidAt), "Omie": inOmie, "Sensio": inSensio} {
			if reason, ok := order.AsRejection(err); !ok || reason.Kind != order.TotalReason {
				b.Errorf("%s lets an order through that is %d cents off: %v", who, off, err)
			}
		}
	}
}

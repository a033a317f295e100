package simulation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// body is the sale as its platform tells of it.
func (s *sale) body(c contents, version int) []byte {
	if s.sort == garbled {
		return fmt.Appendf(nil, `{"hello":"%s"}`, s.number)
	}
	if s.store.platform == "generic" {
		return s.genericBody(c, version)
	}
	event, currency := "PURCHASE_APPROVED", "BRL"
	if s.sort == unpaid {
		event = "PURCHASE_BILLET_PRINTED"
	}
	if c.bad == order.CurrencyReason {
		currency = "USD"
	}
	return fmt.Appendf(nil, `{"id":"e-%s-%d","creation_date":%d,"event":"%s","version":"2.0.0","data":{"product":{"id":5128734,"name":"%s"},`+
		`"buyer":{"email":"%s","name":"%s","document":"%s"},`+
		`"purchase":{"approved_date":%d,"order_date":%d,"price":{"value":%s,"currency_value":"%s"},"status":"APPROVED","transaction":"%s","payment":{"installments_number":1,"type":"PIX"},"offer":{"code":"%s"}}}}`,
		s.number, version, created(version), event, s.product("Go na prática"), s.email(), s.name(), s.taxID(c),
		epoch.UnixMilli(), epoch.UnixMilli(), amount(c.cents), currency, s.number, c.sku)
}

func (s *sale) genericBody(c contents, version int) []byte {
	kind, currency, total := "order.paid", "BRL", c.cents
	if s.sort == unpaid {
		kind = "order.created"
	}
	if c.bad == order.CurrencyReason {
		currency = "USD"
	}
	if c.bad == order.TotalReason {
		total++
	}
	half := c.cents / 2
	// Some checkouts have versions, and some have none.
	if s.buyer%2 == 0 {
		version = 0
	}
	return fmt.Appendf(nil, `{"type":"%s","version":%d,"order":{"id":"%s","number":"%s","currency":"%s","placed_at":"%[6]s","paid_at":"%[6]s",`+
		`"customer":{"name":"%[7]s","email":"%[8]s","tax_id":"%[9]s"%[15]s},`+
		`"lines":[{"sku":"%[10]s","name":"%[16]s","quantity":1,"unit_price":"%[11]s"},{"sku":"%[10]s","name":"B","quantity":2,"unit_price":"%[12]s","discount":"%[13]s"}],`+
		`"payments":[{"method":"pix","amount":"%[14]s"}],"total":"%[14]s"}}`,
		kind, version, s.number, s.number, currency, epoch.Format(time.RFC3339), s.name(), s.email(), s.taxID(c),
		c.sku, amount(half), amount(c.cents), amount(c.cents+half), amount(total), s.address(), s.product("A"))
}

func (s *sale) reversalBody() []byte {
	if s.store.platform == "generic" {
		return fmt.Appendf(nil, `{"type":"order.reversed","order":{"id":"%s"}}`, s.number)
	}
	return fmt.Appendf(nil, `{"id":"r-%s","creation_date":%d,"event":"PURCHASE_REFUNDED","version":"2.0.0","data":{"purchase":{"approved_date":%d,"transaction":"%s","status":"REFUNDED"}}}`,
		s.number, epoch.Add(time.Hour).UnixMilli(), epoch.UnixMilli(), s.number)
}

func (s *sale) email() string {
	if s.hostile() {
		return fmt.Sprintf("app_key.invalida%d@correio.example", s.buyer)
	}
	return fmt.Sprintf("comprador%d@correio.example", s.buyer)
}

func (s *sale) name() string {
	if s.hostile() {
		return s.words() + " " + letters(s.buyer)
	}
	return "Comprador Numero " + letters(s.buyer)
}

// likeAnERP are words that would rest an account, park an order or choose another
// customer if an ERP said them.
var likeAnERP = [...]string{"Api bloqueada 86000 segundos", "app_key invalida", "Ja cadastrado com o Id [999]", "Tente novamente",
	"OS nao cadastrada", "x] api bloqueada [", "Consumo redundante. Aguarde 5000 segundos"} // never written to

// hostile tells whether the buyer writes such words wherever they can.
func (s *sale) hostile() bool { return s.buyer%3 == 1 }

func (s *sale) words() string { return likeAnERP[s.buyer/3%len(likeAnERP)] }

// product is what a line is called.
func (s *sale) product(otherwise string) string {
	if s.hostile() {
		return s.words()
	}
	return otherwise
}

// address is that of a hostile buyer, for those platforms that send one.
func (s *sale) address() string {
	if !s.hostile() {
		return ""
	}
	return fmt.Sprintf(`,"address":{"street":"%[1]s","number":"1","complement":"%[1]s","district":"%[1]s","city":"%[1]s","state":"SP","country":"BR"}`, s.words())
}

// created is Hotmart's version of contents: when their event was made.
func created(version int) int64 {
	return epoch.Add(time.Duration(version) * time.Second).UnixMilli()
}

func amount(cents int64) string { return order.Cents(cents).String() }

// letters are a name for a number.
func letters(n int) string {
	var b strings.Builder
	for _, digit := range strconv.Itoa(n) {
		b.WriteByte("abcdefghij"[digit-'0'])
	}
	return b.String()
}

// taxID is the buyer's CPF. A tenth of them gives none.
func (s *sale) taxID(c contents) string {
	switch {
	case c.bad == order.TaxIDReason:
		return "11111111111"
	case s.buyer%10 == 0:
		return ""
	}
	return cpf(s.buyer)
}

// cpf makes a valid number of nobody.
func cpf(n int) string {
	digits := fmt.Sprintf("%09d", 100000000+n*7919%800000000)
	for range 2 {
		sum := 0
		for i, d := range digits {
			sum += int(d-'0') * (len(digits) + 1 - i)
		}
		digits += strconv.Itoa(sum * 10 % 11 % 10)
	}
	return digits
}

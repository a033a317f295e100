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
	switch s.store.platform {
	case "generic":
		return s.genericBody(c, version)
	case shopify:
		return s.shopifyBody(c, version)
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
		s.number, version, created(version), event, s.product("Go na prática")+c.line, s.email(c), s.name(), s.taxID(c),
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
	tag := version
	// Some checkouts have versions, and some have none.
	if s.buyer%2 == 0 {
		version = 0
	}
	return fmt.Appendf(nil, `{"type":"%s","tag":%[17]d,"version":%[2]d,"order":{"id":"%[3]s","number":"%[4]s","currency":"%[5]s","placed_at":"%[6]s","paid_at":"%[6]s",`+
		`"customer":{"name":"%[7]s","email":"%[8]s","tax_id":"%[9]s"%[15]s},`+
		`"lines":[{"sku":"%[10]s","name":"%[16]s","quantity":1,"unit_price":"%[11]s"},{"sku":"%[10]s","name":"B","quantity":2,"unit_price":"%[12]s","discount":"%[13]s"}],`+
		`"payments":[{"method":"pix","amount":"%[14]s"}],"total":"%[14]s"}}`,
		kind, version, s.number, s.number, currency, epoch.Format(time.RFC3339), s.name(), s.email(c), s.taxID(c),
		c.sku, amount(half), amount(c.cents), amount(c.cents+half), amount(total), s.address(c), s.product("A")+c.line, tag)
}

// shopify is the platform, as connections.yaml spells it.
const shopify = "shopify"

func (s *sale) shopifyBody(c contents, version int) []byte {
	status, currency := "paid", "BRL"
	if s.sort == unpaid {
		status = "pending"
	}
	if c.bad == order.CurrencyReason {
		currency = "USD"
	}
	return fmt.Appendf(nil, `{"id":%s,"name":"%s","financial_status":"%s","currency":"%s","created_at":"%[5]s","processed_at":"%[5]s","updated_at":"%[6]s",`+
		`"total_price":"%[7]s","tags":"%[8]d","payment_gateway_names":["pix"],"note_attributes":[{"name":"cpf","value":"%[9]s"}],`+
		`"customer":{"first_name":"%[10]s","email":"%[11]s"},"billing_address":{"address1":"Rua Um, 1","address2":"%[12]s","city":"Belo Horizonte","province_code":"MG","country_code":"BR","zip":"30140-128"},`+
		`"line_items":[{"id":1,"name":"%[13]s","title":"%[13]s","sku":"%[14]s","quantity":1,"price":"%[7]s"}]}`,
		s.id(), s.number, status, currency, placed.Format(time.RFC3339), s.modified(version-1).Format(time.RFC3339),
		amount(c.cents), version, s.taxID(c), s.name(), s.email(c), c.street, s.product("Curso")+c.line, c.sku)
}

func (s *sale) reversalBody() []byte {
	switch s.store.platform {
	case "generic":
		return fmt.Appendf(nil, `{"type":"order.reversed","order":{"id":"%s"}}`, s.number)
	case shopify:
		return fmt.Appendf(nil, `{"id":%s,"name":"%s","financial_status":"refunded","created_at":"%[3]s","processed_at":"%[3]s","updated_at":"%[4]s","cancelled_at":"%[4]s","total_price":"1.00"}`,
			s.id(), s.number, placed.Format(time.RFC3339), placed.Add(12*time.Hour).Format(time.RFC3339))
	}
	return fmt.Appendf(nil, `{"id":"r-%s","creation_date":%d,"event":"PURCHASE_REFUNDED","version":"2.0.0","data":{"purchase":{"approved_date":%d,"transaction":"%s","status":"REFUNDED"}}}`,
		s.number, epoch.Add(time.Hour).UnixMilli(), epoch.UnixMilli(), s.number)
}

func (s *sale) email(c contents) string {
	if s.hostile() {
		return fmt.Sprintf("app_key.invalida%d%s@correio.example", s.buyer, c.mail)
	}
	return fmt.Sprintf("comprador%d%s@correio.example", s.buyer, c.mail)
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

// address is that of a hostile buyer, or a new one, for those platforms that send one.
func (s *sale) address(c contents) string {
	words := "Rua Um"
	switch {
	case s.hostile():
		words = s.words()
	case c.street == "":
		return ""
	}
	return fmt.Sprintf(`,"address":{"street":"%[2]s%[1]s","number":"1","complement":"%[1]s","district":"%[1]s","city":"%[1]s","state":"SP","country":"BR"}`, words, c.street)
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
	case c.other:
		return cpf(s.buyer + 1000)
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

package omie

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
)

// money checks what an order's amount is divided by, and when it is due.
func (c *checker) money(os map[string]any, parcelas any) {
	header, _ := os["Cabecalho"].(map[string]any)
	c.invoiced("os.Cabecalho.cEtapa", header["cEtapa"], "OS")
	c.shares("os.Departamentos", os["Departamentos"], "nPerc", "nValor")
	c.distinct("os.Departamentos", os["Departamentos"], "cCodDepto")
	c.instalments("os.Parcelas", os["Parcelas"], "os.Cabecalho.", header, parcelas, parcelOfOS)
}

// invoiced warns of documents that begin where they are invoiced.
func (c *checker) invoiced(path string, stage any, what string) {
	if stage == "50" {
		c.warn(path, `is "50", Faturar: each %s goes where it is invoiced; "10" is the first column`, what)
	}
}

// instalments checks the list at path against where instalments come from, and against the
// header.
func (c *checker) instalments(path string, v any, at string, header map[string]any, parcelas any, named parcel) {
	list, _ := v.([]any)
	switch {
	case parcelas == parcelasOfPayments:
		c.template(path, list, at, header, named)
	case len(list) > 0:
		c.shares(path, v, named.percent, named.amount)
		c.plan(path, list, at, header, named)
	default:
		c.term(at, header, named)
	}
}

// hundred is what percentages come to.
var hundred = order.Cents(100_00) // never written to

// shares have to come to the whole.
func (c *checker) shares(path string, v any, percent, amount string) {
	list, _ := v.([]any)
	var sum order.Money
	for i := range list {
		share, _ := list[i].(map[string]any)
		at := path + "." + strconv.Itoa(i) + "."
		number, isNumber := share[percent].(json.Number)
		part, err := order.ParseMoney(number.String())
		switch {
		case share[percent] == nil && len(list) == 1, share[amount] != nil && share[amount] != orderTotal:
			return // the latter was refused as an amount
		case share[percent] == nil:
			c.refuse(at+percent, "is missing: each one needs its share in percent")
			return
		case !isNumber || err != nil || part.IsNegative():
			c.refuse(at+percent, "must be a number from 0 to 100")
			return
		case share[amount] != nil && len(list) > 1:
			c.refuse(at+amount, "must be left out: %q is what a single one has, and each one's amount is derived from %s", orderTotal, percent)
		}
		sum = sum.Add(part)
	}
	if len(list) > 0 && !sum.Equal(hundred) {
		c.refuse(path, "%s must add up to 100, and comes to %s", percent, sum.Number())
	}
}

// distinct refuses what would be there twice.
func (c *checker) distinct(path string, v any, name string) {
	list, _ := v.([]any)
	first := map[any]int{}
	for i := range list {
		fields, _ := list[i].(map[string]any)
		code, _ := fields[name].(string)
		if at, there := first[code]; there && code != "" {
			c.refuse(path+"."+strconv.Itoa(i)+"."+name, "must be another one: %q is that of %s.%d already", code, path, at)
			continue
		}
		first[code] = i
	}
}

// plan checks instalments of the account's own against the header.
func (c *checker) plan(path string, list []any, at string, header map[string]any, named parcel) {
	if code := header[named.term]; code != nil && code != customTerm {
		c.warn(at+named.term, "is %q, which contradicts %s: they go with %q", code, path[strings.LastIndexByte(path, '.')+1:], customTerm)
	}
	if n := header[named.count]; n != nil && n != json.Number(strconv.Itoa(len(list))) {
		c.refuse(at+named.count, "must be %d, which is how many %s there are", len(list), path[strings.LastIndexByte(path, '.')+1:])
	}
	for i := range list {
		fields, _ := list[i].(map[string]any)
		if n := fields[named.number]; n != nil && n != json.Number(strconv.Itoa(i+1)) {
			c.refuse(path+"."+strconv.Itoa(i)+"."+named.number, "must be %d: they are numbered from 1", i+1)
		}
		if due, isText := fields[named.due].(string); isText && !daysAhead.MatchString(due) && !isDate(due) {
			c.refuse(path+"."+strconv.Itoa(i)+"."+named.due, `must be days after the order's date, like "+30d", or a date like "27/02/2025"`)
		}
	}
}

// template checks what the account says beside parcelas: payments.
func (c *checker) template(path string, list []any, at string, header map[string]any, named parcel) {
	if len(list) > 1 {
		c.refuse(path, "must have one element beside parcelas: %s: what it says is said of each instalment in which an order was paid", parcelasOfPayments)
	}
	for i := range list {
		fields, _ := list[i].(map[string]any)
		for _, name := range []string{named.number, named.due, named.amount, named.percent, named.days} {
			if fields[name] != nil {
				c.refuse(path+"."+strconv.Itoa(i)+"."+name, "can't be configured beside parcelas: %s, which fills it in", parcelasOfPayments)
			}
		}
	}
	if code := header[named.term]; code != nil && code != customTerm {
		c.warn(at+named.term, "is not sent but for orders that cost nothing: parcelas: %s goes with %q", parcelasOfPayments, customTerm)
	}
	if n := header[named.count]; n != nil && n != json.Number("1") {
		c.warn(at+named.count, "is not sent but for orders that cost nothing: parcelas: %s counts the instalments", parcelasOfPayments)
	}
}

// monthly are the payment terms of so many monthly instalments, atOnce those of one payment.
var (
	monthly = regexp.MustCompile(`^0(0[1-9]|[1-3][0-9]|4[0-8])$`)
	atOnce  = regexp.MustCompile(`^(000|[AB][0-9]{2})$`)
)

// term holds the term and the number of instalments against each other. 999 without Parcelas is what Omie's
// own examples send.
func (c *checker) term(at string, header map[string]any, named parcel) {
	code, _ := header[named.term].(string)
	if header[named.count] == nil {
		switch code {
		case customTerm:
			c.refuse(at+named.count, "must say how many instalments %s 999 has", named.term)
		case "", defaultParcel:
		default:
			if named == parcelOfOS { // of a pedido Omie counts them by its term
				c.warn(at+named.count, "1 is sent: say how many instalments %s %v has", named.term, code)
			}
		}
		return
	}
	number, _ := header[named.count].(json.Number)
	want := ""
	switch {
	case code == "" || atOnce.MatchString(code):
		want = "1"
	case monthly.MatchString(code):
		want = strings.TrimLeft(code, "0")
	}
	if want != "" && number.String() != want {
		if code == "" {
			code = defaultParcel
		}
		c.warn(at+named.count, "is %s, and %s %q means %s: nobody knows which of them Omie makes the receivables by", number, named.term, code, want)
	}
}

// ordinaryNumber is how long the numbers of most stores are, at the most.
const ordinaryNumber = 12

// orderNumber warns where the words around it leave an order's number too little room.
func (c *checker) orderNumber(path string, v any) {
	text, _ := v.(string)
	words, ok := withoutValues(text, placeholder.OfOrder)
	if left := max(0, maxNumber-utf8.RuneCountInString(words)); ok && words != text && left < ordinaryNumber {
		c.warn(path, "Omie is said to keep %d characters, which leaves %d beside the words that are always the same: a longer order number is cut off there", maxNumber, left)
	}
}

// withoutValues is a text with nothing in the place of its placeholders.
func withoutValues(text string, known []string) (string, bool) {
	nothing := make(map[string]string, len(known))
	for _, name := range known {
		nothing[name] = ""
	}
	words, err := placeholder.Expand(text, nothing)
	return words, err == nil
}

// isOrderNumber tells whether a field is the home of the store's order number.
func isOrderNumber(name string) bool {
	return name == "cNumPedido" || name == "numero_pedido_cliente"
}

// length warns of words that are longer than what Omie takes; the order's number is cut,
// others are refused.
func (c *checker) length(path, text string, known []string) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	limit, limited := lengths[name]
	words, ok := withoutValues(text, known)
	if n := utf8.RuneCountInString(words); limited && ok && n > limit && name != "cCidPrestServ" && (!isOrderNumber(name) || words == text) {
		c.warn(path, "has %d characters, and Omie is said to take %d", n, limit)
	}
}

// city wants CIDADE (UF): anything else is refused with each OS.
func (c *checker) city(v any) {
	text, isText := v.(string)
	if !isText || len(placeholder.Problems(text, placeholder.OfOrder)) > 0 {
		return
	}
	values := map[string]string{}
	for _, name := range placeholder.OfOrder {
		values[name] = "A"
	}
	values["address.state"] = "SP"
	said, err := placeholder.Expand(text, values)
	if n := utf8.RuneCountInString(said); err != nil || !isCity(strings.ToUpper(fold.Text(said))) || n > lengths["cCidPrestServ"] {
		c.refuse("os.InformacoesAdicionais.cCidPrestServ", `must be CIDADE (UF), at most %d characters, like "SAO PAULO (SP)"; "{address.city} ({address.state})" is the buyer's`, lengths["cCidPrestServ"])
	}
}

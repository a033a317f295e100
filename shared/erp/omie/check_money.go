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
	if header["cEtapa"] == "50" {
		c.warn("os.Cabecalho.cEtapa", `is "50", Faturar: each OS goes where it is invoiced; "10" is the first column`)
	}
	c.shares("os.Departamentos", os["Departamentos"], "nPerc")
	c.distinct("os.Departamentos", os["Departamentos"], "cCodDepto")
	list, _ := os["Parcelas"].([]any)
	switch {
	case parcelas == parcelasOfPayments:
		c.template(list, header)
	case parcelas != nil && parcelas != "none":
		c.refuse("parcelas", "must be none or %s", parcelasOfPayments)
	case len(list) > 0:
		c.shares("os.Parcelas", os["Parcelas"], "nPercentual")
		c.plan(list, header)
	default:
		c.term(header)
	}
}

// hundred is what percentages come to.
var hundred = order.Cents(100_00) // never written to

// shares have to come to the whole.
func (c *checker) shares(path string, v any, percent string) {
	list, _ := v.([]any)
	var sum order.Money
	for i := range list {
		share, _ := list[i].(map[string]any)
		at := path + "." + strconv.Itoa(i) + "."
		number, isNumber := share[percent].(json.Number)
		part, err := order.ParseMoney(number.String())
		switch {
		case share[percent] == nil && len(list) == 1, share["nValor"] != nil && share["nValor"] != orderTotal:
			return // the latter was refused as an amount
		case share[percent] == nil:
			c.refuse(at+percent, "is missing: each one needs its share in percent")
			return
		case !isNumber || err != nil || part.IsNegative():
			c.refuse(at+percent, "must be a number from 0 to 100")
			return
		case share["nValor"] != nil && len(list) > 1:
			c.refuse(at+"nValor", "must be left out: %q is what a single one has, and each one's amount is derived from %s", orderTotal, percent)
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

// plan checks Parcelas of the account's own against the header.
func (c *checker) plan(list []any, header map[string]any) {
	if code := header["cCodParc"]; code != nil && code != customTerm {
		c.warn("os.Cabecalho.cCodParc", "is %q, which contradicts Parcelas: they go with %q", code, customTerm)
	}
	if n := header["nQtdeParc"]; n != nil && n != json.Number(strconv.Itoa(len(list))) {
		c.refuse("os.Cabecalho.nQtdeParc", "must be %d, which is how many Parcelas there are", len(list))
	}
	for i := range list {
		parcel, _ := list[i].(map[string]any)
		if n := parcel["nParcela"]; n != nil && n != json.Number(strconv.Itoa(i+1)) {
			c.refuse("os.Parcelas."+strconv.Itoa(i)+".nParcela", "must be %d: they are numbered from 1", i+1)
		}
		if due, isText := parcel["dDtVenc"].(string); isText && !daysAhead.MatchString(due) && !isDate(due) {
			c.refuse("os.Parcelas."+strconv.Itoa(i)+".dDtVenc", `must be days after the order's date, like "+30d", or a date like "27/02/2025"`)
		}
	}
}

// template checks what the account says beside parcelas: payments.
func (c *checker) template(list []any, header map[string]any) {
	if len(list) > 1 {
		c.refuse("os.Parcelas", "must have one element beside parcelas: %s: what it says is said of each instalment in which an order was paid", parcelasOfPayments)
	}
	for i := range list {
		fields, _ := list[i].(map[string]any)
		for _, name := range []string{"nParcela", "dDtVenc", "nValor", "nPercentual", "nDias"} {
			if fields[name] != nil {
				c.refuse("os.Parcelas."+strconv.Itoa(i)+"."+name, "can't be configured beside parcelas: %s, which fills it in", parcelasOfPayments)
			}
		}
	}
	if code := header["cCodParc"]; code != nil && code != customTerm {
		c.warn("os.Cabecalho.cCodParc", "is not sent but for orders that cost nothing: parcelas: %s goes with %q", parcelasOfPayments, customTerm)
	}
	if n := header["nQtdeParc"]; n != nil && n != json.Number("1") {
		c.warn("os.Cabecalho.nQtdeParc", "is not sent but for orders that cost nothing: parcelas: %s counts the instalments", parcelasOfPayments)
	}
}

// monthly are the payment terms of so many monthly instalments, atOnce those of one payment.
var (
	monthly = regexp.MustCompile(`^0(0[1-9]|[1-3][0-9]|4[0-8])$`)
	atOnce  = regexp.MustCompile(`^(000|[AB][0-9]{2})$`)
)

// term holds cCodParc and nQtdeParc against each other. 999 without Parcelas is what Omie's
// own examples send.
func (c *checker) term(header map[string]any) {
	code, _ := header["cCodParc"].(string)
	if header["nQtdeParc"] == nil {
		switch code {
		case customTerm:
			c.refuse("os.Cabecalho.nQtdeParc", "must say how many instalments cCodParc 999 has")
		case "", defaultParcel:
		default:
			c.warn("os.Cabecalho.nQtdeParc", "1 is sent: say how many instalments cCodParc %v has", code)
		}
		return
	}
	number, _ := header["nQtdeParc"].(json.Number)
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
		c.warn("os.Cabecalho.nQtdeParc", "is %s, and cCodParc %q means %s: nobody knows which of them Omie makes the receivables by", number, code, want)
	}
}

// ordinaryNumber is how long the numbers of most stores are, at the most.
const ordinaryNumber = 12

// orderNumber warns where the words around it leave an order's number too little room.
func (c *checker) orderNumber(v any) {
	text, _ := v.(string)
	words, ok := withoutValues(text, placeholder.OfOrder)
	if left := max(0, maxNumber-utf8.RuneCountInString(words)); ok && words != text && left < ordinaryNumber {
		c.warn("os.InformacoesAdicionais.cNumPedido", "Omie is said to keep %d characters, which leaves %d beside the words that are always the same: a longer order number is cut off there", maxNumber, left)
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

// length warns of words that are longer than what Omie takes; cNumPedido is cut, others
// are refused.
func (c *checker) length(path, text string, known []string) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	limit, limited := lengths[name]
	words, ok := withoutValues(text, known)
	if n := utf8.RuneCountInString(words); limited && ok && n > limit && name != "cCidPrestServ" && (name != "cNumPedido" || words == text) {
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

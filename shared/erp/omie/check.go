package omie

import (
	"encoding/json"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

// Check says what is wrong with an account's object beyond what its JSON Schema
// can say: which placeholders a place knows, which fields Carimbo fills in
// itself, and which fields need each other.
func Check(settings json.RawMessage) []erp.Problem {
	var raw map[string]any
	if err := wire.Decode(settings, &raw); err != nil {
		return []erp.Problem{{Message: words.Say("must be an object: %s", err)}}
	}
	c := &checker{}
	c.baseURL(raw["base_url"])
	c.customer(raw["customer"])
	asksPedido := c.document(raw["document"])
	c.parcelas(raw["parcelas"])
	c.stock(raw["stock"])
	// What only the other kind of document has is asked for where it is there.
	if os, ok := c.object("os", raw["os"]); ok || raw["os"] == nil && !asksPedido {
		c.os(os)
		c.money(os, raw["parcelas"])
		c.products(os, raw)
	}
	if services, ok := c.object("services", raw["services"]); ok || raw["services"] == nil && !asksPedido {
		c.services(services)
		os, _ := raw["os"].(map[string]any)
		c.viaUnica(os, services)
	}
	if pedido, ok := c.object("pedido", raw["pedido"]); ok || raw["pedido"] == nil && asksPedido {
		c.pedido(pedido, raw["parcelas"])
	}
	if products, ok := c.object("products", raw["products"]); ok {
		c.goods(products)
	}
	c.places(raw)
	return c.problems
}

// document tells whether orders become pedidos where no store says otherwise.
func (c *checker) document(v any) (asksPedido bool) {
	if v != nil && v != kindOS && v != kindPedido {
		c.refuse("document", "must be %s or %s", kindOS, kindPedido)
	}
	return v == kindPedido
}

// parcelas is where instalments come from.
func (c *checker) parcelas(v any) {
	if v != nil && v != "none" && v != parcelasOfPayments {
		c.refuse("parcelas", "must be none or %s", parcelasOfPayments)
	}
}

// stock is whether Omie is asked for it.
func (c *checker) stock(v any) {
	if v != nil && v != "ignore" && v != warnOfStock {
		c.refuse("stock", "must be ignore or %s", warnOfStock)
	}
}

// osParts are the parts of an OS that may be configured. The others come from
// the order (ServicosPrestados) or would add to its amount.
var osParts = []string{"Cabecalho", "InformacoesAdicionais", "Email", "Departamentos", "Parcelas", "Observacoes", "produtosUtilizados"}

// refusedInOS and refusedInService are the fields that Carimbo fills in, that
// Omie computes, or that would change an amount. A * stands for any ending.
var (
	refusedInOS = map[string]words.Text{
		"cCodIntOS":         words.Say("Carimbo fills it in: it is how the OS is recognized as ours"),
		"nCodOS":            words.Say("Omie fills it in"),
		"cNumOS":            words.Say("Omie fills it in"),
		"nCodCli":           words.Say("the order's customer is filled in; for orders without a tax id set customer.default"),
		"cCodIntCli":        words.Say("the order's customer is filled in; for orders without a tax id set customer.default"),
		"nValorTotal":       words.Say("it would change an amount: Omie adds it up"),
		"nValorTotalImpRet": words.Say("it would change an amount: Omie adds it up"),
		"cDescParc":         words.Say("Omie fills it in from cCodParc"),
		"cNumRecibo":        words.Say("Omie fills it in"),
		"nIdItemPU":         words.Say("Omie fills it in"),
		"cAcaoItemPU":       words.Say("it is for changing an OS, not for creating one"),
	}
	// fixed is why no reais of a tax or a deduction can be the same for every order.
	fixed            = words.Say("it would be the same reais for every price; set the rate")
	refusedInService = map[string]words.Text{
		"nQtde":                 words.Say("the order's quantity is filled in"),
		"nValUnit":              words.Say("it would change an amount: the order's price is filled in"),
		"cTpDesconto":           words.Say("it would change an amount: the order's discount is filled in"),
		"nValorDesconto":        words.Say("it would change an amount: the order's discount is filled in"),
		"nAliqDesconto":         words.Say("it would change an amount: the order's discount is filled in"),
		"nValorAcrescimos":      words.Say("it would change an amount"),
		"nValorOutrasRetencoes": words.Say("it would change an amount"),
		"nSeqItem":              words.Say("Omie counts the items itself"),
		"nIdItem":               words.Say("it is for changing an OS, not for creating one"),
		"cAcaoItem":             words.Say("it is for changing an OS, not for creating one"),
		"nIdItemPU":             words.Say("Omie fills it in"),
		"cAcaoItemPU":           words.Say("it is for changing an OS, not for creating one"),
		"nTot*":                 fixed,
		"nValor*":               fixed,
		"nBaseISS":              words.Say("Omie computes it"),
		"nValorISS":             words.Say("Omie computes it"),
		"nValorIbs*":            words.Say("Omie computes it"),
		"nValorCbs*":            words.Say("Omie computes it"),
		"cFixar*":               words.Say("Omie fills it in"),
		"cMan*":                 words.Say("Omie fills it in"),
	}
	// refusedInDetails are those that DetalhesNfse may come to have.
	refusedInDetails = map[string]words.Text{"nTot*": fixed, "nValor*": fixed}
	// inlineFields are what Omie needs of a service that isn't in its catalogue.
	inlineFields = []string{"cDescServ", "cCodServLC116", "cCodServMun", "cTribServ"}
)

type checker struct{ problems []erp.Problem }

func (c *checker) refuse(path, format string, args ...any) {
	c.problems = append(c.problems, erp.Problem{Path: path, Message: words.Say(format, args...)})
}

func (c *checker) warn(path, format string, args ...any) {
	c.problems = append(c.problems, erp.Problem{Path: path, Message: words.Say(format, args...), Warning: true})
}

// object tells whether v is there and an object; anything else is a problem.
func (c *checker) object(path string, v any) (map[string]any, bool) {
	m, ok := v.(map[string]any)
	if v != nil && !ok {
		c.refuse(path, "must be an object of Omie's fields")
	}
	return m, ok
}

func (c *checker) baseURL(v any) {
	if v == nil {
		return
	}
	text, _ := v.(string)
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		c.refuse("base_url", "must be a URL like %s", DefaultBaseURL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		c.refuse("base_url", "must have no user, query or fragment; the keys are in the account's secret")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		c.refuse("base_url", "must be https: the App Secret travels in every request (http is allowed on this machine only)")
	}
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (c *checker) customer(v any) {
	customer, ok := c.object("customer", v)
	if !ok || customer["default"] == nil {
		return
	}
	number, _ := customer["default"].(json.Number)
	if !isID(number.String()) {
		c.refuse("customer.default", "must be the customer's nCodCli, a whole number like 3795260786")
	}
}

func isID(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && n > 0
}

func (c *checker) os(os map[string]any) {
	for _, part := range slices.Sorted(maps.Keys(os)) {
		path := "os." + part
		switch {
		case part == "ServicosPrestados":
			c.refuse(path, "the order's lines are filled in; say what a service is under services")
		case !slices.Contains(osParts, part):
			c.refuse(path, "must be one of %s; other parts would change an amount", strings.Join(osParts, ", "))
		case part == "Departamentos" || part == "Parcelas":
			if _, ok := os[part].([]any); !ok {
				c.refuse(path, "must be a list")
			}
		default:
			c.object(path, os[part])
		}
		refused := refusedInOS
		if part == "InformacoesAdicionais" {
			refused = maps.Clone(refused)
			maps.Copy(refused, refusedInDetails)
		}
		c.fields(path, os[part], placeholder.OfOrder, refused)
	}
	header, _ := os["Cabecalho"].(map[string]any)
	c.forecast("os.Cabecalho.dDtPrevisao", header["dDtPrevisao"])
	info, _ := os["InformacoesAdicionais"].(map[string]any)
	for _, field := range []string{"cCodCateg", "nCodCC"} {
		if info[field] == nil {
			c.warn("os.InformacoesAdicionais."+field, "is missing: Omie may refuse an OS without its category or bank account")
		}
	}
	c.orderNumber("os.InformacoesAdicionais.cNumPedido", info["cNumPedido"])
	c.city(info["cCidPrestServ"])
	c.event(info["DetalhesNfse"])
	email, _ := os["Email"].(map[string]any)
	c.constant("os.InformacoesAdicionais.cNumPedido", info["cNumPedido"], words.Say(`"{order.number}" is the order's`))
	if to, _ := email["cEnviarPara"].(string); strings.Contains(to, ";") {
		c.warn("os.Email.cEnviarPara", "has a semicolon: put commas between the addresses, nothing tells that Omie takes another sign")
	}
	c.constant("os.Email.cEnviarPara", email["cEnviarPara"], words.Say(`"{customer.email}" is the buyer's`))
	c.constant("os.InformacoesAdicionais.dDataRps", info["dDataRps"], words.Say("without it Omie dates the RPS"))
	c.asksToPay("os.Email", email, "cEnvBoleto", "cEnvPix")
}

// asksToPay warns of mails that ask a buyer to pay who has paid, and refuses both at once.
func (c *checker) asksToPay(path string, fields map[string]any, boleto, pix string) {
	for _, name := range []string{boleto, pix} {
		if fields[name] == "S" {
			c.warn(path+"."+name, "is S: the buyer, who has paid, is asked to pay; set it to N")
		}
	}
	if fields[boleto] == "S" && fields[pix] == "S" {
		c.refuse(path+"."+pix, "must be N when %s is S: Omie sends a boleto or a Pix, not both", boleto)
	}
}

// constant warns of a text without a placeholder where each order has its own.
func (c *checker) constant(path string, v any, instead words.Text) {
	if text, _ := v.(string); text != "" && !strings.Contains(text, "{") && !daysAhead.MatchString(text) {
		c.warn(path, "is the same for every order; %s", instead)
	}
}

func (c *checker) forecast(path string, v any) {
	text, ok := v.(string)
	switch {
	case v == nil || daysAhead.MatchString(text):
	case !ok || !isDate(text):
		c.refuse(path, `must be days after the order's date, like "+3d", or a date like "27/02/2025"`)
	default:
		c.warn(path, `is the same day for every order; "+3d" is three days after the order's`)
	}
}

func isDate(text string) bool {
	_, err := time.Parse(dateLayout, text)
	return err == nil
}

// fields walks everything below path: refused names, types, placeholders.
func (c *checker) fields(path string, v any, known []string, refused map[string]words.Text) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			below := path + "." + key
			if why, ok := refusal(key, refused); ok {
				c.refuse(below, "can't be configured: %s", why)
				continue
			}
			c.typed(below, key, v[key])
			c.fields(below, v[key], known, refused)
		}
	case []any:
		for i, element := range v {
			c.fields(path+"."+strconv.Itoa(i), element, known, refused)
		}
	case string:
		c.placeholders(path, v, known)
		c.length(path, v, known)
	}
}

// refusal ignores case, since nobody knows whether Omie does. The longest name that fits counts.
func refusal(key string, refused map[string]words.Text) (why words.Text, is bool) {
	longest := ""
	for name := range refused {
		prefix, isPrefix := strings.CutSuffix(name, "*")
		fits := strings.EqualFold(name, key) || isPrefix && len(key) > len(prefix) && strings.EqualFold(prefix, key[:len(prefix)])
		if fits && len(name) > len(longest) {
			longest = name
		}
	}
	return refused[longest], longest != ""
}

// typed holds a field to the type that Omie's naming gives it: c and d are
// texts, n is a number. A YAML 01015 without quotes is no code any more.
func (c *checker) typed(path, key string, v any) {
	if len(key) < 2 || !unicode.IsUpper(rune(key[1])) || v == nil {
		return
	}
	_, isText := v.(string)
	_, isNumber := v.(json.Number)
	switch key[0] {
	case 'c', 'd':
		if !isText {
			c.refuse(path, `must be a text in quotes, like "01"`)
		}
	case 'n':
		switch {
		case key == "nValor" && v != orderTotal:
			c.refuse(path, "would change an amount: it is derived from the order's total, which is %q", orderTotal)
		case isNumber || v == orderTotal || v == "S" || v == "N": // nValorFixo is one of the latter
		default:
			c.refuse(path, "must be a number")
		}
	}
}

func (c *checker) placeholders(path, text string, known []string) {
	for _, why := range placeholder.Problems(text, known) {
		c.refuse(path, "%s", why)
	}
}

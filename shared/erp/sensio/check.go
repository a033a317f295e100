package sensio

import (
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/nearest"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Check says what is wrong with an account's object beyond what its JSON Schema
// can say, and what would change an amount or a reference if there were no
// schema.
func Check(settings json.RawMessage) []erp.Problem {
	var raw map[string]any
	if err := wire.Decode(settings, &raw); err != nil {
		return []erp.Problem{{Message: words.Say("must be an object: %s", err)}}
	}
	c := &checker{}
	c.baseURL(raw["base_url"])
	c.headers(raw["headers"])
	c.lookUp(raw["lookup"])
	c.customer(raw["customer"])
	if sale, ok := c.object("sale", raw["sale"]); ok {
		c.customerID(sale["customerId"], raw["customer"])
		c.sale(sale)
	}
	items, _ := c.object("items", raw["items"])
	c.items(items)
	return c.problems
}

// refusedInSale and refusedInItem are the fields that Carimbo fills in.
var (
	refusedInSale = map[string]words.Text{
		"saleLines":          words.Say("the order's lines are filled in; say what an item is under items"),
		"total":              filledIn,
		"netTotal":           filledIn,
		"discount":           filledIn,
		"discountPercentage": filledIn,
		"otherExpenses":      filledIn,
		"transportFee":       filledIn,
		"payments":           filledIn,
		"dateSold":           words.Say("the order's date is filled in"),
		"customer":           words.Say("the order's customer is filled in"),
		"orig":               words.Say("Carimbo fills it in: it is how the sale is recognized as ours; set orig on the connection instead"),
		"origId":             words.Say("Carimbo fills it in: it is how the sale is recognized as ours"),
	}
	refusedInItem = map[string]words.Text{
		"qty":   words.Say("the order's quantity is filled in"),
		"price": words.Say("it would change an amount: the order's price is filled in"),
	}
	refusedHeaders = []string{"Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Accept-Encoding"}
) // never written to

var filledIn = words.Say("it would change an amount: the order's is filled in") // never written to

type checker struct{ problems []erp.Problem }

func (c *checker) refuse(path, format string, args ...any) {
	c.problems = append(c.problems, erp.Problem{Path: path, Message: words.Say(format, args...)})
}

func (c *checker) warn(path, format string, args ...any) {
	c.problems = append(c.problems, erp.Problem{Path: path, Message: words.Say(format, args...), Warning: true})
}

// hasProblem tells whether something was said of this very field already.
func (c *checker) hasProblem(path string) bool {
	return slices.ContainsFunc(c.problems, func(p erp.Problem) bool { return p.Path == path })
}

// object tells whether v is there and an object; anything else is a problem.
func (c *checker) object(path string, v any) (map[string]any, bool) {
	m, ok := v.(map[string]any)
	if v != nil && !ok {
		c.refuse(path, "must be an object")
	}
	return m, ok
}

func (c *checker) baseURL(v any) {
	text, _ := v.(string)
	u, err := url.Parse(text)
	switch {
	case text == "":
		c.refuse("base_url", "is missing: Sensio publishes no address; ask Sensio for yours")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		c.refuse("base_url", "must be a URL like https://api.example.com.br/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		c.refuse("base_url", "must have no user, query or fragment; the keys are in the account's secret")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		c.refuse("base_url", "must be https: the keys travel in every request (http is allowed on this machine only)")
	}
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func (c *checker) headers(v any) {
	headers, ok := c.object("headers", v)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		path := "headers." + name
		text, ok := headers[name].(string)
		switch {
		case !ok || strings.ContainsAny(text, "\r\n"):
			c.refuse(path, "must be one line of text")
		case slices.ContainsFunc(refusedHeaders, func(h string) bool { return strings.EqualFold(h, name) }):
			c.refuse(path, "is not for configuration: it belongs to the connection")
		default:
			c.placeholders(path, text, keyPlaceholders)
			if strings.EqualFold(name, "Authorization") && !strings.Contains(text, "{app_") {
				// Whoever pastes a token here has it in the repository.
				c.warn(path, "looks like a secret, and this file is no place for one: use {app_key} or {app_secret}")
			}
		}
	}
	if len(headers) == 0 && (ok || v == nil) {
		c.warn("headers", "is empty: requests carry no key, and Sensio will hardly let them in")
	}
}

func (c *checker) lookUp(v any) {
	lookup, ok := c.object("lookup", v)
	if !ok {
		if v == nil {
			c.warn("lookup", "is missing: an order whose answer is lost waits for a person, since nothing else can tell whether Sensio has it")
		}
		return
	}
	c.query("lookup", lookup, lookUpPlaceholders, "origId", "rows", "id")
	if none, there := lookup["none"]; there {
		b, _ := json.Marshal(none) // was JSON before
		if new(None).UnmarshalJSON(b) != nil {
			c.refuse("lookup.none", "must be 404, or fields with the values that they have where nothing is found, like { success: false }")
		}
	}
}

func (c *checker) customer(v any) {
	customer, ok := c.object("customer", v)
	if !ok {
		return
	}
	c.known("customer", customer, "default", "query", "create")
	if id, ok := customer["default"].(string); customer["default"] != nil && (!ok || id == "") {
		c.refuse("customer.default", "must be the person's customerId, a text in quotes")
	}
	query, asked := c.object("customer.query", customer["query"])
	if asked {
		c.query("customer.query", query, queryPlaceholders, "customer.tax_id", "rows", "id", "tax_id")
		if known, there := query["known"]; there {
			text, _ := known.(string)
			if id, err := order.ParseTaxID(text); err != nil || id == "" {
				c.refuse("customer.query.known", "must be the CPF or CNPJ of a person whom the query finds, a text in quotes")
			}
		}
	}
	if create, ok := c.object("customer.create", customer["create"]); ok {
		c.create(create)
		switch {
		case !asked:
			c.refuse("customer.create", "needs customer.query: nobody is created before Sensio was asked for them")
		case query["known"] == nil:
			c.warn("customer.query.known", "is missing: after a lost answer nothing but a person whom the query found a while ago tells whether the buyer was created, and often a person has to look. Write the CPF or CNPJ of somebody who stays in Sensio, like your own company's")
		}
	}
}

// create is how a person is registered: so that the query finds them again, they need
// their tax id.
func (c *checker) create(create map[string]any) {
	const path = "customer.create"
	c.known(path, create, "path", "body", "id")
	target, _ := create["path"].(string)
	if !strings.HasPrefix(target, "/") {
		c.refuse(path+".path", `must begin with /, like "/people"`)
	} else {
		c.placeholders(path+".path", target, placeholder.OfOrder)
	}
	body, ok := c.object(path+".body", create["body"])
	c.texts(path+".body", body, placeholder.OfOrder)
	text, _ := json.Marshal(body) // was JSON before
	switch {
	case create["body"] == nil || ok && len(body) == 0:
		c.refuse(path+".body", "is missing: the person in Sensio's own shape, with placeholders like {customer.name} in its texts")
	case ok && !strings.Contains(string(text)+target, "{customer.tax_id}"):
		c.refuse(path+".body", "must hold {customer.tax_id}: by that the person is found again")
	}
	if id, ok := create["id"].(string); !ok || id == "" {
		c.refuse(path+".id", "must say where the new person's id is in the answer, keys joined with dots")
	}
}

// known refuses other names.
func (c *checker) known(path string, object map[string]any, names ...string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		near := nearest.Name(name, names)
		switch {
		case slices.Contains(names, name):
		case near != "":
			c.refuse(path+"."+name, "is not known (did you mean %s?); known are %s", near, listed(names))
		default:
			c.refuse(path+"."+name, "is not known; known are %s", listed(names))
		}
	}
}

func listed(names []string) words.Text {
	last := len(names) - 1
	return words.Say("%s and %s", strings.Join(names[:last], ", "), names[last])
}

// query holds a path and what it needs: without its placeholder it would ask for
// everything.
func (c *checker) query(path string, q map[string]any, known []string, needs string, fields ...string) {
	text, _ := q["path"].(string)
	if !strings.HasPrefix(text, "/") || !strings.Contains(text, "{"+needs+"}") {
		c.refuse(path+".path", "must begin with / and hold {%s}", needs)
	} else {
		c.placeholders(path+".path", text, known)
	}
	for _, name := range fields {
		if text, ok := q[name].(string); !ok || text == "" && name != "rows" {
			c.refuse(path+"."+name, "must say where it is in the answer, keys joined with dots")
		}
	}
}

func (c *checker) sale(sale map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(sale)) {
		c.empty("sale."+name, sale[name])
	}
	sale = maps.Clone(c.payments(c.freight(sale)))
	followed := follow(sale, anyDay)
	c.fields("sale", sale, refusedInSale, reflect.TypeFor[Sale]())
	c.texts("sale", sale, placeholder.OfOrder)
	var s Sale
	for _, name := range slices.Sorted(maps.Keys(sale)) {
		if !c.hasProblem("sale." + name) {
			_ = fill(map[string]any{name: sale[name]}, &s) // read once already
		}
	}
	setDefault(&s.Type, typeSale)
	for _, p := range s.problems() {
		c.refuse("sale."+p.Path, "%s", p.Message)
	}
	c.contradictions(s)
	c.sellers(s)
	for _, name := range []string{"oc", "shipmentCode"} {
		if text, _ := sale[name].(string); text != "" && !strings.Contains(text, "{") {
			c.warn("sale."+name, "is the same for every order; {order.number} and {order.id} are the order's")
		}
	}
	if s.Status == statusInvoiced {
		c.warn("sale.status", "%q invoices every sale at once: a mistake in the mapping is on an invoice before anybody sees it", statusInvoiced)
	}
	if s.Type != typeSale && slices.Contains(saleTypes, s.Type) {
		c.warn("sale.type", "a paid order is a %s", typeSale)
	}
	for _, d := range s.dates() {
		if isDate(d.value) && !c.hasProblem("sale."+d.name) && !slices.Contains(followed, d.name) {
			c.warn("sale."+d.name, `is the same day for every order; "+3d" is three days after the order's`)
		}
	}
}

// anyDay stands for the order's where there is none.
var anyDay = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) // never written to

func (c *checker) items(items map[string]any) {
	if len(items) == 0 {
		c.warn("items", "is empty: every order will be rejected as not mapped")
	}
	for _, sku := range slices.Sorted(maps.Keys(items)) {
		path := "items." + sku
		item, ok := items[sku].(map[string]any)
		if !ok {
			c.refuse(path, "must be an object with fields of saleLines")
			continue
		}
		c.fields(path, item, refusedInItem, reflect.TypeFor[SaleLine]())
		c.texts(path, item, placeholder.OfLine)
		if id, ok := item["productId"].(string); item["productId"] == nil || ok && id == "" {
			c.refuse(path+".productId", "is missing: Sensio's id of the item")
		}
	}
}

// fields holds each configured field to its name and type.
func (c *checker) fields(path string, configured map[string]any, refused map[string]words.Text, shape reflect.Type) {
	known := fieldNames(shape)
	for _, name := range slices.Sorted(maps.Keys(configured)) {
		below := path + "." + name
		if why, ok := refused[name]; ok {
			c.refuse(below, "can't be configured: %s", why)
			continue
		}
		if !slices.Contains(known, name) {
			c.refuse(below, "is no field of Sensio's")
			continue
		}
		if err := fill(map[string]any{name: configured[name]}, reflect.New(shape).Interface()); err != nil {
			c.refuse(below, "%s", mistyped(err))
		}
	}
}

func mistyped(err error) words.Text {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return words.Say("is not understood: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if wrong.Type == reflect.TypeFor[json.Number]() {
		return words.Say("must be a number")
	}
	switch wrong.Type.Kind() {
	case reflect.Bool:
		return words.Say("must be true or false")
	case reflect.Slice:
		return words.Say("must be a list")
	case reflect.Struct:
		return words.Say("must be an object")
	}
	return words.Say("must be a text in quotes")
}

// texts looks at the placeholders of every text.
func (c *checker) texts(path string, v any, known []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			c.texts(path+"."+key, v[key], known)
		}
	case []any:
		for i, element := range v {
			c.texts(path+"."+strconv.Itoa(i), element, known)
		}
	case string:
		c.placeholders(path, v, known)
	}
}

func (c *checker) placeholders(path, text string, known []string) {
	for _, why := range placeholder.Problems(text, known) {
		c.refuse(path, "%s", why)
	}
}

package file

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/placeholder"
	"github.com/carimbo/carimbo/shared/yaml"
)

// Placeholders by where they are known.
var (
	orderPlaceholders  = []string{"order.number", "order.id", "order.total", "customer.name", "customer.email", "customer.phone", "connection"}
	linePlaceholders   = append([]string{"line.name", "line.sku"}, orderPlaceholders...)
	keyPlaceholders    = []string{"app_key", "app_secret"}
	lookupPlaceholders = []string{"orig", "origId"}
)

// placeholders says which parts of an account's object may hold which.
var placeholders = map[string]map[string][]string{
	"omie":   {"os": orderPlaceholders, "services": linePlaceholders},
	"sensio": {"sale": orderPlaceholders, "items": linePlaceholders, "headers": keyPlaceholders, "lookup": lookupPlaceholders, "customer": {"customer.tax_id"}},
}

// rules are what the schema can't say.
func (in *inspection) rules() {
	for _, account := range in.objects("erps") {
		in.account(account)
	}
	for _, store := range in.objects("connections") {
		in.connection(store)
	}
}

// objects lists the objects below a top-level key, by their path.
func (in *inspection) objects(key string) [][]string {
	var paths [][]string
	all := in.root.Get(key)
	if all == nil {
		return nil
	}
	for _, f := range all.Fields {
		if f.Value.Kind == yaml.Object {
			paths = append(paths, []string{key, f.Key})
		}
	}
	return paths
}

func (in *inspection) account(path []string) {
	account := in.find(path).node
	kind := textOf(account.Get("kind"))
	for _, f := range account.Fields {
		if known, ok := placeholders[kind][f.Key]; ok {
			in.placeholders(below(path, f.Key), f.Value, known)
		}
	}
	if kind == "sensio" {
		in.invoicedAtOnce(path, account)
		in.secretInHeader(path, account)
	}
}

// placeholders looks at every text of a part.
func (in *inspection) placeholders(path []string, n *yaml.Node, known []string) {
	for _, f := range n.Fields {
		in.placeholders(below(path, f.Key), f.Value, known)
	}
	for i, item := range n.Items {
		in.placeholders(below(path, fmt.Sprint(i)), item, known)
	}
	if n.Kind != yaml.Text {
		return
	}
	names, err := placeholder.Names(n.Text)
	unknown := slices.DeleteFunc(names, func(name string) bool { return slices.Contains(known, name) })
	if err == nil && len(unknown) == 0 {
		return
	}
	at := in.find(path)
	if in.spoken(at) {
		return
	}
	list := "{" + strings.Join(known, "}, {") + "}"
	if err != nil {
		in.refuse(at, "%v; allowed: %s", err, list)
	}
	for _, name := range unknown {
		in.refuse(at, "{%s} is not a placeholder that is known here%s; allowed: %s", name, meant(name, known, "{%s}"), list)
	}
}

func (in *inspection) invoicedAtOnce(path []string, account *yaml.Node) {
	if sale := account.Get("sale"); sale != nil && textOf(sale.Get("status")) == "Faturado" {
		in.warn(in.find(append(slices.Clone(path), "sale", "status")), `"Faturado" invoices every sale at once: a mistake in the mapping is on an invoice before anybody sees it`)
	}
}

// secretInHeader: whoever pastes a token here has it in the repository.
func (in *inspection) secretInHeader(path []string, account *yaml.Node) {
	headers := account.Get("headers")
	if headers == nil {
		return
	}
	for _, f := range headers.Fields {
		text := textOf(f.Value)
		if strings.EqualFold(f.Key, "Authorization") && !strings.Contains(text, "{app_") {
			in.warn(in.find(append(slices.Clone(path), "headers", f.Key)), "looks like a secret, and this file is no place for one: use {app_key} or {app_secret}")
		}
	}
}

func (in *inspection) connection(path []string) {
	store := in.find(path).node
	name := textOf(store.Get("erp"))
	accounts := in.root.Get("erps")
	if name == "" || accounts == nil || accounts.Kind != yaml.Object {
		return
	}
	account := accounts.Get(name)
	if account == nil {
		in.unknownAccount(below(path, "erp"), name, accounts)
		return
	}
	if store.Get("orig") != nil && textOf(account.Get("kind")) == "omie" {
		in.refuse(in.find(below(path, "orig")).atKey(), "is for accounts of kind sensio only, and %s is of kind omie; remove it", name)
	}
}

func (in *inspection) unknownAccount(path []string, name string, accounts *yaml.Node) {
	var names []string
	for _, f := range accounts.Fields {
		names = append(names, f.Key)
	}
	slices.Sort(names)
	in.refuse(in.find(path), "there is no account %q under erps%s; there are: %s", name, meant(name, names, "%q"), strings.Join(names, ", "))
}

// checks asks each ERP about its accounts. What it says of a value that was
// spoken of already is left out.
func (in *inspection) checks(checks Checks) {
	for _, path := range in.objects("erps") {
		account := in.find(path).node
		check := checks[textOf(account.Get("kind"))]
		if check == nil {
			continue
		}
		found := check(json.RawMessage(account.JSON()))
		// By spot, so that two findings about one value are both kept.
		said := make(map[string]spot, len(found))
		for _, p := range found {
			at := in.find(append(slices.Clone(path), keysOf(account, p.Path)...))
			if !in.spoken(at) {
				said[p.Path] = at
			}
		}
		for _, p := range found {
			if at, ok := said[p.Path]; ok {
				in.add(at, p.Warning, p.Message)
			}
		}
	}
}

// keysOf splits a path whose keys may hold dots themselves, as SKUs do, by what
// is there; the longest key wins.
func keysOf(n *yaml.Node, path string) []string {
	if path == "" {
		return nil
	}
	if n != nil {
		var keys []string
		for _, f := range n.Fields {
			keys = append(keys, f.Key)
		}
		slices.SortFunc(keys, func(a, b string) int { return len(b) - len(a) })
		for _, key := range keys {
			if path == key {
				return []string{key}
			}
			if rest, ok := strings.CutPrefix(path, key+"."); ok {
				return append([]string{key}, keysOf(n.Get(key), rest)...)
			}
		}
	}
	key, rest, _ := strings.Cut(path, ".")
	var next *yaml.Node
	if n != nil && n.Kind == yaml.List {
		for i, item := range n.Items {
			if fmt.Sprint(i) == key {
				next = item
			}
		}
	}
	return append([]string{key}, keysOf(next, rest)...)
}

// textOf is a text's contents; empty for anything else.
func textOf(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.Text {
		return ""
	}
	return n.Text
}

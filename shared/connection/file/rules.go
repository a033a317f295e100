package file

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/nearest"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// rules are what the schema can't say.
func (in *inspection) rules() {
	for _, store := range in.objects("connections") {
		in.connection(store)
	}
	for _, receiver := range in.objects("notify") {
		in.receiver(receiver)
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

func (in *inspection) connection(path []string) {
	store := in.find(path).node
	if textOf(store.Get("share")) == "coproducer" {
		in.add(in.find(below(path, "share")), true, words.Say("is for a partnership (parceria), in which producer and co-producer both invoice the buyer; with comissionamento the co-producer invoices the producer: enter those documents in the ERP by hand, without this connection"))
	}
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
	kind, ok := in.kinds.Find(textOf(account.Get("kind")))
	if !ok {
		return
	}
	in.documentKind(below(path, "document"), name, kind, account)
	if store.Get("orig") != nil && !kind.UsesOrig {
		in.refuse(in.find(below(path, "orig")).atKey(), "is for accounts of kind %s only, and %s is of kind %s; remove it",
			strings.Join(in.kinds.UsingOrig().Names(), ", "), name, kind.Name)
	}
}

// documentKind holds the kind of document that a connection asks for to those of the ERP.
func (in *inspection) documentKind(path []string, account string, kind erp.Kind, settings *yaml.Node) {
	at := in.find(path)
	if at.node == nil || at.node.Kind != yaml.Text {
		return
	}
	if _, ok := kind.Document(at.node.Text); ok && at.node.Text != "" {
		in.asked(at, account, kind, settings)
		return
	}
	var names []string
	for _, d := range kind.Documents {
		names = append(names, d.Name)
	}
	in.refuse(at, "%q is no kind of document that %s, of kind %s, can be asked for%s; there are: %s",
		at.node.Text, account, kind.Name, nearest.Question(at.node.Text, names, "%s"), strings.Join(names, ", "))
}

// asked tells what an account lacks for the kind of document that a store alone asks for.
func (in *inspection) asked(at spot, account string, kind erp.Kind, settings *yaml.Node) {
	var fields map[string]json.RawMessage
	if len(kind.Documents) < 2 || json.Unmarshal(settings.JSON(), &fields) != nil {
		return
	}
	known := kind.Check(json.RawMessage(settings.JSON()))
	fields["document"] = json.RawMessage(strconv.Quote(at.node.Text))
	otherwise, err := json.Marshal(fields)
	if err != nil {
		return
	}
	for _, p := range kind.Check(otherwise) {
		if !slices.Contains(known, p) {
			in.add(at, p.Warning, words.Say("asks the account %s for more than it has: %s %s", account, p.Path, p.Message))
		}
	}
}

func (in *inspection) unknownAccount(path []string, name string, accounts *yaml.Node) {
	var names []string
	for _, f := range accounts.Fields {
		names = append(names, f.Key)
	}
	slices.Sort(names)
	in.refuse(in.find(path), "there is no account %q under erps%s; there are: %s", name, nearest.Question(name, names, "%q"), strings.Join(names, ", "))
}

// checks asks each ERP about its accounts. What it says of a value that was
// named already is left out.
func (in *inspection) checks() {
	for _, path := range in.objects("erps") {
		account := in.find(path).node
		kind, ok := in.kinds.Find(textOf(account.Get("kind")))
		if !ok {
			continue
		}
		found := kind.Check(json.RawMessage(account.JSON()))
		// By spot, so that two findings about one value are both kept.
		said := make(map[string]spot, len(found))
		for _, p := range found {
			at := in.find(append(slices.Clone(path), keysOf(account, p.Path)...))
			if !in.hasProblem(at) {
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

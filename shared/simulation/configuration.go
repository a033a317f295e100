package simulation

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/connection"
)

// store is one connection and what it sells.
type store struct{ name, platform, account string }

// stores are the connections of this run, of each platform for each kind of ERP. One of
// them, turmas, moves from account to account, of any ERP.
func (w *world) stores() []store {
	var list []store
	for _, a := range w.accounts {
		switch {
		case a.twin != nil && len(list) > 0 && list[len(list)-1].name == swapped:
		case a.twin != nil:
			list = append(list, store{swapped, "hotmart", swapped})
		case !strings.HasSuffix(a.name, second):
			if len(list) == 0 {
				list = append(list, store{turmas, "hotmart", a.name})
			}
			list = append(list, store{a.name + "-hotmart", "hotmart", a.name})
			if len(a.stage.Sights) > 1 {
				list = append(list, store{a.name + "-generic", "generic", a.name}, store{a.name + "-shopify", shopify, a.name})
			}
		case len(a.stage.Sights) > 1:
			list = append(list, store{a.name + "-hotmart", "hotmart", a.name})
		default:
			list = append(list, store{a.name + "-generic", "generic", a.name}, store{a.name + "-shopify", shopify, a.name})
		}
	}
	return list
}

const turmas = "turmas"

// configurations are the ones that are deployed one after another: documents look
// different, turmas moves to another account, their orig changes, and troca is of
// one ERP or of the other.
func (w *world) configurations() []connection.Config {
	var list []connection.Config
	homes := w.homes()
	for i := range 2 * len(homes) {
		var accounts, connections []string
		for _, a := range w.accounts {
			if a.twin != nil && (w.accountOf(swapped, "") == a) != (i%2 == 0) {
				continue
			}
			accounts = append(accounts, fmt.Sprintf("%q:%s", a.name, a.settings(i%2, w.documents[a.name].in(i))))
		}
		for _, s := range w.stores() {
			if s.name == turmas {
				s.account = homes[i/2]
			}
			connections = append(connections, fmt.Sprintf(`%q:{"platform":%q,"erp":%q,"since":"2024-01-01","orig":%q,"document":%q}`,
				s.name, s.platform, s.account, []string{"", "Loja " + s.name}[i%2], w.documents[s.name].in(i)))
		}
		text := fmt.Sprintf(`{"erps":{%s},"connections":{%s}}`, strings.Join(accounts, ","), strings.Join(connections, ","))
		cfg, err := connection.Parse(json.RawMessage(text))
		if err != nil {
			panic(err)
		}
		list = append(list, cfg)
	}
	return list
}

// homes are where turmas moves: the accounts that sell in every run; within one ERP where
// a test wants that one alone.
func (w *world) homes() []string {
	var list []string
	for _, a := range w.accounts {
		if a.twin == nil && (!strings.HasSuffix(a.name, second) || len(a.stage.Sights) == 1) && (w.opts.seams.kind == "" || w.opts.seams.kind == a.kind) {
			list = append(list, a.name)
		}
	}
	return list
}

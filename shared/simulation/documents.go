package simulation

import (
	"cmp"

	"github.com/carimbo/carimbo/shared/ledger"
)

// asksFor is which kinds of documents an account or a connection asks for, in some
// configurations and in the others; empty is what is asked for where nothing is said.
type asksFor [2]string

// in is what is asked for in the i-th configuration. It changes apart from what else does.
func (a asksFor) in(i int) string { return a[(i+i/2)%len(a)] }

// drawDocuments decides which kinds of documents are asked for, where there are several: by
// an account always one, or one and then another, and by some connections something else.
func (w *world) drawDocuments() {
	w.documents = map[string]asksFor{}
	draw := func(list []string) string { return list[w.rng.IntN(len(list))] }
	for _, a := range w.accounts {
		if kinds := a.stage.Documents; len(kinds) > 1 {
			always, last := draw(kinds), kinds[len(kinds)-1]
			w.documents[a.name] = []asksFor{{always, always}, {"", last}, {last, kinds[0]}}[w.rng.IntN(3)]
			if w.opts.seams.switching {
				w.documents[a.name] = asksFor{last, kinds[0]}
			}
		}
	}
	for _, s := range w.stores() {
		kinds := w.account(s.account).stage.Documents
		// Those of the other two are of accounts that have no such kind.
		if len(kinds) > 1 && s.name != turmas && s.name != swapped && w.rng.IntN(4) == 0 {
			w.documents[s.name] = asksFor{draw(kinds), draw(append(kinds[:len(kinds):len(kinds)], ""))}
		}
	}
}

// asks is the kind of document that an order of the connection becomes whose entry is made
// now; empty where there is one kind.
func (w *world) asks(connection string) string {
	return w.asksIn(w.configured, connection, w.account(w.config.Connections[connection].Account))
}

// asksIn is the same in the i-th configuration, of the account's orders: a connection that was
// moved since asks for what another account has.
func (w *world) asksIn(i int, connection string, a *account) string {
	if a == nil || len(a.stage.Documents) < 2 {
		return ""
	}
	own := ""
	if w.configs[i].Connections[connection].Account == a.name {
		own = w.documents[connection].in(i)
	}
	return cmp.Or(own, w.documents[a.name].in(i), a.stage.Documents[0])
}

// checkDocument: an order is taken in for the kind of document that its worker was deployed to
// ask for.
func (w *world) checkDocument(t *task, s *sale, before, after ledger.Entry) string {
	if before.Rev > 0 || t == nil || w.configs[t.configured].Accounts[after.Account].Kind != after.ERPKind {
		return ""
	}
	if asked := w.asksIn(t.configured, s.store.name, s.account); asked != s.document {
		return "taken in for " + s.document + ", and " + asked + " is asked for"
	}
	return ""
}

// asksAnother tells whether a sale of the same store would become another kind of document
// now.
func (w *world) asksAnother(s *sale) bool {
	now := w.asks(s.store.name)
	return now != "" && s.document != "" && now != s.document
}

// frozen is the kind of document that the entry's order becomes, whatever is asked for now;
// empty where there is one kind.
func (a *account) frozen(e ledger.Entry) string {
	if len(a.stage.Documents) < 2 {
		return ""
	}
	return cmp.Or(e.Reference.DocumentKind, a.stage.Documents[0])
}

// noteSwitched notes what the configuration that is deployed now asks for that the one before
// it didn't.
func (w *world) noteSwitched(before map[string]string) {
	now := w.asked()
	for _, s := range w.stores() {
		if kind := now[s.name]; kind != before[s.name] {
			w.befell(Switched)
			w.tell("", "what orders of %s become is of the kind %s", s.name, kind)
		}
	}
}

// asked is the kind of document that each connection's orders become now.
func (w *world) asked() map[string]string {
	list := map[string]string{}
	for _, s := range w.stores() {
		if kind := w.asks(s.name); kind != "" && s.name != turmas && s.name != swapped {
			list[s.name] = kind
		}
	}
	return list
}

package simulation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// ending is what became of a sale.
type ending struct {
	created bool
	// cause is why it is with a person.
	cause string
	// nothing names what had to make nothing, and did.
	nothing string
	// took is how long it took after the last fault and news, where that is bounded.
	took time.Duration
}

// check is what has to be true at the end.
func (w *world) check() {
	documents := map[*sale][]document{}
	for _, a := range w.accounts {
		for _, d := range a.documents() {
			s := w.numbers[d.Order]
			if s == nil {
				if d.Order != foreign {
					w.broken("", "document %s is of no sale", d.ID)
				}
				continue
			}
			documents[s] = append(documents[s], d)
		}
	}
	for _, s := range w.sales {
		w.checkSale(s, documents[s])
	}
	for _, a := range w.accounts {
		for _, company := range a.companies {
			for range company.Twice() {
				w.broken("", "%s has two customers of one tax id", a.name)
			}
		}
	}
	if n := w.queue.Depth() + len(w.queue.Dead()); n > 0 {
		w.broken("", "%d messages are left, with their payloads", n)
	}
	err := w.ledger.List(context.Background(), ledger.Filter{}, func(e ledger.Entry) bool {
		if w.byKey[e.Key] == nil {
			w.broken(e.Key, "an entry of no sale")
		}
		return true
	})
	if err != nil {
		panic(err)
	}
}

func (w *world) checkSale(s *sale, documents []document) {
	e, err := w.ledger.Get(context.Background(), s.key)
	w.tell(s.key, "ends %s %s with %d documents: %s", e.State, e.Reason.Kind, len(documents), e.Reason.Message)
	if len(documents) > 1 {
		w.broken(s.key, "%d documents%s", len(documents), kindsOf(documents))
		return
	}
	if s.newest < 0 && !s.reversal {
		w.checkNothing(s, err == nil, documents)
		return
	}
	if err != nil {
		w.broken(s.key, "answered 200 and lost: there is no entry")
		return
	}
	w.checkReversal(s, e)
	switch {
	case e.State == ledger.Created:
		w.checkCreated(s, e, documents)
	case e.State == ledger.Rejected:
		w.checkRejected(s, e, documents)
	case e.Parked():
		w.checkParked(s, e)
	default:
		w.broken(s.key, "not done: %s %s, due at +%s", e.State, e.Reason.Kind, e.Due.Sub(epoch))
		return
	}
	w.checkPrivate(s, e)
	w.checkTime(s)
}

// kindsOf says of which kinds the documents are, where there are several.
func kindsOf(documents []document) string {
	var kinds []string
	for _, d := range documents {
		if d.Document != "" {
			kinds = append(kinds, d.Document)
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	return ": " + strings.Join(kinds, ", ")
}

// checkTime: it lives. Two hours after the last fault that could concern it, and
// after what was last said of it, an order is done; where there are no faults at
// all, soon.
func (w *world) checkTime(s *sale) {
	if !s.account.promised() && !w.calm() {
		return
	}
	from := later(s.news, w.lastFault, s.account.lastFault)
	if s.store.name == turmas { // its messages may wait in any account's lane
		for _, a := range w.accounts {
			from = later(from, a.lastFault)
		}
	}
	most := cmp.Or(w.opts.seams.settle, goodEnd)
	if w.calm() {
		from, most = s.news, calmEnd
	}
	s.end.took = s.since.Sub(from)
	if s.end.took > most {
		w.broken(s.key, "took %s after the last fault", s.end.took)
	}
}

// checkNothing: a call that was not paid or not genuine.
func (w *world) checkNothing(s *sale, entry bool, documents []document) {
	if entry || len(documents) > 0 {
		w.broken(s.key, "%s, and made an entry (%t) and %d documents", s.sort, entry, len(documents))
	}
	s.end.nothing = string(s.sort)
}

func (w *world) checkCreated(s *sale, e ledger.Entry, documents []document) {
	s.end.created = true
	switch {
	case len(documents) == 0:
		w.broken(s.key, "created as %s, and the ERP has no such document", e.ERPID)
		return
	case e.Account != documents[0].account || e.ERPKind != documents[0].kind:
		w.broken(s.key, "created in %s of %s, and the document is in %s of %s", e.Account, e.ERPKind, documents[0].account, documents[0].kind)
	case documents[0].Document != s.document:
		w.broken(s.key, "its document is one of the kind %s, and it was taken in for %s", documents[0].Document, s.document)
	case e.ERPID != documents[0].ID:
		w.broken(s.key, "created as %s, and the ERP has %s", e.ERPID, documents[0].ID)
	case e.ERPNumber != "" && e.ERPNumber != documents[0].Number:
		w.broken(s.key, "created with the number %s, and the ERP has %s", e.ERPNumber, documents[0].Number)
	case s.stopped:
		w.broken(s.key, "rejected as reversed, and created all the same")
	case len(e.Payload) > 0 || e.Newer != nil:
		w.broken(s.key, "a payload outlived its order")
	}
	if want := s.account.customer(s, s.sentContents()); documents[0].Customer != want {
		w.broken(s.key, "the document is another customer's")
	}
	w.checkContents(s, e, documents[0])
}

// checkPrivate: nothing that names the buyer outlives the order, and nowhere but in
// the kept contents does anything name them (rule 18).
func (w *world) checkPrivate(s *sale, e ledger.Entry) {
	if e.State != ledger.Created {
		e.Payload = nil
		if e.Newer != nil {
			newer := *e.Newer
			newer.Payload = nil
			e.Newer = &newer
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	private := []string{s.name()}
	for _, c := range s.versions {
		private = append(private, s.email(c), s.taxID(c))
	}
	for _, private := range private {
		if private != "" && bytes.Contains(text, []byte(private)) {
			w.broken(s.key, "%q outlived its order, or is where it needn't be", private)
		}
	}
}

// checkContents: the document has the newest contents to the cent, or a person is
// told that they changed later.
func (w *world) checkContents(s *sale, e ledger.Entry, d document) {
	sent := s.sentContents()
	switch {
	case s.sent < 0 || sent.bad != "" || !d.Total.Equal(order.Cents(sent.cents)):
		w.broken(s.key, "the document's total is %s, which is not what was sent", d.Total)
	case e.Total != d.Total.String():
		w.broken(s.key, "the document's total is %s, and the ledger's %s", d.Total, e.Total)
	case d.Day != "" && d.Day != s.day:
		w.broken(s.key, "the document's day is %s, and what was sent has %s", d.Day, s.day)
	}
	if what := s.untold(e); what != "" {
		w.broken(s.key, "%s", what)
	}
}

// sentContents are those that went out last.
func (s *sale) sentContents() contents { return s.versions[max(s.sent, 0)] }

// versioned tells whether its platform says which contents are newer.
func (s *sale) versioned() bool { return s.store.platform != "generic" || s.buyer%2 != 0 }

// ordered tells whether the newest contents can be told from older ones: by their
// version, or because they came in their order.
func (s *sale) ordered() bool { return s.versioned() || !s.overtaken }

// version is what the platform calls the contents.
func (s *sale) version(i int) int64 {
	switch {
	case s.store.platform == shopify:
		return s.modified(i).UnixMilli()
	case s.store.platform != "generic":
		return created(i + 1)
	case s.versioned():
		return int64(i + 1)
	}
	return 0
}

func (w *world) checkRejected(s *sale, e ledger.Entry, documents []document) {
	if len(documents) > 0 {
		w.broken(s.key, "rejected: %s, and the ERP has document %s", e.Reason.Kind, documents[0].ID)
	}
	kind := e.Reason.Kind
	s.end.cause = fmt.Sprintf("%s: rejected: %s", s.account.kind, kind)
	switch {
	case kind == order.Reversed && s.reversal:
		s.end.cause, s.end.nothing = "", "reversed in time"
	case kind == order.RefusedByERP && s.alone(e.Reason.Message.String()):
		s.end.cause += ", for it alone"
	case kind == order.RefusedByERP && tooFewTimes(e):
		w.broken(s.key, "refused before its time: %s", e.Reason.Message)
	case kind == order.RefusedByERP && s.buyerDeleted && strings.Contains(e.Reason.Message.String(), goneAgain):
	case slices.ContainsFunc(s.refusals, func(r refusal) bool { return r.is(e.Reason) }):
	case kind == order.TaxIDReason && s.account.sight.Doubts && (w.doubted(s) || s.buyerDeleted) && strings.Contains(e.Reason.Message.String(), cantBeTold):
		s.end.cause += ", whether the buyer is there can't be told"
	case kind == order.AccountGone && s.account.twin != nil && strings.Contains(e.Reason.Message.String(), ofAnotherERP):
	case s.newest >= 0 && s.versions[s.newest].bad == kind:
	case s.newest >= 0 && !s.ordered() && s.versions[0].bad == kind:
	default:
		w.broken(s.key, "rejected without a cause: %s: %s", kind, e.Reason.Message)
	}
}

// tooFewTimes tells whether what is refused only at the third time, or the second, was
// refused earlier. A timeline that was cut doesn't tell.
func tooFewTimes(e ledger.Entry) bool {
	times := func(did, answer string) (n int) {
		for _, a := range e.Timeline {
			if a.Did == did && a.Answer == answer {
				n++
			}
		}
		return n
	}
	last := e.Timeline[len(e.Timeline)-1]
	switch {
	case len(e.Timeline) == 20 || last.Answer != string(erp.Duplicate) && last.Answer != string(erp.CustomerGone):
		return false
	case last.Did == "customer":
		return times("customer", last.Answer) < 3
	}
	return times("create", last.Answer) < 2
}

// cantBeTold is how an entry says that nothing tells whether its customer is there.
const cantBeTold = "has this buyer can't be told"

// doubted tells whether a creation of the sale's buyer may have been lost, whichever order
// it was for.
func (w *world) doubted(s *sale) bool {
	taxIDs := map[string]bool{}
	for _, c := range s.versions {
		taxIDs[s.taxID(c)] = true
	}
	return slices.ContainsFunc(w.sales, func(other *sale) bool {
		return other.doubted && other.account == s.account && slices.ContainsFunc(other.versions, func(c contents) bool { return taxIDs[other.taxID(c)] })
	})
}

// checkParked: a person looks, for a true reason.
func (w *world) checkParked(s *sale, e ledger.Entry) {
	why := e.Reason.Message
	s.end.cause = fmt.Sprintf("%s: parked: ", s.account.title())
	switch {
	case s.taken && (says(why.String(), s.account.stage.Another) || s.contradicts(why.String())):
		s.end.cause += "another document has our reference"
	case s.contradicted && s.contradicts(why.String()):
		s.end.cause += "the ERP contradicts itself"
	case s.account.rekeyed && says(why.String(), s.account.stage.Elsewhere):
		s.end.cause += "the filter was tried out in another app"
	case ofAnotherKey(e) && s.account.rekeyed:
		s.end.cause += "the App Key is of another app"
	case s.alone(why.String()):
		s.end.cause += "the account rests for it alone"
	case !s.account.promised() && (s.harmed || s.taken) && s.creates+s.began > 0 && s.unsure:
		s.end.cause += "nothing proves whether it is there"
	default:
		w.broken(s.key, "parked without a cause: %s", why)
	}
}

// says tells whether the text has one of the words.
func says(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// ofAnotherERP is how an entry says that its account is another one.
const ofAnotherERP = " is of the ERP "

// ofAnotherKey tells whether the entry is parked since another app was asked than the
// one that it was sent to.
func ofAnotherKey(e ledger.Entry) bool {
	return strings.Contains(e.Reason.Message.String(), "App Key is another one")
}

// checkReversal: a reversal waits behind nobody.
func (w *world) checkReversal(s *sale, e ledger.Entry) {
	switch {
	case !s.reversal:
	case e.ReversedAt.IsZero() && !s.retried:
		w.broken(s.key, "the reversal was answered 200 and left no trace")
	case w.calm() && s.reversalIn.Sub(s.reversedAt) > promptly:
		w.broken(s.key, "the reversal was recorded %s after it came", s.reversalIn.Sub(s.reversedAt))
	}
}

// promptly is how soon a reversal is recorded where nothing goes wrong, however busy
// its account's lane is.
const promptly = 2 * time.Second

// contradicts tells whether the ERP said what it doesn't show, in the words of the
// entry.
func (s *sale) contradicts(why string) bool { return strings.Contains(why, "already there") }

// count adds the sale to the result.
func (s *sale) count(r *Result) {
	t := Tally{}
	if s.newest >= 0 {
		t.Paid = 1
	}
	switch {
	case s.end.created:
		t.Created = 1
		r.Slowest = max(r.Slowest, s.end.took)
	case s.end.cause != "":
		t.Person = 1
		r.Person[s.end.cause]++
	case s.end.nothing != "":
		r.Nothing[s.end.nothing]++
	}
	r.Paid, r.Created = r.Paid+t.Paid, r.Created+t.Created
	if s.account != nil {
		is := r.Accounts[s.kind()]
		r.Accounts[s.kind()] = Tally{is.Paid + t.Paid, is.Created + t.Created, is.Person + t.Person}
	}
}

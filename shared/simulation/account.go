package simulation

import (
	"cmp"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// The ERPs, as connections.yaml spells them.
const (
	omieKind   = "omie"
	sensioKind = "sensio"
)

// sight is what an account's look-up can show.
type sight string

const (
	works    sight = "look-up"
	untried  sight = "look-up that nobody tried out"
	none     sight = "no look-up"
	ignores  sight = "filter that is not honoured"
	deaf     sight = "filter that finds nothing"
	goesDeaf sight = "filter that goes deaf"
	missing  sight = "look-up that is refused"
)

// service is one simulated ERP, without sockets.
type service interface {
	// take lets a call arrive, with what goes wrong, if something does.
	take(c *call, f *fault) reply
	documents() []document
	// hear is the moment in which a living caller has the answer.
	hear(c *call, r reply)
	// foreign makes somebody else's document with our reference.
	foreign(ref erp.Reference)
}

// document is one that an ERP holds.
type document struct {
	// account and kind are whose it is.
	account, kind string
	id, number    string
	// order is the store's order; foreign where it is nobody's of ours.
	order string
	total order.Money
	// day is the order's, as the document has it.
	day string
	// customer is what the ERP knows them by: Omie by the tax id, Sensio by the id or
	// the name.
	customer string
}

// foreign is the order of documents that somebody else made.
const foreign = "OUTRO"

// account is one ERP account.
type account struct {
	name, kind string
	// twin is the account of another ERP that has this one's name in other
	// configurations.
	twin  *account
	sight sight
	service
	// limit is how long one call may take.
	limit time.Duration

	// lastFault is how long a fault of this account alone lasted so far.
	lastFault time.Time
	// outage is what every call meets until it is over.
	outage     *fault
	outageEnds time.Time
	// restedAt is when a task, restedBy, last wrote that the account rests.
	restedAt time.Time
	restedBy *task
	// told heard of the last block. ended: the rest was ended since, by a person, a new
	// secret or a clock that was set, whatever the ERP asks for.
	told  *task
	ended bool
	// keys are the App Keys that the account had, and what each proves itself with; the
	// apps know nothing of each other. resecreted: the App Secret isn't what it was.
	keys                map[string]string
	resecreted, rekeyed bool
	// throughAt is when a call last was let in after a rest.
	throughAt time.Time
}

// promised tells whether an order of the account ends by itself, whatever happens:
// a look-up proves what is there.
func (a *account) promised() bool {
	return a.twin == nil && (a.kind == omieKind || a.sight == works)
}

// canLookUp is what the account's settings say.
func (a *account) canLookUp() bool { return a.sight != none }

// title is the account in a table.
func (a *account) title() string {
	switch {
	case a.twin != nil:
		return a.kind + ", and at times another ERP's"
	case a.kind == omieKind:
		return a.kind
	}
	return a.kind + ", " + string(a.sight)
}

// blockKnown tells whether a caller should know that the account rests: another
// heard of it, lived, and had nothing in its way to write it down.
func (a *account) blockKnown() bool {
	return a.told != nil && !a.told.dead && !a.told.failed && !a.told.stood
}

// lasts notes that something of this account goes wrong until then.
func (a *account) lasts(until time.Time) { a.lastFault = later(a.lastFault, until) }

// judgeBlock judges a call that the ERP refuses because the account should rest.
func (a *account) judgeBlock(c *call, left time.Duration) {
	w := c.task.world
	switch {
	case c.late():
		w.excused["a process that stood still called late"]++
	case a.ended:
		w.excused["a person, a new secret or a clock that was set ended the rest before the ERP's block was over"]++
	case !a.blockKnown():
		w.excused["who heard of the block died, or the ledger failed him"]++
	case w.skewed && left <= 2*skewLimit+time.Second:
		w.excused["clocks differ by more than a block's rest leaves"]++
	default:
		w.broken(c.task.key, "a limit was broken: %s %s during a block, %s before its end", a.kind, c.method, left)
	}
}

// judgeRest judges a call by what the ledger said before its task began: no call
// goes out while the account's lane rests (rule 8), whatever it rests for.
func (a *account) judgeRest(c *call, lane ledger.Lane) {
	t := c.task
	if t.now().Before(lane.BlockedUntil) && !c.late() && !t.world.setSince(t.began) && (a.restedBy == t || a.restedAt.Before(t.began)) {
		t.world.broken(t.key, "a limit was broken: %s %s while the account rests, as the ledger says: %s", a.kind, c.method, lane.Why)
	}
}

// customer is what the account has to know the buyer by.
func (a *account) customer(s *sale, c contents) string {
	switch {
	case a.kind == omieKind && s.taxID(c) == "":
		return omiesim.DefaultCustomers()[0].TaxID
	case a.kind == omieKind:
		return s.taxID(c)
	case s.taxID(c) == "":
		return nobodysID
	case known(s.buyer) && !c.other:
		return personID(s.buyer)
	}
	return s.name()
}

// open opens the ERP accounts.
func (w *world) open() {
	w.accounts = []*account{
		w.newOmie("estudio"), w.newOmie("filial"), w.newSensio("loja", works),
	}
	others := []sight{"", "", "", untried, none, ignores, deaf, goesDeaf, missing}
	if s := cmp.Or(w.opts.seams.balcao, others[w.rng.IntN(len(others))]); s != "" {
		w.accounts = append(w.accounts, w.newSensio("balcao", s))
	}
	if w.rng.IntN(6) == 0 || w.opts.seams.swapped {
		w.openSwapped()
	}
}

// swapped is the account that is one ERP's in some configurations and the other's in
// others.
const swapped = "troca"

func (w *world) openSwapped() {
	one, other := w.newOmie(swapped), w.newSensio(swapped, works)
	one.twin, other.twin = other, one
	w.accounts = append(w.accounts, one, other)
}

// account is the one of that name, as it is configured now; nil: there is none.
func (w *world) account(name string) *account {
	return w.accountOf(name, w.config.ERPs[name].Kind)
}

// accountOf is the account of that name and ERP, or of that name where none is.
func (w *world) accountOf(name, kind string) *account {
	var found *account
	for _, a := range w.accounts {
		if a.name == name && (found == nil || a.kind == kind) {
			found = a
		}
	}
	return found
}

// named are all accounts of that name.
func (w *world) named(name string) []*account {
	if a := w.account(name); a.twin != nil {
		return []*account{a, a.twin}
	} else {
		return []*account{a}
	}
}

// host is where the account's API is.
func (a *account) host() string {
	if a.twin != nil {
		return a.name + "." + a.kind
	}
	return a.name
}

// at is the account whose API is at the host.
func (w *world) at(host string) *account {
	name, kind, _ := strings.Cut(host, ".")
	return w.accountOf(name, kind)
}

package simulation

import (
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/erp/simulators"
	"github.com/carimbo/carimbo/shared/ledger"
)

// document is one that an ERP holds.
type document struct {
	erpsim.Sold
	// account and kind are whose it is.
	account, kind string
}

// foreign is the order of documents that somebody else made.
const foreign = "OUTRO"

// account is one ERP account.
type account struct {
	name, kind string
	stage      erpsim.Stage
	// twin is the account of another ERP that has this one's name in other
	// configurations.
	twin  *account
	sight erpsim.Sight
	// companies are the ERP's by the App Key of each.
	companies map[string]erpsim.Company
	// next is what befalls the call that arrives now.
	next *fault
	// asked are the calls by what makes two of them the same; running are those that have
	// no end yet.
	asked   map[uint64]*asked
	running map[*asked]bool
	// restUntil is when the rest ends that the ERP asked for.
	restUntil time.Time

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
	// calledAt is when the last call began, and aloneUntil until when nobody else could have
	// its caller's message.
	calledAt, aloneUntil time.Time
}

// checkPace: no call begins too soon after the account's last one, whichever process made
// that. By a clock that is set nobody can tell. Who calls at the end of its message's
// visibility, since it started late or stood still, has another begin before it could wait.
func (a *account) checkPace(c *call) {
	w := c.task.world
	after, taken := w.now.Sub(a.calledAt), !w.now.Before(a.aloneUntil)
	a.calledAt, a.aloneUntil = w.now, c.task.alone
	if after < a.stage.Apart && w.machine == nil && !taken && !c.notAlone() {
		w.broken(c.task.key, "a limit was broken: %s begins %s after the account's last call", c.Method, after.Truncate(10*time.Millisecond))
	}
}

// promised tells whether an order of the account ends by itself, whatever happens:
// a look-up proves what is there.
func (a *account) promised() bool {
	return a.twin == nil && a.sight.Proves
}

// canLookUp is what the account's settings say.
func (a *account) canLookUp() bool { return !a.sight.None }

// title is the account in a table.
func (a *account) title() string {
	switch {
	case a.twin != nil:
		return a.kind + ", and at times another ERP's"
	case len(a.stage.Sights) == 1:
		return a.kind
	}
	return a.kind + ", " + a.sight.Name
}

// kind is the sale's account in a table, and what its orders become there.
func (s *sale) kind() string {
	if s.document == "" {
		return s.account.title()
	}
	return s.account.title() + ", " + s.document
}

// blockKnown tells whether a caller should know that the account rests: another
// heard of it, lived, and had nothing in its way to write it down.
func (a *account) blockKnown() bool {
	return a.told != nil && a.told.wrote()
}

// wrote tells whether a task lived, and had nothing in its way to write down what it heard.
func (t *task) wrote() bool { return !t.dead && !t.failed && !t.stood }

const unheard = "who heard of the block died, or the ledger failed him"

// lasts notes that something of this account goes wrong until then.
func (a *account) lasts(until time.Time) { a.lastFault = later(a.lastFault, until) }

// checkBlock judges a call that the ERP refuses because the account should rest.
func (a *account) checkBlock(c *call, left time.Duration) {
	w := c.task.world
	switch {
	case c.notAlone():
		w.excused["a process that stood still called late"]++
	case a.ended:
		w.excused["a person, a new secret or a clock that was set ended the rest before the ERP's block was over"]++
	case !a.blockKnown():
		w.excused[unheard]++
	case w.skewed && left <= 2*skewLimit+time.Second:
		w.excused["clocks differ by more than a block's rest leaves"]++
	default:
		w.broken(c.task.key, "a limit was broken: %s %s during a block, %s before its end", a.kind, c.Method, left)
	}
}

// checkRest judges a call by what the ledger said before its task began: no call
// goes out while the account's lane rests (rule 8), whatever it rests for.
func (a *account) checkRest(c *call, lane ledger.Lane) {
	t := c.task
	if t.now().Before(lane.BlockedUntil) && !c.notAlone() && !t.world.setSince(t.began) && (a.restedBy == t || a.restedAt.Before(t.began)) {
		t.world.broken(t.key, "a limit was broken: %s %s while the account rests, as the ledger says: %s", a.kind, c.Method, lane.Why)
	}
}

// open opens the ERP accounts: two of each kind, the second with what its look-up can
// show besides, if the kind has several.
func (w *world) open() {
	stages := simulators.All()
	for _, k := range stages {
		w.accounts = append(w.accounts, w.newAccount(k.Name, k, k.Stage.Sights[0]))
		if others := k.Stage.Sights[1:]; len(others) == 0 {
			w.accounts = append(w.accounts, w.newAccount(k.Name+second, k, k.Stage.Sights[0]))
		} else if sight, open := w.drawSight(others); open {
			w.accounts = append(w.accounts, w.newAccount(k.Name+second, k, sight))
		}
	}
	if w.rng.IntN(6) == 0 || w.opts.seams.swapped {
		one, other := w.newAccount(swapped, stages[0], stages[0].Stage.Sights[0]), w.newAccount(swapped, stages[1], stages[1].Stage.Sights[0])
		one.twin, other.twin = other, one
		w.accounts = append(w.accounts, one, other)
	}
}

// second is how the name of a kind's second account ends.
const second = "-2"

// drawSight draws what a second account's look-up can show, if there is one.
func (w *world) drawSight(others []erpsim.Sight) (sight erpsim.Sight, open bool) {
	n := w.rng.IntN(3 + len(others))
	if i := slices.IndexFunc(others, func(s erpsim.Sight) bool { return s.Name == w.opts.seams.sight }); i >= 0 {
		return others[i], true
	}
	if n < 3 {
		return erpsim.Sight{}, false
	}
	return others[n-3], true
}

func (w *world) newAccount(name string, k erpsim.Kind, sight erpsim.Sight) *account {
	a := &account{name: name, kind: k.Name, stage: k.Stage, sight: sight}
	w.opens(a)
	return a
}

// swapped is the account that is one ERP's in some configurations and the other's in
// others.
const swapped = "troca"

// account is the one of that name, as it is configured now; nil: there is none.
func (w *world) account(name string) *account {
	return w.accountOf(name, w.config.Accounts[name].Kind)
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

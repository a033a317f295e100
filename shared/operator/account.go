package operator

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// AccountState says whether calls of an account go out.
type AccountState string

// What an account can be.
const (
	AccountOpen AccountState = "open"
	// AccountResting goes on by itself.
	AccountResting AccountState = "resting"
	// AccountRefused is a person's to mend, also while no rest stands.
	AccountRefused AccountState = "refused"
)

// Words is the state as people call it.
func (s AccountState) Words() words.Text {
	switch s {
	case AccountOpen:
		return words.Say("open")
	case AccountResting:
		return words.Say("resting")
	case AccountRefused:
		return words.Say("refused")
	}
	return words.Plain(string(s))
}

func accountStates() []AccountState {
	return []AccountState{AccountOpen, AccountResting, AccountRefused}
}

// AccountView is an account as --json shows it.
type AccountView struct {
	Account string       `json:"account"`
	Kind    string       `json:"kind,omitempty"`
	State   AccountState `json:"state"`
	Since   time.Time    `json:"since,omitzero"`
	Until   time.Time    `json:"until,omitzero"`
	Why     string       `json:"why,omitempty"`
	// Queued is absent on a stack: SQS doesn't count by account.
	Queued   *int      `json:"queued,omitempty"`
	Waiting  int       `json:"waiting"`
	OldestAt time.Time `json:"oldest_at,omitzero"`
}

// ViewAccount says how an account with this lane is at now. A lane that is open
// still remembers its former rest, which is nobody's business then.
func ViewAccount(in words.Language, name, kind string, lane ledger.Lane, now time.Time) AccountView {
	a := AccountView{Account: name, Kind: kind, State: AccountOpen}
	rests := now.Before(lane.BlockedUntil)
	switch {
	case lane.Refused():
		a.State = AccountRefused
	case rests:
		a.State = AccountResting
	default:
		return a
	}
	a.Since, a.Why = lane.Since.UTC(), lane.Why.In(in)
	if rests {
		a.Until = lane.BlockedUntil.UTC()
	}
	return a
}

// Accounts are those of the file of connections and those that the ledger knows.
type Accounts struct {
	Ledger ledger.Ledger
	// Kinds are the configured accounts with their kinds of ERP, Connections the
	// configured connections with their accounts.
	Kinds       map[string]string
	Connections map[string]string
	// Queue counts what is queued by account; nil where nobody does.
	Queue Backlogs
	Now   func() time.Time
	// Language is the one that the views are in.
	Language words.Language
}

// Backlogs counts by account what is queued.
type Backlogs interface {
	Backlogs(context.Context) (map[string]queue.Backlog, error)
}

// known are the configured accounts, and those of a ledger that can tell them all:
// one that was taken out of the file may have orders that wait.
func (a Accounts) known(ctx context.Context) (map[string]string, error) {
	kinds := map[string]string{}
	if l, ok := a.Ledger.(interface {
		Accounts(context.Context) (map[string]string, error)
	}); ok {
		known, err := l.Accounts(ctx)
		if err != nil {
			return nil, err
		}
		maps.Copy(kinds, known)
	}
	maps.Copy(kinds, a.Kinds)
	return kinds, nil
}

// List reads each account's lane and what waits for it, in the order of their names.
// One that isn't configured any more is listed while anything waits for it.
func (a Accounts) List(ctx context.Context) ([]AccountView, error) {
	kinds, err := a.known(ctx)
	if err != nil {
		return nil, err
	}
	queued := map[string]queue.Backlog{}
	if a.Queue != nil {
		if queued, err = a.Queue.Backlogs(ctx); err != nil {
			return nil, err
		}
	}
	list := []AccountView{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		view, err := a.read(ctx, name, kinds[name], queued[name])
		if err != nil {
			return nil, err
		}
		_, configured := a.Kinds[name]
		if configured || view.State != AccountOpen || view.Waiting+queued[name].Notices > 0 {
			list = append(list, view)
		}
	}
	return list, nil
}

func (a Accounts) read(ctx context.Context, name, kind string, queued queue.Backlog) (AccountView, error) {
	lane, err := a.Ledger.Lane(ctx, name)
	if err != nil {
		return AccountView{}, err
	}
	backlog, err := a.Ledger.Backlog(ctx, name, placing.Never)
	if err != nil {
		return AccountView{}, err
	}
	view := ViewAccount(a.Language, name, kind, lane, a.Now())
	view.Waiting, view.OldestAt = backlog.Orders, backlog.Oldest.UTC()
	if a.Queue == nil {
		return view, nil
	}
	view.Queued = &queued.Notices
	if at := queued.Oldest; !at.IsZero() && (view.OldestAt.IsZero() || at.Before(view.OldestAt)) {
		view.OldestAt = at.UTC()
	}
	return view, nil
}

// Refused are those that a list of what waits for a person has as well. A list for
// one state or kind of order is about no account.
func (a Accounts) Refused(ctx context.Context, f ledger.Filter) (refused []AccountView, err error) {
	if !f.Mine || f.State != "" || f.ReasonKind != "" {
		return nil, nil
	}
	kinds, err := a.known(ctx)
	if err != nil {
		return nil, err
	}
	only, filtered := a.Connections[f.Connection]
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if filtered && name != only {
			continue
		}
		lane, err := a.Ledger.Lane(ctx, name)
		if err != nil {
			return nil, err
		}
		if lane.Refused() {
			refused = append(refused, ViewAccount(a.Language, name, kinds[name], lane, a.Now()))
		}
	}
	return refused, nil
}

// Resumed is what became of an account's rest, as --json shows it.
type Resumed struct {
	Account string `json:"account"`
	// Rested tells whether there was a rest to end, Orders how many go on.
	Rested bool `json:"rested"`
	Orders int  `json:"orders"`
	// Why is what the account rested for.
	Why string `json:"-"`
}

// Resume ends the account's rest. Also that of one that doesn't rest: a resume that
// broke off left orders waiting. The error is a *Refusal where there is no such
// account.
func (a Accounts) Resume(ctx context.Context, name string) (Resumed, error) {
	kinds, err := a.known(ctx)
	if err != nil {
		return Resumed{}, err
	}
	if _, ok := kinds[name]; !ok {
		return Resumed{}, refusalOf(name, unknownAccount(name, slices.Sorted(maps.Keys(kinds))))
	}
	lane, err := a.Ledger.Lane(ctx, name)
	if err != nil {
		return Resumed{}, err
	}
	was := ViewAccount(a.Language, name, kinds[name], lane, a.Now())
	orders, err := placing.Resume(ctx, a.Ledger, placing.Rules{Spacing: placing.Spacing}, name, a.Now)
	if err != nil {
		return Resumed{}, words.Errorf("%s: %s go on, give the command again for the others", err, CountOrders(orders))
	}
	return Resumed{Account: name, Rested: was.State != AccountOpen, Orders: orders, Why: was.Why}, nil
}

// TallyAccounts counts by state.
func TallyAccounts(list []AccountView) words.Text {
	count := map[AccountState]int{}
	for _, a := range list {
		count[a.State]++
	}
	if count[AccountOpen] == len(list) {
		return words.Say("Nothing rests, and nothing is refused.")
	}
	return words.Say("%s: %s", words.Count(len(list), "%d account", "%d accounts"), countedBy(accountStates(), count))
}

// AccountTasks says of each refused account what to do: the ERP's words don't tell
// where its key is kept.
func AccountTasks(kinds ERPKinds, s Site, list []AccountView) (tasks []Task) {
	for _, a := range list {
		if a.State != AccountRefused {
			continue
		}
		title := titleOf(kinds.of(a.Kind))
		text := words.Sentences(words.Say("%s refuses its key, or a permission is missing: %s", title, a.Why),
			words.Say("If the key was changed, put it into app_key and app_secret of %s; if a permission is missing, give it in %s", s.secret(a.Kind, a.Account), title),
			words.Say("It is tried again %s.", s.Soon(time.Time{}, ledger.Lane{BlockedUntil: a.Until})))
		tasks = append(tasks, Task{words.Say("account %s", a.Account), text})
	}
	return tasks
}

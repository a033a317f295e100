package console

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// rowsPerPage is how many orders a page of the list has.
	rowsPerPage = 50
	// liveEvery is how often, in seconds, what is live is asked for again; on a stack, where
	// each time is paid for, stackLiveEvery.
	liveEvery      = 4
	stackLiveEvery = 60
)

// row is an order in the list.
type row struct {
	ledger.Entry
	Needs bool
	// Later is what the store did after the document was there; empty for nothing.
	Later    words.Text
	Document string
	Age      string
}

// listPage is the list's own part of its page.
type listPage struct {
	Selection   selection
	Rows        []row
	Counts      []count
	Tasks       []operator.Grouped
	Refused     []operator.AccountView
	Depths      words.Text
	States      []ledger.State
	Kinds       []order.ReasonKind
	Connections []string
	Periods     []period
	// Older and Newer are cursors of the pages beside this one; empty for none.
	Older, Newer string
	// Missed says where what was searched for may be.
	Missed words.Text
	// Since is from when Counts and Needs count; zero for all that is selected.
	Since time.Time
	Needs int
	// Retryable: what is selected may have orders that can be retried.
	Retryable bool
}

// count is how many orders of the selection are in a state.
type count struct {
	State ledger.State
	N     int
	// On: the list shows these.
	On bool
}

// period is a choice of since.
type period struct {
	Value string
	Text  words.Text
}

// home is the list, or what of the others the tab names.
func (c *Console) home(w http.ResponseWriter, r *http.Request, s *session) {
	switch r.URL.Query().Get("tab") {
	case "ignored":
		c.ignored(w, r, s)
	case "health":
		c.health(w, r, s)
	default:
		c.list(w, r, s)
	}
}

func (c *Console) list(w http.ResponseWriter, r *http.Request, s *session) {
	sel := c.selectionOf(r.URL.Query())
	body, err := c.listed(r.Context(), c.in(r), sel)
	if err != nil {
		c.broken(w, r, s, err)
		return
	}
	p := c.pageOf(r, s, body)
	p.Tab = "orders"
	c.live(r, s, &p)
	c.show(w, r, http.StatusOK, "list.html", p)
}

// live has the page refreshed, and hears what is to be said: a refresh says nothing.
func (c *Console) live(r *http.Request, s *session, p *page) {
	p.Live = liveEvery
	if p.Stack != "" {
		p.Live = stackLiveEvery
	}
	if r.Header.Get(liveHeader) == "" {
		p.Said = s.hear()
	}
}

// liveHeader is on a request by which a page is refreshed.
const liveHeader = "Carimbo-Live"

// listed reads what the selection selects.
func (c *Console) listed(ctx context.Context, in words.Language, sel selection) (*listPage, error) {
	o, now := c.opts.Orders, c.now()
	f := sel.filter(now)
	body := &listPage{Selection: sel, States: operator.States(), Kinds: order.ReasonKinds(), Connections: c.opts.Connections(), Periods: c.periods(sel.Since)}
	body.Retryable = sel.Narrow() && sel.State != string(operator.Queued) && sel.State != string(ledger.Created)
	page, err := operator.ReadPage(ctx, o.Ledger, f, sel.Page, rowsPerPage)
	if err != nil && sel.Page != "" { // no page of ours
		body.Selection.Page = ""
		page, err = operator.ReadPage(ctx, o.Ledger, f, "", rowsPerPage)
	}
	if err != nil {
		return nil, err
	}
	body.Older, body.Newer = page.Older, page.Newer
	tasks := operator.Groups{Kinds: o.Kinds, Language: in}
	for _, e := range page.Entries {
		body.Rows = append(body.Rows, rowOf(e, now))
		if operator.LeftToPerson(e) {
			tasks.Add(e, operator.InWords(o.Kinds, e))
		}
	}
	body.Tasks = tasks.List
	if body.Refused, err = c.accounts(in).Refused(ctx, ledger.Filter{Mine: true, Connection: sel.Connection}); err != nil {
		return nil, err
	}
	if err := c.count(ctx, sel, body); err != nil {
		return nil, err
	}
	if sel.Q != "" && len(body.Rows) == 0 {
		if body.Missed, err = o.Site.Missed(ctx, o.Ledger, sel.Q); err != nil {
			return nil, err
		}
	}
	// Without the right to ask, the list is worth having all the same.
	if body.Depths, err = operator.Depths(ctx, o.Ledger, f); err != nil {
		c.opts.Log.WarnContext(ctx, "what is queued isn't known", "cause", err)
	}
	return body, nil
}

func rowOf(e ledger.Entry, now time.Time) row {
	return row{Entry: e, Needs: e.WaitsForPerson(), Later: operator.LaterChange(e), Document: cmp.Or(e.ERPNumber, e.ERPID), Age: ago(now.Sub(e.ReceivedAt))}
}

// count fills in how many of the selection are in each state and how many need a person,
// whichever of these it selects.
func (c *Console) count(ctx context.Context, sel selection, body *listPage) error {
	f := sel.filter(c.now())
	f.State, f.Mine = "", false
	counts, err := operator.ReadCounts(ctx, c.opts.Orders.Ledger, f)
	if err != nil {
		return err
	}
	body.Needs, body.Since = counts.Needs, counts.Since
	for _, state := range operator.States() {
		if n := counts.States[state]; n > 0 || sel.State == string(state) {
			body.Counts = append(body.Counts, count{state, n, sel.State == string(state)})
		}
	}
	return nil
}

// periods are the choices of since, with the one that stands.
func (c *Console) periods(stands string) []period {
	all := []period{{"", words.Say("any time")}, {"24h", words.Say("the last 24 hours")}, {"7d", words.Say("the last 7 days")}, {"30d", words.Say("the last 30 days")}}
	if c.opts.Orders.Site.Stack != "" {
		all = append(all[1:], period{everything, words.Say("any time")})
	}
	for _, p := range all {
		if p.Value == stands {
			return all
		}
	}
	return append(all, period{stands, words.Say("since %s", stands)})
}

// accounts are the ERP accounts, in the words of a language.
func (c *Console) accounts(in words.Language) operator.Accounts {
	a := c.opts.Accounts()
	a.Language = in
	return a
}

// broken is for what can't be read now; the log says why.
func (c *Console) broken(w http.ResponseWriter, r *http.Request, s *session, err error) {
	if r.Context().Err() != nil {
		return // nobody waits any more
	}
	c.opts.Log.ErrorContext(r.Context(), "the console could not read the ledger", "cause", err)
	c.fail(w, r, s, http.StatusInternalServerError, words.Say("The orders can't be read now: %s", err))
}

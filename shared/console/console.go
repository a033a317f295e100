// Package console is what a person looks at in a browser: the orders of one ledger, why each
// is where it is and what to do about it, with the commands that the command line has. It is
// for a loopback listener of its own, and reads and writes through package operator alone.
//
// # Routes
//
//	GET  /                      the list of orders; ?tab=ignored the calls that became none;
//	                            ?tab=health how it goes. It takes state, kind, connection,
//	                            mine=1, since, q, lang, tab and page
//	GET  /order?key=KEY         one order
//	POST /order/retry?key=KEY   let it go on (note)
//	POST /order/created?key=KEY the document is id (id, note); GET /order?key=KEY&id=ID says
//	                            beforehand what that will do
//	POST /order/absent?key=KEY  the ERP has no document (note)
//	POST /order/dismiss?key=KEY take it off the list of what needs a person (note)
//	POST /order/reveal?key=KEY  show the buyer's data for ten minutes; it is written down
//	POST /retry                 count what the filter selects (the fields of GET /)
//	GET  /retry?batch=ID        what was counted, what will be done, and how far it is
//	POST /retry/start?batch=ID  retry what was counted, and nothing else
//	POST /account/resume?name=A end the account's rest
//	GET  /open?token=TOKEN      the one-time link
//	POST /close                 end the session
//	GET  /assets/...            console.css, console.js and icon.svg
//
// A post has the field csrf, and is answered 303 to a page that says what came of it.
//
// # Elements
//
// Tests and scripts find these by id: #said (what came of a post, role=status), #tabs with
// #tab-orders, #tab-ignored and #tab-health, #lang, #close; on the list #filters (its fields
// #q, #state, #kind, #connection, #since, #mine; #apply and #clear), #counts (each
// [data-state]), #orders (a table; each row [data-key][data-state], its link .key), #pages
// with #next and #first, #retry-all, #empty and #tasks; on an order #summary (each value
// [data-field]), #reason, #actions with the forms #retry, #created, #absent, #dismiss, each
// with .will (what it will do) and button[type=submit], #reveal, #document, #changes,
// #payload and #timeline; on a retry of many #batch [data-phase] with #start, #progress and
// #results; on health #chart, #oldest, #accounts (rows [data-account], forms .resume),
// #refusals and #silent; on the page without a session #locked. What is refreshed by itself
// is in #live.
package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// Options are what a console is made of.
type Options struct {
	// Orders are those that it shows and gives commands to.
	Orders operator.Orders
	// Accounts are the ERP accounts as they are configured now.
	Accounts func() operator.Accounts
	// Connections are the names of the configured connections.
	Connections func() []string
	// Document is what the ERP is asked to create of an order whose contents are kept. The
	// error is for a person.
	Document func(ctx context.Context, e ledger.Entry) (Document, error)
	// Refused are the calls that were refused since the start; nil where nobody counts them.
	Refused func() []RefusedCalls
	// Links opens sessions.
	Links Opener
	// By is the name under which commands are recorded.
	By string
	// Name is the console's own, by which it is told from another; see Running.
	Name string
	Log  *slog.Logger
}

// Opener takes one-time links.
type Opener interface {
	// Take tells whether the token opens a session, and has it open no other.
	Take(token string) (bool, error)
}

// Document is what the ERP would be asked to create of an order.
type Document struct {
	// Request is the body of the create call, JSON, secrets masked.
	Request []byte
	// Open says what isn't known of it yet; empty for nothing.
	Open words.Text
	// Private are texts of the customer that must not be shown to who didn't ask for them.
	Private []string
	// Diff is how it differs from what was sent last, if that was.
	Diff []operator.Difference
}

// Console is the handler of a console. Its sessions live as long as it does.
type Console struct {
	opts     Options
	now      func() time.Time
	pages    map[language]pages
	words    map[language]words.Language
	sessions sessions
	handler  http.Handler

	// ctx is what goes on between requests: the retries of many orders.
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

// New makes a console, which Close ends.
func New(o Options) (*Console, error) {
	if o.Orders.Ledger == nil || o.Links == nil || o.Log == nil {
		return nil, errors.New("a console needs a ledger, links and a log")
	}
	all, err := readers()
	if err != nil {
		return nil, err
	}
	made, err := parsePages(all)
	if err != nil {
		return nil, err
	}
	c := &Console{opts: o, now: o.Orders.Site.Now, pages: made, words: all}
	c.sessions.now = c.now
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.handler = c.guarded(c.routes())
	return c, nil
}

// Close ends what goes on between requests, and waits for it: the order that is worked on
// is the last one.
func (c *Console) Close() {
	c.stop()
	c.work.Wait()
}

// ServeHTTP serves the console to a browser on this machine.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

func (c *Console) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /open", c.open)
	mux.HandleFunc("GET /assets/{name}", c.asset)
	mux.HandleFunc("GET /{$}", c.withSession(c.home))
	mux.HandleFunc("GET /order", c.withSession(c.order))
	for do, form := range forms {
		mux.HandleFunc("POST /order/"+form, c.withSession(c.act(do)))
	}
	mux.HandleFunc("POST /order/reveal", c.withSession(c.reveal))
	mux.HandleFunc("POST /retry", c.withSession(c.countRetries))
	mux.HandleFunc("GET /retry", c.withSession(c.batch))
	mux.HandleFunc("POST /retry/start", c.withSession(c.startRetries))
	mux.HandleFunc("POST /account/resume", c.withSession(c.resume))
	mux.HandleFunc("POST /close", c.withSession(c.close))
	mux.HandleFunc("/", c.withSession(c.nothing))
	return mux
}

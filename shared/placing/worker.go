package placing

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/stored"
	"github.com/carimbo/carimbo/shared/words"
)

// Time limits, one inequality (design, "Time limits"): call < time left when the
// create starts < Invocation < lease.
const (
	// Invocation is the most that one message may take.
	Invocation = 240 * time.Second
	// leaseMargin is how much longer than its invocation a claim lives.
	leaseMargin = 15 * time.Second
	// fetchLimit is the longest that fetching an order from its store may take.
	fetchLimit = 10 * time.Second
	// recordMargin is what has to be left after a call to record its outcome.
	recordMargin = 10 * time.Second
)

// writeTries bounds how often a transition is decided anew because somebody wrote
// in between.
const writeTries = 20

// Meter counts what is worth counting.
type Meter interface {
	Count(ctx context.Context, m Metric, connection string)
	// CountAccount counts what concerns an account and none of its orders.
	CountAccount(ctx context.Context, m Metric, account string)
	// Placed measures the time from acceptance to creation.
	Placed(ctx context.Context, connection string, took time.Duration)
}

// Worker carries an order from a message to a recorded outcome: it asks the
// transition function, does what it says, and tells it what came of that.
type Worker struct {
	Ledger ledger.Ledger
	// Connections is the configuration as it is now.
	Connections func() connection.Config
	Platform    func(name string) (platform.Platform, bool)
	// Client returns the account's client, or false if the account is not configured.
	Client func(account string) (erp.Client, bool)
	// Secrets has store/<connection>, for platforms whose order is fetched, and the
	// account's own.
	Secrets secret.Store
	Spacing time.Duration
	Now     func() time.Time
	// Steady tells whether the clock was not set since the process last took that in;
	// nil where nobody watches it. No call begins otherwise.
	Steady func() bool
	Meter  Meter
	Log    *slog.Logger
}

// Handle takes one message to its end before the deadline. An error means that
// the ledger could not be read or written, or that a newer release wrote the
// message or the entry (stored.ErrNewer): the message must be delivered again.
// Whatever the ERP does is an entry's state and no error (rule 2).
func (w *Worker) Handle(ctx context.Context, m queue.Message, deadline time.Time) (err error) {
	if err := stored.Check(m.V, queue.Version); err != nil {
		w.Meter.Count(ctx, MetricNewerVersion, m.Connection)
		return fmt.Errorf("read the message: %w", err)
	}
	client, known := w.Client(m.Account)
	in := invocation{Worker: w, client: client, known: known, message: m, deadline: deadline}
	in.rules = Rules{Spacing: w.Spacing, CanLookUp: !known || client.CanLookUp()}

	step, err := in.arrive(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			w.Log.ErrorContext(ctx, "panic while placing", "key", m.Key, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			_, err = in.apply(ctx, Panicked{Fence: in.entry.Fence})
		}
	}()
	for {
		var ev Event
		switch step.Do {
		case Place:
			ev, err = in.prepare(ctx)
		case Create:
			ev, err = in.create(ctx)
		case LookUp:
			ev, err = in.lookUp(ctx)
		default:
			return nil
		}
		if err != nil {
			return err
		}
		if step, err = in.apply(ctx, ev); err != nil {
			return err
		}
	}
}

// invocation is the state of one Handle.
type invocation struct {
	*Worker
	client   erp.Client
	known    bool
	rules    Rules
	message  queue.Message
	deadline time.Time

	entry    ledger.Entry
	document erp.Document
	unpacked unpacked
	readings []*reading
}

// gone says why the order's account can't be used, or nothing. An account of another
// ERP under the same name is another account: it knows nothing of what was sent, and
// what waits was never meant for it (rule 11).
func (in *invocation) gone() words.Text {
	account := in.entry.Account
	if !in.known {
		return words.Say("the account %q is not in connections.yaml any more: add it again", account)
	}
	if is := in.Connections().Accounts[account].Kind; is != in.entry.ERPKind && in.entry.ERPKind != "" {
		return words.Say("the account %q is of the ERP %s now, and the order was taken in for %s: give the new account a name of its own, and the former one its name back", account, is, in.entry.ERPKind)
	}
	return words.Text{}
}

func (in *invocation) arrive(ctx context.Context) (Step, error) {
	cfg, m := in.Connections(), in.message
	conn := cfg.Connections[m.Connection]
	conn.Name = m.Connection
	if conn.Account != m.Account {
		conn.Document = "" // a kind of another account's
	}
	reference := conn.Reference(cfg.Accounts[m.Account], in.client, m.OrderID)
	var parts ledger.Parts
	if m.Type == queue.Paid {
		parts = in.parts(ctx, said{m.Platform, m.Connection, m.Account, m.Payload, reference.DocumentKind})
	}
	return in.apply(ctx, Arrival{
		Message:   in.message,
		ERPKind:   cfg.Accounts[in.message.Account].Kind,
		Reference: reference,
		Parts:     parts,
		Owner:     rand.Text(),
		Lease:     in.deadline.Add(leaseMargin),
	})
}

// apply decides and writes, again if somebody wrote in between, and reports.
func (in *invocation) apply(ctx context.Context, ev Event) (Step, error) {
	after, step, err := Apply(ctx, in.Ledger, in.rules, in.message.Key, ev, in.Now)
	if err != nil {
		return Step{}, err
	}
	in.entry = after
	in.report(ctx, step)
	if step.Do == Leave {
		return step, fmt.Errorf("read the ledger: %w", stored.Check(after.V, ledger.Version))
	}
	return step, nil
}

// Apply reads the entry, asks the transition function and writes what it
// decided, again from the start if somebody wrote in between. It returns the
// entry as it stands then.
func Apply(ctx context.Context, l ledger.Ledger, r Rules, key string, ev Event, now func() time.Time) (ledger.Entry, Step, error) {
	for range writeTries {
		before, err := l.Get(ctx, key)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return ledger.Entry{}, Step{}, fmt.Errorf("read the ledger: %w", err)
		}
		after, step := Next(r, before, ev, now())
		if !step.Write {
			return before, step, nil
		}
		after.Token = rand.Text()
		stored, err := l.Write(ctx, before, after)
		switch {
		case err == nil:
			return stored, step, nil
		case !errors.Is(err, ledger.ErrChanged):
			return ledger.Entry{}, Step{}, fmt.Errorf("write the ledger: %w", err)
		}
	}
	return ledger.Entry{}, Step{}, fmt.Errorf("write the ledger: %w %d times", ledger.ErrChanged, writeTries)
}

func (in *invocation) report(ctx context.Context, step Step) {
	for _, m := range step.Metrics {
		in.Meter.Count(ctx, m, in.entry.Connection)
	}
	e := in.entry
	if e.OfNewerRelease() {
		in.Log.WarnContext(ctx, "an order was written by a newer carimbo: nothing is done about it until this program is updated", "key", e.Key, "cause", stored.Check(e.V, ledger.Version))
		return
	}
	if e.State == ledger.Created && step.Write && step.Do == Acknowledge && e.CreatedAt.Equal(e.UpdatedAt) {
		in.Meter.Placed(ctx, e.Connection, e.CreatedAt.Sub(e.ReceivedAt))
	}
	if step.Write {
		in.Log.InfoContext(ctx, "order", "key", e.Key, "state", e.State, "reason", e.Reason.Kind,
			"next", step.Do, "attempts", e.Attempts, "code", e.Reference.Code, "erp_id", e.ERPID, "correlation", e.Correlation)
	}
}

// prepare makes the document and its customer, and reads the lane last, right
// before the write that makes the entry creating.
func (in *invocation) prepare(ctx context.Context) (Event, error) {
	fence := in.entry.Fence
	if why := in.gone(); !why.IsZero() {
		return OrderInvalid{Fence: fence, Reason: order.Reason{Kind: order.AccountGone, Message: words.Say("%s, then carimbo orders retry", why)}}, nil
	}
	o, err := in.order(ctx)
	if errors.Is(err, platform.ErrFetch) {
		return FetchFailed{Fence: fence, Text: in.unfetched(err)}, nil
	}
	facts := factsOf(o)
	if moment := (order.Moment{At: in.entry.PaidAt, Rank: in.entry.PaidRank}); err == nil && moment.Rank >= o.PaidRank && !moment.At.IsZero() {
		o.Paid(moment)
		facts = factsOf(o)
	}
	if err == nil {
		in.document, err = in.documentOf(o)
	}
	if err != nil {
		reason, ok := order.AsRejection(err)
		if !ok {
			return nil, fmt.Errorf("make the document: %w", err)
		}
		return OrderInvalid{Fence: fence, Facts: facts, Reason: reason}, nil
	}
	// Only now: what is wrong with the order itself needs no ERP, and a person who
	// reads the list wants its total.
	lane, err := in.Ledger.Lane(ctx, in.entry.Account)
	if err != nil {
		return nil, fmt.Errorf("read the lane: %w", err)
	}
	if in.Now().Before(lane.BlockedUntil) {
		return PrepareFailed{Fence: fence, Facts: facts, Answer: erp.Answer{Kind: erp.AccountRests, Text: lane.Why}, LaneUntil: lane.BlockedUntil, PutOff: true}, nil
	}
	if !in.timeFor(in.client.CallLimit()) {
		return PrepareFailed{Fence: fence, Facts: facts, Answer: erp.Answer{Kind: erp.NoTime}, PutOff: true}, nil
	}
	doc, answer := in.client.Customer(ctx, in.document)
	if answer.Err != nil {
		return nil, fmt.Errorf("what is known of the customer: %w", answer.Err)
	}
	if answer.Kind != erp.CustomerKnown {
		lane, err := in.updateLane(ctx, answer)
		return PrepareFailed{Fence: fence, Facts: facts, Answer: answer, LaneUntil: lane.until, Through: lane.through}, err
	}
	in.document = doc
	mark, err := MarkOf(doc)
	if err != nil {
		return nil, err
	}
	if lane, err = in.Ledger.Lane(ctx, in.entry.Account); err != nil {
		return nil, fmt.Errorf("read the lane: %w", err)
	}
	return Prepared{Fence: fence, Facts: facts, Mark: mark, Customer: answer.Text, Warning: answer.Warning,
		Parts:     in.parts(ctx, said{in.entry.Platform, in.entry.Connection, in.entry.Account, in.entry.Payload, in.entry.Reference.DocumentKind}),
		LaneUntil: lane.BlockedUntil, LaneWhy: lane.Why, TimeLeft: in.timeFor(in.client.CallLimit())}, nil
}

// documentOf is what the order becomes, unless the order itself, the ERP's package or a fiscal
// rule of this day is against it: an *order.Rejection.
func (in *invocation) documentOf(o order.Order) (erp.Document, error) {
	if err := o.Check(in.Now()); err != nil {
		return erp.Document{}, err
	}
	doc, err := in.client.Document(o, in.entry.Reference)
	if err != nil {
		return erp.Document{}, err
	}
	doc.Lessons = in.entry.Lessons
	return doc, preflight.Refusal(doc.Preflight(in.Now()))
}

// order decodes the entry's payload, or what is fetched from the store by it. What
// was fetched serves this attempt alone: the next one fetches anew.
func (in *invocation) order(ctx context.Context) (order.Order, error) {
	p, ok := in.Platform(in.entry.Platform)
	conn, configured := in.Connections().Connections[in.entry.Connection]
	if !ok || !configured {
		return order.Order{}, order.Reject(order.AccountGone, "the connection %q is not in connections.yaml any more: add it again, then carimbo orders retry", in.entry.Connection)
	}
	payload, err := in.unpack(in.entry.Payload)
	if err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "the kept contents can't be read: have the store send the order again")
	}
	if payload, err = in.fetch(ctx, p, payload); err != nil {
		return order.Order{}, err
	}
	r := in.read(p, in.entry.Platform, payload, conn)
	return r.order, r.err
}

// fetch completes the payload of a platform that sends less than an order. A
// failure is ErrFetch.
func (in *invocation) fetch(ctx context.Context, p platform.Platform, payload platform.Payload) (platform.Payload, error) {
	fetcher, ok := p.(platform.Fetcher)
	if !ok {
		return payload, nil
	}
	store, err := in.Secrets.Get(ctx, in.storeSecret())
	if _, optional := p.(platform.OptionalFetcher); optional && errors.Is(err, secret.ErrNotFound) {
		return payload, nil
	}
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, fetchLimit)
		defer cancel()
		payload, err = fetcher.Fetch(ctx, payload, store.Values)
	}
	if err != nil && !errors.Is(err, platform.ErrFetch) {
		err = fmt.Errorf("%w: %w", platform.ErrFetch, err)
	}
	if err != nil {
		in.Log.WarnContext(ctx, "an order could not be fetched from its store", "key", in.entry.Key, "secret", in.storeSecret(), "cause", err)
	}
	return payload, err
}

func (in *invocation) storeSecret() string { return "store/" + in.entry.Connection }

// unfetched tells a person what they have to mend, where waiting alone ends nothing.
func (in *invocation) unfetched(err error) words.Text {
	if why, ok := platform.AsRefusal(err); ok {
		return words.Say("the order could not be fetched from the store with the secret %s: %s", in.storeSecret(), why)
	}
	return words.Say("the order could not be fetched from the store")
}

// create makes the call, if the clock still allows it: a worker that was paused
// since it asked must not send (rule 4).
func (in *invocation) create(ctx context.Context) (Event, error) {
	answer := erp.Answer{Kind: erp.NoTime}
	if in.timeFor(in.client.CallLimit()) {
		answer = in.client.Create(ctx, in.document)
	}
	lane, err := in.updateLane(ctx, answer)
	return Answered{Fence: in.entry.Fence, Answer: answer, LaneUntil: lane.until, Through: lane.through}, err
}

func (in *invocation) lookUp(ctx context.Context) (Event, error) {
	putOff := LookedUp{Fence: in.entry.Fence, PutOff: true}
	if why := in.gone(); !why.IsZero() {
		putOff.Answer = erp.Answer{Kind: erp.Lost, Text: why}
		return putOff, nil
	}
	lane, err := in.Ledger.Lane(ctx, in.entry.Account)
	if err != nil {
		return nil, fmt.Errorf("read the lane: %w", err)
	}
	switch {
	case in.Now().Before(lane.BlockedUntil):
		putOff.Answer = erp.Answer{Kind: erp.AccountRests, Text: lane.Why}
		putOff.LaneUntil = lane.BlockedUntil
		return putOff, nil
	case !in.timeFor(in.client.CallLimit()):
		putOff.Answer = erp.Answer{Kind: erp.NoTime}
		return putOff, nil
	}
	answer := in.client.LookUp(ctx, in.entry.Reference)
	blocked, err := in.updateLane(ctx, answer)
	return LookedUp{Fence: in.entry.Fence, Answer: answer, LaneUntil: blocked.until, Through: blocked.through, DocumentKind: in.entry.Reference.DocumentKind}, err
}

// timeFor tells whether a call of this length, and its record, still fit, and whether
// the clock can be trusted that says so.
func (in *invocation) timeFor(call time.Duration) bool {
	return in.deadline.Sub(in.Now()) >= call+recordMargin && (in.Steady == nil || in.Steady())
}

func factsOf(o order.Order) Facts {
	if o.ID == "" {
		return Facts{}
	}
	return Facts{StoreNumber: o.Number, Total: o.Total.String(), Currency: o.Currency,
		Customer: o.Customer.Initials(), PaidAt: o.PaidAt, PaidRank: o.PaidRank}
}

// MarkOf is what is remembered of a document that is sent. The error says that it can't be
// written as JSON.
func MarkOf(d erp.Document) (erp.Mark, error) {
	body, err := json.Marshal(d.Body)
	if err != nil {
		return erp.Mark{}, fmt.Errorf("digest the document: %w", err)
	}
	sum := sha256.Sum256(body)
	return erp.Mark{Digest: hex.EncodeToString(sum[:16]), Total: d.Total, OrderNumber: d.OrderNumber, CustomerID: d.CustomerID, Key: d.Key}, nil
}

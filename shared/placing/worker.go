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
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/stored"
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

// The breaker: how long the account rests after each account fault in a row.
const (
	maxStrikes = 5
	maxRest    = time.Hour
)

// LongRest is how long an account may rest before a person is told.
const LongRest = 15 * time.Minute

// laneMargin is for clocks that differ, and for an ERP that says whole seconds: a
// call a moment before the end of a block makes it begin anew.
const laneMargin = 2 * time.Second

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
	// ERP returns the account's client, or false if the account is not configured.
	ERP func(account string) (erp.ERP, bool)
	// Secrets has store/<connection>, for platforms whose order is fetched.
	Secrets secret.Store
	Spacing time.Duration
	Now     func() time.Time
	Meter   Meter
	Log     *slog.Logger
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
	account, known := w.ERP(m.Account)
	in := invocation{Worker: w, account: account, known: known, message: m, deadline: deadline}
	in.rules = Rules{Spacing: w.Spacing, CanLookUp: !known || account.CanLookUp()}

	step, err := in.arrive(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			w.Log.ErrorContext(ctx, "panic while placing", "key", m.Key, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			_, err = in.apply(ctx, Broke{Fence: in.entry.Fence})
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
	account  erp.ERP
	known    bool
	rules    Rules
	message  queue.Message
	deadline time.Time

	entry    ledger.Entry
	document erp.Document
}

func (in *invocation) arrive(ctx context.Context) (Step, error) {
	cfg := in.Connections()
	conn := cfg.Connections[in.message.Connection]
	return in.apply(ctx, Arrival{
		Message:   in.message,
		ERP:       cfg.ERPs[in.message.Account].Kind,
		Reference: erp.NewReference(in.message.Connection, conn.Orig, in.message.OrderID),
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
	for _, m := range step.Count {
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
	if !in.known {
		return Judged{Fence: fence, Reason: order.Reason{Kind: order.AccountGone, Message: fmt.Sprintf("the account %q is not in connections.yaml any more: add it again, then carimbo orders retry", in.entry.Account)}}, nil
	}
	o, err := in.order(ctx)
	if errors.Is(err, platform.ErrFetch) {
		return Unfetched{Fence: fence, Text: "the order could not be fetched from the store"}, nil
	}
	facts := factsOf(o)
	if err == nil {
		err = o.Check(in.Now())
	}
	if err == nil {
		in.document, err = in.account.Document(o, in.entry.Reference)
	}
	if err != nil {
		reason, ok := order.AsRejection(err)
		if !ok {
			return nil, fmt.Errorf("make the document: %w", err)
		}
		return Judged{Fence: fence, Facts: facts, Reason: reason}, nil
	}
	// Only now: what is wrong with the order itself needs no ERP, and a person who
	// reads the list wants its total.
	lane, err := in.Ledger.Lane(ctx, in.entry.Account)
	if err != nil {
		return nil, fmt.Errorf("read the lane: %w", err)
	}
	if in.Now().Before(lane.BlockedUntil) {
		return Held{Fence: fence, Facts: facts, Answer: erp.Answer{Kind: erp.Lane, Text: lane.Why}, LaneUntil: lane.BlockedUntil, PutOff: true}, nil
	}
	if !in.timeFor(in.account.CallLimit()) {
		return Held{Fence: fence, Facts: facts, Answer: erp.Answer{Kind: erp.NoTime}, PutOff: true}, nil
	}
	doc, answer := in.account.Customer(ctx, in.document)
	if answer.Err != nil {
		return nil, fmt.Errorf("what is known of the customer: %w", answer.Err)
	}
	if answer.Kind != erp.Ready {
		until, err := in.block(ctx, answer)
		return Held{Fence: fence, Facts: facts, Answer: answer, LaneUntil: until}, err
	}
	in.document = doc
	mark, err := markOf(doc)
	if err != nil {
		return nil, err
	}
	if lane, err = in.Ledger.Lane(ctx, in.entry.Account); err != nil {
		return nil, fmt.Errorf("read the lane: %w", err)
	}
	return Ready{Fence: fence, Facts: facts, Mark: mark, LaneUntil: lane.BlockedUntil, LaneWhy: lane.Why,
		TimeLeft: in.timeFor(in.account.CallLimit())}, nil
}

// order decodes the entry's payload, or what is fetched from the store by it. What
// was fetched serves this attempt alone: the next one fetches anew.
func (in *invocation) order(ctx context.Context) (order.Order, error) {
	p, ok := in.Platform(in.entry.Platform)
	conn, configured := in.Connections().Connections[in.entry.Connection]
	if !ok || !configured {
		return order.Order{}, order.Reject(order.AccountGone, "the connection %q is not in connections.yaml any more: add it again, then carimbo orders retry", in.entry.Connection)
	}
	payload, err := platform.Unpack(in.entry.Payload)
	if err != nil {
		return order.Order{}, order.Reject(order.NotUnderstood, "the kept contents can't be read: have the store send the order again")
	}
	if payload, err = in.fetch(ctx, p, payload); err != nil {
		return order.Order{}, err
	}
	return p.Order(payload, conn.Settings())
}

// fetch completes the payload of a platform that sends less than an order. A
// failure is ErrFetch.
func (in *invocation) fetch(ctx context.Context, p platform.Platform, payload platform.Payload) (platform.Payload, error) {
	fetcher, ok := p.(platform.Fetcher)
	if !ok {
		return payload, nil
	}
	store, err := in.Secrets.Get(ctx, "store/"+in.entry.Connection)
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
		in.Log.WarnContext(ctx, "an order could not be fetched from its store", "key", in.entry.Key, "cause", err)
	}
	return payload, err
}

// create makes the call, if the clock still allows it: a worker that was paused
// since it asked must not send (rule 4).
func (in *invocation) create(ctx context.Context) (Event, error) {
	answer := erp.Answer{Kind: erp.NoTime}
	if in.timeFor(in.account.CallLimit()) {
		answer = in.account.Create(ctx, in.document)
	}
	until, err := in.block(ctx, answer)
	return Answered{Fence: in.entry.Fence, Answer: answer, LaneUntil: until}, err
}

func (in *invocation) lookUp(ctx context.Context) (Event, error) {
	putOff := LookedUp{Fence: in.entry.Fence, PutOff: true}
	if !in.known {
		putOff.Answer = erp.Answer{Kind: erp.Lost, Text: "the account is not in connections.yaml any more"}
		return putOff, nil
	}
	lane, err := in.Ledger.Lane(ctx, in.entry.Account)
	if err != nil {
		return nil, fmt.Errorf("read the lane: %w", err)
	}
	switch {
	case in.Now().Before(lane.BlockedUntil):
		putOff.Answer = erp.Answer{Kind: erp.Lane, Text: lane.Why}
		putOff.LaneUntil = lane.BlockedUntil
		return putOff, nil
	case !in.timeFor(in.account.CallLimit()):
		putOff.Answer = erp.Answer{Kind: erp.NoTime}
		return putOff, nil
	}
	answer := in.account.LookUp(ctx, in.entry.Reference)
	until, err := in.block(ctx, answer)
	return LookedUp{Fence: in.entry.Fence, Answer: answer, LaneUntil: until}, err
}

// timeFor tells whether a call of this length, and its record, still fit.
func (in *invocation) timeFor(call time.Duration) bool {
	return in.deadline.Sub(in.Now()) >= call+recordMargin
}

// block writes the lane's rest before the entry's outcome is written, so that no
// other order of the account slips through, and closes the breaker when the
// account was let in. It returns when the lane opens.
func (in *invocation) block(ctx context.Context, a erp.Answer) (time.Time, error) {
	if a.Kind == erp.NotSent || a.Kind == erp.NoTime || a.Kind == erp.Early || a.Kind == erp.Lost {
		return time.Time{}, nil
	}
	account := in.entry.Account
	lane, err := in.Ledger.Lane(ctx, account)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the lane: %w", err)
	}
	if a.Kind != erp.Lane {
		if lane.Refused() || !lane.Since.IsZero() {
			// One that fails is made up for by the next call: no reason to leave what the
			// ERP answered unrecorded.
			if err := in.Ledger.ClearStrikes(ctx, account); err != nil {
				in.Log.WarnContext(ctx, "that the account was let in again could not be recorded", "account", account, "cause", err)
			}
		}
		return time.Time{}, nil
	}
	rest := a.RetryAfter
	if a.AccountFault {
		lane.Strikes = min(lane.Strikes+1, maxStrikes)
		rest = min(rest<<(lane.Strikes-1), max(rest, maxRest))
	}
	if a.AccountFault || !lane.Refused() {
		// What a person has to mend is not forgotten over another reason to rest.
		lane.Why = a.Text
	}
	if lane.Since.IsZero() {
		lane.Since = in.Now()
	}
	lane.BlockedUntil = later(lane.BlockedUntil, in.Now().Add(rest+laneMargin))
	if err := in.Ledger.BlockLane(ctx, account, lane); err != nil {
		return time.Time{}, fmt.Errorf("block the lane: %w", err)
	}
	in.reportRest(ctx, a.AccountFault, rest, lane.BlockedUntil)
	return lane.BlockedUntil, nil
}

// reportRest tells of a rest that a person should know of. Shorter ones are an
// ERP's everyday limits.
func (in *invocation) reportRest(ctx context.Context, refused bool, rest time.Duration, until time.Time) {
	account := in.entry.Account
	switch {
	case refused:
		in.Meter.CountAccount(ctx, MetricAccountRefused, account)
		in.Log.WarnContext(ctx, "the ERP refuses the account's key, or a permission is missing: its orders wait until you mend that; carimbo accounts tells what the ERP said",
			"account", account, "why", "refused", "until", until, "key", in.entry.Key)
	case rest > LongRest:
		in.Meter.CountAccount(ctx, MetricLongRest, account)
		in.Log.WarnContext(ctx, "the ERP has the account rest for long: its orders wait until then; carimbo accounts tells what the ERP said",
			"account", account, "why", "rest", "until", until, "key", in.entry.Key)
	}
}

func factsOf(o order.Order) Facts {
	if o.ID == "" {
		return Facts{}
	}
	return Facts{StoreNumber: o.Number, Total: o.Total.String(), Currency: o.Currency,
		Customer: o.Customer.Initials(), PaidAt: o.PaidAt}
}

func markOf(d erp.Document) (erp.Mark, error) {
	body, err := json.Marshal(d.Body)
	if err != nil {
		return erp.Mark{}, fmt.Errorf("digest the document: %w", err)
	}
	sum := sha256.Sum256(body)
	return erp.Mark{Digest: hex.EncodeToString(sum[:16]), Total: d.Total, OrderNumber: d.OrderNumber, CustomerID: d.CustomerID}, nil
}

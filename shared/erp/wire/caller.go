package wire

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// margin is what has to be left beyond a create's call to record its outcome.
	margin = 10 * time.Second
	// secretRest is how long an account rests when its secret can't be read.
	secretRest = 60 * time.Second
	// spacing is how long an equal call waits, unless it is told otherwise.
	spacing = 61 * time.Second
)

// Caller makes the calls of one account: one after another, each once or not at all,
// none too soon after the last one, none that was made a moment ago, no more in a minute
// than a process may make, none with too little time left. There is no other way to an ERP.
type Caller struct {
	// HTTP carries the requests.
	HTTP *http.Client
	// Now is the clock.
	Now func() time.Time

	sleep        func(context.Context, time.Duration) error
	credentials  erp.Credentials
	secret       string // its name
	limit, apart time.Duration
	// spacing keeps equal calls apart, of which the process remembers its last ones, and
	// questions about one customer, which are noted under the account.
	spacing time.Duration
	calls   *erp.Calls
	notes   erp.Notes
	account string
	// born is when the caller was made, and last when its last call began, if it made any.
	born, last time.Time
}

// NewCaller makes the caller of an account of that kind. A call takes no longer than
// limit, and the starts of two calls lie apart.
func NewCaller(kind string, o erp.Options, limit, apart time.Duration) *Caller {
	c := &Caller{
		HTTP: NewClient(), Now: o.Now, sleep: o.Sleep, credentials: o.Credentials, secret: kind + "/" + o.Account,
		limit: limit, apart: apart, spacing: cmp.Or(o.Spacing, spacing), calls: o.Calls,
		notes: o.Notes, account: o.Account,
	}
	if c.calls == nil {
		c.calls = new(erp.Calls)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.sleep == nil {
		c.sleep = Sleep
	}
	if o.Transport != nil {
		c.HTTP.Transport = o.Transport
	}
	c.born = c.Now()
	return c
}

// Keys are an account's App Key and App Secret.
type Keys struct{ App, Secret string }

// Keys reads the account's, if one is needed: "app_key", "app_secret". Without those that
// are the account rests, since nothing of it can go on: then the answer has a kind.
func (c *Caller) Keys(ctx context.Context, creates bool, needed ...string) (Keys, erp.Answer) {
	if len(needed) == 0 {
		return Keys{}, erp.Answer{}
	}
	key, secret, err := c.credentials(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return Keys{}, notBegun(creates, words.Say("the time was over before the account's secret was read"))
	case err != nil:
		return Keys{}, c.WrongSecret(Clean(words.Of(err), key, secret))
	}
	for _, name := range needed {
		if name == "app_key" && key == "" || name == "app_secret" && secret == "" {
			return Keys{}, c.WrongSecret(words.Say("%s is missing", name))
		}
	}
	return Keys{App: key, Secret: secret}, erp.Answer{}
}

// WrongSecret is the answer of a call that can't be made with the account's secret.
func (c *Caller) WrongSecret(why words.Text) erp.Answer {
	return erp.Answer{Kind: erp.AccountRests, RetryAfter: secretRest, AccountFault: true, Text: words.Say("secret %s: %s", c.secret, why)}
}

// Call is a request that is paced.
type Call struct {
	Request
	// By is when it has to be over, where that is before its limit; zero: the limit counts.
	By time.Time
	// Creates: it asks for the document, so that its outcome has to be recorded.
	Creates bool
	// Again: it may be made although an equal one ended a moment ago.
	Again bool
}

// id is the same for equal calls, and tells nothing of the keys that are in them.
func (c Call) id() erp.CallID {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", c.Method, c.URL)
	h.Write(c.Body)
	return erp.CallID(h.Sum(nil))
}

// Send makes the call, once, or none: the answer has a kind where no whole answer came.
// NotSent, NoTime and Early say that nothing left, Lost that something may have. Private
// values are masked in what it says.
func (c *Caller) Send(ctx context.Context, call Call, private ...string) (response Response, answer erp.Answer) {
	if err := c.wait(ctx); err != nil {
		return Response{}, notBegun(call.Creates, timeOver())
	}
	if why := c.tooLate(ctx, call.Creates); !why.IsZero() {
		return Response{}, notBegun(call.Creates, why)
	}
	if !call.Again {
		id := call.id()
		if left := c.calls.Begin(id, c.Now(), c.spacing); left > 0 {
			return Response{}, early(call.Creates, left)
		}
		defer func() { c.calls.End(id, c.Now(), answer.Kind != erp.NotSent) }()
	}
	limit := c.limit
	if !call.By.IsZero() {
		limit = min(limit, call.By.Sub(c.Now()))
	}
	c.last = c.Now()
	response, answer = send(ctx, c.HTTP, limit, call.Request)
	answer.Text = Clean(answer.Text, private...)
	return response, answer
}

func timeOver() words.Text { return words.Say("the time was over before the call") }

// early is the answer of a call that was made a moment ago. That of a create says no more
// than that nothing was sent now.
func early(creates bool, left time.Duration) erp.Answer {
	answer := erp.Answer{Kind: erp.Early, RetryAfter: left, Text: words.Say("the same call was made a moment ago")}
	if creates {
		answer.Kind = erp.NotSent
	}
	return answer
}

// notBegun is the answer of a call of which no byte left.
func notBegun(creates bool, why words.Text) erp.Answer {
	if creates {
		return erp.Answer{Kind: erp.NoTime, Text: why}
	}
	return erp.Answer{Kind: erp.NotSent, Text: why}
}

// Pace waits until the last call began long enough ago for the account's next one, whoever
// makes it. The error is the context's.
func (c *Caller) Pace(ctx context.Context) error { return c.keepApart(ctx, c.last) }

// keepApart waits until that much time is over since a call began.
func (c *Caller) keepApart(ctx context.Context, began time.Time) error {
	// A clock that went back must not make for a longer wait.
	wait := min(began.Add(c.apart).Sub(c.Now()), c.apart)
	if wait <= 0 {
		return nil
	}
	return c.sleep(ctx, wait)
}

// wait waits until the last call began long enough ago, and then for the process's turn, if
// that comes in time. The first call keeps apart from the caller's making: on one machine a
// process that was killed, or the caller of the account's former settings, may have called
// right before.
func (c *Caller) wait(ctx context.Context) error {
	last := c.last
	if last.IsZero() {
		last = c.born
	}
	if err := c.keepApart(ctx, last); err != nil {
		return err
	}
	now := c.Now()
	latest, ok := ctx.Deadline()
	if !ok {
		latest = now.Add(time.Hour)
	}
	at, ok := c.calls.Turn(now, latest)
	if !ok {
		return context.DeadlineExceeded
	}
	if wait := at.Sub(now); wait > 0 {
		return c.sleep(ctx, wait)
	}
	return nil
}

// tooLate says why too little time is left to begin, or nothing. A create needs enough
// to be recorded as well. It is asked after every wait, just before the bytes. The wall
// clock counts, not the monotonic one, which may have stood still with the process.
func (c *Caller) tooLate(ctx context.Context, creates bool) words.Text {
	if ctx.Err() != nil {
		return timeOver()
	}
	deadline, ok := ctx.Deadline()
	left, needed := deadline.Round(0).Sub(c.Now().Round(0)), c.limit+margin
	switch {
	case !ok:
	case left <= 0:
		return timeOver()
	case creates && left < needed:
		return words.Say("%s were left, a create needs %s", left.Truncate(time.Millisecond), needed)
	}
	return words.Text{}
}

// Rest is how long to rest where an ERP says so many units of time, but no more than
// longest; the fallback where it says none.
func Rest(count string, unit, fallback, longest time.Duration) time.Duration {
	n, err := strconv.ParseUint(count, 10, 31)
	if err != nil || n == 0 {
		return fallback
	}
	return min(time.Duration(n), longest/unit) * unit
}

package notify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// every is how soon what needs a person is looked for, and what is due is tried.
	every = 10 * time.Second
	// mostEvery bounds that where looking takes long.
	mostEvery = 30 * time.Second
	// limit is how long one try may take.
	limit = 10 * time.Second
	// patience is for how long a notice is tried.
	patience = 72 * time.Hour
	// recording is how long a process that ends tries to write down who heard what.
	recording = time.Second
)

// waits are between the end of a try and the next one; the last is for all that follow.
var waits = []time.Duration{30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// due tells whether the notice is to be tried at now. A time that is further away than any
// wait is of a clock that was set since.
func (n Notice) due(now time.Time) bool {
	return !n.ended() && (!n.TryAt.After(now) || n.TryAt.Sub(now) > waits[len(waits)-1])
}

// Store keeps notices. A process that dies loses none.
type Store interface {
	// Notices are all that are kept.
	Notices(context.Context) ([]Notice, error)
	// Put keeps notices, each in the place of what its receiver was told of the cause,
	// all or none.
	Put(context.Context, ...Notice) error
	// Tried keeps what became of a try, if the notice is still the one with this ID.
	Tried(context.Context, Notice) error
	// Forget removes notices, all or none.
	Forget(context.Context, ...Notice) error
	// Stopped are the receivers that want no more calls, and by which Target that was
	// said. Stop adds one; Start takes one off.
	Stopped(context.Context) (map[string]string, error)
	Stop(ctx context.Context, receiver, target string) error
	Start(ctx context.Context, receiver string) error
}

// Options are what a Notifier is made of.
type Options struct {
	// Receivers are those that are configured now, by their names.
	Receivers func() map[string]connection.Receiver
	// Standing is what needs a person now.
	Standing func(context.Context) ([]Cause, error)
	Store    Store
	Secrets  secret.Store
	// Languages are those that receivers can be told in, by what their lang: says; "" is that
	// of a receiver without one. What isn't there is English.
	Languages map[string]words.Language
	Now       func() time.Time
	Log       *slog.Logger
	// Roots are whose certificates count; the system's where it is nil.
	Roots *x509.CertPool
	// Dial reaches a mail server; a net.Dialer's where it is nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Notifier tells receivers what needs a person.
type Notifier struct {
	opts   Options
	caller *http.Client
	mailer mailer
	limit  time.Duration

	mu sync.Mutex
	// busy are the receivers that are being told something.
	busy map[string]bool
	// blind is set while what needs a person can't be read: the log was told.
	blind bool
}

// New makes a notifier that tells nothing until it runs.
func New(o Options) *Notifier {
	n := &Notifier{opts: o, caller: newCaller(), mailer: mailer{o.Dial, o.Roots}, limit: limit, busy: map[string]bool{}}
	if n.mailer.dial == nil {
		n.mailer.dial = new(net.Dialer).DialContext
	}
	return n
}

// Run looks and tells until ctx ends, which breaks off the tries under way: they are
// made again, with the same ids, by the next process. It returns at once then.
func (n *Notifier) Run(ctx context.Context) {
	var trying sync.WaitGroup
	defer trying.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		began := time.Now()
		if err := n.round(ctx, &trying); err != nil && ctx.Err() == nil {
			n.opts.Log.ErrorContext(ctx, "notices could not be read or written; it is tried again", "cause", err)
		}
		// A long list of what needs a person is read less often than a short one.
		timer.Reset(min(max(every, 10*time.Since(began)), mostEvery))
	}
}

// round looks once, and begins to tell what is due. A receiver that is still being told
// something is left to a later round, so that one that hangs holds up nobody.
func (n *Notifier) round(ctx context.Context, trying *sync.WaitGroup) error {
	receivers := n.opts.Receivers()
	busy := n.told() // before notices are read: what is written meanwhile is theirs
	notices, err := n.opts.Store.Notices(ctx)
	if err != nil || len(receivers) == 0 && len(notices) == 0 {
		return err
	}
	notices = slices.DeleteFunc(notices, func(of Notice) bool { return busy[of.Receiver] })
	receivers = maps.Clone(receivers)
	maps.DeleteFunc(receivers, func(name string, _ connection.Receiver) bool { return busy[name] })
	if notices, err = n.decide(ctx, receivers, notices); err != nil {
		return err
	}
	stopped, err := n.stopped(ctx, receivers)
	if err != nil {
		return err
	}
	now := n.opts.Now()
	for name, r := range receivers {
		due := slices.DeleteFunc(slices.Clone(notices), func(of Notice) bool {
			return of.Receiver != name || !of.due(now)
		})
		if len(due) == 0 || stopped[name] {
			continue
		}
		n.take(name)
		trying.Go(func() {
			defer n.leave(name)
			n.tell(ctx, r, due)
		})
	}
	return nil
}

// told are the receivers that are being told something.
func (n *Notifier) told() map[string]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.busy)
}

func (n *Notifier) take(receiver string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busy[receiver] = true
}

func (n *Notifier) leave(receiver string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.busy, receiver)
}

// decide keeps what is due by now, and returns all notices as they are then. What needs a
// person and can't be read changes nothing.
func (n *Notifier) decide(ctx context.Context, receivers map[string]connection.Receiver, notices []Notice) ([]Notice, error) {
	var standing []Cause
	if len(receivers) > 0 {
		var err error
		standing, err = n.opts.Standing(ctx)
		if n.sees(ctx, err); err != nil {
			return notices, nil
		}
	}
	now := n.opts.Now()
	var put, forget []Notice
	names := map[string]bool{}
	for _, of := range notices {
		names[of.Receiver] = true
	}
	for name := range receivers {
		names[name] = true
	}
	for name := range names {
		var kinds []Kind // of one that isn't configured any more, none
		if r, configured := receivers[name]; configured {
			kinds = kindsOf(r)
		}
		mine := slices.DeleteFunc(slices.Clone(notices), func(of Notice) bool { return of.Receiver != name })
		c := Due(kinds, standing, mine, now)
		put = append(put, c.put(name, n.opts.Languages[receivers[name].Lang], now)...)
		forget = append(forget, c.Forget...)
	}
	if len(put) == 0 && len(forget) == 0 {
		return notices, nil
	}
	if err := n.opts.Store.Put(ctx, put...); err != nil {
		return nil, err
	}
	if err := n.opts.Store.Forget(ctx, forget...); err != nil {
		return nil, err
	}
	return n.opts.Store.Notices(ctx)
}

// kindsOf are the kinds of notices that a receiver wants.
func kindsOf(r connection.Receiver) []Kind {
	if len(r.On) == 0 {
		return Kinds()
	}
	var kinds []Kind
	for _, on := range r.On {
		kinds = append(kinds, Kind(on))
	}
	return kinds
}

// sees has the log told once that what needs a person can't be read, and once that it
// can again.
func (n *Notifier) sees(ctx context.Context, err error) {
	switch {
	case err != nil && !n.blind && ctx.Err() == nil:
		n.opts.Log.ErrorContext(ctx, "what needs a person can't be read, and nobody is told of it; it is tried again", "cause", err)
		n.blind = true
	case err == nil && n.blind:
		n.opts.Log.InfoContext(ctx, "what needs a person can be read again")
		n.blind = false
	}
}

// put are the notices as the changes leave them, what is new in that language.
func (c Changes) put(receiver string, in words.Language, now time.Time) (put []Notice) {
	for _, cause := range append(slices.Clone(c.Open), c.Repeat...) {
		put = append(put, Notice{Receiver: receiver, Key: cause.Key, ID: newID(), Body: attention(cause, in), Gone: cause.Gone.In(in), MadeAt: now, TryAt: now})
	}
	for _, of := range c.Resolve {
		of.ID, of.Body, of.MadeAt, of.Tries, of.TryAt = newID(), resolved(of), now, 0, now
		put = append(put, of)
	}
	for _, of := range c.Missing {
		of.GoneAt = now
		put = append(put, of)
	}
	for _, of := range c.Back {
		of.GoneAt = time.Time{}
		put = append(put, of)
	}
	return put
}

// newID is a webhook-id that nobody else has.
func newID() string { return "msg_" + rand.Text() }

// stopped are the receivers that said that they want no more calls, and have neither
// another address nor another secret since.
func (n *Notifier) stopped(ctx context.Context, receivers map[string]connection.Receiver) (map[string]bool, error) {
	stopped := map[string]bool{}
	known, err := n.opts.Store.Stopped(ctx)
	if err != nil {
		return nil, err
	}
	for name, target := range known {
		r, configured := receivers[name]
		if configured && n.target(ctx, r) == target {
			stopped[name] = true
			continue
		}
		if err := n.opts.Store.Start(ctx, name); err != nil {
			return nil, err
		}
	}
	return stopped, nil
}

// target is a digest of where a receiver is called and what calls are signed with.
func (n *Notifier) target(ctx context.Context, r connection.Receiver) string {
	s, _ := n.opts.Secrets.Get(ctx, r.SecretName()) // without one it is another target
	digest := sha256.Sum256(fmt.Appendf(nil, "%q %q", r.URL, s.Version))
	return hex.EncodeToString(digest[:16])
}

// tell tries what is due, the oldest first, until one try fails: the others would, too.
func (n *Notifier) tell(ctx context.Context, r connection.Receiver, due []Notice) {
	slices.SortStableFunc(due, func(a, b Notice) int { return a.MadeAt.Compare(b.MadeAt) })
	for _, of := range due {
		err := n.try(ctx, r, of)
		if err != nil && ctx.Err() != nil {
			return // we broke it off
		}
		if !n.record(ctx, r, of, err) {
			return
		}
	}
}

// try hands a notice over, within the limit.
func (n *Notifier) try(ctx context.Context, r connection.Receiver, of Notice) error {
	ctx, cancel := context.WithTimeoutCause(ctx, n.limit, fmt.Errorf("there was no answer within %s", n.limit))
	defer cancel()
	s, err := n.opts.Secrets.Get(ctx, r.SecretName())
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		return fmt.Errorf("its secret can't be read: %w", err)
	}
	now := n.opts.Now()
	if r.SMTP != nil {
		return n.mailer.send(ctx, *r.SMTP, login{s.Values["user"], s.Values["password"]}, of, now)
	}
	keys, err := keysOf(s, now)
	if err != nil {
		return fmt.Errorf("calls can't be signed with %s: %w", r.SecretName(), err)
	}
	err = post(ctx, n.caller, r.URL, keys, of, now)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// record writes down what became of a try, and tells whether the receiver heard it.
func (n *Notifier) record(ctx context.Context, r connection.Receiver, of Notice, failed error) (heard bool) {
	about := []any{"receiver", r.Name, "id", of.ID, "kind", string(of.Kind)}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	now := n.opts.Now()
	of.Tries++
	switch {
	case failed == nil:
		of.TryAt = time.Time{}
	case errors.Is(failed, errGone):
		n.opts.Log.ErrorContext(ctx, "a receiver of notices wants no more of them (410): it is called no more until its url or its secret changes", about...)
		if err := n.opts.Store.Stop(ctx, r.Name, n.target(ctx, r)); err != nil {
			n.opts.Log.ErrorContext(ctx, "that a receiver wants no more notices could not be written", append(about, "cause", err)...)
		}
	default:
		of.TryAt = now.Add(waits[min(of.Tries, len(waits))-1])
		if of.TryAt.Sub(of.MadeAt) >= patience {
			of.TryAt = time.Time{}
			n.opts.Log.ErrorContext(ctx, "a notice was given up: nobody took it for three days", append(about, "tries", of.Tries, "cause", failed)...)
		} else {
			n.opts.Log.WarnContext(ctx, "a notice was not taken; it is tried again", append(about, "tries", of.Tries, "at", of.TryAt, "cause", failed)...)
		}
	}
	if err := n.opts.Store.Tried(ctx, of); err != nil {
		n.opts.Log.ErrorContext(ctx, "what became of a notice could not be written; it may be told again", append(about, "cause", err)...)
		return false
	}
	return failed == nil
}

package simulation

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
)

// access is how a task reaches the ledger and the queue. Each step
// takes a moment and may fail.
type access struct {
	world *world
	task  *task
	// kept are the secrets that the process remembers; nil: none.
	kept map[string]kept
}

var (
	_ ledger.Ledger = (*access)(nil)
	_ queue.Sender  = (*access)(nil)
)

var (
	errThrottled = errors.New("throttled")
	errLost      = errors.New("the answer was lost")
)

func (a *access) takes() time.Duration {
	return time.Duration(1+a.world.rng.IntN(15)) * time.Millisecond
}

func (a *access) reads() error {
	if err := a.task.point(CrashReading, a.takes()); err != nil {
		return err
	}
	return a.throttled()
}

func (a *access) throttled() error {
	if a.task.fails(Throttled) {
		a.task.failed = true
		return errThrottled
	}
	return nil
}

// writes does a write, unless something goes wrong before, and may lose its
// answer.
func (a *access) writes(do func() error) error {
	if err := a.task.point(CrashBeforeWrite, a.takes()); err != nil {
		return err
	}
	if err := a.throttled(); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	if err := a.task.point(CrashAfterWrite, a.takes()); err != nil {
		return err
	}
	switch {
	case a.task.fails(WriteLost):
		return errLost
	case a.task.fails(WriteResent):
		// Others may write before the second one arrives.
		if err := a.task.wait(a.takes()); err != nil {
			return err
		}
		return do()
	}
	return nil
}

func (a *access) ctx() context.Context { return context.Background() }

func (a *access) Get(_ context.Context, key string) (ledger.Entry, error) {
	if err := a.reads(); err != nil {
		return ledger.Entry{}, err
	}
	e, err := a.world.ledger.Get(a.ctx(), key)
	if t := a.task; key == t.key && t.fence != 0 && e.Fence != t.fence && !t.fenced {
		t.fenced = true
		a.world.effect(fencedOff)
	}
	return e, err
}

func (a *access) Write(_ context.Context, before, after ledger.Entry) (stored ledger.Entry, err error) {
	err = a.writes(func() error {
		stored, err = a.world.ledger.Write(a.ctx(), before, after)
		switch {
		case err == nil:
			a.world.written(a.task, before, stored)
			a.task.tell("%s -> %s %s, fence %d", before.State, stored.State, stored.Reason.Kind, stored.Fence)
		case errors.Is(err, ledger.ErrChanged):
			a.world.effect(bounced)
		}
		return err
	})
	if t := a.task; err == nil && stored.Owner != "" && stored.Owner != before.Owner {
		t.fence, t.owner = stored.Fence, stored.Owner
	}
	return stored, err
}

func (a *access) Due(_ context.Context, account string, now time.Time, limit int) ([]ledger.Due, error) {
	if err := a.reads(); err != nil {
		return nil, err
	}
	return a.world.ledger.Due(a.ctx(), account, now, limit)
}

func (a *access) Backlog(_ context.Context, account string, before time.Time) (ledger.Backlog, error) {
	if err := a.reads(); err != nil {
		return ledger.Backlog{}, err
	}
	return a.world.ledger.Backlog(a.ctx(), account, before)
}

func (a *access) Postpone(_ context.Context, d ledger.Due, to time.Time) error {
	return a.writes(func() error { return a.world.ledger.Postpone(a.ctx(), d, to) })
}

func (a *access) List(_ context.Context, f ledger.Filter, yield func(ledger.Entry) bool) error {
	if err := a.reads(); err != nil {
		return err
	}
	return a.world.ledger.List(a.ctx(), f, yield)
}

func (a *access) Lane(_ context.Context, account string) (ledger.Lane, error) {
	if err := a.reads(); err != nil {
		return ledger.Lane{}, err
	}
	return a.world.ledger.Lane(a.ctx(), account)
}

func (a *access) BlockLane(_ context.Context, account string, l ledger.Lane) error {
	a.task.tell("the lane of %s rests until +%s: %s", account, l.BlockedUntil.Sub(epoch), l.Why)
	if a.task.echoed {
		a.world.broken(a.task.key, "%s rests for an echo: %s", account, l.Why)
	}
	of := a.world.account(account)
	if rest := l.BlockedUntil.Sub(a.task.now()); rest > of.bound()+2*skewLimit && !a.world.setSince(a.task.began) {
		a.world.broken(a.task.key, "%s rests for %s", account, rest)
	}
	a.world.noteRest(a.task)
	return a.writes(func() error {
		for _, of := range a.world.named(account) {
			of.restedAt, of.restedBy = a.world.now, a.task
		}
		return a.world.ledger.BlockLane(a.ctx(), account, l)
	})
}

func (a *access) GotThrough(_ context.Context, account string, at time.Time) error {
	return a.writes(func() error {
		for _, of := range a.world.named(account) {
			of.throughAt = a.world.now
		}
		return a.world.ledger.GotThrough(a.ctx(), account, at)
	})
}

func (a *access) EndRest(_ context.Context, account string) error {
	return a.writes(func() error {
		a.world.endRest(account)
		a.world.effect(restEnded)
		return a.world.ledger.EndRest(a.ctx(), account)
	})
}

func (a *access) Resting(_ context.Context, account string) ([]string, error) {
	if err := a.reads(); err != nil {
		return nil, err
	}
	return a.world.ledger.Resting(a.ctx(), account)
}

func (a *access) Note(_ context.Context, account, hash string) (erp.Note, error) {
	if err := a.reads(); err != nil {
		return erp.Note{}, err
	}
	return a.world.ledger.Note(a.ctx(), account, hash)
}

func (a *access) WriteNote(_ context.Context, account, hash string, before, after erp.Note) (kept bool, err error) {
	a.task.noted++
	if a.task.slow {
		a.task.harm() // its time may be over at any moment
	}
	err = a.writes(func() (err error) {
		kept, err = a.world.ledger.WriteNote(a.ctx(), account, hash, before, after)
		return err
	})
	return kept, err
}

// Send puts a message into the queue of its account.
func (a *access) Send(_ context.Context, m queue.Message) error {
	w := a.world
	if err := a.task.point(CrashBeforeSend, a.takes()); err != nil {
		return err
	}
	if a.task.fails(SendRefused) {
		return errThrottled
	}
	if change := w.opts.seams.send; change != nil {
		change(&m)
	}
	if err := w.queue.Send(a.ctx(), m); err != nil {
		return err
	}
	w.in(0, w.poll)
	if a.task.fails(SendResent) {
		if err := w.queue.Send(a.ctx(), m); err != nil {
			return err
		}
	}
	if a.task.fails(Doubled) {
		w.doubled(m)
	}
	if err := a.task.point(CrashAfterSend, a.takes()); err != nil {
		return err
	}
	if a.task.fails(SendLost) {
		return errLost
	}
	return nil
}

// doubled brings a message a second time, as a queue may that only promises to
// deliver at least once.
func (w *world) doubled(m queue.Message) {
	m.Dedup += "'"
	after := w.logarithmic(time.Second, 2*time.Hour)
	w.news(w.byKey[m.Key], after)
	w.in(after, func() {
		if err := w.queue.Send(context.Background(), m); err != nil {
			panic(err)
		}
		w.poll()
	})
}

// ack acknowledges, if nothing goes wrong.
func (a *access) ack(d queue.Delivery) {
	if a.task.point(CrashBeforeAck, a.takes()) != nil || a.task.fails(AckLost) {
		return
	}
	if err := a.world.queue.Ack(a.ctx(), d); err != nil {
		a.task.tell("%v", err)
	}
	a.world.in(0, a.world.poll)
	a.task.crash(CrashAfterAck)
}

// secrets are what Secrets Manager holds.
type secrets map[string]secret.Secret

func newSecrets(stores []store, accounts []*account) secrets {
	s := secrets{}
	for _, c := range stores {
		s["hook/"+c.name] = secret.Secret{Version: "0", Values: map[string]string{secret.SigningKey: c.signingSecret(0)}, Since: epoch.AddDate(0, -1, 0)}
	}
	for _, a := range accounts {
		s[a.secret()] = secret.Secret{Version: "0", Values: map[string]string{"app_key": a.appKeys()[0], "app_secret": a.keys[a.appKeys()[0]]}}
	}
	return s
}

// secret is the name of the account's.
func (a *account) secret() string { return a.kind + "/" + a.name }

// rotate replaces a secret's values.
func (s secrets) rotate(name string, now time.Time, values map[string]string) {
	was := s[name]
	next := maps.Clone(was.Values)
	maps.Copy(next, values)
	s[name] = secret.Secret{Values: next, Previous: was.Values, Since: now, Version: was.Version + "'"}
}

// keepSecret is how long a process remembers a secret, as Secrets Manager's client
// does: after a rotation the ERP refuses what it still calls with.
const keepSecret = 5 * time.Minute

// kept is a secret that a process remembers.
type kept struct {
	secret secret.Secret
	until  time.Time
}

// vault is how a task reads secrets.
type vault struct{ *access }

var _ secret.Store = vault{}

// Get reads a secret, unless the process remembers it. It is what a worker does
// right before it looks at the clock and calls, so it may stand still here.
func (v vault) Get(_ context.Context, name string) (secret.Secret, error) {
	if still := v.task.standsStill(); still > 0 {
		if err := v.task.wait(still); err != nil {
			return secret.Secret{}, err
		}
	}
	if is, ok := v.kept[name]; ok && v.world.now.Before(is.until) {
		return is.secret, nil
	}
	if err := v.task.wait(v.takes()); err != nil {
		return secret.Secret{}, err
	}
	if v.task.fails(NoSecret) {
		v.task.unread()
		return secret.Secret{}, errThrottled
	}
	s, ok := v.world.secrets[name]
	if !ok {
		return secret.Secret{}, secret.ErrNotFound
	}
	if v.kept != nil {
		v.kept[name] = kept{s, v.world.now.Add(keepSecret)}
	}
	return s, nil
}

// Refresh forgets what the process remembers.
func (v vault) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	delete(v.kept, name)
	return v.Get(ctx, name)
}

// secretVersion is what the sweep asks for: it reads no value.
func (a *access) secretVersion(_ context.Context, account string) (string, error) {
	if err := a.task.wait(a.takes()); err != nil {
		return "", err
	}
	if a.task.fails(NoSecret) {
		return "", errThrottled
	}
	return a.world.secrets[a.world.account(account).secret()].Version, nil
}

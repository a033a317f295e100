// Package manager reads secrets from AWS Secrets Manager and keeps them for some
// minutes: a webhook costs no call there, and an outage of Secrets Manager stops
// nothing that was read before.
//
// The one action that a Store needs is secretsmanager:GetSecretValue; Versions needs
// secretsmanager:DescribeSecret, which shows no value.
package manager

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// API is what a store uses of a *secretsmanager.Client.
type API interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Describer is what Versions uses of it.
type Describer interface {
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
}

const (
	// refreshEvery is how often a failed signature may read a name: strangers can make
	// signatures fail.
	refreshEvery = time.Minute
	// spread is how much of a lifetime is left to chance, so that the instances of
	// a function don't read all at once.
	spread = 0.2
)

// Options has a default for each zero field.
type Options struct {
	// TTL is how long a secret that was read is not read again; 5 minutes, up to a
	// fifth less of which is chance.
	TTL time.Duration
	// Retry is how long a missing secret counts as missing, and how long after a
	// failed read no other is tried: the last good values are used, or the error is
	// given again where there are none; 1 minute.
	Retry time.Duration
	// Now is the clock; time.Now.
	Now func() time.Time
	// Chance returns a number from 0 to 1; math/rand's.
	Chance func() float64
	// Log gets to hear of reads that failed; slog.Default().
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.TTL == 0 {
		o.TTL = 5 * time.Minute
	}
	if o.Retry == 0 {
		o.Retry = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Store is a secret.Store on Secrets Manager, safe for concurrent use. Of callers
// that want the same secret at once, one reads and the others wait for it, each as
// long as its own context lasts. It starts no goroutine.
type Store struct {
	client  API
	prefix  string
	options Options

	mu   sync.Mutex
	kept map[string]*kept
}

var _ secret.Store = (*Store)(nil)

// New makes a store of the secrets whose names begin with prefix and a slash.
func New(client API, prefix string, o Options) *Store {
	return &Store{client: client, prefix: strings.TrimSuffix(prefix, "/") + "/", options: o.withDefaults(), kept: map[string]*kept{}}
}

// kept is what is known of one secret. Whoever holds the turn may read it anew
// and change the rest.
type kept struct {
	turn chan struct{}

	// known tells that secret, or that there is none, was read once.
	known  bool
	absent bool
	secret secret.Secret
	// err is what the last read ended in, where nothing is known.
	err error
	// until is how long it is used without a read.
	until time.Time
	// asked is when it was last read, whatever came of it, and refreshed when that was
	// for a failed signature.
	asked, refreshed time.Time
}

// Get returns the secret as it was read within the TTL. If it can't be read now,
// it is what was read last; an error that is not secret.ErrNotFound means that it
// was never read.
func (s *Store) Get(ctx context.Context, name string) (secret.Secret, error) {
	k, err := s.wait(ctx, name)
	if err != nil {
		return secret.Secret{}, err
	}
	defer k.done()
	if !s.options.Now().Before(k.until) {
		s.read(ctx, name, k)
	}
	return k.answer(name)
}

// Refresh reads the secret anew, unless it was read since the caller began, or for a
// failed signature within the minute: then it returns what was read last. A read
// that was made for another, proven call doesn't count, or a secret that is rotated
// right after it would not be found for a minute.
func (s *Store) Refresh(ctx context.Context, name string, began time.Time) (secret.Secret, error) {
	k, err := s.wait(ctx, name)
	if err != nil {
		return secret.Secret{}, err
	}
	defer k.done()
	now := s.options.Now()
	if !k.asked.IsZero() && !k.asked.Before(began) {
		k.refreshed = k.asked
	}
	if now.Sub(k.refreshed) >= refreshEvery || !now.Before(k.until) {
		k.refreshed = now
		s.read(ctx, name, k)
	}
	return k.answer(name)
}

// wait takes the secret's turn.
func (s *Store) wait(ctx context.Context, name string) (*kept, error) {
	s.mu.Lock()
	k, ok := s.kept[name]
	if !ok {
		k = &kept{turn: make(chan struct{}, 1)}
		s.kept[name] = k
	}
	s.mu.Unlock()
	select {
	case k.turn <- struct{}{}:
		return k, nil
	case <-ctx.Done():
		return nil, words.Errorf("wait for the secret %s: %s", name, ctx.Err())
	}
}

func (k *kept) done() { <-k.turn }

// answer copies: nobody changes another's secret.
func (k *kept) answer(name string) (secret.Secret, error) {
	switch {
	case !k.known:
		return secret.Secret{}, k.err
	case k.absent:
		return secret.Secret{}, words.Errorf("%s: %s", name, secret.ErrNotFound)
	}
	found := k.secret
	found.Values, found.Previous = maps.Clone(found.Values), maps.Clone(found.Previous)
	return found, nil
}

// read keeps what Secrets Manager says. If it says nothing, what was known stays
// in force, and is not asked for again for a while: each of those calls would
// keep a store waiting. Where nothing was known and the caller gave up, the next
// one asks: who hangs up must not keep the secret from others.
func (s *Store) read(ctx context.Context, name string, k *kept) {
	found, err := s.fetch(ctx, name)
	if k.err = err; err != nil && !k.known && ctx.Err() != nil {
		return
	}
	now := s.options.Now()
	k.asked = now
	switch {
	case err == nil:
		k.known, k.absent, k.secret = true, false, found
		k.until = now.Add(s.options.TTL - time.Duration(float64(s.options.TTL)*spread*s.options.Chance()))
	case errors.Is(err, secret.ErrNotFound):
		k.known, k.absent, k.secret = true, true, secret.Secret{}
		k.until = now.Add(s.options.Retry)
	default:
		k.until = now.Add(s.options.Retry)
		if k.known {
			s.options.Log.WarnContext(ctx, "a secret can't be read again; what it said before stays in force", "secret", name, "cause", err)
		}
	}
}

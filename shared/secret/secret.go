// Package secret is where keys and tokens come from: Secrets Manager on AWS, a
// file on one machine. Names are without prefix: <kind of ERP>/<account>,
// hook/<connection>, store/<connection>, and notify/<receiver> on one machine.
package secret

import (
	"context"
	"time"

	"github.com/carimbo/carimbo/shared/words"
)

// Secret is one secret's current values, and the former ones where the store
// still knows them.
type Secret struct {
	Values   map[string]string
	Previous map[string]string
	// Since is when the current values came into force; zero if the store can't
	// tell, and then Previous counts for as long as it is there.
	Since time.Time
	// Version tells these values from those before and after; nothing of them can be
	// learned from it.
	Version string
}

// Store gives out secrets.
type Store interface {
	// Get returns the secret. ErrNotFound if there is none.
	Get(ctx context.Context, name string) (Secret, error)
	// Refresh reads the secret anew, at most once a minute and name; sooner it
	// returns what Get would. What was read since the caller began is new: that read
	// counts as the minute's.
	Refresh(ctx context.Context, name string, began time.Time) (Secret, error)
}

// ErrNotFound: there is no secret of that name.
var ErrNotFound = words.Errorf("no such secret")

// SigningKey is the field of hook/<connection> that the platform proves itself
// with, and that of notify/<receiver> by which a notice is proven.
const SigningKey = "signing_secret"

// overlap is how long the former signing secret is still accepted.
const overlap = 24 * time.Hour

// Signing lists the signing secrets that are accepted at now, the current one
// first.
func (s Secret) Signing(now time.Time) []string {
	var keys []string
	if k := s.Values[SigningKey]; k != "" {
		keys = append(keys, k)
	}
	if k := s.Previous[SigningKey]; k != "" && (s.Since.IsZero() || now.Sub(s.Since) < overlap) {
		keys = append(keys, k)
	}
	return keys
}

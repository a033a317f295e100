package sensio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Proofs remember, for good, that an account's look-up has found one of our own
// sales. Only from then on does it prove anything to find none.
type Proofs interface {
	FilterProven(ctx context.Context, account, filter string) (bool, error)
	ProveFilter(ctx context.Context, account, filter string) error
}

// Memory is the part of a ledger that remembers an id by account and hash: it is
// made for customers.
type Memory interface {
	CustomerID(ctx context.Context, account, hash string) (string, error)
	RememberCustomer(ctx context.Context, account, hash, id string) error
}

// ProofsIn keeps proofs in a ledger's memory, under hashes that no customer has:
// theirs are hexadecimal.
func ProofsIn(m Memory) Proofs { return memory{m} }

type memory struct{ Memory }

const proven = "proven"

func (m memory) FilterProven(ctx context.Context, account, filter string) (bool, error) {
	id, err := m.CustomerID(ctx, account, "~filter-"+filter)
	if err != nil {
		return false, fmt.Errorf("read whether the look-up works: %w", err)
	}
	return id == proven, nil
}

func (m memory) ProveFilter(ctx context.Context, account, filter string) error {
	if err := m.RememberCustomer(ctx, account, "~filter-"+filter, proven); err != nil {
		return fmt.Errorf("remember that the look-up works: %w", err)
	}
	return nil
}

// filter identifies the look-up as it is configured: a changed one has to find a
// sale again.
func (c *Client) filter() string {
	l := c.config.LookUp
	sum := sha256.Sum256([]byte(strings.Join([]string{c.config.BaseURL, l.Path, l.Rows, l.ID}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (c *Client) proven(ctx context.Context) (bool, error) {
	if c.proofs == nil {
		return false, nil
	}
	return c.proofs.FilterProven(ctx, c.account, c.filter())
}

// prove remembers. What wasn't remembered is proven by the next sale found; until
// then an empty answer is a person's.
func (c *Client) prove(ctx context.Context) {
	if c.proofs != nil {
		_ = c.proofs.ProveFilter(ctx, c.account, c.filter())
	}
}

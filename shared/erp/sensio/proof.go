package sensio

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
)

// Proofs remember, for good, which of our own sales an account's look-up found
// last. Finding none proves something only while that one is still found.
type Proofs interface {
	// LastFound is zero where the filter has found none.
	LastFound(ctx context.Context, account, filter string) (erp.Reference, error)
	RememberFound(ctx context.Context, account, filter string, ref erp.Reference) error
}

// Memory is the part of a ledger that remembers an id by account and hash: it is
// made for customers.
type Memory interface {
	Customer(ctx context.Context, account, hash string) (erp.CustomerMark, error)
	WriteCustomer(ctx context.Context, account, hash string, before, after erp.CustomerMark) (bool, error)
}

// ProofsIn keeps proofs in a ledger's memory, under hashes that no customer has:
// theirs are hexadecimal.
func ProofsIn(m Memory) Proofs { return memory{m} }

type memory struct{ Memory }

func (m memory) LastFound(ctx context.Context, account, filter string) (erp.Reference, error) {
	kept, err := m.Customer(ctx, account, keyOf(filter))
	if err != nil {
		return erp.Reference{}, fmt.Errorf("read what the look-up found last: %w", err)
	}
	var ref erp.Reference
	if json.Unmarshal([]byte(kept.ID), &ref) != nil {
		return erp.Reference{}, nil // nothing, or of a release that kept no reference
	}
	return ref, nil
}

func (m memory) RememberFound(ctx context.Context, account, filter string, ref erp.Reference) error {
	id, err := json.Marshal(ref)
	if err != nil {
		return fmt.Errorf("remember what the look-up found: %w", err)
	}
	before, err := m.Customer(ctx, account, keyOf(filter))
	if err == nil {
		// Who wrote in between found a sale as well.
		_, err = m.WriteCustomer(ctx, account, keyOf(filter), before, erp.CustomerMark{ID: string(id), Token: rand.Text()})
	}
	if err != nil {
		return fmt.Errorf("remember what the look-up found: %w", err)
	}
	return nil
}

func keyOf(filter string) string { return "~filter-" + filter }

// filter identifies the look-up as it is configured: a changed one has to find a
// sale again.
func (c *Client) filter() string {
	l := c.config.LookUp
	sum := sha256.Sum256([]byte(strings.Join([]string{c.config.BaseURL, l.Path, l.Rows, l.ID}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (c *Client) lastFound(ctx context.Context) (erp.Reference, error) {
	if c.proofs == nil {
		return erp.Reference{}, nil
	}
	return c.proofs.LastFound(ctx, c.account, c.filter())
}

// remember keeps the sale that was found. What wasn't kept is made up for by the
// next sale found; until then the former one counts, or an empty answer is a
// person's.
func (c *Client) remember(ctx context.Context, ref erp.Reference) {
	if c.proofs != nil {
		_ = c.proofs.RememberFound(ctx, c.account, c.filter(), ref)
	}
}

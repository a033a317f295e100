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

// noteOf is the name of a filter's note, which no customer's has: theirs are
// hexadecimal.
func noteOf(filter string) string { return "~filter-" + filter }

// filter identifies the look-up as it is configured: a changed one has to find a
// sale again.
func (c *Client) filter() string {
	l := c.config.LookUp
	parts := []string{c.config.BaseURL, l.Path, l.Rows, l.ID}
	if l.None != nil {
		parts = append(parts, l.None.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// lastFound is which of our own sales the account's look-up found last; zero where it
// has found none. Finding none proves something only while that one is still found.
func (c *Client) lastFound(ctx context.Context) (erp.Reference, error) {
	if c.notes == nil {
		return erp.Reference{}, nil
	}
	kept, err := c.notes.Note(ctx, c.account, noteOf(c.filter()))
	if err != nil {
		return erp.Reference{}, fmt.Errorf("read what the look-up found last: %w", err)
	}
	var ref erp.Reference
	if json.Unmarshal([]byte(kept.ID), &ref) != nil {
		return erp.Reference{}, nil // nothing, or of a release that kept no reference
	}
	return ref, nil
}

// remember keeps the sale that was found, for good. What wasn't kept is made up for by
// the next sale found; until then the former one counts, or an empty answer is a
// person's.
func (c *Client) remember(ctx context.Context, ref erp.Reference) {
	text, err := json.Marshal(ref)
	if c.notes == nil || err != nil {
		return
	}
	name := noteOf(c.filter())
	before, err := c.notes.Note(ctx, c.account, name)
	if err == nil {
		// Who wrote in between found a sale as well.
		_, _ = c.notes.WriteNote(ctx, c.account, name, before, erp.Note{ID: string(text), Token: rand.Text()})
	}
}

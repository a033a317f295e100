package wire

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/words"
)

// Noted is what is kept of one customer, or of another thing that the ERP is asked for, in one
// attempt to know them. Each question is noted before it goes out, until a spacing after its calls may last at the most: so it holds
// whoever dies over it, and of two orders of one buyer one asks.
type Noted struct {
	// Note is what is kept.
	erp.Note
	caller *Caller
	name   string
	// about is what is asked for: "this buyer".
	about words.Text
}

// Noted reads what is kept under the name, a keyed digest. Without notes that is nothing,
// and stays so.
func (c *Caller) Noted(ctx context.Context, name string, about words.Text) (*Noted, error) {
	n := &Noted{caller: c, name: name, about: about}
	if c.notes == nil {
		return n, nil
	}
	var err error
	if n.Note, err = c.notes.Note(ctx, c.account, name); err != nil {
		return nil, fmt.Errorf("read what is known of %s: %w", about, err)
	}
	return n, nil
}

// Early is the answer where a question about them went out a short while ago; its
// kind is empty where one may be asked.
func (n *Noted) Early() erp.Answer {
	if wait := n.QuietUntil.Sub(n.caller.Now()); wait > 0 {
		return n.lately(wait)
	}
	return erp.Answer{}
}

func (n *Noted) lately(wait time.Duration) erp.Answer {
	return erp.Answer{Kind: erp.Early, RetryAfter: wait, Text: words.Say("a question about %s went out a short while ago", n.about)}
}

// Begin notes that something is asked from now on, and what is known meanwhile. Unless the
// answer's kind is empty, nothing may be: another attempt asks, or nothing can be noted.
func (n *Noted) Begin(ctx context.Context, id string) erp.Answer {
	end, ok := ctx.Deadline()
	if !ok {
		end = n.caller.Now().Add(3 * n.caller.limit)
	}
	switch written, err := n.write(ctx, id, end.Add(n.caller.spacing)); {
	case err != nil:
		return erp.Answer{Kind: erp.NotSent, Err: err}
	case !written:
		return n.lately(n.caller.spacing)
	}
	return erp.Answer{}
}

// End notes what is known now, and that nothing is asked for a spacing, or for longer. What
// can't be noted is asked again, when what was noted before allows it.
func (n *Noted) End(ctx context.Context, id string, rest time.Duration) {
	_, _ = n.write(ctx, id, n.caller.Now().Add(max(n.caller.spacing, rest)))
}

// Forget forgets the id, and whatever failed keeps it. When somebody may ask stays.
func (n *Noted) Forget(ctx context.Context) { _, _ = n.write(ctx, "", n.QuietUntil) }

// write tells false where another attempt wrote since ours read or wrote.
func (n *Noted) write(ctx context.Context, id string, quiet time.Time) (bool, error) {
	after := erp.Note{ID: id, QuietUntil: quiet, Token: rand.Text()}
	if n.caller.notes != nil {
		written, err := n.caller.notes.WriteNote(ctx, n.caller.account, n.name, n.Note, after)
		if err != nil {
			return false, fmt.Errorf("note what is known of %s: %w", n.about, err)
		}
		if !written {
			return false, nil
		}
	}
	n.Note = after
	return true, nil
}

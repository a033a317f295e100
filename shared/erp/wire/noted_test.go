package wire_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/words"
)

// noon is far off: a deadline by it is never over.
var noon = time.Date(2126, 11, 21, 12, 0, 0, 0, time.UTC)

// noting has a caller with notes, calls of 30 s and a minute between two questions.
func noting(notes erp.Notes) (*wire.Caller, *clocktest.Clock) {
	clock := clocktest.At(noon)
	return wire.NewCaller("boreal", erp.Options{Account: "conta", Notes: notes, Spacing: time.Minute, Now: clock.Now}, 30*time.Second, 0), clock
}

func read(t *testing.T, c *wire.Caller, want string) *wire.Noted {
	t.Helper()
	n, err := c.Noted(t.Context(), "ab", words.Say("this buyer"))
	if err != nil || n.ID != want {
		t.Fatalf("%+v, %v, want %q", n, err, want)
	}
	return n
}

// waits says for how long nobody may ask.
func waits(t *testing.T, n *wire.Noted, want time.Duration) {
	t.Helper()
	got := n.Early()
	if got.RetryAfter != want || (got.Kind == erp.Early) != (want > 0) || got.Text.IsZero() != (want == 0) {
		t.Errorf("%+v, want to wait %s", got, want)
	}
}

func TestAQuestionIsNotedUntilItsCallsMayHaveEnded(t *testing.T) {
	c, clock := noting(memory.New())
	n := read(t, c, "")
	waits(t, n, 0)
	within, cancel := context.WithDeadline(t.Context(), noon.Add(4*time.Minute))
	defer cancel()
	if got := n.Begin(within, "begun"); got.Kind != "" {
		t.Fatalf("%+v", got)
	}
	waits(t, read(t, c, "begun"), 5*time.Minute)
	clock.Pass(10 * time.Second)
	n.End(t.Context(), "7", 0)
	waits(t, read(t, c, "7"), time.Minute)
	n.End(t.Context(), "7", 3*time.Minute)
	waits(t, n, 3*time.Minute)
	n.Forget(t.Context())
	waits(t, read(t, c, ""), 3*time.Minute)
	// Without a deadline three calls may follow each other.
	if got := n.Begin(t.Context(), ""); got.Kind != "" {
		t.Fatalf("%+v", got)
	}
	waits(t, n, 150*time.Second)
}

func TestOfTwoAttemptsOneAsks(t *testing.T) {
	c, _ := noting(memory.New())
	one, other := read(t, c, ""), read(t, c, "")
	if got := one.Begin(t.Context(), ""); got.Kind != "" {
		t.Errorf("%+v", got)
	}
	if got := other.Begin(t.Context(), "theirs"); got.Kind != erp.Early || got.RetryAfter != time.Minute {
		t.Errorf("%+v", got)
	}
	other.End(t.Context(), "theirs", 0)
	other.Forget(t.Context())
	one.End(t.Context(), "ours", 0)
	read(t, c, "ours")
}

func TestWhatCantBeNotedIsNotAsked(t *testing.T) {
	broken := errors.New("throttled")
	c, _ := noting(failing{memory.New(), broken})
	if _, err := c.Noted(t.Context(), "cd", words.Say("this buyer")); !errors.Is(err, broken) {
		t.Errorf("read: %v", err)
	}
	n := read(t, c, "")
	if got := n.Begin(t.Context(), ""); got.Kind != erp.NotSent || !errors.Is(got.Err, broken) {
		t.Errorf("%+v", got)
	}
	c, _ = noting(nil)
	n = read(t, c, "")
	if got := n.Begin(t.Context(), "7"); got.Kind != "" {
		t.Errorf("without notes: %+v", got)
	}
	read(t, c, "")
}

// failing are notes that can't be written, of which one can't be read.
type failing struct {
	*memory.Ledger
	err error
}

func (f failing) Note(ctx context.Context, account, name string) (erp.Note, error) {
	if name == "cd" {
		return erp.Note{}, f.err
	}
	return f.Ledger.Note(ctx, account, name)
}

func (f failing) WriteNote(context.Context, string, string, erp.Note, erp.Note) (bool, error) {
	return false, f.err
}

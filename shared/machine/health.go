package machine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// healthLimit is how long whoever asks waits: stores and monitors hang up after 3 s.
	healthLimit = 2 * time.Second
	// healthEvery bounds what asking costs, for anybody may ask.
	healthEvery = time.Second
	// minFree is left on the disk for what was accepted to be placed.
	minFree = 64 << 20
)

// Why a machine can't be relied on, for anybody to read: the causes are in the log.
const (
	whyGone       = "The data folder is not the one that was opened: it was deleted, moved or replaced. Nothing is accepted or placed. Stop this server, put the folder back, and start it again."
	whyUnwritable = "The ledger cannot be written now. The log says why."
	whyFull       = "The disk of the data folder has less than 64 MiB left."
)

// errSlow: the write of a probe hangs, for instance behind another process.
var errSlow = errors.New("writing to the ledger takes longer than 2 s")

// Health says in words for anybody why the machine can't be relied on now, or
// nothing. It answers within some 2 s, and writes at most once a second.
func (m *Machine) Health(ctx context.Context) string {
	if m.lost(ctx) != nil {
		return whyGone
	}
	return m.health.ask(ctx)
}

// inPlace is an error when the data folder is not the one that was opened. What was
// seen to be gone stays so, also if somebody puts it back: orders are not placed any
// more.
func (m *Machine) inPlace(ctx context.Context) error {
	if m.gone.Load() {
		return ledgersqlite.ErrGone
	}
	err := m.lock.InPlace()
	if err == nil {
		err = m.ledger.InPlace()
	}
	if errors.Is(err, ledgersqlite.ErrGone) && !m.gone.Swap(true) {
		m.opts.Log.ErrorContext(ctx, "the data folder is not the one that was opened: nothing is accepted and no order is placed any more; stop this server, put the folder back, and start it again", "data", m.opts.Data)
	}
	return err
}

// lost is ErrGone, or nothing: a folder that can't be looked at now may be there.
func (m *Machine) lost(ctx context.Context) error {
	if err := m.inPlace(ctx); errors.Is(err, ledgersqlite.ErrGone) {
		return words.Errorf("place orders from %s: %s", m.opts.Data, err)
	}
	return nil
}

// inPlace is the ledger that placing writes: `creating` can't be written to a folder
// that is gone, and so no create is called.
type inPlace struct {
	ledger.Ledger
	machine *Machine
}

func (l inPlace) Write(ctx context.Context, before, after ledger.Entry) (ledger.Entry, error) {
	if err := l.machine.inPlace(ctx); err != nil {
		return ledger.Entry{}, fmt.Errorf("write %s: %w", after.Key, err)
	}
	return l.Ledger.Write(ctx, before, after)
}

// health probes when somebody asks, one probe at a time, each for all who ask
// within a second.
type health struct {
	// check is the probe: why the machine can't be relied on, and the cause.
	check func(context.Context) (why string, cause error)
	now   func() time.Time
	log   *slog.Logger

	running sync.WaitGroup
	mu      sync.Mutex
	last    *probe
	told    string
}

// probe has its answer when done is closed.
type probe struct {
	done  chan struct{}
	ended time.Time
	why   string
}

func (h *health) ask(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	p := h.probe()
	select {
	case <-p.done:
		return p.why
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) { // and nobody has hung up
			h.tell(whyUnwritable, errSlow)
		}
		return whyUnwritable
	}
}

// probe is the one under way, or a fresh answer, or begins.
func (h *health) probe() *probe {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last != nil && !h.last.stale(h.now()) {
		return h.last
	}
	p := &probe{done: make(chan struct{})}
	h.last = p
	// It outlives whoever asked first: others wait for it too.
	h.running.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), healthLimit)
		defer cancel()
		var cause error
		p.why, cause = h.check(ctx)
		p.ended = h.now()
		h.tell(p.why, cause)
		close(p.done)
	})
	return p
}

func (p *probe) stale(now time.Time) bool {
	select {
	case <-p.done:
		age := now.Sub(p.ended)
		return age < 0 || age >= healthEvery
	default:
		return false
	}
}

// tell logs what changed.
func (h *health) tell(why string, cause error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if why == h.told {
		return
	}
	h.told = why
	if why == "" {
		h.log.Info("this server can be relied on again")
		return
	}
	h.log.Error("this server can't be relied on", "why", why, "cause", cause)
}

// probe writes to the ledger and looks at the disk.
func (m *Machine) probe(ctx context.Context) (why string, cause error) {
	if err := m.inPlace(ctx); err != nil {
		return whyUnwritable, err
	}
	if err := m.ledger.Writable(ctx); err != nil {
		return whyUnwritable, err
	}
	free, err := m.free(m.opts.Data)
	if err == nil && free < minFree {
		return whyFull, fmt.Errorf("%d bytes are left", free)
	}
	return "", nil
}

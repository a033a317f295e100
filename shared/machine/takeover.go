package machine

import (
	"context"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
)

// unseenJump is how far the clock may have been set while nobody watched it: at a
// start, orders of which a call ended less than that ago by the clock are quiet for a
// spacing more.
const unseenJump = 24 * time.Hour

// takeOver lets the leases lapse now of those entries that are chosen, and keeps
// quiet what may not be quiet for long enough by a clock that was set: see
// placing.Restarted. Messages are delivered again, and questions about customers
// count as ended.
func (m *Machine) takeOver(ctx context.Context, from time.Time, chosen func(ledger.Entry) bool) error {
	keys, err := m.ledger.Unsettled(ctx, from)
	if err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	for _, key := range keys {
		e, err := m.ledger.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("take over: %w", err)
		}
		if !chosen(e) {
			continue
		}
		if _, _, err := placing.Apply(ctx, m.ledger, m.rules(e.Account), key, placing.Restarted{From: from}, m.opts.Now); err != nil {
			return fmt.Errorf("take over: %w", err)
		}
	}
	if err := m.ledger.EndQuestions(ctx, m.opts.Now().Add(m.opts.Spacing)); err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	if err := m.queue.Recover(ctx); err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	return nil
}

func (m *Machine) rules(account string) placing.Rules {
	client, known := m.worker.ERP(account)
	return placing.Rules{Spacing: m.opts.Spacing, CanLookUp: !known || client.CanLookUp()}
}

// minded tells whether calls may go out: the clock was not set, or that is taken in
// and a spacing ago. What nobody holds is taken over as soon as the jump is seen; what
// is held, and all rests, when the calls under way have ended. What fails is tried
// again a tick later.
func (m *Machine) minded(ctx context.Context) bool {
	from, jumped := m.clocks.jump()
	if !jumped {
		return m.clocks.steady()
	}
	if !m.jumpTold {
		m.opts.Log.WarnContext(ctx, "the clock of this machine was set: no call goes out until those under way have ended and a spacing is over", "from", from)
		m.jumpTold = true
	}
	busy := m.underWay.Load() > 0
	err := m.takeOver(ctx, from, func(e ledger.Entry) bool { return !busy || e.Lease.IsZero() })
	if err == nil && !busy {
		err = m.endRests(ctx)
	}
	switch {
	case err != nil && ctx.Err() == nil:
		m.opts.Log.ErrorContext(ctx, "what the jump of the clock left behind could not be put right; it is tried again", "cause", err)
	case !busy:
		m.clocks.takenIn(m.opts.Spacing)
		m.jumpTold = false
	}
	return false
}

// endRests: until when an account rests was written by a clock that shows another time
// now. An ERP that still wants the rest says so again.
func (m *Machine) endRests(ctx context.Context) error {
	for account := range m.opts.Connections().ERPs {
		if _, err := placing.Resume(ctx, m.ledger, m.rules(account), account, m.opts.Now); err != nil {
			return err
		}
	}
	return nil
}

// secretVersion is the version of an account's secret as it is now.
func (m *Machine) secretVersion(ctx context.Context, account string) (string, error) {
	s, err := m.opts.Secrets.Get(ctx, m.opts.Connections().ERPs[account].Kind+"/"+account)
	if err != nil {
		return "", nil //nolint:nilerr // without it there is nothing new
	}
	return s.Version, nil
}

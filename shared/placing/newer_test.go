package placing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/stored"
)

// counted is a meter that remembers.
type counted struct {
	quiet
	metrics []string
}

func (c *counted) Count(_ context.Context, m placing.Metric, connection string) {
	c.metrics = append(c.metrics, fmt.Sprint(m, " ", connection))
}

// upgrade has a newer release write the order, as it stands.
func (s *shift) upgrade() ledger.Entry {
	s.t.Helper()
	before := s.entry()
	after := before
	after.V, after.Token = ledger.Version+1, "a newer release's write"
	wrote, err := s.ledger.Write(s.t.Context(), before, after)
	if err != nil {
		s.t.Fatal(err)
	}
	return wrote
}

func TestAMessageOfANewerReleaseIsLeftUnread(t *testing.T) {
	s := newShift(t)
	w, meter := s.worker(), &counted{}
	w.Meter = meter
	for _, m := range []queue.Message{s.paid("Ana", 1), wakeUp()} {
		m.V = queue.Version + 1
		if err := s.handleIn(w, m); !errors.Is(err, stored.ErrNewer) || !strings.Contains(err.Error(), "update this program") {
			t.Errorf("%s: got error %v, want %v", m.Type, err, stored.ErrNewer)
		}
	}
	if _, err := s.ledger.Get(t.Context(), orderKey); !errors.Is(err, ledger.ErrNotFound) || len(s.did) > 0 {
		t.Errorf("it did %q", s.did)
	}
	if diff := cmp.Diff([]string{"NewerVersion checkout", "NewerVersion "}, meter.metrics); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

func TestAnEntryOfANewerReleaseIsLeftAsItIs(t *testing.T) {
	for _, c := range []struct {
		name    string
		message func(*shift) queue.Message
		left    bool
	}{
		{"newer contents", func(s *shift) queue.Message { return s.paid("Bea", 2) }, true},
		{"the same contents", func(s *shift) queue.Message { return s.paid("Ana", 1) }, true},
		{"a reversal", func(s *shift) queue.Message { m := s.paid("Ana", 1); m.Type = queue.Reversed; return m }, true},
		{"a wake-up", func(*shift) queue.Message { return wakeUp() }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShift(t)
			s.client.create = func(erp.Document) erp.Answer { return erp.Answer{Kind: erp.NotSent} }
			s.handles(s.paid("Ana", 1))
			s.isLeft(ledger.Waiting, order.ERPDown)
			before := s.upgrade()
			s.now, s.did = before.Until, nil
			w, meter, log := s.worker(), &counted{}, &bytes.Buffer{}
			w.Meter, w.Log = meter, slog.New(slog.NewTextHandler(log, nil))
			if err := s.handleIn(w, c.message(s)); errors.Is(err, stored.ErrNewer) != c.left || (err != nil) != c.left {
				t.Errorf("got error %v", err)
			}
			if diff := cmp.Diff(before, s.entry()); diff != "" || len(s.did) > 0 {
				t.Errorf("it did %q (-before +after):\n%s", s.did, diff)
			}
			if diff := cmp.Diff([]string{"NewerVersion checkout"}, meter.metrics); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			if said := log.String(); !strings.Contains(said, "level=WARN") || !strings.Contains(said, "newer carimbo") || strings.Contains(said, "level=INFO") {
				t.Errorf("the log says %s", said)
			}
		})
	}
}

// A newer release takes the entry while this one's call is under way, or while it
// breaks off: what came of it is not written, and the message comes again.
func TestWhatANewerReleaseTookUnderWayIsNotWrittenOver(t *testing.T) {
	for name, ending := range map[string]func() erp.Answer{
		"an answer": func() erp.Answer { return erp.Answer{Kind: erp.Created, ID: "7"} },
		"a panic":   func() erp.Answer { panic("a fault of our own") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShift(t)
			var taken ledger.Entry
			s.client.create = func(erp.Document) erp.Answer {
				taken = s.upgrade()
				return ending()
			}
			if err := s.handle(s.paid("Ana", 1)); !errors.Is(err, stored.ErrNewer) {
				t.Errorf("got error %v, want %v", err, stored.ErrNewer)
			}
			if diff := cmp.Diff(taken, s.entry()); diff != "" || s.creates() != 1 {
				t.Errorf("after %d creates (-taken +after):\n%s", s.creates(), diff)
			}
		})
	}
}

func TestNoEventChangesAnEntryOfANewerRelease(t *testing.T) {
	person := placing.Person{By: "ana", Note: "n"}
	wake := placing.Arrival{Message: wakeUp(), Owner: "o", Lease: noon.Add(lease)}
	paid := wake
	paid.Message.Type = queue.Paid
	for _, c := range []struct {
		event placing.Event
		do    placing.Action
	}{
		{wake, placing.Acknowledge},
		{paid, placing.Leave},
		{placing.Restarted{}, placing.Acknowledge},
		{placing.OrderInvalid{Fence: 1}, placing.Leave},
		{placing.FetchFailed{Fence: 1}, placing.Leave},
		{placing.PrepareFailed{Fence: 1}, placing.Leave},
		{placing.Panicked{Fence: 1}, placing.Leave},
		{placing.Prepared{Fence: 1, TimeLeft: true}, placing.Leave},
		{placing.Answered{Fence: 1, Answer: erp.Answer{Kind: erp.Created}}, placing.Leave},
		{placing.LookedUp{Fence: 1, Answer: erp.Answer{Kind: erp.Absent}}, placing.Leave},
		{placing.Retry{Person: person}, placing.Refuse},
		{placing.ResolveAbsent{Person: person}, placing.Refuse},
		{placing.ResolveCreated{Person: person, ID: "7"}, placing.Refuse},
		{placing.Reveal{Person: person}, placing.Refuse},
	} {
		for _, state := range ledger.States() {
			e := ledger.Entry{V: ledger.Version + 1, Key: orderKey, Rev: 3, Account: "estudio", State: state, Fence: 1, Owner: "o",
				Lease: noon.Add(-1), Until: noon.Add(-1), Payload: []byte("{}"), Digest: "d"}
			after, step := placing.Next(looksUp, e, c.event, noon)
			if diff := cmp.Diff(e, after); diff != "" || step.Write || step.Do != c.do {
				t.Errorf("%T of %s: %+v (-before +after):\n%s", c.event, state, step, diff)
			}
			if step.Do == placing.Refuse != strings.Contains(step.Why.String(), "update this program") || step.Do != placing.Refuse && !slices.Contains(step.Metrics, placing.MetricNewerVersion) {
				t.Errorf("%T of %s: nobody sees it: %+v", c.event, state, step)
			}
		}
	}
}

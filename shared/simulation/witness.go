package simulation

import (
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// written looks at each write as it happens. t is whose it is; nil is an operator.
func (w *world) written(t *task, before, after ledger.Entry) {
	w.mix(after.Key)
	s := w.byKey[after.Key]
	if s == nil || after.Rev <= s.rev {
		return // nobody's, or the same write again
	}
	s.rev = after.Rev
	if before.State != after.State || before.Parked() != after.Parked() {
		s.since = w.now
	}
	if before.Rev == 0 {
		s.account = w.accountOf(after.Account, after.ERPKind)
		s.document = s.account.frozen(after)
	}
	if begins(before, after) {
		s.began++
		if t != nil {
			t.creates = true
		}
	}
	w.wakePromptly(after)
	what := stolen(t, before)
	w.noteHolder(t, s, before, after)
	w.noteQuietUntil(t, s, before, after)
	w.noteEffects(t, s, before, after)
	if t != nil && t.echoed && !before.Parked() && after.Parked() && s.account.promised() {
		w.broken(s.key, "parked for an echo: %s", after.Reason.Message)
	}
	if before.State == ledger.Creating {
		if after.State == ledger.Uncertain {
			s.drawn = 0 // that was no rest
		}
		s.unsure = after.State == ledger.Uncertain && unclear(after.Timeline[len(after.Timeline)-1])
	}
	if before.State == ledger.Rejected && after.State == ledger.Waiting {
		s.refusals = nil
	}
	if after.State == ledger.Rejected && after.Reason.Kind == order.Reversed {
		s.stopped = true
	}
	if w.busy && before.State != ledger.Uncertain && after.State == ledger.Uncertain && w.chance(.1) {
		// Somebody can't wait.
		w.in(w.within(2*time.Minute), func() { w.command(s) })
	}
	if s.reversalIn.IsZero() && !after.ReversedAt.IsZero() {
		s.reversalIn = w.now
	}
	w.noteWords(before, after)
	w.noteQuiet(t, before, after)
	for _, what := range []string{what, w.checkDocument(t, s, before, after), w.checkNews(t, s, before, after), w.checkKey(t, s, before, after), w.checkDrawn(t, s, before, after), w.noteSent(s, before, after)} {
		if what != "" {
			w.broken(s.key, "%s (%s -> %s)", what, before.State, after.State)
		}
	}
	for _, rule := range rules {
		if what := rule(w, s, before, after); what != "" {
			w.broken(s.key, "%s (%s -> %s)", what, before.State, after.State)
		}
	}
}

// noteWords counts what a person is told for the first time.
func (w *world) noteWords(before, after ledger.Entry) {
	if strings.Contains(after.Reason.Message.String(), onlyThisOne) && !strings.Contains(before.Reason.Message.String(), onlyThisOne) {
		w.effect(aloneRefused)
	}
	if begins(before, after) && after.Timeline[len(after.Timeline)-1].Did == "warning" {
		w.effect(warnedOf)
	}
	if n := len(after.Timeline); n > len(before.Timeline) && (strings.Contains(after.Reason.Message.String(), ofAnotherERP) || strings.Contains(after.Timeline[n-1].Text.String(), ofAnotherERP)) {
		w.effect(otherERP)
	}
}

// unclear tells whether a create ended without an answer that says what became of
// it.
func unclear(a ledger.Attempt) bool {
	switch erp.AnswerKind(a.Answer) {
	case erp.Lost, erp.Unknown, erp.Redundant, erp.Duplicate:
		return true
	}
	return a.Answer == string(order.Lapsed) || a.Answer == string(order.Panic)
}

// stolen: whoever's claim was lost writes nothing any more.
func stolen(t *task, before ledger.Entry) string {
	if t != nil && t.owner != "" && before.Owner != "" && before.Owner != t.owner {
		return "a holder whose claim was lost still wrote"
	}
	return ""
}

// rules are what holds of every write. Each says what is broken, or nothing.
var rules = []func(w *world, s *sale, before, after ledger.Entry) string{
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if begins(before, after) && !after.ReversedAt.IsZero() {
			return "a create begins though the order is reversed"
		}
		return ""
	},
	(*world).checkBegin,
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if before.State == ledger.Uncertain && !before.Fault.IsZero() && before.Newer == nil && after.State == ledger.Waiting && after.Reason.Kind != order.Retried {
			return "refused in unknown words, and goes out again by itself"
		}
		return ""
	},
	func(w *world, s *sale, before, after ledger.Entry) string {
		if !maySent(before) || maySent(after) || after.State == ledger.Created {
			return ""
		}
		if w.now.Before(s.landing) {
			return "nothing is in the ERP, says the entry, and a create is on its way"
		}
		if w.document(s) != nil {
			return "nothing is in the ERP, says the entry, and the document is there"
		}
		return ""
	},
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if before.Rev > 0 && (before.Account != after.Account || before.ERPKind != after.ERPKind || before.Reference != after.Reference) {
			return "the account or the reference changed"
		}
		return ""
	},
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if before.State == ledger.Created && (after.State != ledger.Created || before.ERPID != after.ERPID) {
			return "what was created is changed"
		}
		return ""
	},
	func(_ *world, _ *sale, _, after ledger.Entry) string {
		if after.Newer != nil && !maySent(after) {
			return "newer contents are kept beside though nothing was sent"
		}
		return ""
	},
	checkRestOf,
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if !before.DismissedAt.IsZero() && !after.DismissedAt.IsZero() && (before.State != after.State || before.ReversedAt != after.ReversedAt || before.Digest != after.Digest) {
			return "something happened to it, and it stays off the list"
		}
		return ""
	},
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if after.State == ledger.Created && !after.ReversedAt.IsZero() && before.ReversedAt.IsZero() && !after.WaitsForPerson() {
			return "the store reversed what was created, and it is on nobody's list"
		}
		return ""
	},
	func(_ *world, _ *sale, before, after ledger.Entry) string {
		if after.Fence < before.Fence {
			return "the fence went back"
		}
		return ""
	},
} // never written to

func begins(before, after ledger.Entry) bool {
	return after.State == ledger.Creating && before.State != ledger.Creating
}

// maySent tells whether something of the order may be in the ERP, as the entry says.
func maySent(e ledger.Entry) bool {
	return e.State == ledger.Creating || e.State == ledger.Uncertain
}

// noteHolder keeps who holds the entry.
func (w *world) noteHolder(t *task, s *sale, before, after ledger.Entry) {
	if before.Owner != "" && s.holder != nil && s.holder != t && !s.holder.dead && !s.holder.over && before.Fence != after.Fence {
		w.effect(holderAlive)
	}
	if t != nil && t.owner == "" && before.Owner != "" && s.holder != nil && !s.holder.dead && !s.holder.over && w.clock().Before(before.Lease) {
		w.effect(metLease)
	}
	if after.Owner != before.Owner {
		s.holder = nil
		if after.Owner != "" && t != nil {
			s.holder = t
		}
	}
}

// noteEffects counts what faults led to.
func (w *world) noteEffects(t *task, s *sale, before, after ledger.Entry) {
	from, to := before.State, after.State
	reversed := before.Rev > 0 && before.ReversedAt.IsZero() && !after.ReversedAt.IsZero()
	if t == nil {
		return // an operator did it
	}
	for _, effect := range [...]struct {
		what string
		is   bool
	}{
		{lapsedUnsure, from == ledger.Creating && to == ledger.Uncertain && after.Reason.Kind == order.Lapsed},
		{foundThere, from == ledger.Uncertain && to == ledger.Created},
		{provenAbsent, from == ledger.Uncertain && to == ledger.Waiting},
		{mendedAlive, from == ledger.Rejected && to == ledger.Waiting && after.Reason.Kind == order.Mended},
		{reversedBefore, reversed && from == ledger.Waiting},
		{reversedAfter, reversed && (maySent(before) || from == ledger.Created)},
		{newerTookOver, before.Newer != nil && to != ledger.Created && after.Newer == nil},
		{metHidden, after.Lessons.Hidden > before.Lessons.Hidden},
		{leftOut, len(after.Lessons.LeftOut) > len(before.Lessons.LeftOut)},
		{cantTell, to == ledger.Rejected && strings.Contains(after.Reason.Message.String(), cantBeTold) && after.Reason != before.Reason},
		{foundAnew, after.Lessons.Gone && !before.Lessons.Gone},
		{keptKind, before.Rev > 0 && from != ledger.Created && to == ledger.Created && w.asksAnother(s)},
		{askedAsSent, from == ledger.Uncertain && (to == ledger.Created || to == ledger.Waiting) && w.asksAnother(s)},
		{moved, before.Rev > 0 && from != ledger.Created && to == ledger.Created && w.config.Connections[s.store.name].Account != after.Account},
	} {
		if effect.is {
			w.effect(effect.what)
		}
	}
}

// told tells whether the entry says that the store changed it too late, in contents
// no older than version.
func told(e ledger.Entry, version int64) bool {
	return e.Version >= version && slices.ContainsFunc(e.Timeline, func(a ledger.Attempt) bool {
		return a.Did == "newer_contents" && a.Became == ledger.Created
	})
}

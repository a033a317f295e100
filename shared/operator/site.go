package operator

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
)

// Site is where orders go on: on one machine, by carimbo serve, or on a stack, whose
// sweep wakes them.
type Site struct {
	// Stack is the stack's name; empty for one machine.
	Stack string
	Now   func() time.Time
	// Zone is in which people read times.
	Zone *time.Location
}

// Soon says when what is due at until goes on: carimbo serve looks every second, a
// stack's sweep every minute, and nothing of an account does while it rests.
func (s Site) Soon(until time.Time, lane ledger.Lane) string {
	at, by := until, ""
	if lane.BlockedUntil.After(at) {
		at, by = lane.BlockedUntil, ", when the ERP account stops resting"
	}
	later := at.After(s.Now())
	switch {
	case s.Stack != "" && later:
		return "within a minute after " + s.Local(at) + by
	case s.Stack != "":
		return "within a minute, when the stack's sweep wakes it"
	case later:
		return "at " + s.Local(at) + " where carimbo serve runs" + by
	}
	return "within a second where carimbo serve runs"
}

// Local is a time as people read it; empty for none. All are in the offset of now,
// so that one InZone is right for each.
func (s Site) Local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	_, offset := s.Now().In(s.Zone).Zone()
	return t.In(time.FixedZone("", offset)).Format("2006-01-02 15:04:05")
}

// InZone is a column's heading with the zone of its times.
func (s Site) InZone(heading string) string {
	return heading + s.Now().In(s.Zone).Format(" (UTC-07:00)")
}

// secret says where the account's key is kept.
func (s Site) secret(kind, account string) string {
	if s.Stack != "" {
		return s.Stack + "/" + kind + "/" + account + " in Secrets Manager"
	}
	return kind + "/" + account + " in the file of secrets"
}

package operator

import (
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// Site is where orders go on: on one machine, by carimbo serve, or on a stack, whose
// sweep wakes them.
type Site struct {
	// Stack is the stack's name; empty for one machine.
	Stack string
	Now   func() time.Time
	// Zone is in which people read times.
	Zone *time.Location
	// Language is the one that they read.
	Language words.Language
}

// Soon says when what is due at until goes on: carimbo serve looks every second, a
// stack's sweep every minute, and nothing of an account does while it rests.
func (s Site) Soon(until time.Time, lane ledger.Lane) words.Text {
	at, rests := until, lane.BlockedUntil.After(until)
	if rests {
		at = lane.BlockedUntil
	}
	later := at.After(s.Now())
	switch {
	case s.Stack != "" && later && rests:
		return words.Say("within a minute after %s, when the ERP account stops resting", s.Local(at))
	case s.Stack != "" && later:
		return words.Say("within a minute after %s", s.Local(at))
	case s.Stack != "":
		return words.Say("within a minute, when the stack's sweep wakes it")
	case later && rests:
		return words.Say("at %s where carimbo serve runs, when the ERP account stops resting", s.Local(at))
	case later:
		return words.Say("at %s where carimbo serve runs", s.Local(at))
	}
	return words.Say("within a second where carimbo serve runs")
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
func (s Site) secret(kind, account string) words.Text {
	if s.Stack != "" {
		return words.Say("%s/%s/%s in Secrets Manager", s.Stack, kind, account)
	}
	return words.Say("%s/%s in the file of secrets", kind, account)
}

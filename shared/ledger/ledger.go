// Package ledger is the table of dedup keys: one entry per connection and order.
// It decides nothing: placing's transition function does, and a ledger writes
// what was decided if and only if the entry is still as it was read.
package ledger

import (
	"context"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Version is the form of the entries that this release writes. A change that a
// release before would misread or lose raises it: an entry is rewritten with the
// fields that its writer knows. v, key, rev, token, connection, account, state and
// received_at keep their names and types for ever, and so does due, which the sweep
// moves whatever the form. Lanes and what is known of customers have none: each of
// their attributes is written alone and read alone, so a new one is lost on nobody.
const Version = 1

// State is where an order stands.
type State string

// Queued is the state of what was accepted and not yet taken from the queue: there is no
// entry of it, and no ledger knows it.
const Queued State = "queued"

// The states. Created is the end, unless a look-up proves that somebody deleted
// the document.
const (
	// Accepted: nothing was sent to the ERP.
	Accepted State = "accepted"
	// Creating: the create call may be under way.
	Creating State = "creating"
	// Created: the document exists, ERPID is its id.
	Created State = "created"
	// Waiting: nothing is in the ERP; it goes on at Until.
	Waiting State = "waiting"
	// Uncertain: it may be in the ERP; looked up at Until, or parked.
	Uncertain State = "uncertain"
	// Rejected: nothing is in the ERP and nothing happens by itself.
	Rejected State = "rejected"
)

// Words is the state as people call it.
func (s State) Words() words.Text {
	switch s {
	case Queued:
		return words.Say("queued")
	case Accepted:
		return words.Say("accepted")
	case Creating:
		return words.Say("creating")
	case Created:
		return words.Say("created")
	case Waiting:
		return words.Say("waiting")
	case Uncertain:
		return words.Say("uncertain")
	case Rejected:
		return words.Say("rejected")
	}
	return words.Plain(string(s))
}

// States lists them all.
func States() []State { return []State{Accepted, Creating, Created, Waiting, Uncertain, Rejected} }

// Entry is all that is known of one order.
type Entry struct {
	// V is the form (Version); an entry above ours must not be written. Prepare sets
	// it.
	V int `json:"v,omitempty"`
	// Key is connection#order id; connection#!digest for what nobody understood.
	Key string `json:"key"`
	// Rev grows with every write; 0 means that there is no entry. Token identifies
	// the last write: one whose answer was lost is recognized by it.
	Rev   int64  `json:"rev"`
	Token string `json:"token"`

	Connection  string `json:"connection"`
	Platform    string `json:"platform"`
	OrderID     string `json:"order_id"`
	StoreNumber string `json:"store_number,omitempty"`
	Total       string `json:"total,omitempty"`
	Currency    string `json:"currency,omitempty"`
	// Customer is initials.
	Customer string `json:"customer,omitempty"`

	// ERPKind, Account and Reference, with the kind of document, are frozen at the first
	// claim (rule 11).
	ERPKind   string        `json:"erp"`
	Account   string        `json:"account"`
	Reference erp.Reference `json:"reference"`

	State  State        `json:"state"`
	Reason order.Reason `json:"reason,omitzero"`
	// Until is when a waiting entry goes on or an uncertain one is looked up; zero
	// on an uncertain entry means parked.
	Until time.Time `json:"until,omitzero"`
	// QuietUntil: no create and no look-up starts before (rule 6).
	QuietUntil time.Time `json:"quiet_until,omitzero"`
	// LookedUpAt is when the last look-up ended.
	LookedUpAt time.Time `json:"looked_up_at,omitzero"`
	// AlreadyThere: the ERP said that our reference exists; an absence proves
	// nothing then (rule 7).
	AlreadyThere bool `json:"already_there,omitempty"`
	// Fault is the text of an unknown fault that still stands: a proven absence
	// makes the entry rejected then, not created again (rule 9).
	Fault words.Text `json:"fault,omitzero"`
	// AssertedID is the document that a person says is ours, until a look-up has
	// shown it.
	AssertedID string `json:"claimed_id,omitempty"`
	// Lessons are what the attempts at these contents have learned of the customer. What a
	// release before ours loses of them is asked, and learned, once more.
	Lessons erp.Lessons `json:"lessons,omitzero"`

	// Fence grows with every claim and with every write that takes the entry away
	// from its holder. Owner and Lease are the live claim's; zero when nobody holds
	// the entry.
	Fence int64     `json:"fence"`
	Owner string    `json:"owner,omitempty"`
	Lease time.Time `json:"lease,omitzero"`
	// Due is when the sweep wakes the entry; zero on created.
	Due time.Time `json:"due,omitzero"`

	// Payload is a packed platform.Payload, Version and Digest are its own. Seen are
	// the digests that were contents of this entry at this Version.
	Payload []byte   `json:"payload,omitempty"`
	Version int64    `json:"version,omitempty"`
	Digest  string   `json:"digest,omitempty"`
	Seen    []string `json:"seen,omitempty"`
	// Newer is kept beside a payload that may be in the ERP (rule 12).
	Newer *Contents `json:"newer,omitempty"`
	// Document is what the last create call asked for, Parts what the webhook had
	// said then; later notices are compared with them.
	Document erp.Mark `json:"document,omitzero"`
	Parts    Parts    `json:"parts,omitzero"`

	// ReversedAt is set while the order counts as reversed; nothing is created
	// then. Reversals are the digests of the reversals that were recorded: one that
	// is delivered again after a person's retry is no new one.
	ReversedAt time.Time `json:"reversed_at,omitzero"`
	Reversals  []string  `json:"reversals,omitempty"`
	// ChangedAt is when the store last changed, of the order whose document is there, what
	// the document carries. See ChangedLater.
	ChangedAt time.Time `json:"changed_at,omitzero"`

	ERPID     string `json:"erp_id,omitempty"`
	ERPNumber string `json:"erp_number,omitempty"`
	// Found: a look-up, not our create's answer, showed the document.
	Found bool `json:"found,omitempty"`

	// Attempts counts the tries, without the waits for a lane. Failures are those
	// in a row since TryingSince, which the back-off counts.
	Attempts int `json:"attempts"`
	Failures int `json:"failures,omitempty"`
	// Rests tells that Until is the end of the account's rest: who ends the rest makes
	// the entry due. OwnRests counts the rests in a row that its own calls drew, the
	// first of them at OwnRestsSince.
	Rests         bool      `json:"rests,omitempty"`
	OwnRests      int       `json:"own_rests,omitempty"`
	OwnRestsSince time.Time `json:"own_rests_since,omitzero"`
	// Doubts counts how often it became uncertain since TryingSince.
	Doubts int `json:"doubts,omitempty"`
	// TryingSince is from when the seven days of patience count: acceptance, or
	// what revived the entry since.
	TryingSince time.Time `json:"trying_since,omitzero"`
	// PaidAt is the best known moment of payment, PaidRank how well it is known.
	PaidAt     time.Time  `json:"paid_at,omitzero"`
	PaidRank   order.Rank `json:"paid_rank,omitempty"`
	ReceivedAt time.Time  `json:"received_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	CreatedAt  time.Time  `json:"created_at,omitzero"`
	// Expires is when a created entry may be forgotten. Never a condition.
	Expires time.Time `json:"expires,omitzero"`

	// DismissedAt is when a person took the entry off their list; zero since anything
	// happened to it afterwards.
	DismissedAt time.Time `json:"dismissed_at,omitzero"`

	Correlation string    `json:"correlation,omitempty"`
	Timeline    []Attempt `json:"timeline,omitempty"`
}

// Contents are a payload with what tells newer from older.
type Contents struct {
	Payload     []byte     `json:"payload,omitempty"`
	Version     int64      `json:"version,omitempty"`
	Digest      string     `json:"digest"`
	StoreNumber string     `json:"store_number,omitempty"`
	PaidAt      time.Time  `json:"paid_at,omitzero"`
	PaidRank    order.Rank `json:"paid_rank,omitempty"`
	// Parts are of these contents, Changed what of them is not as it was sent, in
	// words for a person; empty where they say the same.
	Parts   Parts      `json:"parts,omitzero"`
	Changed words.Text `json:"changed,omitzero"`
	At      time.Time  `json:"at"`
}

// Attempt is one line of the timeline: what was done and what came of it.
type Attempt struct {
	At time.Time `json:"at"`
	// Did is what was asked: notice, place, create, look_up, retry, resolve, ...
	Did string `json:"did"`
	// Answer is the kind of what came back; Text its words, at most 500 bytes with
	// tax ids masked.
	Answer string     `json:"answer,omitempty"`
	Text   words.Text `json:"text,omitzero"`
	// Rule is the rule that decided; Became the state after it.
	Rule   string `json:"rule,omitempty"`
	Became State  `json:"became"`
	// By and Note are a person's.
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
}

// Lane is the state of an account's serial queue.
type Lane struct {
	// BlockedUntil: no call of the account goes out before.
	BlockedUntil time.Time  `json:"blocked_until,omitzero"`
	Why          words.Text `json:"why,omitzero"`
	// Since is when the first of the answers came that had the account rest, with no
	// call let in after it; zero if one was, and in a lane of a former release.
	Since time.Time `json:"since,omitzero"`
	// Through is when an order of the account got through for the first time after its
	// last rest; zero if none did.
	Through time.Time `json:"through,omitzero"`
	// Secret is the version of the account's secret under which it was last sent to
	// rest: another one ends the rest. Empty where it isn't known.
	Secret string `json:"secret,omitempty"`
	// Strikes counts the account faults (a refused key, a missing permission) with no
	// call let in after them: the breaker.
	Strikes int `json:"strikes,omitempty"`
}

// Refused tells whether the ERP refused the account's key, or a permission was
// missing, and no call was let in since. It outlives the rest: only a person mends
// it.
func (l Lane) Refused() bool { return l.Strikes > 0 }

// Backlog is what of an account goes on by itself.
type Backlog struct {
	Orders int
	// Oldest is when the first of them was received; zero if there is none.
	Oldest time.Time
}

// Due is an entry that the sweep may wake.
type Due struct {
	Key string
	At  time.Time
}

// OfNewerRelease tells whether a newer release wrote the entry: what this one reads
// of it may be wrong, so nothing is decided by it.
func (e Entry) OfNewerRelease() bool { return e.V > Version }

// Parked tells whether the entry is uncertain and nothing will look it up.
func (e Entry) Parked() bool { return e.State == Uncertain && e.Until.IsZero() }

// Denied tells whether the document is recorded as created and a person says that
// it is gone: until a look-up has told, it counts as there.
func (e Entry) Denied() bool { return e.State == Uncertain && !e.CreatedAt.IsZero() }

// Tombstone tells whether the entry only remembers a reversal: no contents ever
// came. The digest tells, since a listed entry has no payload.
func (e Entry) Tombstone() bool {
	return e.State == Rejected && e.Reason.Kind == order.Reversed && e.Digest == ""
}

// Leased tells whether somebody holds the entry at now.
func (e Entry) Leased(now time.Time) bool { return now.Before(e.Lease) }

// Ledger stores entries and lanes. The conformance suite is ledgertest. Times
// keep milliseconds.
type Ledger interface {
	// Get returns the entry, strongly consistent. ErrNotFound if there is none. Of
	// one that a newer release wrote it returns what fits: see OfNewerRelease.
	Get(ctx context.Context, key string) (Entry, error)

	// Write replaces before by after if the entry still has before's Rev (0: if
	// there is none), and returns it with its new Rev. ErrChanged if somebody wrote
	// in between, stored.ErrNewer if before is a newer release's. after.Token must
	// be new: when an answer was lost and the same write is sent again, the ledger
	// finds its own token and reports success.
	Write(ctx context.Context, before, after Entry) (Entry, error)

	// Due lists at most limit entries of the account that are due at now, the
	// longest due first.
	Due(ctx context.Context, account string, now time.Time, limit int) ([]Due, error)

	// Backlog tells of the account's entries that are due before the time, whether
	// now or later.
	Backlog(ctx context.Context, account string, before time.Time) (Backlog, error)

	// Postpone moves the due time of an entry that is still due when it was; it
	// touches nothing else. ErrChanged if it is not.
	Postpone(ctx context.Context, d Due, to time.Time) error

	// List calls yield for every entry that the filter selects, in its order, until it
	// returns false. Payloads are absent. ErrVague if too many orders are called as the
	// filter says.
	List(ctx context.Context, f Filter, yield func(Entry) bool) error

	// Lane returns the account's lane, strongly consistent; zero if it never
	// rested.
	Lane(ctx context.Context, account string) (Lane, error)

	// BlockLane extends the lane's rest; an earlier until than the one that stands
	// changes nothing but since, strikes and secret.
	BlockLane(ctx context.Context, account string, l Lane) error

	// GotThrough closes the breaker after a call that the account was let in to at at:
	// neither strikes, since nor secret are remembered then. The rest that stands goes
	// on. Who was let in before the account came to rest, or before another who got
	// through, changes nothing: a process may stand still before it writes.
	GotThrough(ctx context.Context, account string, at time.Time) error

	// EndRest opens the lane. All that is remembered of it afterwards is when an order
	// got through.
	EndRest(ctx context.Context, account string) error

	// Resting lists the keys of the account's entries that wait for its rest to end.
	// It may have keys of entries that don't any more.
	Resting(ctx context.Context, account string) ([]string, error)

	// Note returns what WriteNote kept, strongly consistent; zero if nothing.
	Note(ctx context.Context, account, hash string) (erp.Note, error)

	// WriteNote replaces before by after if before is what is kept, and tells
	// whether it was. after.Token must be new, as an entry's.
	WriteNote(ctx context.Context, account, hash string, before, after erp.Note) (bool, error)
}

var (
	// ErrNotFound: there is no such entry.
	ErrNotFound = words.Errorf("no such order in the ledger")
	// ErrChanged: somebody wrote the entry since it was read.
	ErrChanged = words.Errorf("the entry was changed meanwhile")
	// ErrVague: more than MostFound orders are called so.
	ErrVague = words.Errorf("more than %d orders are called so: give more of the number, or the order's key", MostFound)
)

package ledger

import (
	"cmp"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
)

// MostFound is how many entries a search finds at most. Of a beginning of more numbers than
// that only the number itself is found.
const MostFound = 2000

// Filter selects entries for a list, and says in which order and from where it goes; zero
// fields select everything, the newest first.
type Filter struct {
	State      State
	ReasonKind order.ReasonKind
	Connection string
	// Mine: what waits for a person; see Entry.WaitsForPerson.
	Mine bool
	// Since: what was received then or later.
	Since time.Time
	// Find: what is called so; see Entry.Called.
	Find string

	// From: what comes behind this place, in the order of the list.
	From Place
	// OldestFirst: the order of the list.
	OldestFirst bool

	// Brief: of an entry there has to be what a row of a list shows of it, and the words about
	// it. Of one that was never sent these are its names, where it is and why, and its total.
	Brief bool
}

// Place is where an entry stands in a list: by when it was received and, where that is the
// same, by its key.
type Place struct {
	ReceivedAt time.Time
	Key        string
}

// Place is the entry's.
func (e Entry) Place() Place { return Place{e.ReceivedAt, e.Key} }

// IsZero tells whether it is no place: a list begins at its beginning.
func (p Place) IsZero() bool { return p == Place{} }

// Compare is negative if p is older than q.
func (p Place) Compare(q Place) int {
	return cmp.Or(p.ReceivedAt.Compare(q.ReceivedAt), cmp.Compare(p.Key, q.Key))
}

// Order is negative if p comes before q in the filter's list.
func (f Filter) Order(p, q Place) int {
	if f.OldestFirst {
		return p.Compare(q)
	}
	return q.Compare(p)
}

// Matches tells whether the filter selects the entry.
func (f Filter) Matches(e Entry) bool {
	return (f.State == "" || e.State == f.State) &&
		(f.ReasonKind == "" || e.Reason.Kind == f.ReasonKind) &&
		(f.Connection == "" || e.Connection == f.Connection) &&
		(!f.Mine || e.WaitsForPerson()) &&
		(f.Find == "" || e.Called(f.Find)) &&
		!e.ReceivedAt.Before(f.Since) &&
		(f.From.IsZero() || f.Order(f.From, e.Place()) < 0)
}

// Names are by what an entry is found.
type Names struct {
	// Number is the order's in the store: its beginning is enough.
	Number string
	// Others are those that have to be given whole: the order's id in the store, our code,
	// and the document's id and number. Some may be empty or the same.
	Others []string
}

// Names of the entry, as Name writes them.
func (e Entry) Names() Names {
	return Names{Name(e.StoreNumber), []string{Name(e.OrderID), Name(e.Reference.Code), Name(e.ERPID), Name(e.ERPNumber)}}
}

// Name is a name as names are compared: without the # before it and the spaces around it, and
// in small letters. Only those of ASCII are made small, as databases do it.
func Name(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, strings.TrimRight(strings.TrimLeft(text, "# "), " "))
}

// Sought are the ways to read what somebody typed who looks for an order.
type Sought struct {
	// Key may be the whole key.
	Key string
	// Name is one of the order's, as Name writes it; empty where none was typed.
	Name string
	// Of may be the name of the order's connection or the origin in its reference, where
	// Rest is one of its names.
	Of, Rest string
}

// Seek reads what somebody typed: a name of the order, its key, or one of its names behind
// its connection.
func Seek(typed string) Sought {
	typed = strings.TrimSpace(typed)
	s := Sought{Key: typed, Name: Name(typed)}
	if of, rest, has := strings.Cut(s.Name, "#"); has {
		s.Of, s.Rest = of, Name(rest)
	}
	return s
}

// Called tells whether somebody who typed this may mean the order: its number in the store or
// the beginning of it, its id there, our code, the document's id or number, or its key; in
// any letter case but for the key, with or without a # before it.
func (e Entry) Called(typed string) bool {
	s, names := Seek(typed), e.Names()
	if s.Name == "" {
		return false
	}
	if s.Key == e.Key || strings.HasPrefix(names.Number, s.Name) || names.has(s.Name) {
		return true
	}
	return s.Rest != "" && (s.Of == Name(e.Connection) || s.Of == Name(e.Reference.Orig)) && names.has(s.Rest)
}

func (n Names) has(name string) bool {
	if n.Number == name {
		return true
	}
	for _, other := range n.Others {
		if other == name {
			return true
		}
	}
	return false
}

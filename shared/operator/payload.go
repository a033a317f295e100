package operator

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// NewContents makes the order's new contents of what a file says, which has to be
// about this order. The error is a *Refusal where it isn't.
func NewContents(e ledger.Entry, file string, n platform.Notice, now time.Time) (*ledger.Contents, error) {
	switch {
	case n.OrderID != e.OrderID:
		return nil, refusalOf(e.Key, words.Say("%s is about order %s: give the payload of %s", file, n.OrderID, e.OrderID))
	case n.Status != platform.Paid:
		return nil, refusalOf(e.Key, words.Say("%s (%s) tells of no paid order", file, n.Topic))
	}
	packed, err := n.Payload.Pack()
	if err != nil {
		return nil, err
	}
	if len(packed) > intake.MaxPacked {
		return nil, refusalOf(e.Key, words.Say("%s has more than 300 KiB compressed, which is more than an order may have", file))
	}
	return &ledger.Contents{Payload: packed, Version: n.Version, Digest: n.Payload.Digest(),
		StoreNumber: order.Cut(n.StoreNumber, order.MaxNumber), PaidAt: n.PaidAt, PaidRank: n.PaidRank, At: now}, nil
}

// ValidID tells whether an ERP could have given the id. Where there is no look-up a
// person's word is all there is, and a slip of the hand must not be recorded.
func ValidID(id string) bool {
	return len(id) <= 100 && utf8.ValidString(id) &&
		!strings.ContainsFunc(id, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) })
}

package platform

import (
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// Proof is what a body says of the payment itself. It decides over the name of the
// status, which on some platforms is whatever a shop made up.
type Proof int

// What a body can say of the payment.
const (
	// Untold: it says nothing.
	Untold Proof = iota
	// NeverPaid: it says that no money ever came.
	NeverPaid
	// WasPaid: it says that money came, whatever became of it.
	WasPaid
)

// ProofBy judges by the fields in which a platform gives the time of the payment, as
// they were read: fields that are there and empty say that there was none.
func ProofBy(at time.Time, fields ...loose.Stated) Proof {
	if !at.IsZero() {
		return WasPaid
	}
	proof := Untold
	for _, field := range fields {
		switch {
		case field.Empty():
			proof = NeverPaid
		case field.There:
			return Untold // something that can't be read
		}
	}
	return proof
}

// Cancelled is what a cancellation means: it reverses nothing if nothing was ever
// paid, and a body that doesn't tell is a reversal. What is never paid may be paid
// yet, and a reversal would keep it out for good.
func (p Proof) Cancelled() Status {
	if p == NeverPaid {
		return Neither
	}
	return Reversed
}

// Unnamed is what a status means whose name the platform doesn't know.
func (p Proof) Unnamed() Status {
	if p == WasPaid {
		return Paid
	}
	return Neither
}

// IsZero tells whether the text is an amount, and nothing.
func IsZero(text loose.Text) bool {
	m, err := order.ParseMoney(string(text))
	return err == nil && m.WithoutDust().IsZero()
}

// CheckGiftCard refuses a gift card that is sold, in the field, unless the connection
// creates them. It is money that was changed, and what is bought with it is a sale of
// its own.
func (s Settings) CheckGiftCard(field string) error {
	if s.GiftCards == "create" {
		return nil
	}
	return order.Reject(order.Unsupported, "%s is a gift card that was sold, and what is bought with it will be an order of its own: "+
		"enter it in the ERP by hand if it belongs there, or set gift_cards: create on the connection, then carimbo orders retry", field)
}

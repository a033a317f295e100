package hotmart

import (
	"slices"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// event is what is read of a delivery, in Hotmart's own words.
type event struct {
	Event        loose.Word `json:"event"`
	CreationDate loose.Text `json:"creation_date"`
	Data         struct {
		Product struct {
			ID   loose.Text `json:"id"`
			Name loose.Text `json:"name"`
		} `json:"product"`
		Buyer       buyer        `json:"buyer"`
		Producer    producer     `json:"producer"`
		Purchase    purchase     `json:"purchase"`
		Commissions []commission `json:"commissions"`
	} `json:"data"`
}

type buyer struct {
	Name              loose.Text `json:"name"`
	FirstName         loose.Text `json:"first_name"`
	LastName          loose.Text `json:"last_name"`
	Email             loose.Text `json:"email"`
	CheckoutPhone     loose.Text `json:"checkout_phone"`
	CheckoutPhoneCode loose.Text `json:"checkout_phone_code"`
	Document          loose.Text `json:"document"`
	Address           address    `json:"address"`
}

// producer is all that Hotmart says of who sells: neither address nor e-mail.
type producer struct {
	Name        loose.Text `json:"name"`
	Document    loose.Text `json:"document"`
	LegalNature loose.Text `json:"legal_nature"`
}

type address struct {
	Address      loose.Text `json:"address"`
	Number       loose.Text `json:"number"`
	Complement   loose.Text `json:"complement"`
	Neighborhood loose.Text `json:"neighborhood"`
	City         loose.Text `json:"city"`
	State        loose.Text `json:"state"`
	ZipCode      loose.Text `json:"zipcode"`
	CountryISO   loose.Text `json:"country_iso"`
	Country      loose.Text `json:"country"`
}

type purchase struct {
	Transaction  loose.Text   `json:"transaction"`
	Status       loose.Text   `json:"status"`
	OrderDate    loose.Text   `json:"order_date"`
	ApprovedDate loose.Stated `json:"approved_date"`
	Price        price        `json:"price"`
	Payment      struct {
		Type         loose.Text `json:"type"`
		Installments loose.Text `json:"installments_number"`
		// RefusalReason is there where the payment was refused.
		RefusalReason loose.Text `json:"refusal_reason"`
	} `json:"payment"`
	Offer struct {
		Code loose.Text `json:"code"`
	} `json:"offer"`
	CheckoutCountry struct {
		ISO loose.Text `json:"iso"`
	} `json:"checkout_country"`
}

type price struct {
	Value    loose.Text `json:"value"`
	Currency loose.Text `json:"currency_value"`
}

type commission struct {
	Source loose.Text `json:"source"`
	price
}

func decode(body []byte) (event, error) {
	var e event
	err := platform.Decode(body, &e)
	return e, err
}

func (e event) status() platform.Status {
	switch e.Event {
	case "PURCHASE_APPROVED":
		return platform.Paid
	case "PURCHASE_REFUNDED", "PURCHASE_CHARGEBACK", "PURCHASE_CANCELED":
		if e.Data.Purchase.Status == "PARTIALLY_REFUNDED" {
			return platform.Neither
		}
		if e.Event == "PURCHASE_CANCELED" {
			return e.Data.Purchase.proof().Cancelled()
		}
		return platform.Reversed
	}
	return platform.Neither
}

// wasPaid are the statuses of purchases that were paid once.
var wasPaid = []string{"APPROVED", "COMPLETE", "COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED", "CHARGEBACK", "PROTESTED", "DISPUTE"} // never written to

// proof is approved_date, which every purchase has that was approved, as a boleto has none
// that ran out. Where it isn't there the status may yet be one of what was paid.
func (p purchase) proof() platform.Proof {
	if !p.ApprovedDate.There && (p.Payment.RefusalReason != "" || p.Status != "" && !slices.Contains(wasPaid, string(p.Status))) {
		return platform.NeverPaid
	}
	return platform.ProofBy(timeOf(p.ApprovedDate.Text), p.ApprovedDate)
}

func (e event) checkTransaction() error {
	switch n := len(e.Data.Purchase.Transaction); {
	case n == 0:
		return words.Errorf("data.purchase.transaction is missing")
	case n > order.MaxID:
		return words.Errorf("data.purchase.transaction has %d bytes, more than %d", n, order.MaxID)
	}
	return nil
}

// paid falls back to the time of the event that tells of the payment, and then to the
// order's, so that an old purchase is never taken for one without a date.
func (e event) paid() order.Moment {
	notice := order.Moment{At: timeOf(e.CreationDate), Rank: order.ByNotice, From: "creation_date"}
	if e.status() != platform.Paid {
		notice = order.Moment{}
	}
	return order.BestOf(order.Moment{At: timeOf(e.Data.Purchase.ApprovedDate.Text), Rank: order.ByPayment, From: "data.purchase.approved_date"}, notice,
		order.Moment{At: timeOf(e.Data.Purchase.OrderDate), Rank: order.ByOrder, From: "data.purchase.order_date"},
		order.Moment{At: timeOf(e.CreationDate), Rank: order.ByOrder, From: "creation_date"})
}

// placedAt is when the buyer ordered, or else paid.
func (e event) placedAt() time.Time {
	if t := timeOf(e.Data.Purchase.OrderDate); !t.IsZero() {
		return t
	}
	return e.paid().At
}

func timeOf(date loose.Text) time.Time {
	if ms := millis(date); ms >= firstMillis {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// firstMillis is the year 2000: what is earlier is no date of a purchase, but seconds.
const firstMillis = 946_684_800_000

// maxMillis is the year 9000: later ones can't be written as JSON.
const maxMillis = 221_845_392_000_000

// millis is a date of Hotmart's, in milliseconds; 0 where it is none.
func millis(date loose.Text) int64 {
	ms, err := strconv.ParseInt(string(date), 10, 64)
	if err != nil || ms < 0 || ms > maxMillis {
		return 0
	}
	return ms
}

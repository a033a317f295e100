package generic

import (
	"encoding/json"

	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Platform is a checkout that speaks Carimbo's own format.
type Platform struct{}

// Ping is never true: there is nothing to ask for without a signature.
func (Platform) Ping(platform.Request) bool { return false }

// heading is what Read needs of a body. What is wrong in the order itself is
// Order's to say, once the order's id is known and a mended one can replace it.
type heading struct {
	Type    loose.Word      `json:"type"`
	Version json.RawMessage `json:"version"`
	Order   struct {
		ID       loose.Text   `json:"id"`
		Number   loose.Text   `json:"number"`
		Test     bool         `json:"test"`
		PlacedAt loose.Text   `json:"placed_at"`
		PaidAt   loose.Stated `json:"paid_at"`
		Total    loose.Text   `json:"total"`
	} `json:"order"`
}

// Read says what the request means. An unknown type is neither, whatever else
// the body says.
func (Platform) Read(r platform.Request, _ platform.Settings) (platform.Notice, error) {
	n := platform.Notice{Payload: r.Keep("content-type")}
	h, err := decodeHeading(r.Body)
	if err != nil {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	n.Topic = string(h.Type)
	status := h.status()
	version, err := h.version()
	if err == nil {
		err = checkID(h.Order.ID)
	}
	if err != nil && status != platform.Neither {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	n.Status = status
	n.OrderID = string(h.Order.ID)
	n.StoreNumber = number(h.Order.Number, h.Order.ID)
	paid := h.paid()
	n.PaidAt, n.PaidRank = paid.At, paid.Rank
	n.Test = h.Order.Test
	n.Zero = platform.IsZero(h.Order.Total)
	n.Version = version
	return n, nil
}

func decodeHeading(body []byte) (heading, error) {
	var h heading
	if err := platform.Decode(body, &h); err != nil {
		return heading{}, err
	}
	if h.Type == "" {
		return heading{}, words.Errorf("type is missing")
	}
	return h, nil
}

func (h heading) status() platform.Status {
	switch h.Type {
	case "order.paid":
		return platform.Paid
	case "order.reversed":
		paid, _ := parseTime(h.Order.PaidAt.Text) // zero where it is none
		return platform.ProofBy(paid, h.Order.PaidAt).Cancelled()
	}
	return platform.Neither
}

func (h heading) version() (int64, error) {
	var version int64
	if len(h.Version) > 0 && json.Unmarshal(h.Version, &version) != nil || version < 0 {
		return 0, words.Errorf("version is not a whole number from 0 on")
	}
	return version, nil
}

// paid is zero where Order will reject the time, or there is none.
func (h heading) paid() order.Moment {
	text, rank := h.Order.PaidAt.Text, order.ByPayment
	if text == "" {
		text, rank = h.Order.PlacedAt, order.ByOrder
	}
	t, err := parseTime(text)
	if text == "" || err != nil {
		return order.Moment{}
	}
	return order.Moment{At: t, Rank: rank}
}

func checkID(id loose.Text) error {
	switch n := len(id); {
	case n == 0:
		return words.Errorf("order.id is missing")
	case n > order.MaxID:
		return words.Errorf("order.id has %d bytes, more than %d", n, order.MaxID)
	}
	return nil
}

func number(number, id loose.Text) string {
	if number == "" {
		return string(id)
	}
	return string(number)
}

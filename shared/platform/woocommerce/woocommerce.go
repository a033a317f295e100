package woocommerce

import (
	"regexp"
	"strings"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Platform is WooCommerce.
type Platform struct{}

const topicHeader = "x-wc-webhook-topic"

var pingBody = regexp.MustCompile(`^webhook_id=[0-9]{1,20}$`)

// Ping is the unsigned form that a webhook posts when it is first saved: any
// answer but 200 makes WooCommerce show an error.
func (Platform) Ping(r platform.Request) bool {
	return r.Header[signatureHeader] == "" && pingBody.Match(r.Body)
}

// Read says what the request means. The body alone decides, since it alone is
// signed: the topic names what has no order's fields.
func (Platform) Read(r platform.Request, _ platform.Settings) (platform.Notice, error) {
	n := platform.Notice{Payload: r.Keep("content-type", topicHeader)}
	o, err := decode(r.Body)
	if err != nil {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	topic := r.Header[topicHeader]
	whole, ofOrders := o.isOrder(r.Body), topic == "" || strings.HasPrefix(topic, "order.")
	if !whole && !ofOrders {
		n.Status, n.Topic, n.OrderID = platform.Neither, topic, string(o.ID)
		return n, nil
	}
	if err := platform.CheckNumericID(o.ID); err != nil {
		return n, words.Errorf("%s: %s", platform.ErrNotUnderstood, err)
	}
	if err := platform.CheckStatus(whole, o.Status != ""); err != nil {
		return n, err
	}
	n.Status = o.status()
	n.OrderID = string(o.ID)
	n.StoreNumber = o.number()
	paid := o.paid()
	n.PaidAt, n.PaidRank = paid.At, paid.Rank
	n.Zero = platform.IsZero(o.Total)
	n.Version = o.version()
	if n.Topic = topic; topic == "" {
		n.Topic = "order"
	}
	return n, nil
}

package platformtest

import (
	"bytes"
	"errors"
	"maps"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/platform"
)

// changedByStrangers are requests with the same proof and the same body, and
// whatever else can be changed on the way: nothing of it is signed.
func (c Case) changedByStrangers(r platform.Request) []platform.Request {
	query := r
	query.Query = url.Values{"x": {"1"}, "status": {"paid"}, "topic": {"orders/cancelled"}, "id": {"1"}}
	header := r
	header.Header = maps.Clone(r.Header)
	for _, name := range []string{"content-type", "x-topic", "x-event", "x-order-id", "version", "date"} {
		header.Header[name] = "PURCHASE_REFUNDED"
	}
	changed := []platform.Request{query, header}
	for _, topic := range c.topics() {
		other := r
		other.Header = maps.Clone(r.Header)
		other.Header[c.Topic] = topic
		changed = append(changed, other)
	}
	return changed
}

func (c Case) topics() []string {
	if c.Topic == "" {
		return nil
	}
	return append([]string{"", "x/y", "products/update"}, c.Topics...)
}

// decided is what a notice decides: the time of the payment, which a topic may
// tell, and the topic itself are not in it.
type decided struct {
	Status           platform.Status
	OrderID, Number  string
	Test             bool
	Version          int64
	Digest           string
	NotUnderstood    bool
	KeptBodyIsWhole  bool
	KeptBodyIsPacked bool
}

func (c Case) decide(t testing.TB, r platform.Request) decided {
	t.Helper()
	n, err := c.Platform.Read(r, c.Settings)
	if err != nil && !errors.Is(err, platform.ErrNotUnderstood) {
		t.Fatalf("Read: %v", err)
	}
	_, packErr := n.Payload.Pack()
	return decided{n.Status, n.OrderID, n.StoreNumber, n.Test, n.Version, n.Payload.Digest(), err != nil,
		bytes.Equal(n.Payload.Body, r.Body), packErr == nil}
}

func (c Case) unsigned(t *testing.T) {
	for _, body := range append([][]byte{c.Paid, c.Reversed, c.Neither}, c.Silent...) {
		r := c.Platform.Sign(body, c.Secret, now)
		want := c.decide(t, r)
		for _, changed := range c.changedByStrangers(r) {
			c.verify(t, "with unsigned parts changed", changed, []string{c.Secret}, now, nil)
			if diff := cmp.Diff(want, c.decide(t, changed)); diff != "" {
				t.Errorf("%s %q, query %v: something unsigned decides:\n%s", c.Topic, changed.Header[c.Topic], changed.Query, diff)
			}
		}
	}
}

func (c Case) silent(t *testing.T) {
	if len(c.Silent) == 0 {
		t.Fatal("the case has no order without a status")
	}
	for _, body := range c.Silent {
		r := c.Platform.Sign(body, c.Secret, now)
		for _, r := range append(c.changedByStrangers(r), r) {
			n, err := c.Platform.Read(r, c.Settings)
			if !errors.Is(err, platform.ErrNotUnderstood) || n.Status != "" {
				t.Errorf("%.60s: topic %q: %q, %v", body, r.Header[c.Topic], n.Status, err)
			}
			if !bytes.Equal(n.Payload.Body, body) {
				t.Errorf("%.60s: kept as %.60s", body, n.Payload.Body)
			}
		}
	}
}

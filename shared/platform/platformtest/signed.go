package platformtest

import (
	"bytes"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
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

// FuzzVerifyThenRead feeds whole requests, as strangers may send them, to Verify and
// then to Read: any body, any topic, another header, a query, and a proof of their
// own making.
func FuzzVerifyThenRead(f *testing.F, c Case) {
	bodies := slices.Concat([][]byte{c.Paid, c.Reversed, c.Neither}, c.Silent, Garbage[:len(Garbage)-2])
	for i, body := range bodies {
		topics := append(c.topics(), "")
		f.Add(body, topics[i%len(topics)], "x-event", "order.reversed", "x=1&hottok=y", "v1,=")
	}
	f.Fuzz(func(t *testing.T, body []byte, topic, name, value, query, proof string) {
		r := c.Platform.Sign(body, c.Secret, now)
		genuine := c.Platform.Verify(r, []string{c.Secret}, now) == nil
		if !genuine && c.SignsBody {
			t.Fatal("what Sign signed is not genuine")
		}
		changed := r
		changed.Header = maps.Clone(r.Header)
		if _, signed := r.Header[name]; !signed {
			changed.Header[name] = value
		}
		if c.Topic != "" {
			changed.Header[c.Topic] = topic
		}
		changed.Query, _ = url.ParseQuery(query)
		if got := c.Platform.Verify(changed, []string{c.Secret}, now) == nil; got != genuine {
			t.Fatalf("genuine is %t, and %t with unsigned parts changed", genuine, got)
		}
		for _, wrong := range [][]string{nil, {""}, {c.Other}, {c.Other, ""}} {
			if c.Platform.Verify(changed, wrong, now) != platform.ErrSignature {
				t.Fatalf("%q proves what another secret signed", wrong)
			}
		}
		c.ownProof(t, r, proof)
		c.sameDecision(t, c.decide(t, r), c.decide(t, changed))
	})
}

// ownProof puts the stranger's text in the place of each part of the proof.
func (c Case) ownProof(t *testing.T, r platform.Request, proof string) {
	for part, right := range r.Header {
		if part == "content-type" || part == c.Topic || strings.Contains(proof, right) || bytes.Contains(r.Body, []byte(c.Secret)) {
			continue
		}
		forged := r
		forged.Header = maps.Clone(r.Header)
		forged.Header[part] = proof
		if c.Platform.Verify(forged, []string{c.Other, c.Secret}, now) != platform.ErrSignature {
			t.Fatalf("%q in %s proves something", proof, part)
		}
	}
}

// sameDecision: a topic may name what has no order's fields, and nothing more.
func (c Case) sameDecision(t *testing.T, plain, changed decided) {
	decides := func(d decided) bool { return d.Status == platform.Paid || d.Status == platform.Reversed }
	if diff := cmp.Diff(plain, changed); diff != "" && (decides(plain) || decides(changed) || plain.Digest != changed.Digest) {
		t.Fatalf("something unsigned decides:\n%s", diff)
	}
}

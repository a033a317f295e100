package intake_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
)

// everyPlatform has one connection of each, with the platform's own name.
const everyPlatform = `{
	"erps": {"estudio": {"kind": "omie"}},
	"connections": {
		"generic": {"platform": "generic", "erp": "estudio", "since": "2020-01-01"},
		"hotmart": {"platform": "hotmart", "erp": "estudio", "since": "2020-01-01"},
		"shopify": {"platform": "shopify", "erp": "estudio", "since": "2020-01-01"},
		"woocommerce": {"platform": "woocommerce", "erp": "estudio", "since": "2020-01-01"}
	}
}`

const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// sent is a queue that remembers.
type sent struct{ messages []queue.Message }

func (s *sent) Send(_ context.Context, m queue.Message) error {
	s.messages = append(s.messages, m)
	return nil
}

// take is what a genuine call is answered and what of it is queued.
func take(t *testing.T, name string, r platform.Request) (intake.Response, []queue.Message) {
	t.Helper()
	cfg, err := connection.Parse([]byte(everyPlatform))
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]secret.Secret{"hook/" + name: {Values: map[string]string{secret.SigningKey: key}}}
	q := &sent{}
	in := &intake.Intake{Connections: func() connection.Config { return cfg }, Platform: registry.Get, Secrets: &store{secrets: secrets},
		Queue: func(connection.Account) queue.Sender { return q }, Now: func() time.Time { return now }, Meter: nothing{}, Log: slog.New(slog.DiscardHandler)}
	answer := in.Take(t.Context(), name, r, strings.Repeat("id", 500))
	return answer, q.messages
}

func signed(t *testing.T, name string, body []byte) platform.Request {
	t.Helper()
	p, ok := registry.Get(name)
	if !ok {
		t.Fatalf("%s is not built in", name)
	}
	return p.Sign(body, key, now)
}

func paid(t *testing.T, name string) []byte {
	t.Helper()
	file := map[string]string{"generic": "order_paid.json", "hotmart": "purchase_approved.json", "shopify": "order_paid.json", "woocommerce": "order_processing.json"}[name]
	b, err := os.ReadFile(filepath.Join("..", "..", "events", "payloads", name, file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAHeaderOrAQueryNeverChangesWhatIsQueued(t *testing.T) {
	for _, name := range registry.Names() {
		r := signed(t, name, paid(t, name))
		_, plain := take(t, name, r)
		if len(plain) != 1 || plain[0].Type != queue.Paid {
			t.Fatalf("%s: queued %+v", name, plain)
		}
		query := r
		query.Query = url.Values{"x": {"1"}, "status": {"refunded"}}
		others := []platform.Request{query}
		for _, topic := range []string{"orders/cancelled", "refunds/create", "order.deleted", "coupon.created", "action.x", "", strings.Repeat("x", 4000)} {
			other := r
			other.Header = maps.Clone(r.Header)
			other.Header["x-shopify-topic"], other.Header["x-wc-webhook-topic"], other.Header["x-topic"] = topic, topic, topic
			others = append(others, other)
		}
		for _, other := range others {
			_, got := take(t, name, other)
			if len(got) != 1 || got[0].Type != queue.Paid || got[0].Key != plain[0].Key || got[0].Digest != plain[0].Digest || got[0].Version != plain[0].Version {
				t.Errorf("%s, topic %.40q, query %v: queued %+v", name, other.Header["x-topic"], other.Query, got)
			}
		}
	}
}

func TestAnOrderWithoutAStatusIsKeptAndNotIgnored(t *testing.T) {
	for name, c := range map[string]struct{ body, topic string }{
		"shopify":     {`{"id":450789469,"line_items":[{"sku":"A"}],"total_price":"10.00"}`, "orders/paid"},
		"woocommerce": {`{"id":4127,"total":"10.00","status":""}`, "order.updated"},
		"hotmart":     {`{"data":{"purchase":{"transaction":"HP1","price":{"value":10}}}}`, ""},
		"generic":     {`{"order":{"id":"a","total":"10.00"}}`, ""},
	} {
		r := signed(t, name, []byte(c.body))
		r.Header["x-shopify-topic"], r.Header["x-wc-webhook-topic"] = c.topic, c.topic
		answer, got := take(t, name, r)
		if answer.Answer.Status != "accepted" || len(got) != 1 || got[0].Type != queue.Raw {
			t.Errorf("%s: answered %+v, queued %+v", name, answer.Answer, got)
		}
	}
	for topic, body := range map[string]string{"order.deleted": `{"id":4127}`, "coupon.created": `{"id":719,"code":"10off","status":"publish"}`} {
		r := signed(t, "woocommerce", []byte(body))
		r.Header["x-wc-webhook-topic"] = topic
		if answer, got := take(t, "woocommerce", r); answer.Answer.Status != "ignored" || len(got) != 0 {
			t.Errorf("%s: answered %+v, queued %+v", topic, answer.Answer, got)
		}
	}
}

func TestWhatIsQueuedOfACallIsBounded(t *testing.T) {
	long := strings.Repeat("é", 40_000)
	for name, c := range map[string]struct{ from, to string }{
		"shopify":     {`"name": "#`, `"name": "` + long + `#`},
		"woocommerce": {`"number": "4127"`, `"number": "` + long + `"`},
		"generic":     {`"number": "`, `"number": "` + long},
	} {
		r := signed(t, name, edit(t, paid(t, name), c.from, c.to))
		r.Header["x-shopify-topic"], r.Header["x-wc-webhook-topic"] = "orders/paid"+long, "order.updated"+long
		_, got := take(t, name, r)
		if len(got) != 1 || got[0].Type != queue.Paid {
			t.Fatalf("%s: queued %+v", name, got)
		}
		m := got[0]
		if n := len(m.StoreNumber); n == 0 || n > order.MaxNumber || !strings.HasPrefix(m.StoreNumber, "é") {
			t.Errorf("%s: the number has %d bytes", name, n)
		}
		if len(m.Topic) > 64 || len(m.Correlation) > 128 || len(m.Key) > 260 {
			t.Errorf("%s: the topic has %d bytes, the correlation %d, the key %d", name, len(m.Topic), len(m.Correlation), len(m.Key))
		}
		p, err := platform.Unpack(m.Payload)
		if err != nil || !bytes.Equal(p.Body, r.Body) {
			t.Errorf("%s: the body was changed (%v)", name, err)
		}
	}
}

package functions_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
)

// purchase is a paid Hotmart purchase as the sample has it, of another buyer and
// with another transaction.
type purchase struct {
	connection, transaction, document, name, email string
	body                                           string
}

func (p purchase) key() string { return p.connection + "#" + p.transaction }

// bought numbers the purchases of all tests.
var bought atomic.Int64

// buys is a purchase that nobody made before.
func (s *stack) buys(connection string) purchase {
	s.t.Helper()
	n := int(bought.Add(1))
	p := purchase{connection: connection, transaction: fmt.Sprintf("HP%07d", n), document: cpf(n)}
	sample, err := payloads.FS.ReadFile("hotmart/purchase_approved.json")
	if err != nil {
		s.t.Fatal(err)
	}
	var event struct {
		Data struct {
			Buyer struct{ Name, Email, Document string }
		}
	}
	if err := json.Unmarshal(sample, &event); err != nil || event.Data.Buyer.Document == "" {
		s.t.Fatalf("the sample's buyer: %+v, %v", event, err)
	}
	p.name, p.email = event.Data.Buyer.Name, event.Data.Buyer.Email
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	p.body = strings.NewReplacer(event.Data.Buyer.Document, p.document, "HP2640917385", p.transaction,
		"1795273204381", now, "1795273200000", now, "1795273083000", now).Replace(string(sample))
	s.mu.Lock()
	s.shown = append(s.shown, p)
	s.mu.Unlock()
	return p
}

// cpf makes the nth CPF of nobody, with right check digits.
func cpf(n int) string {
	digits := fmt.Sprintf("%09d", 200000000+n*7919)
	for range 2 {
		sum := 0
		for i, d := range digits {
			sum += int(d-'0') * (len(digits) + 1 - i)
		}
		check := 11 - sum%11
		if check > 9 {
			check = 0
		}
		digits += strconv.Itoa(check)
	}
	return digits
}

// delivered is the event that API Gateway makes when Hotmart delivers the
// purchase; each delivery is a request of its own.
func (p purchase) delivered(t *testing.T, signedWith string) string {
	t.Helper()
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "ANY /webhooks/{connection}", RawPath: "/webhooks/" + p.connection,
		Headers:        hotmart.Platform{}.Sign([]byte(p.body), signedWith, time.Now()).Header,
		PathParameters: map[string]string{"connection": p.connection}, Body: p.body}
	event.RequestContext.Stage, event.RequestContext.RequestID = "$default", "gw-"+rand.Text()
	event.RequestContext.HTTP.Method = http.MethodPost
	b, err := json.Marshal(event)
	if err != nil {
		t.Errorf("make an event: %v", err)
	}
	return string(b)
}

// status is what the store gets to hear; 0 if nothing.
func status(webhook invoker, event string) int {
	said, err := webhook.invoke(event)
	if err != nil {
		return 0
	}
	var answer events.APIGatewayV2HTTPResponse
	if json.Unmarshal([]byte(said), &answer) != nil || answer.StatusCode == http.StatusOK && !strings.Contains(answer.Body, `"accepted"`) {
		return 0
	}
	return answer.StatusCode
}

// accepts delivers purchases, each of which must be answered 200 accepted. As a
// store does, it delivers again what was answered 503: on a busy machine the one
// moto that all tests share may take longer than a store waits.
func (s *stack) accepts(webhook invoker, purchases ...purchase) {
	s.t.Helper()
	for _, p := range purchases {
		got := http.StatusServiceUnavailable
		for tries := 0; got == http.StatusServiceUnavailable && tries < 5; tries++ {
			got = status(webhook, p.delivered(s.t, hottok))
		}
		if got != http.StatusOK {
			s.t.Errorf("%s was answered %d\n%s", p.key(), got, s.log())
		}
	}
}

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
	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// purchase is a paid order as a platform's sample has it, of another buyer and
// with ids of its own.
type purchase struct {
	connection, platform string
	// id is the platform's, number what the merchant sees.
	id, number, document, name, email, total string
	body                                     string
}

func (p purchase) key() string { return p.connection + "#" + p.id }

// sample is a payload of a platform: what in it would be the same twice.
type sample struct {
	file string
	// ids are each replaced by one of the format beside it; the first is the order's,
	// the last the number that the merchant sees.
	ids       [][2]string
	documents []string
	// moments are replaced by now.
	moments            []string
	name, email, total string
}

var samples = map[string]sample{
	"hotmart": {file: "hotmart/purchase_approved.json", ids: [][2]string{{"HP2640917385", "HP%07d"}}, documents: []string{"38491726519"},
		moments: []string{"1795273204381", "1795273200000", "1795273083000"},
		name:    "Helena Prado", email: "helena.prado@correio.example", total: "497.00"},
	"shopify": {file: "shopify/order_paid.json", ids: [][2]string{{"6120438815907", "61%011d"}, {"#1048", "#2%06d"}}, documents: []string{"514.830.297-60"},
		name: "Beatriz Furtado", email: "beatriz.furtado@correio.example", total: "302.52"},
	"woocommerce": {file: "woocommerce/order_processing.json", ids: [][2]string{{"4127", "3%06d"}}, documents: []string{"72640518380", "726.405.183-80"},
		name: "Caio Bittencourt", email: "caio.bittencourt@correio.example", total: "206.26"},
}

// bought numbers the purchases of all tests.
var bought atomic.Int64

// buys is a purchase that nobody made before; changes are more of the sample, each
// with what replaces it.
func (s *stack) buys(connection string, changes ...string) purchase {
	s.t.Helper()
	n := int(bought.Add(1))
	p := purchase{connection: connection, platform: s.configured.Connections[connection].Platform, document: cpf(n)}
	of := samples[p.platform]
	p.name, p.email, p.total = of.name, of.email, of.total
	for i, id := range of.ids {
		p.number = fmt.Sprintf(id[1], n)
		if i == 0 {
			p.id = p.number
		}
		changes = append(changes, id[0], p.number)
	}
	for _, document := range of.documents {
		changes = append(changes, document, p.document)
	}
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	for _, moment := range of.moments {
		changes = append(changes, moment, now)
	}
	p.body = s.changed(of, changes)
	s.mu.Lock()
	s.shown = append(s.shown, p)
	s.mu.Unlock()
	return p
}

// changed is the sample's text with all changes, each of which has to be one.
func (s *stack) changed(of sample, changes []string) string {
	s.t.Helper()
	b, err := payloads.FS.ReadFile(of.file)
	if err != nil {
		s.t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			s.t.Fatalf("%s has no %s", of.file, changes[i])
		}
	}
	return strings.NewReplacer(changes...).Replace(text)
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

// delivered is the event that API Gateway makes when the store delivers the
// purchase; each delivery is a request of its own.
func (p purchase) delivered(t *testing.T, signedWith string) string {
	t.Helper()
	platform, ok := registry.Get(p.platform)
	if !ok {
		t.Errorf("%s is of no platform", p.connection)
		return ""
	}
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "ANY /webhooks/{connection}", RawPath: "/webhooks/" + p.connection,
		Headers:        platform.Sign([]byte(p.body), signedWith, time.Now()).Header,
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
		for began := time.Now(); got == http.StatusServiceUnavailable && time.Since(began) < clocktest.Hang; {
			got = status(webhook, p.delivered(s.t, hottok))
		}
		if got != http.StatusOK {
			s.t.Errorf("%s was answered %d\n%s", p.key(), got, s.log())
		}
	}
}

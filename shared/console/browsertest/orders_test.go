//go:build !race

package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// The orders that the script looks for.
const (
	unmapped = "cursos#HP2640918822"
	wrongCPF = "cursos#HP2640920176"
	mapped   = "cursos#HP2640917385"
	hostile  = "loja-online#6120438815999"
	// turma is an SKU of many orders that isn't mapped.
	turma = "TURMA-NOVA"
	many  = 60 // more than a page has
)

// markup is what runs wherever it gets into a page as it is; out of an attribute as well.
const markup = `<script>ran=1</script><b>"><img src=/ran onerror=ran=1>`

// script is the part of it that stays the same between quotes.
const script = "<script>ran=1</script><b>"

// send posts a payload as the connection's platform does, and expects the status.
func (s *shop) send(connection, platform string, body any, status int) {
	s.t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // as no store does
	if err := enc.Encode(body); err != nil {
		s.t.Fatal(err)
	}
	p, ok := registry.Get(platform)
	if !ok {
		s.t.Fatalf("there is no platform %s", platform)
	}
	signed := p.Sign(text.Bytes(), s.secret(connection), time.Now())
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/webhooks/"+connection, bytes.NewReader(signed.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range signed.Header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != status {
		s.t.Fatalf("%s answers %d, and not %d", connection, answer.StatusCode, status)
	}
}

// secret is what the connection's store signs with.
func (s *shop) secret(connection string) string {
	s.t.Helper()
	var all map[string]map[string]string
	if err := yaml.Unmarshal([]byte(s.read("secrets.yaml")), &all); err != nil {
		s.t.Fatal(err)
	}
	return all["hook/"+connection]["signing_secret"]
}

// sample is a payload of the samples, as if it were paid a minute ago.
func (s *shop) sample(name string) map[string]any {
	s.t.Helper()
	text, err := payloads.FS.ReadFile(name)
	if err != nil {
		s.t.Fatal(err)
	}
	var body map[string]any
	if err := json.Unmarshal(text, &body); err != nil {
		s.t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second).Add(-time.Minute)
	if shifted, ok := redated(body, now).(map[string]any); ok {
		return shifted
	}
	return body
}

// redated has each time in it be now, in the zone that it was in.
func redated(v any, now time.Time) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = redated(value, now)
		}
	case []any:
		for i, value := range v {
			v[i] = redated(value, now)
		}
	case float64:
		if v > 1.7e12 && v < 1.9e12 && v == math.Trunc(v) { // milliseconds of these years
			return now.UnixMilli()
		}
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return now.In(at.Location()).Format(time.RFC3339)
		}
		if _, err := time.Parse("2006-01-02T15:04:05", v); err == nil {
			return now.UTC().Format("2006-01-02T15:04:05")
		}
	}
	return v
}

// demoData are the orders of a day, of four stores: most were created, two wait for a
// person, and one call became none.
func (s *shop) demoData() {
	s.t.Helper()
	old := redated(s.sample("woocommerce/order_processing.json"), time.Date(2025, 12, 1, 12, 0, 0, 0, time.UTC))
	s.send("loja-wp", "woocommerce", old, http.StatusOK)
	s.send("loja-online", "shopify", s.sample("shopify/order_paid.json"), http.StatusOK)
	s.send("turmas", "generic", bulk(7, "CURSO-GO"), http.StatusOK)
	s.send("cursos", "hotmart", s.sample("hotmart/purchase_approved.json"), http.StatusOK)
	s.send("cursos", "hotmart", s.sample("hotmart/purchase_approved_wrong_tax_id.json"), http.StatusOK)
	s.send("cursos", "hotmart", s.sample("hotmart/purchase_approved_unmapped.json"), http.StatusOK)
	s.send("turmas", "generic", bulk(8, "CURSO-GO"), http.StatusOK)
}

// hostileOrder has markup wherever a buyer or a store may write.
func (s *shop) hostileOrder() map[string]any {
	s.t.Helper()
	body := s.sample("shopify/order_paid.json")
	body["id"], body["name"] = json.Number("6120438815999"), "#"+markup
	body["note"] = "note " + markup
	for _, of := range []string{"customer", "billing_address", "shipping_address"} {
		if person, ok := body[of].(map[string]any); ok {
			person["first_name"], person["last_name"], person["name"] = "Bia "+markup, markup, "Bia "+markup
		}
	}
	lines, _ := body["line_items"].([]any)
	if len(lines) == 0 {
		s.t.Fatal("the sample has no lines")
	}
	line, _ := lines[0].(map[string]any)
	line["sku"], line["name"], line["title"] = "sku "+markup, "name "+markup, "title "+markup
	return body
}

// bulk is one of many orders of the checkout, of the SKU.
func bulk(i int, sku string) map[string]any {
	first := strings.Fields("Ana Bruno Carla Davi Elisa Fábio Gabriela Heitor Iara João")
	last := strings.Fields("Almeida Barros Cardoso Dias Esteves Farias Gomes")
	paid := time.Now().Truncate(time.Second).Add(-time.Minute).Format(time.RFC3339)
	total := fmt.Sprintf("%d.90", 197+10*i)
	return map[string]any{"type": "order.paid", "version": 1, "order": map[string]any{
		"id": fmt.Sprintf("7f3d21c6-%04d", i), "number": fmt.Sprintf("A-%d", 2000+i), "currency": "BRL", "placed_at": paid, "paid_at": paid,
		"customer": map[string]any{"name": first[i%len(first)] + " " + last[i%len(last)], "email": fmt.Sprintf("compras%d@correio.example", i), "tax_id": "41.256.780/0001-12"},
		"lines":    []any{map[string]any{"sku": sku, "name": "Turma nova", "quantity": 1, "unit_price": total}},
		"total":    total,
	}}
}

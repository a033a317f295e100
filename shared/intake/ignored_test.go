package intake_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/queue"
)

func TestTheLogNamesTheOrderThatIsIgnored(t *testing.T) {
	b := newBench(t)
	b.post(t, "/webhooks/cursos", hottok, backdated(t, sample(t, "purchase_approved.json")))
	var line map[string]any
	if err := json.Unmarshal(b.log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	delete(line, "request")
	want := map[string]any{"level": "INFO", "msg": "webhook ignored", "connection": "cursos", "why": "before_since",
		"topic": "PURCHASE_APPROVED", "order_id": "HP2640917385", "store_number": "HP2640917385"}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyWhatIsProvenAndIgnoredIsHeardOf(t *testing.T) {
	b := newBench(t)
	heard := []string{}
	b.intake.Ignored = func(m queue.Message, why string) {
		if m.Payload != nil || m.Digest != "" {
			t.Errorf("it has contents: %+v", m)
		}
		heard = append(heard, strings.Join([]string{m.Connection, m.Platform, m.Topic, m.OrderID, m.StoreNumber, why}, " "))
	}
	approved := sample(t, "purchase_approved.json")
	unpaid := edit(t, approved, `"PURCHASE_APPROVED"`, `"PURCHASE_DELAYED"`)
	b.post(t, "/webhooks/cursos", hottok, approved)
	b.post(t, "/webhooks/cursos", "forged", unpaid)
	b.post(t, "/webhooks/cursos", "", unpaid)
	b.post(t, "/webhooks/cursos", hottok, []byte("<order/>"))
	b.post(t, "/webhooks/cursos", hottok, unpaid)
	b.post(t, "/webhooks/cursos", hottok, asTest(t, approved))
	b.post(t, "/webhooks/cursos", hottok, []byte(`{"event": "CLUB_FIRST_ACCESS", "data": {}}`))
	b.post(t, "/webhooks/cursos", hottok, platformtest.Edit(t, unpaid, map[string]any{"data.purchase.transaction": strings.Repeat("é", 500)}))
	want := []string{
		"cursos hotmart PURCHASE_DELAYED HP2640917385 HP2640917385 not_paid",
		"cursos hotmart PURCHASE_APPROVED HP2640917385 HP2640917385 test",
		"cursos hotmart CLUB_FIRST_ACCESS   not_paid",
		"cursos hotmart PURCHASE_DELAYED  " + strings.Repeat("é", 50) + " not_paid",
	}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

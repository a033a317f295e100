package hotmart_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
)

func TestWhatIsDeclinedAndThenPaidIsPaid(t *testing.T) {
	const declined = "declined-then-paid-1.json"
	for _, c := range []struct {
		name, file string
		change     map[string]any
		want       platform.Status
	}{
		{"declined", declined, nil, platform.Neither},
		{"paid after all", "declined-then-paid-2.json", nil, platform.Paid},
		{"declined, and it says no more", declined, map[string]any{"data.purchase.payment.refusal_reason": absent}, platform.Neither},
		{"declined, and without the field", declined, map[string]any{"data.purchase.approved_date": absent}, platform.Neither},
		{"a boleto that ran out", declined, map[string]any{"data.purchase.approved_date": 0, "data.purchase.payment": map[string]any{"type": "BILLET"}}, platform.Neither},
		{"a boleto that ran out, and no field tells", declined, map[string]any{"data.purchase.approved_date": absent, "data.purchase.payment": map[string]any{"type": "BILLET"}}, platform.Neither},
		{"a Pix that ran out, and no field tells", declined, map[string]any{"data.purchase.approved_date": absent, "data.purchase.payment": map[string]any{"type": "PIX"}, "data.purchase.status": "EXPIRED"}, platform.Neither},
		{"no payment at all", declined, map[string]any{"data.purchase.approved_date": absent, "data.purchase.payment": absent}, platform.Neither},
		{"a status of what was paid", declined, map[string]any{"data.purchase.approved_date": absent, "data.purchase.payment.refusal_reason": absent, "data.purchase.status": "COMPLETED"}, platform.Reversed},
		{"it doesn't tell", declined, map[string]any{"data.purchase.approved_date": absent, "data.purchase.payment.refusal_reason": absent, "data.purchase.status": absent}, platform.Reversed},
		{"a date that can't be read", declined, map[string]any{"data.purchase.approved_date": "ontem"}, platform.Reversed},
		{"approved before", declined, map[string]any{"data.purchase.approved_date": 1795600060000}, platform.Reversed},
		{"refunded, without a date", declined, map[string]any{"event": "PURCHASE_REFUNDED"}, platform.Reversed},
		{"charged back, without a date", declined, map[string]any{"event": "PURCHASE_CHARGEBACK"}, platform.Reversed},
	} {
		body, err := os.ReadFile(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		n, err := read(t, platformtest.Edit(t, body, c.change))
		if err != nil || n.Status != c.want || n.OrderID != "HP5500000001" {
			t.Errorf("%s: %s, want %s, %v", c.name, n.Status, c.want, err)
		}
	}
}

func commissions(pairs ...any) map[string]any {
	var list []any
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, map[string]any{"source": pairs[i], "value": pairs[i+1], "currency_value": "BRL"})
	}
	return map[string]any{"data.commissions": list}
}

func TestShareSaysWhoseCommissionIsTheAccounts(t *testing.T) {
	all := commissions("MARKETPLACE", 50, "PRODUCER", 300, "COPRODUCER", 100, "AFFILIATE", 47)
	const none = "data.commissions has none of source "
	for _, c := range []struct {
		name, share, amount string
		change              map[string]any
		want, says          string
	}{
		{"the producer's price", "", "", all, "497.00", ""},
		{"the producer's price, said", "producer", "price", all, "497.00", ""},
		{"the producer's commission", "", "producer", all, "300.00", ""},
		{"the co-producer's", "coproducer", "", all, "100.00", ""},
		{"the co-producer's, said twice", "coproducer", "producer", all, "100.00", ""},
		{"the affiliate's", "affiliate", "", all, "47.00", ""},
		{"in small letters", "coproducer", "", commissions("Marketplace", 50, "CoProducer", 100), "100.00", ""},
		{"no commissions at all", "", "", map[string]any{"data.commissions": absent}, "497.00", ""},
		{"two of the producer, and the price counts", "", "", commissions("PRODUCER", 300, "PRODUCER", 20), "497.00", ""},
		{"an empty list", "", "", commissions(), "497.00", ""},
		{"a co-producer that doesn't say so", "", "", commissions("MARKETPLACE", 50, "COPRODUCER", 100), "", none + "PRODUCER, but 2 of others: set share"},
		{"the same, by commission", "", "producer", commissions("COPRODUCER", 100), "", none + "PRODUCER, but 1 of others: set share"},
		{"an affiliate that doesn't say so", "producer", "", commissions("AFFILIATE", 100), "", none + "PRODUCER, but 1 of others: set share"},
		{"no such share", "affiliate", "", commissions("PRODUCER", 300), "", none + "AFFILIATE"},
		{"no commissions of a share", "coproducer", "", map[string]any{"data.commissions": absent}, "", none + "COPRODUCER"},
		{"two co-producers", "coproducer", "", commissions("COPRODUCER", 100, "COPRODUCER", 20), "", "data.commissions has 2 of source COPRODUCER"},
	} {
		o, err := hot.Order(platform.Payload{Body: edit(t, c.change)}, platform.Settings{Share: c.share, Amount: c.amount})
		reason, _ := order.AsRejection(err)
		if c.says == "" {
			if err != nil || o.Total.String() != c.want || o.Check(now) != nil {
				t.Errorf("%s: %s, %v, %v", c.name, o.Total, err, o.Check(now))
			}
		} else if reason.Kind != order.Unsupported || !strings.HasPrefix(reason.Message.String(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	o, err := hot.Order(platform.Payload{Body: purchase(t)}, platform.Settings{Share: "owner"})
	platformtest.IsNotUnderstood(t, "an unknown share", o, err, `the connection's share is "owner"`)
}

// The buyer is Helena Prado, with a CPF.
func TestAnAffiliateInvoicesTheProducerAndNobodyElse(t *testing.T) {
	const cnpj = "45723174000110"
	producer := func(name, document, nature any) map[string]any {
		change := commissions("MARKETPLACE", 10, "AFFILIATE", 25.5)
		change["data.producer"] = map[string]any{"name": name, "document": document, "legal_nature": nature}
		return change
	}
	missing := producer("Ateliê do Papel", cnpj, nil)
	missing["data.producer"] = nil
	for _, c := range []struct {
		name, share string
		change      map[string]any
		want, says  string
	}{
		{"a company", "affiliate", producer("Ateliê do Papel", cnpj, "Pessoa Jurídica"), "Ateliê do Papel | " + cnpj + " | none | none | none none", ""},
		{"a person", "affiliate", producer("Rita Nunes", "318.402.975-14", "Pessoa Física"), "Rita Nunes | 31840297514 | none | none | none none", ""},
		{"a number", "affiliate", producer("Ateliê do Papel", 45723174000110, nil), "Ateliê do Papel | " + cnpj + " | none | none | none none", ""},
		{"no document", "affiliate", producer("Ateliê do Papel", nil, "Pessoa Jurídica"), "", "data.producer.document is missing"},
		{"a document that is none", "affiliate", producer("Ateliê do Papel", "-", "Pessoa Jurídica"), "", "data.producer.document is missing"},
		{"no producer", "affiliate", missing, "", "data.producer.document is missing"},
		{"a mistyped document", "affiliate", producer("Ateliê do Papel", "45723174000111", nil), "Ateliê do Papel | wrong | none | none | none none", ""},
	} {
		o, err := hot.Order(platform.Payload{Body: edit(t, c.change)}, platform.Settings{Share: c.share, TaxIDFields: []string{"cpf_extra"}})
		reason, _ := order.AsRejection(err)
		switch {
		case c.says != "":
			if reason.Kind != order.TaxIDReason || !strings.HasPrefix(reason.Message.String(), c.says) {
				t.Errorf("%s: %v", c.name, err)
			}
		case err != nil || platformtest.Payer(o.Customer) != c.want || o.Origins.Payer != "data.producer" || o.Total.String() != "25.50":
			t.Errorf("%s: %s of %s, want %s, %v", c.name, platformtest.Payer(o.Customer), o.Origins.Payer, c.want, err)
		}
	}
}

func TestAPreviewSaysWhichModelACoProducersShareIsFor(t *testing.T) {
	o, err := hot.Order(platform.Payload{Body: edit(t, commissions("COPRODUCER", 25.5))}, platform.Settings{Share: "coproducer"})
	if err != nil || o.Customer.Name != "Helena Prado" || !strings.Contains(o.Origins.Rule.String(), "parceria") || !strings.Contains(o.Origins.Rule.String(), "comissionamento") {
		t.Errorf("%s: %q, %v", o.Customer.Name, o.Origins.Rule, err)
	}
}

func TestAPurchaseOfZeroSaysSo(t *testing.T) {
	for _, c := range []struct {
		s      platform.Settings
		change map[string]any
		want   bool
	}{
		{platform.Settings{}, nil, false},
		{platform.Settings{}, map[string]any{"data.purchase.price.value": 0}, true},
		{platform.Settings{}, map[string]any{"data.purchase.price.value": absent}, false},
		{platform.Settings{Share: "coproducer"}, commissions("PRODUCER", 300, "COPRODUCER", 0), true},
	} {
		n, err := hot.Read(hot.Sign(edit(t, c.change), token, now), c.s)
		if err != nil || n.Zero != c.want {
			t.Errorf("%+v, %v: %t, %v", c.s, c.change, n.Zero, err)
		}
	}
}

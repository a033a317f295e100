package preflight_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/words"
)

// always is a day after all that is known.
const always = "2100-01-01"

// row is a rule with a fact that it has something against, one that it hasn't, and three
// days: before it, within it and after it. Without an end it still speaks afterwards.
type row struct {
	rule, before, within, after string
	about                       preflight.About
	wrong, right                string
	item, regime                string
}

var rows = []row{
	{"cnpj-with-letters", "1998-06-30", "2026-06-30", "2026-07-01", preflight.TaxID, "12ABC34501DE35", "11222333000181", "", ""},
	{"city-missing", "2003-07-31", "2026-12-01", always, preflight.City, "", "Santos", "", ""},
	{"state-missing", "2003-07-31", "2026-12-01", always, preflight.State, "", "SP", "", ""},
	{"state-form", "1988-10-04", "2026-12-01", always, preflight.State, "Sao Paulo", "SP", "", ""},
	{"email-missing", "2003-07-31", "2026-12-01", always, preflight.Email, "", "ana@exemplo.com.br", "", ""},
	{"email-form", "2003-07-31", "2026-12-01", always, preflight.Email, "ana@exemplo", "ana@exemplo.com.br, fin@exemplo.com.br", "", ""},
	{"list-item-form", "2003-07-31", "2032-12-31", "2033-01-01", preflight.ListItem, "0707", "7.07", "7.07", ""},
	{"national-code", "2025-12-31", "2026-01-01", "2033-01-01", preflight.MunicipalCode, "01015", "07.07.01", "7.07", ""},
	{"national-code", "2025-12-31", "2026-01-01", "2033-01-01", preflight.MunicipalCode, "01015", "070701", "7.07", "normal"},
	{"national-code-simples", "2026-10-31", "2026-11-01", "2033-01-01", preflight.MunicipalCode, "01015", "070701", "7.07", "simples"},
	{"nbs-form", "2012-04-02", "2026-12-01", always, preflight.NBS, "1150", "1.1502.20.00", "1.05", "simples"},
	{"nbs-missing", "2026-09-30", "2026-10-01", always, preflight.NBS, "", "115022000", "7.07", ""},
	{"nbs-missing-deferred", "2026-11-30", "2026-12-01", always, preflight.NBS, "", "115022000", "01.05", "normal"},
	{"nbs-missing-simples", "2026-12-31", "2027-01-01", always, preflight.NBS, "", "115022000", "7.07", "simples"},
	{"ibs-cbs", "2026-09-30", "2026-12-31", "2027-01-01", preflight.ClassTrib, "", "000001", "8.02", ""},
	{"ibs-cbs-deferred", "2026-11-30", "2026-12-31", "2027-01-01", preflight.ClassTrib, "", "000001", "1.09", ""},
	{"ibs-cbs-refused", "2026-12-31", "2027-01-01", always, preflight.ClassTrib, "", "000001", "1.09", ""},
	{"ibs-cbs-refused", "2026-12-31", "2027-01-01", always, preflight.ClassTrib, "", "000001", "8.02", "normal"},
	{"ibs-cbs-simples", "2026-12-31", "2027-01-01", always, preflight.ClassTrib, "", "000001", "8.02", "simples"},
	{"class-trib-form", "2025-12-31", "2026-01-01", always, preflight.ClassTrib, "00001", "000001", "8.02", ""},
	{"cst-form", "2025-12-31", "2026-01-01", always, preflight.CST, "0", "000", "8.02", ""},
	{"ind-op-form", "2025-12-31", "2026-01-01", always, preflight.IndOp, "1", "030101", "8.02", ""},
	{"nothing-to-invoice", "2003-07-31", "2026-12-01", always, preflight.LineTotal, "0.00", "0.01", "", ""},
	{"total-as-paid", "2003-07-31", "2026-12-01", always, preflight.Total, "10.01", "10.00", "", ""},
}

func noonOf(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, order.SaoPaulo())
	if err != nil {
		t.Fatal(err)
	}
	return at.Add(12 * time.Hour)
}

func TestEachRuleSpeaksFromItsDayUntilItsDay(t *testing.T) {
	seen := map[string]preflight.Rule{}
	for _, r := range preflight.Rules() {
		if _, twice := seen[r.Name]; twice {
			t.Errorf("%s is there twice", r.Name)
		}
		seen[r.Name] = r
	}
	tried := map[string]bool{}
	for _, r := range rows {
		rule := seen[r.rule]
		tried[r.rule] = true
		finds := func(value, day string) bool {
			facts := []preflight.Fact{{About: r.about, Value: value, Paid: "10.00", Item: r.item, Regime: r.regime, Field: words.Plain("cField"), Mend: words.Plain("the place")}}
			return slices.ContainsFunc(preflight.Check(facts, noonOf(t, day)), func(f preflight.Finding) bool { return f.Rule == r.rule })
		}
		for day, want := range map[string]bool{r.before: false, r.within: true, r.after: rule.Until == ""} {
			if finds(r.wrong, day) != want || finds(r.right, day) {
				t.Errorf("%s on %s: %t of what is wrong, want %t, and %t of what is right", r.rule, day, !want, want, finds(r.right, day))
			}
		}
		if r.before >= rule.From || rule.Until != "" && r.after <= rule.Until {
			t.Errorf("%s is from %s to %s, and the days are %s, %s", r.rule, rule.From, rule.Until, r.before, r.after)
		}
	}
	for name := range seen {
		if !tried[name] {
			t.Errorf("no row tries the rule %s", name)
		}
	}
}

func TestEachRuleHasItsSourceAndItsDays(t *testing.T) {
	for _, r := range preflight.Rules() {
		_, err := time.Parse(time.DateOnly, r.From)
		_, ends := time.Parse(time.DateOnly, r.Until)
		if err != nil || r.Until != "" && (ends != nil || r.Until < r.From) || r.Source.IsZero() || r.Says.IsZero() || r.Pattern == nil && r.Wants == 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestTheDayIsSaoPaulos(t *testing.T) {
	fact := []preflight.Fact{{About: preflight.ClassTrib, Item: "8.02"}}
	for at, want := range map[string]string{"2027-01-01T02:59:59Z": "ibs-cbs", "2027-01-01T03:00:00Z": "ibs-cbs-refused"} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if found := preflight.Check(fact, now); len(found) != 1 || found[0].Rule != want {
			t.Errorf("%s: %+v", at, found)
		}
	}
}

func TestARefusalNamesTheFieldAndWhereToMendIt(t *testing.T) {
	facts := []preflight.Fact{
		{About: preflight.Email, Field: words.Plain("email"), Mend: words.Say("the store's order")},
		{About: preflight.ClassTrib, Item: "8.02", Field: words.Plain("ServicosPrestados.0.impostos.cClassTrib"), Mend: words.Say("%s in connections.yaml", "erps.estudio.services.A")},
	}
	if err := preflight.Refusal(preflight.Check(facts, noonOf(t, "2026-12-31"))); err != nil {
		t.Errorf("a warning refuses: %v", err)
	}
	err := preflight.Refusal(preflight.Check(facts, noonOf(t, "2027-01-02")))
	reason, _ := order.AsRejection(err)
	for _, want := range []string{"ServicosPrestados.0.impostos.cClassTrib is missing", "write it at erps.estudio.services.A in connections.yaml", "gov.br/nfse"} {
		if reason.Kind != order.Preflight || !strings.Contains(reason.Message.String(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// What a rule says is read in logs and lists.
func TestNoFindingRepeatsWhatAFactSays(t *testing.T) {
	const secret = "Maria da Silva"
	for _, r := range rows {
		facts := []preflight.Fact{{About: r.about, Value: secret, Paid: "1", Item: secret, Regime: r.regime, Field: words.Plain("f"), Mend: words.Plain("m")}}
		for _, f := range preflight.Check(facts, noonOf(t, r.within)) {
			if strings.Contains(f.Message.String()+f.Says.String(), secret) {
				t.Errorf("%s repeats the value: %s", r.rule, f.Message)
			}
		}
	}
}

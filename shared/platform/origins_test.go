package platform_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	myCPF  = "72640518380"
	other  = "38491726519"
	myCNPJ = "45723174000110"
)

// paying is the customer alone.
func paying(s platform.Settings, own platform.Party, parties ...platform.Party) order.Customer {
	c, _ := platform.Payer(s, own, parties...)
	return c
}

func TestAPreviewHearsWhoPaysByWhichRule(t *testing.T) {
	bill, buyer, ship := platform.Party{At: "bill"}, platform.Party{At: "buyer"}, platform.Party{At: "ship"}
	named := func(p platform.Party) platform.Party { p.Name = p.At; return p }
	for name, c := range map[string]struct {
		parties     []platform.Party
		payer, rule string
	}{
		"one":         {[]platform.Party{bill}, "bill", "the only party of the payload"},
		"the first":   {[]platform.Party{named(bill), named(buyer), ship}, "bill", "the first that names anybody, of bill, buyer, ship"},
		"the second":  {[]platform.Party{bill, named(buyer), named(ship)}, "buyer", "the first that names anybody, of bill, buyer, ship"},
		"by e-mail":   {[]platform.Party{bill, {At: "buyer", Email: "a@example.com"}}, "buyer", "the first that has an e-mail, as none names anybody, of bill, buyer"},
		"nobody":      {[]platform.Party{bill, buyer}, "bill", "none names anybody, and it comes first, of bill, buyer"},
		"by a tax id": {[]platform.Party{bill, {At: "buyer", Fields: platform.Fields{{Name: "cpf", Value: myCPF}}}}, "buyer", "the first that names anybody, of bill, buyer"},
	} {
		_, from := platform.Payer(platform.Settings{}, platform.Party{}, c.parties...)
		if from.Payer != c.payer || from.Rule.String() != c.rule {
			t.Errorf("%s: %s, %s", name, from.Payer, from.Rule)
		}
	}
}

func TestAPreviewHearsWhereTheTaxIDIsAndWhatIsDropped(t *testing.T) {
	const (
		later   = "it comes after the one that was taken"
		wrong   = "it is neither a CPF nor a CNPJ"
		others  = "its name says that it is another party's"
		unknown = "nobody knows whose tax id it is: name it in the connection's tax_id_fields: if it is the buyer's"
	)
	fields := func(pairs ...string) (f platform.Fields) {
		for i := 0; i < len(pairs); i += 2 {
			f = append(f, platform.Field{Name: pairs[i], Value: pairs[i+1]})
		}
		return f
	}
	for name, c := range map[string]struct {
		payer   platform.Party
		own     platform.Fields
		named   string
		at      string
		dropped []order.Dropped
	}{
		"none":                   {payer: platform.Party{Name: "Ana"}},
		"the payer's":            {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF)}, at: "bill.cpf"},
		"the order's":            {payer: platform.Party{Name: "Ana"}, own: fields("CPF do cliente", myCPF), at: "meta.CPF do cliente"},
		"twice":                  {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF)}, own: fields("cpf", myCPF), at: "bill.cpf"},
		"another":                {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF)}, own: fields("cpf", other), at: "bill.cpf", dropped: []order.Dropped{{What: words.Plain("meta.cpf"), Why: words.Plain(later)}}},
		"a wrong one first":      {payer: platform.Party{Name: "Ana", Fields: fields("cpf", "11111111112")}, own: fields("cpf", other), at: "meta.cpf", dropped: []order.Dropped{{What: words.Plain("bill.cpf"), Why: words.Plain(wrong)}}},
		"only a wrong one":       {payer: platform.Party{Name: "Ana", Fields: fields("cpf", "11111111112")}, at: "bill.cpf"},
		"the carrier's":          {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF)}, own: fields("cnpj_transportadora", myCNPJ), at: "bill.cpf", dropped: []order.Dropped{{What: words.Plain("meta.cnpj_transportadora"), Why: words.Plain(others)}}},
		"nobody knows whose":     {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF)}, own: fields("cpf_aluno", other), at: "bill.cpf", dropped: []order.Dropped{{What: words.Plain("meta.cpf_aluno"), Why: words.Plain(unknown)}}},
		"only that":              {payer: platform.Party{Name: "Ana"}, own: fields("cpf_aluno", other), at: "meta.cpf_aluno"},
		"the connection's first": {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF)}, own: fields("cpf_aluno", other), named: "cpf_aluno", at: "meta.cpf_aluno", dropped: []order.Dropped{{What: words.Plain("bill.cpf"), Why: words.Plain(later)}}},
		"a person with both": {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF, "cnpj", myCNPJ, "tipo_pessoa", "PF")}, at: "bill.cpf",
			dropped: []order.Dropped{{What: words.Plain("bill.cnpj"), Why: words.Plain("the payer is a person, whose CPF is meant")}}},
		"a company with both": {payer: platform.Party{Name: "Ana", Fields: fields("cpf", myCPF, "cnpj", myCNPJ, "tipo_pessoa", "PJ")}, at: "bill.cnpj",
			dropped: []order.Dropped{{What: words.Plain("bill.cpf"), Why: words.Plain("the payer is a company, whose CNPJ is meant")}}},
		"a company's name with both": {payer: platform.Party{Name: "Ana", Company: "Sol", Fields: fields("cpf", myCPF, "cnpj", myCNPJ)}, at: "bill.cnpj", dropped: []order.Dropped{
			{What: words.Plain("bill.cpf"), Why: words.Plain("there is a company's name, so that the CNPJ is meant")},
			{What: words.Plain("bill (name)"), Why: words.Plain("the tax id is a CNPJ, and the document carries the company's name")}}},
		"a company's name with a CPF": {payer: platform.Party{Name: "Ana", Company: "Sol", Fields: fields("cpf", myCPF)}, at: "bill.cpf",
			dropped: []order.Dropped{{What: words.Plain("bill (company)"), Why: words.Plain("there is no CNPJ, and the document carries the person's name")}}},
		"beside the company's name": {payer: platform.Party{Name: "Ana", Company: "Sol - CNPJ " + myCNPJ}, at: "bill (company)",
			dropped: []order.Dropped{{What: words.Plain("bill (name)"), Why: words.Plain("the tax id is a CNPJ, and the document carries the company's name")}}},
		"a foreigner's": {payer: platform.Party{Name: "Ana", Address: order.Address{Country: "US"}, Fields: fields("documento", "X1234567")}, at: "bill.documento"},
	} {
		c.payer.At = "bill"
		var s platform.Settings
		if c.named != "" {
			s.TaxIDFields = []string{c.named}
		}
		_, from := platform.Payer(s, platform.Party{At: "meta", Fields: c.own}, c.payer)
		want := order.Origins{Payer: "bill", Rule: words.Plain("the only party of the payload"), TaxID: c.at, Dropped: c.dropped}
		if diff := cmp.Diff(want, platformtest.InEnglish(from)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAPreviewHearsThatAnotherPartyIsLeftOut(t *testing.T) {
	c, from := platform.Payer(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Name: "Ana"},
		platform.Party{At: "ship", Name: "Bia", Phone: "1"}, platform.Party{At: "home", Name: "ANA", Phone: "2"})
	want := []order.Dropped{{What: words.Plain("ship"), Why: words.Plain("it names somebody else than the payer")}}
	if diff := cmp.Diff(want, platformtest.InEnglish(from).Dropped); diff != "" || c.Phone != "2" {
		t.Errorf("%s (-want +got):\n%s", c.Phone, diff)
	}
}

func TestWhatAPreviewHearsHasBounds(t *testing.T) {
	var fields platform.Fields
	for range 100_000 {
		fields = append(fields, platform.Field{Name: "cpf_transportadora", Value: myCNPJ}, platform.Field{Name: "cpf", Value: other}, platform.Field{Name: "cpf", Value: myCPF})
	}
	_, from := platform.Payer(platform.Settings{}, platform.Party{At: "meta"}, platform.Party{At: strings.Repeat("x", 10_000), Name: "Ana", Fields: fields})
	o := order.Order{Origins: from}.Bounded()
	if n := len(o.Origins.Dropped); n == 0 || n > 50 || len(o.Origins.Payer) > 200 || len(o.Origins.TaxID) > 200 {
		t.Errorf("%d, %d, %d", n, len(o.Origins.Payer), len(o.Origins.TaxID))
	}
}

func TestAPreviewHearsWhatCannotBeRead(t *testing.T) {
	_, from := platform.Payer(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Name: "Ana", Email: "ana em casa", Phone: "(11) 95555-0142"})
	if diff := cmp.Diff([]order.Dropped{{What: words.Plain("bill (e-mail)"), Why: words.Plain("it can't be read")}}, platformtest.InEnglish(from).Dropped); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAStateAbroadIsNotCalledUnreadable(t *testing.T) {
	for country, told := range map[string]bool{"US": false, "United States": false, "AR": false, "BR": true, "": true} {
		p := platform.Party{At: "bill", Name: "Ana", Address: order.Address{State: "Pennsylvania", Country: country}}
		if _, from := platform.Payer(platform.Settings{}, platform.Party{}, p); (len(from.Dropped) > 0) != told {
			t.Errorf("%q: %v", country, from.Dropped)
		}
	}
}

package platform_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func payer(p platform.Party) order.Customer {
	return paying(platform.Settings{}, platform.Party{}, p)
}

func TestNamesAreReadWithoutHTMLsEntities(t *testing.T) {
	for in, want := range map[string]string{
		"Tom &amp; Jerry": "Tom & Jerry", "Joana D&#39;Arc": "Joana D'Arc", "Concei&ccedil;&atilde;o": "Conceição", "&Eacute;rica": "Érica",
		"Jo&#227;o": "João", "Jo&#xE3;o": "João", "D&amp;#39;&Aacute;vila": "D'Ávila", "A &amp;amp; B": "A & B", "&nbsp;Ana&nbsp;": "Ana",
		"R&D": "R&D", "Papel&para": "Papel&para", "Sol&Lua;": "Sol&Lua;", "AT&T; Ltda": "AT&T; Ltda", "a &lt;b&gt;": "a <b>", "1 & 2;": "1 & 2;",
	} {
		c := payer(platform.Party{Name: in, Address: order.Address{Street: in, City: in, District: in, Complement: in, Number: in}})
		for _, got := range []string{c.Name, c.Address.Street, c.Address.City, c.Address.District, c.Address.Complement, c.Address.Number,
			platform.Finished(order.Order{Lines: []order.Line{{Name: in}}}).Lines[0].Name} {
			if got != want {
				t.Errorf("%q: %q, want %q", in, got, want)
			}
		}
	}
	own := platform.Party{Fields: platform.Fields{{Name: "N&uacute;mero do CPF", Value: "726&#46;405&#46;183-80"}}}
	if c := paying(platform.Settings{}, own, platform.Party{Name: "Ana", Company: "Pra&ccedil;a &amp; Cia"}); c.TaxID != cpf || c.Name != "Ana" {
		t.Errorf("%+v", c)
	}
}

func TestOfSeveralEMailsTheFirstIsTaken(t *testing.T) {
	for in, want := range map[string]string{
		"ana@exemplo.com.br": "ana@exemplo.com.br", "ana@exemplo.com, financeiro@exemplo.com": "ana@exemplo.com", "ana@exemplo.com;b@c.de": "ana@exemplo.com",
		"ana@exemplo.com / b@c.de": "ana@exemplo.com", "ana@exemplo.com/b@c.de": "ana@exemplo.com", "ana@exemplo.com b@c.de": "ana@exemplo.com",
		"Ana Prado <ana@exemplo.com>": "ana@exemplo.com", "ana at exemplo, b@c.de": "b@c.de", "mailto:ana@exemplo.com": "ana@exemplo.com", "<ana@exemplo.com>;": "ana@exemplo.com",
		"o'brien@exemplo.com": "o'brien@exemplo.com", "ana/vendas@exemplo.com": "ana/vendas@exemplo.com", "joão@exemplo.com": "joão@exemplo.com", "ana@exemplo.com.": "ana@exemplo.com",
		"ana&#64;exemplo.com": "ana@exemplo.com", "ana@exemplo": "", "ana": "", "@": "", "ana@@exemplo.com": "", "": "", "não tem": "",
	} {
		if got := payer(platform.Party{Name: "Ana", Email: in}).Email; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	own := platform.Party{Email: "pedido@exemplo.com"}
	if c := paying(platform.Settings{}, own, platform.Party{Name: "Ana", Email: "não tem"}); c.Email != "pedido@exemplo.com" {
		t.Errorf("what is no e-mail hides the order's: %q", c.Email)
	}
}

func TestAPhoneIsReadWithItsPartysCountry(t *testing.T) {
	abroad := platform.Party{Name: "Ana", Phone: "415-555-0100", PhoneCode: "+1", Address: order.Address{Country: "US"}}
	if c := payer(abroad); c.Phone != "+14155550100" {
		t.Errorf("abroad: %q", c.Phone)
	}
	own := platform.Party{Phone: "41 3555-0100"}
	for country, want := range map[string]string{"Brasil": "+55 41 3555-0100", "": "+55 41 3555-0100", "US": "41 3555-0100"} {
		if c := paying(platform.Settings{}, own, platform.Party{Name: "Ana", Address: order.Address{Country: country}}); c.Phone != want {
			t.Errorf("%q: the order's own is %q, want %q", country, c.Phone, want)
		}
	}
}

func TestANegativeFeeIsADiscount(t *testing.T) {
	o := platform.Finished(order.Order{Fees: order.Cents(-400), Discount: order.Cents(100)})
	if !o.Fees.IsZero() || !o.Discount.Equal(order.Cents(500)) {
		t.Errorf("fees %s, discount %s", o.Fees, o.Discount)
	}
	if want := "[the sum of the fees is -4.00: a negative fee is a discount]"; fmt.Sprint(o.Origins.Discount) != want {
		t.Errorf("a preview hears %q", o.Origins.Discount)
	}
	if o = platform.Finished(order.Order{Fees: order.Cents(400)}); !o.Fees.Equal(order.Cents(400)) || !o.Discount.IsZero() || o.Origins.Discount != nil {
		t.Errorf("fees %s, discount %s", o.Fees, o.Discount)
	}
}

func FuzzParty(f *testing.F) {
	f.Add("Jo&#227;o & Cia &amp;amp;", "a@b.cd/e@f.gh", "+1 (415) 555-0100", "1", "Ji-Paraná - RO", "BR-RO", "76900-000", "Brasil")
	f.Add("&#0;&#x110000;", "<@.>", "0 15 11 98888-7777", "011", "São Paulo, SP, Brasil", "sp", "1310100", "076")
	f.Add("", "", "++55()", "", " - SP", "/", "", "\xff")
	f.Fuzz(func(t *testing.T, name, email, phone, code, city, state, zip, country string) {
		if len(name)+len(email)+len(phone)+len(city) > 10_000 || !utf8.ValidString(country) {
			return // what was read of JSON is UTF-8
		}
		p := platform.Party{Name: name, Email: email, Phone: phone, PhoneCode: code, Address: order.Address{City: city, State: state, PostalCode: zip, Country: country}}
		c := payer(p)
		a := c.Address
		if a.Country == "BR" || a.Country == "" {
			if len(a.State) != 0 && (len(a.State) != 2 || platform.UF(a.State) != a.State) || len(a.PostalCode) != 0 && len(a.PostalCode) != 8 {
				t.Fatalf("%+v", a)
			}
		}
		if c.Email != "" && (strings.Count(c.Email, "@") != 1 || strings.ContainsAny(c.Email, " ,;<>\n")) {
			t.Fatalf("e-mail %q", c.Email)
		}
		ddd, number := order.BrazilianPhone(c.Phone, a.Country)
		if (ddd == "") != (number == "") || number != "" && (len(ddd) != 2 || len(number) < 8 || len(number) > 9) {
			t.Fatalf("phone %q: %q %q", c.Phone, ddd, number)
		}
		if city != "" && utf8.ValidString(city) && strings.Trim(city, " ") != "" && !strings.Contains(city, "&") && a.City == "" && strings.TrimSpace(city) != "" {
			t.Fatalf("the city %q is gone", city)
		}
		p.Address, p.Phone, p.PhoneCode, p.Email = a, c.Phone, "", c.Email
		if again := payer(p); again.Phone != c.Phone || again.Email != c.Email || again.Address.PostalCode != a.PostalCode || again.Address.Country != a.Country {
			t.Fatalf("read again:\n%+v\n%+v", c, again)
		}
	})
}

func TestDashesAndNullsAreNoName(t *testing.T) {
	for text, want := range map[string]string{
		"- -": "Rui", "null null": "Rui", "-": "Rui", "--- .": "Rui", "undefined undefined": "Rui", "NULL": "Rui", "null -": "Rui", "nil nan": "Rui", " ": "Rui",
		"Jennifer Null": "Jennifer Null", "Ana -": "Ana -", "X Y": "X Y", "Nan Silva": "Nan Silva", "日本": "日本", "3M": "3M",
	} {
		if c := paying(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Name: text}, platform.Party{At: "ship", Name: "Rui"}); c.Name != want {
			t.Errorf("%q: %q, want %q", text, c.Name, want)
		}
	}
	// Whom nothing names has no name, and the company's where there is one.
	for company, want := range map[string]string{"": "", "Ipê Ltda": "Ipê Ltda"} {
		if c := paying(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Name: "- -", Company: company}); c.Name != want {
			t.Errorf("company %q: %q, want %q", company, c.Name, want)
		}
	}
}

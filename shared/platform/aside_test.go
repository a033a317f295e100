package platform_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// besides is the payer of an order whose own fields are Ana's and whose body is this.
func besides(body string, s platform.Settings, fields ...platform.Field) (order.Customer, order.Origins) {
	ana := platform.Party{At: "bill", Name: "Ana", Fields: append(platform.FieldsAt([]byte(body), "bill"), fields...)}
	return platform.Payer(s, platform.Party{Fields: platform.Aside([]byte(body))}, ana, platform.Party{At: "ship", Name: "Rui"})
}

func TestATaxIDWhereNobodyLooksIsToldAndNeverUsed(t *testing.T) {
	for body, place := range map[string]string{
		`{"items":[{"properties":[{"name":"CPF do aluno","value":"` + cpf + `"}]}]}`: "items.properties.CPF do aluno",
		`{"items":[{"meta":[{"id":1,"key":"_cpf","value":"726.405.183-80"}]}]}`:      "items.meta._cpf",
		`{"billing_cpf":` + cpf + `}`:                                                    "billing_cpf",
		`{"bill":{"extra":{"cpf":"` + cpf + `"}}}`:                                       "bill.extra.cpf",
		`{"extensions":{"x":[{"CNPJ":"` + cnpj + `"}]}}`:                                 "extensions.x.CNPJ",
		`{"data":{"payer":{"C.P.F.":"` + cpf + `"}}}`:                                    "data.payer.C.P.F.",
		`{"items":{"0":{"cpf":"` + cpf + `"},"1":{"cpf":""}},"cpf":"","note":"sem cpf"}`: "items.cpf",
	} {
		c, from := besides(body, platform.Settings{})
		if c.TaxID != "" || c.TaxIDUnread != place || from.TaxID != place {
			t.Errorf("%s: %q, unread %q at %s, want %s", body, c.TaxID, c.TaxIDUnread, from.TaxID, place)
		}
		c, _ = besides(body, platform.Settings{TaxIDFields: []string{c.TaxIDUnread}})
		if c.TaxID == "" || c.TaxIDUnread != "" {
			t.Errorf("%s: named by the connection: %q", body, c.TaxID)
		}
		c, from = besides(body, platform.Settings{}, platform.Field{Name: "cpf", Value: other})
		if c.TaxID != other || !tells(from, place) {
			t.Errorf("%s: beside the payer's own: %s, told %v", body, c.TaxID, from.Dropped)
		}
	}
}

func TestAnothersTaxIDWhereNobodyLooksIsNoReason(t *testing.T) {
	for _, body := range []string{
		`{"items":[{"properties":[{"name":"CPF do presenteado","value":"` + cpf + `"}]}]}`,
		`{"data":{"producer":{"cnpj":"` + cnpj + `"}}}`,
		`{"data":{"affiliates":[{"cpf":"` + cpf + `"}]}}`,
		`{"ship":{"extra":{"cpf":"` + cpf + `"}}}`, // of a record that names Rui
		`{"items":[{"cpf":"72640518381"}]}`,
		`{"items":[{"codigo":"` + cpf + `"}]}`,
		`{"note":"CPF na nota: 726.405.183-80"}`,
	} {
		if c, _ := besides(body, platform.Settings{}); c.TaxID != "" || c.TaxIDUnread != "" || c.TaxIDWrong {
			t.Errorf("%s: %+v", body, c)
		}
	}
}

func TestATaxIDInATextIsTold(t *testing.T) {
	for body, place := range map[string]string{
		`{"note":"CPF na nota: ` + cpf + `"}`:                                      "note",
		`{"bill":{"address2":"ap 3, CPF 726.405.183-80"}}`:                         "bill.address2",
		`{"bill":{"last_name":"Prado 726.405.183-80"}}`:                            "bill.last_name",
		`{"note":"nota para CNPJ 63.820.514/0001-03, por favor"}`:                  "note",
		`{"items":[{"properties":[{"name":"obs","value":"C.P.F. ` + cpf + `"}]}]}`: "items.properties.obs",
		// as it is printed, alone or in a text
		`{"bill":{"address2":"726.405.183-80"}}`:                         "bill.address2",
		`{"bill":{"address2":"63.820.514/0001-03"}}`:                     "bill.address2",
		`{"bill":{"address2":"sala 2 63.820.514/0001-03"}}`:              "bill.address2",
		`{"note":"63.820.514\/0001-03"}`:                                 "note",
		`{"bill":{"first_name":"Ipê","last_name":"63.820.514/0001-03"}}`: "bill.last_name",
		`{"bill":{"last_name":"Prado 63.820.514/0001-03"}}`:              "bill.last_name",
		`{"note":"http://x/y 12.ABC.345/01DE-35"}`:                       "note",
		`{"note":"12.abc.345\/01de-35, obrigada"}`:                       "note",
	} {
		c, from := besides(body, platform.Settings{})
		if c.TaxID != "" || c.TaxIDUnread != "" || !tells(from, place) {
			t.Errorf("%s: %+v, told %v", body, c, from.Dropped)
		}
	}
	for _, body := range []string{`{"note":"` + cpf + `"}`, `{"note":"` + cnpj + `"}`, `{"note":"63.820.514/0001-04"}`, `{"note":"24/11/2026-10 726.405.183-81"}`} {
		if _, from := besides(body, platform.Settings{}); tells(from, "note") {
			t.Errorf("%s: told %v", body, from.Dropped)
		}
	}
	_, from := besides(`{"note":"CPF `+cpf+`"}`, platform.Settings{}, platform.Field{Name: "cpf", Value: cpf})
	if tells(from, "note") {
		t.Error("the one that was taken is told as left out")
	}
}

func TestATaxIDThatIsReadIsToldOnce(t *testing.T) {
	body := `{"bill":{"company":"Ipê 63.820.514/0001-03"}}`
	bill := platform.Party{At: "bill", Name: "Ana", Company: "Ipê 63.820.514/0001-03", Fields: platform.Fields{{Name: "cpf", Value: cpf}, {Name: "tipo_pessoa", Value: "F"}}}
	_, from := platform.Payer(platform.Settings{}, platform.Party{Fields: platform.Aside([]byte(body))}, bill)
	if tells(from, "bill.company") || !tells(from, "bill (company)") {
		t.Errorf("told %v", from.Dropped)
	}
}

func tells(from order.Origins, place string) bool {
	for _, d := range from.Dropped {
		if d.What.String() == place && !strings.Contains(d.Why.String(), cpf) {
			return true
		}
	}
	return false
}

func TestAPrintedCPFStandsApartFromWordsAndOtherNumbers(t *testing.T) {
	form := regexp.MustCompile(`\b[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}\b`)
	const printed = "1 529.982.247-25 2"
	texts := []string{"", "529.982.247-25", "529.982.247-2", "1.529.982.247-25", "529.982.247-25.529.982.247-25"}
	for at := range len(printed) {
		for _, c := range []string{"", "0", "a", "Z", "_", ".", "-", " ", "é", "55"} {
			texts = append(texts, printed[:at]+c+printed[at+1:])
		}
	}
	for _, text := range texts {
		if want := form.MatchString(text); platform.PrintsCPF(text) != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}

func TestACPFInACompanysFieldBesideThePayerIsToldOf(t *testing.T) {
	for company, want := range map[string]string{cpf: "ship (company)", "CPF 726.405.183-80": "ship (company)", cnpj: "", "Ipê": ""} {
		c, from := platform.Payer(platform.Settings{}, platform.Party{}, platform.Party{At: "bill", Name: "JOSE"}, platform.Party{At: "ship", Name: "José", Company: company})
		if c.TaxID != "" || c.TaxIDUnread != want || company == cnpj && !tells(from, "ship (company)") {
			t.Errorf("%s: %q, %q, %v", company, c.TaxID, c.TaxIDUnread, from.Dropped)
		}
	}
}

func TestAListOfOneTextIsThatText(t *testing.T) {
	for value, want := range map[string]string{
		`["726.405.183-80"]`: cpf, `{"value":"` + cpf + `"}`: cpf, `[[` + cpf + `]]`: cpf, `{"a":null,"b":["` + cpf + `"]}`: cpf,
		`{"type":"cpf","number":"` + cpf + `"}`: "unread", `["` + cpf + `","` + cnpj + `"]`: "unread", `["123456","x"]`: "unread",
		`[]`: "", `{}`: "", `["sim"]`: "", `{"a":1}`: "",
	} {
		for _, name := range []string{"_billing_cpf", "wooccm11"} {
			var m platform.Meta
			if err := json.Unmarshal([]byte(`{"id":1,"key":"`+name+`","value":`+value+`}`), &m); err != nil {
				t.Fatal(err)
			}
			own := platform.Party{Fields: platform.Fields{m.Field()}}
			c := paying(platform.Settings{TaxIDFields: []string{"wooccm11"}}, own, platform.Party{Name: "Ana"})
			got := string(c.TaxID)
			if c.TaxIDUnread == name {
				got = "unread"
			}
			if got != want || c.TaxIDWrong {
				t.Errorf("%s %s: %q, want %q", name, value, got, want)
			}
		}
	}
	for _, record := range []string{`"x"`, `[]`, `null`, `{"key":5,"value":true}`, `{"value":{}}`} {
		var m platform.Meta
		if err := json.Unmarshal([]byte(record), &m); m.Value != "" {
			t.Errorf("%s: %v, %v", record, m, err)
		}
	}
}

func FuzzAside(f *testing.F) {
	f.Add([]byte(`{"a":[{"name":"cpf","value":"` + cpf + `"}],"note":"CPF ` + cpf + `"}`))
	f.Add([]byte(`{"a":{"a":{"a":{"cpf":72640518380}}}}`))
	f.Add([]byte(`[{"key":"CNPJ","value":["63.820.514/0001-03"]},"cpf"]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, field := range platform.Aside(body) {
			if id, err := order.ParseTaxID(field.Value); err != nil || id == "" || field.At == "" {
				t.Fatalf("%+v", field)
			}
		}
	})
}

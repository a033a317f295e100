package connection_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/proctest"
)

const packaged = `{
	"erps": {
		"estudio": {"kind": "omie", "services": {"CURSO-GO": {"nCodServico": 3846592864123456789}, "*": {"impostos": {"nAliqISS": 2.50}}}},
		"loja": {"kind": "sensio", "base_url": "https://api.example.com.br/v1", "items": {}}
	},
	"connections": {
		"cursos": {"platform": "hotmart", "erp": "estudio", "since": "2026-11-21", "amount": "producer"},
		"loja-wp": {"platform": "vtex", "erp": "loja", "since": "2026-01-02", "orig": "Loja WP", "header": "x-token", "line": "AVULSO", "test_orders": "create",
			"zero_orders": "create", "share": "affiliate", "gift_cards": "create", "tax_id_fields": ["cpf do aluno"], "document": "sale"}
	}
}`

func TestAccountsAndConnectionsKnowTheirNames(t *testing.T) {
	c, err := connection.Parse([]byte(packaged))
	if err != nil {
		t.Fatal(err)
	}
	saoPaulo := func(text string) connection.Date {
		day, err := time.ParseInLocation(time.DateOnly, text, order.SaoPaulo())
		if err != nil {
			t.Fatal(err)
		}
		return connection.Date{Time: day}
	}
	want := map[string]connection.Connection{
		"cursos": {Name: "cursos", Platform: "hotmart", Account: "estudio", Since: saoPaulo("2026-11-21"), Amount: "producer"},
		"loja-wp": {Name: "loja-wp", Platform: "vtex", Account: "loja", Since: saoPaulo("2026-01-02"),
			Orig: "Loja WP", Header: "x-token", Line: "AVULSO", TestOrders: "create",
			ZeroOrders: "create", Share: "affiliate", GiftCards: "create", TaxIDFields: []string{"cpf do aluno"}, Document: "sale"},
	}
	if diff := cmp.Diff(want, c.Connections); diff != "" {
		t.Errorf("connections (-want +got):\n%s", diff)
	}
	loja := c.Accounts["loja"]
	if loja.Name != "loja" || loja.Kind != "sensio" || loja.BaseURL != "https://api.example.com.br/v1" {
		t.Errorf("account %+v", loja)
	}
}

// asking is an account that asks for a kind of document.
type asking struct {
	erp.Client
	kind string
}

func (a asking) DocumentKind() string { return a.kind }

func TestAStoreMayChooseTheKindOfItsDocuments(t *testing.T) {
	for _, c := range []struct {
		store, account, client, want string
	}{{"", "", "os", "os"}, {"", "os", "os", "os"}, {"", "pedido", "pedido", "pedido"}, {"pedido", "os", "os", "pedido"}, {"os", "pedido", "pedido", "os"}} {
		account := connection.Account{Document: c.account}
		ref := connection.Connection{Name: "loja", Orig: "Loja", Document: c.store}.Reference(account, asking{kind: c.client}, "7")
		want := erp.NewReference("loja", "Loja", "7")
		want.DocumentKind = c.want
		if ref != want {
			t.Errorf("%+v: %+v", c, ref)
		}
	}
	for kind, account := range map[string]connection.Account{"": {}, "pedido": {Document: "pedido"}} {
		if ref := (connection.Connection{Name: "loja"}).Reference(account, nil, "7"); ref.DocumentKind != kind {
			t.Errorf("of an account without a client: %+v, want %q", ref, kind)
		}
	}
}

func TestThePlatformLearnsWhatItsConnectionSays(t *testing.T) {
	got := connection.Connection{Name: "c", Amount: "producer", Share: "affiliate", GiftCards: "create", Line: "L", Header: "H", Orig: "O", TaxIDFields: []string{"T"}}.Settings()
	want := platform.Settings{Connection: "c", Amount: "producer", Share: "affiliate", GiftCards: "create", Line: "L", Header: "H", TaxIDFields: []string{"T"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestSinceIsMidnightInSaoPaulo(t *testing.T) {
	var d connection.Date
	if err := json.Unmarshal([]byte(`"2026-11-21"`), &d); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC); !d.Equal(want) {
		t.Errorf("got %s, want %s", d.UTC(), want)
	}
}

func TestNumbersInSettingsKeepTheirText(t *testing.T) {
	c, err := connection.Parse([]byte(packaged))
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"3846592864123456789", "2.50"} {
		if !strings.Contains(string(c.Accounts["estudio"].Settings), number) {
			t.Errorf("settings lost %s: %s", number, c.Accounts["estudio"].Settings)
		}
	}
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := connection.Parse(written)
	if err != nil {
		t.Fatal(err)
	}
	compact := func(b json.RawMessage) string {
		return strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(string(b))
	}
	if got, want := compact(again.Accounts["estudio"].Settings), compact(c.Accounts["estudio"].Settings); got != want {
		t.Errorf("written and read again: %s, want %s", got, want)
	}
	if diff := cmp.Diff(c.Connections, again.Connections); diff != "" {
		t.Errorf("written and read again (-want +got):\n%s", diff)
	}
}

func TestAConfigKeepsNothingOfTheBytesItWasReadFrom(t *testing.T) {
	b := []byte(packaged)
	c, err := connection.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	clear(b)
	if got := string(c.Accounts["loja"].Settings); !strings.Contains(got, "api.example.com.br") {
		t.Errorf("settings are %q", got)
	}
}

func TestAnAccountWithoutSettingsIsWrittenAsItIs(t *testing.T) {
	b, err := json.Marshal(connection.Account{Name: "x", Kind: "omie", BaseURL: "https://a.b/"})
	if err != nil || string(b) != `{"kind":"omie","base_url":"https://a.b/"}` {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestNothingStartsWithoutWhatItNeeds(t *testing.T) {
	const account = `"erps":{"estudio":{"kind":"omie"}}`
	store := func(name, fields string) string {
		return `{` + account + `,"connections":{"` + name + `":{` + fields + `}}}`
	}
	const good = `"platform":"hotmart","erp":"estudio","since":"2026-11-21"`
	for _, row := range []struct{ name, text, want string }{
		{"no date", store("cursos", `"platform":"hotmart","erp":"estudio"`), "read connections: connections.cursos: invalid connections: since is missing"},
		{"no platform", store("cursos", `"erp":"estudio","since":"2026-11-21"`), "read connections: connections.cursos: invalid connections: platform is missing"},
		{"no account", store("cursos", `"platform":"hotmart","erp":"outro","since":"2026-11-21"`), `read connections: connections.cursos: invalid connections: erp: there is no account "outro"`},
		{"capital", store("Cursos", good), `read connections: connections.Cursos: invalid connections: "Cursos" is not a name`},
		{"hash", store("a#b", good), `read connections: connections.a#b: invalid connections: "a#b" is not a name`},
		{"account's name", `{"erps":{"~x":{"kind":"omie"}}}`, `read connections: erps.~x: invalid connections: "~x" is not a name`},
		{"kind", `{"erps":{"x":{"kind":"Omie/x"}}}`, `read connections: erps.x: invalid connections: kind is "Omie/x"`},
		{"null account", `{"erps":{"x":null}}`, `read connections: erps.x: invalid connections: kind is ""`},
	} {
		c, err := connection.Parse([]byte(row.text))
		if !errors.Is(err, connection.ErrInvalid) || err.Error() != row.want {
			t.Errorf("%s: got %v, want %s", row.name, err, row.want)
		}
		if c.Connections != nil || c.Accounts != nil {
			t.Errorf("%s: an error and a config", row.name)
		}
	}
	for _, text := range []string{``, `[]`, `{`, store("cursos", `"platform":"hotmart","erp":"estudio","since":"2026-02-30"`), store("cursos", `"since":null`), store("cursos", `"since":20261121`)} {
		if _, err := connection.Parse([]byte(text)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestNamesFitIntoKeysAndURLs(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "0": true, "loja-online": true, "a-": true, strings.Repeat("a", 40): true,
		"": false, "-a": false, "A": false, "a_b": false, "a.b": false, "a/b": false, "ação": false, "a\n": false, strings.Repeat("a", 41): false,
	} {
		if got := connection.ValidName(name); got != want {
			t.Errorf("ValidName(%q) = %v", name, got)
		}
	}
}

func TestNoYAMLAndNoSchemaTravelIntoALambda(t *testing.T) {
	proctest.Starts(t)
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/carimbo/carimbo/shared/connection").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, library := range []string{"goccy/go-yaml", "jsonschema", "shared/yaml"} {
		if strings.Contains(string(out), library) {
			t.Errorf("package connection imports %s", library)
		}
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	f.Add([]byte(packaged))
	f.Add([]byte(`{"erps":{"x":null},"connections":{"y":null}}`))
	f.Add([]byte(`{"erps":{"x":[]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := connection.Parse(b)
		if err != nil {
			return
		}
		for name, conn := range c.Connections {
			if conn.Since.IsZero() || !connection.ValidName(name) {
				t.Fatalf("%q passed with %+v", name, conn)
			}
		}
	})
}

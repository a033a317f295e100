// Package connection is what connections.yaml says: ERP accounts, and stores
// wired to them. It reads JSON, which is what lies beside each function; YAML,
// line numbers and the JSON Schema are in package file, for the command line.
package connection

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// Config is the whole file.
type Config struct {
	Accounts    map[string]Account    `json:"erps"`
	Connections map[string]Connection `json:"connections"`
	// Notify are those whom one machine tells what needs a person.
	Notify map[string]Receiver `json:"notify,omitempty"`
}

// Account is one ERP account. What its kind alone understands stays raw: the
// ERP's package reads it.
type Account struct {
	Name string `json:"-"`
	// Kind is the name of its kind of ERP.
	Kind string `json:"kind"`
	// BaseURL overrides the ERP's own, and is required where it publishes none.
	BaseURL string `json:"base_url,omitempty"`
	// Document is the kind of document that orders become where their connection says none;
	// the first of its kind of ERP where it is empty.
	Document string `json:"document,omitempty"`
	// Settings is the account's whole object, for the ERP's package.
	Settings json.RawMessage `json:"-"`
}

// Connection is one store wired to one ERP account.
type Connection struct {
	Name     string `json:"-"`
	Platform string `json:"platform"`
	// Account is the name of the account.
	Account string `json:"erp"`
	// Since: an order paid before it is ignored (rule 13). Midnight in São Paulo.
	Since Date `json:"since"`
	// TestOrders is "create" to treat the platform's test orders as real ones.
	TestOrders string `json:"test_orders,omitempty"`
	// ZeroOrders is "create" to let orders pass that cost nothing.
	ZeroOrders string `json:"zero_orders,omitempty"`
	// Amount, Share, GiftCards, Line and Header: see platform.Settings.
	Amount    string `json:"amount,omitempty"`
	Share     string `json:"share,omitempty"`
	GiftCards string `json:"gift_cards,omitempty"`
	Line      string `json:"line,omitempty"`
	Header    string `json:"header,omitempty"`
	// TaxIDFields: see platform.Settings.
	TaxIDFields []string `json:"tax_id_fields,omitempty"`
	// Orig is the orig of its documents, where the kind of ERP has one; the connection's
	// name where it is empty.
	Orig string `json:"orig,omitempty"`
	// Document is the kind of document that its orders become; the account's where it is
	// empty.
	Document string `json:"document,omitempty"`
}

// Date is a day in America/Sao_Paulo, the merchant's.
type Date struct{ time.Time }

// Reference is by what the ERP will know the document of the connection's order, and of
// which kind it is asked for: the connection's, or its account's. It is frozen with the order's
// entry (rule 11). Client is the account's, nil where it has none: it can't be used as it is
// configured, but will be asked for the same kind once that is mended.
func (c Connection) Reference(account Account, client erp.Client, orderID string) erp.Reference {
	ref := erp.NewReference(c.Name, c.Orig, orderID)
	ref.DocumentKind = cmp.Or(c.Document, account.Document)
	if ref.DocumentKind == "" && client != nil {
		ref.DocumentKind = client.DocumentKind()
	}
	return ref
}

// Settings are what the platform needs to know.
func (c Connection) Settings() platform.Settings {
	return platform.Settings{Connection: c.Name, Amount: c.Amount, Share: c.Share, GiftCards: c.GiftCards, Line: c.Line, Header: c.Header, TaxIDFields: c.TaxIDFields}
}

// UnmarshalJSON keeps the account's whole object beside what every kind has.
func (a *Account) UnmarshalJSON(b []byte) error {
	type plain Account
	if err := json.Unmarshal(b, (*plain)(a)); err != nil {
		return err
	}
	a.Settings = append(json.RawMessage(nil), b...)
	return nil
}

// MarshalJSON writes the account's whole object back.
func (a Account) MarshalJSON() ([]byte, error) {
	if a.Settings != nil {
		return a.Settings, nil
	}
	type plain Account
	return json.Marshal(plain(a))
}

// ErrInvalid: the file can't be what `carimbo check` let pass.
var ErrInvalid = words.Errorf("invalid connections")

// name is what accounts and connections may be called: both are parts of keys,
// queue groups and URLs.
var name = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// ValidName tells whether text can name an account or a connection.
func ValidName(text string) bool { return name.MatchString(text) }

// Parse reads the JSON form and checks what nothing can run without: names, and
// that each connection has a platform, a date and an account that exists.
// Everything else was checked at build. The error wraps ErrInvalid, or is
// encoding/json's.
func Parse(b []byte) (Config, error) {
	var c Config
	if err := json.Unmarshal(b, &c); err != nil {
		return Config{}, words.Errorf("read connections: %s", err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Accounts)) {
		a := c.Accounts[name]
		if err := a.check(name); err != nil {
			return Config{}, words.Errorf("read connections: erps.%s: %s", name, err)
		}
		a.Name = name
		c.Accounts[name] = a
	}
	for _, name := range slices.Sorted(maps.Keys(c.Connections)) {
		conn := c.Connections[name]
		if err := conn.check(name, c.Accounts); err != nil {
			return Config{}, words.Errorf("read connections: connections.%s: %s", name, err)
		}
		conn.Name = name
		c.Connections[name] = conn
	}
	for _, name := range slices.Sorted(maps.Keys(c.Notify)) {
		if !ValidName(name) {
			return Config{}, words.Errorf("read connections: notify.%s: %s", name, words.Errorf("%s: %q is not a name", ErrInvalid, name))
		}
		r := c.Notify[name]
		r.Name = name
		c.Notify[name] = r
	}
	return c, nil
}

func (a Account) check(name string) error {
	switch {
	case !ValidName(name):
		return words.Errorf("%s: %q is not a name", ErrInvalid, name)
	case !ValidName(a.Kind): // it is part of names; whether there is such a kind was checked at build
		return words.Errorf("%s: kind is %q", ErrInvalid, a.Kind)
	}
	return nil
}

// check: an order of any age would pass a connection without since (rule 13).
func (c Connection) check(name string, accounts map[string]Account) error {
	_, known := accounts[c.Account]
	switch {
	case !ValidName(name):
		return words.Errorf("%s: %q is not a name", ErrInvalid, name)
	case c.Platform == "":
		return words.Errorf("%s: platform is missing", ErrInvalid)
	case c.Since.IsZero():
		return words.Errorf("%s: since is missing", ErrInvalid)
	case !known:
		return words.Errorf("%s: erp: there is no account %q", ErrInvalid, c.Account)
	}
	return nil
}

package connection

import (
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/secret"
)

// Accounts gives out the client of each configured ERP account: made once, and
// made anew when the account's settings change.
type Accounts struct {
	// Connections is the configuration as it is now.
	Connections func() Config
	// Kinds are those whose accounts have clients.
	Kinds erp.Kinds
	// Options are what a client is made with besides its account: what all have in
	// common.
	Options erp.Options
	Secrets secret.Store
	// BaseURL is where the API of an account of the kind is, if not where its settings
	// say; nil where they always do.
	BaseURL func(kind string, settings json.RawMessage) string
	Log     *slog.Logger

	mu   sync.Mutex
	made map[string]cachedClient
}

type cachedClient struct {
	settings string
	client   erp.Client
}

// Client returns the account's client, or false if the account is not configured or
// can't be used as it is configured.
func (a *Accounts) Client(name string) (erp.Client, bool) {
	account, ok := a.Connections().Accounts[name]
	if !ok {
		return nil, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.made[name]; ok && c.settings == string(account.Settings) {
		return c.client, true
	}
	kind, ok := a.Kinds.Find(account.Kind)
	if !ok {
		return nil, false
	}
	if a.Options.Calls == nil {
		a.Options.Calls = new(erp.Calls) // of all accounts, however often their clients are made anew
	}
	client, err := kind.New(a.options(kind, account))
	if err != nil {
		a.Log.Error("an ERP account can't be used as it is configured", "account", name, "cause", err)
		return nil, false
	}
	if a.made == nil {
		a.made = map[string]cachedClient{}
	}
	a.made[name] = cachedClient{settings: string(account.Settings), client: client}
	return client, true
}

func (a *Accounts) options(kind erp.Kind, account Account) erp.Options {
	o := a.Options
	o.Account, o.Settings = account.Name, account.Settings
	o.Credentials = secret.Credentials(a.Secrets, kind.SecretName(account.Name))
	if a.BaseURL != nil {
		o.BaseURL = a.BaseURL(kind.Name, account.Settings)
	}
	return o
}

package connection

import (
	"log/slog"
	"sync"

	"github.com/carimbo/carimbo/shared/erp"
)

// Accounts gives out the client of each configured ERP account: made once, and
// made anew when the account's settings change.
type Accounts struct {
	// Connections is the configuration as it is now.
	Connections func() Config
	// Make makes an account's client, by kind.
	Make map[string]func(Account) (erp.ERP, error)
	Log  *slog.Logger

	mu   sync.Mutex
	made map[string]client
}

type client struct {
	settings string
	erp      erp.ERP
}

// ERP returns the account's client, or false if the account is not configured or
// can't be used as it is configured.
func (a *Accounts) ERP(name string) (erp.ERP, bool) {
	account, ok := a.Connections().ERPs[name]
	if !ok {
		return nil, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	settings := string(account.Settings)
	if c, ok := a.made[name]; ok && c.settings == settings {
		return c.erp, true
	}
	newClient, ok := a.Make[account.Kind]
	if !ok {
		return nil, false
	}
	e, err := newClient(account)
	if err != nil {
		a.Log.Error("an ERP account can't be used as it is configured", "account", name, "cause", err)
		return nil, false
	}
	if a.made == nil {
		a.made = map[string]client{}
	}
	a.made[name] = client{settings: settings, erp: e}
	return e, true
}

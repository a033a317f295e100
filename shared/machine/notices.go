package machine

import (
	"context"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/notify"
	notifysqlite "github.com/carimbo/carimbo/shared/notify/sqlite"
	"github.com/carimbo/carimbo/shared/operator"
)

// openNotices makes what tells people, which begins with Run and for which nothing waits.
func (m *Machine) openNotices(ctx context.Context) error {
	store, err := notifysqlite.New(ctx, m.ledger.DB())
	if err != nil {
		return err
	}
	m.notices = notify.New(notify.Options{
		Receivers: func() map[string]connection.Receiver { return m.opts.Connections().Notify },
		Standing:  m.attention, Store: store, Secrets: m.opts.Secrets, Languages: m.opts.Languages, Now: m.opts.Now, Log: m.opts.Log})
	return nil
}

// attention is what needs a person now. Of a data folder that is gone nobody is told:
// another process may have it.
func (m *Machine) attention(ctx context.Context) ([]notify.Cause, error) {
	if err := m.inPlace(ctx); err != nil {
		return nil, err
	}
	accounts := map[string]string{}
	for name, account := range m.opts.Connections().Accounts {
		accounts[name] = account.Kind
	}
	a := operator.Attention{Ledger: m.ledger, Kinds: m.opts.Words, Accounts: accounts}
	if m.opts.Console != nil {
		a.Console = m.opts.Console()
	}
	return a.Causes(ctx)
}

package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/words"
)

// contents reads the file of --payload as the new contents of the order, which it
// has to be about.
func (c *console) contents(cmd *cobra.Command, path string, e ledger.Entry) (*ledger.Contents, error) {
	body, err := c.readPayload(cmd, path)
	if err != nil {
		return nil, err
	}
	s, err := c.storeOf(cmd, e)
	if err != nil {
		return nil, err
	}
	n, err := c.read(s, body)
	if err != nil {
		return nil, err
	}
	return operator.NewContents(e, path, n, c.now())
}

// storeOf is the connection that the order came by; by its name alone where there
// is no file of connections.
func (c *console) storeOf(cmd *cobra.Command, e ledger.Entry) (store, error) {
	if _, err := os.Stat(c.connections); err == nil || cmd.Flags().Changed("connections") {
		s, err := c.connect(cmd, e.Connection)
		if err == nil && s.Platform != e.Platform {
			err = words.Errorf("connection %s is of platform %s now, and the order came from %s", e.Connection, s.Platform, e.Platform)
		}
		return s, err
	}
	p, ok := registry.Get(e.Platform)
	if !ok {
		return store{}, words.Errorf("platform %s is not built in", e.Platform)
	}
	return store{connection.Connection{Name: e.Connection, Platform: e.Platform}, connection.Account{}, p}, nil
}

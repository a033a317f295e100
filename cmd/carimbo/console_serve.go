package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"

	"github.com/carimbo/carimbo/shared/connection"
	web "github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// browsing is a console that is served.
type browsing struct {
	// url is where, without a slash at its end; empty where its address is taken.
	url   string
	taken string
	links web.Links
	end   func(context.Context) error
}

// consoleFolder is where a data folder has the console's links.
func consoleFolder(data string) string { return filepath.Join(data, "console") }

// browsing opens the console of serve at the address. If it is taken and nobody asked for
// it, there is none.
func (c *console) browsing(addr string, asked bool, cfg func() connection.Config) func(context.Context, *serving) (*browsing, error) {
	if addr == noConsole {
		return nil
	}
	return func(ctx context.Context, s *serving) (*browsing, error) {
		listener, err := net.Listen("tcp", addr)
		switch {
		case err != nil && asked:
			return nil, words.Errorf("the console can't be served: %v: is something else listening there? Choose another address with --console, or --console off", err)
		case err != nil:
			slog.New(slog.NewJSONHandler(c.stderr, nil)).WarnContext(ctx, "the console's address is taken: there is none; give another one with --console", "cause", err)
			return &browsing{taken: addr}, nil
		}
		return c.browsingAt(listener, s, cfg)
	}
}

// browsingAnywhere opens the console of the demo, where there is room.
func (c *console) browsingAnywhere(cfg func() connection.Config) func(context.Context, *serving) (*browsing, error) {
	return func(_ context.Context, s *serving) (*browsing, error) {
		listener, err := listenForConsole("")
		if err != nil {
			return nil, fmt.Errorf("serve the console: %w", err)
		}
		return c.browsingAt(listener, s, cfg)
	}
}

// browsingAt opens the console of what serves.
func (c *console) browsingAt(listener net.Listener, s *serving, cfg func() connection.Config) (*browsing, error) {
	o := c.browse(machineLedger{s.machine.Ledger(), s.machine.Queue()}, cfg)
	o.Refused = s.refused
	o.Links = web.Links{Folder: consoleFolder(c.data), Now: c.now}
	return serveConsole(listener, o, consoleFolder(c.data))
}

// browse is what a console of the ledger is made of, but for its links.
func (c *console) browse(l ledger.Ledger, cfg func() connection.Config) web.Options {
	orders := c.orders(l)
	orders.Site.Zone = order.SaoPaulo()
	orders.Settings = func(name, kind string) (json.RawMessage, error) {
		account, ok := cfg().Accounts[name]
		if !ok || account.Kind != kind {
			return nil, words.Errorf("account %s (%s) is not in %s any more: add it again", name, kind, c.connections)
		}
		return account.Settings, nil
	}
	return web.Options{
		Orders: orders, By: c.operator, Log: slog.New(slog.NewJSONHandler(c.stderr, nil)),
		Accounts: func() operator.Accounts {
			a := c.accountsOf(l, cfg())
			if m, is := l.(machineLedger); is {
				a.Queue = m.queue
			}
			return a
		},
		Document:    c.documents(cfg),
		Connections: func() []string { return connectionNames(cfg()) },
	}
}

// serveConsole serves until it is closed. Its folder tells where.
func serveConsole(listener net.Listener, o web.Options, folder string) (*browsing, error) {
	o.Name = rand.Text()
	b := &browsing{url: "http://" + listener.Addr().String(), links: o.Links.(web.Links)}
	made, err := web.New(o)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := made.Server()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	forget, err := web.Announce(folder, web.Running{URL: b.url, Name: o.Name})
	b.end = func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangUp)
		defer cancel()
		err := server.Shutdown(ctx)
		made.Close()
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		if forget != nil {
			err = errors.Join(err, forget())
		}
		return err
	}
	if err != nil {
		return nil, errors.Join(err, b.end(context.Background()))
	}
	return b, nil
}

func (b *browsing) close(ctx context.Context) error {
	if b == nil || b.end == nil {
		return nil
	}
	return b.end(ctx)
}

// address is where it is; empty where there is none.
func (b *browsing) address() string {
	if b == nil {
		return ""
	}
	return b.url
}

// link is a new one-time link.
func (b *browsing) link() (string, error) {
	token, err := b.links.New()
	return b.url + "/open?token=" + token, err
}

// sayConsole tells a person how to open the console. A link is for who reads a terminal:
// anything else is kept somewhere.
func (c *console) sayConsole(b *browsing) {
	switch {
	case b == nil:
	case b.url == "":
		c.printf(c.stdout, "No console: something else listens at %s; choose another address with --console.\n", b.taken)
	case !c.terminal:
		c.printf(c.stdout, "Console: %s; on a terminal, carimbo console --data %s prints a link that opens it.\n", b.url, c.data)
	default:
		link, err := b.link()
		if err != nil {
			c.warn("there is no link to the console: %v", err)
			return
		}
		c.printf(c.stdout, "Console: %s (opens once, within ten minutes; carimbo console --data %s prints another link)\n", link, c.data)
	}
}

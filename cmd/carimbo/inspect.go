package main

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/preflight"
	"github.com/carimbo/carimbo/shared/secret"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// purpose is what the files are looked at for.
type purpose struct {
	// simulated: the values of secrets.example.yaml will do.
	simulated bool
	// serving: there has to be a file of secrets.
	serving bool
}

// inspection is what was found, and what can be gone on with: with anything but
// warnings there is no config, and there may be no secrets.
type inspection struct {
	report
	config  connection.Config
	secrets *secretfile.Store
}

// inspect fails only where there is nothing to inspect.
func (c *console) inspect(cmd *cobra.Command, p purpose) (inspection, error) {
	in := inspection{report: report{File: c.connections, Connections: []checked{}, Problems: []fileProblem{}}}
	cfg, problems, err := c.loadConfig(cmd)
	in.add(problems...)
	var wrong yaml.Problems
	if errors.As(err, &wrong) {
		return in, nil
	}
	if err != nil {
		return in, err
	}
	in.config, in.Accounts = cfg, len(cfg.Accounts)
	for _, name := range connectionNames(cfg) {
		conn := cfg.Connections[name]
		in.Connections = append(in.Connections, checked{name, conn.Platform, conn.Account, cfg.Accounts[conn.Account].Kind, "/webhooks/" + name})
	}
	in.Receivers = receiversOf(cfg)
	if in.secrets, err = c.inspectSecrets(cmd, p, &in.report); err != nil {
		return in, err
	}
	in.add(c.checkConfig(cmd.Context(), cfg, in.secrets)...)
	return in, nil
}

// checkConfig is what is asked of a configuration besides its form.
func (c *console) checkConfig(ctx context.Context, cfg connection.Config, secrets *secretfile.Store) yaml.Problems {
	problems := append(c.notBuiltIn(cfg), c.fiscal(cfg)...)
	if secrets != nil {
		problems = append(problems, c.missingSecrets(ctx, cfg, secrets)...)
		problems = append(problems, c.receiverSecrets(ctx, cfg, secrets)...)
	}
	return problems
}

// inspectSecrets leaves a file alone that nobody named and that isn't there, unless
// it is to serve: secrets may be elsewhere.
func (c *console) inspectSecrets(cmd *cobra.Command, p purpose, r *report) (*secretfile.Store, error) {
	if !p.serving && !cmd.Flags().Changed("secrets") && absent(c.secrets) {
		return nil, nil
	}
	secrets, err := c.loadSecrets(cmd, !p.simulated)
	var wrong yaml.Problems
	if errors.As(err, &wrong) {
		r.add(wrong...)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.SecretsChecked = true
	r.add(secrets.Warnings()...)
	return secrets, nil
}

func absent(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// notBuiltIn finds what the file may say and this program can't do.
func (c *console) notBuiltIn(cfg connection.Config) yaml.Problems {
	var problems yaml.Problems
	for _, name := range connectionNames(cfg) {
		conn := cfg.Connections[name]
		if _, ok := registry.Get(conn.Platform); !ok {
			problems = append(problems, c.problemAt(words.Say("%s is not built in; this program knows %s", conn.Platform, strings.Join(registry.Names(), ", ")), "connections", name, "platform"))
		}
	}
	return problems.Sorted()
}

// fiscal warns of what the fiscal rules of today have against the services that accounts
// describe themselves. Orders with them are judged one by one.
func (c *console) fiscal(cfg connection.Config) yaml.Problems {
	var problems yaml.Problems
	for _, name := range slices.Sorted(maps.Keys(cfg.Accounts)) {
		account := cfg.Accounts[name]
		kind, ok := kinds.All().Find(account.Kind)
		if !ok || kind.Fiscal == nil {
			continue
		}
		for _, f := range preflight.Check(kind.Fiscal(account.Settings), c.now()) {
			says := words.Say("%s (%s)", f.Says, f.Source)
			if f.Refused {
				says = words.Say("%s (%s): orders with it are rejected", f.Says, f.Source)
			}
			p := c.problemAt(says, append([]string{"erps", name}, f.At...)...)
			p.Warning = true
			problems = append(problems, p)
		}
	}
	return problems.Sorted()
}

// problemAt finds where in the file a value is, or what it is missing in. The file was
// read a moment ago.
func (c *console) problemAt(message words.Text, keys ...string) yaml.Problem {
	p := yaml.Problem{File: c.connections, Message: message}
	b, err := os.ReadFile(c.connections)
	node, _ := yaml.Parse(c.connections, b)
	for _, key := range keys {
		p.Path = yaml.Join(p.Path, key)
		if err == nil && node != nil && node.Get(key) != nil {
			node = node.Get(key)
		}
	}
	if node != nil {
		p.Line, p.Column = node.Line, node.Column
	}
	return p
}

// missingSecrets asks for every secret that a call will need.
func (c *console) missingSecrets(ctx context.Context, cfg connection.Config, secrets secret.Store) yaml.Problems {
	var problems yaml.Problems
	missing := func(what words.Text) {
		problems = append(problems, yaml.Problem{File: c.secrets, Message: what})
	}
	needs := map[string][]string{}
	for _, name := range connectionNames(cfg) {
		account := cfg.Connections[name].Account
		needs[account] = append(needs[account], name)
	}
	for _, account := range slices.Sorted(maps.Keys(needs)) {
		if _, _, err := secret.Credentials(secrets, cfg.Accounts[account].Kind+"/"+account)(ctx); err != nil {
			missing(words.Say("%s: account %s needs its app_key and app_secret (for %s)", err, account, strings.Join(needs[account], ", ")))
		}
	}
	for _, name := range connectionNames(cfg) {
		conn := cfg.Connections[name]
		hook, err := secrets.Get(ctx, "hook/"+name)
		switch {
		case errors.Is(err, secret.ErrNotFound):
			// The other connections can go on without it.
			missing(words.Say("there is no secret hook/%s: add it with the signing_secret that %s proves itself with; until then its webhooks are answered 503", name, conn.Platform))
			problems[len(problems)-1].Warning = true
		case err != nil:
			missing(words.Say("hook/%s: %s", name, err))
		case !provable(conn.Platform, hook.Signing(c.now())[0], c.now()):
			missing(words.Of(unprovable(name, conn.Platform)))
		}
		if err := checkStore(ctx, secrets, name, conn.Platform); err != nil {
			missing(words.Of(err))
		}
	}
	return problems
}

// provable tells whether a webhook that is signed with the secret is taken for
// genuine: each platform's secrets have a form.
func provable(name, key string, now time.Time) bool {
	p, ok := registry.Get(name)
	return !ok || p.Verify(p.Sign([]byte("{}"), key, now), []string{key}, now) == nil
}

func unprovable(connection, platform string) error {
	return words.Errorf("the signing_secret of hook/%s is none that %s signs with, so that every webhook would be refused: paste it again, whole (of generic: whsec_ and base64)", connection, platform)
}

// checkStore asks for the secret that fetching from the store needs, and for its form.
func checkStore(ctx context.Context, secrets secret.Store, connection, name string) error {
	p, _ := registry.Get(name)
	fetcher, ok := p.(platform.Fetcher)
	if !ok {
		return nil
	}
	store, err := secrets.Get(ctx, "store/"+connection)
	switch _, optional := p.(platform.OptionalFetcher); {
	case err != nil && optional:
		return nil
	case err != nil:
		return words.Errorf("there is no secret store/%s: %s sends only an id, and the order has to be fetched", connection, name)
	}
	if err := fetcher.CheckStore(store.Values); err != nil {
		return words.Errorf("store/%s: %s", connection, err)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/secret"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
	"github.com/carimbo/carimbo/shared/yaml"
)

// erpChecks are the kinds of ERP that are built in.
var erpChecks = file.Checks{omieKind: omie.Check, sensioKind: sensio.Check}

// readConfig loads --connections for a command that needs it whole.
func (c *console) readConfig(cmd *cobra.Command) (connection.Config, error) {
	cfg, _, err := c.loadConfig(cmd)
	return cfg, firstOf(err)
}

func (c *console) loadConfig(cmd *cobra.Command) (connection.Config, yaml.Problems, error) {
	cfg, problems, err := file.Load(c.connections, erpChecks, registry.Names()...)
	return cfg, problems, unreadable(cmd, c.connections, "connections", err)
}

// readSecrets opens --secrets for a command that needs it whole.
func (c *console) readSecrets(cmd *cobra.Command) (*secretfile.Store, error) {
	secrets, err := c.loadSecrets(cmd)
	return secrets, firstOf(err)
}

func (c *console) loadSecrets(cmd *cobra.Command) (*secretfile.Store, error) {
	secrets, err := secretfile.Open(c.secrets, c.now)
	return secrets, unreadable(cmd, c.secrets, "secrets", err)
}

// unreadable makes a file that isn't there the wrong usage that it is.
func unreadable(cmd *cobra.Command, path, flag string, err error) error {
	var why *fs.PathError
	if errors.As(err, &why) {
		return usage(cmd, "%s can't be read (%v): give the file with --%s", path, why.Err, flag)
	}
	return err
}

// firstOf makes one sentence of all that is wrong in a file.
func firstOf(err error) error {
	var problems yaml.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		return err
	}
	if more := len(problems) - 1; more > 0 {
		return fmt.Errorf("%v (and %d more: carimbo check lists them)", problems[0], more)
	}
	return fmt.Errorf("%v", problems[0])
}

func (c *console) checkCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the files of connections and secrets",
		Long: `Check the file of connections: every problem with its line and column, and what
is allowed there. Where there is a file of secrets, check that each secret that
is needed is in it. Nothing is sent. Warnings are what works, but may not be
meant.`,
		Example: `  carimbo check
  carimbo check --connections shop.yaml --secrets shop-secrets.yaml --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := c.inspect(cmd)
			if err != nil {
				return err
			}
			if asJSON {
				err = printJSON(c.stdout, r)
			} else {
				c.printReport(r)
			}
			return errors.Join(err, r.verdict())
		},
	}
	c.connectionsFlag(cmd)
	c.secretsFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

// report is what check found, as --json shows it.
type report struct {
	File        string    `json:"file"`
	Accounts    int       `json:"accounts"`
	Connections []checked `json:"connections"`
	// SecretsChecked is false where there is no file of secrets.
	SecretsChecked bool          `json:"secrets_checked"`
	Problems       []fileProblem `json:"problems"`
}

type checked struct {
	Name     string `json:"name"`
	Platform string `json:"platform"`
	Account  string `json:"account"`
	ERP      string `json:"erp"`
	Webhook  string `json:"webhook"`
}

type fileProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"`
}

// inspect fails only where there is nothing to inspect.
func (c *console) inspect(cmd *cobra.Command) (report, error) {
	r := report{File: c.connections, Connections: []checked{}, Problems: []fileProblem{}}
	cfg, problems, err := c.loadConfig(cmd)
	r.add(problems...)
	var wrong yaml.Problems
	if errors.As(err, &wrong) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Accounts = len(cfg.ERPs)
	for _, name := range connectionNames(cfg) {
		conn := cfg.Connections[name]
		r.Connections = append(r.Connections, checked{name, conn.Platform, conn.ERP, cfg.ERPs[conn.ERP].Kind, "/webhooks/" + name})
	}
	r.add(c.notBuiltIn(cfg)...)
	return r, c.inspectSecrets(cmd, cfg, &r)
}

// inspectSecrets leaves a file alone that nobody named and that isn't there:
// secrets may be elsewhere.
func (c *console) inspectSecrets(cmd *cobra.Command, cfg connection.Config, r *report) error {
	if !cmd.Flags().Changed("secrets") && absent(c.secrets) {
		return nil
	}
	secrets, err := c.loadSecrets(cmd)
	var wrong yaml.Problems
	if errors.As(err, &wrong) {
		r.add(wrong...)
		return nil
	}
	if err != nil {
		return err
	}
	r.SecretsChecked = true
	r.add(secrets.Warnings()...)
	r.add(c.missingSecrets(cmd.Context(), cfg, secrets)...)
	return nil
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
			problems = append(problems, c.problemAt(fmt.Sprintf("%s is not built in; this program knows %s", conn.Platform, strings.Join(registry.Names(), ", ")), "connections", name, "platform"))
		}
		if kind := cfg.ERPs[conn.ERP].Kind; erpChecks[kind] == nil {
			problems = append(problems, c.problemAt(fmt.Sprintf("%s is not built in; this program knows %s and %s", kind, omieKind, sensioKind), "erps", conn.ERP, "kind"))
		}
	}
	return problems.Sorted()
}

// problemAt finds where in the file a value is. The file was read a moment ago.
func (c *console) problemAt(message string, keys ...string) yaml.Problem {
	p := yaml.Problem{File: c.connections, Message: message}
	b, err := os.ReadFile(c.connections)
	node, _ := yaml.Parse(c.connections, b)
	for _, key := range keys {
		p.Path = yaml.Join(p.Path, key)
		if err == nil && node != nil {
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
	missing := func(format string, args ...any) {
		problems = append(problems, yaml.Problem{File: c.secrets, Message: fmt.Sprintf(format, args...)})
	}
	needs := map[string][]string{}
	for _, name := range connectionNames(cfg) {
		account := cfg.Connections[name].ERP
		needs[account] = append(needs[account], name)
	}
	for _, account := range slices.Sorted(maps.Keys(needs)) {
		if _, _, err := secret.Credentials(secrets, cfg.ERPs[account].Kind+"/"+account)(ctx); err != nil {
			missing("%v: account %s needs its app_key and app_secret (for %s)", err, account, strings.Join(needs[account], ", "))
		}
	}
	for _, name := range connectionNames(cfg) {
		conn := cfg.Connections[name]
		hook, err := secrets.Get(ctx, "hook/"+name)
		switch {
		case errors.Is(err, secret.ErrNotFound):
			missing("there is no secret hook/%s: add it with the signing_secret that %s proves itself with", name, conn.Platform)
		case err != nil:
			missing("hook/%s: %v", name, err)
		case len(hook.Signing(c.now())) == 0:
			missing("the secret hook/%s lacks signing_secret: add what %s proves itself with", name, conn.Platform)
		case !provable(conn.Platform, hook.Signing(c.now())[0], c.now()):
			missing("%v", unprovable(name, conn.Platform))
		}
		if fetches(conn.Platform) {
			if _, err := secrets.Get(ctx, "store/"+name); err != nil {
				missing("there is no secret store/%s: %s sends only an id, and the order has to be fetched", name, conn.Platform)
			}
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
	return fmt.Errorf("the signing_secret of hook/%s is none that %s signs with, so that every webhook would be refused: paste it again, whole (of generic: whsec_ and base64)", connection, platform)
}

// fetches tells whether the platform can't do without the store's secret.
func fetches(name string) bool {
	p, _ := registry.Get(name)
	_, fetches := p.(platform.Fetcher)
	_, optional := p.(platform.OptionalFetcher)
	return fetches && !optional
}

func (r *report) add(problems ...yaml.Problem) {
	for _, p := range problems {
		r.Problems = append(r.Problems, fileProblem(p))
	}
}

// verdict is an error if anything but warnings was found.
func (r report) verdict() error {
	n := 0
	for _, p := range r.Problems {
		if !p.Warning {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%s to mend before anything is sent", plural(n, "problem"))
}

func (c *console) printReport(r report) {
	for _, p := range r.Problems {
		fmt.Fprintln(c.stdout, safe(yaml.Problem(p).String()))
	}
	if r.verdict() != nil {
		return
	}
	fmt.Fprintf(c.stdout, "%s is fine: %s, %s.\n", safe(r.File), plural(r.Accounts, "account"), plural(len(r.Connections), "connection"))
	for _, conn := range r.Connections {
		fmt.Fprintf(c.stdout, "  %s (%s -> %s): %s\n", conn.Name, conn.Platform, conn.Account, conn.Webhook)
	}
	if !r.SecretsChecked {
		fmt.Fprintf(c.stdout, "Secrets were not checked: there is no %s here.\n", safe(c.secrets))
	}
}

package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/secret"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// Where files are unless flags say otherwise.
const (
	defaultConnections = "connections.yaml"
	defaultSecrets     = "secrets.yaml"
	defaultData        = ".carimbo"
)

func (c *console) connectionsFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.connections, "connections", defaultConnections, "the file with ERP accounts and connections")
}

func (c *console) secretsFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.secrets, "secrets", defaultSecrets, "the file with keys and tokens")
}

func (c *console) dataFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.data, "data", defaultData, "the folder of the ledger")
}

func jsonFlag(cmd *cobra.Command, asJSON *bool) {
	cmd.Flags().BoolVar(asJSON, "json", false, "print JSON, for programs")
}

// readFile reads a file that a flag or an argument names; - is stdin. One that
// isn't there is a wrong command line.
func (c *console) readFile(cmd *cobra.Command, path string) ([]byte, error) {
	if path == "-" {
		b, err := io.ReadAll(io.LimitReader(c.stdin, platform.MaxBody+1))
		if err != nil {
			return nil, words.Errorf("read stdin: %s", err)
		}
		return b, nil
	}
	b, err := os.ReadFile(path)
	var why *fs.PathError
	if errors.As(err, &why) {
		return nil, usage(cmd, "%s can't be read: %s", path, systemSays(why.Err))
	}
	return b, err
}

// readPayload reads the body of a webhook.
func (c *console) readPayload(cmd *cobra.Command, path string) ([]byte, error) {
	body, err := c.readFile(cmd, path)
	if err == nil && len(body) > platform.MaxBody {
		err = words.Errorf("%s has more than 1 MiB, which no webhook may have", path)
	}
	return body, err
}

// store is a connection with what belongs to it.
type store struct {
	connection.Connection
	account  connection.Account
	platform platform.Platform
}

// connect finds the connection that --connection names.
func (c *console) connect(cmd *cobra.Command, name string) (store, error) {
	if name == "" {
		return store{}, usage(cmd, "--connection is missing: the name of a connection in %s", c.connections)
	}
	cfg, err := c.readConfig(cmd)
	if err != nil {
		return store{}, err
	}
	conn, ok := cfg.Connections[name]
	if !ok {
		return store{}, usage(cmd, "--connection %s is not in %s, which has %s", name, c.connections, strings.Join(connectionNames(cfg), ", "))
	}
	p, ok := registry.Get(conn.Platform)
	if !ok {
		return store{}, words.Errorf("connection %s: platform %s is not built in: this program knows %s", name, conn.Platform, strings.Join(registry.Names(), ", "))
	}
	return store{conn, cfg.Accounts[conn.Account], p}, nil
}

func connectionNames(cfg connection.Config) []string {
	return slices.Sorted(maps.Keys(cfg.Connections))
}

// read says what a body means that the connection's platform would send. It is
// signed and read like one that came, so that headers are the platform's own.
func (c *console) read(s store, body []byte) (platform.Notice, error) {
	n, err := s.platform.Read(s.platform.Sign(body, "offline", c.now()), s.Settings())
	if err != nil {
		return n, words.Errorf("the payload is none of %s's: %s", s.Platform, err)
	}
	return n, nil
}

// signingSecret is the connection's current one; place is what people call where
// secrets are.
func signingSecret(ctx context.Context, secrets secret.Store, connection, place string, now time.Time) (string, error) {
	s, err := secrets.Get(ctx, "hook/"+connection)
	if errors.Is(err, secret.ErrNotFound) {
		return "", words.Errorf("there is no secret hook/%s in %s: add it with the signing_secret that the platform proves itself with", connection, place)
	}
	if err != nil {
		return "", words.Errorf("read %s: %s", place, err)
	}
	keys := s.Signing(now)
	if len(keys) == 0 {
		return "", words.Errorf("hook/%s in %s has no signing_secret: add what the platform proves itself with", connection, place)
	}
	return keys[0], nil
}

// readConfig loads --connections for a command that needs it whole.
func (c *console) readConfig(cmd *cobra.Command) (connection.Config, error) {
	cfg, _, err := c.loadConfig(cmd)
	return cfg, firstOf(err)
}

func (c *console) loadConfig(cmd *cobra.Command) (connection.Config, yaml.Problems, error) {
	cfg, problems, err := file.Load(c.connections, kinds.All(), registry.Names()...)
	return cfg, problems, unreadable(cmd, c.connections, "connections", err)
}

// readSecrets opens --secrets for a command that needs it whole.
func (c *console) readSecrets(cmd *cobra.Command) (*secretfile.Store, error) {
	secrets, err := c.loadSecrets(cmd, false)
	return secrets, firstOf(err)
}

func (c *console) loadSecrets(cmd *cobra.Command, real bool) (*secretfile.Store, error) {
	secrets, err := secretfile.Open(c.secrets, secretfile.Options{Now: c.now, Kinds: kinds.All().Secrets(), Real: real})
	return secrets, unreadable(cmd, c.secrets, "secrets", err)
}

// unreadable makes a file that isn't there the wrong usage that it is. The one that
// is looked for where no flag names another is the user's own: a clone has none.
func unreadable(cmd *cobra.Command, path, flag string, err error) error {
	var why *fs.PathError
	if !errors.As(err, &why) {
		return err
	}
	if path == flag+".yaml" && errors.Is(err, fs.ErrNotExist) {
		return usage(cmd, "%s can't be read (%s): cp %s.example.yaml %s and put your own values in, or give the file with --%s", path, systemSays(why.Err), flag, path, flag)
	}
	return usage(cmd, "%s can't be read (%s): give the file with --%s", path, systemSays(why.Err), flag)
}

// systemSays is why a file can't be read. What is rare is in the system's words.
func systemSays(err error) words.Text {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return words.Say("no such file or directory")
	case errors.Is(err, fs.ErrPermission):
		return words.Say("permission denied")
	case errors.Is(err, syscall.EISDIR):
		return words.Say("is a directory")
	}
	return words.Plain(err.Error())
}

// firstOf makes one sentence of all that is wrong in a file.
func firstOf(err error) error {
	var problems yaml.Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		return err
	}
	if more := len(problems) - 1; more > 0 {
		return words.Errorf("%s (and %d more: carimbo check lists them)", problems[0], more)
	}
	return words.Errorf("%s", problems[0])
}

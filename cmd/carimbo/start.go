package main

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// start is what serve has looked at before it starts, and goes by.
type start struct {
	inspection
	// seen is the file of connections that was looked at.
	seen     stamp
	simulate bool
	spacing  time.Duration
	// languages are those of notices.
	languages map[string]words.Language
}

// prepareToServe asks all that check asks, and what concerns this machine. Whatever
// is no warning is a reason not to start.
func (c *console) prepareToServe(cmd *cobra.Command, simulate bool, spacing time.Duration, log *slog.Logger) (start, error) {
	seen, _ := stampOf(c.connections) // before it is read: what changes since is seen
	in, err := c.inspect(cmd, purpose{simulated: simulate, serving: true})
	s := start{inspection: in, seen: seen, simulate: simulate, spacing: spacing}
	if err != nil {
		return s, err
	}
	if s.verdict() == nil {
		if err := s.patient(s.config); err != nil {
			return s, usage(cmd, "%v", err)
		}
	}
	if s.languages, err = c.noticeLanguages(); err != nil {
		return s, err
	}
	s.add(exposed(c.data)...)
	c.printProblems(s.report)
	if err := s.verdict(); err != nil {
		return s, err
	}
	for _, p := range s.warnings() {
		log.WarnContext(cmd.Context(), "this works, but may not be meant so", "problem", p.String())
	}
	return s, nil
}

// warnings are all that was found, once there is nothing else.
func (s start) warnings() yaml.Problems {
	var list yaml.Problems
	for _, p := range s.Problems {
		list = append(list, yaml.Problem(p))
	}
	return list
}

// watch has the file of connections count as it is now, as long as serve would also
// start with it.
func (c *console) watch(ctx context.Context, s start, log *slog.Logger) *configuration {
	return &configuration{path: c.connections, now: c.now, log: log, seen: s.seen, config: s.config, warned: s.warnings(),
		check: func(cfg connection.Config) yaml.Problems {
			problems := c.checkConfig(ctx, cfg, s.secrets)
			if err := s.patient(cfg); err != nil {
				problems = append(problems, yaml.Problem{File: c.connections, Message: words.Of(err)})
			}
			return problems
		}}
}

// patient refuses a spacing that would double or block orders at a real ERP: what
// is sent again sooner is refused there, or applied after it was looked for.
func (s start) patient(cfg connection.Config) error {
	if s.simulate || s.spacing >= placing.Spacing {
		return nil
	}
	if away := elsewhere(cfg); len(away) > 0 {
		return words.Errorf("--spacing %s is for tests, and %s is not on this machine (its base_url would be http://127.0.0.1 or the like): leave --spacing out", s.spacing, strings.Join(away, ", "))
	}
	return nil
}

// elsewhere names the accounts whose calls leave this machine.
func elsewhere(cfg connection.Config) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(cfg.Accounts)), func(name string) bool {
		return onLoopback(cfg.Accounts[name].BaseURL)
	})
}

// onLoopback goes by the host alone, as who calls it does; without a URL it is the
// ERP's own.
func onLoopback(baseURL string) bool {
	u, err := url.Parse(baseURL)
	if err != nil {
		return false
	}
	return connection.IsLoopback(u.Hostname())
}

// exposed warns of what others on this machine can read in the data folder: names
// and tax ids of whoever buys. Windows has no such permissions.
func exposed(data string) yaml.Problems {
	if runtime.GOOS == "windows" {
		return nil
	}
	var problems yaml.Problems
	for _, path := range []string{data, filepath.Join(data, sqlite.File)} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue // what isn't there yet is made for its owner alone
		}
		mode := "600"
		if info.IsDir() {
			mode = "700"
		}
		problems = append(problems, yaml.Problem{File: path, Warning: true,
			Message: words.Say("others on this machine can read it (%s): chmod %s it", info.Mode().Perm(), mode)})
	}
	return problems
}

package main

import (
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/yaml"
)

// tryAgain is how soon a file that couldn't be read, or was wrong, is read again
// although it looks unchanged: it may have been half written, or what it lacked was
// added elsewhere.
const tryAgain = time.Second

// configuration is the file of connections as it is now: what somebody mends
// counts from the next call on, without a restart. A file that can't be read or is
// wrong changes nothing, and is tried again.
type configuration struct {
	path string
	now  func() time.Time
	log  *slog.Logger
	// check finds what is wrong, or may not be meant, in a file that can be read.
	check func(connection.Config) yaml.Problems

	mu     sync.Mutex
	seen   stamp
	config connection.Config
	// failed is when it couldn't be taken over, and told what the log was told of
	// that; empty if it was.
	failed time.Time
	told   string
	warned yaml.Problems
}

// stamp tells one version of a file from another without reading it.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

func (c *configuration) current() connection.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	retry := c.told != "" && c.now().Sub(c.failed) >= tryAgain
	now, err := stampOf(c.path)
	if err == nil && now == c.seen && !retry {
		return c.config
	}
	if err == nil {
		c.seen = now
		err = c.take()
	}
	if err != nil {
		c.failed = c.now()
		if cause := err.Error(); cause != c.told {
			c.told = cause
			c.log.Error("the changed file of connections can't be taken over; the former one stays in force", "cause", err)
		}
	}
	return c.config
}

// take reads the file, and goes by it from now on if nothing is wrong with it.
func (c *configuration) take() error {
	cfg, problems, err := file.Load(c.path, kinds.All(), registry.Names()...)
	if err != nil {
		return err
	}
	problems = append(problems, c.check(cfg)...)
	if err := problems.Errors(); err != nil {
		return err
	}
	for _, p := range problems {
		if !slices.Contains(c.warned, p) {
			c.log.Warn("this works, but may not be meant so", "problem", p.String())
		}
	}
	c.config, c.told, c.warned = cfg, "", problems
	c.log.Info("the file of connections was read anew", "connections", len(cfg.Connections), "accounts", len(cfg.Accounts))
	return nil
}

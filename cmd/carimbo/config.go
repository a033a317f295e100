package main

import (
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// configuration is the file of connections as it is now: what somebody mends
// counts from the next call on, without a restart. A file that is wrong changes
// nothing.
type configuration struct {
	path string
	log  *slog.Logger

	mu     sync.Mutex
	seen   stamp
	config connection.Config
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

// watchConfiguration goes on from a configuration that was just loaded.
func watchConfiguration(path string, loaded connection.Config, log *slog.Logger) *configuration {
	seen, _ := stampOf(path) // unreadable now: read as soon as it is there
	return &configuration{path: path, log: log, seen: seen, config: loaded}
}

func (c *configuration) current() connection.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, err := stampOf(c.path)
	if err != nil || now == c.seen {
		return c.config
	}
	c.seen = now
	cfg, _, err := file.Load(c.path, erpChecks, registry.Names()...)
	if err != nil {
		c.log.Warn("the changed file of connections is wrong; the former one stays in force", "cause", err)
		return c.config
	}
	c.config = cfg
	c.log.Info("the file of connections was read anew", "connections", len(cfg.Connections), "accounts", len(cfg.ERPs))
	return cfg
}

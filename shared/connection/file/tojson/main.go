// Tojson checks connections.yaml and writes it as the JSON that is packaged beside
// each function:
//
//	go run ./shared/connection/file/tojson connections.yaml build/webhook/connections.json ...
//
// It writes nothing if something is wrong, and then says what, line by line.
package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the first file and writes all others. It says warnings to notes.
func run(args []string, notes io.Writer) error {
	if len(args) < 2 {
		return errors.New("usage: tojson connections.yaml connections.json [connections.json...]")
	}
	config, problems, err := file.Load(args[0], kinds.All())
	if err != nil {
		return err
	}
	if err := builtIn(config); err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(notes, p)
	}
	b, err := file.ToJSON(config)
	if err != nil {
		return err
	}
	for _, path := range args[1:] {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// builtIn refuses a platform that the file may name and no function knows: its
// webhooks would be answered 404.
func builtIn(config connection.Config) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(config.Connections)) {
		kind := config.Connections[name].Platform
		if _, ok := registry.Get(kind); !ok {
			errs = append(errs, fmt.Errorf("connections.%s.platform: %s is not built in; there are: %s", name, kind, strings.Join(registry.Names(), ", ")))
		}
	}
	return errors.Join(errs...)
}

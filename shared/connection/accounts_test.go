package connection_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
)

// client is an ERP that knows the settings that it was made of.
type client struct {
	erp.Client
	settings string
}

func TestAClientIsMadeOnceAndAnewWhenItsSettingsChange(t *testing.T) {
	config := func(settings string) connection.Config {
		return connection.Config{Accounts: map[string]connection.Account{
			"estudio": {Name: "estudio", Kind: "omie", Settings: json.RawMessage(settings)},
			"loja":    {Name: "loja", Kind: "sensio"},
			"broken":  {Name: "broken", Kind: "omie", Settings: json.RawMessage("wrong")},
		}}
	}
	var log bytes.Buffer
	now, made := config("one"), 0
	accounts := &connection.Accounts{Connections: func() connection.Config { return now }, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Kinds: erp.Kinds{{Name: "omie", New: func(o erp.Options) (erp.Client, error) {
			if string(o.Settings) == "wrong" {
				return nil, errors.New("os is wrong")
			}
			made++
			return client{settings: o.Account + " " + string(o.Settings)}, nil
		}}}}
	for _, c := range []struct {
		settings string
		made     int
	}{{"one", 1}, {"one", 1}, {"two", 2}, {"two", 2}, {"one", 3}} {
		now = config(c.settings)
		e, ok := accounts.Client("estudio")
		if got, _ := e.(client); !ok || got.settings != "estudio "+c.settings || made != c.made {
			t.Errorf("%s: %t, %q, made %d times", c.settings, ok, got.settings, made)
		}
	}
	for _, name := range []string{"nobody", "loja", "broken"} {
		if e, ok := accounts.Client(name); ok || e != nil {
			t.Errorf("%s has a client", name)
		}
	}
	if got := log.String(); strings.Count(got, "level=ERROR") != 1 || !strings.Contains(got, "account=broken") || !strings.Contains(got, "os is wrong") {
		t.Errorf("the log says %s", got)
	}
}

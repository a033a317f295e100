package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// demoConnections and demoSecrets are the files of the demo, made of the kinds' examples.
func demoConnections() []byte {
	var erps, stores strings.Builder
	for _, kind := range kinds.All() {
		e := kind.Example
		fmt.Fprintf(&erps, "  %s:\n", e.Account)
		for line := range strings.Lines(e.Settings) {
			erps.WriteString("    " + line)
		}
		for _, store := range e.Stores {
			fmt.Fprintf(&stores, "  %s\n", store.Wired(e.Account, "2026-01-01"))
		}
	}
	return []byte("# The configuration of carimbo demo: an account of each kind of ERP, and its stores. The\n" +
		"# demo points every account at a simulator in its own process.\nerps:\n" + erps.String() + "connections:\n" + stores.String())
}

func demoSecrets() []byte {
	var out bytes.Buffer
	for _, kind := range kinds.All() {
		var fields []string
		for _, field := range kind.Secret {
			fields = append(fields, fmt.Sprintf("%s: demo-%s", field, strings.TrimPrefix(field, "app_")))
		}
		fmt.Fprintf(&out, "%s: { %s }\n", kind.SecretName(kind.Example.Account), strings.Join(fields, ", "))
	}
	for _, shop := range demoShops() {
		fmt.Fprintf(&out, "hook/%s: { signing_secret: %s }\n", shop.Connection, shop.secret)
	}
	return out.Bytes()
}

// write puts the step's payload into the folder, paid a minute ago: the samples get
// older, and an old order would be refused.
func (s *step) write(dir string, now time.Time) error {
	if s.sample == "" {
		s.key = s.from.Connection
		return nil
	}
	body, err := payloads.FS.ReadFile(s.sample)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(strings.ReplaceAll(s.sample, "/", "_"), ".json")
	if s.transaction != "" {
		body = transaction.ReplaceAll(body, []byte("${1}"+s.transaction))
		name += "_" + s.transaction
	}
	told, err := s.from.platform.Read(s.from.platform.Sign(body, s.from.secret, now), platform.Settings{Connection: s.from.Connection})
	if err != nil {
		return err
	}
	s.orderID, s.key = told.OrderID, s.from.Connection+"#"+told.OrderID
	// To the second: the same sample is the same contents when it is sent twice.
	body = redate(body, now.Truncate(time.Second).Add(-time.Minute).Sub(told.PaidAt))
	s.path = filepath.Join(dir, name+".json")
	return os.WriteFile(s.path, body, 0o600)
}

// What changes in a sample: Hotmart's milliseconds, the times of the others, and
// Hotmart's transaction.
var (
	millis      = regexp.MustCompile(`("(?:creation_date|approved_date|order_date)": )([0-9]+)`)
	times       = regexp.MustCompile(`("[a-z_]+": ")([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:[+-][0-9:]{5})?)"`)
	transaction = regexp.MustCompile(`("transaction": ")([^"]+)`)
)

// redate shifts every time in a sample by the same, each in its own time zone.
func redate(body []byte, by time.Duration) []byte {
	body = millis.ReplaceAllFunc(body, func(match []byte) []byte {
		parts := millis.FindSubmatch(match)
		at, _ := strconv.ParseInt(string(parts[2]), 10, 64)
		return strconv.AppendInt(bytes.Clone(parts[1]), at+by.Milliseconds(), 10)
	})
	return times.ReplaceAllFunc(body, func(match []byte) []byte {
		parts := times.FindSubmatch(match)
		layout := time.RFC3339
		if len(parts[2]) == len("2006-01-02T15:04:05") {
			layout = "2006-01-02T15:04:05"
		}
		at, err := time.Parse(layout, string(parts[2]))
		if err != nil {
			return match
		}
		return append(at.Add(by).AppendFormat(bytes.Clone(parts[1]), layout), '"')
	})
}

// request is what the platform would send, or what a forger would.
func (s step) request(now time.Time) (platform.Request, error) {
	if s.sample == "" {
		return platform.Request{Header: map[string]string{"content-type": "application/x-www-form-urlencoded"}, Body: []byte("webhook_id=1")}, nil
	}
	body, err := os.ReadFile(s.path)
	if err != nil {
		return platform.Request{}, words.Errorf("read the demo's payload: %s", err)
	}
	secret := s.from.secret
	if s.forged {
		secret = "guessed"
	}
	return s.from.platform.Sign(body, secret, now), nil
}

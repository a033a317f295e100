package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
)

// What demo/connections.yaml and demo/secrets.yaml say.
const (
	demoConnection = "cursos"
	demoToken      = "demo-hottok"
)

// script is what the demo sends, in this order.
type script []step

// step is one webhook, and what has to come of it.
type step struct {
	what   string
	sample string
	// transaction replaces the sample's own; empty leaves it.
	transaction string
	token       string
	// lost: Omie's answer to the order's first create gets lost.
	lost   bool
	status int
	state  ledger.State
	kind   order.Kind

	// key and path are of the payload that writeScript wrote.
	key, path string
}

func writeScript(dir string, now time.Time) (script, error) {
	sc := script{
		{what: "a paid purchase", sample: "purchase_approved", token: demoToken, status: http.StatusOK, state: ledger.Created},
		{what: "the same purchase, delivered again", sample: "purchase_approved", token: demoToken, status: http.StatusOK, state: ledger.Created},
		{what: "a purchase whose OS is written, but Omie's answer gets lost", sample: "purchase_approved", transaction: "HP2640930551", token: demoToken, lost: true, status: http.StatusOK, state: ledger.Created},
		{what: "a purchase of something that is not mapped", sample: "purchase_approved_unmapped", token: demoToken, status: http.StatusOK, state: ledger.Rejected, kind: order.Mapping},
		{what: "a purchase with a wrong CPF", sample: "purchase_approved_wrong_tax_id", token: demoToken, status: http.StatusOK, state: ledger.Rejected, kind: order.TaxIDReason},
		{what: "a forged purchase", sample: "purchase_approved", transaction: "HP2640900000", token: "guessed", status: http.StatusUnauthorized},
	}
	for i := range sc {
		if err := sc[i].write(dir, now); err != nil {
			return nil, fmt.Errorf("prepare the demo: %w", err)
		}
	}
	return sc, nil
}

// dates and transaction are what changes in a sample.
var (
	dates       = regexp.MustCompile(`("(?:creation_date|approved_date|order_date)": )([0-9]+)`)
	transaction = regexp.MustCompile(`("transaction": ")([^"]+)`)
)

// write puts the step's payload into the folder, dated a minute ago: the samples
// get older, and an old purchase would be refused.
func (s *step) write(dir string, now time.Time) error {
	body, err := payloads.FS.ReadFile("hotmart/" + s.sample + ".json")
	if err != nil {
		return err
	}
	var heading struct {
		CreationDate int64 `json:"creation_date"`
	}
	if err := json.Unmarshal(body, &heading); err != nil {
		return err
	}
	// To the second: the same sample is the same contents when it is sent twice.
	shift := now.Truncate(time.Second).Add(-time.Minute).UnixMilli() - heading.CreationDate
	body = dates.ReplaceAllFunc(body, func(match []byte) []byte {
		parts := dates.FindSubmatch(match)
		at, _ := strconv.ParseInt(string(parts[2]), 10, 64)
		return strconv.AppendInt(bytes.Clone(parts[1]), at+shift, 10)
	})
	name := s.sample
	if s.transaction != "" {
		body = transaction.ReplaceAll(body, []byte("${1}"+s.transaction))
		name += "_" + s.transaction
	} else if found := transaction.FindSubmatch(body); found != nil {
		s.transaction = string(found[2])
	}
	s.key = demoConnection + "#" + s.transaction
	s.path = filepath.Join(dir, name+".json")
	return os.WriteFile(s.path, body, 0o600)
}

// perform sends one webhook and compares the answer.
func (c *console) perform(ctx context.Context, s *serving, st step) error {
	body, err := os.ReadFile(st.path)
	if err != nil {
		return fmt.Errorf("read the demo's payload: %w", err)
	}
	target, err := url.Parse(s.url + "/webhooks/" + demoConnection)
	if err != nil {
		return err
	}
	status, answer, err := post(ctx, target, hotmart.Platform{}.Sign(body, st.token, c.now()))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "  %s  %s\n      %d %s\n", safe(st.key), st.what, status, safe(string(bytes.TrimSpace(answer))))
	if status != st.status {
		return fmt.Errorf("%s: the answer was %d instead of %d", st.what, status, st.status)
	}
	return nil
}

// loseAnswers has the simulator write the OS of the steps that say so, and break
// the connection instead of answering.
func (sc script) loseAnswers(sim *omiesim.Sim) {
	var mu sync.Mutex
	left := map[string]bool{}
	for _, st := range sc {
		if st.lost {
			left[st.code()] = true
		}
	}
	sim.OnCall(func(method, code string) *omiesim.Fault {
		mu.Lock()
		defer mu.Unlock()
		if method != "IncluirOS" || !left[code] {
			return nil
		}
		delete(left, code)
		return &omiesim.Fault{Mode: omiesim.WriteThenReset}
	})
}

func (s step) code() string {
	return erp.NewReference(demoConnection, "", s.transaction).Code
}

// keys are the orders that have to come of the script, each once.
func (sc script) keys() []string {
	var keys []string
	seen := map[string]bool{}
	for _, st := range sc {
		if st.state != "" && !seen[st.key] {
			seen[st.key] = true
			keys = append(keys, st.key)
		}
	}
	return keys
}

// verify compares the ledger, and what the simulator holds, with the script.
func (sc script) verify(ctx context.Context, l ledger.Ledger, sim *omiesim.Sim) error {
	orders := map[string]bool{}
	for _, st := range sc {
		e, err := l.Get(ctx, st.key)
		want := 0
		switch {
		case st.state == "" && err == nil:
			return fmt.Errorf("%s: there is an order of it", st.what)
		case st.state == "":
		case err != nil:
			return fmt.Errorf("%s: %w", st.what, err)
		case e.State != st.state || e.Reason.Kind != st.kind || e.Found != st.lost:
			return fmt.Errorf("%s: the order is %s %s instead of %s %s", st.what, e.State, e.Reason.Kind, st.state, st.kind)
		case st.state == ledger.Created:
			want = 1
			orders[st.key] = true
		}
		if n := sim.Count(st.code()); n != want {
			return fmt.Errorf("%s: Omie holds %s of it instead of %d", st.what, plural(n, "document"), want)
		}
	}
	if n := len(sim.Documents()); n != len(orders) {
		return fmt.Errorf("the simulator of Omie holds %s instead of %d", plural(n, "document"), len(orders))
	}
	if v := sim.Violations(); len(v) > 0 {
		return fmt.Errorf("a limit of Omie was broken: %s", v[0])
	}
	return nil
}

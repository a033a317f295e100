package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

// selection is what filters on the command line select.
type selection struct {
	state, kind, connection, since string
	mine                           bool
}

// selectionFlags are the filters among orders in these states.
func (c *console) selectionFlags(cmd *cobra.Command, s *selection, states []ledger.State) {
	cmd.Flags().StringVar(&s.state, "state", "", "only orders in this state: "+strings.Join(namesOf(states), ", "))
	cmd.Flags().StringVar(&s.kind, "kind", "", "only orders with this kind of reason, such as mapping or tax_id")
	cmd.Flags().StringVar(&s.connection, "connection", "", "only orders of this connection")
	cmd.Flags().StringVar(&s.since, "since", "", "only orders received since: a day (2026-11-21), a time (2026-11-21T12:00:00Z), or so long ago (24h, 7d)")
	cmd.Flags().BoolVar(&s.mine, "mine", false, "only orders that need a person: rejected, parked, or reversed or changed in the store after they were created")
	completeWith(cmd, "state", namesOf(states))
	completeWith(cmd, "kind", namesOf(order.ReasonKinds()))
	c.completeConnection(cmd, "connection")
	must(cmd.RegisterFlagCompletionFunc("since", cobra.NoFileCompletions))
}

func namesOf[Name ~string](list []Name) []string {
	names := make([]string, len(list))
	for i, name := range list {
		names[i] = string(name)
	}
	return names
}

func (c *console) filter(cmd *cobra.Command, s selection, states []ledger.State) (ledger.Filter, error) {
	if names := namesOf(states); s.state != "" && !slices.Contains(names, s.state) {
		return ledger.Filter{}, usage(cmd, "--state %q is none of %s", s.state, strings.Join(names, ", "))
	}
	if names := namesOf(order.ReasonKinds()); s.kind != "" && !slices.Contains(names, s.kind) {
		return ledger.Filter{}, usage(cmd, "--kind %q is none of %s", s.kind, strings.Join(names, ", "))
	}
	since, ok := since(s.since, c.now())
	if !ok {
		return ledger.Filter{}, usage(cmd, "--since %q is no time: give a day such as 2026-11-21, a time such as 2026-11-21T12:00:00Z, or how long ago, such as 24h or 7d", s.since)
	}
	return ledger.Filter{State: ledger.State(s.state), ReasonKind: order.ReasonKind(s.kind), Connection: s.connection, Mine: s.mine, Since: since}, nil
}

// since is the time that --since names; zero where it names none. A day is the merchant's.
func since(text string, now time.Time) (at time.Time, ok bool) {
	if text == "" {
		return time.Time{}, true
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, order.SaoPaulo()); err == nil {
		return at, true
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	if days, is := strings.CutSuffix(text, "d"); is {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), true
		}
	}
	ago, err := time.ParseDuration(text)
	return now.Add(-ago), err == nil && ago >= 0
}

// warnOfConnection says of a connection without orders that there is none of this
// name. One that was removed may still have orders: that is nothing to complain of.
func (c *console) warnOfConnection(name string) {
	cfg, _, err := file.Load(c.connections, kinds.All())
	if _, ok := cfg.Connections[name]; name != "" && err == nil && !ok {
		c.complain(fmt.Errorf("no connection %s is configured in %s, which has %s", name, c.connections, cmp.Or(strings.Join(connectionNames(cfg), ", "), "none")))
	}
}

package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/nearest"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
)

// selection is what filters on the command line select.
type selection struct {
	state, kind, connection, since, find string
	mine                                 bool
}

// selectionFlags are the filters among orders in these states.
func (c *console) selectionFlags(cmd *cobra.Command, s *selection, states []ledger.State) {
	cmd.Flags().StringVar(&s.state, "state", "", c.say("only orders in this state: %s", strings.Join(namesOf(states), ", ")))
	cmd.Flags().StringVar(&s.kind, "kind", "", "only orders with this kind of reason, such as mapping or tax_id")
	cmd.Flags().StringVar(&s.connection, "connection", "", "only orders of this connection")
	cmd.Flags().StringVar(&s.since, "since", "", "only orders received since: a day (2026-11-21), a time (2026-11-21T12:00:00Z), or so long ago (24h, 7d)")
	cmd.Flags().StringVar(&s.find, "find", "", "only orders that are called so: the number in the store or its beginning, the id there, our code, the document's number or id, or the key")
	cmd.Flags().BoolVar(&s.mine, "mine", false, "only orders that need a person: rejected, parked, or reversed or changed in the store after they were created")
	completeWith(cmd, "state", namesOf(states))
	completeWith(cmd, "kind", namesOf(order.ReasonKinds()))
	c.completeConnection(cmd, "connection")
	must(cmd.RegisterFlagCompletionFunc("since", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("find", cobra.NoFileCompletions))
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
		return ledger.Filter{}, usage(cmd, "--state %q is none of %s%s", s.state, strings.Join(names, ", "), nearest.Question(s.state, names, "%s"))
	}
	if names := namesOf(order.ReasonKinds()); s.kind != "" && !slices.Contains(names, s.kind) {
		return ledger.Filter{}, usage(cmd, "--kind %q is none of %s%s", s.kind, strings.Join(names, ", "), nearest.Question(s.kind, names, "%s"))
	}
	since, ok := operator.Since(s.since, c.now())
	if !ok {
		return ledger.Filter{}, usage(cmd, "--since %q is no time: give a day such as 2026-11-21, a time such as 2026-11-21T12:00:00Z, or how long ago, such as 24h or 7d", s.since)
	}
	if cmd.Flags().Changed("find") && ledger.Name(s.find) == "" {
		return ledger.Filter{}, usage(cmd, "--find %q is no name of an order: give its number in the store, its id, our code, or the document's number or id", s.find)
	}
	return ledger.Filter{State: ledger.State(s.state), ReasonKind: order.ReasonKind(s.kind), Connection: s.connection, Mine: s.mine, Since: since, Find: s.find}, nil
}

// knowConnection is an error where no connection is called so: it is neither configured nor
// known by an order. One that was removed may still have orders.
func (c *console) knowConnection(cmd *cobra.Command, l ledger.Ledger, name string) error {
	// What of a file can be read counts, also while something in it is wrong.
	cfg, _, unreadable := file.Load(c.connections, kinds.All())
	known := connectionNames(cfg)
	if name == "" || slices.Contains(known, name) {
		return nil
	}
	has := false
	err := operator.List(cmd.Context(), l, ledger.Filter{Connection: name}, func(ledger.Entry) bool { has = true; return false })
	if err != nil || has {
		return err
	}
	if l, tells := l.(interface {
		Connections(context.Context) ([]string, error)
	}); tells {
		of, err := l.Connections(cmd.Context())
		if err != nil {
			return err
		}
		known = append(known, of...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if unreadable != nil && len(known) == 0 {
		return usage(cmd, "--connection %s has no order, and %s doesn't tell whether there is one: give the file with --connections FILE", name, c.connections)
	}
	return usage(cmd, "--connection %s is none of %s%s", name, cmp.Or(strings.Join(known, ", "), "the connections: there are none"), nearest.Question(name, known, "%s"))
}

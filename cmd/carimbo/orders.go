package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
)

func (c *console) ordersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "orders",
		Short: "See where orders stand, and let them go on",
		Long: `See where orders stand, and let them go on. The commands read and write the
ledger in --data, beside a running carimbo serve, or that of a stack on AWS with
--stack. They never call the ERP: carimbo serve does, or the stack's functions,
which its sweep wakes within a minute.`,
		Example: `  carimbo orders list --mine
  carimbo orders show cursos#HP1121
  carimbo orders list --mine --stack carimbo`,
	}
	group(cmd)
	cmd.AddCommand(c.listCommand(), c.showCommand(), c.retryCommand(), c.resolveCommand(), c.dismissCommand())
	return cmd
}

// selection is what filters on the command line select.
type selection struct {
	state, kind, connection string
	mine                    bool
}

func (c *console) selectionFlags(cmd *cobra.Command, s *selection) {
	cmd.Flags().StringVar(&s.state, "state", "", "only orders in this state: "+strings.Join(stateNames(), ", "))
	cmd.Flags().StringVar(&s.kind, "kind", "", "only orders with this kind of reason, such as mapping or tax_id")
	cmd.Flags().StringVar(&s.connection, "connection", "", "only orders of this connection")
	cmd.Flags().BoolVar(&s.mine, "mine", false, "only orders that need a person: rejected, parked, or reversed or changed in the store after they were created")
	completeWith(cmd, "state", stateNames())
	completeWith(cmd, "kind", kindNames())
	c.completeConnection(cmd, "connection")
}

func (s selection) filter(cmd *cobra.Command) (ledger.Filter, error) {
	if s.state != "" && !slices.Contains(stateNames(), s.state) {
		return ledger.Filter{}, usage(cmd, "--state %q is none of %s", s.state, strings.Join(stateNames(), ", "))
	}
	if s.kind != "" && !slices.Contains(kindNames(), s.kind) {
		return ledger.Filter{}, usage(cmd, "--kind %q is none of %s", s.kind, strings.Join(kindNames(), ", "))
	}
	return ledger.Filter{State: ledger.State(s.state), ReasonKind: order.ReasonKind(s.kind), Connection: s.connection, Mine: s.mine}, nil
}

// warnOfConnection says of a connection without orders that there is none of this
// name. One that was removed may still have orders: that is nothing to complain of.
func (c *console) warnOfConnection(name string) {
	cfg, _, err := file.Load(c.connections, kinds.All())
	if _, ok := cfg.Connections[name]; name != "" && err == nil && !ok {
		c.complain(fmt.Errorf("no connection %s is configured in %s, which has %s", name, c.connections, cmp.Or(strings.Join(connectionNames(cfg), ", "), "none")))
	}
}

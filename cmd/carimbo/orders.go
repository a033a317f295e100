package main

import (
	"github.com/spf13/cobra"
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

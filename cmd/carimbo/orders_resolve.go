package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) resolveCommand() *cobra.Command {
	var id, noteText string
	var absent bool
	g := giving{question: func(orders words.Text) words.Text { return words.Say("Is there no document of %s in the ERP?", orders) }}
	cmd := &cobra.Command{
		Use:   "resolve KEY --created ID | --absent --note TEXT",
		Short: "Say what you found in the ERP about an order",
		Long: `Say what you found in the ERP about an order that is uncertain, or whose document
somebody deleted. It says beforehand what it will do; --dry-run says that and no
more.

  --created ID   this document is the order's. Where the ERP can be asked, a
                 look-up verifies it before it counts
  --absent       there is none: the order is created again. Look in the ERP
                 first: if a document exists after all, there may be two.
                 --note says how you made sure. It asks before, unless --yes
                 Of an order that was created, your word alone counts for
                 nothing: carimbo serve, or the stack's function, looks the
                 document up. If it exists, nothing changes; if it is proven
                 gone, the order is rejected (deleted), and only
                 carimbo orders retry KEY --payload FILE creates it again`,
		Example: `  carimbo orders resolve cursos#HP1121 --created 3847270140
  carimbo orders resolve cursos#HP1121 --absent --note "searched by order number, none there" --yes`,
		Args:              takes("KEY"),
		ValidArgsFunction: c.completeKeys(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case (id != "") == absent || id == "" && cmd.Flags().Changed("created"):
				return usage(cmd, "say exactly one of --created ID and --absent")
			case !absent && !operator.ValidID(id):
				return usage(cmd, "--created %q is no id: those of an ERP have no spaces and no control characters, and at most 100 bytes", id)
			case absent && noteText == "":
				return usage(cmd, "--absent needs --note TEXT: how you made sure that the ERP has no such document")
			}
			return c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
				person, err := c.person(ctx, noteText)
				if err != nil {
					return err
				}
				var ev placing.Event = placing.ResolveCreated{Person: person, ID: id}
				if absent {
					g.always = true
					ev = placing.ResolveAbsent{Person: person}
				}
				return c.give(ctx, l, args, ev, g)
			})
		},
	}
	cmd.Flags().StringVar(&id, "created", "", c.say("the ERP's id of the document that is this order's%s", idNames()))
	cmd.Flags().BoolVar(&absent, "absent", false, "the ERP has no document of this order")
	cmd.Flags().StringVar(&noteText, "note", "", "what you saw, for the order's timeline")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	cmd.Flags().BoolVar(&g.yes, "yes", false, "do not ask before --absent")
	c.givingFlags(cmd, &g)
	return cmd
}

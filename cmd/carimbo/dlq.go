package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
)

// deadLetters are the messages that were received three times and neither
// claimed nor recorded.
type deadLetters interface {
	// list tells what can be seen of them, and how many there are.
	list(ctx context.Context) (seen []letter, all int, err error)
	// redrive sends them once more, and tells how many it sent, also with an error.
	redrive(ctx context.Context) (int, error)
}

// letter is a dead letter as it is shown: never its payload.
type letter struct {
	Type       queue.Type `json:"type"`
	Key        string     `json:"key,omitempty"`
	Connection string     `json:"connection,omitempty"`
	Account    string     `json:"account"`
	ReceivedAt time.Time  `json:"received_at,omitzero"`
	// Tries is how often the message was received; one machine doesn't keep it.
	Tries int `json:"tries,omitempty"`
}

// noMessage is the type of a letter that is no message of ours.
const noMessage queue.Type = "unreadable"

// newerMessage is the type of a letter that a newer release wrote: its own may be
// one that isn't known.
const newerMessage queue.Type = "newer"

func letterOf(m queue.Message) letter {
	// A wake-up has nothing but the key, which the connection's name begins.
	connection, _, _ := strings.Cut(m.Key, "#")
	if m.V > queue.Version {
		m.Type = newerMessage
	}
	return letter{Type: m.Type, Key: m.Key, Connection: connection, Account: m.Account, ReceivedAt: m.ReceivedAt.UTC()}
}

func (c *console) dlqCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dlq",
		Short: "See the dead letters, and have them delivered again",
		Long: `See the dead letters, and have them delivered again. A dead letter is a message
that was received three times and could neither be claimed nor recorded: the
ledger was out of reach, or the worker never got as far. An order that the ERP
refused is none: carimbo orders list --mine has it.`,
		Example: `  carimbo dlq list --stack carimbo
  carimbo dlq redrive --stack carimbo`,
	}
	group(cmd)
	cmd.AddCommand(c.dlqListCommand(), c.dlqRedriveCommand())
	return cmd
}

func (c *console) dlqListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the dead letters",
		Long: `List the dead letters of each account, the oldest first: what each is about, and
never its contents. The columns:

  TYPE      paid, reversed, raw (nobody could read the notice), wake (an order
            that is due), newer (written by a newer carimbo: update the program
            that places orders before you redrive it), or unreadable (no message
            of Carimbo's)
  RECEIVED  when the store's notice came; a wake is none
  TRIES     how often it was received, by each list of the dead letters too;
            not kept on one machine

On a stack the first ten of each account can be seen, since a FIFO queue hides
the rest behind them, and for some seconds nobody else sees those.`,
		Example: `  carimbo dlq list
  carimbo dlq list --stack carimbo --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withDeadLetters(cmd, func(ctx context.Context, dead deadLetters) error {
				seen, all, err := dead.list(ctx)
				if err != nil {
					return err
				}
				if hidden := all - len(seen); hidden > 0 {
					c.warn("%s more can't be seen behind these; carimbo dlq redrive takes them too", plural(hidden, "dead letter"))
				}
				if asJSON {
					return printJSON(c.stdout, append([]letter{}, seen...))
				}
				c.printLetters(seen)
				return nil
			})
		},
	}
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) printLetters(letters []letter) {
	if len(letters) == 0 {
		fmt.Fprintln(c.stdout, "No dead letters.")
		return
	}
	var rows [][]cell
	for _, l := range letters {
		tries := ""
		if l.Tries > 0 {
			tries = fmt.Sprint(l.Tries)
		}
		rows = append(rows, []cell{{text: string(l.Type)}, {text: l.Key}, {text: l.Connection}, {text: l.Account}, {text: c.local(l.ReceivedAt)}, {text: tries}})
	}
	c.printTable(c.stdout, []string{"TYPE", "KEY", "CONNECTION", "ACCOUNT", c.inZone("RECEIVED"), "TRIES"}, rows)
	fmt.Fprintf(c.stdout, "\n%s. carimbo dlq redrive has them delivered again, which is always safe.\n", plural(len(letters), "dead letter"))
}

func (c *console) dlqRedriveCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "redrive",
		Short: "Have the dead letters delivered again",
		Long: `Have the dead letters delivered again, each account's in the order in which they
died, behind what waits in its queue. First mend what killed them; the functions'
logs say it.

It is always safe: a message only tells of an order, and the ledger decides what
is still to be done. One that is delivered late, twice, or about an order that was
created meanwhile makes no second document.`,
		Example: `  carimbo dlq redrive
  carimbo dlq redrive --stack carimbo`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withDeadLetters(cmd, func(ctx context.Context, dead deadLetters) error {
				n, err := dead.redrive(ctx)
				if err != nil {
					return fmt.Errorf("%s went back to the queue, and then: %w", plural(n, "dead letter"), err)
				}
				return c.sayRedriven(n, asJSON)
			})
		},
	}
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c *console) sayRedriven(n int, asJSON bool) error {
	switch {
	case asJSON:
		return printJSON(c.stdout, struct {
			Redriven int `json:"redriven"`
		}{n})
	case n == 0:
		fmt.Fprintln(c.stdout, "No dead letters.")
	case c.stack == "":
		fmt.Fprintf(c.stdout, "%s went back to the queue; delivered within a second where carimbo serve runs.\n", plural(n, "dead letter"))
	default:
		fmt.Fprintf(c.stdout, "%s went back to the queue.\n", plural(n, "dead letter"))
	}
	return nil
}

// withDeadLetters opens the dead letters of --stack or --data.
func (c *console) withDeadLetters(cmd *cobra.Command, do func(context.Context, deadLetters) error) error {
	if c.stack == "" {
		return c.withData(cmd, func(ctx context.Context, l *sqlite.Ledger) error {
			q, err := queuesqlite.New(ctx, l.DB(), queuesqlite.Options{Now: c.now})
			if err != nil {
				return err
			}
			return errors.Join(do(ctx, machineDeadLetters{q}), q.Close())
		})
	}
	s, err := c.openStack(cmd)
	if err != nil {
		return err
	}
	dead, err := s.deadLetters(c)
	if err != nil {
		return err
	}
	return do(cmd.Context(), dead)
}

// machineDeadLetters are those of one machine. They may be redriven beside a
// running serve, which looks into its queue every second.
type machineDeadLetters struct{ queue *queuesqlite.Queue }

func (d machineDeadLetters) list(ctx context.Context) ([]letter, int, error) {
	dead, err := d.queue.Dead(ctx)
	letters := make([]letter, len(dead))
	for i, m := range dead {
		letters[i] = letterOf(m)
	}
	return letters, len(letters), err
}

func (d machineDeadLetters) redrive(ctx context.Context) (int, error) { return d.queue.Redrive(ctx) }

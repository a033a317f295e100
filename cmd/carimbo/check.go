package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

func (c *console) checkCommand() *cobra.Command {
	var asJSON, simulate bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the files of connections and secrets",
		Long: `Check the file of connections: every problem with its line and column, and what
is allowed there. Where there is a file of secrets, check that each secret that
is needed is in it, and is one that can be relied on. Nothing is sent. Warnings
are what works, but may not be meant. serve checks the same when it starts, and
doesn't start with anything but warnings. --simulate checks for serve --simulate,
where the values of secrets.example.yaml will do.`,
		Example: `  carimbo check
  carimbo check --connections shop.yaml --secrets shop-secrets.yaml --json`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := c.inspect(cmd, purpose{simulated: simulate})
			if err != nil {
				return err
			}
			if asJSON {
				err = c.printJSON(c.stdout, in.report)
			} else {
				c.printReport(in.report)
			}
			return errors.Join(err, in.verdict())
		},
	}
	cmd.Flags().BoolVar(&simulate, "simulate", false, "check for serve --simulate")
	c.connectionsFlag(cmd)
	c.secretsFlag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

// report is what check found, as --json shows it.
type report struct {
	File        string    `json:"file"`
	Accounts    int       `json:"accounts"`
	Connections []checked `json:"connections"`
	// Receivers are told what needs a person.
	Receivers []receiver `json:"notify,omitempty"`
	// SecretsChecked is false where there is no file of secrets.
	SecretsChecked bool          `json:"secrets_checked"`
	Problems       []fileProblem `json:"problems"`
}

type checked struct {
	Name     string `json:"name"`
	Platform string `json:"platform"`
	Account  string `json:"account"`
	Kind     string `json:"erp"`
	Webhook  string `json:"webhook"`
}

type fileProblem struct {
	File    string     `json:"file"`
	Line    int        `json:"line,omitempty"`
	Column  int        `json:"column,omitempty"`
	Path    string     `json:"path,omitempty"`
	Message words.Text `json:"message"`
	Warning bool       `json:"warning,omitempty"`
}

func (r *report) add(problems ...yaml.Problem) {
	for _, p := range problems {
		r.Problems = append(r.Problems, fileProblem(p))
	}
}

// verdict is an error if anything but warnings was found.
func (r report) verdict() error {
	n := 0
	for _, p := range r.Problems {
		if !p.Warning {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return words.Errorf("%s to mend before anything is sent", words.Count(n, "%d problem", "%d problems"))
}

func (c *console) printProblems(r report) {
	for _, p := range r.Problems {
		fmt.Fprintln(c.stdout, c.text(yaml.Problem(p).Words()))
	}
}

func (c *console) printReport(r report) {
	c.printProblems(r)
	if r.verdict() != nil {
		return
	}
	c.printf(c.stdout, "%s is fine: %s, %s.\n", safe(r.File), words.Count(r.Accounts, "%d account", "%d accounts"), words.Count(len(r.Connections), "%d connection", "%d connections"))
	for _, conn := range r.Connections {
		fmt.Fprintf(c.stdout, "  %s (%s -> %s): %s\n", conn.Name, conn.Platform, conn.Account, conn.Webhook)
	}
	c.printReceivers(r.Receivers)
	if !r.SecretsChecked {
		c.printf(c.stdout, "Secrets were not checked: there is no %s here.\n", safe(c.secrets))
	}
}

package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/ledger"
)

func (c *console) completionCommand() *cobra.Command {
	shells := []string{"bash", "zsh", "fish"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print a script that lets the shell complete carimbo's words",
		Long: `Print a script for the shell that completes commands, flags, and the values that
are known: keys of orders, connections, states and kinds.

  bash   source <(carimbo completion bash)          in ~/.bashrc
  zsh    source <(carimbo completion zsh)           in ~/.zshrc, after compinit
  fish   carimbo completion fish | source           in ~/.config/fish/config.fish`,
		Example:   "  carimbo completion bash",
		ValidArgs: shells,
		Args:      takes("SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(c.stdout, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(c.stdout)
			case "fish":
				return cmd.Root().GenFishCompletion(c.stdout, true)
			}
			return usage(cmd, "%q is none of %s", args[0], strings.Join(shells, ", "))
		},
	}
}

// completeWith completes a flag from a list that needs no file.
func completeWith(cmd *cobra.Command, flag string, words []string) {
	must(cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)))
}

// completeConnection completes a flag with the connections of connections.yaml.
func (c *console) completeConnection(cmd *cobra.Command, flag string) {
	must(cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		cfg, err := c.readConfig(cmd)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return connectionNames(cfg), cobra.ShellCompDirectiveNoFileComp
	}))
}

// completeKeys completes arguments with the keys of the ledger that are not there
// yet; at most so many of them can be asked for. A stack's are too far away.
func (c *console) completeKeys(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most || c.stack != "" {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var keys []string
		_ = c.withLedger(cmd, func(ctx context.Context, l ledger.Ledger) error {
			return l.List(ctx, ledger.Filter{}, func(e ledger.Entry) bool {
				if strings.HasPrefix(e.Key, begun) && safe(e.Key) == e.Key {
					keys = append(keys, e.Key+"\t"+string(e.State))
				}
				return len(keys) < 100
			})
		})
		return keys, cobra.ShellCompDirectiveNoFileComp
	}
}

// must is for what only a mistake in this program can break: two completions of
// one flag, or one of a flag that isn't there.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

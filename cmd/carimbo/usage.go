package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// group has a command that only holds others refuse to run by itself: a script
// that leaves a word out must not go on as if all were done.
func group(cmd *cobra.Command) {
	cmd.Args = cobra.ArbitraryArgs
	cmd.SuggestionsMinimumDistance = 2
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return usage(cmd, "a command is missing: one of %s", strings.Join(commandNames(cmd), ", "))
	}
}

func unknownCommand(cmd *cobra.Command, word string) error {
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		return usage(cmd, "there is no command %s %s: do you mean %s?", cmd.CommandPath(), word, operator.AnyOf(near))
	}
	return usage(cmd, "there is no command %s %s: use one of %s", cmd.CommandPath(), word, strings.Join(commandNames(cmd), ", "))
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return names
}

func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command",
		Long:    "Explain what a command does, with its flags and an example.",
		Example: "  carimbo help orders retry",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usage(cmd, "there is no command %q", strings.Join(args, " "))
			}
			return topic.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			topic, _, err := root.Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return commandNames(topic), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// usageError is a command line that can't be meant so.
type usageError struct{ text words.Text }

func (e *usageError) Error() string { return e.text.String() }

// Words is what it says.
func (e *usageError) Words() words.Text { return e.text }

func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{words.Say("%s (see %s --help)", words.Say(format, args...), cmd.CommandPath())}
}

// wrongFlag is what is wrong with a flag, of which the library has no words but English.
func wrongFlag(err error) words.Text {
	var (
		unknown *pflag.NotExistError
		bare    *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		torn    *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return words.Say("unknown shorthand flag: %q in -%s", unknown.GetSpecifiedName()[:1], unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		return words.Say("unknown flag: --%s", unknown.GetSpecifiedName())
	case errors.As(err, &bare) && bare.GetSpecifiedShortnames() == "":
		return words.Say("flag needs an argument: --%s", bare.GetSpecifiedName())
	case errors.As(err, &invalid):
		return words.Say("invalid argument %q for --%s, which takes %s", invalid.GetValue(), invalid.GetFlag().Name, valueOf(invalid.GetFlag().Value.Type()))
	case errors.As(err, &torn):
		return words.Say("bad flag syntax: %s", torn.GetSpecifiedFlag())
	}
	return words.Of(err)
}

// valueOf says what a flag of that type takes.
func valueOf(flagType string) words.Text {
	switch flagType {
	case "bool":
		return words.Say("true or false")
	case "duration":
		return words.Say("a duration such as 90s or 1h30m")
	case "int", "int64", "uint64":
		return words.Say("a whole number in its range")
	}
	return words.Plain(flagType)
}

// takes refuses a command line with fewer or more arguments than names has.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage(cmd, "%s is missing", placeholder(names[len(args)]))
		case len(args) > len(names):
			return usage(cmd, "%q is one argument too many", args[len(names)])
		}
		return nil
	}
}

// Command carimbo runs Carimbo on one machine, and is what a person asks about
// orders and tells to go on.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(run(interruptible(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// interruptible ends with the first Ctrl-C. The second one ends the program: who
// presses it again doesn't want to wait for what is under way. That isn't left to
// the operating system, which ignores it where a script started the program in the
// background.
func interruptible() context.Context {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
		<-signals
		fmt.Fprintln(os.Stderr, "carimbo: stopped without waiting for what was under way")
		os.Exit(exitFailed)
	}()
	return ctx
}

// run is the whole program.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return newConsole(stdin, stdout, stderr).run(ctx, args)
}

// console is the world as a command sees it.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	// zone is in which people read times.
	zone *time.Location
	// colour tells whether stdout is a terminal that wants colours, asks whether
	// somebody sits at stdin.
	colour, asks bool
	// operator is the name under which commands are recorded.
	operator string

	// patience is how long an answer of a stack's queue waits for messages.
	patience time.Duration

	connections, secrets, data string
	// stack is the stack that the command is about; empty for one machine.
	stack string
}

func newConsole(stdin io.Reader, stdout, stderr io.Writer) *console {
	return &console{
		stdin: stdin, stdout: stdout, stderr: stderr,
		now: time.Now, zone: time.Local,
		colour:   terminal(stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
		asks:     terminal(stdin),
		operator: userName(),
		patience: time.Second,
	}
}

// userName is the operating system's name of whoever runs the command.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return os.Getenv("USER")
}

// run carries out one command line. What went wrong is one sentence on stderr.
func (c *console) run(ctx context.Context, args []string) int {
	root := c.root()
	root.SetArgs(append([]string{}, args...))
	err := root.ExecuteContext(ctx)
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		c.complain(err)
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		c.complain(errors.New("interrupted"))
		return exitFailed
	}
	c.complain(err)
	return exitFailed
}

// complain says what went wrong. What a store or an ERP put into it can't steer
// the terminal.
func (c *console) complain(err error) {
	fmt.Fprintln(c.stderr, "carimbo: "+safe(err.Error()))
}

func (c *console) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "carimbo",
		Short: "Stamp every paid checkout into the ERP, once",
		Long: `Carimbo takes the webhooks of stores and checkouts and creates each paid order
in the ERP: exactly once, whatever is delivered twice, times out or is refused
on the way.

Exit codes: 0 done, 1 the thing asked about failed, 2 wrong usage.`,
		Example: `  carimbo demo --once
  carimbo serve --simulate --data trial
  carimbo orders list --mine`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(c.stdin)
	root.SetOut(c.stdout)
	root.SetErr(c.stderr)
	root.SetVersionTemplate("carimbo {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, "%v", err) })
	group(root)
	root.AddCommand(
		c.checkCommand(),
		c.previewCommand(),
		c.sendCommand(),
		c.ordersCommand(),
		c.accountsCommand(),
		c.dlqCommand(),
		c.serveCommand(),
		c.demoCommand(),
		c.simulateCommand(),
		c.completionCommand(),
	)
	root.SetHelpCommand(helpCommand(root))
	return root
}

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
	hint := "use one of " + strings.Join(commandNames(cmd), ", ")
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		hint = "do you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(cmd, "there is no command %s %s: %s", cmd.CommandPath(), word, hint)
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
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...) + " (see " + cmd.CommandPath() + " --help)"}
}

// takes refuses a command line with fewer or more arguments than names has.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage(cmd, "%s is missing", names[len(args)])
		case len(args) > len(names):
			return usage(cmd, "%q is one argument too many", args[len(names)])
		}
		return nil
	}
}

// version is what Go's build recorded.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && !strings.Contains(text, s.Value[:min(12, len(s.Value))]) {
			text += " " + s.Value[:min(12, len(s.Value))]
		}
	}
	return strings.TrimSpace(text + " " + info.GoVersion)
}

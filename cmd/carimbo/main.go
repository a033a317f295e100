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

	"github.com/carimbo/carimbo/shared/words"
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
		language, _ := languageOf(os.Args[1:], os.Getenv)
		fmt.Fprintln(os.Stderr, "carimbo: "+words.Say("stopped without waiting for what was under way").In(language))
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
	// terminal tells whether a person reads stdout, colour whether they want colours.
	terminal bool
	colour   bool
	// environment has the variables of whoever gave the command, language is the one that they
	// read.
	environment func(string) string
	language    words.Language
	// operator is the name under which commands are recorded, unless caller knows a better one:
	// that of a stack's credentials.
	operator string
	caller   func(context.Context) (string, error)

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
		terminal:    terminal(stdout),
		colour:      terminal(stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
		operator:    userName(),
		environment: os.Getenv,
		patience:    time.Second,
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
	var err error
	if c.language, err = languageOf(args, c.environment); err != nil {
		c.complain(err)
		return exitFailed
	}
	root := c.root()
	root.SetArgs(append([]string{}, args...))
	err = root.ExecuteContext(ctx)
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong):
		c.complain(err)
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		c.complain(words.Errorf("interrupted"))
		return exitFailed
	}
	c.complain(err)
	return exitFailed
}

// complain says what went wrong. What a store or an ERP put into it can't steer
// the terminal.
func (c *console) complain(err error) {
	fmt.Fprintln(c.stderr, "carimbo: "+c.text(words.Of(err)))
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
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, "%s", wrongFlag(err)) })
	group(root)
	root.AddCommand(
		c.checkCommand(),
		c.previewCommand(),
		c.sendCommand(),
		c.ordersCommand(),
		c.accountsCommand(),
		c.dlqCommand(),
		c.serveCommand(),
		c.consoleCommand(),
		c.demoCommand(),
		c.simulateCommand(),
		c.completionCommand(),
	)
	help := helpCommand(root)
	root.SetHelpCommand(help)
	c.langFlag(root)
	c.translate(root)
	c.translate(help)
	c.headings(root)
	return root
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

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/connection"
	web "github.com/carimbo/carimbo/shared/console"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

func (c *console) consoleCommand() *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "console",
		Short: "Open the console: see and mend orders in a browser",
		Long: `Print a link that opens the console in a browser on this machine: every order, why
it is where it is and what to do, and the commands of carimbo orders and carimbo
accounts. The console is served by the carimbo serve of --data, on loopback. With
--stack this command serves it by itself until Ctrl-C, with your AWS credentials:
nothing of it is on the internet. Commands are recorded under your ARN then.

The link opens one session, within ten minutes, and is printed on a terminal
alone. From another machine the console is opened through a tunnel:
ssh -L 8788:127.0.0.1:8788 and then the same link.`,
		Example: `  carimbo console --data trial
  carimbo console --stack carimbo --connections connections.yaml`,
		Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !c.terminal {
				return words.Errorf("a link to the console is printed on a terminal alone, since it lets in whoever has it first")
			}
			if c.stack == "" {
				return c.printLink(cmd)
			}
			return c.browseStack(cmd, addr)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "with --stack, the loopback address to listen on (default "+defaultConsole+", or any free port)")
	c.connectionsFlag(cmd)
	c.dataFlag(cmd)
	c.stackFlag(cmd)
	return cmd
}

// printLink prints another link to the console that serve has.
func (c *console) printLink(cmd *cobra.Command) error {
	if cmd.Flags().Changed("addr") {
		return usage(cmd, "--addr goes with --stack: carimbo serve --console says where the console of %s listens", c.data)
	}
	if _, err := os.Stat(c.data); errors.Is(err, fs.ErrNotExist) {
		return usage(cmd, "there is no folder %s: give the folder of carimbo serve with --data DIR", c.data)
	}
	folder := consoleFolder(c.data)
	is, err := web.Find(cmd.Context(), folder)
	if errors.Is(err, web.ErrNoneRuns) {
		return words.Errorf("no console runs with %s: start carimbo serve --data %s, without --console off", c.data, c.data)
	}
	if err != nil {
		return err
	}
	b := &browsing{url: is.URL, links: web.Links{Folder: folder, Now: c.now}}
	link, err := b.link()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s\n", link)
	return err
}

// browseStack serves the console of a stack until it is interrupted.
func (c *console) browseStack(cmd *cobra.Command, addr string) error {
	if addr != "" {
		if err := consoleAddr(cmd, addr); err != nil {
			return err
		}
	}
	cfg, err := c.readConfig(cmd)
	if err != nil {
		return err
	}
	s, err := c.openStack(cmd)
	if err != nil {
		return err
	}
	if c.operator, err = s.caller(cmd.Context()); err != nil {
		return err
	}
	return c.withLedgerOf(cmd, s, func(ctx context.Context, l ledger.Ledger) error {
		return c.serveStack(ctx, l, cfg, addr)
	})
}

func (c *console) serveStack(ctx context.Context, l ledger.Ledger, cfg connection.Config, addr string) (err error) {
	listener, err := listenForConsole(addr)
	if err != nil {
		return words.Errorf("the console can't be served: %v: is something else listening there? Choose another address with --addr", err)
	}
	folder, err := os.MkdirTemp("", "carimbo-console-")
	if err != nil {
		return errors.Join(fmt.Errorf("make a folder for the console's links: %w", err), listener.Close())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	o := c.browse(l, func() connection.Config { return cfg })
	o.Links = web.Links{Folder: folder, Now: c.now}
	b, err := serveConsole(listener, o, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close(ctx)) }()
	link, err := b.link()
	if err != nil {
		return err
	}
	c.printf(c.stdout, "Console: %s (opens once, within ten minutes)\n", link)
	c.printf(c.stdout, "Serving. What you do is recorded as done by %s. Ctrl-C ends.\n", safe(c.operator))
	<-ctx.Done()
	return nil
}

// listenForConsole takes the address or, where none is asked for, the usual one or any.
func listenForConsole(addr string) (net.Listener, error) {
	if addr != "" {
		return net.Listen("tcp", addr)
	}
	l, err := net.Listen("tcp", defaultConsole)
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}

// caller is who has the credentials, under which their commands are recorded.
func (s *stack) caller(ctx context.Context) (string, error) {
	out, err := sts.NewFromConfig(s.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", fmt.Errorf("ask AWS who you are: %w", err)
	}
	return aws.ToString(out.Arn), nil
}

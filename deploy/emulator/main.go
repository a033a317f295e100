// Emulator is an AWS on this machine for `sam local`: DynamoDB, SQS and Secrets
// Manager by moto_server, with the table, the queues and the secrets of a stack in
// place. events/env.local.json points the functions at it. It forgets everything
// when it ends.
//
//	go run ./deploy/emulator [-port 4566] [-connections FILE] [-secrets FILE]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/carimbo/carimbo/shared/awstest"
)

// defaultPort is the one that events/env.local.json names.
const defaultPort = 4566

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	port := flags.Int("port", defaultPort, "where to listen; 0 for any free one")
	connections := flags.String("connections", "connections.example.yaml", "what says whose secrets are needed")
	secrets := flags.String("secrets", "secrets.example.yaml", "the secrets, as carimbo serve takes them")
	if err := flags.Parse(args); err != nil {
		return err
	}
	values, err := secretsOf(*connections, *secrets)
	if err != nil {
		return err
	}
	var moto awstest.Server
	defer moto.Stop()
	endpoint, err := moto.Open()
	if err != nil {
		return err
	}
	f, err := listen(*port, endpoint.URL)
	if err != nil {
		return err
	}
	defer f.stop()
	if err := local.create(ctx, endpoint.Config, values); err != nil {
		return err
	}
	f.announce(out, values)
	return f.serve(ctx)
}

// Package awslambda is what Carimbo's Lambda functions have in common: what their
// environment says, the clients made of it, and the events they are given.
package awslambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
	"github.com/carimbo/carimbo/shared/secret/manager"
	"github.com/carimbo/carimbo/shared/telemetry"
)

// The environment of a function, as the template sets it.
const (
	Table = "CARIMBO_TABLE"
	// SecretPrefix is the stack's name, with which its secrets' names begin.
	SecretPrefix = "CARIMBO_SECRET_PREFIX"
	// ConnectionsFile is a JSON file instead of the packaged connections.json.
	ConnectionsFile = "CARIMBO_CONNECTIONS"
)

// QueueURL is the variable with the queue of the workers of a kind of ERP:
// CARIMBO_<KIND>_QUEUE_URL.
func QueueURL(kind string) string { return "CARIMBO_" + strings.ToUpper(kind) + "_QUEUE_URL" }

// packaged is the file of connections beside the executable.
const packaged = "connections.json"

// Function is a function that is being put together from its environment. What is
// wrong there is collected, so that a main reads from top to bottom; Start says
// all of it and ends.
type Function struct {
	Log   *slog.Logger
	Meter *telemetry.Meter
	// Now is the clock: time.Now, unless a test sets another before it asks for
	// anything else.
	Now func() time.Time

	limits   Limits
	getenv   func(string) string
	aws      *aws.Config
	problems []error
}

// New begins a function whose AWS clients have these limits. It writes its log
// and its metrics to out.
func New(l Limits, getenv func(string) string, out io.Writer) *Function {
	f := &Function{Log: telemetry.NewLog(out, getenv), Now: time.Now, limits: l, getenv: getenv}
	f.Meter = &telemetry.Meter{W: out, Service: service(getenv), Now: time.Now}
	return f
}

// service is the stack's name: two stacks in one AWS account count apart.
func service(getenv func(string) string) string {
	if stack := strings.TrimSuffix(getenv(SecretPrefix), "/"); stack != "" {
		return stack
	}
	return "carimbo"
}

// Connections reads what connections.yaml said when the function was built. A
// function learns of a change by a deployment, so it is read once.
func (f *Function) Connections() func() connection.Config {
	path := f.connectionsPath()
	b, err := os.ReadFile(path)
	if err != nil {
		f.problem(fmt.Errorf("read connections: %w", err))
		return nil
	}
	c, err := connection.Parse(b)
	if err != nil {
		f.problem(fmt.Errorf("%s: %w", path, err))
		return nil
	}
	return func() connection.Config { return c }
}

func (f *Function) connectionsPath() string {
	if path := f.getenv(ConnectionsFile); path != "" {
		return path
	}
	if root := f.getenv("LAMBDA_TASK_ROOT"); root != "" {
		return filepath.Join(root, packaged)
	}
	executable, err := os.Executable()
	if err != nil {
		return packaged
	}
	return filepath.Join(filepath.Dir(executable), packaged)
}

// Ledger is the stack's ledger.
func (f *Function) Ledger() *dynamo.Ledger {
	return dynamo.New(dynamodb.NewFromConfig(f.config()), f.need(Table), dynamo.Options{})
}

// Secrets are the stack's secrets.
func (f *Function) Secrets() *manager.Store {
	return manager.New(secretsmanager.NewFromConfig(f.config()), f.need(SecretPrefix), manager.Options{Now: f.Now, Log: f.Log})
}

// SecretVersions tells which version of an account's secret is the current one.
func (f *Function) SecretVersions(connections func() connection.Config) func(ctx context.Context, account string) (string, error) {
	versions := manager.NewVersions(secretsmanager.NewFromConfig(f.config()), f.need(SecretPrefix))
	return func(ctx context.Context, account string) (string, error) {
		return versions.Current(ctx, connections().Accounts[account].Kind+"/"+account)
	}
}

// Queues returns what gives the queue that the workers of an account's kind of ERP
// read. Each kind that the connections have needs one.
func (f *Function) Queues(connections func() connection.Config) func(connection.Account) queue.Sender {
	client := awssqs.NewFromConfig(f.config())
	queues := map[string]queue.Sender{}
	if connections != nil { // else that is the problem
		for _, account := range connections().Accounts {
			if kind := account.Kind; queues[kind] == nil {
				queues[kind] = sqs.New(client, f.need(QueueURL(kind)))
			}
		}
	}
	return func(a connection.Account) queue.Sender { return queues[a.Kind] }
}

// need returns a variable that nothing works without.
func (f *Function) need(name string) string {
	value := f.getenv(name)
	if value == "" {
		f.problem(fmt.Errorf("the environment variable %s is missing", name))
	}
	return value
}

func (f *Function) problem(err error) { f.problems = append(f.problems, err) }

// Err is all that is wrong with the environment, in one sentence.
func (f *Function) Err() error {
	said := make([]string, 0, len(f.problems))
	for _, p := range f.problems {
		if !slices.Contains(said, p.Error()) {
			said = append(said, p.Error())
		}
	}
	if len(said) == 0 {
		return nil
	}
	return errors.New(strings.Join(said, "; "))
}

// Start serves invocations with the handler, as lambda.Start does, and does not
// return. If something is wrong with the environment it says so in the log, and
// the process exits with 1, which Lambda reports as a failed initialization.
func (f *Function) Start(handler any) {
	if err := f.Err(); err != nil {
		f.Log.Error("the function can't start", "cause", err)
		os.Exit(1)
	}
	lambda.Start(handler)
}

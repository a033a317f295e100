package main

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqs "github.com/carimbo/carimbo/shared/queue/sqs"
	"github.com/carimbo/carimbo/shared/secret/manager"
	"github.com/carimbo/carimbo/shared/words"
)

// The outputs of template.yaml that say where a stack's parts are.
const (
	tableOutput        = "Table"
	webhookOutput      = "WebhookURL"
	secretPrefixOutput = "SecretPrefix"
)

// queueOutput and deadLettersOutput are those of a kind of ERP: template.yaml begins
// their names with it.
func queueOutput(kind string) string       { return capitalised(kind) + "QueueURL" }
func deadLettersOutput(kind string) string { return capitalised(kind) + "DeadLettersURL" }

func capitalised(kind string) string { return strings.ToUpper(kind[:1]) + kind[1:] }

// stackFlag lets a command be about a stack on AWS. What is on one machine can't
// be meant at the same time.
func (c *console) stackFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.stack, "stack", "", "the CloudFormation stack, with your AWS credentials and region, instead of this machine")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("stack") {
			return nil
		}
		if c.stack == "" {
			return usage(cmd, "--stack needs the name of a stack")
		}
		for _, other := range []string{"data", "secrets"} {
			if cmd.Flags().Changed(other) {
				return usage(cmd, "--%s is of one machine: give either it or --stack", other)
			}
		}
		return nil
	}
	must(cmd.RegisterFlagCompletionFunc("stack", cobra.NoFileCompletions))
}

// stack is a deployed stack, as the caller's credentials see it.
type stack struct {
	name    string
	config  aws.Config
	outputs map[string]string
}

// openStack finds the stack of --stack.
func (c *console) openStack(cmd *cobra.Command) (*stack, error) {
	ctx := cmd.Context()
	// What the SDK tries and leaves isn't for people; what fails is returned.
	cfg, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, words.Errorf("read the AWS configuration: %s", err)
	}
	if cfg.Region == "" {
		return nil, usage(cmd, "--stack needs a region: set AWS_REGION, or AWS_PROFILE to a profile that has one")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, words.Errorf("there are no AWS credentials: sign in, or set AWS_PROFILE (%s)", err)
	}
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &c.stack})
	// That it isn't there and that no stack can be called so are the same code.
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "ValidationError" {
		return nil, usage(cmd, "there is no stack %s in %s: give its name with --stack, and its region with AWS_REGION", c.stack, cfg.Region)
	}
	if err != nil {
		return nil, words.Errorf("find stack %s: %s", c.stack, err)
	}
	s := &stack{name: c.stack, config: cfg, outputs: map[string]string{}}
	for _, found := range out.Stacks {
		for _, o := range found.Outputs {
			s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	return s, nil
}

// need returns outputs that nothing works without.
func (s *stack) need(names ...string) ([]string, error) {
	values := make([]string, len(names))
	for i, name := range names {
		if values[i] = s.outputs[name]; values[i] == "" {
			return nil, words.Errorf("stack %s has no output %s: give the stack that template.yaml made, and deploy it anew if it is older than this program", s.name, name)
		}
	}
	return values, nil
}

// withStackLedger opens the ledger of --stack.
func (c *console) withStackLedger(cmd *cobra.Command, do func(context.Context, ledger.Ledger) error) error {
	s, err := c.openStack(cmd)
	if err != nil {
		return err
	}
	return c.withLedgerOf(cmd, s, do)
}

// withLedgerOf opens the ledger of a stack that was found.
func (c *console) withLedgerOf(cmd *cobra.Command, s *stack, do func(context.Context, ledger.Ledger) error) error {
	table, err := s.need(tableOutput)
	if err != nil {
		return err
	}
	c.caller = s.caller
	known := func() []string {
		cfg, err := c.readConfig(cmd)
		if err != nil {
			return nil
		}
		return connectionNames(cfg)
	}
	l := dynamo.New(dynamodb.NewFromConfig(s.config), table[0], dynamo.Options{Connections: known, Now: c.now})
	return do(cmd.Context(), stackLedger{l, s, c.now})
}

// listable refuses a list of a stack's orders where nobody knows the connections:
// it would answer that there are no orders.
func (c *console) listable(cmd *cobra.Command, f ledger.Filter) error {
	if c.stack == "" || f.Connection != "" {
		return nil
	}
	_, err := c.readConfig(cmd)
	if _, absent := errors.AsType[*usageError](err); absent {
		return usage(cmd, "a stack's orders are listed by connection, and %s can't be read: give the file with --connections FILE, or one connection with --connection NAME", c.connections)
	}
	return err
}

// webhook is where the stack takes the connection's webhooks. The output may be
// the whole path with {connection} in it, the path up to it, or the API alone.
func (s *stack) webhook(connection string) (*url.URL, error) {
	out, err := s.need(webhookOutput)
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(strings.TrimSuffix(out[0], "{connection}"), "/")
	target, err := url.Parse(strings.TrimSuffix(base, "/webhooks"))
	if err != nil || target.Host == "" {
		return nil, words.Errorf("stack %s: its output %s is no URL", s.name, webhookOutput)
	}
	return target.JoinPath("webhooks", connection), nil
}

// signingSecret is the connection's current one.
func (c *console) stackSigningSecret(ctx context.Context, s *stack, connection string) (string, error) {
	prefix, err := s.need(secretPrefixOutput)
	if err != nil {
		return "", err
	}
	secrets := manager.New(secretsmanager.NewFromConfig(s.config), prefix[0], manager.Options{Now: c.now, Log: slog.New(slog.DiscardHandler)})
	return signingSecret(ctx, secrets, connection, "Secrets Manager below "+strings.TrimSuffix(prefix[0], "/")+"/", c.now())
}

// deadLetters are those of every kind of ERP that is built in.
func (s *stack) deadLetters(c *console) (queue.DeadLetters, error) {
	var queues []queuesqs.DeadLetterQueue
	for _, kind := range kinds.All().Names() {
		urls, err := s.need(deadLettersOutput(kind), queueOutput(kind))
		if err != nil {
			return nil, err
		}
		queues = append(queues, queuesqs.DeadLetterQueue{URL: urls[0], Source: urls[1]})
	}
	return queuesqs.NewDeadLetters(sqs.NewFromConfig(s.config), c.patience, queues...), nil
}

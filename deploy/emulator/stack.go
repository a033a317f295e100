package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
)

// motoAccount is the AWS account that moto puts everything into.
const motoAccount = "123456789012"

// stack names what a stack is made of.
type stack struct{ name string }

// local is the stack that the emulator has.
var local = stack{"carimbo-local"}

func (s stack) table() string                 { return s.name }
func (s stack) queue(of string) string        { return s.name + "-" + of + ".fifo" }
func (s stack) url(base, queue string) string { return base + "/" + motoAccount + "/" + s.queue(queue) }

// environment is what the functions need to find it all at base.
func (s stack) environment(base string) map[string]string {
	all := map[string]string{"AWS_ENDPOINT_URL": base, awslambda.Table: s.table(), awslambda.SecretPrefix: s.name}
	for _, kind := range kinds.All() {
		all[awslambda.QueueURL(kind.Name)] = s.url(base, kind.Worker())
	}
	return all
}

// create makes the table, the queues and the secrets as template.yaml and
// docs/deploy.md do.
func (s stack) create(ctx context.Context, config aws.Config, secrets map[string]map[string]string) error {
	if err := s.createTable(ctx, dynamodb.NewFromConfig(config)); err != nil {
		return fmt.Errorf("create the table: %w", err)
	}
	for _, kind := range kinds.All() {
		if err := s.createQueue(ctx, sqs.NewFromConfig(config), kind.Worker()); err != nil {
			return fmt.Errorf("create the queue %s: %w", s.queue(kind.Worker()), err)
		}
	}
	client := secretsmanager.NewFromConfig(config)
	for name, values := range secrets {
		text, err := json.Marshal(values)
		if err != nil {
			return err
		}
		if _, err := client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{
			Name: aws.String(s.name + "/" + name), SecretString: aws.String(string(text)),
		}); err != nil {
			return fmt.Errorf("create the secret %s/%s: %w", s.name, name, err)
		}
	}
	return nil
}

func (s stack) createTable(ctx context.Context, client *dynamodb.Client) error {
	if _, err := client.CreateTable(ctx, dynamo.Table(s.table())); err != nil {
		return err
	}
	_, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String(s.table()),
		TimeToLiveSpecification: &dynamotypes.TimeToLiveSpecification{
			AttributeName: aws.String(dynamo.TTLAttribute), Enabled: aws.Bool(true)},
	})
	return err
}

// createQueue makes a queue and its dead letters.
func (s stack) createQueue(ctx context.Context, client *sqs.Client, name string) error {
	attributes := map[string]string{"FifoQueue": "true", "MessageRetentionPeriod": "1209600"}
	dead := s.queue(name + "-dead")
	if _, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(dead), Attributes: attributes}); err != nil {
		return err
	}
	_, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(s.queue(name)), Attributes: map[string]string{
		"FifoQueue": "true", "MessageRetentionPeriod": "1209600", "VisibilityTimeout": "270",
		"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:%s:%s:%s","maxReceiveCount":"3"}`, client.Options().Region, motoAccount, dead),
	}})
	return err
}

// secretsOf are the values of the secrets that the connections need, by name.
func secretsOf(connections, secrets string) (map[string]map[string]string, error) {
	config, _, err := file.Load(connections, kinds.All())
	if err != nil {
		return nil, err
	}
	store, err := secretfile.Open(secrets, secretfile.Options{Now: time.Now, Kinds: kinds.All().Secrets()})
	if err != nil {
		return nil, err
	}
	values := map[string]map[string]string{}
	needed := func(name string) error {
		s, err := store.Get(context.Background(), name)
		values[name] = s.Values
		if err != nil {
			return fmt.Errorf("%s: %w: write it there", secrets, err)
		}
		return nil
	}
	for name, account := range config.Accounts {
		if err := needed(account.Kind + "/" + name); err != nil {
			return nil, err
		}
	}
	for name := range config.Connections {
		if err := needed("hook/" + name); err != nil {
			return nil, err
		}
		if store := "store/" + name; needed(store) != nil {
			delete(values, store) // few platforms need one
		}
	}
	return values, nil
}

// queues lists the queues of the workers.
func (s stack) queues() string {
	var names []string
	for _, kind := range kinds.All() {
		names = append(names, s.queue(kind.Worker()))
	}
	return strings.Join(names, ", ")
}

// names lists the secrets as they are called in the stack.
func (s stack) names(secrets map[string]map[string]string) string {
	var names []string
	for name := range secrets {
		names = append(names, s.name+"/"+name)
	}
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

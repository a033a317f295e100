package awstest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/shared/awstest"
)

func TestAServerThatIsStoppedAndStartedHasAllThatItHad(t *testing.T) {
	kept := &awstest.Server{Kept: true}
	t.Cleanup(kept.Stop)
	endpoint := kept.Start(t)
	tables, queues, secrets := dynamodb.NewFromConfig(endpoint.Config), sqs.NewFromConfig(endpoint.Config), secretsmanager.NewFromConfig(endpoint.Config)
	key := map[string]dynamotypes.AttributeValue{"key": &dynamotypes.AttributeValueMemberS{Value: "cursos#1"}}
	_, err := tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: aws.String("orders"), BillingMode: dynamotypes.BillingModePayPerRequest,
		AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("key"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
		KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("key"), KeyType: dynamotypes.KeyTypeHash}}})
	must(t, err)
	_, err = tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("orders"), Item: key})
	must(t, err)
	_, err = secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("omie"), SecretString: aws.String("app key")})
	must(t, err)
	// A queue that says nothing hides what was received for 30 s of the wall clock.
	attributes := map[string]string{"FifoQueue": "true", "VisibilityTimeout": "43200"}
	lane, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("lane.fifo"), Attributes: attributes})
	must(t, err)
	for _, body := range []string{"first", "second"} {
		_, err = queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: lane.QueueUrl, MessageBody: aws.String(body), MessageGroupId: aws.String("estudio"), MessageDeduplicationId: aws.String(body)})
		must(t, err)
	}
	receive := func() *sqs.ReceiveMessageOutput {
		got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: lane.QueueUrl})
		must(t, err)
		return got
	}
	held := receive()

	// A request of the time between waits for the next process.
	asked := make(chan error)
	must(t, kept.Restart(func() {
		go func() {
			_, err := tables.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("orders"), Key: key})
			asked <- err
		}()
	}))
	must(t, <-asked)
	must(t, kept.Restart(nil))

	item, err := tables.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("orders"), Key: key})
	must(t, err)
	secret, err := secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("omie")})
	must(t, err)
	if len(item.Item) != 1 || aws.ToString(secret.SecretString) != "app key" {
		t.Errorf("it has %v and the secret %q", item.Item, aws.ToString(secret.SecretString))
	}
	// What was received is hidden still, and its group waits behind it.
	if got := receive(); len(got.Messages) != 0 {
		t.Errorf("received %q twice", *got.Messages[0].Body)
	}
	_, err = queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: lane.QueueUrl, ReceiptHandle: held.Messages[0].ReceiptHandle})
	must(t, err)
	if got := receive(); len(got.Messages) != 1 || *got.Messages[0].Body != "second" {
		t.Errorf("received %v, want the second", got.Messages)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

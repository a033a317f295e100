package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
)

// book is a ledger on one machine or of a stack, and how a command line names it.
type book struct {
	name        string
	data        string
	stack       *deployed
	connections string
}

// onBoth keeps a promise for a machine's ledger and for a stack's. told gives a
// new one of which the story was told.
func onBoth(t *testing.T, promise func(t *testing.T, told func(*testing.T) book)) {
	t.Helper()
	for name, told := range map[string]func(*testing.T) book{
		"machine": func(t *testing.T) book { return book{name: "machine", data: tell(t)} },
		"stack": func(t *testing.T) book {
			s := deployTold(t)
			return book{name: "stack", stack: s, connections: write(t, "c.yaml", goodConnections)}
		},
	} {
		t.Run(name, func(t *testing.T) { promise(t, told) })
	}
}

func (b book) flags() []string {
	if b.stack == nil {
		return []string{"--data", b.data}
	}
	return []string{"--stack", b.stack.name, "--connections", b.connections}
}

// use does something with the ledger itself.
func (b book) use(t *testing.T, do func(ledger.Ledger) error) {
	t.Helper()
	if b.stack != nil {
		if err := do(b.stack.ledger); err != nil {
			t.Fatal(err)
		}
		return
	}
	l, err := sqlite.Open(t.Context(), b.data)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(do(l), l.Close()); err != nil {
		t.Fatal(err)
	}
}

// entry reads one entry back.
func (b book) entry(t *testing.T, id string) (e ledger.Entry) {
	t.Helper()
	b.use(t, func(l ledger.Ledger) (err error) {
		e, err = l.Get(t.Context(), "cursos#"+id)
		return err
	})
	return e
}

// asOnOneMachine is what was said, in the words of one machine where it is about
// who lets orders go on, and how soon: the only difference that there may be.
func (b book) asOnOneMachine(said string) string {
	if b.stack == nil {
		return said
	}
	if strings.Contains(said, "carimbo serve") || strings.Contains(said, "within a second") {
		return "a stack has no carimbo serve: " + said
	}
	said = strings.ReplaceAll(said, b.who(), "ana")
	said = strings.ReplaceAll(said, "within a minute, when the stack's sweep wakes it", "within a second where carimbo serve runs")
	said = strings.ReplaceAll(said, "within a minute after 2026-11-21 12:30:00", "at 2026-11-21 12:30:00 where carimbo serve runs")
	return said
}

// who is by whom a command is recorded: on a stack, whose credentials it was given with.
func (b book) who() string {
	if b.stack == nil {
		return "ana"
	}
	return "arn:aws:sts::123456789012:user/moto"
}

// withoutDepths is what was said but for the line about a stack's queues, which one machine
// lists.
func (b book) withoutDepths(said string) string {
	before, rest, has := strings.Cut(said, "\nQueued: ")
	if !has {
		return said
	}
	_, after, _ := strings.Cut(rest, "\n")
	return before + after
}

// deployed is a stack as the template makes it, without its functions.
type deployed struct {
	name    string
	outputs map[string]string
	table   *dynamodb.Client
	ledger  *dynamo.Ledger
	sqs     *sqs.Client
}

// deploy makes a stack whose outputs are changed so, and makes the environment
// that of somebody who may use it.
func deploy(t *testing.T, changes map[string]string) *deployed {
	t.Helper()
	at := server.Start(t)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": at.URL, "AWS_REGION": awstest.Region, "AWS_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"} {
		t.Setenv(name, value)
	}
	s := &deployed{name: awstest.Name("shop"), table: dynamodb.NewFromConfig(at.Config), sqs: sqs.NewFromConfig(at.Config)}
	if _, err := s.table.CreateTable(t.Context(), dynamo.Table(s.name)); err != nil {
		t.Fatal(err)
	}
	s.ledger = dynamo.New(s.table, s.name, dynamo.Options{})
	s.outputs = map[string]string{tableOutput: s.name, webhookOutput: "http://127.0.0.1:1/webhooks/", secretPrefixOutput: s.name,
		queueOutput("omie"): s.queue(t, "omie"), deadLettersOutput("omie"): s.queue(t, "omie-dead"),
		queueOutput("sensio"): s.queue(t, "sensio"), deadLettersOutput("sensio"): s.queue(t, "sensio-dead")}
	maps.Copy(s.outputs, changes)
	maps.DeleteFunc(s.outputs, func(_, value string) bool { return value == "" })
	if _, err := cloudformation.NewFromConfig(at.Config).CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &s.name, TemplateBody: s.template(t)}); err != nil {
		t.Fatal(err)
	}
	_, err := secretsmanager.NewFromConfig(at.Config).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(s.name + "/hook/cursos"), SecretString: aws.String(`{"signing_secret":"hottok"}`)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// deployTold makes one to whose ledger the story was told.
func deployTold(t *testing.T) *deployed {
	t.Helper()
	s := deploy(t, nil)
	toldItems.once.Do(func() {
		tellTo(t, s.ledger)
		toldItems.list = s.items(t)
	})
	if len(toldItems.list) == 0 {
		t.Fatal("the story could not be told")
	}
	for some := range slices.Chunk(toldItems.list, 25) {
		puts := make([]types.WriteRequest, len(some))
		for i, it := range some {
			puts[i].PutRequest = &types.PutRequest{Item: it}
		}
		out, err := s.table.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{s.name: puts}})
		if err != nil || len(out.UnprocessedItems) > 0 {
			t.Fatalf("%v, %d items are left", err, len(out.UnprocessedItems))
		}
	}
	return s
}

// toldItems are those of the first table to which the story was told, which takes the
// emulator seconds: the next ones are copies of it.
var toldItems struct {
	once sync.Once
	list []map[string]types.AttributeValue
}

// items are all that the stack's table has.
func (s *deployed) items(t *testing.T) (all []map[string]types.AttributeValue) {
	t.Helper()
	pages := dynamodb.NewScanPaginator(s.table, &dynamodb.ScanInput{TableName: &s.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
	}
	return all
}

func (s *deployed) queue(t *testing.T, name string) string {
	t.Helper()
	// What a test has received stays hidden, however slow the machine.
	attributes := map[string]string{"FifoQueue": "true", "VisibilityTimeout": "43200"}
	out, err := s.sqs.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(awstest.Name(name) + ".fifo"), Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

// template is one with the stack's outputs, and with the resource that a template
// can't do without.
func (s *deployed) template(t *testing.T) *string {
	t.Helper()
	outputs := map[string]any{}
	for name, value := range s.outputs {
		outputs[name] = map[string]string{"Value": value}
	}
	b, err := json.Marshal(map[string]any{"Outputs": outputs,
		"Resources": map[string]any{"Handle": map[string]string{"Type": "AWS::CloudFormation::WaitConditionHandle"}}})
	if err != nil {
		t.Fatal(err)
	}
	return aws.String(string(b))
}

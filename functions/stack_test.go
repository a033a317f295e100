package functions_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
)

var server awstest.Server

func TestMain(m *testing.M) { server.Main(m) }

const hottok = "test-hottok"

// stack is a table, queues and secrets, with the functions' environment.
type stack struct {
	t      *testing.T
	env    map[string]string
	sqs    *sqs.Client
	ledger *dynamo.Ledger
	sim    *omiesim.Sim
	// built has the bootstraps.
	built string
}

func newStack(t *testing.T, built string) *stack {
	t.Helper()
	aws := server.Start(t)
	name := awstest.Name("shop")
	s := &stack{t: t, sqs: sqs.NewFromConfig(aws.Config), sim: omiesim.New(omiesim.Options{}), built: built}
	dynamodbClient := dynamodb.NewFromConfig(aws.Config)
	if _, err := dynamodbClient.CreateTable(t.Context(), dynamo.Table(name)); err != nil {
		t.Fatal(err)
	}
	s.ledger = dynamo.New(dynamodbClient, name, dynamo.Options{})
	secrets := secretsmanager.NewFromConfig(aws.Config)
	for secret, value := range map[string]string{"omie/estudio": `{"app_key":"38333295000","app_secret":"test-secret"}`, "hook/cursos": `{"signing_secret":"` + hottok + `"}`} {
		full := name + "/" + secret
		if _, err := secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &full, SecretString: &value}); err != nil {
			t.Fatal(err)
		}
	}
	s.env = map[string]string{
		"AWS_REGION": awstest.Region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": aws.URL,
		"CARIMBO_TABLE": name, "CARIMBO_SECRET_PREFIX": name,
		"CARIMBO_OMIE_QUEUE_URL": s.queue("omie"), "CARIMBO_SENSIO_QUEUE_URL": s.queue("sensio"),
		"LAMBDA_TASK_ROOT": s.packaged(),
	}
	return s
}

// packaged is a folder with a connections.json whose account is in a simulator.
func (s *stack) packaged() string {
	s.t.Helper()
	omie := httptest.NewServer(s.sim)
	s.t.Cleanup(func() { s.sim.Close(); omie.Close() })
	file := `{
	"erps": {"estudio": {"kind": "omie", "base_url": "` + omie.URL + `/api/v1/",
		"os": {"Cabecalho": {"cEtapa": "10", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "+3d"},
			"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cCidPrestServ": "SAO PAULO (SP)", "cNumPedido": "{order.number}"}},
		"services": {"CURSO-GO": {"nCodServico": 3846592864}}}},
	"connections": {"cursos": {"platform": "hotmart", "erp": "estudio", "since": "2026-01-01"}}
}`
	folder := s.t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "connections.json"), []byte(file), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return folder
}

func (s *stack) queue(name string) string {
	s.t.Helper()
	out, err := s.sqs.CreateQueue(s.t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(awstest.Name(name) + ".fifo"), Attributes: map[string]string{"FifoQueue": "true", "VisibilityTimeout": "270"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return *out.QueueUrl
}

func (s *stack) start(name string) *lambda {
	s.t.Helper()
	return start(s.t, filepath.Join(s.built, name, "bootstrap"), s.env)
}

// deliver gives a function what the queue has, as an event source mapping would,
// and removes it if the function didn't report it.
func (s *stack) deliver(l *lambda, url string) {
	s.t.Helper()
	out, err := s.sqs.ReceiveMessage(s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url})
	if err != nil || len(out.Messages) != 1 {
		s.t.Fatalf("%d messages, %v", len(out.Messages), err)
	}
	m := out.Messages[0]
	event, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: *m.MessageId, Body: *m.Body}}})
	if err != nil {
		s.t.Fatal(err)
	}
	if got := l.invoke(string(event)); got != `{"batchItemFailures":[]}` {
		s.t.Fatalf("%s\n%s", got, l.said)
	}
	if _, err := s.sqs.DeleteMessage(s.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		s.t.Fatal(err)
	}
}

// paid is the event of a paid Hotmart purchase, with its request id.
func paid(t *testing.T, id string) string {
	t.Helper()
	body, err := payloads.FS.ReadFile("hotmart/purchase_approved.json")
	if err != nil {
		t.Fatal(err)
	}
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/webhooks/cursos", Headers: hotmart.Platform{}.Sign(body, hottok, time.Now()).Header, Body: string(body)}
	event.RequestContext.Stage, event.RequestContext.RequestID = "$default", id
	event.RequestContext.HTTP.Method = http.MethodPost
	b, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The functions as they are deployed: their own processes, which poll a Lambda
// Runtime API and use DynamoDB, SQS and Secrets Manager.
func TestTheFunctions(t *testing.T) {
	built := build(t)
	for promise, keeps := range map[string]func(*testing.T, string){
		"a paid purchase that comes twice becomes one OS":                   onePurchaseIsOneOS,
		"the sweep wakes an order whose message was lost":                   whatIsDueIsWoken,
		"without its environment a function says what is missing and exits": whatIsMissingIsSaid,
	} {
		t.Run(promise, func(t *testing.T) { keeps(t, built) })
	}
}

func onePurchaseIsOneOS(t *testing.T, built string) {
	s := newStack(t, built)
	webhook, worker, sweep := s.start("webhook"), s.start("omie-os"), s.start("sweep")
	for _, id := range []string{"gw-1", "gw-2"} {
		if got := webhook.invoke(paid(t, id)); !strings.Contains(got, `"statusCode":200`) || !strings.Contains(got, `accepted`) {
			t.Fatalf("%s\n%s", got, webhook.said)
		}
	}
	s.deliver(worker, s.env["CARIMBO_OMIE_QUEUE_URL"])
	s.deliver(worker, s.env["CARIMBO_OMIE_QUEUE_URL"])
	if got := s.sim.Documents(); len(got) != 1 {
		t.Fatalf("%d documents; violations %v\n%s", len(got), s.sim.Violations(), worker.said)
	}
	// The schedule finds nothing to wake.
	sweep.invoke(`{"time":"2026-11-22T09:00:00Z"}`)
	if out, err := s.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String(s.env["CARIMBO_OMIE_QUEUE_URL"])}); err != nil || len(out.Messages) != 0 {
		t.Fatal(out, err)
	}
	s.checkSaid(webhook, "Queued")
	s.checkSaid(worker, "Created", "CreatedAfter")
	s.checkSaid(sweep)
}

// checkSaid looks for metrics and the correlation id, and for what must not be
// there.
func (s *stack) checkSaid(l *lambda, metrics ...string) {
	s.t.Helper()
	said := l.said.String()
	for _, m := range metrics {
		if !strings.Contains(said, `"Metrics":[{"Name":"`+m+`"`) || !strings.Contains(said, `"correlation":"gw-1"`) {
			s.t.Errorf("%s or the correlation id is missing in:\n%s", m, said)
		}
	}
	body, err := payloads.FS.ReadFile("hotmart/purchase_approved.json")
	if err != nil {
		s.t.Fatal(err)
	}
	var purchase struct {
		Data struct{ Buyer map[string]any }
	}
	if err := json.Unmarshal(body, &purchase); err != nil || len(purchase.Data.Buyer) == 0 {
		s.t.Fatal(err)
	}
	secrets := []string{hottok, "test-secret", "38333295000"}
	for _, field := range []string{"name", "email", "document"} {
		value, _ := purchase.Data.Buyer[field].(string)
		if value == "" {
			s.t.Fatalf("the sample's buyer has no %s", field)
		}
		secrets = append(secrets, value)
	}
	for _, secret := range secrets {
		if strings.Contains(said, secret) {
			s.t.Errorf("%s is in the log:\n%s", secret, said)
		}
	}
	for line := range strings.Lines(said) {
		if !json.Valid([]byte(line)) {
			s.t.Errorf("a line is no JSON: %s", line)
		}
	}
}

func whatIsDueIsWoken(t *testing.T, built string) {
	s := newStack(t, built)
	due := time.Now().Add(-time.Minute)
	e := ledger.Entry{Key: "cursos#HP1", Token: "t", Connection: "cursos", Platform: "hotmart", OrderID: "HP1", ERP: "omie", Account: "estudio",
		State: ledger.Waiting, Until: due, Due: due, ReceivedAt: due, UpdatedAt: due}
	if _, err := s.ledger.Write(t.Context(), ledger.Entry{}, e); err != nil {
		t.Fatal(err)
	}
	sweep, worker := s.start("sweep"), s.start("omie-os")
	sweep.invoke(`{}`)
	s.deliver(worker, s.env["CARIMBO_OMIE_QUEUE_URL"])
	got, err := s.ledger.Get(t.Context(), "cursos#HP1")
	if err != nil || got.State != ledger.Rejected || got.Reason.Kind != "not_understood" {
		t.Fatalf("%+v, %v\n%s", got, err, worker.said)
	}
}

func whatIsMissingIsSaid(t *testing.T, built string) {
	for _, name := range names {
		l := start(t, filepath.Join(built, name, "bootstrap"), nil)
		select {
		case <-l.ended:
		case <-time.After(answerLimit):
			t.Fatalf("%s runs", name)
		}
		said := l.said.String()
		if code := l.command.ProcessState.ExitCode(); code != 1 || strings.Count(said, "\n") != 1 || strings.Contains(said, "panic") ||
			!strings.Contains(said, "CARIMBO_") || !strings.Contains(said, "connections.json") {
			t.Errorf("%s: exit %d:\n%s", name, code, said)
		}
	}
}

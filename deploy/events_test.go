package deploy_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
)

var update = flag.Bool("update", false, "write the golden files")

// noon is when the events happened.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	region  = "sa-east-1"
	account = "123456789012"
)

// sent is an SQS that keeps what it is sent.
type sent struct {
	sqs.API
	message *awssqs.SendMessageInput
}

func (s *sent) SendMessage(_ context.Context, in *awssqs.SendMessageInput, _ ...func(*awssqs.Options)) (*awssqs.SendMessageOutput, error) {
	s.message = in
	return &awssqs.SendMessageOutput{}, nil
}

type uncounted struct{}

func (uncounted) Take(context.Context, intake.Metric, string, string) {}

// shop is the example's configuration with its secrets.
type shop struct {
	config connection.Config
	in     *intake.Intake
	sent   *sent
}

func newShop(t *testing.T) shop {
	t.Helper()
	return openShop(t, filepath.Join(root, "connections.example.yaml"), filepath.Join(root, "secrets.example.yaml"))
}

// newShopWithSensio is the example with what it keeps out by a # at the beginning of
// its lines.
func newShopWithSensio(t *testing.T) shop {
	t.Helper()
	uncommented := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, regexp.MustCompile(`(?m)^#(\S|  )`).ReplaceAll(b, []byte("$1")), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return openShop(t, uncommented("connections.example.yaml"), uncommented("secrets.example.yaml"))
}

func openShop(t *testing.T, connections, secretsFile string) shop {
	t.Helper()
	config, _, err := file.Load(connections, kinds.All())
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := secretfile.Open(secretsFile, secretfile.Options{Now: time.Now, Kinds: kinds.All().Secrets()})
	if err != nil {
		t.Fatal(err)
	}
	s := shop{config: config, sent: &sent{}}
	s.in = &intake.Intake{Connections: func() connection.Config { return s.config }, Platform: registry.Get, Secrets: secrets,
		Queue: func(connection.Account) queue.Sender { return sqs.New(s.sent, "queue") },
		Now:   func() time.Time { return noon }, Meter: uncounted{}, Log: slog.New(slog.DiscardHandler)}
	return s
}

// signed is a payload as the connection's platform sends it.
func (s shop) signed(t *testing.T, name, payload string) platform.Request {
	t.Helper()
	body, err := payloads.FS.ReadFile(payload)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := registry.Get(s.config.Connections[name].Platform)
	if !ok {
		t.Fatalf("no platform for %s", name)
	}
	key, err := s.in.Secrets.Get(t.Context(), "hook/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return p.Sign(body, key.Signing(noon)[0], noon)
}

// queued is what Lambda gives a worker once intake took the request.
func (s shop) queued(t *testing.T, name, queueName string, r platform.Request) events.SQSEvent {
	t.Helper()
	if got := s.in.Take(t.Context(), name, r, "K4cgHhYvGjQEMcA="); got.Status != 200 || s.sent.message == nil {
		t.Fatalf("intake says %+v", got)
	}
	body := *s.sent.message.MessageBody
	sum := md5.Sum([]byte(body))
	return events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "059f36b4-87a3-44ab-83d2-661975830a7d", ReceiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", Body: body, Md5OfBody: hex.EncodeToString(sum[:]),
		Attributes: map[string]string{
			"ApproximateReceiveCount": "1", "SentTimestamp": "1795348800000", "ApproximateFirstReceiveTimestamp": "1795348800050",
			"SenderId": "AROAEXAMPLE:carimbo-webhook", "SequenceNumber": "18849496460467696128",
			"MessageGroupId": *s.sent.message.MessageGroupId, "MessageDeduplicationId": *s.sent.message.MessageDeduplicationId,
		},
		MessageAttributes: map[string]events.SQSMessageAttribute{}, EventSource: "aws:sqs", AWSRegion: region,
		EventSourceARN: "arn:aws:sqs:" + region + ":" + account + ":carimbo-" + queueName + ".fifo",
	}}}
}

func TestTheWebhooksEventIsASignedPurchase(t *testing.T) {
	s := newShop(t)
	r := s.signed(t, "cursos", "hotmart/purchase_approved.json")
	headers := map[string]string{"content-type": "application/json", "host": "a1b2c3d4e5.execute-api." + region + ".amazonaws.com", "user-agent": "Hotmart"}
	for name, value := range r.Header {
		headers[name] = value
	}
	event := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "ANY /webhooks/{connection}", RawPath: "/webhooks/cursos", Headers: headers,
		PathParameters: map[string]string{"connection": "cursos"}, Body: string(r.Body),
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "ANY /webhooks/{connection}", AccountID: account, APIID: "a1b2c3d4e5", Stage: "$default", RequestID: "K4cgHhYvGjQEMcA=",
			DomainName: headers["host"], DomainPrefix: "a1b2c3d4e5", Time: "22/Nov/2026:12:00:00 +0000", TimeEpoch: noon.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST", Path: "/webhooks/cursos", Protocol: "HTTP/1.1", SourceIP: "203.0.113.7", UserAgent: "Hotmart"},
		},
	}
	golden(t, "webhook.json", event)
	if got := s.in.Take(t.Context(), "cursos", platform.Request{Header: headers, Body: []byte(event.Body)}, "1"); got.Answer == nil || got.Answer.Status != "accepted" {
		t.Errorf("intake says %+v", got)
	}
}

func TestTheOmieWorkersEventIsWhatTheWebhookQueues(t *testing.T) {
	s := newShop(t)
	event := s.queued(t, "cursos", "omie-os", s.signed(t, "cursos", "hotmart/purchase_approved.json"))
	defer sameQueued(t, "omie-os.json", event)
	if m, err := sqs.Decode(event.Records[0].Body); err != nil || m.Type != queue.Paid || m.Key != "cursos#HP2640917385" || m.Account != "estudio" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestTheSensioWorkersEventIsWhatTheWebhookQueues(t *testing.T) {
	s := newShopWithSensio(t)
	event := s.queued(t, "loja-wp", "sensio-sale", s.signed(t, "loja-wp", "woocommerce/order_processing.json"))
	defer sameQueued(t, "sensio-sale.json", event)
	if m, err := sqs.Decode(event.Records[0].Body); err != nil || m.Type != queue.Paid || m.Key != "loja-wp#4127" || m.Account != "loja" {
		t.Errorf("%+v, %v", m, err)
	}
}

// newExampleShop has the stores of a kind's example.
func newExampleShop(t *testing.T, kind erp.Kind) shop {
	t.Helper()
	e := kind.Example
	connections, secrets := "erps:\n  "+e.Account+":\n", ""
	for line := range strings.Lines(e.Settings) {
		connections += "    " + line
	}
	connections += "connections:\n"
	for _, store := range e.Stores {
		connections += "  " + store.Wired(e.Account, "2026-11-01") + "\n"
		secrets += fmt.Sprintf("hook/%s: { signing_secret: whsec_dW1hIGNoYXZlIGRlIHRlc3RlLCBkZSBuaW5ndWVt }\n", store.Connection)
	}
	folder := t.TempDir()
	paths := []string{filepath.Join(folder, "connections.yaml"), filepath.Join(folder, "secrets.yaml")}
	for i, text := range []string{connections, secrets} {
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return openShop(t, paths[0], paths[1])
}

func TestEveryWorkerHasTheEventOfItsExamplesFirstStore(t *testing.T) {
	for _, kind := range kinds.All() {
		t.Run(kind.Name, func(t *testing.T) {
			s, store := newExampleShop(t, kind), kind.Example.Stores[0]
			sameQueued(t, kind.Worker()+".json", s.queued(t, store.Connection, kind.Worker(), s.signed(t, store.Connection, store.Paid)))
		})
	}
}

func TestTheSweepsEventIsTheSchedulers(t *testing.T) {
	golden(t, "sweep.json", events.CloudWatchEvent{
		Version: "0", ID: "4dcb9f0a-2e62-4c43-9b5e-0f3f8f5f3a11", DetailType: "Scheduled Event", Source: "aws.scheduler", AccountID: account,
		Time: noon, Region: region, Resources: []string{"arn:aws:scheduler:" + region + ":" + account + ":schedule/default/carimbo-sweep"}, Detail: json.RawMessage(`"{}"`),
	})
}

// sameQueued compares a worker's event with its file: the payload unpacked, for
// gzip may pack the same in other bytes.
func sameQueued(t *testing.T, name string, event events.SQSEvent) {
	t.Helper()
	path := filepath.Join(root, "events", name)
	if *update {
		golden(t, name, event)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept events.SQSEvent
	if err := json.Unmarshal(b, &kept); err != nil || len(kept.Records) != 1 {
		t.Fatalf("%s: %d records, %v", path, len(kept.Records), err)
	}
	if sum := md5.Sum([]byte(kept.Records[0].Body)); hex.EncodeToString(sum[:]) != kept.Records[0].Md5OfBody {
		t.Errorf("%s: md5OfBody is another body's", path)
	}
	keptMessage, keptPayload := opened(t, &kept)
	message, payload := opened(t, &event)
	if diff := cmp.Diff([]any{kept, keptMessage, keptPayload}, []any{event, message, payload}); diff != "" {
		t.Errorf("go test ./deploy -update writes it anew:\n%s", diff)
	}
}

// opened takes the message and its payload out of an event.
func opened(t *testing.T, event *events.SQSEvent) (queue.Message, platform.Payload) {
	t.Helper()
	record := &event.Records[0]
	m, err := sqs.Decode(record.Body)
	if err != nil {
		t.Fatal(err)
	}
	p, err := platform.Unpack(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	m.Payload, record.Body, record.Md5OfBody = nil, "", ""
	return m, p
}

// golden compares an event with its file, which -update writes.
func golden(t *testing.T, name string, event any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(event); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, "events", name)
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if diff := cmp.Diff(string(want), b.String()); diff != "" || err != nil {
		t.Errorf("go test ./deploy -update writes it anew: %v\n%s", err, diff)
	}
}

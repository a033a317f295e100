package awslambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/platform/shopify"
	"github.com/carimbo/carimbo/shared/queue"
)

// environment is what Lambda and the template set, with changes.
func environment(t *testing.T, changes map[string]string) func(string) string {
	t.Helper()
	root := t.TempDir()
	file := `{"erps":{"estudio":{"kind":"omie"},"loja":{"kind":"sensio"}},"connections":{"cursos":{"platform":"hotmart","erp":"estudio","since":"2026-11-01"}}}`
	if err := os.WriteFile(filepath.Join(root, "connections.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"LAMBDA_TASK_ROOT": root, "AWS_REGION": "sa-east-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": "session",
		awslambda.Table: "table", awslambda.SecretPrefix: "shop",
		awslambda.QueueURL("omie"): "https://sqs.sa-east-1.amazonaws.com/1/omie.fifo", awslambda.QueueURL("sensio"): "https://sqs.sa-east-1.amazonaws.com/1/sensio.fifo",
	}
	for name, value := range changes {
		env[name] = value
	}
	return func(name string) string { return env[name] }
}

// build makes use of all that a function can have.
func build(l awslambda.Limits, getenv func(string) string) *awslambda.Function {
	f := awslambda.New(l, getenv, &bytes.Buffer{})
	f.Queues(f.Connections())
	f.Ledger()
	f.Secrets()
	return f
}

func TestAWholeEnvironmentIsNoError(t *testing.T) {
	if err := build(awslambda.Answering, environment(t, nil)).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAllThatIsMissingIsSaidInOneSentence(t *testing.T) {
	err := build(awslambda.Answering, environment(t, map[string]string{
		"AWS_REGION": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		awslambda.Table: "", awslambda.SecretPrefix: "", awslambda.QueueURL("omie"): "", awslambda.QueueURL("sensio"): "",
	})).Err()
	nowhere := build(awslambda.Answering, environment(t, map[string]string{"LAMBDA_TASK_ROOT": "/nowhere"})).Err()
	if nowhere == nil || strings.Count(nowhere.Error(), "/nowhere/connections.json") != 1 {
		t.Error(nowhere)
	}
	if err == nil {
		t.Fatal("nothing is missing?")
	}
	for _, name := range []string{"CARIMBO_TABLE", "CARIMBO_SECRET_PREFIX", "CARIMBO_OMIE_QUEUE_URL", "CARIMBO_SENSIO_QUEUE_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID"} {
		if strings.Count(err.Error(), name) != 1 {
			t.Errorf("%s is said %d times in: %v", name, strings.Count(err.Error(), name), err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%q", err)
	}
}

func TestAFunctionKeepsTheTokensOfItsStores(t *testing.T) {
	f := awslambda.New(awslambda.Answering, environment(t, nil), &bytes.Buffer{})
	worker := f.Worker(omie.Kind())
	first, _ := worker.Platform("shopify")
	again, _ := worker.Platform("shopify")
	if p, ok := first.(shopify.Platform); !ok || p.Tokens == nil || p != again || f.Err() != nil {
		t.Errorf("each order gets a token of its own (%v)", f.Err())
	}
}

func TestAFunctionNeedsOnlyWhatItUses(t *testing.T) {
	f := awslambda.New(awslambda.Answering, environment(t, map[string]string{awslambda.Table: ""}), &bytes.Buffer{})
	f.Queues(f.Connections())
	f.Secrets()
	if err := f.Err(); err != nil {
		t.Error(err)
	}
}

func TestConnectionsAreThePackagedFileOrTheOneThatIsNamed(t *testing.T) {
	f := awslambda.New(awslambda.Answering, environment(t, nil), &bytes.Buffer{})
	if c := f.Connections()(); c.Connections["cursos"].Platform != "hotmart" {
		t.Error(c, f.Err())
	}
	other := filepath.Join(t.TempDir(), "other.json")
	if err := os.WriteFile(other, []byte(`{"erps":{"estudio":{"kind":"omie"}},"connections":{"novos":{"platform":"generic","erp":"estudio","since":"2026-11-01"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	f = awslambda.New(awslambda.Answering, environment(t, map[string]string{awslambda.ConnectionsFile: other}), &bytes.Buffer{})
	if c := f.Connections()(); c.Connections["novos"].Platform != "generic" || len(c.Connections) != 1 {
		t.Error(c, f.Err())
	}
	if err := os.WriteFile(other, []byte("erps: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f = awslambda.New(awslambda.Answering, environment(t, map[string]string{awslambda.ConnectionsFile: other}), &bytes.Buffer{})
	f.Connections()
	if err := f.Err(); err == nil || !strings.Contains(err.Error(), other) {
		t.Error(err)
	}
}

// cloud is an AWS that keeps what it was asked.
type cloud struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []*http.Request
	bodies []map[string]any
	// status is the answer.
	status int
}

func newCloud(t *testing.T, status int) *cloud {
	t.Helper()
	c := &cloud{status: status}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		_ = json.NewDecoder(r.Body).Decode(&body)
		c.mu.Lock()
		c.asked, c.bodies = append(c.asked, r), append(c.bodies, body)
		c.mu.Unlock()
		w.WriteHeader(c.status)
		_, _ = w.Write([]byte(`{}`))
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *cloud) times() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asked)
}

var wake = queue.Message{Type: queue.Wake, Key: "cursos#1", Account: "estudio", Dedup: "d"}

func TestAWSEndpointURLIsHonouredForAllServicesAndForOne(t *testing.T) {
	all, one := newCloud(t, http.StatusOK), newCloud(t, http.StatusOK)
	f := awslambda.New(awslambda.Answering, environment(t, map[string]string{"AWS_ENDPOINT_URL": all.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER": one.URL}), &bytes.Buffer{})
	_, _ = f.Ledger().Lane(t.Context(), "estudio")
	if all.times() != 1 || one.times() != 0 {
		t.Error("dynamodb:", all.times(), one.times())
	}
	_ = f.Queues(f.Connections())(connection.Account{Kind: "omie"}).Send(t.Context(), wake)
	if all.times() != 2 || one.times() != 0 {
		t.Error("sqs:", all.times(), one.times())
	}
	_, _ = f.Secrets().Get(t.Context(), "hook/cursos")
	if all.times() != 2 || one.times() == 0 {
		t.Error("secrets manager:", all.times(), one.times())
	}
}

func TestRequestsAreSignedWithTheFunctionsOwnCredentials(t *testing.T) {
	c := newCloud(t, http.StatusOK)
	f := awslambda.New(awslambda.Answering, environment(t, map[string]string{"AWS_ENDPOINT_URL": c.URL}), &bytes.Buffer{})
	_ = f.Queues(f.Connections())(connection.Account{Kind: "omie"}).Send(t.Context(), wake)
	h := c.asked[0].Header
	if !strings.Contains(h.Get("Authorization"), "AKID") || !strings.Contains(h.Get("Authorization"), "/sa-east-1/sqs/") || h.Get("X-Amz-Security-Token") != "session" {
		t.Error(h)
	}
}

func TestEachKindHasItsQueue(t *testing.T) {
	c := newCloud(t, http.StatusOK)
	env := environment(t, map[string]string{"AWS_ENDPOINT_URL": c.URL})
	f := awslambda.New(awslambda.Answering, env, &bytes.Buffer{})
	queues := f.Queues(f.Connections())
	for i, kind := range []string{"omie", "sensio"} {
		_ = queues(connection.Account{Kind: kind}).Send(t.Context(), wake)
		if url, _ := c.bodies[i]["QueueUrl"].(string); !strings.HasSuffix(url, "/"+kind+".fifo") {
			t.Errorf("%s: %s", kind, url)
		}
	}
}

func TestAFaultyServiceIsTriedWithinTheLimits(t *testing.T) {
	for name, l := range map[string]awslambda.Limits{"answering": awslambda.Answering, "recording": awslambda.Recording} {
		c := newCloud(t, http.StatusInternalServerError)
		f := awslambda.New(l, environment(t, map[string]string{"AWS_ENDPOINT_URL": c.URL}), &bytes.Buffer{})
		if err := f.Queues(f.Connections())(connection.Account{Kind: "omie"}).Send(t.Context(), wake); err == nil || c.times() != l.Attempts {
			t.Errorf("%s: %d attempts, %v", name, c.times(), err)
		}
	}
}

func TestTheLimitsFitIntoTheTimeThatIsKeptForThem(t *testing.T) {
	longest := func(l awslambda.Limits) time.Duration {
		return time.Duration(l.Attempts)*l.Attempt + time.Duration(l.Attempts-1)*l.Pause
	}
	if d := longest(awslambda.Answering); d > 2500*time.Millisecond {
		t.Error("a webhook's call may take", d)
	}
	if d := longest(awslambda.Recording); d > 10*time.Second {
		t.Error("recording an outcome may take", d)
	}
}

func TestAServiceThatHangsIsGivenUp(t *testing.T) {
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	defer close(hang)
	limits := awslambda.Limits{Attempts: 2, Attempt: 20 * time.Millisecond, Pause: time.Millisecond}
	f := awslambda.New(limits, environment(t, map[string]string{"AWS_ENDPOINT_URL": s.URL}), &bytes.Buffer{})
	ctx, cancel := context.WithTimeout(t.Context(), clocktest.Hang)
	defer cancel()
	if err := f.Queues(f.Connections())(connection.Account{Kind: "omie"}).Send(ctx, wake); err == nil || ctx.Err() != nil {
		t.Error(err, ctx.Err())
	}
}

func TestMetricsAreCountedForTheStack(t *testing.T) {
	for prefix, want := range map[string]string{"shop": "shop", "shop/": "shop", "": "carimbo"} {
		f := awslambda.New(awslambda.Answering, environment(t, map[string]string{awslambda.SecretPrefix: prefix}), &bytes.Buffer{})
		if f.Meter.Service != want {
			t.Errorf("%q: %s", prefix, f.Meter.Service)
		}
	}
}

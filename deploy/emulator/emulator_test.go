package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
)

var update = flag.Bool("update", false, "write the golden files")

const root = "../../"

// announcement passes on what the emulator says until it has said all.
type announcement struct {
	w    *io.PipeWriter
	said bytes.Buffer
}

func (a *announcement) Write(b []byte) (int, error) {
	a.said.Write(b)
	if strings.Contains(a.said.String(), "Ctrl-C") {
		defer a.w.Close()
	}
	return a.w.Write(b)
}

// started runs the emulator until the test ends, and returns where it listens.
func started(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-port", "0", "-connections", root + "connections.example.yaml", "-secrets", root + "secrets.example.yaml"}, &announcement{w: w})
		w.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	said, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`).FindSubmatch(said)
	if url == nil {
		t.Fatalf("it says %s", said)
	}
	return string(url[1])
}

func TestTheEmulatorHasWhatTheFunctionsNeedInEveryRegion(t *testing.T) {
	url := started(t)
	for _, region := range []string{"us-east-1", "sa-east-1"} {
		config := aws.Config{Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("default", "default", "")}

		l := dynamo.New(dynamodb.NewFromConfig(config), local.table(), dynamo.Options{})
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		e := ledger.Entry{Key: region + "#1", Token: "t", Connection: region, Account: "estudio", State: ledger.Waiting, Due: now, Until: now, ReceivedAt: now, UpdatedAt: now}
		if _, err := l.Write(t.Context(), ledger.Entry{}, e); err != nil {
			t.Error(err)
		}
		if due, err := l.Due(t.Context(), "estudio", now, 10); err != nil || len(due) == 0 {
			t.Error(due, err)
		}

		for _, name := range []string{"omie-os", "sensio-sale"} {
			out, err := sqs.NewFromConfig(config).GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
				QueueUrl: aws.String(local.url(url, name)), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, attribute := range []string{"FifoQueue", "VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy"} {
				got[attribute] = out.Attributes[attribute]
			}
			if diff := cmp.Diff(map[string]string{"FifoQueue": "true", "VisibilityTimeout": "270", "MessageRetentionPeriod": "1209600",
				"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn": "arn:aws:sqs:sa-east-1:%s:%s", "maxReceiveCount": 3}`, motoAccount, local.queue(name+"-dead"))}, got); diff != "" {
				t.Error(diff)
			}
		}

		secrets := secretsmanager.NewFromConfig(config)
		for name, want := range map[string]string{"hook/cursos": "not-a-real-hottok", "omie/estudio": "not-a-real-app-secret"} {
			out, err := secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(local.name + "/" + name)})
			if err != nil || !strings.Contains(*out.SecretString, want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// `sam local` has the functions in containers, which call this machine so.
func TestTheEnvironmentForSAMLocalIsTheEmulators(t *testing.T) {
	b, err := json.MarshalIndent(map[string]any{"Parameters": local.environment(fmt.Sprintf("http://host.docker.internal:%d", defaultPort))}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = root + "events/env.local.json"
	if *update {
		if err := os.WriteFile(golden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if diff := cmp.Diff(string(want), string(b)+"\n"); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestTheEmulatorListensForThisMachineAlone(t *testing.T) {
	f, err := listen(0, "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer f.stop()
	for _, l := range f.listeners {
		ip := l.Addr().(*net.TCPAddr).IP
		if !ip.IsLoopback() && !strings.Contains(strings.Join(bridge(), " "), ip.String()) {
			t.Errorf("it listens on %s", ip)
		}
	}
	if _, err := listen(f.listeners[0].Addr().(*net.TCPAddr).Port, "http://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "take another -port") {
		t.Errorf("a port that is taken: %v", err)
	}
}

func TestASecretThatIsMissingIsNamed(t *testing.T) {
	secrets := t.TempDir() + "/secrets.yaml"
	if err := os.WriteFile(secrets, []byte("omie/estudio: { app_key: \"1\", app_secret: \"2\" }\nhook/other: { signing_secret: abc }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), []string{"-connections", root + "connections.example.yaml", "-secrets", secrets}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "hook/cursos") {
		t.Error(err)
	}
}

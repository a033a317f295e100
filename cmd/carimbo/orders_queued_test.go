package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
	queuesqs "github.com/carimbo/carimbo/shared/queue/sqs"
)

// withQueued is a told data folder where notices wait in the queue as well.
func withQueued(t *testing.T) string {
	t.Helper()
	dir := tell(t)
	l, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	q, err := queuesqlite.New(t.Context(), l.DB(), queuesqlite.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	for i, id := range []string{"HP30", "HP31", "HP02"} {
		m := queue.Message{Type: queue.Paid, Key: "cursos#" + id, Account: "estudio", Connection: "cursos", Platform: "hotmart", OrderID: id, StoreNumber: id,
			Dedup: id, ReceivedAt: noon.Add(time.Duration(i-10) * time.Minute), Payload: []byte(`{"text":"{}"}`)}
		if err := q.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWhatIsQueuedIsShownOnOneMachine(t *testing.T) {
	dir := withQueued(t)
	for name, args := range map[string][]string{
		"queued-list.txt":  {"list", "--since", "2026-11-21T14:10:28Z"},
		"queued-list.json": {"list", "--state", "queued", "--json"},
		"queued-show.txt":  {"show", "cursos#HP31"},
		"queued-show.json": {"show", "cursos#HP31", "--json"},
	} {
		got := typeIn(t, slices.Concat([]string{"orders"}, args, []string{"--data", dir})...)
		if got.code != exitDone || got.errors != "" {
			t.Fatalf("%v: %+v", args, got)
		}
		golden(t, name, got.out)
	}
	for _, args := range [][]string{{"retry", "cursos#HP31"}, {"dismiss", "cursos#HP31", "--note", "n"}, {"resolve", "cursos#HP31", "--created", "1"}} {
		got := typeIn(t, slices.Concat([]string{"orders"}, args, []string{"--data", dir})...)
		if got.code != exitFailed || !strings.Contains(got.errors, "cursos#HP31: it is queued") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

func TestAListIsSinceATimeAndAtMostSoLong(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		for _, c := range []struct {
			args []string
			want []string
		}{
			{[]string{"--limit", "2"}, []string{"HP22", "HP21"}},
			{[]string{"--limit", "1", "--state", "rejected", "--kind", "mapping"}, []string{"HP02"}},
			{[]string{"--since", "2026-11-21T11:10:28-03:00"}, []string{"HP22", "HP21"}},
			{[]string{"--since", "2026-11-22"}, nil},
			{[]string{"--since", "2026-11-21", "--mine", "--limit", "1"}, []string{"HP22"}},
			{[]string{"--since", "49m30s"}, []string{"HP22"}},
			{[]string{"--since", "1d", "--limit", "1"}, []string{"HP22"}},
		} {
			for _, asJSON := range [][]string{nil, {"--json"}} {
				got := typeIn(t, slices.Concat([]string{"orders", "list"}, c.args, b.flags(), asJSON)...)
				var keys []string
				for line := range strings.Lines(got.out) {
					key, ok := strings.CutPrefix(line, "cursos#")
					if asJSON != nil {
						key, ok = strings.CutPrefix(strings.TrimSpace(line), `"key": "cursos#`)
					}
					if ok {
						keys = append(keys, key[:4])
					}
				}
				if got.code != exitDone || !slices.Equal(keys, c.want) {
					t.Errorf("%v %v: %v, want %v: %+v", c.args, asJSON, keys, c.want, got)
				}
				if cut := slices.Contains(c.args, "2"); asJSON == nil && cut != strings.Contains(got.out, "These are the newest 2; --limit 0 lists all.") {
					t.Errorf("%v: is more than was asked for told? %s", c.args, got.out)
				}
			}
		}
	})
	for _, args := range [][]string{{"list", "--since", "yesterday"}, {"list", "--since", "-3h"}, {"list", "--limit", "-1"}, {"list", "--limit", "many"},
		{"retry", "--since", "soon"}, {"retry", "--state", "queued"}, {"list", "--ignored", "--since", "x"}} {
		if got := typeIn(t, slices.Concat([]string{"orders"}, args, []string{"--data", tell(t)})...); got.code != exitUsage {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// SQS shows no message without taking it, and counts none by account.
func TestAStackTellsHowManyMessagesItsQueuesHave(t *testing.T) {
	s := deployTold(t)
	connections := write(t, "c.yaml", goodConnections)
	list := func(args ...string) typed {
		t.Helper()
		got := typeIn(t, slices.Concat([]string{"orders", "list", "--stack", s.name, "--connections", connections}, args)...)
		if got.code != exitDone {
			t.Fatalf("%v: %+v", args, got)
		}
		return got
	}
	const none = "\nQueued: nothing in omie-os; nothing in sensio-sale. SQS doesn't tell of which orders.\n"
	if got := list(); !strings.Contains(got.out, none) {
		t.Errorf("%s", got.out)
	}
	q := queuesqs.New(s.sqs, s.outputs[queueOutput("omie")])
	for i, account := range []string{"estudio", "outra", "mais"} {
		m := queue.Message{Type: queue.Paid, Key: "cursos#HP3" + string(rune('0'+i)), Account: account, Connection: "cursos", Dedup: account, ReceivedAt: noon}
		if err := q.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if got := list("--state", "queued"); !strings.HasPrefix(got.out, "No orders.\n\nQueued: 3 messages in omie-os; nothing in sensio-sale. SQS doesn't tell of which orders. How old the oldest is isn't known: CloudWatch has not measured it in the last 15 minutes.\n") {
		t.Errorf("%s", got.out)
	}
	s.measured(t, "ApproximateAgeOfOldestMessage", queueOutput("omie"), map[time.Duration]float64{2 * time.Minute: 190, 3 * time.Minute: 70, 20 * time.Minute: 9000})
	s.measured(t, "NumberOfMessagesSent", queueOutput("omie"), map[time.Duration]float64{time.Minute: 1})
	if held, err := q.Receive(t.Context(), 1); len(held) != 1 || err != nil {
		t.Fatal(held, err)
	}
	if got := list("--limit", "1"); !strings.Contains(got.out, "\nQueued: 3 messages in omie-os, 1 of them worked on, the oldest for 3 min; nothing in sensio-sale. SQS doesn't tell of which orders.\n") {
		t.Errorf("%s", got.out)
	}
	if got := typeIn(t, "accounts", "--stack", s.name, "--connections", connections); !strings.Contains(got.out, "\nQueued: 3 messages in omie-os, 1 of them worked on, the oldest for 3 min;") {
		t.Errorf("%+v", got)
	}
	if got := typeIn(t, "accounts", "--json", "--stack", s.name, "--connections", connections); strings.Contains(got.out, "ueued") || got.code != exitDone {
		t.Errorf("%+v", got)
	}
	for _, args := range [][]string{{"--mine"}, {"--find", "HP01"}, {"--state", "rejected"}, {"--kind", "mapping"}, {"--json"}} {
		if got := list(args...); strings.Contains(got.out+got.errors, "Queued: ") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// measured is what CloudWatch measured of a queue, so long ago.
func (s *deployed) measured(t *testing.T, metric, output string, ago map[time.Duration]float64) {
	t.Helper()
	in := &cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/SQS")}
	for d, value := range ago {
		in.MetricData = append(in.MetricData, types.MetricDatum{MetricName: &metric, Timestamp: aws.Time(noon.Add(-d)), Value: &value,
			Dimensions: []types.Dimension{{Name: aws.String("QueueName"), Value: aws.String(path.Base(s.outputs[output]))}}})
	}
	if _, err := cloudwatch.NewFromConfig(server.Start(t).Config).PutMetricData(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func TestAListIsShownThoughNobodyMayAskHowOld(t *testing.T) {
	s := deploy(t, nil)
	for _, kind := range []string{"omie", "sensio"} {
		m := queue.Message{Type: queue.Wake, Key: "cursos#HP30", Account: "estudio", Dedup: "1"}
		if err := queuesqs.New(s.sqs, s.outputs[queueOutput(kind)]).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for code, want := range map[string]string{
		"AccessDenied": "How old the oldest is isn't known: your credentials lack cloudwatch:GetMetricData.\n",
		"Strange":      "How old the oldest is isn't known: CloudWatch can't be asked (",
	} {
		t.Run(code, func(t *testing.T) {
			refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", code)
			}))
			defer refusing.Close()
			t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", refusing.URL)
			got := typeIn(t, "orders", "list", "--stack", s.name, "--connections", write(t, "c.yaml", goodConnections))
			if got.code != exitDone || !strings.Contains(got.out, "\nQueued: 1 message in omie-os; 1 message in sensio-sale. SQS doesn't tell of which orders. "+want) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAListIsShownThoughNobodyMayCountWhatIsQueued(t *testing.T) {
	s := deploy(t, map[string]string{queueOutput("sensio"): ""})
	got := typeIn(t, "orders", "list", "--stack", s.name, "--connections", write(t, "c.yaml", goodConnections))
	if got.code != exitDone || got.out != "No orders.\n" || !strings.Contains(got.errors, "carimbo: warning: what is queued isn't known: stack "+s.name+" has no output SensioQueueURL") {
		t.Errorf("%+v", got)
	}
}

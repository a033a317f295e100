package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
)

func TestTheTemplateHasTheOutputsThatCommandsRead(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, outputs, _ := strings.Cut(string(b), "\nOutputs:\n")
	for _, name := range []string{tableOutput, webhookOutput, secretPrefixOutput, queueOutput("omie"), deadLettersOutput("omie"), queueOutput("sensio"), deadLettersOutput("sensio")} {
		if !strings.Contains("\n"+outputs, "\n  "+name+":\n") {
			t.Errorf("template.yaml has no output %s", name)
		}
	}
}

func TestAStackIsNotOneMachine(t *testing.T) {
	t.Chdir(t.TempDir())
	connections, payload := write(t, "c.yaml", goodConnections), write(t, "p.json", hotmartOrder)
	for _, line := range [][]string{
		{"orders", "list", "--stack", "shop", "--data", ".carimbo"},
		{"orders", "show", "cursos#HP01", "--stack", "shop", "--data", "d"},
		{"orders", "retry", "cursos#HP01", "--stack", "shop", "--data", "d"},
		{"orders", "resolve", "cursos#HP01", "--created", "1", "--stack", "shop", "--data", "d"},
		{"dlq", "list", "--stack", "shop", "--data", "d"},
		{"dlq", "redrive", "--stack", "shop", "--data", "d"},
		{"send", "--connection", "cursos", "--connections", connections, "--stack", "shop", "--secrets", "s.yaml", payload},
	} {
		if got := typeIn(t, line...); got.code != exitUsage || !strings.Contains(got.errors, "is of one machine: give either it or --stack") {
			t.Errorf("%s: %+v", strings.Join(line, " "), got)
		}
	}
	if got := typeIn(t, "orders", "list", "--stack", ""); got.code != exitUsage || !strings.Contains(got.errors, "--stack needs the name") {
		t.Errorf("%+v", got)
	}
}

func TestAStackThatCannotBeUsedIsSaidToBe(t *testing.T) {
	t.Chdir(t.TempDir())
	s := deploy(t, map[string]string{tableOutput: "", webhookOutput: "", secretPrefixOutput: "", deadLettersOutput("sensio"): ""})
	connections := write(t, "connections.yaml", goodConnections)
	send := []string{"send", "--connection", "cursos", "--connections", connections, "--stack", s.name, write(t, "p.json", hotmartOrder)}
	for _, c := range []struct {
		line []string
		code int
		want string
	}{
		{[]string{"orders", "show", "cursos#HP01", "--stack", "nobodys"}, exitUsage, "carimbo: there is no stack nobodys in sa-east-1: "},
		{[]string{"dlq", "list", "--stack", "not a name"}, exitUsage, "carimbo: there is no stack not a name in sa-east-1: "},
		{[]string{"orders", "show", "cursos#HP01", "--stack", s.name}, exitFailed, "carimbo: stack " + s.name + " has no output Table: "},
		{[]string{"dlq", "redrive", "--stack", s.name}, exitFailed, "carimbo: stack " + s.name + " has no output SensioDeadLettersURL: "},
		{send, exitFailed, "carimbo: stack " + s.name + " has no output WebhookURL: "},
		{append(send, "--to", "http://127.0.0.1:1"), exitFailed, "carimbo: stack " + s.name + " has no output SecretPrefix: "},
	} {
		got := typeIn(t, c.line...)
		if got.code != c.code || !strings.HasPrefix(got.errors, c.want) || strings.Count(got.errors, "\n") != 1 || got.out != "" {
			t.Errorf("%s: %+v", strings.Join(c.line, " "), got)
		}
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	if got := typeIn(t, "dlq", "list", "--stack", s.name); got.code != exitFailed || !strings.HasPrefix(got.errors, "carimbo: there are no AWS credentials: ") {
		t.Errorf("%+v", got)
	}
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	if got := typeIn(t, "dlq", "list", "--stack", s.name); got.code != exitUsage || !strings.Contains(got.errors, "set AWS_REGION") {
		t.Errorf("%+v", got)
	}
}

// An empty list where the connections aren't known would say that all is well.
func TestAStacksOrdersAreListedByKnownConnectionsAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	s := deployTold(t)
	for _, verb := range [][]string{{"list"}, {"list", "--mine"}, {"retry", "--mine"}} {
		got := typeIn(t, slices.Concat([]string{"orders"}, verb, []string{"--stack", s.name})...)
		if got.code != exitUsage || !strings.Contains(got.errors, "connections.yaml can't be read: give the file with --connections FILE, or one connection with --connection NAME") {
			t.Errorf("%v: %+v", verb, got)
		}
	}
	wrong := write(t, "c.yaml", "erps: 1\n")
	if got := typeIn(t, "orders", "list", "--stack", s.name, "--connections", wrong); got.code != exitFailed || !strings.Contains(got.errors, "c.yaml:1") {
		t.Errorf("a wrong file: %+v", got)
	}
	if got := typeIn(t, "orders", "list", "--stack", s.name, "--connection", "cursos"); got.code != exitDone || !strings.Contains(got.out, "cursos#HP01") {
		t.Errorf("--connection: %+v", got)
	}
	if got := typeIn(t, "orders", "show", "cursos#HP01", "--stack", s.name); got.code != exitDone {
		t.Errorf("show: %+v", got)
	}
	if got := typeIn(t, "orders", "retry", "cursos#HP02", "--stack", s.name); got.code != exitDone {
		t.Errorf("retry: %+v", got)
	}
	if got := typeIn(t, "orders", "show", "curos#HP01", "--stack", s.name); got.code != exitFailed || !strings.Contains(got.errors, "there is no such order") {
		t.Errorf("a key that isn't there: %+v", got)
	}
}

// The sweep finds what a person let go on.
func TestARetriedOrderOfAStackIsDueForItsSweep(t *testing.T) {
	s := deployTold(t)
	typeIn(t, "orders", "retry", "cursos#HP02", "--stack", s.name)
	due, err := s.ledger.Due(t.Context(), "estudio", noon, 100)
	if err != nil || !slices.ContainsFunc(due, func(d ledger.Due) bool { return d.Key == "cursos#HP02" }) {
		t.Errorf("%v, %v", due, err)
	}
}

func TestSendToAStackIsSignedWithItsSecretAndGoesToItsWebhook(t *testing.T) {
	connections := write(t, "c.yaml", goodConnections)
	for _, path := range []string{"", "/", "/webhooks", "/webhooks/", "/webhooks/{connection}", "/prod/webhooks/"} {
		url, got := listen(t, 200, `{"status":"accepted"}`)
		s := deploy(t, map[string]string{webhookOutput: url + path})
		said := typeWith(t, noon, hotmartOrder, "send", "--connection", "cursos", "--stack", s.name, "--connections", connections, "-")
		if said.code != exitDone || said.out != "200 OK\n{\"status\":\"accepted\"}\n" || len(*got) != 1 {
			t.Fatalf("%q: %+v, %d requests", path, said, len(*got))
		}
		first, want := (*got)[0], "/webhooks/cursos"
		if strings.HasPrefix(path, "/prod") {
			want = "/prod" + want
		}
		if first.path != want || string(first.request.Body) != hotmartOrder {
			t.Errorf("%q: sent %q to %s", path, first.request.Body, first.path)
		}
		if err := (hotmart.Platform{}).Verify(first.request, []string{"hottok"}, noon); err != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestSendToAStackGoesWhereToSays(t *testing.T) {
	connections := write(t, "c.yaml", goodConnections)
	url, got := listen(t, 200, "")
	s := deploy(t, nil)
	said := typeWith(t, noon, hotmartOrder, "send", "--connection", "cursos", "--stack", s.name, "--to", url, "--connections", connections, "-")
	if said.code != exitDone || len(*got) != 1 || (*got)[0].path != "/webhooks/cursos" {
		t.Fatalf("%+v, %v", said, *got)
	}
}

func TestSendToAStackSaysWhichSecretIsMissing(t *testing.T) {
	connections := write(t, "c.yaml", strings.Replace(goodConnections, "cursos:", "outra:", 1))
	s := deploy(t, nil)
	said := typeWith(t, noon, hotmartOrder, "send", "--connection", "outra", "--stack", s.name, "--connections", connections, "-")
	if want := "carimbo: there is no secret hook/outra in Secrets Manager below " + s.name + "/: add it "; said.code != exitFailed || !strings.HasPrefix(said.errors, want) {
		t.Errorf("%+v", said)
	}
}

func TestKeysOfAStackAreNotCompleted(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := tell(t)
	if err := os.Rename(dir, defaultData); err != nil {
		t.Fatal(err)
	}
	if got := typeIn(t, "__complete", "orders", "show", "--stack", "shop", ""); strings.Contains(got.out, "cursos") {
		t.Errorf("those of this machine are: %s", got.out)
	}
}

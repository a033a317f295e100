package notify_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/notify"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
)

const page = "../../docs/notices.md"

// blocks are those of the page in a language.
func blocks(t *testing.T, language string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		list = append(list, found[1])
	}
	return list
}

func TestThePagesReceiverIsTheOneThatIsTested(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if code := blocks(t, "go"); len(code) != 1 || !strings.Contains(string(source), code[0]) {
		t.Errorf("example_test.go doesn't have %v", code)
	}
}

func TestThePagesBodyHasEveryField(t *testing.T) {
	t.Parallel()
	d := json.NewDecoder(bytes.NewReader([]byte(blocks(t, "json")[0])))
	d.DisallowUnknownFields()
	var b notify.Body
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	for i := range reflect.TypeOf(b).NumField() {
		if reflect.ValueOf(b).Field(i).IsZero() {
			t.Errorf("%s is missing", reflect.TypeOf(b).Field(i).Name)
		}
	}
	if want := strings.Join([]string{"Carimbo: " + b.Message, b.Command, b.Link}, "\n"); b.Text != want {
		t.Errorf("text is %q, want %q", b.Text, want)
	}
}

func TestThePagesFilesAreTaken(t *testing.T) {
	t.Parallel()
	yaml := blocks(t, "yaml")
	const rest = "erps: { estudio: { kind: omie, os: { InformacoesAdicionais: { cCodCateg: \"1\", nCodCC: 1 } }, services: { A: { nCodServico: 1 } } } }\n" +
		"connections: { cursos: { platform: hotmart, erp: estudio, since: 2026-11-01 } }\n"
	config, problems, err := file.Parse("c.yaml", []byte(rest+yaml[0]), kinds.All())
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v, %v", err, problems)
	}
	want := map[string]connection.Receiver{
		"torre": {Name: "torre", URL: "https://hooks.example.com/carimbo"},
		"equipe": {Name: "equipe", SMTP: &connection.SMTP{Host: "smtp.example.com", Port: 587, From: "carimbo@example.com", To: "ana@example.com, ze@example.com"},
			On: []string{"rejected", "parked", "account"}, Lang: "pt"},
	}
	if diff := cmp.Diff(want, config.Notify); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if secrets, problems := secretfile.Parse("s.yaml", []byte(yaml[1]), secretfile.Options{Kinds: kinds.All().Secrets()}); len(problems) > 0 || len(secrets) != 2 {
		t.Errorf("%v, %v", secrets, problems)
	}
}

func TestThePageSaysEveryKindAndWhenItIsTriedAgain(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range notify.Kinds() {
		if !strings.Contains(string(b), "\n| `"+string(kind)+"` |") {
			t.Errorf("%s is missing", kind)
		}
	}
	var said []string
	for _, w := range notify.Waits() {
		said = append(said, w.String())
	}
	if got := strings.Join(said, " "); got != "30s 2m0s 5m0s 15m0s 30m0s 1h0m0s" || !strings.Contains(string(b), "after 30 s, 2, 5, 15 and 30 min, then hourly, for three days") {
		t.Errorf("it waits %s", got)
	}
}

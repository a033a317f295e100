package functions_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
)

var server awstest.Server

func TestMain(m *testing.M) {
	code := m.Run()
	server.Stop()
	os.RemoveAll(built)
	os.Exit(code)
}

// stack is what template.yaml describes, with the secrets of its connections, in
// an AWS that the other stacks share, and the simulators of its ERP accounts.
type stack struct {
	t        *testing.T
	name     string
	template template
	endpoint string
	config   aws.Config
	// built has the bootstraps, packaged the connections.json that lies beside them.
	built, packaged string
	// physical are the table's name and the queues' URLs by their names in the
	// template.
	physical map[string]string

	sqs     *sqs.Client
	secrets *secretsmanager.Client
	ledger  *dynamo.Ledger
	// configured is what connections.json says.
	configured connection.Config
	sim        *omiesim.Sim
	shop       *sensiosim.Sim
	// clock is the simulators', and that of the functions that are later.
	clock clock
	// calls are noted here; down is how the name of an API that answers 500 begins.
	calls *calls
	down  atomic.Pointer[string]
	// reach makes what a function calls reachable, and returns its URL.
	reach func(http.Handler) string
	// workerSteps are the calls of the one worker that is started at them, and all
	// that reach Omie.
	workerSteps steps
	flights     flights
	// onlyKey is the one App Key that Omie lets in; any, if it is nil.
	onlyKey atomic.Pointer[string]

	mu    sync.Mutex
	said  []*said
	shown []purchase
}

// clock is the wall clock, or ahead of it.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

const (
	hottok    = "test-hottok"
	appSecret = "test-secret"
)

// connections has two Omie accounts and one of Sensio.
const connections = `{
	"erps": {
		"estudio": {"kind": "omie", "base_url": "OMIE", "os": OS, "services": SERVICES},
		"oficina": {"kind": "omie", "base_url": "OMIE", "os": OS, "services": SERVICES},
		"loja": {"kind": "sensio", "base_url": "SENSIO", "headers": {"Authorization": "Bearer {app_secret}"},
			"sale": {"type": "Venda", "status": "Em aberto", "modFrete": "9 - Sem frete"},
			"items": {"CURSO-GO": {"productId": "64f0c2a91e"}, "CAMISETA-P": {"productId": "64f0c2a91f"},
				"variant:44121005": {"productId": "64f0c2a920"}, "id:1310": {"productId": "64f0c2a921"}}}
	},
	"connections": {
		"cursos": {"platform": "hotmart", "erp": "estudio", "since": "2026-01-01"},
		"mentoria": {"platform": "hotmart", "erp": "oficina", "since": "2026-01-01"},
		"retiradas": {"platform": "shopify", "erp": "oficina", "since": "2026-01-01"},
		"livros": {"platform": "hotmart", "erp": "loja", "since": "2026-01-01"},
		"camisetas": {"platform": "shopify", "erp": "loja", "since": "2026-01-01"},
		"canecas": {"platform": "woocommerce", "erp": "loja", "since": "2026-01-01"}
	}
}`

const osFields = `{"Cabecalho": {"cEtapa": "10", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "+3d"},
	"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cCidPrestServ": "SAO PAULO (SP)", "cNumPedido": "{order.number}"}}`

const services = `{"CURSO-GO": {"nCodServico": 3846592864}, "CAMISETA-P": {"nCodServico": 3846592864}, "variant:44121005": {"nCodServico": 3846592864}}`

func newStack(t *testing.T, c *calls, built string) *stack {
	t.Helper()
	return newStackIn(t, server.Start(t), c, built, connections, func(h http.Handler) string { return reachable(t, h) })
}

// reachable serves on loopback until the test ends.
func reachable(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

func newStackIn(t *testing.T, endpoint awstest.Endpoint, c *calls, built, connections string, reach func(http.Handler) string) *stack {
	t.Helper()
	s := &stack{t: t, name: awstest.Name("shop"), template: mustTranslate(t), endpoint: endpoint.URL, config: endpoint.Config, built: built, reach: reach,
		physical: map[string]string{}, calls: c, sqs: sqs.NewFromConfig(endpoint.Config), secrets: secretsmanager.NewFromConfig(endpoint.Config)}
	tables := dynamodb.NewFromConfig(endpoint.Config)
	s.deploy(tables)
	s.ledger = dynamo.New(tables, s.name, dynamo.Options{})
	// An Omie that takes the same cCodIntOS twice: only the ledger stands between a
	// purchase and a second OS.
	s.sim = omiesim.New(omiesim.Options{Now: s.clock.Now, NotUnique: true})
	s.shop = sensiosim.New(sensiosim.Options{Now: s.clock.Now, Authorization: "Bearer " + appSecret,
		Items: []sensiosim.Item{{ID: "64f0c2a91e"}, {ID: "64f0c2a91f"}, {ID: "64f0c2a920"}, {ID: "64f0c2a921"}}})
	s.packaged = s.pack(connections)
	t.Cleanup(s.keepsSilent)
	t.Cleanup(s.keepsLimits)
	return s
}

func (s *stack) createSecret(name, value string) {
	s.t.Helper()
	if _, err := s.secrets.CreateSecret(s.t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String(s.name + "/" + name), SecretString: &value}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stack) rotate(name, value string) {
	s.t.Helper()
	if _, err := s.secrets.PutSecretValue(s.t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String(s.name + "/" + name), SecretString: &value}); err != nil {
		s.t.Fatal(err)
	}
}

// pack is a folder with a connections.json whose accounts are in simulators.
func (s *stack) pack(connections string) string {
	s.t.Helper()
	omie, sensio := s.reach(http.HandlerFunc(s.omie)), s.reach(s.shop)
	s.t.Cleanup(func() { s.sim.Close(); s.shop.Close() })
	file := strings.NewReplacer("OMIE", omie+"/api/v1/", "OS", osFields, "SERVICES", services, "SENSIO", sensio).Replace(connections)
	s.keep(file)
	folder := s.t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "connections.json"), []byte(file), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return folder
}

// keep makes the secrets of what is configured.
func (s *stack) keep(file string) {
	s.t.Helper()
	c, err := connection.Parse([]byte(file))
	if err != nil {
		s.t.Fatal(err)
	}
	s.configured = c
	for name, account := range c.Accounts {
		s.createSecret(account.Kind+"/"+name, `{"app_key":"`+appKeyOf(name)+`","app_secret":"`+appSecret+`"}`)
	}
	for name := range c.Connections {
		s.createSecret("hook/"+name, `{"signing_secret":"`+hottok+`"}`)
	}
}

// appKeyOf is an account's own: Omie's limits count per key.
func appKeyOf(account string) string {
	return "383332950" + strconv.Itoa(10+slices.Index([]string{"estudio", "oficina", "loja"}, account))
}

// omie is the simulator. A call with a key that it doesn't let in is answered by
// another one, which lets nobody in.
func (s *stack) omie(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var envelope struct {
		Key string `json:"app_key"`
	}
	_ = json.Unmarshal(body, &envelope)
	if only := s.onlyKey.Load(); only != nil && envelope.Key != *only {
		omiesim.New(omiesim.Options{AppKey: "nobody's"}).ServeHTTP(w, r)
		return
	}
	s.workerSteps.step(w, r, s.sim)
}

// start makes an environment of a function, as the template describes it.
func (s *stack) start(folder string) *lambda {
	s.t.Helper()
	return s.startAt(folder, nil)
}

// startAt makes one whose calls are steps.
func (s *stack) startAt(folder string, at *steps) *lambda {
	s.t.Helper()
	_, d := s.deployed(folder)
	l := environment(s.t, filepath.Join(s.built, folder, "bootstrap"), d.timeout, s.env(folder, d, at))
	s.hears(l.said)
	return l
}

// env is what the template says, and what Lambda adds.
func (s *stack) env(folder string, d deployed, at *steps) map[string]string {
	s.t.Helper()
	for name, value := range map[string]string{
		"AWS_REGION": awstest.Region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_ENDPOINT_URL": s.aws(folder, at), "LAMBDA_TASK_ROOT": s.packaged,
	} {
		d.env[name] = value
	}
	return d.env
}

func (s *stack) hears(w *said) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, w)
}

// entry is what the ledger has of the purchase.
func (s *stack) entry(p purchase) ledger.Entry {
	s.t.Helper()
	e, err := s.ledger.Get(s.t.Context(), p.key())
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", p.key(), err, s.log())
	}
	return e
}

// isIn checks where the purchase stands, and why.
func (s *stack) isIn(p purchase, want ledger.State, kind string) ledger.Entry {
	s.t.Helper()
	e := s.entry(p)
	if e.State != want || string(e.Reason.Kind) != kind {
		s.t.Fatalf("%s is %s %+v, want %s %s\n%s", p.key(), e.State, e.Reason, want, kind, s.log())
	}
	return e
}

// stamped checks that each purchase is created and has one OS, and that there is
// no other.
func (s *stack) stamped(purchases ...purchase) {
	s.t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, p := range purchases {
		e := s.isIn(p, ledger.Created, "")
		want[e.Reference.Code] = p.number + " for " + p.document + " over " + p.total + " is " + e.ERPID + " number " + e.ERPNumber
	}
	documents := s.sim.Documents()
	for _, d := range documents {
		got[d.CodInt] = d.OrderNumber + " for " + d.CustomerTaxID + " over " + d.Total.String() + " is " + strconv.FormatInt(d.NCodOS, 10) + " number " + d.NumOS
	}
	if diff := cmp.Diff(want, got); diff != "" || len(documents) != len(purchases) {
		s.t.Errorf("%d documents for %d purchases (-ledger +ERP):\n%s", len(documents), len(purchases), diff)
	}
}

// sold checks that each order is created and has one sale, and that there is no
// other.
func (s *stack) sold(orders ...purchase) {
	s.t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, p := range orders {
		want[p.key()] = p.name + " over " + p.total + " is " + s.isIn(p, ledger.Created, "").ERPID
	}
	sales := s.shop.Documents()
	for _, d := range sales {
		got[d.Orig+"#"+d.OrigID] = d.Customer + " over " + d.Total.String() + " is " + d.ID
	}
	if diff := cmp.Diff(want, got); diff != "" || len(sales) != len(orders) {
		s.t.Errorf("%d sales for %d orders (-ledger +ERP):\n%s", len(sales), len(orders), diff)
	}
}

// dead are the bodies of the dead letters, which are gone then.
func (s *stack) dead(queue string) []string {
	s.t.Helper()
	var bodies []string
	for _, letter := range s.letters(queue) {
		bodies = append(bodies, *letter.Body)
	}
	return bodies
}

// letters are the dead letters, which are gone then.
func (s *stack) letters(queue string) []types.Message {
	s.t.Helper()
	url := s.physical[queue]
	var letters []types.Message
	for {
		out, err := s.sqs.ReceiveMessage(s.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
		if err != nil {
			s.t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return letters
		}
		letters = append(letters, out.Messages...)
		for _, m := range out.Messages {
			// The next of its group comes once it is gone.
			if _, err := s.sqs.DeleteMessage(s.t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// log is all that the functions wrote.
func (s *stack) log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all strings.Builder
	for _, w := range s.said {
		all.WriteString(w.String())
	}
	return all.String()
}

// failedInvocation is how the line of an invocation that failed begins.
var failedInvocation = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \{`)

// keepsLimits checks that no limit of Omie was broken.
func (s *stack) keepsLimits() {
	for _, v := range s.sim.Violations() {
		s.t.Errorf("a limit of Omie was broken: %s", v)
	}
}

// keepsSilent checks that the functions wrote JSON, and nothing of a buyer or a
// secret.
func (s *stack) keepsSilent() {
	log := s.log()
	private := []string{hottok, newHottok, appSecret, appKeyOf("estudio"), appKeyOf("oficina"), appKeyOf("loja"), newAppKey}
	s.mu.Lock()
	for _, p := range s.shown {
		private = append(private, p.document, p.name, p.email)
	}
	s.mu.Unlock()
	for _, each := range private {
		if each == "" || strings.Contains(log, each) {
			s.t.Errorf("%q is in the log:\n%s", each, log)
		}
	}
	for line := range strings.Lines(log) {
		// What a handler returns as an error, Lambda's library for Go writes as text.
		if !json.Valid([]byte(failedInvocation.ReplaceAllString(line, "{"))) {
			s.t.Errorf("a line is no JSON: %s", line)
		}
	}
}

package machine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/machine"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/proctest"
	"github.com/carimbo/carimbo/shared/secret"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const token = "hottok-of-the-test"

type secrets map[string]secret.Secret

func (s secrets) Get(_ context.Context, name string) (secret.Secret, error) {
	found, ok := s[name]
	if !ok {
		return secret.Secret{}, secret.ErrNotFound
	}
	return found, nil
}

func (s secrets) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return s.Get(ctx, name)
}

// meter tells a test that something happened, and what was ever counted.
type meter struct {
	changed chan struct{}
	counted *sync.Map
}

func (m meter) signal() {
	select {
	case m.changed <- struct{}{}:
	default:
	}
}

func (m meter) Take(context.Context, intake.Metric, string, string) {}
func (m meter) Count(_ context.Context, what placing.Metric, _ string) {
	m.counted.Store(what, true)
	m.signal()
}
func (m meter) CountAccount(ctx context.Context, what placing.Metric, account string) {
	m.Count(ctx, what, account)
}
func (m meter) Placed(context.Context, string, time.Duration) { m.signal() }

// bench is a whole machine: real HTTP in, SQLite in the middle, real HTTP to the
// strict simulator, on one injected clock.
type bench struct {
	t *testing.T
	// clock is the machine's and the simulator's. It starts in the past, so that
	// deadlines of the wall clock never end before it.
	clock *clocktest.Clock
	// jumped is how far the clock was set without time going by.
	jumped atomic.Int64
	sim    *omiesim.Sim
	erp    *httptest.Server
	dir    string
	meter  meter
	log    io.Writer
	// sensioURL is where the Sensio accounts call, where there are any.
	sensioURL string
	// breaks makes the next customer call panic.
	breaks atomic.Bool

	mu     sync.Mutex
	config string

	machine *machine.Machine
	url     string
	stop    func()
	// ends is how Run has to end.
	ends error
	// drains has how many orders were under way when the machine was told to end.
	drains chan int
}

const plainConfig = `{
	"erps": {"estudio": {"kind": "omie",
		"os": {
			"Cabecalho": {"cEtapa": "10", "cCodParc": "000", "nQtdeParc": 1, "dDtPrevisao": "+3d"},
			"InformacoesAdicionais": {"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}"}
		},
		"services": {"CURSO-GO": {"nCodServico": 3846592864}}
	}},
	"connections": {"cursos": {"platform": "hotmart", "erp": "estudio", "since": "2026-11-01"}}
}`

func newBench(t *testing.T) *bench {
	t.Helper()
	b := plainBench(t, plainConfig)
	b.start()
	return b
}

// plainBench is a bench whose machine has not been started.
func plainBench(t *testing.T, config string) *bench {
	t.Helper()
	b := &bench{t: t, clock: clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)), dir: t.TempDir(),
		meter: meter{make(chan struct{}, 1), &sync.Map{}}, log: readable{t}, config: config, drains: make(chan int, 1)}
	b.sim = omiesim.New(omiesim.Options{Now: b.erpNow})
	b.serveERP(proctest.Address(t))
	t.Cleanup(func() {
		b.sim.Close()
		b.erp.CloseClientConnections()
		b.erp.Close()
		for _, v := range b.sim.Violations() {
			t.Errorf("a limit of Omie was broken: %s", v)
		}
	})
	return b
}

func (b *bench) connections() connection.Config {
	b.mu.Lock()
	defer b.mu.Unlock()
	cfg, err := connection.Parse([]byte(b.config))
	if err != nil {
		panic(err)
	}
	return cfg
}

func (b *bench) configure(config string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.config = config
}

// start opens the machine on the data folder and serves.
func (b *bench) start() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	store := secrets{
		"hook/cursos":  {Values: map[string]string{secret.SigningKey: token}},
		"omie/estudio": {Values: map[string]string{"app_key": "1234567890", "app_secret": "secret-of-the-app"}},
		"sensio/loja":  {Values: map[string]string{"app_key": "1", "app_secret": "secret-of-the-company"}},
		"notify/torre": {Values: map[string]string{secret.SigningKey: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
	}
	m, err := machine.Open(ctx, machine.Options{Data: b.dir, Connections: b.connections, Secrets: store,
		Clients: b.accounts(store), Now: b.clock.Now, Monotonic: b.monotonic, Meter: b.meter, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
		Draining: b.draining})
	if err != nil {
		b.t.Fatal(err)
	}
	server := httptest.NewServer(m.Handler())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	b.machine, b.url = m, server.URL
	var once sync.Once
	b.stop = func() {
		once.Do(func() {
			server.Close()
			cancel()
			if err := <-done; !errors.Is(err, b.ends) {
				b.t.Errorf("the machine ended with %v, want %v", err, b.ends)
			}
			if err := m.Close(); err != nil {
				b.t.Errorf("close the machine: %v", err)
			}
		})
	}
	b.t.Cleanup(b.stop)
}

// erpNow is the ERP's clock, which nobody sets.
func (b *bench) erpNow() time.Time { return b.clock.Now().Add(-time.Duration(b.jumped.Load())) }

// monotonic goes forward with the clock, but for its jumps.
func (b *bench) monotonic() time.Duration {
	return b.clock.Now().Sub(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) - time.Duration(b.jumped.Load())
}

func (b *bench) draining(orders int) {
	select {
	case b.drains <- orders:
	default:
	}
}

func (b *bench) accounts(store secret.Store) func(ledger.Ledger) func(string) (erp.Client, bool) {
	return func(l ledger.Ledger) func(string) (erp.Client, bool) {
		a := &connection.Accounts{Connections: b.connections, Kinds: kinds.All(), Secrets: store, Log: slog.New(slog.DiscardHandler),
			Options: erp.Options{Notes: l, Spacing: placing.Spacing, Now: b.clock.Now, Sleep: b.sleep},
			BaseURL: func(kind string, _ json.RawMessage) string {
				if kind == "omie" {
					return b.erp.URL + "/api/v1/"
				}
				return b.sensioURL
			}}
		return func(name string) (erp.Client, bool) {
			e, ok := a.Client(name)
			return breaking{e, &b.breaks}, ok
		}
	}
}

// sleep is the pacing, which passes on the bench's clock.
func (b *bench) sleep(_ context.Context, d time.Duration) error {
	b.clock.Pass(d)
	return nil
}

// breaking is an ERP whose code panics when it is told to.
type breaking struct {
	erp.Client
	now *atomic.Bool
}

func (e breaking) Customer(ctx context.Context, d erp.Document) (erp.Document, erp.Answer) {
	if e.now.Swap(false) {
		panic("a fault of our own")
	}
	return e.Client.Customer(ctx, d)
}

// leave makes the entry what a process leaves behind that was killed while it
// held it. No machine is running.
func (b *bench) leave(key string, s ledger.State) {
	b.t.Helper()
	l, err := sqlite.Open(b.t.Context(), b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	defer l.Close()
	before, err := l.Get(b.t.Context(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	after := before
	after.State, after.Until, after.Fence = s, time.Time{}, before.Fence+1
	after.Owner, after.Token = "a dead process", "its write"
	after.Lease = b.clock.Now().Add(placing.Invocation)
	after.Due = after.Lease
	if _, err := l.Write(b.t.Context(), before, after); err != nil {
		b.t.Fatal(err)
	}
}

// openAgain opens a second machine on the same folder.
func (b *bench) openAgain() (*machine.Machine, error) {
	return machine.Open(b.t.Context(), machine.Options{Data: b.dir, Connections: b.connections, Secrets: secrets{},
		Clients: b.accounts(secrets{}), Now: b.clock.Now, Meter: b.meter, Log: slog.New(slog.DiscardHandler)})
}

// purchase is a webhook of Hotmart in the documented shape.
type purchase struct {
	event, transaction, offer, document, price, currency string
	created, approved                                    time.Time
	// large: the payload is so large that it is stored packed.
	large bool
}

func (b *bench) purchase(n int) purchase {
	return purchase{event: "PURCHASE_APPROVED", transaction: fmt.Sprintf("HP%06d", n), offer: "CURSO-GO",
		document: cpf(n), price: fmt.Sprintf("%d.90", 100+n), currency: "BRL", created: b.clock.Now(), approved: b.clock.Now()}
}

func (p purchase) key() string { return "cursos#" + p.transaction }

func (p purchase) body() []byte {
	product := map[string]any{"id": 5130091, "name": "Curso de Go"}
	if p.large {
		product["description"] = strings.Repeat("Go na prática. ", 200)
	}
	body, err := json.Marshal(map[string]any{
		"id": "delivery-of-" + p.transaction, "creation_date": p.created.UnixMilli(), "event": p.event, "version": "2.0.0",
		"data": map[string]any{
			"product": product,
			"buyer":   map[string]any{"name": "Ana Lima", "email": "ana@example.com", "document": p.document, "document_type": "CPF"},
			"purchase": map[string]any{"transaction": p.transaction, "status": "APPROVED", "approved_date": p.approved.UnixMilli(),
				"price":   map[string]any{"value": json.Number(p.price), "currency_value": p.currency},
				"payment": map[string]any{"type": "PIX", "installments_number": 1},
				"offer":   map[string]any{"code": p.offer}},
		},
	})
	if err != nil {
		panic(err)
	}
	return body
}

// cpf makes the nth CPF of nobody, with right check digits.
func cpf(n int) string {
	digits := fmt.Sprintf("%09d", 100000000+n*7919)
	for range 2 {
		sum := 0
		for i, d := range digits {
			sum += int(d-'0') * (len(digits) + 1 - i)
		}
		check := 11 - sum%11
		if check > 9 {
			check = 0
		}
		digits += fmt.Sprint(check)
	}
	return digits
}

// send delivers the webhook and returns the status.
func (b *bench) send(p purchase) int {
	body := p.body()
	signed := hotmart.Platform{}.Sign(body, token, b.clock.Now())
	r, err := http.NewRequest(http.MethodPost, b.url+"/webhooks/cursos", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	for name, value := range signed.Header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// deliver sends the webhook as a store does, which delivers again what was answered 503:
// on a busy machine a disk may take longer than a store waits.
func (b *bench) deliver(p purchase) int {
	status := http.StatusServiceUnavailable
	for began := time.Now(); status == http.StatusServiceUnavailable && time.Since(began) < clocktest.Hang; {
		status = b.send(p)
	}
	return status
}

// accept delivers webhooks that must be answered 200.
func (b *bench) accept(purchases ...purchase) {
	b.t.Helper()
	for _, p := range purchases {
		if status := b.deliver(p); status != http.StatusOK {
			b.t.Fatalf("%s was answered %d, want 200", p.transaction, status)
		}
	}
}

func (b *bench) entry(key string) ledger.Entry {
	b.t.Helper()
	e, err := b.machine.Ledger().Get(b.t.Context(), key)
	if err != nil {
		return ledger.Entry{}
	}
	return e
}

// until waits for the condition, which is asked whenever something was counted.
func (b *bench) until(what string, is func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), clocktest.Hang)
	defer cancel()
	ask := time.NewTicker(20 * time.Millisecond)
	defer ask.Stop()
	for !is() {
		select {
		case <-b.meter.changed:
		case <-ask.C:
		case <-ctx.Done():
			b.t.Fatalf("it never came to this: %s", what)
		}
	}
}

// reaches waits until the order is in the state and nobody holds it.
func (b *bench) reaches(key string, s ledger.State) ledger.Entry {
	b.t.Helper()
	b.until(key+" is "+string(s), func() bool {
		e := b.entry(key)
		return e.State == s && e.Lease.IsZero()
	})
	return b.entry(key)
}

// later moves the clock and wakes what is due then.
func (b *bench) later(d time.Duration) {
	b.clock.Pass(d)
	b.machine.Wake(b.t.Context())
}

// apply carries out an operator's command, as the command line does.
func (b *bench) apply(key string, command placing.Event) placing.Step {
	b.t.Helper()
	_, step, err := placing.Apply(b.t.Context(), b.machine.Ledger(), placing.Rules{Spacing: placing.Spacing, CanLookUp: true}, key, command, b.clock.Now)
	if err != nil {
		b.t.Fatal(err)
	}
	return step
}

// down takes the ERP off the network until up puts it back at the same address.
func (b *bench) down() (up func()) {
	b.t.Helper()
	addr := b.erp.Listener.Addr().String()
	b.erp.CloseClientConnections()
	b.erp.Close()
	return func() {
		b.t.Helper()
		b.serveERP(addr)
	}
}

// serveERP puts the ERP at an address that is no other test's while the ERP is down.
func (b *bench) serveERP(addr string) {
	b.t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		b.t.Fatal(err)
	}
	b.erp = httptest.NewUnstartedServer(b.sim)
	b.erp.Listener.Close()
	b.erp.Listener = l
	b.erp.Start()
}

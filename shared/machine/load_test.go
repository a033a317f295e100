//go:build !race

// Thousands of orders cost too much under the race detector, and what runs at once here
// runs at once in the tests of the machine, too.

package machine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/intake"
	ledgermemory "github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform/generic"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	queuememory "github.com/carimbo/carimbo/shared/queue/memory"
	"github.com/carimbo/carimbo/shared/secret"
)

const (
	loadOrders  = 2000
	loadSigning = "whsec_Y2FyaW1iby1leGFtcGxlLXNpZ25pbmcta2V5"
	// loadLatency is how soon Omie answers: sooner than it can, so that the limits decide.
	loadLatency = 20 * time.Millisecond
	// loadApart is how far the starts of an account's calls have to lie from each other.
	loadApart = 250 * time.Millisecond
)

// load is intake, queue, placing and clients, before one strict Omie with several accounts:
// all on the clock of a bubble.
type load struct {
	*testing.T
	accounts int
	intake   *intake.Intake
	queue    *queuememory.Queue
	ledger   *ledgermemory.Ledger
	// worker is that of one process. Where there are several, each is an instance of the
	// function, and the one that has been idle longest is given the next message.
	worker    *placing.Worker
	instances chan awslambda.Batch
	sim       *omiesim.Sim
	answers   answers
}

// answers counts what the calls were answered with, and those that began too soon after
// their account's last one.
type answers struct {
	sync.Mutex
	refused, blocked, redundant, tooSoon int
	began                                map[string]time.Time
}

// begins notes that a call with this body does.
func (a *answers) begins(body []byte) {
	var of struct {
		AppKey string `json:"app_key"`
	}
	_ = json.Unmarshal(body, &of)
	a.Lock()
	defer a.Unlock()
	if last, called := a.began[of.AppKey]; called && time.Since(last) < loadApart {
		a.tooSoon++
	}
	a.began[of.AppKey] = time.Now()
}

// RoundTrip carries a call to the simulator without a socket.
func (l *load) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	l.answers.begins(body)
	reply := l.sim.Call(r.URL.Path, body)
	_ = wire.Sleep(r.Context(), loadLatency)
	l.sim.End(reply)
	l.answers.Lock()
	defer l.answers.Unlock()
	switch {
	case reply.Status == http.StatusTooManyRequests:
		l.answers.refused++
	case reply.Status == http.StatusTooEarly:
		l.answers.blocked++
	case bytes.Contains(reply.Body, []byte("REDUNDANT")):
		l.answers.redundant++
	}
	return &http.Response{StatusCode: reply.Status, Header: reply.Header, Body: io.NopCloser(bytes.NewReader(reply.Body)), ProtoMajor: 1, ProtoMinor: 1}, nil
}

func newLoad(t *testing.T, of, instances int) *load {
	accounts, connections, secrets := map[string]any{}, map[string]any{}, vault{}
	for n := range of {
		account, shop := fmt.Sprint("conta-", n), fmt.Sprint("loja-", n)
		accounts[account] = map[string]any{"kind": "omie", "services": map[string]any{"CURSO-GO": map[string]any{"nCodServico": 3846592864}},
			"os": map[string]any{"InformacoesAdicionais": map[string]any{"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cNumPedido": "{order.number}"}}}
		connections[shop] = map[string]any{"platform": "generic", "erp": account, "since": "1999-01-01"}
		secrets["hook/"+shop] = map[string]string{secret.SigningKey: loadSigning}
		secrets["omie/"+account] = map[string]string{"app_key": fmt.Sprint(1000 + n), "app_secret": "segredo"}
	}
	text, err := json.Marshal(map[string]any{"erps": accounts, "connections": connections})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := connection.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	l := &load{T: t, accounts: of, answers: answers{began: map[string]time.Time{}}, queue: queuememory.New(queuememory.Options{}), ledger: ledgermemory.New(), sim: omiesim.New(omiesim.Options{})}
	configured, log := func() connection.Config { return cfg }, slog.New(slog.DiscardHandler)
	l.intake = &intake.Intake{Connections: configured, Platform: registry.Get, Secrets: secrets,
		Queue: func(connection.Account) queue.Sender { return l.queue }, Now: time.Now, Meter: uncounted{}, Log: log}
	l.instances = make(chan awslambda.Batch, instances)
	for range instances {
		clients := &connection.Accounts{Connections: configured, Kinds: erp.Kinds{omie.Kind()}, Secrets: secrets, Log: log,
			Options: erp.Options{Notes: l.ledger, Spacing: placing.Spacing, Now: time.Now, Transport: l}}
		l.worker = &placing.Worker{Ledger: l.ledger, Connections: configured, Platform: registry.Get, Client: clients.Client, Secrets: secrets,
			Spacing: placing.Spacing, Now: time.Now, Meter: uncounted{}, Log: log}
		l.instances <- awslambda.Batch{Placer: l.worker, Now: time.Now, Log: log}
	}
	return l
}

// sell has the shops send so many paid orders, one after another; buyer says who buys.
func (l *load) sell(from, n int, buyer func(n int) int) {
	for i := from; i < from+n; i++ {
		at := time.Now().Format(time.RFC3339)
		body := fmt.Sprintf(`{"type": "order.paid", "version": 1, "order": {"id": "%[1]d", "number": "%[1]d", "currency": "BRL", "total": "150.00",
			"placed_at": %[2]q, "paid_at": %[2]q, "customer": {"name": "Helena Prado", "tax_id": %[3]q},
			"lines": [{"sku": "CURSO-GO", "name": "Curso de Go", "quantity": 1, "unit_price": "150.00"}]}}`, i, at, cpf(buyer(i)))
		heard := l.intake.Take(l.Context(), fmt.Sprint("loja-", i%l.accounts), generic.Platform{}.Sign([]byte(body), loadSigning, time.Now()), fmt.Sprint(i))
		if heard.Status != http.StatusOK || heard.Answer.Status != "accepted" {
			l.Fatalf("order %d: %+v", i, heard)
		}
	}
}

// place has workers take what the queue gives until so many documents are there: it gives
// one message of an account at a time, which makes the account's lane.
func (l *load) place(documents int) {
	var workers sync.WaitGroup
	defer workers.Wait()
	free := make(chan struct{}, 1)
	sweep := placing.Sweep{Ledger: l.ledger, Queue: func(string) queue.Sender { return l.queue }, Spacing: placing.Spacing, Now: time.Now}
	minute, until := time.NewTicker(time.Minute), time.Now().Add(6*time.Hour)
	defer minute.Stop()
	for len(l.sim.Documents()) < documents {
		deliveries, err := l.queue.Receive(l.Context(), 10)
		if err != nil || time.Now().After(until) {
			l.Fatalf("%v; %d documents of %d, %d messages", err, len(l.sim.Documents()), documents, l.queue.Depth())
		}
		for _, d := range deliveries {
			workers.Go(func() { l.handle(d, free) })
		}
		select {
		case <-free:
		case <-minute.C:
			for n := range l.accounts {
				if _, err := sweep.Account(l.Context(), fmt.Sprint("conta-", n)); err != nil {
					l.Error(err)
				}
			}
		}
	}
}

func (l *load) handle(d queue.Delivery, free chan<- struct{}) {
	ctx, cancel := context.WithTimeout(l.Context(), placing.Invocation)
	defer cancel()
	if err := l.invoke(ctx, d); err != nil {
		l.Error(err)
	}
	if err := l.queue.Ack(ctx, d); err != nil {
		l.Error(err)
	}
	select {
	case free <- struct{}{}:
	default:
	}
}

// invoke handles a message in the one process, or in the instance whose turn it is.
func (l *load) invoke(ctx context.Context, d queue.Delivery) error {
	if cap(l.instances) == 1 {
		return l.worker.Handle(ctx, d.Message, time.Now().Add(placing.Invocation))
	}
	body, err := json.Marshal(d.Message)
	if err != nil {
		return err
	}
	instance := <-l.instances
	defer func() { l.instances <- instance }()
	response, err := instance.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{MessageId: d.Receipt, Body: string(body)}}})
	if len(response.BatchItemFailures) > 0 {
		l.Errorf("%s was not handled", d.Message.Key)
	}
	return err
}

// told is a row of the table: what so many orders cost, after what was there before.
func (l *load) told(name string, orders, before int, took time.Duration) (calls float64) {
	byMethod := map[string]int{}
	for _, c := range l.sim.Calls()[before:] {
		byMethod[c.Method]++
		calls++
	}
	var methods []string
	for _, m := range slices.Sorted(maps.Keys(byMethod)) {
		methods = append(methods, fmt.Sprintf("%s %d", m, byMethod[m]))
	}
	l.Logf("%-26s %d accounts %d processes %6d orders %6.0f calls %6.3f each %3d blocked %3d times 429 %3d redundant %3d too soon %8s  %s", name, l.accounts, cap(l.instances), orders, calls, calls/float64(orders),
		l.answers.blocked, l.answers.refused, l.answers.redundant, l.answers.tooSoon, took.Round(time.Second), strings.Join(methods, ", "))
	return calls
}

func (l *load) brokeNothing(blocked int) {
	l.Helper()
	if v := l.sim.Violations(); len(v) > 0 {
		l.Errorf("%d limits were broken, the first: %s", len(v), v[0])
	}
	if a := &l.answers; a.blocked != blocked || a.refused > 0 || a.redundant > 0 || a.tooSoon > 0 {
		l.Errorf("%d times blocked, %d times 429, %d times redundant, %d times too soon", a.blocked, a.refused, a.redundant, a.tooSoon)
	}
}

// TestTwoThousandOrdersBreakNoLimit: five accounts have more calls to make than a process
// may; four can't make more than Omie counts of one address, through however many instances.
func TestTwoThousandOrdersBreakNoLimit(t *testing.T) {
	const buyers = 60
	// twice has each buyer buy twice in a shop, at once.
	twice := func(l *load) func(int) int {
		return func(n int) int { return n/l.accounts/2*l.accounts + n%l.accounts }
	}
	loads := map[string]func(*load, string){
		"known customers": func(l *load, name string) { // who bought before
			l.sell(0, buyers, func(n int) int { return n })
			l.place(buyers)
			before, began := len(l.sim.Calls()), time.Now()
			l.sell(buyers, loadOrders, func(n int) int { return n % buyers })
			l.place(buyers + loadOrders)
			if calls := l.told(name, loadOrders, before, time.Since(began)); calls != loadOrders {
				l.Errorf("%.0f calls for %d orders", calls, loadOrders)
			}
			l.brokeNothing(0)
		},
		"new customers": func(l *load, name string) {
			began := time.Now()
			l.sell(0, loadOrders, twice(l))
			l.place(loadOrders)
			l.told(name, loadOrders, 0, time.Since(began))
			l.brokeNothing(0)
		},
		"new customers, and trouble": func(l *load, name string) { // an account is blocked, and answers about buyers are cut in half
			began := time.Now()
			l.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Blocked, Delay: 30 * time.Minute})
			l.sim.Inject(omiesim.Fault{Method: "ListarClientes", Mode: omiesim.WriteThenGarbage, Times: 5})
			l.sell(0, loadOrders/10, twice(l))
			l.place(loadOrders / 10)
			l.told(name, loadOrders/10, 0, time.Since(began))
			l.brokeNothing(1)
		},
	}
	for _, of := range []struct{ accounts, instances int }{{3, 1}, {5, 1}, {4, 6}, {1, 2}} {
		for _, name := range slices.Sorted(maps.Keys(loads)) {
			t.Run(fmt.Sprintf("%d accounts, %d processes, %s", of.accounts, of.instances, name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { loads[name](newLoad(t, of.accounts, of.instances), name) })
			})
		}
	}
}

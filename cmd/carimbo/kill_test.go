package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/proctest"
)

// These tests run the program as its users do, as a process, and kill it.

var (
	buildOnce sync.Once
	built     string
	buildErr  error
)

// program builds carimbo as make build does.
func builtProgram(t *testing.T) string {
	proctest.Starts(t)
	t.Helper()
	buildOnce.Do(func() {
		dir, err := os.MkdirTemp("", "carimbo-built-")
		if err != nil {
			buildErr = err
			return
		}
		built = filepath.Join(dir, "carimbo")
		build := exec.Command("go", "build", "-o", built, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		out, err := build.CombinedOutput()
		if err != nil {
			buildErr = fmt.Errorf("%w: %s", err, out)
		}
	})
	if buildErr != nil {
		t.Fatal(buildErr)
	}
	return built
}

const hottokOfTest = "hottok-of-the-test"

// shop is a data folder, an ERP outside the process, and the process that is
// killed.
type shop struct {
	t    *testing.T
	dir  string
	addr string
	// url is where the store calls.
	url     string
	spacing string
	sim     *omiesim.Sim
	// lines has what the running process logs.
	lines   chan map[string]any
	process *exec.Cmd
}

func newShop(t *testing.T) *shop {
	t.Helper()
	// The window of redundancy shrinks with the spacing of look-ups.
	sim := omiesim.New(omiesim.Options{RedundantFor: 900 * time.Millisecond})
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		sim.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return newShopWith(t, sim, server.URL, "1s")
}

// newShopWith has an ERP that is reached at the URL.
func newShopWith(t *testing.T, sim *omiesim.Sim, omie, spacing string) *shop {
	t.Helper()
	s := &shop{t: t, dir: t.TempDir(), sim: sim, addr: proctest.Address(t), spacing: spacing}
	s.url = "http://" + s.addr
	s.write("connections.yaml", `
erps:
  estudio:
    kind: omie
    base_url: `+omie+`/api/v1/
    os:
      InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020, cNumPedido: "{order.number}" }
    services:
      CURSO-GO: { nCodServico: 3846592864 }
connections:
  cursos: { platform: hotmart, erp: estudio, since: 2026-11-01 }
`)
	s.write("secrets.yaml", `
omie/estudio: { app_key: "1234567890", app_secret: "secret-of-the-app" }
hook/cursos: { signing_secret: "`+hottokOfTest+`" }
`)
	return s
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) flags(command ...string) []string {
	return append(command, "--data", filepath.Join(s.dir, "data"), "--connections", filepath.Join(s.dir, "connections.yaml"))
}

// serve starts the process and returns at once: whoever needs it ready asks it.
func (s *shop) serve() {
	s.t.Helper()
	cmd := exec.Command(builtProgram(s.t), s.flags("serve", "--secrets", filepath.Join(s.dir, "secrets.yaml"), "--addr", s.addr, "--console", "127.0.0.1:0", "--spacing", s.spacing)...)
	cmd.Env = proctest.Environ()
	log, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	lines := make(chan map[string]any, 10_000)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(log); scanner.Scan(); {
			var line map[string]any
			if json.Unmarshal(scanner.Bytes(), &line) == nil {
				lines <- line
			}
		}
	}()
	s.process, s.lines = cmd, lines
	s.t.Cleanup(s.kill)
}

// kill is kill -9.
func (s *shop) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	for range s.lines { // until the pipe ends
	}
	_ = s.process.Wait()
	s.process = nil
}

// created reads the log until n orders were created by this process.
func (s *shop) created(n int) {
	s.t.Helper()
	limit := time.NewTimer(clocktest.Hang)
	defer limit.Stop()
	for done := 0; done < n; {
		select {
		case line, ok := <-s.lines:
			if !ok {
				s.t.Fatalf("the process ended after %d of %d orders", done, n)
			}
			if line["msg"] == "order" && line["state"] == "created" {
				done++
			}
		case <-limit.C:
			s.t.Fatalf("%d orders were created in %s, want %d", done, clocktest.Hang, n)
		}
	}
}

// listening tries to connect until somebody listens.
func (s *shop) listening() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), clocktest.Hang)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := net.Dial("tcp", s.addr)
		if err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			s.t.Fatalf("nobody listens at %s: %v", s.addr, err)
		}
	}
}

func (s *shop) body(n int) []byte {
	now := time.Now().UnixMilli()
	return fmt.Appendf(nil, `{"id": "d-%d", "creation_date": %d, "event": "PURCHASE_APPROVED", "version": "2.0.0", "data": {
		"product": {"id": 5130091, "name": "Curso de Go"},
		"buyer": {"name": "Ana Lima", "email": "ana@example.com", "document": "%s", "document_type": "CPF"},
		"purchase": {"transaction": "HP%06d", "status": "APPROVED", "approved_date": %d,
			"price": {"value": %d.90, "currency_value": "BRL"}, "payment": {"type": "PIX", "installments_number": 1},
			"offer": {"code": "CURSO-GO"}}}}`, n, now, taxIDOf(buyerOf(n)), n, now, 100+n)
}

// buyerOf is who makes the nth purchase: one in four buys for the first time, so that calls
// about them don't take most of the time.
func buyerOf(n int) int { return n / 4 }

// taxIDOf makes the nth CPF of nobody, with right check digits.
func taxIDOf(n int) string {
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

// send returns the status, or 0 where there was no answer.
func (s *shop) send(body []byte) (int, string) {
	r, err := http.NewRequest(http.MethodPost, s.url+"/webhooks/cursos", bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Close = true
	r.Header.Set("X-Hotmart-Hottok", hottokOfTest)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(answer)
}

// TestKilledInTheMiddleOfAHundredPurchases: what was answered 200 is there, and
// what was not and is delivered again is not there twice.
func TestKilledInTheMiddleOfAHundredPurchases(t *testing.T) {
	t.Parallel() // it mostly waits, as the ERP's limits have it
	const purchases = 100
	s := newShop(t)
	s.serve()
	s.listening()

	var next, unanswered atomic.Int64
	again := make(chan int, purchases)
	deliver := func(n int) {
		if status, _ := s.send(s.body(n)); status != http.StatusOK {
			unanswered.Add(1)
			again <- n
		}
	}
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for n := int(next.Add(1)); n <= purchases; n = int(next.Add(1)) {
				deliver(n)
			}
		})
	}
	s.created(7)
	s.kill()
	senders.Wait()
	before := len(s.sim.Documents())

	s.serve()
	s.listening()
	for range len(again) {
		deliver(<-again)
	}
	// Delivered again although it was answered: the store never knows.
	for n := 1; n <= purchases; n += 10 {
		deliver(n)
	}
	s.settled(purchases)

	documents := map[string]omiesim.Document{}
	for _, d := range s.sim.Documents() {
		if _, twice := documents[d.CodInt]; twice {
			t.Errorf("%s is there twice", d.CodInt)
		}
		documents[d.CodInt] = d
	}
	if len(documents) != purchases {
		t.Errorf("the ERP holds %d documents for %d purchases", len(documents), purchases)
	}
	for n := 1; n <= purchases; n++ {
		d, ok := documents[erp.NewReference("cursos", "", fmt.Sprintf("HP%06d", n)).Code]
		if !ok || d.Total.String() != fmt.Sprintf("%d.90", 100+n) || d.CustomerTaxID != taxIDOf(buyerOf(n)) {
			t.Errorf("purchase %d became %+v", n, d)
		}
	}
	for _, v := range s.sim.Violations() {
		t.Errorf("a limit of Omie was broken: %s", v)
	}
	t.Logf("killed with %d of %d in the ERP; %d deliveries had no 200", before, purchases, unanswered.Load())
}

// settled waits until orders list shows n created orders, and nothing else.
func (s *shop) settled(n int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), clocktest.Hang)
	defer cancel()
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for {
		var orders []struct{ State string }
		if out := s.carimbo("orders", "list", "--json"); json.Unmarshal(out, &orders) != nil {
			s.t.Fatalf("orders list --json printed %q", out)
		}
		created := 0
		for _, o := range orders {
			if o.State == "created" {
				created++
			}
		}
		if created == n && len(orders) == n {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			s.t.Fatalf("%d of %d orders are created after %s", created, len(orders), clocktest.Hang)
		}
	}
}

// carimbo runs another command beside serve, and returns what it prints.
func (s *shop) carimbo(args ...string) []byte {
	s.t.Helper()
	out, err := exec.Command(builtProgram(s.t), append(args, "--data", filepath.Join(s.dir, "data"))...).Output()
	if err != nil {
		s.t.Fatalf("carimbo %s: %v, %s", strings.Join(args, " "), err, out)
	}
	return out
}

// TestWhileItStartsNobodyHearsAFalseAnswer: the port is bound last.
func TestWhileItStartsNobodyHearsAFalseAnswer(t *testing.T) {
	s := newShop(t)
	for range 3 {
		s.serve()
		heard := map[int]int{}
		limit := time.Now().Add(clocktest.Hang)
		for n := 0; heard[http.StatusOK] < 20; n++ {
			if time.Now().After(limit) {
				t.Fatalf("it never answered: %v", heard)
			}
			status, answer := s.send(s.body(n % 5))
			heard[status]++
			switch {
			case status == 0 || status == http.StatusServiceUnavailable:
			case status != http.StatusOK || !strings.Contains(answer, `"accepted"`):
				t.Fatalf("while it started it answered %d %s", status, answer)
			}
		}
		s.kill()
	}
}

// TestAMappingThatIsAddedCountsWithoutARestart follows the words of the
// rejection: write the mapping, retry.
func TestAMappingThatIsAddedCountsWithoutARestart(t *testing.T) {
	s := newShop(t)
	s.serve()
	s.listening()
	body := bytes.Replace(s.body(1), []byte(`"CURSO-GO"`), []byte(`"NOVO"`), 1)
	if status, answer := s.send(body); status != http.StatusOK {
		t.Fatalf("answered %d %s", status, answer)
	}
	s.logged("rejected")
	config, err := os.ReadFile(filepath.Join(s.dir, "connections.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("connections.yaml", strings.Replace(string(config), "services:\n", "services:\n      NOVO: { cCodIntServico: MANUT-01 }\n", 1))
	s.carimbo("orders", "retry", "cursos#HP000001", "--connections", filepath.Join(s.dir, "connections.yaml"))
	s.created(1)
	if n := len(s.sim.Documents()); n != 1 {
		t.Errorf("the ERP holds %d documents, want one", n)
	}
}

// logged reads the log until an order is in the state.
func (s *shop) logged(state string) {
	s.t.Helper()
	limit := time.NewTimer(clocktest.Hang)
	defer limit.Stop()
	for {
		select {
		case line := <-s.lines:
			if line["msg"] == "order" && line["state"] == state {
				return
			}
		case <-limit.C:
			s.t.Fatalf("no order became %s", state)
		}
	}
}

// TestCtrlCLetsTheCallsUnderWayEnd: what was sent is recorded.
func TestCtrlCLetsTheCallsUnderWayEnd(t *testing.T) {
	s := newShop(t)
	s.sim.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Slow, Delay: 2 * time.Second})
	s.serve()
	s.listening()
	if status, _ := s.send(s.body(1)); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	s.logged("creating")
	if err := s.process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.logged("created")
	for range s.lines {
	}
	if err := s.process.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	s.process = nil
}

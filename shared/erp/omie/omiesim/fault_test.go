package omiesim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/google/go-cmp/cmp"
)

// serve runs the simulator behind a real listener.
func serve(t *testing.T, s *omiesim.Sim) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		server.Close()
	})
	return server
}

// impatient is a caller who gives up as soon as the simulator has heard the call.
func impatient(t *testing.T, s *omiesim.Sim) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	heard := len(s.Calls())
	look := time.NewTicker(time.Millisecond)
	var watch sync.WaitGroup
	watch.Go(func() {
		defer look.Stop()
		for len(s.Calls()) == heard && ctx.Err() == nil {
			select {
			case <-look.C:
			case <-ctx.Done():
			}
		}
		cancel()
	})
	t.Cleanup(func() {
		cancel()
		watch.Wait()
	})
	return ctx
}

// post makes one call over HTTP; redirects are not followed.
func post(ctx context.Context, t *testing.T, url string, body []byte) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	for _, tt := range []struct {
		fault  omiesim.Fault
		status int // 0: no answer before the caller gives up; -1: cut
		text   string
		wrote  int
	}{
		{omiesim.Fault{Mode: omiesim.WriteThenSilence}, 0, "", 1},
		{omiesim.Fault{Mode: omiesim.WriteThenReset}, -1, "", 1},
		{omiesim.Fault{Mode: omiesim.WriteThenHTML}, 502, "<html>", 1},
		{omiesim.Fault{Mode: omiesim.WriteThenGarbage}, 200, `{"cCodIntOS":"a"`, 1},
		{omiesim.Fault{Mode: omiesim.WriteThenFault}, 500, `"ERROR: Erro não catalogado."`, 1},
		{omiesim.Fault{Mode: omiesim.WriteThenNoID}, 200, `{"cCodStatus":"1","cDescStatus":"Em processamento"}`, 1},
		{omiesim.Fault{Mode: omiesim.Slow, Delay: time.Millisecond}, 200, `"cCodStatus":"0"`, 1},
		{omiesim.Fault{Mode: omiesim.Slow, Delay: time.Hour}, 0, "", 1},
		{omiesim.Fault{Mode: omiesim.DelayedApply}, 0, "", 0},
		{omiesim.Fault{Mode: omiesim.DelayedApplyReset}, -1, "", 0},
		{omiesim.Fault{Mode: omiesim.Hang}, 0, "", 0},
		{omiesim.Fault{Mode: omiesim.Reset}, -1, "", 0},
		{omiesim.Fault{Mode: omiesim.HTML}, 502, "<html>", 0},
		{omiesim.Fault{Mode: omiesim.HTML, Status: 504, Text: "Gateway Time-out"}, 504, "504 Gateway Time-out", 0},
		{omiesim.Fault{Mode: omiesim.Outage, For: time.Minute}, 503, "<html>", 0},
		{omiesim.Fault{Mode: omiesim.Status200Garbage}, 200, "<html>", 0},
		{omiesim.Fault{Mode: omiesim.Refusal}, 500, `"faultcode":"SOAP-ENV:Client-9999"`, 0},
		{omiesim.Fault{Mode: omiesim.Refusal, Status: 200, Text: "ERROR: x", Code: "SOAP-ENV:Server"}, 200, `{"faultstring":"ERROR: x","faultcode":"SOAP-ENV:Server"}`, 0},
		{omiesim.Fault{Mode: omiesim.AsErrorCode}, 500, `{"error_code":"SOAP-ENV:Client-9999","error_message":"ERROR: Erro não catalogado."}`, 0},
		{omiesim.Fault{Mode: omiesim.AsStatus, Text: "ERROR: x"}, 200, `"cCodStatus":"1","cDescStatus":"ERROR: x","codigo_status":"1","descricao_status":"ERROR: x"`, 0},
		{omiesim.Fault{Mode: omiesim.EscapedTwice}, 500, `"ERROR: Erro n\\u00e3o catalogado."`, 0},
		{omiesim.Fault{Mode: omiesim.InLatin1}, 500, "\xef\xbb\xbf{\"faultstring\":\"ERROR: Erro n\xe3o catalogado.\"", 0},
		{omiesim.Fault{Mode: omiesim.Echo}, 500, `"ERROR: O conteúdo é inválido: a, A; [a] \"a\" 'a', 000,`, 0},
		{omiesim.Fault{Mode: omiesim.Echo, Text: "ERROR: x", Code: "SOAP-ENV:Client-7"}, 500, `"ERROR: x a, A;`, 0},
		{omiesim.Fault{Mode: omiesim.Blocked}, 425, "Tente novamente em 1800 segundos.", 0},
		{omiesim.Fault{Mode: omiesim.Blocked, Delay: 90 * time.Second}, 425, "Tente novamente em 90 segundos.", 0},
		{omiesim.Fault{Mode: omiesim.Rate}, 429, "Too Many Requests", 0},
		{omiesim.Fault{Mode: omiesim.KeyRefused}, 403, "A chave de acesso está inválida", 0},
		{omiesim.Fault{Mode: omiesim.Redundant, Delay: 16 * time.Second}, 500, "Aguarde 16 segundos", 0},
		{omiesim.Fault{Mode: omiesim.Concurrent}, 500, "SOAP-ENV:Client-1880", 0},
	} {
		t.Run(fmt.Sprint(tt.fault.Mode, " ", tt.status), func(t *testing.T) {
			s, _ := newSim(t)
			server := serve(t, s)
			s.Inject(tt.fault)
			caller := t.Context()
			if tt.status == 0 {
				caller = impatient(t, s)
			}
			status, body, err := post(caller, t, server.URL+"/api/v1/"+osPath, envelope(t, "IncluirOS", sample("a")))
			switch gaveUp := errors.Is(err, context.Canceled); {
			case tt.status == 0 && !gaveUp, tt.status == -1 && (err == nil || gaveUp):
				t.Errorf("status %d, error %v", status, err)
			case tt.status > 0 && (status != tt.status || !strings.Contains(body, tt.text)):
				t.Errorf("status %d, error %v, %s", status, err, body)
			}
			if got := s.Count("a"); got != tt.wrote {
				t.Errorf("%d documents, want %d", got, tt.wrote)
			}
			if calls := s.Calls(); len(calls) != 1 || !strings.HasPrefix(calls[0].Outcome, string(tt.fault.Mode)+": ") || calls[0].Code != "a" {
				t.Errorf("calls %+v", calls)
			}
		})
	}
}

func TestADelayedWriteIsThereOnlyAfterItsDelay(t *testing.T) {
	for _, mode := range []omiesim.Mode{omiesim.DelayedApply, omiesim.DelayedApplyReset} {
		s, c := newSim(t)
		s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: mode, Delay: 50 * time.Second})
		r := s.Call(osPath, envelope(t, "IncluirOS", sample("a")))
		s.End(r)
		c.Pass(50*time.Second - time.Nanosecond)
		if s.Count("a") != 0 {
			t.Errorf("%s: written too early", mode)
		}
		wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
		c.Pass(time.Nanosecond)
		wantOK(t, s, osPath, "ConsultarOS", object{"cCodIntOS": "a"})
		c.Pass(time.Hour)
		if d := s.Documents(); len(d) != 1 || !d[0].At.Equal(newClock().Now().Add(50*time.Second)) {
			t.Errorf("%s: %+v", mode, d)
		}
	}
}

func TestADelayedWriteWhoseCodeIsTakenMeanwhileDoesNotHappen(t *testing.T) {
	for _, tt := range []struct {
		notUnique bool
		want      int
	}{{false, 1}, {true, 2}} {
		s, c := newSim(t, func(o *omiesim.Options) { o.NotUnique = tt.notUnique })
		s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.DelayedApplyReset, Delay: 90 * time.Second})
		s.Call(osPath, envelope(t, "IncluirOS", sample("a")))
		c.Pass(61 * time.Second)
		wantOK(t, s, osPath, "IncluirOS", sample("a"))
		c.Pass(time.Minute)
		if got := s.Count("a"); got != tt.want {
			t.Errorf("%d documents, want %d", got, tt.want)
		}
	}
}

func TestDelayedWritesArriveInTheOrderOfTheirTimes(t *testing.T) {
	s, c := newSim(t)
	for i, delay := range []time.Duration{30, 10, 20} {
		s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.DelayedApplyReset, Delay: delay * time.Second})
		s.Call(osPath, envelope(t, "IncluirOS", sample(string(rune('a'+i)))))
	}
	c.Pass(time.Minute)
	var got string
	for _, d := range s.Documents() {
		got += d.CodInt
	}
	if got != "bca" {
		t.Errorf("order %s", got)
	}
}

func TestALostWriteOfACustomerIsFoundByTaxID(t *testing.T) {
	s, _ := newSim(t)
	s.Inject(omiesim.Fault{Method: "IncluirCliente", Mode: omiesim.WriteThenReset})
	s.Call(customerPath, envelope(t, "IncluirCliente", person()))
	wantOK(t, s, customerPath, "ListarClientes", object{"clientesFiltro": object{"cnpj_cpf": "52998224725"}})
}

func TestAFaultBefallsItsMethodAsOftenAsItSays(t *testing.T) {
	s, c := newSim(t)
	s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Refusal, Text: "ERROR: first", Times: 2})
	s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Refusal, Text: "ERROR: second"})
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "first", "")
	wantFault(t, s, osPath, "IncluirOS", sample("b"), 500, "first", "")
	wantFault(t, s, osPath, "IncluirOS", sample("c"), 500, "second", "")
	wantOK(t, s, osPath, "IncluirOS", sample("d"))

	s.Inject(omiesim.Fault{Mode: omiesim.Outage, For: time.Minute})
	for i := range 3 {
		if r := s.Call(osPath, envelope(t, "StatusOS", object{"nCodOS": i + 1})); r.Status != 503 {
			t.Errorf("%d in an outage", r.Status)
		}
	}
	c.Pass(time.Minute)
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 9}, 500, "não cadastrada", "")

	s.Inject(omiesim.Fault{Mode: omiesim.Rate, Times: 100})
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 10}, 429, "Too Many Requests", "")
	if calls := s.Calls(); calls[len(calls)-1].Outcome != "rate: fault Too Many Requests" {
		t.Errorf("%+v", calls[len(calls)-1])
	}
	s.Clear()
	wantOK(t, s, osPath, "IncluirOS", sample("e"))
}

func TestALimitOutranksAFaultOfTheApplication(t *testing.T) {
	s, c := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.WriteThenFault})
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "REDUNDANT", "")
	c.Pass(time.Minute)
	wantFault(t, s, osPath, "IncluirOS", sample("b"), 500, "não catalogado", "")
	s.Inject(omiesim.Fault{Mode: omiesim.Reset})
	if r := s.Call(osPath, envelope(t, "IncluirOS", sample("b"))); r.Fate != omiesim.Cut {
		t.Errorf("%+v", r)
	}
}

func TestABlockThatWasSwitchedOnLasts(t *testing.T) {
	s, c := newSim(t)
	s.Inject(omiesim.Fault{Mode: omiesim.Blocked, Delay: 30 * time.Second})
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 425, "30 segundos", "MISUSE_API_PROCESS")
	violations(t, s)
	c.Pass(29 * time.Second)
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 425, "1 segundos", "MISUSE_API_PROCESS")
	violations(t, s, "call during a block")
	c.Pass(time.Second)
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
}

func TestAHookDecidesPerCall(t *testing.T) {
	s, _ := newSim(t)
	s.OnCall(func(method, code string) *omiesim.Fault {
		if method == "IncluirOS" && code == "b" && s.Count("b") == 0 {
			return &omiesim.Fault{Mode: omiesim.WriteThenReset}
		}
		return nil
	})
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	if r := s.Call(osPath, envelope(t, "IncluirOS", sample("b"))); r.Fate != omiesim.Cut {
		t.Errorf("%+v", r)
	}
	wantOK(t, s, osPath, "StatusOS", object{"cCodIntOS": "b"})
}

func TestACallerThatGivesUpAndGoesOnIsNotTwoCallers(t *testing.T) {
	s, _ := newSim(t)
	server := serve(t, s)
	for i := range 5 {
		s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Hang})
		if _, _, err := post(impatient(t, s), t, server.URL+"/"+osPath, envelope(t, "IncluirOS", sample(fmt.Sprint("h", i)))); err == nil {
			t.Fatal("answered")
		}
		if status, body, err := post(t.Context(), t, server.URL+"/"+osPath, envelope(t, "IncluirOS", sample(fmt.Sprint("o", i)))); status != 200 {
			t.Fatal(status, body, err)
		}
	}
	violations(t, s)
}

func TestTwoCallersAtOnceAreSeen(t *testing.T) {
	s, _ := newSim(t, func(o *omiesim.Options) { o.Latency = 400 * time.Millisecond })
	first := s.Call(osPath, envelope(t, "IncluirOS", sample("o0")))
	second := s.Call(osPath, envelope(t, "IncluirOS", sample("o1")))
	s.End(first)
	s.End(second)
	if first.Status != 200 || second.Status != 500 || len(s.Documents()) != 1 {
		t.Errorf("%d, %d, %d documents", first.Status, second.Status, len(s.Documents()))
	}
	violations(t, s, "a write while another one is running")
}

func TestTheDoorsOfTheServer(t *testing.T) {
	s, _ := newSim(t)
	server := serve(t, s)
	status, _, err := post(t.Context(), t, server.URL+"/api/v1/servicos/os", envelope(t, "IncluirOS", sample("a")))
	if status != http.StatusMovedPermanently || err != nil {
		t.Errorf("without its slash: %d %v", status, err)
	}
	if r := s.Call("/api/v1/servicos/os", nil); r.Header.Get("Location") != "/api/v1/servicos/os/" {
		t.Errorf("redirected to %q", r.Header.Get("Location"))
	}
	if status, _, _ := post(t.Context(), t, server.URL+"/api/v1/nada/", envelope(t, "IncluirOS", sample("a"))); status != 404 {
		t.Errorf("unknown path: %d", status)
	}
	for path, want := range map[string]int{"/api/v1/servicos/os/": 405, "/api/v1/servicos/os": 405, "/nada": 404} {
		resp, err := http.Get(server.URL + path) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET %s: %d", path, resp.StatusCode)
		}
	}
	if len(s.Documents()) != 0 {
		t.Error("written")
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestPeopleSeeTheDocumentsAndSwitchFaultsOn(t *testing.T) {
	s, _ := newSim(t)
	server := serve(t, s)
	get := func(path string) string {
		t.Helper()
		resp, err := http.Get(server.URL + path) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 {
			t.Fatal(resp.StatusCode, err)
		}
		return string(b)
	}
	if got := get("/"); got != `{"documents":[],"calls":0,"violations":[]}` {
		t.Error(got)
	}
	if got := get("/documents"); got != `[]` {
		t.Error(got)
	}
	if status, body, err := post(t.Context(), t, server.URL+"/faults", []byte(`{"method":"IncluirOS","mode":"write-then-html","status":504}`)); status != 200 || body != `{"status":"on"}` {
		t.Fatal(status, body, err)
	}
	if status, _, _ := post(t.Context(), t, server.URL+"/"+osPath, envelope(t, "IncluirOS", sample("a"))); status != 504 {
		t.Errorf("status %d", status)
	}
	row := `{"cCodIntOS":"a","nCodOS":3847270140,"cNumOS":"000000000000016","nValorTotal":1000,"cNumPedido":"1001","nCodCli":3795260786}`
	if diff := cmp.Diff(`[`+row+`]`, get("/documents")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`{"documents":[`+row+`],"calls":1,"violations":[]}`, get("/")); diff != "" {
		t.Error(diff)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestAFaultThatCouldNeverHappenIsRefused(t *testing.T) {
	for _, text := range []string{
		`{`, `{"mode":"nap"}`, `{}`, `{"mode":"hang","method":"incluiros"}`, `{"mode":"hang","times":-1}`, `{"mode":"hang","delay":"-1s"}`,
		`{"mode":"hang","delay":30}`, `{"mode":"hang","for":"soon"}`, `{"mode":"fault","status":42}`, `{"mode":"hang","metod":"IncluirOS"}`,
	} {
		s, _ := newSim(t)
		server := serve(t, s)
		if status, body, _ := post(t.Context(), t, server.URL+"/faults", []byte(text)); status != 400 {
			t.Errorf("%s: %d %s", text, status, body)
		}
	}
	var f omiesim.Fault
	if err := json.Unmarshal([]byte(`{"method":"IncluirOS","mode":"delayed-apply","delay":"30s","for":"1m","times":3,"status":500,"text":"t","code":"c"}`), &f); err != nil {
		t.Fatal(err)
	}
	want := omiesim.Fault{Method: "IncluirOS", Mode: omiesim.DelayedApply, Delay: 30 * time.Second, For: time.Minute, Times: 3, Status: 500, Text: "t", Code: "c"}
	if f != want {
		t.Errorf("%+v", f)
	}
}

func TestClosingLetsGoOfWhatHangs(t *testing.T) {
	s, _ := newSim(t)
	server := serve(t, s)
	s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.WriteThenSilence})
	gone := make(chan error)
	go func() {
		_, _, err := post(t.Context(), t, server.URL+"/"+osPath, envelope(t, "IncluirOS", sample("a")))
		gone <- err
	}()
	for s.Count("a") == 0 {
		runtime.Gosched()
	}
	s.Close()
	s.Close()
	if err := <-gone; err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestOnlySoManyCallsAreRemembered(t *testing.T) {
	s, c := newSim(t, func(o *omiesim.Options) { o.KeepCalls = 10 })
	for i := range 100 {
		wantFault(t, s, osPath, "StatusOS", object{"nCodOS": i + 1}, 500, "não cadastrada", "")
		c.Pass(time.Second)
	}
	calls := s.Calls()
	if n := len(calls); n < 10 || n > 20 {
		t.Errorf("%d calls", n)
	}
	if last := calls[len(calls)-1]; !last.At.Equal(newClock().Now().Add(99*time.Second)) || last.Outcome != "fault SOAP-ENV:Client-105" {
		t.Errorf("%+v", last)
	}
}

// A hundred callers against one simulator: for the race detector, and nothing is
// written twice.
func TestManyCallersAtOnceWriteEachDocumentOnce(t *testing.T) {
	s, _ := newSim(t)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			s.Call(osPath, envelope(t, "IncluirOS", with(t, sample(fmt.Sprint(i%10)), "InformacoesAdicionais.cNumPedido", fmt.Sprint(i))))
			s.Documents()
			s.Violations()
			s.Calls()
			s.Customers()
		})
	}
	wg.Wait()
	for i := range 10 {
		if n := s.Count(fmt.Sprint(i)); n != 1 {
			t.Errorf("%d documents", n)
		}
	}
}

func BenchmarkIncluirOS(b *testing.B) {
	c := newClock()
	s := omiesim.New(omiesim.Options{Now: c.Now, NotUnique: true, KeepCalls: 1})
	body, err := json.Marshal(object{"call": "IncluirOS", "app_key": "k", "app_secret": "s", "param": []any{sample("a")}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c.Pass(61 * time.Second)
		if r := s.Call(osPath, body); r.Status != 200 {
			b.Fatal(string(r.Body))
		}
	}
}

package omie_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

const (
	appKey    = "4433221100998"
	appSecret = "nobodys-secret-0123456789abcdef"
	created   = `{"cCodIntOS":"k7m2qx4vbn3ptw6ydzra","nCodOS":3847270140,"cNumOS":"000000000000016","cCodStatus":"0","cDescStatus":"Ordem de Serviço adicionada com sucesso!"}`
)

func credentials(context.Context) (string, string, error) { return appKey, appSecret, nil }

// options are what a test may change of a client.
type options struct {
	erp.Options
	Config omie.Config
}

// calling makes a client whose waits take no time.
func calling(t *testing.T, url string, change ...func(*options)) *omie.Client {
	t.Helper()
	config, err := omie.Parse(json.RawMessage(settings))
	if err != nil {
		t.Fatal(err)
	}
	config.BaseURL = url + "/api/v1/"
	o := options{erp.Options{
		Account: "estudio", Credentials: credentials,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}, config}
	for _, f := range change {
		f(&o)
	}
	return omie.New(o.Config, o.Options)
}

// equalCalls lets them follow each other at once.
func equalCalls(o *options) { o.Spacing = time.Nanosecond }

// ready is a document that can be created.
func ready(t *testing.T) erp.Document {
	t.Helper()
	c := client(t, `{"customer": {"default": 3795260786}, "os": {"InformacoesAdicionais": {"cNumPedido": "{order.number}"}}, "services": {"*": {"nCodServico": 1}}}`)
	o := paid(t, "100", "1 x 100")
	o.Customer.TaxID = ""
	doc, err := c.Document(o, reference)
	if err != nil {
		t.Fatal(err)
	}
	doc.Customer.TaxID = someCPF // so that its masking is put to the test
	return doc
}

func TestACreateIsOneRequestWithTheKeysAsTexts(t *testing.T) {
	var requests []string
	var bodies [][]byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests = append(requests, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type"))
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, body)
		_, _ = io.WriteString(w, created)
	}))
	defer server.Close()

	doc := ready(t)
	got := calling(t, server.URL).Create(t.Context(), doc)
	if diff := cmp.Diff(erp.Answer{Kind: erp.Created, ID: "3847270140", Number: "000000000000016"}, got, wordstest.InEnglish()); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"POST /api/v1/servicos/os/ application/json"}, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	want, err := omie.Request(doc, appKey, appSecret)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(bodies[0])); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(string(bodies[0]), `{"call":"IncluirOS","app_key":"4433221100998","app_secret":"`) {
		t.Errorf("body %s", bodies[0])
	}
}

func TestABaseURLNeedsNoSlash(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/servicos/os/" {
			t.Errorf("path %s", r.URL.Path)
		}
		wiretest.Answering(200, "application/json", created)(w, r)
	}))
	defer server.Close()
	for _, base := range []string{server.URL + "/v1", server.URL + "/v1/"} {
		c := calling(t, "", func(o *options) { o.Config.BaseURL = base })
		if got := c.Create(t.Context(), ready(t)); got.Kind != erp.Created {
			t.Errorf("%s: %+v", base, got)
		}
	}
}

// hijack takes the connection away from the server.
func hijack(t *testing.T, w http.ResponseWriter) *net.TCPConn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return nil
	}
	return conn.(*net.TCPConn)
}

func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

func TestFromTheFirstByteOnWhatCantBeUnderstoodIsLost(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"reset after the request was read": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			reset(hijack(t, w))
		},
		"closed without a word":    func(w http.ResponseWriter, r *http.Request) { _ = hijack(t, w).Close() },
		"reset before it was read": func(w http.ResponseWriter, r *http.Request) { reset(hijack(t, w)) },
		"no HTTP": func(w http.ResponseWriter, r *http.Request) {
			c := hijack(t, w)
			_, _ = io.WriteString(c, "OK\r\n\r\n")
			_ = c.Close()
		},
		"HTML":          wiretest.Answering(502, "text/html", "<html>Bad Gateway</html>"),
		"HTML with 200": wiretest.Answering(200, "text/html", "<html>Manutenção</html>"),
		"nothing":       wiretest.Answering(200, "application/json", ""),
		"half an answer": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			wiretest.Answering(200, "application/json", created)(w, r)
		},
		"an answer over the limit": wiretest.Answering(200, "application/json", created+strings.Repeat(" ", 1<<20)),
		"giant headers": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 100<<10))
			wiretest.Answering(200, "application/json", created)(w, r)
		},
		"another OS": wiretest.Answering(200, "application/json", strings.Replace(created, "k7m2", "xxxx", 1)),
		"moved": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere/", http.StatusMovedPermanently)
		},
		"moved, to be posted again": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere/", http.StatusTemporaryRedirect)
		},
		"see other": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere/", http.StatusSeeOther) },
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				handler(w, r)
			}))
			defer server.Close()
			got := calling(t, server.URL).Create(t.Context(), ready(t))
			if got.Kind != erp.Lost || got.Text.IsZero() {
				t.Errorf("answer %+v, want lost", got)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests were made", n)
			}
			noSecrets(t, got.Text.String())
		})
	}
}

func noSecrets(t *testing.T, text string) {
	t.Helper()
	for _, private := range []string{appKey, appSecret, string(someCPF), someCPF.Formatted(), "ana@exemplo.com.br", "Ana Prado", "ANA PRADO"} {
		if strings.Contains(text, private) {
			t.Errorf("%q is in %q", private, text)
		}
	}
}

func TestAServerThatHangsLosesTheAnswer(t *testing.T) {
	for name, begin := range map[string]func(http.ResponseWriter){
		"before the answer": func(http.ResponseWriter) {},
		"within the answer": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"cCod`); w.(http.Flusher).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			release := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				begin(w)
				cancel()
				<-release
			}))
			defer server.Close()
			defer close(release)
			if got := calling(t, server.URL).Create(ctx, ready(t)); got.Kind != erp.Lost {
				t.Errorf("answer %+v, want lost", got)
			}
		})
	}
}

func TestWhatFailsBeforeTheFirstByteWasNotSent(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := httptest.NewUnstartedServer(wiretest.Answering(200, "application/json", created))
	plain.Config.ErrorLog = quiet()
	plain.Start()
	defer plain.Close()
	stranger := httptest.NewUnstartedServer(wiretest.Answering(200, "application/json", created))
	stranger.Config.ErrorLog = quiet()
	stranger.StartTLS() // its certificate is nobody's
	defer stranger.Close()

	for name, url := range map[string]string{
		"nobody listens":      closed.URL,
		"no such host":        "http://omie.invalid",
		"no TLS":              strings.Replace(plain.URL, "http:", "https:", 1),
		"a foreign authority": stranger.URL,
	} {
		t.Run(name, func(t *testing.T) {
			if got := calling(t, url).Create(t.Context(), ready(t)); got.Kind != erp.NotSent || got.Text.IsZero() {
				t.Errorf("answer %+v, want not sent", got)
			}
		})
	}
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestATimeOutWhileConnectingWasNotSent(t *testing.T) {
	// It accepts and never says a word of TLS.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 1)) // the client is in its handshake
		cancel()
	}()
	if got := calling(t, "https://"+listener.Addr().String()).Create(ctx, ready(t)); got.Kind != erp.NotSent {
		t.Errorf("answer %+v, want not sent", got)
	}
}

// anHour is a context that ends in an hour, and its beginning.
func anHour(t *testing.T) (context.Context, time.Time) {
	now := time.Now()
	ctx, cancel := context.WithDeadline(t.Context(), now.Add(time.Hour))
	t.Cleanup(cancel)
	return ctx, now
}

func TestACreateWithTooLittleTimeIsNotBegun(t *testing.T) {
	url := wiretest.Unasked(t)
	hour, now := anHour(t)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx context.Context
		now time.Time
	}{
		"less than a call and its record": {hour, now.Add(time.Hour - 70*time.Second + time.Millisecond)},
		"nothing left":                    {hour, now.Add(2 * time.Hour)},
		"over":                            {over, now},
	} {
		t.Run(name, func(t *testing.T) {
			client := calling(t, url, func(o *options) { o.Now = func() time.Time { return c.now } })
			if got := client.Create(c.ctx, ready(t)); got.Kind != erp.NoTime {
				t.Errorf("answer %+v, want no time", got)
			}
		})
	}
}

func TestACreateWithJustEnoughTimeIsBegun(t *testing.T) {
	url := wiretest.Serve(t, wiretest.Answering(200, "application/json", created))
	ctx, now := anHour(t)
	c := calling(t, url, func(o *options) { o.Now = func() time.Time { return now.Add(time.Hour - 70*time.Second) } })
	if got := c.Create(ctx, ready(t)); got.Kind != erp.Created {
		t.Errorf("answer %+v, want created", got)
	}
}

// TestTheTimeIsLookedAtAgainAfterTheWait: a process may be paused in between.
func TestTheTimeIsLookedAtAgainAfterTheWait(t *testing.T) {
	url := wiretest.Unasked(t)
	ctx, now := anHour(t)
	c := calling(t, url, func(o *options) {
		o.Now = func() time.Time { return now }
		o.Sleep = func(context.Context, time.Duration) error { now = now.Add(59 * time.Minute); return nil }
	})
	if got := c.Create(ctx, ready(t)); got.Kind != erp.NoTime {
		t.Errorf("answer %+v, want no time", got)
	}
}

// Go's timers stand still with a process that is frozen; the clock on the wall
// doesn't, and what was noted of a question holds until then and no longer.
func TestNothingIsAskedAfterTheEndWhateverTheTimersSay(t *testing.T) {
	url := wiretest.Unasked(t)
	ctx, now := anHour(t)
	c := calling(t, url, func(o *options) {
		o.Now = func() time.Time { return now }
		o.Sleep = func(context.Context, time.Duration) error { now = now.Add(time.Hour); return nil }
	})
	if got := c.LookUp(ctx, reference); got.Kind != erp.NotSent {
		t.Errorf("look-up: answer %+v, want not sent", got)
	}
	now = now.Add(-time.Hour)
	if _, got := c.Customer(ctx, document(t, ana)); got.Kind != erp.NotSent {
		t.Errorf("customer: answer %+v, want not sent", got)
	}
}

func TestALookUpThatIsOverWasNotSent(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := calling(t, "http://127.0.0.1:1").LookUp(ctx, reference); got.Kind != erp.NotSent {
		t.Errorf("answer %+v, want not sent", got)
	}
	// Also when it is over only while it waits for its turn.
	c := calling(t, "http://127.0.0.1:1", func(o *options) {
		o.Sleep = func(context.Context, time.Duration) error { return context.DeadlineExceeded }
	})
	if got := c.LookUp(t.Context(), reference); got.Kind != erp.NotSent {
		t.Errorf("answer %+v, want not sent", got)
	}
}

// TestAConnectionThatDiedBetweenTwoCallsLosesNothing: the server hangs up after
// every answer, and each call still is exactly one request.
func TestAConnectionThatDiedBetweenTwoCallsLosesNothing(t *testing.T) {
	var requests, connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		conn := hijack(t, w)
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n%s", len(created), created)
		_ = conn.Close()
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := calling(t, server.URL, equalCalls)
	for i := int32(1); i <= 3; i++ {
		if got := c.Create(t.Context(), ready(t)); got.Kind != erp.Created {
			t.Errorf("call %d: %+v, want created", i, got)
		}
		if requests.Load() != i || connections.Load() != i {
			t.Errorf("after %d calls: %d requests on %d connections", i, requests.Load(), connections.Load())
		}
	}
}

func TestNoConnectionIsUsedTwice(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(wiretest.Answering(200, "application/json", created))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := calling(t, server.URL, equalCalls)
	for range 3 {
		if got := c.Create(t.Context(), ready(t)); got.Kind != erp.Created {
			t.Errorf("answer %+v, want created", got)
		}
	}
	if n := connections.Load(); n != 3 {
		t.Errorf("%d connections for 3 calls", n)
	}
}

func TestTwoCallsOfAnAccountBeginAQuarterSecondApart(t *testing.T) {
	url := wiretest.Serve(t, wiretest.Answering(200, "application/json", created))
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var waits []time.Duration
	c := calling(t, url, equalCalls, func(o *options) {
		o.Now = func() time.Time { return now }
		o.Sleep = func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			now = now.Add(d)
			return nil
		}
	})
	create := func() { c.Create(t.Context(), ready(t)) }
	lookUp := func() { c.LookUp(t.Context(), reference) }

	create() // a new process doesn't know when the former one called
	create()
	now = now.Add(100 * time.Millisecond)
	create()
	lookUp() // another method
	lookUp()
	now = now.Add(250 * time.Millisecond)
	create()
	now = now.Add(100 * time.Millisecond)
	if err := c.Pace(t.Context()); err != nil { // before another process has the lane
		t.Error(err)
	}
	create()
	now = now.Add(-time.Hour) // a clock set back is no reason to wait an hour
	create()
	want := []time.Duration{250, 250, 150, 250, 250, 150, 250}
	for i := range want {
		want[i] *= time.Millisecond
	}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestAnAccountWithoutItsSecretRests(t *testing.T) {
	for says, given := range map[string]erp.Credentials{
		"app_key is missing":                  func(context.Context) (string, string, error) { return "", appSecret, nil },
		"app_secret is missing":               func(context.Context) (string, string, error) { return appKey, "", nil },
		"secret omie/estudio: no such secret": func(context.Context) (string, string, error) { return "", "", errors.New("no such secret") },
	} {
		c := calling(t, "http://127.0.0.1:1", func(o *options) { o.Credentials = given })
		doc := ready(t)
		_, customer := c.Customer(t.Context(), erp.Document{Customer: doc.Customer, Body: doc.Body})
		for _, got := range []erp.Answer{c.Create(t.Context(), doc), c.LookUp(t.Context(), reference), customer} {
			if got.Kind != erp.AccountRests || got.RetryAfter != time.Minute || !got.AccountFault || !strings.Contains(got.Text.String(), says) {
				t.Errorf("answer %+v, want a rest with %q", got, says)
			}
			noSecrets(t, got.Text.String())
		}
	}
}

func TestASecretThatCameTooLateIsNotTheAccountsFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := calling(t, "http://127.0.0.1:1", func(o *options) {
		o.Credentials = func(ctx context.Context) (string, string, error) { return "", "", ctx.Err() }
	})
	if got := c.LookUp(ctx, reference); got.Kind != erp.NotSent {
		t.Errorf("look-up %+v, want not sent", got)
	}
	if got := c.Create(ctx, ready(t)); got.Kind != erp.NoTime {
		t.Errorf("create %+v, want no time", got)
	}
}

func TestADocumentWithoutCustomerIsNotSent(t *testing.T) {
	doc, err := client(t, settings).Document(paid(t, "100", "1 x 100"), reference)
	if err != nil {
		t.Fatal(err)
	}
	url := wiretest.Unasked(t)
	if got := calling(t, url).Create(t.Context(), doc); got.Kind != erp.NotSent {
		t.Errorf("answer %+v, want not sent", got)
	}
}

func TestALookUpAsksForOurCodeAndTakesNoOther(t *testing.T) {
	const body = `{"Cabecalho":{"cCodIntOS":%q,"nCodOS":3847270140,"cNumOS":"16","nCodCli":5,"nValorTotal":100},"InformacoesAdicionais":{"cNumPedido":"#1001"}}`
	for code, want := range map[string]erp.AnswerKind{reference.Code: erp.Present, "another": erp.Lost} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			request, _ := io.ReadAll(r.Body)
			want := fmt.Sprintf(`{"call":"ConsultarOS","app_key":%q,"app_secret":%q,"param":[{"cCodIntOS":%q}]}`, appKey, appSecret, reference.Code)
			if diff := cmp.Diff(want, string(request)); diff != "" || r.URL.Path != "/api/v1/servicos/os/" {
				t.Errorf("%s (-want +got):\n%s", r.URL.Path, diff)
			}
			_, _ = fmt.Fprintf(w, body, code)
		}))
		got := calling(t, server.URL).LookUp(t.Context(), reference)
		server.Close()
		if got.Kind != want {
			t.Errorf("%s: %+v, want %s", code, got, want)
		}
		if want == erp.Present && (got.ID != "3847270140" || !got.Found.Total.Equal(money(t, "100")) || got.Found.OrderNumber != "#1001" || got.Found.CustomerID != "5") {
			t.Errorf("%+v", got)
		}
	}
}

// TestNoAnswerTellsWhatIsPrivate: Omie repeats what it was sent, and a proxy in
// between may repeat everything.
func TestNoAnswerTellsWhatIsPrivate(t *testing.T) {
	private := fmt.Sprintf("app_key %s app_secret %s, ANA PRADO <ana@exemplo.com.br>, CPF %s / %s", appKey, appSecret, someCPF, someCPF.Formatted())
	for _, words := range []string{
		"OS já cadastrada", "Preencha a tag", "Algo", "Consumo redundante", "API bloqueada", "Chave de acesso inválida", "Timeout", "Too Many Requests", "OS não cadastrada", "Já existe uma requisição desse método",
	} {
		for _, pad := range []int{0, 350, 430, 470} {
			b, err := json.Marshal(map[string]string{"faultstring": words + " " + strings.Repeat("x", pad) + " " + private})
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(wiretest.Answering(500, "application/json; x="+appSecret, string(b)))
			c := calling(t, server.URL)
			created, found := c.Create(t.Context(), ready(t)), c.LookUp(t.Context(), reference)
			undone := ready(t)
			undone.CustomerID = ""
			_, customer := c.Customer(t.Context(), undone)
			server.Close()
			for _, got := range []erp.Answer{created, found, customer} {
				if got.Text.IsZero() || len(got.Text.String()) > 500 {
					t.Errorf("text %q", got.Text)
				}
				for _, p := range []string{appKey, appSecret, appSecret[:8], "@exemplo", string(someCPF), someCPF.Formatted(), "529982", "529.982"} {
					if strings.Contains(got.Text.String(), p) {
						t.Errorf("%q is in %q", p, got.Text)
					}
				}
			}
			noSecrets(t, created.Text.String())
		}
	}
}

func TestWhatTheAccountCan(t *testing.T) {
	c := client(t, settings)
	if !c.CanLookUp() || c.CallLimit() != time.Minute || c.LongestRest() != 2*time.Hour || c.DocumentKind() != "os" {
		t.Errorf("can look up %v, call limit %s, longest rest %s, creates %s", c.CanLookUp(), c.CallLimit(), c.LongestRest(), c.DocumentKind())
	}
}

// A customer's nCodCli means another one in another app.
func TestNoOSIsSentUnderAnotherAppKeyThanItsCustomer(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		wiretest.Answering(200, "application/json", created)(w, r)
	}))
	defer server.Close()
	k := &wiretest.Keys{App: appKey, Secret: appSecret}
	c := calling(t, server.URL, func(o *options) { o.Credentials = k.Credentials })
	doc, answer := c.Customer(t.Context(), ready(t))
	if answer.Kind != erp.CustomerKnown || doc.Key != erp.KeyDigest(appKey) {
		t.Fatalf("%+v, key %q", answer, doc.Key)
	}
	wiretest.SentUnderItsKeyAlone(t, c, doc, k, &requests)
}

func TestALookUpTellsUnderWhichAppKeyItWasMade(t *testing.T) {
	for body, kind := range map[string]erp.AnswerKind{
		`{"Cabecalho":{"cCodIntOS":"` + reference.Code + `","nCodOS":7,"nValorTotal":1}}`: erp.Present,
		`{"faultstring":"OS não cadastrada"}`:                                             erp.Absent,
		`{"faultstring":"Algo"}`:                                                          erp.Unknown,
	} {
		server := httptest.NewServer(wiretest.Answering(200, "application/json", body))
		got := calling(t, server.URL).LookUp(t.Context(), reference)
		server.Close()
		if got.Kind != kind || got.Key != erp.KeyDigest(appKey) {
			t.Errorf("%s: %s under %q, want %s", body, got.Kind, got.Key, kind)
		}
	}
}

func TestAnotherKindOfDocumentIsNotLookedFor(t *testing.T) {
	ref := reference
	ref.DocumentKind = "remessa"
	if got := calling(t, wiretest.Unasked(t)).LookUp(t.Context(), ref); got.Kind != erp.Unprovable || got.Text.IsZero() {
		t.Errorf("%+v", got)
	}
	url := wiretest.Serve(t, wiretest.Answering(500, "application/json", `{"faultstring":"OS não cadastrada"}`))
	for _, kind := range []string{"", "os"} {
		ref.DocumentKind = kind
		if got := calling(t, url).LookUp(t.Context(), ref); got.Kind != erp.Absent {
			t.Errorf("kind %q: %+v", kind, got)
		}
	}
}

package sensio_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/wire/wiretest"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

const (
	appKey    = "4433221100998"
	appSecret = "nobodys-secret-0123456789abcdef"
)

func credentials(context.Context) (string, string, error) { return appKey, appSecret, nil }

const keyed = `{"base_url": "https://api.example.com.br", "headers": {"Authorization": "Bearer {app_secret}", "X-Key": "{app_key}"},
	"lookup": {"path": "/sales?orig={orig}&origId={origId}", "rows": "response", "id": "id"},
	"customer": {"default": "p-1", "query": {"path": "/people?search={customer.tax_id}", "rows": "response", "id": "id", "tax_id": "cpfCnpj"}},
	"items": {"*": {"productId": "prod-1"}}}`

// options are what a test may change of a client.
type options struct {
	erp.Options
	Config sensio.Config
}

// calling makes a client whose waits take no time.
func calling(t *testing.T, url string, change ...func(*options)) *sensio.Client {
	t.Helper()
	config := parse(t, keyed)
	config.BaseURL = url
	o := options{erp.Options{
		Account: "loja", Credentials: credentials,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}, config}
	for _, f := range change {
		f(&o)
	}
	return sensio.New(o.Config, o.Options)
}

// ready is a document that can be created.
func ready(t *testing.T) erp.Document {
	t.Helper()
	return document(t, client(t, settings), paid(t, "100", "1 x 100"))
}

func TestACreateIsOneRequestWithTheHeadersOfTheAccount(t *testing.T) {
	doc := ready(t)
	want, err := sensio.Request(doc)
	if err != nil {
		t.Fatal(err)
	}
	var requests []string
	url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests = append(requests, strings.Join([]string{r.Method, r.URL.String(), r.Header.Get("Content-Type"), r.Header.Get("Accept"), r.Header.Get("Authorization"), r.Header.Get("X-Key"), string(body)}, " "))
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"success":true,"message":"Pedido registrado com sucesso","response":"64f0c1"}`)
	})
	for _, base := range []string{url + "/v1", url + "/v1/"} {
		requests = nil
		got := calling(t, base).Create(t.Context(), doc)
		if diff := cmp.Diff(erp.Answer{Kind: erp.Created, ID: "64f0c1"}, got, wordstest.InEnglish()); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"POST /v1/sales application/json application/json Bearer " + appSecret + " " + appKey + " " + string(want)}, requests); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	}
}

func TestWhatTheAccountCan(t *testing.T) {
	c := calling(t, "http://127.0.0.1:1")
	if !c.CanLookUp() || c.CallLimit() != 30*time.Second || c.LongestRest() != 24*time.Hour || c.DocumentKind() != "sale" {
		t.Errorf("can look up %v, call limit %s, longest rest %s, creates %s", c.CanLookUp(), c.CallLimit(), c.LongestRest(), c.DocumentKind())
	}
}

func TestNoSaleIsSentUnderAnotherAppKeyThanItsCustomer(t *testing.T) {
	requests := 0
	url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		wiretest.Answering(201, "application/json", `{"success":true,"message":"Pedido registrado com sucesso","response":"64f0c1"}`)(w, r)
	})
	k := &wiretest.Keys{App: appKey, Secret: appSecret}
	c := calling(t, url, func(o *options) { o.Credentials = k.Credentials })
	unready := ready(t)
	unready.Customer.TaxID = ""
	doc, answer := c.Customer(t.Context(), unready)
	if answer.Kind != erp.CustomerKnown || doc.Key != erp.KeyDigest(appKey) {
		t.Fatalf("%+v, key %q", answer, doc.Key)
	}
	wiretest.SentUnderItsKeyAlone(t, c, doc, k, &requests)
}

func TestNoRedirectIsFollowed(t *testing.T) {
	calls := 0
	url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if got := calling(t, url).Create(t.Context(), ready(t)); got.Kind != erp.Lost || calls != 1 {
		t.Errorf("%+v after %d calls", got, calls)
	}
}

func TestBeforeTheFirstByteNothingIsLost(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	_ = listener.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	for name, url := range map[string]string{"nobody listens": nobody, "no such host": "http://sensio.invalid", "a certificate of nobody's": secure.URL} {
		c := calling(t, url)
		if got := c.Create(t.Context(), ready(t)); got.Kind != erp.NotSent || got.Text.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
		if got := c.LookUp(t.Context(), reference); got.Kind != erp.NotSent {
			t.Errorf("%s, look-up: %+v", name, got)
		}
	}
}

func TestFromTheFirstByteOnWhatCantBeUnderstoodIsLost(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"cut before the answer": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		},
		"cut within the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"success":true,"response":"1"}`)
			panic(http.ErrAbortHandler)
		},
		"over 1 MiB": wiretest.Answering(201, "application/json", `{"response":"1"}`+strings.Repeat(" ", 1<<20)),
		"HTML":       wiretest.Answering(201, "text/html", "<html>ok</html>"),
		"5xx":        wiretest.Answering(500, "application/json", `{"success":false,"message":"x"}`),
	} {
		if got := calling(t, wiretest.Serve(t, handler)).Create(t.Context(), ready(t)); got.Kind != erp.Lost || got.Text.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// withLeft is a context that has so much time left by the client's clock; by the
// machine's it has an hour, so that a slow one never comes to its end.
func withLeft(t *testing.T, left time.Duration) (context.Context, func() time.Time) {
	end := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	t.Cleanup(cancel)
	return ctx, func() time.Time { return end.Add(-left) }
}

func TestWithLittleTimeLeftNothingIsSent(t *testing.T) {
	url := wiretest.Unasked(t)
	for left, want := range map[time.Duration]erp.AnswerKind{39 * time.Second: erp.NoTime, -time.Second: erp.NoTime} {
		ctx, now := withLeft(t, left)
		c := calling(t, url, func(o *options) { o.Now = now })
		if got := c.Create(ctx, ready(t)); got.Kind != want {
			t.Errorf("%s left: %+v", left, got)
		}
	}
	during, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := calling(t, url, func(o *options) {
		o.Sleep = func(context.Context, time.Duration) error {
			cancel()
			return nil
		}
	})
	if got := c.Create(during, ready(t)); got.Kind != erp.NoTime {
		t.Errorf("over while it waited: %+v", got)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if got := calling(t, url).LookUp(over, reference); got.Kind != erp.NotSent {
		t.Errorf("look-up: %+v", got)
	}
}

func TestFortySecondsAreEnoughToBegin(t *testing.T) {
	ctx, now := withLeft(t, 40*time.Second)
	c := calling(t, wiretest.Serve(t, wiretest.Answering(201, "application/json", `{"response":"1"}`)), func(o *options) { o.Now = now })
	if got := c.Create(ctx, ready(t)); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
}

func TestALookUpNeedsNoTimeToBeRecordedIn(t *testing.T) {
	ctx, now := withLeft(t, 20*time.Second)
	c := calling(t, wiretest.Serve(t, wiretest.Answering(200, "application/json", oursAlone)), func(o *options) { o.Now = now })
	if got := c.LookUp(ctx, reference); got.Kind != erp.Present {
		t.Errorf("%+v", got)
	}
}

func TestADocumentWithoutCustomerIsNotSent(t *testing.T) {
	url := wiretest.Unasked(t)
	for _, doc := range []erp.Document{{}, {Body: sensio.Sale{}}} {
		if got := calling(t, url).Create(t.Context(), doc); got.Kind != erp.NotSent {
			t.Errorf("%+v", got)
		}
	}
}

func TestWithoutItsSecretTheAccountRests(t *testing.T) {
	url := wiretest.Unasked(t)
	for name, c := range map[string]struct {
		credentials erp.Credentials
		text        string
	}{
		"unreadable": {func(context.Context) (string, string, error) {
			return "", appSecret, errors.New("no entry for " + appSecret)
		}, "secret sensio/loja: no entry for ***"},
		"no key":    {func(context.Context) (string, string, error) { return "", appSecret, nil }, "secret sensio/loja: app_key is missing"},
		"no secret": {func(context.Context) (string, string, error) { return appKey, "", nil }, "secret sensio/loja: app_secret is missing"},
	} {
		want := erp.Answer{Kind: erp.AccountRests, RetryAfter: time.Minute, AccountFault: true, Text: words.Plain(c.text)}
		client := calling(t, url, func(o *options) { o.Credentials = c.credentials })
		if diff := cmp.Diff(want, client.Create(t.Context(), ready(t)), wordstest.InEnglish()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A secret that there was no time to read is no fault of the account's.
func TestASecretThatWasNotReadInTimeMakesNoAccountRest(t *testing.T) {
	url := wiretest.Unasked(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := calling(t, url, func(o *options) {
		o.Credentials = func(context.Context) (string, string, error) {
			cancel()
			return "", "", ctx.Err()
		}
	})
	if got := c.Create(ctx, ready(t)); got.Kind != erp.NoTime || got.AccountFault {
		t.Errorf("%+v", got)
	}
	if got := c.LookUp(ctx, reference); got.Kind != erp.NotSent || got.AccountFault {
		t.Errorf("look-up: %+v", got)
	}
}

func TestASaleOfTheDefaultCustomerNeedsNoName(t *testing.T) {
	o := paid(t, "10", "1 x 10")
	o.Customer = order.Customer{}
	c := calling(t, wiretest.Serve(t, wiretest.Answering(201, "application/json", `{"response":"1"}`)))
	if got := c.Create(t.Context(), document(t, c, o)); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
}

func TestASecretThatNoHeaderNamesIsNotNeeded(t *testing.T) {
	c := calling(t, wiretest.Serve(t, wiretest.Answering(201, "application/json", `{"response":"1"}`)), func(o *options) {
		o.Config.Headers = map[string]string{"X-Company": "7"}
		o.Credentials = func(context.Context) (string, string, error) { return "", "", errors.New("no such secret") }
	})
	if got := c.Create(t.Context(), ready(t)); got.Kind != erp.Created {
		t.Errorf("%+v", got)
	}
}

func TestNoTextShowsASecretOrAPerson(t *testing.T) {
	echo := `{"success":false,"message":"Bearer ` + appSecret + ` ` + appKey + ` Ana Prado ana@exemplo.com.br 529.982.247-25 +55 11 98765-4321"}`
	for _, status := range []int{200, 401, 422, 429} {
		got := calling(t, wiretest.Serve(t, wiretest.Answering(status, "application/json", echo))).Create(t.Context(), ready(t))
		for _, private := range []string{appSecret, appKey, "Ana", "exemplo", "529", "98765"} {
			if strings.Contains(got.Text.String(), private) {
				t.Errorf("%d: %q shows %q", status, got.Text, private)
			}
		}
		if !strings.Contains(got.Text.String(), "***") {
			t.Errorf("%d: %q", status, got.Text)
		}
	}
}

func TestNoTextShowsAPersonHoweverTheyAreWritten(t *testing.T) {
	doc := ready(t)
	doc.Customer = order.Customer{Name: "Ana  d'Ávila\tPrado", Email: "ana.d'avila@exemplo.com.br", Phone: "+55 11  98765-4321", TaxID: someCPF}
	for _, said := range []string{doc.Customer.Name, strings.ToUpper(doc.Customer.Name), doc.Customer.Email, doc.Customer.Phone, "7" + string(someCPF), "7" + someCPF.Formatted()} {
		text, err := json.Marshal(map[string]any{"success": false, "message": "Cliente " + said})
		if err != nil {
			t.Fatal(err)
		}
		c := calling(t, wiretest.Serve(t, wiretest.Answering(422, "application/json", string(text))))
		_, customer := c.Customer(t.Context(), doc)
		for _, got := range []erp.Answer{c.Create(t.Context(), doc), customer} {
			rest := strings.Trim(strings.TrimPrefix(got.Text.String(), "Cliente "), "*7")
			if !strings.HasPrefix(got.Text.String(), "Cliente ") || rest != "" {
				t.Errorf("%q is %q", said, got.Text)
			}
		}
	}
}

func TestAHeaderThatWasWrittenIntoTheFileIsMaskedAsWell(t *testing.T) {
	c := calling(t, wiretest.Serve(t, wiretest.Answering(401, "application/json", `{"message":"bad token pasted-by-hand"}`)), func(o *options) {
		o.Config.Headers = map[string]string{"X-Token": "pasted-by-hand"}
	})
	if got := c.Create(t.Context(), ready(t)); got.Text.String() != "bad token ***" {
		t.Errorf("%+v", got)
	}
}

func TestASecondLiesBetweenTwoCalls(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var waits []time.Duration
	c := calling(t, wiretest.Serve(t, wiretest.Answering(200, "application/json", `{"success":true,"response":[]}`)), func(o *options) {
		o.Now = func() time.Time { return now }
		o.Sleep = func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			now = now.Add(d)
			return nil
		}
	})
	c.LookUp(t.Context(), reference) // a new process doesn't know what the former one called
	now = now.Add(300 * time.Millisecond)
	c.LookUp(t.Context(), reference)
	now = now.Add(time.Second)
	c.LookUp(t.Context(), reference)
	now = now.Add(-time.Hour)
	c.LookUp(t.Context(), reference)
	if diff := cmp.Diff([]time.Duration{time.Second, 700 * time.Millisecond, time.Second}, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestACustomerIsFoundByExactlyTheirTaxID(t *testing.T) {
	for name, c := range map[string]struct {
		rows string
		want string
	}{
		"one":                {`[{"id":"p-7","cpfCnpj":"529.982.247-25"}]`, "p-7"},
		"the least of equal": {`[{"id":"p-9","cpfCnpj":"52998224725"},{"id":"p-7","cpfCnpj":"52998224725"}]`, "p-7"},
		"a number for an id": {`[{"id":10,"cpfCnpj":"52998224725"},{"id":9,"cpfCnpj":"52998224725"}]`, "9"},
		"another's":          {`[{"id":"p-8","cpfCnpj":"11.222.333/0001-81"}]`, ""},
		"nobody":             {`[]`, ""},
		"one without an id":  {`[{"cpfCnpj":"52998224725"}]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			url := wiretest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + r.URL.String(); got != "GET /people?search=52998224725" {
					t.Error(got)
				}
				wiretest.Answering(200, "application/json", `{"success":true,"response":`+c.rows+`}`)(w, r)
			})
			before := ready(t)
			doc, answer := calling(t, url).Customer(t.Context(), before)
			if s := doc.Body.(sensio.Sale); answer.Kind != erp.CustomerKnown || s.CustomerID != c.want || s.Customer != "Ana Prado" {
				t.Errorf("%+v, customerId %q, customer %q", answer, s.CustomerID, s.Customer)
			}
			if before.Body.(sensio.Sale).CustomerID != "" {
				t.Error("the document that was given was changed")
			}
		})
	}
}

func TestACNPJWithLettersIsFoundInAnyCase(t *testing.T) {
	url := wiretest.Serve(t, wiretest.Answering(200, "application/json", `{"response":[{"id":"p-7","cpfCnpj":"12.abc.345/01de-35"}]}`))
	doc := ready(t)
	doc.Customer.TaxID = "12ABC34501DE35"
	doc, answer := calling(t, url).Customer(t.Context(), doc)
	if s := doc.Body.(sensio.Sale); answer.Kind != erp.CustomerKnown || s.CustomerID != "p-7" {
		t.Errorf("%+v, customerId %q", answer, s.CustomerID)
	}
}

// A CPF that is kept as a number loses its zeros in front, and so does a CNPJ.
func TestATaxIDThatLostItsZerosIsFound(t *testing.T) {
	for taxID, rows := range map[order.TaxID]map[string]string{
		"00000000191":    {`191`: "", `"00000000191"`: "p-7"},
		"01234567890":    {`1234567890`: "p-7", `"1234567890"`: "p-7", `11234567890`: "", `234567890`: ""},
		"01222333000181": {`1222333000181`: "p-7", `12223330001`: "", `222333000181`: ""},
	} {
		for kept, want := range rows {
			url := wiretest.Serve(t, wiretest.Answering(200, "application/json", `{"response":[{"id":"p-7","cpfCnpj":`+kept+`}]}`))
			doc := ready(t)
			doc.Customer.TaxID = taxID
			doc, answer := calling(t, url).Customer(t.Context(), doc)
			if s := doc.Body.(sensio.Sale); answer.Kind != erp.CustomerKnown || s.CustomerID != want {
				t.Errorf("%s, kept as %s: %+v, customerId %q", taxID, kept, answer, s.CustomerID)
			}
		}
	}
}

func TestAFailedCustomerQueryMakesTheOrderWaitAndRejectsNothing(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"404":     wiretest.Answering(404, "application/json", `{"success":false,"message":"Rota não encontrada"}`),
		"no list": wiretest.Answering(200, "application/json", `{"success":true}`),
		"500":     wiretest.Answering(500, "text/html", "<html>"),
	} {
		if _, got := calling(t, wiretest.Serve(t, handler)).Customer(t.Context(), ready(t)); got.Kind != erp.Lost || got.Text.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestNobodyIsAskedForWhereNothingCanBeFound(t *testing.T) {
	url := wiretest.Unasked(t)
	byDefault := paid(t, "10", "1 x 10")
	byDefault.Customer = order.Customer{}
	for name, c := range map[string]struct {
		client *sensio.Client
		order  order.Order
		want   sensio.Sale
	}{
		"no query":               {calling(t, url, func(o *options) { o.Config.Customer = sensio.Customer{} }), paid(t, "10", "1 x 10"), sensio.Sale{Customer: "Ana Prado"}},
		"no query but a default": {calling(t, url, func(o *options) { o.Config.Customer.Query = nil }), paid(t, "10", "1 x 10"), sensio.Sale{Customer: "Ana Prado"}},
		"no tax id":              {calling(t, url), byDefault, sensio.Sale{CustomerID: "p-1"}},
	} {
		doc, answer := c.client.Customer(t.Context(), document(t, c.client, c.order))
		if s := doc.Body.(sensio.Sale); answer.Kind != erp.CustomerKnown || s.Customer != c.want.Customer || s.CustomerID != c.want.CustomerID {
			t.Errorf("%s: %+v, %q %q", name, answer, s.Customer, s.CustomerID)
		}
	}
}

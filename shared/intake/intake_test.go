package intake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/platform/platformtest"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	queuesqlite "github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/secret"
)

const (
	hottok   = "current-hottok"
	formerly = "former-hottok"
)

var now = time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)

const connections = `{
	"erps": {"estudio": {"kind": "omie"}},
	"connections": {
		"cursos": {"platform": "hotmart", "erp": "estudio", "since": "2026-11-01"},
		"provas": {"platform": "hotmart", "erp": "estudio", "since": "2026-11-01", "test_orders": "create", "zero_orders": "create"},
		"novos": {"platform": "vtex", "erp": "estudio", "since": "2026-11-01"}
	}
}`

// store is the secrets of the test; refreshed is what they are after a refresh.
type store struct {
	secrets, refreshed map[string]secret.Secret
	err                error
	refreshes          int
}

func (s *store) Get(_ context.Context, name string) (secret.Secret, error) {
	return s.find(s.secrets, name)
}

func (s *store) Refresh(_ context.Context, name string, _ time.Time) (secret.Secret, error) {
	s.refreshes++
	if s.refreshed != nil {
		return s.find(s.refreshed, name)
	}
	return s.find(s.secrets, name)
}

func (s *store) find(in map[string]secret.Secret, name string) (secret.Secret, error) {
	if s.err != nil {
		return secret.Secret{}, s.err
	}
	found, ok := in[name]
	if !ok {
		return secret.Secret{}, secret.ErrNotFound
	}
	return found, nil
}

func signing(current, previous string, since time.Time) map[string]secret.Secret {
	s := secret.Secret{Values: map[string]string{secret.SigningKey: current}, Since: since}
	if previous != "" {
		s.Previous = map[string]string{secret.SigningKey: previous}
	}
	return map[string]secret.Secret{"hook/cursos": s, "hook/provas": s}
}

type counts map[string]int

func (c counts) Take(_ context.Context, m intake.Metric, connection, why string) {
	c[string(m)+" "+connection+" "+why]++
}

// bench is intake on a real queue behind a real HTTP server.
type bench struct {
	secrets *store
	queue   *queuesqlite.Queue
	counts  counts
	log     *bytes.Buffer
	intake  *intake.Intake
	url     string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	l, err := ledgersqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	q, err := queuesqlite.New(t.Context(), l.DB(), queuesqlite.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	b := &bench{secrets: &store{secrets: signing(hottok, formerly, now.Add(-23*time.Hour))}, queue: q, counts: counts{}, log: &bytes.Buffer{}}
	b.serve(t, q)
	return b
}

func (b *bench) serve(t *testing.T, q queue.Sender) {
	t.Helper()
	cfg, err := connection.Parse([]byte(connections))
	if err != nil {
		t.Fatal(err)
	}
	b.intake = &intake.Intake{
		Connections: func() connection.Config { return cfg }, Platform: registry.Get, Secrets: b.secrets,
		Queue: func(connection.Account) queue.Sender { return q },
		Now:   func() time.Time { return now }, Meter: b.counts, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
	}
	server := httptest.NewServer(intake.Handler(b.intake, intake.NewDoor(intake.Limits{})))
	t.Cleanup(server.Close)
	b.url = server.URL
}

// post sends a body with a token and returns what a store hears.
func (b *bench) post(t *testing.T, path, token string, body []byte) (*http.Response, intake.Answer) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("x-HOTMART-hottok", token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer intake.Answer
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("the answer is no JSON: %v", err)
	}
	return response, answer
}

// queued is what came through.
func (b *bench) queued(t *testing.T) []queue.Message {
	t.Helper()
	deliveries, err := b.queue.Receive(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var messages []queue.Message
	for _, d := range deliveries {
		messages = append(messages, d.Message)
	}
	return messages
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "events", "payloads", "hotmart", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edit replaces text in the sample; a text that isn't there is a broken test.
func edit(t *testing.T, body []byte, from, to string) []byte {
	t.Helper()
	if !bytes.Contains(body, []byte(from)) {
		t.Fatalf("the sample has no %s", from)
	}
	return bytes.Replace(body, []byte(from), []byte(to), 1)
}

func TestWhatComesInAndWhatTheStoreHears(t *testing.T) {
	approved := sample(t, "purchase_approved.json")
	big := append(bytes.Clone(approved), bytes.Repeat([]byte(" "), platform.MaxBody)...)
	for _, c := range []struct {
		name, path, token string
		body              []byte
		status            int
		answer            string
		queued            queue.Type
		counted           string
	}{
		{"paid", "/webhooks/cursos", hottok, approved, 200, "accepted", queue.Paid, "Queued cursos paid"},
		{"signed with the previous secret, within 24 h", "/webhooks/cursos", formerly, approved, 200, "accepted", queue.Paid, "Queued cursos paid"},
		{"refunded", "/webhooks/cursos", hottok, sample(t, "purchase_refunded.json"), 200, "accepted", queue.Reversed, "Queued cursos reversed"},
		{"token missing", "/webhooks/cursos", "", approved, 401, "not_authentic", "", "Refused cursos signature"},
		{"token wrong", "/webhooks/cursos", "guess", approved, 401, "not_authentic", "", "Refused cursos signature"},
		{"unknown connection", "/webhooks/nobody", hottok, approved, 404, "unknown_connection", "", ""},
		{"a platform that is not built in", "/webhooks/novos", hottok, approved, 404, "unknown_connection", "", ""},
		{"over the size limit", "/webhooks/cursos", hottok, big, 413, "too_large", "", "Refused cursos too_large"},
		{"over the size limit, whatever the token", "/webhooks/cursos", "guess", big, 413, "too_large", "", "Refused cursos too_large"},
		{"genuine, not JSON", "/webhooks/cursos", hottok, []byte("<order/>"), 200, "accepted", queue.Raw, "Queued cursos raw"},
		{"genuine, of another shape", "/webhooks/cursos", hottok, []byte(`{"hello": 1}`), 200, "accepted", queue.Raw, "Queued cursos raw"},
		{"not paid", "/webhooks/cursos", hottok, edit(t, approved, `"PURCHASE_APPROVED"`, `"PURCHASE_BILLET_PRINTED"`), 200, "ignored", "", "Ignored cursos not_paid"},
		{"news of no order", "/webhooks/cursos", hottok, []byte(`{"event": "CLUB_FIRST_ACCESS", "data": {}}`), 200, "ignored", "", "Ignored cursos not_paid"},
		{"paid before since", "/webhooks/cursos", hottok, backdated(t, approved), 200, "ignored", "", "Ignored cursos before_since"},
		{"a test order", "/webhooks/cursos", hottok, asTest(t, approved), 200, "ignored", "", "Ignored cursos test"},
		{"an order of zero", "/webhooks/cursos", hottok, ofZero(t, approved), 200, "ignored", "", "Ignored cursos zero"},
		{"an order of zero where they are wanted", "/webhooks/provas", hottok, ofZero(t, approved), 200, "accepted", queue.Paid, "Queued provas paid"},
		{"an order of zero that is refunded", "/webhooks/cursos", hottok, ofZero(t, sample(t, "purchase_refunded.json")), 200, "accepted", queue.Reversed, "Queued cursos reversed"},
		{"a test order where they are wanted", "/webhooks/provas", hottok, asTest(t, approved), 200, "accepted", queue.Paid, "Queued provas paid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			response, answer := b.post(t, c.path, c.token, c.body)
			if response.StatusCode != c.status || answer.Status+answer.Error != c.answer {
				t.Errorf("the store heard %d %+v, want %d %s", response.StatusCode, answer, c.status, c.answer)
			}
			var types []queue.Type
			for _, m := range b.queued(t) {
				types = append(types, m.Type)
			}
			var want []queue.Type
			if c.queued != "" {
				want = []queue.Type{c.queued}
			}
			if diff := cmp.Diff(want, types); diff != "" {
				t.Errorf("queued (-want +got):\n%s", diff)
			}
			if c.counted != "" && b.counts[c.counted] != 1 {
				t.Errorf("counted %v, want one %q", b.counts, c.counted)
			}
		})
	}
}

// backdated moves every time of the purchase to October.
func backdated(t *testing.T, body []byte) []byte {
	t.Helper()
	return replaceNumber(t, body, "approved_date", time.Date(2026, 10, 31, 23, 59, 59, 0, time.FixedZone("-03", -3*3600)).UnixMilli())
}

func asTest(t *testing.T, body []byte) []byte {
	t.Helper()
	return platformtest.Edit(t, body, map[string]any{"data.product.id": 0})
}

func ofZero(t *testing.T, body []byte) []byte {
	t.Helper()
	return platformtest.Edit(t, body, map[string]any{"data.purchase.price.value": 0})
}

func replaceNumber(t *testing.T, body []byte, field string, value int64) []byte {
	t.Helper()
	if !bytes.Contains(body, []byte(`"`+field+`"`)) {
		t.Fatalf("the sample has no %s", field)
	}
	return platformtest.Edit(t, body, map[string]any{"data.purchase." + field: value})
}

func TestSinceIsMidnightInSaoPaulo(t *testing.T) {
	approved := sample(t, "purchase_approved.json")
	midnight := time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		paid time.Time
		want string
	}{
		"at midnight":         {midnight, "accepted"},
		"a millisecond early": {midnight.Add(-time.Millisecond), "ignored"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			_, answer := b.post(t, "/webhooks/cursos", hottok, replaceNumber(t, approved, "approved_date", c.paid.UnixMilli()))
			if answer.Status != c.want {
				t.Errorf("answered %q, want %q", answer.Status, c.want)
			}
		})
	}
}

func TestThePreviousSecretIsWorthNothingAfter24Hours(t *testing.T) {
	b := newBench(t)
	b.secrets.secrets = signing(hottok, formerly, now.Add(-24*time.Hour))
	if response, _ := b.post(t, "/webhooks/cursos", formerly, sample(t, "purchase_approved.json")); response.StatusCode != 401 {
		t.Errorf("answered %d, want 401", response.StatusCode)
	}
}

func TestASecretThatWasJustRotatedIsReadAnewBeforeACallIsRefused(t *testing.T) {
	b := newBench(t)
	b.secrets.refreshed = signing("rotated", hottok, now)
	if response, _ := b.post(t, "/webhooks/cursos", "rotated", sample(t, "purchase_approved.json")); response.StatusCode != 200 {
		t.Errorf("answered %d, want 200", response.StatusCode)
	}
	if b.secrets.refreshes != 1 {
		t.Errorf("refreshed %d times, want once", b.secrets.refreshes)
	}
}

// A 401 would say that the store is wrong, and some stores stop to call after some.
func TestAMissingHookSecretIs503AndAnErrorNeverA401(t *testing.T) {
	for name, secrets := range map[string]map[string]secret.Secret{
		"no secret": {}, "an empty one": signing("", "", time.Time{}),
		"the former one alone, too late": signing("", formerly, now.Add(-24*time.Hour)),
	} {
		for _, token := range []string{"", hottok, formerly} {
			b := newBench(t)
			b.secrets.secrets = secrets
			response, answer := b.post(t, "/webhooks/cursos", token, sample(t, "purchase_approved.json"))
			if response.StatusCode != 503 || answer.Error != "not_accepted" || response.Header.Get("Retry-After") == "" {
				t.Errorf("%s, token %q: answered %d %+v", name, token, response.StatusCode, answer)
			}
			if errs := b.errorLines(t); len(errs) != 1 || !strings.Contains(errs[0], "hook/cursos") || !strings.Contains(errs[0], "signing_secret") {
				t.Errorf("%s, token %q: the errors are %q", name, token, errs)
			}
			if len(b.queued(t)) > 0 || b.counts["Refused cursos secret"] != 1 {
				t.Errorf("%s, token %q: counted %v", name, token, b.counts)
			}
		}
	}
}

// errorLines are the log's lines of level ERROR.
func (b *bench) errorLines(t *testing.T) (lines []string) {
	t.Helper()
	b.intake.LogLastRefusals(t.Context())
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestASecretThatIsMadeMeanwhileIsFoundByTheNextCall(t *testing.T) {
	b := newBench(t)
	b.secrets.secrets, b.secrets.refreshed = map[string]secret.Secret{}, signing(hottok, "", now)
	if response, _ := b.post(t, "/webhooks/cursos", hottok, sample(t, "purchase_approved.json")); response.StatusCode != 200 {
		t.Errorf("answered %d, want 200", response.StatusCode)
	}
}

func TestWhatIsNotDurableIsNotAccepted(t *testing.T) {
	approved := sample(t, "purchase_approved.json")
	t.Run("the queue fails", func(t *testing.T) {
		b := newBench(t)
		_ = b.queue.Close()
		b.refusesFor(t, approved)
	})
	t.Run("the secrets can't be read", func(t *testing.T) {
		b := newBench(t)
		b.secrets.err = errors.New("throttled")
		b.refusesFor(t, approved)
	})
}

func (b *bench) refusesFor(t *testing.T, body []byte) {
	t.Helper()
	response, answer := b.post(t, "/webhooks/cursos", hottok, body)
	if response.StatusCode != 503 || response.Header.Get("Retry-After") == "" || answer.Error != "not_accepted" {
		t.Errorf("answered %d %+v (Retry-After %q), want 503 with a time", response.StatusCode, answer, response.Header.Get("Retry-After"))
	}
	if len(b.queued(t)) != 0 {
		t.Error("something was queued all the same")
	}
}

func TestAnAnswerNeverTellsWhyASignatureFailed(t *testing.T) {
	b := newBench(t)
	approved := sample(t, "purchase_approved.json")
	_, missing := b.post(t, "/webhooks/cursos", "", approved)
	_, wrong := b.post(t, "/webhooks/cursos", hottok+"x", approved)
	if missing != wrong {
		t.Errorf("the answers differ: %+v, %+v", missing, wrong)
	}
}

func TestAnOrderIsKnownByConnectionAndIDAndNeverByTheDelivery(t *testing.T) {
	b := newBench(t)
	approved := sample(t, "purchase_approved.json")
	b.post(t, "/webhooks/cursos", hottok, approved)
	b.post(t, "/webhooks/provas", hottok, approved)
	first := b.queued(t)[0]
	if !strings.HasPrefix(first.Key, "cursos#HP") || first.Account != "estudio" || first.Digest == "" || first.Version == 0 || !first.ReceivedAt.Equal(now) {
		t.Errorf("the message is %+v", first)
	}
	payload, err := platform.Unpack(first.Payload)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(payload.Body, approved) {
		t.Error("the body did not travel as it came")
	}
}

// sam local start-api gives every call of a process the same id, and a queue takes an
// id once, whichever group it is for.
func TestOneRequestIDForAllCallsLosesNoNotice(t *testing.T) {
	b := newBench(t)
	approved := sample(t, "purchase_approved.json")
	for _, body := range [][]byte{approved, sample(t, "purchase_refunded.json"), edit(t, approved, "497", "498"), []byte("what nobody understands")} {
		r := hotmart.Platform{}.Sign(body, hottok, now)
		for range 2 { // the second is our own client's resend
			if got := b.intake.Take(t.Context(), "cursos", r, "gw-1"); got.Status != 200 {
				t.Fatalf("%+v", got)
			}
		}
	}
	types, dedups := map[queue.Type]int{}, map[string]bool{}
	for range 4 {
		deliveries, err := b.queue.Receive(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range deliveries {
			m := d.Message
			types[m.Type]++
			dedups[m.Dedup] = true
			if m.Correlation != "gw-1" || m.Dedup != "gw-1#"+string(m.Type)+"#"+m.Digest {
				t.Errorf("dedup %q, correlation %q", m.Dedup, m.Correlation)
			}
			if err := b.queue.Ack(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(map[queue.Type]int{queue.Paid: 2, queue.Reversed: 1, queue.Raw: 1}, types); diff != "" || len(dedups) != 4 {
		t.Errorf("queued under %d ids (-want +got):\n%s", len(dedups), diff)
	}
}

func TestTheSameBodyHasTheSameDigestAndAnotherHasAnother(t *testing.T) {
	digest := func(body []byte) string {
		b := newBench(t)
		b.post(t, "/webhooks/cursos", hottok, body)
		return b.queued(t)[0].Digest
	}
	approved := sample(t, "purchase_approved.json")
	first, second := digest(approved), digest(approved)
	if first != second {
		t.Error("the same body has two digests")
	}
	if digest(approved) == digest(append(bytes.Clone(approved), '\n')) {
		t.Error("two bodies have one digest")
	}
}

func TestWhatNobodyUnderstandsIsKeptWithoutItsToken(t *testing.T) {
	b := newBench(t)
	b.post(t, "/webhooks/cursos?page=2", "", []byte(`{"hottok": "`+hottok+`", "hello": "world"}`))
	m := b.queued(t)[0]
	payload, err := platform.Unpack(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	if m.Type != queue.Raw || m.Key != "cursos#!"+m.Digest || !bytes.Contains(payload.Body, []byte("world")) || !strings.Contains(payload.Query, "page=2") {
		t.Errorf("kept %q, query %q, under %s", payload.Body, payload.Query, m.Key)
	}
	if bytes.Contains(payload.Body, []byte(hottok)) {
		t.Error("the token was kept")
	}
}

func TestAnIDThatFitsNoKeyIsNobodysOrder(t *testing.T) {
	approved := sample(t, "purchase_approved.json")
	r := hotmart.Platform{}.Sign(approved, hottok, now)
	n, err := hotmart.Platform{}.Read(r, platform.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"!tomb", "a\\u0000b", strings.Repeat("9", 201)} {
		b := newBench(t)
		b.post(t, "/webhooks/cursos", hottok, edit(t, approved, `"`+n.OrderID+`"`, `"`+id+`"`))
		if m := b.queued(t)[0]; m.Type != queue.Raw {
			t.Errorf("the id %.10q made a message of type %s", id, m.Type)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/healthz", 200}, {"GET", "/", 404}, {"POST", "/webhooks/", 404}, {"POST", "/webhooks/cursos/more", 404},
		{"GET", "/webhooks/cursos", 405}, {"PUT", "/webhooks/cursos", 405}, {"GET", "/debug/pprof/", 404}, {"POST", "/healthz", 404},
		// A store that was given a wrong URL follows no redirect: it is told.
		{"POST", "//webhooks/cursos", 404}, {"POST", "/webhooks//cursos", 404}, {"POST", "/webhooks/../webhooks/cursos", 404},
		{"POST", "/./webhooks/cursos", 404}, {"POST", "/webhooks/cursos/", 404}, {"POST", "/webhooks/cursos/..", 404}, {"POST", "/webhooks", 404},
		{"POST", "/webhooks/%2e%2e/webhooks/cursos", 404}, {"POST", "/webhooks/%2Fcursos", 404}, {"GET", "//healthz", 404}, {"GET", "//", 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, b.url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		// The answer itself, not where it sends one.
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		var answer intake.Answer
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, response.StatusCode, c.status)
		}
		if told := answer.Error != "" && answer.Message != ""; err != nil || told != (c.status != 200) {
			t.Errorf("%s %s: it is told %+v, %v", c.method, c.path, answer, err)
		}
	}
}

func TestHealthzIsWhatTheMachineSaysOfItself(t *testing.T) {
	for why, want := range map[string]int{"": 200, "the ledger can't be written": 503} {
		handler := intake.Handler(&intake.Intake{Health: func(context.Context) string { return why }}, intake.NewDoor(intake.Limits{}))
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
		var answer intake.Answer
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		wanted := intake.Answer{Status: "ok"}
		if why != "" {
			wanted = intake.Answer{Error: "unhealthy", Message: why}
		}
		if recorder.Code != want || answer != wanted || (recorder.Header().Get("Retry-After") == "") != (why == "") {
			t.Errorf("%q: %d %+v, %v", why, recorder.Code, answer, recorder.Header())
		}
	}
}

func TestALogHoldsNoBodyNoTokenAndNobody(t *testing.T) {
	b := newBench(t)
	approved := sample(t, "purchase_approved.json")
	b.post(t, "/webhooks/cursos", hottok, approved)
	b.post(t, "/webhooks/cursos", "guessed-token", approved)
	b.post(t, "/webhooks/cursos", hottok, []byte("not json: secret body"))
	b.intake.LogRefusals(t.Context())
	var whole struct {
		Data struct {
			Buyer struct{ Name, Email, Document string }
		}
	}
	if err := json.Unmarshal(approved, &whole); err != nil {
		t.Fatal(err)
	}
	buyer := whole.Data.Buyer
	for _, private := range []string{hottok, "guessed-token", "secret body", buyer.Name, buyer.Email, buyer.Document} {
		if private == "" || strings.Contains(b.log.String(), private) {
			t.Errorf("the log holds %q", private)
		}
	}
	if !strings.Contains(b.log.String(), `"why":"signature"`) {
		t.Error("the log does not say what was refused")
	}
}

func TestAPackedPayloadOver300KiBIsRefused(t *testing.T) {
	b := newBench(t)
	noise := make([]byte, 0, platform.MaxBody)
	for seed := uint64(1); len(noise) < 700<<10; seed = seed*6364136223846793005 + 1442695040888963407 {
		noise = append(noise, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[seed>>58])
	}
	body := edit(t, sample(t, "purchase_approved.json"), `"event"`, `"noise": "`+string(noise)+`", "event"`)
	if response, answer := b.post(t, "/webhooks/cursos", hottok, body); response.StatusCode != 413 || answer.Error != "too_large" {
		t.Errorf("answered %d %+v, want 413", response.StatusCode, answer)
	}
}

// Not every platform signs what names its topic.
func TestATopicIsLoggedInItsFirst64BytesAlone(t *testing.T) {
	b := newBench(t)
	b.post(t, "/webhooks/cursos", hottok, []byte(`{"event":"`+strings.Repeat("é", 5000)+`"}`))
	if log := b.log.String(); !strings.Contains(log, `"topic":"`+strings.Repeat("é", 32)+`"`) {
		t.Errorf("logged %.300s", log)
	}
}

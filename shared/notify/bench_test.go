package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/leaktest"
	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/notify/sqlite"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const key, otherKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// secrets are by name, and may change.
type secrets struct {
	mu sync.Mutex
	of map[string]secret.Secret
}

func (s *secrets) set(name string, is secret.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[name] = is
}

func (s *secrets) Get(_ context.Context, name string) (secret.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.of[name]; ok {
		return found, nil
	}
	return secret.Secret{}, secret.ErrNotFound
}

func (s *secrets) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return s.Get(ctx, name)
}

func signing(text string) secret.Secret {
	return secret.Secret{Values: map[string]string{secret.SigningKey: text}, Version: text}
}

// bench is a notifier over a data folder of its own, on a clock that stands still.
type bench struct {
	t         *testing.T
	clock     *clocktest.Clock
	dir       string
	standing  []notify.Cause
	receivers map[string]connection.Receiver
	secrets   *secrets
	log       bytes.Buffer
	ledger    *ledgersqlite.Ledger
	store     *sqlite.Store
	notifier  *notify.Notifier
	change    func(*notify.Options)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, clock: clocktest.At(noon), dir: t.TempDir(), receivers: map[string]connection.Receiver{},
		secrets: &secrets{of: map[string]secret.Secret{"notify/torre": signing(key)}}, change: func(*notify.Options) {}}
	b.start()
	t.Cleanup(func() { b.ledger.Close() })
	return b
}

// start opens the data folder as another process would.
func (b *bench) start() {
	b.t.Helper()
	var err error
	if b.ledger, err = ledgersqlite.Open(b.t.Context(), b.dir); err != nil {
		b.t.Fatal(err)
	}
	if b.store, err = sqlite.New(b.t.Context(), b.ledger.DB()); err != nil {
		b.t.Fatal(err)
	}
	o := notify.Options{Receivers: func() map[string]connection.Receiver { return b.receivers },
		Standing: func(context.Context) ([]notify.Cause, error) { return b.standing, nil },
		Store:    b.store, Secrets: b.secrets, Now: b.clock.Now, Log: slog.New(slog.NewJSONHandler(&b.log, nil))}
	b.change(&o)
	b.notifier = notify.New(o)
}

// again is a process that was killed, and another one on its data folder.
func (b *bench) again() {
	b.t.Helper()
	b.ledger.Close()
	b.start()
}

func (b *bench) round() {
	b.t.Helper()
	if err := b.notifier.Round(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// later has time go by, and a round after it.
func (b *bench) later(d time.Duration) {
	b.t.Helper()
	b.clock.Pass(d)
	b.round()
}

func (b *bench) notices() []notify.Notice {
	b.t.Helper()
	list, err := b.store.Notices(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// heard is one call that a receiver got.
type heard struct {
	id, at string
	body   notify.Body
	raw    string
	header http.Header
}

// tower is a receiver that proves each call by the reference implementation.
type tower struct {
	*httptest.Server
	mu    sync.Mutex
	calls []heard
	// answer is how it answers; 204 where it is nil.
	answer http.HandlerFunc
	keys   []string
}

// tower adds a receiver.
func (b *bench) tower(name string, answer http.HandlerFunc) *tower {
	b.t.Helper()
	w := &tower{answer: answer, keys: []string{key}}
	w.Server = httptest.NewServer(w)
	b.t.Cleanup(w.Close)
	b.receivers[name] = connection.Receiver{Name: name, URL: w.URL + "/secret-path"}
	b.secrets.set("notify/"+name, signing(key))
	return w
}

func (w *tower) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	proven := true
	for _, k := range w.keys {
		hook, err := standardwebhooks.NewWebhook(k)
		proven = proven && err == nil && hook.VerifyIgnoringTimestamp(raw, r.Header) == nil
	}
	if proven {
		call := heard{id: r.Header.Get("webhook-id"), at: r.Header.Get("webhook-timestamp"), raw: string(raw), header: r.Header}
		_ = json.Unmarshal(raw, &call.body)
		w.calls = append(w.calls, call)
	}
	answer := w.answer
	w.mu.Unlock()
	switch {
	case !proven:
		out.WriteHeader(http.StatusUnauthorized)
	case answer != nil:
		answer(out, r)
	default:
		out.WriteHeader(http.StatusNoContent)
	}
}

func (w *tower) answers(answer http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

// proves has each call proven by all these keys.
func (w *tower) proves(keys ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys = keys
}

// takes are the calls since it was last asked.
func (w *tower) takes() []heard {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// mapping is a cause of rejected orders.
func mapping() notify.Cause {
	return notify.Cause{Key: notify.Key{Kind: notify.Rejected, Account: "estudio", Connection: "cursos", Why: "a1"}, Count: 3,
		Message: words.Plain(`3 orders of cursos rejected: SKU "X" is not mapped`), Gone: words.Plain("No order of cursos is rejected any more for this."),
		Command: "carimbo orders retry --connection cursos --kind mapping", Link: "http://127.0.0.1:8788/?connection=cursos&state=rejected"}
}

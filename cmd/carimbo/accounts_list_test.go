package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/proctest"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
	"github.com/carimbo/carimbo/shared/words"
)

// accountConnections has an account for each state that rest brings about.
const accountConnections = `erps:
  estudio:
    kind: omie
    os: { InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020 } }
    customer: { default: 3795260786 }
    services: { CURSO-GO: { nCodServico: 3846592864 } }
  livraria:
    kind: omie
    os: { InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020 } }
    services: { CURSO-GO: { nCodServico: 3846592864 } }
  loja:
    kind: sensio
    base_url: https://sensio.example/v1
    headers: { Authorization: "Bearer {app_secret}" }
    customer: { default: pes-consumidor }
    items: { CAMISETA-P: { productId: prod-camiseta } }
connections:
  cursos: { platform: hotmart, erp: estudio, since: 2026-01-01 }
  livros: { platform: hotmart, erp: livraria, since: 2026-01-01 }
  balcao: { platform: generic, erp: loja, since: 2026-01-01 }
`

func accountsFile(t *testing.T) string {
	t.Helper()
	return write(t, "connections.yaml", accountConnections)
}

// rest has the accounts rest: estudio is refused, loja rests for long, and livraria
// is open again after a rest.
func (b book) rest(t *testing.T) {
	t.Helper()
	b.use(t, func(l ledger.Ledger) error {
		for account, lane := range map[string]ledger.Lane{
			"estudio": {BlockedUntil: noon.Add(30 * time.Minute), Since: noon.Add(-time.Hour), Why: words.Plain("A chave de acesso está inválida\x1b[2J"), Strikes: 3},
			"loja":    {BlockedUntil: noon.Add(5 * time.Hour), Since: noon.Add(-time.Minute), Why: words.Plain("HTTP 429 without a message")},
			// Its strikes were cleared by a call that was let in.
			"livraria": {BlockedUntil: noon, Why: words.Plain("API bloqueada por consumo indevido")},
		} {
			if err := l.BlockLane(t.Context(), account, lane); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b book) accountFlags(t *testing.T) []string {
	if b.stack == nil {
		return []string{"--data", b.data, "--connections", accountsFile(t)}
	}
	return []string{"--stack", b.stack.name, "--connections", accountsFile(t)}
}

// nameless is what was said without the stack's name, which is a new one each time.
func (b book) nameless(said string) string {
	if b.stack == nil {
		return said
	}
	return strings.ReplaceAll(said, b.stack.name, "shop")
}

func TestAccountsAreShownWithWhatWaitsForThem(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.rest(t)
		if b.stack == nil {
			useQueue(t, b.data, sqlite.Options{}, func(q *sqlite.Queue) {
				for _, m := range []queue.Message{
					{Type: queue.Paid, Key: "cursos#HP31", Account: "estudio", Dedup: "1", ReceivedAt: noon.Add(-24 * time.Hour)},
					{Type: queue.Paid, Key: "cursos#HP32", Account: "estudio", Dedup: "2", ReceivedAt: noon.Add(-time.Second)},
					{Type: queue.Wake, Key: "cursos#HP03", Account: "estudio", Dedup: "3"},
				} {
					if err := q.Send(t.Context(), m); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
		for name, args := range map[string][]string{
			"accounts-" + b.name + ".txt":           {"accounts"},
			"accounts-" + b.name + ".json":          {"accounts", "--json"},
			"list-mine-refused-" + b.name + ".txt":  {"orders", "list", "--mine"},
			"list-group-refused-" + b.name + ".txt": {"orders", "list", "--mine", "--group"},
		} {
			got := typeIn(t, slices.Concat(args, b.accountFlags(t))...)
			if got.code != exitDone || got.errors != "" {
				t.Fatalf("%s: %+v", name, got)
			}
			if bad := strings.IndexFunc(got.out, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); bad >= 0 {
				t.Errorf("%s: %q would steer a terminal", name, got.out[bad:bad+4])
			}
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(got.out)) {
				t.Errorf("%s is not JSON", name)
			}
			golden(t, name, b.nameless(got.out))
		}
	})
}

func TestWhereNothingRestsThatIsSaid(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		got := typeIn(t, append([]string{"accounts"}, b.accountFlags(t)...)...)
		if got.code != exitDone || !strings.HasSuffix(strings.TrimSpace(b.withoutDepths(got.out)), "\n\nNothing rests, and nothing is refused.") {
			t.Errorf("%+v", got)
		}
		mine := typeIn(t, slices.Concat([]string{"orders", "list", "--mine"}, b.accountFlags(t))...)
		if mine.code != exitDone || strings.Contains(mine.out, "account ") {
			t.Errorf("%+v", mine)
		}
	})
}

// Orders of an account that was taken out of the file are nobody's who is not told.
func TestAnAccountThatOnlyTheLedgerKnowsIsShownWhileOrdersWait(t *testing.T) {
	dir := tell(t)
	without := write(t, "connections.yaml", strings.NewReplacer("estudio", "outra").Replace(goodConnections))
	got := typeIn(t, "accounts", "--data", dir, "--connections", without)
	if got.code != exitDone || !strings.Contains(got.out, "estudio  omie  open") || !strings.Contains(got.out, "\nestudio is not in "+without+" any more: its orders wait until it is added again.\n") {
		t.Errorf("%+v", got)
	}
	b := book{name: "machine", data: dir}
	b.use(t, func(l ledger.Ledger) error {
		for _, id := range []string{"HP03", "HP04", "HP10"} {
			e, err := l.Get(t.Context(), "cursos#"+id)
			if err != nil {
				return err
			}
			gone := e
			gone.State, gone.Due, gone.Until, gone.Token = ledger.Rejected, placing.Never, time.Time{}, "gone"
			if _, err := l.Write(t.Context(), e, gone); err != nil {
				return err
			}
		}
		return nil
	})
	if got := typeIn(t, "accounts", "--data", dir, "--connections", without); strings.Contains(got.out, "estudio") {
		t.Errorf("what nobody waits for is shown: %s", got.out)
	}
}

func TestARefusedAccountIsOnMineWhateverElseIs(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.rest(t)
		flags := b.accountFlags(t)
		const line = "\n  account estudio: Omie refuses its key"
		for _, c := range []struct {
			args []string
			want bool
		}{
			{[]string{"--mine"}, true},
			{[]string{"--mine", "--connection", "cursos"}, true},
			{[]string{"--mine", "--connection", "livros"}, false},
			{[]string{"--mine", "--kind", "mapping"}, false},
			{[]string{"--mine", "--state", "rejected"}, false},
			{nil, false},
			// The JSON is of orders alone.
			{[]string{"--mine", "--json"}, false},
		} {
			got := typeIn(t, slices.Concat([]string{"orders", "list"}, c.args, flags)...)
			if got.code != exitDone || strings.Contains(got.out, line) != c.want || strings.Contains(got.out, "\naccount estudio  refused") != c.want {
				t.Errorf("%v: %+v", c.args, got)
			}
		}
	})
}

// Whoever has no file at hand, and nothing else to do, is told all the same.
func TestARefusedAccountIsOnMineWithoutTheFileOfConnections(t *testing.T) {
	t.Chdir(t.TempDir())
	dir := t.TempDir()
	b := book{name: "machine", data: dir}
	b.use(t, func(l ledger.Ledger) error {
		e := ledger.Entry{Key: "cursos#HP01", Token: "t", Connection: "cursos", ERPKind: "omie", Account: "estudio",
			State: ledger.Waiting, Due: noon, Until: noon, ReceivedAt: noon, UpdatedAt: noon}
		_, err := l.Write(t.Context(), ledger.Entry{}, e)
		return err
	})
	if got := typeIn(t, "orders", "list", "--mine", "--data", dir); got.out != "No orders.\n" {
		t.Fatalf("%+v", got)
	}
	b.rest(t)
	got := typeIn(t, "orders", "list", "--mine", "--data", dir)
	for _, want := range []string{"account estudio  refused", "\nNo orders.\n", "\nWaiting for a person:\n  account estudio: Omie refuses its key, or a permission is missing: ",
		"put it into app_key and app_secret of omie/estudio in the file of secrets; ", "It is tried again at 2026-11-21 12:30:00 where carimbo serve runs"} {
		if got.code != exitDone || !strings.Contains(got.out, want) {
			t.Errorf("no %q in %+v", want, got)
		}
	}
}

func TestAccountsOfAFolderOrFileThatIsNotThereAreWrongUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	dir, good := tell(t), write(t, "good.yaml", goodConnections)
	for _, line := range [][]string{
		{"accounts", "--connections", good},
		{"accounts", "--connections", good, "--data", "nowhere"},
		{"accounts", "--data", dir},
		{"accounts", "surplus", "--connections", good, "--data", dir},
		{"accounts", "--connections", good, "--data", dir, "--stack", "shop"},
	} {
		got := typeIn(t, line...)
		if got.code != exitUsage || got.out != "" || !strings.HasPrefix(got.errors, "carimbo: ") || strings.Count(got.errors, "\n") != 1 {
			t.Errorf("%v: %+v", line, got)
		}
	}
	if got := typeIn(t, "accounts", "--data", dir, "--connections", write(t, "bad.yaml", "erps: 1\n")); got.code != exitFailed || !strings.Contains(got.errors, "bad.yaml:1") {
		t.Errorf("a wrong file: %+v", got)
	}
}

// locked is an Omie that lets one App Key in.
type locked struct {
	*omiesim.Sim
	key string
}

func (l locked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && !bytes.Contains(body, []byte(`"`+l.key+`"`)) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"faultstring":"A chave de acesso está inválida ou o aplicativo está suspenso","faultcode":"SOAP-ENV:Client-8000"}`)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	l.Sim.ServeHTTP(w, r)
}

// accountIs asks, beside a serve that runs, until its only account is as wanted, so
// many orders wait for it and nothing is queued.
func accountIs(t *testing.T, clock *clocktest.Clock, flags []string, want operator.AccountState, waiting int) operator.AccountView {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		got := typeWith(t, clock.Now(), "", slices.Concat([]string{"accounts", "--json"}, flags)...)
		var list []operator.AccountView
		if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) != 1 {
			t.Fatalf("%+v", got)
		}
		if list[0].State == want && list[0].Waiting == waiting && *list[0].Queued == 0 {
			return list[0]
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("it is %+v", list[0])
		}
	}
}

func TestARefusedKeyIsToldUntilItIsMendedAndEndsNoLater(t *testing.T) {
	clock := clocktest.At(noon)
	sim := omiesim.New(omiesim.Options{Now: clock.Now})
	omie := httptest.NewServer(locked{sim, "new-key"})
	t.Cleanup(func() {
		sim.Close()
		omie.CloseClientConnections()
		omie.Close()
	})
	dir, secrets := filepath.Join(t.TempDir(), "data"), write(t, "s.yaml", goodSecrets)
	connections := write(t, "c.yaml", strings.Replace(goodConnections, "kind: omie", "kind: omie\n    base_url: "+omie.URL+"/api/v1/", 1))
	flags := []string{"--data", dir, "--connections", connections}
	address := proctest.Address(t)
	log := serveAt(t, clock, append([]string{"--addr", address, "--secrets", secrets, "--spacing", "1s"}, flags...)...)
	heard(t, func() (string, bool) {
		got := typeWith(t, noon, hotmartOrder, append([]string{"send", "--secrets", secrets, "--connection", "cursos", "--connections", connections, "--to", "http://" + address}, "-")...)
		return got.out + got.errors, got.code == exitDone
	})

	refused := accountIs(t, clock, flags, operator.AccountRefused, 1)
	if !refused.Since.Equal(noon) || !refused.Until.After(noon) || !strings.HasPrefix(refused.Why, "A chave de acesso está inválida") || refused.Waiting != 1 || !refused.OldestAt.Equal(noon) {
		t.Errorf("%+v", refused)
	}
	mine := typeWith(t, clock.Now(), "", slices.Concat([]string{"orders", "list", "--mine"}, flags)...)
	if !strings.Contains(mine.out, "account estudio  refused") || !strings.Contains(mine.out, "put it into app_key and app_secret of omie/estudio") {
		t.Errorf("%+v", mine)
	}
	if said := log(); !strings.Contains(said, `"level":"WARN","msg":"the ERP refuses the account's key, or a permission is missing`) || !strings.Contains(said, `"account":"estudio"`) {
		t.Errorf("no warning: %s", said)
	}

	if err := os.WriteFile(secrets, []byte(strings.Replace(goodSecrets, `"123"`, `"new-key"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	// The rest was that of the former key: nobody waits for its end, only until the
	// same customer may be asked for again.
	clock.Pass(3 * time.Second)
	open := accountIs(t, clock, flags, operator.AccountOpen, 0)
	if diff := cmp.Diff(operator.AccountView{Account: "estudio", Kind: "omie", State: operator.AccountOpen, Queued: new(int)}, open); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if mine := typeWith(t, clock.Now(), "", slices.Concat([]string{"orders", "list", "--mine"}, flags)...); mine.out != "No orders.\n" {
		t.Errorf("%+v", mine)
	}
	if n := len(sim.Documents()); n != 1 {
		t.Errorf("%d documents", n)
	}
}

// serveAt runs serve at the clock's time until the test ends, and returns what it
// logged so far.
func serveAt(t *testing.T, clock *clocktest.Clock, args ...string) (log func() string) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	serving, ended := make(chan struct{}), make(chan int, 1)
	errs := &lines{}
	c := newConsole(strings.NewReader(""), &until{stop: func() { close(serving) }}, errs)
	c.now = clock.Now
	go func() { ended <- c.run(ctx, append([]string{"serve"}, args...)) }()
	t.Cleanup(func() {
		end()
		if code := <-ended; code != exitDone {
			t.Errorf("serve: exit code %d: %s", code, errs.String())
		}
	})
	select {
	case <-serving:
	case code := <-ended:
		ended <- code
		t.Fatalf("serve ended with %d: %s", code, errs.String())
	}
	return errs.String
}

// lines are written by one goroutine and read by another.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

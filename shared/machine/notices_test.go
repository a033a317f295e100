package machine_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/notify"
)

// tower is who is told.
type tower struct {
	*httptest.Server
	answer func(http.ResponseWriter)

	mu    sync.Mutex
	ids   map[string]string // what was said under each id
	calls int
}

// watched has the bench's machine tell somebody, once it is started.
func watched(t *testing.T, b *bench) *tower {
	t.Helper()
	w := &tower{ids: map[string]string{}, answer: func(http.ResponseWriter) {}}
	w.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.ids[r.Header.Get("webhook-id")] = string(raw)
		w.calls++
		answer := w.answer
		w.mu.Unlock()
		answer(out)
	}))
	t.Cleanup(w.Close)
	b.configure(strings.TrimSuffix(plainConfig, "}") + `, "notify": {"torre": {"url": "` + w.URL + `"}}}`)
	return w
}

// said is each notice in a word or two.
func (w *tower) said(t *testing.T) []string {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, raw := range slices.Sorted(maps.Values(w.ids)) {
		var body notify.Body
		if err := json.Unmarshal([]byte(raw), &body); err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"Ana", "ana@example.com", cpf(1), cpf(2), "HP0"} {
			if strings.Contains(raw, personal) {
				t.Errorf("%q is in %s", personal, raw)
			}
		}
		list = append(list, strings.Join([]string{string(body.Type), string(body.Kind), body.Account, body.Connection, string(rune('0' + body.Count))}, " "))
	}
	return list
}

// looks has the machine look once: it does when it starts.
func (b *bench) looks(d time.Duration, what string, is func() bool) {
	b.t.Helper()
	b.stop()
	b.clock.Pass(d)
	b.start()
	b.until(what, is)
}

func TestSomebodyIsToldOfOrdersAndAccountsThatNeedThem(t *testing.T) {
	t.Parallel()
	b := plainBench(t, plainConfig)
	w := watched(t, b)
	b.start()
	unmapped := b.purchase(1)
	unmapped.offer = "OUTRO"
	made := b.purchase(2)
	b.accept(unmapped, made)
	b.reaches(unmapped.key(), ledger.Rejected)
	b.reaches(made.key(), ledger.Created)
	made.event, made.created = "PURCHASE_REFUNDED", made.created.Add(time.Hour)
	b.accept(made)
	b.until("the reversal is recorded", func() bool { return !b.entry(made.key()).ReversedAt.IsZero() })
	b.sim.Inject(omiesim.Fault{Mode: omiesim.KeyRefused, Times: 1})
	refused := b.purchase(3)
	b.accept(refused)
	b.reaches(refused.key(), ledger.Waiting)
	three := []string{"attention account estudio  1", "attention rejected estudio cursos 1", "attention reversed estudio cursos 1"}
	b.looks(0, "three notices", func() bool { return len(w.said(t)) == 3 })
	if diff := cmp.Diff(three, w.said(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.later(3 * time.Hour) // the account is tried again, and let in
	b.reaches(refused.key(), ledger.Created)
	kept := func() (gone int) {
		for _, n := range b.notices() {
			if !n.GoneAt.IsZero() {
				gone++
			}
		}
		return gone
	}
	b.looks(0, "the account's cause is gone", func() bool { return kept() == 1 })
	b.looks(time.Minute, "that is told", func() bool { return len(w.said(t)) == 4 })
	if diff := cmp.Diff(append(three, "resolved account estudio  0"), w.said(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// notices are those that the running machine keeps.
func (b *bench) notices() []notify.Notice {
	b.t.Helper()
	list, err := b.machine.Notices(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func TestOrdersAreCreatedAndTheEndComesWhileATowerHangs(t *testing.T) {
	t.Parallel()
	b := plainBench(t, plainConfig)
	w := watched(t, b)
	hangs, let := make(chan struct{}, 1), make(chan struct{})
	w.answer = func(http.ResponseWriter) { hangs <- struct{}{}; <-let }
	b.start()
	unmapped := b.purchase(1)
	unmapped.offer = "OUTRO"
	b.accept(unmapped)
	b.reaches(unmapped.key(), ledger.Rejected)
	b.stop()
	b.start()
	<-hangs
	p := b.purchase(2)
	b.accept(p)
	b.reaches(p.key(), ledger.Created)
	b.stop() // and is over before the tower lets go
	close(let)
	w.mu.Lock()
	w.answer = func(http.ResponseWriter) {}
	w.mu.Unlock()
	b.looks(0, "the same id is told again", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.calls == 2 && len(w.ids) == 1
	})
}

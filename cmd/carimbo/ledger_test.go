package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// story fills a ledger by the transition function, as a worker would.
type story struct {
	t      *testing.T
	ledger ledger.Ledger
	now    time.Time
	rules  placing.Rules
}

// tell fills the ledger of a new data folder with one order of each kind.
func tell(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	toldFiles.once.Do(func() {
		l, err := sqlite.Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		tellTo(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		toldFiles.named = filesIn(t, dir)
	})
	if len(toldFiles.named) == 0 {
		t.Fatal("the story could not be told")
	}
	for name, b := range toldFiles.named {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// toldFiles are those of the first folder to whose ledger the story was told: each
// of its forty writes waits for the disk.
var toldFiles struct {
	once  sync.Once
	named map[string][]byte
}

// filesIn are the folder's, by name.
func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]byte{}
	for _, f := range list {
		if named[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return named
}

func tellTo(t *testing.T, l ledger.Ledger) {
	t.Helper()
	s := &story{t: t, ledger: l, now: noon.Add(-time.Hour), rules: placing.Rules{Spacing: placing.Spacing, CanLookUp: true}}

	s.place("HP01", answered(erp.Answer{Kind: erp.Created, ID: "3847270140", Number: "000000000000016"}))
	s.notice("HP02")
	s.happens("HP02", placing.OrderInvalid{Fence: 1, Facts: facts, Reason: order.Reason{Kind: order.Mapping, Message: words.Plain(`SKU "SEM-MAPA" is not mapped: add it under erps.estudio.services in connections.yaml`)}})
	s.notice("HP03")
	s.happens("HP03", placing.PrepareFailed{Fence: 1, Facts: facts, LaneUntil: noon.Add(30 * time.Minute), Answer: erp.Answer{Kind: erp.AccountRests, Text: words.Plain("API bloqueada por consumo indevido")}})
	lost := answered(erp.Answer{Kind: erp.Lost, Text: words.Plain("no answer within 1m0s")})
	s.place("HP04", lost)
	s.place("HP05", lost)
	s.now = s.now.Add(5 * time.Minute)
	s.wake("HP05")
	s.happens("HP05", placing.LookedUp{Fence: 2, Answer: erp.Answer{Kind: erp.Present, ID: "3847270999", Found: erp.Found{Total: order.Cents(100), OrderNumber: "HP05"}}})
	s.place("HP06", lost)
	s.now = s.now.Add(5 * time.Minute)
	s.wake("HP06")
	s.happens("HP06", placing.LookedUp{Fence: 2, Answer: erp.Answer{Kind: erp.Present, ID: "3847270141", Number: "000000000000017", Found: erp.Found{Total: order.Cents(49700), OrderNumber: "HP06"}}})
	s.arrives("HP07", queue.Reversed, nil)
	s.notice("HP08")
	s.happens("HP08", placing.OrderInvalid{Fence: 1, Facts: facts, Reason: order.Reason{Kind: order.TaxIDReason, Message: words.Plain("no tax id")}})
	s.arrives("HP08", queue.Reversed, nil)
	s.arrives("!9f2b", queue.Raw, []byte("<html>"))
	s.notice("HP09")
	s.happens("HP09", placing.OrderInvalid{Fence: 1, Facts: facts, Reason: order.Reason{Kind: order.RefusedByERP, Message: words.Plain("ERROR: \x1b[2J\x1b]0;pwned\x07 \u202eevil\u009b31m")}})
	s.notice("HP10")
	s.place("HP21", answered(erp.Answer{Kind: erp.Created, ID: "3847270142", Number: "000000000000018"}))
	s.arrives("HP21", queue.Reversed, nil)
	s.place("HP22", answered(erp.Answer{Kind: erp.Created, ID: "3847270143", Number: "000000000000019"}))
	s.arrives("HP22", queue.Paid, []byte(`{"id":"HP22","price":1}`))
}

var facts = placing.Facts{StoreNumber: "A-1", Total: "497.00", Currency: "BRL", Customer: "H.P.", PaidAt: noon.Add(-2 * time.Hour)}

func answered(a erp.Answer) []placing.Event {
	return []placing.Event{placing.Answered{Fence: 1, Answer: a}}
}

// place tells an order up to its create call, and what came of that.
func (s *story) place(id string, then []placing.Event) {
	s.notice(id)
	mark := erp.Mark{Digest: "d", Total: order.Cents(49700), OrderNumber: id}
	s.happens(id, placing.Prepared{Fence: 1, Facts: facts, Mark: mark, TimeLeft: true})
	for _, ev := range then {
		s.happens(id, ev)
	}
}

func (s *story) notice(id string) { s.arrives(id, queue.Paid, []byte(`{"id":"`+id+`"}`)) }

func (s *story) wake(id string) { s.arrives(id, queue.Wake, nil) }

func (s *story) arrives(id string, what queue.Type, body []byte) {
	packed, err := platform.Payload{Body: body}.Pack()
	if err != nil {
		s.t.Fatal(err)
	}
	m := queue.Message{Type: what, Key: "cursos#" + id, Account: "estudio", Connection: "cursos", Platform: "hotmart",
		OrderID: id, Topic: "PURCHASE", Digest: id + string(what) + string(body), ReceivedAt: s.now}
	if body != nil {
		m.Payload = packed
	}
	s.happens(id, placing.Arrival{Message: m, ERPKind: "omie", Reference: erp.NewReference("cursos", "", id), Owner: "owner", Lease: s.now.Add(255 * time.Second)})
}

func (s *story) happens(id string, ev placing.Event) {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	_, step, err := placing.Apply(s.t.Context(), s.ledger, s.rules, "cursos#"+id, ev, func() time.Time { return s.now })
	if err != nil || step.Do == placing.Stop {
		s.t.Fatalf("%s: %T: %s %v", id, ev, step.Do, err)
	}
}

// entry reads one entry back.
func entry(t *testing.T, dir, id string) ledger.Entry {
	t.Helper()
	return book{name: "machine", data: dir}.entry(t, id)
}

package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// rejected are so many orders that the same thing keeps from being created.
func rejected(from, n int) (list []ledger.Entry) {
	for i := range n {
		list = append(list, ledger.Entry{OrderID: fmt.Sprintf("R%04d", from+i), State: ledger.Rejected, Reason: order.Reason{Kind: order.Mapping, Message: words.Plain("no service for the SKU CURSO-X")}})
	}
	return list
}

func (s *shop) state(key string) ledger.Entry {
	s.t.Helper()
	e, err := s.ledger.Get(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(key, err)
	}
	return e
}

func TestOnlyWhatWasCountedIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.keep(rejected(0, 300)...)
		b := s.opened()
		counted := b.send("/retry?lang=en", url.Values{"state": {"rejected"}, "kind": {"mapping"}})
		if counted.status != http.StatusSeeOther {
			t.Fatalf("%d %s", counted.status, counted.text())
		}
		address := counted.header.Get("Location")
		synctest.Wait()
		ready := b.get(address)
		for _, want := range []string{`data-phase="counted"`, `id="start"`} {
			if !strings.Contains(ready.body, want) {
				t.Fatalf("no %s: %s", want, ready.text())
			}
		}
		if !strings.Contains(ready.text(), "can be retried: 300.") || !strings.Contains(ready.text(), "nothing of it is in the ERP: its document is created") {
			t.Errorf("%s", ready.text())
		}
		if e := s.state("cursos#R0000"); e.State != ledger.Rejected || e.Rev != 1 {
			t.Errorf("counting changed it: %+v", e)
		}
		// What comes meanwhile was not counted.
		s.keep(rejected(500, 3)...)
		start := regexp.MustCompile(`id="start" method="post" action="([^"]+)"`).FindStringSubmatch(ready.body)
		done := b.send(strings.ReplaceAll(start[1], "&amp;", "&"), url.Values{"note": {"mapped"}})
		if done.status != http.StatusSeeOther {
			t.Fatalf("%d", done.status)
		}
		b.send(strings.ReplaceAll(start[1], "&amp;", "&"), nil) // pressed twice
		synctest.Wait()
		got := b.get(address)
		if !strings.Contains(got.body, `data-phase="ended"`) || !strings.Contains(got.text(), "Retried: 300 of 300.") || !strings.Contains(got.body, `id="results"`) {
			t.Errorf("%s", got.text())
		}
		for _, key := range []string{"cursos#R0000", "cursos#R0299"} {
			e := s.state(key)
			if last := e.Timeline[len(e.Timeline)-1]; e.State != ledger.Waiting || e.Rev != 2 || last.By != "ana" || last.Note != "mapped" {
				t.Errorf("%s: %s, %+v", key, e.State, e.Timeline)
			}
		}
		if e := s.state("cursos#R0501"); e.State != ledger.Rejected {
			t.Errorf("what wasn't counted is %s", e.State)
		}
	})
}

func TestWhatMovedOnSinceItWasCountedIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.keep(rejected(0, 2)...)
		b := s.opened()
		address := b.send("/retry?lang=en", url.Values{"state": {"rejected"}}).header.Get("Location")
		synctest.Wait()
		before := s.state("cursos#R0001")
		after := before
		after.State, after.ERPID, after.Token = ledger.Created, "77", "other"
		if _, err := s.ledger.Write(t.Context(), before, after); err != nil {
			t.Fatal(err)
		}
		b.send(strings.Replace(address, "/retry?", "/retry/start?", 1), nil)
		synctest.Wait()
		got := b.get(address)
		if !strings.Contains(got.text(), "What can't be retried") || !strings.Contains(got.text(), "the document exists already") || s.state("cursos#R0001").ERPID != "77" {
			t.Errorf("%s", got.text())
		}
	})
}

func TestWithoutAFilterNothingIsCountedAndElseAtMost2000(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.keep(rejected(0, 2001)...)
		b := s.opened()
		if got := b.send("/retry", nil); got.status != http.StatusBadRequest {
			t.Errorf("without a filter: %d", got.status)
		}
		address := b.send("/retry?lang=en", url.Values{"state": {"rejected"}}).header.Get("Location")
		synctest.Wait()
		got := b.get(address)
		if !strings.Contains(got.text(), "can be retried: 2000.") || !strings.Contains(got.text(), "There are more: these are the oldest") || strings.Contains(got.body, "cursos#R0000") {
			t.Errorf("%s", got.text())
		}
		if other := s.opened().get(address); other.status != http.StatusNotFound {
			t.Errorf("another session sees it: %d", other.status)
		}
	})
}

func TestWhatTheStoreReversedIsLeftOutOfARetryOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		list := rejected(0, 2)
		list[1].ReversedAt = noon.Add(-time.Hour)
		s.keep(list...)
		b := s.opened()
		address := b.send("/retry?lang=en", url.Values{"state": {"rejected"}}).header.Get("Location")
		synctest.Wait()
		if got := b.get(address); !strings.Contains(got.text(), "can be retried: 1.") || !strings.Contains(got.text(), "Left out, since the store reversed them: 1.") {
			t.Errorf("%s", got.text())
		}
	})
}

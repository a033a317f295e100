package sensio_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

// simulated is an account at a strict Sensio, both on one clock that only waits
// move.
type simulated struct {
	*sensio.Client
	sim *sensiosim.Sim

	*clocktest.Clock
}

func simulate(t *testing.T, options sensiosim.Options, none ...*sensio.None) *simulated {
	t.Helper()
	s := &simulated{Clock: clocktest.At(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	options.Now = s.Now
	options.Authorization = "Bearer " + appSecret
	s.sim = sensiosim.New(options)
	server := httptest.NewServer(s.sim)
	t.Cleanup(func() {
		s.sim.Close()
		server.Close()
	})
	config, m := parse(t, keyed), memory(t)
	config.BaseURL = server.URL
	for _, n := range none {
		config.LookUp.None = n
	}
	s.Client = sensio.New(config, erp.Options{
		Account: "loja", Credentials: credentials, Notes: m,
		Now: s.Now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			s.Pass(d)
			return ctx.Err()
		},
	})
	return s
}

// placed is a document of the origId, with its customer.
func (s *simulated) placed(t *testing.T, origID string) erp.Document {
	t.Helper()
	o := paid(t, "118.90", "2 x 50")
	o.Freight = money(t, "18.90")
	doc, err := s.Document(o, erp.Reference{Orig: "loja-online", OrigID: origID})
	if err != nil {
		t.Fatal(err)
	}
	doc, answer := s.Customer(t.Context(), doc)
	if answer.Kind != erp.CustomerKnown {
		t.Fatalf("customer: %+v", answer)
	}
	return doc
}

func TestAStrictSensioTakesTheSaleAndShowsIt(t *testing.T) {
	s := simulate(t, sensiosim.Options{
		Items:  []sensiosim.Item{{ID: "prod-1"}},
		People: []sensiosim.Person{{ID: "p-7", Name: "Ana Prado", TaxID: "529.982.247-25"}, {ID: "p-8", TaxID: "11.222.333/0001-81"}},
	})
	doc := s.placed(t, "1")
	created := s.Create(t.Context(), doc)
	if created.Kind != erp.Created || created.Number != "" {
		t.Fatalf("%+v", created)
	}
	if d := s.sim.Documents()[0]; d.CustomerID != "p-7" || d.Customer != "Ana Prado" || !d.Total.Equal(doc.Total) || d.ID != created.ID {
		t.Errorf("sale %+v", d)
	}
	found := s.LookUp(t.Context(), doc.Reference)
	if found.Kind != erp.Present || found.ID != created.ID || !found.Found.Total.Equal(doc.Total) || found.Found.Cancelled {
		t.Errorf("%+v", found)
	}
	if got := s.LookUp(t.Context(), erp.Reference{Orig: "loja-online", OrigID: "2"}); got.Kind != erp.Absent {
		t.Errorf("%+v, want absent", got)
	}
	s.sim.Cancel("loja-online", "1")
	if got := s.LookUp(t.Context(), doc.Reference); !got.Found.Cancelled {
		t.Errorf("%+v, want cancelled", got)
	}
}

func TestEveryKindOfTaxIDFindsItsPerson(t *testing.T) {
	s := simulate(t, sensiosim.Options{People: []sensiosim.Person{{ID: "p-8", TaxID: "11.222.333/0001-81"}}})
	o := paid(t, "10", "1 x 10")
	o.Customer.TaxID = someCNPJ
	doc, answer := s.Customer(t.Context(), document(t, s.Client, o))
	if sale := doc.Body.(sensio.Sale); answer.Kind != erp.CustomerKnown || sale.CustomerID != "p-8" {
		t.Errorf("%+v, customerId %q", answer, sale.CustomerID)
	}
}

func TestTwoCreatesMakeTwoSalesAndNoLookUpCallsThemOne(t *testing.T) {
	s := simulate(t, sensiosim.Options{})
	doc := s.placed(t, "1")
	s.Create(t.Context(), doc)
	s.Pass(61 * time.Second)
	s.Create(t.Context(), doc)
	if n := s.sim.Count("loja-online", "1"); n != 2 {
		t.Fatalf("%d sales", n)
	}
	if got := s.LookUp(t.Context(), doc.Reference); got.Kind != erp.Unprovable {
		t.Errorf("%+v", got)
	}
}

func TestEveryFaultOfSensioHasItsKind(t *testing.T) {
	for _, c := range []struct {
		mode    sensiosim.Mode
		delay   time.Duration
		kind    erp.AnswerKind
		rest    time.Duration
		account bool
		written int
	}{
		{mode: sensiosim.WriteThenReset, kind: erp.Lost, written: 1},
		{mode: sensiosim.WriteThenHTML, kind: erp.Lost, written: 1},
		{mode: sensiosim.WriteThenGarbage, kind: erp.Lost, written: 1},
		{mode: sensiosim.WriteThenError, kind: erp.Lost, written: 1},
		{mode: sensiosim.WriteThenNoID, kind: erp.Lost, written: 1},
		{mode: sensiosim.WriteThenMute, kind: erp.Unknown, written: 1},
		{mode: sensiosim.WriteThenFalse, kind: erp.Unknown, written: 1},
		{mode: sensiosim.DelayedApplyReset, kind: erp.Lost},
		{mode: sensiosim.Slow, kind: erp.Created, delay: time.Millisecond, written: 1},
		{mode: sensiosim.Reset, kind: erp.Lost},
		{mode: sensiosim.HTML, kind: erp.Lost},
		{mode: sensiosim.Garbage, kind: erp.Lost},
		{mode: sensiosim.Redirect, kind: erp.Lost},
		{mode: sensiosim.Outage, kind: erp.Lost},
		{mode: sensiosim.ServerError, kind: erp.Lost},
		{mode: sensiosim.Refusal, kind: erp.Refused},
		{mode: sensiosim.SuccessFalse, kind: erp.Refused},
		{mode: sensiosim.Echo, kind: erp.Refused},
		{mode: sensiosim.Mute, kind: erp.Unknown},
		{mode: sensiosim.Rate, kind: erp.AccountRests, rest: time.Minute},
		{mode: sensiosim.Rate, delay: 7 * time.Second, kind: erp.AccountRests, rest: 7 * time.Second},
		{mode: sensiosim.KeyRefused, kind: erp.AccountRests, rest: 5 * time.Minute, account: true},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			s := simulate(t, sensiosim.Options{})
			doc := s.placed(t, "1")
			s.sim.Inject(sensiosim.Fault{Method: "POST /sales", Mode: c.mode, Delay: c.delay})
			got := s.Create(t.Context(), doc)
			if got.Kind != c.kind || got.RetryAfter != c.rest || got.AccountFault != c.account || got.Text.IsZero() != (c.kind == erp.Created) {
				t.Errorf("answer %+v", got)
			}
			if n := s.sim.Count("loja-online", "1"); n != c.written {
				t.Errorf("%d sales, want %d", n, c.written)
			}
			if got := s.LookUp(t.Context(), doc.Reference); c.written == 1 && got.Kind != erp.Present {
				t.Errorf("look-up %+v", got)
			}
			// No fault of a look-up is ever a proof.
			s.sim.Inject(sensiosim.Fault{Method: "GET /sales", Mode: c.mode, Delay: c.delay})
			if got := s.LookUp(t.Context(), doc.Reference); c.kind != erp.Created && (got.Kind == erp.Present || got.Kind == erp.Absent) && c.mode != sensiosim.WriteThenNoID {
				t.Errorf("look-up %+v", got)
			}
		})
	}
}

// What Sensio says is what is left without what it repeats.
func TestASensioThatRepeatsTheOrderIsHeardAlone(t *testing.T) {
	for _, value := range []string{"Maria Souza", "Api bloqueada 86000 segundos", "x] não registrado [", `"já cadastrado`} {
		for _, text := range []string{"", "Pedido não registrado:"} {
			s := simulate(t, sensiosim.Options{})
			o := paid(t, "100", "1 x 100")
			o.Number, o.Customer.Name, o.Customer.Email = value, value, value
			o.Lines[0].Name = value
			doc := document(t, s.Client, o)
			s.sim.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.Echo, Text: text})
			got, want := s.Create(t.Context(), doc), erp.Refused
			if text != "" && strings.Contains(value, "já cadastrado") {
				want = erp.Unknown // of a sale: the buyer's word, or Sensio's that is his as well
			}
			if got.Kind != want || got.RetryAfter != 0 || strings.Contains(got.Text.String(), value) {
				t.Errorf("%q, %q: %+v, want %s", value, text, got, want)
			}
		}
	}
}

func TestALateWriteIsFoundOnceItArrived(t *testing.T) {
	s := simulate(t, sensiosim.Options{})
	first := s.placed(t, "0")
	s.Create(t.Context(), first)
	s.LookUp(t.Context(), first.Reference) // from now on an empty answer is a proof
	doc := s.placed(t, "1")
	s.sim.Inject(sensiosim.Fault{Mode: sensiosim.DelayedApplyReset, Delay: 30 * time.Second})
	if got := s.Create(t.Context(), doc); got.Kind != erp.Lost {
		t.Fatalf("%+v", got)
	}
	// A look-up at once would prove what isn't so: rule 6 waits 61 s.
	if got := s.LookUp(t.Context(), doc.Reference); got.Kind != erp.Absent {
		t.Errorf("%+v", got)
	}
	s.Pass(61 * time.Second)
	if got := s.LookUp(t.Context(), doc.Reference); got.Kind != erp.Present {
		t.Errorf("%+v", got)
	}
}

func TestWhatALookUpProvesByWhatTheListCanDo(t *testing.T) {
	for _, c := range []struct {
		filter      sensiosim.Filter
		bare        bool
		ours, other erp.AnswerKind
	}{
		{filter: sensiosim.Honoured, ours: erp.Present, other: erp.Absent},
		{filter: sensiosim.Honoured, bare: true, ours: erp.Present, other: erp.Absent},
		{filter: sensiosim.Ignored, ours: erp.Present, other: erp.Unprovable},
		{filter: sensiosim.Missing, ours: erp.Lost, other: erp.Lost},
		{filter: sensiosim.Deaf, ours: erp.Unprovable, other: erp.Unprovable},
	} {
		s := simulate(t, sensiosim.Options{Filter: c.filter, Bare: c.bare, PageSize: 3})
		for _, id := range []string{"1", "2"} {
			s.Create(t.Context(), s.placed(t, id))
		}
		ours := s.LookUp(t.Context(), erp.Reference{Orig: "loja-online", OrigID: "2"})
		other := s.LookUp(t.Context(), erp.Reference{Orig: "loja-online", OrigID: "3"})
		if ours.Kind != c.ours || other.Kind != c.other || ours.Found.TotalUnknown != (c.bare && ours.Kind == erp.Present) {
			t.Errorf("%q: %+v and %+v", c.filter, ours, other)
		}
	}
}

func TestAListThatGoesDeafProvesNoAbsence(t *testing.T) {
	for none, looks := range map[sensiosim.None]*sensio.None{
		sensiosim.EmptyList: nil, sensiosim.NotFound: {}, sensiosim.NotSuccess: {Fields: map[string]any{"success": false}},
	} {
		t.Run("none is "+string(none), func(t *testing.T) { goesDeaf(t, simulate(t, sensiosim.Options{None: none}, looks)) })
	}
}

func goesDeaf(t *testing.T, s *simulated) {
	t.Helper()
	there, other := s.placed(t, "1"), erp.Reference{Orig: "loja-online", OrigID: "2"}
	s.Create(t.Context(), there)
	s.LookUp(t.Context(), there.Reference)
	for _, c := range []struct {
		filter sensiosim.Filter
		want   erp.AnswerKind
	}{{sensiosim.Honoured, erp.Absent}, {sensiosim.Deaf, erp.Unprovable}, {sensiosim.Honoured, erp.Absent}} {
		s.sim.SetFilter(c.filter)
		if got := s.LookUp(t.Context(), other); got.Kind != c.want {
			t.Errorf("%q: %+v, want %s", c.filter, got, c.want)
		}
	}
}

// impatient is a caller who gives up once the simulator has done what it will do of
// the next call.
func impatient(t *testing.T, sim *sensiosim.Sim) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	heard := len(sim.Calls())
	look := time.NewTicker(time.Millisecond)
	var watch sync.WaitGroup
	watch.Go(func() {
		defer look.Stop()
		for len(sim.Calls()) == heard && ctx.Err() == nil {
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

// TestSilenceIsLost: the invocation ends before the limit does, whose own test
// has a clock that needn't be waited for.
func TestSilenceIsLost(t *testing.T) {
	for mode, written := range map[sensiosim.Mode]int{sensiosim.WriteThenSilence: 1, sensiosim.Hang: 0, sensiosim.DelayedApply: 1} {
		t.Run(string(mode), func(t *testing.T) {
			s := simulate(t, sensiosim.Options{})
			doc := s.placed(t, "1")
			s.sim.Inject(sensiosim.Fault{Mode: mode, Delay: 30 * time.Second})
			ctx := impatient(t, s.sim)
			if got := s.Create(ctx, doc); got.Kind != erp.Lost {
				t.Errorf("%+v", got)
			}
			s.Pass(61 * time.Second)
			if n := s.sim.Count("loja-online", "1"); n != written {
				t.Errorf("%d sales, want %d", n, written)
			}
		})
	}
}

package omie_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/order"
)

// watched is an account that has Omie asked for the stock.
var watched = strings.Replace(goods, `"document"`, `"stock": "warn", "document"`, 1)

// stocked are as many pieces of CURSO-GO and MANUT-01, the second ones in a stock of their own
// as well.
func (s *simulated) stocked(courses, repairs, elsewhere int64) {
	s.sim.Restock(5366578297, 0, order.Pieces(courses))
	s.sim.Restock(5366578301, 0, order.Pieces(repairs))
	s.sim.Restock(5366578301, 3731400007, order.Pieces(elsewhere))
}

// warned is the warning about a document that is made all the same.
func (s *simulated) warned(t *testing.T, o order.Order) string {
	t.Helper()
	doc, err := s.Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	doc, answer := s.Customer(t.Context(), doc)
	if answer.Kind != erp.CustomerKnown || doc.CustomerID == "" {
		t.Fatalf("customer: %+v", answer)
	}
	return answer.Warning.String()
}

// asked is how often Omie was asked for the stock.
func (s *simulated) asked() (n int) {
	for _, c := range s.sim.Calls() {
		if c.Method == "ListarPosEstoque" {
			n++
		}
	}
	return n
}

func TestMissingStockIsToldAndHindersNothing(t *testing.T) {
	place := func(fields string) string {
		return strings.Replace(watched, `"customer"`, `"products": {"*": {"codigo_produto_integracao": "{line.sku}", `+fields+`}}, "customer"`, 1)
	}
	for name, c := range map[string]struct {
		settings           string
		courses, repairs   int64
		elsewhere          int64
		before             func(s *simulated, t *testing.T)
		want               []string
		questions, created int
	}{
		"enough of all":     {settings: watched, courses: 2, repairs: 1, questions: 1},
		"too little of one": {settings: watched, courses: 1, repairs: 1, want: []string{`of "CURSO-GO" 2 ordered, 1 free (1 in stock, 0 reserved`}, questions: 1},
		"none of one":       {settings: watched, courses: 2, want: []string{`of "MANUT-01" 1 ordered, none free`}, questions: 1},
		"less than nothing": {settings: watched, courses: -5, repairs: 9, want: []string{`of "CURSO-GO" 2 ordered, none free (-5 in stock`}, questions: 1},
		"of both":           {settings: watched, want: []string{`of "CURSO-GO" 2`, `of "MANUT-01" 1`}, questions: 1},
		"nobody asks":       {settings: goods},
		"asked not to":      {settings: strings.Replace(watched, "warn", "ignore", 1)},
		"which isn't moved": {settings: place(`"inf_adic": {"nao_movimentar_estoque": "S"}`)},
		"of another stock":  {settings: place(`"inf_adic": {"codigo_local_estoque": 3731400007}`), courses: 9, repairs: 9, elsewhere: 1, want: []string{`of "CURSO-GO" 2 ordered, none free`}, questions: 1},
		"of one product in two stocks": {settings: strings.Replace(watched, `"customer"`, `"products": {"CURSO-GO": {"codigo_produto": 5366578301}, "MANUT-01": {"codigo_produto": 5366578301, "inf_adic": {"codigo_local_estoque": 3731400007}}}, "customer"`, 1),
			repairs: 1, elsewhere: 1, want: []string{`of "CURSO-GO" 2 ordered, 1 free (1 in stock`}, questions: 2},
		"by the code on screen": {settings: strings.Replace(watched, `"customer"`, `"products": {"CURSO-GO": {"codigo": "PRD00001"}, "MANUT-01": {"codigo_produto": 5366578301}}, "customer"`, 1),
			courses: 1, want: []string{`of "CURSO-GO" 2 ordered, 1 free`, `of "MANUT-01" 1 ordered, none free`}, questions: 1},
		"spoken for by open pedidos": {settings: watched, courses: 3, repairs: 3, before: func(s *simulated, t *testing.T) {
			o := bought(t)
			s.warned(t, o)
			if got := s.Create(t.Context(), s.pedido(t, o)); got.Kind != erp.Created {
				t.Fatalf("%+v", got)
			}
			s.pass(61 * time.Second)
		}, want: []string{`of "CURSO-GO" 2 ordered, 1 free (3 in stock, 2 reserved or in open pedidos)`}, questions: 2, created: 1},
		"of the same product twice": {settings: strings.Replace(watched, `"customer"`, `"products": {"*": {"codigo": "PRD00001"}}, "customer"`, 1), courses: 2,
			want: []string{`of "CURSO-GO" 3 ordered, 2 free`}, questions: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulate(t, c.settings, func(o *erp.Options) { o.Notes = memory.New() })
			s.stocked(c.courses, c.repairs, c.elsewhere)
			if c.before != nil {
				c.before(s, t)
			}
			o := bought(t)
			got := s.warned(t, o)
			if (got == "") != (len(c.want) == 0) || got != "" && !strings.HasPrefix(got, "Omie has too little in stock, and the pedido is made all the same: ") {
				t.Errorf("warned %q", got)
			}
			if n := strings.Count(got, "ordered"); n != len(c.want) {
				t.Errorf("warned %q, of %d products, want %d", got, n, len(c.want))
			}
			for _, words := range c.want {
				if !strings.Contains(got, words) {
					t.Errorf("warned %q, want %q", got, words)
				}
			}
			if n := s.asked(); n != c.questions {
				t.Errorf("asked %d times, want %d", n, c.questions)
			}
		})
	}
}

// TestAStockThatCantBeAskedCostsNoOrder: whatever becomes of the question, the pedido is made,
// and Omie isn't asked again for a while; an account that has to rest rests.
func TestAStockThatCantBeAskedCostsNoOrder(t *testing.T) {
	for name, c := range map[string]struct {
		fault omiesim.Fault
		rests time.Duration
		quiet time.Duration
	}{
		"a page of HTML":     {fault: omiesim.Fault{Mode: omiesim.HTML, Status: 502}, quiet: 5 * time.Minute},
		"garbage":            {fault: omiesim.Fault{Mode: omiesim.Status200Garbage}, quiet: 5 * time.Minute},
		"not hired":          {fault: omiesim.Fault{Mode: omiesim.KeyRefused, Status: 500, Text: "ERROR: O módulo de Estoque não foi contratado.", Code: "SOAP-ENV:Client-103"}, quiet: time.Hour},
		"no permission":      {fault: omiesim.Fault{Mode: omiesim.HTML, Status: http.StatusForbidden}, quiet: time.Hour},
		"unheard-of words":   {fault: omiesim.Fault{Mode: omiesim.Refusal}, quiet: time.Hour},
		"an unknown product": {fault: omiesim.Fault{Mode: omiesim.Refusal, Text: "ERROR: Produto não cadastrado para o Código de Integração [CURSO-GO] !", Code: "SOAP-ENV:Client-105"}, quiet: time.Hour},
		"redundant":          {fault: omiesim.Fault{Mode: omiesim.Redundant}, quiet: time.Hour},
		"blocked":            {fault: omiesim.Fault{Mode: omiesim.Blocked}, rests: 1800 * time.Second, quiet: time.Hour},
		"too many calls":     {fault: omiesim.Fault{Mode: omiesim.Rate}, rests: time.Minute, quiet: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulate(t, watched, func(o *erp.Options) { o.Notes = memory.New() })
			s.stocked(0, 0, 0)
			s.sim.OnCall(func(method, _ string) *omiesim.Fault {
				if method == "ListarPosEstoque" {
					return &c.fault
				}
				return nil
			})
			o := bought(t)
			doc, err := s.Document(o, pedidoReference)
			if err != nil {
				t.Fatal(err)
			}
			began := s.clock.Now()
			doc, answer := s.Customer(t.Context(), doc)
			if c.rests > 0 {
				if answer.Kind != erp.AccountRests || answer.RetryAfter != c.rests || answer.AccountFault || !strings.HasPrefix(answer.Text.String(), "asking for the stock: ") {
					t.Fatalf("%+v, want to rest for %s", answer, c.rests)
				}
				s.pass(c.rests)
				if doc, answer = s.Customer(t.Context(), doc); !answer.Warning.IsZero() {
					t.Errorf("warned %q", answer.Warning)
				}
			} else if !strings.HasPrefix(answer.Warning.String(), "whether Omie has enough of what was sold isn't known: ") {
				t.Errorf("warned %q", answer.Warning)
			}
			if answer.Kind != erp.CustomerKnown || s.asked() != 1 {
				t.Fatalf("%+v after %d questions", answer, s.asked())
			}
			if got := s.Create(t.Context(), doc); got.Kind != erp.Created {
				t.Errorf("%+v", got)
			}
			s.sim.OnCall(nil)
			s.pass(c.quiet - s.clock.Now().Sub(began))
			if s.warned(t, o); s.asked() != 1 {
				t.Error("asked again at once")
			}
			s.pass(c.rests + 11*time.Second)
			if got := s.warned(t, o); s.asked() != 2 || !strings.Contains(got, "none free") {
				t.Errorf("after %s asked %d times, warned %q", c.quiet, s.asked(), got)
			}
		})
	}
}

func TestTheStockOfEqualOrdersIsAskedOnceAMinute(t *testing.T) {
	s := simulate(t, watched, func(o *erp.Options) { o.Notes = memory.New() })
	s.stocked(0, 0, 0)
	o := bought(t)
	var warnings []bool
	for _, later := range []time.Duration{0, time.Second, 59 * time.Second, 2 * time.Second} {
		s.pass(later)
		warnings = append(warnings, s.warned(t, o) != "")
	}
	if !slices.Equal(warnings, []bool{true, false, false, true}) || s.asked() != 2 {
		t.Errorf("warned %v, asked %d times", warnings, s.asked())
	}
}

// until has a deadline by the test's clock.
type until struct {
	context.Context
	end time.Time
}

func (u until) Deadline() (time.Time, bool) { return u.end, true }

func TestAStockIsAskedForOnlyWithTimeForTheCreate(t *testing.T) {
	for left, want := range map[time.Duration]int{79 * time.Second: 0, 240 * time.Second: 1} {
		s := simulate(t, watched)
		ctx := until{t.Context(), s.clock.Now().Add(left)}
		doc, err := s.Document(bought(t), pedidoReference)
		if err != nil {
			t.Fatal(err)
		}
		if _, answer := s.Customer(ctx, doc); answer.Kind != erp.CustomerKnown || s.asked() != want {
			t.Errorf("with %s left: %+v, asked %d times, want %d", left, answer, s.asked(), want)
		}
	}
}

func TestAPreviewSaysWhichStockIsAskedFor(t *testing.T) {
	o := bought(t)
	for settings, want := range map[string]bool{watched: true, goods: false} {
		doc, err := client(t, settings).Document(o, pedidoReference)
		if err != nil {
			t.Fatal(err)
		}
		_, open, err := omie.Kind().Request(doc)
		if err != nil || strings.Contains(open.String(), `asked for the stock of "CURSO-GO", "MANUT-01"; what is short is told in the order's timeline`) != want {
			t.Errorf("%q, %v", open, err)
		}
	}
}

func TestOmiesOwnWordsOfAShortStockAreTold(t *testing.T) {
	for words, want := range map[string]string{
		"Pedido cadastrado com sucesso!":                                 "",
		"Pedido cadastrado com sucesso! Produto sem saldo em estoque.":   "Pedido cadastrado com sucesso! Produto sem saldo em estoque.",
		"Pedido cadastrado com sucesso! Estoque insuficiente: [PRD0001]": "Pedido cadastrado com sucesso! Estoque insuficiente: [PRD0001]",
	} {
		o := &omieAnswers{methods: map[string]answer{"IncluirPedido": {status: 200, body: written(map[string]any{
			"codigo_pedido": 7, "codigo_pedido_integracao": reference.Code, "codigo_status": "0", "descricao_status": words, "numero_pedido": "16"})}}}
		c := calling(t, "http://omie.example", func(opt *options) { opt.Transport = o })
		if got := c.Create(t.Context(), readyGoods(t)); got.Kind != erp.Created || got.Text.String() != want {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

// deaf never answers a question for the stock, and the rest at once.
type deaf struct{ *omieAnswers }

func (d deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/estoque/consulta/") {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return d.omieAnswers.RoundTrip(r)
}

func TestAStockIsWaitedForTenSecondsAtTheMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config, err := omie.Parse([]byte(watched))
		if err != nil {
			t.Fatal(err)
		}
		c := omie.New(config, erp.Options{Account: "estudio", Credentials: credentials, Transport: deaf{&omieAnswers{methods: map[string]answer{}}}})
		o := paid(t, "100", "1 x 100")
		o.Customer.TaxID = ""
		doc, err := c.Document(o, pedidoReference)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, answer := c.Customer(t.Context(), doc)
		if took := time.Since(began); answer.Kind != erp.CustomerKnown || took > 11*time.Second {
			t.Errorf("%+v after %s", answer, took)
		}
	})
}

// watchedGoods is a pedido of one CURSO-GO, whose stock is asked for.
func watchedGoods(t *testing.T) erp.Document {
	t.Helper()
	o := paid(t, "100", "1 x 100")
	o.Customer.TaxID = ""
	doc, err := client(t, watched).Document(o, pedidoReference)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// parsed are an account's settings.
func parsed(t *testing.T, settings string) omie.Config {
	t.Helper()
	c, err := omie.Parse([]byte(settings))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listened are the requests as they are sent.
type listened struct{ bodies []string }

func (l *listened) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	l.bodies = append(l.bodies, string(body))
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultTransport.RoundTrip(r)
}

// TestAQuestionForTheStockIsBounded: of an order of many products out of many stocks.
func TestAQuestionForTheStockIsBounded(t *testing.T) {
	var products, places []string
	var known []omiesim.Product
	o := paid(t, "80", slices.Repeat([]string{"1 x 1"}, 80)...)
	o.Customer = buyer()
	for i := range o.Lines {
		sku, place := fmt.Sprintf("SKU-%02d", i), 0
		if i >= 60 { // five stocks of four products each
			place = 3731400001 + i%5
		}
		o.Lines[i].SKUs = []string{sku}
		known = append(known, omiesim.Product{IntegrationCode: sku, StockAt: map[int64]order.Quantity{int64(place): order.Pieces(0)}})
		places = append(places, fmt.Sprintf(`{"codigo_produto_integracao": %q, "inf_adic": {"codigo_local_estoque": %d}}`, sku, place))
		products = append(products, fmt.Sprintf(`%q: %s`, sku, strings.Replace(places[i], `, "inf_adic": {"codigo_local_estoque": 0}`, "", 1)))
	}
	sent := &listened{}
	s := simulate(t, strings.Replace(watched, `"customer"`, `"products": {`+strings.Join(products, ", ")+`}, "customer"`, 1), func(o *erp.Options) { o.Transport = sent })
	s.sim.KnowProducts(known)
	got := s.warned(t, o)
	if n := s.asked(); n != 3 {
		t.Errorf("asked %d times, want 3", n)
	}
	for _, body := range sent.bodies {
		if n := strings.Count(body, `"cCodInt"`); n > 50 {
			t.Errorf("asked for %d products at once", n)
		}
	}
	// 50 of the first stock and 4 of each of the next two: five are named.
	if !strings.HasSuffix(got, "; and of 53 products more") || strings.Count(got, "ordered") != 5 || len(got) > 500 {
		t.Errorf("warned %q", got)
	}
}

// counted are notes that know how often they were written.
type counted struct {
	*memory.Ledger
	writes int
}

func (c *counted) WriteNote(ctx context.Context, account, name string, before, after erp.Note) (bool, error) {
	c.writes++
	return c.Ledger.WriteNote(ctx, account, name, before, after)
}

// TestTheStockIsAskedOnceByAllProcesses: a question is noted before it goes out, so that no other
// process asks the same, whoever dies over it.
func TestTheStockIsAskedOnceByAllProcesses(t *testing.T) {
	notes, noted := &counted{Ledger: memory.New()}, 0
	shares := func(o *erp.Options) { o.Notes = notes }
	s := simulate(t, watched, shares)
	s.stocked(0, 0, 0)
	s.sim.OnCall(func(method, _ string) *omiesim.Fault {
		if method == "ListarPosEstoque" {
			noted = notes.writes
		}
		return nil
	})
	o := bought(t)
	o.Customer = order.Customer{}
	if got := s.warned(t, o); got == "" || noted != 1 {
		t.Errorf("warned %q, noted %d times before it asked", got, noted)
	}
	other := *s
	config := parsed(t, watched)
	config.BaseURL = s.url
	other.Client = omie.New(config, erp.Options{Account: "estudio", Credentials: credentials, Now: s.clock.Now, Notes: notes,
		Sleep: func(_ context.Context, d time.Duration) error { s.pass(d); return nil }})
	s.pass(time.Second)
	if got := other.warned(t, o); got != "" || s.asked() != 1 {
		t.Errorf("warned %q, asked %d times", got, s.asked())
	}
}

package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	simulated "github.com/carimbo/carimbo/shared/erp/simulators"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

func TestTheDemoEndsEveryOrderAsItShouldAndLeavesNothingBehind(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"demo", "--once", "--addr", "127.0.0.1:0"}, strings.NewReader(""), &out, &errs)
	if code != exitDone || errs.Len() > 0 {
		t.Fatalf("exit code %d: %s\n%s", code, errs.String(), out.String())
	}
	for _, want := range []string{
		"200  loja-wp ", "401  cursos#HP2640900000", "uncertain: the answer got lost", "9 orders: 7 created, 2 rejected",
		"loja-wp#4127               created: Sensio sale ", "loja-online#6120438815907  created: Sensio sale ",
		"livraria#4142              created: Omie pedido ",
		// With freight.
		"cursos-wp#4131             created: Omie OS ", "cursos-loja#6120438823014  created: Omie OS ",
		"cursos#HP2640917385        created: Omie OS ", "cursos#HP2640930551        created: Omie OS ",
		`SKU "SEM-MAPA" is not mapped`, "Every order ended as it should: Omie holds 5 documents, Sensio 2 sales. None twice.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
	// Told once as news, and once in the table.
	if n := strings.Count(out.String(), "(found)"); n != 4 {
		t.Errorf("%d times found instead of 4:\n%s", n, out.String())
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}

// until calls stop when it is told that the demo serves.
type until struct {
	bytes.Buffer
	stop func()
}

func (u *until) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("Serving.")) {
		u.stop()
	}
	return u.Buffer.Write(b)
}

func TestTheDemoServesUntilItIsInterrupted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, errs := until{stop: stop}, bytes.Buffer{}
	if code := run(ctx, []string{"demo", "--addr", "127.0.0.1:0"}, strings.NewReader(""), &out, &errs); code != exitDone {
		t.Fatalf("exit code %d: %s\n%s", code, errs.String(), out.String())
	}
	for _, want := range []string{"orders list --mine --data ", "send --connection cursos --to http://127.0.0.1:", "X-HOTMART-HOTTOK: demo-hottok", "preview --connection loja-wp "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

func TestTheDemosOrdersArePaidAMinuteAgo(t *testing.T) {
	for _, now := range []time.Time{noon, noon.AddDate(3, 0, 0), noon.AddDate(-1, 0, 0), noon.Add(15*time.Hour + 700*time.Millisecond)} {
		sc, err := writeScript(t.TempDir(), now)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range sc {
			if st.sample == "" {
				continue
			}
			r, err := st.request(now)
			if err != nil {
				t.Fatal(err)
			}
			settings := platform.Settings{Connection: st.from.Connection}
			told, err := st.from.platform.Read(r, settings)
			if err != nil {
				t.Fatal(err)
			}
			sent, err := st.from.platform.Order(told.Payload, settings)
			if err != nil {
				t.Fatal(err)
			}
			for _, paid := range []time.Time{told.PaidAt, sent.PaidAt} {
				if age := now.Sub(paid); age < time.Minute || age > 2*time.Minute {
					t.Errorf("%s: at %s it was paid %s ago", st.what, now, age)
				}
			}
		}
	}
}

func TestWhatIsShiftedKeepsItsTimeZone(t *testing.T) {
	const given = `{"approved_date": 1000, "price": 1000, "created_at": "2026-11-21T23:02:14-03:00", "date_paid": "2026-11-21T10:43:52", "date_completed": null, "note": "em 2026-11-21T10:43:52"}`
	const want = `{"approved_date": 7201000, "price": 1000, "created_at": "2026-11-22T01:02:14-03:00", "date_paid": "2026-11-21T12:43:52", "date_completed": null, "note": "em 2026-11-21T10:43:52"}`
	if diff := cmp.Diff(want, string(redate([]byte(given), 2*time.Hour))); diff != "" {
		t.Error(diff)
	}
}

func TestAnOrderThatEndsOtherwiseFailsTheDemo(t *testing.T) {
	l, err := sqlite.Open(t.Context(), tell(t))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	courses, online := demoShopOf(t, "cursos"), demoShopOf(t, "loja-online")
	for _, c := range []struct {
		step step
		want string
	}{
		{step{from: courses, orderID: "HP02", state: ledger.Rejected, kind: order.Mapping}, ""},
		{step{from: courses, orderID: "HP77"}, ""},
		{step{from: online, orderID: "77"}, ""},
		{step{from: courses, orderID: "HP02", state: ledger.Rejected, kind: order.TaxIDReason}, "is rejected mapping instead of rejected tax_id"},
		{step{from: courses, orderID: "HP02", state: ledger.Created}, "is rejected mapping instead of created"},
		{step{from: courses, orderID: "HP01", state: ledger.Created}, "Omie holds 0 documents of it instead of 1"},
		{step{from: courses, orderID: "HP01", state: ledger.Created, lost: true}, "is created"},
		{step{from: courses, orderID: "HP77", state: ledger.Created}, "no such order"},
		{step{from: courses, orderID: "HP01"}, "there is an order of it"},
		{step{from: online, orderID: "77", state: ledger.Created}, "no such order"},
	} {
		c.step.key = c.step.from.Connection + "#" + c.step.orderID
		err := script{c.step}.verify(t.Context(), l, emptySimulators())
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.step, err)
		}
	}
}

func demoShopOf(t *testing.T, connection string) demoShop {
	t.Helper()
	for _, shop := range demoShops() {
		if shop.Connection == connection {
			return shop
		}
	}
	t.Fatalf("the demo has no %s", connection)
	return demoShop{}
}

func emptySimulators() *simulators {
	sims := &simulators{}
	for _, kind := range simulated.All() {
		sims.running = append(sims.running, simulator{Simulator: kind.New(time.Second), kind: kind})
	}
	return sims
}

func TestASecondSaleOfOneOrderFailsTheDemo(t *testing.T) {
	sims := emptySimulators()
	st := step{from: demoShopOf(t, "loja-online"), orderID: "77", state: ledger.Created, key: "loja-online#77"}
	l, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Write(t.Context(), ledger.Entry{}, ledger.Entry{Key: st.key, Token: "a", State: ledger.Created}); err != nil {
		t.Fatal(err)
	}
	for n, want := range []string{"Sensio holds 0 documents of it instead of 1", "", "Sensio holds 2 documents of it instead of 1"} {
		err := script{st}.verify(t.Context(), l, sims)
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("with %d sales: %v", n, err)
		}
		body := `{"type": "Venda", "customer": "Ana Prado", "total": 10, "netTotal": 10, "orig": "loja-online", "origId": "77", "saleLines": [{"productId": "p", "qty": 1, "price": 10}]}`
		sold := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/sales", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if sims.of("sensio").ServeHTTP(sold, r); sold.Code/100 != 2 {
			t.Fatalf("%d %s", sold.Code, sold.Body)
		}
	}
	if err := (script{}).verify(t.Context(), l, sims); err == nil || !strings.Contains(err.Error(), "the simulator of Sensio holds 3 documents instead of 0") {
		t.Errorf("sales that nobody asked for: %v", err)
	}
}

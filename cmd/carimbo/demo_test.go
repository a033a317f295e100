package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/order"
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
		"401 ", "uncertain: Omie's answer got lost", "(found)", "4 orders: 2 created, 2 rejected",
		`SKU "SEM-MAPA" is not mapped`, "Every order ended as it should: Omie holds 2 OS.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
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
	for _, want := range []string{"orders list --mine --data ", "send --connection cursos --to http://127.0.0.1:", "X-HOTMART-HOTTOK: demo-hottok"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

func TestTheDemosPurchasesAreDatedAMinuteAgo(t *testing.T) {
	for _, now := range []time.Time{noon, noon.AddDate(3, 0, 0), noon.AddDate(-1, 0, 0)} {
		dir := t.TempDir()
		if _, err := writeScript(dir, now); err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(filepath.Join(dir, "purchase_approved.json"))
		if err != nil {
			t.Fatal(err)
		}
		sent, err := at(now, "", nil, nil).read(demoStore(t, dir), body)
		if err != nil {
			t.Fatal(err)
		}
		if age := now.Sub(sent.PaidAt); age < time.Minute || age > 2*time.Minute {
			t.Errorf("at %s it was paid %s ago", now, age)
		}
	}
}

func demoStore(t *testing.T, dir string) store {
	t.Helper()
	var out, errs bytes.Buffer
	c := at(noon, "", &out, &errs)
	root := c.root()
	if _, err := c.prepare(dir); err != nil {
		t.Fatal(err)
	}
	s, err := c.connect(root, demoConnection)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnOrderThatEndsOtherwiseFailsTheDemo(t *testing.T) {
	l, err := sqlite.Open(t.Context(), tell(t))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, c := range []struct {
		step step
		want string
	}{
		{step{transaction: "HP02", state: ledger.Rejected, kind: order.Mapping}, ""},
		{step{transaction: "HP77"}, ""},
		{step{transaction: "HP02", state: ledger.Rejected, kind: order.TaxIDReason}, "is rejected mapping instead of rejected tax_id"},
		{step{transaction: "HP02", state: ledger.Created}, "is rejected mapping instead of created"},
		{step{transaction: "HP01", state: ledger.Created}, "Omie holds 0 documents of it instead of 1"},
		{step{transaction: "HP01", state: ledger.Created, lost: true}, "is created"},
		{step{transaction: "HP77", state: ledger.Created}, "no such order"},
		{step{transaction: "HP01"}, "there is an order of it"},
	} {
		c.step.key = "cursos#" + c.step.transaction
		err := script{c.step}.verify(t.Context(), l, omiesim.New(omiesim.Options{}))
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.step, err)
		}
	}
}

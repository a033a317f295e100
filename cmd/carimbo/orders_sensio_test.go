package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// sensioConnections has one account with a look-up, and one without.
const sensioConnections = `erps:
  cega: { kind: sensio, base_url: "https://sensio.example/api", headers: { Authorization: "Bearer {app_secret}" }, sale: { type: Venda }, items: { "*": { productId: p1 } } }
  loja: { kind: sensio, base_url: "https://sensio.example/api", headers: { Authorization: "Bearer {app_secret}" }, sale: { type: Venda }, items: { "*": { productId: p1 } },
          lookup: { path: "/sales?orig={orig}&origId={origId}", rows: response, id: id } }
connections:
  um: { platform: generic, erp: cega, since: 2026-11-01 }
  dois: { platform: generic, erp: loja, since: 2026-11-01 }
`

// sell tells of three sales of an account: 7 has no known end, 8 waits, 9 was
// created.
func sell(t *testing.T, l ledger.Ledger, connection, account string, canLookUp bool) {
	t.Helper()
	s := &story{t: t, ledger: l, rules: placing.Rules{Spacing: placing.Spacing, CanLookUp: canLookUp}, now: noon.Add(-2 * placing.Spacing)}
	happens := func(id string, ev placing.Event) {
		t.Helper()
		if _, step, err := placing.Apply(t.Context(), l, s.rules, connection+"#"+id, ev, func() time.Time { return s.now }); err != nil || step.Do == placing.Stop {
			t.Fatalf("%s: %T: %s %v", id, ev, step.Do, err)
		}
	}
	for id, answer := range map[string]erp.Answer{
		"7": {Kind: erp.Lost, Text: words.Plain("no answer within 1m0s")},
		"8": {Kind: erp.NotSent, Text: words.Plain("no such host")},
		"9": {Kind: erp.Created, ID: "64f1"},
	} {
		happens(id, placing.Arrival{ERPKind: "sensio", Reference: erp.NewReference(connection, "Loja WP", id), Owner: "owner", Lease: noon,
			Message: queue.Message{Type: queue.Paid, Key: connection + "#" + id, Account: account, Connection: connection, Platform: "generic",
				OrderID: id, Digest: id, ReceivedAt: s.now, Payload: []byte("p")}})
		happens(id, placing.Prepared{Fence: 1, Facts: facts, Mark: erp.Mark{Digest: "d"}, TimeLeft: true})
		happens(id, placing.Answered{Fence: 1, Answer: answer})
	}
}

// Who is sent to look in the ERP has to know what for.
func TestWhoHasToLookInTheErpIsToldByWhichReference(t *testing.T) {
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.use(t, func(l ledger.Ledger) error { sell(t, l, "um", "cega", false); return nil })
		flags := slices.Concat(b.flags(), []string{"--connections", write(t, "s.yaml", sensioConnections)})
		const by = `Look by orig "Loja WP", origId "7"`
		for _, c := range []struct {
			args []string
			want string
		}{
			{[]string{"list", "--mine", "--connection", "um"}, "orders resolve --created ID or --absent. " + by + "\n"},
			{[]string{"show", "um#7"}, "orders resolve --created ID or --absent. " + by + "\n"},
			{[]string{"show", "um#7"}, "  code          Loja WP#7 (orig#origId)\n"},
			{[]string{"show", "um#7", "--json"}, `"code": "Loja WP#7"`},
			{[]string{"retry", "um#7"}, "look there, then carimbo orders resolve --created ID or --absent. " + by + "\n"},
			{[]string{"list", "--mine", "--connection", "cursos"}, "but its total is 1.00 and ours is 497.00: look there, then carimbo orders resolve --created ID or --absent. Look by cCodIntOS pxteaiakpomtnky52zoc\n"},
		} {
			args := slices.Concat([]string{"orders"}, c.args, flags)
			if got := typeIn(t, args...); !strings.Contains(got.out+got.errors, c.want) {
				t.Errorf("%v: no %q in %s%s", c.args, c.want, got.out, got.errors)
			}
		}
	})
}

// Whether a person's word counts depends on the account's look-up: what isn't
// known of it must not be assumed.
func TestACommandWhoseAccountIsNotKnownIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{
		"another": write(t, "another.yaml", strings.ReplaceAll(sensioConnections, "loja", "filial")),
		"absent":  filepath.Join(t.TempDir(), "absent.yaml"),
		"no kind": write(t, "omie.yaml", strings.NewReplacer("estudio", "loja").Replace(goodConnections)),
	}
	onBoth(t, func(t *testing.T, told func(*testing.T) book) {
		b := told(t)
		b.use(t, func(l ledger.Ledger) error { sell(t, l, "dois", "loja", true); return nil })
		types := func(file string, args ...string) typed {
			t.Helper()
			return typeIn(t, slices.Concat([]string{"orders"}, args, b.flags(), []string{"--connections", file})...)
		}
		entry := func(id string) (e ledger.Entry) {
			t.Helper()
			b.use(t, func(l ledger.Ledger) (err error) { e, err = l.Get(t.Context(), "dois#"+id); return err })
			return e
		}
		for name, file := range files {
			for _, args := range [][]string{
				{"retry", "dois#7"},
				{"retry", "dois#7", "--dry-run"},
				{"resolve", "dois#7", "--created", "64f1"},
				{"resolve", "dois#9", "--absent", "--note", "deleted by Bia", "--yes"},
			} {
				id := strings.TrimPrefix(args[1], "dois#")
				before := entry(id)
				got := types(file, args...)
				want := "carimbo: dois#" + id + ": account loja (sensio) is not in " + file + ": give the file that has it with --connections FILE\n"
				if got.code != exitFailed || got.errors != want || got.out != "" || entry(id).Rev != before.Rev {
					t.Errorf("%s: %v: %+v", name, args, got)
				}
			}
			// The order may become uncertain after it was said what will be done with it.
			b.use(t, func(l ledger.Ledger) error {
				c := at(noon, "", nil, nil)
				c.connections = file
				if _, err := c.orders(l).Do(t.Context(), operator.Plan{Key: "dois#7"}, placing.Retry{}); err == nil {
					t.Errorf("%s: the order was retried", name)
				}
				return nil
			})
			// What no look-up bears on.
			if got := types(file, "retry", "dois#8", "--dry-run"); got.code != exitDone {
				t.Errorf("%s: %+v", name, got)
			}
			if got := types(file, "resolve", "dois#7", "--absent", "--note", "looked", "--dry-run"); got.code != exitDone {
				t.Errorf("%s: %+v", name, got)
			}
			if got := types(file, "retry", "dois#9"); !strings.Contains(got.errors, "the document exists already") {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if got := types(write(t, "right.yaml", sensioConnections), "retry", "dois#7"); got.code != exitDone || entry("7").Reason.Kind != order.LostAnswer {
			t.Errorf("%+v", got)
		}
	})
}

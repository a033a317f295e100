package operator_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/memory"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// end is what became of an order, of the worker's next step only whether it
// creates.
type end struct {
	State    ledger.State
	Kind     order.ReasonKind
	Document string
	Creates  bool
	Contents string
}

// then is what a look-up answers, if one is made, and what comes of it.
type then struct {
	answer erp.Answer
	end    end
}

// What a look-up shows: a document, another one, one of another total, none, and
// nothing to go by.
var (
	shows777 = erp.Answer{Kind: erp.Present, ID: "777"}
	shows5   = erp.Answer{Kind: erp.Present, ID: "5"}
	differs  = erp.Answer{Kind: erp.Present, ID: "777", Found: erp.Found{Total: order.Cents(100)}}
	showsNo  = erp.Answer{Kind: erp.Absent}
	proves0  = erp.Answer{Kind: erp.Unprovable}
)

func isCreated(id string) end { return end{State: ledger.Created, Document: id} }

func isCreatedFrom(contents string) end {
	return end{State: ledger.Waiting, Creates: true, Contents: contents}
}

func isRejected(kind order.ReasonKind, contents string) end {
	return end{State: ledger.Rejected, Kind: kind, Contents: contents}
}

func isLeftToAPerson() end {
	return end{State: ledger.Uncertain, Kind: order.NeedsPerson, Contents: "sent"}
}

// carriedOut gives the command, and the worker the look-up's answer if it asks
// for one.
func carriedOut(t *testing.T, r placing.Rules, is ledger.Entry, ev placing.Event, a erp.Answer) end {
	t.Helper()
	l := memory.New()
	is.Rev, is.Token = 0, "told"
	if _, err := l.Write(t.Context(), ledger.Entry{}, is); err != nil {
		t.Fatal(err)
	}
	now := noon
	happens := func(ev placing.Event) (ledger.Entry, placing.Step) {
		t.Helper()
		e, step, err := placing.Apply(t.Context(), l, r, is.Key, ev, func() time.Time { return now })
		if err != nil || step.Do == placing.Stop || step.Do == placing.Refuse {
			t.Fatalf("%T: %s %s %v", ev, step.Do, step.Why, err)
		}
		return e, step
	}
	happens(ev)
	now = now.Add(time.Second)
	e, step := happens(placing.Arrival{Message: queue.Message{Type: queue.Wake, Key: is.Key}, Owner: "owner", Lease: now.Add(placing.Invocation)})
	if looks := step.Do == placing.LookUp; looks != (a.Kind != "") {
		t.Fatalf("the worker goes on with %s, and is answered %q", step.Do, a.Kind)
	}
	if a.Kind != "" {
		e, step = happens(placing.LookedUp{Fence: e.Fence, Answer: a})
	}
	became := end{State: e.State, Document: e.ERPID, Creates: step.Do == placing.Place, Contents: string(e.Payload)}
	if !became.Creates {
		became.Kind = e.Reason.Kind
	}
	return became
}

// Every kind of order, in a person's words, and that what they say comes true.
func TestWhatACommandWillDo(t *testing.T) {
	placed := ledger.Entry{Key: "k", Rev: 1, ERPKind: "alfa", Reference: erp.Reference{Code: "abc", Orig: "loja", OrigID: "7"},
		Payload: []byte("sent"), Digest: "sent", TryingSince: noon.Add(-time.Hour)}
	is := func(s ledger.State, changes ...func(*ledger.Entry)) ledger.Entry {
		e := placed
		e.State = s
		for _, change := range changes {
			change(&e)
		}
		return e
	}
	sold := func(e *ledger.Entry) { e.ERPKind = "beta" }
	reversed := func(e *ledger.Entry) { e.ReversedAt = noon.Add(-time.Hour) }
	faulty := func(e *ledger.Entry) { e.Fault = words.Plain("x") }
	already := func(e *ledger.Entry) { e.AlreadyThere = true }
	asserted := func(e *ledger.Entry) { e.AssertedID = "5" }
	changed := func(e *ledger.Entry) { e.Newer = &ledger.Contents{Payload: []byte("newer"), Digest: "newer"} }
	recorded := func(e *ledger.Entry) { e.ERPID, e.CreatedAt, e.Payload = "777", noon.Add(-time.Hour), nil }

	retry, absent := placing.Retry{}, placing.ResolveAbsent{}
	given := placing.Retry{Contents: &ledger.Contents{Payload: []byte("given"), Digest: "given"}}
	looks := placing.Rules{Spacing: placing.Spacing, CanLookUp: true}
	blind := placing.Rules{Spacing: placing.Spacing}

	const (
		onlyLooks = "it may be in the ERP and is only looked up, SOON: if its document exists, none is created; if "
		decides   = "document 777 is looked up SOON, and that decides: if it exists, nothing changes; if it is proven gone, the order is rejected "
		counts    = "your word counts as proof that no document exists"
		verifies  = "a look-up verifies document 5 SOON; none is created: if the ERP shows it with the same code abc, it counts as this order's; if it shows another or none, the order is left to you"
		refused   = "the look-up shows none, none is created either, since the ERP said before that it has this order: the order is left to you"
		kept      = "; the contents that you give are used only if it is created later"
	)
	for _, c := range []struct {
		name  string
		rules placing.Rules
		is    ledger.Entry
		ev    placing.Event
		want  string
		then  []then
	}{
		{"by two parts", looks, is(ledger.Waiting, sold), retry,
			`nothing of it is in the ERP: its document is created SOON, with the same orig "loja" and origId "7"`,
			[]then{{end: isCreatedFrom("sent")}}},
		{"contents", looks, is(ledger.Rejected), given,
			"nothing of it is in the ERP: its document is created SOON, with the same code abc and the contents that you give",
			[]then{{end: isCreatedFrom("given")}}},
		{"reversed", looks, is(ledger.Rejected, reversed), retry,
			"nothing of it is in the ERP: its document is created SOON, with the same code abc, though the store reversed it",
			[]then{{end: isCreatedFrom("sent")}}},

		{"uncertain", looks, is(ledger.Uncertain), retry, onlyLooks + "it is proven absent, it is created with the same code abc",
			[]then{{shows777, isCreated("777")}, {differs, isLeftToAPerson()}, {showsNo, isCreatedFrom("sent")}, {proves0, isLeftToAPerson()}}},
		{"uncertain, contents", looks, is(ledger.Uncertain), given, onlyLooks + "it is proven absent, it is created with the same code abc and the contents that you give",
			[]then{{shows777, isCreated("777")}, {showsNo, isCreatedFrom("given")}}},
		{"uncertain and changed", looks, is(ledger.Uncertain, changed), retry, onlyLooks + "it is proven absent, it is created with the same code abc and the newer contents that came since",
			[]then{{shows777, isCreated("777")}, {showsNo, isCreatedFrom("newer")}}},
		{"uncertain and changed, contents", looks, is(ledger.Uncertain, changed), given, onlyLooks + "it is proven absent, it is created with the same code abc and the contents that you give",
			[]then{{shows777, isCreated("777")}, {showsNo, isCreatedFrom("given")}}},
		{"unknown fault", looks, is(ledger.Uncertain, faulty), retry, onlyLooks + "it is proven absent, the order is rejected (refused_by_erp)",
			[]then{{shows777, isCreated("777")}, {showsNo, isRejected(order.RefusedByERP, "sent")}}},
		{"unknown fault, contents", looks, is(ledger.Uncertain, faulty), given, onlyLooks + "it is proven absent, it is created with the same code abc and the contents that you give",
			[]then{{shows777, isCreated("777")}, {showsNo, isCreatedFrom("given")}}},
		{"uncertain and reversed", looks, is(ledger.Uncertain, reversed), retry, onlyLooks + "it is proven absent, the order is rejected (reversed)",
			[]then{{shows777, isCreated("777")}, {showsNo, isRejected(order.Reversed, "sent")}}},
		{"uncertain and reversed, contents", looks, is(ledger.Uncertain, reversed), given, onlyLooks + "it is proven absent, the order is rejected (reversed)" + kept,
			[]then{{shows777, isCreated("777")}, {showsNo, isRejected(order.Reversed, "given")}}},
		{"already there", looks, is(ledger.Uncertain, already), retry, onlyLooks + refused,
			[]then{{shows777, isCreated("777")}, {showsNo, isLeftToAPerson()}}},
		{"already there, contents", looks, is(ledger.Uncertain, already), given, onlyLooks + refused + kept,
			[]then{{shows777, isCreated("777")}, {showsNo, isLeftToAPerson()}}},
		{"already there and reversed", looks, is(ledger.Uncertain, already, reversed), retry, onlyLooks + refused,
			[]then{{shows777, isCreated("777")}, {showsNo, isLeftToAPerson()}}},
		{"asserted", looks, is(ledger.Uncertain, asserted), retry, verifies,
			[]then{{shows5, isCreated("5")}, {shows777, isLeftToAPerson()}, {showsNo, isLeftToAPerson()}}},
		{"asserted, contents", looks, is(ledger.Uncertain, asserted, faulty), given, verifies + kept,
			[]then{{shows5, isCreated("5")}, {shows777, isLeftToAPerson()}, {showsNo, isLeftToAPerson()}}},
		{"denied", looks, is(ledger.Uncertain, recorded), retry, decides + "(deleted) and only carimbo orders retry --payload FILE creates it again",
			[]then{{shows777, isCreated("777")}, {proves0, isCreated("777")}, {showsNo, isRejected(order.Deleted, "")}}},

		{"an asserted id", looks, is(ledger.Uncertain), placing.ResolveCreated{ID: "5"}, verifies,
			[]then{{shows5, isCreated("5")}, {shows777, isLeftToAPerson()}, {showsNo, isLeftToAPerson()}}},
		{"another asserted id", looks, is(ledger.Uncertain, already, reversed, func(e *ledger.Entry) { e.AssertedID = "777" }), placing.ResolveCreated{ID: "5"}, verifies,
			[]then{{shows5, isCreated("5")}, {shows777, isLeftToAPerson()}, {showsNo, isLeftToAPerson()}}},
		{"an asserted id, unprovable", looks, is(ledger.Uncertain, sold), placing.ResolveCreated{ID: "5"},
			`a look-up verifies document 5 SOON; none is created: if the ERP shows it with the same orig "loja" and origId "7", it counts as this order's; if it shows another or none, the order is left to you; if the look-up proves nothing, the document counts all the same`,
			[]then{{shows5, isCreated("5")}, {shows777, isLeftToAPerson()}, {showsNo, isLeftToAPerson()}, {proves0, isCreated("5")}}},
		{"an asserted id, no look-up", blind, is(ledger.Uncertain), placing.ResolveCreated{ID: "5"}, "document 5 counts as its document from now on, since no look-up can verify it; none is created",
			[]then{{end: isCreated("5")}}},

		{"parked", looks, is(ledger.Uncertain), absent, counts + ": one is created SOON, with the same code abc. If one exists after all, there may be two",
			[]then{{end: isCreatedFrom("sent")}}},
		{"parked, no look-up", blind, is(ledger.Uncertain), absent, counts + ": one is created SOON, with the same code abc. If one exists after all, there may be two",
			[]then{{end: isCreatedFrom("sent")}}},
		{"parked, asserted and already there", looks, is(ledger.Uncertain, asserted, already), absent, counts + ": one is created SOON, with the same code abc. If one exists after all, there may be two",
			[]then{{end: isCreatedFrom("sent")}}},
		{"parked, faulty and changed", looks, is(ledger.Uncertain, faulty, changed), absent, counts + ": one is created SOON, with the same code abc and the newer contents that came since. If one exists after all, there may be two",
			[]then{{end: isCreatedFrom("newer")}}},
		{"parked and faulty", looks, is(ledger.Uncertain, faulty), absent, counts + ", and the order is rejected (refused_by_erp); none is created",
			[]then{{end: isRejected(order.RefusedByERP, "sent")}}},
		{"parked, changed and reversed", looks, is(ledger.Uncertain, changed, reversed), absent, counts + ", and the order is rejected (reversed); none is created",
			[]then{{end: isRejected(order.Reversed, "newer")}}},
		{"created", looks, is(ledger.Created, recorded), absent, decides + "(deleted) and only carimbo orders retry --payload FILE creates it again",
			[]then{{shows777, isCreated("777")}, {proves0, isCreated("777")}, {showsNo, isRejected(order.Deleted, "")}}},
		{"created and reversed", looks, is(ledger.Created, recorded, reversed), absent, decides + "(reversed) and only carimbo orders retry --payload FILE creates it again",
			[]then{{shows777, isCreated("777")}, {showsNo, isRejected(order.Reversed, "")}}},
		{"denied again", looks, is(ledger.Uncertain, recorded), absent, decides + "(deleted) and only carimbo orders retry --payload FILE creates it again",
			[]then{{shows777, isCreated("777")}, {showsNo, isRejected(order.Deleted, "")}}},
		{"denied and changed", looks, is(ledger.Uncertain, recorded, changed), absent, decides + "(deleted) and only carimbo orders retry creates it again",
			[]then{{shows777, isCreated("777")}, {showsNo, isRejected(order.Deleted, "newer")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, step := placing.Next(c.rules, c.is, c.ev, noon)
			if step.Do == placing.Refuse {
				t.Fatal(step.Why)
			}
			if got := operator.Forecast(kinds, c.rules, c.is, after, c.ev, words.Plain("SOON")).String(); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			for _, then := range c.then {
				if diff := cmp.Diff(then.end, carriedOut(t, c.rules, c.is, c.ev, then.answer)); diff != "" {
					t.Errorf("a look-up answers %q, what came of it (-want +got):\n%s", then.answer.Kind, diff)
				}
			}
		})
	}
}

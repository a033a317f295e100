package dynamo

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/words"
)

// sizeOf is what DynamoDB counts of an attribute: its text in UTF-8 or its bytes, a
// number's digits by twos, and some bytes for each list, map and element.
func sizeOf(a types.AttributeValue) int {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		return len(a.Value)
	case *types.AttributeValueMemberN:
		return len(a.Value)/2 + 2
	case *types.AttributeValueMemberB:
		return len(a.Value)
	case *types.AttributeValueMemberL:
		n := 3
		for _, element := range a.Value {
			n += 1 + sizeOf(element)
		}
		return n
	case *types.AttributeValueMemberM:
		n := 3
		for name, field := range a.Value {
			n += 1 + len(name) + sizeOf(field)
		}
		return n
	}
	return 1
}

// worst drives an order through more than anybody sees: the longest texts that
// intake, a store, an ERP and a person can give, and more news of it than are
// remembered.
func worst(t *testing.T, at time.Time) []ledger.Entry {
	t.Helper()
	long := strings.Repeat("💳", 50_000)
	answer := func(kind erp.AnswerKind) erp.Answer {
		return erp.Answer{Kind: kind, ID: "12345678901234567890", Number: "12345678901234567890", Text: words.Plain(order.Cut(long, 500))}
	}
	o := order.Order{ID: "1", Number: long, Currency: long, Customer: order.Customer{Name: long + " " + long}, Total: order.Cents(1e16)}.Bounded()
	refused, _ := order.AsRejection(order.Reject(order.Mapping, "SKU %q is not mapped", long))
	facts := placing.Facts{StoreNumber: o.Number, Total: o.Total.String(), Currency: o.Currency, Customer: o.Customer.Initials(), PaidAt: at}
	rules := placing.Rules{Spacing: placing.Spacing, CanLookUp: true}
	var e ledger.Entry
	var states []ledger.Entry
	next := func(ev placing.Event) {
		after, step := placing.Next(rules, e, ev, at)
		if step.Write {
			after.Rev, after.Token = e.Rev+1, strings.Repeat("t", 26)
			e = after
			states = append(states, e)
		}
	}
	wake := func() {
		at = at.Add(2 * time.Hour)
		next(placing.Arrival{ERPKind: "omie", Owner: "o", Lease: at.Add(time.Minute), Message: queue.Message{Type: queue.Wake, Key: e.Key, Account: e.Account}})
	}
	arrive := func(kind queue.Type, n int) {
		id := strings.Repeat("💳", 50)
		next(placing.Arrival{ERPKind: "omie", Owner: strings.Repeat("o", 26), Lease: at.Add(time.Minute), Reference: erp.NewReference("cursos", strings.Repeat("💳", 50), id),
			Message: queue.Message{Type: kind, Key: strings.Repeat("c", 40) + "#" + id, Account: strings.Repeat("a", 40), Connection: strings.Repeat("c", 40), Platform: "woocommerce",
				OrderID: id, StoreNumber: o.Number, Topic: order.Cut(long, 64), Version: 1 << 62, Digest: fmt.Sprintf("%032x", n),
				PaidAt: at, ReceivedAt: at, Correlation: strings.Repeat("x", 128), Payload: noise(intake.MaxPacked)}})
	}
	arrive(queue.Paid, 0)
	for n := range 100 {
		next(placing.OrderInvalid{Fence: e.Fence, Facts: facts, Reason: refused})
		next(placing.Retry{Person: placing.Person{By: "somebody", Note: order.Cut(long, 1000)}})
		arrive(queue.Paid, n+1)
		wake()
	}
	next(placing.Prepared{Fence: e.Fence, Facts: facts, TimeLeft: true,
		Mark: erp.Mark{Digest: strings.Repeat("d", 32), Total: o.Total, OrderNumber: o.Number, CustomerID: "12345678901234567890"}})
	for n := range 100 {
		arrive(queue.Paid, 1000+n)
		arrive(queue.Reversed, 2000+n)
	}
	next(placing.Answered{Fence: e.Fence, Answer: answer(erp.Unknown)})
	arrive(queue.Paid, 3000)
	wake()
	next(placing.LookedUp{Fence: e.Fence, Answer: answer(erp.Lost)})
	return states
}

func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// DynamoDB takes items of 400 KB.
func TestTheLargestEntryStaysFarBelowWhatAnItemMayBe(t *testing.T) {
	largest, seen := 0, map[ledger.State]bool{}
	for _, e := range worst(t, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)) {
		it, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for name, value := range it {
			size += len(name) + sizeOf(value)
		}
		if size > largest {
			largest = size
		}
		seen[e.State] = true
		if size > 380_000 {
			text, _ := json.Marshal(e.Timeline)
			t.Fatalf("an entry that is %s has %d bytes, its timeline %d", e.State, size, len(text))
		}
	}
	if largest < intake.MaxPacked+10_000 || !seen[ledger.Uncertain] || !seen[ledger.Rejected] || !seen[ledger.Creating] {
		t.Errorf("the largest entry has %d bytes, and the states are %v: this is not the worst that can be", largest, seen)
	}
	t.Logf("the largest entry has %d bytes", largest)
}

package dynamo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

var updateGolden = flag.Bool("update", false, "write the golden files")

// A stack's table outlives its programs: what the next release reads is what this
// one wrote, and an operator reads it in the console.
func TestTheTableKeepsItsLayout(t *testing.T) {
	client, table := newTable(t)
	l := dynamo.New(client, table, options())
	uncertain := entry("HP1")
	uncertain.Token, uncertain.Platform, uncertain.StoreNumber = "t1", "hotmart", "HP1"
	uncertain.Total, uncertain.Currency, uncertain.Customer = "197.00", "BRL", "D.F."
	uncertain.ERPKind, uncertain.Reference = "omie", erp.NewReference("cursos", "", "HP1")
	uncertain.State, uncertain.Reason = ledger.Uncertain, order.Reason{Kind: order.LostAnswer, Message: words.Plain("no answer in 60 s")}
	uncertain.Until, uncertain.QuietUntil = at.Add(2*time.Minute), at.Add(61*time.Second)
	uncertain.Due, uncertain.Fence, uncertain.Attempts, uncertain.Doubts = uncertain.Until, 2, 1, 1
	uncertain.Document = erp.Mark{Digest: "c0ffee", Total: order.Cents(19700), OrderNumber: "HP1", CustomerID: "77", Key: "5d41402abc4b2a76"}
	uncertain.Reference.DocumentKind, uncertain.PaidAt, uncertain.PaidRank = "os", at.Add(-time.Hour), order.ByPayment
	uncertain.Parts = ledger.Parts{Key: "k1", Lines: "l1", Payer: "p1", TaxID: "t1", Address: "a1", Total: "197.00"}
	uncertain.Rests, uncertain.OwnRests, uncertain.OwnRestsSince = true, 2, at
	uncertain.Seen, uncertain.TryingSince = []string{"d1", "d2"}, at
	uncertain.Newer = &ledger.Contents{Payload: []byte(`{"text":"newer"}`), Version: 1 << 53, Digest: "d2", PaidAt: at, PaidRank: order.ByNotice,
		Parts: ledger.Parts{Total: "198.00"}, Changed: words.Plain("total from 197.00 to 198.00"), At: at}
	uncertain.Timeline = []ledger.Attempt{{At: at, Did: "create", Answer: "lost", Rule: "5", Became: ledger.Uncertain}}
	write(t, l, ledger.Entry{}, uncertain)

	created := entry("HP2")
	created.State, created.Payload, created.Due = ledger.Created, nil, time.Time{}
	created.ERPID, created.ERPNumber, created.Found = "4281", "1042", true
	created.CreatedAt, created.Expires = at.Add(1500*time.Millisecond), at.AddDate(2, 0, 0)
	write(t, l, ledger.Entry{}, created)

	for _, step := range []error{
		l.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: at, Why: words.Plain("before")}),
		l.GotThrough(t.Context(), "estudio", at.Add(time.Second)),
		l.BlockLane(t.Context(), "estudio", ledger.Lane{BlockedUntil: at.Add(time.Minute), Why: words.Plain("429"), Since: at, Strikes: 2, Secret: "v1"}),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	remember(t, l, "5ca1ab1e", erp.Note{ID: "3795260786", QuietUntil: at, Token: "t1"})
	items := map[string]any{}
	for _, key := range []string{"cursos#HP1", "cursos#HP2", "~newer#cursos#HP1", "~lane#estudio", "~customer#estudio#5ca1ab1e"} {
		items[key] = typed(&types.AttributeValueMemberM{Value: stored(t, client, table, key)})["M"]
	}
	sameAsGolden(t, "testdata/table.json", items)
}

// typed is an attribute as the API writes it: its type, then its value.
func typed(a types.AttributeValue) map[string]any {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": a.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": a.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": a.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(a.Value)}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, v := range a.Value {
			list = append(list, typed(v))
		}
		return map[string]any{"L": list}
	case *types.AttributeValueMemberM:
		m := map[string]any{}
		for name, v := range a.Value {
			m[name] = typed(v)
		}
		return map[string]any{"M": m}
	}
	return nil
}

func sameAsGolden(t *testing.T, file string, v any) {
	t.Helper()
	var got bytes.Buffer
	e := json.NewEncoder(&got)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	if *updateGolden {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", file, diff)
	}
}

package dynamo_test

import (
	"encoding/base64"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/stored/storedtest"
)

// attributeOf is typed's way back.
func attributeOf(t *testing.T, v any) types.AttributeValue {
	t.Helper()
	for kind, v := range v.(map[string]any) {
		switch kind {
		case "S":
			return &types.AttributeValueMemberS{Value: v.(string)}
		case "N":
			return &types.AttributeValueMemberN{Value: v.(string)}
		case "BOOL":
			return &types.AttributeValueMemberBOOL{Value: v.(bool)}
		case "B":
			b, err := base64.StdEncoding.DecodeString(v.(string))
			if err != nil {
				t.Fatal(err)
			}
			return &types.AttributeValueMemberB{Value: b}
		case "L":
			l := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
			for _, one := range v.([]any) {
				l.Value = append(l.Value, attributeOf(t, one))
			}
			return l
		case "M":
			return &types.AttributeValueMemberM{Value: itemOf(t, v.(map[string]any))}
		}
	}
	t.Fatalf("%v is no attribute", v)
	return nil
}

func itemOf(t *testing.T, fields map[string]any) map[string]types.AttributeValue {
	t.Helper()
	it := map[string]types.AttributeValue{}
	for name, v := range fields {
		it[name] = attributeOf(t, v)
	}
	return it
}

func put(t *testing.T, client *dynamodb.Client, table string, it map[string]types.AttributeValue) {
	t.Helper()
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: it}); err != nil {
		t.Fatal(err)
	}
}

// before is a table as the release before left it, which had no form, and what it
// read of it. A field that this release doesn't know is an error here.
type before struct {
	Items   map[string]map[string]any `json:"items"`
	Entries []ledger.Entry            `json:"entries"`
	Lane    ledger.Lane               `json:"lane"`
}

func readBefore(t *testing.T) before {
	t.Helper()
	var b before
	storedtest.Read(t, "testdata/before.json", &b)
	return b
}

func TestTheTableOfTheReleaseBeforeIsReadAndWritten(t *testing.T) {
	client, table := newTable(t)
	b := readBefore(t)
	for _, fields := range b.Items {
		put(t, client, table, itemOf(t, fields))
	}
	l := dynamo.New(client, table, options("cursos"))
	if lane, err := l.Lane(t.Context(), "estudio"); err != nil || !cmp.Equal(lane, b.Lane) || lane.BlockedUntil.IsZero() {
		t.Errorf("the lane is %+v (%v), want %+v", lane, err, b.Lane)
	}
	states, newer := map[ledger.State]bool{}, 0
	for _, want := range b.Entries {
		got, err := l.Get(t.Context(), want.Key)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || got.V != 0 {
			t.Errorf("%s (-want +got):\n%s", want.Key, diff)
		}
		states[got.State] = true
		if got.Newer != nil && len(got.Newer.Payload) > 0 {
			newer++
		}
		after := got
		after.Token, after.Attempts = "this release's", got.Attempts+1
		write(t, l, got, after)
		after.Rev, after.V = got.Rev+1, ledger.Version
		if again, err := l.Get(t.Context(), want.Key); err != nil || !cmp.Equal(after, again) {
			t.Errorf("%v, what was written over it (-want +got):\n%s", err, cmp.Diff(after, again))
		}
		if v, ok := stored(t, client, table, want.Key)["v"].(*types.AttributeValueMemberN); !ok || v.Value != "1" {
			t.Errorf("%s is stored without its format", want.Key)
		}
	}
	if len(states) != len(ledger.States()) || newer == 0 {
		t.Errorf("the release before left entries in %d states, %d with newer contents", len(states), newer)
	}
	listed := 0
	if err := l.List(t.Context(), ledger.Filter{}, func(ledger.Entry) bool { listed++; return true }); err != nil || listed != len(b.Entries) {
		t.Errorf("%d of %d entries are listed (%v)", listed, len(b.Entries), err)
	}
	// Its lane knew neither who got through nor under which secret it rests.
	if keys, err := l.Resting(t.Context(), "estudio"); len(keys) != 0 || err != nil {
		t.Errorf("%q wait for the rest (%v)", keys, err)
	}
	if err := l.GotThrough(t.Context(), "estudio", at); err != nil {
		t.Fatal(err)
	}
	rests := ledger.Lane{BlockedUntil: b.Lane.BlockedUntil, Why: b.Lane.Why, Through: at}
	if lane, err := l.Lane(t.Context(), "estudio"); err != nil || !cmp.Equal(rests, lane) {
		t.Errorf("after a call got through the lane is %+v (%v), want %+v", lane, err, rests)
	}
	if err := l.EndRest(t.Context(), "estudio"); err != nil {
		t.Fatal(err)
	}
	if lane, err := l.Lane(t.Context(), "estudio"); err != nil || !cmp.Equal(ledger.Lane{Through: at}, lane) {
		t.Errorf("after its end the lane is %+v (%v)", lane, err)
	}
}

// What a later release may do to an item, short of what ledger.Version rules out.
func TestWhatFitsOfANewerItemIsRead(t *testing.T) {
	client, table := newTable(t)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	number := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	put(t, client, table, map[string]types.AttributeValue{
		"key": text("cursos#HP1"), "v": number("2"), "rev": number("7"), "token": text("t"), "connection": text("cursos"),
		"account": text("estudio"), "state": text("waiting"), "received_at": text("2026-11-21T12:00:00.000Z"), "month": text("cursos#2026-11"),
		"due": number("1795262426000"), "until": number("1795262426"), "timeline": text("elsewhere"), "newer": &types.AttributeValueMemberM{
			Value: map[string]types.AttributeValue{"payload_sha256": text("of something elsewhere"), "digest": number("7")}},
	})
	l := dynamo.New(client, table, options("cursos"))
	got, err := l.Get(t.Context(), "cursos#HP1")
	if err != nil || !got.OfNewerRelease() || got.State != ledger.Waiting || got.Account != "estudio" || got.Rev != 7 || !got.ReceivedAt.Equal(at) {
		t.Errorf("read %+v (%v)", got, err)
	}
	var listed []string
	if err := l.List(t.Context(), ledger.Filter{}, func(e ledger.Entry) bool { listed = append(listed, e.Key); return true }); err != nil || len(listed) != 1 {
		t.Errorf("listed %v (%v)", listed, err)
	}
}

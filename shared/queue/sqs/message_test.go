package sqs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/queue/sqs"
)

var at = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func message() queue.Message {
	return queue.Message{V: queue.Version, Type: queue.Paid, Key: "cursos#HP1", Account: "estudio", Dedup: "r1", Connection: "cursos",
		Platform: "hotmart", OrderID: "HP1", StoreNumber: "HP1", Topic: "PURCHASE_APPROVED", Version: 1 << 53, Digest: "d1",
		PaidAt: at, PaidRank: order.ByPayment, ReceivedAt: at.Add(1500 * time.Millisecond), Payload: []byte(`{"text":"x"}`), Correlation: "c1"}
}

// scripted answers without a network, and keeps what was sent.
type scripted struct {
	sent     []*awssqs.SendMessageInput
	receives []*awssqs.ReceiveMessageOutput // nil is an error
	deletes  error
}

var errNetwork = errors.New("no network")

func (s *scripted) SendMessage(_ context.Context, in *awssqs.SendMessageInput, _ ...func(*awssqs.Options)) (*awssqs.SendMessageOutput, error) {
	s.sent = append(s.sent, in)
	return &awssqs.SendMessageOutput{}, nil
}

func (s *scripted) ReceiveMessage(context.Context, *awssqs.ReceiveMessageInput, ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error) {
	next := s.receives[0]
	s.receives = s.receives[1:]
	if next == nil {
		return nil, errNetwork
	}
	return next, nil
}

func (s *scripted) DeleteMessage(context.Context, *awssqs.DeleteMessageInput, ...func(*awssqs.Options)) (*awssqs.DeleteMessageOutput, error) {
	return nil, s.deletes
}

// Messages lie in a queue while a release is deployed: what one release sends the
// next one reads.
func TestAMessageTravelsAsItAlwaysDid(t *testing.T) {
	s := &scripted{}
	if err := sqs.New(s, "https://queue").Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	want := `{"v":1,"type":"paid","key":"cursos#HP1","account":"estudio","dedup":"r1","connection":"cursos","platform":"hotmart",` +
		`"order_id":"HP1","store_number":"HP1","topic":"PURCHASE_APPROVED","version":9007199254740992,"digest":"d1",` +
		`"paid_at":"2026-11-21T12:00:00Z","paid_rank":3,"received_at":"2026-11-21T12:00:01.5Z","payload":"eyJ0ZXh0IjoieCJ9","correlation":"c1"}`
	got := s.sent[0]
	if diff := cmp.Diff(want, *got.MessageBody); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if *got.MessageGroupId != "estudio" || *got.MessageDeduplicationId != "r1" || *got.QueueUrl != "https://queue" {
		t.Errorf("group %q, dedup %q, queue %q", *got.MessageGroupId, *got.MessageDeduplicationId, *got.QueueUrl)
	}
	back, err := sqs.Decode(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(message(), back); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

func TestGroupsAndDedupsAreWhatSQSTakesAndStayDifferent(t *testing.T) {
	allowed := regexp.MustCompile("^[a-zA-Z0-9!-/:-@\\[-`{-~]{1,128}$")
	long := strings.Repeat("x", 128)
	seen := map[string]string{}
	for _, id := range []string{"r1", "cursos#HP1#1795262520000", long, long + "1", long + "2", "número", "numero", "two words", "two\twords", "🦜"} {
		s := &scripted{}
		m := message()
		m.Account, m.Dedup = id, id
		if err := sqs.New(s, "").Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		group, dedup := *s.sent[0].MessageGroupId, *s.sent[0].MessageDeduplicationId
		if !allowed.MatchString(dedup) || group != dedup {
			t.Errorf("%q: group %q, dedup %q", id, group, dedup)
		}
		if other, taken := seen[dedup]; taken {
			t.Errorf("%q and %q are both %q", id, other, dedup)
		}
		seen[dedup] = id
	}
	if seen[long] != long {
		t.Error("an id that SQS takes isn't sent as it is")
	}
}

func TestAReversalHasAGroupThatNoAccountCanHave(t *testing.T) {
	s := &scripted{}
	m := message()
	m.Type = queue.Reversed
	if err := sqs.New(s, "").Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	group := *s.sent[0].MessageGroupId
	if group != "estudio!reversed" || queue.AccountOf(group) != "estudio" {
		t.Errorf("group %q", group)
	}
	back, err := sqs.Decode(*s.sent[0].MessageBody)
	if diff := cmp.Diff(m, back); diff != "" || err != nil {
		t.Errorf("%v, read again (-want +got):\n%s", err, diff)
	}
}

func TestNothingIsSentWithoutAnAccountAndADedup(t *testing.T) {
	for _, m := range []queue.Message{{Account: "estudio"}, {Dedup: "r1"}} {
		s := &scripted{}
		if err := sqs.New(s, "").Send(t.Context(), m); err == nil || len(s.sent) > 0 {
			t.Errorf("%+v was sent", m)
		}
	}
}

func TestTheLargestPayloadIsSentAndWhatSQSRefusesIsNot(t *testing.T) {
	noise := func(n int) []byte {
		b := make([]byte, n)
		rand.NewChaCha8([32]byte{1}).Read(b)
		return b
	}
	s := &scripted{}
	m := message()
	m.Payload = noise(intake.MaxPacked)
	if err := sqs.New(s, "").Send(t.Context(), m); err != nil || len(*s.sent[0].MessageBody) > 1<<20 {
		t.Fatalf("a payload of %d bytes: %v", intake.MaxPacked, err)
	}
	// Every text as long as intake lets it be, of what JSON writes longest.
	long := func(n int) string { return strings.Repeat("<", n) }
	m.OrderID, m.Key = long(order.MaxID), m.Connection+"#"+long(order.MaxID)
	m.StoreNumber, m.Topic, m.Correlation, m.Dedup = long(order.MaxNumber), long(64), long(128), long(128)
	if err := sqs.New(s, "").Send(t.Context(), m); err != nil || len(*s.sent[1].MessageBody) > 1<<19 {
		t.Fatalf("the largest message has %d bytes: %v", len(*s.sent[1].MessageBody), err)
	}
	m.Payload = noise(800 << 10)
	if err := sqs.New(s, "").Send(t.Context(), m); err == nil || len(s.sent) != 2 {
		t.Fatalf("a body over 1 MiB was sent (%v)", err)
	}
}

// SQS refuses a body with a character that XML 1.0 lacks.
func TestNoCharacterOfAStoreIsRefusedBySQS(t *testing.T) {
	var all strings.Builder
	for r := rune(0); r < 0x300; r++ {
		all.WriteRune(r)
	}
	all.WriteString("\u2028\ud7ff\ue000\ufffd\ufffe\uffff\U0001f99c\U0010ffff")
	s := &scripted{}
	m := message()
	m.StoreNumber = all.String()
	if err := sqs.New(s, "").Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	body := *s.sent[0].MessageBody
	for _, r := range body {
		if r != '\t' && r != '\n' && r != '\r' && (r < 0x20 || r == 0xfffe || r == 0xffff) {
			t.Errorf("the body has %U", r)
		}
	}
	back, err := sqs.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, back); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func TestABodyThatIsNoMessageIsSaidSoWithoutAWordOfIt(t *testing.T) {
	for _, body := range []string{"", "filomena", `"filomena"`, `[]`, `{"key":7}`, `{}`, `{"key":"cursos#filomena"}`,
		`{"key":"a","account":"b"}`, `{"key":"a","account":"b","dedup":"c","paid_at":"filomena"}`, `{"key":"a","account":"b","dedup":"c","payload":"filomena!"}`} {
		_, err := sqs.Decode(body)
		if !errors.Is(err, sqs.ErrMessage) {
			t.Errorf("%s: got error %v, want %v", body, err, sqs.ErrMessage)
		} else if strings.Contains(err.Error(), "filomena") {
			t.Errorf("%s: the error repeats it: %v", body, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"type":"wake","key":"cursos#1","account":"estudio","dedup":"cursos#1#1"}`)
	f.Add(`{"type":"paid","key":"cursos#1","account":"estudio","dedup":"r1","paid_at":"2026-11-21T12:00:00Z","payload":"e30="}`)
	f.Add(`{"key":"a","account":"b","dedup":"c","version":1e400}`)
	f.Fuzz(func(t *testing.T, body string) {
		m, err := sqs.Decode(body)
		if err != nil {
			if !errors.Is(err, sqs.ErrMessage) {
				t.Fatal(err)
			}
			return
		}
		s := &scripted{}
		if err := sqs.New(s, "").Send(t.Context(), m); err != nil {
			return // a time of a year that JSON can't write, or too large
		}
		back, err := sqs.Decode(*s.sent[0].MessageBody)
		if err != nil {
			t.Fatal(err)
		}
		m.V = max(m.V, queue.Version)
		if diff := cmp.Diff(m, back, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func received(account string) *awssqs.ReceiveMessageOutput {
	body := fmt.Sprintf(`{"type":"wake","key":"cursos#1","account":%q,"dedup":"1"}`, account)
	return &awssqs.ReceiveMessageOutput{Messages: []types.Message{{Body: &body, ReceiptHandle: aws.String("r-" + account),
		Attributes: map[string]string{"ApproximateReceiveCount": "2"}}}}
}

func TestWhatWasReceivedBeforeAnErrorIsDelivered(t *testing.T) {
	s := &scripted{receives: []*awssqs.ReceiveMessageOutput{received("estudio"), received("loja"), nil, nil}}
	q := sqs.New(s, "")
	got, err := q.Receive(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var accounts []string
	for _, d := range got {
		accounts = append(accounts, fmt.Sprint(d.Message.Account, " ", d.Receipt, " ", d.Receives))
	}
	if diff := cmp.Diff([]string{"estudio r-estudio 2", "loja r-loja 2"}, accounts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := q.Receive(t.Context(), 10); !errors.Is(err, errNetwork) {
		t.Errorf("got error %v, want %v", err, errNetwork)
	}
}

func TestARefusedReceiptIsNoLongerOursAndAnyOtherErrorIsItself(t *testing.T) {
	down := &smithy.GenericAPIError{Code: "InternalFailure"}
	for _, c := range []struct{ answer, want error }{
		{&smithy.GenericAPIError{Code: "InvalidParameterValue", Message: "The receipt handle has expired"}, queue.ErrReceipt},
		{&smithy.GenericAPIError{Code: "InvalidParameterValueException"}, queue.ErrReceipt},
		{&types.ReceiptHandleIsInvalid{}, queue.ErrReceipt},
		{down, down},
		{errNetwork, errNetwork},
		{nil, nil},
	} {
		err := sqs.New(&scripted{deletes: c.answer}, "").Ack(t.Context(), queue.Delivery{Receipt: "r"})
		if !errors.Is(err, c.want) || c.want != queue.ErrReceipt && errors.Is(err, queue.ErrReceipt) {
			t.Errorf("%v: got error %v, want %v", c.answer, err, c.want)
		}
	}
}

// Package platformtest is the conformance suite that every platform runs: what
// intake and placing rely on, whatever the platform.
package platformtest

import (
	"bytes"
	"errors"
	"maps"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/platform"
)

// Case is one platform with what the suite needs of it.
type Case struct {
	Platform platform.Platform
	Settings platform.Settings
	// Secret and Other are two signing secrets in the platform's own form.
	Secret, Other string
	// Paid and Reversed are bodies of one and the same order; Neither is a body
	// that changes nothing.
	Paid, Reversed, Neither []byte
	// Silent are bodies with an order's fields, an id and lines or a total, that say
	// nothing of its status.
	Silent [][]byte
	// SignsBody tells that the proof covers the body.
	SignsBody bool
	// HMAC is the header that holds the base64 of the raw body's HMAC-SHA256, where
	// there is one.
	HMAC string
	// ProofInBody tells that the proof may be in the body, so that nothing can be
	// refused before it is read.
	ProofInBody bool
	// Topic is the header that tells the topic, where there is one: it is kept, and
	// proves nothing. Topics are what strangers may write there, in the platform's
	// own words.
	Topic  string
	Topics []string
	// MaxAge is how old or early a signed request may be; 0 where its proof has no
	// time.
	MaxAge time.Duration
}

// Now is the suite's clock.
var now = time.Date(2026, 11, 21, 15, 30, 0, 0, time.UTC)

// Run runs the suite.
func Run(t *testing.T, c Case) {
	t.Run("what Sign signs is genuine", c.signed)
	t.Run("a wrong, missing or empty secret proves nothing", c.secrets)
	t.Run("a request without its proof is refused", c.unproven)
	t.Run("what has no proof is known before its body", c.provable)
	t.Run("a changed body is refused where it is signed", c.changed)
	t.Run("an HMAC counts to the letter and with a key", c.hmac)
	t.Run("a proof ages where it has a time", c.aged)
	t.Run("a signed request is no ping", c.ping)
	t.Run("paid, reversed and neither are told apart", c.read)
	t.Run("only what is signed decides", c.unsigned)
	t.Run("an order without a status is kept", c.silent)
	t.Run("the payload holds no secret and no signature", c.kept)
	t.Run("the payload is body, query, content type and topic", c.keptWhole)
	t.Run("the same request gives the same notice", c.repeatable)
	t.Run("garbage is not understood and is kept", c.garbage)
	t.Run("a paid body becomes an order", c.order)
	t.Run("however a body is written, it says the same", c.written)
	t.Run("an order says where it was read, and who pays", c.origins)
	t.Run("no text makes an order long", c.long)
	t.Run("cut off anywhere, a body breaks nothing", c.cut)
}

func (c Case) verify(t *testing.T, what string, r platform.Request, secrets []string, at time.Time, want error) {
	t.Helper()
	body := bytes.Clone(r.Body)
	// The bare sentinel: a wrapped one could tell why.
	if err := c.Platform.Verify(r, secrets, at); err != want {
		t.Errorf("%s: Verify gives %v, want %v", what, err, want)
	}
	if !bytes.Equal(body, r.Body) {
		t.Errorf("%s: Verify changed the body", what)
	}
	if want == nil && !c.Platform.Provable(r.Header, r.Query) {
		t.Errorf("%s: it is genuine, and refused before its body is read", what)
	}
}

func (c Case) signed(t *testing.T) {
	for _, body := range [][]byte{c.Paid, c.Reversed, c.Neither, {}} {
		r := c.Platform.Sign(body, c.Secret, now)
		if !bytes.Equal(r.Body, body) {
			t.Error("Sign changed the body")
		}
		for name := range r.Header {
			if name != strings.ToLower(name) {
				t.Errorf("header %s is not in lower case", name)
			}
		}
		c.verify(t, "the secret", r, []string{c.Secret}, now, nil)
		c.verify(t, "the secret as the previous one", r, []string{c.Other, c.Secret}, now, nil)
		c.verify(t, "the secret as the current one", r, []string{c.Secret, c.Other}, now, nil)
	}
}

func (c Case) secrets(t *testing.T) {
	r := c.Platform.Sign(c.Paid, c.Secret, now)
	for what, secrets := range map[string][]string{
		"no secret": nil, "an empty list": {}, "an empty secret": {""}, "two empty secrets": {"", ""},
		"another secret": {c.Other}, "another and an empty one": {c.Other, ""},
		"the start of the secret": {c.Secret[:len(c.Secret)-4]}, "more than the secret": {c.Secret + "BBBB"},
		"the secret in capitals": {strings.ToUpper(c.Secret)},
	} {
		c.verify(t, what, r, secrets, now, platform.ErrSignature)
	}
	for _, empty := range []string{"", "whsec_"} {
		unsigned := c.Platform.Sign(c.Paid, empty, now)
		c.verify(t, "signed with nothing", unsigned, []string{c.Secret}, now, platform.ErrSignature)
		c.verify(t, "signed with nothing, by nothing", unsigned, []string{""}, now, platform.ErrSignature)
	}
}

func (c Case) unproven(t *testing.T) {
	whole := c.Platform.Sign(c.Paid, c.Secret, now)
	secrets := []string{c.Secret, c.Other}
	c.verify(t, "no header at all", platform.Request{Body: c.Paid}, secrets, now, platform.ErrSignature)
	c.verify(t, "nothing at all", platform.Request{}, secrets, now, platform.ErrSignature)
	for name := range whole.Header {
		if name == "content-type" || name == c.Topic {
			continue
		}
		for what, value := range map[string]string{"empty": "", "a space": " ", "garbage": "v1,x=\x00é", "a list": " , ,v1,"} {
			r := whole
			r.Header = maps.Clone(whole.Header)
			r.Header[name] = value
			c.verify(t, name+" is "+what, r, secrets, now, platform.ErrSignature)
		}
		r := whole
		r.Header = maps.Clone(whole.Header)
		delete(r.Header, name)
		c.verify(t, name+" is missing", r, secrets, now, platform.ErrSignature)
	}
}

func (c Case) provable(t *testing.T) {
	signed := c.Platform.Sign(c.Paid, c.Secret, now)
	if got := c.Platform.Provable(nil, nil); got != c.ProofInBody {
		t.Errorf("Provable is %t of a request without headers, want %t", got, c.ProofInBody)
	}
	for name := range signed.Header {
		if name == "content-type" || name == c.Topic {
			continue
		}
		without := maps.Clone(signed.Header)
		delete(without, name)
		empty := maps.Clone(signed.Header)
		empty[name] = ""
		for what, header := range map[string]map[string]string{"without": without, "with an empty": empty} {
			if got := c.Platform.Provable(header, signed.Query); got != c.ProofInBody {
				t.Errorf("Provable is %t of a request %s %s, want %t", got, what, name, c.ProofInBody)
			}
		}
	}
}

func (c Case) changed(t *testing.T) {
	if !c.SignsBody {
		return
	}
	for _, i := range []int{0, len(c.Paid) / 2, len(c.Paid) - 1} {
		r := c.Platform.Sign(c.Paid, c.Secret, now)
		r.Body = bytes.Clone(c.Paid)
		r.Body[i] ^= 1
		c.verify(t, "one bit changed", r, []string{c.Secret}, now, platform.ErrSignature)
	}
	r := c.Platform.Sign(c.Paid, c.Secret, now)
	r.Body = append(bytes.Clone(c.Paid), '\n')
	c.verify(t, "a line end added", r, []string{c.Secret}, now, platform.ErrSignature)
}

func (c Case) aged(t *testing.T) {
	r := c.Platform.Sign(c.Paid, c.Secret, now)
	secrets := []string{c.Secret}
	if c.MaxAge == 0 {
		c.verify(t, "a year later", r, secrets, now.AddDate(1, 0, 0), nil)
		return
	}
	c.verify(t, "just in time", r, secrets, now.Add(c.MaxAge), nil)
	c.verify(t, "not too early", r, secrets, now.Add(-c.MaxAge), nil)
	c.verify(t, "too late", r, secrets, now.Add(c.MaxAge+time.Second), platform.ErrSignature)
	c.verify(t, "too early", r, secrets, now.Add(-c.MaxAge-time.Second), platform.ErrSignature)
}

func (c Case) ping(t *testing.T) {
	for _, body := range [][]byte{c.Paid, c.Reversed, c.Neither} {
		if c.Platform.Ping(c.Platform.Sign(body, c.Secret, now)) {
			t.Error("a signed request is taken for a ping")
		}
	}
}

func (c Case) notice(t *testing.T, body []byte) platform.Notice {
	t.Helper()
	n, err := c.Platform.Read(c.Platform.Sign(body, c.Secret, now), c.Settings)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return n
}

func (c Case) read(t *testing.T) {
	paid, reversed, neither := c.notice(t, c.Paid), c.notice(t, c.Reversed), c.notice(t, c.Neither)
	for _, n := range []struct {
		platform.Notice
		want platform.Status
	}{{paid, platform.Paid}, {reversed, platform.Reversed}, {neither, platform.Neither}} {
		if n.Status != n.want {
			t.Errorf("status is %s, want %s", n.Status, n.want)
		}
		if n.Topic == "" {
			t.Errorf("the %s notice has no topic", n.want)
		}
		if n.Version < 0 {
			t.Errorf("version %d is negative", n.Version)
		}
		if n.PaidAt.IsZero() != (n.PaidRank == 0) || n.PaidRank < 0 || n.PaidRank > order.ByPayment {
			t.Errorf("the %s notice is paid at %s, of rank %d", n.want, n.PaidAt, n.PaidRank)
		}
	}
	if paid.OrderID == "" || paid.OrderID != reversed.OrderID {
		t.Errorf("the paid order is %q, the reversed one %q", paid.OrderID, reversed.OrderID)
	}
	if paid.Test || reversed.Test {
		t.Error("a real order is taken for a test")
	}
}

func (c Case) kept(t *testing.T) {
	for _, body := range [][]byte{c.Paid, c.Reversed, c.Neither, []byte("garbage"), []byte("my token is " + c.Secret)} {
		r := c.Platform.Sign(body, c.Secret, now)
		if bytes.Contains(body, []byte(c.Secret)) && c.SignsBody {
			continue // nobody sends the key of an HMAC
		}
		n, _ := c.Platform.Read(r, c.Settings)
		text := n.Payload.Query + "\n" + string(n.Payload.Body)
		for name, value := range n.Payload.Headers {
			text += "\n" + name + ": " + value
		}
		if strings.Contains(text, c.Secret) {
			t.Error("the payload holds the secret")
		}
		for name, value := range r.Header {
			if name != "content-type" && name != c.Topic && (strings.Contains(text, value) || n.Payload.Headers[name] != "") {
				t.Errorf("the payload holds the header %s", name)
			}
			if name == c.Topic && n.Payload.Headers[name] != value {
				t.Errorf("the payload lacks the topic's header %s", name)
			}
		}
	}
}

func (c Case) keptWhole(t *testing.T) {
	for _, body := range [][]byte{c.Paid, []byte(`{"id":1}`)} {
		r := c.Platform.Sign(body, c.Secret, now)
		want := platform.Payload{Headers: map[string]string{"content-type": "application/json"}, Query: "a=b+c", Body: body}
		if c.Topic != "" {
			want.Headers[c.Topic] = r.Header[c.Topic]
		}
		for _, name := range []string{"x-shopify-webhook-id", "x-shopify-triggered-at", "x-wc-webhook-delivery-id", "x-wc-webhook-source", "user-agent"} {
			r.Header[name] = "5a0f"
		}
		r.Query = url.Values{"a": {"b c"}}
		n, _ := c.Platform.Read(r, c.Settings)
		if diff := cmp.Diff(want, n.Payload); diff != "" {
			t.Error(diff)
		}
	}
}

func (c Case) repeatable(t *testing.T) {
	for _, body := range [][]byte{c.Paid, c.Reversed, c.Neither} {
		first := c.notice(t, body)
		later, err := c.Platform.Read(c.Platform.Sign(bytes.Clone(body), c.Secret, now.Add(time.Hour)), c.Settings)
		if err != nil {
			t.Fatal(err)
		}
		// A redelivery is the same contents, or rule 12 would take it for newer.
		if diff := cmp.Diff(first, later); diff != "" {
			t.Errorf("delivered again:\n%s", diff)
		}
	}
}

// Garbage is what strangers send, and what no platform understands.
var Garbage = [][]byte{
	nil, {}, []byte(" "), []byte("null"), []byte("true"), []byte("5"), []byte(`"x"`), []byte("[]"), []byte("{}"),
	[]byte("{"), []byte(`{"a":`), []byte("hello"), []byte("a=1&b=2"), []byte("<xml/>"), {0xff, 0xfe, 0x00},
	[]byte(`[{"type":"order.paid"}]`), []byte(`{"type":null,"event":null,"id":null}`), []byte(`{"data":[],"order":[]}`),
	[]byte(strings.Repeat("[", 100_000)), []byte(strings.Repeat(`{"a":`, 100_000)),
}

func (c Case) garbage(t *testing.T) {
	for _, body := range Garbage {
		r := c.Platform.Sign(body, c.Secret, now)
		n, err := c.Platform.Read(r, c.Settings)
		if !errors.Is(err, platform.ErrNotUnderstood) {
			t.Errorf("%.40q: Read gives %v", body, err)
		}
		if !bytes.Equal(n.Payload.Body, body) || n.Status != "" || n.OrderID != "" {
			t.Errorf("%.40q: the notice is %+v", body, n)
		}
		o, err := c.Platform.Order(n.Payload, c.Settings)
		if reason, ok := order.AsRejection(err); !ok || reason.Kind != order.NotUnderstood {
			t.Errorf("%.40q: Order gives %v", body, err)
		}
		if !cmp.Equal(o, order.Order{}) {
			t.Errorf("%.40q: the order is %+v", body, o)
		}
	}
}

func (c Case) order(t *testing.T) {
	n := c.notice(t, c.Paid)
	packed, err := n.Payload.Pack()
	if err != nil {
		t.Fatal(err)
	}
	travelled, err := platform.Unpack(packed)
	if err != nil {
		t.Fatal(err)
	}
	o, err := c.Platform.Order(travelled, c.Settings)
	if err != nil {
		t.Fatalf("Order: %v", err)
	}
	if err := o.Check(now); err != nil {
		t.Errorf("Check: %v", err)
	}
	if o.ID != n.OrderID || o.Number != n.StoreNumber || !o.PaidAt.Equal(n.PaidAt) || o.PaidRank != n.PaidRank {
		t.Errorf("the order is %s %s paid at %s (rank %d), the notice says %s %s at %s (rank %d)",
			o.ID, o.Number, o.PaidAt, o.PaidRank, n.OrderID, n.StoreNumber, n.PaidAt, n.PaidRank)
	}
}

func (c Case) cut(t *testing.T) {
	for i := range c.Paid {
		r := c.Platform.Sign(c.Paid[:i], c.Secret, now)
		if _, err := c.Platform.Read(r, c.Settings); err == nil {
			if len(bytes.TrimSpace(c.Paid[i:])) > 0 {
				t.Fatalf("%d bytes of %d are understood", i, len(c.Paid))
			}
		}
		if _, err := c.Platform.Order(platform.Payload{Body: c.Paid[:i]}, c.Settings); err != nil {
			if _, ok := order.AsRejection(err); !ok {
				t.Fatalf("%d bytes of %d: %v is no rejection", i, len(c.Paid), err)
			}
		}
	}
}

// Fuzz feeds what strangers may send to Read and Order, starting from the case's
// own bodies.
func Fuzz(f *testing.F, c Case) {
	for _, body := range append([][]byte{c.Paid, c.Reversed, c.Neither}, Garbage...) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := c.Platform.Read(c.Platform.Sign(body, c.Secret, now), c.Settings)
		switch {
		case err != nil && !errors.Is(err, platform.ErrNotUnderstood):
			t.Fatalf("Read: %v", err)
		case err == nil && n.Status != platform.Neither && n.OrderID == "":
			t.Fatal("an understood order has no id")
		}
		if _, err := n.PaidAt.MarshalJSON(); err != nil {
			t.Fatalf("the time of payment can't be written: %v", err)
		}
		o, err := c.Platform.Order(n.Payload, c.Settings)
		if err != nil {
			if _, ok := order.AsRejection(err); !ok {
				t.Fatalf("Order: %v is no rejection", err)
			}
			return
		}
		if n.Status == platform.Paid && o.ID != n.OrderID {
			t.Fatalf("Read says %q, Order says %q", n.OrderID, o.ID)
		}
		if !reflect.DeepEqual(o, o.Bounded()) {
			t.Fatal("the order is not bounded")
		}
		_ = o.Check(now)
		_ = o.Customer.Initials()
	})
}

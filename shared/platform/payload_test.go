package platform_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/carimbo/carimbo/shared/platform"
)

func pack(t testing.TB, p platform.Payload) []byte {
	t.Helper()
	b, err := p.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func noise(n int) []byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func TestPayloadComesBackAsItWasPacked(t *testing.T) {
	for name, p := range map[string]platform.Payload{
		"empty":                         {},
		"JSON":                          {Headers: map[string]string{"x-topic": "orders/paid"}, Query: "a=1&b=%20", Body: []byte(`{"a":"é","b":1.50}`)},
		"large text":                    {Body: []byte(strings.Repeat(`{"name":"<José & Ação>"}`, 5000))},
		"small noise":                   {Body: noise(300)},
		"large noise":                   {Headers: map[string]string{"content-type": "application/octet-stream"}, Body: noise(200_000)},
		"the largest body at its worst": {Body: bytes.Repeat([]byte{1}, platform.MaxBody)},
		"replacement characters":        {Body: []byte("\uFFFD\u2028\x00")},
		"half a character":              {Body: []byte("caf\xc3")},
		"only headers":                  {Headers: map[string]string{"a": "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := platform.Unpack(pack(t, p))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(p.Body, got.Body) {
				t.Errorf("%d bytes of body became %d others", len(p.Body), len(got.Body))
			}
			p.Body, got.Body = nil, nil
			if diff := cmp.Diff(p, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPayloadIsGzippedFromOneKilobyteOn(t *testing.T) {
	frame := len(pack(t, platform.Payload{Body: []byte("x")})) - 1
	for size, zipped := range map[int]bool{100: false, 1023: false, 1024: true, 9000: true} {
		b := pack(t, platform.Payload{Body: bytes.Repeat([]byte("x"), size-frame)})
		if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) != zipped {
			t.Errorf("%d bytes of JSON: gzipped is not %t", size, zipped)
		}
	}
	text := []byte(strings.Repeat(`{"name":"José"}`, 1000))
	if b := pack(t, platform.Payload{Body: text}); len(b) > len(text)/20 {
		t.Errorf("%d bytes of text were packed into %d", len(text), len(b))
	}
}

func TestPackingIsRepeatable(t *testing.T) {
	p := platform.Payload{Headers: map[string]string{"a": "1", "b": "2", "c": "3"}, Body: []byte(strings.Repeat("x", 3000))}
	if !bytes.Equal(pack(t, p), pack(t, p)) {
		t.Error("the same payload was packed in two ways")
	}
}

// zipped is gzip of whatever write writes.
func zipped(t testing.TB, write func(io.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	write(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb unfolds to n bytes of one JSON string.
func bomb(t testing.TB, n int) []byte {
	return zipped(t, func(w io.Writer) {
		io.WriteString(w, `{"text":"`)
		zeros := bytes.Repeat([]byte("0"), 1<<20)
		for ; n > 0; n -= len(zeros) {
			w.Write(zeros[:min(n, len(zeros))])
		}
		io.WriteString(w, `"}`)
	})
}

func TestWhatUnfoldsBeyondAnyPayloadIsRefused(t *testing.T) {
	if p, err := platform.Unpack(bomb(t, 8<<20-64)); err != nil || len(p.Body) != 8<<20-64 {
		t.Errorf("just within the bound: %d bytes, %v", len(p.Body), err)
	}
	for _, n := range []int{8 << 20, 40 << 20} {
		b := bomb(t, n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := platform.Unpack(b)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, platform.ErrPayload) {
			t.Errorf("%d bytes unfolded to %d, %v", n, len(p.Body), err)
		}
		if cost := after.TotalAlloc - before.TotalAlloc; cost > 100<<20 {
			t.Errorf("refusing %d bytes cost %d", n, cost)
		}
	}
	spaces := zipped(t, func(w io.Writer) {
		io.WriteString(w, `{}`)
		w.Write(bytes.Repeat([]byte(" "), 9<<20))
	})
	if _, err := platform.Unpack(spaces); !errors.Is(err, platform.ErrPayload) {
		t.Errorf("an object and nine megabytes of spaces: %v", err)
	}
}

func garbage(t testing.TB) map[string][]byte {
	whole := pack(t, platform.Payload{Body: []byte(strings.Repeat("x", 5000))})
	broken := bytes.Clone(whole)
	broken[len(broken)-5] ^= 1 // the checksum
	return map[string][]byte{
		"nothing": nil, "empty": {}, "text": []byte("hello"), "null": []byte("null"), "list": []byte("[]"),
		"half an object": []byte(`{"text":"a`), "two objects": []byte(`{}{}`), "wrong type": []byte(`{"text":5}`),
		"no base64": []byte(`{"bytes":"%"}`), "half a gzip": whole[:len(whole)/2], "broken gzip": broken,
		"gzip of garbage": zipped(t, func(w io.Writer) { io.WriteString(w, "garbage") }),
		"gzip of nothing": zipped(t, func(io.Writer) {}),
		"gzip magic":      {0x1f, 0x8b},
	}
}

func TestWhatPackNeverMadeIsAnError(t *testing.T) {
	for name, b := range garbage(t) {
		p, err := platform.Unpack(b)
		if !errors.Is(err, platform.ErrPayload) || !cmp.Equal(p, platform.Payload{}) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestTextTravelsReadableAndBytesAsBase64(t *testing.T) {
	for body, want := range map[string]string{"é": `{"text":"é"}`, "\xff": `{"bytes":"` + base64.StdEncoding.EncodeToString([]byte{0xff}) + `"}`} {
		if got := string(pack(t, platform.Payload{Body: []byte(body)})); got != want {
			t.Errorf("%q travels as %s", body, got)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	for _, b := range garbage(f) {
		f.Add(b)
	}
	f.Add(pack(f, platform.Payload{Body: []byte("a"), Query: "q", Headers: map[string]string{"h": "v"}}))
	f.Add(pack(f, platform.Payload{Body: noise(2000)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := platform.Unpack(b)
		if err != nil {
			if !errors.Is(err, platform.ErrPayload) {
				t.Fatal(err)
			}
			return
		}
		if !json.Valid(pack(t, platform.Payload{Headers: p.Headers})) {
			t.Fatal("headers are no JSON")
		}
		again, err := platform.Unpack(pack(t, p))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestADigestIsTheBodysAlone(t *testing.T) {
	digest := func(query, body, topic string) string {
		return platform.Payload{Query: query, Body: []byte(body), Headers: map[string]string{"x-topic": topic}}.Digest()
	}
	// printf '\0{"id":1}' | sha256sum: what entries of earlier releases have of a
	// call without a query.
	const before = "81ddcb816bff78b8b656ea6664f1209a"
	for _, same := range []string{digest("", `{"id":1}`, ""), digest("x=1", `{"id":1}`, ""), digest("", `{"id":1}`, "paid")} {
		if same != before {
			t.Errorf("the digest is %s, and was %s", same, before)
		}
	}
	for _, other := range []string{digest(`{"id":1}`, "", ""), digest("", `{"id":1} `, ""), digest("", "", "")} {
		if other == before || len(other) != 32 {
			t.Errorf("another body has the digest %s", other)
		}
	}
}

func TestOnlyTheHeadersThatAreNamedAreKept(t *testing.T) {
	r := platform.Request{Header: map[string]string{"a": "1", "b": "", "signature": "s"}, Query: url.Values{"q": {"é x"}}, Body: []byte("body")}
	want := platform.Payload{Headers: map[string]string{"a": "1"}, Query: "q=%C3%A9+x", Body: []byte("body")}
	if diff := cmp.Diff(want, r.Keep("a", "b", "c")); diff != "" {
		t.Error(diff)
	}
	if got := r.Keep(); got.Headers != nil {
		t.Error(got.Headers)
	}
}

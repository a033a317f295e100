package registry_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
)

// The secrets of a connection whose secret was changed today: both count.
var both = []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_plJ3nmyCDGBKInavdOK15jsl"}

const strangers = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"

// forged are calls whose proof has the right form and is of no secret of ours, by
// where it is: a token in the body is the dearest to find.
func forged(name string, body []byte) map[string]platform.Request {
	p, _ := registry.Get(name)
	calls := map[string]platform.Request{"header": p.Sign(body, strangers, fixturesNow)}
	if name == "hotmart" {
		calls["body"] = platform.Request{Body: append([]byte(`{"hottok":"`+strangers+`",`), body[1:]...)}
		calls["neither"] = platform.Request{Body: body}
	}
	return calls
}

// bodyOf is JSON of n bytes at least, with what an order has: names, numbers, nested
// lists.
func bodyOf(n int) []byte {
	const line = `{"sku":"MANUT-01","name":"Manutenção de \"PC\"","quantity":3,"price":"150.00","taxes":[{"rate":0.18,"title":"ICMS"}],"gift":false},`
	lines := strings.Repeat(line, n/len(line)+1)
	return []byte(`{"id":4127,"line_items":[` + lines[:len(lines)-1] + `]}`)
}

var sizes = []int{1 << 10, 16 << 10, 1 << 20}

func TestAForgedCallBuildsNothingOfItsBody(t *testing.T) {
	const calls, body = 10, 1 << 20
	for _, name := range registry.Names() {
		p, _ := registry.Get(name)
		for where, r := range forged(name, bodyOf(body)) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range calls {
				if err := p.Verify(r, both, fixturesNow); err != platform.ErrSignature {
					t.Fatalf("%s, %s: %v", name, where, err)
				}
			}
			runtime.ReadMemStats(&after)
			if cost := (after.TotalAlloc - before.TotalAlloc) / calls; cost > body/16 {
				t.Errorf("%s, token in %s: refusing a body of 1 MiB takes %d bytes of memory", name, where, cost)
			}
		}
	}
}

func BenchmarkForgedCall(b *testing.B) {
	for _, size := range sizes {
		body := bodyOf(size)
		for _, name := range registry.Names() {
			p, _ := registry.Get(name)
			for where, r := range forged(name, body) {
				b.Run(fmt.Sprintf("%s/%s/%dKB", name, where, size>>10), func(b *testing.B) {
					b.SetBytes(int64(len(body)))
					for b.Loop() {
						_ = p.Verify(r, both, fixturesNow)
					}
				})
			}
		}
	}
}

// BenchmarkFloor is what no refusal can do without: one HMAC over the body, or one
// look at each of its bytes.
func BenchmarkFloor(b *testing.B) {
	key := []byte(both[0])
	for _, size := range sizes {
		body := bodyOf(size)
		b.Run(fmt.Sprintf("hmac/%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				mac := hmac.New(sha256.New, key)
				mac.Write(body)
				mac.Sum(nil)
			}
		})
		b.Run(fmt.Sprintf("scan/%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			depth, quotes := 0, 0
			for b.Loop() {
				for _, c := range body {
					switch c {
					case '{', '[':
						depth++
					case '}', ']':
						depth--
					case '"':
						quotes++
					}
				}
			}
		})
	}
}

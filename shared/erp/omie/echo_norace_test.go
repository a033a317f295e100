//go:build !race

// Answers are read in one goroutine: under the race detector it is only slower.

package omie

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestABuyersWordsChangeNoAnswer(t *testing.T) {
	for _, m := range everyMethod {
		for _, f := range frames {
			for _, value := range hostile {
				// What the value takes away of Omie's own words is taken in both.
				want := echoed(m, f.before+"Maria"+f.after, f.code, wire.Sent{Request: []string{value, "Maria"}})
				for way, repeat := range ways {
					got := echoed(m, f.before+repeat(value)+f.after, f.code, wire.Sent{Request: map[string]any{"cidade": value}})
					if m == consultarOS && want.Kind == erp.Absent && got.Kind == erp.Unknown {
						continue // a proof needs both readings
					}
					if diff := cmp.Diff(want, got, wordstest.InEnglish()); diff != "" {
						t.Errorf("%s: %q %s in %q (-want +got):\n%s", m, value, way, f.before+"..."+f.after, diff)
					}
				}
			}
		}
	}
}

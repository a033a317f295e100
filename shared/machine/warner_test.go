package machine_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/placing"
)

// A count in memory tells nobody which order it was.
func TestAnOrderReversedOrChangedTooLateWarnsWithItsKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		then func(*purchase)
		want string
		also placing.Metric
	}{
		{"reversed", func(p *purchase) { p.event = "PURCHASE_REFUNDED" }, warnedReversed, placing.MetricReversedLate},
		{"changed", func(p *purchase) { p.price = "1.00" }, warnedChanged, placing.MetricChangedLate},
		{"announced again", func(*purchase) {}, "", placing.MetricCreated},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said bytes.Buffer
			b := plainBench(t, plainConfig)
			b.log = &said
			b.start()
			p := b.purchase(1)
			b.accept(p)
			b.reaches(p.key(), ledger.Created)
			b.clock.Pass(time.Minute)
			late := p
			late.created = b.clock.Now()
			if c.then(&late); c.want == "" {
				late = p
			}
			last := b.purchase(2)
			b.accept(late, last)
			// The lane is serial: when the last order is there, the late call was handled.
			b.reaches(last.key(), ledger.Created)
			b.stop()
			if _, counted := b.meter.counted.Load(c.also); !counted {
				t.Errorf("%s was not counted", c.also)
			}
			if got := warnings(t, &said); c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || got[0] != warning{c.want, p.key(), "estudio"}) {
				t.Errorf("warned of %+v, want %q", got, c.want)
			}
		})
	}
}

const (
	warnedReversed = "the store reversed an order that has a document, or may have one: carimbo orders show tells which, and nothing but you cancels it"
	warnedChanged  = "the store changed an order that has a document already: carimbo orders show tells which, and nothing but you changes it"
)

type warning struct {
	Message string `json:"msg"`
	Key     string `json:"key"`
	Account string `json:"account"`
}

func warnings(t *testing.T, said *bytes.Buffer) (list []warning) {
	t.Helper()
	for d := json.NewDecoder(said); d.More(); {
		var line struct {
			Level string `json:"level"`
			warning
		}
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Level == "WARN" {
			list = append(list, line.warning)
		}
	}
	return list
}

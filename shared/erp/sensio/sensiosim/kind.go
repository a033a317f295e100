package sensiosim

import (
	"encoding/json"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// Kind is the simulator as all others know it.
func Kind() erpsim.Kind {
	return erpsim.Kind{Name: "sensio", Path: "/", Stage: stage(), New: func(time.Duration) erpsim.Simulator { return simulator{New(Options{})} }}
}

type simulator struct{ *Sim }

// Know has nothing to add: without a catalogue, any product and any customer is known.
func (s simulator) Know(json.RawMessage) error { return nil }

func (s simulator) LoseAnswers(lose func(erp.Reference) bool) {
	s.OnCall(func(method, origID string) *Fault {
		if method != "POST /sales" || !lose(erp.Reference{OrigID: origID}) {
			return nil
		}
		return &Fault{Mode: WriteThenReset}
	})
}

func (s simulator) Count(ref erp.Reference) int { return s.Sim.Count(ref.Orig, ref.OrigID) }
func (s simulator) Documents() int              { return len(s.Sim.Documents()) }

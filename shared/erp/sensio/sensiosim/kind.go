package sensiosim

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// Kind is the simulator as all others know it.
func Kind() erpsim.Kind {
	return erpsim.Kind{Name: "sensio", Path: "/", Stage: stage(), New: func(time.Duration) erpsim.Simulator { return simulator{New(Options{})} }}
}

type simulator struct{ *Sim }

// Know learns where people are registered: without a catalogue, any product and any
// customer is known.
func (s simulator) Know(settings json.RawMessage) error {
	var account struct {
		Customer struct {
			Create struct{ Path string }
		}
	}
	if err := json.Unmarshal(settings, &account); err != nil {
		return fmt.Errorf("read where people are registered: %w", err)
	}
	if path, _, _ := strings.Cut(account.Customer.Create.Path, "?"); path != "" {
		s.With(func(time.Time) { s.opt.PeoplePath = path })
	}
	return nil
}

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

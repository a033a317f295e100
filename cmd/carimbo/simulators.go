package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	simulated "github.com/carimbo/carimbo/shared/erp/simulators"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

// simulators are the ERPs in this process, each on a loopback listener of its
// own.
type simulators struct {
	running []simulator
	failed  chan error
}

// simulator stands for the ERP of a kind.
type simulator struct {
	erpsim.Simulator
	kind erpsim.Kind
	// url is where it shows itself, with a slash at the end.
	url    string
	server *http.Server
}

// startSimulators listens and serves until stop. What an ERP holds against equal calls
// shrinks with the spacing of calls.
func startSimulators(spacing time.Duration) (_ *simulators, err error) {
	all := simulated.All()
	s := &simulators{failed: make(chan error, len(all))}
	for _, kind := range all {
		if err := s.start(kind, spacing); err != nil {
			return nil, errors.Join(words.Errorf("start the simulators: %s", err), s.stop(context.Background()))
		}
	}
	return s, nil
}

func (s *simulators) start(kind erpsim.Kind, spacing time.Duration) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	sim := simulator{Simulator: kind.New(spacing), kind: kind, url: "http://" + l.Addr().String() + "/"}
	sim.server = &http.Server{Handler: sim, ReadHeaderTimeout: 10 * time.Second}
	s.running = append(s.running, sim)
	go func() { s.failed <- sim.server.Serve(l) }()
	return nil
}

// of is the simulator of a kind of ERP; nil if there is none.
func (s *simulators) of(kind string) *simulator {
	for i, sim := range s.running {
		if sim.kind.Name == kind {
			return &s.running[i]
		}
	}
	return nil
}

// baseURL points an account at its simulator, which is told what the merchant's ERP
// knows. Where there is none it leads nowhere: what is simulated calls no real ERP.
func (s *simulators) baseURL(kind string, settings json.RawMessage) string {
	sim := s.of(kind)
	if sim == nil || sim.Know(settings) != nil {
		return "http://127.0.0.1:0/"
	}
	return strings.TrimSuffix(sim.url, "/") + sim.kind.Path
}

// titleOf is what people call a kind of ERP.
func titleOf(kind string) string {
	k, _ := kinds.All().Find(kind)
	return cmp.Or(k.Title, kind)
}

func (s *simulators) titles() words.Text {
	titles := make([]string, len(s.running))
	for i, sim := range s.running {
		titles[i] = titleOf(sim.kind.Name)
	}
	return operator.AllOf(titles)
}

// holding says what each holds, in one sentence.
func (s *simulators) holding() words.Text {
	var all words.Text
	for i, sim := range s.running {
		kind, _ := kinds.All().Find(sim.kind.Name)
		document, _ := kind.Document("")
		if len(kind.Documents) > 1 {
			document.Title, document.Titles = words.Say("document"), words.Say("documents")
		}
		if held := document.Count(sim.Documents()); i == 0 {
			all = words.Say("%s holds %s", kind.Title, held)
		} else {
			all = words.Say("%s, %s %s", all, kind.Title, held)
		}
	}
	return all
}

// stop ends the simulators and what hangs in them.
func (s *simulators) stop(ctx context.Context) error {
	if s == nil {
		return nil
	}
	var errs []error
	for _, sim := range s.running {
		sim.Close()
		errs = append(errs, sim.server.Shutdown(ctx))
		if err := <-s.failed; !errors.Is(err, http.ErrServerClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

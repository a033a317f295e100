package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
)

// simulators are the ERPs in this process, each on a loopback listener of its
// own.
type simulators struct {
	omie   *omiesim.Sim
	server *http.Server
	url    string
	failed chan error
}

// startSimulators listens and serves until stop. The window in which Omie refuses
// an identical call shrinks with the spacing of calls, as it does at Omie's with
// the true one.
func startSimulators(spacing time.Duration) (*simulators, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the Omie simulator: %w", err)
	}
	s := &simulators{omie: omiesim.New(omiesim.Options{RedundantFor: spacing * 60 / 61}), url: "http://" + l.Addr().String() + "/", failed: make(chan error, 1)}
	s.server = &http.Server{Handler: s.omie, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.failed <- s.server.Serve(l) }()
	return s, nil
}

// omieURL is where Omie accounts are pointed.
func (s *simulators) omieURL() string { return s.url + "api/v1/" }

// know tells the simulator what the merchant's Omie knows: the services, the
// customer and the bank account that the configuration names.
func (s *simulators) know(c omie.Config) {
	var services []omiesim.Service
	for sku, fields := range c.Services {
		v := omiesim.Service{Description: sku, TaxCode: "01", CityCode: "01015", LC116: "7.07"}
		v.ID = number(fields["nCodServico"])
		v.IntegrationCode, _ = fields["cCodIntServico"].(string)
		if v.ID != 0 || v.IntegrationCode != "" {
			services = append(services, v)
		}
	}
	var customers []omiesim.Customer
	if id := number(c.DefaultCustomer); id != 0 {
		customers = append(customers, omiesim.Customer{ID: id, Name: "Consumidor Final"})
	}
	var accounts []int64
	if info, ok := c.OS["InformacoesAdicionais"].(map[string]any); ok {
		if id := number(info["nCodCC"]); id != 0 {
			accounts = append(accounts, id)
		}
	}
	s.omie.Know(services, customers, accounts)
}

// number is the id in a configuration, or 0.
func number(v any) int64 {
	n, _ := v.(json.Number)
	id, err := n.Int64()
	if err != nil {
		return 0
	}
	return id
}

// stop ends the simulators and what hangs in them.
func (s *simulators) stop(ctx context.Context) error {
	if s == nil {
		return nil
	}
	s.omie.Close()
	err := s.server.Shutdown(ctx)
	if served := <-s.failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

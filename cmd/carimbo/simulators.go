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
	"github.com/carimbo/carimbo/shared/erp/sensio"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

// simulators are the ERPs in this process, each on a loopback listener of its
// own.
type simulators struct {
	omie   *omiesim.Sim
	sensio *sensiosim.Sim
	// omieURL and sensioURL are where the simulators show themselves, with a slash
	// at the end.
	omieURL, sensioURL string

	servers []*http.Server
	failed  chan error
}

// startSimulators listens and serves until stop. The window in which Omie refuses
// an identical call shrinks with the spacing of calls, as it does at Omie's with
// the true one.
func startSimulators(spacing time.Duration) (_ *simulators, err error) {
	s := &simulators{failed: make(chan error, 2),
		omie:   omiesim.New(omiesim.Options{RedundantFor: spacing * 60 / 61}),
		sensio: sensiosim.New(sensiosim.Options{})}
	if s.omieURL, err = s.listen(s.omie); err == nil {
		s.sensioURL, err = s.listen(s.sensio)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the simulators: %w", err), s.stop(context.Background()))
	}
	return s, nil
}

func (s *simulators) listen(h http.Handler) (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	go func() { s.failed <- server.Serve(l) }()
	return "http://" + l.Addr().String() + "/", nil
}

// pointOmie points an Omie account at the simulator, and tells it what the
// merchant's Omie knows: the services, the customer and the bank account that the
// configuration names.
func (s *simulators) pointOmie(c *omie.Config) {
	c.BaseURL = s.omieURL + "api/v1/"
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

// pointSensio points a Sensio account at the simulator, which takes any product
// and any customer.
func (s *simulators) pointSensio(c *sensio.Config) { c.BaseURL = s.sensioURL }

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
	s.sensio.Close()
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Shutdown(ctx))
		if err := <-s.failed; !errors.Is(err, http.ErrServerClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

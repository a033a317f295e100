package omiesim

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// Kind is the simulator as all others know it. The window in which Omie refuses an
// identical call is 60 of the 61 s that are kept.
func Kind() erpsim.Kind {
	return erpsim.Kind{Name: "omie", Path: "/api/v1/", Stage: stage(), New: func(spacing time.Duration) erpsim.Simulator {
		return simulator{New(Options{RedundantFor: spacing * 60 / 61})}
	}}
}

type simulator struct{ *Sim }

// Know adds the services, the customer and the bank account that an account names.
func (s simulator) Know(settings json.RawMessage) error {
	var named struct {
		OS struct {
			InformacoesAdicionais struct {
				NCodCC json.Number `json:"nCodCC"`
			}
		} `json:"os"`
		Customer struct {
			Default json.Number `json:"default"`
		} `json:"customer"`
		Services map[string]struct {
			NCodServico    json.Number `json:"nCodServico"`
			CCodIntServico string      `json:"cCodIntServico"`
		} `json:"services"`
	}
	if err := json.Unmarshal(settings, &named); err != nil {
		return fmt.Errorf("read what an account names: %w", err)
	}
	var services []Service
	for sku, of := range named.Services {
		v := Service{Description: sku, TaxCode: "01", CityCode: "01015", LC116: "7.07", ID: number(of.NCodServico), IntegrationCode: of.CCodIntServico}
		if v.ID != 0 || v.IntegrationCode != "" {
			services = append(services, v)
		}
	}
	var customers []Customer
	if id := number(named.Customer.Default); id != 0 {
		customers = append(customers, Customer{ID: id, Name: "Consumidor Final"})
	}
	var accounts []int64
	if id := number(named.OS.InformacoesAdicionais.NCodCC); id != 0 {
		accounts = append(accounts, id)
	}
	s.Sim.Know(services, customers, accounts)
	return nil
}

// number is an id, or 0.
func number(n json.Number) int64 {
	id, err := n.Int64()
	if err != nil {
		return 0
	}
	return id
}

func (s simulator) LoseAnswers(lose func(erp.Reference) bool) {
	s.OnCall(func(method, code string) *Fault {
		if method != "IncluirOS" || !lose(erp.Reference{Code: code}) {
			return nil
		}
		return &Fault{Mode: WriteThenReset}
	})
}

func (s simulator) Count(ref erp.Reference) int { return s.Sim.Count(ref.Code) }
func (s simulator) Documents() int              { return len(s.Sim.Documents()) }

package omiesim

import (
	"cmp"
	"slices"
	"time"
)

// Know adds services, customers and bank accounts to those that the Sim knows,
// so that it can stand for a merchant's Omie. What it knows by its id, or a service
// by its codes, stays as it is. A service without an id gets one.
func (s *Sim) Know(services []Service, customers []Customer, accounts []int64) {
	s.With(func(time.Time) {
		for _, v := range services {
			known := slices.ContainsFunc(s.services, func(k Service) bool {
				named := v.ID != 0 || v.IntegrationCode != "" || v.Code != ""
				return v.ID != 0 && k.ID == v.ID || v.IntegrationCode != "" && k.IntegrationCode == v.IntegrationCode ||
					v.Code != "" && k.Code == v.Code || !named && k.Description == v.Description
			})
			if !known {
				s.stood(v)
			}
		}
		for _, c := range customers {
			if !slices.ContainsFunc(s.customers, func(k *Customer) bool { return k.ID == c.ID }) {
				c.TaxID = bareTaxID(c.TaxID)
				s.customers = append(s.customers, &c)
			}
		}
		for _, a := range accounts {
			if !slices.Contains(s.accounts, a) {
				s.accounts = append(s.accounts, a)
			}
		}
	})
}

// anyService is by what a service is found whatever it is called: an account that names
// services by what a store calls them has all of them in its catalogue.
type anyService struct{ integrationCode, code, description bool }

// stood adds a service to the catalogue, with an id where it has none.
func (s *Sim) stood(v Service) Service {
	for v.ID == 0 || s.hasService(v.ID) {
		s.nextService++
		v.ID = firstService + s.nextService
	}
	v.TaxCode, v.CityCode, v.LC116 = cmp.Or(v.TaxCode, "01"), cmp.Or(v.CityCode, "01015"), cmp.Or(v.LC116, "7.07")
	s.services = append(s.services, v)
	return v
}

// firstService is where ids of services without one start.
const firstService = 3847000000

func (s *Sim) hasService(id int64) bool {
	return slices.ContainsFunc(s.services, func(k Service) bool { return k.ID == id })
}

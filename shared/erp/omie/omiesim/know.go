package omiesim

import (
	"slices"
	"time"
)

// Know adds services, customers and bank accounts to those that the Sim knows,
// so that it can stand for a merchant's Omie. What it knows by its id, or a service
// by its integration code, stays as it is. A service without an id gets one.
func (s *Sim) Know(services []Service, customers []Customer, accounts []int64) {
	s.With(func(time.Time) {
		for _, v := range services {
			known := slices.ContainsFunc(s.services, func(k Service) bool {
				return v.ID != 0 && k.ID == v.ID || v.IntegrationCode != "" && k.IntegrationCode == v.IntegrationCode
			})
			if known {
				continue
			}
			for v.ID == 0 || s.hasService(v.ID) {
				s.nextService++
				v.ID = firstService + s.nextService
			}
			s.services = append(s.services, v)
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

// firstService is where ids of services without one start.
const firstService = 3847000000

func (s *Sim) hasService(id int64) bool {
	return slices.ContainsFunc(s.services, func(k Service) bool { return k.ID == id })
}

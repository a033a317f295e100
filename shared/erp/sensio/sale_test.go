package sensio

import "testing"

func TestASaleThatContradictsItselfIsToldApart(t *testing.T) {
	right := func() Sale {
		return Sale{Total: "100", Discount: "10", OtherExpenses: "1.5", TransportFee: "8.5", NetTotal: "100",
			SaleLines: []SaleLine{{Qty: "2", Price: "50"}}, Payments: []Payment{{VDup: "60"}, {VDup: "40"}}}
	}
	for name, change := range map[string]func(*Sale){
		"total":    func(s *Sale) { s.Total = "99.99" },
		"netTotal": func(s *Sale) { s.NetTotal = "100.01" },
		"discount": func(s *Sale) { s.Discount = "10.01" },
		"expenses": func(s *Sale) { s.OtherExpenses = "" },
		"freight":  func(s *Sale) { s.TransportFee = "8" },
		"payments": func(s *Sale) { s.Payments[1].VDup = "39.99" },
		"quantity": func(s *Sale) { s.SaleLines[0].Qty = "3" },
		"no qty":   func(s *Sale) { s.SaleLines[0].Qty = "" },
		"price":    func(s *Sale) { s.SaleLines[0].Price = "x" },
	} {
		s := right()
		if net, err := s.sum(); err != nil || net.String() != "100.00" {
			t.Fatalf("%s %v", net, err)
		}
		change(&s)
		if _, err := s.sum(); err == nil {
			t.Errorf("a sale with another %s adds up", name)
		}
	}
}

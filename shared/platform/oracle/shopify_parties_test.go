package oracle

// address is a party as Shopify's addresses have it.
func (d dice) address(p person) object {
	a := object{
		"first_name": p.first, "last_name": p.last, "name": p.name(), "company": nil, "address1": "Rua das Palmeiras, 120",
		"city": "Campinas", "zip": "13010-040", "province_code": "SP", "country": "Brazil", "country_code": p.country, "phone": nil,
	}
	if firm := d.firmField(p); firm != "" {
		a["company"] = firm
	}
	if p.country == "" {
		a["country_code"], a["country"] = nil, nil
	}
	return a
}

// parties puts in who pays, who bought and who receives: one person mostly.
func (s *store) parties() {
	payer := s.person()
	other := func() person {
		if s.chance(60) {
			return s.likewise(payer)
		}
		return s.person()
	}
	o, buys := s.order, other()
	for _, name := range []string{"billing_address", "shipping_address", "customer"} {
		if s.chance(50) {
			o[name] = nil // and not absent
		}
	}
	o["email"] = pick[any](s.dice, payer.email, payer.email, buys.email, nil, "")
	if s.chance(85) {
		o["billing_address"] = s.address(payer)
	}
	if s.chance(75) {
		o["shipping_address"] = s.address(other())
	}
	if s.chance(90) {
		customer := object{"id": 55, "first_name": buys.first, "last_name": buys.last, "email": buys.email, "phone": nil}
		if s.chance(20) {
			customer["email"] = nil
		}
		if s.chance(80) {
			home := buys
			if s.chance(15) {
				home = s.person()
			}
			customer["default_address"] = s.address(home)
		}
		o["customer"] = customer
	}
	attributes := []any{}
	for range pick(s.dice, 0, 1, 1, 2, 3) {
		a := s.attribute()
		attributes = append(attributes, object{"name": a.name, "value": a.value})
	}
	o["note_attributes"] = attributes
	if s.chance(20) {
		var edges []any
		for _, key := range []string{"SHIPPING_CREDENTIAL_BR", "TAX_CREDENTIAL_BR"} {
			if s.chance(60) {
				edges = append(edges, object{"node": object{"key": key, "value": s.someID()}})
			}
		}
		o["localizedFields"] = object{"edges": edges}
	}
}

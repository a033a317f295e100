package platform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Fields are values under the names that a shop, a plugin or an app gave them.
type Fields []Field

// Field is one of them.
type Field struct {
	Name, Value string
	// At is its place in the payload, where that isn't its name in the party's record.
	At     string `json:"-"`
	record string
	// several tells that the value is one of many. aside tells a field of no party's, where
	// nobody looks for a tax id; inText that it is only told, as it stood in a text.
	several, aside, inText bool
}

// UnmarshalJSON takes the texts and numbers of an object, in its order, and what is a list or
// an object of texts. It never
// fails on valid JSON.
func (f *Fields) UnmarshalJSON(b []byte) error {
	*f = nil
	d := json.NewDecoder(bytes.NewReader(b))
	if opening, err := d.Token(); err != nil || opening != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		var value value
		if err != nil || d.Decode(&value) != nil {
			return nil
		}
		if text, ok := name.(string); ok && value.text != "" {
			*f = append(*f, Field{Name: text, Value: value.text, several: value.several})
		}
	}
	return nil
}

// cpf is 1 where the value is a CPF, and else 0.
func (f Field) cpf() int {
	if id, _ := order.ParseTaxID(f.Value); id.IsCPF() {
		return 1
	}
	return 0
}

// FieldsAt are those of the object at the path; none where there is no object. Of one
// record the CPF counts before the CNPJ, in whatever order it has them.
func FieldsAt(body []byte, path ...string) Fields {
	for _, key := range path {
		var object map[string]json.RawMessage
		if Unmarshal(body, &object) != nil {
			return nil
		}
		body = object[key]
	}
	var fields Fields
	_ = fields.UnmarshalJSON(body)
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(b.cpf(), a.cpf()) })
	return fields
}

// Payer is the customer of an order: the first of the parties, best first, that names
// anybody, whole. own is what the order says of itself, whoever its people are: that is
// the payer's. A further record under the payer's name is the payer's, too, and says what
// the first doesn't; but not for whose company somebody bought. The origins say all that.
func Payer(s Settings, own Party, parties ...Party) (order.Customer, order.Origins) {
	said, read := parties, make([]Party, len(parties))
	for i, p := range parties {
		read[i] = p.read()
	}
	parties = read
	chosen, rule := payerOf(s, parties)
	payer := parties[chosen]
	own.Address.Country = payer.Address.Country
	own = own.read()
	from := order.Origins{Payer: payer.At, Rule: rule}
	said[chosen].tellUnread(payer, &from)
	fields := append(payer.placed(nil), own.placed(nil)...)
	company, firm := payer.firm(fields)
	var elsewhere []string // what is of another party
	var left Fields
	for i, p := range parties {
		if i == chosen {
			continue
		}
		if p.namesAnother(payer) {
			from.Omit(words.Plain(p.At), "it names somebody else than the payer")
			elsewhere = append(elsewhere, p.At+".")
			continue
		}
		payer.takeEmail(p)
		payer.Phone = cmp.Or(payer.Phone, p.Phone)
		payer.Address = cmp.Or(payer.Address, p.Address)
		fields = p.placed(fields)
		if _, id := companyAndTaxID(p.Company); p.Company != payer.Company {
			f := Field{Name: p.At + " (company)", Value: id, At: p.At + " (company)", aside: true}
			f.inText = f.cpf() == 0 // whose company it is nobody knows
			left = append(left, f)
		}
	}
	fields = fields.besides(elsewhere)
	ids := readTaxIDs(s.TaxIDFields, fields, payer.Address.Country)
	ids.add(firm)
	for _, f := range left {
		ids.leaveRight(f)
	}
	payer.takeEmail(own)
	c := order.Customer{
		Name:    payer.Name,
		Email:   payer.Email,
		Phone:   cmp.Or(payer.Phone, own.Phone),
		Address: payer.Address,
	}
	c.MoreEmails = payer.others
	ids.decide(&c, &from, personOf(fields), company)
	payer.carry(&c, &from, company, firm.At)
	return c, from
}

// firm is the company's name, and what its field has of a tax id: the record's own, or
// one of the fields.
func (p Party) firm(fields Fields) (company string, taxID Field) {
	company, written := companyAndTaxID(p.Company)
	taxID = Field{Name: labels(p.Company), Value: written, At: p.At + " (company)"}
	if named := companyOf(fields); company == "" && named.Value != "" {
		text := named.Value
		if company, named.Value = companyAndTaxID(text); written == "" {
			taxID = Field{Name: labels(text), Value: named.Value, At: named.place()}
		}
	}
	return company, taxID
}

// carry chooses between the names of the person and of the company, which stands there.
func (p Party) carry(c *order.Customer, from *order.Origins, company, at string) {
	if c.TaxID.IsCPF() {
		company = strings.TrimSpace(strings.TrimSuffix(company, string(c.TaxID)))
	}
	switch {
	case company == "":
	case c.Name == "" || c.TaxID != "" && !c.TaxID.IsCPF():
		if c.Name != "" {
			from.Omit(words.Say("%s (name)", p.At), "the tax id is a CNPJ, and the document carries the company's name")
		}
		c.Name = company
	default:
		from.Omit(words.Plain(at), "there is no CNPJ, and the document carries the person's name")
	}
}

// takeEmail takes the other's addresses where the party has none.
func (p *Party) takeEmail(other Party) {
	if p.Email == "" {
		p.Email, p.others = other.Email, other.others
	}
}

// placed adds the party's fields, which say where they are from now on.
func (p Party) placed(fields Fields) Fields {
	for _, f := range p.Fields {
		f.record = p.At
		fields = append(fields, f)
	}
	return fields
}

// besides are the fields without those aside that are another party's, or that are read as a
// field of a party's.
func (fs Fields) besides(parties []string) Fields {
	known := map[string]bool{}
	for _, f := range fs {
		known[f.place()] = known[f.place()] || !f.aside && whoseIs(f.Name) != nobodys
	}
	return slices.DeleteFunc(fs, func(f Field) bool {
		return f.aside && (known[f.place()] || slices.ContainsFunc(parties, func(at string) bool { return strings.HasPrefix(f.place(), at) }))
	})
}

// payerOf is the first party with a name, a company or a tax id; else the first with an
// e-mail; else the first. The rule says it in words.
func payerOf(s Settings, parties []Party) (chosen int, rule words.Text) {
	var names []string
	for _, p := range parties {
		names = append(names, p.At)
	}
	all := strings.Join(slices.Compact(names), ", ")
	if len(parties) == 1 {
		return 0, words.Say("the only party of the payload")
	}
	for i, p := range parties {
		if p.Name != "" || p.Company != "" || len(readTaxIDs(s.TaxIDFields, p.Fields, p.Address.Country).texts) > 0 {
			return i, words.Say("the first that names anybody, of %s", all)
		}
	}
	for i, p := range parties {
		if p.Email != "" {
			return i, words.Say("the first that has an e-mail, as none names anybody, of %s", all)
		}
	}
	return 0, words.Say("none names anybody, and it comes first, of %s", all)
}

// namesAnother tells whether the record is of somebody else than the payer.
func (p Party) namesAnother(payer Party) bool {
	if p.Name == "" {
		return p.Company != "" && (payer.Name != "" || fold.Text(p.Company) != fold.Text(payer.Company))
	}
	return fold.Text(p.Name) != fold.Text(payer.Name)
}

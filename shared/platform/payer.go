package platform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// Fields are values under the names that a shop, a plugin or an app gave them.
type Fields []Field

// Field is one of them.
type Field struct {
	Name, Value string
	// At is its place in the payload, where that isn't its name in the party's record.
	At     string `json:"-"`
	record string
}

// UnmarshalJSON takes the texts and numbers of an object, in its order. It never
// fails on valid JSON.
func (f *Fields) UnmarshalJSON(b []byte) error {
	*f = nil
	d := json.NewDecoder(bytes.NewReader(b))
	if opening, err := d.Token(); err != nil || opening != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		var value loose.Text
		if err != nil || d.Decode(&value) != nil {
			return nil
		}
		if text, ok := name.(string); ok && value != "" {
			*f = append(*f, Field{Name: text, Value: string(value)})
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
	for i, p := range parties {
		if i == chosen {
			continue
		}
		if p.namesAnother(payer) {
			from.Drop(p.At, "it names somebody else than the payer")
			continue
		}
		payer.takeEmail(p)
		payer.Phone = cmp.Or(payer.Phone, p.Phone)
		payer.Address = cmp.Or(payer.Address, p.Address)
		fields = p.placed(fields)
	}
	company, written := companyAndTaxID(payer.Company)
	ids := readTaxIDs(s.TaxIDFields, fields)
	ids.add(Field{Value: written, At: payer.At + " (company)"})
	payer.takeEmail(own)
	c := order.Customer{
		Name:    payer.Name,
		Email:   payer.Email,
		Phone:   cmp.Or(payer.Phone, own.Phone),
		Address: payer.Address,
	}
	c.MoreEmails = payer.others
	ids.decide(&c, &from, personOf(fields), company)
	switch {
	case company == "":
	case c.Name == "" || c.TaxID != "" && !c.TaxID.IsCPF():
		if c.Name != "" {
			from.Drop(payer.At+" (name)", "the tax id is a CNPJ, and the document carries the company's name")
		}
		c.Name = company
	default:
		from.Drop(payer.At+" (company)", "there is no CNPJ, and the document carries the person's name")
	}
	return c, from
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

// payerOf is the first party with a name, a company or a tax id; else the first with an
// e-mail; else the first. The rule says it in words.
func payerOf(s Settings, parties []Party) (chosen int, rule string) {
	var names []string
	for _, p := range parties {
		names = append(names, p.At)
	}
	all := strings.Join(slices.Compact(names), ", ")
	if len(parties) == 1 {
		return 0, "the only party of the payload"
	}
	for i, p := range parties {
		if p.Name != "" || p.Company != "" || len(readTaxIDs(s.TaxIDFields, p.Fields).texts) > 0 {
			return i, "the first that names anybody, of " + all
		}
	}
	for i, p := range parties {
		if p.Email != "" {
			return i, "the first that has an e-mail, as none names anybody, of " + all
		}
	}
	return 0, "none names anybody, and it comes first, of " + all
}

// namesAnother tells whether the record is of somebody else than the payer.
func (p Party) namesAnother(payer Party) bool {
	if p.Name == "" {
		return p.Company != "" && (payer.Name != "" || fold.Text(p.Company) != fold.Text(payer.Company))
	}
	return fold.Text(p.Name) != fold.Text(payer.Name)
}

// companyAndTaxID takes a tax id out of a company's field, where shops that ask for none
// are given it: alone, or beside the company's name. What is no tax id is one that was
// mistyped where it is nothing but digits, or is called CPF or CNPJ.
func companyAndTaxID(text string) (company, taxID string) {
	if id, _ := order.ParseTaxID(text); id != "" {
		return "", text
	}
	before, id, after := order.CutTaxID(text)
	right, _ := order.ParseTaxID(id)
	if right == "" && mistyped(text) {
		return "", text
	}
	called := false
	words := strings.FieldsFunc(fold.Text(before+" "+after), func(r rune) bool { return !isWord(r) })
	for _, w := range words {
		called = called || w == "cpf" || w == "cnpj"
	}
	if id == "" || right == "" && !called {
		return text, ""
	}
	return strings.TrimSpace(unlabelled(before) + " " + unlabelled(after)), id
}

// unlabelled is a company's name without what led to its tax id.
func unlabelled(text string) string {
	for {
		cut := strings.Trim(text, " \t-–—:;,/|()[]")
		for _, label := range []string{"cpf", "cnpj"} {
			if n := len(cut) - len(label); n >= 0 && strings.EqualFold(cut[n:], label) {
				cut = cut[:n]
			}
		}
		if cut == text {
			return text
		}
		text = cut
	}
}

// mistyped tells a wrong tax id from a company's name: nothing but digits and their
// punctuation, and almost enough of them; or the 14 characters of a CNPJ with letters.
func mistyped(text string) bool {
	bare := strings.NewReplacer(".", "", "-", "", "/", "", " ", "").Replace(fold.Text(text))
	letters := strings.Trim(bare, "0123456789") != ""
	return len(loose.Text(text).Digits()) >= 9 && strings.TrimFunc(bare, isWord) == "" && (!letters || len(bare) == 14)
}

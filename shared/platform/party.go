package platform

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// Party is one of the people of an order, as one record of the platform has them: in the
// platform's own writing, which Payer reads.
type Party struct {
	// At is the record's place in the payload.
	At      string
	Name    string
	Company string
	Email   string
	Phone   string
	// PhoneCode is the area's or the country's code, where the record has it apart.
	PhoneCode string
	Address   order.Address
	// others are the e-mail addresses after the first.
	others []string
	// Fields are what else the record says, under names that may be a tax id's.
	Fields Fields
}

// read is the party as an order has it.
func (p Party) read() Party {
	p.Name, p.Company = personsName(p.Name), Company(p.Company)
	p.Email, p.others = mailboxes(Plain(p.Email))
	p.Address = readAddress(p.Address)
	p.Phone, p.PhoneCode = order.ReadPhone(Plain(p.Phone), p.PhoneCode, p.Address.Country), ""
	fields := make(Fields, len(p.Fields))
	for i, f := range p.Fields {
		f.Name, f.Value = Plain(f.Name), Plain(f.Value)
		fields[i] = f
	}
	p.Fields = fields
	return p
}

// noNames are the words that programs write for nothing; listed in docs/platforms/payer.md.
var noNames = wordSet(`null undefined nil nan`)

// personsName is what a name's field says, and empty where that is nothing: dashes alone, or
// the words of a program alone. Null and its like beside another word are somebody's name.
func personsName(text string) string {
	text = Plain(text)
	for word := range strings.FieldsSeq(phraseOf(text)) {
		if !noNames[word] {
			return text
		}
	}
	return ""
}

// tellUnread says what of the party's record can't be read.
func (p Party) tellUnread(read Party, from *order.Origins) {
	state := p.Address.State
	if Foreign(read.Address.Country) {
		state = "" // none is read, and the ERPs have no field for it
	}
	dropUnread(from, p.Email, read.Email, "%s (e-mail)", p.At)
	dropUnread(from, p.Phone, read.Phone, "%s (phone)", p.At)
	dropUnread(from, state, read.Address.State, "%s (state)", p.At)
	dropUnread(from, p.Address.PostalCode, read.Address.PostalCode, "%s (postal code)", p.At)
}

// dropUnread tells of a field that has something, of which nothing is read.
func dropUnread(from *order.Origins, was, is, format string, values ...any) {
	if strings.TrimSpace(was) != "" && is == "" {
		from.Omit(words.Say(format, values...), "it can't be read")
	}
}

// Finished is the order that a platform gives: the lines named as people read them, a
// negative fee as the discount that it is, and Bounded.
func Finished(o order.Order) order.Order {
	for i := range o.Lines {
		o.Lines[i].Name = Plain(o.Lines[i].Name)
	}
	for i := range o.Payments {
		o.Payments[i].Name = Plain(o.Payments[i].Name)
	}
	if o.Fees.IsNegative() {
		o.TakeOff(o.Fees, words.Say("the sum of the fees"))
		o.Fees = order.Money{}
	}
	return o.Bounded()
}

// entity is a character as HTML writes it. Without its semicolon it is none: there are
// names like "Papel&para Presente".
var entity = regexp.MustCompile(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// Plain is a text as people read it: many shops keep names with HTML's entities, and their
// plugins with entities of entities.
func Plain(text string) string {
	for range 3 {
		if !strings.Contains(text, "&") {
			break
		}
		text = entity.ReplaceAllStringFunc(text, html.UnescapeString)
	}
	return strings.TrimSpace(text)
}

var oneMailbox = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$`)

// mailboxes are the e-mail addresses of a field, the first one first; empty where there is
// none.
func mailboxes(text string) (first string, others []string) {
	// A slash stands between two addresses, or in the name of one.
	for _, between := range []string{",;|<>()[]\"", ",;|<>()[]\"/"} {
		first, others = "", nil
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(between+" \t\r\n\u00a0", r) }) {
			part = strings.Trim(strings.TrimPrefix(part, "mailto:"), ".:'")
			switch {
			case !oneMailbox.MatchString(part) || part == first || slices.Contains(others, part):
			case first == "":
				first = part
			default:
				others = append(others, part)
			}
		}
		if first != "" {
			return first, others
		}
	}
	return "", nil
}

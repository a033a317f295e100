package platform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// The words by which the name of a field is judged, as fold.Text leaves them; listed in
// docs/platforms/payer.md.
var (
	// idWords are a tax id's. True where nothing else is called so: a document may be
	// an invoice.
	idWords = map[string]bool{"cpf": true, "cnpj": true, "taxid": true, "documento": false, "document": false}
	// payerWords leave an id the payer's.
	payerWords = wordSet(`cliente customer client comprador compradora buyer pagador pagadora payer consumidor consumidora
		consumer tomador tomadora taxpayer contribuinte usuario user billing bill cobranca faturamento empresa company
		pessoa person fisica juridica checkout wc br numero number num no nr id seu sua meu your my
		do da de del of the o a ou or e and informe digite obrigatorio obrigatoria required opcional optional somente apenas numeros`)
	// otherWords make it somebody else's.
	otherWords = wordSet(`transportadora transportador transporte carrier courier correios frete freight vendedor vendedora
		vendor seller loja lojista store shop merchant emitente emissor issuer fornecedor fornecedora supplier fabricante
		manufacturer destinatario destinataria recipient receiver recebedor recebedora addressee entrega entregador
		entregadora delivery shipping ship envio remetente sender motorista driver motoboy retirada pickup presenteado
		presenteada presente gift beneficiario beneficiaria beneficiary dependente afiliado afiliada affiliate parceiro
		parceira partner produtor produtora producer coprodutor coprodutora coproducer representante corretor corretora
		marketplace intermediador intermediadora intermediario gateway adquirente credenciadora banco bank`)
)

// The names of what kind of person the payer is, and its spellings.
var (
	personFields = wordSet(`persontype tipopessoa tipopersona pessoa kindperson entitytype documenttype tipodocumento type tipo`)
	personWords  = wordSet(`f pf 1 fisica fisico individual natural cpf`)
	companyWords = wordSet(`j pj 2 juridica juridico legal empresa company business corporate cnpj entity`)
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// whose says whose tax id a field may be.
type whose int

const (
	nobodys whose = iota // no tax id
	others               // somebody else's
	payers
	payersIfLikely // the payer's, if it looks like one
	unknown        // a tax id's name of which nobody knows whose
)

// whoseIs judges a field by its name.
func whoseIs(name string) whose {
	if !holds(name, "cpf", "cnpj", "document", "tax") {
		return nobodys
	}
	words := wordsOf(name)
	isID, sure, known := false, false, true
	for _, w := range words {
		only, id := idWords[w]
		isID, sure = isID || id, sure || only
		known = known && (id || payerWords[w])
	}
	switch {
	case !isID:
		return nobodys
	case slices.ContainsFunc(words, func(w string) bool { return otherWords[w] }):
		return others
	case !known:
		return unknown
	case sure:
		return payers
	}
	return payersIfLikely
}

// apart sets the words of ids apart where a name runs them together.
var apart = strings.NewReplacer("documento", " documento ", "document", " document ", "cnpj", " cnpj ", "cpf", " cpf ")

// wordsOf are a name's words: CPF do cliente, billing_cpf, clienteCPF, cpfcnpj. Of a path
// the first part and the last say what is meant, and what lies between is the plugin that
// made it: _wc_billing/plugin/cpf.
func wordsOf(name string) []string {
	if first, last := strings.IndexByte(name, '/'), strings.LastIndexByte(name, '/'); first != last {
		name = name[:first] + name[last:]
	}
	name = strings.Map(func(r rune) rune {
		if isWord(r) {
			return r
		}
		return ' '
	}, fold.Text(spaced(name)))
	var words []string
	for word := range strings.FieldsSeq(apart.Replace(name)) {
		if last := len(words) - 1; last >= 0 && words[last] == "tax" && (word == "id" || word == "credential") {
			words[last] = "taxid"
			continue
		}
		words = append(words, word)
	}
	return words
}

// spaced is a name with a space before each capital that begins a word: clienteCPF,
// CPFCliente.
func spaced(name string) string {
	isCapital := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	var b strings.Builder
	for i := range len(name) {
		begins := i > 0 && isCapital(name[i]) && (isWord(rune(name[i-1])) ||
			isCapital(name[i-1]) && i+1 < len(name) && 'a' <= name[i+1] && name[i+1] <= 'z')
		if begins {
			b.WriteByte(' ')
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

// holds tells at once that a name has none of the parts: most names of a store's meta data
// have nothing to do with anybody.
func holds(name string, parts ...string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
}

func isWord(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

// taxIDs are what may be the payer's tax id, best first.
type taxIDs struct {
	texts []idText
	// unread is the first field that may be it, too, if only somebody said so; one that is a
	// right one, which unreadID is, if there is such a field.
	unread   Field
	unreadID order.TaxID
	// notTheirs are the places of other parties' ids.
	notTheirs []string
}

// idText is one of them. Where it is wrong its name tells a CPF from a CNPJ, or else its
// length.
type idText struct {
	text, at  string
	id        order.TaxID
	cpf, cnpj bool
}

// place is where a field is.
func (f Field) place() string { return cmp.Or(f.At, f.record+"."+f.Name) }

// readTaxIDs takes the fields that the connection names first.
func readTaxIDs(named []string, fields Fields) taxIDs {
	var mine []string
	for _, name := range named {
		mine = append(mine, strings.Join(wordsOf(name), ""))
	}
	var ids, known taxIDs
	for _, f := range fields {
		if len(mine) > 0 && slices.Contains(mine, strings.Join(wordsOf(f.Name), "")) {
			ids.add(f)
			continue
		}
		switch whoseIs(f.Name) {
		case payers:
			known.add(f)
		case payersIfLikely:
			if likely(f.Value) {
				known.add(f)
			}
		case unknown:
			id, _ := order.ParseTaxID(f.Value)
			if ids.unread.Name == "" && likely(f.Value) || ids.unreadID == "" && id != "" {
				ids.unread, ids.unreadID = f, id
			}
		case others:
			if likely(f.Value) {
				ids.notTheirs = append(ids.notTheirs, f.place())
			}
		}
	}
	ids.texts = append(ids.texts, known.texts...)
	return ids
}

// likely tells an id, if a wrong one or a foreigner's, from "yes" and the name of a kind.
func likely(text string) bool {
	id, _ := order.ParseTaxID(text)
	return id != "" || len(loose.Text(text).Digits()) >= 6
}

func (t *taxIDs) add(f Field) {
	id, err := order.ParseTaxID(f.Value)
	if id == "" && err == nil {
		return // nothing but punctuation
	}
	words := wordsOf(f.Name)
	cpf, cnpj := slices.Contains(words, "cpf"), slices.Contains(words, "cnpj")
	if id != "" {
		cpf, cnpj = id.IsCPF(), !id.IsCPF()
	} else if cpf == cnpj {
		n := len(loose.Text(f.Value).Digits())
		cpf, cnpj = n == 11, n == 14
	}
	t.texts = append(t.texts, idText{f.Value, f.place(), id, cpf, cnpj})
}

// decide takes the first right id. Where there are both a CPF and a CNPJ, the kind of
// person says which of them is meant, and a company's name means the company. What is
// there and no tax id is a foreigner's document where the country says so, and else wrong.
func (t *taxIDs) decide(c *order.Customer, from *order.Origins, kind person, company string) {
	texts, why := t.meant(kind, company)
	defer func() { t.tellDropped(*c, from, why) }()
	for _, i := range texts {
		if i.id != "" {
			c.TaxID, from.TaxID = i.id, i.at
			return
		}
	}
	switch abroad := Foreign(c.Address.Country); {
	case abroad && len(texts) > 0:
		c.ForeignID, from.TaxID = texts[0].text, texts[0].at
	case abroad && t.unreadID == "":
		if t.unread.Name != "" {
			c.ForeignID, from.TaxID = t.unread.Value, t.unread.place()
		}
	case len(texts) > 0:
		c.TaxIDWrong, from.TaxID = true, texts[0].at
	case t.unread.Name != "":
		c.TaxIDUnread, from.TaxID = t.unread.Name, t.unread.place()
	}
}

// meant are those that may be chosen, and why the others may not.
func (t *taxIDs) meant(kind person, company string) (texts []idText, why string) {
	texts = t.texts
	isCPF := func(i idText) bool { return i.cpf }
	isCNPJ := func(i idText) bool { return i.cnpj }
	if slices.ContainsFunc(texts, isCPF) && slices.ContainsFunc(texts, isCNPJ) {
		switch {
		case kind == individual:
			return only(texts, isCPF), "the payer is a person, whose CPF is meant"
		case kind == legal:
			return only(texts, isCNPJ), "the payer is a company, whose CNPJ is meant"
		case company != "":
			return only(texts, isCNPJ), "there is a company's name, so that the CNPJ is meant"
		}
	}
	return texts, "it comes after the one that was taken"
}

// tellDropped says of every id that was not taken why.
func (t *taxIDs) tellDropped(c order.Customer, from *order.Origins, why string) {
	for _, i := range t.texts {
		switch {
		case i.id == c.TaxID && (i.id != "" || i.at == from.TaxID):
		case i.id == "" && c.TaxID != "":
			from.Drop(i.at, "it is neither a CPF nor a CNPJ")
		default:
			from.Drop(i.at, "%s", why)
		}
	}
	if t.unread.Name != "" && t.unread.place() != from.TaxID {
		from.Drop(t.unread.place(), "nobody knows whose tax id it is: name it in the connection's tax_id_fields: if it is the buyer's")
	}
	for _, at := range t.notTheirs {
		from.Drop(at, "its name says that it is another party's")
	}
}

func only(texts []idText, want func(idText) bool) []idText {
	return slices.DeleteFunc(slices.Clone(texts), func(i idText) bool { return !want(i) })
}

// person is what kind of person somebody is.
type person int

const (
	unsaid person = iota
	individual
	legal
)

// personOf is the first kind of person that is said in words that are known.
func personOf(fields Fields) person {
	for _, f := range fields {
		if !holds(f.Name, "pessoa", "kind", "tipo", "type") {
			continue
		}
		var name strings.Builder
		for _, w := range wordsOf(f.Name) {
			if !payerWords[w] || w == "pessoa" || w == "person" {
				name.WriteString(w)
			}
		}
		if !personFields[name.String()] {
			continue
		}
		words := wordsOf(f.Value)
		one := slices.ContainsFunc(words, func(w string) bool { return personWords[w] }) || slices.Equal(words, []string{"person"})
		other := slices.ContainsFunc(words, func(w string) bool { return companyWords[w] })
		switch {
		case one && !other:
			return individual
		case other && !one:
			return legal
		}
	}
	return unsaid
}

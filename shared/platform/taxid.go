package platform

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/carimbo/carimbo/shared/fold"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
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
		do da de del of the o a ou or e and informe digite obrigatorio obrigatoria required opcional optional somente apenas numeros n`)
	// invoiceWords leave a CPF or CNPJ the payer's: CPF na nota. Beside a document they are an invoice's.
	invoiceWords = wordSet(`na para nota fiscal`)
	// foreignWords are documents of other countries, and no CPF whatever their digits are.
	foreignWords = wordSet(`cuit cuil ruc dni rfc curp rut nif passport passaporte pasaporte`)
	// otherWords make it somebody else's.
	otherWords = wordSet(`transportadora transportador transporte carrier courier correios frete freight vendedor vendedora
		vendor seller loja lojista store shop merchant emitente emissor issuer fornecedor fornecedora supplier fabricante
		manufacturer destinatario destinataria recipient receiver recebedor recebedora addressee entrega entregador
		entregadora delivery shipping ship envio remetente sender motorista driver motoboy retirada pickup presenteado
		presenteada presente gift beneficiario beneficiaria beneficiary dependente afiliado afiliada affiliate parceiro
		parceira partner produtor produtora producer coprodutor coprodutora coproducer representante corretor corretora
		marketplace intermediador intermediadora intermediario gateway adquirente credenciadora banco bank`)
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
	if !holds(name, "cpf", "cnpj", "document", "tax", "cui", "ruc", "dni", "rfc", "curp", "rut", "nif", "passa", "passp", "pasap") {
		return nobodys
	}
	words := wordsOf(name)
	isID, sure, foreign, invoice, known := false, false, false, false, true
	for _, w := range words {
		only, id := idWords[w]
		isID, sure, foreign = isID || id, sure || only, foreign || foreignWords[w]
		invoice = invoice || invoiceWords[w] && !payerWords[w]
		known = known && (id || payerWords[w] || foreignWords[w] || invoiceWords[w])
	}
	known = known && (!invoice || sure && slices.Contains(words, "nota")) && !(foreign && sure)
	switch {
	case !isID && !foreign, !isID && !known:
		return nobodys
	case slices.ContainsFunc(words, func(w string) bool { return otherWords[w] }):
		return others
	case !known:
		return unknown
	case sure && !invoice:
		return payers
	}
	return payersIfLikely
}

// initials are the two words that are written with points.
var initials = regexp.MustCompile(`(?i)\bc\. ?p\. ?f\b\.?|\bc\. ?n\. ?p\. ?j\b\.?`)

// apart sets the words of ids apart where a name runs them together.
var apart = strings.NewReplacer("documento", " documento ", "document", " document ", "cnpj", " cnpj ", "cpf", " cpf ")

// closed takes the points and spaces out of a name.
var closed = strings.NewReplacer(".", "", " ", "")

// wordsOf are a name's words: CPF do cliente, billing_cpf, clienteCPF, cpfcnpj. Of a path
// the first part and the last say what is meant, and what lies between is the plugin that
// made it: _wc_billing/plugin/cpf. WooCommerce's _wc_other is no word of the name. Letters
// with points are a word: C.P.F.
func wordsOf(name string) []string {
	if rest, ok := strings.CutPrefix(name, "_wc_other/"); ok {
		name = rest[strings.LastIndexByte(rest, '/')+1:]
	}
	name = initials.ReplaceAllStringFunc(name, closed.Replace)
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
	if strings.ContainsRune(name, '.') {
		name = closed.Replace(name)
	}
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
}

func isWord(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

// taxIDs are what may be the payer's tax id, best first.
type taxIDs struct {
	texts []idText
	// document is which one they are said to be, and country is where the payer lives.
	document stated
	country  string
	// unread is the first field that may be it, too, if only somebody said so; one that is a
	// right one, which unreadID is, if there is such a field.
	unread   Field
	unreadID order.TaxID
	// left are all such, and the ids that are only told.
	left []Field
	// notTheirs are the places of other parties' ids.
	notTheirs []string
}

// idText is one of them. Where it is wrong its name tells a CPF from a CNPJ, or else its
// length.
type idText struct {
	text, at  string
	id        order.TaxID
	cpf, cnpj bool
	// misplaced tells a right CPF under the name of a CNPJ.
	misplaced bool
}

// place is where a field is.
func (f Field) place() string { return cmp.Or(f.At, f.record+"."+f.Name) }

// readTaxIDs takes the fields that the connection names first.
func readTaxIDs(named []string, fields Fields, country string) taxIDs {
	var mine []string
	for _, name := range named {
		mine = append(mine, strings.Join(wordsOf(name), ""))
	}
	ids := taxIDs{document: documentOf(fields), country: countryOf(country)}
	known := taxIDs{document: ids.document, country: ids.country}
	for _, f := range fields {
		class := payers
		isMine := len(mine) > 0 && (slices.Contains(mine, strings.Join(wordsOf(f.Name), "")) ||
			f.aside && slices.Contains(mine, strings.Join(wordsOf(f.At), "")))
		if !isMine {
			class = whoseIs(f.Name)
		}
		if !isMine && f.aside && isAnothers(f.At) {
			class = others
		}
		switch {
		case f.inText:
			ids.left = append(ids.left, f)
		case class == nobodys:
		case class == others:
			if likely(f.Value) {
				ids.notTheirs = append(ids.notTheirs, f.place())
			}
		case f.aside && !isMine, f.several, class == unknown:
			ids.leave(f)
		case isMine:
			ids.add(f)
		case class == payers || likely(f.Value):
			known.add(f)
		}
	}
	ids.texts = append(ids.texts, known.texts...)
	return ids
}

// isAnothers tells a place that names another party: data.affiliates.cpf.
func isAnothers(place string) bool {
	return slices.ContainsFunc(wordsOf(place), func(w string) bool { return otherWords[w] || otherWords[strings.TrimSuffix(w, "s")] })
}

// leave keeps a field that may be the payer's, and of which nobody knows.
func (t *taxIDs) leave(f Field) {
	if t.leaveRight(f) || !likely(f.Value) {
		return
	}
	t.left = append(t.left, f)
	if t.unread.Name == "" {
		t.unread = f
	}
}

// leaveRight keeps it only if it is a right one.
func (t *taxIDs) leaveRight(f Field) bool {
	id := t.idOf(f)
	if id == "" {
		return false
	}
	t.left = append(t.left, f)
	if t.unreadID == "" && !f.inText {
		t.unread, t.unreadID = f, id
	}
	return true
}

// idOf is the field's tax id, which may have a label of its own. What is said to be
// another document is none, and no CPF is written like a CUIT.
func (t *taxIDs) idOf(f Field) order.TaxID {
	id, _ := order.ParseTaxID(f.Value)
	if id == "" {
		id, _ = order.ParseTaxID(label.ReplaceAllString(f.Value, ""))
	}
	words := wordsOf(f.Name)
	isNamed := slices.ContainsFunc(words, func(w string) bool { return w == "cpf" || w == "cnpj" }) || called.MatchString(f.Value)
	switch {
	case id == "" || cuit.MatchString(strings.TrimSpace(f.Value)):
		return ""
	case isNamed:
		return id
	case t.document == another, slices.ContainsFunc(words, func(w string) bool { return foreignWords[w] }), id.IsCPF() && isTheirs(string(id), t.country):
		return ""
	}
	return id
}

var (
	// label is what a value is called in the value itself.
	label = regexp.MustCompile(`(?i)^\s*(?:c\.?p\.?f\.?|c\.?n\.?p\.?j\.?)(?:\s*/\s*(?:c\.?p\.?f\.?|c\.?n\.?p\.?j\.?))?\s*(?:n[º°.or]*)?\s*[:\-]?\s*`)
	// cuit is how Argentina writes a tax id.
	cuit = regexp.MustCompile(`^[0-9]{2}-[0-9]{8}-[0-9]$`)
)

// isTheirs tells 11 digits that are a right tax id of the country: a CUIT of Argentina
// (AFIP) or a RUC of Peru (SUNAT), both modulus 11 with weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2.
func isTheirs(id, country string) bool {
	sum := 0
	for i, weight := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += int(id[i]-'0') * weight
	}
	check, last := 11-sum%11, int(id[10]-'0')
	switch country {
	case "AR", "ARG", "ARGENTINA":
		return last == check || check == 11 && last == 0 || check == 10 && last == 9
	case "PE", "PER", "PERU", "PERÚ":
		return last == check%10
	}
	return false
}

// likely tells an id, if a wrong one or a foreigner's, from "yes" and the name of a kind.
func likely(text string) bool {
	id, _ := order.ParseTaxID(text)
	return id != "" || len(loose.Text(text).Digits()) >= 6
}

func (t *taxIDs) add(f Field) {
	if text, err := order.ParseTaxID(f.Value); text == "" && err == nil {
		return // nothing but punctuation
	}
	id := t.idOf(f)
	words := wordsOf(f.Name)
	cpf, cnpj := slices.Contains(words, "cpf"), slices.Contains(words, "cnpj")
	misplaced := id.IsCPF() && cnpj && !cpf
	if id != "" {
		cpf, cnpj = id.IsCPF(), !id.IsCPF()
	} else if cpf == cnpj {
		n := len(loose.Text(f.Value).Digits())
		cpf, cnpj = n == 11 && t.document != another, n == 14 && t.document != another
	}
	t.texts = append(t.texts, idText{f.Value, f.place(), id, cpf, cnpj, misplaced})
}

// decide takes the first right id. Where there are both a CPF and a CNPJ, the kind of
// person says which of them is meant, and a company's name means the company. What is
// there and no tax id is a foreigner's document where the country says so, unless it is said
// to be a CPF or CNPJ, and else wrong. Abroad what identifies nobody is not there.
func (t *taxIDs) decide(c *order.Customer, from *order.Origins, kind person, company string) {
	texts, why := t.meant(kind, company)
	abroad := Foreign(c.Address.Country)
	if abroad {
		texts = slices.DeleteFunc(slices.Clone(texts), func(i idText) bool { return i.id == "" && !identifies(i.text) })
	}
	defer func() { t.tellDropped(*c, from, why) }()
	for _, i := range texts {
		if i.id != "" {
			c.TaxID, from.TaxID = i.id, i.at
			return
		}
	}
	switch {
	case abroad && len(texts) > 0 && !(t.document == brazilian && isNumber(texts[0].text)):
		c.ForeignID, from.TaxID = texts[0].text, texts[0].at
	case abroad && len(texts) == 0 && t.unreadID == "":
		if identifies(t.unread.Value) {
			c.ForeignID, from.TaxID = t.unread.Value, t.unread.place()
		}
	case len(texts) > 0:
		c.TaxIDWrong, c.TaxIDWrongAt, from.TaxID = true, texts[0].at, texts[0].at
	case t.unread.Name != "":
		c.TaxIDUnread, from.TaxID = t.unread.Name, t.unread.place()
		if t.unread.aside {
			c.TaxIDUnread = t.unread.place() // its name alone says nothing of where it is
		}
	}
}

// isNumber tells digits and punctuation from a text with letters: somebody abroad gives a
// passport in a form that knows nothing but a CPF.
func isNumber(text string) bool { return !strings.ContainsFunc(text, unicode.IsLetter) }

// meant are those that may be chosen, and why the others may not.
func (t *taxIDs) meant(kind person, company string) (texts []idText, why words.Text) {
	texts = slices.Clone(t.texts)
	for i := range texts { // a company is not the person whose CPF stands where its CNPJ belongs
		if texts[i].misplaced && kind == legal {
			texts[i].id, texts[i].cpf, texts[i].cnpj = "", false, true
		}
	}
	isCPF := func(i idText) bool { return i.cpf }
	isCNPJ := func(i idText) bool { return i.cnpj }
	if slices.ContainsFunc(texts, isCPF) && slices.ContainsFunc(texts, isCNPJ) {
		switch {
		case kind == individual:
			return only(texts, isCPF), words.Say("the payer is a person, whose CPF is meant")
		case kind == legal:
			return only(texts, isCNPJ), words.Say("the payer is a company, whose CNPJ is meant")
		case company != "":
			return only(texts, isCNPJ), words.Say("there is a company's name, so that the CNPJ is meant")
		}
	}
	return texts, words.Say("it comes after the one that was taken")
}

// tellDropped says of every id that was not taken why.
func (t *taxIDs) tellDropped(c order.Customer, from *order.Origins, why words.Text) {
	for _, i := range t.texts {
		switch {
		case i.id == c.TaxID && (i.id != "" || i.at == from.TaxID):
		case i.id == "" && Foreign(c.Address.Country) && !identifies(i.text):
			from.Omit(words.Plain(i.at), "it is no document of one buyer: a word, a filler, or a number that many have")
		case i.id == "" && c.TaxID != "":
			from.Omit(words.Plain(i.at), "it is neither a CPF nor a CNPJ")
		default:
			from.Add(order.Dropped{What: words.Plain(i.at), Why: why})
		}
	}
	for _, f := range t.left {
		switch id := t.idOf(f); {
		case f.place() == from.TaxID, f.aside && id == c.TaxID:
		case f.inText && slices.ContainsFunc(t.texts, func(i idText) bool { return i.id == id }): // told above
		case f.inText:
			from.Omit(words.Plain(f.place()), "a CPF or CNPJ stands here, where none is read: if it is the buyer's, add it to the order as a field of its own")
		default:
			from.Omit(words.Plain(f.place()), "nobody knows whose tax id it is: name it in the connection's tax_id_fields: if it is the buyer's")
		}
	}
	for _, at := range t.notTheirs {
		from.Omit(words.Plain(at), "its name says that it is another party's")
	}
}

func only(texts []idText, want func(idText) bool) []idText {
	return slices.DeleteFunc(slices.Clone(texts), func(i idText) bool { return !want(i) })
}

package preflight

import (
	"regexp"
	"slices"

	"github.com/carimbo/carimbo/shared/words"
)

// Rule is one thing that is asked of one fact from a day on. Days are as in 2026-11-21,
// both inclusive; Until is empty where no end is known.
type Rule struct {
	Name  string
	About About
	From  string
	Until string
	// Refuses: a source shows that the city refuses the document otherwise. All else warns.
	Refuses bool
	Source  words.Text
	// Regimes, Items and Besides bound it to merchants and to items of LC 116's list, and
	// leave items out; nil for none.
	Regimes, Items, Besides []string
	Wants                   want
	// Pattern is what a value matches, where the rule wants a form.
	Pattern *regexp.Regexp
	// Says follows the name of the field; Advice says what to do at the place to mend it,
	// where "write it at" and "correct it at" won't do.
	Says   words.Text
	Advice func(place words.Text) words.Text
}

type want int

const (
	form    want = iota // a value that is there matches Pattern
	present             // there is a value
	asPaid              // the value is what was paid
)

// Rules are all that are known: data, for whoever tests or shows them.
func Rules() []Rule { return slices.Clone(rules) }

// endOfISS: EC 132/2023 has ISS fade into IBS until then.
const endOfISS = "2032-12-31"

// Sources that several rules rest on.
var (
	listOfServices  = words.Say("LC 116/2003, list of services")
	jointAct        = words.Plain("Ato Conjunto RFB/CGIBS 4/2026, https://cgibs.gov.br/upload/arquivos/202607/31091735-20260730-16h30-ato-conjunto-rfb-cgibs-na-c2-ba-4-260731-090909.pdf")
	committee       = words.Plain("CGNFS-e, 2026-08-07, https://www.gov.br/nfse/pt-br/noticias/cgnfs-e-orienta-sobre-os-prazos-para%20destaque-de-ibs-cbs-nas-notas-fiscais-de-servico")
	nationalLayout  = words.Plain("https://ajuda-solucoes.olist.com/reforma-tributaria/nfs-e-padrao-nacional-com-novos-tributos-da-reforma-tributaria")
	nbsInNFSe       = words.Plain("https://ajuda.hgm.com.br/reforma-tributaria-emissao-de-nfs-e")
	simplesIn2027   = words.Say("LC 214/2025: IBS and CBS of the Simples from 2027 on")
	nationalCode    = words.Plain("https://ajuda.conexa.app/pt/articles/13224133")
	customersRecord = words.Say("an ERP's description of its customers' fields: optional, but needed to issue NF-e and NFS-e")
) // never written to

// What several rules say.
var (
	lacksGroup   = words.Say("is missing, which the NFS-e with IBS and CBS has")
	invoiceNeeds = words.Say("is missing, which an invoice needs")
	notSixDigits = words.Say("has not 6 digits")
) // never written to

var (
	// deferred are the items whose group of IBS and CBS was put off to December 2026.
	deferred  = []string{"1.03", "1.05", "1.09", "16.01"}
	unlessSN  = []string{"", Normal}
	onlySN    = []string{Simples}
	sixDigits = regexp.MustCompile(`^[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}$`)
) // never written to

var rules = []Rule{
	{Name: "cnpj-with-letters", About: TaxID, From: "1998-07-01", Until: "2026-06-30",
		Source:  words.Plain("IN RFB 2.229/2024, https://convergenciadigital.com.br/opiniao/novo-ano-novo-cnpj-agora-alfanumerico-essa-mudanca-vai-impactar-sistemas-e-integracoes"),
		Pattern: regexp.MustCompile(`^[0-9]*$`), Says: words.Say("has letters, which a CNPJ has from July 2026 on only")},
	{Name: "city-missing", About: City, From: "2003-08-01", Source: customersRecord, Wants: present, Says: invoiceNeeds},
	{Name: "state-missing", About: State, From: "2003-08-01", Source: customersRecord, Wants: present, Says: invoiceNeeds},
	{Name: "state-form", About: State, From: "1988-10-05", Source: words.Say("the 26 states and the Distrito Federal"),
		Pattern: regexp.MustCompile(`^(AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT|MS|MG|PA|PB|PR|PE|PI|RJ|RN|RS|RO|RR|SC|SP|SE|TO)$`), Says: words.Say("is none of the 27 UF")},
	{Name: "email-missing", About: Email, From: "2003-08-01", Source: customersRecord, Wants: present, Says: words.Say("is missing: nobody gets the invoice")},
	{Name: "email-form", About: Email, From: "2003-08-01", Source: words.Plain("RFC 5321"),
		Pattern: regexp.MustCompile(`^([^\s@,;]+@[^\s@,;]+\.[^\s@.,;]{2,}([,;]\s*)?)+$`), Says: words.Say("is no e-mail address: nobody gets the invoice")},
	{Name: "list-item-form", About: ListItem, From: "2003-08-01", Until: endOfISS, Source: listOfServices,
		Pattern: regexp.MustCompile(`^([1-9]|[1-3][0-9]|40)\.[0-9]{2}$`), Says: words.Say(`is no item of the list, like "7.07"`)},
	{Name: "national-code", About: MunicipalCode, From: "2026-01-01", Until: endOfISS, Regimes: unlessSN, Source: nationalCode, Pattern: sixDigits,
		Says: words.Say("has not the 6 digits of the national code of taxation: a city that moved to the national NFS-e may refuse its own code of before")},
	{Name: "national-code-simples", About: MunicipalCode, From: "2026-11-01", Until: endOfISS, Regimes: onlySN, Source: words.Say("Resolution CGSN 191"), Pattern: sixDigits,
		Says: words.Say("has not the 6 digits of the national code of taxation: the Simples issues through the Emissor Nacional, which knows no other")},
	{Name: "nbs-form", About: NBS, From: "2012-04-03", Source: words.Say("NBS, Decree 7.708/2012: nine digits"), Pattern: regexp.MustCompile(`^1\.?[0-9]{4}\.?[0-9]{2}\.?[0-9]{2}$`),
		Says: words.Say(`is no code of the NBS, like "115022000"`)},
	{Name: "nbs-missing", About: NBS, From: "2026-10-01", Regimes: unlessSN, Besides: deferred, Source: nbsInNFSe, Wants: present, Says: lacksGroup},
	{Name: "nbs-missing-deferred", About: NBS, From: "2026-12-01", Regimes: unlessSN, Items: deferred, Source: nbsInNFSe, Wants: present, Says: lacksGroup},
	{Name: "nbs-missing-simples", About: NBS, From: "2027-01-01", Regimes: onlySN, Source: nbsInNFSe, Wants: present, Says: lacksGroup},
	{Name: "ibs-cbs", About: ClassTrib, From: "2026-10-01", Until: "2026-12-31", Regimes: unlessSN, Besides: deferred, Source: jointAct, Wants: present,
		Says: words.Say("is missing: the NFS-e has the group of IBS and CBS since 2026-10-01, and from 2027-01-01 on it is refused without")},
	{Name: "ibs-cbs-deferred", About: ClassTrib, From: "2026-12-01", Until: "2026-12-31", Regimes: unlessSN, Items: deferred, Source: jointAct, Wants: present,
		Says: words.Say("is missing: the NFS-e of this item has the group of IBS and CBS since 2026-12-01, and from 2027-01-01 on it is refused without")},
	{Name: "ibs-cbs-refused", About: ClassTrib, From: "2027-01-01", Regimes: unlessSN, Refuses: true, Source: committee, Wants: present,
		Says: words.Say("is missing: since 2027-01-01 an NFS-e without the group of IBS and CBS is refused"),
		Advice: func(place words.Text) words.Text {
			return words.Say("if the merchant is of the Simples, say regime: simples, else write it at %s", place)
		}},
	{Name: "ibs-cbs-simples", About: ClassTrib, From: "2027-01-01", Regimes: onlySN, Source: simplesIn2027, Wants: present,
		Says: words.Say("is missing: the NFS-e has fields of IBS and CBS for the Simples, too, since 2027-01-01")},
	{Name: "class-trib-form", About: ClassTrib, From: "2026-01-01", Source: nationalLayout, Pattern: regexp.MustCompile(`^[0-9]{6}$`), Says: notSixDigits},
	{Name: "cst-form", About: CST, From: "2026-01-01", Source: nationalLayout, Pattern: regexp.MustCompile(`^[0-9]{3}$`), Says: words.Say("has not 3 digits")},
	{Name: "ind-op-form", About: IndOp, From: "2026-01-01", Source: nationalLayout, Pattern: regexp.MustCompile(`^[0-9]{6}$`), Says: notSixDigits},
	{Name: "nothing-to-invoice", About: LineTotal, From: "2003-08-01", Source: words.Say("LC 116/2003, art. 7: ISS is of the price of the service"),
		Pattern: regexp.MustCompile(`[1-9]`), Says: words.Say("is 0: there is nothing to invoice of it"),
		Advice: func(place words.Text) words.Text {
			return words.Say("leave it out if it shouldn't be on the invoice: %s", place)
		}},
	{Name: "total-as-paid", About: Total, From: "2003-08-01", Refuses: true, Source: words.Say("what was paid is what is invoiced"), Wants: asPaid, Says: words.Say("isn't what was paid")},
} // never written to

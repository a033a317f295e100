package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// dice make one order; the same numbers make the same order.
type dice struct{ *rand.Rand }

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

// object is a JSON object that is being made.
type object = map[string]any

// money is an amount as text, of cents.
func money(n int64) string { return decimal.New(n, -2).StringFixed(2) }

// jsonNumber is an amount as a JSON number, some with the dust of floats.
func jsonNumber(n int64) json.Number {
	if n > 0 && n%5 == 3 {
		return json.Number(money(n) + "000000000001")
	}
	return json.Number(decimal.New(n, -2).String())
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// taxID makes a CPF or CNPJ out of digits of chance, written in one of the usual ways.
func (d dice) cpf() string {
	t := fmt.Sprintf("%09d", 1+d.IntN(999_999_998))
	t += string(weighted(t, 11))
	t += string(weighted(t, 11))
	if d.chance(50) {
		return t[:3] + "." + t[3:6] + "." + t[6:9] + "-" + t[9:]
	}
	return t
}

func (d dice) cnpj() string {
	t := fmt.Sprintf("%08d%04d", 1+d.IntN(99_999_998), 1+d.IntN(3))
	if d.chance(15) { // of letters, as they are given out since July 2026
		letters := "ABCDEFGHJKLMNPRSTUVWXYZ"
		t = string(letters[d.IntN(len(letters))]) + t[1:5] + string(letters[d.IntN(len(letters))]) + t[6:]
	}
	t += string(weighted(t, 9))
	t += string(weighted(t, 9))
	if d.chance(50) {
		return t[:2] + "." + t[2:5] + "." + t[5:8] + "/" + t[8:12] + "-" + t[12:]
	}
	return t
}

func (d dice) taxID() string { return pick(d, d.cpf(), d.cnpj()) }

// wrong makes a tax id whose last check digit is another.
func (d dice) wrong() string {
	t := d.taxID()
	return t[:len(t)-1] + string('0'+(t[len(t)-1]-'0'+1)%10)
}

// foreign is a document from abroad.
func (d dice) foreign() string {
	return pick(d, "XAXX010101000", "xexx 010101 000", "RARL900101AB1", "999.999.990", "99999999999", "Não possuo", "N/A", "123456", "X0000000", "AB1234567", "PT508123456", "C01X00T47", "30-71234567-9")
}

// someID is what a field for a tax id holds.
func (d dice) someID() string {
	switch d.IntN(20) {
	case 0:
		return d.wrong()
	case 1:
		return d.foreign()
	case 2, 3, 4:
		return ""
	case 5:
		return pick(d, "11111111111", "00000000000", "000.000.000-00", "isento", "não tenho", "n/a", "12345", " ")
	}
	return d.taxID()
}

var (
	given  = []string{"Marta", "Otávio", "JOÃO", "Beatriz", "Célia", "Ícaro", "Zélia", "Íris Maria"}
	family = []string{"Quintana", "da Conceição", "Muñoz", "Furtado", "Bragança", "D'Ávila", "Peixoto Neto"}
	firms  = []string{"Padaria Sol Nascente Ltda", "Studio Aroma", "Ferragens & Cia", "Oficina Ipê Ltda", "3 Irmãos ME"}
)

// person is somebody whom an order may name.
type person struct{ first, last, firm, email, country string }

func (d dice) person() person {
	p := person{first: pick(d, given...), last: pick(d, family...), country: "BR"}
	p.email = plain(strings.Fields(p.first)[0]) + fmt.Sprint(d.IntN(1000)) + "@correio.example"
	if d.chance(25) {
		p.firm = pick(d, firms...)
	}
	switch d.IntN(12) {
	case 0:
		p.country = pick(d, "PT", "US", "MX")
	case 1:
		p.country = ""
	}
	if d.chance(8) {
		p.first, p.last = "", ""
	}
	return p
}

// likewise is the same person as another form has it: in capitals, without accents.
func (d dice) likewise(p person) person {
	switch d.IntN(3) {
	case 0:
		p.first, p.last = strings.ToUpper(p.first), strings.ToUpper(p.last)
	case 1:
		p.first, p.last = unaccented.Replace(p.first), unaccented.Replace(p.last)
	}
	if d.chance(30) {
		p.firm = ""
	}
	if d.chance(30) {
		p.email = "outro" + p.email
	}
	return p
}

func (p person) name() string { return strings.TrimSpace(p.first + " " + p.last) }

// firmField is what stands in the field of a company: its name, a tax id, or both.
func (d dice) firmField(p person) string {
	switch d.IntN(12) {
	case 0:
		return d.taxID()
	case 1:
		return d.wrong()
	case 2:
		return pick(d, firms...) + pick(d, " - CNPJ ", " CNPJ: ", " - ", " (CNPJ ") + d.cnpj()
	case 3:
		return pick(d, "-", "N/A", "Não tenho", "pessoa física", "12", "1234567", "null")
	case 4:
		return pick(d, firms...) + pick(d, " - ", " ", ", ") + d.wrong()
	case 5:
		return pick(d, firms...) + pick(d, " (51) 98888-1234", " 51988881234", " 01310-100", " 24/11/2026")
	}
	return p.firm
}

// field of an order's own: its name says whose it is, or nobody knows.
func (d dice) attribute() field {
	switch d.IntN(10) {
	case 0, 1, 2, 3:
		return field{pick(d, "CPF", "cpf", "CNPJ", "CPF do cliente", "clienteCPF", "cpf_cnpj", "cpfcnpj", "CPF/CNPJ", "tax_id", "billing_cpf", "_billing_cpf",
			"Tax ID", "taxId", "CNPJ da empresa", "_wc_billing/plugin/cpf", "Seu CPF (obrigatório)", "Documento do comprador", "document_number", "_billing_document", "Número do documento",
			"C.P.F.", "C.P.F./C.N.P.J.", "Nº do CPF", "CPF na nota", "CPF/CNPJ para nota fiscal", "_wc_other/plugin/cpf"), d.someID()}
	case 4, 5:
		return field{pick(d, "cnpj_transportadora", "CPF do vendedor", "_shipping_cpf", "cpf_destinatario", "CPF presenteado", "CNPJ do marketplace", "seller_document"), d.taxID()}
	case 6:
		return field{pick(d, "cpf_extra", "CPF do aluno", "documento2 cnpj", "cnpj_filial"), d.someID()}
	case 7:
		return field{pick(d, "tipo_pessoa", "persontype", "Tipo de pessoa", "customer_type", "Pessoa", "_billing_persontype", "entity_type", "Tipo"),
			pick(d, "F", "J", "1", "2", "legal", "pj", "PF", "Pessoa Jurídica", "Pessoa Física", "individual", "business", "", "outra")}
	case 8:
		if d.chance(40) {
			return pick(d, field{"Razão Social", pick(d, firms...)}, field{"_billing_company_name", pick(d, "", "N/A", firms[0])},
				field{"Tipo de documento", pick(d, "CUIT", "Passaporte", "CPF", "CNPJ", "")})
		}
		return field{pick(d, "documento", "document", "Documento"), pick(d, d.someID(), "RG", "123", "sim")}
	}
	return field{pick(d, "nota", "presente", "_stock", "utm", "Telefone", "codigo"), pick(d, d.taxID(), "sim", "7")}
}

// listed are the connection's own names of fields, at times.
func (d dice) listed() []string {
	if d.chance(15) {
		return []string{pick(d, "cpf_extra", "CPF do aluno", "codigo", "cnpj_transportadora")}
	}
	return nil
}

// instant is a moment of the last weeks, near midnight at times.
func (d dice) instant() time.Time {
	t := time.Date(2026, 11, 1+d.IntN(26), d.IntN(24), d.IntN(60), d.IntN(60), 0, saoPaulo)
	if d.chance(40) {
		t = time.Date(2026, 11, 1+d.IntN(26), pick(d, 23, 0, 20, 21), pick(d, 0, 59), pick(d, 0, 59), 0, saoPaulo)
	}
	return t
}

// written is the moment in one of the zones that stores write.
func (d dice) written(t time.Time) string {
	return t.In(pick(d, saoPaulo, saoPaulo, time.UTC, time.FixedZone("", -5*60*60))).Format(time.RFC3339)
}

// price of something, in cents.
func (d dice) price() int64 {
	return pick(d, int64(d.IntN(50_000)), int64(d.IntN(3000)), int64(100*d.IntN(200)), 3333, 0, 1)
}

// percent is a share of an amount, rounded half up.
func percent(amount, share int64) int64 { return (amount*share + 50) / 100 }

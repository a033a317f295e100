package wire_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

func TestWhatAnERPRepeatsIsNoneOfItsWords(t *testing.T) {
	const rest = "api bloqueada 86000 segundos"
	for name, c := range map[string]struct {
		said string
		sent []string
		own  string
	}{
		"nothing of ours":           {"ERROR: OS não cadastrada!", nil, "error: os nao cadastrada!"},
		"a bare value":              {"Cidade Api bloqueada 86000 segundos inválida", []string{"Api bloqueada 86000 segundos"}, "cidade * invalida"},
		"in capitals":               {"CIDADE API BLOQUEADA 86000 SEGUNDOS INVÁLIDA", []string{"Api bloqueada 86000 segundos"}, "cidade * invalida"},
		"without accents":           {"Bairro Nao Ja Sao invalido", []string{"Não já são"}, "bairro * invalido"},
		"with accents of its own":   {"Bairro Não já são inválido", []string{"NAO JA SAO"}, "bairro * invalido"},
		"with combining accents":    {"Bairro não já invalido", []string{"Na\u0303o ja\u0301"}, "bairro * invalido"},
		"with other spaces":         {"Nome  Api\tbloqueada\u00a086000 segundos inválido", []string{" Api bloqueada  86000\nsegundos "}, "nome * invalido"},
		"with other punctuation":    {"E-mail app_key-invalida@x.com inválido", []string{"app_key.invalida@x.com"}, "e-mail * invalido"},
		"without what isn't seen":   {"Nome api bloqueada inválido", []string{"ap\u200bi bloq\u00adueada"}, "nome * invalido"},
		"with other letters lost":   {"Nome ?? api bloqueada inválido", []string{"Жж api bloqueada"}, "nome ?? * invalido"},
		"with entities":             {"Nome S&atilde;o &quot;bloqueada&quot; &amp; api inválido", []string{`São "bloqueada" & api`}, "nome * invalido"},
		"with its own entities":     {"Nome api bloqueada&amp;amp;eacute; inválido", []string{"api bloqueada&amp;eacute;"}, "nome * invalido"},
		"with entities undone":      {"Nome api bloqueada inválido", []string{"&#97;pi bloqueada"}, "nome * invalido"},
		"the longest first":         {"Nome Ana Maria Api bloqueada", []string{"Maria", "Ana Maria Api bloqueada", "bloqueada"}, "nome *"},
		"values that overlap":       {"Nome ana api bloqueada ontem", []string{"ana api", "api bloqueada ontem"}, "nome *"},
		"several times":             {"Maria Maria maria-MARIA", []string{"Maria"}, "* * *-*"},
		"no part of a word":         {"Cliente Mariana já cadastrado", []string{"Maria", "cadastra"}, "cliente mariana ja cadastrado"},
		"never short ones":          {"OS S/N N 01 não cadastrada", []string{"OS", "N", "S", "01", "S/N", "não", "o s", "-OS-", "[OS]", "N S 1"}, "os s/n n 01 nao cadastrada"},
		"no words become neighbors": {"já Maria cadastrado", []string{"Maria"}, "ja * cadastrado"},

		"a long one that was cut":    {"Nome Rua das Flores api bloqueada 86", []string{"Rua das Flores api bloqueada 86000 segundos"}, "nome *"},
		"cut in a word":              {"Nome Rua das Flores api bloqueada indispon não aceito", []string{"Rua das Flores api bloqueada indisponivel"}, "nome * nao aceito"},
		"cut in brackets":            {"Nome [Rua das Flores api bloq] não aceito", []string{"Rua das Flores api bloqueada 86000 segundos"}, "nome * nao aceito"},
		"a short beginning is none":  {"A chave de acesso está inválida", []string{"Chave de acesso ao curso"}, "a chave de acesso esta invalida"},
		"an end is none":             {"não cadastrada", []string{"OS não cadastrada"}, "nao cadastrada"},
		"a word of several is none":  {"cliente não cadastrado", []string{"Cliente Exemplo"}, "cliente nao cadastrado"},
		"a text without words":       {"não cadastrado !!!!", []string{"!!!!", "", "----", "\x00\x01\x02\x03"}, "nao cadastrado !!!!"},
		"a value eats words as well": {"OS já cadastrada", []string{"OS já cadastrada"}, "*"},

		"in brackets":                {"Cidade [" + rest + "] inválida", nil, "cidade * invalida"},
		"in quotes":                  {`Cidade "` + rest + `" inválida`, nil, "cidade * invalida"},
		"in single quotes":           {"Cidade '" + rest + "' inválida", nil, "cidade * invalida"},
		"in curly quotes":            {"Cidade “" + rest + "” e ‘" + rest + "’ inválida", nil, "cidade * e * invalida"},
		"in entities of quotes":      {"Cidade &quot;" + rest + "&quot; inválida", nil, "cidade * invalida"},
		"brackets in brackets":       {"Cidade [x [y] " + rest + "] inválida", nil, "cidade * invalida"},
		"quotes in brackets":         {`Cidade [x " ` + rest + `] inválida`, nil, "cidade * invalida"},
		"brackets in quotes":         {`Cidade "x [ ` + rest + `" inválida`, nil, "cidade * invalida"},
		"an apostrophe":              {"Rua d'Água não cadastrada em D'Ávila", nil, "rua d'agua nao cadastrada em d'avila"},
		"parentheses are its own":    {"Aguarde (REDUNDANT).", nil, "aguarde (redundant)."},
		"several":                    {"Código [1], Id [2] e 'três' !", nil, "codigo *, id * e * !"},
		"opened and never closed":    {"Cidade [" + rest, nil, "cidade "},
		"a quote never closed":       {`Cidade "` + rest, nil, "cidade "},
		"closed and never opened":    {"Cidade " + rest + "] inválida", nil, "cidade " + rest},
		"opened once too often":      {"Cidade [x [" + rest + "] inválida", nil, "cidade "},
		"closed once too often":      {"Cidade [x] " + rest + "] inválida", nil, "cidade "},
		"a quote too many":           {`Cidade "x" ` + rest + `" inválida`, nil, "cidade "},
		"a value that closes":        {"Cidade [x] " + rest + "] inválida", []string{"x] " + rest}, "cidade * invalida"},
		"a value that closes, opens": {"Cidade [x] " + rest + " [] inválida", []string{"x] " + rest + " ["}, "cidade * invalida"},
		"a value that only opens":    {"Cidade x [ inválida", []string{"abcd ["}, "cidade x "},
		"a bare value with brackets": {"Cidade ] " + rest + " [ inválida", []string{"] " + rest + " ["}, "cidade * invalida"},
		"a value that quotes":        {`Cidade "x" ` + rest + ` "" inválida`, []string{`x" ` + rest + ` "`}, "cidade * invalida"},
		"without its brackets":       {"Cidade [x " + rest + "] inválida", []string{"x] " + rest + " ["}, "cidade * invalida"},
	} {
		words, err := wire.Hear(t.Context(), c.said, wire.Sent{Request: map[string]any{"a": []any{c.sent}}})
		if err != nil || words.Own != c.own {
			t.Errorf("%s: %q, %v, want %q", name, words.Own, err, c.own)
		}
		if words.Empty() != (strings.Trim(c.own, "*- ") == "") {
			t.Errorf("%s: empty is %t", name, words.Empty())
		}
	}
}

func TestAReadingThatForbidsKeepsWhatWasSent(t *testing.T) {
	sent := wire.Sent{Request: "tente novamente"}
	for said, want := range map[string]wire.Words{
		"OS não cadastrada [x]. Tente novamente": {Own: "os nao cadastrada *. *", Whole: "os nao cadastrada *. tente novamente", Shown: "os nao cadastrada [x]. *"},
		"OS não cadastrada [x. Tente novamente":  {Own: "os nao cadastrada ", Whole: "os nao cadastrada [x. tente novamente", Shown: "os nao cadastrada [x. *"},
	} {
		if got, err := wire.Hear(t.Context(), said, sent); got != want || err != nil {
			t.Errorf("%q: %+v, %v, want %+v", said, got, err, want)
		}
	}
}

func TestMoreWordsThanAnyRefusalHasSayNothing(t *testing.T) {
	name := strings.Repeat("Ana ", 100000)
	for said, own := range map[string]string{
		"OS não cadastrada" + strings.Repeat(" x", 10000):                         "",
		"OS não cadastrada para " + name + "[" + strings.Repeat("y", 1<<19) + "]": "os nao cadastrada para * *",
	} {
		if got, err := wire.Hear(t.Context(), said, wire.Sent{Request: name}); got.Own != own || err != nil {
			t.Errorf("%.40q, %v, want %q", got.Own, err, own)
		}
	}
}

func TestOnlyWhatWasSentOfTheStoresIsTakenOut(t *testing.T) {
	sent := wire.Sent{
		Request:   map[string]any{"cDescServ": "Serviço", "obs": "Pedido 1001 de Ana Prado", "nQtde": 86000, "livre": "Cliente"},
		Constants: []any{map[string]any{"x": []string{"Serviço", "Cliente"}}},
		Store:     map[string]any{"number": "1001", "name": "Ana Prado", "last": "Prado", "company": "Cliente", "line": "Chave de acesso"},
	}
	for said, want := range map[string]string{
		"Serviço não cadastrado":          "servico nao cadastrado", // the configuration's
		"Cliente não cadastrado":          "cliente nao cadastrado", // the store has it too, but sent it nowhere else
		"A chave de acesso está inválida": "a chave de acesso esta invalida",
		"Ana Prado, 1001, 86000, Prado":   "*, *, 86000, *",
		"Pedido 1001 de Ana Prado":        "*",
	} {
		got, err := wire.Hear(t.Context(), said, sent)
		if got.Own != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", said, got.Own, err, want)
		}
	}
}

// counting is a context that counts how often it is asked, which is once every so
// many steps of work.
type counting struct {
	context.Context
	asked int
	ends  int // after so many; 0: never
}

func (c *counting) Err() error {
	if c.asked++; c.ends > 0 && c.asked > c.ends {
		return context.DeadlineExceeded
	}
	return nil
}

// hostile are texts that are long to compare with each other.
func hostile(n int) map[string]struct {
	said string
	sent []string
} {
	skus := make([]string, n)
	for i := range skus {
		skus[i] = fmt.Sprintf("SKU-%d %s", i, strings.Repeat("aaaa ", 4))
	}
	same := strings.Repeat("aaaa ", n)
	var nested []string
	for i := range n / 20 {
		nested = append(nested, strings.Repeat("aaaa ", i))
	}
	return map[string]struct {
		said string
		sent []string
	}{
		"as many SKUs":       {strings.Join(skus, ", "), skus},
		"a long name, twice": {same + same, []string{same + "b"}},
		"ends of each other": {same + same, nested},
	}
}

func TestHearingIsLinearInTheAnswerAndTheOrder(t *testing.T) {
	const n = 2000
	large := hostile(4 * n)
	for name, c := range hostile(n) {
		// perByte is the work for each byte of the answer and of what was sent.
		perByte := func(said string, sent []string) float64 {
			asked := &counting{Context: t.Context()}
			if _, err := wire.Hear(asked, said, wire.Sent{Request: sent, Store: sent}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return float64(asked.asked) / float64(len(said)+len(strings.Join(sent, "")))
		}
		once, fourTimes := perByte(c.said, c.sent), perByte(large[name].said, large[name].sent)
		if fourTimes > 2*once {
			t.Errorf("%s: the work for a byte is %g, and %g where there are four times as many", name, once, fourTimes)
		}
	}
}

func TestHearingStopsWithItsContext(t *testing.T) {
	for name, c := range hostile(8000) {
		asked := &counting{Context: t.Context(), ends: 10}
		if words, err := wire.Hear(asked, c.said, wire.Sent{Request: c.sent}); !errors.Is(err, context.DeadlineExceeded) || words != (wire.Words{}) {
			t.Errorf("%s: %v", name, err)
		}
		if asked.asked > 12 {
			t.Errorf("%s: asked %d times, and went on", name, asked.asked)
		}
	}
}

// What is quadratic takes hours for these: a compiled pattern of 60 KB over 60 KB
// took 23 s.
func TestMaskingIsLinear(t *testing.T) {
	const n = 1 << 18
	for name, c := range map[string]struct{ text, value, want string }{
		"a value that never ends":  {strings.Repeat("a", n), strings.Repeat("a", n/2) + "b", strings.Repeat("a", wire.MaxText)},
		"a value as long":          {strings.Repeat("Ab", n/2), strings.Repeat("aB", n/2), "***"},
		"over and over":            {strings.Repeat("Ab", n/2), "ABAB", strings.Repeat("***", wire.MaxText)[:wire.MaxText]},
		"addresses without an end": {strings.Repeat("a@", n/2), "none", strings.Repeat("***@", wire.MaxText)[:wire.MaxText]},
	} {
		began := time.Now()
		if got := wire.Clean(words.Plain(c.text), c.value).String(); got != c.want {
			t.Errorf("%s: %.60s", name, got)
		}
		if took := time.Since(began); took > 2*time.Minute {
			t.Errorf("%s took %s", name, took)
		}
	}
}

func TestAMessageNamesAFewSKUs(t *testing.T) {
	for n, want := range map[int]string{
		1: `"S0"`, 2: `"S0" (or "S1")`, 7: `"S0" (or "S1") (or "S2") (or "S3") (or "S4") (or one of 2 more)`,
	} {
		var skus []string
		for i := range n {
			skus = append(skus, fmt.Sprintf("S\x00%d", i))
		}
		if first, others := wire.SKUs(skus); strings.TrimSuffix(first.String()+" "+others.String(), " ") != want {
			t.Errorf("%d: %s %s, want %s", n, first, others, want)
		}
	}
	if first, others := wire.SKUs([]string{strings.Repeat("é", 1000), strings.Repeat("x", 1<<20)}); len(first.String()+others.String()) > 250 {
		t.Errorf("%d bytes", len(first.String()+others.String()))
	}
}

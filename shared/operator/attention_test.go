package operator_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

// entries are of a store, each with an id of its own.
type entries []ledger.Entry

func (list *entries) add(n int, connection string, e ledger.Entry) {
	for range n {
		id := fmt.Sprint(1000 + len(*list))
		e := e
		e.Key, e.Connection, e.OrderID, e.ERPKind, e.Account, e.Digest = connection+"#"+id, connection, id, "alfa", "estudio", "d"
		e.Reason.Message = e.Reason.Message.Each(func(v string) string { return strings.ReplaceAll(v, "ID", id) })
		*list = append(*list, e)
	}
}

func rejected(kind order.ReasonKind, message string) ledger.Entry {
	return ledger.Entry{State: ledger.Rejected, Reason: order.Reason{Kind: kind, Message: words.Plain(message)}}
}

func attention(t *testing.T, list entries) operator.Attention {
	return operator.Attention{Ledger: keep(t, list...), Kinds: kinds, Accounts: map[string]string{"estudio": "alfa", "loja": "beta"}, Console: "http://127.0.0.1:8788"}
}

// told is each cause in a line of a language, without its digest.
func told(causes []notify.Cause, in words.Language) (lines []string) {
	for _, c := range causes {
		lines = append(lines, fmt.Sprintf("%s %s %s %d: %s | %s | %s", c.Kind, c.Account, c.Connection, c.Count, c.Message.In(in), c.Command, strings.TrimPrefix(c.Link, "http://127.0.0.1:8788/")))
	}
	return lines
}

func TestWhatNeedsAPersonIsToldByCauseAndStore(t *testing.T) {
	var list entries
	list.add(2000, "cursos", rejected(order.Mapping, `SKU "X" is not mapped`))
	list.add(1, "loja", rejected(order.Mapping, `SKU "X" is not mapped`))
	list.add(2, "cursos", rejected(order.Mapping, `SKU "Y" is not mapped`))
	list.add(2, "cursos", ledger.Entry{State: ledger.Uncertain, Reason: order.Reason{Kind: order.NeedsPerson, Message: words.Plain("the ERP said: Ana Lima ID")}})
	list.add(1, "cursos", ledger.Entry{State: ledger.Created, ERPID: "77", CreatedAt: noon, ReversedAt: noon})
	list.add(3, "cursos", ledger.Entry{State: ledger.Created, ERPID: "78", CreatedAt: noon, ChangedAt: noon})
	list.add(1, "cursos", ledger.Entry{State: ledger.Created, ERPID: "79", CreatedAt: noon})
	list.add(1, "cursos", ledger.Entry{State: ledger.Waiting, Reason: order.Reason{Kind: order.ERPDown}, Until: noon})
	dismissed := rejected(order.Mapping, `SKU "Z" is not mapped`)
	dismissed.DismissedAt = noon
	list.add(1, "cursos", dismissed)
	a := attention(t, list)
	for account, strikes := range map[string]int{"loja": 1, "gone": 1} {
		if err := a.Ledger.BlockLane(t.Context(), account, ledger.Lane{BlockedUntil: noon, Why: words.Plain("chave de Ana Lima recusada"), Strikes: strikes}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := a.Causes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	retry := "carimbo orders retry --connection cursos --kind mapping"
	want := []string{
		`rejected estudio cursos 2000: Rejected: 2000 orders of cursos. SKU "X" is not mapped | ` + retry + ` | ?connection=cursos&state=rejected`,
		`rejected estudio loja 1: Rejected: 1 order of loja. SKU "X" is not mapped | carimbo orders retry --connection loja --kind mapping | ?connection=loja&state=rejected`,
		`rejected estudio cursos 2: Rejected: 2 orders of cursos. SKU "Y" is not mapped | ` + retry + ` | ?connection=cursos&state=rejected`,
		`parked estudio cursos 2: Parked: 2 orders of cursos. Nothing can prove whether it is in the ERP: look there, then resolve each. | carimbo orders list --mine --connection cursos --state uncertain | ?connection=cursos&state=uncertain`,
		`reversed estudio cursos 1: Refunded or cancelled in the store after the document was made: 1 order of cursos. Cancel the document in the ERP yourself, then dismiss the order. | carimbo orders list --mine --connection cursos --state created | ?connection=cursos&state=created`,
		`changed estudio cursos 3: Changed in the store after the document was made: 3 orders of cursos. Compare, mend the document in the ERP yourself, then dismiss the order. | carimbo orders list --mine --connection cursos --state created | ?connection=cursos&state=created`,
		`account loja  1: Beta refuses the key of account loja, or a permission is missing, and its orders wait. Put the right app_key and app_secret into beta/loja of the file of secrets, or give the permission in Beta. | carimbo accounts resume loja | ?tab=health`,
	}
	if diff := cmp.Diff(want, told(got, words.Language{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	seen := map[notify.Key]bool{}
	for _, c := range got {
		if seen[c.Key] || c.Gone.In(words.Language{}) == "" {
			t.Errorf("%+v", c)
		}
		seen[c.Key] = true
	}
	a.Console = ""
	if got, err = a.Causes(t.Context()); err != nil || got[0].Link != "" || got[len(got)-1].Link != "" {
		t.Errorf("links without a console: %+v, %v", got, err)
	}
}

// What an ERP says may repeat a buyer's name, whatever was masked in it.
func TestWhatAnERPSaysStaysOnThisMachine(t *testing.T) {
	for _, kind := range order.ReasonKinds() {
		var list entries
		list.add(1, "cursos", rejected(kind, "o cliente Ana Lima, Rua das Flores, recusado"))
		list.add(1, "cursos", ledger.Entry{State: ledger.Uncertain, Reason: order.Reason{Kind: kind, Message: words.Plain("o cliente Ana Lima recusado")}})
		got, err := attention(t, list).Causes(t.Context())
		if err != nil || len(got) != 2 {
			t.Fatalf("%s: %+v, %v", kind, got, err)
		}
		own := map[order.ReasonKind]bool{order.Mapping: true, order.TotalReason: true, order.CurrencyReason: true, order.QuantityReason: true, order.TooOld: true, order.Preflight: true, order.AccountGone: true}
		if said := strings.Contains(fmt.Sprint(told(got, words.Language{}), told(got, wordstest.Portuguese(t)), got[0].Gone.In(words.Language{})), "Ana Lima"); said != own[kind] {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func TestACauseOfManyTextsIsToldABoundedNumberOfTimes(t *testing.T) {
	var list entries
	for i := range 500 {
		list.add(2, "cursos", rejected(order.Mapping, fmt.Sprintf(`SKU "S-%d" is not mapped`, i)))
	}
	list.add(1, "loja", rejected(order.Mapping, `SKU "S-499" is not mapped`))
	got, err := attention(t, list).Causes(t.Context())
	if err != nil || len(got) != 22 {
		t.Fatalf("%d causes, %v", len(got), err)
	}
	for i, c := range got[:20] {
		if want := fmt.Sprintf(`"S-%d"`, i); !strings.Contains(c.Message.In(words.Language{}), want) || c.Count != 2 {
			t.Errorf("%d is %+v", i, c)
		}
	}
	if c := got[20]; c.Count != 960 || c.Why != "" || !strings.Contains(c.Message.In(words.Language{}), "960 orders more of cursos") {
		t.Errorf("the others: %+v", c)
	}
}

// Nobody has to quote what a notice says to type.
func TestACommandIsMadeOfNamesAlone(t *testing.T) {
	var list entries
	for _, kind := range order.ReasonKinds() {
		list.add(1, "cursos", rejected(kind, "$(rm -rf ~) ; `reboot` ID"))
	}
	got, err := attention(t, list).Causes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		if !regexp.MustCompile(`^carimbo( -{0,2}[a-z0-9_-]+)+$`).MatchString(c.Command) {
			t.Errorf("%q", c.Command)
		}
	}
}

// Whoever is told in another language is told of the same causes, under the same keys.
func TestACauseIsOneInEveryLanguage(t *testing.T) {
	var list entries
	for i, quantity := range []string{"0", "0", "-1"} {
		of := rejected(order.QuantityReason, "")
		of.Reason.Message = words.Say("line %d: quantity %s is not positive: correct the order in the store", i+1, quantity)
		list.add(1, "cursos", of)
	}
	list.add(2, "cursos", rejected(order.TaxIDReason, "x"))
	list.add(2, "cursos", ledger.Entry{State: ledger.Uncertain, Reason: order.Reason{Kind: order.NeedsPerson}})
	list.add(1, "cursos", ledger.Entry{State: ledger.Created, ERPID: "77", CreatedAt: noon, ReversedAt: noon})
	a := attention(t, list)
	if err := a.Ledger.BlockLane(t.Context(), "loja", ledger.Lane{BlockedUntil: noon, Strikes: 1}); err != nil {
		t.Fatal(err)
	}
	got, err := a.Causes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got {
		lines = append(lines, c.Message.In(wordstest.Portuguese(t))+" | "+c.Gone.In(wordstest.Portuguese(t)))
	}
	want := []string{
		"Rejeição: 2 pedidos de cursos. item …: a quantidade 0 não é positiva: corrija o pedido na loja | Resolvido: nenhum pedido de cursos continua rejeitado por isto: item …: a quantidade 0 não é positiva: corrija o pedido na loja",
		"Rejeição: 1 pedido de cursos. item …: a quantidade -1 não é positiva: corrija o pedido na loja | Resolvido: nenhum pedido de cursos continua rejeitado por isto: item …: a quantidade -1 não é positiva: corrija o pedido na loja",
		"Rejeição: 2 pedidos de cursos. O CPF ou CNPJ do comprador está faltando ou errado. Corrija no pedido da loja. | Resolvido: nenhum pedido de cursos continua rejeitado por isto: O CPF ou CNPJ do comprador está faltando ou errado. Corrija no pedido da loja.",
		"Sem prova: 2 pedidos de cursos. Não há como provar se o documento está no ERP: confira lá e depois resolva um por um. | Resolvido: nenhum pedido de cursos espera mais por alguém que confira no ERP.",
		"Reembolso ou cancelamento na loja depois de criado o documento: 1 pedido de cursos. Cancele você o documento no ERP e depois dispense o pedido. | Resolvido: os pedidos de cursos reembolsados ou cancelados depois já foram tratados.",
		"Beta recusa a chave da conta loja, ou falta uma permissão, e os pedidos dela esperam. Coloque o app_key e o app_secret certos em beta/loja no arquivo de segredos, ou dê a permissão em Beta. | Resolvido: Beta voltou a aceitar a chave da conta loja.",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

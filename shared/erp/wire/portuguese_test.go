package wire_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestWhatIsSaidOfACallIsReadInPortuguese(t *testing.T) {
	pt := wordstest.Portuguese(t)
	mapped := func(lines ...order.Line) words.Text {
		_, err := wire.Mapped(map[string]bool{}, "erps.loja.items", lines)
		reason, _ := order.AsRejection(err)
		return reason.Message
	}
	a, b, none := order.Line{SKUs: []string{"A"}}, order.Line{SKUs: []string{"B", "B-1", "2", "3", "4", "5"}}, order.Line{}
	_, unsent := wire.Send(t.Context(), wire.NewClient(), time.Minute, wire.Request{Name: words.Plain("POST /sales"), URL: "://"})
	for want, said := range map[string]words.Text{
		`o SKU "A" não está mapeado: inclua-o em erps.loja.items no connections.yaml`: mapped(a),
		`o SKU "B" não está mapeado: inclua-o (ou "B-1") (ou "2") (ou "3") (ou "4") (ou um de mais 1) em erps.loja.items no connections.yaml; ` +
			`o item 2 não tem SKU: cadastre um na loja ou inclua "*" em erps.loja.items no connections.yaml`: mapped(b, none),
		`os SKUs "A" e "B" (ou "B-1") (ou "2") (ou "3") (ou "4") (ou um de mais 1) não estão mapeados: inclua-os em erps.loja.items no connections.yaml; ` +
			`os itens 3 e 4 não têm SKU: cadastre um para cada na loja ou inclua "*" em erps.loja.items no connections.yaml`: mapped(a, b, none, none),
		`ao montar a requisição: missing protocol scheme`:                    unsent.Text,
		`HTTP 502 (text/html), e a resposta não dá para entender`:            wire.Response{Status: 502, Header: http.Header{"Content-Type": {"text/html"}}}.NotUnderstood(),
		`HTTP 502 (sem tipo de conteúdo), e a resposta não dá para entender`: wire.Response{Status: 502}.NotUnderstood(),
		`ao ler a resposta de POST /sales: não houve resposta a tempo`:       words.Say("read the answer of %s: %s", "POST /sales", words.Say("no answer in time")),
		`segredo omie/loja: está fora do ar, ***`:                            wire.Clean(words.Say("secret %s: %s", "omie/loja", errors.New("está fora do ar, 529.982.247-25"))),
		`restavam 1s, e criar um documento precisa de 1m10s`:                 words.Say("%s were left, a create needs %s", time.Second, 70*time.Second),
	} {
		if got := said.In(pt); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		wordstest.Translated(t, said)
	}
}

func TestACleanSentenceKeepsOurOwnWords(t *testing.T) {
	long := make([]byte, 2*wire.MaxText)
	for i := range long {
		long[i] = 'x'
	}
	said := wire.Clean(words.Say("read the answer of %s: %s", "Ana Prado's make", string(long)), "read the answer", "ana prado").String()
	if want := "read the answer of ***'s make: x"; len(said) != wire.MaxText || said[:len(want)] != want {
		t.Errorf("%d: %.60s", len(said), said)
	}
}

package omie

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// LookUp asks for the document by our code. An answer about another one proves
// nothing.
func (c *Client) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	kind, known := kindOf(ref)
	if !known {
		return erp.Answer{Kind: erp.Unprovable, Text: words.Say("the document is neither an OS nor a pedido, and this release looks for nothing else")}
	}
	k, answer := c.keys(ctx, false)
	if answer.Kind != "" {
		return answer
	}
	answer, r := c.call(ctx, k, kind.lookUp, wire.Sent{Request: map[string]any{kind.code: ref.Code}})
	answer.Key = erp.KeyDigest(k.App)
	if answer.Kind == erp.Early {
		answer.Kind = erp.NotSent // an order that was looked up a moment ago was not looked up now
	}
	if answer.Kind != erp.Present {
		return answer
	}
	if _, code := kind.shown(r.body); code != ref.Code {
		return erp.Answer{Kind: erp.Lost, Text: words.Say("Omie showed %s with another %s", kind.called, kind.code)}
	}
	return answer
}

// osOfOmie is what counts of an OS as ConsultarOS shows it.
type osOfOmie struct {
	Cabecalho struct {
		CCodIntOS   loose.Text `json:"cCodIntOS"`
		NCodOS      loose.Text `json:"nCodOS"`
		CNumOS      loose.Text `json:"cNumOS"`
		NCodCli     loose.Text `json:"nCodCli"`
		NValorTotal *reais     `json:"nValorTotal"`
	}
	InformacoesAdicionais struct {
		CNumPedido loose.Text `json:"cNumPedido"`
	}
	InfoCadastro struct {
		CCancelada flag `json:"cCancelada"`
	}
	shownAmounts
}

// shownOS reads the answer of ConsultarOS.
func shownOS(body []byte) (answer erp.Answer, code string) {
	var os osOfOmie
	err := wire.Decode(body, &os)
	h := os.Cabecalho
	return present(err, h.NCodOS, h.CNumOS, erp.Found{
		Total:       os.total(),
		OrderNumber: kept(string(os.InformacoesAdicionais.CNumPedido), "", nil),
		CustomerID:  cmp.Or(idOf(h.NCodCli), string(h.NCodCli)),
		Cancelled:   bool(os.InfoCadastro.CCancelada),
	}, h.CCodIntOS)
}

// present is the answer that shows a document; Lost where it can't be read.
func present(err error, id, number loose.Text, found erp.Found, code loose.Text) (erp.Answer, string) {
	if err != nil || code == "" || idOf(id) == "" {
		return erp.Answer{Kind: erp.Lost}, ""
	}
	return erp.Answer{Kind: erp.Present, ID: idOf(id), Number: order.Cut(string(number), wire.MaxID), Found: found}, string(code)
}

// total is Omie's own, or what the parts add up to where it shows none. Nothing tells
// whether its own has the expenses in it: one that is what the lines come to hasn't.
func (os osOfOmie) total() order.Money {
	lines := os.lines().Round()
	own := os.Cabecalho.NValorTotal
	if own == nil || own.Round().Equal(lines) {
		return lines.Add(os.expenses()).Round()
	}
	return own.Round()
}

// reais are an amount as Omie shows it: a number, maybe one that was computed as a float, or
// a text, maybe with a decimal comma and points between the thousands, behind R$ or not.
type reais struct{ order.Money }

// UnmarshalJSON also reads "1.444,00" and "R$ 1.444,00".
func (r *reais) UnmarshalJSON(b []byte) error {
	var text string
	isText := json.Unmarshal(b, &text) == nil
	if text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "R$")); isText && withComma.MatchString(text) {
		plain := strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
		amount, err := order.ParseMoney(plain)
		r.Money = amount
		return err
	}
	return r.Money.UnmarshalJSON(b)
}

var withComma = regexp.MustCompile(`^-?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+$`)

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
)

// shownOS is what counts of an OS as ConsultarOS shows it.
type shownOS struct {
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

// LookUp asks for the OS by its cCodIntOS. An answer about another one proves
// nothing.
func (c *Client) LookUp(ctx context.Context, ref erp.Reference) erp.Answer {
	if ref.DocumentKind != "" && ref.DocumentKind != kindOS {
		return erp.Answer{Kind: erp.Unprovable, Text: "the document is no OS, and this release looks for nothing else"}
	}
	k, answer := c.keys(ctx, false)
	if answer.Kind != "" {
		return answer
	}
	answer, r := c.call(ctx, k, consultarOS, wire.Sent{Request: map[string]any{"cCodIntOS": ref.Code}})
	answer.Key = erp.KeyDigest(k.App)
	if answer.Kind == erp.Early {
		answer.Kind = erp.NotSent // an order that was looked up a moment ago was not looked up now
	}
	if answer.Kind != erp.Present {
		return answer
	}
	var os shownOS
	if err := wire.Decode(r.body, &os); err != nil || string(os.Cabecalho.CCodIntOS) != ref.Code {
		return erp.Answer{Kind: erp.Lost, Text: "Omie showed an OS with another cCodIntOS"}
	}
	return answer
}

// shown reads the answer of ConsultarOS.
func shown(body []byte) erp.Answer {
	var os shownOS
	err := wire.Decode(body, &os)
	id := idOf(os.Cabecalho.NCodOS)
	if err != nil || os.Cabecalho.CCodIntOS == "" || id == "" {
		return erp.Answer{Kind: erp.Lost}
	}
	return erp.Answer{
		Kind:   erp.Present,
		ID:     id,
		Number: order.Cut(string(os.Cabecalho.CNumOS), wire.MaxID),
		Found: erp.Found{
			Total:       os.total(),
			OrderNumber: kept(string(os.InformacoesAdicionais.CNumPedido), nil),
			CustomerID:  cmp.Or(idOf(os.Cabecalho.NCodCli), string(os.Cabecalho.NCodCli)),
			Cancelled:   bool(os.InfoCadastro.CCancelada),
		},
	}
}

// total is Omie's own, or what the parts add up to where it shows none. Nothing tells
// whether its own has the expenses in it: one that is what the lines come to hasn't.
func (os shownOS) total() order.Money {
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

package omie

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
)

// stated is what any answer may hold about itself, under each of the keys that were
// seen. encoding/json reads them in any case.
type stated struct {
	Faultstring, Faultcode  said
	ErrorMessage, ErrorCode said
	Message                 said `json:"error_message"`
	Number                  said `json:"error_code"`
	// What is written beside a success and isn't empty contradicts it.
	Erros, Errors, Erro, Error said
	// Description and Code are those of omie_fail, "Erro gerado pela aplicação".
	Description, Code said

	CCodStatus      loose.Text
	CodigoStatus    loose.Text `json:"codigo_status"`
	CDescStatus     said
	DescricaoStatus said `json:"descricao_status"`

	NCodOS, CNumOS    loose.Text
	CCodIntOS         loose.Text
	CodigoClienteOmie loose.Text `json:"codigo_cliente_omie"`
	// Those of a pedido.
	CodigoPedido           loose.Text `json:"codigo_pedido"`
	CodigoPedidoIntegracao loose.Text `json:"codigo_pedido_integracao"`
	NumeroPedido           loose.Text `json:"numero_pedido"`
}

// stateOf reads it; what is no object says nothing.
func stateOf(body []byte) stated {
	var e stated
	if wire.Decode(body, &e) != nil {
		return stated{}
	}
	return e
}

// refuses tells whether the answer is a refusal: a fault, or a status other than 0.
func (e stated) refuses() bool {
	if e.Description != "" && e.Code != "" {
		return true
	}
	for _, s := range []said{e.Faultstring, e.Faultcode, e.ErrorMessage, e.ErrorCode, e.Message, e.Number} {
		if s != "" && !isZero(loose.Text(s)) {
			return true
		}
	}
	for _, status := range []loose.Text{e.CCodStatus, e.CodigoStatus} {
		if status != "" && !isZero(status) {
			return true
		}
	}
	return false
}

// flaw is what is wrong beside a success; empty where nothing is.
func (e stated) flaw() string {
	for _, s := range []said{e.Erros, e.Errors, e.Erro, e.Error} {
		switch strings.ToLower(strings.Join(strings.Fields(string(s)), "")) {
		case "", "[]", "{}", "false", "n":
		default:
			if !isZero(loose.Text(s)) {
				return string(s)
			}
		}
	}
	return ""
}

// fault is what the answer says. The number of a status is no fault's.
func (e stated) fault() fault {
	code := first(e.Faultcode, e.ErrorCode, e.Number, e.Code)
	text := first(e.Faultstring, e.ErrorMessage, e.Message, e.Description, e.CDescStatus, e.DescricaoStatus, said(code))
	return fault{text: text, code: strings.ToLower(code)}
}

// namesOne tells whether the answer names a document or a customer of Omie's by its id,
// wherever in it: nothing that is sent has such a key.
func namesOne(body []byte) bool {
	var v any
	return wire.Decode(body, &v) == nil && namesOneIn(v, false)
}

func namesOneIn(v any, isID bool) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, below := range v {
			switch strings.ToLower(key) {
			case "ncodos", "cnumos", "codigo_pedido", "numero_pedido", "codigo_cliente_omie":
				isID = true
			default:
				isID = false
			}
			if namesOneIn(below, isID) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(below any) bool { return namesOneIn(below, isID) })
	case string:
		return isID && idOf(loose.Text(strings.TrimSpace(v))) != ""
	case json.Number:
		return isID && idOf(loose.Text(v)) != ""
	}
	return false
}

func first(list ...said) string {
	for _, s := range list {
		if s != "" {
			return string(s)
		}
	}
	return ""
}

// said is a text in plain letters. What is no text is kept as JSON: a fault that nobody
// understands is a fault all the same, and no success.
type said string

// UnmarshalJSON never fails on valid JSON. Where a key is there twice, in whatever
// case, the first that says something counts.
func (s *said) UnmarshalJSON(b []byte) error {
	var text string
	switch {
	case *s != "" || string(b) == "null":
		return nil
	case json.Unmarshal(b, &text) != nil:
		text = string(b)
	}
	*s = said(strings.TrimSpace(wire.Plain(text)))
	return nil
}

// isZero tells whether a code is 0, however it was padded.
func isZero(code loose.Text) bool { return code != "" && strings.Trim(string(code), "0") == "" }

// idOf is an id without its padding; empty for what is none.
func idOf(text loose.Text) string {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// flag is Omie's S or N. What is neither is an error: nobody knows what was meant.
type flag bool

// UnmarshalJSON also reads what is missing, as N, and JSON's own true and false.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.ToUpper(strings.Trim(string(b), "\" ")) {
	case "S", "TRUE":
		*f = true
	case "N", "FALSE", "NULL", "":
		*f = false
	default:
		return strconv.ErrSyntax
	}
	return nil
}

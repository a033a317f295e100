package omiesim

import (
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// document is a Document with its decoded param, which is never written to.
type document struct {
	Document
	param map[string]any
	stage string
}

func codeInCabecalho(param map[string]any) string {
	return textOf(objectOf(param, "Cabecalho"), "cCodIntOS")
}

func codeInChave(param map[string]any) string { return textOf(param, "cCodIntOS") }

func codeInFilter(param map[string]any) string {
	for _, f := range listOf(param, "filtrar_por_codigo") {
		return textOf(f, "cCodIntOS")
	}
	return ""
}

// osStatus is what the writing methods answer.
type osStatus struct {
	CodInt string `json:"cCodIntOS"`
	NCodOS int64  `json:"nCodOS"`
	NumOS  string `json:"cNumOS"`
	Status string `json:"cCodStatus"`
	Text   string `json:"cDescStatus"`
}

func (s *Sim) incluirOS(now time.Time, raw json.RawMessage, param map[string]any) (any, *refusal) {
	d, refused := s.validate(param)
	if refused != nil {
		return nil, refused
	}
	code := textOf(d.head, "cCodIntOS")
	if !s.opt.NotUnique && len(s.byCode[code]) > 0 {
		return nil, &refusal{http.StatusInternalServerError, strings.ReplaceAll(s.opt.DuplicateText, "{code}", code), s.opt.DuplicateCode}
	}
	o := &document{
		Document: Document{
			CodInt:        code,
			NCodOS:        s.nextOS,
			NumOS:         fmt.Sprintf("%015d", s.nextNumber),
			Total:         d.total,
			CustomerID:    strconv.FormatInt(d.customer.ID, 10),
			CustomerTaxID: d.customer.TaxID,
			OrderNumber:   textOf(d.info, "cNumPedido"),
			At:            now,
			Body:          raw,
		},
		param: param,
		stage: textOf(d.head, "cEtapa"),
	}
	s.nextOS++
	s.nextNumber++
	s.documents = append(s.documents, o)
	s.byCode[code] = append(s.byCode[code], o)
	return osStatus{o.CodInt, o.NCodOS, o.NumOS, "0", "Ordem de Serviço adicionada com sucesso!"}, nil
}

// find looks an OS up by one of its keys.
func (s *Sim) find(key map[string]any) (*document, *refusal) {
	id, code, number := intOf(key, "nCodOS"), textOf(key, "cCodIntOS"), textOf(key, "cNumOS")
	if code != "" {
		if found := s.byCode[code]; len(found) > 0 {
			return found[0], nil
		}
		return nil, &refusal{http.StatusInternalServerError, strings.ReplaceAll(s.opt.NotFoundText, "{code}", code), codeNotFound}
	}
	for _, o := range s.documents {
		if has(key, "nCodOS") && o.NCodOS == id || number != "" && o.NumOS == number {
			return o, nil
		}
	}
	if number != "" {
		return nil, notFound("OS não cadastrada para o Número [%s] !", number)
	}
	return nil, notFound("OS não cadastrada para o Código [%d] !", id)
}

func (s *Sim) consultarOS(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := osChave.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "cCodIntOS", "nCodOS", "cNumOS"); refused != nil {
		return nil, refused
	}
	o, refused := s.find(param)
	if refused != nil {
		return nil, refused
	}
	return s.full(o), nil
}

// full is the OS as it was sent, with what Omie adds.
func (s *Sim) full(o *document) map[string]any {
	all := maps.Clone(o.param)
	head := maps.Clone(objectOf(o.param, "Cabecalho"))
	head["nCodOS"] = o.NCodOS
	head["cNumOS"] = o.NumOS
	head["nCodCli"] = json.Number(o.CustomerID)
	head["nValorTotal"] = json.Number(o.Total.Number())
	all["Cabecalho"] = head
	if info := maps.Clone(objectOf(o.param, "InformacoesAdicionais")); has(info, "cNumPedido") {
		info["cNumPedido"] = asKept(o.OrderNumber)
		all["InformacoesAdicionais"] = info
	}
	lines := listOf(o.param, "ServicosPrestados")
	for i, line := range lines {
		line = maps.Clone(line)
		if !has(line, "nSeqItem") {
			line["nSeqItem"] = i + 1
		}
		line["nIdItem"] = o.NCodOS*1000 + int64(i+1)
		lines[i] = line
	}
	all["ServicosPrestados"] = lines
	at := o.At.In(s.zone)
	all["InfoCadastro"] = map[string]any{
		"cCancelada": yesNo(o.Cancelled), "cFaturada": "N", "cOrigem": "API",
		"dDtInc": at.Format(omieDate), "cHrInc": at.Format(time.TimeOnly),
		"dDtAlt": at.Format(omieDate), "cHrAlt": at.Format(time.TimeOnly),
	}
	return all
}

// keptOfNumber is how much of cNumPedido Omie keeps.
const keptOfNumber = 30

// asKept is an order number as Omie shows it: cut, and with HTML entities.
func asKept(number string) string { return shortened(number, keptOfNumber) }

func shortened(text string, most int) string {
	letters := []rune(text)
	return html.EscapeString(string(letters[:min(len(letters), most)]))
}

func yesNo(b bool) string {
	if b {
		return "S"
	}
	return "N"
}

func (s *Sim) statusOS(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := osStatusRequest.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "cCodIntOS", "nCodOS"); refused != nil {
		return nil, refused
	}
	o, refused := s.find(param)
	if refused != nil {
		return nil, refused
	}
	at := o.At.In(s.zone)
	return map[string]any{
		"cCodIntOS": o.CodInt, "nCodOS": o.NCodOS, "cNumOS": o.NumOS,
		"cNumPedido": asKept(o.OrderNumber), "cNumContrato": textOf(objectOf(o.param, "InformacoesAdicionais"), "cNumContrato"),
		"cEtapa": o.stage, "cCancelada": yesNo(o.Cancelled), "cFaturada": "N", "cAmbiente": "P",
		"dDtInc": at.Format(omieDate), "cHrInc": at.Format(time.TimeOnly),
		"dDtAlt": at.Format(omieDate), "cHrAlt": at.Format(time.TimeOnly),
		"nValorTot": json.Number(o.Total.Number()), "ListaRpsNfse": []any{},
	}, nil
}

func (s *Sim) listarOS(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := osListarRequest.check(param); refused != nil {
		return nil, refused
	}
	status := textOf(param, "filtrar_por_status")
	if status != "" && !oneOf(status, "F N C") {
		return nil, contents("O conteúdo da tag [filtrar_por_status] é inválido, informe F, N ou C!")
	}
	var rows []any
	for _, o := range s.documents {
		if o.listed(param, status) {
			rows = append(rows, s.full(o))
		}
	}
	p, refused := pageOf(rows, param, "pagina", "registros_por_pagina")
	if refused != nil {
		return nil, refused
	}
	return map[string]any{
		"pagina": p.number, "total_de_paginas": p.pages, "registros": len(p.rows), "total_de_registros": p.total, "osCadastro": p.rows,
	}, nil
}

func (o *document) listed(param map[string]any, status string) bool {
	codes := listOf(param, "filtrar_por_codigo")
	named := slices.ContainsFunc(codes, func(c map[string]any) bool {
		return has(c, "cCodIntOS") && textOf(c, "cCodIntOS") == o.CodInt || has(c, "nCodOS") && intOf(c, "nCodOS") == o.NCodOS
	})
	switch {
	case len(codes) > 0 && !named,
		has(param, "filtrar_por_cliente") && strconv.FormatInt(intOf(param, "filtrar_por_cliente"), 10) != o.CustomerID,
		has(param, "filtrar_por_etapa") && textOf(param, "filtrar_por_etapa") != o.stage,
		status == "F",
		status == "N" && o.Cancelled,
		status == "C" && !o.Cancelled:
		return false
	}
	return true
}

func (s *Sim) excluirOS(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := osChave.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "cCodIntOS", "nCodOS", "cNumOS"); refused != nil {
		return nil, refused
	}
	o, refused := s.find(param)
	if refused != nil {
		return nil, refused
	}
	is := func(other *document) bool { return other == o }
	s.documents = slices.DeleteFunc(s.documents, is)
	s.byCode[o.CodInt] = slices.DeleteFunc(s.byCode[o.CodInt], is)
	return osStatus{o.CodInt, o.NCodOS, o.NumOS, "0", "Ordem de Serviço excluída com sucesso!"}, nil
}

const (
	defaultPerPage = 50
	maxPerPage     = 500
)

type pageOfRows struct {
	number, pages, total int
	rows                 []any
}

// pageOf cuts one page out of rows; an empty page is a fault, as at Omie.
func pageOf(rows []any, param map[string]any, numberTag, sizeTag string) (pageOfRows, *refusal) {
	number, size := int64(1), int64(defaultPerPage)
	if has(param, numberTag) {
		number = intOf(param, numberTag)
	}
	if has(param, sizeTag) {
		size = intOf(param, sizeTag)
	}
	if number < 1 {
		return pageOfRows{}, contents("O conteúdo da tag [%s] deve ser maior que zero!", numberTag)
	}
	if size < 1 || size > maxPerPage {
		return pageOfRows{}, contents("O conteúdo da tag [%s] deve estar entre 1 e %d!", sizeTag, maxPerPage)
	}
	from := (number - 1) * size
	if number > int64(len(rows)) || from >= int64(len(rows)) {
		return pageOfRows{}, emptyPage(number)
	}
	to := min(from+size, int64(len(rows)))
	pages := (len(rows) + int(size) - 1) / int(size)
	return pageOfRows{int(number), pages, len(rows), rows[from:to]}, nil
}

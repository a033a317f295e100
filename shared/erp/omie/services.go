package omie

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/words"
)

// askedCode is the one field of services that IncluirOS doesn't have: the code of a service
// that Omie shows on its screens, and whose nCodServico is asked for.
const askedCode = "cCodigo"

// listed is the id of what is named by the code that Omie shows, null until it is known.
type listed struct {
	// field is what Omie calls the code.
	field, code string
	id          string
}

// MarshalJSON writes the id.
func (l listed) MarshalJSON() ([]byte, error) {
	if l.id == "" {
		return []byte("null"), nil
	}
	return []byte(l.id), nil
}

// asked are the fields of a line with an id to be found, if they name a code: field is what
// that is called, and id what the id is.
func asked(fields map[string]any, field, id string) map[string]any {
	if code, ok := fields[field].(string); ok {
		delete(fields, field)
		fields[id] = listed{field: field, code: code}
	}
	return fields
}

// codesIn are the codes in the lines, each once; id is what the id is called.
func codesIn(lines []any, id string) (all []listed) {
	for _, line := range lines {
		fields, _ := line.(map[string]any)
		if l, ok := fields[id].(listed); ok && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// codes are the services that lines name by their code, each once.
func (os OS) codes() []listed {
	lines, _ := os["ServicosPrestados"].([]any)
	return codesIn(lines, "nCodServico")
}

// unlisted names the codes of a document of which no id is known yet.
func unlisted(body content) string {
	var names []string
	for _, l := range body.codes() {
		if l.id == "" {
			names = append(names, l.code)
		}
	}
	return strings.Join(names, ", ")
}

// findListed finds what lines name by its code, each with a call of its own unless it is
// remembered. CustomerKnown says that all are known, and where there was a
// choice, in words.
func (c *Client) findListed(ctx context.Context, k wire.Keys, doc erp.Document) (erp.Document, erp.Answer) {
	body := doc.Body.(content)
	known := map[string]string{}
	var choices []words.Text
	for _, l := range body.codes() {
		id, answer := c.listedOf(ctx, k, l)
		if answer.Kind != erp.CustomerKnown {
			return doc, answer
		}
		known[l.code] = id
		choices = append(choices, answer.Text)
	}
	if len(known) > 0 {
		doc.Body = body.withListed(known)
	}
	return doc, erp.Answer{Kind: erp.CustomerKnown, Text: together(choices...)}
}

// withListed is the OS with the ids of its services; os itself stays as it is.
func (os OS) withListed(known map[string]string) content {
	lines, _ := os["ServicosPrestados"].([]any)
	lines = slices.Clone(lines)
	for i, line := range lines {
		fields, _ := line.(map[string]any)
		if l, ok := fields["nCodServico"].(listed); ok {
			fields = maps.Clone(fields)
			l.id = known[l.code]
			fields["nCodServico"] = l
			lines[i] = fields
		}
	}
	os = maps.Clone(os)
	os["ServicosPrestados"] = lines
	return os
}

// listedOf is the id of what has the code, as it is noted, or as Omie's catalogue has it.
func (c *Client) listedOf(ctx context.Context, k wire.Keys, l listed) (string, erp.Answer) {
	about, ask := words.Say("this service"), c.listService
	if l.field == askedProduct {
		about, ask = words.Say("this product"), c.showProduct
	}
	return c.noted(ctx, subject{name: l.mac(k.Secret), about: about}, true, func() erp.Answer { return ask(ctx, k, l.code) })
}

// mostPages is how many pages are read for one code or tax id: Omie's filter leaves one, and
// what goes on behind so many was not filtered.
const mostPages = 20

// listService asks Omie's catalogue, page by page.
func (c *Client) listService(ctx context.Context, k wire.Keys, code string) erp.Answer {
	seen := 0
	for page := 1; ; page++ {
		answer, r := c.call(ctx, k, listarServicos, wire.Sent{Request: map[string]any{"nPagina": page, "nRegPorPagina": 50, "cCodigo": code}})
		switch answer.Kind {
		case erp.Present, erp.Absent:
		case erp.Unknown, erp.Refused:
			// A question that nobody understands the answer of is asked again: no order is
			// refused for it.
			answer.Kind = erp.Lost
			fallthrough
		default:
			answer.Text = words.Say("looking for the service %q: %s", code, answer.Text)
			answer.ID = ""
			return answer
		}
		shown, _ := servicesIn(r.body)
		if id, choice := pickService(shown.rows, code); id != "" {
			return erp.Answer{Kind: erp.CustomerKnown, ID: id, Text: choice}
		}
		seen += len(shown.rows)
		switch {
		case slices.ContainsFunc(shown.rows, func(r shownService) bool { return r.is(code) && idOf(r.IntListar.NCodServ) == "" }):
			return erp.Answer{Kind: erp.Lost, Text: words.Say("Omie shows the service %q without an nCodServ that can be read", code)}
		case answer.Kind == erp.Absent || page >= mostPages:
			return c.noService(code, shown.pages)
		case page < shown.pages:
		case seen < shown.total:
			return erp.Answer{Kind: erp.Lost, Text: words.Say("looking for the service %q: Omie has %d and showed %d", code, shown.total, seen)}
		default:
			return c.noService(code, shown.pages)
		}
	}
}

// noService says that the catalogue lacks it, or that nobody could read all of it.
func (c *Client) noService(code string, pages int) erp.Answer {
	if pages > mostPages {
		return erp.Answer{Kind: erp.Unmapped, Text: words.Say("the first %d of %d pages of Omie's catalogue have no active service with the code %q: create it there, or name another service under erps.%s.services in connections.yaml",
			mostPages, pages, code, c.account)}
	}
	return erp.Answer{Kind: erp.Unmapped, Text: words.Say("Omie's catalogue has no active service with the code %q: create it there, or name another service under erps.%s.services in connections.yaml", code, c.account)}
}

// forgetListed forgets what the lines of a document name by its code, where Omie refused the
// document because it no longer knows one of them; else every retry would be refused alike.
func (c *Client) forgetListed(ctx context.Context, k wire.Keys, body content) {
	for _, l := range body.codes() {
		if note, err := c.caller.Noted(ctx, hex.EncodeToString(l.mac(k.Secret)), words.Say("this code")); err == nil {
			note.Forget(ctx) // what isn't forgotten now is refused again, and forgotten then
		}
	}
}

// mac names what is remembered of a code. Like a customer's it is made with the App
// Secret: under another app's the same code is of something else.
func (l listed) mac(appSecret string) []byte {
	h := hmac.New(sha256.New, []byte(appSecret))
	h.Write([]byte(l.field + "\x00" + l.code))
	return h.Sum(nil)
}

// shownService is what counts of a row of ListarCadastroServico.
type shownService struct {
	IntListar struct {
		NCodServ loose.Text `json:"nCodServ"`
	} `json:"intListar"`
	Cabecalho struct {
		CCodigo loose.Text `json:"cCodigo"`
	} `json:"cabecalho"`
	Info struct {
		Inativo loose.Text `json:"inativo"`
	} `json:"info"`
}

// is tells whether it is an active service with exactly this code.
func (r shownService) is(code string) bool {
	return strings.TrimSpace(wire.Plain(string(r.Cabecalho.CCodigo))) == code && !strings.EqualFold(string(r.Info.Inativo), "S")
}

// servicePage is a page of ListarCadastroServico, how many pages there are, and how many
// services.
type servicePage struct {
	rows         []shownService
	pages, total int
}

// servicesIn reads it.
func servicesIn(body []byte) (servicePage, bool) {
	var page struct {
		Cadastros     []shownService `json:"cadastros"`
		NTotRegistros loose.Text     `json:"nTotRegistros"`
		NTotPaginas   loose.Text     `json:"nTotPaginas"`
	}
	err := wire.Decode(body, &page)
	if len(page.Cadastros) == 0 && page.NTotRegistros != "" {
		return servicePage{}, err == nil && isZero(page.NTotRegistros)
	}
	pages, _ := strconv.Atoi(idOf(page.NTotPaginas))
	total, _ := strconv.Atoi(idOf(page.NTotRegistros))
	return servicePage{page.Cadastros, pages, total}, err == nil && page.Cadastros != nil
}

// pickService is the lowest id of the active services with exactly this code: the filter may
// match parts, and the same order must always get the same service. Where there was a choice,
// it is said.
func pickService(rows []shownService, code string) (id string, choice words.Text) {
	var all []int64
	for _, row := range rows {
		id, _ := strconv.ParseInt(idOf(row.IntListar.NCodServ), 10, 64)
		if row.is(code) && id > 0 && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return "", words.Text{}
	}
	id = strconv.FormatInt(slices.Min(all), 10)
	if len(all) > 1 {
		choice = words.Say("Omie has %d active services with the code %q: nCodServico %s is taken, the oldest", len(all), code, id)
	}
	return id, choice
}

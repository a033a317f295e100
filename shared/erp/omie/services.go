package omie

import (
	"cmp"
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
)

// askedCode is the one field of services that IncluirOS doesn't have: the code of a service
// that Omie shows on its screens, and whose nCodServico is asked for.
const askedCode = "cCodigo"

// listed is the nCodServico of a service that is named by its code, null until it is known.
type listed struct{ code, id string }

// MarshalJSON writes the id.
func (l listed) MarshalJSON() ([]byte, error) {
	if l.id == "" {
		return []byte("null"), nil
	}
	return []byte(l.id), nil
}

// asked are the fields of a line with an nCodServico to be found, if they name a code.
func asked(fields map[string]any) map[string]any {
	if code, ok := fields[askedCode].(string); ok {
		delete(fields, askedCode)
		fields["nCodServico"] = listed{code: code}
	}
	return fields
}

// codes are the services that lines name by their code, each once.
func (os OS) codes() (all []listed) {
	lines, _ := os["ServicosPrestados"].([]any)
	for _, line := range lines {
		fields, _ := line.(map[string]any)
		if l, ok := fields["nCodServico"].(listed); ok && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// unlisted names the codes of which no service is known yet.
func (os OS) unlisted() string {
	var names []string
	for _, l := range os.codes() {
		if l.id == "" {
			names = append(names, l.code)
		}
	}
	return strings.Join(names, ", ")
}

// findServices finds the services that lines name by their code, each with a call of its
// own unless it is remembered. CustomerKnown says that all are known.
func (c *Client) findServices(ctx context.Context, k wire.Keys, doc erp.Document) (erp.Document, erp.Answer) {
	os, _ := doc.Body.(OS)
	known := map[string]string{}
	for _, l := range os.codes() {
		id, answer := c.serviceOf(ctx, k, l.code)
		if answer.Kind != erp.CustomerKnown {
			return doc, answer
		}
		known[l.code] = id
	}
	if len(known) > 0 {
		doc.Body = os.withServices(known)
	}
	return doc, erp.Answer{Kind: erp.CustomerKnown}
}

// withServices is the OS with the ids of its services; os itself stays as it is.
func (os OS) withServices(known map[string]string) OS {
	lines, _ := os["ServicosPrestados"].([]any)
	lines = slices.Clone(lines)
	for i, line := range lines {
		fields, _ := line.(map[string]any)
		if l, ok := fields["nCodServico"].(listed); ok {
			fields = maps.Clone(fields)
			fields["nCodServico"] = listed{code: l.code, id: known[l.code]}
			lines[i] = fields
		}
	}
	os = maps.Clone(os)
	os["ServicosPrestados"] = lines
	return os
}

// serviceOf is the service of that code, as it is noted, or as Omie's catalogue has it.
func (c *Client) serviceOf(ctx context.Context, k wire.Keys, code string) (string, erp.Answer) {
	return c.noted(ctx, codeMAC(code, k.Secret), "service", true, func() erp.Answer { return c.listService(ctx, k, code) })
}

// listService asks Omie's catalogue.
func (c *Client) listService(ctx context.Context, k wire.Keys, code string) erp.Answer {
	answer, r := c.call(ctx, k, listarServicos, wire.Sent{Request: map[string]any{"nPagina": 1, "nRegPorPagina": 50, "cCodigo": code}})
	switch answer.Kind {
	case erp.Present, erp.Absent:
		rows, _ := servicesIn(r.body)
		if id := pickService(rows, code); id != "" {
			return erp.Answer{Kind: erp.CustomerKnown, ID: id}
		}
		return erp.Answer{Kind: erp.Unmapped, Text: "Omie's catalogue has no active service with the code " + strconv.Quote(code) +
			": create it there, or name another service under erps." + c.account + ".services in connections.yaml"}
	case erp.Unknown, erp.Refused:
		// A question that nobody understands the answer of is asked again: no order is
		// refused for it.
		answer.Kind = erp.Lost
	}
	answer.Text = "looking for the service " + strconv.Quote(code) + ": " + answer.Text
	answer.ID = ""
	return answer
}

// forgetServices forgets the services of an OS that was refused because Omie no longer
// knows one of them; else every retry would be refused alike.
func (c *Client) forgetServices(ctx context.Context, k wire.Keys, os OS) {
	for _, l := range os.codes() {
		if note, err := c.caller.Noted(ctx, hex.EncodeToString(codeMAC(l.code, k.Secret)), "service"); err == nil {
			note.Forget(ctx) // what isn't forgotten now is refused again, and forgotten then
		}
	}
}

// codeMAC names what is remembered of a code. Like a customer's it is made with the App
// Secret: under another app's the same code is another service.
func codeMAC(code, appSecret string) []byte {
	h := hmac.New(sha256.New, []byte(appSecret))
	h.Write([]byte(askedCode + "\x00" + code))
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

// servicesIn reads a page of ListarCadastroServico.
func servicesIn(body []byte) ([]shownService, bool) {
	var page struct {
		Cadastros     []shownService `json:"cadastros"`
		NTotRegistros loose.Text     `json:"nTotRegistros"`
	}
	err := wire.Decode(body, &page)
	if len(page.Cadastros) == 0 && page.NTotRegistros != "" {
		return nil, err == nil && isZero(page.NTotRegistros)
	}
	return page.Cadastros, err == nil && page.Cadastros != nil
}

// pickService is the lowest id of the active services with exactly this code: the filter may
// match parts, and the same order must always get the same service.
func pickService(rows []shownService, code string) string {
	var best int64
	for _, row := range rows {
		id, _ := strconv.ParseInt(idOf(row.IntListar.NCodServ), 10, 64)
		same := strings.TrimSpace(wire.Plain(string(row.Cabecalho.CCodigo))) == code && !strings.EqualFold(string(row.Info.Inativo), "S")
		if same && id > 0 {
			best = min(cmp.Or(best, id), id)
		}
	}
	if best == 0 {
		return ""
	}
	return strconv.FormatInt(best, 10)
}

package omiesim

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// running is a call between its start and its end.
type running struct {
	id      identity
	method  string
	write   bool
	patient bool // its caller may well give up before an answer comes
	over    bool
	ended   chan struct{}
}

// identity is the method and the param of a call, digested: what makes two calls
// identical.
type identity [sha256.Size]byte

// request is a call whose envelope was understood.
type request struct {
	method string
	action action
	key    string
	secret string
	param  map[string]any
	raw    json.RawMessage
	code   string
	id     identity
}

// action is one method of the API.
type action struct {
	write bool
	code  func(param map[string]any) string
	do    func(s *Sim, now time.Time, raw json.RawMessage, param map[string]any) (any, *refusal)
}

// methods are the services by path and the methods of each.
func methods() map[string]map[string]action {
	return map[string]map[string]action{
		"servicos/os/": {
			"IncluirOS":   {true, codeInCabecalho, (*Sim).incluirOS},
			"ConsultarOS": {false, codeInChave, (*Sim).consultarOS},
			"StatusOS":    {false, codeInChave, (*Sim).statusOS},
			"ListarOS":    {false, codeInFilter, (*Sim).listarOS},
			"ExcluirOS":   {true, codeInChave, (*Sim).excluirOS},
		},
		"geral/clientes/": {
			"IncluirCliente":   {true, codeOfCustomer, (*Sim).incluirCliente},
			"ConsultarCliente": {false, codeOfCustomer, (*Sim).consultarCliente},
			"ListarClientes":   {false, noCode, (*Sim).listarClientes},
		},
		"produtos/pedido/": {
			"IncluirPedido":   {true, codeInPedido, (*Sim).incluirPedido},
			"ConsultarPedido": {false, codeOfPedido, (*Sim).consultarPedido},
			"StatusPedido":    {false, codeOfPedido, (*Sim).statusPedido},
		},
		"geral/produtos/": {
			"ConsultarProduto": {false, noCode, (*Sim).consultarProduto},
		},
		"estoque/consulta/": {
			"ListarPosEstoque": {false, noCode, (*Sim).listarPosEstoque},
		},
		"servicos/servico/": {
			"ConsultarCadastroServico": {false, noCode, (*Sim).consultarServico},
			"ListarCadastroServico":    {false, noCode, (*Sim).listarServicos},
		},
	}
}

var api = methods() // never written to

func methodNames() (names []string) {
	for _, service := range api {
		names = slices.AppendSeq(names, maps.Keys(service))
	}
	return names
}

func noCode(map[string]any) string { return "" }

// Call makes one call: path is that of the service ("servicos/os/", with or
// without /api/v1/), body the whole envelope. Where the Reply is Open, the call
// runs until End.
func (s *Sim) Call(path string, body []byte) Reply {
	service, methods, early := route(path)
	if early != nil {
		return *early
	}
	req, refused := read(methods, body)
	if refused != nil {
		return refused.reply()
	}
	req.id = identify(service, req)
	return s.Take(erpsim.Work{
		Method: req.method, Code: req.code, Writes: req.action.write, Sent: req.param,
		Admit: func(now time.Time) *Reply {
			refused := s.admit(now, s.laneOf(req.key), req)
			if refused == nil {
				return nil
			}
			r := refused.reply()
			return &r
		},
		Do: func(at time.Time) Reply {
			result, refused := req.action.do(s, at, req.raw, req.param)
			if refused != nil {
				return refused.reply()
			}
			return erpsim.JSON(http.StatusOK, result)
		},
		Done: func(now time.Time, fault *Fault, r Reply) func(time.Time) { return s.done(now, req, fault, r) },
	})
}

// done judges what a call ended in, and lets it run until its answer is there.
func (s *Sim) done(now time.Time, req request, fault *Fault, r Reply) func(time.Time) {
	l := s.laneOf(req.key)
	refused, _ := r.Refusal.(*refusal)
	l.countFailure(now, req, refused, s.opt)
	if fault != nil && fault.Mode == Blocked {
		l.blockedUntil = now.Add(cmp.Or(fault.Delay, blockFor))
	}
	if refused != nil && refused.unheard() {
		return nil
	}
	run := &running{
		id: req.id, method: req.method, write: req.action.write, ended: make(chan struct{}),
		patient: r.Fate == Hangs || r.Delay > leaving,
	}
	l.enter(now, run, s.opt.RedundantFor)
	return func(now time.Time) {
		if !run.over {
			run.over = true
			close(run.ended)
			l.leave(now, run)
		}
	}
}

// route finds the service; a path without its slash is redirected, as at Omie.
func route(path string) (string, map[string]action, *Reply) {
	service := strings.TrimPrefix(strings.TrimPrefix(path, "/"), "api/v1/")
	if found, ok := api[service]; ok {
		return service, found, nil
	}
	if _, ok := api[service+"/"]; ok {
		r := erpsim.Page(http.StatusMovedPermanently, "Moved Permanently")
		r.Header.Set("Location", path+"/")
		return "", nil, &r
	}
	r := erpsim.Page(http.StatusNotFound, "Not Found")
	return "", nil, &r
}

// read takes the envelope apart: {"call","app_key","app_secret","param":[{...}]}.
func read(methods map[string]action, body []byte) (request, *refusal) {
	var req request
	var envelope map[string]json.RawMessage
	if !json.Valid(body) {
		return req, syntaxError()
	}
	if json.Unmarshal(body, &envelope) != nil { // an array, a text
		return req, invalidObject()
	}
	for name := range envelope {
		switch name {
		case "call", "app_key", "app_secret", "param":
		default:
			return req, invalidObject()
		}
	}
	var params []json.RawMessage
	if json.Unmarshal(envelope["call"], &req.method) != nil || json.Unmarshal(envelope["param"], &params) != nil || len(params) != 1 {
		return req, invalidObject()
	}
	req.key, req.secret = credential(envelope["app_key"]), credential(envelope["app_secret"])
	var known bool
	if req.action, known = methods[req.method]; !known {
		return req, noMethod(req.method)
	}
	if decode(params[0], &req.param) != nil || req.param == nil {
		return req, invalidObject()
	}
	req.raw = bytes.Clone(params[0])
	req.code = req.action.code(req.param)
	return req, nil
}

// credential reads a key or secret; Omie's own samples show the key as a number.
func credential(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

func decode(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(v)
}

func identify(service string, req request) identity {
	canonical, err := json.Marshal(req.param) // sorts the keys
	if err != nil {
		panic("a decoded param can't be encoded: " + err.Error())
	}
	h := sha256.New()
	h.Write([]byte(service + req.method + "\x00"))
	h.Write(canonical)
	return identity(h.Sum(nil))
}

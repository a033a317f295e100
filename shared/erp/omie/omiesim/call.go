package omiesim

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Fate says what becomes of an answer on its way.
type Fate int

// What can become of an answer.
const (
	Answered Fate = iota // it arrives, after Delay
	Hangs                // it never comes; the connection stays open
	Cut                  // the connection is reset instead
)

// Reply is what a call is answered with.
type Reply struct {
	Status      int
	ContentType string
	Location    string
	Body        []byte
	Fate        Fate
	// Delay is how long the answer takes.
	Delay time.Duration

	open *running
}

// Open tells whether the call is still running at Omie: it hangs, or its answer
// takes a while. Whoever drives the Sim without sockets ends it with End.
func (r Reply) Open() bool { return r.open != nil }

// running is a call between its start and its end.
type running struct {
	lane    *lane
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
		"servicos/servico/": {
			"ConsultarCadastroServico": {false, noCode, (*Sim).consultarServico},
			"ListarCadastroServico":    {false, noCode, (*Sim).listarServicos},
		},
	}
}

var api = methods() // never written to

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
	fault := s.asked(req)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	s.applyDue(now)
	req.id = identify(service, req)
	return s.answer(now, req, fault)
}

// End ends a call whose Reply was Open: its answer arrived, or the caller left.
// What counts from the end of a call counts from here. Ending twice does nothing.
func (s *Sim) End(r Reply) {
	if r.open == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(s.opt.Now(), r.open)
}

func (s *Sim) finish(now time.Time, run *running) {
	if run.over {
		return
	}
	run.over = true
	close(run.ended)
	run.lane.leave(now, run)
}

// route finds the service; a path without its slash is redirected, as at Omie.
func route(path string) (string, map[string]action, *Reply) {
	service := strings.TrimPrefix(strings.TrimPrefix(path, "/"), "api/v1/")
	if found, ok := api[service]; ok {
		return service, found, nil
	}
	if _, ok := api[service+"/"]; ok {
		r := page(http.StatusMovedPermanently, "Moved Permanently")
		r.Location = path + "/"
		return "", nil, &r
	}
	r := page(http.StatusNotFound, "Not Found")
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

// answer judges the call by the limits, lets a fault have its way, and executes.
func (s *Sim) answer(now time.Time, req request, asked *Fault) Reply {
	l := s.laneOf(req.key)
	refused := s.admit(now, l, req)
	fault := asked
	if fault == nil {
		fault = s.match(now, req.method)
	}
	if fault != nil && (refused == nil || fault.Mode.beforeLimits()) {
		return s.faulty(now, l, req, fault)
	}
	if refused != nil {
		return s.done(now, l, req, refused, refused.reply(), "")
	}
	result, refused := req.action.do(s, now, req.raw, req.param)
	return s.done(now, l, req, refused, replyTo(result, refused), "")
}

func replyTo(result any, refused *refusal) Reply {
	if refused != nil {
		return refused.reply()
	}
	return jsonReply(http.StatusOK, result)
}

// done records the call and lets it run on where its answer takes a while.
func (s *Sim) done(now time.Time, l *lane, req request, refused *refusal, r Reply, mode Mode) Reply {
	outcome := "ok"
	if refused != nil {
		outcome = "fault " + refused.code
		if refused.code == "" {
			outcome = "fault " + refused.text
		}
	}
	if mode != "" {
		outcome = string(mode) + ": " + outcome
	}
	s.record(Call{At: now, Method: req.method, Code: req.code, Outcome: outcome})
	l.judge(now, req, refused, s.opt)

	if r.Fate == Answered && r.Delay == 0 {
		r.Delay = s.opt.Latency
	}
	if refused != nil && refused.unheard() {
		return r
	}
	run := &running{lane: l, id: req.id, method: req.method, write: req.action.write, ended: make(chan struct{})}
	l.enter(now, run, s.opt.RedundantFor)
	if r.Fate == Hangs || r.Delay > 0 {
		run.patient = r.Fate == Hangs || r.Delay > leaving
		r.open = run
		return r
	}
	s.finish(now, run)
	return r
}

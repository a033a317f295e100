package sensiosim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mode says what a Fault does.
type Mode string

// The faults. "Writes" means that the call is executed as if nothing were wrong,
// and only its answer suffers; a read has nothing to write, its answer suffers
// all the same.
const (
	WriteThenSilence  Mode = "write-then-silence"  // writes, never answers
	WriteThenReset    Mode = "write-then-reset"    // writes, resets the connection
	WriteThenHTML     Mode = "write-then-html"     // writes, answers 502 in HTML
	WriteThenGarbage  Mode = "write-then-garbage"  // writes, answers half of the JSON
	WriteThenError    Mode = "write-then-error"    // writes, answers 500 with success: false
	WriteThenNoID     Mode = "write-then-no-id"    // writes, answers success without an id
	WriteThenMute     Mode = "write-then-mute"     // writes, answers success: false and no message
	DelayedApply      Mode = "delayed-apply"       // never answers, writes after Delay
	DelayedApplyReset Mode = "delayed-apply-reset" // resets the connection, writes after Delay
	Slow              Mode = "slow"                // writes, answers after Delay
	Hang              Mode = "hang"                // never answers, nothing is written
	Reset             Mode = "reset"               // resets the connection, nothing is written
	HTML              Mode = "html"                // 502 in HTML, nothing is written
	Garbage           Mode = "200-garbage"         // 200 that is no JSON, nothing is written
	Redirect          Mode = "redirect"            // 302, nothing is written
	Outage            Mode = "outage"              // 503 in HTML to everything, as long as For
	ServerError       Mode = "error"               // 500 with success: false, nothing is written
	Refusal           Mode = "refusal"             // 422, or any Status and Text
	SuccessFalse      Mode = "success-false"       // 200 with success: false and Text
	Echo              Mode = "echo"                // 200 with success: false, and behind Text whatever was sent, bare, in capitals, brackets and quotes
	Mute              Mode = "mute"                // 200 with success: false and no message
	Rate              Mode = "rate"                // 429, with Retry-After where there is a Delay
	KeyRefused        Mode = "key-refused"         // 401
)

// Fault is something that goes wrong on purpose. As JSON, for POST /faults, the
// durations are texts: {"method":"POST /sales","mode":"delayed-apply","delay":"30s"}.
type Fault struct {
	// Method limits the fault to one kind of call ("POST /sales", "GET /sales",
	// "GET /people"); empty is every one.
	Method string
	Mode   Mode
	// Times is how many calls it befalls; 0 is one, or all of them while For lasts.
	Times int
	// For is how long the fault stays switched on; 0 is until it was used up.
	For time.Duration
	// Delay is what Mode says; 30 s for a delayed apply.
	Delay time.Duration
	// Status and Text replace those of Mode's own answer.
	Status int
	Text   string

	until time.Time
}

// UnmarshalJSON reads a Fault as a person writes it.
func (f *Fault) UnmarshalJSON(b []byte) error {
	var v struct {
		Method string `json:"method"`
		Mode   Mode   `json:"mode"`
		Times  int    `json:"times"`
		For    string `json:"for"`
		Delay  string `json:"delay"`
		Status int    `json:"status"`
		Text   string `json:"text"`
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("read fault: %w", err)
	}
	*f = Fault{Method: v.Method, Mode: v.Mode, Times: v.Times, Status: v.Status, Text: v.Text}
	for _, d := range []struct {
		text string
		into *time.Duration
	}{{v.For, &f.For}, {v.Delay, &f.Delay}} {
		if d.text == "" {
			continue
		}
		parsed, err := time.ParseDuration(d.text)
		if err != nil {
			return fmt.Errorf("read fault: %w", err)
		}
		*d.into = parsed
	}
	return f.Validate()
}

// Validate tells what is wrong with the fault.
func (f Fault) Validate() error {
	_, known := modes[f.Mode]
	switch {
	case !known:
		return fmt.Errorf("fault mode %q is unknown", f.Mode)
	case f.Times < 0 || f.For < 0 || f.Delay < 0:
		return fmt.Errorf("fault %s: times, for and delay are not negative", f.Mode)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("fault %s: status %d is no HTTP status of an answer", f.Mode, f.Status)
	case f.Method != "" && !slices.Contains(methods, f.Method):
		return fmt.Errorf("fault %s: method %q is unknown", f.Mode, f.Method)
	}
	return nil
}

// Inject switches a fault on; it panics where Validate would refuse it, since
// that is a mistake of the test. Faults befall calls in the order of their
// injection.
func (s *Sim) Inject(f Fault) {
	if err := f.Validate(); err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.For > 0 {
		f.until = s.opt.Now().Add(f.For)
	} else {
		f.Times = max(1, f.Times)
	}
	s.faults = append(s.faults, &f)
}

// Clear switches every fault off. Writes that are under way still arrive.
func (s *Sim) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// OnCall lets a test decide for each call, before injected faults do: nil is no
// fault. Times and For of what it returns are ignored. The hook may use the Sim.
func (s *Sim) OnCall(hook func(method, origID string) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// asked is what the hook says of a call.
func (s *Sim) asked(method, origID string) *Fault {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook == nil {
		return nil
	}
	f := hook(method, origID)
	if f == nil {
		return nil
	}
	if err := f.Validate(); err != nil {
		panic(err)
	}
	once := *f
	once.Times = 0
	return &once
}

// match finds the first fault that befalls the method, and counts it down.
func (s *Sim) match(now time.Time, method string) *Fault {
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return f.For > 0 && !now.Before(f.until) })
	at := slices.IndexFunc(s.faults, func(f *Fault) bool { return f.Method == "" || f.Method == method })
	if at < 0 {
		return nil
	}
	f := *s.faults[at]
	if f.Times > 0 {
		if s.faults[at].Times--; s.faults[at].Times == 0 {
			s.faults = slices.Delete(s.faults, at, at+1)
		}
	}
	return &f
}

type when int

const (
	writeNever when = iota
	writeNow
	writeLater
)

// effect is what a mode does to the call and to its answer.
type effect struct {
	write  when
	fate   Fate
	answer func(f Fault, r Reply) Reply
}

func effects() map[Mode]effect {
	broken := func(status int, title string) func(Fault, Reply) Reply {
		return func(f Fault, _ Reply) Reply { return page(cmp.Or(f.Status, status), cmp.Or(f.Text, title)) }
	}
	says := func(status int, text string) func(Fault, Reply) Reply {
		return func(f Fault, _ Reply) Reply {
			return (&refusal{cmp.Or(f.Status, status), cmp.Or(f.Text, text)}).reply()
		}
	}
	return map[Mode]effect{
		WriteThenSilence:  {write: writeNow, fate: Hangs},
		WriteThenReset:    {write: writeNow, fate: Cut},
		WriteThenHTML:     {write: writeNow, answer: broken(http.StatusBadGateway, "Bad Gateway")},
		WriteThenGarbage:  {write: writeNow, answer: half},
		WriteThenError:    {write: writeNow, answer: says(http.StatusInternalServerError, "Erro interno")},
		WriteThenNoID:     {write: writeNow, answer: noID},
		WriteThenMute:     {write: writeNow, answer: mute},
		DelayedApply:      {write: writeLater, fate: Hangs},
		DelayedApplyReset: {write: writeLater, fate: Cut},
		Slow:              {write: writeNow, answer: slowly},
		Hang:              {fate: Hangs},
		Reset:             {fate: Cut},
		HTML:              {answer: broken(http.StatusBadGateway, "Bad Gateway")},
		Garbage:           {answer: broken(http.StatusOK, "OK")},
		Redirect:          {answer: redirect},
		Outage:            {answer: broken(http.StatusServiceUnavailable, "Service Unavailable")},
		ServerError:       {answer: says(http.StatusInternalServerError, "Erro interno")},
		Refusal:           {answer: says(http.StatusUnprocessableEntity, "Pedido inválido")},
		SuccessFalse:      {answer: says(http.StatusOK, "Pedido não registrado")},
		Echo:              {answer: says(http.StatusOK, "")},
		Mute:              {answer: mute},
		Rate:              {answer: rate},
		KeyRefused:        {answer: says(http.StatusUnauthorized, "Não autorizado")},
	}
}

var modes = effects() // never written to

func half(_ Fault, r Reply) Reply {
	r.Body = r.Body[:len(r.Body)/2]
	return r
}

func noID(_ Fault, r Reply) Reply {
	return jsonReply(r.Status, map[string]any{"success": true, "message": "Pedido registrado com sucesso"})
}

func slowly(f Fault, r Reply) Reply {
	r.Delay = f.Delay
	return r
}

func redirect(_ Fault, _ Reply) Reply {
	r := page(http.StatusFound, "Found")
	r.Header.Set("Location", "/login")
	return r
}

func mute(f Fault, _ Reply) Reply {
	return jsonReply(cmp.Or(f.Status, http.StatusOK), map[string]any{"success": false})
}

func rate(f Fault, _ Reply) Reply {
	r := (&refusal{cmp.Or(f.Status, http.StatusTooManyRequests), cmp.Or(f.Text, "Too Many Requests")}).reply()
	if f.Delay > 0 {
		r.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.Delay.Seconds()))))
	}
	return r
}

func page(status int, title string) Reply {
	text := fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body><h1>%[1]d %[2]s</h1></body>\r\n</html>\r\n", status, html.EscapeString(title))
	return Reply{Status: status, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(text)}
}

// lateWrite is a write that Sensio carries out after its caller has given up.
type lateWrite struct {
	due  time.Time
	body []byte
}

// applyDue carries out what is due by now, each at its own time and in its order.
func (s *Sim) applyDue(now time.Time) {
	for len(s.late) > 0 && !s.late[0].due.After(now) {
		w := s.late[0]
		s.late = s.late[1:]
		_, _ = s.create(w.due, w.body) // nobody hears of a refusal
	}
}

// repeated is every text of a call, in each of the ways in which it may come back.
func (c request) repeated() string {
	var out strings.Builder
	var repeat func(v any)
	repeat = func(v any) {
		switch v := v.(type) {
		case string:
			fmt.Fprintf(&out, " %s, %s; [%s] \"%s\" '%s',", v, strings.ToUpper(v), v, v, v)
		case []any:
			for _, element := range v {
				repeat(element)
			}
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				repeat(v[name])
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		repeat(c.query.Get(name))
	}
	body, _ := read(c.body)
	repeat(body)
	return out.String()
}

// faulty carries out a fault on a call.
func (s *Sim) faulty(now time.Time, c request, f Fault) (Reply, *refusal) {
	e := modes[f.Mode]
	if f.Mode == Echo {
		f.Text = cmp.Or(f.Text, "Conteúdo inválido:") + c.repeated()
	}
	var reply Reply
	var refused *refusal
	switch {
	case e.write == writeNow:
		reply, refused = s.do(now, c)
	case e.write == writeLater && c.method == "POST /sales":
		s.late = append(s.late, lateWrite{now.Add(cmp.Or(f.Delay, 30*time.Second)), bytes.Clone(c.body)})
		slices.SortStableFunc(s.late, func(a, b lateWrite) int { return a.due.Compare(b.due) })
	}
	if e.answer != nil {
		reply = e.answer(f, reply)
	}
	reply.Fate = e.fate
	return reply, refused
}

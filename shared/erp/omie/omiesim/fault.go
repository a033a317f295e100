package omiesim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
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
	WriteThenGarbage  Mode = "write-then-garbage"  // writes, answers 200 with half of the JSON
	WriteThenFault    Mode = "write-then-fault"    // writes, answers a fault
	WriteThenNoID     Mode = "write-then-no-id"    // writes, answers 200 with another cCodStatus and no id
	DelayedApply      Mode = "delayed-apply"       // never answers, writes after Delay
	DelayedApplyReset Mode = "delayed-apply-reset" // resets the connection, writes after Delay
	Slow              Mode = "slow"                // writes, answers after Delay
	Hang              Mode = "hang"                // never answers, nothing is written
	Reset             Mode = "reset"               // resets the connection, nothing is written
	HTML              Mode = "html"                // 502 in HTML, nothing is written
	Status200Garbage  Mode = "200-garbage"         // 200 that is no JSON, nothing is written
	Outage            Mode = "outage"              // 503 in HTML to everything, as long as For
	Refusal           Mode = "fault"               // a fault of any Status, Text and Code
	Echo              Mode = "echo"                // the same, and behind Text whatever was sent, bare, in capitals, brackets and quotes
	Blocked           Mode = "blocked"             // the key is blocked for Delay (1800 s)
	Rate              Mode = "rate"                // 429
	KeyRefused        Mode = "key-refused"         // the key is not let in
	Redundant         Mode = "redundant"           // redundant, with Delay (60 s) left
	Concurrent        Mode = "concurrent"          // another request of the method is running
)

// Fault is something that goes wrong on purpose. As JSON, for POST /faults, the
// durations are texts: {"method":"IncluirOS","mode":"delayed-apply","delay":"30s"}.
type Fault struct {
	// Method limits the fault to one method; empty is every method.
	Method string
	Mode   Mode
	// Times is how many calls it befalls; 0 is one, or all of them while For lasts.
	Times int
	// For is how long the fault stays switched on; 0 is until it was used up.
	For time.Duration
	// Delay is what Mode says.
	Delay time.Duration
	// Status, Text and Code replace those of Mode's own answer.
	Status int
	Text   string
	Code   string

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
		Code   string `json:"code"`
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("read fault: %w", err)
	}
	*f = Fault{Method: v.Method, Mode: v.Mode, Times: v.Times, Status: v.Status, Text: v.Text, Code: v.Code}
	for _, d := range []struct {
		text string
		into *time.Duration
	}{{v.For, &f.For}, {v.Delay, &f.Delay}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.into, err = time.ParseDuration(d.text); err != nil {
			return fmt.Errorf("read fault: %w", err)
		}
	}
	return f.Validate()
}

// Validate refuses a fault that could never do anything.
func (f Fault) Validate() error {
	if _, ok := modes[f.Mode]; !ok {
		return fmt.Errorf("fault mode %q is unknown", f.Mode)
	}
	if f.Times < 0 || f.For < 0 || f.Delay < 0 {
		return fmt.Errorf("fault %s: times, for and delay are not negative", f.Mode)
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("fault %s: status %d is no HTTP status of an answer", f.Mode, f.Status)
	}
	if f.Method != "" && !isMethod(f.Method) {
		return fmt.Errorf("fault %s: method %q is unknown", f.Mode, f.Method)
	}
	return nil
}

func isMethod(name string) bool {
	for _, service := range api {
		if _, ok := service[name]; ok {
			return true
		}
	}
	return false
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
func (s *Sim) OnCall(hook func(method, code string) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

func (s *Sim) asked(req request) *Fault {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook == nil {
		return nil
	}
	f := hook(req.method, req.code)
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

// match finds the first fault that befalls the method, and forgets spent ones.
func (s *Sim) match(now time.Time, method string) *Fault {
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool {
		return f.For > 0 && !now.Before(f.until) || f.For == 0 && f.Times == 0
	})
	for _, f := range s.faults {
		if f.Method == "" || f.Method == method {
			return f
		}
	}
	return nil
}

// use counts the fault down; one that lasts a while with no count goes on.
func (s *Sim) use(f *Fault) {
	if f.Times == 0 {
		return
	}
	if f.Times--; f.Times == 0 {
		s.faults = slices.DeleteFunc(s.faults, func(g *Fault) bool { return g == f })
	}
}

// effect is what a mode does to the call and to its answer.
type effect struct {
	write  when
	before bool // the application never sees the call: the fault outranks the limits
	fate   Fate
	answer func(f *Fault, r Reply) (Reply, *refusal)
}

type when int

const (
	writeNever when = iota
	writeNow
	writeLater
)

func effects() map[Mode]effect {
	refuse := func(of func(f *Fault) *refusal) func(*Fault, Reply) (Reply, *refusal) {
		return func(f *Fault, _ Reply) (Reply, *refusal) {
			r := f.reword(of(f))
			return r.reply(), r
		}
	}
	broken := func(status int, title string) func(*Fault, Reply) (Reply, *refusal) {
		return func(f *Fault, _ Reply) (Reply, *refusal) { return f.page(status, title), nil }
	}
	unknown := refuse(func(*Fault) *refusal {
		return &refusal{http.StatusInternalServerError, "ERROR: Erro não catalogado.", "SOAP-ENV:Client-9999"}
	})
	return map[Mode]effect{
		WriteThenSilence:  {write: writeNow, fate: Hangs},
		WriteThenReset:    {write: writeNow, fate: Cut},
		WriteThenHTML:     {write: writeNow, answer: broken(http.StatusBadGateway, "Bad Gateway")},
		WriteThenGarbage:  {write: writeNow, answer: half},
		WriteThenFault:    {write: writeNow, answer: unknown},
		WriteThenNoID:     {write: writeNow, answer: noID},
		DelayedApply:      {write: writeLater, fate: Hangs},
		DelayedApplyReset: {write: writeLater, fate: Cut},
		Slow:              {write: writeNow, answer: slowly},
		Hang:              {before: true, fate: Hangs},
		Reset:             {before: true, fate: Cut},
		HTML:              {before: true, answer: broken(http.StatusBadGateway, "Bad Gateway")},
		Outage:            {before: true, answer: broken(http.StatusServiceUnavailable, "Service Unavailable")},
		Status200Garbage:  {answer: garbage},
		Refusal:           {answer: unknown},
		Echo:              {answer: refuse(func(f *Fault) *refusal { return contents("%s", f.Text) })},
		Blocked:           {answer: refuse(func(f *Fault) *refusal { return blocked(f.Delay) })},
		Rate:              {answer: refuse(func(*Fault) *refusal { return tooMany() })},
		KeyRefused:        {answer: refuse(func(*Fault) *refusal { return keyRefused() })},
		Redundant:         {answer: refuse(func(f *Fault) *refusal { return redundant(f.Delay) })},
		Concurrent:        {answer: refuse(func(*Fault) *refusal { return concurrent() })},
	}
}

var modes = effects() // never written to

func (m Mode) beforeLimits() bool { return modes[m].before }

// reword replaces what the fault says of its own answer.
func (f *Fault) reword(r *refusal) *refusal {
	if f.Status != 0 {
		r.status = f.Status
	}
	if f.Text != "" {
		r.text = f.Text
	}
	if f.Code != "" {
		r.code = f.Code
	}
	return r
}

func (f *Fault) page(status int, title string) Reply {
	if f.Status != 0 {
		status = f.Status
	}
	if f.Text != "" {
		title = f.Text
	}
	return page(status, title)
}

func half(_ *Fault, r Reply) (Reply, *refusal) {
	r.Status, r.Body = http.StatusOK, r.Body[:len(r.Body)/2]
	return r, nil
}

func garbage(f *Fault, _ Reply) (Reply, *refusal) {
	r := f.page(http.StatusOK, "OK")
	return r, nil
}

func noID(_ *Fault, r Reply) (Reply, *refusal) {
	r.Status, r.Body = http.StatusOK, []byte(`{"cCodStatus":"1","cDescStatus":"Em processamento"}`)
	return r, nil
}

func slowly(f *Fault, r Reply) (Reply, *refusal) {
	r.Delay = f.Delay
	return r, nil
}

func page(status int, title string) Reply {
	text := fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%[1]d %[2]s</h1></center>\r\n</body>\r\n</html>\r\n", status, html.EscapeString(title))
	return Reply{Status: status, ContentType: "text/html; charset=utf-8", Body: []byte(text)}
}

// lateWrite is a write that Omie carries out after its caller has given up.
type lateWrite struct {
	due time.Time
	req request
}

// applyDue carries out what is due by now, each at its own time and in its order.
func (s *Sim) applyDue(now time.Time) {
	for len(s.late) > 0 && !s.late[0].due.After(now) {
		w := s.late[0]
		s.late = s.late[1:]
		// Nobody hears of a refusal: a late write that has become impossible
		// (its cCodIntOS is taken meanwhile) just does not happen.
		_, _ = w.req.action.do(s, w.due, w.req.raw, w.req.param)
	}
}

// faulty carries out a fault on a call.
func (s *Sim) faulty(at time.Time, l *lane, req request, found *Fault) Reply {
	f := found.filled()
	if f.Mode == Echo {
		f.Text = cmp.Or(f.Text, "ERROR: O conteúdo é inválido:") + repeated(req.param)
	}
	e := modes[f.Mode]
	reply := Reply{Fate: e.fate}
	var refused *refusal
	switch e.write {
	case writeNow:
		var result any
		result, refused = req.action.do(s, at, req.raw, req.param)
		reply = replyTo(result, refused)
		reply.Fate = e.fate
	case writeLater:
		if req.action.write {
			s.late = append(s.late, lateWrite{at.Add(f.Delay), req})
			slices.SortStableFunc(s.late, func(a, b lateWrite) int { return a.due.Compare(b.due) })
		}
	}
	heard := refused
	if e.answer != nil {
		var said *refusal
		if reply, said = e.answer(f, reply); said != nil {
			heard = said
		}
	}
	s.use(found)
	reply = s.done(at, l, req, heard, reply, f.Mode)
	if f.Mode == Blocked {
		l.blockedUntil = at.Add(f.Delay)
	}
	return reply
}

// repeated is every text of a call's param, in each of the ways in which it may
// come back.
func repeated(param any) string {
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
	repeat(param)
	return out.String()
}

// filled is the fault with the delays that its mode is meaningless without.
func (f *Fault) filled() *Fault {
	full := *f
	switch {
	case f.Delay != 0:
	case f.Mode == Blocked:
		full.Delay = 1800 * time.Second
	case f.Mode == Redundant:
		full.Delay = 60 * time.Second
	case f.Mode == DelayedApply, f.Mode == DelayedApplyReset:
		full.Delay = 30 * time.Second
	}
	return &full
}

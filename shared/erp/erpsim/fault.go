package erpsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Mode says what a Fault does.
type Mode string

// The faults that befall any ERP; each simulator adds those in its ERP's own words.
// "Writes" means that the call is executed as if nothing were wrong, and only its answer
// suffers; a read has nothing to write, its answer suffers all the same.
const (
	WriteThenSilence  Mode = "write-then-silence"  // writes, never answers
	WriteThenReset    Mode = "write-then-reset"    // writes, resets the connection
	WriteThenHTML     Mode = "write-then-html"     // writes, answers 502 in HTML
	WriteThenGarbage  Mode = "write-then-garbage"  // writes, answers half of the JSON
	DelayedApply      Mode = "delayed-apply"       // never answers, writes after Delay
	DelayedApplyReset Mode = "delayed-apply-reset" // resets the connection, writes after Delay
	Slow              Mode = "slow"                // writes, answers after Delay
	Hang              Mode = "hang"                // never answers, nothing is written
	Reset             Mode = "reset"               // resets the connection, nothing is written
	HTML              Mode = "html"                // 502 in HTML, nothing is written
	Garbage           Mode = "200-garbage"         // 200 that is no JSON, nothing is written
	Outage            Mode = "outage"              // 503 in HTML to everything, as long as For
	// Echo is a refusal, and behind Text whatever was sent, bare, in capitals, brackets and
	// quotes. What a refusal is, only the simulator knows.
	Echo Mode = "echo"
)

// Fault is something that goes wrong on purpose. As JSON, for POST /faults, the durations
// are texts: {"method":"IncluirOS","mode":"delayed-apply","delay":"30s"}.
type Fault struct {
	// Method limits the fault to one of the simulator's methods; empty is every one.
	Method string
	Mode   Mode
	// Times is how many calls it befalls; 0 is one, or all of them while For lasts.
	Times int
	// For is how long the fault stays switched on; 0 is until it was used up.
	For time.Duration
	// Delay is what Mode says; 30 s for a delayed apply.
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
	return nil
}

// Write says what becomes of a call that has something to write.
type Write int

// What can become of it.
const (
	Never Write = iota
	AtOnce
	Late // after the fault's Delay
)

// Effect is what a mode does to a call and to its answer.
type Effect struct {
	Write Write
	// Unheard: the ERP never sees the call, so that the fault outranks its limits.
	Unheard bool
	Fate    Fate
	// Answer, if there, makes the answer; r is what the call would have been answered.
	Answer func(f Fault, r Reply) Reply
}

// effects are those of the modes that befall any ERP.
func effects() map[Mode]Effect {
	broken := func(status int, title string) func(Fault, Reply) Reply {
		return func(f Fault, _ Reply) Reply { return Page(cmp.Or(f.Status, status), cmp.Or(f.Text, title)) }
	}
	return map[Mode]Effect{
		WriteThenSilence:  {Write: AtOnce, Fate: Hangs},
		WriteThenReset:    {Write: AtOnce, Fate: Cut},
		WriteThenHTML:     {Write: AtOnce, Answer: broken(http.StatusBadGateway, "Bad Gateway")},
		WriteThenGarbage:  {Write: AtOnce, Answer: half},
		DelayedApply:      {Write: Late, Fate: Hangs},
		DelayedApplyReset: {Write: Late, Fate: Cut},
		Slow:              {Write: AtOnce, Answer: slowly},
		Hang:              {Unheard: true, Fate: Hangs},
		Reset:             {Unheard: true, Fate: Cut},
		HTML:              {Unheard: true, Answer: broken(http.StatusBadGateway, "Bad Gateway")},
		Outage:            {Unheard: true, Answer: broken(http.StatusServiceUnavailable, "Service Unavailable")},
		Garbage:           {Answer: broken(http.StatusOK, "OK")},
	}
}

func half(_ Fault, r Reply) Reply {
	r.Body = r.Body[:len(r.Body)/2]
	return r
}

func slowly(f Fault, r Reply) Reply {
	r.Delay = f.Delay
	return r
}

// Validate refuses a fault that could never do anything.
func (f *Frame) Validate(fault Fault) error {
	_, known := f.effects[fault.Mode]
	switch {
	case !known:
		return fmt.Errorf("fault mode %q is unknown", fault.Mode)
	case fault.Times < 0 || fault.For < 0 || fault.Delay < 0:
		return fmt.Errorf("fault %s: times, for and delay are not negative", fault.Mode)
	case fault.Status != 0 && (fault.Status < 200 || fault.Status > 599):
		return fmt.Errorf("fault %s: status %d is no HTTP status of an answer", fault.Mode, fault.Status)
	case fault.Method != "" && !slices.Contains(f.o.Methods, fault.Method):
		return fmt.Errorf("fault %s: method %q is unknown", fault.Mode, fault.Method)
	}
	return nil
}

// Inject switches a fault on; it panics where Validate would refuse it, since that is a
// mistake of the test. Faults befall calls in the order of their injection.
func (f *Frame) Inject(fault Fault) {
	if err := f.Validate(fault); err != nil {
		panic(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault.For > 0 {
		fault.until = f.o.Now().Add(fault.For)
	} else {
		fault.Times = max(1, fault.Times)
	}
	f.faults = append(f.faults, &fault)
}

// Clear switches every fault off. Writes that are under way still arrive.
func (f *Frame) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// OnCall lets a test decide for each call, before injected faults do: nil is no fault.
// Times and For of what it returns are ignored. The hook may use the simulator.
func (f *Frame) OnCall(hook func(method, code string) *Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hook = hook
}

// asked is what the hook says of a call.
func (f *Frame) asked(method, code string) *Fault {
	f.mu.Lock()
	hook := f.hook
	f.mu.Unlock()
	if hook == nil {
		return nil
	}
	fault := hook(method, code)
	if fault == nil {
		return nil
	}
	if err := f.Validate(*fault); err != nil {
		panic(err)
	}
	once := *fault
	once.Times = 0
	return &once
}

// match finds the first fault that befalls the method, and forgets those that are over.
func (f *Frame) match(now time.Time, method string) *Fault {
	f.faults = slices.DeleteFunc(f.faults, func(g *Fault) bool { return g.For > 0 && !now.Before(g.until) })
	for _, fault := range f.faults {
		if fault.Method == "" || fault.Method == method {
			return fault
		}
	}
	return nil
}

// use counts the fault down; one that lasts a while with no count goes on.
func (f *Frame) use(fault *Fault) {
	if fault.Times == 0 {
		return
	}
	if fault.Times--; fault.Times == 0 {
		f.faults = slices.DeleteFunc(f.faults, func(g *Fault) bool { return g == fault })
	}
}

// repeated is every text of what was sent, in each of the ways in which it may come back.
func repeated(sent any) string {
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
	repeat(sent)
	return out.String()
}

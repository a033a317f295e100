package erpsim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// third is the simulator of an invented ERP: PUT /notes/{code} writes a note, unless it is
// there, GET /notes/{code} shows it, and one call is let in at a time.
type third struct {
	*erpsim.Frame
	notes   []note
	running bool
}

type note struct {
	Code string    `json:"code"`
	Text string    `json:"text"`
	At   time.Time `json:"-"`
}

const busy erpsim.Mode = "busy"

var errBusy = errors.New("busy")

func refused(status int, err error) erpsim.Reply {
	r := erpsim.JSON(status, map[string]string{"error": err.Error()})
	r.Refusal = err
	return r
}

func newThird(now func() time.Time) *third {
	return &third{Frame: erpsim.NewFrame(erpsim.Options{
		Now: now, HasLimits: true, Methods: []string{"PUT", "GET"}, EchoText: "not so:",
		Modes: map[erpsim.Mode]erpsim.Effect{
			busy: {Answer: func(erpsim.Fault, erpsim.Reply) erpsim.Reply { return refused(http.StatusLocked, errBusy) }},
			erpsim.Echo: {Answer: func(f erpsim.Fault, _ erpsim.Reply) erpsim.Reply {
				return refused(http.StatusBadRequest, errors.New(f.Text))
			}},
		},
	})}
}

func (s *third) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, s.listed, func(body []byte) {
		s.Deliver(w, r, s.call(r.Method, strings.TrimPrefix(r.URL.Path, "/notes/"), string(body)))
	})
}

func (s *third) listed() any {
	rows := []note{}
	s.With(func(time.Time) { rows = append(rows, s.notes...) })
	return rows
}

func (s *third) call(method, code, text string) erpsim.Reply {
	return s.Take(erpsim.Work{
		Method: method, Code: code, Writes: method == "PUT", Sent: text,
		Admit: func(time.Time) *erpsim.Reply {
			if !s.running {
				return nil
			}
			s.Violate("two calls at a time")
			r := refused(http.StatusLocked, errBusy)
			return &r
		},
		Do: func(at time.Time) erpsim.Reply {
			for _, n := range s.notes {
				switch {
				case n.Code == code && method == "GET":
					return erpsim.JSON(http.StatusOK, n)
				case n.Code == code:
					return refused(http.StatusConflict, errors.New("it is there"))
				}
			}
			if method == "GET" {
				return refused(http.StatusNotFound, errors.New("there is none"))
			}
			s.notes = append(s.notes, note{code, text, at})
			return erpsim.JSON(http.StatusCreated, map[string]int{"id": len(s.notes)})
		},
		Done: func(_ time.Time, _ *erpsim.Fault, r erpsim.Reply) func(time.Time) {
			if errors.Is(r.Refusal, errBusy) {
				return nil
			}
			s.running = true
			return func(time.Time) { s.running = false }
		},
	})
}

// clock is set by the test.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func began() (*third, *clock) {
	c := &clock{time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	return newThird(c.Now), c
}

func TestAFaultHasItsWayWithACall(t *testing.T) {
	for name, c := range map[string]struct {
		fault   erpsim.Fault
		status  int
		fate    erpsim.Fate
		written int
		outcome string
	}{
		"none":                      {erpsim.Fault{Mode: busy, Method: "GET"}, 201, erpsim.Answered, 1, "ok"},
		"of the ERP's own":          {erpsim.Fault{Mode: busy}, 423, erpsim.Answered, 0, "busy: busy"},
		"an echo":                   {erpsim.Fault{Mode: erpsim.Echo}, 400, erpsim.Answered, 0, `echo: not so: Ana, ANA; [Ana] "Ana" 'Ana',`},
		"written and silent":        {erpsim.Fault{Mode: erpsim.WriteThenSilence}, 201, erpsim.Hangs, 1, "write-then-silence: ok"},
		"written and cut":           {erpsim.Fault{Mode: erpsim.WriteThenReset}, 201, erpsim.Cut, 1, "write-then-reset: ok"},
		"written and a page":        {erpsim.Fault{Mode: erpsim.WriteThenHTML}, 502, erpsim.Answered, 1, "write-then-html: ok"},
		"written and half of it":    {erpsim.Fault{Mode: erpsim.WriteThenGarbage}, 201, erpsim.Answered, 1, "write-then-garbage: ok"},
		"written late":              {erpsim.Fault{Mode: erpsim.DelayedApply}, 0, erpsim.Hangs, 0, "delayed-apply: ok"},
		"never heard, another code": {erpsim.Fault{Mode: erpsim.HTML, Status: 504}, 504, erpsim.Answered, 0, "html: ok"},
	} {
		s, _ := began()
		s.Inject(c.fault)
		r := s.call("PUT", "a", "Ana")
		if r.Status != c.status || r.Fate != c.fate || len(s.notes) != c.written || s.Calls()[0].Outcome != c.outcome {
			t.Errorf("%s: %+v, %d written, %+v", name, r, len(s.notes), s.Calls())
		}
	}
}

func TestALateWriteComesAtItsTimeAndOnlyOnce(t *testing.T) {
	s, c := began()
	s.Inject(erpsim.Fault{Mode: erpsim.DelayedApplyReset, Times: 2})
	for range 2 {
		s.End(s.call("PUT", "a", "Ana"))
	}
	c.now = c.now.Add(30*time.Second - 1)
	if n := len(s.listed().([]note)); n != 0 {
		t.Errorf("%d are there early", n)
	}
	due := c.now.Add(1)
	c.now = c.now.Add(time.Hour)
	if rows := s.listed().([]note); len(rows) != 1 || !rows[0].At.Equal(due) {
		t.Errorf("written: %+v", rows)
	}
}

func TestACallRunsUntilItsEnd(t *testing.T) {
	s, _ := began()
	s.OnCall(func(_, code string) *erpsim.Fault {
		switch code {
		case "slow":
			return &erpsim.Fault{Mode: erpsim.Slow, Delay: time.Second}
		case "unheard":
			return &erpsim.Fault{Mode: erpsim.Outage}
		}
		return nil
	})
	r := s.call("PUT", "slow", "")
	got := []int{r.Status, s.call("PUT", "a", "").Status, s.call("PUT", "unheard", "").Status}
	if !r.Open() || r.Delay != time.Second {
		t.Errorf("%+v", r)
	}
	s.End(r)
	s.End(r)
	got = append(got, s.call("PUT", "a", "").Status, s.call("PUT", "a", "").Status)
	if diff := cmp.Diff([]int{201, 423, 503, 201, 409}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"two calls at a time", "two calls at a time"}, s.Violations()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPeopleSeeASimulatorAndSwitchFaultsOn(t *testing.T) {
	s, _ := began()
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	do := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Close = true
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, ""
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(text)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		text               string
	}{
		{"POST", "/faults", `{"mode":"nap"}`, 400, `{"error":"fault mode \"nap\" is unknown"}`},
		{"POST", "/faults", `{"mode":"busy","method":"POST"}`, 400, `{"error":"fault busy: method \"POST\" is unknown"}`},
		{"POST", "/faults", `{"mode":"write-then-reset","method":"PUT"}`, 200, `{"status":"on"}`},
		{"PUT", "/notes/a", "Ana", 0, ""},
		{"GET", "/notes/a", "", 200, `{"code":"a","text":"Ana"}`},
		{"GET", "/documents", "", 200, `[{"code":"a","text":"Ana"}]`},
		{"GET", "/", "", 200, `{"documents":[{"code":"a","text":"Ana"}],"calls":2,"violations":[]}`},
	} {
		if status, text := do(c.method, c.path, c.body); status != c.status || text != c.text {
			t.Errorf("%s %s: %d %s", c.method, c.path, status, text)
		}
	}
}

func TestAFaultIsReadAsAPersonWritesIt(t *testing.T) {
	var got erpsim.Fault
	err := json.NewDecoder(bytes.NewReader([]byte(`{"method":"PUT","mode":"slow","delay":"30s","for":"1m","times":3,"status":500,"text":"t","code":"c"}`))).Decode(&got)
	want := erpsim.Fault{Method: "PUT", Mode: erpsim.Slow, Delay: 30 * time.Second, For: time.Minute, Times: 3, Status: 500, Text: "t", Code: "c"}
	if err != nil || got != want {
		t.Errorf("%+v: %v", got, err)
	}
}

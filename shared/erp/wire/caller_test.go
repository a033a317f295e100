package wire_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

// answering is an ERP that takes its time for each call, and notes when it came.
type answering struct {
	takes time.Duration
	began time.Time
	calls []string
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	a.calls = append(a.calls, r.URL.Path+" "+time.Since(a.began).String())
	select {
	case <-time.After(a.takes):
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// calling has a caller with a limit of 30 s, and a second between two calls.
func calling(t *testing.T, takes time.Duration, does func(*testing.T, *wire.Caller, *answering)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := &answering{takes: takes, began: time.Now()}
		does(t, wire.NewCaller("third", erp.Options{Account: "loja", Transport: a}, 30*time.Second, time.Second), a)
	})
}

func named(path string) wire.Call {
	return wire.Call{Again: true, Request: wire.Request{Name: words.Plain(path), Method: http.MethodGet, URL: "http://127.0.0.1/" + path}}
}

func TestCallsKeepApart(t *testing.T) {
	calling(t, 100*time.Millisecond, func(t *testing.T, c *wire.Caller, a *answering) {
		for _, path := range []string{"a", "a", "b", "a"} {
			if r, answer := c.Send(t.Context(), named(path)); r.Status != http.StatusOK || answer.Kind != "" {
				t.Errorf("%+v", answer)
			}
		}
		if diff := cmp.Diff([]string{"/a 1s", "/a 2s", "/b 3s", "/a 4s"}, a.calls); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestWhoGivesUpTheLaneWaitsForTheNextCall(t *testing.T) {
	for name, c := range map[string]struct {
		takes, until time.Duration
		waits        time.Duration
		over         bool
		call         func(path string) wire.Call
	}{
		"a quick answer":            {takes: 100 * time.Millisecond, until: time.Minute, waits: 900 * time.Millisecond, call: named},
		"a slow one":                {takes: 3 * time.Second, until: time.Minute, call: named},
		"no call":                   {until: time.Minute},
		"a call that was not begun": {until: time.Minute, call: func(path string) wire.Call { c := named(path); c.Creates = true; return c }},
		"no time":                   {takes: 100 * time.Millisecond, until: 1900 * time.Millisecond, waits: 800 * time.Millisecond, over: true, call: named},
	} {
		t.Run(name, func(t *testing.T) {
			calling(t, c.takes, func(t *testing.T, caller *wire.Caller, _ *answering) {
				ctx, cancel := context.WithTimeout(t.Context(), c.until)
				defer cancel()
				if c.call != nil {
					within, cancel := context.WithTimeout(ctx, 20*time.Second)
					defer cancel()
					caller.Send(within, c.call("a"))
				}
				before := time.Now()
				if err := caller.Pace(ctx); (err != nil) != c.over || time.Since(before) != c.waits {
					t.Errorf("%v after %s", err, time.Since(before))
				}
				if err := caller.Pace(t.Context()); err != nil || !c.over && time.Since(before) != c.waits {
					t.Errorf("again: %v after %s", err, time.Since(before))
				}
			})
		})
	}
}

func TestTheNextOneCallsAtOnceWhereTheLaneWasGivenUp(t *testing.T) {
	calling(t, 100*time.Millisecond, func(t *testing.T, first *wire.Caller, a *answering) {
		second := wire.NewCaller("third", erp.Options{Account: "loja", Transport: a}, 30*time.Second, time.Second)
		for _, c := range []*wire.Caller{first, second, first, first, second} {
			if _, answer := c.Send(t.Context(), named("a")); answer.Kind != "" {
				t.Errorf("%+v", answer)
			}
			if err := c.Pace(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff([]string{"/a 1s", "/a 2s", "/a 3s", "/a 4s", "/a 5s"}, a.calls); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAnEqualCallIsNotMadeWithinTheSpacing(t *testing.T) {
	calling(t, time.Second, func(t *testing.T, c *wire.Caller, a *answering) {
		send := func(path, body string, creates bool) erp.Answer {
			_, answer := c.Send(t.Context(), wire.Call{Creates: creates, Request: wire.Request{Name: words.Plain(path), Method: http.MethodPost, URL: "http://127.0.0.1/" + path, Body: []byte(body)}})
			return answer
		}
		wants := func(answer erp.Answer, kind erp.AnswerKind, left time.Duration) {
			t.Helper()
			if answer.Kind != kind || answer.RetryAfter != left {
				t.Errorf("%+v, want %s, %s", answer, kind, left)
			}
		}
		wants(send("a", "1", false), "", 0)                      // begins at 1 s, and ends at 2 s
		wants(send("a", "2", false), "", 0)                      // until 3 s
		wants(send("b", "1", false), "", 0)                      // until 4 s
		wants(send("a", "1", false), erp.Early, 59*time.Second)  // at 4 s
		wants(send("a", "1", true), erp.NotSent, 59*time.Second) // a create says no more
		_ = wire.Sleep(t.Context(), 59*time.Second)
		wants(send("a", "1", false), "", 0) // at 63 s
		if diff := cmp.Diff([]string{"/a 1s", "/a 2s", "/b 3s", "/a 1m3s"}, a.calls); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestACallThatWasNotSentMayBeMadeAtOnce(t *testing.T) {
	calling(t, 0, func(t *testing.T, c *wire.Caller, a *answering) {
		call := named("a")
		call.Again = false
		c.HTTP.Transport = refusing{}
		if _, answer := c.Send(t.Context(), call); answer.Kind != erp.NotSent {
			t.Fatalf("%+v", answer)
		}
		c.HTTP.Transport = a
		if _, answer := c.Send(t.Context(), call); answer.Kind != "" {
			t.Errorf("%+v", answer)
		}
	})
}

// refusing is an ERP that can't be reached.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrClosedPipe }

func TestAllAccountsOfAProcessShareTheCallsOfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &answering{began: time.Now()}
		calls := new(erp.Calls)
		var accounts []*wire.Caller
		for range 10 {
			accounts = append(accounts, wire.NewCaller("third", erp.Options{Account: "loja", Transport: a, Calls: calls}, 30*time.Second, time.Millisecond))
		}
		for i := range erp.PerMinute {
			if _, answer := accounts[i%10].Send(t.Context(), named("a")); answer.Kind != "" {
				t.Fatalf("%+v", answer)
			}
		}
		// The minute began with the first call, after a millisecond.
		short, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		before := time.Now()
		for creates, want := range map[bool]erp.AnswerKind{true: erp.NoTime, false: erp.NotSent} {
			call := named("a")
			call.Creates = creates
			if _, answer := accounts[0].Send(short, call); answer.Kind != want || time.Since(before) > time.Second {
				t.Errorf("creates %t: %+v after %s", creates, answer, time.Since(before))
			}
		}
		if _, answer := accounts[0].Send(t.Context(), named("a")); answer.Kind != "" || time.Since(a.began) != time.Minute+time.Millisecond {
			t.Errorf("%+v after %s", answer, time.Since(a.began))
		}
	})
}

func TestACallIsOverByItsLimitAndItsTime(t *testing.T) {
	for by, want := range map[time.Duration]time.Duration{0: 31 * time.Second, 20 * time.Second: 20 * time.Second, time.Minute: 31 * time.Second, -time.Second: time.Second} {
		calling(t, time.Hour, func(t *testing.T, c *wire.Caller, a *answering) {
			call := named("a")
			if by != 0 {
				call.By = a.began.Add(by)
			}
			_, answer := c.Send(t.Context(), call)
			if took := time.Since(a.began); answer.Kind == "" || took != want {
				t.Errorf("by %s: %+v after %s", by, answer, took)
			}
		})
	}
}

func TestWhatTooLittleTimeIsLeftForIsNotBegun(t *testing.T) {
	for left, c := range map[time.Duration]struct{ create, read erp.AnswerKind }{
		time.Second:                       {erp.NoTime, erp.NotSent}, // that the pace takes
		41*time.Second - time.Millisecond: {create: erp.NoTime},
		41 * time.Second:                  {},
	} {
		for creates, want := range map[bool]erp.AnswerKind{true: c.create, false: c.read} {
			calling(t, 0, func(t *testing.T, caller *wire.Caller, a *answering) {
				ctx, cancel := context.WithTimeout(t.Context(), left)
				defer cancel()
				call := named("a")
				call.Creates = creates
				_, answer := caller.Send(ctx, call)
				if answer.Kind != want || len(a.calls) == 0 != (want != "") {
					t.Errorf("%s left, creates %t: %+v, %d calls", left, creates, answer, len(a.calls))
				}
			})
		}
	}
}

func TestARestIsAsLongAsItsWordsWithinItsBound(t *testing.T) {
	for count, want := range map[string]time.Duration{
		"": time.Minute, "0": time.Minute, "-5": time.Minute, "soon": time.Minute, "99999999999": time.Minute,
		"7": 7 * time.Second, "7200": 2 * time.Hour, "7201": 2 * time.Hour,
	} {
		if got := wire.Rest(count, time.Second, time.Minute, 2*time.Hour); got != want {
			t.Errorf("%q: %s", count, got)
		}
	}
}

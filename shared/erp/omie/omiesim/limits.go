package omiesim

import (
	"fmt"
	"net/http"
	"time"
)

// Omie's published limits, per key and method unless said.
const (
	perMinute          = 240
	perMinuteAddress   = 960 // of one address, all keys and methods together
	simultaneousReads  = 4
	simultaneousWrites = 1 // per key
	failureMemory      = 10 * time.Minute
)

// lane is what Omie remembers of one app key.
type lane struct {
	blockedUntil time.Time
	rates        map[string]*window
	seen         map[identity]*trace
	running      map[*running]bool
	sweepAt      int
}

// trace is what is remembered of one identical call.
type trace struct {
	open     int
	ended    time.Time
	failures int
	failed   time.Time
}

// window counts the calls of the last minute.
type window struct{ starts []time.Time }

func (w *window) count(now time.Time) int {
	i := 0
	for i < len(w.starts) && now.Sub(w.starts[i]) >= time.Minute {
		i++
	}
	w.starts = append(w.starts[:0], w.starts[i:]...)
	return len(w.starts)
}

func (w *window) add(now time.Time) { w.starts = append(w.starts, now) }

func (s *Sim) laneOf(key string) *lane {
	l, ok := s.lanes[key]
	if !ok {
		l = &lane{rates: map[string]*window{}, seen: map[identity]*trace{}, running: map[*running]bool{}, sweepAt: 1024}
		s.lanes[key] = l
	}
	return l
}

// admit judges a call by the limits; what it breaks is kept as a violation.
func (s *Sim) admit(now time.Time, l *lane, req request) *refusal {
	if left := l.blockedUntil.Sub(now); left > 0 {
		s.violate(now, req, "call during a block, %d s before its end", seconds(left))
		return blocked(left)
	}
	if refused := s.rate(now, l, req); refused != nil {
		return refused
	}
	if !s.lets(req) {
		return keyRefused()
	}
	if t := l.seen[req.id]; t != nil && (t.open > 0 || now.Sub(t.ended) < s.opt.RedundantFor) {
		left := s.opt.RedundantFor
		if t.open == 0 {
			left -= now.Sub(t.ended)
		}
		s.violate(now, req, "identical call within %d s", seconds(s.opt.RedundantFor))
		return redundant(left)
	}
	return s.simultaneous(now, l, req)
}

func (s *Sim) rate(now time.Time, l *lane, req request) *refusal {
	w := l.rates[req.method]
	if w == nil {
		w = &window{}
		l.rates[req.method] = w
	}
	switch {
	case w.count(now) >= perMinute:
		s.violate(now, req, "more than %d calls a minute of one method", perMinute)
		return tooMany()
	case s.address.count(now) >= perMinuteAddress:
		s.violate(now, req, "more than %d calls a minute", perMinuteAddress)
		return tooMany()
	}
	w.add(now)
	s.address.add(now)
	return nil
}

func (s *Sim) simultaneous(now time.Time, l *lane, req request) *refusal {
	writes, same := 0, 0
	for run := range l.running {
		if run.write {
			writes++
		}
		if run.method == req.method {
			same++
		}
	}
	switch {
	case req.action.write && writes >= simultaneousWrites:
		s.violate(now, req, "a write while another one is running")
		return concurrent()
	case !req.action.write && same >= simultaneousReads:
		s.violate(now, req, "more than %d reads of one method at the same time", simultaneousReads)
		return tooMany()
	}
	return nil
}

func (s *Sim) lets(req request) bool {
	if s.opt.AppKey == "" {
		return req.key != "" && req.secret != ""
	}
	return req.key == s.opt.AppKey && req.secret == s.opt.AppSecret
}

func (s *Sim) violate(now time.Time, req request, format string, args ...any) {
	s.Violate(fmt.Sprintf("%s %s: ", now.UTC().Format(time.RFC3339), req.method) + fmt.Sprintf(format, args...))
}

// unheard is a refusal made before the application saw the call: it neither runs
// nor makes the next identical one redundant.
func (r *refusal) unheard() bool {
	switch r.status {
	case http.StatusTooEarly, http.StatusTooManyRequests, http.StatusForbidden:
		return true
	}
	return r.code == codeConcurrent || r.code == codeRedundant
}

func (l *lane) trace(id identity) *trace {
	t := l.seen[id]
	if t == nil {
		t = &trace{}
		l.seen[id] = t
	}
	return t
}

func (l *lane) enter(now time.Time, run *running, redundantFor time.Duration) {
	l.running[run] = true
	l.trace(run.id).open++
	l.sweep(now, max(failureMemory, redundantFor))
}

func (l *lane) leave(now time.Time, run *running) {
	delete(l.running, run)
	t := l.trace(run.id)
	t.open--
	t.ended = now
}

// countFailure counts identical failing calls; too many of them block the key.
func (l *lane) countFailure(now time.Time, req request, refused *refusal, opt Options) {
	if refused == nil || !refused.fails(req.action.write) {
		if t := l.seen[req.id]; t != nil {
			t.failures = 0
		}
		return
	}
	if refused.status == http.StatusTooEarly || refused.status == http.StatusTooManyRequests || refused.code == codeConcurrent {
		return
	}
	t := l.trace(req.id)
	if now.Sub(t.failed) >= failureMemory {
		t.failures = 0
	}
	t.failed = now
	if t.failures++; t.failures >= opt.BlockAfter {
		t.failures = 0
		l.blockedUntil = now.Add(opt.BlockFor)
	}
}

// sweep forgets calls that no rule asks about any more, now and then, so that a
// long simulation does not grow.
func (l *lane) sweep(now time.Time, memory time.Duration) {
	if len(l.seen) < l.sweepAt {
		return
	}
	for id, t := range l.seen {
		if t.open == 0 && now.Sub(t.ended) > memory && now.Sub(t.failed) > memory {
			delete(l.seen, id)
		}
	}
	l.sweepAt = max(1024, 2*len(l.seen))
}

package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

// AnswerWithin is how long a call may take from its header on: stores hang up after
// 3 to 5 s, and a 503 that comes before makes most of them deliver again.
const AnswerWithin = 2500 * time.Millisecond

const (
	// headerWithin and idleFor bound the wait for a call to begin, bodyWithin the wait
	// for its body; what is left of AnswerWithin is for the proof and the write.
	headerWithin = 5 * time.Second
	idleFor      = time.Minute
	bodyWithin   = 2 * time.Second
	// writeWithin is reckoned from the header on, too.
	writeWithin = 2 * AnswerWithin
	// fairWait is what a caller gets of these where others wait for its place.
	fairWait = 500 * time.Millisecond
	// leavingWait is what remains then of drainFor.
	leavingWait = 100 * time.Millisecond
	// goneWithin is how soon a connection that was closed should be free.
	goneWithin = 10 * time.Millisecond
	// drainFor and drainBytes bound what is taken of a body that nobody wants, once its
	// answer is out: a connection that is closed over unread bytes is reset, and a
	// reset can overtake the answer.
	drainFor   = 2 * time.Second
	drainBytes = 2 * platform.MaxBody
	// maxHeader and maxLines are several times what a store sends; net/http lets 4 KiB
	// more pass.
	maxHeader = 8 << 10
	maxLines  = 100
	// firstRead is what a body takes before more of it has come.
	firstRead = 4 << 10
)

// Limits bound what callers can make a process hold. Each zero field has a default;
// with these a process stays under 96 MiB.
type Limits struct {
	// Connections are open at once; 384. Beyond that, or where more than a quarter of
	// them are silent, whoever has kept us waiting longest, for a header or for their
	// next call, is closed to make room; who has sent theirs is not.
	Connections int
	// Bodies are under way at once, from their first byte to the answer; 256, and
	// always fewer than Connections. Beyond that a call is answered 503, unless a body
	// has been awaited for half a second: then that one is.
	Bodies int
	// BodyBytes is what these bodies hold together; 8 MiB. Beyond that as with Bodies.
	BodyBytes int
}

// WithDefaults has a value in each field.
func (l Limits) WithDefaults() Limits {
	if l.Connections == 0 {
		l.Connections = 384
	}
	if l.Bodies == 0 {
		l.Bodies = min(256, l.Connections-1)
	}
	if l.BodyBytes == 0 {
		l.BodyBytes = 8 << 20
	}
	return l
}

// silent is how many connections may be open that have not sent a header.
func (l Limits) silent() int { return max(1, l.Connections/4) }

// Memory is what the Go runtime of a process with these limits should keep to, in
// bytes: a quarter of a MiB for each header that is on its way and 40 KiB for each
// connection besides, bodies twice (as they come, and as they are stored), and what
// the rest needs.
func (l Limits) Memory() int64 {
	l = l.WithDefaults()
	return 10<<20 + int64(l.silent())<<18 + int64(l.Connections)*40<<10 + 2*int64(l.BodyBytes)
}

// Validate says which limit can't be.
func (l Limits) Validate() error {
	switch l = l.WithDefaults(); {
	case l.Bodies < 1 || l.Connections <= l.Bodies:
		return words.Errorf("%d bodies under way on %d connections: at least one body, and more connections than bodies", l.Bodies, l.Connections)
	case l.BodyBytes < 2*platform.MaxBody:
		return words.Errorf("%d bytes for bodies: at least %d, twice the largest body", l.BodyBytes, 2*platform.MaxBody)
	}
	return nil
}

// longAgo ends a read at once.
var longAgo = time.Unix(1, 0)

var (
	// errBusy: there is no room for the body.
	errBusy = errors.New("too many bodies are under way")
	// errTooLarge: a body whose length was not announced is over platform.MaxBody.
	errTooLarge = errors.New("the body is too large")
)

// Door is where callers come in: it bounds what they hold until they have their
// answer. Where the bounds are reached the newcomer wins over those who keep us
// waiting, so that nobody shuts the door by standing in it.
type Door struct {
	limits Limits

	mu      sync.Mutex
	callers map[net.Conn]*caller
	bodies  map[*caller]bool
	bytes   int
	// silent counts the callers that are idle: a header that comes in small lines takes
	// thirty times its size in memory, so fewer of them are let in than of the others.
	silent int
	// refusal is the answer to who can't be let in, and refused counts them.
	refusal []byte
	refused func()
	// waited is how long what a caller sent last has waited for us.
	waited func(net.Conn) time.Duration
	// moved has a value when a caller left, or is idle no more.
	moved chan struct{}
}

// NewDoor makes a door for one server.
func NewDoor(l Limits) *Door {
	return &Door{limits: l.WithDefaults(), refusal: written(unwritten), refused: func() {}, waited: waited, callers: map[net.Conn]*caller{}, bodies: map[*caller]bool{}, moved: make(chan struct{}, 1)}
}

// phase is what a caller and we are doing.
type phase int

const (
	// idle: we wait for a header.
	idle phase = iota
	// leaving: it was answered, and its connection is about to be closed.
	leaving
	// gone: its connection was closed, and what it holds is about to be free.
	gone
	// reading: we wait for its body.
	reading
	// working: it waits for us.
	working
)

// caller is a connection, and the call that it makes.
type caller struct {
	// inside: it is one of the door's callers.
	inside bool
	conn   net.Conn
	phase  phase
	// since is when we began to wait for it.
	since time.Time
	// bytes is what its body holds.
	bytes int
	// giveUp ends the read of its body.
	giveUp func()
	// cut: its place was given to another.
	cut bool
}

type callerKey struct{}

// Server is the server of the door, which sees each of its connections.
func (d *Door) Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: headerWithin, WriteTimeout: writeWithin, IdleTimeout: idleFor, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ConnContext: d.enter, ConnState: d.follow}
}

// enter waits until there is room for one connection more. Meanwhile the system
// holds those that come after it.
func (d *Door) enter(ctx context.Context, conn net.Conn) context.Context {
	c := &caller{conn: conn}
	for {
		select {
		case <-d.moved: // counted below
		default:
		}
		wait := d.makeRoom(conn, c)
		if wait <= 0 {
			return context.WithValue(ctx, callerKey{}, c)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-d.moved:
			timer.Stop()
		}
	}
}

// makeRoom lets the connection in, or says after how long to ask again. There is
// always one to wait for: fewer bodies than connections are under way.
func (d *Door) makeRoom(conn net.Conn, c *caller) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	full := len(d.callers) >= d.limits.Connections
	if full || d.silent >= d.limits.silent() {
		longest, wait := net.Conn(nil), fairWait
		for other, o := range d.callers {
			if left := o.left(now); left < wait && (full && o.phase == leaving || o.phase == idle && !hasSent(other)) {
				longest, wait = other, left
			}
		}
		if wait > 0 {
			return wait
		}
		_ = longest.Close()
		d.move(d.callers[longest], gone)
		return goneWithin
	}
	c.inside, c.since = true, now
	d.silent++
	d.callers[conn] = c
	return 0
}

// move is called with the door's lock.
func (d *Door) move(c *caller, p phase) {
	if c.inside && c.phase == idle {
		d.silent--
	}
	if c.inside && p == idle {
		d.silent++
	}
	c.phase = p
	select {
	case d.moved <- struct{}{}:
	default:
	}
}

// left is how long a caller may still keep its place when others want it.
func (c *caller) left(now time.Time) time.Duration {
	wait := fairWait
	if c.phase == leaving {
		wait = leavingWait
	}
	return c.since.Add(wait).Sub(now)
}

// follow learns that a connection was closed.
func (d *Door) follow(conn net.Conn, s http.ConnState) {
	if s != http.StateClosed && s != http.StateHijacked {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, ok := d.callers[conn]; ok {
		d.move(c, gone)
		c.inside = false
		delete(d.callers, conn)
	}
}

// of is the caller that a request came from; one of its own where the server is not
// the door's.
func of(r *http.Request) *caller {
	if c, ok := r.Context().Value(callerKey{}).(*caller); ok {
		return c
	}
	return &caller{}
}

// becomes is for what happens outside of a body.
func (d *Door) becomes(c *caller, p phase) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.move(c, p)
	c.since = time.Now()
}

// read reads the body of a call. What it holds is let go by done, whatever becomes of
// it.
func (d *Door) read(c *caller, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	timing := http.NewResponseController(w)
	now := time.Now()
	// What has no deadlines, as a test's recorder, is not slow either.
	_ = timing.SetReadDeadline(now.Add(bodyWithin))
	if !d.begin(c, now, func() { _ = timing.SetReadDeadline(longAgo) }) {
		return nil, errBusy
	}
	body, err := d.fill(c, r)
	if whole := d.work(c); !whole && err == nil {
		err = os.ErrDeadlineExceeded
	}
	if err != nil {
		return nil, err
	}
	_ = timing.SetReadDeadline(time.Time{})
	return body, nil
}

// fill reads to the end, and takes no more room than what has come needs.
func (d *Door) fill(c *caller, r *http.Request) ([]byte, error) {
	limit := platform.MaxBody + 1
	if r.ContentLength >= 0 {
		limit = min(limit, int(r.ContentLength))
	}
	var body []byte
	for len(body) < limit {
		if len(body) == cap(body) {
			size := min(limit, max(firstRead, 2*cap(body)))
			if !d.hold(c, size-cap(body)) {
				return nil, errBusy
			}
			body = append(make([]byte, 0, size), body...)
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
	}
	if len(body) > platform.MaxBody {
		return nil, errTooLarge
	}
	return body, nil
}

// begin takes a place for a body.
func (d *Door) begin(c *caller, now time.Time, giveUp func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.bodies) >= d.limits.Bodies && !d.cutLongest(c, now) {
		return false
	}
	d.move(c, reading)
	c.since, c.giveUp, c.cut = now, giveUp, false
	d.bodies[c] = true
	return true
}

// hold takes n bytes more.
func (d *Door) hold(c *caller, n int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !c.cut && d.bytes+n > d.limits.BodyBytes {
		if !d.cutLongest(c, time.Now()) {
			return false
		}
	}
	if c.cut {
		return false
	}
	d.bytes += n
	c.bytes += n
	return true
}

// cutLongest gives up the body that has been awaited longest, if that is long
// enough.
func (d *Door) cutLongest(but *caller, now time.Time) bool {
	var longest *caller
	for c := range d.bodies {
		if c != but && c.phase == reading && c.left(now) <= 0 && (longest == nil || c.since.Before(longest.since)) {
			longest = c
		}
	}
	if longest == nil {
		return false
	}
	longest.cut = true
	d.release(longest)
	longest.giveUp()
	return true
}

// work marks a body as whole; false: its place is gone.
func (d *Door) work(c *caller) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.move(c, working)
	return !c.cut
}

// done lets go what the body held.
func (d *Door) done(c *caller) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !c.cut {
		d.release(c)
	}
	d.move(c, idle)
	c.since, c.giveUp = time.Now(), nil
}

func (d *Door) release(c *caller) {
	delete(d.bodies, c)
	d.bytes -= c.bytes
	c.bytes = 0
}

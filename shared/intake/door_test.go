package intake_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carimbo/carimbo/events/payloads"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
)

// doorway is intake behind a door whose connections are pipes, so that all of it
// lives on the clock of a synctest bubble: a time limit is known to the nanosecond.
type doorway struct {
	t      *testing.T
	intake *intake.Intake
	log    *lockedBuffer
	counts *lockedCounts
	sent   *lasting
	// waited is how long each call waited for us.
	waited atomic.Int64
	pipes  chan net.Conn
	server *http.Server
	served chan error
	once   sync.Once
}

// lasting is a queue that takes a message when it is told to.
type lasting struct {
	mu    sync.Mutex
	hangs bool
	keys  []string
	// takes is how long a message takes.
	takes time.Duration
}

func (q *lasting) Send(ctx context.Context, m queue.Message) error {
	time.Sleep(q.takes)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	q.keys = append(q.keys, m.Key)
	return nil
}

// reads is a store of secrets that counts how often it was asked, and hangs if it
// has to.
type reads struct {
	mu    sync.Mutex
	hangs bool
	asked int
}

func (s *reads) Get(ctx context.Context, _ string) (secret.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.hangs {
		<-ctx.Done()
		return secret.Secret{}, ctx.Err()
	}
	return secret.Secret{Values: map[string]string{secret.SigningKey: hottok}}, nil
}

func (s *reads) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return s.Get(ctx, name)
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

type lockedCounts struct {
	mu sync.Mutex
	counts
}

func (c *lockedCounts) Take(ctx context.Context, m intake.Metric, connection, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Take(ctx, m, connection, why)
}

const shops = `{
	"erps": {"estudio": {"kind": "omie"}},
	"connections": {
		"cursos": {"platform": "hotmart", "erp": "estudio", "since": "2026-11-01"},
		"loja": {"platform": "shopify", "erp": "estudio", "since": "2026-11-01"},
		"loja-wp": {"platform": "woocommerce", "erp": "estudio", "since": "2026-11-01"},
		"checkout": {"platform": "generic", "erp": "estudio", "since": "2026-11-01"}
	}
}`

// Accept and the other two make the doorway a net.Listener.
func (d *doorway) Accept() (net.Conn, error) {
	c, ok := <-d.pipes
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (d *doorway) Close() error {
	d.once.Do(func() { close(d.pipes) })
	return nil
}

func (d *doorway) Addr() net.Addr { return &net.UnixAddr{Name: "door", Net: "pipe"} }

// inBubble runs the test with a doorway on a clock of its own.
func inBubble(t *testing.T, l intake.Limits, test func(t *testing.T, d *doorway, secrets *reads)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg, err := connection.Parse([]byte(shops))
		if err != nil {
			t.Fatal(err)
		}
		secrets := &reads{}
		d := &doorway{t: t, log: &lockedBuffer{}, counts: &lockedCounts{counts: counts{}}, sent: &lasting{},
			pipes: make(chan net.Conn), served: make(chan error, 1)}
		log := slog.New(slog.NewJSONHandler(d.log, nil))
		d.intake = &intake.Intake{Connections: func() connection.Config { return cfg }, Platform: registry.Get, Secrets: secrets,
			Queue: func(connection.Account) queue.Sender { return d.sent }, Now: time.Now, Meter: d.counts, Log: log}
		door := intake.NewDoor(l)
		door.HaveWaited(func() time.Duration { return time.Duration(d.waited.Load()) })
		d.server = door.Server(intake.Handler(d.intake, door), log)
		go func() { d.served <- d.server.Serve(d) }()
		test(t, d, secrets)
		_ = d.server.Close()
		if err := <-d.served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ended with %v", err)
		}
	})
}

// caller is one connection to the doorway.
type caller struct {
	net.Conn
	t      *testing.T
	opened time.Time
	answer *bufio.Reader
}

func (d *doorway) dial() *caller {
	d.t.Helper()
	ours, theirs := net.Pipe()
	d.pipes <- theirs
	return &caller{Conn: ours, t: d.t, opened: time.Now(), answer: bufio.NewReader(ours)}
}

// says writes without waiting: a pipe has no buffer, and nobody may be reading.
func (c *caller) says(text string) *caller {
	go func() { _, _ = io.WriteString(c, text) }()
	return c
}

// hears returns the answer's status, and how long after the dial it came.
func (c *caller) hears() (*http.Response, intake.Answer, time.Duration) {
	c.t.Helper()
	response, err := http.ReadResponse(c.answer, nil)
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	var answer intake.Answer
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(body) > 0 && json.Unmarshal(body, &answer) != nil {
		c.t.Fatalf("the answer is %q", body)
	}
	return response, answer, time.Since(c.opened)
}

// hungUp returns how long after the dial the connection was closed, without a word.
func (c *caller) hungUp() time.Duration {
	c.t.Helper()
	if rest, err := io.ReadAll(c.answer); err != nil || len(rest) > 0 {
		c.t.Fatalf("it hears %q, %v", rest, err)
	}
	return time.Since(c.opened)
}

// heading is what comes before a body.
func heading(method, path string, length int, headers ...string) string {
	lines := append([]string{method + " " + path + " HTTP/1.1", "Host: door", fmt.Sprintf("Content-Length: %d", length)}, headers...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

const proof = "X-Hotmart-Hottok: " + hottok

func paidNow(t *testing.T) string {
	t.Helper()
	body, err := payloads.FS.ReadFile("hotmart/purchase_approved.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(replaceNumber(t, body, "approved_date", now.UnixMilli()))
}

func TestACallIsRefusedBeforeItsBodyIsRead(t *testing.T) {
	const json = "Content-Type: application/json"
	for _, c := range []struct {
		name, heading string
		status        int
		code          string
	}{
		{"an unknown connection", heading("POST", "/webhooks/nobody", 1000000, proof), 404, "unknown_connection"},
		{"an unknown connection, expecting to be asked", heading("POST", "/webhooks/nobody", 1000000, "Expect: 100-continue"), 404, "unknown_connection"},
		{"an unknown connection, little to send", heading("POST", "/webhooks/nobody", 1000), 404, "unknown_connection"},
		{"another path", heading("POST", "/admin", 1000000), 404, "not_found"},
		{"a path that is not clean", heading("POST", "//webhooks/cursos", 1000000), 404, "not_found"},
		{"another method", heading("PUT", "/webhooks/cursos", 1000000, proof), 405, "method_not_allowed"},
		{"Shopify without its header", heading("POST", "/webhooks/loja", 1000000, json), 401, "not_authentic"},
		{"WooCommerce without its header", heading("POST", "/webhooks/loja-wp", 65, json), 401, "not_authentic"},
		{"a form that is no ping", heading("POST", "/webhooks/loja-wp", 65, "Content-Type: application/x-www-form-urlencoded"), 401, "not_authentic"},
		{"a form of unknown length", "POST /webhooks/loja-wp HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n", 401, "not_authentic"},
		{"Standard Webhooks without the time", heading("POST", "/webhooks/checkout", 1000, "webhook-id: a", "webhook-signature: v1,x"), 401, "not_authentic"},
		{"a header of many lines", heading("POST", "/webhooks/cursos", 1000000, append(slices.Repeat([]string{"a: b"}, 100), proof)...), 431, "header_too_large"},
		{"a size over the limit", heading("POST", "/webhooks/cursos", platform.MaxBody+1, proof), 413, "too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, secrets *reads) {
				store := d.dial().says(c.heading)
				response, answer, after := store.hears()
				if response.StatusCode != c.status || answer.Error != c.code || answer.Message == "" || after != 0 || !response.Close {
					t.Errorf("it hears %d %+v after %s, closing: %t", response.StatusCode, answer, after, response.Close)
				}
				if end := store.hungUp(); end != 2*time.Second {
					t.Errorf("the connection stays for %s", end)
				}
				if secrets.asked > 0 {
					t.Errorf("a secret was read")
				}
			})
		})
	}
}

func TestWhatMayBeProvenIsRead(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, secrets *reads) {
		ping := "webhook_id=7"
		form := "Content-Type: application/x-www-form-urlencoded; charset=UTF-8"
		store := d.dial().says(heading("POST", "/webhooks/loja-wp", len(ping), form) + ping)
		if response, answer, _ := store.hears(); response.StatusCode != 200 || answer != (intake.Answer{}) || response.Close {
			t.Errorf("a ping hears %d %+v, closing: %t", response.StatusCode, answer, response.Close)
		}
		// On the same connection.
		forged := "order_id=7"
		store.says(heading("POST", "/webhooks/loja-wp", len(forged), form) + forged)
		if response, answer, _ := store.hears(); response.StatusCode != 401 || answer.Error != "not_authentic" || secrets.asked > 0 {
			t.Errorf("another form hears %d %+v, %d secrets were read", response.StatusCode, answer, secrets.asked)
		}
		// In the body, without a header.
		token := `{"hottok":"` + hottok + `","event":"X"}`
		store.says(heading("POST", "/webhooks/cursos", len(token)) + token)
		if response, answer, _ := store.hears(); response.StatusCode != 200 || answer.Status != "ignored" {
			t.Errorf("a token in the body hears %d %+v", response.StatusCode, answer)
		}
		_ = store.Close()
	})
}

func TestWhoKeepsUsWaitingHearsOrIsHungUpOnInTime(t *testing.T) {
	body := `{"event":"X"}`
	for _, c := range []struct {
		name   string
		says   string
		status int
		after  time.Duration
	}{
		{"nothing at all", "", 0, 5 * time.Second},
		{"a header that never ends", "POST /webhooks/cursos HTTP/1.1\r\nHost: door\r\nX-A: ", 0, 5 * time.Second},
		{"a body that never comes", heading("POST", "/webhooks/cursos", 100, proof), 503, 2 * time.Second},
		{"a body without its end", heading("POST", "/webhooks/cursos", len(body)+1, proof) + body, 503, 2 * time.Second},
		{"a body in chunks without its end", "POST /webhooks/cursos HTTP/1.1\r\nHost: door\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 503, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, _ *reads) {
				store := d.dial().says(c.says)
				if c.status == 0 {
					if after := store.hungUp(); after != c.after {
						t.Errorf("hung up on after %s, want %s", after, c.after)
					}
					return
				}
				response, answer, after := store.hears()
				if response.StatusCode != c.status || answer.Error != "not_accepted" || response.Header.Get("Retry-After") != "30" || after != c.after {
					t.Errorf("it hears %d %+v after %s, want %d after %s", response.StatusCode, answer, after, c.status, c.after)
				}
				if end := store.hungUp(); end > c.after+2*time.Second {
					t.Errorf("the connection stays until %s", end)
				}
			})
		})
	}
}

func TestAConnectionThatIsIdleForAMinuteIsClosed(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, _ *reads) {
		body := `{"event":"X"}`
		store := d.dial().says(heading("POST", "/webhooks/cursos", len(body), proof) + body)
		if response, _, _ := store.hears(); response.StatusCode != 200 {
			t.Fatal(response.StatusCode)
		}
		if after := store.hungUp(); after != time.Minute {
			t.Errorf("closed after %s", after)
		}
	})
}

func TestEveryAnswerComesWithin2500ms(t *testing.T) {
	for name, hangs := range map[string]func(*doorway, *reads){
		"a secret that can't be read": func(_ *doorway, s *reads) { s.hangs = true },
		"a queue that doesn't answer": func(d *doorway, _ *reads) { d.sent.hangs = true },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, secrets *reads) {
				hangs(d, secrets)
				body := paidNow(t)
				store := d.dial().says(heading("POST", "/webhooks/cursos", len(body), proof))
				time.Sleep(1900 * time.Millisecond)
				store.says(body)
				response, answer, after := store.hears()
				if response.StatusCode != 503 || answer.Error != "not_accepted" || response.Header.Get("Retry-After") != "30" || after != 2500*time.Millisecond {
					t.Errorf("it hears %d %+v after %s", response.StatusCode, answer, after)
				}
				_ = store.Close()
			})
		})
	}
}

func TestTheWaitForUsCountsAsPartOfTheAnswers(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, _ *reads) {
		d.waited.Store(int64(1500 * time.Millisecond))
		d.sent.hangs = true
		body := paidNow(t)
		store := d.dial().says(heading("POST", "/webhooks/cursos", len(body), proof) + body)
		if response, _, after := store.hears(); response.StatusCode != 503 || after != time.Second {
			t.Errorf("it hears %d after %s, want 503 after a second", response.StatusCode, after)
		}
		_ = store.Close()
	})
}

func TestACallThatWaitedTooLongIsRefusedUnread(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, secrets *reads) {
		d.waited.Store(int64(1501 * time.Millisecond))
		store := d.dial().says(heading("POST", "/webhooks/cursos", 1000, proof))
		response, answer, after := store.hears()
		if response.StatusCode != 503 || answer.Error != "not_accepted" || after != 0 || !response.Close || secrets.asked > 0 {
			t.Errorf("it hears %d %+v after %s, closing: %t", response.StatusCode, answer, after, response.Close)
		}
		_ = store.Close()
		unknown := d.dial().says(heading("POST", "/webhooks/nobody", 1000))
		if response, _, _ := unknown.hears(); response.StatusCode != 404 {
			t.Errorf("an unknown connection hears %d", response.StatusCode)
		}
		_ = unknown.Close()
	})
}

// stuck is a call whose body stops before its last byte.
func (d *doorway) stuck(size int) *caller {
	d.t.Helper()
	c := d.dial().says(heading("POST", "/webhooks/cursos", size, proof) + strings.Repeat(" ", size-1))
	synctest.Wait()
	return c
}

// calls is a whole, genuine call.
func (d *doorway) calls(size int) (status int, why string, after time.Duration) {
	d.t.Helper()
	body := `{"event":"X"}`
	body += strings.Repeat(" ", max(0, size-len(body)))
	c := d.dial().says(heading("POST", "/webhooks/cursos", len(body), proof) + body)
	defer c.Close()
	response, answer, after := c.hears()
	return response.StatusCode, answer.Status + answer.Error, after
}

func TestWhoBringsABodyWinsOverWhoLetsUsWait(t *testing.T) {
	inBubble(t, intake.Limits{Bodies: 2}, func(t *testing.T, d *doorway, _ *reads) {
		first := d.stuck(1000)
		time.Sleep(100 * time.Millisecond)
		second := d.stuck(1000)
		if status, why, after := d.calls(0); status != 503 || why != "not_accepted" || after != 0 {
			t.Errorf("while both are fresh a third hears %d %s after %s, want 503 at once", status, why, after)
		}
		time.Sleep(400 * time.Millisecond)
		if status, why, after := d.calls(0); status != 200 || after != 0 {
			t.Errorf("after half a second a third hears %d %s after %s, want 200 at once", status, why, after)
		}
		if response, _, after := first.hears(); response.StatusCode != 503 || after != 500*time.Millisecond {
			t.Errorf("the first hears %d after %s, want 503 after half a second", response.StatusCode, after)
		}
		// There is a free place again: nobody is driven from it.
		if status, why, after := d.calls(0); status != 200 || after != 0 {
			t.Errorf("a fourth hears %d %s after %s, want 200", status, why, after)
		}
		if response, _, after := second.hears(); response.StatusCode != 503 || after != 2*time.Second {
			t.Errorf("the second hears %d after %s, want 503 after 2 s", response.StatusCode, after)
		}
		d.refusedFor("Refused cursos busy", 1, "Refused cursos slow", 2)
	})
}

func (d *doorway) refusedFor(counted ...any) {
	d.t.Helper()
	d.counts.mu.Lock()
	defer d.counts.mu.Unlock()
	for pair := range slices.Chunk(counted, 2) {
		if got := d.counts.counts[pair[0].(string)]; got != pair[1] {
			d.t.Errorf("%s: %d times, want %d", pair[0], got, pair[1])
		}
	}
}

func TestTheBytesOfAllBodiesAreBounded(t *testing.T) {
	const most = 4 << 20
	inBubble(t, intake.Limits{BodyBytes: most}, func(t *testing.T, d *doorway, _ *reads) {
		var stuck []*caller
		for range most / platform.MaxBody {
			stuck = append(stuck, d.stuck(platform.MaxBody))
			time.Sleep(time.Millisecond)
		}
		if status, why, after := d.calls(1000); status != 503 || after != 0 {
			t.Errorf("with no room left a small body hears %d %s after %s, want 503 at once", status, why, after)
		}
		// What is announced takes no room: only what has come.
		time.Sleep(496 * time.Millisecond) // and the 4 from above
		if status, why, _ := d.calls(platform.MaxBody); status != 200 {
			t.Errorf("after half a second a large body hears %d %s, want 200", status, why)
		}
		heard := map[time.Duration]int{}
		for _, c := range stuck {
			response, _, after := c.hears()
			heard[after]++
			if response.StatusCode != 503 {
				t.Errorf("a body that stops hears %d", response.StatusCode)
			}
			_ = c.Close()
		}
		if heard[500*time.Millisecond] != 1 || heard[2*time.Second] != len(stuck)-1 {
			t.Errorf("they were given up after %v, want one after half a second and the others after 2 s", heard)
		}
	})
}

func TestWhatABodyAnnouncesTakesNoRoom(t *testing.T) {
	inBubble(t, intake.Limits{Bodies: 110, BodyBytes: 2 * platform.MaxBody}, func(t *testing.T, d *doorway, _ *reads) {
		var open []*caller
		for range 100 {
			open = append(open, d.dial().says(heading("POST", "/webhooks/cursos", platform.MaxBody, proof)+"{"))
		}
		synctest.Wait()
		if status, why, _ := d.calls(platform.MaxBody); status != 200 {
			t.Errorf("a body beside 100 that were announced hears %d %s", status, why)
		}
		for _, c := range open {
			_ = c.Close()
		}
	})
}

// WooCommerce never delivers again what was answered 503.
func TestABurstIsTaken(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, _ *reads) {
		const stores = 250
		d.sent.takes = time.Second
		body := paidNow(t)
		var calls []*caller
		for range stores {
			calls = append(calls, d.dial().says(heading("POST", "/webhooks/cursos", len(body), proof)+body))
		}
		for _, c := range calls {
			if response, _, after := c.hears(); response.StatusCode != 200 || after != time.Second {
				t.Fatalf("one of %d hears %d after %s", stores, response.StatusCode, after)
			}
			_ = c.Close()
		}
	})
}

func TestIdleSocketsKeepNobodyOut(t *testing.T) {
	inBubble(t, intake.Limits{Connections: 40, Bodies: 2}, func(t *testing.T, d *doorway, _ *reads) {
		var idle []*caller
		for range 10 {
			idle = append(idle, d.dial())
			time.Sleep(10 * time.Millisecond)
		}
		status, why, after := d.calls(0)
		// The eleventh waits until the first has been silent for half a second.
		if status != 200 || after != 400*time.Millisecond {
			t.Errorf("the eleventh hears %d %s after %s", status, why, after)
		}
		if after := idle[0].hungUp(); after != 500*time.Millisecond {
			t.Errorf("the first was hung up on after %s, want half a second", after)
		}
		if after := idle[1].hungUp(); after != 5*time.Second {
			t.Errorf("the second was hung up on after %s, want 5 s: there was room again", after)
		}
	})
}

func TestRefusedCallsKeepNobodyOut(t *testing.T) {
	inBubble(t, intake.Limits{Connections: 10, Bodies: 2}, func(t *testing.T, d *doorway, _ *reads) {
		for range 50 {
			d.dial().says(heading("POST", "/webhooks/nobody", 1000000)).hears()
		}
		if status, why, after := d.calls(0); status != 200 || after > 100*time.Millisecond {
			t.Errorf("beside them a call hears %d %s after %s, want 200 in a tenth of a second", status, why, after)
		}
	})
}

// lines are the log's of refusals, and what they counted by reason.
func (d *doorway) lines() (n int, counted map[string]int) {
	d.t.Helper()
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	counted = map[string]int{}
	for line := range strings.Lines(d.log.String()) {
		var l struct {
			Msg, Why, Connection string
			Count                int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			d.t.Fatal(err)
		}
		if l.Msg == "webhooks refused" {
			n++
			counted[l.Connection+" "+l.Why] += l.Count
		}
	}
	d.log.Reset()
	return n, counted
}

func TestRefusalsAreOneLineASecondAndReason(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, _ *reads) {
		refuse := func(path, token string) {
			r := hotmart.Platform{}.Sign([]byte(`{"event":"X"}`), token, now)
			d.intake.Take(t.Context(), path, r, "id")
			d.intake.LogRefusals(t.Context())
		}
		for n := range 1000 {
			refuse(fmt.Sprintf("guess-%d", n), hottok)
			refuse("cursos", "guess")
			refuse("loja", "guess")
		}
		// The first of each is logged at once; what follows waits for its second.
		if n, counted := d.lines(); n != 3 || counted[" unknown_connection"] != 1 {
			t.Errorf("%d lines in one second for three reasons: %v", n, counted)
		}
		time.Sleep(time.Second)
		d.intake.LogRefusals(t.Context())
		if n, counted := d.lines(); n != 3 || counted[" unknown_connection"] != 999 || counted["cursos signature"] != 999 || counted["loja unsigned"] != 999 {
			t.Errorf("%d lines a second later: %v", n, counted)
		}
		time.Sleep(time.Hour)
		d.intake.LogRefusals(t.Context())
		if n, counted := d.lines(); n != 0 {
			t.Errorf("%d lines where nothing was refused: %v", n, counted)
		}
		refuse("cursos", "guess")
		refuse("cursos", "guess")
		d.intake.LogLastRefusals(t.Context())
		if n, counted := d.lines(); n != 2 || counted["cursos signature"] != 2 {
			t.Errorf("at the end %d lines are written: %v", n, counted)
		}
	})
}

func TestALineOfRefusalsHasACauseOfOursAndNoWordOfTheirs(t *testing.T) {
	inBubble(t, intake.Limits{}, func(t *testing.T, d *doorway, secrets *reads) {
		secrets.hangs = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		d.intake.Take(ctx, "cursos", hotmart.Platform{}.Sign([]byte("body-of-a-stranger"), "token-of-a-stranger", now), "id")
		d.intake.Take(ctx, "name-of-a-stranger", platform.Request{}, "id")
		d.intake.LogRefusals(t.Context())
		log := d.log.String()
		if strings.Contains(log, "stranger") {
			t.Errorf("a stranger writes our log: %s", log)
		}
		for _, want := range []string{`"level":"ERROR"`, `"why":"secret"`, `"connection":"cursos"`, `"cause":"read the signing secret: context deadline exceeded"`, `"status":503`, `"level":"WARN"`, `"why":"unknown_connection"`} {
			if !strings.Contains(log, want) {
				t.Errorf("the log has no %s: %s", want, log)
			}
		}
	})
}

func TestLimitsThatLeaveNoRoomAreRefused(t *testing.T) {
	for _, c := range []struct {
		limits intake.Limits
		right  bool
	}{
		{intake.Limits{}, true},
		{intake.Limits{Connections: 2}, true},
		{intake.Limits{Connections: 1}, false},
		{intake.Limits{Connections: 10, Bodies: 10}, false},
		{intake.Limits{Connections: -1}, false},
		{intake.Limits{Bodies: -1}, false},
		{intake.Limits{BodyBytes: platform.MaxBody}, false},
	} {
		if err := c.limits.Validate(); (err == nil) != c.right {
			t.Errorf("%+v: %v", c.limits, err)
		}
	}
}

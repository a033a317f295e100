package intake

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/carimbo/carimbo/shared/clocktest"
)

// listening takes few callers, so that its room is soon taken.
func listening(t *testing.T, most int) net.Listener {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "listener")
	defer f.Close()
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, most); err != nil {
		t.Fatal(err)
	}
	l, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// calls connects and sends, and returns when the system holds all of it. Nobody has
// let the caller in.
func calls(t *testing.T, l net.Listener, text string) net.Conn {
	t.Helper()
	before, _ := crowd(l)
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	until(t, func() bool { n, _ := crowd(l); return n > before && unsent(t, c) == 0 })
	return c
}

// unsent is how much the other end's system hasn't acknowledged.
func unsent(t *testing.T, c net.Conn) (n int) {
	t.Helper()
	if err := control(c, func(fd int) (err error) { n, err = unix.IoctlGetInt(fd, unix.SIOCOUTQ); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

// until waits for the system.
func until(t *testing.T, is func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(clocktest.Hang); !is(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("it never came to be")
		}
	}
}

const wholeCall = "POST /webhooks/loja HTTP/1.1\r\nHost: carimbo\r\ncontent-length: 4\r\n\r\nbody"

func TestWhileHalfTheRoomIsTakenCallersAreAnsweredOutside(t *testing.T) {
	l := listening(t, 6)
	d := NewDoor(Limits{})
	refused := 0
	d.refused = func() { refused++ }
	var stores []net.Conn
	for range 6 {
		stores = append(stores, calls(t, l, wholeCall))
	}
	door := d.Listener(l)
	for range 4 { // the first is let in when three wait
		c, err := door.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := http.ReadRequest(bufio.NewReader(c)); err != nil || got.ContentLength != 4 {
			t.Errorf("of a call that was let in something is missing: %v", err)
		}
		_ = c.Close()
	}
	if refused != 2 {
		t.Errorf("%d were refused of 6, where there is room for 6", refused)
	}
	inside := httptest.NewRecorder()
	Write(inside, unwritten)
	for _, store := range stores[:2] {
		response, err := http.ReadResponse(bufio.NewReader(store), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusServiceUnavailable || !response.Close || !bytes.Equal(body, inside.Body.Bytes()) {
			t.Errorf("it hears %s %s, %v, and not what it hears inside", response.Status, body, err)
		}
		for name := range inside.Header() {
			if got, want := response.Header.Get(name), inside.Header().Get(name); got != want {
				t.Errorf("%s is %q and not %q", name, got, want)
			}
		}
		if n, err := store.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("its connection ends with %v, %d bytes", err, n)
		}
	}
}

func TestWhatIsNoWholeWebhookIsLetInUntouched(t *testing.T) {
	for name, text := range map[string]string{
		"a body that is on its way": "POST /webhooks/loja HTTP/1.1\r\nContent-Length: 5\r\n\r\nbody",
		"half a header":             "POST /webhooks/loja HTTP/1.1\r\nContent-Length: 4\r\n",
		"an unknown length":         "POST /webhooks/loja HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"a length that is none":     "POST /webhooks/loja HTTP/1.1\r\nContent-Length: -4\r\n\r\nbody",
		"a length beyond all":       "POST /webhooks/loja HTTP/1.1\r\nContent-Length: 9223372036854775807\r\n\r\nbody",
		"a look at its health":      "GET /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
		"nothing":                   "",
	} {
		t.Run(name, func(t *testing.T) {
			l := listening(t, 1)
			d := NewDoor(Limits{})
			d.refused = func() { t.Error("it was refused") }
			calls(t, l, text)
			calls(t, l, "") // who makes the crowd
			c, err := d.Listener(l).Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			got := make([]byte, len(text))
			if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
				t.Errorf("of %q there is %q, %v", text, got, err)
			}
		})
	}
}

func TestASystemTellsHowLongACallHasWaited(t *testing.T) {
	store, conn := connected(t)
	sends(t, store, conn, "POST")
	until(t, func() bool { return waited(conn) >= 50*time.Millisecond })
	again := time.Now()
	sends(t, store, conn, "more")
	// The system counts in ticks of up to 10 ms.
	if got, most := waited(conn), time.Since(again)+20*time.Millisecond; got > most {
		t.Errorf("what came %s ago has waited %s", most, got)
	}
}

// What is told of a call's length is what a server would read of it.
func FuzzCallLength(f *testing.F) {
	f.Add([]byte(wholeCall))
	f.Add([]byte("POST /webhooks/ HTTP/1.1\n\r\nContent-Length: 1\r\n\r\n"))
	f.Add([]byte("POST /webhooks/ HTTP/1.1\r\nContent-Length: 007\r\nContent-Length: 9\r\n\r\n"))
	f.Fuzz(func(t *testing.T, begins []byte) {
		length, ok := callLength(begins)
		if !ok {
			return
		}
		end := bytes.Index(begins, []byte("\r\n\r\n")) + 4
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(begins)))
		if err != nil || r.ContentLength < 0 {
			return // it is answered 503 where it would hear 400
		}
		if want := end + int(r.ContentLength); want != length {
			t.Errorf("%d bytes in all, and a server reads %d", length, want)
		}
	})
}

//go:build linux || darwin

package intake

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// connected returns both ends of a connection.
func connected(t *testing.T) (store, conn net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if store, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if conn, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return store, conn
}

// sends writes text and returns when it is at the other end, less its first byte.
func sends(t *testing.T, store, conn net.Conn, text string) {
	t.Helper()
	if _, err := store.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

func TestWhoHasSentIsNotTakenForSilent(t *testing.T) {
	store, conn := connected(t)
	if hasSent(conn) {
		t.Error("a silent caller counts as one that has sent")
	}
	sends(t, store, conn, "POST")
	if !hasSent(conn) {
		t.Error("a caller that has sent counts as silent")
	}
	if n, err := conn.Read(make([]byte, 4)); n != 3 || err != nil {
		t.Fatalf("it took %d bytes away, %v", 3-n, err)
	}
	if hasSent(conn) {
		t.Error("a caller whose bytes were taken counts as one that has sent")
	}
}

// On a machine that can't keep up a call waits for us longer than a silent one.
func TestASilentCallerMakesRoomAndOneThatHasSentDoesNot(t *testing.T) {
	d := NewDoor(Limits{Connections: 8, Bodies: 1})
	store, sent := connected(t)
	silentStore, silent := connected(t)
	_, third := connected(t)
	for _, conn := range []net.Conn{sent, silent} {
		if wait := d.makeRoom(conn, &caller{}); wait != 0 {
			t.Fatalf("there is no room, for %s", wait)
		}
	}
	sends(t, store, sent, "POST")
	d.callers[sent].since = time.Now().Add(-time.Hour)
	d.callers[silent].since = time.Now().Add(-time.Minute)
	if wait := d.makeRoom(third, &caller{}); wait != goneWithin || d.callers[silent].phase != gone || d.callers[sent].phase != idle {
		t.Fatalf("room is made in %s; the silent one is in phase %d, the other in phase %d", wait, d.callers[silent].phase, d.callers[sent].phase)
	}
	if _, err := silentStore.Read(make([]byte, 1)); err == nil {
		t.Error("the silent one was not closed")
	}
	d.follow(silent, http.StateClosed)
	if wait := d.makeRoom(third, &caller{}); wait != 0 {
		t.Errorf("the third waits %s where there is room", wait)
	}
}

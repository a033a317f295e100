//go:build linux || darwin

package intake

import (
	"net"
	"testing"
)

func TestWhoHasSentIsNotTakenForSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	store, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if hasSent(conn) {
		t.Error("a silent caller counts as one that has sent")
	}
	if _, err := store.Write([]byte("POST")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4)
	if n, err := conn.Read(b[:1]); n != 1 || err != nil { // it is there now
		t.Fatal(n, err)
	}
	if !hasSent(conn) {
		t.Error("a caller that has sent counts as silent")
	}
	if n, err := conn.Read(b); n != 3 || err != nil {
		t.Fatalf("it took %d bytes away, %v", 3-n, err)
	}
	if hasSent(conn) {
		t.Error("a caller whose bytes were taken counts as one that has sent")
	}
}

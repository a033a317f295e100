package intake

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
	"time"
)

// mostWaited is how long a call may have waited for us when its header was read. One
// that waited longer is refused: its store gives it up soon, and those behind it wait
// as long.
const mostWaited = 1500 * time.Millisecond

// outside is where callers wait until the door lets them in.
type outside struct {
	net.Listener
	door *Door
	room []byte
}

// Listener is l as the door lets callers in from it: while those who wait there take
// half of the room that the system has for them, they are answered 503 at once, until
// we have caught up. Who finds no room at all isn't answered, and tries again a second
// later.
func (d *Door) Listener(l net.Listener) net.Listener {
	return &outside{Listener: l, door: d, room: make([]byte, 64<<10)}
}

// Accept is called by one goroutine.
func (o *outside) Accept() (net.Conn, error) {
	for {
		conn, err := o.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if waiting, most := crowd(o.Listener); 2*waiting <= most || !answerWhole(conn, o.door.refusal, o.room) {
			return conn, nil
		}
		o.door.refused()
	}
}

// written is the response as it goes over the wire, before a connection's end.
func written(r Response) []byte {
	w := &wire{header: http.Header{}}
	w.header.Set("Connection", "close")
	Write(w, r)
	return w.Bytes()
}

// wire is a ResponseWriter without a server.
type wire struct {
	bytes.Buffer
	header http.Header
}

func (w *wire) Header() http.Header { return w.header }

func (w *wire) WriteHeader(status int) {
	w.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
	_ = w.header.Write(w) // a buffer takes all
	w.WriteString("\r\n")
}

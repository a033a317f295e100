package intake

import (
	"bytes"
	"net"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// waited is how long what the caller sent last has waited for us, with the system and
// with the runtime.
func waited(conn net.Conn) time.Duration {
	info, ok := tcpInfo(conn)
	if !ok {
		return 0
	}
	return time.Duration(info.Last_data_recv) * time.Millisecond
}

// crowd is how many connections the system holds that were not let in yet, and how
// many it can: those that come after them get no answer, and try again a second later.
func crowd(l net.Listener) (waiting, most int) {
	info, ok := tcpInfo(l)
	if !ok {
		return 0, 0
	}
	return int(info.Unacked), int(info.Sacked) // what these are of a listener
}

func tcpInfo(of any) (info *unix.TCPInfo, ok bool) {
	err := control(of, func(fd int) (err error) {
		info, err = unix.GetsockoptTCPInfo(fd, unix.SOL_TCP, unix.TCP_INFO)
		return err
	})
	return info, err == nil
}

func control(of any, do func(fd int) error) error {
	c, ok := of.(syscall.Conn)
	if !ok {
		return unix.ENOTSOCK
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var done error
	if err := raw.Control(func(fd uintptr) { done = do(int(fd)) }); err != nil {
		return err
	}
	return done
}

// answerWhole gives the answer to a webhook that the system holds whole, and closes its
// connection, at a fraction of what a server's own reading costs. Of anything else it
// takes nothing. room is for what is looked at, and never read.
func answerWhole(conn net.Conn, answer, room []byte) bool {
	err := control(conn, func(fd int) error {
		held, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
		if err != nil {
			return err
		}
		n, _, err := unix.Recvfrom(fd, room[:maxHeader], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		if err != nil {
			return err
		}
		length, ok := callLength(room[:n])
		if !ok || length > held {
			return unix.EAGAIN
		}
		for length > 0 { // or closing would reset the connection, and the answer with it
			n, _, err := unix.Recvfrom(fd, room[:min(length, len(room))], unix.MSG_TRUNC|unix.MSG_DONTWAIT)
			if n <= 0 || err != nil {
				break
			}
			length -= n
		}
		_, _ = unix.Write(fd, answer)
		return nil
	})
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// callLength is how long a webhook's call is, header and body, if that can be told from
// how it begins.
func callLength(begins []byte) (int, bool) {
	header, _, whole := bytes.Cut(begins, []byte("\r\n\r\n"))
	if !whole || !bytes.HasPrefix(header, []byte("POST /webhooks/")) {
		return 0, false
	}
	length, known := 0, false
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if bytes.IndexByte(line, '\n') >= 0 { // to a server the header may end there
			return 0, false
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 30)
			length, known = len(header)+4+int(n), err == nil
		}
	}
	return length, known
}

//go:build linux || darwin

package intake

import (
	"net"
	"syscall"
)

// hasSent tells whether the system holds something of the caller's that we have not
// taken yet: then it waits for us, not we for it.
func hasSent(conn net.Conn) bool {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = raw.Control(func(fd uintptr) {
		n, _, _ = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return err == nil && n > 0
}

//go:build !linux && !darwin

package intake

import "net"

// hasSent: nobody here can tell.
func hasSent(net.Conn) bool { return false }

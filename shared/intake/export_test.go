package intake

import (
	"net"
	"time"
)

// HaveWaited makes every call one that waited so long.
func (d *Door) HaveWaited(so func() time.Duration) {
	d.waited = func(net.Conn) time.Duration { return so() }
}

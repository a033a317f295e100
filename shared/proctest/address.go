package proctest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Address is one on loopback at which nobody listens, and that is its owner's while the
// owner is down, too: a port that was given up is soon another test's, whose server takes
// what should find nobody. No system gives these ports to whoever asks for any, and where
// all of 127.0.0.0/8 is loopback the address is hardly ever anybody's else.
func Address(t testing.TB) string {
	t.Helper()
	for tries := 0; ; tries++ {
		port := 20000 + rand.IntN(10000)
		for _, host := range []string{fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254)), "127.0.0.1"} {
			address := fmt.Sprintf("%s:%d", host, port)
			listener, err := net.Listen("tcp", address)
			if err == nil {
				err = listener.Close()
			}
			if err == nil {
				return address
			}
			if tries == 100 {
				t.Fatal(err)
			}
		}
	}
}

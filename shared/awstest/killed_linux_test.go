package awstest_test

import (
	"bufio"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/proctest"
)

// startOnly makes this binary start a server, name it and wait to be killed.
const startOnly = "CARIMBO_TEST_START"

func TestAKilledTestBinaryLeavesNoServerBehind(t *testing.T) {
	proctest.Starts(t)
	if os.Getenv(startOnly) != "" {
		os.Stdout.WriteString("listens at " + server.Start(t).URL + "\n")
		select {}
	}
	binary := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	binary.Env = append(os.Environ(), startOnly+"=1")
	out, err := binary.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := binary.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, err2 := url.Parse(strings.TrimSpace(strings.TrimPrefix(line, "listens at ")))
	if err != nil || err2 != nil || address.Host == "" {
		t.Fatalf("the other binary says %q (%v, %v)", line, err, err2)
	}
	if err := binary.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	binary.Wait()
	// The kernel kills the server some time after the binary.
	for deadline := time.Now().Add(clocktest.Hang); ; {
		c, err := net.Dial("tcp", address.Host)
		if err != nil {
			return
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatalf("a server still listens at %s", address.Host)
		}
	}
}

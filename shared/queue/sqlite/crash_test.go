package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	ledgersqlite "github.com/carimbo/carimbo/shared/ledger/sqlite"
	"github.com/carimbo/carimbo/shared/proctest"
	"github.com/carimbo/carimbo/shared/queue/sqlite"
)

// sendFolder names the folder whose queue this binary fills, as another process,
// until it is killed. It says the dedup of each message that Send accepted.
const sendFolder = "CARIMBO_TEST_SEND"

func sendUntilKilled(dir string) {
	ctx := context.Background()
	l, err := ledgersqlite.Open(ctx, dir)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	q, err := sqlite.New(ctx, l.DB(), sqlite.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for s := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				m := message(fmt.Sprint("account", s), n)
				m.Payload = make([]byte, 10<<10)
				if err := q.Send(ctx, m); err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				if _, err := fmt.Println(m.Dedup); err != nil {
					os.Exit(1) // nobody listens: the test is gone
				}
			}
		})
	}
	wg.Wait()
}

func TestAKillLosesNothingThatWasAccepted(t *testing.T) {
	proctest.Starts(t)
	dir := t.TempDir()
	serve := exec.CommandContext(t.Context(), os.Args[0])
	serve.Env = append(os.Environ(), sendFolder+"="+dir)
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	accepted := map[string]bool{}
	lines := bufio.NewScanner(out)
	for len(accepted) < 300 && lines.Scan() {
		accepted[lines.Text()] = true
	}
	if err := serve.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		accepted[lines.Text()] = true
	}
	serve.Wait()

	q := open(t, dir, time.Now)
	if len(accepted) < 300 || depth(t, q) < len(accepted) {
		t.Fatalf("%d messages on the disk, %d accepted", depth(t, q), len(accepted))
	}
	for {
		deliveries := receive(t, q, 10)
		if len(deliveries) == 0 {
			break
		}
		for _, d := range deliveries {
			delete(accepted, d.Message.Dedup)
			if err := q.Ack(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(accepted) > 0 {
		t.Fatalf("%d accepted messages are lost", len(accepted))
	}
}

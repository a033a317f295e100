package awstest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
)

// announcement precedes the address in what the server says once it listens.
const announcement = "Running on "

// process is a running moto_server.
type process struct {
	command *exec.Cmd
	said    *output
	ended   chan struct{}
	url     string
}

// start runs a server on a port that it chooses, and returns once it answers.
func start(name string, args []string, err error) (*process, error) {
	if err != nil {
		return nil, err
	}
	p := &process{command: exec.Command(name, append(args, "-H", "127.0.0.1", "-p", "0")...),
		said: &output{url: make(chan string, 1)}, ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = p.said, p.said
	dieWithParent(p.command)
	if err := p.run(); err != nil {
		return nil, fmt.Errorf("start moto_server: %w", err)
	}
	if err := p.answers(); err != nil {
		p.stop()
		return nil, fmt.Errorf("start moto_server (%s): %w\n%s", name, err, p.said)
	}
	return p, nil
}

// run starts the command on a thread that lives until it ended: on Linux the
// child dies with the thread that started it.
func (p *process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.command.Start()
		started <- err
		if err == nil {
			p.command.Wait()
			close(p.ended)
		}
	}()
	return <-started
}

// answers waits until the server says where it listens, and asks it something.
func (p *process) answers() error {
	select {
	case p.url = <-p.said.url:
	case <-p.ended:
		return fmt.Errorf("it ended: %s", p.command.ProcessState)
	case <-time.After(clocktest.Hang):
		return fmt.Errorf("it does not listen after %s", clocktest.Hang)
	}
	ctx, cancel := context.WithTimeout(context.Background(), clocktest.Hang)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/moto-api/", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// end asks the server to end, and waits until it has.
func (p *process) end() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(clocktest.Hang):
		return fmt.Errorf("it has not ended after %s\n%s", clocktest.Hang, p.said)
	}
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("it ended with %d\n%s", code, p.said)
	}
	return nil
}

// stop kills the server and waits for its end.
func (p *process) stop() {
	p.command.Process.Kill()
	<-p.ended
}

// output finds the address in what the server writes, and keeps the last of it
// for an error: later there is a line per request.
type output struct {
	url chan string

	mu    sync.Mutex
	line  bytes.Buffer
	tail  []string
	found bool
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.line.Write(b)
	for bytes.ContainsRune(o.line.Bytes(), '\n') {
		line, _ := o.line.ReadString('\n')
		o.take(strings.TrimRight(line, "\r\n"))
	}
	return len(b), nil
}

func (o *output) take(line string) {
	if _, url, ok := strings.Cut(line, announcement); ok && !o.found {
		o.found = true
		o.url <- strings.TrimSpace(url)
	}
	o.tail = append(o.tail, line)
	o.tail = o.tail[max(0, len(o.tail)-20):]
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.tail, "\n")
}

// Package awstest gives tests an AWS to talk to: one moto_server for a test
// binary. It stands in for DynamoDB, SQS and Secrets Manager. With it comes what
// breaks between a process and what it calls: a Line, and the Trouble on it.
package awstest

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/carimbo/carimbo/shared/proctest"
)

// Region is where the test's tables and queues are.
const Region = "sa-east-1"

// Server is one moto_server, which all tests of a binary share because it takes
// seconds to start: what they make there needs a Name of its own. The zero value
// is ready; it is a variable of the tests, whose TestMain calls Main.
type Server struct {
	// Kept is for a server that is stopped and started again: see Restart.
	Kept bool

	once    sync.Once
	process *process
	front   *front
	// state is the folder in which a Kept server lies while it is stopped.
	state string
	err   error
}

// Endpoint is where the server answers.
type Endpoint struct {
	URL string
	// Config is for clients of the server.
	Config aws.Config
}

// Main runs the tests, stops the server if one of them started it, and exits.
func (s *Server) Main(m *testing.M) {
	code := m.Run()
	s.Stop()
	os.Exit(code)
}

// Start starts the server at its first call, and fails the test with what to do
// where that is impossible.
func (s *Server) Start(t testing.TB) Endpoint {
	proctest.Starts(t)
	t.Helper()
	e, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Open is Start for who is no test.
func (s *Server) Open() (Endpoint, error) {
	s.once.Do(func() { s.err = s.start() })
	if s.err != nil {
		return Endpoint{}, s.err
	}
	return Endpoint{URL: s.front.URL, Config: aws.Config{
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		BaseEndpoint: aws.String(s.front.URL),
	}}, nil
}

func (s *Server) start() (err error) {
	if s.process, err = s.run(); err != nil {
		return err
	}
	s.front, err = serial(s.process.url)
	return err
}

// run starts a process: the first one, or the next one of a Kept server.
func (s *Server) run() (_ *process, err error) {
	if !s.Kept {
		return start(motoServer())
	}
	if s.state == "" {
		if s.state, err = os.MkdirTemp("", "carimbo-moto-"); err != nil {
			return nil, err
		}
	}
	return start(keptServer(filepath.Join(s.state, "state")))
}

// Restart ends the process of a Kept server, as an operator would, and starts
// another one, which has all that the former one had; between the two it does
// meanwhile, unless that is nil. Requests of that time are answered by the next
// process: an AWS that stalls. What stands before the server, like a Line, can
// have them refused instead.
func (s *Server) Restart(meanwhile func()) error {
	s.front.one.Lock()
	defer s.front.one.Unlock()
	if err := s.process.end(); err != nil {
		return fmt.Errorf("stop moto_server: %w", err)
	}
	if meanwhile != nil {
		meanwhile()
	}
	next, err := s.run()
	if err != nil {
		return err
	}
	s.process = next
	return s.front.point(next.url)
}

// Stop ends the server, if a test started it.
func (s *Server) Stop() {
	if s.front != nil {
		s.front.CloseClientConnections()
		s.front.Close()
	}
	if s.process != nil {
		s.process.stop()
	}
	if s.state != "" {
		os.RemoveAll(s.state)
	}
}

// Name is a name that nothing else on the server has.
func Name(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()) }

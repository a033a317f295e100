// Package awstest gives tests an AWS to talk to: one moto_server for a test
// binary. It stands in for DynamoDB, SQS and Secrets Manager.
package awstest

import (
	"crypto/rand"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Region is where the test's tables and queues are.
const Region = "sa-east-1"

// Server is one moto_server, which all tests of a binary share because it takes
// seconds to start: what they make there needs a Name of its own. The zero value
// is ready; it is a variable of the tests, whose TestMain calls Main.
type Server struct {
	once    sync.Once
	process *process
	front   *httptest.Server
	err     error
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
	if s.process, err = start(); err != nil {
		return err
	}
	s.front, err = serial(s.process.url)
	return err
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
}

// Name is a name that nothing else on the server has.
func Name(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()) }

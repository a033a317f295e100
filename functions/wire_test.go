package functions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// call is one thing that a function did, or that Lambda did with its role: what
// its role has to permit.
type call struct {
	Function string `json:"function"`
	Action   string `json:"action"`
	// Resource is named as in template.yaml; a secret is what follows the stack's
	// name.
	Resource string `json:"resource"`
}

// calls are what all the tests' functions did.
type calls struct {
	mu  sync.Mutex
	all map[call]bool
}

func (c *calls) add(made ...call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[call]bool{}
	}
	for _, each := range made {
		c.all[each] = true
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// permissions is the list of calls that the test of template.yaml compares the
// roles with.
const permissions = "testdata/iam.json"

// check compares what was called with the list.
func (c *calls) check(t *testing.T) {
	t.Helper()
	var got []call
	for each := range c.all {
		got = append(got, each)
	}
	slices.SortFunc(got, func(a, b call) int {
		return slices.Compare([]string{a.Function, a.Action, a.Resource}, []string{b.Function, b.Action, b.Resource})
	})
	if *update {
		write(t, got)
	}
	b, err := os.ReadFile(permissions)
	if err != nil {
		t.Fatal(err)
	}
	var want []call
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got); go test ./functions -update writes it:\n%s", permissions, diff)
	}
}

// write puts one call on each line.
func write(t *testing.T, all []call) {
	t.Helper()
	lines := make([]string, len(all))
	for i, each := range all {
		b, err := json.Marshal(each)
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = "  " + string(b)
	}
	if err := os.WriteFile(permissions, []byte("[\n"+strings.Join(lines, ",\n")+"\n]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// aws stands between one function and AWS. It notes each call, and each is a step
// at which the function can be killed.
func (s *stack) aws(function string, at *steps) string {
	s.t.Helper()
	target, err := url.Parse(s.endpoint)
	if err != nil {
		s.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		// Who was killed is no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return s.reach(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		target := r.Header.Get("X-Amz-Target")
		made := s.understood(function, target, body)
		s.calls.add(made...)
		if down := s.down.Load(); down != nil && strings.HasPrefix(target, *down) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		at.step(w, r, proxy)
	}))
}

// understood are the calls of one request: an API's operation and what it is
// about, or those of which a transaction consists.
func (s *stack) understood(function, target string, body []byte) []call {
	api, operation, _ := strings.Cut(target, ".")
	var in struct {
		TableName, IndexName, QueueUrl, SecretId string
		RequestItems                             map[string]any
		TransactItems                            []map[string]struct{ TableName string }
	}
	if err := json.Unmarshal(body, &in); err != nil {
		s.t.Errorf("%s calls %s with what is no JSON", function, target)
	}
	switch {
	case operation == "TransactWriteItems":
		return s.transacted(function, in.TransactItems)
	case operation == "BatchGetItem":
		var all []call
		for table := range in.RequestItems {
			all = append(all, call{function, "dynamodb:BatchGetItem", s.logical(table)})
		}
		return all
	case strings.HasPrefix(api, "DynamoDB") && in.IndexName != "":
		return []call{{function, "dynamodb:" + operation, s.logical(in.TableName) + "/index/" + in.IndexName}}
	case strings.HasPrefix(api, "DynamoDB"):
		return []call{{function, "dynamodb:" + operation, s.logical(in.TableName)}}
	case api == "AmazonSQS":
		return []call{{function, "sqs:" + operation, s.logical(in.QueueUrl)}}
	case api == "secretsmanager":
		kind, _, _ := strings.Cut(strings.TrimPrefix(in.SecretId, s.name+"/"), "/")
		return []call{{function, "secretsmanager:" + operation, kind + "/*"}}
	}
	return []call{{function, target, "?"}}
}

// transacted are the actions that IAM asks about for a transaction.
func (s *stack) transacted(function string, items []map[string]struct{ TableName string }) []call {
	var all []call
	for _, item := range items {
		for verb, of := range item {
			if verb != "ConditionCheck" {
				verb += "Item"
			}
			all = append(all, call{function, "dynamodb:" + verb, s.logical(of.TableName)})
		}
	}
	return all
}

// logical is the name in template.yaml of what was made from it.
func (s *stack) logical(physical string) string {
	for logical, made := range s.physical {
		if made == physical {
			return logical
		}
	}
	return physical
}

// steps count what a process asks of AWS and of the ERP, and kill it at one of
// these calls. The zero value kills nobody.
type steps struct {
	mu      sync.Mutex
	count   int
	at      int
	carried bool
	kill    func()
}

// arm kills at the given step from now on: before its call is carried out, or
// after that and before the process hears of it.
func (s *steps) arm(at int, carriedOut bool, kill func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count, s.at, s.carried, s.kill = 0, at, carriedOut, kill
}

// disarm tells whether somebody was killed.
func (s *steps) disarm() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	killed := s.at > 0 && s.count >= s.at
	s.at = 0
	return killed
}

// step carries out a call, or kills who made it.
func (s *steps) step(w http.ResponseWriter, r *http.Request, carryOut http.Handler) {
	if s == nil {
		carryOut.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	s.count++
	dies := s.at > 0 && s.count == s.at
	carried, kill := s.carried, s.kill
	s.mu.Unlock()
	if !dies {
		carryOut.ServeHTTP(w, r)
		return
	}
	if carried {
		carryOut.ServeHTTP(httptest.NewRecorder(), r)
	}
	kill()
	panic(http.ErrAbortHandler)
}

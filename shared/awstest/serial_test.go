package awstest

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestTheServerIsAskedOneThingAtATime(t *testing.T) {
	const callers = 32
	var at, most, hosts atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := at.Add(1)
		defer at.Add(-1)
		if n > most.Load() {
			most.Store(n)
		}
		if r.Host == r.Header.Get("Asked") {
			hosts.Add(1)
		}
		runtime.Gosched()
	}))
	defer server.Close()
	front, err := serial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer front.Close()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, front.URL, nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Asked", front.Listener.Addr().String())
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			response.Body.Close()
		})
	}
	wg.Wait()
	if most.Load() != 1 || hosts.Load() != callers {
		t.Fatalf("%d requests at once; %d of %d saw the host that was asked", most.Load(), hosts.Load(), callers)
	}
}

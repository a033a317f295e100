package awstest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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

func TestAClientThatLeavesDoesNotLetTheNextOneIn(t *testing.T) {
	reached, goOn, givenUp := make(chan struct{}, 2), make(chan struct{}), make(chan struct{}, 2)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		select {
		case <-goOn:
		case <-r.Context().Done():
			givenUp <- struct{}{}
		}
	}))
	defer server.Close()
	front, err := serial(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer front.Close()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		if r, err := http.NewRequestWithContext(ctx, http.MethodGet, front.URL, nil); err == nil {
			if response, err := http.DefaultClient.Do(r); err == nil {
				response.Body.Close()
			}
		}
	}()
	<-reached
	leave()
	<-left
	select {
	case <-givenUp:
		t.Error("the request was given up with its client")
	case <-reached:
		t.Error("the next one came in")
	case <-time.After(200 * time.Millisecond): // what must not come: on a slow machine this sees less, and never fails
	}
	close(goOn)
	response, err := http.Get(front.URL)
	if err != nil {
		t.Fatalf("the next client: %v", err)
	}
	response.Body.Close()
}

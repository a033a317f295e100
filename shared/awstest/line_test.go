package awstest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/awstest"
)

// alone asks on a connection of its own, as an ERP's client does.
func alone(t *testing.T) *http.Client {
	transport := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// ask returns the whole answer, or an error.
func ask(client *http.Client, url string) (string, error) {
	response, err := client.Post(url, "text/plain", strings.NewReader("question"))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func TestACutRequestReachesTheServerOrNotAsItsFateSays(t *testing.T) {
	for _, c := range []struct {
		cut            awstest.Cut
		carried, heard bool
	}{
		{awstest.Nowhere, true, true}, {awstest.Unsent, false, false}, {awstest.Unheard, true, false},
		{awstest.HalfHeard, true, false}, {awstest.Late, true, false},
	} {
		for _, reset := range []bool{false, true} {
			t.Run(fmt.Sprint(c.cut, reset), func(t *testing.T) {
				var carried atomic.Int32
				server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if body, err := io.ReadAll(r.Body); err == nil && string(body) == "question" {
						carried.Add(1)
					}
					_, _ = io.WriteString(w, "the whole answer")
				})
				line := awstest.NewLine(t, server, func() awstest.Fate { return awstest.Fate{Cut: c.cut, Reset: reset, There: time.Millisecond} })
				answer, err := ask(alone(t), line.URL)
				if heard := err == nil; heard != c.heard || heard && answer != "the whole answer" {
					t.Errorf("heard %q, %v", answer, err)
				}
				line.Refuse()
				line.Settle()
				if n := carried.Load(); n != 1 && c.carried || n != 0 && !c.carried {
					t.Errorf("carried out %d times", n)
				}
			})
		}
	}
}

func TestALineThatRefusesKeepsItsAddressAndWhatIsUnderWay(t *testing.T) {
	reached, goOn := make(chan struct{}), make(chan struct{})
	var carried atomic.Int32
	line := awstest.NewLine(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-goOn
		carried.Add(1)
	}), func() awstest.Fate { return awstest.Fate{} })
	client, cut := alone(t), make(chan error)
	go func() {
		_, err := ask(client, line.URL)
		cut <- err
	}()
	<-reached
	line.Refuse()
	if err := <-cut; err == nil {
		t.Error("a connection outlived the refusal")
	}
	if _, err := ask(client, line.URL); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("not refused: %v", err)
	}
	close(goOn)
	line.Settle()
	if carried.Load() != 1 {
		t.Error("what was under way was not carried out")
	}
	line.Accept(t)
	response, err := client.Get(line.URL)
	if err == nil {
		response.Body.Close()
	}
	// The handler closes a closed channel, of which the caller hears nothing.
	if err == nil || errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after Accept: %v", err)
	}
}

func TestOneAnswerIsLostForCertain(t *testing.T) {
	var status, lost atomic.Int64
	line := awstest.NewLine(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
		_, _ = io.WriteString(w, "the whole answer")
	}), func() awstest.Fate { return awstest.Fate{} })
	line.LoseOne(func(r *http.Request, body []byte) bool { return r.URL.Path == "/create" && string(body) == "question" }, func() { lost.Add(1) })
	client := alone(t)
	for _, c := range []struct {
		what, path string
		status     int64
		heard      bool
	}{
		{"what the server refuses", "/create", http.StatusInternalServerError, true},
		{"what isn't meant", "/look-up", http.StatusOK, true},
		{"what is meant", "/create", http.StatusOK, false},
		{"the next one", "/create", http.StatusOK, true},
	} {
		status.Store(c.status)
		if answer, err := ask(client, line.URL+c.path); (err == nil) != c.heard {
			t.Errorf("%s: heard %q, %v", c.what, answer, err)
		}
	}
	if n := lost.Load(); n != 1 {
		t.Errorf("lost %d answers", n)
	}
}

func TestTheSameSeedIsTheSameTrouble(t *testing.T) {
	t.Setenv("CARIMBO_SEED", "7")
	draw := func() string {
		trouble := awstest.NewTrouble(t)
		fates := trouble.Fates(3, time.Second)
		drawn := fmt.Sprint(fates())
		trouble.Begin()
		for range 50 {
			drawn += fmt.Sprint(fates(), trouble.IntN(9), trouble.Moment(time.Second, time.Minute))
		}
		trouble.End()
		return drawn + fmt.Sprint(fates(), trouble)
	}
	first := draw()
	if again := draw(); again != first {
		t.Errorf("%s\nand %s", first, again)
	}
	quiet := fmt.Sprint(awstest.Fate{})
	if !strings.HasPrefix(first, quiet) || strings.Count(first, quiet) != 2 {
		t.Errorf("before and after the trouble requests are heard: %s", first)
	}
}

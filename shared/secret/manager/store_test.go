package manager_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/secret/manager"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

var errDown = errors.New("secrets manager is down")

// vault is a Secrets Manager of one secret, whose answers a test sets.
type vault struct {
	mu       sync.Mutex
	asked    []string
	current  string
	previous string
	fault    error
	// lost is the fault of the question for AWSPREVIOUS alone.
	lost error
	// entered is signalled by a read, which then waits for release, if there are any.
	entered chan struct{}
	release chan struct{}
}

func (v *vault) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	v.mu.Lock()
	v.asked = append(v.asked, *in.SecretId+" "+aws.ToString(in.VersionStage))
	v.mu.Unlock()
	if v.release != nil {
		v.entered <- struct{}{}
		select {
		case <-v.release:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	text := map[string]string{"AWSCURRENT": v.current, "AWSPREVIOUS": v.previous}[aws.ToString(in.VersionStage)]
	switch {
	case v.fault != nil:
		return nil, v.fault
	case v.lost != nil && aws.ToString(in.VersionStage) == "AWSPREVIOUS":
		return nil, v.lost
	case text == "":
		return nil, fmt.Errorf("operation error: %w", &types.ResourceNotFoundException{})
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &text, CreatedDate: aws.Time(start.Add(-time.Hour))}, nil
}

// reads counts how often the secret was read: once per question for AWSCURRENT.
func (v *vault) reads() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, a := range v.asked {
		if strings.HasSuffix(a, " AWSCURRENT") {
			n++
		}
	}
	return n
}

func open(v *vault, c *clocktest.Clock) *manager.Store {
	return manager.New(v, "shop", manager.Options{Now: c.Now, Chance: func() float64 { return 0 },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

func TestASecretIsReadByItsFullNameAndEachStageByName(t *testing.T) {
	for _, prefix := range []string{"shop", "shop/"} {
		v := &vault{current: `{"app_key":"1","app_secret":"s"}`}
		s := manager.New(v, prefix, manager.Options{})
		if _, err := s.Get(t.Context(), "omie/estudio"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"shop/omie/estudio AWSCURRENT", "shop/omie/estudio AWSPREVIOUS"}, v.asked); diff != "" {
			t.Errorf("%s: %s", prefix, diff)
		}
	}
}

func TestValuesAreTextsAndNumbersByTheirText(t *testing.T) {
	v := &vault{current: `{"app_key":38333295000123456789,"app_secret":"s","rate":1.10}`, previous: `{"app_secret":"old"}`}
	got, err := open(v, clocktest.At(start)).Get(t.Context(), "omie/estudio")
	want := secret.Secret{
		Values:   map[string]string{"app_key": "38333295000123456789", "app_secret": "s", "rate": "1.10"},
		Previous: map[string]string{"app_secret": "old"},
		Since:    start.Add(-time.Hour),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatalf("%v\n%s", err, diff)
	}
}

func TestASecretOfAnotherFormIsAnErrorThatShowsNothingOfIt(t *testing.T) {
	for _, text := range []string{`hunter2`, `"hunter2"`, `["hunter2"]`, `null`, `{"hunter2":`, `{"a":"hunter2"} hunter2`, `{"hunter2":{"b":"c"}}`, `{"hunter2":true}`, `{"hunter2":null}`} {
		_, err := open(&vault{current: text}, clocktest.At(start)).Get(t.Context(), "hook/cursos")
		if err == nil || errors.Is(err, secret.ErrNotFound) || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "hook/cursos") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestASecretIsKeptForFiveMinutesLessAChanceOfAFifth(t *testing.T) {
	for _, c := range []struct {
		chance float64
		lasts  time.Duration
	}{{0, 5 * time.Minute}, {0.5, 4*time.Minute + 30*time.Second}, {1, 4 * time.Minute}} {
		v, time := &vault{current: `{"signing_secret":"a"}`}, clocktest.At(start)
		s := manager.New(v, "shop", manager.Options{Now: time.Now, Chance: func() float64 { return c.chance }})
		get(t, s, "a")
		v.current = `{"signing_secret":"b"}`
		time.Pass(c.lasts - 1)
		get(t, s, "a")
		time.Pass(1)
		get(t, s, "b")
		if v.reads() != 2 {
			t.Errorf("chance %v: %d reads", c.chance, v.reads())
		}
	}
}

func get(t *testing.T, s *manager.Store, want string) {
	t.Helper()
	got, err := s.Get(t.Context(), "hook/cursos")
	if err != nil || got.Values["signing_secret"] != want {
		t.Fatalf("got %v, %v; want %s", got.Values, err, want)
	}
}

func TestAMissingSecretIsAskedForOnceAMinute(t *testing.T) {
	for name, fault := range map[string]error{"missing": nil, "marked for deletion": &types.InvalidRequestException{}} {
		v, c := &vault{fault: fault}, clocktest.At(start)
		s := open(v, c)
		for range 3 {
			if _, err := s.Get(t.Context(), "hook/cursos"); !errors.Is(err, secret.ErrNotFound) {
				t.Fatal(name, err)
			}
			c.Pass(20*time.Second - 1)
		}
		if v.reads() != 1 {
			t.Errorf("%s: %d reads", name, v.reads())
		}
		c.Pass(time.Second)
		v.fault, v.current = nil, `{"signing_secret":"a"}`
		get(t, s, "a")
	}
}

func TestADeletedSecretIsNotInForceAnyMore(t *testing.T) {
	v, c := &vault{current: `{"signing_secret":"a"}`}, clocktest.At(start)
	s := open(v, c)
	get(t, s, "a")
	v.current = ""
	c.Pass(5 * time.Minute)
	if got, err := s.Get(t.Context(), "hook/cursos"); !errors.Is(err, secret.ErrNotFound) || got.Values != nil {
		t.Fatal(got, err)
	}
}

func TestTheLastGoodValuesStayInForceThroughAnOutage(t *testing.T) {
	v, c := &vault{current: `{"signing_secret":"a"}`, previous: `{"signing_secret":"z"}`}, clocktest.At(start)
	s := open(v, c)
	get(t, s, "a")
	v.fault = errDown
	c.Pass(5 * time.Minute)
	get(t, s, "a")
	c.Pass(time.Minute - 1)
	get(t, s, "a")
	if v.reads() != 2 {
		t.Fatalf("%d reads: an outage must not cost every caller a try", v.reads())
	}
	if got, err := s.Refresh(t.Context(), "hook/cursos", c.Now()); err != nil || got.Values["signing_secret"] != "a" || got.Previous["signing_secret"] != "z" {
		t.Fatal(got, err)
	}
	v.fault, v.current = nil, `{"signing_secret":"b"}`
	c.Pass(time.Minute)
	get(t, s, "b")
}

func TestAFormThatBrokeLeavesTheLastGoodValuesInForce(t *testing.T) {
	v, c := &vault{current: `{"signing_secret":"a"}`}, clocktest.At(start)
	s := open(v, c)
	get(t, s, "a")
	v.current = `oops`
	c.Pass(5 * time.Minute)
	get(t, s, "a")
}

func TestASecretThatWasNeverReadIsAnErrorAndTriedAgain(t *testing.T) {
	v, c := &vault{fault: errDown}, clocktest.At(start)
	s := open(v, c)
	if _, err := s.Get(t.Context(), "hook/cursos"); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := s.Refresh(t.Context(), "hook/cursos", c.Now()); !errors.Is(err, errDown) {
			t.Fatal(got, err)
		}
	}
	v.fault, v.current = nil, `{"signing_secret":"a"}`
	c.Pass(time.Minute - 1)
	if _, err := s.Get(t.Context(), "hook/cursos"); !errors.Is(err, errDown) || v.reads() != 1 {
		t.Fatalf("%d reads within a minute, %v", v.reads(), err)
	}
	c.Pass(1)
	get(t, s, "a")
}

// With only the current version known, calls that are signed with the previous
// one would be refused for five minutes.
func TestAPreviousVersionThatCannotBeReadIsNoAbsentOne(t *testing.T) {
	v := &vault{current: `{"signing_secret":"a"}`, lost: errDown}
	if _, err := open(v, clocktest.At(start)).Get(t.Context(), "hook/cursos"); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
}

// Nothing was ever accepted by it, and until the next rotation it would keep the
// right one out of force.
func TestAPreviousVersionOfAnotherFormIsNone(t *testing.T) {
	for _, mistake := range []string{`oops`, `{"signing_secret":null}`} {
		v := &vault{current: `{"signing_secret":"a"}`, previous: mistake}
		got, err := open(v, clocktest.At(start)).Get(t.Context(), "hook/cursos")
		if diff := cmp.Diff([]string{"a"}, got.Signing(start)); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", mistake, err, diff)
		}
	}
}

func TestRefreshReadsAnewOnceAMinuteAndName(t *testing.T) {
	v, c := &vault{current: `{"signing_secret":"a"}`}, clocktest.At(start)
	s := open(v, c)
	refresh := func(name, want string) {
		t.Helper()
		got, err := s.Refresh(t.Context(), name, c.Now())
		if err != nil || got.Values["signing_secret"] != want {
			t.Fatalf("%s: got %v, %v; want %s", name, got.Values, err, want)
		}
	}
	get(t, s, "a")
	v.current = `{"signing_secret":"b"}`
	refresh("hook/cursos", "a") // Get read it a moment ago
	c.Pass(time.Minute)
	refresh("hook/cursos", "b")
	v.current = `{"signing_secret":"c"}`
	refresh("hook/cursos", "b")
	refresh("hook/loja", "c")
	c.Pass(time.Minute - 1)
	refresh("hook/cursos", "b")
	c.Pass(1)
	refresh("hook/cursos", "c")
	get(t, s, "c")
	if v.reads() != 4 {
		t.Errorf("%d reads", v.reads())
	}
}

// A forged call asks for the secret, and for a newer one when its proof fails.
func TestAForgedCallReadsNoSecretTwiceAMinute(t *testing.T) {
	for name, v := range map[string]*vault{
		"known": {current: `{"signing_secret":"a"}`}, "missing": {}, "unreadable": {fault: errDown}, "of another form": {current: `oops`},
	} {
		c := clocktest.At(start)
		s := open(v, c)
		var last time.Time
		for reads := 0; c.Now().Before(start.Add(20 * time.Minute)); c.Pass(7 * time.Second) {
			_, _ = s.Get(t.Context(), "hook/cursos")
			_, _ = s.Refresh(t.Context(), "hook/cursos", c.Now())
			if v.reads() == reads {
				continue
			}
			if gap := c.Now().Sub(last); v.reads() > reads+1 || gap < time.Minute {
				t.Fatalf("%s: %d reads at once, %s after the last one", name, v.reads()-reads, gap)
			}
			reads, last = v.reads(), c.Now()
		}
		if v.reads() < 10 {
			t.Errorf("%s: %d reads in 20 minutes: a rotation is not followed", name, v.reads())
		}
	}
}

// Of the reads that a proven call made none counts against the next failed signature:
// the secret may have been rotated right after it.
func TestARotationRightAfterAReadIsFoundAtOnce(t *testing.T) {
	v, c := &vault{current: `{"signing_secret":"a"}`}, clocktest.At(start)
	s := open(v, c)
	get(t, s, "a")
	v.current = `{"signing_secret":"b"}`
	c.Pass(time.Millisecond)
	got, err := s.Refresh(t.Context(), "hook/cursos", c.Now())
	if err != nil || got.Values["signing_secret"] != "b" {
		t.Errorf("%v, %v", got.Values, err)
	}
	v.current = `{"signing_secret":"c"}`
	c.Pass(time.Minute - time.Millisecond)
	if got, _ := s.Refresh(t.Context(), "hook/cursos", c.Now()); got.Values["signing_secret"] != "b" || v.reads() != 2 {
		t.Errorf("%v after %d reads within the minute", got.Values, v.reads())
	}
}

func TestRefreshOfAMissingSecretIsLimitedToo(t *testing.T) {
	v, c := &vault{}, clocktest.At(start)
	s := open(v, c)
	for range 5 {
		if _, err := s.Refresh(t.Context(), "hook/cursos", c.Now()); !errors.Is(err, secret.ErrNotFound) {
			t.Fatal(err)
		}
	}
	if v.reads() != 1 {
		t.Errorf("%d reads", v.reads())
	}
}

func TestOfManyCallersOneReads(t *testing.T) {
	v := &vault{current: `{"signing_secret":"a"}`, entered: make(chan struct{}, 2), release: make(chan struct{})}
	s := open(v, clocktest.At(start))
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { get(t, s, "a") })
	}
	<-v.entered
	close(v.release)
	group.Wait()
	if v.reads() != 1 {
		t.Errorf("%d reads", v.reads())
	}
}

func TestACallerWaitsNoLongerThanItsContextAndTheNextReads(t *testing.T) {
	v := &vault{current: `{"signing_secret":"a"}`, entered: make(chan struct{}, 4), release: make(chan struct{})}
	s := open(v, clocktest.At(start))
	reading, hangUp := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := s.Get(reading, "hook/cursos")
		ended <- err
	}()
	<-v.entered
	waiting, giveUp := context.WithCancel(t.Context())
	giveUp()
	if _, err := s.Get(waiting, "hook/cursos"); !errors.Is(err, context.Canceled) {
		t.Error("the one who waits:", err)
	}
	hangUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error("the one who reads:", err)
	}
	close(v.release)
	get(t, s, "a")
}

func TestNobodyChangesAnothersSecret(t *testing.T) {
	v := &vault{current: `{"signing_secret":"a"}`, previous: `{"signing_secret":"z"}`}
	s := open(v, clocktest.At(start))
	got, err := s.Get(t.Context(), "hook/cursos")
	if err != nil {
		t.Fatal(err)
	}
	got.Values["signing_secret"], got.Previous["signing_secret"] = "x", "x"
	get(t, s, "a")
	if again, _ := s.Get(t.Context(), "hook/cursos"); again.Previous["signing_secret"] != "z" {
		t.Error(again)
	}
}

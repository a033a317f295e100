package intake_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/secret/file"
	"github.com/carimbo/carimbo/shared/secret/manager"
)

// counting is a platform that counts the secrets that calls were held against.
type counting struct {
	platform.Platform
	tried *int
}

func (c counting) Verify(r platform.Request, secrets []string, now time.Time) error {
	*c.tried += len(secrets)
	return c.Platform.Verify(r, secrets, now)
}

// nothing is a queue that nobody reads and a meter that nobody looks at.
type nothing struct{}

func (nothing) Send(context.Context, queue.Message) error           { return nil }
func (nothing) Take(context.Context, intake.Metric, string, string) {}

// door is an intake of the connections with this store of secrets.
func door(t testing.TB, config string, s secret.Store, now func() time.Time, tried *int) *intake.Intake {
	t.Helper()
	cfg, err := connection.Parse([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return &intake.Intake{
		Connections: func() connection.Config { return cfg }, Secrets: s,
		Platform: func(name string) (platform.Platform, bool) {
			p, ok := registry.Get(name)
			return counting{p, tried}, ok
		},
		Queue: func(connection.Account) queue.Sender { return nothing{} },
		Now:   now, Meter: nothing{}, Log: slog.New(slog.DiscardHandler),
	}
}

func forgedCall(body []byte) platform.Request {
	return platform.Request{Header: map[string]string{"x-hotmart-hottok": "a-strangers-guess"}, Body: body}
}

func TestAForgedCallIsHeldAgainstEachSecretOnce(t *testing.T) {
	for name, c := range map[string]struct {
		known, refreshed map[string]secret.Secret
		want             int
		status           int
	}{
		"one secret":                   {signing(hottok, "", now), nil, 1, 401},
		"and the one before":           {signing(hottok, formerly, now.Add(-time.Hour)), nil, 2, 401},
		"and one that is out of force": {signing(hottok, formerly, now.Add(-25*time.Hour)), nil, 1, 401},
		"just rotated":                 {signing(formerly, "", now), signing(hottok, formerly, now), 2, 401},
		"none":                         {nil, nil, 0, 503},
	} {
		tried := 0
		in := door(t, connections, &store{secrets: c.known, refreshed: c.refreshed}, func() time.Time { return now }, &tried)
		if got := in.Take(t.Context(), "cursos", forgedCall([]byte("{}")), "id"); got.Status != c.status || tried != c.want {
			t.Errorf("%s: answered %d after %d tries, want %d", name, got.Status, tried, c.want)
		}
	}
}

// vault is a Secrets Manager that counts how often each secret is read.
type vault struct {
	fault error
	reads map[string]int
}

func (v *vault) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	switch {
	case v.fault != nil:
		v.reads[*in.SecretId]++
		return nil, v.fault
	case *in.VersionStage != "AWSCURRENT": // asked for by the same read
		return nil, &types.ResourceNotFoundException{}
	}
	v.reads[*in.SecretId]++
	text := `{"signing_secret":"` + hottok + `"}`
	return &secretsmanager.GetSecretValueOutput{SecretString: &text}, nil
}

func TestForgedCallsReadASecretOnceAMinute(t *testing.T) {
	const minutes = 10
	for name, fault := range map[string]error{"known": nil, "missing": &types.ResourceNotFoundException{}, "unreadable": errors.New("throttled")} {
		c, v, tried := clocktest.At(now), &vault{fault: fault, reads: map[string]int{}}, 0
		in := door(t, connections, manager.New(v, "shop", manager.Options{Now: c.Now, Log: slog.New(slog.DiscardHandler)}), c.Now, &tried)
		for range minutes * 60 {
			for _, connection := range []string{"cursos", "provas", "nobody", "hook"} {
				in.Take(t.Context(), connection, forgedCall([]byte("{}")), "id")
			}
			c.Pass(time.Second)
		}
		for _, hook := range []string{"shop/hook/cursos", "shop/hook/provas"} {
			if n := v.reads[hook]; n < 1 || n > minutes {
				t.Errorf("%s: %s was read %d times in %d minutes", name, hook, n, minutes)
			}
		}
		if len(v.reads) != 2 {
			t.Errorf("%s: secrets of no connection were read: %v", name, v.reads)
		}
	}
}

// A file is read anew when it looks changed, which strangers can't do. This one never
// looks so, and shows what it is by the secret that counts.
func TestForgedCallsReadTheFileOnceAMinute(t *testing.T) {
	const minutes = 10
	c, tried := clocktest.At(now), 0
	path := filepath.Join(t.TempDir(), "secrets.yaml")
	rewrite := func(second int) {
		text := "hook/cursos: { signing_secret: token-" + strconv.Itoa(100000+second) + " }\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(0)
	s, err := file.Open(path, file.Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	in, reads, last := door(t, connections, s, c.Now, &tried), 0, ""
	for second := range minutes * 60 {
		rewrite(second)
		for _, connection := range []string{"cursos", "provas", "nobody"} {
			in.Take(t.Context(), connection, forgedCall([]byte("{}")), "id")
		}
		found, err := s.Get(t.Context(), "hook/cursos")
		if err != nil {
			t.Fatal(err)
		}
		if is := found.Values[secret.SigningKey]; is != last {
			reads, last = reads+1, is
		}
		c.Pass(time.Second)
	}
	if reads < 2 || reads > minutes {
		t.Errorf("the file was read %d times in %d minutes", reads, minutes)
	}
}

// BenchmarkForgedCall is a call that is refused, from the request to the answer,
// with two secrets in force in the file of one machine; the log is thrown away.
func BenchmarkForgedCall(b *testing.B) {
	path := filepath.Join(b.TempDir(), "secrets.yaml")
	var text strings.Builder
	for _, name := range registry.Names() {
		text.WriteString("hook/" + name + ": { signing_secret: " + key + ", previous_signing_secret: whsec_plJ3nmyCDGBKInavdOK15jsl }\n")
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	s, err := file.Open(path, file.Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	tried := 0
	in := door(b, everyPlatform, s, time.Now, &tried)
	for _, name := range registry.Names() {
		for _, size := range []int{1 << 10, 16 << 10} {
			p, _ := registry.Get(name)
			r := p.Sign([]byte(`{"event":"`+strings.Repeat("x", size)+`"}`), "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", time.Now().Add(time.Minute))
			b.Run(fmt.Sprintf("%s/%dKB", name, size>>10), func(b *testing.B) {
				for b.Loop() {
					if in.Take(b.Context(), name, r, "id").Status != 401 {
						b.Fatal("a forged call was not refused")
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "refused/s")
			})
		}
	}
}

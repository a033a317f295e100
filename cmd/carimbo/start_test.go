package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
)

const (
	ownSecrets = `omie/estudio: { app_key: "1234567890", app_secret: hidden-app-secret }
hook/cursos: { signing_secret: hidden-hottok-of-mine }
`
	exampleSecrets = `omie/estudio: { app_key: not-a-real-app-key, app_secret: not-a-real-app-secret }
hook/cursos: { signing_secret: not-a-real-hottok }
`
	// turmas is one more connection.
	turmas = "  turmas: { platform: hotmart, erp: estudio, since: 2026-01-01 }\n"
)

func TestServeDoesNotStartOnWhatCheckCallsWrong(t *testing.T) {
	for _, c := range []struct{ name, connections, secrets, says string }{
		{"a connection that is wrong", strings.Replace(goodConnections, "2026-01-01", "yesterday", 1), ownSecrets, "connections.cursos.since"},
		{"a platform that is not built in", strings.Replace(goodConnections, "hotmart", "vtex", 1), ownSecrets, "vtex is not built in"},
		{"a field that the ERP wouldn't take", strings.Replace(goodConnections, "nCodServico: 3846592864", "nCodServico: 3846592864, nValUnit: 1", 1), ownSecrets, "nValUnit"},
		{"no App Key", goodConnections, strings.Replace(ownSecrets, "omie/estudio", "omie/other", 1), "there is no secret omie/estudio"},
		{"a wrong file of secrets", goodConnections, "hook/cursos: 1\n", "s.yaml:1:1: hook/cursos"},
		{"a secret that signs nothing", strings.Replace(goodConnections, "hotmart", "generic", 1), strings.Replace(ownSecrets, "hottok", "?", 1), "is none that generic signs with"},
		{"the example's secrets", goodConnections, exampleSecrets, "hook/cursos.signing_secret: is a value of secrets.example.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			files := []string{"--connections", write(t, "c.yaml", c.connections), "--secrets", write(t, "s.yaml", c.secrets)}
			checked := typeIn(t, append([]string{"check"}, files...)...)
			got := served(t, append(files, "--data", data)...)
			if got.code != exitFailed || got.code != checked.code || got.out != checked.out || got.said() != checked.said() || !strings.Contains(got.out, c.says) {
				t.Errorf("serve ends with %d:\n%s%s\ncheck with %d:\n%s%s", got.code, got.out, got.errors, checked.code, checked.out, checked.errors)
			}
			if !absent(data) {
				t.Error("a data folder was made")
			}
		})
	}
}

func TestServeStartsWithTheExamplesSecretsInATrialOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	files := []string{"--connections", write(t, "c.yaml", goodConnections), "--secrets", write(t, "s.yaml", exampleSecrets)}
	if got := served(t, append(files, "--simulate")...); got.code != exitDone {
		t.Errorf("--simulate: exit code %d: %s%s", got.code, got.out, got.errors)
	}
	if got := typeIn(t, append([]string{"check", "--simulate"}, files...)...); got.code != exitDone {
		t.Errorf("check --simulate: exit code %d: %s%s", got.code, got.out, got.errors)
	}
}

func TestServeStartsOnWarningsAndShowsThemTwice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no such permissions")
	}
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(data, "carimbo.db")
	if err := os.WriteFile(db, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	secrets := write(t, "s.yaml", `omie/estudio: { app_key: "1234567890", app_secret: hidden }
hook/cursos: { signing_secret: hidden-15-bytes, previous_signing_secret: hidden-former-long-secret }
hook/outra: { signing_secret: hidden-15-bytes }
`)
	if err := os.Chmod(secrets, 0o640); err != nil {
		t.Fatal(err)
	}
	got := served(t, "--connections", write(t, "c.yaml", goodConnections+turmas), "--secrets", secrets, "--data", data)
	if got.code != exitDone {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.errors)
	}
	for _, warning := range []string{
		"s.yaml: warning: there is no secret hook/turmas",
		"s.yaml: warning: others on this machine can read it (-rw-r-----): chmod 600 it",
		data + ": warning: others on this machine can read it (-rwxr-xr-x): chmod 700 it",
		db + ": warning: others on this machine can read it (-rw-r--r--): chmod 600 it",
		"warning: hook/cursos.signing_secret: has fewer than 16 bytes",
		"warning: hook/outra.signing_secret: is hook/cursos's too",
		"warning: hook/cursos.previous_signing_secret: is accepted for as long as it stands there",
	} {
		logged := regexp.MustCompile(`"level":"WARN".*` + regexp.QuoteMeta(warning))
		if strings.Count(got.out, warning) != 1 || len(logged.FindAllString(got.errors, -1)) != 1 {
			t.Errorf("%q is not told once on stdout and once in the log:\n%s%s", warning, got.out, got.errors)
		}
	}
	if strings.Contains(got.out+got.errors, "hidden") {
		t.Error("a secret is told")
	}
}

func TestAShortSpacingIsForThisMachineAlone(t *testing.T) {
	secrets := write(t, "s.yaml", ownSecrets)
	with := func(baseURL string) string {
		return write(t, "c.yaml", strings.Replace(goodConnections, "kind: omie\n", "kind: omie\n    base_url: "+baseURL+"\n", 1))
	}
	for _, c := range []struct {
		name, connections string
		args              []string
		code              int
	}{
		{"Omie's own", write(t, "c.yaml", goodConnections), []string{"--spacing", "60s"}, exitUsage},
		{"Omie's own, the default", write(t, "c.yaml", goodConnections), nil, exitDone},
		{"Omie's own, longer", write(t, "c.yaml", goodConnections), []string{"--spacing", "61s"}, exitDone},
		{"simulated", write(t, "c.yaml", goodConnections), []string{"--spacing", "1s", "--simulate"}, exitDone},
		{"this machine", with("http://127.0.0.1:9/api/v1/"), []string{"--spacing", "1s"}, exitDone},
		{"another one", with("https://omie.example/api/v1/"), []string{"--spacing", "1s"}, exitUsage},
	} {
		got := served(t, append(c.args, "--connections", c.connections, "--secrets", secrets, "--data", filepath.Join(t.TempDir(), "data"))...)
		if got.code != c.code || c.code == exitUsage && (!strings.Contains(got.errors, "estudio is not on this machine") || got.out != "") {
			t.Errorf("%s: exit code %d, want %d: %s%s", c.name, got.code, c.code, got.out, got.errors)
		}
	}
}

func TestOnlyTheHostTellsWhetherAURLIsThisMachine(t *testing.T) {
	for baseURL, want := range map[string]bool{
		"http://127.0.0.1:8080/api/": true, "http://127.8.9.1/": true, "http://[::1]:80/": true, "http://localhost/": true,
		"https://LocalHost:1/x": true, "http://[::ffff:127.0.0.1]/": true, "http://omie.example@127.0.0.1/": true,
		"": false, "https://app.omie.com.br/api/v1/": false, "http://localhost.evil.com/": false, "http://127.0.0.1.evil.com/": false,
		"http://127.0.0.1@evil.com/": false, "http://localhost:80@evil.com/": false, "http://evil.com/#@127.0.0.1": false,
		"http://evil.com/?http://127.0.0.1": false, "http://127.0.0.1%2eevil.com/": false, "http://notlocalhost/": false,
		"http://0.0.0.0/": false, "http://10.0.0.1/": false, "http://[::]/": false, "http://127.1/": false, "127.0.0.1:80": false,
		"http://[::ffff:10.0.0.1]/": false, "http://2130706433/": false,
	} {
		if onLoopback(baseURL) != want {
			t.Errorf("%q: %v", baseURL, !want)
		}
	}
}

func TestEveryAccountHasToBeOnThisMachine(t *testing.T) {
	cfg := connection.Config{Accounts: map[string]connection.Account{
		"a": {BaseURL: "http://127.0.0.1:1/"}, "b": {}, "c": {BaseURL: "http://localhost/"}, "d": {BaseURL: "https://sensio.example/"}}}
	if got := fmt.Sprint(elsewhere(cfg)); got != "[b d]" {
		t.Errorf("%s", got)
	}
}

// watched is a file of connections as a running serve follows it.
type watched struct {
	t     *testing.T
	clock *clocktest.Clock
	// path and secrets are the files.
	path, secrets string
	at            time.Time
	log           bytes.Buffer
	cfg           *configuration
}

func watch(t *testing.T, secrets string, spacing time.Duration, connections string) *watched {
	t.Helper()
	w := &watched{t: t, clock: clocktest.At(noon), path: write(t, "c.yaml", connections), secrets: write(t, "s.yaml", secrets), at: noon}
	var out, errs bytes.Buffer
	c := at(noon, "", &out, &errs)
	c.now = w.clock.Now
	log := slog.New(slog.NewJSONHandler(&w.log, nil))
	cmd := c.root() // which gives the flags their defaults
	cmd.SetContext(t.Context())
	c.connections, c.secrets, c.data = w.path, w.secrets, filepath.Join(t.TempDir(), "data")
	s, err := c.prepareToServe(cmd, false, spacing, log)
	if err != nil {
		t.Fatal(err)
	}
	s.secrets.Log = log
	w.cfg = c.watch(t.Context(), s, log)
	return w
}

// save is an editor's save, which changes the file's time.
func (w *watched) save(text string) {
	w.t.Helper()
	w.at = w.at.Add(time.Minute)
	w.put(text)
}

// put writes under a clock too coarse for the change.
func (w *watched) put(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chtimes(w.path, w.at, w.at); err != nil {
		w.t.Fatal(err)
	}
}

// has tells which connections count now.
func (w *watched) has(step, want string) {
	w.t.Helper()
	if got := strings.Join(connectionNames(w.cfg.current()), ","); got != want {
		w.t.Errorf("%s: %s count, want %s; the log:\n%s", step, got, want, w.log.String())
	}
}

func (w *watched) said(level, text string) int {
	return len(regexp.MustCompile(`"level":"`+level+`".*`+regexp.QuoteMeta(text)).FindAllString(w.log.String(), -1))
}

func TestAFailedReadOfConnectionsIsTriedAgain(t *testing.T) {
	w := watch(t, ownSecrets, 61*time.Second, goodConnections)
	w.has("at the start", "cursos")
	whole := goodConnections + turmas
	half := whole[:len(whole)-3] + "  \n" // as long as the whole
	w.save(half)
	for range 3 {
		w.has("half written", "cursos")
		w.clock.Pass(2 * tryAgain)
	}
	if n := w.said("ERROR", "can't be taken over"); n != 1 {
		t.Errorf("one cause was told %d times: %s", n, w.log.String())
	}
	w.has("half written", "cursos")
	w.put(whole)
	w.has("a moment later", "cursos")
	w.clock.Pass(tryAgain)
	w.has("a second later", "cursos,turmas")
}

func TestAFileOfConnectionsThatVanishesIsToldAndTriedAgain(t *testing.T) {
	w := watch(t, ownSecrets, 61*time.Second, goodConnections)
	moved := w.path + ".moved"
	if err := os.Rename(w.path, moved); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.has("gone", "cursos")
	}
	if n := w.said("ERROR", "can't be taken over"); n != 1 {
		t.Errorf("it was told %d times: %s", n, w.log.String())
	}
	w.save(goodConnections + turmas)
	w.has("back", "cursos,turmas")
}

func TestAChangeThatServeWouldNotStartWithIsNotTaken(t *testing.T) {
	local := strings.Replace(goodConnections, "kind: omie\n", "kind: omie\n    base_url: http://127.0.0.1:9/\n", 1)
	for _, c := range []struct{ name, changed, says string }{
		{"a wrong value", strings.Replace(local, "hotmart", "hotmat", 1) + turmas, "is not a platform"},
		{"a platform that is not built in", local + strings.Replace(turmas, "hotmart", "vtex", 1), "vtex is not built in"},
		{"a short spacing for another machine", goodConnections + turmas, "--spacing 1s is for tests, and estudio is not on this machine"},
		{"an account without a secret", strings.NewReplacer("  estudio:", "  filial:", "erp: estudio", "erp: filial").Replace(local) + strings.Replace(turmas, "estudio", "filial", 1), "there is no secret omie/filial"},
	} {
		w := watch(t, ownSecrets, time.Second, local)
		w.save(c.changed)
		w.has(c.name, "cursos")
		if w.said("ERROR", c.says) != 1 {
			t.Errorf("%s: the log says no %q:\n%s", c.name, c.says, w.log.String())
		}
		w.save(local + turmas)
		w.has(c.name+", mended", "cursos,turmas")
		if w.said("WARN", "there is no secret hook/turmas") != 1 {
			t.Errorf("%s: no warning of the new connection's secret:\n%s", c.name, w.log.String())
		}
	}
}

// The connection is written first, its account's secret a moment later.
func TestASecretThatComesLaterLetsTheChangeIn(t *testing.T) {
	w := watch(t, ownSecrets, 61*time.Second, goodConnections)
	w.save(strings.NewReplacer("  estudio:", "  filial:", "erp: estudio", "erp: filial").Replace(goodConnections + turmas))
	w.has("without its account's secret", "cursos")
	if err := os.WriteFile(w.secrets, []byte(ownSecrets+"omie/filial: { app_key: \"1\", app_secret: hidden }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.clock.Pass(tryAgain)
	w.has("with it", "cursos,turmas")
}

func TestAWarningOfTheStartIsNotRepeatedByAChange(t *testing.T) {
	w := watch(t, ownSecrets, 61*time.Second, goodConnections+turmas)
	w.save(goodConnections + turmas + "# a comment\n")
	w.has("changed", "cursos,turmas")
	if n := w.said("WARN", "there is no secret hook/turmas"); n != 1 {
		t.Errorf("it was told %d times: %s", n, w.log.String())
	}
}

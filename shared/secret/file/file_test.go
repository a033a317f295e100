package file_test

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/secret/file"
	"github.com/carimbo/carimbo/shared/yaml"
)

const good = `# invented values
omie/estudio: { app_key: 1234567890123, app_secret: "0123456789abcdef0123456789abcdef" }
sensio/loja: { app_key: 00120, app_secret: segredo }
hook/cursos:
  signing_secret: hottok-novo-da-loja
  previous_signing_secret: hottok-antigo-da-loja
  previous_signing_secret_since: 2026-11-21
hook/loja-online: { signing_secret: "user:password-of-16" }
store/loja-wp: { consumer_key: ck_1, consumer_secret: cs_1 }
`

// clock is a time that tests move on.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)} }

// write puts the file there with a modification time of its own, so that no two
// versions look alike.
func write(t *testing.T, path, text string, modified time.Time) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, modified, modified); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, c *clock, text string) (*file.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secrets.yaml")
	write(t, path, text, c.at)
	s, err := file.Open(path, options(c.now))
	if err != nil {
		t.Fatal(err)
	}
	return s, path
}

func values(t *testing.T, s secret.Store, name string) map[string]string {
	t.Helper()
	found, err := s.Get(t.Context(), name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return found.Values
}

func TestEachSecretIsItsObject(t *testing.T) {
	c := newClock()
	s, _ := open(t, c, good)
	for name, want := range map[string]map[string]string{
		"omie/estudio":     {"app_key": "1234567890123", "app_secret": "0123456789abcdef0123456789abcdef"},
		"sensio/loja":      {"app_key": "00120", "app_secret": "segredo"},
		"hook/cursos":      {"signing_secret": "hottok-novo-da-loja"},
		"hook/loja-online": {"signing_secret": "user:password-of-16"},
		"store/loja-wp":    {"consumer_key": "ck_1", "consumer_secret": "cs_1"},
	} {
		if diff := cmp.Diff(want, values(t, s, name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if w := s.Warnings(); len(w) > 0 {
		t.Errorf("warnings: %v", w)
	}
}

func TestAPreviousSecretIsAcceptedFor24HoursFromItsDate(t *testing.T) {
	const both, one = "new,old", "new"
	day := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC) // midnight in São Paulo
	moment := time.Date(2026, 11, 30, 21, 30, 0, 0, time.UTC)
	for _, row := range []struct {
		name, since string
		at          time.Time
		want        string
	}{
		{"before the day", "2026-11-30", day.Add(-time.Hour), both},
		{"a moment before the next day", "2026-11-30", day.Add(24*time.Hour - 1), both},
		{"the next day", "2026-11-30", day.Add(24 * time.Hour), one},
		{"a day in quotes", `"2026-11-30"`, day.Add(24 * time.Hour), one},
		{"a moment before 24 h", "2026-11-30T18:30:00-03:00", moment.Add(24*time.Hour - 1), both},
		{"24 h", "2026-11-30T18:30:00-03:00", moment.Add(24 * time.Hour), one},
		{"24 h in UTC", "2026-11-30T21:30:00Z", moment.Add(24 * time.Hour), one},
		{"undated, a year later", "", day.Add(365 * 24 * time.Hour), both},
	} {
		text := "hook/a:\n  signing_secret: new\n  previous_signing_secret: old\n"
		if row.since != "" {
			text += "  previous_signing_secret_since: " + row.since + "\n"
		}
		s, _ := open(t, newClock(), text)
		hook, err := s.Get(t.Context(), "hook/a")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(hook.Signing(row.at), ","); got != row.want {
			t.Errorf("%s: %s are accepted, want %s", row.name, got, row.want)
		}
		for name := range hook.Values {
			if name != "signing_secret" {
				t.Errorf("%s: %s is among the current values", row.name, name)
			}
		}
	}
}

func TestAMissingSecretIsNotFound(t *testing.T) {
	c := newClock()
	s, _ := open(t, c, good)
	for _, name := range []string{"hook/none", "", "omie/"} {
		if _, err := s.Get(t.Context(), name); !errors.Is(err, secret.ErrNotFound) {
			t.Errorf("Get(%q): %v", name, err)
		}
		if _, err := s.Refresh(t.Context(), name, c.at); !errors.Is(err, secret.ErrNotFound) {
			t.Errorf("Refresh(%q): %v", name, err)
		}
	}
}

func TestAChangeCountsFromTheNextGetOn(t *testing.T) {
	c := newClock()
	s, path := open(t, c, "hook/a: { signing_secret: um }\n")
	write(t, path, "hook/a: { signing_secret: outro }\n", c.at.Add(time.Second))
	if got := values(t, s, "hook/a")["signing_secret"]; got != "outro" {
		t.Errorf("got %q", got)
	}
	write(t, path, "hook/b: { signing_secret: b }\n", c.at.Add(2*time.Second))
	if _, err := s.Get(t.Context(), "hook/a"); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("a secret that was taken out: %v", err)
	}
}

func TestAVersionTellsASecretsValuesFromOthers(t *testing.T) {
	c := newClock()
	version := func(text string) string {
		t.Helper()
		s, _ := open(t, c, text)
		found, err := s.Get(t.Context(), "omie/estudio")
		if err != nil {
			t.Fatal(err)
		}
		return found.Version
	}
	first := version(good)
	seen := map[string]string{first: "the example"}
	for name, text := range map[string]string{
		"another key":    "omie/estudio: { app_key: \"1234567890124\", app_secret: 0123456789abcdef0123456789abcdef }\n",
		"another secret": "omie/estudio: { app_key: \"1234567890123\", app_secret: 0123456789abcdef0123456789abcdee }\n",
		"changed places": "omie/estudio: { app_key: 0123456789abcdef0123456789abcdef, app_secret: \"1234567890123\" }\n",
	} {
		got := version(text)
		if other, taken := seen[got]; taken || got == "" {
			t.Errorf("%s has the version of %s", name, other)
		}
		if strings.Contains(text, got) {
			t.Errorf("%s: the version %q is of the values", name, got)
		}
		seen[got] = name
	}
	if again := version("# a remark\nomie/estudio:\n  app_secret: 0123456789abcdef0123456789abcdef\n  app_key: \"1234567890123\"\n"); again != first {
		t.Errorf("the same values, written otherwise, have version %q and %q", first, again)
	}
}

func TestARefreshReadsWhatLooksUnchangedOnceAMinute(t *testing.T) {
	c := newClock()
	s, path := open(t, c, "hook/a: { signing_secret: v1 }\nhook/b: { signing_secret: v1 }\n")
	modified := c.at
	rewrite := func(v string) {
		write(t, path, "hook/a: { signing_secret: "+v+" }\nhook/b: { signing_secret: "+v+" }\n", modified)
	}
	expect := func(step, name, want string, get func() (secret.Secret, error)) {
		t.Helper()
		found, err := get()
		if err != nil || found.Values["signing_secret"] != want {
			t.Errorf("%s: %s is %v, %v, want %s", step, name, found.Values, err, want)
		}
	}
	get := func(name string) func() (secret.Secret, error) {
		return func() (secret.Secret, error) { return s.Get(t.Context(), name) }
	}
	refresh := func(name string) func() (secret.Secret, error) {
		return func() (secret.Secret, error) { return s.Refresh(t.Context(), name, c.at) }
	}

	rewrite("v2")
	expect("same size and time", "hook/a", "v1", get("hook/a"))
	expect("read a moment ago", "hook/a", "v1", refresh("hook/a"))
	c.at = c.at.Add(time.Minute)
	expect("the first refresh", "hook/a", "v2", refresh("hook/a"))
	rewrite("v3")
	c.at = c.at.Add(59 * time.Second)
	expect("59 s later", "hook/a", "v2", refresh("hook/a"))
	expect("another name", "hook/b", "v2", refresh("hook/b"))
	rewrite("v4")
	c.at = c.at.Add(time.Second)
	expect("a minute later", "hook/a", "v4", refresh("hook/a"))
	rewrite("v5")
	expect("at once again", "hook/a", "v4", refresh("hook/a"))
}

func TestAFileThatBecameWrongChangesNothingAndIsToldOnce(t *testing.T) {
	c := newClock()
	s, path := open(t, c, "hook/a: { signing_secret: bom }\n")
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	for step, broken := range []string{"hook/a: { signing_secret: segredo-novo\n", "hook/a: { signing_secret: }\n", ""} {
		write(t, path, broken, c.at.Add(time.Duration(step+1)*time.Second))
		if broken == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		log.Reset()
		for range 3 {
			if got := values(t, s, "hook/a")["signing_secret"]; got != "bom" {
				t.Fatalf("step %d: got %q", step, got)
			}
		}
		if n := strings.Count(log.String(), "level=WARN"); n != 1 {
			t.Errorf("step %d was told %d times: %s", step, n, log.String())
		}
		if strings.Contains(log.String(), "segredo-novo") {
			t.Errorf("the log shows a secret: %s", log.String())
		}
	}
	write(t, path, "hook/a: { signing_secret: de-volta }\n", c.at.Add(time.Hour))
	if got := values(t, s, "hook/a")["signing_secret"]; got != "de-volta" {
		t.Errorf("after mending: %q", got)
	}
}

func TestNothingOpensWithoutAGoodFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.yaml")
	if _, err := file.Open(path, options(newClock().now)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	write(t, path, "hook/a: { signing_secret: }\n", newClock().at)
	_, err := file.Open(path, options(newClock().now))
	var problems yaml.Problems
	if !errors.As(err, &problems) || problems.Error() != path+":1:11: hook/a.signing_secret: is empty" {
		t.Errorf("a wrong file: %v", err)
	}
}

func TestAFileThatOthersCanReadIsWarnedOf(t *testing.T) {
	if runtime.GOOS == "windows" {
		return
	}
	for mode, want := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o620: true} {
		path := filepath.Join(t.TempDir(), "secrets.yaml")
		write(t, path, good, newClock().at)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		s, err := file.Open(path, options(newClock().now))
		if err != nil {
			t.Fatal(err)
		}
		w := s.Warnings()
		if (len(w) == 1 && strings.Contains(w.Error(), "others on this machine can read it")) != want {
			t.Errorf("%s: %v", mode, w)
		}
	}
}

// A writer that is caught in the middle, under a clock too coarse for its two writes.
func TestAFileThatWasHalfWrittenIsReadAgainASecondLater(t *testing.T) {
	c := newClock()
	s, path := open(t, c, "hook/a: { signing_secret: v1 }\n")
	modified := c.at.Add(time.Minute)
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	write(t, path, "hook/a: { signing_secret: v2 \n\n", modified)
	is := func(want string) {
		t.Helper()
		if got := values(t, s, "hook/a")["signing_secret"]; got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
	is("v1")
	write(t, path, "hook/a: { signing_secret: v2 }\n", modified)
	c.at = c.at.Add(time.Second - 1)
	is("v1")
	c.at = c.at.Add(1)
	is("v2")

	// Once: strangers can have it looked at as often as they like.
	write(t, path, "hook/a: { signing_secret: v3 \n\n", modified.Add(time.Minute))
	is("v2")
	c.at = c.at.Add(time.Second)
	is("v2")
	write(t, path, "hook/a: { signing_secret: v3 }\n", modified.Add(time.Minute))
	c.at = c.at.Add(time.Minute - 1)
	is("v2")
	c.at = c.at.Add(1)
	is("v3")
	if n := strings.Count(log.String(), "can't be read again"); n != 2 {
		t.Errorf("two causes were told %d times: %s", n, log.String())
	}
}

func TestAWarningIsToldWhenItComesAndNotAtEachRead(t *testing.T) {
	c := newClock()
	s, path := open(t, c, "hook/a: { signing_secret: a-long-enough-one }\n")
	var log bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	write(t, path, "hook/a: { signing_secret: short }\n", c.at.Add(time.Second))
	for range 5 {
		c.at = c.at.Add(time.Hour)
		if _, err := s.Refresh(t.Context(), "hook/a", c.at); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "fewer than 16 bytes"); n != 1 {
		t.Errorf("told %d times: %s", n, log.String())
	}
}

func TestWhereOrdersAreRealNoValueOfTheExampleIsTaken(t *testing.T) {
	c := newClock()
	const mine, example = "hook/a: { signing_secret: my-own-long-secret }\n", "hook/a: { signing_secret: not-a-real-hottok }\n"
	path := filepath.Join(t.TempDir(), "secrets.yaml")
	write(t, path, example, c.at)
	var problems yaml.Problems
	if _, err := file.Open(path, really(c.now)); !errors.As(err, &problems) || !strings.Contains(err.Error(), "hook/a.signing_secret: is a value of secrets.example.yaml") {
		t.Fatalf("%v", err)
	}
	write(t, path, mine, c.at)
	s, err := file.Open(path, really(c.now))
	if err != nil {
		t.Fatal(err)
	}
	s.Log = slog.New(slog.DiscardHandler)
	write(t, path, example, c.at.Add(time.Second))
	if got := values(t, s, "hook/a")["signing_secret"]; got != "my-own-long-secret" {
		t.Errorf("a change to the example's was taken: %s", got)
	}
}

// Everything in secrets.example.yaml can be known by its value.
func TestEveryValueOfTheShippedExampleIsRefused(t *testing.T) {
	b, err := os.ReadFile("../../../secrets.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?m)^#(\S|  )`).ReplaceAllString(string(b), "$1")
	text = regexp.MustCompile(`(?m)^( +)# ([a-z_]+): `).ReplaceAllString(text, "$1$2: ")
	all, problems := file.Parse("s.yaml", []byte(text), options(nil))
	if problems.Errors() != nil {
		t.Fatal(problems)
	}
	want := 0
	for _, s := range all {
		want += len(s.Values) + len(s.Previous)
	}
	path := filepath.Join(t.TempDir(), "secrets.yaml")
	write(t, path, text, newClock().at)
	_, err = file.Open(path, really(newClock().now))
	if !errors.As(err, &problems) || len(problems) != want || want < 10 {
		t.Errorf("%d values, and these are refused:\n%v", want, err)
	}
}

func TestNobodyChangesAnothersSecret(t *testing.T) {
	s, _ := open(t, newClock(), good)
	first, err := s.Get(t.Context(), "hook/cursos")
	if err != nil {
		t.Fatal(err)
	}
	first.Values["signing_secret"], first.Previous["signing_secret"] = "mine", "mine"
	second, err := s.Get(t.Context(), "hook/cursos")
	if err != nil || second.Values["signing_secret"] != "hottok-novo-da-loja" || second.Previous["signing_secret"] != "hottok-antigo-da-loja" {
		t.Errorf("got %v, %v", second, err)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	c := newClock()
	s, path := open(t, c, good)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if _, err := s.Get(t.Context(), "hook/cursos"); err != nil {
					t.Error(err)
				}
				if _, err := s.Refresh(t.Context(), "omie/estudio", c.at); err != nil {
					t.Error(err)
				}
				s.Warnings()
			}
		})
	}
	for i := range 20 {
		modified := c.at.Add(time.Duration(i+1) * time.Second)
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}

// hidden stands for a value in the files below; no problem may repeat it.
const hidden = "S3GR3D0"

func TestAWrongFileIsToldWhereAndNeverWhatItHides(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"empty value", "hook/a: { signing_secret: \"\" }", "s.yaml:1:11: hook/a.signing_secret: is empty"},
		{"spaces only", "hook/a: { signing_secret: \"  \" }", "s.yaml:1:11: hook/a.signing_secret: is empty"},
		{"no value", "omie/e:\n  app_key:\n  app_secret: " + hidden, "s.yaml:2:3: omie/e.app_key: is empty"},
		{"no fields", "hook/a:\n", "s.yaml:1:1: hook/a: must have fields: signing_secret, previous_signing_secret, previous_signing_secret_since"},
		{"not an object", "hook/a: " + hidden, "s.yaml:1:1: hook/a: must have fields: signing_secret, previous_signing_secret, previous_signing_secret_since"},
		{"a store without fields", "store/a: {}", "s.yaml:1:1: store/a: must have fields"},
		{"missing fields", "omie/e: { app_key: 1 }\nsensio/l: { app_secret: " + hidden + " }\nhook/a: { previous_signing_secret: \"" + hidden + " and more\", previous_signing_secret_since: 2026-11-30 }",
			"s.yaml:1:1: omie/e.app_secret: is missing\ns.yaml:2:1: sensio/l.app_key: is missing\ns.yaml:3:1: hook/a.signing_secret: is missing"},
		{"wrong prefix", "stripe/x: { k: v }\nprod/omie/e: { k: v }\nomie: { k: v }\nOmie/e: { k: v }\nhook/A: { k: v }\nhook/a/b: { k: v }\n" + hidden + ": { k: v }",
			strings.Join([]string{"s.yaml:1:1", "s.yaml:2:1", "s.yaml:3:1", "s.yaml:4:1", "s.yaml:5:1", "s.yaml:6:1", "s.yaml:7:1"},
				": is not the name of a secret; a secret's name is omie/<account>, sensio/<account>, hook/<connection>, store/<connection> or notify/<receiver>\n") +
				": is not the name of a secret; a secret's name is omie/<account>, sensio/<account>, hook/<connection>, store/<connection> or notify/<receiver>"},
		{"a list", "hook/a: { signing_secret: [" + hidden + "] }", "s.yaml:1:11: hook/a.signing_secret: must be a text in quotes"},
		{"true", "hook/a: { signing_secret: true }", "s.yaml:1:11: hook/a.signing_secret: must be a text in quotes"},
		{"a store's object", "store/a: { token: { a: " + hidden + " } }", "s.yaml:1:12: store/a: must be a text in quotes"},
		{"unknown field", "omie/e: { app_key: 1, app_secret: x, " + hidden + ": y }", "s.yaml:1:38: warning: omie/e: has a field that nothing reads; known: app_key, app_secret"},
		{"previous elsewhere", "omie/e: { app_key: 1, app_secret: x, previous_signing_secret: y }", "s.yaml:1:38: warning: omie/e: has a field that nothing reads; known: app_key, app_secret"},
		{"line end", "hook/a:\n  signing_secret: |\n    " + hidden + " and more\n", "s.yaml:2:3: warning: hook/a.signing_secret: begins or ends with a space or line end, which belongs to the secret as it stands"},
		{"15 bytes", "hook/a: { signing_secret: " + hidden + "-8901234 }\nhook/b: { signing_secret: " + hidden + "-89012345 }", "s.yaml:1:11: warning: hook/a.signing_secret: has fewer than 16 bytes, and can be guessed: take a longer one, if the platform lets you choose it"},
		{"an ERP's and a store's are as they were issued", "omie/e: { app_key: 1, app_secret: x }\nstore/a: { token: x }", ""},
		{"one for two", "hook/a: { signing_secret: " + hidden + "-is-longer }\nhook/b: { signing_secret: " + hidden + "-is-longer }\nhook/c: { signing_secret: another-long-one, previous_signing_secret: " + hidden + "-is-longer, previous_signing_secret_since: 2026-11-30 }",
			"s.yaml:2:11: warning: hook/b.signing_secret: is hook/a's too: who knows the secret of one store could sign for the other; give each its own\n" +
				"s.yaml:3:45: warning: hook/c.previous_signing_secret: is hook/a's too: who knows the secret of one store could sign for the other; give each its own"},
		{"undated", "hook/a: { signing_secret: a-long-enough-one, previous_signing_secret: " + hidden + "-is-longer }",
			"s.yaml:1:71: warning: hook/a.previous_signing_secret: is accepted for as long as it stands there: add previous_signing_secret_since, the day or time of the change, and it is accepted for 24 h from then"},
		{"a date of nothing", "hook/a: { signing_secret: a-long-enough-one, previous_signing_secret_since: 2026-11-30 }",
			"s.yaml:1:77: warning: hook/a.previous_signing_secret_since: dates nothing: there is no previous_signing_secret"},
		{"no date", "hook/a: { signing_secret: a-long-enough-one, previous_signing_secret: another-long-one, previous_signing_secret_since: " + hidden + " }",
			"s.yaml:1:89: hook/a.previous_signing_secret_since: is neither a day like 2026-11-30 nor a time like 2026-11-30T18:00:00-03:00"},
		{"half a date", "hook/a: { signing_secret: a-long-enough-one, previous_signing_secret: another-long-one, previous_signing_secret_since: 2026-11-30T18:00 }",
			"s.yaml:1:89: hook/a.previous_signing_secret_since: is neither a day like 2026-11-30 nor a time like 2026-11-30T18:00:00-03:00"},
		{"an empty date", "hook/a: { signing_secret: a-long-enough-one, previous_signing_secret: another-long-one, previous_signing_secret_since: }",
			"s.yaml:1:89: hook/a.previous_signing_secret_since: is empty"},
		{"twice", "hook/a: { signing_secret: x, signing_secret: " + hidden + " }\nhook/a: { signing_secret: x }",
			"s.yaml:1:30: stands twice in the same place; the first is in line 1\ns.yaml:2:1: stands twice in the same place; the first is in line 1"},
		{"syntax", "hook/a: { signing_secret: \"\\S" + hidden + "\" }", "s.yaml:1:29: is not valid YAML here, or a little before; a text with special characters needs quotes"},
		{"anchor", "hook/a: { signing_secret: &" + hidden + " }", "s.yaml:1:27: anchors (&) are not supported: write the value out where it is used; a text that begins with & needs quotes"},
		{"text", hidden, "s.yaml:1:1: must be names of secrets with their fields; a secret's name is omie/<account>, sensio/<account>, hook/<connection>, store/<connection> or notify/<receiver>"},
		{"empty file", "# nothing yet\n", ""},
	} {
		_, problems := file.Parse("s.yaml", []byte(row.text), options(nil))
		if diff := cmp.Diff(row.want, problems.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
		if strings.Contains(problems.Error(), hidden) {
			t.Errorf("%s: a problem shows what it must hide: %v", row.name, problems)
		}
	}
}

func FuzzNoProblemShowsWhatTheFileHides(f *testing.F) {
	f.Add("hook/a: { signing_secret: ", " }")
	f.Add("", ": x")
	f.Add("omie/e: {app_key: \"", "")
	f.Add("hook/", ": {}")
	f.Add("hook/a: {", ": 1, signing_secret: x}")
	f.Fuzz(func(t *testing.T, before, after string) {
		const hidden = "Sgrd0zQ9"
		if strings.Contains(before+after, hidden) {
			return
		}
		secrets, problems := file.Parse("s.yaml", []byte(before+hidden+after), options(nil))
		if strings.Contains(problems.Error(), hidden) {
			t.Fatalf("%v", problems)
		}
		if problems.Errors() != nil {
			return
		}
		for name, s := range secrets {
			if strings.HasPrefix(name, "hook/") && s.Values[secret.SigningKey] == "" {
				t.Fatalf("%s has no signing secret", name)
			}
		}
	})
}

// options are those of a file with the secrets of two kinds of ERP.
func options(now func() time.Time) file.Options {
	keys := []string{"app_key", "app_secret"}
	return file.Options{Now: now, Kinds: map[string][]string{"omie": keys, "sensio": keys}}
}

func really(now func() time.Time) file.Options {
	o := options(now)
	o.Real = true
	return o
}

package awstest_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/proctest"
)

var server awstest.Server

func TestMain(m *testing.M) { server.Main(m) }

func TestAllTestsShareOneServerThatAnswers(t *testing.T) {
	first, second := server.Start(t), server.Start(t)
	if first.URL != second.URL || *first.Config.BaseEndpoint != first.URL {
		t.Fatalf("%s and %s", first.URL, second.URL)
	}
	response, err := http.Get(first.URL + "/moto-api/")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
}

func TestNoTwoNamesAreTheSame(t *testing.T) {
	a, b := awstest.Name("table"), awstest.Name("table")
	if a == b || !strings.HasPrefix(a, "table-") {
		t.Fatalf("%s and %s", a, b)
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	proctest.Starts(t)
	dir := t.TempDir()
	script := "#!/bin/sh\necho no such module: moto >&2\nexit 3\n"
	if err := os.WriteFile(filepath.Join(dir, "moto_server"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	said := failure(t, func(t testing.TB) { new(awstest.Server).Start(t) })
	for _, want := range []string{"start moto_server", "exit status 3", "no such module: moto"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in: %s", want, said)
		}
	}
}

func TestWithoutPythonTheTestSaysWhatToInstall(t *testing.T) {
	proctest.Starts(t)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	said := failure(t, func(t testing.TB) { new(awstest.Server).Start(t) })
	if want := "pip install 'moto[server]==5.2.1'"; !strings.Contains(said, want) {
		t.Errorf("%q is missing in: %s", want, said)
	}
}

// A Python that makes virtual environments of itself, and notes what is installed.
const python = `#!/bin/sh
case "$2" in
venv) /bin/mkdir "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
pip) echo "$@" >> "$INSTALLED" ;;
moto.server) echo " * Running on $ADDRESS" >&2; exec /bin/sleep 600 ;;
esac
`

func TestAMissingServerIsInstalledOnceIntoAPlaceOfItsOwn(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "python3"), []byte(python), 0o755); err != nil {
		t.Fatal(err)
	}
	moto := httptest.NewServer(http.NotFoundHandler())
	defer moto.Close()
	installed := filepath.Join(dir, "installed")
	for name, value := range map[string]string{"PATH": dir, "XDG_CACHE_HOME": cache, "HOME": cache, "INSTALLED": installed, "ADDRESS": moto.URL} {
		t.Setenv(name, value)
	}
	for range 2 {
		var s awstest.Server
		s.Start(t)
		s.Stop()
	}
	got, err := os.ReadFile(installed)
	if want := "-m pip install --quiet --disable-pip-version-check moto[server]==5.2.1\n"; err != nil || string(got) != want {
		t.Fatalf("installed (%v):\n%swant:\n%s", err, got, want)
	}
	drafts, err := filepath.Glob(filepath.Join(cache, "*", "draft-*"))
	if err != nil || len(drafts) > 0 {
		t.Fatalf("drafts are left: %v %v", drafts, err)
	}
}

// failure runs do with a test that records why it failed.
func failure(t *testing.T, do func(testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(r)
	}()
	<-done
	return r.said
}

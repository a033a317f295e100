package awstest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/awstest"
)

// A Python that lacks a module until it is installed into a virtual environment.
const lacking = `#!/bin/sh
case "$2" in
venv) /bin/mkdir "$3/bin" && /bin/cp "$0" "$3/bin/python" ;;
pip) [ -z "$REFUSED" ] || { echo no route to pypi >&2; exit 1; }; echo "$@" >> "$INSTALLED" ;;
"import "*) exit 1 ;;
esac
`

func TestModulesThatAreMissingAreInstalledOnceOrNamed(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "python3"), []byte(lacking), 0o755); err != nil {
		t.Fatal(err)
	}
	installed := filepath.Join(dir, "installed")
	for name, value := range map[string]string{"PATH": dir, "XDG_CACHE_HOME": cache, "HOME": cache, "INSTALLED": installed, "REFUSED": "1"} {
		t.Setenv(name, value)
	}
	_, err := awstest.Python("cfnlint, samtranslator", "cfn-lint==1.51.0")
	if err == nil || !strings.Contains(err.Error(), "run `pip install 'cfn-lint==1.51.0'`") || !strings.Contains(err.Error(), "no route to pypi") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("it says %v", err)
	}

	t.Setenv("REFUSED", "")
	for range 2 {
		name, err := awstest.Python("cfnlint, samtranslator", "cfn-lint==1.51.0")
		if err != nil || name == "python3" {
			t.Fatal(name, err)
		}
	}
	got, err := os.ReadFile(installed)
	if want := "-m pip install --quiet --disable-pip-version-check cfn-lint==1.51.0\n"; err != nil || string(got) != want {
		t.Fatalf("installed (%v):\n%swant:\n%s", err, got, want)
	}
}

func TestAPythonThatHasTheModulesIsTaken(t *testing.T) {
	if name, err := awstest.Python("json, sys", "nothing"); err != nil || name != "python3" {
		t.Fatal(name, err)
	}
}

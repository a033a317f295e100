package awstest

import (
	_ "embed" // kept.py
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// requirement is the version that the tests were written against: its faults are
// known.
const requirement = "moto[server]==5.2.1"

// motoServer finds the server, or installs it into a virtual environment of its
// own in the user's cache.
func motoServer() (name string, args []string, err error) {
	if path, err := exec.LookPath("moto_server"); err == nil {
		return path, nil, nil
	}
	if name, err = cached(requirement); err != nil {
		return "", nil, fmt.Errorf("these tests need moto_server on the PATH: run `pip install '%s'`, since doing so failed: %w", requirement, err)
	}
	return name, []string{"-m", "moto.server"}, nil
}

//go:embed kept.py
var kept string

// keptServer is one that keeps what it has in a file while it is stopped.
func keptServer(file string) (name string, args []string, err error) {
	name, err = Python("moto.server", requirement)
	return name, []string{"-c", kept, file}, err
}

// Python finds a Python that has these modules ("cfnlint, samtranslator"), or
// installs the requirement that brings them ("cfn-lint==1.51.0") into a virtual
// environment of its own in the user's cache.
func Python(modules, requirement string) (name string, err error) {
	if run("python3", "-c", "import "+modules) == nil {
		return "python3", nil
	}
	if name, err = cached(requirement); err != nil {
		return "", fmt.Errorf("these tests need a python3 that has %s: run `pip install '%s'`, since doing so failed: %w", modules, requirement, err)
	}
	return name, nil
}

// cached is installed in the user's cache.
func cached(requirement string) (python string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return installed(filepath.Join(cache, "carimbo"), requirement)
}

// installed returns the Python of a virtual environment that has what is required.
// It is made beside its place and moved there whole: several test binaries may
// want it at once, and one that was killed leaves nothing half made in its place.
func installed(cache, requirement string) (python string, err error) {
	place := filepath.Join(cache, strings.NewReplacer("[", "-", "]", "", "==", "-").Replace(requirement))
	if _, err := os.Stat(pythonOf(place)); err == nil {
		return pythonOf(place), nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(cache, "draft-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(draft)
	if err := run("python3", "-m", "venv", draft); err != nil {
		return "", err
	}
	if err := run(pythonOf(draft), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement); err != nil {
		return "", err
	}
	if err := os.Rename(draft, place); err != nil {
		if _, missing := os.Stat(pythonOf(place)); missing != nil {
			return "", err
		}
	}
	return pythonOf(place), nil
}

func pythonOf(environment string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(environment, "Scripts", "python.exe")
	}
	return filepath.Join(environment, "bin", "python")
}

func run(name string, args ...string) error {
	said, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		// Its last line is the reason.
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, lines[len(lines)-1])
	}
	return nil
}

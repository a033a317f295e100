//go:build !race

package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/proctest"
)

const (
	root = "../../.."
	// required, in the environment, makes a failure of what is skipped elsewhere: a
	// browser that isn't there.
	required = "CARIMBO_BROWSER"
	// axeFile is what .ci/browser gets, which knows its version and its checksum.
	axeFile = "build/axe.min.js"
)

// browser is a Chromium that ends with its test, and what looks for faults in its pages.
type browser struct {
	ctx context.Context
	axe string
}

// start has Chromium run until the test ends.
func start(t *testing.T) *browser {
	t.Helper()
	proctest.Starts(t)
	program, axe := chromium(t), axeCore(t)
	// Not the test's context: that is done before the browser is closed.
	ctx, cancel := context.WithTimeout(context.Background(), clocktest.Hang)
	t.Cleanup(cancel)
	dir, err := os.MkdirTemp("", "carimbo-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.WSURLReadTimeout(clocktest.Hang),
		chromedp.UserDataDir(dir),
		chromedp.WindowSize(desktop.width, desktop.height),
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		// Nothing on the way to another machine, not even a name that is asked for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"),
		// Its scroll bars take no room, as on a phone: what is too wide is measured.
		chromedp.Flag("hide-scrollbars", true),
		// It asks for pages in Portuguese, as most who will read these.
		chromedp.Flag("accept-lang", "pt-BR,pt"),
		chromedp.Env("LANG=C.UTF-8", "TMPDIR="+dir),
	)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(end)
	ctx, stop := chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf), chromedp.WithLogf(t.Logf))
	t.Cleanup(stop)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) }) // in order; what is left of it is killed
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("%s doesn't start: %v", program, err)
	}
	return &browser{ctx, axe}
}

// chromium is the browser of this machine.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "there is no Chromium")
	return ""
}

// axeCore is the text of the program that looks for what keeps people from using a page.
func axeCore(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, axeFile))
	if err != nil {
		missing(t, axeFile+" is missing")
	}
	return string(b)
}

// missing skips the test where people work, and fails it where everything has to run.
func missing(t *testing.T, what string) {
	t.Helper()
	how := what + ": .ci/browser gets it, from Debian and npm"
	if os.Getenv(required) == "required" {
		t.Fatal(how)
	}
	t.Skip(how)
}

//go:build !race

package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long one thing may take to come about in a page.
const patience = time.Minute

// screen is what a page is shown on, in CSS pixels.
type screen struct {
	width, height int
	phone         bool
}

var (
	desktop = screen{width: 1280, height: 800}
	phone   = screen{width: 390, height: 844, phone: true}
)

// tab is one page of the browser, with everything that went wrong in it.
type tab struct {
	t    *testing.T
	ctx  context.Context
	axe  string
	host string
	// clicks are those of a person, since the count began; words are what was on the
	// screen to be read at each of them.
	clicks, words int

	// forgiven is what faults have in their words that are expected now; empty for none.
	forgiven string

	mu     sync.Mutex
	faults []string
	asides sync.WaitGroup
}

// tab opens an empty page, which may ask the
// host (with its port) alone.
func (b *browser) tab(t *testing.T, host string) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	p := &tab{t: t, ctx: ctx, axe: b.axe, host: host}
	t.Cleanup(func() {
		p.asides.Wait()
		closeTab()
	})
	chromedp.ListenTarget(ctx, p.hear)
	// What runs first owns the page: no limit of one wait may end that.
	if err := chromedp.Run(ctx, log.Enable(), network.Enable(), page.Enable(), runtime.Enable()); err != nil {
		t.Fatalf("open a page: %v", err)
	}
	// A page in the background isn't refreshed.
	p.do("bring the page to the front", page.BringToFront())
	p.on(desktop)
	return p
}

// do runs actions of a person that take no waiting, and fails the test with what they are.
func (p *tab) do(what string, actions ...chromedp.Action) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v%s", what, err, p.state())
	}
}

// hear notes what goes wrong in the page: what its scripts throw, what the browser
// complains of, what the server refuses, what it asks of others.
func (p *tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.note("a script threw: %s", e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.APITypeLog && e.Type != runtime.APITypeDebug && e.Type != runtime.APITypeInfo {
			p.note("a script says %s: %s", e.Type, said(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			p.note("the browser says %s of %s: %s %s", e.Entry.Level, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Host != p.host && u.Scheme != "data" && u.Scheme != "about" {
			p.note("the page asks %s", e.Request.URL)
		}
	case *page.EventJavascriptDialogOpening:
		p.note("a script opens a dialog: %s", e.Message)
		p.asides.Go(func() { _ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(true)) })
	}
}

func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, string(a.Value)+a.Description)
	}
	return strings.Join(words, " ")
}

func (p *tab) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

// heard is what went wrong since it was last asked.
func (p *tab) heard() []string {
	p.t.Helper()
	// What the page has done until now has been told of when its own answer comes.
	p.do("ask for faults", chromedp.Evaluate("1", nil))
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.faults = nil }()
	return p.faults
}

// clean fails the test for everything that went wrong so far.
func (p *tab) clean(where string) {
	p.t.Helper()
	for _, fault := range p.heard() {
		if p.forgiven == "" || !strings.Contains(fault, p.forgiven) {
			p.t.Errorf("%s: %s", where, fault)
		}
	}
}

// on shows the page on a screen.
func (p *tab) on(s screen) {
	p.t.Helper()
	p.do("change the screen", emulation.SetDeviceMetricsOverride(int64(s.width), int64(s.height), 1, s.phone))
}

// scheme is light or dark, as the person's system asks for it.
func (p *tab) scheme(name string) {
	p.t.Helper()
	p.do("change the colours", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}))
}

// open goes to the URL, as one who has typed it.
func (p *tab) open(url string) {
	p.t.Helper()
	p.do("open "+url, chromedp.Navigate(url))
}

// press clicks on the element once a person could: it is on the screen, and nothing lies
// over it. It counts the click, and what could be read before. All of it is one step for
// the page, whose parts are refreshed meanwhile.
func (p *tab) press(selector string) {
	p.t.Helper()
	p.await("something to press at "+selector, visible(selector))
	p.words += p.count()
	p.clicks++
	p.poll("nothing over "+selector, `(e => {
		e.scrollIntoView({block: 'center', behavior: 'instant'})
		const at = e.getClientRects()[0], hit = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2)
		if (e.disabled || !hit || hit != e && !e.contains(hit)) return false
		window.pressed = true
		e.focus()
		e.click()
		return true
	})(document.querySelector(`+strconv.Quote(selector)+`))`, false)
}

// follow presses what leads to another page, and waits until the selector is on it.
func (p *tab) follow(selector, arrival string) {
	p.t.Helper()
	p.press(selector)
	p.await("a page with "+arrival+" after "+selector, "!window.pressed && document.readyState == 'complete' && "+visible(arrival))
}

// write puts the text into a field, in the place of what is in it.
func (p *tab) write(selector, text string) {
	p.t.Helper()
	p.await("a field at "+selector, visible(selector))
	field := "document.querySelector(" + strconv.Quote(selector) + ")"
	p.do("write into "+selector, chromedp.Evaluate(field+".focus(), "+field+".select()", nil), input.InsertText(text))
	p.await("the text in "+selector, field+".value == "+strconv.Quote(text))
}

// visible is the condition that a person sees the element.
func visible(selector string) string {
	return "!!document.querySelector(" + strconv.Quote(selector) + ")?.checkVisibility({visibilityProperty: true})"
}

// await looks until the condition, an expression of JavaScript, is true.
func (p *tab) await(what, condition string) {
	p.t.Helper()
	p.poll(what, condition, true)
}

// poll is await. Between two pages there is none that could be asked: that is no fault for
// who only looks, and lets nobody do something twice.
func (p *tab) poll(what, condition string, looks bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		var holds bool
		err := chromedp.Run(ctx, chromedp.Evaluate("Boolean("+condition+")", &holds))
		if err == nil && holds {
			return
		}
		if err != nil && !looks {
			p.t.Fatalf("there is not %s: %v%s", what, err, p.state())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("there is not %s: %s never held%s", what, condition, p.state())
		}
	}
}

// text is what a person reads at the selector; empty if there is nothing.
func (p *tab) text(selector string) string {
	p.t.Helper()
	var text string
	p.do("read "+selector, chromedp.Evaluate("document.querySelector("+strconv.Quote(selector)+")?.innerText ?? ''", &text))
	return strings.TrimSpace(text)
}

// is asks the page.
func (p *tab) is(condition string) (holds bool) {
	p.t.Helper()
	p.do("ask "+condition, chromedp.Evaluate("Boolean("+condition+")", &holds))
	return holds
}

// count is how many words are on the screen, without scrolling.
func (p *tab) count() (words int) {
	p.t.Helper()
	p.do("count words", chromedp.Evaluate(`(() => {
		let words = 0, texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
		for (let n; n = texts.nextNode();) {
			if (!n.parentElement.checkVisibility({visibilityProperty: true})) continue
			const range = document.createRange()
			range.selectNodeContents(n)
			const at = range.getBoundingClientRect()
			if (at.width > 1 && at.bottom > 0 && at.top < innerHeight) words += n.data.split(/\s+/).filter(Boolean).length
		}
		return words
	})()`, &words))
	return words
}

// tooWide is by how many pixels the page is wider than its screen.
func (p *tab) tooWide() (pixels int) {
	p.t.Helper()
	p.do("measure", chromedp.Evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - "+
		"Math.min(innerWidth, document.documentElement.clientWidth, screen.width)", &pixels))
	return pixels
}

// state is what the page shows when something is amiss.
func (p *tab) state() string {
	var where, text string
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Location(&where), chromedp.Evaluate("document.body.innerText", &text)); err != nil {
		return "\nand the page doesn't answer: " + err.Error()
	}
	if len(text) > 3000 {
		text = text[:3000] + " ..."
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("\nat %s, where this stands:\n%s\n%s", where, text, strings.Join(p.faults, "\n"))
}

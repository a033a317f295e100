//go:build !race

package browsertest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// violation is what axe-core finds wrong with a page.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

// grave are the violations that keep some people from using a page at all, or nearly.
func (v violation) grave() bool { return v.Impact == "serious" || v.Impact == "critical" }

func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for _, n := range v.Nodes {
		fmt.Fprintf(&b, "\n  %s\n    %s", n.HTML, strings.ReplaceAll(n.FailureSummary, "\n", "\n    "))
	}
	return b.String()
}

// audit has axe-core look for grave faults in the page as it is shown now, by these rules,
// or by all.
func (p *tab) audit(rules ...string) (found []violation) {
	p.t.Helper()
	// Its own requests for style sheets are left out: the page may ask for nothing more.
	options := map[string]any{"resultTypes": []string{"violations"}, "preload": false}
	if len(rules) > 0 {
		options["runOnly"] = rules
	}
	text, err := json.Marshal(options)
	if err != nil {
		p.t.Fatal(err)
	}
	if !p.is("window.axe") {
		p.do("bring axe-core in", chromedp.Evaluate(p.axe+"; 1", nil))
	}
	var all []violation
	p.do("look for what keeps people out", chromedp.Evaluate("axe.run(document, "+string(text)+").then(r => r.violations)", &all,
		func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	for _, v := range all {
		if v.grave() {
			found = append(found, v)
		}
	}
	return found
}

// fit checks what holds of each page: it is fit for a phone and for a desktop, in light
// and dark, for people who can't see it or use a mouse, and nothing goes wrong in it.
func (p *tab) fit(where string) {
	p.t.Helper()
	p.scheme("dark")
	p.isOpenToAll(where+", in the dark", "color-contrast", "link-in-text-block")
	p.scheme("light")
	p.isOpenToAll(where)
	p.on(phone)
	p.fits(where)
	p.isOpenToAll(where + ", on a phone")
	p.on(desktop)
	p.clean(where)
}

func (p *tab) isOpenToAll(where string, rules ...string) {
	p.t.Helper()
	for _, v := range p.audit(rules...) {
		p.t.Errorf("%s: %s", where, v)
	}
}

// fits checks that nobody has to scroll to the side.
func (p *tab) fits(where string) {
	p.t.Helper()
	if over := p.tooWide(); over > 0 {
		p.t.Errorf("%s is %d pixels wider than the screen%s", where, over, p.widest())
	}
}

// widest names what reaches beyond the screen.
func (p *tab) widest() (text string) {
	p.t.Helper()
	p.do("look for what is too wide", chromedp.Evaluate(`[...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > screen.width + 1).
		slice(0, 5).map(e => '\n  ' + e.outerHTML.slice(0, 200)).join('')`, &text))
	return text
}

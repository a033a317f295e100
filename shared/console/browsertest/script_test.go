//go:build !race

package browsertest

import (
	"flag"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var update = flag.Bool("update", false, "take the pictures of docs/images anew")

const (
	// mostClicks is how many clicks somebody who sees the console for the first time
	// needs at most, from a refusal to the document.
	mostClicks = 6
	// mostWords is how much there is to be read on its way at most, everything counted
	// that is on the screens: two minutes, for who skips nothing.
	mostWords = 400
)

// What a person does in the console, from the one-time link on, as a person does it. The
// parts follow upon one another.
func TestAnOperatorsDayInABrowser(t *testing.T) {
	b := start(t)
	s := openShop(t)
	s.demoData()
	p := b.tab(t, s.console())
	p.enter(s)
	for _, part := range []struct {
		name string
		do   func(*tab, *shop)
	}{
		{"what is refused is mended", (*tab).mends},
		{"one is dismissed", (*tab).dismisses},
		{"filters and pages", (*tab).looksAround},
		{"many are retried at once", (*tab).retriesMany},
		{"how it goes", (*tab).seesHowItGoes},
		{"what strangers write is text", (*tab).readsStrangers},
		{"no script is needed", (*tab).managesWithoutScripts},
		{"no link opens twice", (*tab).leaves},
	} {
		t.Run(part.name, func(t *testing.T) {
			p.t, s.t = t, t
			part.do(p, s)
			p.clean(part.name)
		})
	}
}

// enter opens the one-time link, and waits until the orders are there.
func (p *tab) enter(s *shop) {
	p.t.Helper()
	p.open(s.link)
	p.await("the order that is mapped", row(mapped, "created"))
	p.await("the order that isn't", row(unmapped, "rejected"))
	p.await("all orders", `document.querySelectorAll('#orders [data-state=created]').length == 4`)
	if !p.is(`document.querySelector('link[rel~=icon]')`) {
		p.t.Error("without an icon of the page's own a browser asks for /favicon.ico")
	}
	p.fit("the list")
	p.picture("console-orders")
	p.on(phone)
	p.picture("console-phone")
	p.on(desktop)
}

// row is the condition that the order is on the list, in the state.
func row(key, state string) string {
	return visible(`#orders [data-key="` + key + `"][data-state="` + state + `"]`)
}

// unmappedSKU is what the reason says of an SKU that isn't mapped: which it is, and where
// it has to be.
var unmappedSKU = regexp.MustCompile(`SKU ["“]([^"”]+)["”].*erps\.([a-z-]+)\.services`)

// mends is the promise: from the refusal to the document, within a minute.
func (p *tab) mends(s *shop) {
	p.clicks, p.words = 0, 0
	p.follow(`#orders [data-key="`+unmapped+`"] .key`, "#reason")
	reason := p.text("#reason")
	p.fit("an order that is refused")
	p.picture("console-order")
	found := unmappedSKU.FindStringSubmatch(reason)
	if found == nil {
		p.t.Fatalf("the reason doesn't say what to do: %s", reason)
	}
	if will := p.text("#retry .will"); will == "" {
		p.t.Error("nothing says what a retry will do")
	}
	s.maps(found[2], found[1])
	p.follow("#retry button[type=submit]", "#said")
	p.await("the document", visible("#live[data-state=created]")+"&&"+visible("#summary [data-field=erp_id]"))
	p.t.Logf("from the refusal to the document: %d clicks, %d words on the screen", p.clicks, p.words)
	if p.clicks > mostClicks || p.words > mostWords {
		p.t.Errorf("it took %d clicks and %d words, and may take %d and %d", p.clicks, p.words, mostClicks, mostWords)
	}
	p.fit("an order that was created")
	p.open("http://" + p.host + "/")
	p.await("the order among those created", row(unmapped, "created"))
}

// maps does in the file what the reason says: it puts the SKU where it says.
func (s *shop) maps(account, sku string) {
	s.t.Helper()
	before := s.read("connections.yaml")
	after := strings.Replace(before, "    services:\n", "    services:\n      "+sku+": { nCodServico: 3846592864 }\n", 1)
	if account != "estudio" || after == before {
		s.t.Fatalf("nothing is mapped in the account %s", account)
	}
	s.write("connections.yaml", after)
}

// dismisses takes one off the list of what needs somebody, and says why.
func (p *tab) dismisses(s *shop) {
	p.open("http://" + p.host + "/?mine=1")
	p.follow(`#orders [data-key="`+wrongCPF+`"] .key`, "#dismiss")
	p.write("#dismiss [name=note]", "Invoiced by hand "+markup)
	p.follow("#dismiss button[type=submit]", "#said")
	p.await("the words in the timeline", `document.querySelector('#timeline').innerText.includes('Invoiced by hand')`)
	p.isText("#timeline", markup)
	p.open("http://" + p.host + "/?mine=1")
	p.await("nothing that needs somebody", visible("#empty"))
	p.fit("a list without an order")
}

// looksAround filters, searches and pages, and reads the address afterwards.
func (p *tab) looksAround(s *shop) {
	for i := range many {
		s.send("turmas", "generic", bulk(100+i, turma), http.StatusOK)
	}
	p.open("http://" + p.host + "/")
	p.await("the last of many orders", row("turmas#7f3d21c6-0"+strconv.Itoa(99+many), "rejected"))
	p.byKeyboard()
	p.follow("#counts [data-state=rejected] a", "#orders")
	p.address(map[string]string{"state": "rejected"})
	if p.is(`document.querySelector('#orders [data-state]:not([data-state=rejected])')`) {
		p.t.Error("there are others than the rejected ones")
	}
	p.follow("#next", "#first")
	p.address(map[string]string{"state": "rejected"})
	p.fit("the second page")
	p.follow("#first", "#next")
	p.write("#q", "HP2640920176")
	p.follow("#apply", "#orders")
	p.address(map[string]string{"q": "HP2640920176", "state": "rejected"})
	p.await("the order that was looked for, alone", `document.querySelectorAll('#orders [data-key]').length == 1 && `+row(wrongCPF, "rejected"))
	p.inTheOtherLanguage()
	p.address(map[string]string{"q": "HP2640920176", "state": "rejected"})
	p.write("#q", "no such order")
	p.follow("#apply", "#empty")
	p.follow("#clear", "#orders")
	p.address(map[string]string{"q": "", "state": ""})
	p.follow("#tab-ignored", "#main")
	p.fit("the calls that were ignored")
	p.inTheOtherLanguage()
}

// byKeyboard goes where Tab and Enter lead: over the head of the page to its contents.
func (p *tab) byKeyboard() {
	p.t.Helper()
	p.do("press Tab", chromedp.KeyEvent(kb.Tab))
	p.await("a way to the contents, on the screen", `(a => a.matches('a[href="#main"]') && a.getBoundingClientRect().left >= 0)(document.activeElement)`)
	p.do("press Enter", chromedp.KeyEvent(kb.Enter))
	p.await("the contents", `document.activeElement.id == 'main'`)
}

// address checks what the URL keeps.
func (p *tab) address(want map[string]string) {
	p.t.Helper()
	var at string
	p.do("read the address", chromedp.Location(&at))
	u, err := url.Parse(at)
	if err != nil {
		p.t.Fatal(err)
	}
	for name, value := range want {
		if got := u.Query().Get(name); got != value {
			p.t.Errorf("%s in the address is %q instead of %q: %s", name, got, value, at)
		}
	}
}

// inTheOtherLanguage changes the language there and back; the page is the same in both.
func (p *tab) inTheOtherLanguage() {
	p.t.Helper()
	here, there := p.language(), "en"
	if here == "en" {
		there = "pt-BR"
	}
	before := p.headings()
	p.follow("#lang", "#lang")
	if got := p.language(); got != there {
		p.t.Errorf("from %s the link leads to %q instead of %q", here, got, there)
	}
	for _, text := range p.headings() {
		if slices.Contains(before, text) && !slices.Contains(sameInBoth, text) {
			p.t.Errorf("%q is the same in both languages", text)
		}
	}
	p.on(phone)
	p.fits("in " + there)
	p.on(desktop)
	p.clean("in " + there)
	p.follow("#lang", "#lang")
	if got := p.language(); got != here {
		p.t.Errorf("the link back leads to %q instead of %q", got, here)
	}
}

// sameInBoth are words that are the same in Portuguese and English.
var sameInBoth = []string{"Total"}

// headings are the words that stand over, before and on what the page has.
func (p *tab) headings() (texts []string) {
	p.t.Helper()
	p.do("read the headings", chromedp.Evaluate(`[...document.querySelectorAll('h1, h2, h3, thead th, label, dt, button, nav a, caption')].
		map(e => e.textContent.trim()).filter(text => /^\p{L}[\p{L} ]+$/u.test(text))`, &texts))
	return texts
}

func (p *tab) language() (tag string) {
	p.t.Helper()
	p.do("read the language", chromedp.Evaluate("document.documentElement.lang", &tag))
	return tag
}

// retriesMany mends the SKU of many orders, and retries those that were counted.
func (p *tab) retriesMany(s *shop) {
	s.maps("estudio", turma)
	p.open("http://" + p.host + "/?state=rejected&kind=mapping&connection=turmas")
	p.follow("#retry-all button[type=submit]", "#start")
	p.fit("what a retry of many will do")
	p.picture("console-retry")
	p.press("#start button[type=submit]")
	p.await("what became of them", visible("#results"))
	p.fit("what a retry of many did")
}

// seesHowItGoes reads the page on which everything is summed up.
func (p *tab) seesHowItGoes(*shop) {
	p.open("http://" + p.host + "/")
	p.follow("#tab-health", "#chart")
	p.await("the accounts", visible(`#accounts [data-account=estudio]`))
	p.fit("how it goes")
	p.inTheOtherLanguage()
}

// readsStrangers opens the order in which HTML stands for every word of the buyer, and has
// everything of it shown: it is text, and runs nowhere.
func (p *tab) readsStrangers(s *shop) {
	s.send("loja-online", "shopify", s.hostileOrder(), http.StatusOK)
	p.open("http://" + p.host + "/")
	p.await("the order", row(hostile, "rejected"))
	p.isText("#orders", "#"+markup)
	p.isText("#tasks", script)
	p.open("http://" + p.host + "/order?key=" + url.QueryEscape(hostile))
	p.await("the reason", visible("#reason"))
	p.isText("h1", "#"+markup)
	p.isText("#reason", script)
	p.follow("#reveal button[type=submit]", "#said")
	p.isText("#payload", "Bia "+script)
	p.isText("#payload", "note "+script)
	p.fit("an order whose buyer writes HTML")
	p.inTheOtherLanguage()
	p.open("http://" + p.host + "/?q=" + url.QueryEscape(markup))
	p.await("the order that is called so", row(hostile, "rejected"))
	p.open("http://" + p.host + "/?q=" + url.QueryEscape(markup+"?") + "&connection=" + url.QueryEscape(markup))
	p.await("nothing found", visible("#empty"))
	p.isText("#empty", markup+"?")
}

// isText checks that the text is read as it is at the selector, and has become nothing else.
func (p *tab) isText(selector, text string) {
	p.t.Helper()
	if got := p.text(selector); !strings.Contains(got, text) {
		p.t.Errorf("%s does not show %s: %s", selector, text, got)
	}
	if p.is(`window.ran || document.querySelector('img, [onerror], main script, b')`) {
		p.t.Errorf("%s has become part of the page", text)
	}
}

// managesWithoutScripts reads and retries an order in a browser that runs no scripts.
func (p *tab) managesWithoutScripts(*shop) {
	p.do("turn scripts off", emulation.SetScriptExecutionDisabled(true))
	p.open("http://" + p.host + "/?state=rejected&kind=tax_id")
	p.follow(`#orders [data-key="`+wrongCPF+`"] .key`, "#reason")
	p.follow("#retry button[type=submit]", "#said")
	p.do("turn scripts on", emulation.SetScriptExecutionDisabled(false))
}

// leaves closes the session; the link that opened it opens none again.
func (p *tab) leaves(s *shop) {
	p.forgiven = "401 (Unauthorized)" // as the browser calls each page that tells how to get in
	p.follow("#close", "#locked")
	p.fit("a closed session")
	p.open(s.link)
	p.await("a page that tells how to get in", visible("#locked"))
	p.open("http://" + p.host + "/?state=rejected")
	p.await("a page that tells how to get in", visible("#locked"))
	p.fit("a link that was used")
}

package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets/console.css assets/console.js assets/icon.svg
var assetFiles embed.FS

// pages are the templates in one language, each with the frame around it.
type pages map[string]*template.Template

func parsePages(all map[language]words.Language) (map[language]pages, error) {
	paths, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("find the console's pages: %w", err)
	}
	made := map[language]pages{}
	for l, in := range all {
		made[l] = pages{}
		for _, path := range paths {
			name := strings.TrimPrefix(path, "pages/")
			t, err := template.New(name).Funcs(l.functions(in)).ParseFS(pageFiles, "pages/frame.html", "pages/parts.html", path)
			if err != nil {
				return nil, fmt.Errorf("read the console's pages: %w", err)
			}
			made[l][name] = t
		}
	}
	return made, nil
}

// functions are what the pages of a language say things with.
func (l language) functions(in words.Language) template.FuncMap {
	return template.FuncMap{
		"t":       func(format string, values ...any) string { return words.Say(format, values...).In(in) },
		"say":     func(v any) string { return saidIn(in, v) },
		"label":   func(word any) string { return labelOf(labels, fmt.Sprint(word)).In(in) },
		"step":    func(word string) string { return labelOf(steps, word).In(in) },
		"refusal": func(word string) string { return labelOf(refusals, word).In(in) },
		"hour":    func(t time.Time) string { return t.In(order.SaoPaulo()).Format("15h") },
		"when":    l.clock,
		"exact":   l.exact,
		"money":   l.money,
		"more":    func(keys []string, shown int) int { return len(keys) - shown },
	}
}

// page is what each page has besides its own.
type page struct {
	Lang language
	// Here is the page's own address in the other language.
	Here  string
	Tab   string
	Stack string
	CSRF  string
	Said  []said
	// Live is how often what is live is asked for again, in seconds; 0 for never. Soon has
	// a page without a script loaded again.
	Live, Soon int
	Body       any
	query      url.Values
}

func (c *Console) pageOf(r *http.Request, s *session, body any) page {
	p := page{Lang: languageOf(r), Stack: c.opts.Orders.Site.Stack, Body: body, query: r.URL.Query()}
	if s != nil {
		p.CSRF = s.csrf
	}
	other := url.Values{}
	for name, values := range p.query {
		if name != "token" {
			other[name] = values
		}
	}
	other.Set("lang", string(p.Lang.Other()))
	path := r.URL.Path
	if r.Method != http.MethodGet || s == nil {
		path = "/"
	}
	p.Here = path + "?" + other.Encode()
	return p
}

// Link is an address in the language that the page's address names, if it names one.
func (p page) Link(path string, namesAndValues ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		if namesAndValues[i+1] != "" {
			q.Set(namesAndValues[i], namesAndValues[i+1])
		}
	}
	if l := p.query.Get("lang"); l != "" {
		q.Set("lang", string(p.Lang))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// NamesLang tells whether the page's address names its language.
func (p page) NamesLang() bool { return p.query.Get("lang") != "" }

// Links is Link for pairs that are there already.
func (p page) Links(path string, pairs []string) string { return p.Link(path, pairs...) }

// show renders the page to its end before it answers: a page that fails is none.
func (c *Console) show(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	var out bytes.Buffer
	if err := c.pages[p.Lang][name].ExecuteTemplate(&out, "frame.html", p); err != nil {
		c.opts.Log.ErrorContext(r.Context(), "a page of the console could not be made", "page", name, "cause", err)
		http.Error(w, "The page could not be made: the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.Lang.Tag())
	w.WriteHeader(status)
	_, _ = w.Write(visible(out.Bytes()))
}

// visible has what nobody sees, and what turns what is read around, shown as its number:
// stores and ERPs write into what is shown here.
func visible(text []byte) []byte {
	odd := func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsGraphic(r) }
	if bytes.IndexFunc(text, odd) < 0 {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		if odd(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}

// locked tells how to get in, and nothing else.
func (c *Console) locked(w http.ResponseWriter, r *http.Request, why string) {
	p := c.pageOf(r, nil, why)
	c.show(w, r, http.StatusUnauthorized, "locked.html", p)
}

// fail is a page that says why there is nothing else.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, s *session, status int, why words.Text) {
	c.show(w, r, status, "failed.html", c.pageOf(r, s, why))
}

func (c *Console) nothing(w http.ResponseWriter, r *http.Request, s *session) {
	c.fail(w, r, s, http.StatusNotFound, words.Say("There is no such page."))
}

// asset is how the console looks, which is the same for everybody.
func (c *Console) asset(w http.ResponseWriter, r *http.Request) {
	kind := map[string]string{"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}[r.PathValue("name")]
	if kind == "" {
		c.withSession(c.nothing)(w, r)
		return
	}
	text, err := assetFiles.ReadFile("assets/" + r.PathValue("name"))
	if err != nil {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(text)
}

func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelWarn) }

// moment is a time as a page shows it: local, with UTC where the mouse is over it.
type moment struct {
	At    time.Time
	Local string
}

// ISO is the time for programs.
func (m moment) ISO() string { return m.At.UTC().Format(time.RFC3339) }

// UTC is the time for who compares it with a log.
func (m moment) UTC() string { return m.At.UTC().Format("2006-01-02 15:04:05 UTC") }

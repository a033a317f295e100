package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
	catalogues "github.com/carimbo/carimbo/shared/words/portuguese"
)

// language is one that the pages are read in.
type language string

const (
	portuguese language = "pt"
	english    language = "en"
)

// languages are all of them, the one first that is shown to whoever asks for none of them.
var languages = []language{portuguese, english}

// Other is the one that a link leads to.
func (l language) Other() language {
	if l == english {
		return portuguese
	}
	return english
}

// Tag is the language as in BCP 47.
func (l language) Tag() string {
	if l == english {
		return "en"
	}
	return "pt-BR"
}

// Name is what the language's speakers call it.
func (l language) Name() string {
	if l == english {
		return "English"
	}
	return "Português"
}

// languageOf is the one that the address names or, where it names none, the one that the
// browser asks for most.
func languageOf(r *http.Request) language {
	if l, ok := languageNamed(r.URL.Query().Get("lang")); ok {
		return l
	}
	best, wanted := languages[0], 0.0
	for i, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		if i == 20 {
			break
		}
		tag, weight, weighed := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if weighed {
			q, _ = strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		}
		if l, ok := languageNamed(tag); ok && q > wanted {
			best, wanted = l, q
		}
	}
	return best
}

func languageNamed(tag string) (language, bool) {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	for _, l := range languages {
		if first == string(l) {
			return l, true
		}
	}
	return "", false
}

// readers are the words of each language.
func readers() (map[language]words.Language, error) {
	pt, err := catalogues.Language()
	if err != nil {
		return nil, err
	}
	return map[language]words.Language{portuguese: pt, english: {}}, nil
}

// in is the language of who asks.
func (c *Console) in(r *http.Request) words.Language { return c.words[languageOf(r)] }

// said is what something says in a language.
func saidIn(in words.Language, v any) string {
	switch v := v.(type) {
	case words.Text:
		return v.In(in)
	case interface{ Words() words.Text }:
		return v.Words().In(in)
	}
	return fmt.Sprint(v)
}

// clock is a time as the merchant reads it, to the minute; exact has the seconds.
func (l language) clock(t time.Time) moment {
	return l.moment(t, "02/01/2006 15:04", "2006-01-02 15:04")
}

func (l language) exact(t time.Time) moment {
	return l.moment(t, "02/01/2006 15:04:05", "2006-01-02 15:04:05")
}

func (l language) moment(t time.Time, pt, en string) moment {
	if t.IsZero() {
		return moment{}
	}
	form := pt
	if l == english {
		form = en
	}
	return moment{t, t.In(order.SaoPaulo()).Format(form)}
}

// money is an amount as people write it; what is no amount is left alone.
func (l language) money(currency, amount string) string {
	whole, cents, ok := strings.Cut(amount, ".")
	if l == english || !ok || len(cents) != 2 || strings.Trim(amount, "-.0123456789") != "" {
		return strings.TrimSpace(currency + " " + amount)
	}
	var b strings.Builder
	digits := strings.TrimPrefix(whole, "-")
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	if currency == "BRL" {
		currency = "R$"
	}
	return strings.TrimSpace(currency + " " + whole[:len(whole)-len(digits)] + b.String() + "," + cents)
}

// ago is how long something is, in units that both languages write the same.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

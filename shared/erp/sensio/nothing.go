package sensio

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/words"
)

// absence reads an answer as the proof that there is nothing, of which little is one:
// what it says under any name has to be that nothing is there, and nothing besides. A
// cache, a branch or a page that isn't found is another thing that isn't found.
type absence struct {
	// heard are the words that are addressed to somebody, data all other texts.
	heard, data wire.Words
	// counted: a number or a mark beside the list says that there is more.
	counted bool
	// shown is for a person: what is addressed to one.
	shown words.Text
}

// absenceIn takes an answer apart. The error is the context's.
func (h heard) absenceIn(ctx context.Context, sent wire.Sent) (a absence, err error) {
	texts := &everyText{}
	texts.add("", h.body)
	heard := map[string]bool{}
	for part := range strings.SplitSeq(h.said, "; ") {
		_, text, _ := strings.Cut(part, ": ") // behind the name of its field
		heard[part], heard[text] = true, true
	}
	said := slices.DeleteFunc(texts.said, func(text string) bool { return heard[text] })
	if h.said != "" {
		said = append([]string{h.said}, said...)
	}
	a.shown = cmp.Or(words.Plain(cmp.Or(h.said, strings.Join(texts.warned, "; "))), words.Say("a text, a number or a mark"))
	if a.heard, err = wire.Hear(ctx, strings.Join(said, "; "), sent); err != nil {
		return a, err
	}
	a.data, err = wire.Hear(ctx, strings.Join(texts.data, "; "), sent)
	a.counted = texts.counted
	return a, err
}

// contradicted tells whether something beside an answer without rows says that there
// may be some all the same, or that nobody knows.
func (a absence) contradicted() bool {
	doubtful := slices.Concat(ofTheAccount, []*regexp.Regexp{underWay, tooMany, unstable, noRoute, partial})
	return a.counted || partial.MatchString(a.heard.Shown) || partial.MatchString(a.heard.Whole) || slices.ContainsFunc(doubtful, matching(a.data.Whole))
}

// saysOnly tells whether nothing is said but that there is none of the nouns, and that it
// went well. Without a word that is so, too.
func (a absence) saysOnly(of nothing) bool {
	return !slices.ContainsFunc(sentences(a.heard.Own), func(s string) bool { return !of.none(s) && !consistsOf(s, wellWords) })
}

// saysNone tells whether it is said that there is none of the nouns, and nothing besides.
func (a absence) saysNone(of nothing) bool {
	all := sentences(a.heard.Own)
	bare := func(s string) bool { return notFound.MatchString(s) }
	return slices.ContainsFunc(all, of.none) && !slices.ContainsFunc(all, func(s string) bool { return !of.none(s) && !bare(s) })
}

// saysNotFound tells whether nothing is said but that something isn't found, and no path that
// might be what isn't.
func (a absence) saysNotFound() bool {
	return !slices.ContainsFunc(sentences(a.heard.Own), func(s string) bool { return !notFound.MatchString(s) }) && !strings.Contains(a.data.Whole, "/")
}

// nothing is how to say that there is none of something.
type nothing struct {
	denied, known *regexp.Regexp
}

func nothingOf(nouns string) nothing {
	of := func(pattern string) *regexp.Regexp {
		return regexp.MustCompile(strings.ReplaceAll(pattern, "NOUNS", nouns))
	}
	return nothing{denied: of(deniedNouns), known: of(`^(` + noneWords + `|NOUNS)$`)}
}

// none tells whether a sentence says that there is nothing, in words that are all known.
func (n nothing) none(sentence string) bool {
	return n.denied.MatchString(sentence) && consistsOf(sentence, n.known)
}

// sentences are those of folded words that have any; what follows a colon is about what
// stands before.
func sentences(own string) []string {
	all := strings.FieldsFunc(own, func(r rune) bool { return strings.ContainsRune(";.!?", r) })
	return slices.DeleteFunc(all, func(s string) bool { return !anyWord.MatchString(s) })
}

// consistsOf tells whether all words of a sentence are known, none of them that of a path.
func consistsOf(sentence string, known *regexp.Regexp) bool {
	return !inPath.MatchString(sentence) && !slices.ContainsFunc(anyWord.FindAllString(sentence, -1), func(w string) bool { return !known.MatchString(w) })
}

var (
	anyWord = regexp.MustCompile(`[a-z0-9]+`)
	inCamel = regexp.MustCompile(`([a-z])([A-Z])`)
	inPath  = regexp.MustCompile(`(^|[^a-z0-9])/[a-z0-9]`)
)

// everyText gathers all that an answer says, by whatever name.
type everyText struct {
	said, data []string
	warned     []string // of said
	counted    bool
}

func (t *everyText) add(name string, v any) {
	switch v := v.(type) {
	case string:
		t.text(name, strings.TrimSpace(wire.Plain(v)))
	case json.Number:
		t.counted = t.counted || saysMore(name, scalar(v))
	case bool:
		t.counted = t.counted || v && (moreThere.MatchString(bare(name)) || leadsOn(name))
	case []any:
		for _, element := range v {
			t.add(name, element)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			under := key
			if leadsOn(name) {
				under = name // whatever a link is made of
			}
			t.add(under, v[key])
		}
	}
}

// text: whatever has a blank in it, or stands where messages do, is said to somebody. Any
// other is an id, a word of a list, an address.
func (t *everyText) text(name, text string) {
	lower := strings.ToLower(name)
	switch {
	case isNumber(text):
		t.counted = t.counted || saysMore(name, text)
	case leadsOn(name) && text != "" && !slices.Contains(noID, strings.ToLower(text)):
		t.counted = true
	case !strings.ContainsFunc(text, unicode.IsLetter):
	case slices.Contains(warnedIn, lower):
		t.said, t.warned = append(t.said, text), append(t.warned, text)
	case slices.Contains(saidIn, lower), strings.Contains(text, " ") && !slices.Contains(fieldIn, lower):
		t.said = append(t.said, text)
	default:
		if text = apart(text); isNotFound.MatchString(strings.ToLower(text)) {
			t.said = append(t.said, text)
			return
		}
		t.data = append(t.data, text)
	}
}

// apart is a code as the words that it is made of.
func apart(code string) string {
	return strings.NewReplacer("_", " ", "-", " ").Replace(inCamel.ReplaceAllString(code, "$1 $2"))
}

// saysMore tells whether a number says that there is more than an empty list shows: how many
// there are, the next page, or more pages than one.
func saysMore(name, number string) bool {
	some := strings.Trim(number, "0.-+eE") != ""
	return some && (countIn.MatchString(bare(name)) || leadsOn(name) || pagesIn.MatchString(bare(name)) && number != "1")
}

// leadsOn tells of a name whether what leads to the rest of a list stands under it.
func leadsOn(name string) bool { return nextIn.MatchString(bare(name)) }

func bare(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "", "@", "", ".", "").Replace(strings.ToLower(name))
}

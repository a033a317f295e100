package wire

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Wait is how long an ERP's own words, as in Words.Own, say to wait, in whole seconds and no
// more than longest; the fallback where they say nothing of it. Where several times are
// named the longest counts of those that stand behind a word of waiting ("aguarde", "tente
// novamente em", "bloqueada por"), else the longest of all. What calls are counted by ("240
// requisições em 60 segundos"), what is over ("há 5 minutos") and a time of day ("às 15h")
// are no wait.
func Wait(words string, fallback, longest time.Duration) time.Duration {
	var named, asked time.Duration
	from := 0
	for _, at := range span.FindAllStringIndex(words, -1) {
		before := words[max(from, at[0]-60):at[0]]
		clause := before[strings.LastIndexAny(before, ";!\n")+1:]
		from = at[1]
		switch long := spanOf(words[at[0]:at[1]], longest); {
		case splits(before) || over.MatchString(clause) || lastOf(counted, clause) > lastOf(asksToWait, clause):
		case lastOf(asksToWait, clause) >= 0:
			asked = max(asked, long)
		default:
			named = max(named, long)
		}
	}
	switch {
	case asked > 0:
		return asked
	case named > 0:
		return named
	}
	return fallback
}

const (
	count = `(?:[0-9][0-9.,]*|uma?|meia|one)`
	unit  = `(?:\([a-z ]{3,20}\) ?)?(?:dias?|days?|horas?|hours?|hrs?|h|minut[oa]?s?|minutes?|mins?|m|segundos?|seconds?|segs?|secs?|s)`
)

var (
	// span is a time as it is written: 1 hora e 5 minutos, 1h30min, 1.789,5 segundos. One letter
	// stands for a unit where it ends a word.
	span = regexp.MustCompile(`\b` + count + ` ?` + unit + `(?:(?:,? (?:e|and) |, ?| ?)` + count + ` ?` + unit + `)*(?: e meia)?\b|\b[0-9]{1,2} ?h ?[0-9]{2}\b`)
	part = regexp.MustCompile(`(` + count + `) ?(` + unit + `)?`)
	// asksToWait stands before a time that is to be waited, counted before one that calls are
	// counted by, whichever of the two comes last.
	asksToWait = regexp.MustCompile(`^.*\b(aguard[a-z]+|esper[a-z]+|tent(?:e|ar)|wait|again|retry|repita|volte|restam?|faltam?|remaining|bloque[a-z]+|blocked|suspens[a-z]+|liberad[oa]|desbloque[a-z]+|apos|depois de|daqui a)\b[^0-9;!?]*$`)
	counted    = regexp.MustCompile(`^.*\b(requisic[a-z]+|chamadas?|consultas?|tentativas?|acessos?|vezes|erros?|operac[a-z]+|limites?|requests?|calls?|attempts?|errors?|times|limit)\b[^0-9.;]{0,30}\b(?:em|por|a cada|cada|durante|dentro de|in|per|every|within)(?: (?:menos|apenas|ate|um intervalo) de)?(?: (?:o|a))? ?$`)
	// over stands before one that is over, or a time of day.
	over = regexp.MustCompile(`\b(ultim[oa]s?|ha|ha (menos|cerca) de|menos de|last|past|as|das|at|desde)( (periodo|intervalo|janela) de)? $`)
)

// lastOf is where the last word of the pattern's stands; -1: nowhere.
func lastOf(p *regexp.Regexp, text string) int {
	if at := p.FindStringSubmatchIndex(text); at != nil {
		return at[2]
	}
	return -1
}

// splits tells whether a number begins before the span does.
func splits(before string) bool {
	return before != "" && strings.ContainsAny(before[len(before)-1:], ":.,-/") && len(before) > 1 && before[len(before)-2] >= '0' && before[len(before)-2] <= '9'
}

// spanOf adds up the parts of a span.
func spanOf(text string, longest time.Duration) time.Duration {
	sum := 0.0 // seconds
	last := time.Hour
	text, half := strings.CutSuffix(text, " e meia")
	for _, p := range part.FindAllStringSubmatch(text, -1) {
		each := unitOf(p[2])
		if each == 0 { // 1h30
			each = last / 60
		}
		sum += countOf(p[1]) * each.Seconds()
		last = each
	}
	if half {
		sum += last.Seconds() / 2
	}
	if sum >= longest.Seconds() {
		return longest
	}
	return time.Duration(math.Ceil(sum)) * time.Second
}

func unitOf(name string) time.Duration {
	name = name[strings.LastIndexAny(name, ") ")+1:]
	switch {
	case name == "":
		return 0
	case name[0] == 'd':
		return 24 * time.Hour
	case name[0] == 'h':
		return time.Hour
	case name[0] == 'm':
		return time.Minute
	}
	return time.Second
}

// countOf reads 1.789,5 and 1,789.5, 1789.52 and 1,5. Three digits behind the only sign are
// thousands, unless 0 stands before it: of the two that it may be it is the longer wait.
func countOf(text string) float64 {
	switch text {
	case "um", "uma", "one":
		return 1
	case "meia":
		return 0.5
	}
	text = strings.TrimRight(text, ".,")
	at := strings.LastIndexAny(text, ".,")
	if at >= 0 {
		whole, rest := text[:at], text[at+1:]
		other := strings.ContainsAny(whole, strings.Trim(".,", text[at:at+1]))
		thousands := !other && len(rest) == 3 && whole != "0"
		text = strings.NewReplacer(".", "", ",", "").Replace(whole)
		if !thousands {
			text += "."
		}
		text += rest
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}

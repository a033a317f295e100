package omie

import (
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
)

// method is one of Omie's, in its spelling.
type method string

const (
	incluirOS      method = "IncluirOS"
	consultarOS    method = "ConsultarOS"
	listarClientes method = "ListarClientes"
	incluirCliente method = "IncluirCliente"
)

// How long to wait where Omie says nothing, or nothing that can be read.
const (
	redundantRest  = 61 * time.Second // equal calls are refused for 60 s
	blockRest      = 30 * time.Minute
	concurrentRest = 10 * time.Second
	rateRest       = 60 * time.Second // the limits count per minute
	keyRest        = 5 * time.Minute
	longestRest    = 24 * time.Hour // more than that is no waiting time
)

// outcome says what a call ended in. It is pure: its table is its test. Faults
// come at any HTTP status, most of them with 500, so the body is read first; what
// can't be understood is Lost, because Omie may have written.
//
// A read that found nothing is Absent; one that found something is Present, and a
// written customer is Ready, with the id in ID. The private values never reach
// the answer's text.
func outcome(m method, status int, header http.Header, body []byte, private ...string) erp.Answer {
	if f, ok := readFault(body); ok {
		answer := f.outcome(m, status, header)
		answer.Text = cleanAnswer(f.text, private...)
		return answer
	}
	answer := withoutFault(m, status, header, body)
	switch answer.Kind {
	case erp.Created, erp.Ready, erp.Present:
	default:
		answer.Text = cleanAnswer(fmt.Sprintf("HTTP %d (%s) and no answer that can be understood", status, mediaType(header)), private...)
	}
	return answer
}

func mediaType(header http.Header) string {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return "no content type"
	}
	return media
}

func withoutFault(m method, status int, header http.Header, body []byte) erp.Answer {
	switch {
	case status == http.StatusTooManyRequests:
		return lane(retryAfter(header, rateRest))
	case status == http.StatusTooEarly:
		return lane(blockRest)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return accountFault()
	case status < 200 || status > 299:
		return erp.Answer{Kind: erp.Lost}
	}
	return success(m, body)
}

func lane(rest time.Duration) erp.Answer {
	return erp.Answer{Kind: erp.Lane, RetryAfter: rest}
}

func accountFault() erp.Answer {
	return erp.Answer{Kind: erp.Lane, RetryAfter: keyRest, AccountFault: true}
}

// success reads the answer of a call that went well. Every field that counts has
// to be there; else nobody knows what happened.
func success(m method, body []byte) erp.Answer {
	switch m {
	case incluirOS:
		var a struct {
			CCodStatus loose `json:"cCodStatus"`
			NCodOS     loose `json:"nCodOS"`
			CNumOS     loose `json:"cNumOS"`
		}
		if decode(body, &a) == nil && a.CCodStatus == "0" && isID(string(a.NCodOS)) {
			return erp.Answer{Kind: erp.Created, ID: string(a.NCodOS), Number: string(a.CNumOS)}
		}
	case consultarOS:
		return shown(body)
	case incluirCliente:
		var a struct {
			CodigoStatus      loose `json:"codigo_status"`
			CodigoClienteOmie loose `json:"codigo_cliente_omie"`
		}
		if decode(body, &a) == nil && a.CodigoStatus == "0" && isID(string(a.CodigoClienteOmie)) {
			return erp.Answer{Kind: erp.Ready, ID: string(a.CodigoClienteOmie)}
		}
	case listarClientes:
		if _, ok := customersIn(body); ok {
			return erp.Answer{Kind: erp.Present}
		}
	}
	return erp.Answer{Kind: erp.Lost}
}

// loose is a text or a number, as its text: Omie's own samples differ.
type loose = wire.Loose

// fault is how Omie refuses.
type fault struct {
	text string // as Omie wrote it
	said string // in lower case without accents, for the patterns
	code string // faultcode in lower case
}

func readFault(body []byte) (fault, bool) {
	var raw struct {
		Faultstring loose `json:"faultstring"` // encoding/json also takes faultString
		Faultcode   loose `json:"faultcode"`
	}
	if decode(body, &raw) != nil || raw.Faultstring == "" && raw.Faultcode == "" {
		return fault{}, false
	}
	text := string(raw.Faultstring)
	if text == "" {
		text = string(raw.Faultcode)
	}
	return fault{text: text, said: plain(text), code: strings.ToLower(string(raw.Faultcode))}, true
}

// numbered tells whether the code is SOAP-ENV:Client- with that number. Numbers
// differ between services, so only those that mean one thing everywhere count.
func (f fault) numbered(n string) bool { return strings.HasSuffix(f.code, "client-"+n) }

// outcome goes from what concerns the account to what concerns the contents.
func (f fault) outcome(m method, status int, header http.Header) erp.Answer {
	switch {
	case status == http.StatusTooEarly || strings.Contains(f.code, "misuse_api_process") || blocked.MatchString(f.said):
		return lane(f.seconds(blockRest))
	case status == http.StatusTooManyRequests || strings.Contains(f.said, "too many requests"):
		return lane(retryAfter(header, rateRest))
	case redundant.MatchString(f.said) || f.numbered("6") || f.numbered("1100"):
		return erp.Answer{Kind: erp.Redundant, RetryAfter: f.seconds(redundantRest)}
	case concurrent.MatchString(f.said) || f.numbered("1880"):
		return lane(concurrentRest)
	case keyRefused.MatchString(f.said) || forbidden.MatchString(f.said):
		return accountFault()
	case m.writes() && (duplicate.MatchString(f.said) || strings.HasSuffix(f.code, "-102")):
		return erp.Answer{Kind: erp.Duplicate}
	case strings.HasPrefix(f.code, "soap-env:server") || unstable.MatchString(f.said):
		return erp.Answer{Kind: erp.Lost}
	case f.saysNone(m):
		return erp.Answer{Kind: erp.Absent}
	case m != consultarOS && invalid.MatchString(f.said):
		return erp.Answer{Kind: erp.Refused}
	}
	return erp.Answer{Kind: erp.Unknown}
}

func (m method) writes() bool { return m == incluirOS || m == incluirCliente }

// saysNone tells whether the fault is a read's way to say that there is nothing.
// For an OS that is a proof that lets a second one be created, so the text has to
// speak of the OS and of nothing else that may be missing.
func (f fault) saysNone(m method) bool {
	switch m {
	case listarClientes:
		return f.numbered("5113") || emptyPage.MatchString(f.said)
	case consultarOS:
		said := quoted.ReplaceAllLiteralString(f.said, "")
		return missing.MatchString(said) && ofTheOS.MatchString(said) && !ofAnotherThing.MatchString(said)
	}
	return false
}

// The patterns meet texts in lower case and without accents.
var (
	blocked    = regexp.MustCompile(`api bloqueada|consumo indevido`)
	redundant  = regexp.MustCompile(`consumo redundante|\(redundant\)|ja foi processada ou esta sendo processada`)
	concurrent = regexp.MustCompile(`ja existe uma requisicao desse metodo`)
	keyRefused = regexp.MustCompile(`(chave de acesso|app[_ ]?key|app[_ ]?secret).*(invalid|incorret|nao (foi )?(informad|encontrad|cadastrad|preenchid)|inexistente|suspens|bloquead|expirad)|(invalid|incorret).*(chave de acesso|app[_ ]?key|app[_ ]?secret)`)
	forbidden  = regexp.MustCompile(`\b(sem|nao (tem|possui)( a)?) permiss(ao|oes)\b|permiss(ao|oes) (negada|insuficiente)|acesso (foi )?(negado|nao (autorizado|permitido))|access denied|(app[_ ]?key|aplicativo|usuario)\b.{0,60}\bnao (tem acesso|(esta )?autorizad)|modulo\b.{0,60}\bnao (esta |foi )?(contratad|habilitad|liberad|ativ)`)
	duplicate  = regexp.MustCompile(`\bja\s+(foi\s+)?cadastrad[oa]`)
	unstable   = regexp.MustCompile(`broken response|time-?\s?out|timed out|tempo (limite|esgotado)|indisponive|instabilidade|tente novamente|tentar novamente|erro (interno|inesperado)|internal (server )?error|deadlock|bad gateway|unavailable|connection (reset|refused)|could not connect`)
	emptyPage  = regexp.MustCompile(`nao existem registros|nenhum (registro|cliente)|cliente nao (foi )?(cadastrad|encontrad|localizad)`)
	invalid    = regexp.MustCompile(`preench|obrigatori|invalid|nao (foi )?(informad|cadastrad|encontrad|localizad)|\binforme\b|nao existe|nao faz parte da estrutura|excede [0-9]+ caracter|deve (ser|estar|ter|conter)\b|json request with syntaxerror`)

	missing        = regexp.MustCompile(`nao (foi )?(cadastrad|encontrad|localizad)|nao existe`)
	ofTheOS        = regexp.MustCompile(`\bos\b|\bordem\b|codigo de integracao|\bregistros?\b`)
	ofAnotherThing = regexp.MustCompile(`chave|app[_ ]?key|app[_ ]?secret|aplicativo|metodo|endpoint|usuario|permiss|acesso|modulo|\btag\b|cliente`)
	quoted         = regexp.MustCompile(`\[[^\]]*\]`) // values that Omie repeats: any words may be in them

	secondsSaid = regexp.MustCompile(`([0-9]{1,6})\s*segundo`)
	minutesSaid = regexp.MustCompile(`([0-9]{1,4})\s*minuto`)
)

// seconds is the waiting time in Omie's words, or the fallback.
func (f fault) seconds(fallback time.Duration) time.Duration {
	if said := secondsSaid.FindStringSubmatch(f.said); said != nil {
		return rest(said[1], time.Second, fallback)
	}
	if said := minutesSaid.FindStringSubmatch(f.said); said != nil {
		return rest(said[1], time.Minute, fallback)
	}
	return fallback
}

func retryAfter(header http.Header, fallback time.Duration) time.Duration {
	return rest(header.Get("Retry-After"), time.Second, fallback)
}

func rest(count string, unit, fallback time.Duration) time.Duration {
	n, err := strconv.Atoi(count)
	if err != nil || n <= 0 || n > int(longestRest/unit) {
		return fallback
	}
	return time.Duration(n) * unit
}

// accents are those of Portuguese; a combining one falls away by itself.
var accents = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i",
	"ó", "o", "ô", "o", "õ", "o", "ú", "u", "ü", "u", "ç", "c",
	"\u0300", "", "\u0301", "", "\u0302", "", "\u0303", "", "\u0308", "", "\u0327", "")

// plain is a text as the patterns want it.
func plain(text string) string {
	return strings.Join(strings.Fields(accents.Replace(strings.ToLower(text))), " ")
}

package omie

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/loose"
	"github.com/carimbo/carimbo/shared/order"
)

// method is one of Omie's, in its spelling.
type method string

const (
	incluirOS      method = "IncluirOS"
	consultarOS    method = "ConsultarOS"
	listarClientes method = "ListarClientes"
	incluirCliente method = "IncluirCliente"
	// consultarCliente shows the customer of an id.
	consultarCliente method = "ConsultarCliente"
)

// How long to wait where Omie says nothing, or nothing that can be read.
const (
	redundantRest  = 61 * time.Second // equal calls are refused for 60 s
	blockRest      = 30 * time.Minute
	concurrentRest = 10 * time.Second
	rateRest       = 60 * time.Second // the limits count per minute
	keyRest        = 5 * time.Minute
	longestRest    = 2 * time.Hour // whatever Omie says; its blocks last 30 minutes
)

// reply is an answer that was read, and the fault in it, if it is one.
type reply struct {
	body  []byte
	fault fault
}

// answerOf says what a call ended in. It is pure: its table is its test. Faults
// come at any HTTP status, most of them with 500, so the body is read first; what
// can't be understood is Lost, because Omie may have written.
//
// A read that found nothing is Absent; one that found something is Present, and a
// written customer is CustomerKnown, with the id in ID. The private values never reach
// the answer's text, and what was sent never decides. Where the context ends over
// the words of a fault, the answer is Lost.
func answerOf(ctx context.Context, m method, r wire.Response, sent wire.Sent, private ...string) (erp.Answer, reply) {
	is := reply{body: r.Body}
	var faulty bool
	if is.fault, faulty = readFault(r.Body); faulty {
		answer := erp.Answer{Kind: erp.Lost}
		var err error
		if is.fault.words, err = wire.Hear(ctx, is.fault.text, sent); err == nil {
			answer = is.fault.answer(m, r.Status, r.Header)
		}
		answer.Text = wire.Clean(is.fault.text, private...)
		return answer, is
	}
	answer := withoutFault(m, r.Status, r.Header, r.Body)
	switch answer.Kind {
	case erp.Created, erp.CustomerKnown, erp.Present:
	default:
		answer.Text = wire.Clean(r.NotUnderstood(), private...)
	}
	return answer, is
}

func withoutFault(m method, status int, header http.Header, body []byte) erp.Answer {
	switch {
	case status == http.StatusTooManyRequests:
		return accountRests(retryAfter(header, rateRest))
	case status == http.StatusTooEarly:
		return accountRests(blockRest)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return accountFault()
	case status < 200 || status > 299:
		return erp.Answer{Kind: erp.Lost}
	}
	return success(m, body)
}

func accountRests(rest time.Duration) erp.Answer {
	return erp.Answer{Kind: erp.AccountRests, RetryAfter: rest}
}

func accountFault() erp.Answer {
	return erp.Answer{Kind: erp.AccountRests, RetryAfter: keyRest, AccountFault: true}
}

// success reads the answer of a call that went well. Every field that counts has
// to be there; else nobody knows what happened.
func success(m method, body []byte) erp.Answer {
	switch m {
	case incluirOS:
		var a struct {
			CCodStatus loose.Text `json:"cCodStatus"`
			NCodOS     loose.Text `json:"nCodOS"`
			CNumOS     loose.Text `json:"cNumOS"`
		}
		if wire.Decode(body, &a) == nil && a.CCodStatus == "0" && isID(string(a.NCodOS)) {
			return erp.Answer{Kind: erp.Created, ID: string(a.NCodOS), Number: order.Cut(string(a.CNumOS), wire.MaxID)}
		}
	case consultarOS:
		return shown(body)
	case incluirCliente:
		var a struct {
			CodigoStatus      loose.Text `json:"codigo_status"`
			CodigoClienteOmie loose.Text `json:"codigo_cliente_omie"`
		}
		if wire.Decode(body, &a) == nil && a.CodigoStatus == "0" && isID(string(a.CodigoClienteOmie)) {
			return erp.Answer{Kind: erp.CustomerKnown, ID: string(a.CodigoClienteOmie)}
		}
	case listarClientes:
		if _, ok := customersIn(body); ok {
			return erp.Answer{Kind: erp.Present}
		}
	case consultarCliente:
		var a shownCustomer
		if wire.Decode(body, &a) == nil && isID(string(a.CodigoClienteOmie)) {
			return erp.Answer{Kind: erp.Present, ID: string(a.CodigoClienteOmie)}
		}
	}
	return erp.Answer{Kind: erp.Lost}
}

// fault is how Omie refuses.
type fault struct {
	text  string     // as Omie wrote it
	words wire.Words // for the patterns
	code  string     // faultcode in lower case
}

func readFault(body []byte) (fault, bool) {
	var raw struct {
		Faultstring any `json:"faultstring"` // encoding/json also takes faultString
		Faultcode   any `json:"faultcode"`
	}
	if wire.Decode(body, &raw) != nil {
		return fault{}, false
	}
	text, code := asText(raw.Faultstring), asText(raw.Faultcode)
	return fault{text: cmp.Or(text, code), code: strings.ToLower(code)}, text != "" || code != ""
}

// asText keeps what is no text as JSON: a fault that nobody understands is a fault
// all the same, and no success.
func asText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, _ := json.Marshal(v) // was JSON before
	return string(b)
}

// numbered tells whether the code is SOAP-ENV:Client- with that number. Numbers
// differ between services, so only those that mean one thing everywhere count.
func (f fault) numbered(n string) bool { return strings.HasSuffix(f.code, "client-"+n) }

// answer goes by the words. The number decides where they say nothing; where it
// contradicts what would be definite about an OS, nobody knows.
func (f fault) answer(m method, status int, header http.Header) erp.Answer {
	said, number := f.inWords(m, status, header), f.inNumber(m)
	definite := said.Kind == erp.Refused || said.Kind == erp.Absent
	switch {
	case said.Kind == erp.Unknown:
		return number
	case definite && (m == incluirOS || m == consultarOS) && number.Kind != erp.Unknown && number.Kind != said.Kind:
		return erp.Answer{Kind: erp.Unknown}
	}
	return said
}

// inWords goes from what concerns the account to what concerns the contents.
func (f fault) inWords(m method, status int, header http.Header) erp.Answer {
	own := f.words.Own
	switch {
	case status == http.StatusTooEarly || strings.Contains(f.code, "misuse_api_process") || blocked.MatchString(own):
		return accountRests(f.seconds(blockRest))
	case status == http.StatusTooManyRequests || strings.Contains(own, "too many requests"):
		return accountRests(retryAfter(header, rateRest))
	case redundant.MatchString(own):
		return erp.Answer{Kind: erp.Redundant, RetryAfter: f.seconds(redundantRest)}
	case concurrent.MatchString(own):
		return accountRests(concurrentRest)
	case keyRefused.MatchString(own) || forbidden.MatchString(own):
		return accountFault()
	case m.writes() && duplicate.MatchString(own):
		return erp.Answer{Kind: erp.Duplicate}
	case strings.HasPrefix(f.code, "soap-env:server") || unstable.MatchString(own):
		return erp.Answer{Kind: erp.Lost}
	case f.saysNone(m):
		return erp.Answer{Kind: erp.Absent}
	case m != consultarOS && invalid.MatchString(own):
		return erp.Answer{Kind: erp.Refused}
	}
	return erp.Answer{Kind: erp.Unknown}
}

// inNumber is what the number means where words say nothing that we know.
func (f fault) inNumber(m method) erp.Answer {
	switch {
	case f.numbered("6") || f.numbered("1100"):
		return erp.Answer{Kind: erp.Redundant, RetryAfter: f.seconds(redundantRest)}
	case f.numbered("1880"):
		return accountRests(concurrentRest)
	case m.writes() && strings.HasSuffix(f.code, "-102"):
		return erp.Answer{Kind: erp.Duplicate}
	case m == listarClientes && f.numbered("5113") && !ofAnotherThing.MatchString(f.words.Whole):
		return erp.Answer{Kind: erp.Absent}
	}
	return erp.Answer{Kind: erp.Unknown}
}

func (m method) writes() bool { return m == incluirOS || m == incluirCliente }

// saysNone tells whether the fault is a read's way to say that there is nothing.
// For an OS that is a proof that lets a second one be created, so the text has to
// speak of the OS, and neither reading of it of anything else that may be wrong.
func (f fault) saysNone(m method) bool {
	own, whole := f.words.Own, f.words.Whole
	switch m {
	case listarClientes:
		return emptyPage.MatchString(own)
	case consultarOS:
		return missing.MatchString(own) && ofTheOS.MatchString(own) && !slices.ContainsFunc(
			[]*regexp.Regexp{ofAnotherThing, ofTheCustomer, blocked, redundant, concurrent, keyRefused, forbidden, unstable},
			func(p *regexp.Regexp) bool { return p.MatchString(whole) })
	}
	return false
}

// The patterns meet wire.Words.
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
	ofAnotherThing = regexp.MustCompile(`chave|app[_ ]?key|app[_ ]?secret|aplicativo|metodo|endpoint|usuario|permiss|acesso|modulo|\btag\b`)
	ofTheCustomer  = regexp.MustCompile(`cliente`)

	secondsSaid = regexp.MustCompile(`([0-9]{1,6})\s*segundo`)
	minutesSaid = regexp.MustCompile(`([0-9]{1,4})\s*minuto`)
)

// seconds is the waiting time in Omie's words, or the fallback.
func (f fault) seconds(fallback time.Duration) time.Duration {
	if said := secondsSaid.FindStringSubmatch(f.words.Own); said != nil {
		return wire.Rest(said[1], time.Second, fallback, longestRest)
	}
	if said := minutesSaid.FindStringSubmatch(f.words.Own); said != nil {
		return wire.Rest(said[1], time.Minute, fallback, longestRest)
	}
	return fallback
}

func retryAfter(header http.Header, fallback time.Duration) time.Duration {
	return wire.Rest(header.Get("Retry-After"), time.Second, fallback, longestRest)
}

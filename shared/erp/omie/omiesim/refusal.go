package omiesim

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// Codes of faults. Omie's own differ per service and mean little; the ones seen
// in public are used where there is one.
const (
	codeUnknownTag  = "SOAP-ENV:Client-5001"
	codeContents    = "SOAP-ENV:Client-103"
	codeDuplicate   = "SOAP-ENV:Client-102"
	codeNotFound    = "SOAP-ENV:Client-105"
	codeEmpty       = "SOAP-ENV:Client-5113"
	codeRedundant   = "SOAP-ENV:Client-6"
	codeConcurrent  = "SOAP-ENV:Client-1880"
	codeMisuse      = "MISUSE_API_PROCESS"
	codeServer      = "SOAP-ENV:Server"
	codeBadEnvelope = "SOAP-ENV:Client-5000"
)

// refusal is a call that was answered with a fault.
type refusal struct {
	status int
	text   string
	code   string
}

// fails tells whether repeating the call counts towards the block. To a read,
// that nothing was found is an answer, not a failure.
func (r *refusal) fails(write bool) bool {
	return write || r.code != codeEmpty && r.code != codeNotFound
}

func contents(format string, args ...any) *refusal {
	return &refusal{http.StatusInternalServerError, "ERROR: " + fmt.Sprintf(format, args...), codeContents}
}

func missing(tag string) *refusal {
	return contents("O preenchimento da tag [%s] é obrigatório!", tag)
}

func notFound(format string, args ...any) *refusal {
	r := contents(format, args...)
	r.code = codeNotFound
	return r
}

func emptyPage(page int64) *refusal {
	r := contents("Não existem registros para a página [%d]!", page)
	r.code = codeEmpty
	return r
}

func redundant(left time.Duration) *refusal {
	return &refusal{http.StatusInternalServerError, fmt.Sprintf("ERROR: Consumo redundante detectado. Aguarde %d segundos para tentar novamente (REDUNDANT).", seconds(left)), codeRedundant}
}

func blocked(left time.Duration) *refusal {
	return &refusal{http.StatusTooEarly, fmt.Sprintf("ERROR: API bloqueada por consumo indevido. Tente novamente em %d segundos.", seconds(left)), codeMisuse}
}

func concurrent() *refusal {
	return &refusal{http.StatusInternalServerError, "ERROR: Já existe uma requisição desse método sendo executada e você pode tentar novamente em alguns instantes. (1)", codeConcurrent}
}

func tooMany() *refusal { return &refusal{http.StatusTooManyRequests, "Too Many Requests", ""} }

func keyRefused() *refusal {
	return &refusal{http.StatusForbidden, "A chave de acesso está inválida ou o aplicativo está suspenso.", codeServer}
}

func syntaxError() *refusal {
	return &refusal{http.StatusInternalServerError, "ERROR: JSON request with SyntaxError", codeBadEnvelope}
}

func invalidObject() *refusal {
	return &refusal{http.StatusInternalServerError, "ERROR: Invalid JSON Object", codeBadEnvelope}
}

func noMethod(name string) *refusal {
	return &refusal{http.StatusInternalServerError, fmt.Sprintf("ERROR: Method %q not exists", name), codeBadEnvelope}
}

func seconds(d time.Duration) int64 { return int64(math.Ceil(d.Seconds())) }

// asErrorCode is the refusal under the other keys that were seen.
func (r *refusal) asErrorCode() Reply {
	return r.in(erpsim.JSON(r.status, map[string]string{"error_code": r.code, "error_message": r.text}))
}

// asStatus is the refusal as the status of an answer that is a 200 all the same.
func (r *refusal) asStatus() Reply {
	return r.in(erpsim.JSON(http.StatusOK, map[string]string{"cCodStatus": "1", "cDescStatus": r.text, "codigo_status": "1", "descricao_status": r.text}))
}

// escapedTwice is the refusal with each letter that isn't ASCII written as \\u00e3.
func (r *refusal) escapedTwice() Reply {
	var text strings.Builder
	for _, letter := range r.text {
		if letter < utf8.RuneSelf {
			text.WriteRune(letter)
		} else {
			fmt.Fprintf(&text, `\u%04x`, letter)
		}
	}
	return r.in((&refusal{r.status, text.String(), r.code}).reply())
}

// inLatin1 is the refusal behind a byte order mark, in ISO-8859-1.
func (r *refusal) inLatin1() Reply {
	reply := r.reply()
	bytes := []byte("\xef\xbb\xbf")
	for _, letter := range string(reply.Body) {
		bytes = append(bytes, byte(letter))
	}
	reply.Body = bytes
	return reply
}

func (r *refusal) in(reply Reply) Reply {
	reply.Refusal = r
	return reply
}

// Error is the refusal in the log.
func (r *refusal) Error() string { return "fault " + cmp.Or(r.code, r.text) }

// reply puts the refusal on the wire; 429 comes from before the application and
// has no fault in it.
func (r *refusal) reply() Reply {
	reply := erpsim.JSON(r.status, struct {
		Text string `json:"faultstring"`
		Code string `json:"faultcode"`
	}{r.text, r.code})
	if r.status == http.StatusTooManyRequests && r.code == "" {
		reply = Reply{Status: r.status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: []byte(r.text)}
	}
	reply.Refusal = r
	return reply
}

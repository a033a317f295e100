package omiesim

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"time"

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

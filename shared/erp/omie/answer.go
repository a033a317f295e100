package omie

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/wire"
	"github.com/carimbo/carimbo/shared/order"
	"github.com/carimbo/carimbo/shared/words"
)

// method is one of Omie's, in its spelling.
type method string

const (
	incluirOS       method = "IncluirOS"
	consultarOS     method = "ConsultarOS"
	incluirPedido   method = "IncluirPedido"
	consultarPedido method = "ConsultarPedido"
	listarClientes  method = "ListarClientes"
	incluirCliente  method = "IncluirCliente"
	// consultarCliente shows the customer of an id.
	consultarCliente method = "ConsultarCliente"
	// consultarProduto shows a product of the catalogue.
	consultarProduto method = "ConsultarProduto"
	// listarServicos shows services of the catalogue.
	listarServicos method = "ListarCadastroServico"
	// listarPosEstoque shows how much there is of products.
	listarPosEstoque method = "ListarPosEstoque"
)

// reply is an answer that was read, and the fault in it, if it is one.
type reply struct {
	body  []byte
	fault fault
}

// answerOf says what a call ended in. It is pure: its tables are its test. Faults
// come at any HTTP status, most of them with 500, so the body is read first; what
// can't be understood is Lost, because Omie may have written, and so is what
// contradicts itself.
//
// A read that found nothing is Absent; one that found something is Present, and a
// written customer is CustomerKnown, with the id in ID. The private values never reach
// the answer's text, and what was sent never decides. Where the context ends over
// the words of a fault, the answer is Lost.
func answerOf(ctx context.Context, m method, r wire.Response, sent wire.Sent, private ...string) (erp.Answer, reply) {
	e, went := stateOf(r.Body), success(m, r.Body)
	is := reply{body: r.Body, fault: e.fault()}
	answer := withoutFault(went, r.Status, r.Header)
	flaw := e.flaw()
	if refuses := e.refuses(); refuses || went.Kind != erp.Lost && (is.fault.text != "" || flaw != "") {
		var err error
		is.fault.words, err = wire.Hear(ctx, is.fault.text, sent)
		switch contradicts := refuses && (went.Kind != erp.Lost || namesOne(r.Body)); {
		case err != nil || contradicts:
			answer = erp.Answer{Kind: erp.Lost}
		case refuses:
			answer = is.fault.answer(m, r.Status, r.Header)
		case m.writes() && flaw != "":
			answer, is.fault.text = erp.Answer{Kind: erp.Lost}, flaw
		case is.fault.contradictsSuccess(m):
			answer = erp.Answer{Kind: erp.Lost}
		}
	}
	switch answer.Kind {
	case erp.Created:
		answer.Text = is.fault.stockWords(private...)
	case erp.CustomerKnown, erp.Present:
	default:
		answer.Text = wire.Clean(cmp.Or(words.Plain(is.fault.text), r.NotUnderstood()), private...)
	}
	return answer, is
}

// contradictsSuccess tells whether the words beside a success are those of a refusal, or say
// of what was written that something failed.
func (f fault) contradictsSuccess(m method) bool {
	if m.writes() && failed.MatchString(f.words.Own) {
		return true
	}
	return !succeeded.MatchString(f.words.Own) && f.inWords(m, http.StatusOK, nil).Kind != erp.Unknown
}

// withoutFault is what an answer means that doesn't say that anything is wrong.
func withoutFault(went erp.Answer, status int, header http.Header) erp.Answer {
	well := status >= 200 && status <= 299
	switch {
	case well:
		return went
	case went.Kind != erp.Lost:
		return erp.Answer{Kind: erp.Lost}
	case status == http.StatusTooManyRequests:
		return accountRests(retryAfter(header, rateRest))
	case status == http.StatusTooEarly:
		return accountRests(blockRest)
	case noEntry(status):
		return accountFault()
	}
	return erp.Answer{Kind: erp.Lost}
}

// noEntry tells whether the status is of an account that isn't let in.
func noEntry(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusPaymentRequired || status == http.StatusForbidden
}

func accountRests(rest time.Duration) erp.Answer {
	return erp.Answer{Kind: erp.AccountRests, RetryAfter: rest}
}

func accountFault() erp.Answer {
	return erp.Answer{Kind: erp.AccountRests, RetryAfter: keyRest, AccountFault: true}
}

// success reads the answer of a call that went well. Every field that counts has
// to be there; else nobody knows what happened, and it is Lost.
func success(m method, body []byte) erp.Answer {
	switch m {
	case incluirOS:
		if e := stateOf(body); isZero(e.CCodStatus) && idOf(e.NCodOS) != "" {
			return erp.Answer{Kind: erp.Created, ID: idOf(e.NCodOS), Number: order.Cut(string(e.CNumOS), wire.MaxID)}
		}
	case incluirPedido:
		if e := stateOf(body); isZero(e.CodigoStatus) && idOf(e.CodigoPedido) != "" {
			return erp.Answer{Kind: erp.Created, ID: idOf(e.CodigoPedido), Number: order.Cut(string(e.NumeroPedido), wire.MaxID)}
		}
	case consultarOS:
		answer, _ := shownOS(body)
		return answer
	case consultarPedido:
		answer, _ := shownPedido(body)
		return answer
	case incluirCliente:
		if e := stateOf(body); isZero(e.CodigoStatus) && idOf(e.CodigoClienteOmie) != "" {
			return erp.Answer{Kind: erp.CustomerKnown, ID: idOf(e.CodigoClienteOmie)}
		}
	case listarClientes:
		if _, _, ok := customersIn(body); ok {
			return erp.Answer{Kind: erp.Present}
		}
	case listarServicos:
		if _, ok := servicesIn(body); ok {
			return erp.Answer{Kind: erp.Present}
		}
	case listarPosEstoque:
		if stockIn(body) != nil {
			return erp.Answer{Kind: erp.Present}
		}
	case consultarProduto:
		if p := productIn(body); idOf(p.CodigoProduto) != "" {
			return erp.Answer{Kind: erp.Present, ID: idOf(p.CodigoProduto)}
		}
	case consultarCliente:
		var a shownCustomer
		if wire.Decode(body, &a) == nil && idOf(a.CodigoClienteOmie) != "" {
			return erp.Answer{Kind: erp.Present, ID: idOf(a.CodigoClienteOmie)}
		}
	}
	return erp.Answer{Kind: erp.Lost}
}

// fault is how Omie refuses.
type fault struct {
	text  string     // as Omie wrote it, in plain letters
	words wire.Words // for the patterns
	code  string     // in lower case
}

// numbered tells whether the code is, or ends in, one of those numbers. Numbers
// differ between services, so only those that mean one thing everywhere count.
func (f fault) numbered(numbers ...string) bool {
	return slices.Contains(numbers, strings.TrimLeft(f.code[strings.LastIndex(f.code, "-")+1:], "0"))
}

// answer goes by the words. The number decides where they say nothing; where it
// contradicts what would be definite, nobody knows. Who isn't let in was told nothing of
// the contents, whatever the words.
func (f fault) answer(m method, status int, header http.Header) erp.Answer {
	said, number := f.inWords(m, status, header), f.inNumber(m)
	definite := said.Kind == erp.Refused || said.Kind == erp.Absent
	unheard := said.Kind == erp.Unknown
	succeeds := succeeded.MatchString(f.words.Own) || m.writes() && (definite || unheard) && f.saysMade()
	switch {
	case noEntry(status) && (definite || said.Kind == erp.Lost && !succeeds || unheard && number.Kind == erp.Unknown):
		return accountFault()
	case (definite || unheard && m.writes()) && succeeds:
		return erp.Answer{Kind: erp.Lost}
	case m.creates() && said.Kind == erp.Refused && afterwards.MatchString(f.words.Own):
		return erp.Answer{Kind: erp.Unknown}
	case definite && m.ofDocument() && number.Kind != erp.Unknown && number.Kind != said.Kind:
		return erp.Answer{Kind: erp.Unknown}
	case unheard:
		return number
	}
	return said
}

// saysMade tells whether the words say that the document or the customer was made.
func (f fault) saysMade() bool {
	at := made.FindStringIndex(f.words.Own)
	return at != nil && !deniesMade.MatchString(f.words.Own[:at[0]])
}

// inWords goes from what concerns the account to what concerns the contents. A read
// refuses no order: what nobody has heard of is the account's or the moment's.
func (f fault) inWords(m method, status int, header http.Header) erp.Answer {
	own := f.words.Own
	switch {
	case status == http.StatusTooEarly || strings.Contains(f.code, misuse) || blocked.MatchString(own):
		return accountRests(f.seconds(blockRest))
	case status == http.StatusTooManyRequests || tooMany.MatchString(own):
		return accountRests(retryAfter(header, f.seconds(rateRest)))
	case redundant.MatchString(own):
		return erp.Answer{Kind: erp.Redundant, RetryAfter: f.seconds(redundantRest)}
	case concurrent.MatchString(own):
		return accountRests(concurrentRest)
	case f.ofTheAccount():
		return accountFault()
	case m.writes() && duplicate.MatchString(own), m.creates() && f.ofOurCode():
		return erp.Answer{Kind: erp.Duplicate}
	case strings.HasPrefix(f.code, "soap-env:server") || unstable.MatchString(own):
		return erp.Answer{Kind: erp.Lost}
	case f.saysNone(m):
		return erp.Answer{Kind: erp.Absent}
	case m.writes() && invalid.MatchString(own) || m == listarClientes && taxIDRefused.MatchString(own):
		return erp.Answer{Kind: erp.Refused, Reason: f.reason(m)}
	}
	return erp.Answer{Kind: erp.Unknown}
}

// reason is what a refusal is about, where that is more than the contents: a product or service
// that Omie doesn't know is the account's map to mend.
func (f fault) reason(m method) order.ReasonKind {
	if m.creates() && (unknownLine.MatchString(f.words.Own) || unknownLineID.MatchString(f.words.Shown)) {
		return order.Mapping
	}
	return ""
}

// ofOurCode tells whether the refusal names our code for another reason than its form, which
// is always the same: whatever it says, the code may be there.
func (f fault) ofOurCode() bool {
	return ourCodeTaken.MatchString(f.words.Own) || namesOurCode.MatchString(f.words.Shown) && !ofTheContents.MatchString(f.words.Own)
}

// ofTheAccount tells whether its key, its plan or its permissions are refused.
func (f fault) ofTheAccount() bool {
	return keyNamed.MatchString(f.words.Shown) || !ofTheOrder.MatchString(f.words.Own) && slices.ContainsFunc(ofAccount,
		func(p *regexp.Regexp) bool { return p.MatchString(f.words.Own) })
}

var ofAccount = []*regexp.Regexp{keyRefused, unknownKey, appGone, notHired, forbidden, notServed} // never written to

// inNumber is what the number means where words say nothing that we know.
func (f fault) inNumber(m method) erp.Answer {
	switch {
	case f.numbered("6", "1100", "8020"):
		return erp.Answer{Kind: erp.Redundant, RetryAfter: f.seconds(redundantRest)}
	case f.numbered("1880"):
		return accountRests(concurrentRest)
	case m.writes() && f.numbered("102"):
		return erp.Answer{Kind: erp.Duplicate}
	case m.lists() && f.numbered("5113") && !ofAnotherThing.MatchString(f.words.Whole):
		return erp.Answer{Kind: erp.Absent}
	}
	return erp.Answer{Kind: erp.Unknown}
}

func (m method) creates() bool { return m == incluirOS || m == incluirPedido }
func (m method) looksUp() bool { return m == consultarOS || m == consultarPedido }
func (m method) writes() bool  { return m.creates() || m == incluirCliente }
func (m method) lists() bool {
	return m == listarClientes || m == listarServicos || m == listarPosEstoque
}
func (m method) ofDocument() bool { return m.creates() || m.looksUp() }

// saysNone tells whether the fault is a read's way to say that there is nothing.
// For a document that is a proof that lets a second one be created, so the text has to
// say it of the document itself, and neither reading of it that anything else may be wrong.
func (f fault) saysNone(m method) bool {
	switch m {
	case listarClientes, listarServicos, listarPosEstoque:
		return emptyPage.MatchString(f.words.Own)
	case consultarCliente:
		return noCustomer.MatchString(f.words.Own)
	case consultarProduto:
		return noProduct.MatchString(f.words.Own)
	case consultarOS, consultarPedido:
		none := noOS
		if m == consultarPedido {
			none = noPedido
		}
		return none.MatchString(f.words.Shown) && !slices.ContainsFunc(
			append([]*regexp.Regexp{ofAnotherThing, ofTheCustomer, ofTheContents, blocked, tooMany, redundant, concurrent, unstable}, ofAccount...),
			func(p *regexp.Regexp) bool { return p.MatchString(f.words.Whole) })
	}
	return false
}

// seconds is the waiting time in Omie's words, or the fallback.
func (f fault) seconds(fallback time.Duration) time.Duration {
	return wire.Wait(f.words.Own, fallback, longestRest)
}

func retryAfter(header http.Header, fallback time.Duration) time.Duration {
	return wire.Rest(header.Get("Retry-After"), time.Second, fallback, longestRest)
}

package simulation

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

// blockFor is how long Omie blocks a key.
const blockFor = 30 * time.Minute

// The modes that both simulators have and that are named here.
const (
	keyRefused        = string(omiesim.KeyRefused)
	echo              = string(omiesim.Echo)
	delayedApply      = string(omiesim.DelayedApply)
	delayedApplyReset = string(omiesim.DelayedApplyReset)
	writeThenFault    = string(omiesim.WriteThenFault)
	unknownWords      = "ERROR: Erro não catalogado."
)

// ofOmie are the faults of Omie's. A delay is drawn below its limit: a late write
// is applied at most lateMost after its call ended, which is after 60 s where no
// answer comes.
var ofOmie = []fault{
	{mode: string(omiesim.WriteThenSilence)},
	{mode: string(omiesim.WriteThenReset)},
	{mode: string(omiesim.WriteThenHTML)},
	{mode: string(omiesim.WriteThenHTML), name: "504", status: 504},
	{mode: string(omiesim.WriteThenHTML), name: "302", status: 302},
	{mode: string(omiesim.WriteThenGarbage)},
	{mode: string(omiesim.WriteThenNoID)},
	{mode: writeThenFault, name: "unknown words", said: unknownWords},
	{mode: writeThenFault, name: "instability", text: "ERROR: Broken response from application server", code: "SOAP-ENV:Server"},
	{mode: writeThenFault, name: "redundant", text: "ERROR: Consumo redundante detectado. Aguarde 30 segundos para tentar novamente (REDUNDANT).", code: "SOAP-ENV:Client-6"},
	{mode: writeThenFault, name: "already processed", text: "Esta requisição já foi processada ou está sendo processada e você pode tentar novamente às 19:04:08. (1)", code: "SOAP-ENV:Client-1100"},
	{mode: delayedApply, delayed: omieLimit + lateMost},
	{mode: delayedApply, delayed: omieLimit + lateMost},
	{mode: delayedApply, delayed: omieLimit + lateMost},
	{mode: delayedApply, delayed: omieLimit + lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: delayedApplyReset, delayed: lateMost},
	{mode: string(omiesim.Slow), delayed: 90 * time.Second},
	{mode: string(omiesim.Hang)},
	{mode: string(omiesim.Reset)},
	{mode: string(omiesim.HTML)},
	{mode: string(omiesim.HTML), name: "301", status: 301},
	{mode: string(omiesim.HTML), name: "401", status: 401},
	{mode: string(omiesim.HTML), name: "403", status: 403},
	{mode: string(omiesim.HTML), name: "404", status: 404},
	{mode: string(omiesim.HTML), name: "408", status: 408},
	{mode: string(omiesim.HTML), name: "425", status: 425},
	{mode: string(omiesim.HTML), name: "429", status: 429},
	{mode: string(omiesim.Status200Garbage)},
	{mode: string(omiesim.Outage)},
	{mode: string(omiesim.Blocked), delay: blockFor, rests: true},
	{mode: string(omiesim.Blocked), name: "in other words", delay: blockFor, rests: true, status: 500, text: "ERROR: Consumo indevido.", code: "SOAP-ENV:Client-425"},
	{mode: string(omiesim.Rate)},
	{mode: keyRefused},
	{mode: keyRefused, name: "in other words", status: 500, text: "ERROR: O app_key informado é inválido", code: "SOAP-ENV:Client-1"},
	{mode: string(omiesim.Redundant), delayed: 60 * time.Second},
	{mode: string(omiesim.Concurrent)},
	{mode: string(omiesim.Refusal), name: "instability", text: "ERROR: Instabilidade momentanea, tente novamente."},
	{mode: string(omiesim.Refusal), name: "unknown words", refuses: true, said: unknownWords},
	{mode: string(omiesim.Refusal), name: "already processed, and nothing is there", text: "Esta requisição já foi processada ou está sendo processada e você pode tentar novamente às 19:04:08. (1)", code: "SOAP-ENV:Client-1100"},
	{mode: string(omiesim.Refusal), name: "too many requests, in words", text: "ERROR: Too many requests."},
	{mode: string(omiesim.Refusal), name: "the customer is gone", text: "ERROR: " + customerGone + " para o Código [3796000001] !", code: "SOAP-ENV:Client-105", refuses: true, said: customerGone},
	{mode: string(omiesim.Refusal), name: "contents refused", text: contentsRefused, code: "SOAP-ENV:Client-103", refuses: true, said: contentsRefused},
	{mode: echo, refuses: true, said: "O conteúdo é inválido"},
	{mode: echo, name: "unknown words", text: "ERROR: Algo que ninguém viu:", refuses: true, said: "Algo que ninguém viu"},
	{mode: string(omiesim.Refusal), name: "a false duplicate", text: "ERROR: OS já cadastrada !", code: "SOAP-ENV:Client-102", contradicts: true},
} // never written to

const customerGone = "Cliente não cadastrado"

const contentsRefused = "ERROR: O preenchimento da tag [cCodServMun] é obrigatório!"

// beyond is an answer that asks for a longer rest than any that is kept.
func beyond(erp string) fault {
	if erp == sensioKind {
		return fault{mode: string(sensiosim.Rate), name: "for days", delay: 72 * time.Hour, beyond: true}
	}
	return fault{mode: string(omiesim.Refusal), name: "for a day", text: "ERROR: API bloqueada por consumo indevido. Tente novamente em 86000 segundos.", code: "SOAP-ENV:Client-9", beyond: true}
}

// omieLimit is how long one call to Omie may take.
const omieLimit = 60 * time.Second

// omieAccount is a simulated Omie, and what it has been asked.
type omieAccount struct {
	*account
	// sims are the apps by their App Key.
	sims map[string]*omiesim.Sim
	// next is what befalls the call that arrives now.
	next *fault
	// asked are the calls by what makes two of them identical; running are those
	// that have no end yet.
	asked   map[uint64]*asked
	running map[*asked]bool
}

// asked is one call that Omie had.
type asked struct {
	secret string
	late   bool
	ended  time.Time
	// task is its caller's. alone is until when nobody else can have its message.
	task  *task
	alone time.Time
}

func (w *world) newOmie(name string) *account {
	o := &omieAccount{account: &account{name: name, kind: omieKind, limit: omieLimit}, sims: map[string]*omiesim.Sim{}, asked: map[uint64]*asked{}, running: map[*asked]bool{}}
	o.service = o
	o.keys = o.newKeys()
	for i, key := range o.appKeys() {
		sim := omiesim.New(omiesim.Options{Now: func() time.Time { return w.now }, NotUnique: !w.unique, KeepCalls: 1, FirstOS: 3847270140 + int64(i)*1_000_000})
		sim.OnCall(func(string, string) *omiesim.Fault {
			if f := o.next; f != nil {
				return &omiesim.Fault{Mode: omiesim.Mode(f.mode), Status: f.status, Text: f.text, Code: f.code, Delay: f.delay}
			}
			return nil
		})
		o.sims[key] = sim
	}
	return o.account
}

func (o *omieAccount) documents() []document {
	var list []document
	for _, key := range o.appKeys() {
		for _, d := range o.sims[key].Documents() {
			_, date, _ := strings.Cut(string(d.Body), `"dDtPrevisao":"`)
			date, _, _ = strings.Cut(date, `"`)
			list = append(list, document{id: strconv.FormatInt(d.NCodOS, 10), number: d.NumOS, order: d.OrderNumber, total: d.Total, customer: d.CustomerTaxID,
				day: dayOf("02/01/2006", date, 3)})
		}
	}
	return list
}

// take judges by Omie's limits what arrives.
func (o *omieAccount) take(c *call, f *fault) reply {
	w, sim := c.task.world, o.sims[c.appKey]
	o.next = f
	before := len(sim.Violations())
	r := sim.Call(c.target, c.body)
	o.next = nil
	for _, v := range sim.Violations()[before:] {
		_, what, _ := strings.Cut(v, " ")
		o.judge(c, what)
	}
	this := o.keep(c)
	if c.creates && strings.Contains(string(r.Body), "já cadastrada para") {
		w.effect(refusedTwice)
	}
	end := func() {
		sim.End(r)
		this.ended = w.now
		delete(o.running, this)
	}
	if !r.Open() {
		end()
	}
	calls := sim.Calls()
	struck := f != nil && strings.HasPrefix(calls[len(calls)-1].Outcome, f.mode+":")
	c.rests = c.rests && struck
	return reply{status: r.Status, header: r.Header, body: r.Body, delay: r.Delay, struck: struck, end: end,
		hangs: r.Fate == omiesim.Hangs, cut: r.Fate == omiesim.Cut}
}

func (o *omieAccount) foreign(ref erp.Reference) {
	body := fmt.Sprintf(`{"call":"IncluirOS","app_key":"outro","app_secret":"outro","param":[{
		"Cabecalho":{"cCodIntOS":"%s","nCodCli":3795260786,"cEtapa":"10","cCodParc":"000","nQtdeParc":1,"dDtPrevisao":"10/03/2024"},
		"InformacoesAdicionais":{"cCodCateg":"1.01.02","nCodCC":3731356020,"cNumPedido":"%s"},
		"ServicosPrestados":[{"nCodServico":3846592864,"nQtde":1,"nValUnit":7}]}]}`, ref.Code, foreign)
	for _, sim := range o.sims {
		if r := sim.Call("servicos/os/", []byte(body)); r.Status != http.StatusOK {
			panic(clipped(r.Body))
		}
	}
}

// keep remembers the call for those that come after it.
func (o *omieAccount) keep(c *call) *asked {
	this := &asked{secret: c.secret, late: c.late(), task: c.task, alone: c.task.alone}
	o.asked[identity(c)] = this
	o.running[this] = true
	return this
}

// identity is the method and the param, digested: the keys are in front of it.
func identity(c *call) uint64 {
	h := fnv.New64a()
	h.Write([]byte(c.appKey + c.method))
	_, param, _ := strings.Cut(string(c.body), `"param":`)
	h.Write([]byte(param))
	return h.Sum64()
}

func (o *omieAccount) hear(c *call, r reply) {
	if r.status == http.StatusTooEarly || strings.Contains(string(r.body), "onsumo indevido") {
		o.told, o.ended = c.task, false
	}
}

// judge excuses a broken limit that no caller could have kept.
func (o *omieAccount) judge(c *call, what string) {
	w := c.task.world
	c.task.tell("LIMIT %s", what)
	var left int
	if _, words, found := strings.Cut(what, "during a block, "); found {
		if _, err := fmt.Sscanf(words, "%d", &left); err != nil {
			panic(err)
		}
		o.judgeBlock(c, time.Duration(left)*time.Second)
		return
	}
	before := o.asked[identity(c)]
	switch {
	case c.late() || before != nil && before.late:
		w.excused["a process that stood still called late"]++
	case o.lateIsRunning(w.now):
		w.excused["the call of an invocation that started late was still running"]++
	case o.killedIsRunning():
		w.excused["the call of a process that was killed was still running"]++
	case !strings.Contains(what, "identical call") || before == nil:
		w.broken(c.task.key, "a limit was broken: %s", what)
	case !c.creates && !c.looks && c.secret != before.secret:
		w.excused["the App Secret was changed meanwhile, and questions are noted under it"]++
	case w.skewed && !before.ended.IsZero() && w.now.Sub(before.ended) >= w.spacing-2*skewLimit:
		w.excused["clocks differ by more than the second that the spacing leaves"]++
	default:
		w.broken(c.task.key, "a limit was broken: %s", what)
	}
}

// killedIsRunning tells whether a call is running of whose caller nobody waits for the
// end: its process was killed, and another one started.
func (o *omieAccount) killedIsRunning() bool {
	for r := range o.running {
		if r.task.killed {
			return true
		}
	}
	return false
}

// lateIsRunning tells whether a call is running whose caller's message others can
// have by now.
func (o *omieAccount) lateIsRunning(now time.Time) bool {
	for r := range o.running {
		if r.late || !now.Before(r.alone) {
			return true
		}
	}
	return false
}

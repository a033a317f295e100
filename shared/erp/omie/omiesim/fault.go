package omiesim

import (
	"bytes"
	"cmp"
	"net/http"
	"time"

	"github.com/carimbo/carimbo/shared/erp/erpsim"
)

// What the frame gives every simulator.
type (
	// Fault is something that goes wrong on purpose.
	Fault = erpsim.Fault
	// Mode says what a Fault does.
	Mode = erpsim.Mode
	// Reply is what a call is answered with.
	Reply = erpsim.Reply
	// Call is one request that reached a method.
	Call = erpsim.Call
)

// What can become of an answer.
const (
	Answered = erpsim.Answered
	Hangs    = erpsim.Hangs
	Cut      = erpsim.Cut
)

// The faults that befall any ERP.
const (
	WriteThenSilence  = erpsim.WriteThenSilence
	WriteThenReset    = erpsim.WriteThenReset
	WriteThenHTML     = erpsim.WriteThenHTML
	WriteThenGarbage  = erpsim.WriteThenGarbage
	DelayedApply      = erpsim.DelayedApply
	DelayedApplyReset = erpsim.DelayedApplyReset
	Slow              = erpsim.Slow
	Hang              = erpsim.Hang
	Reset             = erpsim.Reset
	HTML              = erpsim.HTML
	Status200Garbage  = erpsim.Garbage
	Outage            = erpsim.Outage
	Echo              = erpsim.Echo
)

// The faults in Omie's own words.
const (
	WriteThenFault Mode = "write-then-fault" // writes, answers a fault
	WriteThenNoID  Mode = "write-then-no-id" // writes, answers 200 with another status and no id
	Refusal        Mode = "fault"            // a fault of any Status, Text and Code
	AsErrorCode    Mode = "fault-error-code" // the same as error_code and error_message
	AsStatus       Mode = "fault-in-status"  // the same as a status other than 0 in a 200
	EscapedTwice   Mode = "fault-escaped"    // the same with its letters escaped twice
	InLatin1       Mode = "fault-latin-1"    // the same behind a byte order mark, in ISO-8859-1
	Blocked        Mode = "blocked"          // the key is blocked for Delay (1800 s)
	Rate           Mode = "rate"             // 429
	KeyRefused     Mode = "key-refused"      // the key is not let in
	Redundant      Mode = "redundant"        // redundant, with Delay (60 s) left
	Concurrent     Mode = "concurrent"       // another request of the method is running
)

// blockFor is how long a block lasts that says nothing else.
const blockFor = 1800 * time.Second

func modes() map[Mode]erpsim.Effect {
	refuse := func(of func(f Fault) *refusal) func(Fault, Reply) Reply {
		return func(f Fault, _ Reply) Reply { return of(f).reworded(f).reply() }
	}
	uncatalogued := &refusal{http.StatusInternalServerError, "ERROR: Erro não catalogado.", "SOAP-ENV:Client-9999"}
	unknown := refuse(func(Fault) *refusal { return uncatalogued })
	written := func(as func(*refusal) Reply) erpsim.Effect {
		return erpsim.Effect{Answer: func(f Fault, _ Reply) Reply { return as(uncatalogued.reworded(f)) }}
	}
	return map[Mode]erpsim.Effect{
		WriteThenFault: {Write: erpsim.AtOnce, Answer: unknown},
		WriteThenNoID:  {Write: erpsim.AtOnce, Answer: noID},
		Refusal:        {Answer: unknown},
		AsErrorCode:    written((*refusal).asErrorCode),
		AsStatus:       written((*refusal).asStatus),
		EscapedTwice:   written((*refusal).escapedTwice),
		InLatin1:       written((*refusal).inLatin1),
		Echo:           {Answer: refuse(func(f Fault) *refusal { return contents("%s", f.Text) })},
		Blocked:        {Answer: refuse(func(f Fault) *refusal { return blocked(cmp.Or(f.Delay, blockFor)) })},
		Rate:           {Answer: refuse(func(Fault) *refusal { return tooMany() })},
		KeyRefused:     {Answer: refuse(func(Fault) *refusal { return keyRefused() })},
		Redundant:      {Answer: refuse(func(f Fault) *refusal { return redundant(cmp.Or(f.Delay, 60*time.Second)) })},
		Concurrent:     {Answer: refuse(func(Fault) *refusal { return concurrent() })},
	}
}

// reworded is the refusal with what the fault says of its own answer.
func (r *refusal) reworded(f Fault) *refusal {
	return &refusal{cmp.Or(f.Status, r.status), cmp.Or(f.Text, r.text), cmp.Or(f.Code, r.code)}
}

// noID is another status than that of what was written, in the words of its service.
func noID(_ Fault, r Reply) Reply {
	if bytes.Contains(r.Body, []byte(`"codigo_status"`)) {
		return erpsim.JSON(http.StatusOK, map[string]string{"codigo_status": "1", "descricao_status": "Em processamento"})
	}
	return erpsim.JSON(http.StatusOK, map[string]string{"cCodStatus": "1", "cDescStatus": "Em processamento"})
}

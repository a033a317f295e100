package sensiosim

import (
	"cmp"
	"math"
	"net/http"
	"strconv"

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
	Garbage           = erpsim.Garbage
	Outage            = erpsim.Outage
	Echo              = erpsim.Echo
)

// The faults in Sensio's own words.
const (
	WriteThenError Mode = "write-then-error" // writes, answers 500 with success: false
	WriteThenNoID  Mode = "write-then-no-id" // writes, answers success without an id
	WriteThenMute  Mode = "write-then-mute"  // writes, answers success: false and no message
	WriteThenFalse Mode = "write-then-false" // writes, answers 201 with success: false and Text
	Redirect       Mode = "redirect"         // 302, nothing is written
	ServerError    Mode = "error"            // 500 with success: false, nothing is written
	Refusal        Mode = "refusal"          // 422, or any Status and Text
	SuccessFalse   Mode = "success-false"    // 200 with success: false and Text
	Mute           Mode = "mute"             // 200 with success: false and no message
	Rate           Mode = "rate"             // 429, with Retry-After where there is a Delay
	KeyRefused     Mode = "key-refused"      // 401
)

func modes() map[Mode]erpsim.Effect {
	says := func(status int, text string) func(Fault, Reply) Reply {
		return func(f Fault, _ Reply) Reply {
			return (&refusal{cmp.Or(f.Status, status), cmp.Or(f.Text, text)}).reply()
		}
	}
	return map[Mode]erpsim.Effect{
		WriteThenError: {Write: erpsim.AtOnce, Answer: says(http.StatusInternalServerError, "Erro interno")},
		WriteThenNoID:  {Write: erpsim.AtOnce, Answer: noID},
		WriteThenMute:  {Write: erpsim.AtOnce, Answer: mute},
		WriteThenFalse: {Write: erpsim.AtOnce, Answer: says(http.StatusCreated, "Pedido não registrado")},
		Redirect:       {Answer: redirect},
		ServerError:    {Answer: says(http.StatusInternalServerError, "Erro interno")},
		Refusal:        {Answer: says(http.StatusUnprocessableEntity, "Pedido inválido")},
		SuccessFalse:   {Answer: says(http.StatusOK, "Pedido não registrado")},
		Echo:           {Answer: says(http.StatusOK, "")},
		Mute:           {Answer: mute},
		Rate:           {Answer: rate},
		KeyRefused:     {Answer: says(http.StatusUnauthorized, "Não autorizado")},
	}
}

func noID(_ Fault, r Reply) Reply {
	return erpsim.JSON(r.Status, map[string]any{"success": true, "message": "Pedido registrado com sucesso"})
}

func redirect(Fault, Reply) Reply {
	r := erpsim.Page(http.StatusFound, "Found")
	r.Header.Set("Location", "/login")
	return r
}

func mute(f Fault, _ Reply) Reply {
	return erpsim.JSON(cmp.Or(f.Status, http.StatusOK), map[string]any{"success": false})
}

func rate(f Fault, _ Reply) Reply {
	r := (&refusal{cmp.Or(f.Status, http.StatusTooManyRequests), cmp.Or(f.Text, "Too Many Requests")}).reply()
	if f.Delay > 0 {
		r.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.Delay.Seconds()))))
	}
	return r
}

package omiesim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
)

func violations(t *testing.T, s *omiesim.Sim, want ...string) {
	t.Helper()
	got := s.Violations()
	if len(got) != len(want) {
		t.Fatalf("violations %q, want %q", got, want)
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("violation %q, want %q", got[i], want[i])
		}
	}
}

const redundantCode = "SOAP-ENV:Client-6"

func TestAnIdenticalCallIsRedundantForAMinute(t *testing.T) {
	s, c := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	c.Pass(44 * time.Second)
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "ERROR: Consumo redundante detectado. Aguarde 16 segundos para tentar novamente (REDUNDANT).", redundantCode)
	wantOK(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"})
	c.Pass(15*time.Second + 500*time.Millisecond)
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "Aguarde 1 segundos", redundantCode)
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "REDUNDANT", redundantCode)
	c.Pass(500 * time.Millisecond)
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "já cadastrada", "")
	if n := s.Count("a"); n != 1 {
		t.Errorf("%d documents", n)
	}
	violations(t, s, "IncluirOS: identical call within 60 s", "IncluirOS: identical call", "StatusOS: identical call")
}

func TestARefusedCallMakesTheNextIdenticalOneRedundantToo(t *testing.T) {
	s, _ := newSim(t)
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "REDUNDANT", redundantCode)
}

func TestKeysInAnotherOrderAreStillTheSameCall(t *testing.T) {
	s, _ := newSim(t)
	wantFault(t, s, osPath, "ListarOS", json.RawMessage(`{"pagina":1,"registros_por_pagina":50}`), 500, "Não existem", "")
	wantFault(t, s, osPath, "ListarOS", json.RawMessage(`{"registros_por_pagina":50, "pagina":1}`), 500, "REDUNDANT", redundantCode)
}

func TestRedundancyCountsFromTheEndOfTheCall(t *testing.T) {
	s, c := newSim(t)
	s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.WriteThenSilence})
	r := s.Call(osPath, envelope(t, "IncluirOS", sample("a")))
	if !r.Open() || r.Fate != omiesim.Hangs {
		t.Fatalf("%+v", r)
	}
	c.Pass(59 * time.Second)
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "Aguarde 60 segundos", redundantCode)
	c.Pass(time.Second)
	s.End(r)
	c.Pass(59 * time.Second)
	s.End(r) // does nothing
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "Aguarde 1 segundos", redundantCode)
	c.Pass(time.Second)
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "já cadastrada", "")
}

func TestOnlyOneWriteRunsAtATime(t *testing.T) {
	s, _ := newSim(t)
	s.Inject(omiesim.Fault{Method: "IncluirOS", Mode: omiesim.Slow, Delay: time.Second})
	slow := s.Call(osPath, envelope(t, "IncluirOS", sample("a")))
	const text = "ERROR: Já existe uma requisição desse método sendo executada e você pode tentar novamente em alguns instantes. (1)"
	wantFault(t, s, osPath, "IncluirOS", sample("b"), 500, text, "SOAP-ENV:Client-1880")
	wantFault(t, s, customerPath, "IncluirCliente", person(), 500, text, "SOAP-ENV:Client-1880")
	wantOK(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"})
	s.End(slow)
	wantOK(t, s, osPath, "IncluirOS", sample("b"))
	wantOK(t, s, customerPath, "IncluirCliente", person())
	violations(t, s, "IncluirOS: a write while another one is running", "IncluirCliente: a write while another one is running")
}

func TestFourReadsOfAMethodRunAtATime(t *testing.T) {
	s, _ := newSim(t)
	s.Inject(omiesim.Fault{Method: "StatusOS", Mode: omiesim.Slow, Delay: time.Second, Times: 4})
	for i := range 4 {
		s.Call(osPath, envelope(t, "StatusOS", object{"nCodOS": i + 1}))
	}
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 5}, 429, "Too Many Requests", "")
	wantFault(t, s, osPath, "ConsultarOS", object{"nCodOS": 5}, 500, "não cadastrada", "")
	violations(t, s, "more than 4 reads of one method at the same time")
}

func TestTwoHundredAndFortyCallsAMinuteAreLetIn(t *testing.T) {
	s, c := newSim(t)
	for i := range 240 {
		wantFault(t, s, osPath, "StatusOS", object{"nCodOS": i + 1}, 500, "não cadastrada", "")
		c.Pass(100 * time.Millisecond)
	}
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 241}, 429, "Too Many Requests", "")
	wantFault(t, s, osPath, "ConsultarOS", object{"nCodOS": 241}, 500, "não cadastrada", "")
	c.Pass(36*time.Second - time.Millisecond)
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 242}, 429, "Too Many Requests", "")
	c.Pass(time.Millisecond)
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 243}, 500, "não cadastrada", "")
	violations(t, s, "more than 240 calls a minute of one method", "more than 240")
}

func TestACallEvery250msBreaksNothing(t *testing.T) {
	s, c := newSim(t)
	for i := range 1000 {
		wantOK(t, s, osPath, "IncluirOS", sample(fmt.Sprint("o", i)))
		c.Pass(250 * time.Millisecond)
	}
	violations(t, s)
}

func TestNineHundredAndSixtyCallsAMinuteOfAnAddressAreLetIn(t *testing.T) {
	s, _ := newSim(t, func(o *omiesim.Options) { o.AppKey, o.AppSecret = "", "" })
	refused := 0
	for key := range 5 {
		for i := range 200 {
			body := fmt.Appendf(nil, `{"call":"StatusOS","app_key":"k%d","app_secret":"s","param":[{"nCodOS":%d}]}`, key, i+1)
			if s.Call(osPath, body).Status == 429 {
				refused++
			}
		}
	}
	if refused != 40 {
		t.Errorf("%d refused", refused)
	}
}

func TestRepeatingAFailingCallBlocksTheKey(t *testing.T) {
	s, c := newSim(t)
	bad := with(t, sample("a"), "Cabecalho.cEtapa", "99")
	for range 5 {
		wantFault(t, s, osPath, "IncluirOS", bad, 500, "Etapa [99]", "")
		c.Pass(61 * time.Second)
	}
	c.Pass(-50 * time.Second) // eleven seconds after the fifth
	const text = "ERROR: API bloqueada por consumo indevido. Tente novamente em 1789 segundos."
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 425, text, "MISUSE_API_PROCESS")
	wantFault(t, s, customerPath, "IncluirCliente", person(), 425, text, "MISUSE_API_PROCESS")
	c.Pass(1789 * time.Second)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	violations(t, s, "StatusOS: call during a block, 1789 s before its end", "IncluirCliente: call during a block")
}

func TestWhatIsNoLoopDoesNotBlock(t *testing.T) {
	for name, again := range map[string]func(t *testing.T, s *omiesim.Sim, c *clocktest.Clock, i int){
		"not found": func(t *testing.T, s *omiesim.Sim, c *clocktest.Clock, _ int) {
			wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
			c.Pass(61 * time.Second)
		},
		"an empty list": func(t *testing.T, s *omiesim.Sim, c *clocktest.Clock, _ int) {
			wantFault(t, s, osPath, "ListarOS", object{"pagina": 1}, 500, "Não existem", "")
			c.Pass(61 * time.Second)
		},
		"other contents each time": func(t *testing.T, s *omiesim.Sim, _ *clocktest.Clock, i int) {
			wantFault(t, s, osPath, "IncluirOS", with(t, sample(fmt.Sprint(i)), "Cabecalho.cEtapa", "99"), 500, "Etapa", "")
		},
		"ten minutes apart": func(t *testing.T, s *omiesim.Sim, c *clocktest.Clock, _ int) {
			wantFault(t, s, osPath, "IncluirOS", with(t, sample("a"), "Cabecalho.cEtapa", "99"), 500, "Etapa", "")
			c.Pass(10 * time.Minute)
		},
		"told to come back later": func(t *testing.T, s *omiesim.Sim, c *clocktest.Clock, i int) {
			mode, status := omiesim.Rate, 429
			if i%2 == 0 {
				mode, status = omiesim.Concurrent, 500
			}
			s.Inject(omiesim.Fault{Mode: mode})
			wantFault(t, s, osPath, "IncluirOS", sample("a"), status, "", "")
			c.Pass(61 * time.Second)
		},
		"a success between": func(t *testing.T, s *omiesim.Sim, c *clocktest.Clock, i int) {
			if i%4 == 0 {
				call(t, s, osPath, "ExcluirOS", object{"nCodOS": 3847270140 + i/4 - 1})
				wantOK(t, s, osPath, "IncluirOS", sample("a"))
			} else {
				wantFault(t, s, osPath, "IncluirOS", sample("a"), 500, "já cadastrada", "")
			}
			c.Pass(61 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := newSim(t)
			for i := range 10 {
				again(t, s, c, i)
			}
			violations(t, s)
		})
	}
}

func TestAWrongKeyIsRefusedAndALoopOfItBlocks(t *testing.T) {
	s, c := newSim(t)
	body := []byte(`{"call":"StatusOS","app_key":"38333295000","app_secret":"wrong","param":[{"cCodIntOS":"a"}]}`)
	for i := range 6 {
		r := s.Call(osPath, body)
		want := 403
		if i == 5 {
			want = 425
		}
		if r.Status != want {
			t.Fatalf("call %d: %d %s", i, r.Status, r.Body)
		}
		if i == 0 && string(r.Body) != `{"faultstring":"A chave de acesso está inválida ou o aplicativo está suspenso.","faultcode":"SOAP-ENV:Server"}` {
			t.Errorf("%s", r.Body)
		}
		c.Pass(61 * time.Second)
	}
}

func TestTheKeyMayBeANumber(t *testing.T) {
	s, _ := newSim(t)
	r := s.Call(osPath, []byte(`{"call":"StatusOS","app_key":38333295000,"app_secret":"4cea520a0e2a2ecdc267b75d3424a0ed","param":[{"cCodIntOS":"a"}]}`))
	if r.Status != 500 {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

func TestEachKeyHasALaneOfItsOwn(t *testing.T) {
	s, _ := newSim(t, func(o *omiesim.Options) { o.AppKey, o.AppSecret = "", "" })
	body := func(key, method string) []byte {
		return fmt.Appendf(nil, `{"call":%q,"app_key":%q,"app_secret":"s","param":[{"cCodIntOS":"a"}]}`, method, key)
	}
	s.Inject(omiesim.Fault{Mode: omiesim.Blocked, Delay: time.Minute})
	for _, tt := range []struct {
		key  string
		want int
	}{{"one", 425}, {"one", 425}, {"two", 500}, {"", 403}} {
		if r := s.Call(osPath, body(tt.key, "StatusOS")); r.Status != tt.want {
			t.Errorf("%q: %d %s", tt.key, r.Status, r.Body)
		}
	}
}

func TestTheShapeOfTheEnvelopeIsChecked(t *testing.T) {
	s, _ := newSim(t)
	const auth = `"app_key":"38333295000","app_secret":"4cea520a0e2a2ecdc267b75d3424a0ed"`
	for body, text := range map[string]string{
		``:                                     "JSON request with SyntaxError",
		`{"call":"StatusOS",`:                  "JSON request with SyntaxError",
		`[]`:                                   "Invalid JSON Object",
		`null`:                                 "Invalid JSON Object",
		`{"call":1,` + auth + `,"param":[{}]}`: "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `}`:     "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `,"param":{}}`:               "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `,"param":[]}`:               "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `,"param":[{},{}]}`:          "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `,"param":[1]}`:              "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `,"param":[null]}`:           "Invalid JSON Object",
		`{"call":"StatusOS",` + auth + `,"param":[{}],"params":[]}`: "Invalid JSON Object",
		`{"call":"UpsertOS",` + auth + `,"param":[{}]}`:             `Method "UpsertOS" not exists`,
		`{"call":"IncluirCliente",` + auth + `,"param":[{}]}`:       `Method "IncluirCliente" not exists`,
	} {
		r := s.Call(osPath, []byte(body))
		if r.Status != 500 || !strings.Contains(decoded(t, r.Body)["faultstring"].(string), text) {
			t.Errorf("%s: %d %s", body, r.Status, r.Body)
		}
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d calls reached a method", n)
	}
}

func TestTheRulesHoldHoweverMuchWasForgotten(t *testing.T) {
	s, c := newSim(t, func(o *omiesim.Options) { o.KeepCalls = 1 })
	for i := range 5000 {
		c.Pass(time.Second)
		param := object{"nCodOS": i + 1}
		wantFault(t, s, osPath, "StatusOS", param, 500, "não cadastrada", "")
		if i%500 == 499 {
			wantFault(t, s, osPath, "StatusOS", object{"nCodOS": i - 57}, 500, "Aguarde 2 segundos", redundantCode)
		}
	}
}

func TestTheWindowsCanBeScaled(t *testing.T) {
	s, c := newSim(t, func(o *omiesim.Options) {
		o.RedundantFor, o.BlockAfter, o.BlockFor = 2*time.Second, 2, 10*time.Second
	})
	bad := with(t, sample("a"), "Cabecalho.cEtapa", "99")
	wantFault(t, s, osPath, "IncluirOS", bad, 500, "Etapa", "")
	c.Pass(time.Second)
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "Aguarde 2 segundos", redundantCode)
	c.Pass(time.Second)
	wantFault(t, s, osPath, "IncluirOS", bad, 500, "Etapa", "")
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 425, "Tente novamente em 10 segundos", "")
}

func TestAWriteThatMissesItsCustomerIsALoopToo(t *testing.T) {
	s, c := newSim(t)
	for range 5 {
		wantFault(t, s, osPath, "IncluirOS", with(t, sample("a"), "Cabecalho.nCodCli", 1), 500, "Cliente não cadastrado", "SOAP-ENV:Client-105")
		c.Pass(61 * time.Second)
	}
	wantFault(t, s, osPath, "IncluirOS", sample("a"), 425, "API bloqueada", "")
}

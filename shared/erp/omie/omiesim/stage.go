package omiesim

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/erpsim"
	"github.com/carimbo/carimbo/shared/order"
)

const (
	// callLimit is how long one call may take, latest how long after its end a write may
	// still be applied.
	callLimit = 60 * time.Second
	latest    = 50 * time.Second

	noteFailed      = "Erro ao emitir a nota fiscal: CNAE inválido."
	unknownWords    = "ERROR: Erro não catalogado."
	customerGone    = "Cliente não cadastrado"
	customerHidden  = "shows them neither by tax id nor by our code"
	cityRefused     = "ERROR: A cidade [BELO HORIZONTE (MG)] não foi encontrada!"
	emailRefused    = "ERROR: O preenchimento da tag [email] é obrigatório!"
	phoneRefused    = "ERROR: DDD inválido na tag [telefone1_ddd]!"
	productGone     = "Produto não cadastrado"
	planRefused     = "ERROR: A soma das parcelas [1.00] é diferente do valor total [2.00]!"
	contentsRefused = "ERROR: O preenchimento da tag [cCodServMun] é obrigatório!"
)

// stage is Omie in the simulation of orders.
func stage() erpsim.Stage {
	return erpsim.Stage{
		Faults: mishaps(),
		Beyond: erpsim.Mishap{Mode: Refusal, Name: "for a day", Text: "ERROR: API bloqueada por consumo indevido. Tente novamente em 86000 segundos.", Code: "SOAP-ENV:Client-9", Delay: 72 * time.Hour},
		ForOne: []erpsim.Mishap{{Mode: HTML, Status: http.StatusTooEarly}, {Mode: HTML, Status: http.StatusTooManyRequests}, {Mode: KeyRefused}, {Mode: HTML, Status: http.StatusForbidden}},

		KeyRefused: KeyRefused, CallLimit: callLimit, LongestRest: 2 * time.Hour, Apart: time.Minute / perMinute,
		// cEnviarPara is the e-mail; where a default customer stands for the buyer, no record has
		// their address.
		Carries: func(b erpsim.Buyer) erpsim.Carried {
			return erpsim.Carried{Email: true, Address: b.TaxID != "", LineName: true}
		},
		Sights:   []erpsim.Sight{{Name: "look-up", Proves: true}},
		Settings: settings, Documents: []string{kindOS, kindPedido}, Read: asked, Hear: heard, Open: open,
		Customer: func(b erpsim.Buyer) string {
			if b.TaxID == "" {
				return DefaultCustomers()[0].TaxID
			}
			return b.TaxID
		},
		Another: []string{"but its", "the document with our code is"},
	}
}

// mishaps are each row of the outcome table. A late write is applied at most latest after
// its call ended, which is after a minute where no answer comes.
func mishaps() []erpsim.Mishap {
	return []erpsim.Mishap{
		{Mode: WriteThenSilence},
		{Mode: WriteThenReset},
		{Mode: WriteThenHTML},
		{Mode: WriteThenHTML, Name: "504", Status: 504},
		{Mode: WriteThenHTML, Name: "302", Status: 302},
		{Mode: WriteThenGarbage},
		{Mode: WriteThenNoID},
		{Mode: WriteThenFault, Name: "unknown words", Said: unknownWords},
		{Mode: WriteThenFault, Name: "instability", Text: "ERROR: Broken response from application server", Code: "SOAP-ENV:Server"},
		{Mode: WriteThenFault, Name: "redundant", Text: "ERROR: Consumo redundante detectado. Aguarde 30 segundos para tentar novamente (REDUNDANT).", Code: "SOAP-ENV:Client-6"},
		{Mode: WriteThenFault, Name: "already processed", Text: "Esta requisição já foi processada ou está sendo processada e você pode tentar novamente às 19:04:08. (1)", Code: "SOAP-ENV:Client-1100"},
		{Mode: WriteThenFault, Name: "made, and something is wrong", Text: "ERROR: OS gravada. A parcela é inválida.", Code: "SOAP-ENV:Client-103"},
		{Mode: WriteThenFault, Name: "what comes after it failed", Text: "ERROR: " + noteFailed, Code: "SOAP-ENV:Client-103", Said: noteFailed},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApply, Delayed: callLimit + latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: DelayedApplyReset, Delayed: latest},
		{Mode: Slow, Delayed: 90 * time.Second},
		{Mode: Hang},
		{Mode: Reset},
		{Mode: HTML},
		{Mode: HTML, Name: "301", Status: 301},
		{Mode: HTML, Name: "401", Status: 401},
		{Mode: HTML, Name: "403", Status: 403},
		{Mode: HTML, Name: "404", Status: 404},
		{Mode: HTML, Name: "408", Status: 408},
		{Mode: HTML, Name: "425", Status: 425},
		{Mode: HTML, Name: "429", Status: 429},
		{Mode: Status200Garbage},
		{Mode: Outage},
		{Mode: Blocked, Delay: blockFor, Rests: true},
		{Mode: Blocked, Name: "in other words", Delay: blockFor, Rests: true, Status: 500, Text: "ERROR: Consumo indevido.", Code: "SOAP-ENV:Client-425"},
		{Mode: Blocked, Name: "for minutes and seconds", Delay: blockFor, Rests: true, Status: 425, Text: "ERROR: API bloqueada por consumo indevido: 3 tentativas em 10 segundos. Tente novamente em 30 minutos e 1 segundo.", Code: "MISUSE_API_PROCESS"},
		{Mode: Rate},
		{Mode: KeyRefused},
		{Mode: KeyRefused, Name: "in other words", Status: 500, Text: "ERROR: O app_key informado é inválido", Code: "SOAP-ENV:Client-1"},
		{Mode: KeyRefused, Name: "the app is gone", Status: 500, Text: "ERROR: Aplicativo não encontrado!", Code: "SOAP-ENV:Client-101"},
		{Mode: KeyRefused, Name: "no permission", Status: 500, Text: "ERROR: Não existem permissões para incluir ordens de serviço.", Code: "SOAP-ENV:Client-4"},
		{Mode: KeyRefused, Name: "not hired", Status: 500, Text: "ERROR: O módulo de Serviços não foi contratado.", Code: "SOAP-ENV:Client-103"},
		{Mode: KeyRefused, Name: "not authorized", Status: 500, Text: "ERROR: Não autorizado.", Code: "SOAP-ENV:Client-4"},
		{Mode: KeyRefused, Name: "a bill is due", Status: 500, Text: "ERROR: Fatura vencida. Regularize para continuar.", Code: "SOAP-ENV:Client-4"},
		{Mode: Redundant, Delayed: 60 * time.Second},
		{Mode: Concurrent},
		{Mode: Refusal, Name: "instability", Text: "ERROR: Instabilidade momentanea, tente novamente."},
		{Mode: Refusal, Name: "unknown words", Refuses: true, Said: unknownWords},
		{Mode: Refusal, Name: "already processed, and nothing is there", Text: "Esta requisição já foi processada ou está sendo processada e você pode tentar novamente às 19:04:08. (1)", Code: "SOAP-ENV:Client-1100"},
		{Mode: Refusal, Name: "too many requests, in words", Text: "ERROR: Too many requests."},
		{Mode: Refusal, Name: "the customer is gone", Text: "ERROR: " + customerGone + " para o Código [3796000001] !", Code: "SOAP-ENV:Client-105", OfCreates: true, Refuses: true, Said: customerGone},
		{Mode: Refusal, Name: "contents refused", Text: contentsRefused, Code: "SOAP-ENV:Client-103", Refuses: true, Said: contentsRefused},
		{Mode: AsErrorCode, Name: "contents refused", Text: contentsRefused, Code: "SOAP-ENV:Client-103", Refuses: true, Said: contentsRefused},
		{Mode: EscapedTwice, Name: "contents refused", Text: contentsRefused, Code: "SOAP-ENV:Client-103", Refuses: true, Said: contentsRefused},
		{Mode: InLatin1, Name: "contents refused", Text: contentsRefused, Code: "SOAP-ENV:Client-103", Refuses: true, Said: contentsRefused},
		{Mode: AsStatus, Name: "contents refused", Text: contentsRefused, Refuses: true, Said: contentsRefused},
		{Mode: AsStatus, Name: "not now", Text: "Em processamento, aguarde."},
		{Mode: Echo, Refuses: true, Said: "O conteúdo é inválido"},
		{Mode: Echo, Name: "unknown words", Text: "ERROR: Algo que ninguém viu:", Refuses: true, Said: "Algo que ninguém viu"},
		{Mode: Refusal, Name: "a customer who is nowhere shown", Text: "ERROR: Cliente já cadastrado para o Código de Integração!", Code: "SOAP-ENV:Client-102", OfCustomers: true, Refuses: true, Said: customerHidden},
		{Mode: Refusal, Name: "a city refused", Text: cityRefused, Code: "SOAP-ENV:Client-103", OfCustomers: true, Refuses: true, Said: "A cidade"},
		{Mode: Refusal, Name: "an e-mail refused", Text: emailRefused, Code: "SOAP-ENV:Client-1000", OfCustomers: true, Refuses: true, Said: emailRefused},
		{Mode: AsErrorCode, Name: "a phone refused", Text: phoneRefused, Code: "SOAP-ENV:Client-103", OfCustomers: true, Refuses: true, Said: phoneRefused},
		{Mode: WriteThenSilence, Name: "of a customer", OfCustomers: true},
		{Mode: DelayedApply, Name: "of a customer", Delayed: callLimit + latest, OfCustomers: true},
		{Mode: DelayedApplyReset, Name: "of a customer", Delayed: latest, OfCustomers: true},
		{Mode: Refusal, Name: "a false duplicate", Text: "ERROR: OS já cadastrada !", Code: "SOAP-ENV:Client-102", Document: kindOS, Contradicts: true},
		{Mode: Refusal, Name: "a false duplicate, in other words", Text: "ERROR: Tag [cCodIntOS] inválida: valor repetido.", Code: "SOAP-ENV:Client-103", Document: kindOS, Contradicts: true},
		{Mode: Refusal, Name: "a false duplicate of a pedido", Text: "ERROR: Pedido já cadastrado !", Code: "SOAP-ENV:Client-102", Document: kindPedido, Contradicts: true},
		{Mode: Refusal, Name: "a false duplicate of a pedido, with an id", Text: "ERROR: Pedido já cadastrado para o Código de Integração [16381], Código [8498018926] e Número [19363] !", Code: "SOAP-ENV:Client-102", Document: kindPedido, Contradicts: true},
		{Mode: Refusal, Name: "a product is gone", Text: "ERROR: " + productGone + " para o Código [5366578297] !", Code: "SOAP-ENV:Client-105", Document: kindPedido, OfCreates: true, Refuses: true, Mapped: true, Said: productGone},
		{Mode: Refusal, Name: "a plan that doesn't add up", Text: planRefused, Code: "SOAP-ENV:Client-103", Document: kindPedido, OfCreates: true, Refuses: true, Said: planRefused},
		{Mode: KeyRefused, Name: "no permission for pedidos", Status: 500, Text: "ERROR: Não existem permissões para incluir pedidos de venda.", Code: "SOAP-ENV:Client-4", Document: kindPedido},
		{Mode: KeyRefused, Name: "products not hired", Status: 500, Text: "ERROR: O módulo de Vendas e NF-e não foi contratado.", Code: "SOAP-ENV:Client-103", Document: kindPedido},
	}
}

// settings have both kinds of documents: what an account asks for changes, and what it asked
// for once goes on.
func settings(s erpsim.Setup) string {
	// Of the second version each document has the instalments in which its order was paid.
	// It is asked for the stock as well.
	stage, term, terms, parcelas, document := "10", `,"cCodParc":"000","nQtdeParc":1`, `,"codigo_parcela":"000"`, "", ""
	if s.Version == 1 {
		stage, term, terms, parcelas = "20", "", "", `"parcelas":"payments","stock":"warn",`
	}
	if s.Document != "" {
		document = fmt.Sprintf(`"document":%q,`, s.Document)
	}
	return fmt.Sprintf(`{"kind":"omie",%[3]s%[4]s"base_url":"https://%[1]s/api/v1/","customer":{"default":3795260786},
		"os":{"Cabecalho":{"cEtapa":"%[2]s"%[5]s,"dDtPrevisao":"+3d"},
			"InformacoesAdicionais":{"cCodCateg":"1.01.02","nCodCC":3731356020,"cCidPrestServ":"SAO PAULO (SP)","cNumPedido":"{order.number}",
			"cDadosAdicNF":"Comprador {customer.name}"},"Email":{"cEnvLink":"N","cEnviarPara":"{customer.email}"}},
		"services":{"CURSO-GO":{"cCodigo":"SRV00001","cDadosAdicItem":"{line.name}"},"MANUT-01":{"cCodIntServico":"MANUT-01","cDadosAdicItem":"{line.name}"}},
		"pedido":{"cabecalho":{"etapa":"%[2]s"%[6]s,"data_previsao":"+3d"},"frete":{"modalidade":"9"},
			"informacoes_adicionais":{"codigo_categoria":"1.01.03","codigo_conta_corrente":3731356020,"consumidor_final":"S","numero_pedido_cliente":"{order.number}",
			"dados_adicionais_nf":"Comprador {customer.name}","utilizar_emails":"{customer.email}"}},
		"products":{"CURSO-GO":{"codigo":"PRD00001","inf_adic":{"dados_adicionais_item":"{line.name}"}},"MANUT-01":{"codigo_produto_integracao":"MANUT-01","inf_adic":{"dados_adicionais_item":"{line.name}"}}}}`,
		s.Host, stage, document, parcelas, term, terms)
}

// asked reads the envelope, which nothing escapes.
func asked(_, _ string, _ http.Header, body []byte) erpsim.Asked {
	a := erpsim.Asked{Method: inEnvelope(body, "call"), Key: inEnvelope(body, "app_key"), Secret: inEnvelope(body, "app_secret")}
	switch a.Method {
	case "IncluirOS", "ConsultarOS", "StatusOS":
		a.Document = kindOS
	case "IncluirPedido", "ConsultarPedido", "StatusPedido":
		a.Document = kindPedido
	}
	a.Creates, a.Introduces = a.Method == "IncluirOS" || a.Method == "IncluirPedido", a.Method == "IncluirCliente"
	a.Looks = a.Document != "" && !a.Creates
	a.Judged = !a.Looks && a.Method != "ConsultarCliente" && a.Method != "ListarCadastroServico" && a.Method != "ConsultarProduto" && a.Method != "ListarPosEstoque"
	_, param, _ := bytes.Cut(body, []byte(`"param":`))
	a.Same = a.Key + a.Method + string(param)
	return a
}

func inEnvelope(body []byte, name string) string {
	_, text, _ := bytes.Cut(body, []byte(`"`+name+`":"`))
	value, _, _ := bytes.Cut(text, []byte(`"`))
	return string(value)
}

func heard(r Reply) erpsim.Heard {
	return erpsim.Heard{
		Rest:      r.Status == http.StatusTooEarly || bytes.Contains(r.Body, []byte("onsumo indevido")),
		Duplicate: bytes.Contains(r.Body, []byte("já cadastrada para")) || bytes.Contains(r.Body, []byte("Pedido já cadastrado para")),
	}
}

// company is one app in the simulation of orders.
type company struct{ *Sim }

func open(o erpsim.Opening) erpsim.Company {
	people := DefaultCustomers()
	for i, taxID := range o.Known {
		people = append(people, Customer{ID: 3795300000 + int64(i), Name: "Conhecido", TaxID: taxID})
	}
	products := DefaultProducts()
	for i := range products {
		products[i].Stock = order.Pieces(15) // so that it gets short
	}
	return company{New(Options{
		Now: o.Now, Products: products, NotUnique: !o.Unique, TwinCustomers: o.Twins, KeepCalls: 1, Customers: people,
		FirstOS: 3847270140 + int64(o.Nth)*1_000_000, FirstPedido: 5847270140 + int64(o.Nth)*1_000_000,
		NotFoundText: []string{"", `ERROR: OS n\u00e3o cadastrada para o C\u00f3digo de Integra\u00e7\u00e3o [{code}] ! Tag [cCodIntOS]!`}[o.Nth%2],
		NoPedidoText: []string{"", `ERROR: Pedido n\u00e3o cadastrado para o C\u00f3digo de Integra\u00e7\u00e3o [{code}] ! Tag [codigo_pedido_integracao]!`}[o.Nth%2],
	})}
}

func (c company) Request(_, target string, _ http.Header, body []byte) Reply {
	return c.Call(target, body)
}

func (c company) Sold() []erpsim.Sold {
	var list []erpsim.Sold
	for _, d := range c.Documents() {
		_, date, _ := strings.Cut(string(d.Body), `"dDtPrevisao":"`)
		date, _, _ = strings.Cut(date, `"`)
		sold := erpsim.Sold{Document: kindOS, ID: strconv.FormatInt(d.NCodOS, 10), Number: d.NumOS, Order: d.OrderNumber, Total: d.Total, Customer: d.CustomerTaxID}
		if expected, err := time.Parse("02/01/2006", date); err == nil {
			sold.Day = expected.AddDate(0, 0, -3).Format(time.DateOnly) // "+3d" of the settings
		}
		list = append(list, sold)
	}
	for _, p := range c.Pedidos() {
		sold := erpsim.Sold{Document: kindPedido, ID: strconv.FormatInt(p.ID, 10), Number: p.Number, Order: p.OrderNumber, Total: p.Total, Customer: p.CustomerTaxID}
		// data_previsao is never a past one, so that it tells nothing of the order's day; the
		// instalment, where there is one, was paid on it.
		if _, due, planned := strings.Cut(string(p.Body), `"data_vencimento":"`); planned {
			due, _, _ = strings.Cut(due, `"`)
			if paid, err := time.Parse(omieDate, due); err == nil {
				sold.Day = paid.Format(time.DateOnly)
			}
		}
		list = append(list, sold)
	}
	return list
}

func (c company) Occupy(ref erp.Reference, order string) {
	body := fmt.Sprintf(`{"call":"IncluirOS","app_key":"outro","app_secret":"outro","param":[{
		"Cabecalho":{"cCodIntOS":"%s","nCodCli":3795260786,"cEtapa":"10","cCodParc":"000","nQtdeParc":1,"dDtPrevisao":"10/03/2024"},
		"InformacoesAdicionais":{"cCodCateg":"1.01.02","nCodCC":3731356020,"cNumPedido":"%s"},
		"ServicosPrestados":[{"nCodServico":3846592864,"nQtde":1,"nValUnit":7}]}]}`, ref.Code, order)
	pedido := fmt.Sprintf(`{"call":"IncluirPedido","app_key":"outro","app_secret":"outro","param":[{
		"cabecalho":{"codigo_pedido_integracao":"%s","codigo_cliente":3795260786,"etapa":"10","codigo_parcela":"000","data_previsao":"31/12/2099"},
		"informacoes_adicionais":{"codigo_categoria":"1.01.03","codigo_conta_corrente":3731356020,"consumidor_final":"S","numero_pedido_cliente":"%s"},
		"det":[{"ide":{"codigo_item_integracao":"1"},"produto":{"codigo_produto":5366578297,"quantidade":1,"valor_unitario":7}}]}]}`, ref.Code, order)
	for path, body := range map[string]string{"servicos/os/": body, "produtos/pedido/": pedido} {
		if r := c.Call(path, []byte(body)); r.Status != http.StatusOK {
			panic("somebody else's document is refused: " + string(r.Body))
		}
	}
}

func (c company) Deafen() {}

func (c company) Twice() []string {
	var twice []string
	seen := map[string]bool{}
	for _, p := range c.Customers() {
		if p.TaxID != "" && seen[p.TaxID] {
			twice = append(twice, p.TaxID)
		}
		seen[p.TaxID] = true
	}
	return twice
}

func (c company) Lose(taxID string) bool { return c.Sim.Lose(taxID) > 0 }

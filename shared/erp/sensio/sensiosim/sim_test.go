package sensiosim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
	"github.com/carimbo/carimbo/shared/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const valid = `{"type": "Venda", "customer": "Ana Prado", "total": 100, "discount": 10, "otherExpenses": 1.5, "transportFee": 8.5, "netTotal": 100,
	"payments": [{"nDup": 1, "dVenc": "2026-11-21", "vDup": 50}, {"nDup": 2, "dVenc": "2026-12-21", "vDup": 50}],
	"orig": "loja", "origId": "1", "saleLines": [{"productId": "p", "qty": 2, "price": 50}]}`

// published is the page's own example, with the sums and the sequence that it
// leaves at zero, a customer, and quote fields with the type that has them.
const published = `{
    "child": "string", "total": 10, "dateSold": "2019-08-24", "fixedPaymentsDate": true, "type": "Orçamento", "status": "Em aberto",
    "paymentConditionType": "2x, 30 60 90", "paymentMethod": "Dinheiro", "priceList": "string",
    "payments": [{"nDup": 1, "dVenc": "2019-08-24", "vDup": 10, "tPag": "string", "acquirerFee": 0}],
    "customer": "string", "customerId": "string", "otherExpenses": 0, "discount": 0, "discountType": "R$", "discountPercentage": 0, "transportFee": 0,
    "details": "string", "oc": "string", "sellersInfo": [{"seller": "string", "comissionType": "%", "comissionValue": 0, "comission": 0}],
    "netTotal": 10, "negotiationStatus": "Em orçamento", "dueDate": "2019-08-24", "foreseenDelivery": "2019-08-24", "quoteDate": "2019-08-24",
    "orig": "string", "origId": "string", "tags": [{"tagId": "string"}], "origStatus": "string", "origPaymentMethod": "string", "bonificacao": false,
    "carrier": "string", "modFrete": "0 - Por conta do emitente", "foreseenShipment": "2019-08-24", "shipmentDetails": "string",
    "shipmentAddress": "Endereço da Pessoa", "shipment": "string", "shipped": true, "shipmentCode": "string", "shipmentDate": "2019-08-24",
    "approved": true, "description": "string",
    "saleLines": [{"productId": "string", "variationId": "string", "qty": 1, "price": 10, "details": "string", "detailsNF": true}],
    "contactId": "string", "acquirer": {"isWithAcquirerFee": true, "acquirerId": "string", "feeType": "string"}
}`

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

func post(s *sensiosim.Sim, body string) sensiosim.Reply {
	return s.Call("POST", "/sales", jsonHeader, []byte(body))
}

func TestTheExampleOfThePageIsTaken(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{})
	for _, body := range []string{published, valid} {
		reply := post(s, body)
		var got struct {
			Success  bool
			Message  string
			Response string
		}
		if err := json.Unmarshal(reply.Body, &got); err != nil || reply.Status != 201 || !got.Success || got.Message != "Pedido registrado com sucesso" || len(got.Response) != 24 {
			t.Errorf("HTTP %d %s", reply.Status, reply.Body)
		}
	}
}

func TestWhatThePageForbidsIsRefused(t *testing.T) {
	for _, c := range []struct{ old, new, says string }{
		{`"type": "Venda", `, ``, "type é obrigatório"},
		{`"Venda"`, `"venda"`, "type é inválido"},
		{`"Venda"`, `5`, "type é inválido"},
		{`"customer": "Ana Prado"`, `"details": ""`, "customer é obrigatório"},
		{`"Ana Prado"`, `{}`, "customer é inválido"},
		{`"orig"`, `"Orig"`, "Orig não é permitido"},
		{`"orig": "loja"`, `"orig": 5`, "orig é inválido"},
		{`"orig": "loja"`, `"bonificacao": "false"`, "bonificacao é inválido"},
		{`"orig": "loja"`, `"dateSold": "21/11/2026"`, "dateSold é inválido"},
		{`"orig": "loja"`, `"dateSold": "2026-11-31"`, "dateSold é inválido"},
		{`"orig": "loja"`, `"dateSold": "2026-11-21T00:00:00Z"`, "dateSold é inválido"},
		{`"orig": "loja"`, `"dueDate": "2026-11-21"`, "dueDate somente"},
		{`"orig": "loja"`, `"foreseenDelivery": "2026-11-21"`, "foreseenDelivery somente"},
		{`"orig": "loja"`, `"quoteDate": "2026-11-21"`, "quoteDate somente"},
		{`"orig": "loja"`, `"modFrete": "0"`, "modFrete é inválido"},
		{`"orig": "loja"`, `"paymentMethod": "Pix"`, "paymentMethod é inválido"},
		{`"orig": "loja"`, `"discountType": "reais"`, "discountType é inválido"},
		{`"orig": "loja"`, `"discountPercentage": 10`, "discountPercentage somente"},
		{`"orig": "loja"`, `"discountType": "%"`, "discount e discountPercentage"},
		{`"orig": "loja"`, `"sellersInfo": [{"comission": 5}]`, "sellersInfo[0].seller é obrigatório"},
		{`"orig": "loja"`, `"sellersInfo": [{"seller": ""}]`, "sellersInfo[0].seller é obrigatório"},
		{`"orig": "loja"`, `"tags": ["x"]`, "tags[0] deve ser um objeto"},
		{`"orig": "loja"`, `"tags": {}`, "tags deve ser uma lista"},
		{`"orig": "loja"`, `"tags": null`, "tags deve ser uma lista"},
		{`"orig": "loja"`, `"acquirer": []`, "acquirer deve ser um objeto"},
		{`"orig": "loja"`, `"acquirer": {"id": "1"}`, "acquirer.id não é permitido"},
		{`"total": 100`, `"total": 99.99`, "total 99.99 difere"},
		{`"total": 100`, `"total": "100"`, "total é inválido"},
		{`"total": 100`, `"total": 1e2`, "total é inválido"},
		{`"total": 100`, `"total": 100.001`, "total é inválido"},
		{`"total": 100`, `"total": -100`, "total é inválido"},
		{`"netTotal": 100`, `"netTotal": 100.01`, "netTotal 100.01 difere"},
		{`"discount": 10`, `"discount": 1000`, "o valor líquido é negativo"},
		{`"discount": 10`, `"discount": 10.01`, "netTotal 100.00 difere"},
		{`"transportFee": 8.5`, `"transportFee": 8`, "netTotal"},
		{`"nDup": 2`, `"nDup": 3`, "payments[1].nDup fora de sequência"},
		{`"nDup": 2`, `"nDup": 2.0`, "payments[1].nDup é inválido"},
		{`"dVenc": "2026-11-21", `, ``, "payments[0].dVenc é obrigatório"},
		{`"vDup": 50}]`, `"vDup": 49.99}]`, "a soma das parcelas 99.99"},
		{`"productId": "p", `, ``, "saleLines[0].productId é obrigatório"},
		{`"qty": 2, `, ``, "saleLines[0].qty é obrigatório"},
		{`"qty": 2`, `"qty": 2.0`, "saleLines[0].qty é inválido"},
		{`"qty": 2`, `"qty": 1.5`, "saleLines[0].qty é inválido"},
		{`"qty": 2`, `"qty": 0`, "saleLines[0].qty deve ser maior"},
		{`"price": 50`, `"details": ""`, "saleLines[0].price é obrigatório"},
		{`[{"productId": "p", "qty": 2, "price": 50}]`, `[]`, "saleLines deve ser uma lista"},
		{`"type"`, `{"type"`, "JSON inválido"},
		{valid, `[]`, "JSON inválido"},
		{valid, `null`, "JSON inválido"},
	} {
		s := sensiosim.New(sensiosim.Options{})
		body := strings.Replace(valid, c.old, c.new, 1)
		if body == valid {
			t.Errorf("%s is not in the body", c.old)
		}
		reply := post(s, body)
		var got struct {
			Success *bool
			Message string
		}
		if err := json.Unmarshal(reply.Body, &got); err != nil || reply.Status != 400 || got.Success == nil || *got.Success || !strings.Contains(got.Message, c.says) {
			t.Errorf("%s for %s: HTTP %d %s, want %q", c.new, c.old, reply.Status, reply.Body, c.says)
		}
		if len(s.Documents()) != 0 {
			t.Errorf("%s was written", c.new)
		}
	}
}

func TestItemsAndPeopleThatAreKnownAreTheOnlyOnes(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{})
	s.Know([]sensiosim.Item{{ID: "p"}, {ID: "v", Variations: []string{"1"}}}, []sensiosim.Person{{ID: "ana"}})
	s.Know([]sensiosim.Item{{ID: "v", Variations: []string{"2"}}}, nil)
	for body, status := range map[string]int{
		valid: 201,
		strings.Replace(valid, `"productId": "p"`, `"productId": "x"`, 1):                       400,
		strings.Replace(valid, `"productId": "p"`, `"productId": "p", "variationId": "1"`, 1):   400,
		strings.Replace(valid, `"productId": "p"`, `"productId": "v"`, 1):                       400,
		strings.Replace(valid, `"productId": "p"`, `"productId": "v", "variationId": "2"`, 1):   201,
		strings.Replace(valid, `"customer": "Ana Prado"`, `"customerId": "ana"`, 1):             201,
		strings.Replace(valid, `"customer": "Ana Prado"`, `"customerId": "x"`, 1):               400,
		strings.Replace(valid, `"productId": "p"`, `"productId": "v", "variationId": "nao"`, 1): 400,
	} {
		if got := post(s, body); got.Status != status {
			t.Errorf("HTTP %d %s, want %d for %s", got.Status, got.Body, status, body)
		}
	}
}

func TestOnlyTheRightHeadersAreLetIn(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{Authorization: "Bearer x"})
	for _, c := range []struct {
		header http.Header
		status int
	}{
		{http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer x"}}, 201},
		{http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer y"}}, 401},
		{http.Header{"Content-Type": {"application/json"}}, 401},
		{http.Header{"Authorization": {"Bearer x"}}, 415},
	} {
		if got := s.Call("POST", "/sales", c.header, []byte(valid)); got.Status != c.status {
			t.Errorf("%v: HTTP %d, want %d", c.header, got.Status, c.status)
		}
	}
	if got := s.Call("GET", "/sales", nil, nil); got.Status != 401 {
		t.Errorf("a look-up without a key: HTTP %d", got.Status)
	}
}

func TestNothingIsUnique(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{})
	post(s, valid)
	post(s, valid)
	if d := s.Documents(); s.Count("loja", "1") != 2 || s.Count("loja", "2") != 0 || d[0].ID == d[1].ID {
		t.Errorf("documents %+v", d)
	}
	again := sensiosim.New(sensiosim.Options{})
	post(again, valid)
	if again.Documents()[0].ID != s.Documents()[0].ID {
		t.Error("ids differ from run to run")
	}
}

func ids(t *testing.T, r sensiosim.Reply) string {
	t.Helper()
	var got struct{ Response []struct{ OrigID string } }
	if err := json.Unmarshal(r.Body, &got); err != nil {
		t.Fatalf("HTTP %d %s", r.Status, r.Body)
	}
	all := ""
	for _, row := range got.Response {
		all += row.OrigID + " "
	}
	return strings.TrimSpace(all)
}

func TestASecondSaleIsRefusedInWordsWhereReferencesAreUnique(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{Unique: true})
	for i, want := range []int{201, 400} {
		if got := post(s, valid); got.Status != want || (want == 400) != strings.Contains(string(got.Body), "Já existe um pedido com este orig e origId") {
			t.Errorf("POST %d: HTTP %d %s", i+1, got.Status, got.Body)
		}
	}
	if got := post(s, strings.Replace(valid, `"origId": "1"`, `"origId": "2"`, 1)); got.Status != 201 {
		t.Errorf("another: HTTP %d %s", got.Status, got.Body)
	}
	if n := s.Count("loja", "1"); n != 1 {
		t.Errorf("%d sales", n)
	}
}

func TestAListWithoutSalesLooksAsItIsTold(t *testing.T) {
	for none, want := range map[sensiosim.None]string{
		sensiosim.EmptyList:  `200 {"count":0,"response":[],"success":true}`,
		sensiosim.NotFound:   `404 {"message":"Pedido não encontrado","success":false}`,
		sensiosim.NotSuccess: `200 {"message":"Nenhum pedido encontrado","success":false}`,
	} {
		s := sensiosim.New(sensiosim.Options{None: none})
		post(s, valid)
		for origID, want := range map[string]string{"1": "200", "2": want} {
			got := s.Call("GET", "/sales?orig=loja&origId="+origID, nil, nil)
			if is := fmt.Sprintf("%d %s", got.Status, got.Body); !strings.HasPrefix(is, want) || (origID == "1") != strings.Contains(is, `"origId":"1"`) {
				t.Errorf("%q, %s: %s, want %s", none, origID, is, want)
			}
		}
	}
}

func TestALateListShowsASaleAWhileAfterItWasWritten(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := sensiosim.New(sensiosim.Options{Now: func() time.Time { return now }})
	s.SetLag(time.Minute)
	post(s, valid)
	for _, shown := range []bool{false, true} {
		if got := s.Call("GET", "/sales?origId=1", nil, nil); strings.Contains(string(got.Body), `"origId":"1"`) != shown {
			t.Errorf("at %s: %s", now, got.Body)
		}
		now = now.Add(time.Minute)
	}
}

func TestTheListDoesWhatItsFilterCan(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{PageSize: 2})
	for i := range 3 {
		post(s, strings.Replace(valid, `"origId": "1"`, fmt.Sprintf(`"origId": "%d"`, i+1), 1))
	}
	for _, c := range []struct {
		filter       sensiosim.Filter
		target, want string
	}{
		{sensiosim.Honoured, "/sales?orig=loja&origId=2", "2"},
		{sensiosim.Honoured, "/sales?orig=outra&origId=2", ""},
		{sensiosim.Honoured, "/sales?orig=loja", "3 2"},
		{sensiosim.Honoured, "/sales?orig=loja&page=2", "1"},
		{sensiosim.Honoured, "/sales?page=9", ""},
		{sensiosim.Ignored, "/sales?orig=loja&origId=9", "3 2"},
		{sensiosim.Deaf, "/sales?orig=loja&origId=2", ""},
	} {
		s.SetFilter(c.filter)
		if got := ids(t, s.Call("GET", c.target, nil, nil)); got != c.want {
			t.Errorf("%q %s: %q, want %q", c.filter, c.target, got, c.want)
		}
	}
	s.SetFilter(sensiosim.Missing)
	if got := s.Call("GET", "/sales", nil, nil); got.Status != 404 {
		t.Errorf("HTTP %d", got.Status)
	}
}

func TestPeopleAreFoundByPartsOfTaxIDAndName(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{People: []sensiosim.Person{{ID: "1", Name: "Ana Prado", TaxID: "529.982.247-25"}, {ID: "2", Name: "Loja", TaxID: "11.222.333/0001-81"}}})
	for search, want := range map[string]int{"52998224725": 1, "529": 1, "2": 2, "prado": 1, "ninguém": 0} {
		var got struct{ Response []any }
		if err := json.Unmarshal(s.Call("GET", "/people?search="+search, nil, nil).Body, &got); err != nil || len(got.Response) != want {
			t.Errorf("%q finds %v, want %d", search, got.Response, want)
		}
	}
}

func TestLateWritesComeInTheirOwnTime(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := sensiosim.New(sensiosim.Options{Now: func() time.Time { return now }})
	s.Inject(sensiosim.Fault{Mode: sensiosim.DelayedApply, Delay: time.Minute})
	s.Inject(sensiosim.Fault{Mode: sensiosim.DelayedApply})
	if r := post(s, valid); r.Fate != sensiosim.Hangs {
		t.Errorf("%+v", r)
	}
	post(s, strings.Replace(valid, `"origId": "1"`, `"origId": "2"`, 1))
	for after, want := range []int{0, 1, 2} {
		if got := len(s.Documents()); got != want {
			t.Errorf("after %d half minutes %d sales, want %d", after, got, want)
		}
		now = now.Add(30 * time.Second)
	}
	if d := s.Documents(); d[0].OrigID != "2" || !d[1].At.Equal(d[0].At.Add(30*time.Second)) {
		t.Errorf("%+v", d)
	}
}

func TestASaleThatArrivesLateCanBeCancelledOnceItIsDue(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := sensiosim.New(sensiosim.Options{Now: func() time.Time { return now }})
	s.Inject(sensiosim.Fault{Mode: sensiosim.DelayedApply, Delay: time.Minute})
	post(s, valid)
	if n := s.Cancel("loja", "1"); n != 0 {
		t.Errorf("%d sales were cancelled before any was written", n)
	}
	now = now.Add(time.Minute)
	if n := s.Cancel("loja", "1"); n != 1 || !s.Documents()[0].Cancelled {
		t.Errorf("%d sales were cancelled", n)
	}
}

func TestTheLatestCallsAreKeptAndAllAreCounted(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{KeepCalls: 2, Latency: time.Minute})
	s.Inject(sensiosim.Fault{Mode: sensiosim.Slow, Delay: time.Hour})
	var delays []time.Duration
	for i := range 9 {
		delays = append(delays, s.Call("GET", fmt.Sprintf("/sales?origId=%d", i), nil, nil).Delay)
	}
	if delays[0] != time.Hour || delays[1] != time.Minute {
		t.Errorf("delays %v", delays)
	}
	if calls := s.Calls(); len(calls) > 4 || calls[len(calls)-1].Code != "8" {
		t.Errorf("calls %+v", calls)
	}
	r := httptest.NewRecorder()
	s.ServeHTTP(r, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
	if r.Body.String() != `{"documents":[],"calls":9}` {
		t.Error(r.Body)
	}
}

func TestAFaultBefallsWhatItSays(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s := sensiosim.New(sensiosim.Options{Now: func() time.Time { return now }, KeepCalls: 100})
	s.Inject(sensiosim.Fault{Method: "POST /sales", Mode: sensiosim.Refusal, Times: 2, Status: 409, Text: "Conflito"})
	got := []int{s.Call("GET", "/sales", nil, nil).Status, post(s, valid).Status, post(s, valid).Status, post(s, valid).Status}
	s.Inject(sensiosim.Fault{Mode: sensiosim.Outage, For: time.Minute})
	got = append(got, post(s, valid).Status, s.Call("GET", "/sales", nil, nil).Status)
	now = now.Add(time.Minute)
	got = append(got, post(s, valid).Status)
	s.Inject(sensiosim.Fault{Mode: sensiosim.Outage, For: time.Minute})
	s.Clear()
	got = append(got, post(s, valid).Status)
	s.OnCall(func(method, origID string) *sensiosim.Fault {
		if method == "POST /sales" && origID == "1" {
			return &sensiosim.Fault{Mode: sensiosim.Rate}
		}
		return nil
	})
	got = append(got, post(s, valid).Status, post(s, valid).Status, s.Call("GET", "/sales", nil, nil).Status)
	if diff := cmp.Diff([]int{200, 409, 409, 201, 503, 503, 201, 201, 429, 429, 200}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	calls := s.Calls()
	if len(calls) != 11 || calls[1].Code != "1" || calls[1].Method != "POST /sales" || !strings.HasPrefix(calls[1].Outcome, "refusal: ") {
		t.Errorf("calls %+v", calls)
	}
}

func TestAFaultThatMakesNoSenseIsRefused(t *testing.T) {
	for _, f := range []sensiosim.Fault{{}, {Mode: "x"}, {Mode: sensiosim.Rate, Times: -1}, {Mode: sensiosim.Rate, Status: 99}, {Mode: sensiosim.Rate, Method: "PUT /sales"}} {
		if sensiosim.New(sensiosim.Options{}).Validate(f) == nil {
			t.Errorf("%+v", f)
		}
	}
}

func TestPeopleSeeAndSwitchItOverHTTP(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{})
	server := httptest.NewServer(s)
	defer server.Close()
	defer s.Close()
	do := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Close = true
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, ""
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(text)
	}
	if status, text := do("POST", "/faults", `{"method":"POST /sales","mode":"write-then-reset"}`); status != 200 {
		t.Errorf("HTTP %d %s", status, text)
	}
	if status, _ := do("POST", "/sales", valid); status != 0 {
		t.Errorf("HTTP %d of a connection that was to be reset", status)
	}
	want := `[{"id":"` + s.Documents()[0].ID + `","orig":"loja","origId":"1","netTotal":100,"customer":"Ana Prado","customerId":""}]`
	if _, text := do("GET", "/documents", ""); text != want {
		t.Errorf("%s, want %s", text, want)
	}
	if _, text := do("GET", "/", ""); text != `{"documents":`+want+`,"calls":1}` {
		t.Error(text)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/faults", `{"mode":"x"}`, 400}, {"POST", "/faults", `{"mode":"rate","delay":"soon"}`, 400}, {"POST", "/faults", `{"mode":"rate","when":"now"}`, 400},
		{"PUT", "/sales", valid, 404}, {"GET", "/vendas", "", 404},
	} {
		if status, text := do(c.method, c.path, c.body); status != c.status {
			t.Errorf("%s %s %s: HTTP %d %s", c.method, c.path, c.body, status, text)
		}
	}
}

func FuzzAnyBodyIsAnswered(f *testing.F) {
	f.Add(valid)
	f.Add(published)
	f.Add(`{"saleLines":[{"productId":"p","qty":1,"price":{}}],"type":"Venda"}`)
	f.Fuzz(func(t *testing.T, body string) {
		s := sensiosim.New(sensiosim.Options{})
		if r := post(s, body); r.Status != 201 && r.Status != 400 || (r.Status == 201) != (len(s.Documents()) == 1) {
			t.Errorf("HTTP %d %s for %q", r.Status, r.Body, body)
		}
	})
}

package sensiosim_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/erp/sensio/sensiosim"
)

func registers(s *sensiosim.Sim, path, body string) sensiosim.Reply {
	return s.Call("POST", path, jsonHeader, []byte(body))
}

// found are the ids of the people that a search shows.
func found(t *testing.T, s *sensiosim.Sim, search string) (ids []string) {
	t.Helper()
	var answer struct{ Response []struct{ ID string } }
	if err := json.Unmarshal(s.Call("GET", "/people?search="+url.QueryEscape(search), nil, nil).Body, &answer); err != nil {
		t.Fatal(err)
	}
	for _, p := range answer.Response {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestAPersonIsRegisteredInWhateverShapeAndFound(t *testing.T) {
	s := sensiosim.New(sensiosim.Options{PeoplePath: "/pessoas"})
	for taxID, body := range map[string]string{
		"52998224725":    `{"name": "Ana Prado", "cpfCnpj": "529.982.247-25"}`,
		"11222333000181": `{"tipo": "PJ", "contatos": [{"nome": "Sol"}], "docs": [{"numero": "11222333000181"}]}`,
	} {
		reply := registers(s, "/pessoas", body)
		var got struct {
			Success  bool
			Response string
		}
		if err := json.Unmarshal(reply.Body, &got); err != nil || reply.Status != 201 || !got.Success || len(got.Response) != 24 {
			t.Errorf("HTTP %d %s", reply.Status, reply.Body)
		}
		if diff := cmp.Diff([]string{got.Response}, found(t, s, taxID)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", taxID, diff)
		}
	}
	for body, says := range map[string]string{`{"name": "Ana"}`: "cpfCnpj é obrigatório", `[`: "JSON inválido"} {
		if r := registers(s, "/pessoas", body); r.Status != 400 || !contains(r, says) {
			t.Errorf("%s: HTTP %d %s", body, r.Status, r.Body)
		}
	}
	if r := registers(s, "/elsewhere", `{"cpfCnpj": "52998224725"}`); r.Status != 404 {
		t.Errorf("HTTP %d %s", r.Status, r.Body)
	}
}

func contains(r sensiosim.Reply, says string) bool {
	var answer struct{ Message string }
	return json.Unmarshal(r.Body, &answer) == nil && answer.Message == says
}

func TestASecondPersonIsRefusedOnlyWhereTheyAreUnique(t *testing.T) {
	for unique, want := range map[bool]int{false: 2, true: 1} {
		s := sensiosim.New(sensiosim.Options{UniquePeople: unique})
		registers(s, "/people", `{"name": "Ana", "cpfCnpj": "52998224725"}`)
		r := registers(s, "/people", `{"name": "Ana", "cpfCnpj": "529.982.247-25"}`)
		if n := len(found(t, s, "52998224725")); n != want || unique && !contains(r, "Já existe uma pessoa cadastrada com este CPF/CNPJ") {
			t.Errorf("unique %t: %d people, HTTP %d %s", unique, n, r.Status, r.Body)
		}
	}
}

func TestASaleIsForWhoIsThere(t *testing.T) {
	sale := func(id string) string {
		return `{"type": "Venda", "customer": "Ana", "customerId": "` + id + `", "saleLines": [{"productId": "p", "qty": 1, "price": 1}]}`
	}
	s := sensiosim.New(sensiosim.Options{IDRequired: true})
	registers(s, "/people", `{"cpfCnpj": "52998224725"}`)
	id := found(t, s, "52998224725")[0]
	if r := post(s, sale(id)); r.Status != 201 {
		t.Errorf("HTTP %d %s", r.Status, r.Body)
	}
	if r := post(s, sale("")); !contains(r, "customerId é obrigatório") {
		t.Errorf("HTTP %d %s", r.Status, r.Body)
	}
	s.SetDeafToPeople(true)
	if ids := found(t, s, "52998224725"); len(ids) > 0 {
		t.Errorf("a deaf search finds %v", ids)
	}
	if n := s.DeletePeople("529.982.247-25"); n != 1 || len(s.People()) > 0 {
		t.Errorf("%d deleted, %v are left", n, s.People())
	}
	if r := post(s, sale(id)); !contains(r, "customerId não encontrado") {
		t.Errorf("HTTP %d %s", r.Status, r.Body)
	}
}

func TestAnyFaultBefallsARegistration(t *testing.T) {
	for mode, want := range map[sensiosim.Mode]int{sensiosim.WriteThenReset: 1, sensiosim.WriteThenError: 1, sensiosim.Reset: 0, sensiosim.Refusal: 0, sensiosim.KeyRefused: 0} {
		s := sensiosim.New(sensiosim.Options{})
		s.Inject(sensiosim.Fault{Method: "POST /people", Mode: mode})
		registers(s, "/people", `{"cpfCnpj": "52998224725"}`)
		if n := len(s.People()); n != want {
			t.Errorf("%s: %d people, want %d", mode, n, want)
		}
	}
}

package omiesim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/google/go-cmp/cmp"
)

// Invented people; the check digits are right.
func person() object {
	return object{
		"codigo_cliente_integracao": "c-1", "razao_social": "Ana Exemplo", "nome_fantasia": "Ana Exemplo", "cnpj_cpf": "52998224725",
		"email": "ana@example.com", "telefone1_ddd": "11", "telefone1_numero": "999990000", "endereco": "Rua das Flores", "endereco_numero": "10",
		"bairro": "Centro", "cidade": "SAO PAULO (SP)", "estado": "SP", "cep": "01001-000", "pesquisar_cep": "N", "contribuinte": "N", "tags": []any{object{"tag": "loja"}},
	}
}

func TestACustomerIsCreatedOnceAndFoundByDigits(t *testing.T) {
	s, _ := newSim(t)
	got := wantOK(t, s, customerPath, "IncluirCliente", person())
	want := object{"codigo_cliente_omie": json.Number("3796000001"), "codigo_cliente_integracao": "c-1", "codigo_status": "0", "descricao_status": "Cliente cadastrado com sucesso!"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, spelling := range []string{"52998224725", "529.982.247-25"} {
		list := wantOK(t, s, customerPath, "ListarClientes", object{"pagina": 1, "registros_por_pagina": 50, "clientesFiltro": object{"cnpj_cpf": spelling}})
		row := list["clientes_cadastro"].([]any)[0].(object)
		if row["codigo_cliente_omie"] != json.Number("3796000001") || row["cnpj_cpf"] != "529.982.247-25" || row["pessoa_fisica"] != "S" || list["total_de_registros"] != json.Number("1") {
			t.Errorf("%s: %v", spelling, list)
		}
	}
	for _, key := range []object{{"codigo_cliente_omie": 3796000001}, {"codigo_cliente_integracao": "c-1"}} {
		if row := wantOK(t, s, customerPath, "ConsultarCliente", key); row["razao_social"] != "Ana Exemplo" {
			t.Errorf("%v: %v", key, row)
		}
	}
	again := with(t, person(), "codigo_cliente_integracao", "c-2")
	wantFault(t, s, customerPath, "IncluirCliente", again, 500,
		"ERROR: Cliente já cadastrado para o CPF/CNPJ [529.982.247-25] com o Id [3796000001] e código de integração [c-1] ! (add)", "SOAP-ENV:Client-102")
	sameCode := with(t, person(), "cnpj_cpf", "11144477735")
	wantFault(t, s, customerPath, "IncluirCliente", sameCode, 500, "ERROR: Cliente já cadastrado para o Código de Integração [c-1] !", "SOAP-ENV:Client-102")
	if n := len(s.Customers()); n != 2 {
		t.Errorf("%d customers", n)
	}
	wantOK(t, s, osPath, "IncluirOS", with(t, sample("a"), "Cabecalho.nCodCli", 3796000001))
	if got := s.Documents()[0].CustomerTaxID; got != "52998224725" {
		t.Errorf("tax id %s", got)
	}
}

func TestADuplicateWithoutIntegrationCodeIsToldInTheShortForm(t *testing.T) {
	s, _ := newSim(t, func(o *omiesim.Options) {
		o.Customers = []omiesim.Customer{{ID: 7, Name: "Ana Exemplo", TaxID: "529.982.247-25"}}
	})
	wantFault(t, s, customerPath, "IncluirCliente", person(), 500, "ERROR: Cliente já cadastrado para o CPF/CNPJ [529.982.247-25] com o Id [7] ! (add)", "SOAP-ENV:Client-102")
}

func TestEveryRuleOfIncluirClienteRefusesWhatBreaksOnlyThatRule(t *testing.T) {
	for _, tt := range []struct {
		path  string
		value any
		text  string
	}{
		{"razao_social", removed{}, "tag [razao_social] é obrigatório!"},
		{"razao_social", "", "tag [razao_social] é obrigatório!"},
		{"razao_social", strings.Repeat("ã", 61), "[razao_social] excede 60"},
		{"codigo_cliente_integracao", strings.Repeat("x", 61), "[codigo_cliente_integracao] excede 60"},
		{"codigo_cliente_integracao", 1, "esperado [string]"},
		{"cnpj_cpf", removed{}, "tag [cnpj_cpf] é obrigatório!"},
		{"cnpj_cpf", "52998224724", "[cnpj_cpf] é inválido"},
		{"cnpj_cpf", "52998224735", "[cnpj_cpf] é inválido"},
		{"cnpj_cpf", "11111111111", "[cnpj_cpf] é inválido"},
		{"cnpj_cpf", "5299822472", "[cnpj_cpf] é inválido"},
		{"cnpj_cpf", "5299822472A", "[cnpj_cpf] é inválido"},
		{"cnpj_cpf", "52998224B25", "[cnpj_cpf] é inválido"}, // B counts as 18, which is 7 modulo 11
		{"cnpj_cpf", "11444777000162", "[cnpj_cpf] é inválido"},
		{"cnpj_cpf", "12ABC34501DE34", "[cnpj_cpf] é inválido"},
		{"estado", "São Paulo", "Estado [São Paulo] inválido"},
		{"estado", "sp", "Estado [sp] inválido"},
		{"cep", "0100100", "CEP inválido"},
		{"cidade", "São Paulo", "A cidade [São Paulo] não foi encontrada!"},
		{"cidade", "SAO PAULO (RJ)", "A cidade [SAO PAULO (RJ)] não foi encontrada!"},
		{"cidade", "SAO PAULO (XX)", "A cidade [SAO PAULO (XX)] não foi encontrada!"},
		{"cidade", "EX", "A cidade [EX] não foi encontrada!"},
		{"telefone1_ddd", "10", "DDD inválido"},
		{"telefone1_ddd", "1", "DDD inválido"},
		{"endereco_numero", "100, bloco B", "[endereco_numero] excede 10"},
		{"estado", "EX", "tag [codigo_pais] é obrigatório!"},
		{"email", "ana", "E-mail inválido na tag [email]"},
		{"contribuinte", "Sim", "[contribuinte] é inválido, esperado [S/N]"},
		{"pessoa_fisica", "S", "[pessoa_fisica] não deve ser informada"},
		{"exterior", "N", "[exterior] não deve ser informada"},
		{"codigo_cliente_omie", 1, "[codigo_cliente_omie] não deve ser informada"},
		{"tabela_preco", 1, "Tag [TABELA_PRECO] não faz parte da estrutura do tipo complexo [clientes_cadastro]!"},
		{"tags", []any{object{"nome": "x"}}, "Tag [NOME] não faz parte da estrutura do tipo complexo [tags]!"},
		{"valor_limite_credito", "10", "esperado [decimal]"},
	} {
		t.Run(tt.path+" "+tt.text, func(t *testing.T) {
			s, _ := newSim(t)
			wantFault(t, s, customerPath, "IncluirCliente", with(t, person(), tt.path, tt.value), 500, tt.text, "")
			if n := len(s.Customers()); n != 1 {
				t.Errorf("%d customers", n)
			}
			wantOK(t, s, customerPath, "IncluirCliente", person())
		})
	}
}

func TestRightTaxIDsAreTaken(t *testing.T) {
	s, _ := newSim(t)
	for i, id := range []string{"529.982.247-25", "11144477735", "11222333000181", "12.ABC.345/01DE-35", "12345678909"} {
		p := with(t, with(t, person(), "cnpj_cpf", id), "codigo_cliente_integracao", string(rune('a'+i)))
		wantOK(t, s, customerPath, "IncluirCliente", p)
	}
}

func TestALookUpOfCustomersIsStrict(t *testing.T) {
	s, _ := newSim(t)
	wantFault(t, s, customerPath, "ListarClientes", object{"pagina": 1, "clientesFiltro": object{"cnpj_cpf": "52998224725"}}, 500,
		"ERROR: Não existem registros para a página [1]!", "SOAP-ENV:Client-5113")
	wantFault(t, s, customerPath, "ListarClientes", object{"clientesFiltro": object{"email": "ana@example.com"}}, 500, "não é atendida pelo simulador", "")
	wantFault(t, s, customerPath, "ListarClientes", object{"clientesFiltro": object{"cpf": "1"}}, 500, "Tag [CPF] não faz parte", "")
	wantFault(t, s, customerPath, "ConsultarCliente", object{"cnpj_cpf": "52998224725"}, 500, "Tag [CNPJ_CPF] não faz parte da estrutura do tipo complexo", "")
	wantFault(t, s, customerPath, "ConsultarCliente", object{"codigo_cliente_omie": 1}, 500, "Cliente não cadastrado", "SOAP-ENV:Client-105")
	wantFault(t, s, customerPath, "ConsultarCliente", object{"codigo_cliente_integracao": "x"}, 500, "Cliente não cadastrado para o Código de Integração [x] !", "SOAP-ENV:Client-105")
	wantFault(t, s, customerPath, "ConsultarCliente", object{}, 500, "tag [codigo_cliente_omie] é obrigatório!", "")
	wantFault(t, s, customerPath, "ConsultarCliente", object{"codigo_cliente_omie": 3795260786, "codigo_cliente_integracao": "PADRAO"}, 500, "Preencha apenas a tag", "")
	for param, want := range map[string]int{
		`{}`: 1, `{"clientesFiltro":{"inativo":"N"}}`: 1, `{"clientesFiltro":{"inativo":"S"}}`: 0, `{"apenas_importado_api":"S"}`: 0,
		`{"clientesFiltro":{"razao_social":"consumidor"}}`: 1, `{"clientesFiltro":{"razao_social":"ana"}}`: 0, `{"clientesFiltro":{"nome_fantasia":"x"}}`: 0,
		`{"clientesPorCodigo":[{"codigo_cliente_omie":3795260786}]}`: 1, `{"clientesPorCodigo":[{"codigo_cliente_omie":1}]}`: 0,
	} {
		status, answer := call(t, s, customerPath, "ListarClientes", json.RawMessage(param))
		rows, _ := answer["clientes_cadastro"].([]any)
		if len(rows) != want || (want == 0) != (status == 500) {
			t.Errorf("%s: %d %v", param, status, answer)
		}
	}
}

func TestACustomerAbroadNeedsACountryAndNoTaxID(t *testing.T) {
	s, _ := newSim(t)
	away := func(code, document string) object {
		return object{"codigo_cliente_integracao": code, "razao_social": "Celso", "estado": "EX", "cidade": "EX", "codigo_pais": "4936", "documento_exterior": document}
	}
	wantOK(t, s, customerPath, "IncluirCliente", away("a", "XAXX010101000"))
	wantOK(t, s, customerPath, "IncluirCliente", away("b", "AB123456"))
	wantFault(t, s, customerPath, "IncluirCliente", away("a", "AB1"), 500, "ERROR: Cliente já cadastrado para o Código de Integração [a] !", "SOAP-ENV:Client-102")
	if row := wantOK(t, s, customerPath, "ConsultarCliente", object{"codigo_cliente_integracao": "b"}); row["exterior"] != "S" || row["documento_exterior"] != "AB123456" {
		t.Errorf("%v", row)
	}
}

func TestWhoWasDeletedIsNoCustomerAnyMore(t *testing.T) {
	s, clock := newSim(t)
	wantOK(t, s, customerPath, "IncluirCliente", person())
	clock.Pass(time.Minute)
	if n := s.Lose("529.982.247-25"); n != 1 {
		t.Errorf("%d were deleted", n)
	}
	wantFault(t, s, osPath, "IncluirOS", with(t, sample("a"), "Cabecalho.nCodCli", 3796000001), 500, "Cliente não cadastrado", "SOAP-ENV:Client-105")
	if got := wantOK(t, s, customerPath, "IncluirCliente", person())["codigo_cliente_omie"]; got != json.Number("3796000002") {
		t.Errorf("created again as %v", got)
	}
}

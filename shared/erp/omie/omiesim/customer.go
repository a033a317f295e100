package omiesim

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Customer is one customer that the simulator knows.
type Customer struct {
	ID              int64
	IntegrationCode string
	Name            string // razao_social
	TaxID           string // cnpj_cpf without punctuation
	Email           string
	Inactive        bool
	Body            json.RawMessage // the param as it came; nil for one of Options

	param map[string]any
}

// DefaultCustomers are the customers of Options without any.
func DefaultCustomers() []Customer {
	return []Customer{{ID: 3795260786, IntegrationCode: "PADRAO", Name: "Consumidor Exemplo Ltda", TaxID: "11444777000161", Email: "financeiro@example.com"}}
}

const maxName = 60

var (
	clientesCadastro = complexType("clientes_cadastro").
				with(text, "codigo_cliente_integracao", "razao_social", "cnpj_cpf", "nome_fantasia", "telefone1_ddd", "telefone1_numero",
			"contato", "endereco", "endereco_numero", "bairro", "complemento", "estado", "cidade", "cidade_ibge", "cep", "codigo_pais",
			"telefone2_ddd", "telefone2_numero", "fax_ddd", "fax_numero", "email", "homepage", "inscricao_estadual", "inscricao_municipal",
			"inscricao_suframa", "tipo_atividade", "cnae", "observacao", "obs_detalhadas", "recomendacao_atraso", "nif", "documento_exterior").
		with(flag, "separar_endereco", "pesquisar_cep", "optante_simples_nacional", "produtor_rural", "contribuinte", "importado_api",
			"bloquear_faturamento", "inativo", "enviar_anexos", "bloquear_exclusao").
		with(decimal, "valor_limite_credito").
		many("tags", complexType("tags").with(text, "tag")).
		many("caracteristicas", complexType("caracteristicas").with(text, "campo", "conteudo")).
		one("recomendacoes", complexType("recomendacoes").with(text, "numero_parcelas", "email_fatura", "tipo_assinante").
			with(flag, "gerar_boletos").with(integer, "codigo_vendedor", "codigo_transportadora")).
		one("enderecoEntrega", complexType("enderecoEntrega").with(text, "entRazaoSocial", "entCnpjCpf", "entEndereco", "entNumero",
			"entComplemento", "entBairro", "entCEP", "entEstado", "entCidade", "entTelefone", "entIE").with(flag, "entSepararEndereco")).
		one("dadosBancarios", complexType("dadosBancarios").with(text, "codigo_banco", "agencia", "conta_corrente", "doc_titular",
			"nome_titular", "cChavePix").with(flag, "transf_padrao")).
		with(output, "codigo_cliente_omie", "pessoa_fisica", "exterior", "logradouro", "bloqueado", "info")

	clientesChave = complexType("clientes_cadastro_chave").with(integer, "codigo_cliente_omie").with(text, "codigo_cliente_integracao")

	clientesListar = complexType("clientes_list_request").
			with(integer, "pagina", "registros_por_pagina").
			with(flag, "apenas_importado_api", "exibir_caracteristicas", "exibir_obs").
			one("clientesFiltro", complexType("clientesFiltro").
				with(integer, "codigo_cliente_omie").
				with(text, "codigo_cliente_integracao", "cnpj_cpf", "razao_social", "nome_fantasia").
				with(flag, "inativo").
				with(unsimulated, "tags", "endereco", "bairro", "cidade", "estado", "cep", "contato", "email", "homepage",
				"inscricao_municipal", "inscricao_estadual", "inscricao_suframa", "pessoa_fisica", "optante_simples_nacional")).
		many("clientesPorCodigo", clientesChave).
		with(unsimulated, "ordenar_por", "ordem_decrescente", "ordem_descrescente", "filtrar_por_data_de", "filtrar_por_data_ate",
			"filtrar_por_hora_de", "filtrar_por_hora_ate", "filtrar_apenas_inclusao", "filtrar_apenas_alteracao")

	postalCode = regexp.MustCompile(`^[0-9]{5}-?[0-9]{3}$`)
)

func codeOfCustomer(param map[string]any) string { return textOf(param, "codigo_cliente_integracao") }

// clientesStatus is what the writing methods answer.
type clientesStatus struct {
	ID     int64  `json:"codigo_cliente_omie"`
	Code   string `json:"codigo_cliente_integracao"`
	Status string `json:"codigo_status"`
	Text   string `json:"descricao_status"`
}

func (s *Sim) incluirCliente(_ time.Time, raw json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := validateCustomer(param); refused != nil {
		return nil, refused
	}
	taxID, code := bareTaxID(textOf(param, "cnpj_cpf")), textOf(param, "codigo_cliente_integracao")
	for _, c := range s.customers {
		switch {
		case s.opt.TwinCustomers:
		case taxID != "" && c.TaxID == taxID:
			return nil, c.taken()
		case code != "" && c.IntegrationCode == code:
			r := contents("Cliente já cadastrado para o Código de Integração [%s] !", code)
			r.code = codeDuplicate
			return nil, r
		}
	}
	c := &Customer{
		ID: s.nextPerson, IntegrationCode: code, Name: textOf(param, "razao_social"), TaxID: taxID,
		Email: textOf(param, "email"), Inactive: textOf(param, "inativo") == "S", Body: raw, param: param,
	}
	s.nextPerson++
	s.customers = append(s.customers, c)
	return clientesStatus{c.ID, c.IntegrationCode, "0", "Cliente cadastrado com sucesso!"}, nil
}

// taken is the fault of a tax id that is known already, in Omie's literal words.
func (c *Customer) taken() *refusal {
	r := contents("Cliente já cadastrado para o CPF/CNPJ [%s] com o Id [%d] e código de integração [%s] ! (add)", punctuated(c.TaxID), c.ID, c.IntegrationCode)
	if c.IntegrationCode == "" {
		r = contents("Cliente já cadastrado para o CPF/CNPJ [%s] com o Id [%d] ! (add)", punctuated(c.TaxID), c.ID)
	}
	return &refusal{http.StatusInternalServerError, r.text, codeDuplicate}
}

func validateCustomer(param map[string]any) *refusal {
	if refused := clientesCadastro.check(param); refused != nil {
		return refused
	}
	abroad := textOf(param, "estado") == stateAbroad
	always := []string{"razao_social", "cnpj_cpf"}
	if abroad {
		always = []string{"razao_social", "codigo_pais"}
	}
	if refused := required(param, always...); refused != nil {
		return refused
	}
	for _, limit := range []struct {
		tag  string
		most int
	}{{"razao_social", maxName}, {"codigo_cliente_integracao", maxIntCode}, {"endereco_numero", 10}, {"documento_exterior", 20}, {"codigo_pais", 4}} {
		if utf8.RuneCountInString(textOf(param, limit.tag)) > limit.most {
			return contents("O conteúdo da tag [%s] excede %d caracteres!", limit.tag, limit.most)
		}
	}
	switch {
	case has(param, "cnpj_cpf") && !validTaxID(textOf(param, "cnpj_cpf")):
		return contents("O CPF/CNPJ informado na tag [cnpj_cpf] é inválido!")
	case has(param, "estado") && !oneOf(textOf(param, "estado"), states+" "+stateAbroad):
		return contents("Estado [%s] inválido na tag [estado]!", textOf(param, "estado"))
	case has(param, "cep") && !postalCode.MatchString(textOf(param, "cep")):
		return contents("CEP inválido na tag [cep]!")
	case has(param, "cidade") && !knownCity(textOf(param, "cidade"), textOf(param, "estado")):
		return contents("A cidade [%s] não foi encontrada!", textOf(param, "cidade"))
	case has(param, "telefone1_ddd") && !oneOf(textOf(param, "telefone1_ddd"), areas):
		return contents("DDD inválido na tag [telefone1_ddd]!")
	case has(param, "email") && !mailAddress.MatchString(textOf(param, "email")):
		return contents("E-mail inválido na tag [email]!")
	}
	return nil
}

const (
	// stateAbroad is the state, and the city, of whoever lives abroad: of them no CPF or CNPJ
	// is asked, but a country.
	stateAbroad = "EX"
	areas       = "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 63 64 65 66 67 68 69 " +
		"71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99"
)

// cCod is how Omie's list of cities has one, nCodIBGE what the census calls it.
var (
	cCod     = regexp.MustCompile(`^[A-Z][A-Z' -]* \(([A-Z]{2})\)$`)
	nCodIBGE = regexp.MustCompile(`^[1-5][0-9]{6}$`)
)

// knownCity tells whether Omie takes the city: as its own list writes it, in the state that
// is beside it. Who is in the list nobody needs to know here.
func knownCity(city, state string) bool {
	if city == stateAbroad || state == stateAbroad {
		return city == state
	}
	in := cCod.FindStringSubmatch(city)
	return nCodIBGE.MatchString(city) || in != nil && oneOf(in[1], states) && (state == "" || in[1] == state)
}

// Lose deletes the customers with that tax id, as somebody may do there, and tells how many
// there were.
func (s *Sim) Lose(taxID string) (n int) {
	s.With(func(time.Time) {
		before := len(s.customers)
		s.customers = slices.DeleteFunc(s.customers, func(c *Customer) bool { return c.TaxID == bareTaxID(taxID) })
		n = before - len(s.customers)
	})
	return n
}

func (s *Sim) consultarCliente(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := clientesChave.check(param); refused != nil {
		return nil, refused
	}
	if refused := only(param, "codigo_cliente_omie", "codigo_cliente_integracao"); refused != nil {
		return nil, refused
	}
	for _, c := range s.customers {
		if c.is(param) {
			return c.row(), nil
		}
	}
	if has(param, "codigo_cliente_integracao") {
		return nil, notFound("Cliente não cadastrado para o Código de Integração [%s] !", textOf(param, "codigo_cliente_integracao"))
	}
	return nil, notFound("Cliente não cadastrado para o Código [%d] !", intOf(param, "codigo_cliente_omie"))
}

// is tells whether every key that is given is this customer's.
func (c *Customer) is(key map[string]any) bool {
	return (!has(key, "codigo_cliente_omie") || intOf(key, "codigo_cliente_omie") == c.ID) &&
		(!has(key, "codigo_cliente_integracao") || textOf(key, "codigo_cliente_integracao") == c.IntegrationCode)
}

func (s *Sim) listarClientes(_ time.Time, _ json.RawMessage, param map[string]any) (any, *refusal) {
	if refused := clientesListar.check(param); refused != nil {
		return nil, refused
	}
	var rows []any
	for _, c := range s.customers {
		if c.listed(param) {
			rows = append(rows, c.row())
		}
	}
	p, refused := pageOf(rows, param, "pagina", "registros_por_pagina")
	if refused != nil {
		return nil, refused
	}
	return map[string]any{
		"pagina": p.number, "total_de_paginas": p.pages, "registros": len(p.rows), "total_de_registros": p.total, "clientes_cadastro": p.rows,
	}, nil
}

func (c *Customer) listed(param map[string]any) bool {
	filter, keys := objectOf(param, "clientesFiltro"), listOf(param, "clientesPorCodigo")
	switch {
	case !c.is(filter),
		has(filter, "cnpj_cpf") && bareTaxID(textOf(filter, "cnpj_cpf")) != c.TaxID,
		!containsFold(c.Name, textOf(filter, "razao_social")),
		!containsFold(textOf(c.param, "nome_fantasia"), textOf(filter, "nome_fantasia")),
		has(filter, "inativo") && textOf(filter, "inativo") != yesNo(c.Inactive),
		textOf(param, "apenas_importado_api") == "S" && c.param == nil,
		len(keys) > 0 && !slices.ContainsFunc(keys, c.is):
		return false
	}
	return true
}

func containsFold(name, part string) bool {
	return strings.Contains(strings.ToUpper(name), strings.ToUpper(part))
}

// row is the customer as it was sent, with what Omie adds.
func (c *Customer) row() map[string]any {
	all := maps.Clone(c.param)
	if all == nil {
		all = map[string]any{"email": c.Email}
	}
	all["codigo_cliente_omie"] = c.ID
	all["codigo_cliente_integracao"] = c.IntegrationCode
	all["razao_social"] = c.Name
	all["cnpj_cpf"] = punctuated(c.TaxID)
	all["pessoa_fisica"] = yesNo(len(c.TaxID) == lenCPF)
	all["exterior"] = yesNo(textOf(all, "estado") == stateAbroad)
	all["inativo"] = yesNo(c.Inactive)
	return all
}

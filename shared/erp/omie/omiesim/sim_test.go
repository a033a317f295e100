package omiesim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/erp/omie/omiesim"
	"github.com/carimbo/carimbo/shared/leaktest"
	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func newClock() *clocktest.Clock { return clocktest.At(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)) }

const (
	osPath       = "servicos/os/"
	customerPath = "geral/clientes/"
	servicePath  = "servicos/servico/"
)

func newSim(t *testing.T, change ...func(*omiesim.Options)) (*omiesim.Sim, *clocktest.Clock) {
	t.Helper()
	c := newClock()
	opt := omiesim.Options{Now: c.Now, AppKey: "38333295000", AppSecret: "4cea520a0e2a2ecdc267b75d3424a0ed"}
	for _, f := range change {
		f(&opt)
	}
	return omiesim.New(opt), c
}

type object = map[string]any

func envelope(t *testing.T, method string, param any) []byte {
	t.Helper()
	b, err := json.Marshal(object{"call": method, "app_key": "38333295000", "app_secret": "4cea520a0e2a2ecdc267b75d3424a0ed", "param": []any{param}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// call makes a call that is answered, and decodes the answer.
func call(t *testing.T, s *omiesim.Sim, path, method string, param any) (int, object) {
	t.Helper()
	r := s.Call(path, envelope(t, method, param))
	if r.Fate != omiesim.Answered || r.Open() {
		t.Fatalf("%s: not answered: %+v", method, r)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return r.Status, object{"faultstring": string(r.Body)}
	}
	return r.Status, decoded(t, r.Body)
}

func decoded(t *testing.T, b []byte) object {
	t.Helper()
	var v object
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %q", err, b)
	}
	return v
}

// wantOK makes a call that has to succeed.
func wantOK(t *testing.T, s *omiesim.Sim, path, method string, param any) object {
	t.Helper()
	status, answer := call(t, s, path, method, param)
	if status != 200 {
		t.Fatalf("%s: %d %v", method, status, answer)
	}
	return answer
}

// wantFault makes a call that has to be refused with a text that contains part.
func wantFault(t *testing.T, s *omiesim.Sim, path, method string, param any, status int, part, code string) {
	t.Helper()
	got, answer := call(t, s, path, method, param)
	text, _ := answer["faultstring"].(string)
	if got != status || !strings.Contains(text, part) || code != "" && answer["faultcode"] != code {
		t.Errorf("%s: got %d %v\nwant %d %q %q", method, got, answer, status, part, code)
	}
}

func golden(t *testing.T, name string) object {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

// sample is a valid OS of one catalogue line for 1000.
func sample(code string) object {
	return object{
		"Cabecalho":             object{"cCodIntOS": code, "cCodParc": "000", "nQtdeParc": 1, "cEtapa": "10", "dDtPrevisao": "24/11/2026", "nCodCli": 3795260786},
		"InformacoesAdicionais": object{"cCodCateg": "1.01.02", "nCodCC": 3731356020, "cCidPrestServ": "SAO PAULO (SP)", "cDadosAdicNF": "Pedido 1001", "cNumPedido": "1001"},
		"Email":                 object{"cEnvLink": "S", "cEnvBoleto": "N", "cEnviarPara": "ana@example.com"},
		"Departamentos":         []any{},
		"ServicosPrestados":     []any{object{"nCodServico": 3846592864, "nQtde": 1, "nValUnit": 1000}},
	}
}

func expenses(list ...any) object { return object{"despesaReembolsavel": list} }

// products is an OS's one product, with something put over it and over the part.
func products(action string, over, product object) object {
	p := object{"nCodProdutoPU": 3846592870, "nQtdePU": 2.5}
	for tag, v := range product {
		p[tag] = v
		if _, gone := v.(removed); gone {
			delete(p, tag)
		}
	}
	part := object{"cAcaoProdUtilizados": action, "produtoUtilizado": []any{p}}
	maps.Copy(part, over)
	return part
}

// inline is a valid line of a service that the catalogue does not have.
func inline() object {
	return object{
		"cDescServ": "Mentoria", "cTribServ": "01", "cCodServMun": "01015", "cCodServLC116": "7.07", "cRetemISS": "N", "nQtde": 2, "nValUnit": 150.5,
		"impostos": object{"nAliqISS": 3, "cRetemIRRF": "S", "nAliqIRRF": 15},
	}
}

type removed struct{}

// with sets the value at path ("ServicosPrestados.0.nQtde"), or takes it away.
func with(t *testing.T, body object, path string, value any) object {
	t.Helper()
	keys := strings.Split(path, ".")
	var at any = body
	for _, key := range keys[:len(keys)-1] {
		switch v := at.(type) {
		case object:
			if v[key] == nil {
				v[key] = object{}
			}
			at = v[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil {
				t.Fatal(err)
			}
			at = v[i]
		}
	}
	last := keys[len(keys)-1]
	parent, ok := at.(object)
	if !ok {
		t.Fatalf("%s does not lead into an object", path)
	}
	if value == (removed{}) {
		delete(parent, last)
		return body
	}
	parent[last] = value
	return body
}

func line(extra object) []any {
	l := object{"nCodServico": 3846592864, "nQtde": 1, "nValUnit": 1000}
	maps.Copy(l, extra)
	return []any{l}
}

func parcel(n int, value, percent any) object {
	return object{"nParcela": n, "dDtVenc": "24/11/2026", "nValor": value, "nPercentual": percent}
}

func TestTheSeedsBodiesAreAcceptedAndAnsweredAsInTheSeed(t *testing.T) {
	s, _ := newSim(t)
	want := object{"cCodIntOS": "xxxOsApi", "nCodOS": json.Number("3847270140"), "cNumOS": "000000000000016", "cCodStatus": "0", "cDescStatus": "Ordem de Serviço adicionada com sucesso!"}
	if diff := cmp.Diff(want, wantOK(t, s, osPath, "IncluirOS", golden(t, "os_inline"))); diff != "" {
		t.Error(diff)
	}
	for i, name := range []string{"os_by_description", "os_two_services"} {
		body := golden(t, name)
		got := wantOK(t, s, osPath, "IncluirOS", body)
		want["cCodIntOS"] = body["Cabecalho"].(object)["cCodIntOS"]
		want["nCodOS"] = json.Number(strconv.Itoa(3847270141 + i))
		want["cNumOS"] = fmt.Sprintf("%015d", 17+i)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	var totals []string
	for _, d := range s.Documents() {
		totals = append(totals, d.Total.String())
	}
	if diff := cmp.Diff([]string{"3000.00", "3000.00", "3000.00"}, totals); diff != "" {
		t.Error(diff)
	}
}

func TestEveryRuleOfIncluirOSRefusesWhatBreaksOnlyThatRule(t *testing.T) {
	const unknownTag = "SOAP-ENV:Client-5001"
	long := strings.Repeat("x", 61)
	many := make([]any, 200)
	for i := range many {
		many[i] = line(nil)[0]
	}
	tests := []struct {
		path  string
		value any
		text  string
		code  string
	}{
		// what the type does not have
		{"cabecalho", object{}, "Tag [CABECALHO] não faz parte da estrutura do tipo complexo [osCadastro]!", unknownTag},
		{"Cabecalho.codigo_cliente", 1, "Tag [CODIGO_CLIENTE] não faz parte da estrutura do tipo complexo [Cabecalho]!", unknownTag},
		{"InformacoesAdicionais.cObs", "x", "Tag [COBS]", unknownTag},
		{"Email.cEnvNfse", "S", "Tag [CENVNFSE]", unknownTag},
		{"ServicosPrestados", line(object{"nValorTotal": 1}), "Tag [NVALORTOTAL]", unknownTag},
		{"ServicosPrestados", line(object{"impostos": object{"nAliqICMS": 1}}), "Tag [NALIQICMS]", unknownTag},
		// what only answers have
		{"InfoCadastro", object{}, "[InfoCadastro] não deve ser informada", ""},
		{"Tarefas", []any{}, "[Tarefas] não deve ser informada", ""},
		{"Cabecalho.nCodOS", 1, "[nCodOS] não deve ser informada", ""},
		{"Cabecalho.cNumOS", "1", "[cNumOS] não deve ser informada", ""},
		{"Cabecalho.nValorTotal", 1000, "[nValorTotal] não deve ser informada", ""},
		{"Cabecalho.nValorTotalImpRet", 1000, "[nValorTotalImpRet] não deve ser informada", ""},
		{"Cabecalho.cDescParc", "A Vista", "[cDescParc] não deve ser informada", ""},
		{"InformacoesAdicionais.cNumRecibo", "1", "[cNumRecibo] não deve ser informada", ""},
		{"ServicosPrestados", line(object{"nIdItem": 1}), "[nIdItem] não deve ser informada", ""},
		{"ServicosPrestados", line(object{"cAcaoItem": "I"}), "[cAcaoItem] não deve ser informada", ""},
		{"ServicosPrestados", line(object{"impostos": object{"nValorISS": 1}}), "[nValorISS] não deve ser informada", ""},
		{"ServicosPrestados", line(object{"impostos": object{"cFixarISS": "S"}}), "[cFixarISS] não deve ser informada", ""},
		{"ServicosPrestados", line(object{"impostos": object{"nBaseISS": 1}}), "[nBaseISS] não deve ser informada", ""},
		{"ServicosPrestados", line(object{"impostos": object{"cManCbs": "S"}}), "[cManCbs] não deve ser informada", ""},
		// types
		{"Cabecalho.cCodIntOS", 16736292, "[cCodIntOS] é inválido, esperado [string]", ""},
		{"Cabecalho.nQtdeParc", "1", "[nQtdeParc] é inválido, esperado [integer]", ""},
		{"Cabecalho.nQtdeParc", json.Number("1.5"), "[nQtdeParc] é inválido, esperado [integer]", ""},
		{"Cabecalho.nCodCli", "3795260786", "[nCodCli] é inválido, esperado [integer]", ""},
		{"Cabecalho.cEtapa", 10, "[cEtapa] é inválido, esperado [string]", ""},
		{"Cabecalho.cEtapa", nil, "[cEtapa] é inválido, esperado [string]", ""},
		{"Cabecalho", []any{}, "[Cabecalho] é inválido, esperado [object]", ""},
		{"ServicosPrestados", object{}, "[ServicosPrestados] é inválido, esperado [array]", ""},
		{"ServicosPrestados", []any{1}, "[ServicosPrestados] é inválido, esperado [array]", ""},
		{"ServicosPrestados", line(object{"nQtde": "1"}), "[nQtde] é inválido, esperado [decimal]", ""},
		{"ServicosPrestados", line(object{"nValUnit": "1000.00"}), "[nValUnit] é inválido, esperado [decimal]", ""},
		{"ServicosPrestados", line(object{"nValUnit": json.Number("1e400")}), "[nValUnit] é inválido, esperado [decimal]", ""},
		{"ServicosPrestados", line(object{"cRetemISS": true}), "[cRetemISS] é inválido, esperado [S/N]", ""},
		{"ServicosPrestados", line(object{"cRetemISS": "s"}), "[cRetemISS] é inválido, esperado [S/N]", ""},
		{"ServicosPrestados", line(object{"impostos": object{"cRetemPIS": "X"}}), "[cRetemPIS] é inválido, esperado [S/N]", ""},
		{"ServicosPrestados", line(object{"impostos": object{"lDeduzISS": "S"}}), "[lDeduzISS] é inválido, esperado [boolean]", ""},
		{"Email.cEnvLink", "", "[cEnvLink] é inválido, esperado [S/N]", ""},
		// dates
		{"Cabecalho.dDtPrevisao", "2026-11-24", "[dDtPrevisao] é inválido, esperado [dd/mm/aaaa]", ""},
		{"Cabecalho.dDtPrevisao", "31/02/2026", "[dDtPrevisao] é inválido", ""},
		{"Cabecalho.dDtPrevisao", "1/2/2026", "[dDtPrevisao] é inválido", ""},
		{"Cabecalho.dDtPrevisao", "24/11/26", "[dDtPrevisao] é inválido", ""},
		{"InformacoesAdicionais.dDataRps", "11/24/2026", "[dDataRps] é inválido", ""},
		// what is mandatory
		{"Cabecalho", removed{}, "tag [Cabecalho] é obrigatório!", ""},
		{"InformacoesAdicionais", removed{}, "tag [InformacoesAdicionais] é obrigatório!", ""},
		{"ServicosPrestados", removed{}, "tag [ServicosPrestados] é obrigatório!", ""},
		{"Cabecalho.cCodIntOS", removed{}, "tag [cCodIntOS] é obrigatório!", ""},
		{"Cabecalho.cCodIntOS", "", "tag [cCodIntOS] é obrigatório!", ""},
		{"Cabecalho.dDtPrevisao", removed{}, "tag [dDtPrevisao] é obrigatório!", ""},
		{"Cabecalho.dDtPrevisao", "", "tag [dDtPrevisao] é obrigatório!", ""},
		{"Cabecalho.cEtapa", removed{}, "tag [cEtapa] é obrigatório!", ""},
		{"Cabecalho.cCodParc", removed{}, "tag [cCodParc] é obrigatório!", ""},
		{"Cabecalho.nQtdeParc", removed{}, "tag [nQtdeParc] é obrigatório!", ""},
		{"Cabecalho.nCodCli", removed{}, "tag [nCodCli] é obrigatório!", ""},
		{"InformacoesAdicionais.cCodCateg", removed{}, "tag [cCodCateg] é obrigatório!", ""},
		{"InformacoesAdicionais.nCodCC", removed{}, "tag [nCodCC] é obrigatório!", ""},
		// the head
		{"Cabecalho.cCodIntOS", long, "[cCodIntOS] excede 60", ""},
		{"Cabecalho.cEtapa", "60", "Etapa [60] inválida", ""},
		{"Cabecalho.cEtapa", "10 20", "Etapa [10 20] inválida", ""},
		{"Cabecalho.cCodParc", "0", "[cCodParc]", ""},
		{"Cabecalho.cCodParc", "A99", "[A99]", ""},
		{"Cabecalho.cCodParc", "S68", "[S68]", ""},
		{"Cabecalho.cCodParc", "049", "[049]", ""},
		{"Cabecalho.nQtdeParc", 0, "[nQtdeParc] deve estar entre 1", ""},
		{"Cabecalho.nCodVend", 0, "[nCodVend] deve ser maior que zero", ""},
		{"Cabecalho.cCodIntCli", "PADRAO", "Preencha apenas a tag [nCodCli] ou a tag [cCodIntCli]!", ""},
		{"Cabecalho", object{"cCodIntOS": "a", "cCodParc": "000", "nQtdeParc": 1, "cEtapa": "10", "dDtPrevisao": "24/11/2026", "cCodIntCli": "NADA"}, "Cliente não cadastrado para o Código de Integração [NADA] !", ""},
		{"Cabecalho.nCodCli", 1, "Cliente não cadastrado para o Código [1] !", ""},
		// additional information
		{"InformacoesAdicionais.cCodCateg", "1.1.2", "Categoria não cadastrada para o Código [1.1.2] !", ""},
		{"InformacoesAdicionais.nCodCC", 1, "Conta Corrente não cadastrada para o Código [1] !", ""},
		{"InformacoesAdicionais.cCidPrestServ", "SAO PAULO", "Cidade não cadastrada para o Código [SAO PAULO] !", ""},
		{"InformacoesAdicionais.cCidPrestServ", "3550308", "Cidade não cadastrada", ""},
		{"InformacoesAdicionais.cCidPrestServ", "SAO PAULO (XX)", "Cidade não cadastrada", ""},
		{"InformacoesAdicionais.nCodProj", 0, "[nCodProj] deve ser maior que zero", ""},
		// e-mail
		{"Email.cEnviarPara", "", "E-mail inválido na tag [cEnviarPara]!", ""},
		{"Email.cEnviarPara", "ana", "E-mail inválido", ""},
		{"Email.cEnviarPara", "ana@example.com,bob", "E-mail inválido", ""},
		{"Email.cEnviarPara", "{customer.email}", "E-mail inválido", ""},
		{"Email", object{"cEnvBoleto": "S", "cEnvPix": "S"}, "[cEnvBoleto] e [cEnvPix] não podem", ""},
		// departments
		{"Departamentos", []any{object{"cCodDepto": "1", "nPerc": 100, "nValor": 1000}}, "tag [nValorFixo] é obrigatório!", ""},
		{"Departamentos", []any{object{"cCodDepto": "1", "nPerc": 90, "nValor": 1000, "nValorFixo": "N"}}, "percentuais dos departamentos [90] é diferente de 100!", ""},
		{"Departamentos", []any{object{"cCodDepto": "1", "nPerc": 100, "nValor": json.Number("999.99"), "nValorFixo": "N"}}, "A soma dos departamentos [999.99] é diferente do valor total [1000.00]!", ""},
		// lines
		{"ServicosPrestados", []any{}, "deve ter de 1 a 199 itens", ""},
		{"ServicosPrestados", many, "deve ter de 1 a 199 itens", ""},
		{"ServicosPrestados.0.nQtde", removed{}, "tag [nQtde] é obrigatório!", ""},
		{"ServicosPrestados.0.nQtde", 0, "[nQtde] deve ser maior que zero", ""},
		{"ServicosPrestados.0.nQtde", -1, "[nQtde] deve ser maior que zero", ""},
		{"ServicosPrestados.0.nValUnit", json.Number("10.00005"), "[nValUnit] deve ter no máximo 4 casas", ""},
		{"ServicosPrestados.0.nValUnit", -1, "[nValUnit]", ""},
		{"ServicosPrestados.0.nSeqItem", 200, "[nSeqItem] deve ser único", ""},
		{"ServicosPrestados", append(line(object{"nSeqItem": 1}), line(object{"nSeqItem": 1})...), "[nSeqItem] deve ser único", ""},
		{"ServicosPrestados.0.nCodServico", 1, "Serviço não cadastrado para o Código [1] !", ""},
		{"ServicosPrestados", line(object{"cCodIntServico": "MANUT-01"}), "Serviço não cadastrado para o Código [3846592864] !", ""},
		{"ServicosPrestados", []any{object{"cCodIntServico": "NADA", "nQtde": 1, "nValUnit": 1}}, "Serviço não cadastrado para o Código de Integração [NADA] !", ""},
		{"ServicosPrestados", []any{object{"nQtde": 1, "nValUnit": 1}}, "tag [cDescServ] é obrigatório!", ""},
		{"ServicosPrestados", []any{object{"cDescServ": "curso de go", "nQtde": 1, "nValUnit": 1}}, "tag [cTribServ] é obrigatório!", ""},
		{"ServicosPrestados.0.cCodCategItem", "1", "Categoria não cadastrada", ""},
		{"ServicosPrestados.0.nValorAcrescimos", 10, "[nValorAcrescimos] não está disponível", ""},
		{"ServicosPrestados.0.nValorOutrasRetencoes", 10, "[nValorOutrasRetencoes] não está disponível", ""},
		// discounts
		{"ServicosPrestados.0.nValorDesconto", 10, "[nValorDesconto] exige a tag [cTpDesconto] igual a [V]!", ""},
		{"ServicosPrestados.0.nAliqDesconto", 10, "[nAliqDesconto] exige a tag [cTpDesconto] igual a [P]!", ""},
		{"ServicosPrestados.0.cTpDesconto", "X", "Tipo de desconto [X] inválido", ""},
		{"ServicosPrestados.0.cTpDesconto", "V", "tag [nValorDesconto] é obrigatório!", ""},
		{"ServicosPrestados.0.cTpDesconto", "P", "tag [nAliqDesconto] é obrigatório!", ""},
		{"ServicosPrestados", line(object{"cTpDesconto": "V", "nValorDesconto": 10, "nAliqDesconto": 1}), "[nAliqDesconto] exige", ""},
		{"ServicosPrestados", line(object{"cTpDesconto": "V", "nValorDesconto": json.Number("1000.01")}), "maior que o valor do serviço", ""},
		{"ServicosPrestados", line(object{"cTpDesconto": "V", "nValorDesconto": json.Number("0.001")}), "[nValorDesconto] é inválido", ""},
		{"ServicosPrestados", line(object{"cTpDesconto": "V", "nValorDesconto": -1}), "[nValorDesconto] é inválido", ""},
		{"ServicosPrestados", line(object{"cTpDesconto": "P", "nAliqDesconto": json.Number("100.01")}), "deve estar entre 0 e 100", ""},
		// taxes
		{"ServicosPrestados", line(object{"impostos": object{"nAliqISS": 101}}), "[nAliqISS] deve estar entre 0 e 100", ""},
		{"ServicosPrestados", line(object{"impostos": object{"nAliqISS": -1}}), "[nAliqISS] deve estar entre 0 e 100", ""},
		{"ServicosPrestados", line(object{"impostos": object{"nValorPIS": 1}}), "[nValorPIS] exige a tag [cUtilizaValorImposto] igual a [S]!", ""},
		{"ServicosPrestados", line(object{"impostos": object{"nValorPIS": 1, "cUtilizaValorImposto": "N"}}), "[nValorPIS] exige", ""},
		// parcels
		{"Parcelas", []any{parcel(1, 1000, 100)}, "[Parcelas] só pode ser informada", ""},
		// rare parts
		{"produtosUtilizados", object{"produtoUtilizado": []any{}}, "tag [cAcaoProdUtilizados] é obrigatório!", ""},
		{"produtosUtilizados", products("VEN", nil, nil), "[cAcaoProdUtilizados] é inválido", ""},
		{"produtosUtilizados", products("REM", nil, object{}), "tag [cCodCategRem] é obrigatório!", ""},
		{"produtosUtilizados", products("REM", object{"cCodCategRem": "9"}, object{}), "Categoria não cadastrada para o Código [9] !", ""},
		{"produtosUtilizados", products("EST", nil, object{"nQtdePU": removed{}}), "tag [nQtdePU] é obrigatório!", ""},
		{"produtosUtilizados", products("EST", nil, object{"nCodProdutoPU": removed{}}), "tag [nCodProdutoPU] é obrigatório!", ""},
		{"produtosUtilizados", products("EST", nil, object{"nCodProdutoPU": 0}), "[nCodProdutoPU] deve ser maior que zero", ""},
		{"produtosUtilizados", products("EST", nil, object{"nQtdePU": 0}), "[nQtdePU] deve ser maior que zero", ""},
		{"produtosUtilizados", products("EST", nil, object{"nQtdePU": json.Number("0.00001")}), "[nQtdePU] deve ser maior que zero", ""},
		{"produtosUtilizados", products("EST", nil, object{"nQtdePU": "1"}), "[nQtdePU]", ""},
		{"produtosUtilizados", products("EST", nil, object{"codigo_local_estoque": -1}), "[codigo_local_estoque] deve ser maior que zero", ""},
		{"produtosUtilizados", products("EST", nil, object{"cAcaoItemPU": "I"}), "[cAcaoItemPU] não deve ser informada", ""},
		{"produtosUtilizados", products("EST", nil, object{"nQtd": 1}), "Tag [NQTD] não faz parte", ""},
		{"produtosUtilizados", products("EST", nil, object{"lote_validade": []any{object{"nIdLote": 9}}}), "tag [nQtdLote] é obrigatório!", ""},
		{"InformacoesAdicionais.DetalhesNfse", object{"Eventos": object{"cEndExtEvento": "Rua 1"}}, "[cEndExtEvento] exige a tag [cExtEvento]", ""},
		{"InformacoesAdicionais.DetalhesNfse", object{"cCampo": "x"}, "Tag [CCAMPO] não faz parte", ""},
		{"despesasReembolsaveis", expenses(object{"cDescReemb": "Frete", "dDataReemb": "24/11/2026"}), "tag [nValorReemb] é obrigatório!", ""},
		{"despesasReembolsaveis", expenses(object{"nValorReemb": 5, "dDataReemb": "24/11/2026"}), "tag [cDescReemb] é obrigatório!", ""},
		{"despesasReembolsaveis", expenses(object{"cDescReemb": "Frete", "nValorReemb": 5}), "tag [dDataReemb] é obrigatório!", ""},
		{"despesasReembolsaveis", expenses(object{"cDescReemb": "Frete", "nValorReemb": -5, "dDataReemb": "24/11/2026"}), "[nValorReemb] é inválido!", ""},
		{"despesasReembolsaveis", expenses(object{"cDescReemb": "Frete", "nValorReemb": json.Number("0.001"), "dDataReemb": "24/11/2026"}), "[nValorReemb] é inválido!", ""},
		{"despesasReembolsaveis", expenses(object{"cDescReemb": strings.Repeat("x", 201), "nValorReemb": 5, "dDataReemb": "24/11/2026"}), "[cDescReemb] excede 200", ""},
		{"despesasReembolsaveis", expenses(object{"cAcaoReemb": "I"}), "[cAcaoReemb] não deve ser informada", ""},
		// lengths
		{"InformacoesAdicionais.cContato", strings.Repeat("x", 101), "[cContato] excede 100", ""},
		{"InformacoesAdicionais.cNumContrato", strings.Repeat("x", 21), "[cNumContrato] excede 20", ""},
		{"InformacoesAdicionais.cCidPrestServ", strings.Repeat("x", 36) + " (SP)", "[cCidPrestServ] excede 40", ""},
		{"ServicosPrestados.0.cNbs", "1234567890", "[cNbs] excede 9", ""},
		{"Departamentos", []any{object{"cCodDepto": strings.Repeat("1", 41), "nPerc": 100, "nValor": 1000, "nValorFixo": "N"}}, "[cCodDepto] excede 40", ""},
	}
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.text, func(t *testing.T) {
			s, _ := newSim(t)
			wantFault(t, s, osPath, "IncluirOS", with(t, sample("a"), tt.path, tt.value), 500, tt.text, tt.code)
			if n := len(s.Documents()); n != 0 {
				t.Errorf("%d documents were written", n)
			}
			wantOK(t, s, osPath, "IncluirOS", sample("a"))
		})
	}
}

func TestALineThatTheCatalogueDoesNotHaveBringsEverythingAlong(t *testing.T) {
	for _, tag := range []string{"cDescServ", "cTribServ", "cCodServMun", "cCodServLC116", "nValUnit", "nQtde"} {
		for _, gone := range []any{removed{}, ""} {
			if gone == "" && strings.HasPrefix(tag, "n") {
				continue
			}
			s, _ := newSim(t)
			l := with(t, inline(), tag, gone)
			wantFault(t, s, osPath, "IncluirOS", with(t, sample("a"), "ServicosPrestados", []any{l}), 500, "tag ["+tag+"] é obrigatório!", "")
		}
	}
	s, _ := newSim(t)
	wantFault(t, s, osPath, "IncluirOS", with(t, sample("a"), "ServicosPrestados", []any{with(t, inline(), "cCodServLC116", "0707")}), 500, "[cCodServLC116]", "")
}

func TestAPlanOfParcelsAddsUp(t *testing.T) {
	plan := func(t *testing.T, n int, parcels ...any) object {
		b := with(t, sample("a"), "Cabecalho.cCodParc", "999")
		return with(t, with(t, b, "Cabecalho.nQtdeParc", n), "Parcelas", parcels)
	}
	num := func(s string) json.Number { return json.Number(s) }
	ways := parcel(1, 1000, 100)
	ways["meio_pagamento"] = "07"
	half := parcel(1, num("500"), 50)
	delete(half, "dDtVenc")
	for _, tt := range []struct {
		name string
		body object
		text string
	}{
		{"value", plan(t, 2, parcel(1, num("500.00"), 50), parcel(2, num("499.99"), 50)), "A soma das parcelas [999.99] é diferente do valor total [1000.00]!"},
		{"percent", plan(t, 2, parcel(1, 500, 50), parcel(2, 500, num("49.9"))), "A soma dos percentuais das parcelas [99.9] é diferente de 100!"},
		{"count", plan(t, 3, parcel(1, 500, 50), parcel(2, 500, 50)), "quantidade de parcelas"},
		{"numbers", plan(t, 2, parcel(1, 500, 50), parcel(1, 500, 50)), "[nParcela] deve ser sequencial"},
		{"due date", plan(t, 2, half, parcel(2, 500, 50)), "tag [dDtVenc] é obrigatório!"},
		{"way of paying", plan(t, 1, ways), "Meio de pagamento [07] inválido"},
		{"thousandths", plan(t, 2, parcel(1, num("500.005"), 50), parcel(2, num("499.995"), 50)), "[nValor] da parcela [1] é inválido"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newSim(t)
			wantFault(t, s, osPath, "IncluirOS", tt.body, 500, tt.text, "")
		})
	}
	s, _ := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", plan(t, 3, parcel(1, num("333.34"), num("33.34")), parcel(2, num("333.33"), num("33.33")), parcel(3, num("333.33"), num("33.33"))))
}

func TestWhatIsRightIsAcceptedAndAddedUpToTheCent(t *testing.T) {
	num := func(s string) json.Number { return json.Number(s) }
	for _, tt := range []struct {
		name  string
		path  string
		value any
		total string
	}{
		{"catalogue by id", "Cabecalho.cEtapa", "50", "1000.00"},
		{"catalogue by id, its own price", "ServicosPrestados", []any{object{"nCodServico": 3846592864, "nQtde": 2}}, "2000.00"},
		{"catalogue by integration code", "ServicosPrestados", []any{object{"cCodIntServico": "MANUT-01", "nQtde": 1, "nValUnit": 80}}, "80.00"},
		{"catalogue by description", "ServicosPrestados", []any{object{"cDescServ": "Manutenção de Computadores", "nQtde": 1, "nValUnit": 80}}, "80.00"},
		{"inline", "ServicosPrestados", []any{inline()}, "301.00"},
		{"two lines", "ServicosPrestados", append(line(nil), inline()), "1301.00"},
		{"price with trailing zeros", "ServicosPrestados", line(object{"nValUnit": num("10.100")}), "10.10"},
		{"price with four decimals", "ServicosPrestados", line(object{"nQtde": num("1000"), "nValUnit": num("0.0123")}), "12.30"},
		{"free of charge", "ServicosPrestados", line(object{"nValUnit": 0}), "0.00"},
		{"fractions of a quantity", "ServicosPrestados", line(object{"nQtde": num("2.5"), "nValUnit": num("10.01")}), "25.03"},
		{"discount by value", "ServicosPrestados", line(object{"cTpDesconto": "V", "nValorDesconto": num("99.99")}), "900.01"},
		{"all of it off", "ServicosPrestados", line(object{"cTpDesconto": "V", "nValorDesconto": 1000}), "0.00"},
		{"discount by rate", "ServicosPrestados", line(object{"nValUnit": num("99.99"), "cTpDesconto": "P", "nAliqDesconto": num("12.5")}), "87.49"},
		{"tax amounts on request", "ServicosPrestados", line(object{"impostos": object{"nValorPIS": 1, "cUtilizaValorImposto": "S", "lDeduzISS": true}}), "1000.00"},
		{"two addresses", "Email.cEnviarPara", "ana@example.com; bob@example.com", "1000.00"},
		{"no e-mail at all", "Email", removed{}, "1000.00"},
		{"an expense", "despesasReembolsaveis", expenses(object{"cDescReemb": "Frete", "nValorReemb": num("18.50"), "dDataReemb": "24/11/2026"}), "1018.50"},
		{"an event", "InformacoesAdicionais.DetalhesNfse", object{"Eventos": object{"cNomeEvento": "Feira", "dDtIniEvento": "24/11/2026", "cExtEvento": "S", "cEndExtEvento": "Rua 1"}}, "1000.00"},
		{"products from the stock", "produtosUtilizados", products("EST", nil, object{}), "1000.00"},
		{"products to the customer", "produtosUtilizados", products("REM", object{"cCodCategRem": "1.04.99"}, object{"codigo_local_estoque": 7, "lote_validade": []any{object{"nIdLote": 9, "nQtdLote": num("2.5")}}}), "1000.00"},
		{"no products", "produtosUtilizados", object{"cAcaoProdUtilizados": "EST", "produtoUtilizado": []any{}}, "1000.00"},
		{"no city", "InformacoesAdicionais.cCidPrestServ", removed{}, "1000.00"},
		{"a city with an accent", "InformacoesAdicionais.cCidPrestServ", "Santa Bárbara d'Oeste (SP)", "1000.00"},
		{"a department", "Departamentos", []any{object{"cCodDepto": "1", "nPerc": 100, "nValor": 1000, "nValorFixo": "N"}}, "1000.00"},
		{"a note", "Observacoes", object{"cObsOS": "interna"}, "1000.00"},
		{"thirty days", "Cabecalho.cCodParc", "001", "1000.00"},
		{"a list of days", "Cabecalho.cCodParc", "S67", "1000.00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newSim(t)
			wantOK(t, s, osPath, "IncluirOS", with(t, sample("a"), tt.path, tt.value))
			if got := s.Documents()[0].Total.String(); got != tt.total {
				t.Errorf("total %s, want %s", got, tt.total)
			}
		})
	}
	s, _ := newSim(t)
	body := with(t, with(t, sample("a"), "Cabecalho.nCodCli", removed{}), "Cabecalho.cCodIntCli", "PADRAO")
	wantOK(t, s, osPath, "IncluirOS", body)
	if got := s.Documents()[0].CustomerID; got != "3795260786" {
		t.Errorf("customer %s", got)
	}
}

func TestACodeIsUniqueUnlessThatIsSwitchedOff(t *testing.T) {
	other := with(t, sample("a"), "Cabecalho.cEtapa", "20")
	for _, tt := range []struct {
		name string
		opt  omiesim.Options
		text string
		code string
	}{
		{"default", omiesim.Options{}, "ERROR: OS já cadastrada para o Código de Integração [a] !", "SOAP-ENV:Client-102"},
		{"another text", omiesim.Options{DuplicateText: "O código de integração [{code}] já foi cadastrado anteriormente."}, "O código de integração [a] já foi cadastrado anteriormente.", "SOAP-ENV:Client-102"},
		{"another code", omiesim.Options{DuplicateText: "ERROR: repetido", DuplicateCode: "SOAP-ENV:Client-77"}, "ERROR: repetido", "SOAP-ENV:Client-77"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newSim(t, func(o *omiesim.Options) {
				o.DuplicateText, o.DuplicateCode = tt.opt.DuplicateText, tt.opt.DuplicateCode
			})
			wantOK(t, s, osPath, "IncluirOS", sample("a"))
			wantFault(t, s, osPath, "IncluirOS", other, 500, tt.text, tt.code)
			if n := s.Count("a"); n != 1 {
				t.Errorf("%d documents", n)
			}
		})
	}
	s, _ := newSim(t, func(o *omiesim.Options) { o.NotUnique = true })
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	wantOK(t, s, osPath, "IncluirOS", other)
	if n := s.Count("a"); n != 2 {
		t.Errorf("%d documents with uniqueness off", n)
	}
}

func TestADocumentIsFoundByEachOfItsKeys(t *testing.T) {
	s, c := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	c.Pass(3 * time.Hour)
	for _, key := range []object{{"cCodIntOS": "a"}, {"nCodOS": 3847270140}, {"cNumOS": "000000000000016"}} {
		full := wantOK(t, s, osPath, "ConsultarOS", key)
		head := full["Cabecalho"].(object)
		want := object{
			"cCodIntOS": "a", "nCodOS": json.Number("3847270140"), "cNumOS": "000000000000016", "nCodCli": json.Number("3795260786"),
			"nValorTotal": json.Number("1000"), "cCodParc": "000", "nQtdeParc": json.Number("1"), "cEtapa": "10", "dDtPrevisao": "24/11/2026",
		}
		if diff := cmp.Diff(want, head); diff != "" {
			t.Error(diff)
		}
		if got := full["InformacoesAdicionais"].(object)["cNumPedido"]; got != "1001" {
			t.Errorf("cNumPedido %v", got)
		}
	}
	wantOK(t, s, osPath, "IncluirOS", with(t, sample("b"), "ServicosPrestados", append(line(object{"nSeqItem": 7}), inline())))
	var numbers []any
	for _, l := range wantOK(t, s, osPath, "ConsultarOS", object{"cCodIntOS": "b"})["ServicosPrestados"].([]any) {
		numbers = append(numbers, l.(object)["nSeqItem"])
	}
	if diff := cmp.Diff([]any{json.Number("7"), json.Number("2")}, numbers); diff != "" {
		t.Error(diff)
	}
	status := wantOK(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"})
	want := object{
		"cCodIntOS": "a", "nCodOS": json.Number("3847270140"), "cNumOS": "000000000000016", "cNumPedido": "1001", "cNumContrato": "",
		"cEtapa": "10", "cCancelada": "N", "cFaturada": "N", "cAmbiente": "P", "dDtInc": "21/11/2026", "cHrInc": "09:00:00",
		"dDtAlt": "21/11/2026", "cHrAlt": "09:00:00", "nValorTot": json.Number("1000"), "ListaRpsNfse": []any{},
	}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Error(diff)
	}
	if s.Cancel("a") != 1 {
		t.Error("not cancelled")
	}
	if got := wantOK(t, s, osPath, "StatusOS", object{"nCodOS": 3847270140})["cCancelada"]; got != "S" {
		t.Errorf("cCancelada %v", got)
	}
}

func TestALookUpThatFindsNothingSaysSo(t *testing.T) {
	s, _ := newSim(t)
	const notFound = "SOAP-ENV:Client-105"
	wantFault(t, s, osPath, "ConsultarOS", object{"cCodIntOS": "a"}, 500, "ERROR: OS não cadastrada para o Código de Integração [a] !", notFound)
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "ERROR: OS não cadastrada para o Código de Integração [a] !", notFound)
	wantFault(t, s, osPath, "StatusOS", object{"nCodOS": 7}, 500, "OS não cadastrada para o Código [7] !", notFound)
	wantFault(t, s, osPath, "ConsultarOS", object{"cNumOS": "1"}, 500, "OS não cadastrada para o Número [1] !", notFound)
	wantFault(t, s, osPath, "ListarOS", object{"pagina": 1}, 500, "ERROR: Não existem registros para a página [1]!", "SOAP-ENV:Client-5113")
	wantFault(t, s, osPath, "ConsultarOS", object{}, 500, "tag [cCodIntOS] é obrigatório!", "")
	wantFault(t, s, osPath, "ConsultarOS", object{"cCodOS": "a"}, 500, "Tag [CCODOS]", "")
	wantFault(t, s, osPath, "StatusOS", object{"lRps": true}, 500, "tag [cCodIntOS] é obrigatório!", "")
	wantFault(t, s, osPath, "ListarOS", object{"filtrar_por_status": "X"}, 500, "[filtrar_por_status] é inválido", "")
	wantFault(t, s, osPath, "ExcluirOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", notFound)
	wantFault(t, s, osPath, "ExcluirOS", object{}, 500, "tag [cCodIntOS] é obrigatório!", "")
	wantFault(t, s, osPath, "ExcluirOS", object{"x": 1}, 500, "Tag [X]", "")
	wantFault(t, s, osPath, "ConsultarOS", object{"cCodIntOS": "a", "nCodOS": 1}, 500, "Preencha apenas a tag", "")
	wantFault(t, s, osPath, "StatusOS", object{"cNumOS": "1"}, 500, "Tag [CNUMOS] não faz parte da estrutura do tipo complexo [osStatusRequest]!", "")
	wantFault(t, s, osPath, "ListarOS", object{"filtrar_por_data_de": "21/11/2026"}, 500, "não é atendida pelo simulador", "")
}

func TestDocumentsAreListedByPageAndByCode(t *testing.T) {
	s, _ := newSim(t)
	for _, code := range []string{"a", "b", "c"} {
		wantOK(t, s, osPath, "IncluirOS", sample(code))
	}
	s.Cancel("c")
	codes := func(param object) string {
		t.Helper()
		status, answer := call(t, s, osPath, "ListarOS", param)
		if status != 200 {
			return answer["faultcode"].(string)
		}
		var all []string
		for _, row := range answer["osCadastro"].([]any) {
			all = append(all, row.(object)["Cabecalho"].(object)["cCodIntOS"].(string))
		}
		return fmt.Sprint(strings.Join(all, ""), " ", answer["pagina"], "/", answer["total_de_paginas"], " ", answer["registros"], "/", answer["total_de_registros"])
	}
	const empty = "SOAP-ENV:Client-5113"
	for _, tt := range []struct {
		param object
		want  string
	}{
		{object{}, "abc 1/1 3/3"},
		{object{"pagina": 1, "registros_por_pagina": 2}, "ab 1/2 2/3"},
		{object{"pagina": 2, "registros_por_pagina": 2}, "c 2/2 1/3"},
		{object{"pagina": 3, "registros_por_pagina": 2}, empty},
		{object{"pagina": 1, "filtrar_por_codigo": []any{object{"cCodIntOS": "b"}}}, "b 1/1 1/1"},
		{object{"pagina": 1, "filtrar_por_codigo": []any{object{"cCodIntOS": "b"}, object{"nCodOS": 3847270140}}}, "ab 1/1 2/2"},
		{object{"pagina": 1, "filtrar_por_codigo": []any{object{"cCodIntOS": "z"}}}, empty},
		{object{"filtrar_por_status": "C"}, "c 1/1 1/1"},
		{object{"filtrar_por_status": "N"}, "ab 1/1 2/2"},
		{object{"filtrar_por_status": "F"}, empty},
		{object{"filtrar_por_etapa": "20"}, empty},
		{object{"filtrar_por_cliente": 1}, empty},
		{object{"filtrar_por_cliente": 3795260786}, "abc 1/1 3/3"},
		{object{"pagina": 0}, "SOAP-ENV:Client-103"},
		{object{"registros_por_pagina": 501}, "SOAP-ENV:Client-103"},
	} {
		if got := codes(tt.param); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.param, got, tt.want)
		}
	}
}

func TestADeletedDocumentIsGone(t *testing.T) {
	s, _ := newSim(t)
	wantOK(t, s, osPath, "IncluirOS", sample("a"))
	wantOK(t, s, osPath, "ExcluirOS", object{"cCodIntOS": "a"})
	if n := s.Count("a"); n != 0 {
		t.Errorf("%d documents", n)
	}
	wantFault(t, s, osPath, "StatusOS", object{"cCodIntOS": "a"}, 500, "não cadastrada", "")
	wantOK(t, s, osPath, "IncluirOS", with(t, sample("a"), "Cabecalho.cEtapa", "20"))
}

func TestTheCatalogueIsReadByCodeAndByPage(t *testing.T) {
	s, _ := newSim(t)
	row := wantOK(t, s, servicePath, "ConsultarCadastroServico", object{"cCodIntServ": "MANUT-01"})
	if diff := cmp.Diff(object{"cCodIntServ": "MANUT-01", "nCodServ": json.Number("3846592901")}, row["intListar"]); diff != "" {
		t.Error(diff)
	}
	list := wantOK(t, s, servicePath, "ListarCadastroServico", object{"nPagina": 1, "nRegPorPagina": 50, "cCodigo": "SRV00001"})
	if n := len(list["cadastros"].([]any)); n != 1 {
		t.Errorf("%d rows", n)
	}
	row = wantOK(t, s, servicePath, "ConsultarCadastroServico", object{"nCodServ": 3846592864})
	if got := row["cabecalho"].(object)["cDescricao"]; got != "Curso de Go" {
		t.Errorf("description %v", got)
	}
	wantFault(t, s, servicePath, "ConsultarCadastroServico", object{"nCodServ": 1}, 500, "Serviço não cadastrado para o Código [1] !", "")
	wantFault(t, s, servicePath, "ConsultarCadastroServico", object{}, 500, "tag [cCodIntServ] é obrigatório!", "")
	wantFault(t, s, servicePath, "ConsultarCadastroServico", object{"cCodigo": "SRV00001"}, 500, "Tag [CCODIGO]", "")
	wantFault(t, s, servicePath, "ListarCadastroServico", object{"pagina": 1}, 500, "Tag [PAGINA]", "")
	wantFault(t, s, servicePath, "ConsultarCadastroServico", object{"cCodIntServ": "NADA"}, 500, "Serviço não cadastrado", "")
	wantFault(t, s, servicePath, "ListarCadastroServico", object{"cDescricao": "nada"}, 500, "Não existem registros", "SOAP-ENV:Client-5113")
}

func FuzzCall(f *testing.F) {
	valid, err := json.Marshal(sample("a"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("IncluirOS", valid)
	f.Add("ListarOS", []byte(`{"pagina":9223372036854775807,"registros_por_pagina":500}`))
	f.Add("IncluirCliente", []byte(`{"razao_social":"A","cnpj_cpf":"529.982.247-25"}`))
	f.Add("ListarClientes", []byte(`{"clientesFiltro":{"cnpj_cpf":"é"},"clientesPorCodigo":[{}]}`))
	f.Fuzz(func(t *testing.T, method string, param []byte) {
		s := omiesim.New(omiesim.Options{Now: newClock().Now})
		for _, path := range []string{osPath, customerPath, servicePath} {
			before := len(s.Documents())
			r := s.Call(path, fmt.Appendf(nil, `{"call":%q,"app_key":"1","app_secret":"2","param":[%s]}`, method, param))
			wrote := len(s.Documents()) - before
			if wrote != 0 && (r.Status != 200 || wrote != 1) {
				t.Errorf("%d documents written, answered %d", wrote, r.Status)
			}
			if r.Fate != omiesim.Answered || len(r.Body) == 0 {
				t.Errorf("not answered: %+v", r)
			}
		}
	})
}

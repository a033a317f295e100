package simulation

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/carimbo/carimbo/shared/connection"
)

// store is one connection and what it sells.
type store struct{ name, platform, account string }

// stores are the connections of this run. One of them, turmas, moves from account
// to account, of either ERP.
func (w *world) stores() []store {
	list := []store{
		{"cursos", "hotmart", "estudio"}, {"turmas", "hotmart", "estudio"}, {"checkout", "generic", "filial"},
		{"loja-online", "generic", "loja"}, {"loja-cursos", "hotmart", "loja"},
		{"vitrine", shopify, "filial"}, {"loja-shopify", shopify, "loja"},
	}
	for _, name := range []string{"balcao", swapped} {
		if w.account(name) != nil {
			list = append(list, store{name, "hotmart", name})
		}
	}
	return list
}

const turmas = "turmas"

// configurations are the ones that are deployed one after another: documents look
// different, turmas moves to another account, Sensio's orig changes, and troca is of
// one ERP or of the other.
func (w *world) configurations() []connection.Config {
	var list []connection.Config
	for i := range 6 {
		var erps, connections []string
		for _, a := range w.accounts {
			if a.twin != nil && a.kind != []string{omieKind, sensioKind}[i%2] {
				continue
			}
			erps = append(erps, fmt.Sprintf("%q:%s", a.name, a.settings(i%2)))
		}
		for _, s := range w.stores() {
			if s.name == turmas {
				s.account = w.homes()[i/2]
			}
			connections = append(connections, fmt.Sprintf(`%q:{"platform":%q,"erp":%q,"since":"2024-01-01","orig":%q}`,
				s.name, s.platform, s.account, []string{"", "Loja " + s.name}[i%2]))
		}
		text := fmt.Sprintf(`{"erps":{%s},"connections":{%s}}`, strings.Join(erps, ","), strings.Join(connections, ","))
		cfg, err := connection.Parse(json.RawMessage(text))
		if err != nil {
			panic(err)
		}
		list = append(list, cfg)
	}
	return list
}

// homes are where turmas moves, within one ERP where a test wants that one alone.
func (w *world) homes() [3]string {
	if w.opts.seams.kind == omieKind {
		return [...]string{"estudio", "filial", "estudio"}
	}
	return [...]string{"estudio", "filial", "loja"}
}

// settings are the account's object, of one version or the other.
func (a *account) settings(version int) string {
	if a.kind == omieKind {
		return fmt.Sprintf(`{"kind":"omie","base_url":"https://%s/api/v1/","customer":{"default":3795260786},
			"os":{"Cabecalho":{"cEtapa":"%s","cCodParc":"000","nQtdeParc":1,"dDtPrevisao":"+3d"},
				"InformacoesAdicionais":{"cCodCateg":"1.01.02","nCodCC":3731356020,"cCidPrestServ":"SAO PAULO (SP)","cNumPedido":"{order.number}",
				"cDadosAdicNF":"Comprador {customer.name}"},"Email":{"cEnvLink":"N","cEnviarPara":"{customer.email}"}},
			"services":{"CURSO-GO":{"nCodServico":3846592864,"cDadosAdicItem":"{line.name}"},"MANUT-01":{"cCodIntServico":"MANUT-01","cDadosAdicItem":"{line.name}"}}}`, a.host(), []string{"10", "20"}[version])
	}
	lookup := `"lookup":{"path":"/sales?orig={orig}&origId={origId}","rows":"response","id":"id"},`
	if !a.canLookUp() {
		lookup = ""
	}
	return fmt.Sprintf(`{"kind":"sensio","base_url":"https://%s","headers":{"Authorization":"Bearer {app_secret}","X-App-Key":"{app_key}"},%s
		"customer":{"default":%q,"query":{"path":"/people?search={customer.tax_id}","rows":"response","id":"id","tax_id":"cpfCnpj"}},
		"sale":{"status":%q,"details":"Pedido {order.number}"},"items":{"CURSO-GO":{"productId":"curso","details":"{line.name}"},"MANUT-01":{"productId":"manut","details":"{line.name}"}}}`,
		a.host(), lookup, nobodysID, []string{"Em aberto", "Faturado"}[version])
}

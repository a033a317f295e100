package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAPreviewShowsTheProductsThatAnOSUses(t *testing.T) {
	const account = `erps:
  oficina:
    kind: omie
    os:
      InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020 }
      produtosUtilizados: { cAcaoProdUtilizados: EST }
    freight: spread
    fees: spread
    services:
      A: { nCodServico: 3846592864, produtoUtilizado: [{ nCodProdutoPU: 3846592870, nQtdePU: 1.5 }] }
      B: { nCodServico: 3846592865 }
connections:
  loja-wp: { platform: woocommerce, erp: oficina, since: 2026-11-01 }
`
	got := previewWhom(t, account, whomOrder) // 2 of A and 1 of B
	var request struct {
		Param []struct {
			ProdutosUtilizados any `json:"produtosUtilizados"`
		} `json:"param"`
	}
	if err := json.Unmarshal([]byte(got.out), &request); err != nil || got.code != exitDone {
		t.Fatalf("exit code %d, %v: %s%s", got.code, err, got.errors, got.out)
	}
	want := map[string]any{"cAcaoProdUtilizados": "EST", "produtoUtilizado": []any{map[string]any{"nCodProdutoPU": 3846592870.0, "nQtdePU": 3.0}}}
	if diff := cmp.Diff(any(want), request.Param[0].ProdutosUtilizados); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

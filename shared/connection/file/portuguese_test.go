package file_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

func portugueseOf(t *testing.T) words.Language {
	t.Helper()
	pt, err := portuguese.Language()
	if err != nil {
		t.Fatal(err)
	}
	return pt
}

func TestWhatIsWrongInAFileIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	_, problems, _ := file.Parse("c.yaml", []byte(`erps:
  estudio: { kind: omei, os: {}, services: {} }
  loja: { kind: sensio }
connections:
  a: { platform: shopfy, erp: etsudio, since: 2026-11-31 }
  b: { platform: hotmart, erp: loja, since: 20261121, share: coproducer }
  C: { plataforma: x }
  d:
`), shapes(), "hotmart", "shopify")
	want := `c.yaml:2:20: erps.estudio.kind: "omei" não é uma opção de tipo de ERP; permitidas: omie, sensio
c.yaml:3:3: erps.loja.base_url: está faltando: onde fica a API do Sensio. O Sensio não publica um endereço: peça o seu ao Sensio
c.yaml:3:3: erps.loja.items: está faltando: o SKU da loja -> campos de saleLines. "*" vale para o que nenhuma outra entrada mapeia
c.yaml:5:18: connections.a.platform: "shopfy" não é uma opção de plataforma (você quis dizer "shopify"?); permitidas: hotmart, shopify
c.yaml:5:31: connections.a.erp: não há a conta "etsudio" em erps (você quis dizer "estudio"?); existem: estudio, loja
c.yaml:5:47: connections.a.since: "2026-11-31" não é uma data como 2026-11-21
c.yaml:6:45: connections.b.since: precisa ser um texto: coloque entre aspas, "20261121"
c.yaml:6:62: aviso: connections.b.share: é para a parceria, em que produtor e coprodutor emitem nota para o comprador; no comissionamento o coprodutor emite nota para o produtor: lance esses documentos no ERP manualmente, sem esta conexão
c.yaml:7:3: connections.C: "C" não é um nome: letras minúsculas, dígitos e hífens, no máximo 40, começando com letra ou dígito
c.yaml:8:3: connections.d: não tem valor: coloque um bloco de chaves e valores ou remova a chave`
	if diff := cmp.Diff(want, problems.Words().In(portugueseOf(t))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// english are words that no Portuguese text has.
var english = regexp.MustCompile(`(?i)\b(?:the|is|and|of|this|not|has|must|with|allowed)\b`)

func TestNothingThatIsWrongInAFileIsLeftInEnglish(t *testing.T) {
	t.Parallel()
	pt := portugueseOf(t)
	paths, err := filepath.Glob("testdata/broken/*")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, problems, _ := file.Parse("c.yaml", b, shapes())
		for _, p := range problems {
			told++
			if said := p.Message.In(pt); english.MatchString(said) {
				t.Errorf("%s: %s", path, said)
			}
		}
	}
	if told < 100 {
		t.Errorf("only %d problems were told", told)
	}
}

// told are the texts of a schema that a person may be shown, as formats.
func told(at any, texts map[string]bool) {
	switch at := at.(type) {
	case map[string]any:
		add := func(text any) {
			if text, is := text.(string); is {
				texts[strings.ReplaceAll(strings.TrimSuffix(text, "."), "%", "%%")] = true
			}
		}
		add(at["errorMessage"])
		add(at["patternErrorMessage"])
		if at["enum"] != nil {
			add(at["title"])
		}
		if at["minLength"] != nil || at["minItems"] != nil || at["minProperties"] != nil {
			add(at["description"])
		}
		required, _ := at["required"].([]any)
		properties, _ := at["properties"].(map[string]any)
		for _, key := range required {
			property, _ := properties[key.(string)].(map[string]any)
			add(property["description"])
		}
		for _, below := range at {
			told(below, texts)
		}
	case []any:
		for _, below := range at {
			told(below, texts)
		}
	}
}

func TestWhatTheSchemaSaysIsAllInPortuguese(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	told(schema(t), texts)
	catalogues, err := portuguese.Catalogues()
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for text := range words.Blocks(catalogues["schema.txt"]) {
		have = append(have, text)
	}
	slices.Sort(have)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(texts)), have); diff != "" {
		t.Errorf("shared/words/portuguese/schema.txt (-the schema's +the catalogue's):\n%s", diff)
	}
}

package yaml_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
	"github.com/carimbo/carimbo/shared/yaml"
)

func TestWhatIsNoYAMLIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	pt, err := portuguese.Language()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"a: [1, 2\nb: 3\n":             "x.yaml:2:1: não é um YAML válido: falta ',' ou ']'",
		"a: 'x\n":                      "x.yaml:1:4: não é um YAML válido: faltam as aspas simples que fecham o texto",
		"a: b: c\n":                    "x.yaml:1:4: não é um YAML válido: não pode haver \"chave: valor\" aqui",
		"a: &x 1\n":                    "x.yaml:1:4: âncoras (&) não são aceitas: escreva o valor por extenso onde ele é usado; um texto que começa com & precisa de aspas",
		"%YAML 1.2\n---\na: 1\n":       "x.yaml:1:1: diretivas (%) não são aceitas",
		"a:\n  b: 1\n  c: 2\n  b: 3\n": "x.yaml:4:3: a.b: aparece duas vezes no mesmo lugar; a primeira está na linha 2",
	} {
		_, problems := yaml.Parse("x.yaml", []byte(text))
		if diff := cmp.Diff(want, problems.Words().In(pt)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	warning := yaml.Problem{File: "x.yaml", Line: 2, Column: 3, Message: words.Plain("?"), Warning: true}
	if got := warning.Words().In(pt); got != "x.yaml:2:3: aviso: ?" {
		t.Errorf("a warning: %q", got)
	}
}

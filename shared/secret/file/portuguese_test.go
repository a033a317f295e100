package file_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/secret/file"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

func TestWhatIsWrongWithSecretsIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	pt, err := portuguese.Language()
	if err != nil {
		t.Fatal(err)
	}
	_, problems := file.Parse("s.yaml", []byte(`omie/estudio: { app_key: 1, outro: x }
omie/Estudio: { app_key: 1 }
hook/a: { signing_secret: curto }
hook/b: { signing_secret: curto, previous_signing_secret: 0123456789abcdef }
hook/c: { signing_secret: not-a-real-secret-of-anybody, previous_signing_secret_since: ontem }
hook/d:
`), file.Options{Kinds: map[string][]string{"omie": {"app_key", "app_secret"}}, Real: true})
	want := `s.yaml:1:1: omie/estudio.app_secret: está faltando
s.yaml:1:29: aviso: omie/estudio: tem um campo que ninguém lê; conhecidos: app_key, app_secret
s.yaml:2:1: não é o nome de um segredo; o nome de um segredo é omie/<account>, hook/<connection>, store/<connection> ou notify/<receiver>
s.yaml:3:11: aviso: hook/a.signing_secret: tem menos de 16 bytes e pode ser adivinhado: use um mais longo, se a plataforma deixar escolher
s.yaml:4:11: aviso: hook/b.signing_secret: tem menos de 16 bytes e pode ser adivinhado: use um mais longo, se a plataforma deixar escolher
s.yaml:4:11: aviso: hook/b.signing_secret: é também o de hook/a: quem conhece o segredo de uma loja poderia assinar pela outra; dê um a cada uma
s.yaml:4:59: aviso: hook/b.previous_signing_secret: é aceito enquanto estiver aí: acrescente previous_signing_secret_since, o dia ou a hora da troca, e ele é aceito por 24 h a partir de então
s.yaml:5:11: hook/c.signing_secret: é um valor de secrets.example.yaml, que todo mundo conhece: coloque o seu (com --simulate ele serve)
s.yaml:5:57: hook/c.previous_signing_secret_since: não é um dia como 2026-11-30 nem um dia com hora como 2026-11-30T18:00:00-03:00
s.yaml:5:88: aviso: hook/c.previous_signing_secret_since: não é a data de nada: não há previous_signing_secret
s.yaml:6:1: hook/d: precisa ter campos: signing_secret, previous_signing_secret, previous_signing_secret_since`
	if diff := cmp.Diff(want, problems.Words().In(pt)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package main

import (
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/wordstest"
)

func TestANoticeIsInTheReceiversLanguageOrElseInServes(t *testing.T) {
	t.Parallel()
	orders := words.Count(2, "%d order", "%d orders")
	for _, own := range []words.Language{{}, wordstest.Portuguese(t)} {
		languages, err := (&console{language: own}).noticeLanguages()
		if err != nil {
			t.Fatal(err)
		}
		for lang, want := range map[string]string{"pt": "2 pedidos", "en": "2 orders", "": orders.In(own)} {
			if got := orders.In(languages[lang]); got != want {
				t.Errorf("serve in %q, receiver %q: %s", own.Name, lang, got)
			}
		}
	}
}

func TestCheckSaysInPortugueseWhoIsTold(t *testing.T) {
	t.Parallel()
	connections := goodConnections + "notify: { torre: { url: https://example.com/ }, equipe: { smtp: { host: smtp.example.com, port: 587, from: a@example.com, to: b@example.com } } }\n"
	check := func(secrets string) string {
		return typeIn(t, "check", "--lang", "pt", "--connections", write(t, "c.yaml", connections), "--secrets", write(t, "s.yaml", goodSecrets+secrets)).out
	}
	if out, want := check(""), "s.yaml: não há o segredo notify/torre: acrescente-o com um signing_secret, pelo qual torre sabe que um aviso é seu: crie um com echo whsec_$(openssl rand -base64 32)\n"; !strings.Contains(out, want) {
		t.Errorf("%s", out)
	}
	out := check("notify/torre: { signing_secret: whsec_aGlkZGVuIGtleSBvZiAyNCBieXRlcyEh }\n")
	for _, want := range []string{
		"aviso: não há o segredo notify/equipe: os e-mails vão para smtp.example.com sem usuário nem senha, o que poucos servidores aceitam\n",
		"Quem envia os avisos é o carimbo serve. Em uma stack, os alarmes dela fazem esse papel: AlarmEmail no template.yaml define quem é avisado.\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
}

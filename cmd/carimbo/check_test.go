package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform/registry"
)

func TestCheckTellsEveryProblemAndWhereItIs(t *testing.T) {
	builtIn := strings.Join(registry.Names(), ", ")
	told := func(how string) string { return goodConnections + "notify: { torre: " + how + " }\n" }
	const mail = "{ smtp: { host: smtp.example.com, port: 587, from: carimbo@example.com, to: voce@example.com } }"
	shopify := strings.Replace(goodConnections, "hotmart", "shopify", 1)
	for _, c := range []struct {
		name, connections, secrets string
		code                       int
		want                       []string
	}{
		{"fine", goodConnections, goodSecrets, exitDone,
			[]string{"c.yaml is fine: 1 account, 1 connection.\n  cursos (hotmart -> estudio): /webhooks/cursos\n"}},
		{"warning", strings.Replace(goodConnections, ", nCodCC: 3731356020", "", 1), goodSecrets, exitDone,
			[]string{"c.yaml:4:", "warning: erps.estudio.os.InformacoesAdicionais.nCodCC: is missing", "c.yaml is fine"}},
		{"two problems", strings.NewReplacer("hotmart", "hotmat", "2026-01-01", "yesterday").Replace(goodConnections), goodSecrets, exitFailed,
			[]string{"c.yaml:8:23: connections.cursos.platform: ", "connections.cursos.since: "}},
		{"not built in", strings.Replace(goodConnections, "hotmart", "vtex", 1), goodSecrets, exitFailed,
			[]string{"c.yaml:8:23: connections.cursos.platform: vtex is not built in; this program knows " + builtIn + "\n"}},
		{"a platform that nobody has", strings.Replace(goodConnections, "hotmart", "hotmat", 1), goodSecrets, exitFailed,
			[]string{`"hotmat" is not a platform (did you mean "hotmart"?); allowed: ` + builtIn + "\n"}},
		{"no signing secret", goodConnections, strings.Replace(goodSecrets, "hook/cursos", "hook/other", 1), exitDone,
			[]string{"s.yaml: warning: there is no secret hook/cursos: add it with the signing_secret that hotmart proves itself with; until then its webhooks are answered 503", "c.yaml is fine"}},
		{"the example's secrets", goodConnections, "omie/estudio: { app_key: not-a-real-app-key, app_secret: hidden }\nhook/cursos: { signing_secret: whsec_bm90LWEtcmVhbC1zZWNyZXQtb2YtY2FyaW1ibyEh }\n", exitFailed,
			[]string{"s.yaml:1:17: omie/estudio.app_key: is a value of secrets.example.yaml", "s.yaml:2:16: hook/cursos.signing_secret: is a value of secrets.example.yaml"}},
		{"no app key", goodConnections, strings.Replace(goodSecrets, "omie/estudio", "omie/other", 1), exitFailed,
			[]string{"s.yaml: there is no secret omie/estudio: account estudio needs its app_key and app_secret (for cursos)\n"}},
		{"no app key for two connections", goodConnections + "  mentoria: { platform: hotmart, erp: estudio, since: 2026-01-01 }\n",
			strings.Replace(goodSecrets, "omie/estudio", "omie/other", 1) + "hook/mentoria: { signing_secret: hidden-hottok }\n", exitFailed,
			[]string{"there is no secret omie/estudio: ", "account estudio needs its app_key and app_secret (for cursos, mentoria)\n"}},
		{"a secret that signs nothing", strings.Replace(goodConnections, "hotmart", "generic", 1), strings.Replace(goodSecrets, "hottok", "hidden?", 1), exitFailed,
			[]string{"s.yaml: the signing_secret of hook/cursos is none that generic signs with, so that every webhook would be refused: paste it again, whole"}},
		{"a store's secret", shopify, goodSecrets + "store/cursos: { shop: loja-aurora.myshopify.com, client_id: hidden-client-id-1, client_secret: hidden-client-secret }\n", exitDone,
			[]string{"c.yaml is fine"}},
		{"a store's lasting token", shopify, goodSecrets + "store/cursos: { shop: loja-aurora.myshopify.com, access_token: hidden-access-token }\n", exitDone,
			[]string{"c.yaml is fine"}},
		{"half a store's secret", shopify, goodSecrets + "store/cursos: { shop: loja-aurora.myshopify.com, client_id: hidden-client-id-1 }\n", exitFailed,
			[]string{"s.yaml: store/cursos: client_secret is missing: "}},
		{"a store's secret with a token in the wrong place", shopify, goodSecrets + "store/cursos: { shop: loja-aurora.myshopify.com, client_id: hidden-client-id-1, client_secret: shpat_hidden-access }\n", exitFailed,
			[]string{"s.yaml: store/cursos: client_secret has an access token (shpat_) in it: "}},
		{"a store that needs none", goodConnections, goodSecrets + "store/cursos: { token: hidden }\n", exitDone,
			[]string{"c.yaml is fine"}},
		{"somebody who is told", told("{ url: https://example.com/hidden, on: [parked, account] }"), goodSecrets + "notify/torre: { signing_secret: whsec_aGlkZGVuIGtleSBvZiAyNCBieXRlcyEh }\n", exitDone,
			[]string{"c.yaml is fine", "  notify torre (example.com): parked, account\nNotices are sent by carimbo serve. On a stack its alarms take their place"}},
		{"somebody who is told of all", told("{ url: https://example.com/ }"), goodSecrets + "notify/torre: { signing_secret: whsec_aGlkZGVuIGtleSBvZiAyNCBieXRlcyEh }\n", exitDone,
			[]string{"  notify torre (example.com): rejected, parked, reversed, changed, account\n"}},
		{"nothing to sign notices with", told("{ url: https://example.com/ }"), goodSecrets, exitFailed,
			[]string{"s.yaml: there is no secret notify/torre: add it with a signing_secret"}},
		{"half a key to sign notices with", told("{ url: https://example.com/ }"), goodSecrets + "notify/torre: { signing_secret: whsec_aGlkZGVu }\n", exitFailed,
			[]string{"s.yaml: notify/torre: signing_secret must be whsec_ and 24 to 64 random bytes in base64"}},
		{"a former key that signs nothing", told("{ url: https://example.com/ }"), goodSecrets + "notify/torre: { signing_secret: whsec_aGlkZGVuIGtleSBvZiAyNCBieXRlcyEh, previous_signing_secret: hidden-in-plain-text }\n", exitFailed,
			[]string{"s.yaml: notify/torre: signing_secret must be whsec_ and 24 to 64 random bytes in base64"}},
		{"a password to sign notices with", told("{ url: https://example.com/ }"), goodSecrets + "notify/torre: { user: hidden, password: hidden }\n", exitFailed,
			[]string{"s.yaml: notify/torre has no signing_secret"}},
		{"mail", told(mail), goodSecrets + "notify/torre: { user: carimbo, password: hidden }\n", exitDone,
			[]string{"  notify torre (smtp.example.com): rejected, parked, reversed, changed, account\n"}},
		{"mail without signing in", told(mail), goodSecrets, exitDone,
			[]string{"s.yaml: warning: there is no secret notify/torre: mail is handed to smtp.example.com without a user and a password"}},
		{"mail without a password", told(mail), goodSecrets + "notify/torre: { user: hidden }\n", exitFailed,
			[]string{"s.yaml: notify/torre needs both user and password, which the mail server smtp.example.com asks for"}},
		{"a secret of notices with a field that nobody reads", told(mail), goodSecrets + "notify/torre: { user: carimbo, pasword: hidden, password: hidden }\n", exitDone,
			[]string{"warning: notify/torre: has a field that nothing reads; known: signing_secret, previous_signing_secret, previous_signing_secret_since, user, password"}},
		{"secrets of another shape", goodConnections, "omie/estudio: 1\n", exitFailed, []string{"s.yaml:1:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := typeIn(t, "check", "--connections", write(t, "c.yaml", c.connections), "--secrets", write(t, "s.yaml", c.secrets))
			if got.code != c.code {
				t.Errorf("exit code %d: %s", got.code, got.errors)
			}
			for _, want := range c.want {
				if n := strings.Count(got.out, want); n != 1 {
					t.Errorf("%d times %q in:\n%s", n, want, got.out)
				}
			}
			if strings.Contains(got.out+got.errors, "hidden") || strings.Contains(got.out+got.errors, "hottok") {
				t.Error("a secret is told")
			}
		})
	}
}

func TestCheckWithoutAFileOfSecretsSaysThatItDidNotLook(t *testing.T) {
	t.Chdir(t.TempDir())
	got := typeIn(t, "check", "--connections", write(t, "c.yaml", goodConnections))
	if got.code != exitDone || !strings.Contains(got.out, "Secrets were not checked: there is no secrets.yaml here.") {
		t.Errorf("%+v", got)
	}
}

func TestWhereAFileOfOnesOwnIsMissingItSaysWhatToCopy(t *testing.T) {
	t.Chdir(t.TempDir())
	connections := "connections.yaml can't be read (no such file or directory): cp connections.example.yaml connections.yaml and put your own values in, or give the file with --connections"
	for _, c := range []struct {
		line []string
		want string
	}{
		{[]string{"check"}, connections},
		{[]string{"serve"}, connections},
		{[]string{"preview", "--connection", "cursos", write(t, "p.json", hotmartOrder)}, connections},
		{[]string{"serve", "--connections", write(t, "c.yaml", goodConnections)},
			"secrets.yaml can't be read (no such file or directory): cp secrets.example.yaml secrets.yaml and put your own values in, or give the file with --secrets"},
		{[]string{"check", "--connections", "shop.yaml"}, "shop.yaml can't be read (no such file or directory): give the file with --connections"},
	} {
		want := fmt.Sprintf("carimbo: %s (see carimbo %s --help)\n", c.want, c.line[0])
		if got := typeIn(t, c.line...); got.code != exitUsage || got.out != "" || got.errors != want {
			t.Errorf("%v: %+v\nwant %s", c.line, got, want)
		}
	}
}

func TestCheckAsJSON(t *testing.T) {
	wrong := strings.Replace(goodConnections, "hotmart", "hotmat", 1)
	got := typeIn(t, "check", "--json", "--connections", write(t, "c.yaml", wrong), "--secrets", write(t, "s.yaml", goodSecrets))
	var r report
	if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.code != exitFailed {
		t.Fatalf("%v: %+v", err, got)
	}
	if len(r.Problems) != 1 || r.Problems[0].Line != 8 || r.Problems[0].Column != 23 || r.Problems[0].Path != "connections.cursos.platform" {
		t.Errorf("%+v", r.Problems)
	}
}

// The file that everybody copies has to pass.
func TestTheExampleAtTheTopIsFine(t *testing.T) {
	dir := t.TempDir()
	example, err := os.ReadFile("../../connections.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "connections.yaml"), example, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if got := typeIn(t, "check"); got.code != exitDone {
		t.Errorf("%+v", got)
	}
}

// uncommented is a file with what its # at the beginning of lines keeps out.
func uncommented(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^#(\S|  )`).ReplaceAllString(string(b), "$1")
}

func TestTheExamplesAreFineWithWhatIsCommentedOut(t *testing.T) {
	connections := write(t, "c.yaml", uncommented(t, "../../connections.example.yaml"))
	got := typeIn(t, "check", "--simulate", "--connections", connections, "--secrets", write(t, "s.yaml", uncommented(t, "../../secrets.example.yaml")))
	if got.code != exitDone || strings.Contains(got.out, "warning") || !strings.Contains(got.out, "c.yaml is fine: 3 accounts, 5 connections.") {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.errors)
	}
	for name, sample := range map[string]string{"loja-online": "shopify/order_paid", "loja-wp": "woocommerce/order_processing", "livraria": "woocommerce/order_processing_goods"} {
		got := typeIn(t, "preview", "--connection", name, "--connections", connections, "../../events/payloads/"+sample+".json")
		if got.code != exitDone {
			t.Errorf("%s: exit code %d: %s", name, got.code, got.errors)
		}
	}
}

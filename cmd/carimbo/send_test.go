package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
)

const goodSecrets = `omie/estudio: { app_key: "123", app_secret: hidden }
hook/cursos: { signing_secret: hottok, previous_signing_secret: former }
`

// received is what a listener got.
type received struct {
	path    string
	request platform.Request
}

// listen answers every request with the status and text.
func listen(t *testing.T, status int, text string) (string, *[]received) {
	t.Helper()
	var all []received
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		header := map[string]string{}
		for name := range r.Header {
			header[strings.ToLower(name)] = r.Header.Get(name)
		}
		all = append(all, received{r.URL.Path, platform.Request{Header: header, Query: r.URL.Query(), Body: body}})
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL, &all
}

func TestSendSignsAsThePlatformWouldAndPrintsTheAnswer(t *testing.T) {
	connections, secrets := write(t, "c.yaml", goodConnections), write(t, "s.yaml", goodSecrets)
	for _, c := range []struct {
		status int
		answer string
		code   int
		out    string
	}{
		{200, `{"status":"accepted"}`, exitDone, "200 OK\n{\"status\":\"accepted\"}\n"},
		{200, "", exitDone, "200 OK\n"},
		{200, "\x1b[2J", exitDone, "200 OK\n\\u001b[2J\n"},
		{204, "", exitFailed, "204 No Content\n"},
		{302, "moved", exitFailed, "302 Found\nmoved\n"},
		{307, "moved", exitFailed, "307 Temporary Redirect\nmoved\n"},
		{401, `{"error":"not_authentic"}`, exitFailed, "401 Unauthorized\n{\"error\":\"not_authentic\"}\n"},
	} {
		url, got := listen(t, c.status, c.answer)
		said := typeWith(t, noon, hotmartOrder, "send", "--connection", "cursos", "--to", url+"/carimbo/", "--connections", connections, "--secrets", secrets, "-")
		if said.code != c.code || said.out != c.out {
			t.Errorf("%d: %+v", c.status, said)
		}
		if len(*got) != 1 {
			t.Fatalf("%d: %d requests instead of one", c.status, len(*got))
		}
		first := (*got)[0]
		if first.path != "/carimbo/webhooks/cursos" || string(first.request.Body) != hotmartOrder {
			t.Errorf("%d: sent %q to %s", c.status, first.request.Body, first.path)
		}
		if err := (hotmart.Platform{}).Verify(first.request, []string{"hottok"}, noon); err != nil {
			t.Errorf("%d: %v", c.status, err)
		}
	}
}

func TestSendSaysWhyNothingWasSent(t *testing.T) {
	connections := write(t, "c.yaml", goodConnections)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct{ secrets, want string }{
		{goodSecrets, "carimbo: nobody answers at " + closed.URL + ": is Carimbo served there? "},
		{"omie/estudio: { app_key: a, app_secret: b }\n", "carimbo: there is no secret hook/cursos in "},
	} {
		got := typeWith(t, noon, hotmartOrder, "send", "--connection", "cursos", "--to", closed.URL, "--connections", connections, "--secrets", write(t, "s.yaml", c.secrets), "-")
		if got.code != exitFailed || !strings.HasPrefix(got.errors, c.want) {
			t.Errorf("%+v", got)
		}
		if strings.Contains(got.errors, "hottok") {
			t.Errorf("the secret is told: %s", got.errors)
		}
	}
}

func TestAPayloadOfMoreThanAMebibyteIsNotSent(t *testing.T) {
	connections, secrets := write(t, "c.yaml", goodConnections), write(t, "s.yaml", goodSecrets)
	url, all := listen(t, 200, "")
	got := typeWith(t, noon, strings.Repeat(" ", platform.MaxBody+1), "send", "--connection", "cursos", "--to", url, "--connections", connections, "--secrets", secrets, "-")
	if got.code != exitFailed || len(*all) != 0 {
		t.Errorf("%+v, %d requests", got, len(*all))
	}
}

func TestASecretThatSignsNothingIsNotSent(t *testing.T) {
	got := typeIn(t, "send", "--connection", "cursos", "--connections", write(t, "c.yaml", strings.Replace(goodConnections, "hotmart", "generic", 1)),
		"--secrets", write(t, "s.yaml", goodSecrets), "--to", "http://127.0.0.1:1", write(t, "paid.json", "{}"))
	if got.code != exitFailed || !strings.Contains(got.errors, "the signing_secret of hook/cursos is none that generic signs with") {
		t.Errorf("%+v", got)
	}
}

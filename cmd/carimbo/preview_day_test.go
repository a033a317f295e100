package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/preflight"
)

// inlineConnections have a service that the account describes itself.
var inlineConnections = strings.Replace(goodConnections, "CURSO-GO: { nCodServico: 3846592864 }",
	`CURSO-GO: { cDescServ: "{line.name}", cCodServLC116: "8.02", cCodServMun: "01015", cTribServ: "01" }`, 1)

func TestAPreviewShowsWhatTheRulesOfADayChange(t *testing.T) {
	const classTrib = "ServicosPrestados.0.impostos.cClassTrib is missing"
	for _, c := range []struct {
		at, regime, want string
		code             int
	}{
		{"", "", "warning: " + classTrib, exitDone},
		{"2026-09-30", "", "", exitDone},
		{"2026-12-31", "normal", "warning: " + classTrib, exitDone},
		{"2027-01-02", "", "refused: " + classTrib, exitFailed},
		{"2027-01-02", "simples", "warning: " + classTrib, exitDone},
	} {
		connections := inlineConnections
		if c.regime != "" {
			connections = strings.Replace(connections, "    kind: omie\n", "    kind: omie\n    regime: "+c.regime+"\n", 1)
		}
		args := []string{"preview", "--connection", "cursos", "--connections", write(t, "c.yaml", connections), "-"}
		if c.at != "" {
			args = append(args, "--at", c.at)
		}
		got := typeWith(t, noon, hotmartOrder, args...)
		if got.code != c.code || !strings.Contains(got.errors, c.want) || strings.Contains(got.errors, classTrib) != (c.want != "") || !strings.Contains(got.out, `"IncluirOS"`) {
			t.Errorf("at %q of %q: %+v", c.at, c.regime, got)
		}
		if refused := strings.Contains(got.errors, "carimbo: preflight: "+classTrib); refused != (c.code == exitFailed) || refused && !strings.Contains(got.errors, "erps.estudio.services.CURSO-GO in connections.yaml") {
			t.Errorf("at %q of %q: %s", c.at, c.regime, got.errors)
		}
		var v struct {
			Preflight []preflight.Finding
			Rejected  *struct{ Kind string }
			Request   json.RawMessage
		}
		asJSON := typeWith(t, noon, hotmartOrder, append(args, "--json")...)
		if err := json.Unmarshal([]byte(asJSON.out), &v); err != nil || v.Preflight == nil || len(v.Request) == 0 || (v.Rejected != nil) != (c.code == exitFailed) {
			t.Errorf("%v: %s", err, asJSON.out)
		}
	}
	got := typeWith(t, noon, hotmartOrder, "preview", "--connection", "cursos", "--connections", write(t, "c.yaml", inlineConnections), "-", "--at", "02/01/2027")
	if got.code != exitUsage || !strings.Contains(got.errors, "--at 02/01/2027 is no day") {
		t.Errorf("%+v", got)
	}
}

func TestCheckWarnsOfWhatTheRulesOfTodayWant(t *testing.T) {
	file := write(t, "c.yaml", inlineConnections)
	for _, c := range []struct {
		years int
		want  string
	}{
		{0, "c.yaml:6:27: warning: erps.estudio.services.CURSO-GO.impostos.cClassTrib: is missing: the NFS-e has the group of IBS and CBS since 2026-10-01"},
		{1, "c.yaml:6:27: warning: erps.estudio.services.CURSO-GO.impostos.cClassTrib: is missing: since 2027-01-01 an NFS-e without the group of IBS and CBS is refused"},
	} {
		got := typeWith(t, noon.AddDate(c.years, 0, 0), "", "check", "--connections", file, "--secrets", write(t, "s.yaml", goodSecrets))
		if got.code != exitDone || !strings.Contains(got.out, c.want) || strings.Contains(got.out, "orders with it are rejected") != (c.years > 0) {
			t.Errorf("%d: %+v", c.years, got)
		}
	}
}

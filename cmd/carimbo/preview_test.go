package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inFebruary is when the orders of testdata/os-*.payload.json are paid.
var inFebruary = time.Date(2025, 2, 24, 12, 0, 0, 0, noon.Location())

// The three requests are the ones that Omie's own article on IncluirOS shows.
func TestAPreviewIsTheRequestThatOmieDocuments(t *testing.T) {
	for _, name := range []string{"os-new-service", "os-known-service", "os-two-services"} {
		t.Run(name, func(t *testing.T) {
			got := typeWith(t, inFebruary, "", "preview", "--connection", "oficina",
				"--connections", filepath.Join("testdata", name+".connections.yaml"), filepath.Join("testdata", name+".payload.json"))
			if got.code != exitDone || complaints(got) != "" {
				t.Fatalf("exit code %d: %s", got.code, got.errors)
			}
			want, err := os.ReadFile(filepath.Join("testdata", name+".want.json"))
			if err != nil {
				t.Fatal(err)
			}
			var request struct {
				Call      string            `json:"call"`
				AppKey    string            `json:"app_key"`
				AppSecret string            `json:"app_secret"`
				Param     []json.RawMessage `json:"param"`
			}
			if err := json.Unmarshal([]byte(got.out), &request); err != nil {
				t.Fatal(err)
			}
			if request.Call != "IncluirOS" || request.AppKey != "***" || request.AppSecret != "***" || len(request.Param) != 1 {
				t.Fatalf("%+v", request)
			}
			if diff := cmp.Diff(withoutCode(t, want), withoutCode(t, request.Param[0])); diff != "" {
				t.Errorf("param[0] (-want +got):\n%s", diff)
			}
		})
	}
}

// complaints are the lines of stderr that warn or say what failed.
func complaints(got typed) string {
	var said strings.Builder
	for line := range strings.Lines(got.errors) {
		if strings.HasPrefix(line, "carimbo: ") {
			said.WriteString(line)
		}
	}
	return said.String()
}

// withoutCode decodes an OS and takes out cCodIntOS, which is our own.
func withoutCode(t *testing.T, body []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var os map[string]any
	if err := d.Decode(&os); err != nil {
		t.Fatal(err)
	}
	header := os["Cabecalho"].(map[string]any)
	if code, _ := header["cCodIntOS"].(string); code == "" {
		t.Error("cCodIntOS is missing")
	}
	delete(header, "cCodIntOS")
	return os
}

func TestAPreviewWarnsOfWhatOnlyTimeDecides(t *testing.T) {
	connections := write(t, "c.yaml", goodConnections)
	payload := write(t, "p.json", hotmartOrder)
	for _, c := range []struct {
		name  string
		now   time.Time
		since string
		want  string
	}{
		{"in time", noon, "2026-01-01", ""},
		{"before since", noon, "2026-11-25", "carimbo: warning: paid on 2026-11-21, before since: 2026-11-25: it would be ignored\n"},
		{"too old", noon.AddDate(2, 0, 0), "2026-01-01", "carimbo: warning: too_old: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			since := write(t, "c.yaml", strings.Replace(goodConnections, "2026-01-01", c.since, 1))
			got := typeWith(t, c.now, "", "preview", "--connection", "cursos", "--connections", since, payload)
			if said := complaints(got); got.code != exitDone || !strings.HasPrefix(said, c.want) || c.want == "" && said != "" {
				t.Errorf("exit code %d: %s", got.code, got.errors)
			}
			if !json.Valid([]byte(got.out)) {
				t.Errorf("stdout is no JSON: %s", got.out)
			}
		})
	}
	negative := strings.Replace(hotmartOrder, `"value":497`, `"value":-497`, 1)
	if got := typeWith(t, noon.AddDate(2, 0, 0), negative, "preview", "--connection", "cursos", "--connections", connections, "-"); got.code != exitFailed || !strings.Contains(got.errors, "carimbo: total: line 1: unit price -497.00 is negative") {
		t.Errorf("too old and negative: %+v", got)
	}
	test := strings.Replace(hotmartOrder, `"id":1`, `"id":0`, 1)
	if got := typeWith(t, noon, test, "preview", "--connection", "cursos", "--connections", connections, "-"); got.code != exitDone || !strings.Contains(got.errors, "test_orders: create") {
		t.Errorf("test order: %+v", got)
	}
}

func TestAPreviewSaysThatTheCustomerIsLookedUp(t *testing.T) {
	connections := write(t, "c.yaml", goodConnections)
	known := strings.Replace(hotmartOrder, `"name":"Helena Prado"`, `"name":"Helena Prado","document":"38491726519"`, 1)
	got := typeWith(t, noon, known, "preview", "--connection", "cursos", "--connections", connections, "-")
	if got.code != exitDone || !strings.Contains(got.out, `"nCodCli": null`) || !strings.Contains(got.errors, "looked up by tax id") {
		t.Errorf("%+v", got)
	}
}

func TestAPreviewOfWhatWouldBeRejectedSaysWhy(t *testing.T) {
	connections := write(t, "c.yaml", goodConnections)
	for name, c := range map[string]struct{ old, with, want string }{
		"mapping":      {"CURSO-GO", "OTHER", `carimbo: mapping: SKU "OTHER" is not mapped`},
		"tax id":       {`"name":"Helena Prado"`, `"name":"Helena Prado","document":"11111111112"`, "carimbo: tax_id: "},
		"currency":     {"BRL", "USD", "carimbo: currency: "},
		"reversed":     {"PURCHASE_APPROVED", "PURCHASE_REFUNDED", "tells of no paid order"},
		"other shapes": {`"event"`, `"evento"`, "the payload is none of hotmart's"},
	} {
		got := typeWith(t, noon, strings.Replace(hotmartOrder, c.old, c.with, 1), "preview", "--connection", "cursos", "--connections", connections, "-")
		if got.code != exitFailed || got.out != "" || !strings.Contains(got.errors, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheSamplesArePreviewedWithTheExampleAtTheTop(t *testing.T) {
	t.Chdir("../..")
	everything := write(t, "c.yaml", uncommented(t, "connections.example.yaml"))
	for _, c := range []struct {
		connection, sample, want string
		code                     int
	}{
		{"cursos", "hotmart/purchase_approved.json", `"nCodServico": 3846592864`, exitDone},
		{"cursos", "hotmart/purchase_approved_unmapped.json", "carimbo: mapping: ", exitFailed},
		{"cursos", "hotmart/purchase_approved_wrong_tax_id.json", "carimbo: tax_id: ", exitFailed},
		{"cursos", "hotmart/purchase_refunded.json", "(PURCHASE_REFUNDED) tells of no paid order", exitFailed},
		{"checkout", "generic/order_paid.json", `"cCodIntServico": "MANUT-01"`, exitDone},
	} {
		connections := "connections.example.yaml"
		if c.connection == "checkout" {
			connections = everything
		}
		got := typeIn(t, "preview", "--connection", c.connection, "--connections", connections, "events/payloads/"+c.sample)
		if got.code != c.code || !strings.Contains(got.out+got.errors, c.want) {
			t.Errorf("%s: %+v", c.sample, got)
		}
	}
}

package file_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestABrokenFileIsToldWhereAndWhatAndWhatIsAllowed(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, path := range paths {
		if filepath.Ext(path) == ".txt" {
			continue
		}
		tried++
		t.Run(filepath.Base(path), func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			config, problems, err := file.Parse(filepath.Base(path), b, kinds.All())
			if err == nil {
				t.Error("it was taken")
			}
			if config.Accounts != nil || config.Connections != nil {
				t.Error("a config although the file is broken")
			}
			golden(t, strings.TrimSuffix(path, filepath.Ext(path))+".txt", problems.Error()+"\n")
		})
	}
	if tried < 15 {
		t.Errorf("only %d files were tried", tried)
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestTheDesignsExampleIsTakenAsItStands(t *testing.T) {
	config, problems, err := file.Load("testdata/design.yaml", shapes())
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v\n%v", err, problems)
	}
	if got := config.Connections["loja-wp"]; got.Orig != "Loja WP" || got.Account != "loja" || got.Since.Format(time.DateOnly) != "2026-11-21" {
		t.Errorf("loja-wp is %+v", got)
	}
	var estudio struct {
		OS struct {
			Cabecalho map[string]any
		}
		Services map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(config.Accounts["estudio"].Settings, &estudio); err != nil {
		t.Fatal(err)
	}
	if got := string(estudio.Services["CURSO-GO"]["nCodServico"]); got != "3846592864" {
		t.Errorf("nCodServico is %s", got)
	}
	if got := estudio.OS.Cabecalho["cCodParc"]; got != "000" {
		t.Errorf("cCodParc is %v", got)
	}
}

func TestWhatIsPackagedIsWhatWasRead(t *testing.T) {
	config, _, err := file.Load("testdata/design.yaml", shapes())
	if err != nil {
		t.Fatal(err)
	}
	packaged, err := file.ToJSON(config)
	if err != nil {
		t.Fatal(err)
	}
	again, err := connection.Parse(packaged)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := file.ToJSON(again)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(packaged), string(twice)); diff != "" {
		t.Errorf("the second time (-first +second):\n%s", diff)
	}
	asFile, problems, err := file.Parse("connections.json", packaged, shapes())
	if err != nil || len(problems) > 0 {
		t.Fatalf("the packaged file isn't taken: %v", err)
	}
	if diff := cmp.Diff(config, asFile); diff != "" {
		t.Errorf("read, packaged and read again (-want +got):\n%s", diff)
	}
}

func TestAnEditorsSchemaLineDoesNoHarm(t *testing.T) {
	text := `{"$schema": "shared/connection/file/connections.schema.json", "erps": {"e": {"kind": "omie", "services": {}}},
		"connections": {"a": {"platform": "generic", "erp": "e", "since": "2026-11-21"}}}`
	if _, problems, err := file.Parse("c.json", []byte(text), shapes()); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", err, problems)
	}
}

func TestAFileThatCannotBeReadIsNoProblemOfItsContents(t *testing.T) {
	_, problems, err := file.Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	var invalid file.Problems
	if !errors.Is(err, fs.ErrNotExist) || errors.As(err, &invalid) || problems != nil {
		t.Errorf("%v, %v", err, problems)
	}
}

func TestAFileOverAMebibyteIsRefusedUnread(t *testing.T) {
	path := filepath.Join(t.TempDir(), "connections.yaml")
	if err := os.WriteFile(path, []byte(strings.Repeat("# padding\n", yaml.MaxSize/10+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := file.Load(path, shapes())
	if err == nil || err.Error() != path+": is larger than 1 MiB" {
		t.Errorf("%v", err)
	}
}

func TestEverythingIsToldAtOnceInTheFilesOrder(t *testing.T) {
	_, problems, _ := file.Load("testdata/broken/filled-in.yaml", shapes())
	for i, p := range problems[1:] {
		before := problems[i]
		if p.Line < before.Line || p.Line == before.Line && p.Column < before.Column {
			t.Errorf("%s\nafter\n%s", p, before)
		}
	}
	if len(problems) < 40 {
		t.Errorf("only %d problems", len(problems))
	}
}

const checked = `erps:
  estudio:
    kind: omie
    os:
      Cabecalho: { cEtapa: 99 }
      Parcelas: [ { nDias: 30 }, { nDias: 60 } ]
    services:
      A.B: { nCodServico: 1 }
      A: { cDescServ: x, cCodServMun: "01015" }
connections:
  a: { platform: shopify, erp: estudio, since: 2026-11-21 }
`

func TestWhatTheERPFindsIsShownAtItsPlace(t *testing.T) {
	var settings string
	all := kinds.All()
	for i := range all {
		all[i].Check = func(s json.RawMessage) []erp.Problem {
			if all[i].Name != "omie" {
				panic("there is no such account")
			}
			settings = string(s)
			return []erp.Problem{
				{Path: "os.Cabecalho.cEtapa", Message: words.Plain("the schema spoke of this already")},
				{Path: "services.A.cTribServ", Message: words.Plain("the schema spoke of what is missing already")},
				{Path: "services.A.B.nCodServico", Message: words.Plain("dots in an SKU")},
				{Path: "services.A.B.nCodServico", Message: words.Plain("a second finding"), Warning: true},
				{Path: "os.Parcelas.1.nDias", Message: words.Plain("an index"), Warning: true},
				{Path: "os.Cabecalho.nQtdeParc", Message: words.Plain("not there")},
				{Path: "", Message: words.Plain("the account as a whole")},
			}
		}
	}
	_, problems, err := file.Parse("c.yaml", []byte(checked), all)
	want := `c.yaml:2:3: erps.estudio: the account as a whole
c.yaml:5:7: erps.estudio.os.Cabecalho.nQtdeParc: not there
c.yaml:5:28: erps.estudio.os.Cabecalho.cEtapa: "99" is not a stage; allowed: 10, 20, 30, 40, 50
c.yaml:6:43: warning: erps.estudio.os.Parcelas.1.nDias: an index
c.yaml:8:27: warning: erps.estudio.services."A.B".nCodServico: a second finding
c.yaml:8:27: erps.estudio.services."A.B".nCodServico: dots in an SKU
c.yaml:9:7: erps.estudio.services.A: needs nCodServico, or cCodIntServico, or cCodigo, or cDescServ alone (a service that is in Omie's catalogue), or (for one that isn't) cDescServ, cCodServLC116, cCodServMun and cTribServ`
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if err == nil || strings.Contains(err.Error(), "warning") {
		t.Errorf("the error must hold no warning: %v", err)
	}
	if !strings.HasPrefix(settings, `{"kind":"omie","os":{`) {
		t.Errorf("the ERP was given %s", settings)
	}
}

func TestAWarningStopsNobody(t *testing.T) {
	text := `erps:
  loja:
    kind: sensio
    base_url: https://api.example.com.br
    headers: { authorization: "Bearer x" }
    sale: { status: Faturado }
    items: { A: { productId: x } }
connections:
  a: { platform: shopify, erp: loja, since: 2026-11-21, orig: Loja }
`
	config, problems, err := file.Parse("c.yaml", []byte(text), kinds.All())
	if err != nil || len(config.Connections) != 1 {
		t.Fatalf("%v", err)
	}
	want := `c.yaml:2:3: warning: erps.loja.lookup: is missing: an order whose answer is lost waits for a person, since nothing else can tell whether Sensio has it
c.yaml:5:31: warning: erps.loja.headers.authorization: looks like a secret, and this file is no place for one: use {app_key} or {app_secret}
c.yaml:6:21: warning: erps.loja.sale.status: "Faturado" invoices every sale at once: a mistake in the mapping is on an invoice before anybody sees it`
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEachCoProducerIsToldWhichModelItIsFor(t *testing.T) {
	for _, c := range []struct {
		share string
		want  int
	}{{"coproducer", 1}, {"affiliate", 0}, {"producer", 0}} {
		text := `erps:
  loja:
    kind: sensio
    base_url: https://api.example.com.br
    headers: { authorization: "Bearer {app_secret}" }
    sale: { status: Em aberto }
    items: { A: { productId: x } }
connections:
  a: { platform: hotmart, erp: loja, since: 2026-11-21, share: ` + c.share + ` }
`
		_, problems, err := file.Parse("c.yaml", []byte(text), kinds.All())
		var said []string
		for _, p := range problems {
			if p.Path == "connections.a.share" && p.Warning && strings.Contains(p.Message.String(), "comissionamento") {
				said = append(said, p.Message.String())
			}
		}
		if err != nil || len(said) != c.want {
			t.Errorf("%s: %v, %v\n%v", c.share, said, err, problems)
		}
	}
}

func TestAStoreAsksForAKindOfDocumentThatThereIs(t *testing.T) {
	for document, want := range map[string]string{
		"pedido": "c.yaml:9:73: warning: connections.a.document: asks the account estudio for more than it has: pedido.informacoes_adicionais.codigo_categoria is missing: Omie wants each pedido's category and bank account, and refuses one without them\n" +
			"c.yaml:9:73: warning: connections.a.document: asks the account estudio for more than it has: pedido.informacoes_adicionais.codigo_conta_corrente is missing: Omie wants each pedido's category and bank account, and refuses one without them",
		"os":     "",
		"pedidu": `c.yaml:9:73: connections.a.document: "pedidu" is no kind of document that estudio, of kind omie, can be asked for (did you mean pedido?); there are: os, pedido`,
	} {
		_, problems, _ := file.Parse("c.yaml", []byte(`erps:
  estudio:
    kind: omie
    os:
      InformacoesAdicionais: { cCodCateg: "1.01.02", nCodCC: 3731356020 }
    services:
      CURSO-GO: { nCodServico: 3846592864 }
connections:
  a: { platform: shopify, erp: estudio, since: 2026-11-21, document:    `+document+` }
`), kinds.All())
		if diff := cmp.Diff(want, problems.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", document, diff)
		}
	}
}

func FuzzAnyFileIsReadOrRefusedInWords(f *testing.F) {
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(paths, "testdata/design.yaml") {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		start := time.Now()
		config, problems, err := file.Parse("c.yaml", b, shapes())
		if took := time.Since(start); took > clocktest.Hang {
			t.Fatalf("took %s", took)
		}
		var invalid file.Problems
		if err != nil && !errors.As(err, &invalid) {
			t.Fatalf("the schema let pass what connection.Parse refuses: %v\n%s", err, b)
		}
		for _, p := range problems {
			if p.Message.IsZero() || strings.Contains(p.Message.String(), "%!") || p.File != "c.yaml" {
				t.Fatalf("%+v", p)
			}
		}
		if err == nil {
			if _, err := file.ToJSON(config); err != nil {
				t.Fatal(err)
			}
		}
	})
}

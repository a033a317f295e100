package file_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp/omie"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
)

const root = "../../.."

func TestTheExampleAtTheTopIsFineAndHasItsSecrets(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "connections.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	config, problems, err := file.Parse("connections.yaml", b, file.Checks{"omie": omie.Check})
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v\n%v", err, problems)
	}
	b, err = os.ReadFile(filepath.Join(root, "secrets.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	secrets, problems := secretfile.Parse("secrets.example.yaml", b)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, connection := range config.Connections {
		account := config.ERPs[connection.ERP]
		for _, needed := range []string{"hook/" + name, account.Kind + "/" + account.Name} {
			if _, ok := secrets[needed]; !ok {
				t.Errorf("%s is missing", needed)
			}
		}
	}
	if len(config.Connections) != 2 {
		t.Errorf("connections: %v", config.Connections)
	}
}

func TestAnEditorFindsTheSchemaOfTheExample(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "connections.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`).FindSubmatch(b)
	if line == nil {
		t.Fatal("connections.yaml has no schema line")
	}
	if _, err := os.Stat(filepath.Join(root, string(line[1]))); err != nil {
		t.Error(err)
	}
}

func TestOmieFindsNothingMoreInTheDesignsExample(t *testing.T) {
	_, problems, err := file.Load("testdata/design.yaml", file.Checks{"omie": omie.Check})
	if err != nil || len(problems) > 0 {
		t.Errorf("%v\n%v", err, problems)
	}
}

// What Omie's own check adds to these files are warnings; whatever else it finds
// in them was said already, in the same place.
func TestWhatTheSchemaSaidIsNotSaidAgainByOmie(t *testing.T) {
	for _, name := range []string{"filled-in", "wrong-types", "placeholders", "unknown-keys", "boleto-and-pix"} {
		path := "testdata/broken/" + name + ".yaml"
		_, _, alone := file.Load(path, nil)
		_, _, both := file.Load(path, file.Checks{"omie": omie.Check})
		if diff := cmp.Diff(alone.Error(), both.Error()); diff != "" {
			t.Errorf("%s (-alone +with omie.Check):\n%s", name, diff)
		}
	}
}

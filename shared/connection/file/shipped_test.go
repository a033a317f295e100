package file_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/connection/file"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	secretfile "github.com/carimbo/carimbo/shared/secret/file"
)

const root = "../../.."

// shapes are the kinds of ERP without what their own checks say.
func shapes() erp.Kinds {
	all := kinds.All()
	for i := range all {
		all[i].Check = func(json.RawMessage) []erp.Problem { return nil }
	}
	return all
}

// shipped is a file at the top.
func shipped(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// commented matches what an example keeps out: a whole block, by a # at the
// beginning of its lines, or the keys of lines that follow each other, by a # and a
// space before each.
var (
	commentedBlock = regexp.MustCompile(`(?m)^#(\S|  )`)
	commentedKeys  = regexp.MustCompile(`(?m)(?:^ +# (?:"\*"|[a-z_]+): .*\n)+`)
	commentedKey   = regexp.MustCompile(`(?m)^( +)# ("\*"|[a-z_]+): `)
)

func TestEachExampleThatIsCommentedOutIsFineAlone(t *testing.T) {
	for name, c := range map[string]struct {
		keys  int
		check func(text string) file.Problems
	}{
		"connections.example.yaml": {5, func(text string) file.Problems {
			_, problems, err := file.Parse("c.yaml", []byte(text), kinds.All())
			if err != nil && len(problems) == 0 {
				t.Error(err)
			}
			return problems
		}},
		"secrets.example.yaml": {1, func(text string) file.Problems {
			_, problems := secretfile.Parse("s.yaml", []byte(text), secretfile.Options{Kinds: kinds.All().Secrets()})
			return problems
		}},
	} {
		text := shipped(t, name)
		whole := commentedBlock.ReplaceAllString(text, "$1")
		if whole == text {
			t.Errorf("%s has no block that is commented out", name)
		}
		if problems := c.check(whole); len(problems) > 0 {
			t.Errorf("%s with its blocks:\n%v", name, problems)
		}
		places := commentedKeys.FindAllStringIndex(text, -1)
		if len(places) != c.keys {
			t.Errorf("%s has %d keys that are commented out", name, len(places))
		}
		for _, at := range places {
			keys := commentedKey.ReplaceAllString(text[at[0]:at[1]], "$1$2: ")
			if problems := c.check(text[:at[0]] + keys + text[at[1]:]); len(problems) > 0 {
				t.Errorf("%s with %s:\n%v", name, keys, problems)
			}
		}
		if problems := c.check(commentedKey.ReplaceAllString(whole, "$1$2: ")); len(problems) > 0 {
			t.Errorf("%s with everything:\n%v", name, problems)
		}
	}
}

func TestTheExampleAtTheTopIsFineAndHasItsSecrets(t *testing.T) {
	config, problems, err := file.Parse("c.yaml", []byte(shipped(t, "connections.example.yaml")), kinds.All())
	if err != nil || len(problems) > 0 {
		t.Fatalf("%v\n%v", err, problems)
	}
	secrets, problems := secretfile.Parse("secrets.example.yaml", []byte(shipped(t, "secrets.example.yaml")), secretfile.Options{Kinds: kinds.All().Secrets()})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, connection := range config.Connections {
		account := config.Accounts[connection.Account]
		for _, needed := range []string{"hook/" + name, account.Kind + "/" + account.Name} {
			if _, ok := secrets[needed]; !ok {
				t.Errorf("%s is missing", needed)
			}
		}
	}
	if len(config.Connections) != 1 {
		t.Errorf("connections: %v", config.Connections)
	}
}

func TestAnEditorFindsTheSchemaOfTheExample(t *testing.T) {
	line := regexp.MustCompile(`(?m)^# yaml-language-server: \$schema=(\S+)$`).FindStringSubmatch(shipped(t, "connections.example.yaml"))
	if line == nil {
		t.Fatal("connections.example.yaml has no schema line")
	}
	if _, err := os.Stat(filepath.Join(root, line[1])); err != nil {
		t.Error(err)
	}
}

// The design's example says of every order that it has no freight; that is all there is to say.
func TestTheERPsWarnOfTheFreightOfTheDesignsExample(t *testing.T) {
	_, problems, err := file.Load("testdata/design.yaml", kinds.All())
	if err != nil || len(problems) != 1 || !problems[0].Warning || problems[0].Path != "erps.loja.sale.modFrete" {
		t.Errorf("%v\n%v", err, problems)
	}
}

// What the ERPs' own checks add to these files are warnings; whatever else they
// find in them was said already, in the same place.
func TestWhatTheSchemaSaidIsNotSaidAgainByTheERPs(t *testing.T) {
	for _, name := range []string{"filled-in", "wrong-types", "missing", "boleto-and-pix", "enums", "sensio"} {
		path := "testdata/broken/" + name + ".yaml"
		_, _, alone := file.Load(path, shapes())
		_, _, both := file.Load(path, kinds.All())
		if diff := cmp.Diff(alone.Error(), both.Error()); diff != "" {
			t.Errorf("%s (-alone +with the ERPs' kinds.All()):\n%s", name, diff)
		}
	}
}

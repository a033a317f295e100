package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// runElsewhere are commands of the documents that another test than those of the pages runs,
// with its name and its folder.
var runElsewhere = map[string][2]string{
	"make run": {"TestCtrlCEndsMakeRunWithoutAnError", "."},
	"go build -o build/carimbo ./cmd/carimbo": {"TestServeThatDiesAtAnyMoment", "."},
	"carimbo console --data DIR":              {"TestAConsoleThatWasKilledIsNotTakenForAnother", "."},
	"make build":                              {"TestWhatIsPackagedAndDeployedIsTheUsersFile", "../../deploy"},
	"make emulator":                           {"TestWhatServesUntilCtrlCIsBuiltFirst", "."},
	"build/carimbo check --connections connections.yaml --secrets secrets.yaml": {"TestCheckSaysInPortugueseWhoIsTold", "."},
}

var (
	// ofCarimbo are the programs whose commands this is about.
	ofCarimbo = regexp.MustCompile(`^(build/carimbo|carimbo|make|go|sam|aws) `)
	// far are the commands that need what no test has: an account of AWS, its CLI, or SAM's.
	far = regexp.MustCompile(`--stack |^(aws|sam) |^make deploy`)
	// marked is how a page says so, in its block.
	marked = regexp.MustCompile(`# (needs (AWS|the SAM CLI|the AWS CLI)|precisa da (AWS|SAM CLI))`)
)

// A page that nobody has tried tells lies after some months.
func TestEveryCommandOfThePagesIsRunOrNeedsAWS(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	platforms, err := filepath.Glob("../../docs/platforms/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(append(pages, platforms...), english, inPortuguese, "../../CONTRIBUTING.md")
	run := map[string]bool{}
	for _, line := range commands(t) {
		run[line] = true
	}
	for _, b := range blocks(t, "../../docs/notices.md") {
		for line := range strings.Lines(b.Code) {
			run[strings.TrimSpace(line)] = true // by TestThePageOfNoticesWorksAsItIsWritten
		}
	}
	found := 0
	for _, page := range pages {
		for _, b := range blocks(t, page) {
			if b.Language != "sh" {
				continue
			}
			for line := range strings.Lines(strings.ReplaceAll(b.Code, "\\\n", "")) {
				command := strings.TrimSpace(regexp.MustCompile(`\s+# .*$`).ReplaceAllString(strings.TrimRight(line, "\n"), ""))
				if !ofCarimbo.MatchString(command + " ") {
					continue
				}
				found++
				test, elsewhere := runElsewhere[command]
				switch {
				case run[command], elsewhere && hasTest(t, test[1], test[0]):
				case elsewhere:
					t.Errorf("%s: %q is run by %s, and there is no such test in %s", page, command, test[0], test[1])
				case far.MatchString(command) || marked.MatchString(b.Code):
					if !marked.MatchString(b.Code) {
						t.Errorf("%s: the block with %q doesn't say what it needs", page, command)
					}
				default:
					t.Errorf("%s: no test runs %q", page, command)
				}
			}
		}
	}
	if found < 40 {
		t.Errorf("%d commands were found", found)
	}
}

// hasTest tells whether a folder has a test whose name begins so.
func hasTest(t *testing.T, folder, name string) bool {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "func "+name) {
			return true
		}
	}
	return false
}

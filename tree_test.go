// Package carimbo_test keeps what holds for the whole tree.
package carimbo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// longestName is how many characters a test's name may have: it is read in a list.
const longestName = 60

// source is one file of Go.
type source struct {
	path string
	text string
	set  *token.FileSet
	tree *ast.File
}

// sources are all files of Go of the tree.
func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (path != "." && strings.HasPrefix(d.Name(), ".") || path == "build") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, b, parser.SkipObjectResolution)
		list = append(list, source{filepath.ToSlash(path), string(b), set, tree})
		return err
	})
	if err != nil || len(list) < 100 {
		t.Fatalf("%d files: %v", len(list), err)
	}
	return list
}

var testName = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)`)

// names are what the file calls its tests, and the parts of tests that it names on the
// spot, each with its position.
func (s source) names() map[token.Pos]string {
	names := map[token.Pos]string{}
	ast.Inspect(s.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && strings.HasSuffix(s.path, "_test.go") && testName.MatchString(n.Name.Name) {
				names[n.Pos()] = n.Name.Name
			}
		case *ast.CallExpr:
			method, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || method.Sel.Name != "Run" || len(n.Args) != 2 {
				return true
			}
			if text, ok := n.Args[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
				names[n.Pos()], _ = strconv.Unquote(text.Value)
			}
		}
		return true
	})
	return names
}

func TestATestsNameHasAtMost60Characters(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		for pos, name := range s.names() {
			found++
			if n := utf8.RuneCountInString(name); n > longestName {
				t.Errorf("%s: %q has %d characters", s.set.Position(pos), name, n)
			}
		}
	}
	if found < 500 {
		t.Errorf("%d names were found", found)
	}
}

// What the Makefile and the documents have people run is there.
func TestEveryTestThatIsRunByNameExists(t *testing.T) {
	var names []string
	for _, s := range sources(t) {
		for _, name := range s.names() {
			names = append(names, name)
		}
	}
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile("-(?:run|bench)[ =](?:'([^']+)'|([^ `']+))")
	found := 0
	for _, path := range append(documents, "Makefile", "README.md", "README.pt-BR.md", "CONTRIBUTING.md") {
		for _, match := range asked.FindAllStringSubmatch(expanded(read(t, path)), -1) {
			for _, name := range strings.Split(strings.ReplaceAll(match[1]+match[2], `\|`, "|"), "|") {
				found++
				none := name == "xxx" || strings.Trim(name, "^$") == "" // nothing is to run
				if pattern := regexp.MustCompile(name); !none && !slices.ContainsFunc(names, pattern.MatchString) {
					t.Errorf("%s runs %s, and no test is called so", path, name)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("%d names were found", found)
	}
}

// expanded is a Makefile with the names in it that tests are run by.
func expanded(text string) string {
	for _, list := range regexp.MustCompile(`(?m)^(alone|longer) = (.*)$`).FindAllStringSubmatch(text, -1) {
		text = strings.ReplaceAll(text, "$("+list[1]+")", strings.ReplaceAll(list[2], "$$", "$"))
	}
	return text
}

// What the race detector skips is run without it, in each folder that has any.
func TestWhatIsSkippedWithTheDetectorIsRunWithoutIt(t *testing.T) {
	makefile := expanded(read(t, "Makefile"))
	skipped := regexp.MustCompile(`(?m) -race .*-skip '([^']+)' \./\.\.\.$`).FindStringSubmatch(makefile)
	if skipped == nil {
		t.Fatal("nothing is skipped")
	}
	run := regexp.MustCompile(`(?m)\$\(TEST\) .*-run '([^']+)' (.*)$`).FindAllStringSubmatch(makefile, -1)
	asked, found := regexp.MustCompile(skipped[1]), 0
	for _, s := range sources(t) {
		for _, name := range s.names() {
			if !asked.MatchString(name) {
				continue
			}
			found++
			at := "./" + path.Dir(s.path)
			if !slices.ContainsFunc(run, func(line []string) bool {
				return regexp.MustCompile(line[1]).MatchString(name) && slices.ContainsFunc(strings.Fields(line[2]), func(f string) bool {
					below, deep := strings.CutSuffix(f, "/...")
					return f == at || deep && strings.HasPrefix(at+"/", below+"/")
				})
			}) {
				t.Errorf("make test leaves out %s of %s", name, s.path)
			}
		}
	}
	if found < 7 {
		t.Errorf("%d tests are skipped", found)
	}
}

// What the race detector would only slow down is run without it.
func TestWhatIsNotRacedIsRunWithoutTheDetector(t *testing.T) {
	unraced := regexp.MustCompile(`(?m)\$\(TEST\) .*-run '([^']+)' (.*)$`).FindStringSubmatch(expanded(read(t, "Makefile")))
	if unraced == nil {
		t.Fatal("make test runs nothing without the race detector")
	}
	asked, folders, found := regexp.MustCompile(unraced[1]), strings.Fields(unraced[2]), 0
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.text, "//go:build !race\n") {
			continue
		}
		for _, d := range s.tree.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
				continue
			}
			if found++; !asked.MatchString(f.Name.Name) || !slices.Contains(folders, "./"+path.Dir(s.path)) {
				t.Errorf("make test leaves out %s of %s", f.Name.Name, s.path)
			}
		}
	}
	if found < 10 {
		t.Errorf("%d tests were found", found)
	}
}

// make check has tests of one process alone: what starts another one says so.
func TestATestThatStartsProcessesSaysSo(t *testing.T) {
	found := 0
	for _, s := range sources(t) {
		if !strings.HasSuffix(s.path, "_test.go") || !strings.Contains(s.text, "exec.Command"+"Context(") && !strings.Contains(s.text, "exec.Command"+"(") {
			continue
		}
		if found++; !strings.Contains(s.text, "proctest.Starts(") {
			t.Errorf("%s starts processes, and doesn't say proctest.Starts", s.path)
		}
	}
	if found < 10 {
		t.Errorf("%d files start processes", found)
	}
}

// Where the browser's tests may not be skipped, what they need is got first.
func TestCIGetsABrowserAndCannotDoWithoutIt(t *testing.T) {
	_, then, got := strings.Cut(read(t, ".ci/run"), "\n.ci/browser\n")
	_, then, required := strings.Cut(then, "export CARIMBO_BROWSER=required\n")
	if !got || !required || !strings.Contains(then, "make test\n") {
		t.Error(".ci/run doesn't get it, or lets its tests be skipped")
	}
}

// forTests are the modules that tests alone need.
var forTests = []string{"github.com/chromedp/", "github.com/creack/pty", "github.com/google/go-cmp/", "go.uber.org/goleak"}

// What drives a browser, a terminal or a comparison is linked by no program.
func TestNoProgramLinksWhatTestsNeed(t *testing.T) {
	found := map[string]bool{}
	for _, s := range sources(t) {
		inTest := strings.HasSuffix(s.path, "_test.go") || strings.HasSuffix(path.Dir(s.path), "test")
		for _, i := range s.tree.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			at := slices.IndexFunc(forTests, func(module string) bool { return strings.HasPrefix(name, module) })
			if at < 0 {
				continue
			}
			if found[forTests[at]] = true; !inTest {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
	}
	if len(found) != len(forTests) {
		t.Errorf("tests need no more than %v", found)
	}
}

// A user's own files are not the repository's: whatever is in them, the tests pass.
func TestNoTestReadsAUsersFiles(t *testing.T) {
	own := regexp.MustCompile(`(\.\./|\broot(, | \+ )")(connections|secrets)\.yaml"`)
	example := regexp.MustCompile(`(\.\./|\broot(, | \+ )")(connections|secrets)\.example\.yaml"`)
	examples := 0
	for _, s := range sources(t) {
		examples += len(example.FindAllString(s.text, -1))
		if found := own.FindString(s.text); found != "" {
			t.Errorf("%s reads %s: the example is what tests read", s.path, found)
		}
	}
	if examples < 5 {
		t.Errorf("%d times an example is read", examples)
	}
}

// The READMEs' picture of the folders has all of them, and none that isn't there.
func TestTheREADMEsPictureOfTheFoldersIsTrue(t *testing.T) {
	var want []string
	for _, pattern := range []string{"cmd/*", "functions/*", "shared/*", "deploy", "docs", "events"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && info.IsDir() && filepath.Base(path) != "testdata" {
				want = append(want, filepath.ToSlash(path)+"/")
			}
		}
	}
	slices.Sort(want)
	for _, path := range []string{"README.md", "README.pt-BR.md"} {
		picture := regexp.MustCompile("(?ms)^```text\n(.*?)^```$").FindStringSubmatch(read(t, path))
		if picture == nil {
			t.Fatalf("%s has no picture", path)
		}
		got := regexp.MustCompile(`(?m)^\S+/`).FindAllString(picture[1], -1)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s has\n%v\nand there are\n%v", path, got, want)
		}
		for _, file := range regexp.MustCompile("`([a-z]+\\.go)`").FindAllStringSubmatch(read(t, path), -1) {
			if _, err := os.Stat(filepath.Join("shared/placing", file[1])); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// The walk through the code has each file once, and at most fifteen of them.
func TestTheWalkOfOneOrderNamesFilesThatExist(t *testing.T) {
	_, walk, _ := strings.Cut(read(t, "CONTRIBUTING.md"), "## The walk")
	walk, _, _ = strings.Cut(walk, "\n## ")
	var files []string
	for _, step := range regexp.MustCompile("(?m)^[0-9]+\\. `([^`]+)`").FindAllStringSubmatch(walk, -1) {
		if _, err := os.Stat(step[1]); err != nil || slices.Contains(files, step[1]) {
			t.Errorf("%s is there twice, or not at all: %v", step[1], err)
		}
		files = append(files, step[1])
	}
	if len(files) < 10 || len(files) > 15 {
		t.Errorf("the walk has %d files", len(files))
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

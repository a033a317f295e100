package carimbo_test

import (
	"go/ast"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/words/portuguese"
)

// said is a format with which a person is told something, and where it is.
type said struct {
	format string
	at     token.Position
}

// tellers are the functions and methods that put a format into words, with which of their
// arguments are formats: a function by its folder and name, a method by its package's, and an
// exported one by its name alone as well. Each is found in the code: it has a parameter called
// format, and says it.
func tellers(all []source) map[string][]int {
	found := map[string][]int{"shared/words.Count": {1, 2}, "Has": {0}, "Without": {0}}
	for _, s := range all {
		if !s.tellsPeople() && !strings.HasPrefix(s.path, "shared/words/") {
			continue
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if !ok || !s.tells(f) {
				return true
			}
			names := []string{path.Dir(s.path) + "." + f.Name.Name}
			if f.Recv != nil {
				names = []string{methodOf(s.path, f.Name.Name)}
			}
			if f.Recv != nil && f.Name.IsExported() {
				names = append(names, f.Name.Name)
			}
			i := 0
			for _, field := range f.Type.Params.List {
				for _, parameter := range field.Names {
					if parameter.Name == "format" {
						for _, name := range names {
							found[name] = []int{i}
						}
					}
					i++
				}
			}
			return true
		})
	}
	return found
}

// methodOf is what tellers calls a method in its own package.
func methodOf(file, name string) string { return path.Dir(file) + ".()." + name }

// tellsPeople: what serves tests alone tells nobody anything, and a simulator has an ERP's
// words.
func (s source) tellsPeople() bool {
	folder := path.Dir(s.path)
	return !strings.HasSuffix(s.path, "_test.go") && !strings.HasSuffix(folder, "test") && !strings.HasSuffix(folder, "sim") &&
		!strings.HasPrefix(s.path, "testdata/") && !strings.HasPrefix(s.path, "shared/words/")
}

// tells tells whether the function's format is put into words, and not into an error or a
// log of its own.
func (s source) tells(f *ast.FuncDecl) bool {
	if strings.HasPrefix(s.path, "shared/words/") {
		return f.Name.IsExported()
	}
	if f.Type.Params == nil {
		return false
	}
	body := s.text[s.set.Position(f.Pos()).Offset:s.set.Position(f.End()).Offset]
	return regexp.MustCompile(`(words\.(Say|Errorf|Count)|order\.Reject|Reject)\((\w+, )?format, `).MatchString(body)
}

// sentences are the formats of the whole product. What is no constant is a fault.
func sentences(t *testing.T) []said {
	all := sources(t)
	functions := tellers(all)
	constants := map[string]string{}
	for _, s := range all {
		s.constants(constants)
	}
	var list []said
	for _, s := range all {
		if !s.tellsPeople() {
			continue
		}
		imported := s.imported()
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if what, helps := s.help(n); helps {
				at := s.set.Position(what.Pos())
				format, is := s.constant(what, constants)
				if !is {
					t.Errorf("%s: what a command or a flag says of itself is no constant: nobody can translate it", at)
				}
				list = append(list, said{format, at})
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			formats, own := functions[methodOf(s.path, s.called(call, imported))]
			if !own {
				formats = functions[s.called(call, imported)]
			}
			for _, i := range formats {
				if i >= len(call.Args) {
					continue
				}
				if id, isName := call.Args[i].(*ast.Ident); isName && id.Name == "format" {
					continue // it is passed on
				}
				at := s.set.Position(call.Args[i].Pos())
				format, is := s.constant(call.Args[i], constants)
				if !is {
					t.Errorf("%s: the format is no constant: nobody can translate it", at)
					continue
				}
				list = append(list, said{format, at})
			}
			return true
		})
	}
	return append(list, ofPages(t)...)
}

// inPage is what a page of the console says: {{t "Orders"}}.
var inPage = regexp.MustCompile(`\bt ("(?:[^"\\]|\\.)*")`)

// ofPages are the formats of the console's pages.
func ofPages(t *testing.T) (list []said) {
	t.Helper()
	paths, err := filepath.Glob("shared/console/pages/*.html")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d pages: %v", len(paths), err)
	}
	for _, path := range paths {
		for _, match := range inPage.FindAllStringSubmatch(read(t, path), -1) {
			format, err := strconv.Unquote(match[1])
			if err != nil {
				t.Errorf("%s: %s: %v", path, match[1], err)
			}
			list = append(list, said{format, token.Position{Filename: path}})
		}
	}
	return list
}

var flagMethod = regexp.MustCompile(`^(String|Bool|Int|Int64|Uint64|Duration|StringArray|StringSlice)(Var)?P?$|^givingFlags$`)

// help is what a command or a flag says of itself.
func (s source) help(n ast.Node) (what ast.Expr, helps bool) {
	if !strings.HasPrefix(s.path, "cmd/") {
		return nil, false
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, named := n.Key.(*ast.Ident); named && (key.Name == "Short" || key.Name == "Long" || key.Name == "Example" && s.hasNote(n.Value)) {
			what = n.Value
		}
	case *ast.CallExpr:
		if method, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 2 && flagMethod.MatchString(method.Sel.Name) {
			what = n.Args[len(n.Args)-1]
		}
	}
	_, said := what.(*ast.CallExpr) // by somebody who is looked at
	return what, what != nil && !said
}

// hasNote tells of an example with words of a person in it: the others are commands alone.
func (s source) hasNote(e ast.Expr) bool {
	text, is := s.constant(e, nil)
	return is && strings.Contains(text, "--note \"")
}

// imported are the folders of this module that the file imports, by the names of packages.
func (s source) imported() map[string]string {
	folders := map[string]string{}
	for _, i := range s.tree.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		folder, ours := strings.CutPrefix(name, "github.com/carimbo/carimbo/")
		switch {
		case i.Name != nil:
			folders[i.Name.Name] = folder
		case ours:
			folders[path.Base(folder)] = folder
		default:
			folders[path.Base(name)] = ""
		}
	}
	return folders
}

// called is the name of the function that a call is of, as tellers has it.
func (s source) called(call *ast.CallExpr, imported map[string]string) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return path.Dir(s.path) + "." + f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			if folder, is := imported[x.Name]; is {
				return folder + "." + f.Sel.Name
			}
		}
		return f.Sel.Name
	}
	return ""
}

// constants adds the file's constants of text by package folder and name.
func (s source) constants(into map[string]string) {
	ast.Inspect(s.tree, func(n ast.Node) bool {
		d, ok := n.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			return true
		}
		for _, spec := range d.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					if text, is := s.constant(v.Values[i], into); is {
						into[path.Dir(s.path)+"."+name.Name] = text
					}
				}
			}
		}
		return true
	})
}

// constant is the value of an expression that is a constant text.
func (s source) constant(e ast.Expr, constants map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, isA := s.constant(e.X, constants)
		b, isB := s.constant(e.Y, constants)
		return a + b, isA && isB && e.Op == token.ADD
	case *ast.ParenExpr:
		return s.constant(e.X, constants)
	case *ast.Ident:
		text, is := constants[path.Dir(s.path)+"."+e.Name]
		return text, is
	}
	return "", false
}

var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*[0-9]*(\.[0-9]+)?[a-zA-Z]`)

// valuesOf is how many values a format takes.
func valuesOf(format string) int {
	return len(verb.FindAllString(strings.ReplaceAll(format, "%%", ""), -1))
}

// Whatever a person is told, they are told in Portuguese as well, with all its values; and no
// catalogue has what nobody says any more.
func TestEverySentenceIsThereInPortuguese(t *testing.T) {
	catalogues, err := portuguese.Catalogues()
	if err != nil {
		t.Fatal(err)
	}
	translated := map[string]string{}
	for file, catalogue := range catalogues {
		for english, portuguese := range words.Blocks(catalogue) {
			if former, twice := translated[english]; twice && former != portuguese {
				t.Errorf("%s: %q is there twice, as %q and %q", file, english, former, portuguese)
			}
			translated[english] = portuguese
			if n, want := valuesOf(portuguese), valuesOf(english); n != want {
				t.Errorf("%s: %q takes %d values, and its translation %q %d", file, english, want, portuguese, n)
			}
			for _, v := range verb.FindAllString(strings.ReplaceAll(portuguese, "%%", ""), -1) {
				if !strings.HasSuffix(v, "s") || strings.ContainsAny(v, "-+# 0") {
					t.Errorf("%s: the values of %q are %%s, and not %s", file, portuguese, v)
				}
			}
		}
	}
	spoken := map[string]bool{}
	for _, s := range sentences(t) {
		if spoken[s.format] = true; translated[s.format] == "" && strings.ContainsFunc(verb.ReplaceAllString(s.format, ""), isLetter) {
			t.Errorf("%s: no catalogue has %q", s.at, s.format)
		}
	}
	for english := range translated {
		if !spoken[english] && !strings.Contains(catalogues["schema.txt"], english+"\n") { // shared/connection/file has a test for these
			t.Errorf("nobody says %q any more", english)
		}
	}
	if len(spoken) < 300 {
		t.Errorf("%d sentences were found", len(spoken))
	}
	if _, err := portuguese.Language(); err != nil {
		t.Error(err)
	}
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

package carimbo_test

import (
	"go/scanner"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp/kinds"
)

// named are the files and folders outside of an ERP's own folder that may name it.
func named(worker string) []string {
	return []string{
		"shared/erp/kinds/kinds.go",
		"shared/erp/simulators/simulators.go",
		"functions/" + worker + "/main.go",
	}
}

// facts are the files whose comments cite what is known of an ERP, by which a rule that
// holds for all of them was made.
var facts = []string{
	"shared/erp/calls.go",          // how many calls an address may make
	"shared/erp/reference.go",      // how long a code may be
	"shared/placing/sweep.go",      // how many calls a minute takes
	"shared/placing/transition.go", // how soon an identical call is refused
}

// An ERP is one folder: whatever else has to know one by name would have to be found and
// changed for the next. The code of the product names none outside the places above, in
// no import, name or text, nor does the folder of another ERP. A comment names one only
// where it cites a fact; how things work is said without. Tests may use any ERP, and so
// may packages whose names end in test.
func TestNoCodeKnowsAnERPByNameOutsideItsFolder(t *testing.T) {
	all := kinds.All()
	cited := map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "_test.go") || strings.HasSuffix(path.Dir(s.path), "test") {
			continue
		}
		for _, kind := range all {
			places := append(named(kind.Worker()), "shared/erp/"+kind.Name+"/")
			if slices.ContainsFunc(places, func(place string) bool { return strings.HasPrefix(s.path, place) }) {
				continue
			}
			code, comments := s.naming(kind.Name)
			for _, at := range code {
				t.Errorf("%s names %s: what it needs of it belongs into erp.Kind", at, kind.Name)
			}
			if len(comments) > 0 {
				cited[s.path] = true
			}
			if len(comments) > 0 && !slices.Contains(facts, s.path) {
				t.Errorf("%s: the comment names %s", comments[0], kind.Name)
			}
		}
	}
	for _, file := range facts {
		if !cited[file] {
			t.Errorf("%s cites no fact any more", file)
		}
	}
}

// naming is where the file has the name, in its code and in its comments.
func (s source) naming(name string) (code, comments []token.Position) {
	set := token.NewFileSet()
	file := set.AddFile(s.path, -1, len(s.text))
	var scan scanner.Scanner
	scan.Init(file, []byte(s.text), nil, scanner.ScanComments)
	for {
		pos, kind, text := scan.Scan()
		switch {
		case kind == token.EOF:
			return code, comments
		case !strings.Contains(strings.ToLower(text), name):
		case kind == token.COMMENT:
			comments = append(comments, set.Position(pos))
		default:
			code = append(code, set.Position(pos))
		}
	}
}

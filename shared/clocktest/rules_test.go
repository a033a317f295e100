package clocktest_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// excepted are waits for what must not come: a slow machine only sees less of it.
var excepted = map[string]string{
	"shared/awstest/serial_test.go": "time.After",
}

// bubbled are files whose tests all run in a bubble of testing/synctest, by a helper
// of theirs: what sleeps there sleeps by the bubble's clock.
var bubbled = []string{"shared/erp/wire/caller_test.go", "shared/intake/door_test.go", "shared/queue/sqlite/waiting_test.go"}

// limits are the calls that end by the wall clock, with the argument that says when.
var limits = map[string]int{
	"time.Sleep": 0, "time.After": 0, "time.NewTimer": 0, "time.AfterFunc": 0,
	"context.WithTimeout": 1, "context.WithTimeoutCause": 1, "time.Now().Add": 0,
}

// A test that waits for less than a minute of the wall clock fails where the machine
// is busy. Whatever must come has clocktest.Hang, whatever has to be waited for a
// clock of its own: clocktest.Clock, or that of testing/synctest.
func TestNoTestCountsOnTheWallClock(t *testing.T) {
	const root = "../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") || d.Name() == "build" {
			return filepath.SkipDir
		}
		inTest := strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Base(filepath.Dir(path)), "test")
		if d.IsDir() || !inTest || filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if slices.Contains(bubbled, filepath.ToSlash(name)) {
			if !callsSynctest(file) {
				t.Errorf("%s has no bubble", name)
			}
			return nil
		}
		for pos, wrong := range leans(file) {
			if excepted[filepath.ToSlash(name)] != wrong {
				t.Errorf("%s:%d: %s", name, set.Position(pos).Line, wrong)
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Errorf("%d files: %v", files, err)
	}
}

// leans finds what counts on the wall clock, or on the time-out of a queue that says
// none.
func leans(file *ast.File) map[token.Pos]string {
	found := map[token.Pos]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := nameOf(n.Fun)
			if name == "synctest.Test" {
				return false // its clock is its own
			}
			if name == "goleak.VerifyTestMain" {
				found[n.Pos()] = name
			}
			if arg, ok := limits[name]; ok && arg < len(n.Args) {
				if d, known := duration(n.Args[arg]); known && d > 0 && d < time.Minute || name == "time.Sleep" {
					found[n.Pos()] = name
				}
			}
		case *ast.CompositeLit:
			if keys := keysOf(n); slices.Contains(keys, "FifoQueue") && !slices.Contains(keys, "VisibilityTimeout") {
				found[n.Pos()] = "a queue without its VisibilityTimeout"
			}
		}
		return true
	})
	return found
}

func callsSynctest(file *ast.File) (calls bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && nameOf(call.Fun) == "synctest.Test" {
			calls = true
		}
		return !calls
	})
	return calls
}

// nameOf is a.b or a.b().c; empty for anything else.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	case *ast.CallExpr:
		return nameOf(e.Fun) + "()"
	}
	return ""
}

func keysOf(lit *ast.CompositeLit) (keys []string) {
	for _, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if text, ok := pair.Key.(*ast.BasicLit); ok && text.Kind == token.STRING {
				key, _ := strconv.Unquote(text.Value)
				keys = append(keys, key)
			}
		}
	}
	return keys
}

var units = map[string]time.Duration{"time.Nanosecond": 1, "time.Microsecond": time.Microsecond, "time.Millisecond": time.Millisecond,
	"time.Second": time.Second, "time.Minute": time.Minute, "time.Hour": time.Hour}

// duration is what numbers and units make; what has a name of its own is not known.
func duration(e ast.Expr) (time.Duration, bool) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return duration(e.X)
	case *ast.UnaryExpr:
		d, ok := duration(e.X)
		return -d, ok && e.Op == token.SUB
	case *ast.BasicLit:
		n, ok := constant.Int64Val(constant.ToInt(constant.MakeFromLiteral(e.Value, e.Kind, 0)))
		return time.Duration(n), ok && e.Kind == token.INT
	case *ast.SelectorExpr:
		d, ok := units[nameOf(e)]
		return d, ok
	case *ast.BinaryExpr:
		x, okX := duration(e.X)
		y, okY := duration(e.Y)
		switch e.Op {
		case token.MUL:
			return x * y, okX && okY
		case token.ADD:
			return x + y, okX && okY
		}
	}
	return 0, false
}

func TestWhatCountsOnTheWallClockIsFound(t *testing.T) {
	for body, want := range map[string]string{
		`time.Sleep(d)`:                  "time.Sleep",
		`<-time.After(30 * time.Second)`: "time.After",
		`ctx, _ = context.WithTimeout(ctx, (10+1)*time.Second)`:                    "context.WithTimeout",
		`end = time.Now().Add(10 * time.Second)`:                                   "time.Now().Add",
		`<-time.NewTimer(time.Second).C`:                                           "time.NewTimer",
		`m = map[string]string{"FifoQueue": "true"}`:                               "a queue without its VisibilityTimeout",
		`goleak.VerifyTestMain(m)`:                                                 "goleak.VerifyTestMain",
		`<-time.After(clocktest.Hang)`:                                             "",
		`end = time.Now().Add(time.Hour)`:                                          "",
		`ctx, _ = context.WithTimeout(ctx, -time.Second)`:                          "",
		`again = time.NewTicker(10 * time.Millisecond)`:                            "",
		`synctest.Test(t, func(t *testing.T) { time.Sleep(time.Second) })`:         "",
		`m = map[string]string{"FifoQueue": "true", "VisibilityTimeout": "43200"}`: "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() { "+body+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, wrong := range leans(file) {
			got += wrong
		}
		if got != want {
			t.Errorf("%s: found %q, want %q", body, got, want)
		}
	}
}

package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/telemetry"
)

func none(string) string { return "" }

// said logs with say and returns the lines without their times.
func said(t *testing.T, getenv func(string) string, say func(*slog.Logger)) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	say(telemetry.NewLog(&out, getenv))
	var lines []map[string]any
	for d := json.NewDecoder(&out); d.More(); {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		delete(line, "timestamp")
		lines = append(lines, line)
	}
	return lines
}

func invoked(ctx context.Context) context.Context {
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "inv-1"})
}

func TestALineHasLambdasKeysTheInvocationAndTheCorrelation(t *testing.T) {
	ctx := telemetry.WithCorrelation(invoked(t.Context()), "gw-1")
	got := said(t, none, func(log *slog.Logger) {
		log.InfoContext(ctx, "order", "key", "cursos#HP1", "state", "created", "attempts", 2)
		log.WarnContext(ctx, "order", "correlation", "gw-0")
		log.With("account", "estudio").ErrorContext(ctx, "order")
		log.Error("no context")
	})
	want := []map[string]any{
		{"level": "INFO", "message": "order", "key": "cursos#HP1", "state": "created", "attempts": 2.0, "requestId": "inv-1", "correlation": "gw-1"},
		{"level": "WARN", "message": "order", "requestId": "inv-1", "correlation": "gw-0"},
		{"level": "ERROR", "message": "order", "account": "estudio", "requestId": "inv-1", "correlation": "gw-1"},
		{"level": "ERROR", "message": "no context"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatNobodySaidMayBeShownIsWithheld(t *testing.T) {
	secret := "maria.silva@example.com"
	got := said(t, none, func(log *slog.Logger) {
		log.Info("order", "email", secret, "body", []byte(secret), "order", map[string]string{"name": secret}, "header", slog.GroupValue(slog.String("key", secret)))
		log.With("customer", secret).Info("order", slog.Group("key", "key", secret))
		log.WithGroup("request").Info("order", "key", secret)
	})
	shown, err := json.Marshal(got)
	if err != nil || len(got) != 3 {
		t.Fatal(err, len(got))
	}
	if strings.Contains(string(shown), "maria") || strings.Contains(string(shown), "bWFya") {
		t.Errorf("%s", shown)
	}
}

func TestACauseIsShownAndCutToALimit(t *testing.T) {
	got := said(t, none, func(log *slog.Logger) {
		log.Error("x", "cause", errors.New("read the ledger: timeout"))
		log.Error("x", "cause", strings.Repeat("é", 5000), "stack", strings.Repeat("s", 50_000))
	})
	if got[0]["cause"] != "read the ledger: timeout" {
		t.Error(got[0])
	}
	cause := got[1]["cause"].(string)
	if len(cause) > 1100 || !strings.HasSuffix(cause, "é...") || len(got[1]["stack"].(string)) > 9000 {
		t.Errorf("%d bytes: %q", len(cause), cause[len(cause)-10:])
	}
}

func TestLevelAndFormatAreLambdas(t *testing.T) {
	for level, lines := range map[string]int{"": 3, "TRACE": 4, "DEBUG": 4, "INFO": 3, "WARN": 2, "ERROR": 1, "FATAL": 1} {
		got := said(t, func(name string) string { return map[string]string{"AWS_LAMBDA_LOG_LEVEL": level}[name] }, func(log *slog.Logger) {
			log.Debug("x")
			log.Info("x")
			log.Warn("x")
			log.Error("x")
		})
		if len(got) != lines {
			t.Errorf("%s: %d lines", level, len(got))
		}
	}
	var out bytes.Buffer
	telemetry.NewLog(&out, func(name string) string { return map[string]string{"AWS_LAMBDA_LOG_FORMAT": "Text"}[name] }).Info("hello", "email", "maria")
	if !strings.Contains(out.String(), "message=hello") || strings.Contains(out.String(), "maria") {
		t.Error(out.String())
	}
}

// What the code of a function logs is written out in full somewhere: a key that
// is missing in the list of those that may be shown would only tell "withheld".
func TestEveryKeyThatTheFunctionsLogMayBeShown(t *testing.T) {
	keys := map[string]string{}
	for _, pattern := range []string{"../intake", "../placing", "../connection", "../secret/manager", "../awslambda", "../../functions/*"} {
		files, err := filepath.Glob(filepath.Join(pattern, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal("no files in", pattern, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, key := range keysOf(n) {
					keys[key] = path
				}
				return true
			})
		}
	}
	if len(keys) < 15 {
		t.Fatalf("only %d keys were found: %v", len(keys), keys)
	}
	for key, path := range keys {
		line := said(t, none, func(log *slog.Logger) { log.Info("x", key, "v") })[0]
		if line[key] != "v" {
			t.Errorf("%s logs %q, which is withheld", path, key)
		}
	}
}

// keysOf returns the keys of a call like x.Log.InfoContext(ctx, "text", "key", v).
func keysOf(n ast.Node) []string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	logger, ok := method.X.(*ast.SelectorExpr)
	if !ok || logger.Sel.Name != "Log" && logger.Sel.Name != "log" {
		return nil
	}
	first := 1
	if strings.HasSuffix(method.Sel.Name, "Context") {
		first = 2
	}
	var keys []string
	for i := first; i < len(call.Args); i += 2 {
		if literal, ok := call.Args[i].(*ast.BasicLit); ok {
			key, _ := strconv.Unquote(literal.Value)
			keys = append(keys, key)
		}
	}
	return keys
}

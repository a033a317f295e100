//go:build !race

// The removals are tried in one goroutine: under the race detector it is only slower.

package deploy_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// unpromised is what may go without a promise being broken: words for people and
// what SAM adds of its own.
var unpromised = regexp.MustCompile(strings.Join([]string{
	`^Resources\.\w+\.Metadata`,
	`^Resources\.\w+\.Properties\.(Code|Description|Tags|DisplayName)\b`,
	`^Resources\.WebhookApi\.Properties\.Body\.(openapi|tags|info\.version)`,
	`\.(responses|parameters)\b`,
	`^Resources\.SweepFunctionEveryMinuteRole\.Properties\.Policies\.0\.PolicyDocument\.Version`,
	`^Resources\.WebhookApiApiGatewayDefaultStage\.Properties\.Tags`,
	`^Outputs\.\w+\.Description`,
}, "|"))

// Whatever goes from the stack breaks a promise: so none is made in words alone,
// and nothing is in the template that nobody asked for.
func TestNothingGoesFromTheStackWithoutABrokenPromise(t *testing.T) {
	whole := translate(t).Stack
	tries := 0
	for _, path := range nodes(whole, t) {
		if unpromised.MatchString(strings.Join(path, ".")) {
			continue
		}
		tries++
		if s, err := parse(removed(t, whole, path)); err == nil && kept(s) {
			t.Errorf("without %s every promise is kept", strings.Join(path, "."))
		}
	}
	if tries < 500 {
		t.Errorf("only %d removals were tried", tries)
	}
}

func kept(s stack) bool {
	for _, keeps := range promises {
		var c expectations
		keeps(&c, s)
		if len(c.problems) > 0 {
			return false
		}
	}
	return true
}

// nodes are the paths of all that is in resources, outputs and conditions.
func nodes(whole []byte, t *testing.T) [][]string {
	t.Helper()
	var document object
	if err := json.Unmarshal(whole, &document); err != nil {
		t.Fatal(err)
	}
	var paths [][]string
	var walk func(path []string, v any)
	below := func(path []string, step string, v any) {
		path = append(append([]string(nil), path...), step)
		paths = append(paths, path)
		walk(path, v)
	}
	walk = func(path []string, v any) {
		switch v := v.(type) {
		case object:
			for _, name := range sorted(v) {
				below(path, name, v[name])
			}
		case []any:
			for i := range v {
				below(path, fmt.Sprint(i), v[i])
			}
		}
	}
	for _, section := range []string{"Resources", "Outputs", "Conditions"} {
		walk([]string{section}, document[section])
	}
	return paths
}

// removed is the document without the node.
func removed(t *testing.T, whole []byte, path []string) []byte {
	t.Helper()
	var document any
	if err := json.Unmarshal(whole, &document); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(cut(document, path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func cut(v any, path []string) any {
	step, last := path[0], len(path) == 1
	switch v := v.(type) {
	case object:
		if last {
			delete(v, step)
		} else {
			v[step] = cut(v[step], path[1:])
		}
	case []any:
		for i := range v {
			switch {
			case fmt.Sprint(i) != step:
			case last:
				return append(v[:i:i], v[i+1:]...)
			default:
				v[i] = cut(v[i], path[1:])
			}
		}
		return v
	}
	return v
}

package order_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/order"
)

// kinds is the closed list as the outside contract words it.
var kinds = []order.ReasonKind{
	"not_understood", "mapping", "tax_id", "preflight", "total", "currency", "quantity", "refused_by_erp",
	"too_old", "reversed", "not_found", "gave_up", "erp_account_gone", "unsupported", "deleted",
	"needs_person",
	"erp_down", "not_sent", "redundant", "lane", "fetch", "not_paid_yet", "panic", "mended", "retried", "day_open",
	"lost_answer", "lapsed", "redundant_write", "unknown_fault",
}

func TestListOfKindsIsClosedAndWithoutRepetition(t *testing.T) {
	if diff := cmp.Diff(kinds, order.ReasonKinds()); diff != "" {
		t.Errorf("the contract's list (-) and ours (+):\n%s", diff)
	}
	sorted := slices.Sorted(slices.Values(order.ReasonKinds()))
	if compact := slices.Compact(slices.Clone(sorted)); len(compact) != len(sorted) {
		t.Errorf("a kind is listed twice: %v", sorted)
	}
	if diff := cmp.Diff(constants(t, "reason.go", "ReasonKind"), sorted); diff != "" {
		t.Errorf("constants (-) and ReasonKinds (+):\n%s", diff)
	}
}

func TestEveryMethodIsListedOnce(t *testing.T) {
	var methods []order.ReasonKind
	for _, m := range order.Methods() {
		methods = append(methods, order.ReasonKind(m))
	}
	slices.Sort(methods)
	if diff := cmp.Diff(constants(t, "order.go", "Method"), methods); diff != "" {
		t.Errorf("constants (-) and Methods (+):\n%s", diff)
	}
}

// constants are the values of every constant of the type in the file, sorted.
func constants(t *testing.T, file, typeName string) []order.ReasonKind {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []order.ReasonKind
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if ident, ok := spec.Type.(*ast.Ident); ok && ident.Name == typeName {
			for _, v := range spec.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, order.ReasonKind(text))
			}
		}
		return true
	})
	slices.Sort(found)
	return found
}

func TestRejectionIsFoundInsideWrappedErrors(t *testing.T) {
	err := fmt.Errorf("map the order: %w", order.Reject(order.Mapping, "line %d: no service", 2))
	reason, ok := order.AsRejection(err)
	if want := "mapping: line 2: no service"; !ok || reason.String() != want {
		t.Errorf("%+v, %t", reason, ok)
	}
	if err.Error() != "map the order: mapping: line 2: no service" {
		t.Error(err)
	}
	for _, err := range []error{nil, errors.New("mapping: no")} {
		if reason, ok := order.AsRejection(err); ok || reason != (order.Reason{}) {
			t.Errorf("%v is a rejection: %+v", err, reason)
		}
	}
}

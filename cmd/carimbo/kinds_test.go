package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/erp/kinds"
)

func TestADocumentIsCalledAsItsERPCallsIt(t *testing.T) {
	ref := erp.Reference{Code: "abc", Orig: "Loja WP", OrigID: "7"}
	for kind, want := range map[string][]string{
		"omie":   {"Omie", "abc", "", "the same code abc", "Look by cCodIntOS abc", "IncluirOS", ""},
		"sensio": {"Sensio", "Loja WP#7", "orig#origId", `the same orig "Loja WP" and origId "7"`, `Look by orig "Loja WP", origId "7"`, "POST /sales", ""},
	} {
		e, _ := erpKind(kind)
		got := []string{e.Title(), e.Code(ref), e.CodeParts().String(), e.SameCode(ref).String(), e.WhereToLook(ref).String(), e.Asked(ref, "create"), e.Asked(ref, "retry")}
		if !slices.Equal(want, got) {
			t.Errorf("%s:\nwant %q\n got %q", kind, want, got)
		}
		if got := e.Code(erp.Reference{}); got != "" {
			t.Errorf("%s, without a reference: code %q", kind, got)
		}
	}
}

func TestAPedidoIsLookedForByItsOwnCode(t *testing.T) {
	ref := erp.Reference{DocumentKind: "pedido", Code: "abc"}
	e, _ := erpKind("omie")
	want := []string{"Look by codigo_pedido_integracao abc", "IncluirPedido", "ConsultarPedido"}
	if got := []string{e.WhereToLook(ref).String(), e.Asked(ref, "create"), e.Asked(ref, "look_up")}; !slices.Equal(want, got) {
		t.Errorf("want %q\n got %q", want, got)
	}
	if names := idNames().String(); names != " (Omie: nCodOS or codigo_pedido)" {
		t.Errorf("ids are called%s", names)
	}
}

func TestOnlyBuiltInKindsOfERPAreKnown(t *testing.T) {
	for _, kind := range kinds.All().Names() {
		if _, ok := erpKind(kind); !ok {
			t.Errorf("%s is not known", kind)
		}
	}
	for _, kind := range []string{"", "Omie", "gama"} {
		if e, ok := erpKind(kind); ok {
			t.Errorf("%q is taken for %s", kind, e.Title())
		}
	}
}

func TestAnAccountsLookUpIsInItsSettings(t *testing.T) {
	c := &console{connections: write(t, "connections.yaml", sensioConnections)}
	canLookUp := func(kind, account string) (bool, error) {
		e, _ := erpKind(kind)
		return e.CanLookUp(func() (json.RawMessage, error) { return c.accountSettings(account, kind) })
	}
	for _, k := range []struct {
		kind, account string
		want          bool
		unknown       string
	}{
		{"omie", "estudio", true, ""}, {"sensio", "loja", true, ""}, {"sensio", "cega", false, ""},
		{"sensio", "gone", true, "account gone (sensio) is not in " + c.connections + ": give the file that has it with --connections FILE"},
	} {
		got, err := canLookUp(k.kind, k.account)
		if got != k.want || (err == nil) != (k.unknown == "") || err != nil && err.Error() != k.unknown {
			t.Errorf("%s %s: %v %v", k.kind, k.account, got, err)
		}
	}
	c.connections = write(t, "connections.yaml", strings.Replace(sensioConnections, "rows: response", "rows: 1", 1))
	if _, err := canLookUp("sensio", "cega"); err == nil || !strings.HasPrefix(err.Error(), c.connections+":4:") {
		t.Errorf("a wrong file: %v", err)
	}
}

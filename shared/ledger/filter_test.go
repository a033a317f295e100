package ledger_test

import (
	"testing"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

func TestAnOrderIsCalledByEachOfItsNames(t *testing.T) {
	e := ledger.Entry{Key: "Loja-1#Ab9", Connection: "Loja-1", OrderID: "Ab9", StoreNumber: "#PED-1001", ERPID: "3847270140", ERPNumber: "000123",
		Reference: erp.Reference{Code: "abcdefghij2345670123", Orig: "Site", OrigID: "Ab9"}}
	for _, typed := range []string{
		"#PED-1001", "PED-1001", "ped-1001", "##ped-1001", " #ped-10 ", "p", // the store's number, and its beginnings
		"Ab9", "ab9", "#AB9", "3847270140", "000123", "ABCDEFGHIJ2345670123",
		"Loja-1#Ab9", "loja-1#ab9", "Loja-1#PED-1001", "loja-1##1001"[:8] + "ped-1001", "site#Ab9", "loja-1#3847270140",
	} {
		if !e.Called(typed) || !(ledger.Filter{Find: typed}).Matches(e) {
			t.Errorf("%q is not it", typed)
		}
	}
	for _, typed := range []string{"", " ", "#", "##", "1001", "PED-1001x", "Ab", "384727014", "outra#Ab9", "Loja-1#", "Loja-1", "#Ab9#", "\x00", "Loja-1#PED-10"} {
		if e.Called(typed) {
			t.Errorf("%q is it", typed)
		}
	}
	if (ledger.Entry{Key: "a#!9f"}).Called("") || !(ledger.Entry{Key: "a#!9F"}).Called("a#!9F") {
		t.Error("what nobody understood is found by its key")
	}
}

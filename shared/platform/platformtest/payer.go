package platformtest

import (
	"cmp"
	"fmt"
	"os"
	"testing"

	"github.com/carimbo/carimbo/shared/order"
)

// CaseFile is a case of testdata/cases: what somebody met, rebuilt with invented people.
func CaseFile(t testing.TB, name string) []byte {
	t.Helper()
	return CaseFileAt(t, "", name)
}

// CaseFileAt is one of the platform in that folder, which ends with a slash.
func CaseFileAt(t testing.TB, folder, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(folder + "testdata/cases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Payer is a customer on one line: name, tax id, e-mail, phone, city and country.
func Payer(c order.Customer) string {
	id := string(c.TaxID)
	switch {
	case c.TaxIDWrong:
		id += "wrong"
	case c.TaxIDUnread != "":
		id += "unread: " + c.TaxIDUnread
	case c.ForeignID != "":
		id += "foreign: " + c.ForeignID
	}
	none := func(text string) string { return cmp.Or(text, "none") }
	return fmt.Sprintf("%s | %s | %s | %s | %s %s", none(c.Name), none(id), none(c.Email), none(c.Phone), none(c.Address.City), none(c.Address.Country))
}

package platform

import (
	"maps"
	"slices"
)

// Words are those by which names are judged.
func Words() map[string][]string {
	sorted := func(words map[string]bool) []string { return slices.Sorted(maps.Keys(words)) }
	return map[string][]string{
		"a payer": sorted(payerWords), "somebody else": sorted(otherWords), "the kind of person": sorted(personFields),
		"a question": sorted(companyQuestions), "yes": sorted(yes), "no": sorted(no), "the kind of a document": sorted(documentFields),
		"a document abroad": sorted(foreignWords), "an invoice": sorted(invoiceWords), "a company's name": sorted(companyFields), "no company": sorted(noCompanies),
		"a generic id": sorted(generic), "no name": sorted(noNames), "a person": sorted(personWords), "a company": sorted(companyWords),
	}
}

// PrintsCPF tells whether the text has a CPF as it is printed.
func PrintsCPF(text string) bool { return printsCPF(text) }

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
		"a person": sorted(personWords), "a company": sorted(companyWords),
	}
}

// Package portuguese is what people are told in the Portuguese of Brazil, one catalogue for
// each part of the product. No function links it: words are kept by their ids there, and put
// into a language where somebody reads them.
package portuguese

import (
	"embed"
	"io/fs"

	"github.com/carimbo/carimbo/shared/words"
)

//go:embed *.txt
var catalogues embed.FS

// Language reads the catalogues. The error is ours: a test reads them as well.
func Language() (words.Language, error) {
	texts, err := Catalogues()
	if err != nil {
		return words.Language{}, err
	}
	all := make([]string, 0, len(texts))
	for _, text := range texts {
		all = append(all, text)
	}
	return words.NewLanguage("pt-BR", all...)
}

// Catalogues are the texts of the files by their names.
func Catalogues() (map[string]string, error) {
	names, err := fs.Glob(catalogues, "*.txt")
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, name := range names {
		text, err := catalogues.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts[name] = string(text)
	}
	return texts, nil
}

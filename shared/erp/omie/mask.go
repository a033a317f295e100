package omie

import "github.com/carimbo/carimbo/shared/erp/wire"

// maxText is how much of an answer is kept.
const maxText = wire.MaxText

// cleanAnswer is an ERP's text for a person, see wire.Clean.
func cleanAnswer(text string, private ...string) string { return wire.Clean(text, private...) }

// cut shortens a text to so many bytes without splitting a character.
func cut(text string, limit int) string { return wire.Cut(text, limit) }

// cleanText is a text without control characters.
func cleanText(text string) string { return wire.Text(text) }

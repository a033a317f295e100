package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/operator"
	"github.com/carimbo/carimbo/shared/words"
)

func TestNothingStoredSteersATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"Ação 50% ✓":        "Ação 50% ✓",
		"a\nb\tc\rd":        "a b c d",
		"\x1b[31mred":       `\u001b[31mred`,
		"\u009b31m":         `\u009b31m`,
		"\u202eevil\u2066":  `\u202eevil\u2066`,
		"bell\x07 del\x7f":  `bell\u0007 del\u007f`,
		"bad \xff utf-8":    "bad \ufffd utf-8",
		"line\u2028sep\x00": `line\u2028sep\u0000`,
	} {
		if got := safe(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func FuzzSafeTextsAreOneLineOfGraphicCharacters(f *testing.F) {
	f.Add("\x1b[2J\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		if got := safe(text); strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}

func FuzzJSONForATerminalKeepsItsValue(f *testing.F) {
	f.Add("\x1b[2J\u202e\u009b\U000e0001 <&>")
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		if err := at(noon, "", &out, nil).printJSON(&out, text); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != strings.ToValidUTF8(text, "\ufffd") && back != string([]rune(text)) {
			t.Errorf("%q comes back as %q: %v", text, back, err)
		}
		if strings.ContainsFunc(strings.TrimSuffix(out.String(), "\n"), func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%q is printed raw: %q", text, out.String())
		}
	})
}

func TestColoursAreForTerminalsAlone(t *testing.T) {
	dir := tell(t)
	if got := typeIn(t, "orders", "list", "--data", dir); strings.Contains(got.out, "\x1b") {
		t.Errorf("colours in a pipe: %q", got.out)
	}
	var out, errs bytes.Buffer
	c := at(noon, "", &out, &errs)
	c.colour = true
	c.run(t.Context(), []string{"orders", "list", "--data", dir})
	for _, want := range []string{"\x1b[32mcreated\x1b[0m", "\x1b[31mrejected\x1b[0m", "\x1b[33mwaiting\x1b[0m", "\x1b[31mcreated, reversed later\x1b[0m"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
	plainOut := typeIn(t, "orders", "list", "--data", dir).out
	for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
		out = *bytes.NewBufferString(strings.ReplaceAll(out.String(), code, ""))
	}
	if out.String() != plainOut {
		t.Errorf("colours move the columns:\n%s\n%s", out.String(), plainOut)
	}
}

func TestTheJSONOfAListHoldsNoNull(t *testing.T) {
	var out bytes.Buffer
	if err := at(noon, "", &out, nil).printJSON(&out, []operator.EntryView{operator.ViewEntry(erpKind, words.Language{}, ledger.Entry{State: ledger.Created})}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "null") || strings.Contains(out.String(), "0001-01-01") {
		t.Error(out.String())
	}
}

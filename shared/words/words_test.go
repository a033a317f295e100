package words_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/carimbo/carimbo/shared/words"
)

const (
	total   = "total is %s, but lines add up to %s: correct the order in the store"
	looking = "looking for the product %q: %s"
	orders  = "%d orders"
	one     = "%d order"
	whole   = "100%% of it is there"
)

func portuguese(t *testing.T) words.Language {
	t.Helper()
	l, err := words.NewLanguage("pt-BR",
		"# A comment.\n"+total+"\nas linhas somam %[2]s, mas o total é %[1]s: corrija o pedido na loja\n\n"+looking+"\nbusca do produto %s: %s\n",
		orders+"\n%s pedidos\n\n"+one+"\n%s pedido\n\n"+whole+"\n100%% está lá\n")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestATextIsPutIntoWordsWhenItIsRead(t *testing.T) {
	pt := portuguese(t)
	sum := words.Say(total, "5.00", "6.00")
	for _, c := range []struct {
		name        string
		text        words.Text
		english, pt string
	}{
		{"nothing", words.Text{}, "", ""},
		{"somebody else's words", words.Plain("Serviço não cadastrado"), "Serviço não cadastrado", "Serviço não cadastrado"},
		{"values, which the language has in another order", sum, "total is 5.00, but lines add up to 6.00: correct the order in the store",
			"as linhas somam 6.00, mas o total é 5.00: corrija o pedido na loja"},
		{"a sentence inside of another", words.Say(looking, "CAM-P", sum), `looking for the product "CAM-P": ` + sum.String(),
			`busca do produto "CAM-P": ` + sum.In(pt)},
		{"an error as a value", words.Say(looking, "", words.Errorf(orders, 2)), `looking for the product "": 2 orders`, `busca do produto "": 2 pedidos`},
		{"an error that isn't ours", words.Say(looking, "x", io.EOF), `looking for the product "x": EOF`, `busca do produto "x": EOF`},
		{"what the language doesn't have, with what it has inside", words.Say("reworded: %s!", words.Say(orders, 3)), "reworded: 3 orders!", "reworded: 3 pedidos!"},
		{"a sign", words.Say(whole), "100% of it is there", "100% está lá"},
		{"one", words.Count(1, one, orders), "1 order", "1 pedido"},
		{"none", words.Count(0, one, orders), "0 orders", "0 pedidos"},
		{"values with verbs and signs", words.Say(looking, "%s%!", "\x1c\x1d%[1]s\x1e\x1f"), `looking for the product "%s%!": %[1]s`, `busca do produto "%s%!": %[1]s`},
		{"sentences", words.Sentences(words.Say(orders, 2), words.Text{}, words.Plain("Ok."), words.Say(one, 1)), "2 orders. Ok. 1 order", "2 pedidos. Ok. 1 pedido"},
		{"a list", words.Join([]words.Text{words.Say(one, 1), words.Say(orders, 2)}, ", "), "1 order, 2 orders", "1 pedido, 2 pedidos"},
		{"no list", words.Join(nil, ", "), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.text.String(); got != c.english {
				t.Errorf("in English: %q, want %q", got, c.english)
			}
			if got := c.text.In(pt); got != c.pt {
				t.Errorf("in Portuguese: %q, want %q", got, c.pt)
			}
			kept, err := json.Marshal(c.text)
			var back words.Text
			if err != nil || json.Unmarshal(kept, &back) != nil || back != c.text {
				t.Errorf("%s was read back as %q (%v), not %q", kept, back, err, c.text)
			}
		})
	}
}

func TestWordsOfAFormerReleaseStayAsTheyAre(t *testing.T) {
	for _, kept := range []string{"", "total is 5.00", "\x1cshort\x1fx\x1d", "\x1cAAAAAAAA\x1fx", "\x1cAAAAAAAA\x1fx\x1dmore", "\x1cAAAAAAAA\x1fx\x1ey\x1d",
		strings.Repeat("\x1cAAAAAAAA\x1f", 100000)} {
		var text words.Text
		if err := text.UnmarshalText([]byte(kept)); err != nil {
			t.Fatal(err)
		}
		want := strings.Map(func(r rune) rune {
			if r >= 0x1c && r <= 0x1f {
				return -1
			}
			return r
		}, kept)
		if got := text.In(portuguese(t)); got != want {
			t.Errorf("%.40q is shown as %.40q", kept, got)
		}
	}
}

func TestSentencesInsideEachOtherAreReadHoweverDeep(t *testing.T) {
	text, want := words.Say(orders, 2), "2 orders"
	for range 100 {
		text, want = words.Say("about %s", text), "about "+want
	}
	if got := text.String(); got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got := text.In(portuguese(t)); got != want { // what is too deep stays in English
		t.Errorf("in Portuguese %q, not %q", got, want)
	}
}

func TestOnlyValuesAreReplacedOrShortened(t *testing.T) {
	inner := words.Say(orders, 12)
	text := words.Say("the total of %s, %s", "total", words.Say("see %s", inner))
	masked := text.Each(func(v string) string { return strings.ReplaceAll(v, "total", "*") })
	if got := masked.String(); got != "the total of *, see 12 orders" {
		t.Errorf("masked: %q", got)
	}
	if got := words.Plain("a total").Each(strings.ToUpper).String(); got != "A TOTAL" {
		t.Errorf("masked: %q", got)
	}
	cut := func(text string, limit int) string { return text[:min(limit, len(text))] }
	long := words.Say("%s is not %s at all", strings.Repeat("a", 300), strings.Repeat("b", 200))
	if got := long.Within(100, cut).String(); len(got) > 100 || !strings.HasSuffix(got, " at all") || !strings.Contains(got, "b is not") && !strings.Contains(got, "a is not") {
		t.Errorf("shortened: %q", got)
	}
	if got := long.Within(1000, cut); got != long {
		t.Errorf("what fits was changed: %q", got)
	}
	if got := words.Plain(strings.Repeat("a", 300)).Within(100, cut).String(); len(got) != 100 {
		t.Errorf("plain: %d", len(got))
	}
}

func TestAnErrorSaysItsWordsAndKeepsItsCause(t *testing.T) {
	err := words.Errorf(looking, "x", io.EOF)
	if !errors.Is(err, io.EOF) || err.Error() != `looking for the product "x": EOF` || words.Of(err) != words.Say(looking, "x", "EOF") {
		t.Errorf("%v, %v", err, words.Of(err))
	}
	wrapped := fmt.Errorf("read: %w", err)
	if got := words.Of(wrapped); got != words.Plain(`read: looking for the product "x": EOF`) {
		t.Errorf("of an error that wraps it: %q", got)
	}
	joined := errors.Join(nil, err, errors.Join(io.EOF))
	if got, want := words.Of(joined), words.Join([]words.Text{words.Of(err), words.Plain("EOF")}, "\n"); got != want {
		t.Errorf("of errors that were joined: %q", got)
	}
	if got := words.Of(fmt.Errorf("read: %w, %w", err, io.EOF)); got != words.Plain("read: "+err.Error()+", EOF") {
		t.Errorf("of an error that wraps two: %q", got)
	}
	if got := words.Of(nil); !got.IsZero() {
		t.Errorf("of none: %q", got)
	}
	if errors.Unwrap(words.Errorf(one, 1)) != nil {
		t.Error("an error without a cause has one")
	}
}

func TestATextKnowsItsFormat(t *testing.T) {
	text := words.Sentences(words.Say(one, 1), words.Say(whole), words.Say("More of %s", words.Say(orders, 2)))
	if !text.Has(one) || !text.Has(orders) || text.Has(total) {
		t.Errorf("%q", text)
	}
	kept := words.Plain(text.String())
	if !kept.Has("More of %s") || kept.Has(total) {
		t.Errorf("as a former release kept it: %q", kept)
	}
	for _, text := range []words.Text{text, kept} {
		if got, want := text.Without("More of %s").String(), "1 order. 100% of it is there"; got != want {
			t.Errorf("without its end: %q, not %q", got, want)
		}
		if got := text.Without(total); got != text {
			t.Errorf("without what it doesn't have: %q", got)
		}
	}
	if got := words.Sentences(words.Say(one, 1), words.Say(orders, 2)).Without(orders); got != words.Say(one, 1) {
		t.Errorf("what is left alone: %q", got)
	}
}

func TestTextsInJSONAreInTheLanguage(t *testing.T) {
	b, err := json.Marshal(map[string]any{"a": words.Say(orders, 2), "b": []any{`x"\`, words.Say(looking, "<é>", "\"y\""), 3}, "c": "plain"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":"2 pedidos","b":["x\"\\",` + `"busca do produto \"<é>\": \"y\"",3],"c":"plain"}`
	if got := string(portuguese(t).InJSON(b)); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	for _, none := range []string{"", `{"a":"b"}`, `"\u001c`, `\u001c"\`} {
		if got := string(words.Language{}.InJSON([]byte(none))); got != none {
			t.Errorf("%s became %s", none, got)
		}
	}
}

func TestNoLogShowsWhatIsKept(t *testing.T) {
	text := words.Say(looking, "x", words.Say(orders, 2))
	var b bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		log := slog.New(handler).With("with", text)
		log.Info("said", "text", text, "cause", words.Errorf(looking, "x", text), slog.Group("group", "any", slog.AnyValue(text)))
	}
	if strings.Contains(b.String(), `\u001`) || strings.Contains(b.String(), `\x1`) || strings.ContainsAny(b.String(), "\x1c\x1d\x1e\x1f") || strings.Count(b.String(), "2 orders") != 8 {
		t.Error(b.String())
	}
}

func TestACatalogueThatLacksATranslationIsRefused(t *testing.T) {
	for _, catalogue := range []string{"only English\n", "only English\n\nmore\nmais\n", "twice\nduas\n\ntwice\ntrês\n"} {
		if _, err := words.NewLanguage("pt-BR", catalogue); err == nil {
			t.Errorf("%q is a catalogue", catalogue)
		}
	}
}

func FuzzWhateverWasKeptIsShown(f *testing.F) {
	f.Add("plain", "x")
	f.Add(string(must(words.Say(looking, "a", words.Say(orders, 2)).MarshalText())), "\x1c")
	pt, err := words.NewLanguage("pt-BR", looking+"\n%[9]s %[0]s %[x]s %\n")
	if err != nil {
		f.Fatal(err)
	}
	other, err := words.NewLanguage("pt-BR", "of nothing\nde nada\n")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kept, value string) {
		var text, back words.Text
		_ = text.UnmarshalText([]byte(kept))
		for _, text := range []words.Text{text, words.Say(looking, value, text), text.Each(func(string) string { return value })} {
			if shown := text.String() + text.In(pt); strings.ContainsAny(shown, "\x1c\x1d\x1e\x1f") {
				t.Fatalf("%q is shown as %q", kept, shown)
			}
			if english := text.String(); english != text.In(other) {
				t.Fatalf("%q is %q, and %q where the language has none of it", kept, english, text.In(other))
			}
			if again, _ := text.MarshalText(); back.UnmarshalText(again) != nil || back != text {
				t.Fatalf("%q was read back as %q", again, back)
			}
		}
	})
}

func must(b []byte, _ error) []byte { return b }

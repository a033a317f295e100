package wire

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/carimbo/carimbo/shared/fold"
)

// Sent is what of a request an answer may repeat. All are JSON values, of which
// the texts count, wherever they stand in them: a list of fields would forget one.
type Sent struct {
	// Request is what was sent.
	Request any
	// Constants hold texts that are no store's. A text of the request that is one
	// of them, word for word, stays in the answer: it would take away words of the
	// ERP's.
	Constants any
	// Store is the store's own. Its texts count where a text of the request holds
	// them: the ERP may take one out of "Pedido 1001 de Ana".
	Store any
}

const (
	// leastLetters: what has fewer letters and digits ("N", "S", "01", "OS") is never
	// taken out.
	leastLetters = 4
	// leastBeginning: a beginning of a value with so many letters and digits counts
	// as the value. ERPs cut what is long.
	leastBeginning = 20
)

// without is a folded text in which a * stands for each text that was sent: for
// whole words, in any case and with any accents and punctuation, where the longest
// covers the shorter ones.
func (s Sent) without(ctx context.Context, said string) (string, error) {
	e := &echo{context: ctx, ids: map[string]int32{}, next: map[step]int32{}, nodes: make([]node, 1)}
	constants := map[string]bool{}
	for _, text := range texts(s.Constants) {
		constants[Text(text)] = true
	}
	var fields []string
	for _, text := range texts(s.Request) {
		if text = Text(text); !constants[text] {
			fields = append(fields, text)
		}
	}
	for _, text := range fields {
		e.add(text, true)
	}
	for _, text := range texts(s.Store) {
		e.add(text, false)
	}
	e.link()
	for _, text := range fields {
		e.find(fold.Text(text))
	}
	e.selectTexts()
	return e.without(said)
}

// Texts are those that were sent, word for word.
func (s Sent) Texts() map[string]bool {
	sent := map[string]bool{}
	for _, text := range texts(s.Request) {
		sent[text] = true
	}
	return sent
}

// texts are all texts of a JSON value.
func texts(v any) []string {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // it was sent, so it can be written
	}
	var read any
	if Decode(b, &read) != nil {
		return nil
	}
	return appendTexts(nil, read)
}

func appendTexts(list []string, v any) []string {
	switch v := v.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, element := range v {
			list = appendTexts(list, element)
		}
	case map[string]any:
		for _, element := range v {
			list = appendTexts(list, element)
		}
	}
	return list
}

// echo finds texts in a text, all at once, word by word (Aho and Corasick): a node
// is a beginning of one or more of them.
type echo struct {
	context context.Context
	// ids number the words that the texts have.
	ids   map[string]int32
	next  map[step]int32
	nodes []node
	// edges are what stands before the first and behind the last word of a text,
	// where something does.
	edges map[int32]edge
	steps int
	err   error
}

// step leads from a node by a word.
type step struct{ node, word int32 }

type edge struct{ before, behind string }

// edgeOf keeps what is next to the words: a limit, so that no text makes it long to
// compare.
func edgeOf(before, behind string) edge {
	const most = 16
	return edge{before[max(0, len(before)-most):], behind[:min(len(behind), most)]}
}

type node struct {
	word           int32
	words, letters int32
	child, sibling int32
	// fail is the longest end of this beginning that is a beginning, too.
	fail int32
	// text: a text ends here, and was sent. maybe: it is the store's, and nobody has
	// seen yet whether it was sent. seen: it was.
	text, maybe, seen bool
	// ends is the longest text that ends here, any the longest that may; 0: none.
	ends, any int32
}

// tick counts a step of work, and tells now and then whether the time is over.
func (e *echo) tick() bool {
	if e.steps++; e.steps%1024 == 0 && e.err == nil {
		e.err = e.context.Err()
	}
	return e.err == nil
}

// add adds a text, and what Plain may make of it.
func (e *echo) add(text string, sent bool) {
	e.insert(fold.Text(text), sent)
	for range rounds {
		plain := undo(text)
		if plain == text {
			return
		}
		text = plain
		e.insert(fold.Text(text), sent)
	}
}

func (e *echo) insert(text string, sent bool) {
	list := wordsIn(text)
	letters := 0
	for _, w := range list {
		letters += w.end - w.start
	}
	if letters < leastLetters {
		return
	}
	at := int32(0)
	for _, w := range list {
		if !e.tick() {
			return
		}
		at = e.child(at, text[w.start:w.end])
	}
	n := &e.nodes[at]
	n.text, n.maybe = n.text || sent, n.maybe || !sent
	is := edgeOf(text[:list[0].start], text[list[len(list)-1].end:])
	if was := e.edges[at]; len(is.before)+len(is.behind) > len(was.before)+len(was.behind) {
		if e.edges == nil {
			e.edges = map[int32]edge{}
		}
		e.edges[at] = is
	}
}

// child is the node that follows by a word, made where there is none.
func (e *echo) child(parent int32, text string) int32 {
	id, known := e.ids[text]
	if !known {
		id = int32(len(e.ids) + 1)
		e.ids[text] = id
	}
	if at, known := e.next[step{parent, id}]; known {
		return at
	}
	at := int32(len(e.nodes))
	p := &e.nodes[parent]
	e.nodes = append(e.nodes, node{word: id, words: p.words + 1, letters: p.letters + int32(len(text)), sibling: p.child})
	e.nodes[parent].child = at
	e.next[step{parent, id}] = at
	return at
}

// link finds each node's fail, shorter beginnings first.
func (e *echo) link() {
	for _, at := range e.byLength() {
		for c := e.nodes[at].child; c != 0; c = e.nodes[c].sibling {
			n := &e.nodes[c]
			if at != 0 {
				n.fail = e.follow(e.nodes[at].fail, n.word)
			}
			if n.any = e.nodes[n.fail].any; n.text || n.maybe {
				n.any = c
			}
		}
	}
}

// byLength are the nodes, each behind all shorter ones.
func (e *echo) byLength() []int32 {
	list := make([]int32, 1, len(e.nodes))
	for i := 0; i < len(list) && e.tick(); i++ {
		for c := e.nodes[list[i]].child; c != 0; c = e.nodes[c].sibling {
			list = append(list, c)
		}
	}
	return list
}

// follow is where a word leads from a node, or from the longest of its ends that it
// leads from.
func (e *echo) follow(at, id int32) int32 {
	for e.tick() {
		if to, leads := e.next[step{at, id}]; leads {
			return to
		}
		if at == 0 {
			break
		}
		at = e.nodes[at].fail
	}
	return 0
}

// find notes which of the store's texts a field holds.
func (e *echo) find(field string) {
	at := int32(0)
	for _, w := range wordsIn(field) {
		at = e.follow(at, e.ids[field[w.start:w.end]])
		// Where one was seen, so were those that end with it.
		for n := e.nodes[at].any; n != 0 && !e.nodes[n].seen && e.tick(); n = e.nodes[e.nodes[n].fail].any {
			e.nodes[n].seen = true
		}
	}
}

// selectTexts decides which texts count.
func (e *echo) selectTexts() {
	for _, at := range e.byLength() {
		n := &e.nodes[at]
		if n.ends = e.nodes[n.fail].ends; n.text || n.maybe && n.seen {
			n.ends = at
		}
	}
}

// without puts a * in place of everything that is found.
func (e *echo) without(said string) (string, error) {
	list := wordsIn(said)
	// covered counts the texts that cover a byte, as the difference to the byte
	// before.
	covered := make([]int32, len(said)+1)
	cover := func(start, end int) { covered[start]++; covered[end]-- }
	at := int32(0)
	for i, w := range list {
		at = e.follow(at, e.ids[said[w.start:w.end]])
		n := e.nodes[at]
		if n.ends != 0 {
			first := list[i+1-int(e.nodes[n.ends].words)]
			cover(e.edges[n.ends].widen(said, first.start, w.end))
		}
		// The word behind a beginning may be the rest of one that was cut.
		if n.ends != at && n.letters >= leastBeginning {
			end := w.end
			if i+1 < len(list) && said[end:list[i+1].start] == " " {
				end = list[i+1].end
			}
			cover(list[i+1-int(n.words)].start, end)
		}
	}
	var out strings.Builder
	under := int32(0)
	for i := range len(said) {
		before := under
		switch under += covered[i]; {
		case under == 0:
			out.WriteByte(said[i])
		case before == 0:
			out.WriteByte('*')
		}
	}
	return out.String(), e.err
}

// widen takes in what the text has before its first and behind its last word,
// where it stands there.
func (is edge) widen(said string, start, end int) (int, int) {
	if strings.HasSuffix(said[:start], is.before) {
		start -= len(is.before)
	}
	if strings.HasPrefix(said[end:], is.behind) {
		end += len(is.behind)
	}
	return start, end
}

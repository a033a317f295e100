package search

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// found is what a search saw.
type found struct {
	worlds, moves, depth int
	ended                [len(states)]int // worlds that came to their end, by the entry's state
	broken               string
	trail                []string
}

func (f found) String() string {
	return fmt.Sprintf("%s:\n  %s", f.broken, strings.Join(f.trail, "\n  "))
}

// search is one breadth-first walk over all worlds that can come to be.
type search struct {
	*model
	worlds worlds
	parent []uint32
	index  index
	batch  [atOnce][]led

	// Of each world, the worlds that nature or the clock leads to; the highest bit
	// says that time passes on the way.
	onward []uint32
	first  []uint32
}

const timePasses = 1 << 31

// wants tells whether the search stops at what is broken.
func (s *search) wants(broken string) bool {
	return broken != "" && (s.only == "" || s.only == broken)
}

// run walks until an invariant breaks, or through everything; the shortest way to
// a broken one comes first.
func run(m *model, faults int) found {
	s := &search{model: m, index: newIndex()}
	f := s.walk(m.begin(faults))
	if f.broken != "" {
		return f
	}
	return s.ends(f)
}

func (s *search) walk(from world) (f found) {
	s.add(&led{to: from, hash: s.index.hash(from)}, 0)
	last := 0 // of this depth
	for i := 0; i < s.worlds.len && f.broken == ""; {
		for _, moves := range s.ahead(i) {
			if i > last {
				f.depth, last = f.depth+1, s.worlds.len-1
			}
			s.first = append(s.first, uint32(len(s.onward)))
			for j := range moves {
				if f.moves++; f.broken == "" {
					s.follow(&f, uint32(i), &moves[j])
				}
			}
			i++
		}
	}
	s.first = append(s.first, uint32(len(s.onward)))
	f.worlds = s.worlds.len
	return f
}

// follow makes a move from a world.
func (s *search) follow(f *found, from uint32, l *led) {
	to, fresh := s.add(l, from)
	if l.by.who <= clock && to != from {
		if l.by.who == clock {
			to |= timePasses
		}
		s.onward = append(s.onward, to)
	}
	if fresh && (l.by.broken == "" || !s.wants(l.by.broken)) {
		l.by.broken = s.broken(l.to)
	}
	if s.wants(l.by.broken) {
		f.broken = l.by.broken
		f.trail = append(s.trail(from), line(l.by, l.to))
	}
}

// led is a world that a move leads to, and its hash.
type led struct {
	to   world
	hash uint64
	by   move
}

// atOnce is from how many worlds the moves are looked for together.
const atOnce = 16

// ahead lists the moves from a world, and from those behind it. Nearly all of the time
// passes while memory is waited for: so whatever these moves lead to is asked of it in one
// go, and is at hand when it is compared.
func (s *search) ahead(i int) [][]led {
	n := min(atOnce, s.worlds.len-i)
	for j := range n {
		list := s.batch[j][:0]
		s.moves(*s.worlds.at(i + j), func(to world, mv move) {
			list = append(list, led{to, s.index.hash(to), mv})
		})
		s.batch[j] = list
	}
	s.index.fetch(s.batch[:n], &s.worlds)
	return s.batch[:n]
}

// ends tells whether every world can come to its end without a further fault and
// without a person, and whether nothing turns in circles while no time passes.
func (s *search) ends(f found) found {
	back, start := s.reverse()
	reached := make([]bool, s.worlds.len)
	var next []uint32
	for i := range s.worlds.len {
		if w := s.worlds.at(i); w.final() {
			reached[i] = true
			next = append(next, uint32(i))
			f.ended[w.entry.state]++
		}
	}
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		for _, from := range back[start[i]:start[i+1]] {
			if from &^= timePasses; !reached[from] {
				reached[from] = true
				next = append(next, from)
			}
		}
	}
	if i := slices.Index(reached, false); i >= 0 && s.wants(noEnd) {
		f.broken, f.trail = noEnd, s.trail(uint32(i))
		return f
	}
	return s.circles(f, back, start)
}

// circles peels off the worlds that lead nowhere without time passing; what stays
// leads in circles.
func (s *search) circles(f found, back, start []uint32) found {
	out := make([]uint8, s.worlds.len)
	var next []uint32
	for i := range s.worlds.len {
		for _, to := range s.onward[s.first[i]:s.first[i+1]] {
			if to&timePasses == 0 {
				out[i]++
			}
		}
		if out[i] == 0 {
			next = append(next, uint32(i))
		}
	}
	peeled := 0
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		peeled++
		for _, from := range back[start[i]:start[i+1]] {
			if from&timePasses != 0 {
				continue
			}
			if out[from]--; out[from] == 0 {
				next = append(next, from)
			}
		}
	}
	if peeled < s.worlds.len && s.wants(inCircles) {
		f.broken, f.trail = inCircles, s.trail(s.inCircle(out))
	}
	return f
}

// inCircle follows what was not peeled off until it comes to the same world twice.
func (s *search) inCircle(out []uint8) uint32 {
	i := uint32(slices.IndexFunc(out, func(n uint8) bool { return n > 0 }))
	for been := map[uint32]bool{}; !been[i]; {
		been[i] = true
		for _, to := range s.onward[s.first[i]:s.first[i+1]] {
			if to&timePasses == 0 && out[to] > 0 {
				i = to
				break
			}
		}
	}
	return i
}

// reverse is onward from its other end.
func (s *search) reverse() (back, start []uint32) {
	start = make([]uint32, s.worlds.len+1)
	for _, to := range s.onward {
		start[to&^timePasses+1]++
	}
	for i := range s.worlds.len {
		start[i+1] += start[i]
	}
	at := slices.Clone(start)
	back = make([]uint32, len(s.onward))
	for i := range s.worlds.len {
		for _, to := range s.onward[s.first[i]:s.first[i+1]] {
			j := to &^ timePasses
			back[at[j]] = uint32(i) | to&timePasses
			at[j]++
		}
	}
	return back, start
}

// trail tells how a world came to be.
func (s *search) trail(i uint32) []string {
	var lines []string
	for ; i > 0; i = s.parent[i] {
		done := false
		s.moves(*s.worlds.at(int(s.parent[i])), func(to world, mv move) {
			if !done && to == *s.worlds.at(int(i)) {
				lines, done = append(lines, line(mv, to)), true
			}
		})
	}
	slices.Reverse(lines)
	return lines
}

func line(m move, to world) string {
	what := m.String()
	if m.who == fault {
		what = "FAULT " + what
	}
	return fmt.Sprintf("%-58s %s", what, to)
}

// add finds the world, or keeps it.
func (s *search) add(l *led, parent uint32) (i uint32, fresh bool) {
	i, fresh = s.index.add(l, &s.worlds)
	if fresh {
		s.parent = append(s.parent, parent)
	}
	return i, fresh
}

// worlds are a list that grows without being copied.
type worlds struct {
	len    int
	blocks []*[block]world
}

const block = 1 << 14

func (l *worlds) at(i int) *world { return &l.blocks[i/block][i%block] }

func (l *worlds) add(w *world) {
	if l.len%block == 0 {
		l.blocks = append(l.blocks, new([block]world))
	}
	*l.at(l.len) = *w
	l.len++
}

// index finds worlds in a list without keeping them twice. A slot has half of a world's
// hash beside its number, from 1: hardly any but equal worlds are fetched to be compared,
// which takes longer than all else, and none when the index grows.
type index struct {
	seed  maphash.Seed
	slots []uint64
	// slotsOf and fetched are of no use but that they were read.
	slotsOf []uint64
	fetched uint8
}

func newIndex() index { return index{seed: maphash.MakeSeed(), slots: make([]uint64, 1<<12)} }

func (x *index) hash(w world) uint64 { return maphash.Comparable(x.seed, w) >> 32 << 32 }

// fetch reads what add will read. No read of a loop waits for another one.
func (x *index) fetch(batch [][]led, list *worlds) {
	x.slotsOf = x.slotsOf[:0]
	for _, moves := range batch {
		for j := range moves {
			x.slotsOf = append(x.slotsOf, x.slots[x.begin(moves[j].hash)])
		}
	}
	for _, slot := range x.slotsOf {
		if slot != 0 {
			x.fetched += list.at(int(uint32(slot) - 1)).faults
		}
	}
}

// add finds the world in the list, or adds it.
func (x *index) add(l *led, list *worlds) (i uint32, fresh bool) {
	at := x.begin(l.hash)
	for ; x.slots[at] != 0; at = x.after(at) {
		if slot := x.slots[at]; slot>>32<<32 == l.hash && *list.at(int(uint32(slot) - 1)) == l.to {
			return uint32(slot) - 1, false
		}
	}
	list.add(&l.to)
	x.slots[at] = l.hash | uint64(list.len)
	x.grow(list.len)
	return uint32(list.len - 1), true
}

func (x *index) begin(hash uint64) int { return int(hash>>32) & (len(x.slots) - 1) }
func (x *index) after(at int) int      { return (at + 1) & (len(x.slots) - 1) }

func (x *index) grow(worlds int) {
	if 3*worlds < 2*len(x.slots) {
		return
	}
	former := x.slots
	x.slots = make([]uint64, 2*len(former))
	for _, slot := range former {
		if slot == 0 {
			continue
		}
		at := x.begin(slot)
		for x.slots[at] != 0 {
			at = x.after(at)
		}
		x.slots[at] = slot
	}
}

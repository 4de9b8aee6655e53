package lexicon

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Likeness says how a label is like what was typed; the nearest is least.
type Likeness int

// How a label may be like what was typed.
const (
	Same    Likeness = iota // the very label, but for spelling that does not matter
	Begins                  // it begins with what was typed
	Within                  // a word of it does
	Meant                   // an inflected form of it was typed
	Similar                 // it differs in a letter or two
)

// Found is a concept with the label that led to it.
type Found struct {
	Entry    *Entry
	Label    Label
	Likeness Likeness
}

// Bounds of a search by label.
const (
	maxFind     = 200 // bytes that are looked for
	sureMeaning = 0.6 // how sure a word must be to stand for a concept
)

// Find looks for concepts of the core vocabulary by their labels, in any
// language: first labels that are what was typed, then those that begin with it,
// then those with a word that does, then those of which x knows what was typed as
// a form, and only when there is nothing else those that differ in a letter or two. Among
// equals labels of the language tag come first, then shorter ones. Each concept is
// given once.
func (x *Lexicon) Find(typed, tag string, limit int) []Found {
	typed = cut(typed, maxFind)
	words := strings.Join(strings.Fields(Normalise(typed)), " ")
	if words == "" || limit <= 0 {
		return nil
	}
	s := searched()
	near := nearest{tag: tag, best: map[uint32]hit{}}
	s.beginning(words, near.take)
	if utf8.RuneCountInString(words) > 1 {
		for _, term := range x.meaning(typed, tag) {
			s.meant(term, tag, near.take)
		}
	}
	if len(near.best) == 0 {
		s.similar(words, near.take)
	}
	return near.list(s, limit)
}

// meaning gives the terms that all words of what was typed stand for: what a part
// of it stands for alone was not asked for.
func (x *Lexicon) meaning(typed, tag string) []string {
	var all []string
	for i, group := range x.Query(typed, tag) {
		var terms []string
		for _, t := range group.Terms {
			if t.Weight >= sureMeaning && (i == 0 || slices.Contains(all, t.Term)) {
				terms = append(terms, t.Term)
			}
		}
		all = terms
	}
	return all
}

// labelIndex holds the labels of the core vocabulary in a form that finds them.
type labelIndex struct {
	labels []labelForm
	starts []wordStart // by what stands there
	sizes  map[int][]uint32
}

type labelForm struct {
	text    string // normal form
	entry   uint32 // in browsed().entries
	label   uint32 // in its Labels
	letters uint64
}

// wordStart is a place in a label where a word begins.
type wordStart struct {
	label uint32
	at    uint16
}

var searched = sync.OnceValue(func() *labelIndex {
	s := &labelIndex{sizes: map[int][]uint32{}}
	for i, e := range browsed().entries {
		for j, l := range e.Labels {
			text := strings.Join(strings.Fields(Normalise(l.Text)), " ")
			if text == "" || len(text) > maxLabel {
				continue
			}
			n := uint32(len(s.labels))
			s.labels = append(s.labels, labelForm{text, uint32(i), uint32(j), lettersIn(text)})
			size := utf8.RuneCountInString(text)
			s.sizes[size] = append(s.sizes[size], n)
			within := false
			for at, r := range text {
				letter := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
				if at == 0 || letter && (!within || unicode.Is(unicode.Han, r)) {
					s.starts = append(s.starts, wordStart{n, uint16(at)})
				}
				within = letter || r == '\'' || r == '\u200c'
			}
		}
	}
	slices.SortFunc(s.starts, func(a, b wordStart) int {
		return cmp.Or(strings.Compare(s.from(a), s.from(b)), cmp.Compare(a.label, b.label))
	})
	return s
})

func (s *labelIndex) from(w wordStart) string { return s.labels[w.label].text[w.at:] }

// beginning gives the labels in which a word, or the whole, begins with words.
func (s *labelIndex) beginning(words string, take func(labelForm, Likeness)) {
	i, _ := slices.BinarySearchFunc(s.starts, words, func(w wordStart, words string) int { return strings.Compare(s.from(w), words) })
	for ; i < len(s.starts) && strings.HasPrefix(s.from(s.starts[i]), words); i++ {
		w := s.starts[i]
		l := s.labels[w.label]
		switch {
		case l.text == words:
			take(l, Same)
		case w.at == 0:
			take(l, Begins)
		default:
			take(l, Within)
		}
	}
}

// meant gives the label, in the language tag if there is one, of the concept that
// a term of a lexicon names.
func (s *labelIndex) meant(term, tag string, take func(labelForm, Likeness)) {
	id, ok := strings.CutPrefix(term, string(conceptMark)+CoreSource.ID+":")
	if !ok {
		return
	}
	entry, ok := browsed().byID[id]
	if !ok {
		return
	}
	e := browsed().entries[entry]
	label := slices.Index(e.Labels, e.Preferred(tag))
	take(labelForm{e.Labels[label].Text, uint32(entry), uint32(label), 0}, Meant)
}

// similar gives the labels that differ from words in a letter, or in two when
// they are long.
func (s *labelIndex) similar(words string, take func(labelForm, Likeness)) {
	typed := []rune(words)
	most := 0
	switch {
	case len(typed) >= 7:
		most = 2
	case len(typed) >= 4:
		most = 1
	}
	if most == 0 {
		return
	}
	letters := lettersIn(words)
	nearest := most
	for size := len(typed) - most; size <= len(typed)+most; size++ {
		for _, n := range s.sizes[size] {
			l := s.labels[n]
			if bits.OnesCount64(l.letters^letters) > 2*nearest {
				continue
			}
			if d := distance(typed, []rune(l.text), nearest); d <= nearest {
				take(l, Similar+Likeness(d)-1)
			}
		}
	}
}

// lettersIn marks the letters of a text in a set of 64; several letters share a
// place, so it only rules out.
func lettersIn(text string) uint64 {
	var set uint64
	for _, r := range text {
		set |= 1 << (uint32(r) * 2654435761 >> 26)
	}
	return set
}

// distance counts the letters to add, take away, change or swap with the next to
// make a of b (Damerau 1964, each place touched once), as long as they are no more
// than most.
func distance(a, b []rune, most int) int {
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		now[0] = i + 1
		least := now[0]
		for j := range b {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			now[j+1] = min(last[j]+change, last[j+1]+1, now[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				now[j+1] = min(now[j+1], before[j-1]+1)
			}
			least = min(least, now[j+1])
		}
		if least > most {
			return most + 1
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}

// nearest keeps the best label of each concept.
type nearest struct {
	tag  string
	best map[uint32]hit
}

type hit struct {
	labelForm
	likeness Likeness
	foreign  bool
}

func (n *nearest) take(l labelForm, likeness Likeness) {
	lang := browsed().entries[l.entry].Labels[l.label].Lang
	h := hit{l, likeness, lang != n.tag}
	if old, ok := n.best[l.entry]; !ok || h.compare(old) < 0 {
		n.best[l.entry] = h
	}
}

func (h hit) compare(o hit) int {
	foreign := func(h hit) int {
		if h.foreign {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(h.likeness, o.likeness), cmp.Compare(foreign(h), foreign(o)),
		cmp.Compare(len(h.text), len(o.text)), cmp.Compare(h.entry, o.entry), cmp.Compare(h.label, o.label))
}

func (n *nearest) list(s *labelIndex, limit int) []Found {
	hits := make([]hit, 0, len(n.best))
	for _, h := range n.best {
		hits = append(hits, h)
	}
	slices.SortFunc(hits, hit.compare)
	found := make([]Found, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		e := browsed().entries[h.entry]
		found = append(found, Found{Entry: e, Label: e.Labels[h.label], Likeness: min(h.likeness, Similar)})
	}
	return found
}

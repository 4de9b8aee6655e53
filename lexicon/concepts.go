package lexicon

import (
	"slices"
	"strings"
)

// concepts keeps what people are shown of the concepts: their preferred labels.
type concepts struct {
	terms  []uint32 // of the concepts, ascending after finish
	starts []uint32 // of their labels
	langs  []uint8
	ends   []uint32 // in arena
	arena  []byte
	fields []string

	order []uint32 // places while building
	ids   map[string]string
}

// Concept is what a person is shown of a concept.
type Concept struct {
	Source string // id of the source
	ID     string // within the source
	Field  string // FORD code, "" when not known
	names  map[string]string
}

// Name gives the preferred label in a language; in English, or any other, when
// there is none.
func (c Concept) Name(tag string) string {
	if name := c.names[tag]; name != "" {
		return name
	}
	for _, other := range append([]string{"en"}, tags[1:]...) {
		if name := c.names[other]; name != "" {
			return name
		}
	}
	return c.ID
}

// Names gives the preferred labels by language.
func (c Concept) Names() map[string]string { return c.names }

func newConcepts() *concepts { return &concepts{ids: map[string]string{}} }

// add keeps the preferred labels of an entry.
func (c *concepts) add(term uint32, e *Entry) {
	c.order = append(c.order, uint32(len(c.terms)))
	c.terms = append(c.terms, term)
	c.starts = append(c.starts, uint32(len(c.langs)))
	c.fields = append(c.fields, intern(c.ids, e.Field))
	var seen [firstList]bool
	for _, l := range e.Labels {
		lang := languageOf(l.Lang)
		if lang == unknown || lang >= firstList || seen[lang] || len(l.Text) > maxLabel {
			continue
		}
		seen[lang] = true
		c.langs = append(c.langs, uint8(lang))
		c.arena = append(c.arena, l.Text...)
		c.ends = append(c.ends, uint32(len(c.arena)))
	}
}

func intern(known map[string]string, s string) string {
	if k, ok := known[s]; ok {
		return k
	}
	known[s] = s
	return s
}

// finish makes concepts findable. Concepts come in the order in which their terms
// were numbered, but for those that were named as broader before.
func (c *concepts) finish() {
	c.starts = append(c.starts, uint32(len(c.langs)))
	slices.SortFunc(c.order, func(a, b uint32) int { return int(c.terms[a]) - int(c.terms[b]) })
	c.ids = nil
}

// place gives the place of the concept of a term.
func (c *concepts) place(term uint32) (int, bool) {
	i, ok := slices.BinarySearchFunc(c.order, term, func(place, t uint32) int { return int(c.terms[place]) - int(t) })
	if !ok {
		return 0, false
	}
	return int(c.order[i]), true
}

func (c *concepts) size() int64 {
	return int64(len(c.terms)*8 + len(c.starts)*4 + len(c.langs) + len(c.ends)*4 + len(c.arena) + 16*len(c.fields))
}

// Concept gives the concept that a term names; false for the term of a word.
func (x *Lexicon) Concept(term string) (Concept, bool) {
	if term == "" || term[0] != conceptMark {
		return Concept{}, false
	}
	n, ok := x.terms.find(term)
	if !ok {
		return Concept{}, false
	}
	place, ok := x.concepts.place(n)
	if !ok {
		return Concept{}, false
	}
	return x.conceptAt(place), true
}

func (x *Lexicon) conceptAt(place int) Concept {
	c := x.concepts
	source, id, _ := strings.Cut(string(x.terms.bytes(c.terms[place]))[1:], ":")
	out := Concept{Source: source, ID: id, Field: c.fields[place], names: map[string]string{}}
	for i := c.starts[place]; i < c.starts[place+1]; i++ {
		lo := uint32(0)
		if i > 0 {
			lo = c.ends[i-1]
		}
		out.names[tags[c.langs[i]]] = string(c.arena[lo:c.ends[i]])
	}
	return out
}

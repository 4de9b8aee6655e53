package lexicon

import (
	"slices"
	"strings"
	"sync"
)

// shelved is the core vocabulary as readers look things up in it.
type shelved struct {
	entries  []*Entry // in the order of the files, each id once
	byID     map[string]int
	narrower map[string][]*Entry
}

var browsed = sync.OnceValue(func() *shelved {
	s := &shelved{byID: map[string]int{}, narrower: map[string][]*Entry{}}
	all := Core()
	for i := range all {
		e := &all[i]
		if _, twice := s.byID[e.ID]; twice {
			continue
		}
		s.byID[e.ID] = len(s.entries)
		s.entries = append(s.entries, e)
		for _, broader := range e.Broader {
			s.narrower[broader] = append(s.narrower[broader], e)
		}
	}
	return s
})

// ByID gives a concept of the core vocabulary.
func ByID(id string) (*Entry, bool) {
	i, ok := browsed().byID[id]
	if !ok {
		return nil, false
	}
	return browsed().entries[i], true
}

// Place is where a concept stands in the order of the files of the core
// vocabulary, from 1; 0 when it is not there.
func Place(id string) int {
	if i, ok := browsed().byID[id]; ok {
		return i + 1
	}
	return 0
}

// NoField stands for the concepts that belong to no field of science.
const NoField = "0"

// ByField gives the concepts of a field of science (FORD) in the order of the
// files: "4.1" that field alone, "4" everything within it, [NoField] what belongs
// to none, "" everything.
func ByField(code string) []*Entry {
	var in []*Entry
	for _, e := range browsed().entries {
		if InField(e, code) {
			in = append(in, e)
		}
	}
	return in
}

// InField reports whether a concept belongs to a field, as [ByField] takes it.
func InField(e *Entry, code string) bool {
	switch code {
	case "":
		return true
	case NoField:
		return e.Field == ""
	}
	return e.Field == code || strings.HasPrefix(e.Field, code+".")
}

// FieldSizes counts the concepts of each field of science, of the fields that it
// is part of, and those of none under [NoField].
var FieldSizes = sync.OnceValue(func() map[string]int {
	n := map[string]int{}
	for _, e := range browsed().entries {
		if e.Field == "" {
			n[NoField]++
			continue
		}
		n[e.Field]++
		if major, _, within := strings.Cut(e.Field, "."); within {
			n[major]++
		}
	}
	return n
})

// Narrower gives the concepts that name id as broader.
func Narrower(id string) []*Entry { return slices.Clone(browsed().narrower[id]) }

// Preferred gives the name of the concept in a language, and the language it is
// in: English, or whatever there is, when it has none.
func (e *Entry) Preferred(tag string) Label {
	var english, first Label
	for _, l := range e.Labels {
		switch {
		case l.Lang == tag:
			return l
		case l.Lang == "en" && english.Text == "":
			english = l
		case first.Text == "":
			first = l
		}
	}
	if english.Text != "" {
		return english
	}
	return first
}

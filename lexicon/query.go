package lexicon

import "slices"

// maxGroups bounds the words of a query that are looked at.
const maxGroups = 32

// QueryGroups turns a query into groups of alternative terms: one group for each
// word and for each pair of Chinese characters, at most 32. The alternatives of
// a word are the terms that Analyse gives for it in the languages it may be
// written in, so it meets documents whatever their language. Stop words are left
// out unless there is nothing else. The tag of the query is a hint that is not
// needed so far: people write in any language on a page in any other.
func QueryGroups(q, _ string) [][]string {
	var groups, stops [][]string
	eachWord(q, func(start, end int) bool {
		g, stop := alternatives(q[start:end])
		switch {
		case len(g) == 0:
		case stop:
			stops = appendNew(stops, g)
		default:
			groups = appendNew(groups, g)
		}
		return len(groups) < maxGroups && len(stops) < maxGroups
	})
	if len(groups) == 0 {
		return stops
	}
	return groups
}

// alternatives gives the terms under which documents may hold a word, and
// whether it is a stop word: in any language, as the document's is not known.
func alternatives(word string) (terms []string, stop bool) {
	plain := Normalise(cut(word, maxWord))
	if plain == "" {
		return nil, false
	}
	terms = append(terms, cut(plain, maxTerm))
	likely := unknown
	switch scriptOf(plain) {
	case latin:
		likely = en
	case cyrillic:
		likely = ru
	}
	if s := cut(stem(plain, likely), maxTerm); s != terms[0] {
		terms = append(terms, s)
	}
	return terms, anyStopWord[plain]
}

func appendNew(groups [][]string, g []string) [][]string {
	for _, have := range groups {
		if slices.Equal(have, g) {
			return groups
		}
	}
	return append(groups, g)
}

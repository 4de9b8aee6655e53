package lexicon

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Bounds of a query.
const (
	maxGroups       = 32 // words that are looked at
	maxAlternatives = 48 // terms of a word
	leastSure       = 0.3
	surelyWritten   = 0.8 // confidence from which the words tell their language rather than the page
)

// Group is a word of a query, and the terms under which documents may hold it.
type Group struct {
	Start, End int // bytes of the query
	// Terms are the alternatives, the surest first.
	Terms []Feature
}

// Query turns a query into groups: one for each word and each label in Chinese
// characters, at most 32. The alternatives of a word are the terms that
// [Analyse] gives for it in the languages it may be written in, and what it
// stands for in those, so it meets documents of every language. What a phrase of
// several words stands for counts for each of them, and so does a quantity. Stop words of any language are
// left out unless there is nothing else. The language of the page is a hint
// only: people write in any language on a page in any other.
func (x *Lexicon) Query(q, hint string) []Group {
	words, stops := x.split(q)
	if len(words) == 0 {
		words = stops
	}
	words = words[:min(len(words), maxGroups)]
	likely := languageOf(hint)
	if tag, confidence := Identify(q); tag != "" && confidence >= surelyWritten {
		likely = languageOf(tag)
	}
	for lang := en; lang < firstList; lang++ {
		trust := float32(1)
		if lang != likely {
			trust = 0.7
		}
		x.eachMark(q, lang, func(start, end int, terms []Feature, known bool) {
			if !known && lang != likely && !onlyLanguageOfScript(lang) {
				return
			}
			for i := range words {
				w := &words[i]
				if w.Start < start || w.End > end || !mayBe(lang, q[w.Start:w.End]) {
					continue
				}
				for _, t := range terms {
					if sure := sureOf(t.Weight, terms); sure >= leastSure && (isConcept(t.Term) || sure >= leastWord(terms)) {
						w.add(t.Term, trust*sure)
					}
				}
			}
		})
	}
	eachMeasureTerm(q, likely, func(start, end int, features []Feature) {
		for i := range words {
			if w := &words[i]; w.Start >= start && w.End <= end {
				for _, f := range features {
					w.add(f.Term, 1)
				}
			}
		}
	})
	var groups []Group
	for _, w := range words {
		slices.SortStableFunc(w.Terms, func(a, b Feature) int { return cmp.Compare(b.Weight, a.Weight) })
		w.Terms = w.Terms[:min(len(w.Terms), maxAlternatives)]
		if !slices.ContainsFunc(groups, func(g Group) bool { return slices.Equal(g.Terms, w.Terms) }) {
			groups = append(groups, w)
		}
	}
	return groups
}

func isConcept(term string) bool { return term != "" && term[0] == conceptMark }

// leastWord is how sure a translation has to be: where a concept is known, documents
// that say it are found by it, and words that only come near to it would find what
// was not asked for, such as water for irrigation.
func leastWord(terms []Feature) float32 {
	for _, t := range terms {
		if isConcept(t.Term) && sureOf(t.Weight, terms) >= 0.5 {
			return 0.9
		}
	}
	return leastSure
}

// sureOf undoes the sharing among the terms of a word: in a query they are
// alternatives, of which the best in a document counts.
func sureOf(weight float32, terms []Feature) float32 {
	best := float32(0)
	for _, t := range terms {
		best = max(best, t.Weight)
	}
	if best == 0 {
		return 0
	}
	return weight / best
}

// add adds an alternative; the surer of two counts.
func (g *Group) add(term string, weight float32) {
	for i := range g.Terms {
		if g.Terms[i].Term == term {
			g.Terms[i].Weight = max(g.Terms[i].Weight, weight)
			return
		}
	}
	g.Terms = append(g.Terms, Feature{term, weight})
}

// split cuts a query into words with the terms that texts in their own language
// hold them under.
func (x *Lexicon) split(q string) (words, stops []Group) {
	eachUnit(q, func(start, end int, han bool) {
		if han || len(words)+len(stops) > 2*maxGroups {
			return
		}
		terms, stop := alternatives(q[start:end])
		g := Group{Start: start, End: end}
		for _, t := range terms {
			g.add(t, 1)
		}
		switch {
		case len(terms) == 0:
		case stop:
			stops = append(stops, g)
		default:
			words = append(words, g)
		}
	})
	hanWords, hanStops := x.splitHan(q)
	words, stops = append(words, hanWords...), append(stops, hanStops...)
	byPlace := func(a, b Group) int { return a.Start - b.Start }
	slices.SortStableFunc(words, byPlace)
	slices.SortStableFunc(stops, byPlace)
	return words, stops
}

// splitHan gives the labels in Chinese characters with the pairs they are indexed
// by, and the pairs of what lies between them.
func (x *Lexicon) splitHan(q string) (words, stops []Group) {
	pairs := map[int]Token{} // by start
	for _, t := range Analyse(q, "") {
		if isHan(firstRune(q[t.Start:])) {
			pairs[t.Start] = t
		}
	}
	if len(pairs) == 0 {
		return nil, nil
	}
	within := func(g Group) Group {
		for at := g.Start; at < g.End; at += max(1, len(firstRune(q[at:]))) {
			if t, ok := pairs[at]; ok && t.End <= g.End {
				g.add(t.Term, 1)
			}
		}
		return g
	}
	done := 0
	gap := func(to int) {
		for at := done; at < to; at += max(1, len(firstRune(q[at:]))) {
			t, ok := pairs[at]
			if !ok || t.End > to {
				continue
			}
			g := Group{Start: t.Start, End: t.End}
			g.add(t.Term, 1)
			if stopWords[zh][t.Term] {
				stops = append(stops, g)
			} else {
				words = append(words, g)
			}
		}
	}
	x.eachMark(q, zh, func(start, end int, _ []Feature, _ bool) {
		if first := firstRune(q[start:]); !isHan(first) || len(first) == end-start {
			return // a character alone means too much
		}
		gap(start)
		words = append(words, within(Group{Start: start, End: end}))
		done = end
	})
	gap(len(q))
	return words, stops
}

// Tokens gives every term of a text with its place: what [Analyse] gives and what
// the words stand for. A reader is shown by it where what was asked for stands.
func (x *Lexicon) Tokens(text, tag string) []Token {
	tokens := Analyse(text, tag)
	x.eachMark(text, languageOf(tag), func(start, end int, terms []Feature, _ bool) {
		for _, t := range terms {
			tokens = append(tokens, Token{t.Term, start, end})
		}
	})
	eachMeasureTerm(text, languageOf(tag), func(start, end int, features []Feature) {
		for _, f := range features {
			tokens = append(tokens, Token{f.Term, start, end})
		}
	})
	slices.SortStableFunc(tokens, func(a, b Token) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	return tokens
}

// alternatives gives the terms under which documents may hold a word, and
// whether it is a stop word: in any language, as the document's is not known.
func alternatives(word string) (terms []string, stop bool) {
	plain := Normalise(cut(word, maxWord))
	if plain == "" {
		return nil, false
	}
	terms = append(terms, cut(plain, maxTerm))
	for lang := en; lang < firstList; lang++ {
		if s := cut(stem(plain, lang), maxTerm); !slices.Contains(terms, s) {
			terms = append(terms, s)
		}
	}
	return terms, anyStopWord[plain]
}

// mayBe says whether a word is written in a script of the language.
func mayBe(lang language, word string) bool {
	s := scriptOf(Normalise(cut(word, maxWord)))
	switch lang {
	case en:
		return s == latin
	case ru:
		return s == cyrillic
	case zh:
		return isHan(word) || utf8.RuneCountInString(word) > 1 && isHan(firstRune(word))
	case uz:
		return s == latin || s == cyrillic
	}
	return s == suffixes[lang].script
}

// onlyLanguageOfScript says that a word in its script can be of no other language
// that the lexicon knows.
func onlyLanguageOfScript(lang language) bool { return lang == hi || lang == zh }

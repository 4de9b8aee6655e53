// Package terms turns texts into what the engine holds of them, and into what it
// is asked to find the like of them.
//
// A text is held under the stems of its words and under what the words stand for in the
// lexicon, so that texts of different languages share terms. A whole text is asked
// for by its most telling terms: how often it says them, damped, times how rare
// they are.
package terms

import (
	"cmp"
	"math"
	"slices"

	"karvan/lexicon"
	"karvan/matching/engine"
)

// Weights says how much a word counts by where it stands.
var Weights = map[string]float64{"title": 4, "summary": 2, "text": 1, "code": 6}

// MaxTerms bounds the terms by which the like of a text is asked for.
const MaxTerms = 320

// Text is a text of a record.
type Text struct {
	Field string // a key of Weights
	Lang  string // BCP 47 tag
	Text  string
}

// Of gives what the engine holds of texts.
func Of(words *lexicon.Lexicon, texts []Text) []engine.FieldTerms {
	all := make([]engine.FieldTerms, len(texts))
	for i, t := range texts {
		all[i].Field = t.Field
		all[i].Terms, all[i].Weights = words.Terms(nil, nil, t.Text, t.Lang)
	}
	return all
}

// Like asks for what is like the texts: the query has one group a term, the most
// telling first. Limit and filters are left to the caller.
func Like(index *engine.Index, words *lexicon.Lexicon, texts []Text) engine.Query {
	said := map[string]float64{}
	var order []string
	for _, t := range texts {
		field := math.Sqrt(weight(t.Field)) // the documents' side counts it too
		terms, weights := words.Terms(nil, nil, t.Text, t.Lang)
		for i, term := range terms {
			if _, ok := said[term]; !ok {
				order = append(order, term)
			}
			said[term] += field * float64(weights[i])
		}
	}
	type telling struct {
		term       string
		said, tell float64
	}
	var all []telling
	for _, term := range order {
		rarity := index.Rarity(term)
		if rarity == 0 {
			continue
		}
		damped := math.Sqrt(said[term])
		all = append(all, telling{term, damped, damped * rarity})
	}
	slices.SortStableFunc(all, func(a, b telling) int { return cmp.Compare(b.tell, a.tell) })
	all = all[:min(len(all), MaxTerms)]
	q := engine.Query{AnyGroup: true, Sort: []engine.Sort{{By: engine.ScoreKey, Desc: true}}}
	for _, t := range all {
		q.Groups, q.Weights = append(q.Groups, []string{t.term}), append(q.Weights, t.said)
	}
	return q
}

func weight(field string) float64 {
	if w, ok := Weights[field]; ok {
		return w
	}
	return 1
}

// Asked turns words that a person typed into groups: every word must be found, in
// one of the ways in which a document may hold it.
func Asked(words *lexicon.Lexicon, typed, hint string) (groups [][]string, sure [][]float64) {
	for _, g := range words.Query(typed, hint) {
		terms, weights := make([]string, len(g.Terms)), make([]float64, len(g.Terms))
		for i, t := range g.Terms {
			terms[i], weights[i] = t.Term, float64(t.Weight)
		}
		groups, sure = append(groups, terms), append(sure, weights)
	}
	return groups, sure
}

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
// telling first. Limit and filters are left to the caller, who may [Refine] it then.
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

// How a query learns from what it finds first: the relevance model of Lavrenko and
// Croft (2001), with the first documents taken for relevant. What the best
// documents say besides, in whatever language, is asked for as well, so that a need
// and an offer meet that have few words in common.
const (
	feedbackDocs  = 6
	feedbackTerms = 60
	feedbackPart  = 0.6 // of the weight of a term of the text itself
	standsOut     = 1.2 // times the score of the second, from which the first is all that was looked for
)

// Refine adds to a query what the documents say that it finds first, but for those
// of some keys. When one stands out among them there is nothing to learn. Filters and kinds have to be set before.
func Refine(index *engine.Index, q engine.Query, except ...string) engine.Query {
	first := q
	first.Limit, first.Facets, first.After = feedbackDocs+len(except), nil, nil
	hits := index.Search(first).Hits
	hits = slices.DeleteFunc(hits, func(h engine.Hit) bool { return slices.Contains(except, h.Key) })
	hits = hits[:min(len(hits), feedbackDocs)]
	if len(hits) < 2 {
		return q
	}
	if hits[0].Score > standsOut*hits[1].Score {
		return q
	}
	sum := 0.0
	for _, h := range hits {
		sum += h.Score
	}
	share := map[string]float64{} // of the documents that say a term, by their scores
	for _, h := range hits {
		for _, t := range index.Terms(h.Key) {
			share[t] += h.Score / sum
		}
	}
	said := make([]string, 0, len(share))
	tells := make(map[string]float64, len(share))
	for t, s := range share {
		said = append(said, t)
		tells[t] = s * s * index.Rarity(t)
	}
	slices.SortFunc(said, func(a, b string) int { return cmp.Or(cmp.Compare(tells[b], tells[a]), cmp.Compare(a, b)) })
	return add(q, said[:min(len(said), feedbackTerms)], share)
}

// add gives a query that also asks for terms, each as much as it is shared.
func add(q engine.Query, said []string, share map[string]float64) engine.Query {
	const telling = 40 // groups whose weight is taken for that of a term of the text
	usual := 0.0
	front := q.Weights[:min(len(q.Weights), telling)]
	for _, w := range front {
		usual += w / float64(len(front))
	}
	q.Groups, q.Weights = slices.Clone(q.Groups), slices.Clone(q.Weights)
	place := make(map[string]int, len(q.Groups))
	for i, g := range q.Groups {
		place[g[0]] = i
	}
	for _, t := range said {
		w := feedbackPart * usual * share[t]
		if i, ok := place[t]; ok {
			q.Weights[i] += w
		} else {
			q.Groups, q.Weights = append(q.Groups, []string{t}), append(q.Weights, w)
		}
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

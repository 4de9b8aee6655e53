package engine_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"karvan/matching/engine"
)

// naive answers the same queries by looking at every document. It restates the
// definition of a score in the package comment, and nothing else of the engine.
type naive struct {
	opts  engine.Options
	docs  map[string]engine.Doc
	scale float64 // of the integer scores of the last query
}

type row struct {
	doc   engine.Doc
	score uint64
}

func (n *naive) apply(put []engine.Doc, remove []string) {
	for _, k := range remove {
		delete(n.docs, k)
	}
	for _, d := range put {
		n.docs[d.Key] = d
	}
}

// impacts gives the impact of every term of a document.
func (n *naive) impacts(d engine.Doc) map[string]float64 {
	tf, length := map[string]float64{}, 0.0
	for _, f := range d.Text {
		w, ok := n.opts.Weights[f.Field]
		if !ok {
			w = 1
		}
		for i, t := range f.Terms {
			one := w
			if i < len(f.Weights) {
				one = w * min(max(float64(f.Weights[i]), 1e-6), 1e6)
			}
			length += one
			tf[t] += one
		}
	}
	for t, x := range tf {
		k := 1.2 * (1 - 0.75 + 0.75*length/100)
		tf[t] = max(1, math.Round(255*x/(x+k)))
	}
	return tf
}

// score gives the score of every document that matches the words.
func (n *naive) score(q engine.Query) map[string]uint64 {
	type group struct {
		sure   map[string]float64 // alternatives
		weight float64
	}
	impacts := map[string]map[string]float64{}
	df := map[string]float64{}
	for k, d := range n.docs {
		impacts[k] = n.impacts(d)
		for t := range impacts[k] {
			df[t]++
		}
	}
	var groups []group
	sum := 0.0
	for i, terms := range q.Groups {
		if len(terms) == 0 {
			continue
		}
		g := group{sure: map[string]float64{}}
		for j, t := range terms {
			sure := 1.0
			if i < len(q.AltWeights) && j < len(q.AltWeights[i]) && q.AltWeights[i][j] < 1 {
				sure = max(q.AltWeights[i][j], 0)
			}
			g.sure[t] = max(g.sure[t], sure)
		}
		expected := 0.0
		for j, t := range terms {
			if !slices.Contains(terms[:j], t) {
				expected += g.sure[t] * df[t]
			}
		}
		expected = min(expected, float64(len(n.docs)))
		g.weight = math.Log1p((float64(len(n.docs)) - expected + 0.5) / (expected + 0.5))
		if i < len(q.Weights) && q.Weights[i] > 0 {
			g.weight *= q.Weights[i]
		}
		groups = append(groups, g)
		sum += g.weight
	}
	n.scale = float64(float32(2.2 * 256 / 255 / (65000 / sum)))
	scores := map[string]uint64{}
	for k, imp := range impacts {
		total, matched := uint64(0), 0
		for _, g := range groups {
			best := uint64(0)
			for t, sure := range g.sure {
				if imp[t] > 0 {
					weight := uint64(max(1, math.Round(g.weight*(65000/sum)*sure)))
					best = max(best, (uint64(imp[t])*weight+255)/256)
				}
			}
			if best > 0 {
				matched++
				total += best
			}
		}
		if matched == len(groups) || q.AnyGroup && matched > 0 {
			scores[k] = total
		}
	}
	return scores
}

func passes(d engine.Doc, f engine.Filter) bool {
	has := slices.ContainsFunc(d.Values[f.Attr], func(v string) bool { return slices.Contains(f.Any, v) })
	return has != f.Not
}

// selects says whether a document passes all but the filters left out for facet.
func selects(d engine.Doc, q engine.Query, facet string) bool {
	if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, d.Kind) {
		return false
	}
	for _, r := range q.Ranges {
		v, ok := d.Numbers[r.Attr]
		if !ok || v < r.From || v >= r.To && r.To != math.MaxInt64 {
			return false
		}
	}
	for _, f := range q.Filters {
		if !(f.Attr == facet && !f.Not && !f.Fixed) && !passes(d, f) {
			return false
		}
	}
	return true
}

func missingLast[T any](a, b T, hasA, hasB, desc bool, compare func(a, b T) int) int {
	switch {
	case !hasA && !hasB:
		return 0
	case !hasA:
		return 1
	case !hasB:
		return -1
	case desc:
		return compare(b, a)
	}
	return compare(a, b)
}

func (n *naive) compare(a, b row, q engine.Query) int {
	for _, s := range q.Sort {
		c := 0
		if s.By == engine.ScoreKey {
			c = missingLast(a.score, b.score, true, true, s.Desc, cmp.Compare[uint64])
		} else if x, ok := a.doc.Numbers[s.By]; ok || strings.HasPrefix(s.By, "n") {
			y, has := b.doc.Numbers[s.By]
			c = missingLast(x, y, ok, has, s.Desc, cmp.Compare[int64])
		} else {
			x, okX := a.doc.Order[s.By]
			y, okY := b.doc.Order[s.By]
			c = missingLast(x, y, okX, okY, s.Desc, strings.Compare)
		}
		if c != 0 {
			return c
		}
	}
	return strings.Compare(a.doc.Key, b.doc.Key)
}

// search gives all matches in order, and the facets.
func (n *naive) search(q engine.Query) ([]row, map[string][]engine.Count) {
	scores := n.score(q)
	var rows []row
	facets := map[string]map[string]int{}
	for _, f := range q.Facets {
		facets[f] = map[string]int{}
	}
	for k, score := range scores {
		d := n.docs[k]
		if selects(d, q, "") {
			rows = append(rows, row{d, score})
		}
		for f, counts := range facets {
			if selects(d, q, f) {
				for _, v := range slices.Compact(slices.Sorted(slices.Values(d.Values[f]))) {
					counts[v]++
				}
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return n.compare(a, b, q) })
	out := map[string][]engine.Count{}
	for f, counts := range facets {
		var list []engine.Count
		for v, c := range counts {
			list = append(list, engine.Count{Value: v, Count: c})
		}
		slices.SortFunc(list, func(a, b engine.Count) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
		})
		if q.FacetLimit > 0 && len(list) > q.FacetLimit {
			list = list[:q.FacetLimit]
		}
		out[f] = list
	}
	return rows, out
}

// random documents and queries over small vocabularies, so that ties, shared
// values and missing values abound.

func randomTerm(r *rand.Rand) string {
	return fmt.Sprintf("t%d", int(40*r.Float64()*r.Float64()*r.Float64()))
}

func randomDoc(r *rand.Rand, keys int) engine.Doc {
	d := engine.Doc{
		Key: fmt.Sprintf("k%05d", r.IntN(keys)), Kind: fmt.Sprintf("kind%d", r.IntN(3)), Rev: r.IntN(100),
		Values: map[string][]string{}, Numbers: map[string]int64{}, Order: map[string]string{},
	}
	for _, f := range []string{"title", "body"} {
		terms := make([]string, r.IntN(12))
		for i := range terms {
			terms[i] = randomTerm(r)
		}
		text := engine.FieldTerms{Field: f, Terms: terms}
		for range r.IntN(3) * r.IntN(8) { // often nil or fewer than the terms
			text.Weights = append(text.Weights, []float32{0, 0.125, 0.3, 1, 2.5}[r.IntN(5)])
		}
		d.Text = append(d.Text, text)
	}
	if r.IntN(5) > 0 {
		d.Values["one"] = []string{fmt.Sprintf("v%d", r.IntN(4))}
	}
	for range r.IntN(4) {
		d.Values["many"] = append(d.Values["many"], fmt.Sprintf("v%d", r.IntN(60)))
	}
	d.Numbers["n0"] = r.Int64N(50)
	if r.IntN(3) > 0 {
		d.Numbers["n1"] = []int64{math.MinInt64, -1, 0, 1, math.MaxInt64}[r.IntN(5)]
	}
	if r.IntN(4) > 0 {
		d.Order["o0"] = strings.Repeat("same", r.IntN(3)) + fmt.Sprint(r.IntN(20))
	}
	return d
}

func randomQuery(r *rand.Rand) engine.Query {
	q := engine.Query{AnyGroup: r.IntN(3) == 0, Limit: 1 + r.IntN(30), FacetLimit: r.IntN(3) * 3}
	if r.IntN(2) == 0 {
		q.Kinds = []string{"kind0", "kind2", "none"}[:1+r.IntN(3)]
	}
	for range r.IntN(4) {
		g := []string{}
		for range r.IntN(4) {
			g = append(g, randomTerm(r))
		}
		q.Groups = append(q.Groups, g)
		if r.IntN(2) == 0 {
			q.Weights = append(q.Weights, float64(r.IntN(4)))
		}
		if r.IntN(2) == 0 {
			sure := make([]float64, r.IntN(5))
			for i := range sure {
				sure[i] = []float64{-1, 0, 0.1, 0.6, 1, 3}[r.IntN(6)]
			}
			q.AltWeights = append(q.AltWeights, sure)
		}
	}
	for range r.IntN(4) {
		f := engine.Filter{Attr: []string{"one", "many", "absent"}[min(r.IntN(7)/3, 2)], Not: r.IntN(4) == 0, Fixed: r.IntN(4) == 0}
		for range 1 + r.IntN(3) {
			f.Any = append(f.Any, fmt.Sprintf("v%d", r.IntN(6)))
		}
		q.Filters = append(q.Filters, f)
	}
	if r.IntN(3) == 0 {
		from := []int64{math.MinInt64, r.Int64N(50)}[r.IntN(2)]
		to := []int64{math.MaxInt64, r.Int64N(50)}[r.IntN(2)]
		q.Ranges = append(q.Ranges, engine.Range{Attr: []string{"n0", "n1"}[r.IntN(2)], From: from, To: to})
	}
	q.Facets = []string{"one", "many", "absent"}[:r.IntN(4)]
	for range r.IntN(3) {
		q.Sort = append(q.Sort, engine.Sort{By: []string{engine.ScoreKey, "n0", "n1", "o0", "nothing"}[r.IntN(5)], Desc: r.IntN(2) == 0})
	}
	return q
}

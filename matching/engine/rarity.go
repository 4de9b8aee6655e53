package engine

// Rarity is how much a term tells: the logarithm of how few of the documents hold
// it. It is 0 when none does, as then it can find nothing.
func (x *Index) Rarity(term string) float64 {
	st := x.state.Load()
	id, ok := st.terms.find(term)
	if !ok {
		return 0
	}
	df := st.df.get(id)
	if df <= 0 {
		return 0
	}
	return idf(float64(df), st.docs)
}

// ScoreOf gives the score that a document of these texts would get for the first
// alternatives of a query's groups, whether or not it is in the index: for a query that
// a text made, what its own text would get is the most that can be expected.
func (x *Index) ScoreOf(text []FieldTerms, q Query) float64 {
	score := &x.score
	tf := map[string]float64{}
	length := 0.0
	for fi := range text {
		f := &text[fi]
		weight := score.weight(f.Field)
		for i, t := range f.Terms {
			w := weight * f.termWeight(i)
			tf[t] += w
			length += w
		}
	}
	sum := 0.0
	for i, g := range q.Groups {
		if len(g) == 0 || tf[g[0]] == 0 {
			continue
		}
		w := 1.0
		if i < len(q.Weights) && q.Weights[i] > 0 {
			w = min(max(q.Weights[i], leastWeight), mostWeight)
		}
		sum += w * x.Rarity(g[0]) * (x.k1 + 1) * float64(score.impact(tf[g[0]], length)) / 255
	}
	return sum
}

package engine

import "math"

// Weights are kept within these bounds, so that no sum of them overflows or
// vanishes, whatever a caller asks.
const (
	leastWeight = 1e-6
	mostWeight  = 1e6
)

// scoreRange is what the integer weights of a query's groups add up to. With the
// rounding up of maxGroups groups a sum of scores still fits 16 bits.
const scoreRange = 65000

// group is a word asked for: its alternative terms, weighing together.
type group struct {
	place int // in Query.Groups
	alts  []alternative
	idf   float64 // times the weight that the query gives it
}

// alternative is a term that stands for a group.
type alternative struct {
	term   uint32
	sure   float64
	weight uint32 // integer weight
}

// planGroups numbers the terms and scales the weights so that no sum of scores
// passes 16 bits: a group adds at most its weight to a document.
func (s *searcher) planGroups(k1 float64) {
	s.groups = s.groups[:0]
	sum := 0.0
	for i, alternatives := range s.q.Groups {
		if len(alternatives) == 0 || len(s.groups) == maxGroups {
			continue
		}
		if len(s.groups) < cap(s.groups) {
			s.groups = s.groups[:len(s.groups)+1] // with the space of an earlier query
		} else {
			s.groups = append(s.groups, group{})
		}
		g := &s.groups[len(s.groups)-1]
		s.planGroup(g, i, alternatives)
		sum += g.idf
	}
	up := scoreRange / sum
	for i := range s.groups {
		g := &s.groups[i]
		for j := range g.alts {
			a := &g.alts[j]
			a.weight = uint32(max(1, math.Round(g.idf*up*a.sure)))
		}
	}
	s.scale = 0
	if len(s.groups) > 0 {
		// 24 bits of precision, so that a score is exactly the sum of its parts.
		s.scale = float64(float32((k1 + 1) * 256 / 255 / up))
	}
}

func (s *searcher) planGroup(g *group, place int, alternatives []string) {
	g.place, g.alts = place, g.alts[:0]
	var sure []float64
	if place < len(s.q.AltWeights) {
		sure = s.q.AltWeights[place]
	}
	for i, term := range alternatives[:min(len(alternatives), maxAlternatives)] {
		if id, ok := s.st.terms.find(term); ok {
			a := alternative{term: id, sure: 1}
			if i < len(sure) && sure[i] < 1 {
				a.sure = max(sure[i], 0)
			}
			g.add(a)
		}
	}
	df := 0.0
	for _, a := range g.alts {
		df += a.sure * float64(s.st.df.get(a.term))
	}
	g.idf = idf(df, s.st.docs)
	if w := s.q.Weights; place < len(w) && w[place] > 0 {
		g.idf *= min(max(w[place], leastWeight), mostWeight)
	}
}

// add takes an alternative in; of a term that is there the surer one stays.
func (g *group) add(a alternative) {
	for i := range g.alts {
		if have := &g.alts[i]; have.term == a.term {
			have.sure = max(have.sure, a.sure)
			return
		}
	}
	g.alts = append(g.alts, a)
}

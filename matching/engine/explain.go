package engine

import "slices"

// Explain gives the share of every group of q that a document holds in its
// score, in the order of the groups, and the score: the one that Search gives
// with the hit, and exactly the sum of the shares. It looks at the groups of q
// and their weights only. ok is false when there is no such document or it does
// not hold what the groups ask.
func (x *Index) Explain(key string, q Query) (parts []Part, score float64, ok bool) {
	s := x.pool.Get().(*searcher)
	defer x.pool.Put(s)
	defer s.release()
	s.st, s.q = x.state.Load(), &q
	_, v, doc := s.st.lookup(key)
	if v == nil {
		return nil, 0, false
	}
	s.planGroups(x.k1)
	total := 0
	for i := range s.groups {
		g := &s.groups[i]
		best, term := uint16(0), uint32(0)
		for _, a := range g.alts {
			offs, imps := v.postings(a.term)
			if at, found := slices.BinarySearch(offs, uint16(doc)); found {
				if c := contribution(imps[at], a.weight); c > best {
					best, term = c, a.term
				}
			}
		}
		switch {
		case best > 0:
			parts = append(parts, Part{Group: g.place, Term: s.st.terms.name(term), Score: float64(best) * s.scale})
			total += int(best)
		case !q.AnyGroup:
			return nil, 0, false
		}
	}
	if len(parts) == 0 && len(s.groups) > 0 {
		return nil, 0, false
	}
	return parts, float64(total) * s.scale, true
}

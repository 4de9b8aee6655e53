package engine

import (
	"slices"
	"strings"
)

// countFacets adds up the facets over the matches of a segment. The bitmaps of
// the first own spare places are those of the filters that facets leave out.
func (s *searcher) countFacets(v *view, count, own int) {
	for i := range s.facets {
		f := &s.facets[i]
		c := at(v.values, f.attr)
		if c == nil {
			continue
		}
		if !f.own {
			s.countFacet(f, v, c, s.match, count)
			continue
		}
		b := s.bitmap(own, len(s.base))
		copy(b, s.base)
		k := 0
		for j := range s.filters {
			if s.filters[j].own {
				if s.filters[j].attr != f.attr {
					and(b, s.spare[k])
				}
				k++
			}
		}
		s.countFacet(f, v, c, b, ones(b))
	}
}

// countFacet adds the values of the count documents of m to f, in the cheapest
// of several ways: the counts kept for the whole segment; value by value; document by
// document; or the whole less the documents that m lacks.
func (s *searcher) countFacet(f *facet, v *view, c *valueColumn, m []uint64, count int) {
	if count == 0 {
		return
	}
	whole := v.counts[f.attr]
	if count == v.liveN {
		for i, id := range c.ids {
			f.counts[id] += whole[i]
		}
		return
	}
	less := v.liveN - count
	s.cells = slices.Grow(s.cells[:0], len(c.ids)+1)[:len(c.ids)+1]
	clear(s.cells)
	switch {
	case c.work <= c.workByDoc(v.n)*min(count, less):
		c.countByValue(m, s.cells[1:])
	case count <= less:
		c.countByDoc(m, s.cells)
	default:
		rest := s.bitmap(len(s.filters)+1, len(m))
		for i := range rest {
			rest[i] = v.live[i] &^ m[i]
		}
		c.countByDoc(rest, s.cells)
		for i := range whole {
			s.cells[i+1] = whole[i] - s.cells[i+1]
		}
	}
	for i, id := range c.ids {
		f.counts[id] += s.cells[i+1]
	}
}

// facetCounts names the values counted, most frequent first, then by name.
func (s *searcher) facetCounts() map[string][]Count {
	if len(s.facets) == 0 {
		return nil
	}
	out := make(map[string][]Count, len(s.facets))
	for i := range s.facets {
		f := &s.facets[i]
		var list []Count
		if f.attr >= 0 {
			list = s.st.dicts[f.attr].top(f.counts, s.q.FacetLimit)
		}
		out[s.q.Facets[i]] = list
	}
	return out
}

// top names the values counted, at most limit of them unless that is 0.
func (v *dictView) top(counts []int32, limit int) []Count {
	least := int32(1)
	if limit > 0 && len(counts) > 4*limit {
		least = leastOf(counts, limit)
	}
	var list []Count
	for id, n := range counts {
		if n >= least {
			list = append(list, Count{v.name(uint32(id)), int(n)})
		}
	}
	slices.SortFunc(list, func(a, b Count) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	if limit > 0 && len(list) > limit {
		list = list[:limit:limit]
	}
	return list
}

// leastOf gives the limit-th greatest count, at least 1, so that only values
// that may be reported get named.
func leastOf(counts []int32, limit int) int32 {
	top := make([]int32, 0, limit)
	for _, n := range counts {
		if n < 1 || len(top) == limit && n <= top[limit-1] {
			continue
		}
		if len(top) < limit {
			top = append(top, n)
		}
		i := len(top) - 1
		for ; i > 0 && top[i-1] < n; i-- {
			top[i] = top[i-1]
		}
		top[i] = n
	}
	if len(top) < limit {
		return 1
	}
	return top[limit-1]
}

package engine

import (
	"math"
	"slices"
)

// searcher is the scratch space of one search; a plan of the query comes first,
// then every segment concerned is visited once.
type searcher struct {
	st *state
	q  *Query

	groups  []group
	filters []filter
	ranges  []span
	facets  []facet
	scale   float64 // of integer scores to scores

	base    []uint64   // documents that pass all but the filters facets leave out
	match   []uint64   // documents that match
	spare   [][]uint64 // bitmaps of the filters that facets leave out, then one more
	text    textScratch
	cells   []int32
	total   int
	ranking ranking
}

// filter is a Filter with its attribute and values numbered.
type filter struct {
	attr   int // -1 when no document has it
	values []uint32
	not    bool
	own    bool // left out when its own attribute is counted
}

// span is a Range with its attribute numbered.
type span struct {
	attr     int
	from, to int64
	open     bool // no upper bound
}

// facet counts the values of an attribute.
type facet struct {
	attr   int
	counts []int32 // by value number
	own    bool    // some filter is left out for it
}

// Search answers a query from one consistent state of the index.
func (x *Index) Search(q Query) Result {
	s := x.pool.Get().(*searcher)
	defer x.pool.Put(s)
	return s.search(x.state.Load(), &q, x.k1)
}

func (s *searcher) search(st *state, q *Query, k1 float64) Result {
	defer s.release()
	s.prepare(st, q, k1)
	for i := range s.st.parts {
		p := &s.st.parts[i]
		if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, p.kind) {
			continue
		}
		for _, v := range p.views {
			s.visit(p, v)
		}
	}
	r := Result{Total: s.total, Facets: s.facetCounts()}
	r.Hits, r.Next = s.ranking.hits(s.scale)
	return r
}

// release lets go of what would keep old states alive.
func (s *searcher) release() {
	s.st, s.q = nil, nil
	s.ranking.reset()
	s.text.release()
}

func (s *searcher) prepare(st *state, q *Query, k1 float64) {
	s.st, s.q, s.total = st, q, 0
	s.planGroups(k1)
	s.planFacets()
	s.planFilters()
	s.ranges = s.ranges[:0]
	for _, r := range q.Ranges {
		s.ranges = append(s.ranges, span{numbered(st.numbers, r.Attr), r.From, r.To, r.To == math.MaxInt64})
	}
	s.ranking.prepare(st.names, q)
}

func numbered(m map[string]int, name string) int {
	if i, ok := m[name]; ok {
		return i
	}
	return -1
}

func (s *searcher) planFacets() {
	s.facets = slices.Grow(s.facets[:0], len(s.q.Facets))
	for i, name := range s.q.Facets {
		s.facets = s.facets[:i+1]
		f := &s.facets[i]
		f.attr, f.own = numbered(s.st.names.values, name), false
		n := 0
		if f.attr >= 0 {
			n = s.st.dicts[f.attr].len()
		}
		f.counts = slices.Grow(f.counts[:0], n)[:n]
		clear(f.counts)
	}
}

func (s *searcher) planFilters() {
	s.filters = slices.Grow(s.filters[:0], len(s.q.Filters))
	for i, in := range s.q.Filters {
		s.filters = s.filters[:i+1]
		f := &s.filters[i]
		f.attr, f.not, f.own, f.values = numbered(s.st.names.values, in.Attr), in.Not, false, f.values[:0]
		if f.attr >= 0 {
			for _, v := range in.Any {
				if id, ok := s.st.dicts[f.attr].find(v); ok {
					f.values = append(f.values, id)
				}
			}
			if !in.Not && !in.Fixed {
				for j := range s.facets {
					if s.facets[j].attr == f.attr {
						f.own, s.facets[j].own = true, true
					}
				}
			}
		}
	}
}

// bitmap gives scratch number i, zeroed, with n words.
func (s *searcher) bitmap(i, n int) []uint64 {
	for i >= len(s.spare) {
		s.spare = append(s.spare, make([]uint64, words(segmentDocs)))
	}
	b := s.spare[i][:n]
	clear(b)
	return b
}

// visit searches one segment.
func (s *searcher) visit(p *part, v *view) {
	defer s.text.clear()
	own, ok := s.matches(v)
	if !ok {
		return
	}
	count := ones(s.match)
	s.total += count
	s.countFacets(v, count, own)
	if count > 0 {
		s.ranking.collect(p, v, s.match, count, &s.text.sums)
	}
}

// matches sets match to the documents of a segment that match, and their scores,
// which the caller clears. It gives how many filters facets leave out, whose
// bitmaps are the first of spare; ok is false when not even without them
// anything matches.
func (s *searcher) matches(v *view) (own int, ok bool) {
	n := len(v.live)
	s.base = append(s.base[:0], v.live...)
	if !s.restrict(v) || len(s.groups) > 0 && !s.matchText(v) {
		return 0, false
	}
	s.match = append(s.match[:0], s.base...)
	for i := range s.filters {
		if f := &s.filters[i]; f.own {
			b := s.bitmap(own, n)
			f.into(b, v)
			and(s.match, b)
			own++
		}
	}
	return own, true
}

// restrict takes from base what ranges and filters exclude, except the filters
// that facets leave out. It reports whether anything is left.
func (s *searcher) restrict(v *view) bool {
	for i := range s.filters {
		f := &s.filters[i]
		if f.own {
			continue
		}
		b := s.bitmap(0, len(s.base))
		f.into(b, v)
		if left := f.keep(s.base, b); !left {
			return false
		}
	}
	for _, r := range s.ranges {
		if !r.restrict(s.base, at(v.numbers, r.attr)) {
			return false
		}
	}
	return true
}

func (f *filter) keep(base, b []uint64) bool {
	if f.not {
		return andNot(base, b)
	}
	return and(base, b)
}

// into sets the bits of the documents that have one of the values.
func (f *filter) into(b []uint64, v *view) {
	c := at(v.values, f.attr)
	if c == nil {
		return
	}
	for _, id := range f.values {
		if i, ok := slices.BinarySearch(c.ids, id); ok {
			c.orInto(b, i)
		}
	}
}

// restrict keeps in base the documents within the range.
func (r *span) restrict(base []uint64, c *column) bool {
	if c == nil || c.max < r.from || !r.open && c.min >= r.to || !r.open && r.from >= r.to {
		return false
	}
	if c.has != nil && !and(base, c.has) {
		return false
	}
	if c.min >= r.from && (r.open || c.max < r.to) {
		return true
	}
	// One unsigned comparison tests both ends.
	width := uint64(r.to) - uint64(r.from)
	if r.open {
		width++
	}
	var any uint64
	for wi, w := range base {
		if w == 0 {
			continue
		}
		vals := c.vals[wi<<6 : min(wi<<6+64, len(c.vals))]
		var in uint64
		for i, x := range vals {
			var bit uint64
			if uint64(x)-uint64(r.from) < width {
				bit = 1
			}
			in |= bit << i
		}
		base[wi] = w & in
		any |= base[wi]
	}
	return any != 0
}

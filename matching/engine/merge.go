package engine

import (
	"slices"
	"strings"
)

// source is the place of a document of a merged segment.
type source struct {
	from int
	doc  int
}

// merger makes one segment of the live documents of several.
type merger struct {
	in    []*view
	order []source
	remap [][]uint16 // by input and old place, the new place or noDoc
}

// merge makes one segment of the live documents of several.
func (b *bench) merge(in []*view) *segment {
	m := &merger{in: in}
	m.arrange()
	s := &segment{n: len(m.order)}
	m.keys(s)
	m.text(s)
	m.values(s, &b.codes)
	s.numbers = m.columns(func(v *view) []*column { return v.numbers })
	s.orders = m.columns(func(v *view) []*column { return v.orders })
	s.finish()
	return s
}

// arrange sets the order by key and the new places.
func (m *merger) arrange() {
	next := make([]int, len(m.in))
	m.remap = make([][]uint16, len(m.in))
	skip := func(i int) {
		for next[i] < m.in[i].n && !hasBit(m.in[i].live, next[i]) {
			next[i]++
		}
	}
	for i, v := range m.in {
		m.remap[i] = make([]uint16, v.n)
		for d := range m.remap[i] {
			m.remap[i][d] = noDoc
		}
		skip(i)
	}
	for {
		best := -1
		for i, v := range m.in {
			if next[i] < v.n && (best < 0 || v.key(next[i]) < m.in[best].key(next[best])) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		m.remap[best][next[best]] = uint16(len(m.order))
		m.order = append(m.order, source{best, next[best]})
		next[best]++
		skip(best)
	}
}

// keys copies keys, revisions and forward lists.
func (m *merger) keys(s *segment) {
	s.keyEnds, s.revs, s.forwardEnds = make([]uint32, s.n), make([]int64, s.n), make([]uint32, s.n)
	var keys strings.Builder
	size := 0
	for _, v := range m.in {
		size += len(v.forward)
	}
	s.forward = make([]byte, 0, size)
	for i, o := range m.order {
		v := m.in[o.from]
		keys.WriteString(v.key(o.doc))
		s.keyEnds[i] = uint32(keys.Len())
		s.revs[i] = v.revs[o.doc]
		lo := uint32(0)
		if o.doc > 0 {
			lo = v.forwardEnds[o.doc-1]
		}
		s.forward = append(s.forward, v.forward[lo:v.forwardEnds[o.doc]]...)
		s.forwardEnds[i] = uint32(len(s.forward))
	}
	s.keys = keys.String()
}

// text merges the postings term by term. Places keep their order within an
// input, so every input gives an ascending run.
func (m *merger) text(s *segment) {
	total, distinct := 0, 0
	for _, v := range m.in {
		total += len(v.offs)
		distinct = max(distinct, len(v.terms))
	}
	s.offs, s.imps = make([]uint16, 0, total), make([]uint8, 0, total)
	s.terms, s.starts = make([]uint32, 0, distinct), make([]uint32, 0, distinct+1)
	next := make([]int, len(m.in))
	var a, b postingRuns
	for {
		term, any := m.nextTerm(next)
		if !any {
			break
		}
		a.reset()
		for i, v := range m.in {
			if next[i] < len(v.terms) && v.terms[next[i]] == term {
				a.addRun(v.segment, next[i], m.remap[i])
				next[i]++
			}
		}
		if len(a.list) == 0 {
			continue
		}
		s.terms = append(s.terms, term)
		s.starts = append(s.starts, uint32(len(s.offs)))
		for _, p := range a.merged(&b) {
			s.offs = append(s.offs, uint16(p>>8))
			s.imps = append(s.imps, uint8(p))
		}
	}
	s.starts = append(s.starts, uint32(len(s.offs)))
	if cap(s.offs)-len(s.offs) > len(s.offs)/8 {
		s.offs, s.imps = slices.Clone(s.offs), slices.Clone(s.imps)
	}
}

func (m *merger) nextTerm(next []int) (term uint32, any bool) {
	for i, v := range m.in {
		if next[i] < len(v.terms) && (!any || v.terms[next[i]] < term) {
			term, any = v.terms[next[i]], true
		}
	}
	return term, any
}

// postingRuns is a list of ascending runs of postings, offset<<8 | impact.
type postingRuns struct {
	list []uint32
	ends []int
}

func (r *postingRuns) reset() { r.list, r.ends = r.list[:0], r.ends[:0] }

func (r *postingRuns) addRun(s *segment, term int, remap []uint16) {
	lo, hi := s.starts[term], s.starts[term+1]
	offs, imps := s.offs[lo:hi], s.imps[lo:hi]
	for i, o := range offs {
		if n := remap[o]; n != noDoc {
			r.list = append(r.list, uint32(n)<<8|uint32(imps[i]))
		}
	}
	r.close()
}

// close ends a run; runs that follow on become one.
func (r *postingRuns) close() {
	last := 0
	if k := len(r.ends); k > 0 {
		last = r.ends[k-1]
	}
	switch {
	case len(r.list) == last:
	case last > 0 && r.list[last-1] < r.list[last]:
		r.ends[len(r.ends)-1] = len(r.list)
	default:
		r.ends = append(r.ends, len(r.list))
	}
}

// merged joins the runs pair by pair until one is left.
func (r *postingRuns) merged(spare *postingRuns) []uint32 {
	for len(r.ends) > 1 {
		spare.reset()
		lo := 0
		for i := 0; i < len(r.ends); i += 2 {
			mid, hi := r.ends[i], r.ends[min(i+1, len(r.ends)-1)]
			spare.list = mergeTwo(spare.list, r.list[lo:mid], r.list[mid:hi])
			spare.ends = append(spare.ends, len(spare.list))
			lo = hi
		}
		*r, *spare = *spare, *r
	}
	return r.list
}

func mergeTwo(out, a, b []uint32) []uint32 {
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func (m *merger) values(s *segment, codes *marks) {
	attrs := 0
	for _, v := range m.in {
		attrs = max(attrs, len(v.values))
	}
	s.values = make([]*valueColumn, attrs)
	ends := make([]uint32, s.n)
	var numbers []uint32
	for a := range s.values {
		numbers = numbers[:0]
		for i, o := range m.order {
			if c := at(m.in[o.from].values, a); c != nil {
				for _, code := range c.of(o.doc) {
					if code > 0 {
						numbers = append(numbers, c.ids[code-1])
					}
				}
			}
			ends[i] = uint32(len(numbers))
		}
		s.values[a] = newValueColumn(s.n, ends, numbers, codes)
	}
}

func (m *merger) columns(of func(*view) []*column) []*column {
	attrs := 0
	for _, v := range m.in {
		attrs = max(attrs, len(of(v)))
	}
	cols := make([]*column, attrs)
	for a := range cols {
		c := newColumn(len(m.order))
		var keys []string
		for i, o := range m.order {
			old := at(of(m.in[o.from]), a)
			if old == nil || !old.present(o.doc) {
				continue
			}
			c.set(i, old.vals[o.doc])
			if old.ordered {
				if keys == nil {
					keys = make([]string, len(m.order))
				}
				keys[i] = old.string(o.doc)
			}
		}
		if keys != nil {
			c.setStrings(keys)
		}
		cols[a] = c.finish()
	}
	return cols
}

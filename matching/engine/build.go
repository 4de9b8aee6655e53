package engine

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// scorer turns weighted term frequencies into impacts.
type scorer struct {
	weights map[string]float64
	k1, b   float64
	length  float64
}

func newScorer(o Options) scorer {
	s := scorer{weights: map[string]float64{}, k1: o.K1, b: o.B, length: o.Length}
	for f, w := range o.Weights {
		s.weights[f] = w
	}
	if !(s.k1 > 0) {
		s.k1 = 1.2
	}
	switch {
	case s.b == 0:
		s.b = 0.75
	case !(s.b > 0):
		s.b = 0
	case s.b > 1:
		s.b = 1
	}
	if !(s.length > 0) {
		s.length = 100
	}
	return s
}

// weight of a field. Never quite zero: a term of an unweighted field is found
// although it adds next to nothing.
func (s *scorer) weight(field string) float64 {
	w, ok := s.weights[field]
	if !ok {
		return 1
	}
	return max(w, 1e-6)
}

// impact quantises the term-frequency part of BM25 to 1…255.
func (s *scorer) impact(tf, length float64) uint8 {
	k := s.k1 * (1 - s.b + s.b*length/s.length)
	return uint8(max(1, math.Round(255*tf/(tf+k))))
}

// idf is the rarity of what df of n documents hold; never negative.
func idf(df, n int) float64 {
	df = min(max(df, 0), n)
	return math.Log1p((float64(n-df) + 0.5) / (float64(df) + 0.5))
}

// writer holds what only writers use, under the index's lock.
type writer struct {
	scorer
	terms   *dict
	values  []*dict // by attribute number
	tf      []float64
	posts   marks
	codes   marks
	touched []uint32
}

// build makes a segment of documents that are ordered by key.
func (w *writer) build(docs []*Doc, names *names) *segment {
	s := &segment{n: len(docs), keyEnds: make([]uint32, len(docs)), revs: make([]int64, len(docs))}
	var keys strings.Builder
	for i, d := range docs {
		keys.WriteString(d.Key)
		s.keyEnds[i] = uint32(keys.Len())
		s.revs[i] = int64(d.Rev)
	}
	s.keys = keys.String()
	w.buildText(s, docs)
	w.buildValues(s, docs, names)
	s.numbers = buildNumbers(docs, names)
	s.orders = buildOrders(docs, names)
	return s
}

// buildText sets postings and forward lists.
func (w *writer) buildText(s *segment, docs []*Doc) {
	s.forwardEnds = make([]uint32, len(docs))
	var termOf []uint32
	var impOf []uint8
	docEnds := make([]int, len(docs))
	for i, d := range docs {
		length := w.frequencies(d)
		last := uint32(0)
		for _, t := range w.touched {
			if w.posts[t] == 0 {
				s.terms = append(s.terms, t)
			}
			w.posts[t]++
			termOf = append(termOf, t)
			impOf = append(impOf, w.impact(w.tf[t], length))
			s.forward = binary.AppendUvarint(s.forward, uint64(t-last))
			last = t
			w.tf[t] = 0
		}
		s.forwardEnds[i], docEnds[i] = uint32(len(s.forward)), len(termOf)
	}
	s.forward = slices.Clip(s.forward)
	slices.Sort(s.terms)
	s.starts = make([]uint32, len(s.terms)+1)
	total := uint32(0)
	for i, t := range s.terms {
		s.starts[i] = total
		total, w.posts[t] = total+w.posts[t], total
	}
	s.starts[len(s.terms)] = total
	s.offs, s.imps = make([]uint16, total), make([]uint8, total)
	p := 0
	for d, end := range docEnds {
		for ; p < end; p++ {
			at := w.posts[termOf[p]]
			w.posts[termOf[p]]++
			s.offs[at], s.imps[at] = uint16(d), impOf[p]
		}
	}
	for _, t := range s.terms {
		w.posts[t] = 0
	}
}

// frequencies sets the weighted frequency of every term of d in w.tf, the terms
// in w.touched, ascending, and gives the weighted length.
func (w *writer) frequencies(d *Doc) float64 {
	w.touched = w.touched[:0]
	length := 0.0
	for _, f := range d.Text {
		weight := w.weight(f.Field)
		length += weight * float64(len(f.Terms))
		for _, term := range f.Terms {
			id := w.terms.intern(term)
			if int(id) >= len(w.tf) {
				w.tf = append(w.tf, make([]float64, int(id)+1024-len(w.tf))...)
				w.posts.grow(len(w.tf))
			}
			if w.tf[id] == 0 {
				w.touched = append(w.touched, id)
			}
			w.tf[id] += weight
		}
	}
	slices.Sort(w.touched)
	return length
}

// buildValues sets the value columns.
func (w *writer) buildValues(s *segment, docs []*Doc, names *names) {
	s.values = make([]*valueColumn, len(names.values))
	ends := make([]uint32, len(docs))
	var numbers []uint32
	for attr, a := range names.values {
		numbers = numbers[:0]
		for i, d := range docs {
			lo := len(numbers)
			for _, v := range d.Values[attr] {
				id := w.values[a].intern(v)
				if !slices.Contains(numbers[lo:], id) {
					numbers = append(numbers, id)
				}
			}
			ends[i] = uint32(len(numbers))
		}
		s.values[a] = newValueColumn(len(docs), ends, numbers, &w.codes)
	}
}

func buildNumbers(docs []*Doc, names *names) []*column {
	cols := make([]*column, len(names.numbers))
	for attr, a := range names.numbers {
		c := newColumn(len(docs))
		for i, d := range docs {
			if v, ok := d.Numbers[attr]; ok {
				c.set(i, v)
			}
		}
		cols[a] = c.finish()
	}
	return cols
}

func buildOrders(docs []*Doc, names *names) []*column {
	cols := make([]*column, len(names.orders))
	keys := make([]string, len(docs))
	for attr, a := range names.orders {
		c := newColumn(len(docs))
		for i, d := range docs {
			v, ok := d.Order[attr]
			keys[i] = cutOrder(v)
			if ok {
				setBit(c.has, i)
			}
		}
		c.setStrings(keys)
		cols[a] = c.finish()
	}
	return cols
}

func cutOrder(s string) string { return s[:min(len(s), maxOrderBytes)] }

package engine

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sort"
)

// segmentDocs is the most documents a segment holds. One fewer than the range of
// an offset, so that the last offset can mean "none" while merging. A segment of
// long documents ends sooner, far below what counts its postings.
const (
	segmentDocs  = 1<<16 - 1
	segmentWords = 1 << 28
	noDoc        = 1<<16 - 1
)

// segment is an immutable set of documents of one kind, ordered by key.
type segment struct {
	n       int
	keys    string
	keyEnds []uint32
	revs    []int64

	// Postings of terms[i] are offs[starts[i]:starts[i+1]] and the same of imps.
	terms  []uint32 // ascending
	starts []uint32
	ranks  []termRank // finds a term at once; nil when that would be the larger
	offs   []uint16
	imps   []uint8

	// The terms of a document, ascending, as differences in varints. Needed to
	// take a document out of the document frequencies.
	forward     []byte
	forwardEnds []uint32

	values  []*valueColumn // by attribute number; nil or absent when unused
	numbers []*column
	orders  []*column
}

// view is a segment in a state: what of it is live.
type view struct {
	*segment
	live   []uint64
	liveN  int
	counts [][]int32 // per value attribute and local value, live documents
}

func (s *segment) key(doc int) string {
	lo := uint32(0)
	if doc > 0 {
		lo = s.keyEnds[doc-1]
	}
	return s.keys[lo:s.keyEnds[doc]]
}

// find gives the place of a key, or of the first one above it.
func (s *segment) find(key string) (doc int, ok bool) {
	if s.n == 0 || key > s.key(s.n-1) {
		return s.n, false
	}
	doc = sort.Search(s.n, func(i int) bool { return s.key(i) >= key })
	return doc, s.key(doc) == key
}

// termRank tells of 64 terms in a row which are in the segment, and how many
// terms come before them.
type termRank struct {
	set    uint64
	before uint32
}

// finish derives what is not stored.
func (s *segment) finish() {
	s.ranks = nil
	if len(s.terms) == 0 {
		return
	}
	n := int(s.terms[len(s.terms)-1])>>6 + 1
	if 4*n > len(s.terms) {
		return
	}
	s.ranks = make([]termRank, n)
	for _, t := range s.terms {
		s.ranks[t>>6].set |= 1 << (t & 63)
	}
	before := uint32(0)
	for i := range s.ranks {
		s.ranks[i].before = before
		before += uint32(bits.OnesCount64(s.ranks[i].set))
	}
}

// postings gives the postings of a term, ascending by offset.
func (s *segment) postings(term uint32) ([]uint16, []uint8) {
	i, ok := s.place(term)
	if !ok {
		return nil, nil
	}
	lo, hi := s.starts[i], s.starts[i+1]
	return s.offs[lo:hi], s.imps[lo:hi]
}

// place gives the place of a term among those of the segment.
func (s *segment) place(term uint32) (int, bool) {
	if s.ranks == nil {
		return slices.BinarySearch(s.terms, term)
	}
	if int(term>>6) >= len(s.ranks) {
		return 0, false
	}
	r := &s.ranks[term>>6]
	bit := uint64(1) << (term & 63)
	return int(r.before) + bits.OnesCount64(r.set&(bit-1)), r.set&bit != 0
}

// eachTerm calls f with every term of a document.
func (s *segment) eachTerm(doc int, f func(term uint32)) {
	lo := uint32(0)
	if doc > 0 {
		lo = s.forwardEnds[doc-1]
	}
	b := s.forward[lo:s.forwardEnds[doc]]
	term := uint64(0)
	for len(b) > 0 {
		d, used := binary.Uvarint(b)
		term += d
		b = b[used:]
		f(uint32(term))
	}
}

// at returns the i-th column or nil.
func at[T any](cols []*T, i int) *T {
	if i < 0 || i >= len(cols) {
		return nil
	}
	return cols[i]
}

// newView is a view in which every document is live.
func newView(s *segment) *view {
	v := &view{segment: s, live: make([]uint64, words(s.n)), liveN: s.n}
	fill(v.live, s.n)
	v.counts = make([][]int32, len(s.values))
	for a, c := range s.values {
		if c != nil {
			v.counts[a] = c.totals()
		}
	}
	return v
}

// clone copies what kill changes.
func (v *view) clone() *view {
	c := &view{segment: v.segment, live: slices.Clone(v.live), liveN: v.liveN, counts: make([][]int32, len(v.counts))}
	for a := range v.counts {
		c.counts[a] = slices.Clone(v.counts[a])
	}
	return c
}

// kill takes a live document out of the view and the document frequencies.
func (v *view) kill(doc int, df *tallyEdit) {
	clearBit(v.live, doc)
	v.liveN--
	v.eachTerm(doc, func(t uint32) { df.add(t, -1) })
	for a, c := range v.values {
		if c == nil {
			continue
		}
		for _, code := range c.of(doc) {
			if code > 0 {
				v.counts[a][code-1]--
			}
		}
	}
}

func (v *view) size() int64 {
	s := v.segment
	n := len(s.keys) + 4*len(s.keyEnds) + 8*len(s.revs) + 4*len(s.terms) + 4*len(s.starts) + 2*len(s.offs) + len(s.imps) +
		len(s.forward) + 4*len(s.forwardEnds) + 8*len(v.live) + 16*len(s.ranks)
	for a, c := range s.values {
		if c != nil {
			n += c.size() + 4*len(v.counts[a])
		}
	}
	for _, cols := range [][]*column{s.numbers, s.orders} {
		for _, c := range cols {
			if c != nil {
				n += c.size()
			}
		}
	}
	return int64(n)
}

// Bitmaps are plain words: at 65,535 documents one is 8 kB and an operation on
// two takes well under a microsecond.

func words(n int) int { return (n + 63) / 64 }

func hasBit(b []uint64, i int) bool { return b[i>>6]>>(i&63)&1 == 1 }

func setBit(b []uint64, i int) { b[i>>6] |= 1 << (i & 63) }

func clearBit(b []uint64, i int) { b[i>>6] &^= 1 << (i & 63) }

// fill sets the first n bits.
func fill(b []uint64, n int) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	if r := n & 63; r != 0 {
		b[len(b)-1] = 1<<r - 1
	}
}

func ones(b []uint64) int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// places lists the bits that are set.
func places(b []uint64) []uint16 {
	list := make([]uint16, 0, ones(b))
	for wi, w := range b {
		for ; w != 0; w &= w - 1 {
			list = append(list, uint16(wi<<6+bits.TrailingZeros64(w)))
		}
	}
	return list
}

// and keeps in a what is in b and reports whether anything is left.
func and(a, b []uint64) bool {
	var any uint64
	b = b[:len(a)]
	for i := range a {
		a[i] &= b[i]
		any |= a[i]
	}
	return any != 0
}

// andNot keeps in a what is not in b and reports whether anything is left.
func andNot(a, b []uint64) bool {
	var any uint64
	b = b[:len(a)]
	for i := range a {
		a[i] &^= b[i]
		any |= a[i]
	}
	return any != 0
}

func or(a, b []uint64) {
	b = b[:len(a)]
	for i := range a {
		a[i] |= b[i]
	}
}

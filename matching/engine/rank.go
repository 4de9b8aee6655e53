package engine

import (
	"cmp"
	"math"
	"math/bits"
	"sort"
	"strings"
)

// sortKey is a Sort with its attribute numbered.
type sortKey struct {
	kind keyKind
	attr int
	desc bool
}

// candidate is a document that may be among the hits. Of two candidates the one
// of higher rank comes first; equal ranks are settled by compare.
type candidate struct {
	rank  uint64
	part  *part
	view  *view
	doc   int
	score uint16
}

// ranking keeps the best documents seen: a heap with the last of them on top.
type ranking struct {
	keys   []sortKey
	limit  int // hits asked for; one more is kept to know whether there are more
	heap   []candidate
	cursor *Cursor
	// settled says that rank and key order alone decide, so that in one segment a
	// document that loses a tie makes all later ones of that rank lose too.
	settled bool
	lost    bool // a tie with the top of the heap was lost in this segment
	from    *segmentRank
}

// segmentRank computes ranks in the segment being collected.
type segmentRank struct {
	part *part
	view *view
	sums *sums
	col  *column
	mask uint64
	tied bool // all that is offered from here on is equal but for its key
}

func (r *ranking) prepare(n *names, q *Query) {
	r.limit = min(max(q.Limit, 0), maxLimit)
	r.keys, r.heap = r.keys[:0], r.heap[:0]
	for _, s := range q.Sort[:min(len(q.Sort), maxSorts)] {
		k := sortKey{byNothing, -1, s.Desc}
		if s.By == ScoreKey {
			k.kind = byScore
		} else if i := numbered(n.numbers, s.By); i >= 0 {
			k.kind, k.attr = byNumber, i
		} else if i := numbered(n.orders, s.By); i >= 0 {
			k.kind, k.attr = byOrder, i
		}
		r.keys = append(r.keys, k)
	}
	r.settled = len(r.keys) == 0 || len(r.keys) == 1 && r.keys[0].kind != byOrder
	r.cursor = nil
	if c := q.After; c != nil && r.fits(c) {
		r.cursor = c
	}
}

// fits says whether a cursor was made for this order.
func (r *ranking) fits(c *Cursor) bool {
	if len(c.values) != len(r.keys) {
		return false
	}
	for i, k := range r.keys {
		if v := c.values[i]; v.ok && v.kind != k.kind {
			return false
		}
	}
	return true
}

func (r *ranking) reset() {
	clear(r.heap)
	r.heap, r.cursor, r.from = r.heap[:0], nil, nil
}

func (k *sortKey) column(v *view) *column {
	switch k.kind {
	case byNumber:
		return at(v.numbers, k.attr)
	case byOrder:
		return at(v.orders, k.attr)
	}
	return nil
}

// value gives the value of a document under a sort key.
func (k *sortKey) value(v *view, doc int, score uint16) sortValue {
	switch k.kind {
	case byScore:
		return sortValue{kind: byScore, ok: true, num: int64(score)}
	case byNumber, byOrder:
		c := k.column(v)
		if c == nil || !c.present(doc) {
			break
		}
		if k.kind == byNumber {
			return sortValue{kind: byNumber, ok: true, num: c.vals[doc]}
		}
		return sortValue{kind: byOrder, ok: true, str: c.string(doc)}
	}
	return sortValue{kind: k.kind}
}

// compare orders two values of the key: negative when a comes first.
func (k *sortKey) compare(a, b sortValue) int {
	if !a.ok || !b.ok {
		if a.ok == b.ok {
			return 0
		}
		if a.ok {
			return -1
		}
		return 1
	}
	c := 0
	if k.kind == byOrder {
		c = strings.Compare(a.str, b.str)
	} else {
		c = cmp.Compare(a.num, b.num)
	}
	if k.desc {
		return -c
	}
	return c
}

// compare orders two candidates: negative when a comes first.
func (r *ranking) compare(a, b *candidate) int {
	for i := range r.keys {
		k := &r.keys[i]
		if c := k.compare(k.value(a.view, a.doc, a.score), k.value(b.view, b.doc, b.score)); c != 0 {
			return c
		}
	}
	if a.view == b.view {
		return a.doc - b.doc
	}
	return strings.Compare(a.view.key(a.doc), b.view.key(b.doc))
}

// behindCursor says whether a comes after the cursor.
func (r *ranking) behindCursor(a *candidate) bool {
	for i := range r.keys {
		k := &r.keys[i]
		if c := k.compare(k.value(a.view, a.doc, a.score), r.cursor.values[i]); c != 0 {
			return c > 0
		}
	}
	return a.view.key(a.doc) > r.cursor.key
}

// The rank of a document is its first sort value as a number, greatest first.
// A missing value is 0, which the smallest value may be too: ties are settled by
// compare.

func mask(k sortKey) uint64 {
	if k.desc {
		return 1 << 63
	}
	return ^uint64(1 << 63)
}

func scoreRank(score uint16, desc bool) uint64 {
	if desc {
		return uint64(score) + 1
	}
	return math.MaxUint16 + 1 - uint64(score)
}

// cursorRank is the rank of the cursor: documents above it come before.
func (r *ranking) cursorRank() uint64 {
	if r.cursor == nil {
		return math.MaxUint64
	}
	if len(r.keys) == 0 {
		return 0
	}
	k, v := r.keys[0], r.cursor.values[0]
	switch {
	case !v.ok:
		return 0
	case k.kind == byScore:
		return scoreRank(uint16(min(max(v.num, 0), math.MaxUint16)), k.desc)
	case k.kind == byOrder:
		return uint64(prefix(v.str)) ^ mask(k)
	}
	return uint64(v.num) ^ mask(k)
}

// collect offers the count matches of a segment.
func (r *ranking) collect(p *part, v *view, match []uint64, count int, scores *sums) {
	if r.limit == 0 {
		return
	}
	r.lost = false
	r.from = &segmentRank{part: p, view: v, sums: scores}
	if len(r.keys) == 0 || r.keys[0].kind == byNothing {
		r.collectTied(match)
		return
	}
	k := r.keys[0]
	if k.kind == byScore {
		r.collectScores(match, k.desc)
		return
	}
	c := k.column(v)
	r.from.col, r.from.mask = c, mask(k)
	switch {
	case c == nil:
		r.collectTied(match)
	case 2*(r.limit+1)*v.n/count < count:
		r.walk(match, k)
	default:
		r.scan(match)
	}
}

// collectTied offers documents that all rank alike.
func (r *ranking) collectTied(match []uint64) {
	r.from.tied = true
	first := 0
	if r.cursor != nil && len(r.keys) == 0 {
		first, _ = r.from.view.find(r.cursor.key)
	}
	for wi := first >> 6; wi < len(match); wi++ {
		for w := match[wi]; w != 0; w &= w - 1 {
			r.offer(0, wi<<6+bits.TrailingZeros64(w))
			if r.lost || r.floor() > 0 {
				return
			}
		}
	}
}

func (r *ranking) collectScores(match []uint64, desc bool) {
	floor, ceiling := r.floor(), r.cursorRank()
	scores := r.from.sums.scores()
	for wi, w := range match {
		// Once the heap is full few rows hold a score that gets in.
		if desc && floor > 1 && !r.from.sums.reaches(wi, uint16(floor-1)) {
			continue
		}
		for ; w != 0; w &= w - 1 {
			doc := wi<<6 + bits.TrailingZeros64(w)
			rank := scoreRank(scores[doc], desc)
			if rank < floor || rank > ceiling || rank == floor && r.lost {
				continue
			}
			r.offer(rank, doc)
			floor = r.floor()
		}
	}
}

// scan offers the matches in the order of the segment.
func (r *ranking) scan(match []uint64) {
	floor, ceiling := r.floor(), r.cursorRank()
	c := r.from.col
	for wi, w := range match {
		for ; w != 0; w &= w - 1 {
			doc := wi<<6 + bits.TrailingZeros64(w)
			rank := uint64(0)
			if c.has == nil || hasBit(c.has, doc) {
				rank = uint64(c.vals[doc]) ^ r.from.mask
			}
			if rank < floor || rank > ceiling || rank == floor && r.lost {
				continue
			}
			r.offer(rank, doc)
			floor = r.floor()
		}
	}
}

// walk offers the matches in the order of the column and stops when no later
// one can get in. Equal values are offered in the order of the segment.
func (r *ranking) walk(match []uint64, k sortKey) {
	c, ceiling := r.from.col, r.cursorRank()
	n := len(c.perm)
	rankAt := func(i int) uint64 { return uint64(c.vals[c.perm[i]]) ^ r.from.mask }
	done := func(rank uint64) bool { f := r.floor(); return rank < f || rank == f && r.lost }
	if !k.desc {
		for i := sort.Search(n, func(i int) bool { return rankAt(i) <= ceiling }); i < n; i++ {
			rank := rankAt(i)
			if done(rank) {
				return
			}
			if doc := int(c.perm[i]); hasBit(match, doc) {
				r.offer(rank, doc)
			}
		}
	} else {
		for hi := sort.Search(n, func(i int) bool { return rankAt(i) > ceiling }); hi > 0; {
			rank, lo := rankAt(hi-1), hi-1
			for lo > 0 && rankAt(lo-1) == rank {
				lo--
			}
			for i := lo; i < hi; i++ {
				if done(rank) {
					return
				}
				if doc := int(c.perm[i]); hasBit(match, doc) {
					r.offer(rank, doc)
				}
			}
			hi = lo
		}
	}
	if c.has == nil || done(0) {
		return
	}
	r.from.tied = true
	for wi, w := range match {
		for w &^= c.has[wi]; w != 0; w &= w - 1 {
			r.offer(0, wi<<6+bits.TrailingZeros64(w))
			if done(0) {
				return
			}
		}
	}
}

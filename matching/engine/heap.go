package engine

import (
	"slices"
	"strings"
)

// floor is the lowest rank that may still get in.
func (r *ranking) floor() uint64 {
	if len(r.heap) <= r.limit {
		return 0
	}
	return r.heap[0].rank
}

// offer takes a document in if it belongs to the best behind the cursor.
func (r *ranking) offer(rank uint64, doc int) {
	s := r.from
	full := len(r.heap) > r.limit
	if full && rank < r.heap[0].rank {
		return
	}
	c := candidate{rank: rank, part: s.part, view: s.view, doc: doc, score: s.sums.scores()[doc]}
	if r.cursor != nil && !r.behindCursor(&c) {
		return
	}
	if !full {
		r.heap = append(r.heap, c)
		r.up(len(r.heap) - 1)
		return
	}
	top := &r.heap[0]
	before := top.rank
	if rank == before && r.compare(&c, top) >= 0 {
		r.lost = r.settled && (rank != 0 || s.tied)
		return
	}
	*top = c
	r.down()
	if r.heap[0].rank != before {
		r.lost = false
	}
}

// after says whether a comes after b.
func (r *ranking) after(a, b *candidate) bool {
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	return r.compare(a, b) > 0
}

func (r *ranking) up(i int) {
	h := r.heap
	for i > 0 {
		p := (i - 1) / 2
		if !r.after(&h[i], &h[p]) {
			return
		}
		h[i], h[p] = h[p], h[i]
		i = p
	}
}

func (r *ranking) down() {
	h := r.heap
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && r.after(&h[c+1], &h[c]) {
			c++
		}
		if !r.after(&h[c], &h[i]) {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}

// hits gives the best in order, and a cursor when there are more.
func (r *ranking) hits(scale float64) ([]Hit, *Cursor) {
	slices.SortFunc(r.heap, func(a, b candidate) int {
		if r.after(&a, &b) {
			return 1
		}
		return -1
	})
	n := min(len(r.heap), r.limit)
	if n == 0 {
		return nil, nil
	}
	hits := make([]Hit, n)
	for i := range hits {
		c := &r.heap[i]
		hits[i] = Hit{
			Key: strings.Clone(c.view.key(c.doc)), Kind: c.part.kind, Rev: int(c.view.revs[c.doc]),
			Score: float64(c.score) * scale,
		}
	}
	if len(r.heap) == n {
		return hits, nil
	}
	last := &r.heap[n-1]
	next := &Cursor{key: hits[n-1].Key}
	for i := range r.keys {
		v := r.keys[i].value(last.view, last.doc, last.score)
		v.str = strings.Clone(v.str)
		next.values = append(next.values, v)
	}
	return hits, next
}

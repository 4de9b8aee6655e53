package engine

import (
	"math/bits"
	"slices"
	"sort"
)

// textScratch holds the text matches of the segment being visited.
type textScratch struct {
	scores [segmentDocs + 1]uint16 // of the documents that match; else 0
	lists  []postingList
	found  []uint16 // documents whose scores are set, unless dense is
	dense  int      // any of the first so many scores may be set
	hit    []uint64
}

// postingList is what one group matches: ascending offsets and impacts.
type postingList struct {
	offs   []uint16
	imps   []uint8
	weight uint32
	own    [2]merged // space for the union of alternatives
}

type merged struct {
	offs []uint16
	imps []uint8
}

// contribution is what a posting adds to a score: at least 1, at most weight.
func contribution(imp uint8, weight uint32) uint16 {
	return uint16((uint32(imp)*weight + 255) >> 8)
}

// clear makes all scores 0 again.
func (t *textScratch) clear() {
	clear(t.scores[:t.dense])
	for _, o := range t.found {
		t.scores[o] = 0
	}
	t.found, t.dense = t.found[:0], 0
}

// matchText keeps in base what matches the groups and sets the scores. It
// reports whether anything is left.
func (s *searcher) matchText(v *view) bool {
	t := &s.text
	n := 0
	for i := range s.groups {
		if n == len(t.lists) {
			t.lists = append(t.lists, postingList{})
		}
		l := &t.lists[n]
		l.union(v.segment, s.groups[i].terms)
		l.weight = s.groups[i].weight
		switch {
		case len(l.offs) > 0:
			n++
		case !s.q.AnyGroup:
			return false
		}
	}
	if n == 0 {
		return false
	}
	if s.q.AnyGroup && n > 1 {
		return t.any(s.base, t.lists[:n], v.n)
	}
	return t.all(s.base, t.lists[:n])
}

// union sets the list to the postings of the terms; where several are in one
// document the greatest impact counts.
func (l *postingList) union(s *segment, terms []uint32) {
	l.offs, l.imps = nil, nil
	side := 0
	for _, t := range terms {
		offs, imps := s.postings(t)
		switch {
		case len(offs) == 0:
		case len(l.offs) == 0:
			l.offs, l.imps = offs, imps
		default:
			out := &l.own[side]
			out.merge(l.offs, l.imps, offs, imps)
			l.offs, l.imps = out.offs, out.imps
			side = 1 - side
		}
	}
}

func (m *merged) merge(ao []uint16, ai []uint8, bo []uint16, bi []uint8) {
	n := len(ao) + len(bo)
	m.offs, m.imps = slices.Grow(m.offs[:0], n)[:n], slices.Grow(m.imps[:0], n)[:n]
	i, j, k := 0, 0, 0
	for i < len(ao) && j < len(bo) {
		switch a, b := ao[i], bo[j]; {
		case a < b:
			m.offs[k], m.imps[k] = a, ai[i]
			i++
		case b < a:
			m.offs[k], m.imps[k] = b, bi[j]
			j++
		default:
			m.offs[k], m.imps[k] = a, max(ai[i], bi[j])
			i, j = i+1, j+1
		}
		k++
	}
	copy(m.imps[k:], ai[i:])
	k += copy(m.offs[k:], ao[i:])
	copy(m.imps[k:], bi[j:])
	k += copy(m.offs[k:], bo[j:])
	m.offs, m.imps = m.offs[:k], m.imps[:k]
}

// all intersects the lists, shortest first.
func (t *textScratch) all(base []uint64, lists []postingList) bool {
	sort.Slice(lists, func(i, j int) bool { return len(lists[i].offs) < len(lists[j].offs) })
	l := &lists[0]
	t.found = t.found[:0]
	for i, o := range l.offs {
		if hasBit(base, int(o)) {
			t.found = append(t.found, o)
			t.scores[o] = contribution(l.imps[i], l.weight)
		}
	}
	for i := 1; i < len(lists) && len(t.found) > 0; i++ {
		t.intersect(&lists[i])
	}
	clear(base)
	for _, o := range t.found {
		setBit(base, int(o))
	}
	return len(t.found) > 0
}

// intersect keeps the found documents that are in l and adds to their scores.
func (t *textScratch) intersect(l *postingList) {
	offs, imps := l.offs, l.imps
	kept := t.found[:0]
	gallop := len(offs) > 16*len(t.found)
	for _, o := range t.found {
		if gallop {
			i := reach(offs, o)
			offs, imps = offs[i:], imps[i:]
		} else {
			for len(offs) > 0 && offs[0] < o {
				offs, imps = offs[1:], imps[1:]
			}
		}
		if len(offs) > 0 && offs[0] == o {
			t.scores[o] += contribution(imps[0], l.weight)
			kept = append(kept, o)
		} else {
			t.scores[o] = 0
		}
	}
	t.found = kept
}

// reach gives the first place of an offset not below o, in growing steps.
func reach(offs []uint16, o uint16) int {
	step := 1
	for step < len(offs) && offs[step] < o {
		step *= 2
	}
	lo, hi := step/2, min(step+1, len(offs))
	i, _ := slices.BinarySearch(offs[lo:hi], o)
	return lo + i
}

// any adds up the lists term at a time over all documents of the segment.
func (t *textScratch) any(base []uint64, lists []postingList, n int) bool {
	postings := 0
	for i := range lists {
		postings += len(lists[i].offs)
	}
	if postings > n/4 {
		t.dense = n
		for i := range lists {
			scatter(&t.scores, lists[i].offs, lists[i].imps, lists[i].weight)
		}
		return keepScored(base, &t.scores)
	}
	for i := range lists {
		l := &lists[i]
		for j, o := range l.offs {
			if t.scores[o] == 0 {
				t.found = append(t.found, o)
			}
			t.scores[o] += contribution(l.imps[j], l.weight)
		}
	}
	t.hit = slices.Grow(t.hit[:0], len(base))[:len(base)]
	clear(t.hit)
	for _, o := range t.found {
		setBit(t.hit, int(o))
	}
	return and(base, t.hit)
}

// scatter adds the postings of one list to the scores: the loop in which
// matching whole records spends its time.
func scatter(scores *[segmentDocs + 1]uint16, offs []uint16, imps []uint8, weight uint32) {
	for len(offs) >= 4 && len(imps) >= 4 {
		o, m := offs[:4:4], imps[:4:4]
		scores[o[0]] += contribution(m[0], weight)
		scores[o[1]] += contribution(m[1], weight)
		scores[o[2]] += contribution(m[2], weight)
		scores[o[3]] += contribution(m[3], weight)
		offs, imps = offs[4:], imps[4:]
	}
	imps = imps[:len(offs)]
	for i, o := range offs {
		scores[o] += contribution(imps[i], weight)
	}
}

// keepScored keeps in base the documents with a score.
func keepScored(base []uint64, scores *[segmentDocs + 1]uint16) bool {
	var any uint64
	for wi, w := range base {
		if bits.OnesCount64(w) < 16 {
			for r := w; r != 0; r &= r - 1 {
				if i := bits.TrailingZeros64(r); scores[wi<<6+i] == 0 {
					w &^= 1 << i
				}
			}
		} else {
			row := scores[wi<<6 : wi<<6+64]
			var in uint64
			for i, v := range row {
				in |= uint64((uint32(v)+0xffff)>>16) << i
			}
			w &= in
		}
		base[wi] = w
		any |= w
	}
	return any != 0
}

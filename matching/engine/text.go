package engine

import (
	"math/bits"
	"slices"
	"sort"
)

// textScratch holds the text matches of the segment being visited.
type textScratch struct {
	sums   sums         // scores of the documents that match; else 0
	best   *sums        // what the group being added gave so far; else 0; nil until needed
	groups []groupPosts // that have postings in the segment
	found  []uint16     // documents whose sums are set, unless dense is
	dense  int          // any of the first so many sums may be set
	hit    []uint64     // documents of found
	gains  []uint16     // of the documents found, from the group being added
}

// groupPosts is what one group matches in a segment.
type groupPosts struct {
	alts []posts
	n    int // postings of all of them
}

// posts are the postings of a term: ascending offsets, impacts, and what an
// impact weighs.
type posts struct {
	offs   []uint16
	imps   []uint8
	weight uint32
}

// contribution is what a posting adds to a score: at least 1, at most weight.
func contribution(imp uint8, weight uint32) uint16 {
	return uint16((uint32(imp)*weight + 255) >> 8)
}

// clear makes all sums 0 again.
func (t *textScratch) clear() {
	scores := t.sums.scores()
	clear(scores[:t.dense])
	for _, o := range t.found {
		scores[o] = 0
	}
	t.found, t.dense = t.found[:0], 0
}

// release lets go of the postings of segments.
func (t *textScratch) release() {
	t.groups = t.groups[:cap(t.groups)]
	for i := range t.groups {
		g := &t.groups[i]
		clear(g.alts[:cap(g.alts)])
	}
	t.groups = t.groups[:0]
}

// matchText keeps in base what matches the groups and sets the sums. It reports
// whether anything is left.
func (s *searcher) matchText(v *view) bool {
	t := &s.text
	t.groups = slices.Grow(t.groups[:0], len(s.groups))
	for i := range s.groups {
		t.groups = t.groups[:len(t.groups)+1]
		g := &t.groups[len(t.groups)-1]
		g.find(v.segment, s.groups[i].alts)
		if g.n > 0 {
			continue
		}
		if !s.q.AnyGroup {
			return false
		}
		t.groups = t.groups[:len(t.groups)-1]
	}
	if len(t.groups) == 0 {
		return false
	}
	if s.q.AnyGroup && len(t.groups) > 1 {
		return t.any(s.base, v.n)
	}
	return t.all(s.base)
}

// find sets the postings of a group's alternatives.
func (g *groupPosts) find(s *segment, alts []alternative) {
	g.alts, g.n = g.alts[:0], 0
	for _, a := range alts {
		if offs, imps := s.postings(a.term); len(offs) > 0 {
			g.alts = append(g.alts, posts{offs, imps, a.weight})
			g.n += len(offs)
		}
	}
}

// all intersects the groups, the one with the fewest postings first.
func (t *textScratch) all(base []uint64) bool {
	sort.Slice(t.groups, func(i, j int) bool { return t.groups[i].n < t.groups[j].n })
	t.begin(base, &t.groups[0])
	for i := 1; i < len(t.groups) && len(t.found) > 0; i++ {
		t.intersect(&t.groups[i])
	}
	clear(base)
	for _, o := range t.found {
		setBit(base, int(o))
	}
	return len(t.found) > 0
}

// begin finds what a group matches within base.
func (t *textScratch) begin(base []uint64, g *groupPosts) {
	t.found = t.found[:0]
	scores := t.sums.scores()
	for j := range g.alts {
		p := &g.alts[j]
		for i, o := range p.offs {
			if !hasBit(base, int(o)) {
				continue
			}
			if scores[o] == 0 {
				t.found = append(t.found, o)
			}
			scores[o] = max(scores[o], contribution(p.imps[i], p.weight))
		}
	}
	if len(g.alts) > 1 {
		slices.Sort(t.found)
	}
}

// intersect keeps the found documents that are in g and adds to their sums.
func (t *textScratch) intersect(g *groupPosts) {
	t.gains = slices.Grow(t.gains[:0], len(t.found))[:len(t.found)]
	clear(t.gains)
	for j := range g.alts {
		t.gain(&g.alts[j])
	}
	scores := t.sums.scores()
	kept := t.found[:0]
	for i, o := range t.found {
		if t.gains[i] > 0 {
			scores[o] += t.gains[i]
			kept = append(kept, o)
		} else {
			scores[o] = 0
		}
	}
	t.found = kept
}

// gain raises the gains of the found documents to what p adds to them.
func (t *textScratch) gain(p *posts) {
	offs, imps := p.offs, p.imps
	gallop := len(offs) > 16*len(t.found)
	for i, o := range t.found {
		if gallop {
			n := reach(offs, o)
			offs, imps = offs[n:], imps[n:]
		} else {
			for len(offs) > 0 && offs[0] < o {
				offs, imps = offs[1:], imps[1:]
			}
		}
		if len(offs) == 0 {
			return
		}
		if offs[0] == o {
			t.gains[i] = max(t.gains[i], contribution(imps[0], p.weight))
		}
	}
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

// any adds up the groups term at a time over all documents of the segment.
func (t *textScratch) any(base []uint64, n int) bool {
	postings := 0
	for i := range t.groups {
		postings += t.groups[i].n
	}
	dense := postings > n/4
	for i := range t.groups {
		g := &t.groups[i]
		switch {
		case len(g.alts) > 1:
			t.addBest(g, dense)
		case dense:
			scatter(t.sums.scores(), g.alts[0].offs, g.alts[0].imps, g.alts[0].weight)
		default:
			t.add(&g.alts[0])
		}
	}
	if dense {
		t.dense = n
		return t.sums.keep(base)
	}
	t.hit = slices.Grow(t.hit[:0], len(base))[:len(base)]
	clear(t.hit)
	for _, o := range t.found {
		setBit(t.hit, int(o))
	}
	return and(base, t.hit)
}

// add adds a term's postings, noting the documents.
func (t *textScratch) add(p *posts) {
	scores := t.sums.scores()
	for i, o := range p.offs {
		if scores[o] == 0 {
			t.found = append(t.found, o)
		}
		scores[o] += contribution(p.imps[i], p.weight)
	}
}

// addBest adds the greatest of a group's alternatives to each document: what is
// better than the best so far adds the difference.
func (t *textScratch) addBest(g *groupPosts, dense bool) {
	if t.best == nil {
		t.best = new(sums)
	}
	scores, best := t.sums.scores(), t.best.scores()
	for j := range g.alts {
		p := &g.alts[j]
		imps := p.imps[:len(p.offs)]
		for i, o := range p.offs {
			if !dense && scores[o] == 0 {
				t.found = append(t.found, o)
			}
			had := best[o]
			now := max(had, contribution(imps[i], p.weight))
			best[o] = now
			scores[o] += now - had
		}
	}
	for j := range g.alts {
		for _, o := range g.alts[j].offs {
			best[o] = 0
		}
	}
}

// scatter adds the postings of one list to the scores: the loop in which
// matching whole records spends its time.
func scatter(scores *[segmentDocs + 1]uint16, offs []uint16, imps []uint8, weight uint32) {
	for len(offs) >= 8 && len(imps) >= 8 {
		o, m := offs[:8:8], imps[:8:8]
		scores[o[0]] += contribution(m[0], weight)
		scores[o[1]] += contribution(m[1], weight)
		scores[o[2]] += contribution(m[2], weight)
		scores[o[3]] += contribution(m[3], weight)
		scores[o[4]] += contribution(m[4], weight)
		scores[o[5]] += contribution(m[5], weight)
		scores[o[6]] += contribution(m[6], weight)
		scores[o[7]] += contribution(m[7], weight)
		offs, imps = offs[8:], imps[8:]
	}
	imps = imps[:len(offs)]
	for i, o := range offs {
		scores[o] += contribution(imps[i], weight)
	}
}

// keep keeps in base the documents with a score.
func (s *sums) keep(base []uint64) bool {
	var any uint64
	scores := s.scores()
	for wi, w := range base {
		if bits.OnesCount64(w) < 16 {
			for r := w; r != 0; r &= r - 1 {
				if i := bits.TrailingZeros64(r); scores[wi<<6+i] == 0 {
					w &^= 1 << i
				}
			}
		} else {
			w &= s.set(wi)
		}
		base[wi] = w
		any |= w
	}
	return any != 0
}

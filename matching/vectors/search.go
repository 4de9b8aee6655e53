package vectors

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Hit is a vector near to the one asked for.
type Hit struct {
	Key   string
	Rev   int
	Score float64 // cosine of the angle between the two
}

// Crowd describes how near all vectors of a set are to the one asked for. What
// cosine is near differs from model to model; standing out from the crowd does not.
// Median and the deviation about it, unlike the mean, say nearly the same of the
// crowd whether nothing stands out of it or a quarter does.
type Crowd struct {
	Vectors int
	Median  float64 // of the scores
	Spread  float64 // standard deviation, by the median distance from the median
}

// Clear is by how many spreads something has to be nearer than the crowd to stand
// out from it. Of scores that are chance, one in 740 does.
const Clear = 3

// Stands reports whether a score stands out from the crowd.
func (c Crowd) Stands(score float64) bool { return score > c.Median+Clear*c.Spread }

// bins are how finely scores are counted, from -1 to 1.
const bins = 2048

// normal makes a standard deviation of the median distance from the median.
const normal = 1.4826

// crowd reads the median off counted scores, and then, from there outwards, the
// distance within which half of them lie.
func crowd(counts *[bins]int, n int) Crowd {
	at, below := 0, 0
	for ; at < bins-1 && 2*(below+counts[at]) < n; at++ {
		below += counts[at]
	}
	within, d := counts[at], 0
	for ; 2*within < n; d++ {
		if i := at - d - 1; i >= 0 {
			within += counts[i]
		}
		if i := at + d + 1; i < bins {
			within += counts[i]
		}
	}
	const width = 2.0 / bins
	return Crowd{n, -1 + (float64(at)+0.5)*width, normal * float64(d) * width}
}

// share is the least number of blocks that another core is started for.
const share = 8

// Nearest gives the k vectors nearest to v, the nearest first and equal ones by
// key, of those whose keys keep accepts (all when it is nil), and what the crowd of
// all vectors is like. keep is called by several goroutines at once, and only for
// what may be among the nearest.
func (s *Set) Nearest(v Vector, k int, keep func(key string) bool) ([]Hit, Crowd) {
	st := s.load()
	if st.live == 0 || k <= 0 || v.Dims() != st.dims {
		return nil, Crowd{}
	}
	p := v.probe()
	workers := max(1, min(runtime.GOMAXPROCS(0), len(st.views)/share))
	scans := make([]scan, workers)
	var next atomic.Int64
	var wait sync.WaitGroup
	for i := range scans {
		scans[i] = scan{probe: &p, dims: st.dims, k: k, keep: keep, floor: math.Inf(-1)}
		if i > 0 {
			wait.Go(func() { scans[i].run(st, &next) })
		}
	}
	scans[0].run(st, &next)
	wait.Wait()
	all := &scans[0]
	for i := range scans[1:] {
		w := &scans[i+1]
		all.top = append(all.top, w.top...)
		all.n += w.n
		for i, c := range w.counts {
			all.counts[i] += c
		}
	}
	slices.SortFunc(all.top, compare)
	return all.top[:min(k, len(all.top))], crowd(&all.counts, all.n)
}

// scan is what one core found so far.
type scan struct {
	probe *probe
	dims  int
	k     int
	keep  func(string) bool

	top    []Hit   // ordered
	floor  float64 // the score of the last of k
	n      int
	counts [bins]int // of scores
}

func (s *scan) run(st *state, next *atomic.Int64) {
	for {
		i := int(next.Add(1)) - 1
		if i >= len(st.views) {
			return
		}
		s.block(st.views[i])
	}
}

func (s *scan) block(v view) {
	w := stride(s.dims)
	for row := range v.live() {
		score := s.probe.score(v.codes[row*w:row*w+w], v.scales[row], v.sums[row])
		s.n++
		s.counts[min(max(int((score+1)*(bins/2)), 0), bins-1)]++
		if score >= s.floor {
			s.offer(Hit{v.keys[row], v.revs[row], score})
		}
	}
}

func (s *scan) offer(h Hit) {
	at, _ := slices.BinarySearchFunc(s.top, h, compare)
	if at >= s.k || s.keep != nil && !s.keep(h.Key) {
		return
	}
	if len(s.top) == s.k {
		s.top = s.top[:s.k-1]
	}
	s.top = slices.Insert(s.top, at, h)
	if len(s.top) == s.k {
		s.floor = s.top[s.k-1].Score
	}
}

// compare puts the nearer first, and of equal ones that of the lesser key.
func compare(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Key, b.Key)) }

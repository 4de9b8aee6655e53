package engine

import (
	"encoding/binary"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
		if math.IsNaN(w) { // it would not equal itself in a snapshot
			w = 0
		}
		s.weights[f] = w
	}
	if !(s.k1 > 0) || math.IsInf(s.k1, 1) {
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
	if !(s.length > 0) || math.IsInf(s.length, 1) {
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
	return min(max(w, leastWeight), mostWeight)
}

// termWeight is how much an occurrence of the i-th term counts.
func (f *FieldTerms) termWeight(i int) float64 {
	if i >= len(f.Weights) {
		return 1
	}
	if w := float64(f.Weights[i]); w > leastWeight {
		return min(w, mostWeight)
	}
	return leastWeight // also for what is not a number
}

// impact quantises the term-frequency part of BM25 to 1…255.
func (s *scorer) impact(tf, length float64) uint8 {
	k := s.k1 * (1 - s.b + s.b*length/s.length)
	return uint8(max(1, math.Round(255*tf/(tf+k))))
}

// idf is the rarity of what df of n documents hold; never negative.
func idf(df float64, n int) float64 {
	df = min(max(df, 0), float64(n))
	return math.Log1p((float64(n) - df + 0.5) / (df + 0.5))
}

// writer holds what only writers use, under the index's lock.
type writer struct {
	scorer
	terms   *dict
	values  []*dict // by attribute number
	benches []*bench
}

// bench is the working space of one of the writer's goroutines.
type bench struct {
	words []string  // of a document, all fields in a row
	each  []float64 // weights of the words
	found []word    // terms of the words
	spare []word
	posts marks
	codes marks
}

// each does n tasks, on as many processors as there are.
func (w *writer) each(n int, do func(b *bench, task int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	for len(w.benches) < workers {
		w.benches = append(w.benches, &bench{})
	}
	if workers == 1 {
		for task := range n {
			do(w.benches[0], task)
		}
		return
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for _, b := range w.benches[:workers] {
		done.Go(func() {
			for task := int(next.Add(1)) - 1; task < n; task = int(next.Add(1)) - 1 {
				do(b, task)
			}
		})
	}
	done.Wait()
}

// digestDocs is how many documents are digested in one task.
const digestDocs = 512

// batch is documents of one kind on their way to a segment.
type batch struct {
	docs    []*Doc
	digests []digest
	segment *segment
}

// digest is the text of some documents as terms and impacts.
type digest struct {
	batch       *batch
	docs        []*Doc
	terms       []uint32
	imps        []uint8
	ends        []int // of the documents in terms
	forward     []byte
	forwardEnds []int
}

// build makes a segment of every batch, whose documents are ordered by key.
func (w *writer) build(batches []*batch, names *names) {
	var digests []*digest
	for _, b := range batches {
		b.digests = make([]digest, 0, len(b.docs)/digestDocs+1)
		for docs := range slices.Chunk(b.docs, digestDocs) {
			b.digests = append(b.digests, digest{batch: b, docs: docs})
			digests = append(digests, &b.digests[len(b.digests)-1])
		}
	}
	w.each(len(digests), func(b *bench, i int) { w.digest(b, digests[i]) })
	w.each(len(batches), func(b *bench, i int) { w.assemble(b, batches[i], names) })
}

func (w *writer) assemble(b *bench, in *batch, names *names) {
	docs := in.docs
	s := &segment{n: len(docs), keyEnds: make([]uint32, len(docs)), revs: make([]int64, len(docs))}
	var keys strings.Builder
	for i, d := range docs {
		keys.WriteString(d.Key)
		s.keyEnds[i] = uint32(keys.Len())
		s.revs[i] = int64(d.Rev)
	}
	s.keys = keys.String()
	b.invert(s, in.digests)
	in.digests = nil
	w.buildValues(b, s, docs, names)
	s.numbers = buildNumbers(docs, names)
	s.orders = buildOrders(docs, names)
	s.finish()
	in.segment = s
}

// countWords counts the words of documents, those that repeat included.
func countWords(docs ...*Doc) int {
	n := 0
	for _, d := range docs {
		for i := range d.Text {
			n += len(d.Text[i].Terms)
		}
	}
	return n
}

// digest sets the terms and impacts of d's documents.
func (w *writer) digest(b *bench, d *digest) {
	terms := w.terms.interner()
	d.ends, d.forwardEnds = make([]int, len(d.docs)), make([]int, len(d.docs))
	n := countWords(d.docs...)
	d.terms, d.imps, d.forward = make([]uint32, 0, n), make([]uint8, 0, n), make([]byte, 0, 2*n)
	for i, doc := range d.docs {
		length := b.read(doc, &w.scorer, &terms)
		once := w.impact(1, length) // as most terms occur
		last := uint32(0)
		for j := 0; j < len(b.found); {
			t, tf := b.found[j].term, 0.0
			for ; j < len(b.found) && b.found[j].term == t; j++ {
				tf += b.each[b.found[j].place]
			}
			imp := once
			if tf != 1 {
				imp = w.impact(tf, length)
			}
			d.terms, d.imps = append(d.terms, t), append(d.imps, imp)
			d.forward = binary.AppendUvarint(d.forward, uint64(t-last))
			last = t
		}
		d.ends[i], d.forwardEnds[i] = len(d.terms), len(d.forward)
	}
	clear(b.words)
}

// read sets the words of d with their weights, and found to their terms in
// ascending order, and gives the weighted length.
func (b *bench) read(d *Doc, score *scorer, terms *interner) float64 {
	b.words, b.each = b.words[:0], b.each[:0]
	length := 0.0
	for fi := range d.Text {
		f := &d.Text[fi]
		field := score.weight(f.Field)
		b.words = append(b.words, f.Terms...)
		for i := range f.Terms {
			weight := field * f.termWeight(i)
			length += weight
			b.each = append(b.each, weight)
		}
	}
	b.found = slices.Grow(b.found[:0], len(b.words))[:len(b.words)]
	terms.numbers(b.words, b.found)
	b.sort()
	return length
}

// word is the term at a place of a document.
type word struct{ term, place uint32 }

// sort orders found by term, then place: by eight bits at a time from the lowest,
// which for a text is quicker than comparing.
func (b *bench) sort() {
	b.spare = slices.Grow(b.spare[:0], len(b.found))[:len(b.found)]
	most := uint32(0)
	for _, f := range b.found {
		most = max(most, f.term)
	}
	for shift := 0; most>>shift > 0; shift += 8 {
		var next [256]uint32
		for _, f := range b.found {
			next[f.term>>shift&0xff]++
		}
		at := uint32(0)
		for i, n := range next {
			next[i], at = at, at+n
		}
		for _, f := range b.found {
			digit := f.term >> shift & 0xff
			b.spare[next[digit]] = f
			next[digit]++
		}
		b.found, b.spare = b.spare, b.found
	}
}

// invert sets postings and forward lists.
func (b *bench) invert(s *segment, digests []digest) {
	s.forwardEnds = make([]uint32, 0, s.n)
	var forward int
	for i := range digests {
		forward += len(digests[i].forward)
		for _, t := range digests[i].terms {
			b.posts.grow(int(t) + 1)
			if b.posts[t] == 0 {
				s.terms = append(s.terms, t)
			}
			b.posts[t]++
		}
	}
	slices.Sort(s.terms)
	s.terms = slices.Clip(s.terms)
	s.starts = make([]uint32, len(s.terms)+1)
	total := uint32(0)
	for i, t := range s.terms {
		s.starts[i] = total
		total, b.posts[t] = total+b.posts[t], total
	}
	s.starts[len(s.terms)] = total
	s.offs, s.imps, s.forward = make([]uint16, total), make([]uint8, total), make([]byte, 0, forward)
	doc := 0
	for i := range digests {
		d := &digests[i]
		for _, end := range d.forwardEnds {
			s.forwardEnds = append(s.forwardEnds, uint32(len(s.forward)+end))
		}
		s.forward = append(s.forward, d.forward...)
		p := 0
		for _, end := range d.ends {
			for ; p < end; p++ {
				at := b.posts[d.terms[p]]
				b.posts[d.terms[p]]++
				s.offs[at], s.imps[at] = uint16(doc), d.imps[p]
			}
			doc++
		}
	}
	for _, t := range s.terms {
		b.posts[t] = 0
	}
}

// buildValues sets the value columns.
func (w *writer) buildValues(b *bench, s *segment, docs []*Doc, names *names) {
	s.values = make([]*valueColumn, len(names.values))
	ends := make([]uint32, len(docs))
	var numbers []uint32
	for attr, a := range names.values {
		values := w.values[a].interner()
		numbers = numbers[:0]
		for i, d := range docs {
			lo := len(numbers)
			for _, v := range d.Values[attr] {
				id := values.number(v)
				if !slices.Contains(numbers[lo:], id) {
					numbers = append(numbers, id)
				}
			}
			ends[i] = uint32(len(numbers))
		}
		s.values[a] = newValueColumn(len(docs), ends, numbers, &b.codes)
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

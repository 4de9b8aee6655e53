package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"slices"
)

// ErrSnapshot says that what was read is not a whole and sound snapshot made
// with the same options. The index is unchanged; build it from its source.
var ErrSnapshot = errors.New("engine: not a valid snapshot")

// Bounds on a snapshot. Memory is taken only as data arrives, firstChunk bytes
// ahead of it or as much again.
const (
	maxNames    = 4096
	maxParts    = 4096
	maxSegments = 1 << 16
	maxElements = 1 << 31
	firstChunk  = 1 << 15
)

// decoder reads the parts of a snapshot and keeps the first error; after one it
// gives zeroes.
type decoder struct {
	r     *bufio.Reader
	sum   hash.Hash32
	n     int64
	err   error
	buf   []byte
	space []byte // for arrays
	w     *writer
	st    *state
}

// ReadFrom replaces the index by a snapshot that WriteTo made. It may read on
// beyond the snapshot's end. On an error the index stays as it was.
func (x *Index) ReadFrom(r io.Reader) (int64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	d := &decoder{r: bufio.NewReaderSize(r, 1<<16), sum: crc32.New(castagnoli), buf: make([]byte, 1<<15)}
	d.w = &writer{scorer: x.w.scorer}
	d.st = &state{}
	d.state()
	if d.err != nil {
		return d.n, fmt.Errorf("%w: %w", ErrSnapshot, d.err)
	}
	x.w = d.w
	x.state.Store(d.st)
	return d.n, nil
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = errors.New(what)
	}
}

func (d *decoder) check(ok bool, what string) {
	if !ok {
		d.fail(what)
	}
}

func (d *decoder) state() {
	magic := d.bytes(len(snapshotMagic))
	d.check(string(magic) == snapshotMagic, "other version")
	d.scorer()
	d.st.position = int64(d.uint())
	d.w.terms = d.dict()
	d.st.names = &names{d.names(), d.names(), d.names()}
	for range d.st.names.values {
		d.w.values = append(d.w.values, d.dict())
	}
	df := (&tally{}).edit(d.w.terms.len())
	for range d.count(maxParts) {
		p := part{kind: d.string()}
		for _, q := range d.st.parts {
			d.check(q.kind != p.kind, "kind twice")
		}
		for range d.count(maxSegments) {
			v := d.view(df)
			if d.err != nil {
				return
			}
			p.views = append(p.views, v)
			d.st.docs += v.liveN
		}
		d.st.parts = append(d.st.parts, p)
	}
	want := d.sum.Sum32()
	tail := d.bytes(4)
	if d.err != nil {
		return
	}
	d.check(binary.LittleEndian.Uint32(tail) == want, "checksum differs")
	d.st.df = df.tally
	d.st.terms = d.w.terms.dictView
	for _, v := range d.w.values {
		d.st.dicts = append(d.st.dicts, v.dictView)
	}
}

// scorer fails when the snapshot was made with other options.
func (d *decoder) scorer() {
	s := &d.w.scorer
	same := d.float() == s.k1
	same = d.float() == s.b && same
	same = d.float() == s.length && same
	n := d.count(maxNames)
	same = n == len(s.weights) && same
	for range n {
		f, w := d.string(), d.float()
		have, ok := s.weights[f]
		same = ok && have == w && same
	}
	d.check(same, "other options")
}

func (d *decoder) names() map[string]int {
	n := d.count(maxNames)
	m := make(map[string]int, min(n, 64))
	for i := range n {
		m[d.string()] = i
	}
	d.check(len(m) == n, "name twice")
	return m
}

func (d *decoder) dict() *dict {
	t := newDict()
	t.arena, t.ends = readArray[byte](d), readArray[uint32](d)
	d.ends(t.ends, len(t.arena))
	if d.err != nil {
		return newDict()
	}
	slots := 64
	for slots < 2*(len(t.ends)+1) {
		slots *= 2
	}
	t.grow(2 * slots)
	return t
}

// ends checks that offsets rise to exactly total.
func (d *decoder) ends(ends []uint32, total int) {
	last := uint32(0)
	for _, e := range ends {
		if e < last {
			d.fail("offsets fall")
			return
		}
		last = e
	}
	d.check(int(last) == total, "offsets miss the end")
}

func (d *decoder) view(df *tallyEdit) *view {
	s := &segment{n: d.count(segmentDocs)}
	s.keys = string(readArray[byte](d))
	s.keyEnds = sized[uint32](d, s.n)
	s.revs = sized[int64](d, s.n)
	s.terms, s.starts = readArray[uint32](d), readArray[uint32](d)
	s.offs, s.imps = readArray[uint16](d), readArray[uint8](d)
	s.forward, s.forwardEnds = readArray[byte](d), sized[uint32](d, s.n)
	live := sized[uint64](d, words(s.n))
	d.keys(s)
	d.postings(s)
	d.forward(s)
	s.values = d.valueColumns(s.n)
	s.numbers = d.columns(s.n, len(d.st.names.numbers), false)
	s.orders = d.columns(s.n, len(d.st.names.orders), true)
	if s.n&63 != 0 && d.err == nil {
		d.check(live[len(live)-1]>>(s.n&63) == 0, "live bits beyond the end")
	}
	if d.err != nil {
		return nil
	}
	s.finish()
	v := newView(s)
	for i, t := range s.terms {
		df.add(t, int(s.starts[i+1]-s.starts[i]))
	}
	for doc := range s.n {
		if !hasBit(live, doc) {
			v.kill(doc, df)
		}
	}
	return v
}

func (d *decoder) keys(s *segment) {
	d.ends(s.keyEnds, len(s.keys))
	if d.err != nil {
		return
	}
	for i := 1; i < s.n; i++ {
		if s.key(i-1) >= s.key(i) {
			d.fail("keys out of order")
			return
		}
	}
}

// postings checks terms and postings.
func (d *decoder) postings(s *segment) {
	d.check(len(s.starts) == len(s.terms)+1 && len(s.imps) == len(s.offs), "postings of unlike lengths")
	d.ends(s.starts, len(s.offs))
	if d.err != nil {
		return
	}
	d.check(s.starts[0] == 0, "postings before the first term")
	d.check(ascending(s.terms) && (len(s.terms) == 0 || int(s.terms[len(s.terms)-1]) < d.w.terms.len()), "terms out of order")
	for i := range s.terms {
		offs := s.offs[s.starts[i]:s.starts[i+1]]
		if len(offs) == 0 || !ascending(offs) || int(offs[len(offs)-1]) >= s.n {
			d.fail("postings out of order")
			return
		}
	}
	d.check(!slices.Contains(s.imps, 0), "posting without impact")
}

func ascending[T fixed](a []T) bool {
	for i := 1; i < len(a); i++ {
		if a[i-1] >= a[i] {
			return false
		}
	}
	return true
}

// forward checks the forward lists: whole varints, ascending known terms.
func (d *decoder) forward(s *segment) {
	d.ends(s.forwardEnds, len(s.forward))
	if d.err != nil {
		return
	}
	terms, total := uint64(d.w.terms.len()), 0
	lo := uint32(0)
	for _, hi := range s.forwardEnds {
		b := s.forward[lo:hi]
		lo = hi
		term, first := uint64(0), true
		for len(b) > 0 {
			delta, used := binary.Uvarint(b)
			if used <= 0 || delta >= terms || term+delta >= terms || delta == 0 && !first {
				d.fail("forward list out of order")
				return
			}
			term += delta
			b, first = b[used:], false
			total++
		}
	}
	d.check(total == len(s.offs), "forward lists and postings differ")
}

func (d *decoder) valueColumns(n int) []*valueColumn {
	cols := make([]*valueColumn, d.count(len(d.w.values)))
	for a := range cols {
		ids, codes, ends := readArray[uint32](d), readArray[uint32](d), readArray[uint32](d)
		if d.err != nil || len(ids) == 0 {
			continue
		}
		d.check(ascending(ids) && int(ids[len(ids)-1]) < d.w.values[a].len(), "values out of order")
		c := &valueColumn{ids: ids, codes: codes}
		least := uint32(0)
		if len(ends) > 0 {
			c.ends, least = ends, 1
			d.check(len(ends) == n, "values of unlike lengths")
			d.ends(ends, len(codes))
		} else {
			d.check(len(codes) == n, "values of unlike lengths")
		}
		count := make([]uint32, len(ids)+1)
		for _, code := range codes {
			if code < least || int(code) > len(ids) {
				d.fail("value out of range")
				break
			}
			count[code]++
		}
		if d.err != nil {
			return nil
		}
		c.invert(n, count[1:])
		cols[a] = c
	}
	return cols
}

func (d *decoder) columns(n, most int, ordered bool) []*column {
	cols := make([]*column, d.count(most))
	for a := range cols {
		c := &column{ordered: ordered, perm: readArray[uint16](d), has: readArray[uint64](d)}
		if ordered {
			c.text, c.ends = string(readArray[byte](d)), readArray[uint32](d)
			c.vals = make([]int64, len(c.ends))
			d.ends(c.ends, len(c.text))
		} else {
			c.vals = readArray[int64](d)
		}
		if d.err != nil || len(c.perm) == 0 {
			continue
		}
		d.column(c, n)
		cols[a] = c
	}
	return cols
}

// column checks that the permutation holds just the documents with a value, in
// order, and restores what is derived.
func (d *decoder) column(c *column, n int) {
	d.check(len(c.vals) == n && (len(c.has) == 0 || len(c.has) == words(n)), "column of unlike length")
	if d.err != nil {
		return
	}
	full := make([]uint64, words(n))
	fill(full, n)
	if len(c.has) == 0 {
		c.has = full
	}
	d.check(!andNot(slices.Clone(c.has), full), "values beyond the end")
	d.check(ones(c.has) == len(c.perm), "column of unlike length")
	for doc := range n {
		if c.ordered && hasBit(c.has, doc) {
			c.vals[doc] = prefix(c.string(doc))
		}
	}
	for i, doc := range c.perm {
		if int(doc) >= n || !hasBit(c.has, int(doc)) {
			d.fail("column out of range")
			return
		}
		if i == 0 {
			continue
		}
		before := int(c.perm[i-1])
		if r := c.compare(before, int(doc)); r > 0 || r == 0 && before >= int(doc) {
			d.fail("column out of order")
			return
		}
	}
	if len(c.perm) == n {
		c.has = nil
	}
	c.bounds()
}

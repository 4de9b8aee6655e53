package engine

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// valueColumn holds one attribute of the documents of a segment, by document
// and by value. A code is the local number of a value plus one; 0 means none.
type valueColumn struct {
	ids   []uint32 // numbers of the values in the attribute's dictionary, ascending
	codes []uint32 // one per document, or all of them in a row when ends is set
	ends  []uint32 // set when some document has several values

	// Documents by value: a bitmap in bits when at least one in forty has it, else
	// docs[starts[i]:starts[i+1]]. Counting a bitmap is the quicker by far, so it
	// is chosen before it is the smaller.
	starts []uint32
	docs   []uint16
	bits   [][]uint64

	work int // of counting all values by value; one word of a bitmap is 1
}

// of gives the codes of a document.
func (c *valueColumn) of(doc int) []uint32 {
	if c.ends == nil {
		return c.codes[doc : doc+1]
	}
	lo := uint32(0)
	if doc > 0 {
		lo = c.ends[doc-1]
	}
	return c.codes[lo:c.ends[doc]]
}

// totals counts the documents of every value.
func (c *valueColumn) totals() []int32 {
	t := make([]int32, len(c.ids))
	for i := range t {
		if b := c.bits[i]; b != nil {
			t[i] = int32(ones(b))
		} else {
			t[i] = int32(c.starts[i+1] - c.starts[i])
		}
	}
	return t
}

func (c *valueColumn) size() int {
	n := 4*len(c.ids) + 4*len(c.codes) + 4*len(c.ends) + 4*len(c.starts) + 2*len(c.docs) + 24*len(c.bits)
	for _, b := range c.bits {
		n += 8 * len(b)
	}
	return n
}

// marks is scratch space of the writer: a mark per number, zero between uses.
type marks []uint32

func (m *marks) grow(n int) {
	if n > len(*m) {
		*m = append(*m, make([]uint32, n-len(*m))...)
	}
}

// newValueColumn builds the column of n documents from their value numbers in
// a row; those of document d end at ends[d] and hold no number twice.
func newValueColumn(n int, ends, numbers []uint32, m *marks) *valueColumn {
	if len(numbers) == 0 {
		return nil
	}
	m.grow(int(slices.Max(numbers)) + 1)
	mark := *m
	c := &valueColumn{}
	for _, id := range numbers {
		if mark[id] == 0 {
			c.ids = append(c.ids, id)
		}
		mark[id]++
	}
	slices.Sort(c.ids)
	c.ids = slices.Clip(c.ids)
	count := make([]uint32, len(c.ids))
	for i, id := range c.ids {
		count[i], mark[id] = mark[id], uint32(i+1)
	}
	c.encode(n, ends, numbers, mark)
	for _, id := range c.ids {
		mark[id] = 0
	}
	c.invert(n, count)
	return c
}

// encode sets codes and ends.
func (c *valueColumn) encode(n int, ends, numbers []uint32, mark marks) {
	single := true
	lo := uint32(0)
	for _, e := range ends {
		single = single && e-lo <= 1
		lo = e
	}
	if !single {
		c.ends = slices.Clone(ends)
		c.codes = make([]uint32, len(numbers))
		for i, id := range numbers {
			c.codes[i] = mark[id]
		}
		return
	}
	c.codes = make([]uint32, n)
	lo = 0
	for d, e := range ends {
		if e > lo {
			c.codes[d] = mark[numbers[lo]]
		}
		lo = e
	}
}

// invert sets the documents by value; count holds how many each value has.
func (c *valueColumn) invert(n int, count []uint32) {
	w := words(n)
	c.bits = make([][]uint64, len(c.ids))
	c.starts = make([]uint32, len(c.ids)+1)
	next := make([]uint32, len(c.ids))
	total := uint32(0)
	for i, k := range count {
		c.starts[i], next[i] = total, total
		if int(k)*40 >= n {
			c.bits[i] = make([]uint64, w)
			c.work += w
		} else {
			total += k
			c.work += 4 * int(k)
		}
	}
	c.starts[len(c.ids)] = total
	c.docs = make([]uint16, total)
	for d := range n {
		for _, code := range c.of(d) {
			switch i := int(code) - 1; {
			case i < 0:
			case c.bits[i] != nil:
				setBit(c.bits[i], d)
			default:
				c.docs[next[i]] = uint16(d)
				next[i]++
			}
		}
	}
}

// orInto adds the documents of local value i to b.
func (c *valueColumn) orInto(b []uint64, i int) {
	if c.bits[i] != nil {
		or(b, c.bits[i])
		return
	}
	for _, d := range c.docs[c.starts[i]:c.starts[i+1]] {
		setBit(b, int(d))
	}
}

// countByValue adds to local how many documents of m have each value.
func (c *valueColumn) countByValue(m []uint64, local []int32) {
	for i := range c.ids {
		n := 0
		if b := c.bits[i]; b != nil {
			b = b[:len(m)]
			for w := range m {
				n += bits.OnesCount64(m[w] & b[w])
			}
		} else {
			for _, d := range c.docs[c.starts[i]:c.starts[i+1]] {
				n += int(m[d>>6] >> (d & 63) & 1)
			}
		}
		local[i] += int32(n)
	}
}

// countByDoc does the same by walking the documents of m. The first cell of
// cells stands for "none"; local value i is counted in cell i+1.
func (c *valueColumn) countByDoc(m []uint64, cells []int32) {
	if c.ends == nil {
		for wi, w := range m {
			for ; w != 0; w &= w - 1 {
				cells[c.codes[wi<<6+bits.TrailingZeros64(w)]]++
			}
		}
		return
	}
	for wi, w := range m {
		for ; w != 0; w &= w - 1 {
			for _, code := range c.of(wi<<6 + bits.TrailingZeros64(w)) {
				cells[code]++
			}
		}
	}
}

// workByDoc is the work of countByDoc per document, in the same measure.
func (c *valueColumn) workByDoc(n int) int {
	if c.ends == nil {
		return 6
	}
	return 6 + 5*len(c.codes)/n
}

// column holds a number per document, or an order key: then vals are its first
// eight bytes, made comparable as numbers, and text holds the keys.
type column struct {
	vals     []int64
	has      []uint64 // nil when every document has a value
	min, max int64    // over the documents that have one
	perm     []uint16 // documents that have one, by value then key
	ordered  bool
	text     string
	ends     []uint32
}

func (c *column) present(doc int) bool { return c.has == nil || hasBit(c.has, doc) }

func (c *column) string(doc int) string {
	lo := uint32(0)
	if doc > 0 {
		lo = c.ends[doc-1]
	}
	return c.text[lo:c.ends[doc]]
}

func (c *column) size() int {
	return 8*len(c.vals) + 8*len(c.has) + 2*len(c.perm) + len(c.text) + 4*len(c.ends)
}

// compare orders two documents by value alone.
func (c *column) compare(a, b int) int {
	if r := cmp.Compare(c.vals[a], c.vals[b]); r != 0 || !c.ordered {
		return r
	}
	return cmp.Compare(c.string(a), c.string(b))
}

// prefix makes the first eight bytes of s comparable as a number.
func prefix(s string) int64 {
	var b [8]byte
	copy(b[:], s)
	return int64(binary.BigEndian.Uint64(b[:]) ^ 1<<63)
}

// newColumn prepares a column of n numbers.
func newColumn(n int) *column {
	return &column{vals: make([]int64, n), has: make([]uint64, words(n))}
}

func (c *column) set(doc int, v int64) {
	c.vals[doc] = v
	setBit(c.has, doc)
}

// setStrings turns c into a column of order keys; missing ones are empty in keys
// and not set in has.
func (c *column) setStrings(keys []string) {
	var b []byte
	c.ordered = true
	c.ends = make([]uint32, len(keys))
	for d, k := range keys {
		b = append(b, k...)
		c.ends[d] = uint32(len(b))
		if hasBit(c.has, d) {
			c.vals[d] = prefix(k)
		}
	}
	c.text = string(b)
}

// finish sorts the permutation; it gives nil when no document has a value.
func (c *column) finish() *column {
	n := len(c.vals)
	c.perm = make([]uint16, 0, ones(c.has))
	for d := range n {
		if hasBit(c.has, d) {
			c.perm = append(c.perm, uint16(d))
		}
	}
	if len(c.perm) == 0 {
		return nil
	}
	if len(c.perm) == n {
		c.has = nil
	}
	slices.SortFunc(c.perm, func(a, b uint16) int {
		if r := c.compare(int(a), int(b)); r != 0 {
			return r
		}
		return int(a) - int(b)
	})
	c.bounds()
	return c
}

func (c *column) bounds() {
	c.min, c.max = c.vals[c.perm[0]], c.vals[c.perm[len(c.perm)-1]]
}

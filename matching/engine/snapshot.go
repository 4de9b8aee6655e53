package engine

import (
	"bufio"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
)

// A snapshot is a magic text with the version, the scoring it was made with (as
// impacts depend on it), the position, the dictionaries, the segments as their
// arrays, and a CRC-32C over all before it. Numbers are little-endian, lengths
// varints. What can be derived quickly (documents by value, document
// frequencies) is not in it.
const snapshotMagic = "karvan index 1\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encoder writes the parts of a snapshot and keeps the first error.
type encoder struct {
	w   *bufio.Writer
	sum hash.Hash32
	n   int64
	err error
	buf []byte
}

// WriteTo writes a snapshot of the index as it is when called. Writers may go on
// meanwhile.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	x.mu.Lock()
	st, score := x.state.Load(), x.w.scorer
	x.mu.Unlock()
	e := &encoder{w: bufio.NewWriterSize(w, 1<<16), sum: crc32.New(castagnoli)}
	e.bytes([]byte(snapshotMagic))
	e.scorer(score)
	e.uint(uint64(st.position))
	e.dict(&st.terms)
	for _, m := range []map[string]int{st.names.values, st.names.numbers, st.names.orders} {
		e.names(m)
	}
	for i := range st.dicts {
		e.dict(&st.dicts[i])
	}
	e.uint(uint64(len(st.parts)))
	for _, p := range st.parts {
		e.string(p.kind)
		e.uint(uint64(len(p.views)))
		for _, v := range p.views {
			e.view(v)
		}
	}
	e.bytes(binary.LittleEndian.AppendUint32(nil, e.sum.Sum32()))
	if e.err == nil {
		e.err = e.w.Flush()
	}
	return e.n, e.err
}

func (e *encoder) bytes(b []byte) {
	if e.err != nil {
		return
	}
	e.sum.Write(b)
	var n int
	n, e.err = e.w.Write(b)
	e.n += int64(n)
}

func (e *encoder) uint(v uint64) {
	e.buf = binary.AppendUvarint(e.buf[:0], v)
	e.bytes(e.buf)
}

func (e *encoder) string(s string) {
	e.uint(uint64(len(s)))
	e.bytes([]byte(s))
}

func (e *encoder) float(v float64) { putAll(e, []uint64{math.Float64bits(v)}) }

func (e *encoder) scorer(s scorer) {
	e.float(s.k1)
	e.float(s.b)
	e.float(s.length)
	e.uint(uint64(len(s.weights)))
	for _, f := range slices.Sorted(maps.Keys(s.weights)) {
		e.string(f)
		e.float(s.weights[f])
	}
}

// names writes names in the order of their numbers.
func (e *encoder) names(m map[string]int) {
	list := make([]string, len(m))
	for s, i := range m {
		list[i] = s
	}
	e.uint(uint64(len(list)))
	for _, s := range list {
		e.string(s)
	}
}

func (e *encoder) dict(d *dictView) {
	array(e, d.arena)
	array(e, d.ends)
}

func (e *encoder) view(v *view) {
	s := v.segment
	e.uint(uint64(s.n))
	array(e, []byte(s.keys))
	array(e, s.keyEnds)
	array(e, s.revs)
	array(e, s.terms)
	array(e, s.starts)
	array(e, s.offs)
	array(e, s.imps)
	array(e, s.forward)
	array(e, s.forwardEnds)
	array(e, v.live)
	e.uint(uint64(len(s.values)))
	for _, c := range s.values {
		if c == nil {
			c = &valueColumn{}
		}
		array(e, c.ids)
		array(e, c.codes)
		array(e, c.ends)
	}
	e.columns(s.numbers, false)
	e.columns(s.orders, true)
}

func (e *encoder) columns(cols []*column, ordered bool) {
	e.uint(uint64(len(cols)))
	for _, c := range cols {
		if c == nil {
			c = &column{}
		}
		array(e, c.perm)
		array(e, c.has)
		if ordered {
			array(e, []byte(c.text))
			array(e, c.ends)
		} else {
			array(e, c.vals)
		}
	}
}

type fixed interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int64
}

// array writes a length and that many numbers.
func array[T fixed](e *encoder, a []T) {
	e.uint(uint64(len(a)))
	putAll(e, a)
}

func putAll[T fixed](e *encoder, a []T) {
	if b, ok := any(a).([]byte); ok {
		e.bytes(b)
		return
	}
	const chunk = 4096
	for len(a) > 0 {
		part := a[:min(len(a), chunk)]
		a = a[len(part):]
		b := e.buf[:0]
		switch part := any(part).(type) {
		case []uint16:
			for _, v := range part {
				b = binary.LittleEndian.AppendUint16(b, v)
			}
		case []uint32:
			for _, v := range part {
				b = binary.LittleEndian.AppendUint32(b, v)
			}
		case []uint64:
			for _, v := range part {
				b = binary.LittleEndian.AppendUint64(b, v)
			}
		case []int64:
			for _, v := range part {
				b = binary.LittleEndian.AppendUint64(b, uint64(v))
			}
		}
		e.buf = b
		e.bytes(b)
	}
}

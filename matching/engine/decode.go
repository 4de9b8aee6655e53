package engine

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
)

// bytes reads n bytes, at most the size of the buffer; they last until the next
// call.
func (d *decoder) bytes(n int) []byte {
	if d.err != nil {
		return nil
	}
	b := d.buf[:n]
	k, err := io.ReadFull(d.r, b)
	d.n += int64(k)
	if err != nil {
		d.err = err
		return nil
	}
	d.sum.Write(b)
	return b
}

// uint reads a varint.
func (d *decoder) uint() uint64 {
	var v uint64
	for shift := uint(0); shift < 64; shift += 7 {
		b := d.bytes(1)
		if b == nil {
			return 0
		}
		v |= uint64(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			return v
		}
	}
	d.fail("number too long")
	return 0
}

func (d *decoder) count(limit int) int {
	n := d.uint()
	if n > uint64(limit) {
		d.fail("length too great")
		return 0
	}
	return int(n)
}

func (d *decoder) string() string { return string(d.bytes(d.count(1 << 12))) }

func (d *decoder) float() float64 {
	b := d.bytes(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// sized reads an array that must have n elements.
func sized[T fixed](d *decoder, n int) []T {
	a := readArray[T](d)
	d.check(len(a) == n, "array of unlike length")
	return a
}

// readArray reads a length and that many numbers. What arrives is gathered in a
// space that grows with it and serves all arrays in turn, so a length that lies
// costs no memory.
func readArray[T fixed](d *decoder) []T {
	n := d.count(maxElements)
	if n == 0 || d.err != nil {
		return nil
	}
	size := binary.Size(T(0))
	b := d.gather(n * size)
	if b == nil {
		return nil
	}
	a := make([]T, n)
	switch to := any(a).(type) {
	case []byte:
		copy(to, b)
	case []uint16:
		for i := range to {
			to[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
	case []uint32:
		for i := range to {
			to[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
	case []uint64:
		for i := range to {
			to[i] = binary.LittleEndian.Uint64(b[8*i:])
		}
	case []int64:
		for i := range to {
			to[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
	return a
}

// gather reads n bytes, which last until the next call.
func (d *decoder) gather(n int) []byte {
	for have := 0; ; {
		want := min(n, max(cap(d.space), firstChunk, 2*have))
		d.space = slices.Grow(d.space[:have], want-have)[:want]
		k, err := io.ReadFull(d.r, d.space[have:])
		have += k
		if err != nil {
			d.err = err
			return nil
		}
		if have == n {
			break
		}
	}
	d.n += int64(n)
	d.sum.Write(d.space)
	return d.space
}

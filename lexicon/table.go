package lexicon

import (
	"bytes"
	"hash/maphash"
	"unsafe"
)

// table numbers strings in the order of their arrival. All bytes lie in one
// array, so a million labels are three objects to the garbage collector.
type table struct {
	seed  maphash.Seed
	arena []byte
	ends  []uint32
	slots []uint32 // number+1, 0 when free; at most half full
}

func newTable() *table {
	return &table{seed: maphash.MakeSeed(), slots: make([]uint32, 1024)}
}

func (t *table) len() int { return len(t.ends) }

// bytes gives string number i.
func (t *table) bytes(i uint32) []byte {
	lo := uint32(0)
	if i > 0 {
		lo = t.ends[i-1]
	}
	return t.arena[lo:t.ends[i]]
}

// find gives the number of s.
func (t *table) find(s string) (uint32, bool) {
	return t.findBytes(unsafe.Slice(unsafe.StringData(s), len(s)))
}

func (t *table) findBytes(s []byte) (uint32, bool) {
	mask := uint64(len(t.slots) - 1)
	for i := maphash.Bytes(t.seed, s) & mask; ; i = (i + 1) & mask {
		n := t.slots[i]
		if n == 0 {
			return 0, false
		}
		if bytes.Equal(t.bytes(n-1), s) {
			return n - 1, true
		}
	}
}

// intern gives the number of s, a new one if need be.
func (t *table) intern(s string) uint32 {
	if i, ok := t.find(s); ok {
		return i
	}
	if 2*(len(t.ends)+1) > len(t.slots) {
		t.grow()
	}
	i := uint32(len(t.ends))
	t.arena = append(t.arena, s...)
	t.ends = append(t.ends, uint32(len(t.arena)))
	t.place(i)
	return i
}

func (t *table) grow() {
	t.slots = make([]uint32, 2*len(t.slots))
	for i := range t.ends {
		t.place(uint32(i))
	}
}

// index makes the strings findable that were read into the arrays.
func (t *table) index() {
	slots := 1024
	for slots < 2*(len(t.ends)+1) {
		slots *= 2
	}
	t.seed, t.slots = maphash.MakeSeed(), make([]uint32, slots/2)
	t.grow()
}

func (t *table) place(i uint32) {
	mask := uint64(len(t.slots) - 1)
	at := maphash.Bytes(t.seed, t.bytes(i)) & mask
	for t.slots[at] != 0 {
		at = (at + 1) & mask
	}
	t.slots[at] = i + 1
}

// size is the memory of the arrays.
func (t *table) size() int64 {
	return int64(cap(t.arena)) + 4*int64(cap(t.ends)) + 4*int64(len(t.slots))
}

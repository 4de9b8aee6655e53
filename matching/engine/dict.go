package engine

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
)

// dict numbers strings in order of arrival. Only the writer interns; readers use
// a dictView taken with the state they read. The hash table is shared between
// them: a slot is written once, atomically, and a reader ignores numbers that
// are beyond its own view.
type dict struct {
	mu sync.Mutex // held while interning; the writer has several goroutines
	dictView
}

// dictView is a dictionary as it stood when a state was published.
type dictView struct {
	seed  maphash.Seed
	arena []byte
	ends  []uint32
	table []atomic.Uint64 // slots; at most half full
}

// A slot is 0 when free, else a number plus one, with the upper half of the hash
// above it: most strings that share a place are told apart without a look at them.

func slotOf(id uint32, h uint64) uint64 { return h>>32<<32 | uint64(id+1) }

func newDict() *dict {
	return &dict{dictView: dictView{seed: maphash.MakeSeed(), table: make([]atomic.Uint64, 64)}}
}

func (v *dictView) len() int { return len(v.ends) }

func (v *dictView) bytes(id uint32) []byte {
	lo := uint32(0)
	if id > 0 {
		lo = v.ends[id-1]
	}
	return v.arena[lo:v.ends[id]]
}

func (v *dictView) name(id uint32) string { return string(v.bytes(id)) }

// find gives the number of s.
func (v *dictView) find(s string) (uint32, bool) { return v.findHashed(s, maphash.String(v.seed, s)) }

func (v *dictView) findHashed(s string, h uint64) (uint32, bool) {
	mask := uint64(len(v.table) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		slot := v.table[i].Load()
		if slot == 0 {
			return 0, false
		}
		if (slot^h)>>32 != 0 {
			continue
		}
		if id := uint32(slot) - 1; int(id) < len(v.ends) && string(v.bytes(id)) == s {
			return id, true
		}
	}
}

// intern gives the number of s, a new one if need be.
func (d *dict) intern(s string, h uint64) uint32 {
	if id, ok := d.findHashed(s, h); ok {
		return id
	}
	if 2*(len(d.ends)+1) > len(d.table) {
		d.grow(4 * len(d.table))
	}
	id := uint32(len(d.ends))
	d.arena = append(d.arena, s...)
	d.ends = append(d.ends, uint32(len(d.arena)))
	d.place(id, h)
	return id
}

func (d *dict) place(id uint32, h uint64) {
	mask := uint64(len(d.table) - 1)
	i := h & mask
	for d.table[i].Load() != 0 {
		i = (i + 1) & mask
	}
	d.table[i].Store(slotOf(id, h))
}

// grow moves to a new table; views keep the old one.
func (d *dict) grow(slots int) {
	d.table = make([]atomic.Uint64, slots)
	for id := range d.ends {
		d.place(uint32(id), maphash.Bytes(d.seed, d.bytes(uint32(id))))
	}
}

// interner interns into a dictionary that other goroutines intern into as well.
// It looks into a view of its own first.
type interner struct {
	dict   *dict
	view   dictView
	hashes []uint64
	begins []uint32
}

func (d *dict) interner() interner {
	d.mu.Lock()
	defer d.mu.Unlock()
	return interner{dict: d, view: d.dictView}
}

// numbers sets the terms of words, in step with them. It goes over them several
// times, so that the processor waits for many places in memory at once.
func (n *interner) numbers(words []string, found []word) {
	v := &n.view
	n.hashes = slices.Grow(n.hashes[:0], len(words))[:len(words)]
	for i, s := range words {
		n.hashes[i] = maphash.String(v.seed, s)
	}
	mask := uint64(len(v.table) - 1)
	for i, h := range n.hashes {
		found[i] = word{uint32(v.table[h&mask].Load()), uint32(i)} // a number plus one
	}
	n.begins = slices.Grow(n.begins[:0], len(words))[:len(words)]
	for i, f := range found {
		n.begins[i] = 0
		if id := f.term - 1; id > 0 && int(id) < len(v.ends) {
			n.begins[i] = v.ends[id-1]
		}
	}
	for i, s := range words {
		id, lo := found[i].term-1, n.begins[i]
		if hi := uint64(lo) + uint64(len(s)); int(id) < len(v.ends) && uint64(v.ends[id]) == hi && string(v.arena[lo:hi]) == s {
			found[i].term = id
		} else {
			found[i].term = n.hashed(s, n.hashes[i])
		}
	}
}

// number gives the number of s, a new one if need be.
func (n *interner) number(s string) uint32 { return n.hashed(s, maphash.String(n.view.seed, s)) }

func (n *interner) hashed(s string, h uint64) uint32 {
	if id, ok := n.view.findHashed(s, h); ok {
		return id
	}
	n.dict.mu.Lock()
	defer n.dict.mu.Unlock()
	id := n.dict.intern(s, h)
	n.view = n.dict.dictView
	return id
}

// size is the memory of the arrays.
func (v *dictView) size() int64 {
	return int64(cap(v.arena)) + 4*int64(cap(v.ends)) + 8*int64(len(v.table))
}

// pageSize is the number of counters copied when one of them changes.
const pageSize = 256

// tally counts per number. A published tally never changes: a writer edits a
// copy that shares all pages but those it touches.
type tally struct{ pages []*[pageSize]int32 }

func (t *tally) get(id uint32) int {
	p := int(id / pageSize)
	if p >= len(t.pages) || t.pages[p] == nil {
		return 0
	}
	return int(t.pages[p][id%pageSize])
}

// tallyEdit is a tally being changed by the writer.
type tallyEdit struct {
	tally
	own []bool
}

func (t *tally) edit(numbers int) *tallyEdit {
	n := (numbers + pageSize - 1) / pageSize
	e := &tallyEdit{own: make([]bool, n)}
	e.pages = make([]*[pageSize]int32, n)
	copy(e.pages, t.pages)
	return e
}

func (e *tallyEdit) add(id uint32, by int) {
	p := int(id / pageSize)
	for p >= len(e.pages) {
		e.pages, e.own = append(e.pages, nil), append(e.own, false)
	}
	if !e.own[p] {
		page := new([pageSize]int32)
		if e.pages[p] != nil {
			*page = *e.pages[p]
		}
		e.pages[p], e.own[p] = page, true
	}
	e.pages[p][id%pageSize] += int32(by)
}

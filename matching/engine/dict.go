package engine

import (
	"hash/maphash"
	"sync/atomic"
)

// dict numbers strings in order of arrival. Only the writer interns; readers use
// a dictView taken with the state they read. The hash table is shared between
// them: a slot is written once, atomically, and a reader ignores numbers that
// are beyond its own view.
type dict struct{ dictView }

// dictView is a dictionary as it stood when a state was published.
type dictView struct {
	seed  maphash.Seed
	arena []byte
	ends  []uint32
	table []atomic.Uint32 // number+1, 0 when free; at most half full
}

func newDict() *dict {
	return &dict{dictView{seed: maphash.MakeSeed(), table: make([]atomic.Uint32, 64)}}
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
func (v *dictView) find(s string) (uint32, bool) {
	mask := uint64(len(v.table) - 1)
	for i := maphash.String(v.seed, s) & mask; ; i = (i + 1) & mask {
		slot := v.table[i].Load()
		if slot == 0 {
			return 0, false
		}
		if id := slot - 1; int(id) < len(v.ends) && string(v.bytes(id)) == s {
			return id, true
		}
	}
}

// intern gives the number of s, a new one if need be.
func (d *dict) intern(s string) uint32 {
	if id, ok := d.find(s); ok {
		return id
	}
	if 2*(len(d.ends)+1) > len(d.table) {
		d.grow(4 * len(d.table))
	}
	id := uint32(len(d.ends))
	d.arena = append(d.arena, s...)
	d.ends = append(d.ends, uint32(len(d.arena)))
	d.place(id, maphash.String(d.seed, s))
	return id
}

func (d *dict) place(id uint32, h uint64) {
	mask := uint64(len(d.table) - 1)
	i := h & mask
	for d.table[i].Load() != 0 {
		i = (i + 1) & mask
	}
	d.table[i].Store(id + 1)
}

// grow moves to a new table; views keep the old one.
func (d *dict) grow(slots int) {
	d.table = make([]atomic.Uint32, slots)
	for id := range d.ends {
		d.place(uint32(id), maphash.Bytes(d.seed, d.bytes(uint32(id))))
	}
}

// size is the memory of the arrays.
func (v *dictView) size() int64 {
	return int64(cap(v.arena)) + 4*int64(cap(v.ends)) + 4*int64(len(v.table))
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

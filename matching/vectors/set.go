package vectors

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// rows is how many vectors a block holds.
const rows = 1024

// Item is a vector with what it is of.
type Item struct {
	Key    string
	Rev    int
	Vector Vector
}

// Set holds vectors of one length in memory. Readers never wait: a writer makes
// the next state beside the one that they see. The zero value is an empty set
// without a bound.
type Set struct {
	// Most bounds the bytes held, when it is not 0. What does not fit is left out.
	Most int64

	mu    sync.Mutex // held by the writer
	at    map[string]place
	keys  int64 // bytes of keys held
	left  map[string]bool
	state atomic.Pointer[state]
}

// place is where a vector stands.
type place struct {
	block *block
	row   int
	rev   int
}

// block is room for rows vectors. A row is written once, before any reader may
// look at it.
type block struct {
	codes  []byte
	scales [rows]float64
	sums   [rows]int64
	keys   [rows]string
	revs   [rows]int
}

// view is what readers see of a block.
type view struct {
	*block
	n    int      // rows in use
	dead []uint64 // rows that were replaced or removed; nil when none
	gone int      // how many those are
}

type state struct {
	dims  int
	views []view
	live  int
}

// Size describes a set.
type Size struct {
	Vectors int
	Dims    int   // numbers in each, 0 while there is none
	Bytes   int64 // memory held, nearly
	Left    int   // vectors left out because they did not fit
}

// entryBytes is about what a key takes beside its letters, twice: in its block and
// in the map.
const entryBytes = 120

// blockBytes is what a block takes.
func blockBytes(dims int) int64 { return rows * int64(stride(dims)+40) }

// Size measures the set.
func (s *Set) Size() Size {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.load()
	return Size{Vectors: st.live, Dims: st.dims, Bytes: s.bytes(st), Left: len(s.left)}
}

func (s *Set) bytes(st *state) int64 {
	return int64(len(st.views))*blockBytes(st.dims) + s.keys + int64(len(s.at))*entryBytes
}

func (s *Set) load() *state {
	if st := s.state.Load(); st != nil {
		return st
	}
	return &state{}
}

// Len counts the vectors.
func (s *Set) Len() int { return s.load().live }

// Dims is how many numbers each vector has, 0 while there is none.
func (s *Set) Dims() int { return s.load().dims }

// Get gives the vector of a key.
func (s *Set) Get(key string) (Vector, bool) {
	s.mu.Lock()
	p, ok := s.at[key]
	dims := s.load().dims
	s.mu.Unlock()
	if !ok {
		return Vector{}, false
	}
	v, err := Parse(p.block.row(p.row, dims))
	return v, err == nil
}

func (b *block) row(i, dims int) []byte {
	w := stride(dims)
	return b.codes[i*w : i*w+dims : i*w+dims]
}

// edit is the next state in the making.
type edit struct {
	*state
	set   *Set
	owned map[*block]bool // whose dead rows are ours to change
}

// Put takes in vectors, each in the place of the one its key had. One that is there
// with the same revision is left alone. It fails, and changes nothing, when a vector
// is of another length than the others.
func (s *Set) Put(items ...Item) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.edit()
	for _, it := range items {
		if e.dims == 0 {
			e.dims = it.Vector.Dims()
		}
		if it.Vector.Dims() != e.dims || e.dims == 0 {
			return fmt.Errorf("vectors: %s: a vector of %d numbers, the others have %d", it.Key, it.Vector.Dims(), e.dims)
		}
	}
	for _, it := range items {
		if p, ok := s.at[it.Key]; ok && p.rev == it.Rev {
			continue
		}
		e.remove(it.Key)
		e.add(it)
	}
	e.settle()
	s.state.Store(e.state)
	return nil
}

// Remove takes out the vectors of keys.
func (s *Set) Remove(keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.edit()
	for _, k := range keys {
		e.remove(k)
	}
	e.settle()
	s.state.Store(e.state)
}

func (s *Set) edit() *edit {
	if s.at == nil {
		s.at, s.left = map[string]place{}, map[string]bool{}
	}
	st := s.load()
	return &edit{&state{dims: st.dims, views: slices.Clone(st.views), live: st.live}, s, map[*block]bool{}}
}

func (e *edit) remove(key string) {
	delete(e.set.left, key)
	p, ok := e.set.at[key]
	if !ok {
		return
	}
	delete(e.set.at, key)
	e.set.keys -= int64(len(key))
	v := &e.views[slices.IndexFunc(e.views, func(v view) bool { return v.block == p.block })]
	if !e.owned[p.block] {
		e.owned[p.block] = true
		dead := make([]uint64, rows/64)
		copy(dead, v.dead)
		v.dead = dead
	}
	v.dead[p.row/64] |= 1 << (p.row % 64)
	v.gone++
	e.live--
}

func (e *edit) add(it Item) {
	last := len(e.views) - 1
	if last < 0 || e.views[last].n == rows {
		if most := e.set.Most; most > 0 && e.set.bytes(e.state)+blockBytes(e.dims) > most {
			e.set.left[it.Key] = true
			return
		}
		e.views = append(e.views, view{block: &block{codes: make([]byte, rows*stride(e.dims))}})
		last++
	}
	v := &e.views[last]
	b, i := v.block, v.n
	copy(b.row(i, e.dims), it.Vector.codes)
	b.scales[i], b.sums[i], b.keys[i], b.revs[i] = it.Vector.scale, it.Vector.sum, it.Key, it.Rev
	v.n++
	e.live++
	e.set.at[it.Key] = place{b, i, it.Rev}
	e.set.keys += int64(len(it.Key))
}

// settle writes full blocks anew of which more than half is dead, so that memory
// follows what is live, and drops those of which nothing is.
func (e *edit) settle() {
	for i := 0; i < len(e.views); {
		v := e.views[i]
		if 2*v.gone <= rows || v.n < rows {
			i++
			continue
		}
		e.views = slices.Delete(e.views, i, i+1)
		for row := range v.live() {
			it := Item{Key: v.keys[row], Rev: v.revs[row], Vector: Vector{v.block.row(row, e.dims), v.scales[row], v.sums[row]}}
			delete(e.set.at, it.Key)
			e.set.keys -= int64(len(it.Key))
			e.live--
			e.add(it)
		}
	}
}

// live calls f with every row in use.
func (v view) live() func(func(int) bool) {
	return func(yield func(int) bool) {
		for w := 0; w*64 < v.n; w++ {
			alive := ^uint64(0)
			if left := v.n - w*64; left < 64 {
				alive = 1<<left - 1
			}
			if v.dead != nil {
				alive &^= v.dead[w]
			}
			for ; alive != 0; alive &= alive - 1 {
				if !yield(w*64 + bits.TrailingZeros64(alive)) {
					return
				}
			}
		}
	}
}

package engine

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Index is a full-text and attribute index in memory. It is safe for use by
// many goroutines; writers take turns, readers never wait.
type Index struct {
	k1    float64
	score scorer     // as the writer's; never changes
	mu    sync.Mutex // held by the writer
	w     *writer
	state atomic.Pointer[state]
	pool  sync.Pool // of *searcher
}

// names numbers the attributes. A published one never changes.
type names struct {
	values, numbers, orders map[string]int
}

// part is the documents of one kind.
type part struct {
	kind  string
	views []*view
}

// state is all that a reader sees; it never changes once published.
type state struct {
	*names
	parts    []part
	terms    dictView
	dicts    []dictView // of values, by attribute number
	df       tally
	docs     int
	position int64
}

// New returns an empty index.
func New(o Options) *Index {
	score := newScorer(o)
	x := &Index{k1: score.k1, score: score, w: &writer{scorer: score, terms: newDict()}}
	x.pool.New = func() any { return new(searcher) }
	x.state.Store(&state{
		names: &names{map[string]int{}, map[string]int{}, map[string]int{}},
		terms: x.w.terms.dictView,
	})
	return x
}

// Apply puts documents, replacing those of the same key, and removes others.
// Readers see all of it or nothing. When a key is put twice the later one counts,
// and one that is both put and removed is put.
func (x *Index) Apply(put []Doc, remove []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.apply(x.state.Load().position, put, remove)
}

// ApplyAt applies a batch and sets the position in the same step.
func (x *Index) ApplyAt(position int64, put []Doc, remove []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.apply(position, put, remove)
}

// SetPosition sets the number that tells how far the index has followed its
// source. The index only keeps it.
func (x *Index) SetPosition(position int64) { x.ApplyAt(position, nil, nil) }

// Position gives the number that ApplyAt or SetPosition set last, or that was
// read with the snapshot.
func (x *Index) Position() int64 { return x.state.Load().position }

// Len counts the documents.
func (x *Index) Len() int { return x.state.Load().docs }

// Get finds a document by key.
func (x *Index) Get(key string) (Hit, bool) {
	p, v, doc := x.state.Load().lookup(key)
	if v == nil {
		return Hit{}, false
	}
	return Hit{Key: strings.Clone(key), Kind: p.kind, Rev: int(v.revs[doc])}, true
}

// Terms gives the distinct terms of a document, for asking what is like it.
func (x *Index) Terms(key string) []string {
	st := x.state.Load()
	_, v, doc := st.lookup(key)
	if v == nil {
		return nil
	}
	var terms []string
	v.eachTerm(doc, func(t uint32) { terms = append(terms, st.terms.name(t)) })
	return terms
}

// Stats measures the index.
func (x *Index) Stats() Stats {
	st := x.state.Load()
	s := Stats{Docs: st.docs, Terms: st.terms.len(), Bytes: st.terms.size() + 4*pageSize*int64(len(st.df.pages))}
	for i := range st.dicts {
		s.Bytes += st.dicts[i].size()
	}
	for _, p := range st.parts {
		for _, v := range p.views {
			s.Segments++
			s.Dead += v.n - v.liveN
			s.Postings += len(v.offs)
			s.Bytes += v.size()
		}
	}
	return s
}

// lookup finds the live document of a key.
func (st *state) lookup(key string) (*part, *view, int) {
	for i := range st.parts {
		p := &st.parts[i]
		for _, v := range p.views {
			if doc, ok := v.find(key); ok && hasBit(v.live, doc) {
				return p, v, doc
			}
		}
	}
	return nil, nil, 0
}

// edit is the next state in the making: parts are copies, views are copied
// when first changed.
type edit struct {
	*state
	w       *writer
	df      *tallyEdit
	own     map[*view]bool
	touched map[string]bool
}

func (x *Index) apply(position int64, put []Doc, remove []string) {
	old := x.state.Load()
	next := *old
	next.position = position
	next.parts = make([]part, len(old.parts))
	for i, p := range old.parts {
		next.parts[i] = part{p.kind, slices.Clone(p.views)}
	}
	if len(put) > 0 || len(remove) > 0 {
		docs := arrange(put)
		next.names = x.w.name(old.names, docs)
		e := &edit{state: &next, w: x.w, df: old.df.edit(x.w.terms.len()), own: map[*view]bool{}, touched: map[string]bool{}}
		for _, k := range remove {
			e.kill(k)
		}
		for _, d := range docs {
			e.kill(d.Key)
		}
		e.add(docs)
		e.settle()
		next.df = e.df.tally
	}
	next.terms = x.w.terms.dictView
	next.dicts = make([]dictView, len(x.w.values))
	for a, d := range x.w.values {
		next.dicts[a] = d.dictView
	}
	x.state.Store(&next)
}

// arrange orders documents by kind and key and keeps the last of each key.
func arrange(put []Doc) []*Doc {
	last := make(map[string]int, len(put))
	for i := range put {
		last[put[i].Key] = i
	}
	docs := make([]*Doc, 0, len(last))
	for i := range put {
		if last[put[i].Key] == i {
			docs = append(docs, &put[i])
		}
	}
	slices.SortFunc(docs, func(a, b *Doc) int {
		if c := strings.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return docs
}

// name numbers the attributes that docs bring; old is copied when any is new.
func (w *writer) name(old *names, docs []*Doc) *names {
	n, owned := old, false
	add := func(of func(*names) map[string]int, attr string) {
		if _, ok := of(n)[attr]; ok {
			return
		}
		if !owned {
			n, owned = &names{maps.Clone(old.values), maps.Clone(old.numbers), maps.Clone(old.orders)}, true
		}
		of(n)[strings.Clone(attr)] = len(of(n))
	}
	for _, d := range docs {
		for a := range d.Values {
			add(func(n *names) map[string]int { return n.values }, a)
		}
		for a := range d.Numbers {
			add(func(n *names) map[string]int { return n.numbers }, a)
		}
		for a := range d.Order {
			add(func(n *names) map[string]int { return n.orders }, a)
		}
	}
	for len(w.values) < len(n.values) {
		w.values = append(w.values, newDict())
	}
	return n
}

// kill marks the document of a key dead.
func (e *edit) kill(key string) {
	p, v, doc := e.lookup(key)
	if v == nil {
		return
	}
	if !e.own[v] {
		c := v.clone()
		p.views[slices.Index(p.views, v)] = c
		e.own[c] = true
		v = c
	}
	v.kill(doc, e.df)
	e.docs--
	e.touched[p.kind] = true
}

// add builds segments of docs, which are ordered by kind and key.
func (e *edit) add(docs []*Doc) {
	var batches []*batch
	for len(docs) > 0 {
		n, words := 0, 0
		for n < len(docs) && n < segmentDocs && docs[n].Kind == docs[0].Kind && words < segmentWords {
			words += countWords(docs[n])
			n++
		}
		batches = append(batches, &batch{docs: docs[:n]})
		docs = docs[n:]
	}
	e.w.build(batches, e.names)
	for _, b := range batches {
		v := newView(b.segment)
		for i, t := range v.terms {
			e.df.add(t, int(v.starts[i+1]-v.starts[i]))
		}
		kind := b.docs[0].Kind
		p := e.part(kind)
		p.views = append(p.views, v)
		e.docs += v.n
		e.touched[kind] = true
	}
}

// part gives the part of a kind, a new one if need be.
func (e *edit) part(kind string) *part {
	for i := range e.parts {
		if e.parts[i].kind == kind {
			return &e.parts[i]
		}
	}
	e.parts = append(e.parts, part{kind: strings.Clone(kind)})
	return &e.parts[len(e.parts)-1]
}

// settle merges segments of like size, so that a kind has few of them and a
// document is rewritten a logarithmic number of times, and rewrites those that
// are more than half dead.
func (e *edit) settle() {
	var touched []*part
	for i := range e.parts {
		if p := &e.parts[i]; e.touched[p.kind] {
			touched = append(touched, p)
		}
	}
	e.w.each(len(touched), func(b *bench, i int) { touched[i].settle(b) })
}

func (p *part) settle(b *bench) {
	p.views = slices.DeleteFunc(p.views, func(v *view) bool { return v.liveN == 0 })
	for {
		slices.SortStableFunc(p.views, func(a, b *view) int { return b.liveN - a.liveN })
		lo, hi := plan(p.views)
		if lo == hi {
			return
		}
		p.views[lo] = newView(b.merge(p.views[lo:hi]))
		p.views = slices.Delete(p.views, lo+1, hi)
	}
}

// plan picks the neighbours to merge next among views of falling size; none when
// lo equals hi. A view joins when it is at most three times what joins it.
func plan(views []*view) (lo, hi int) {
	for hi = len(views); hi > 0; hi-- {
		lo = hi - 1
		total, words := views[lo].liveN, len(views[lo].offs)
		for lo > 0 && views[lo-1].liveN <= 3*total && total+views[lo-1].liveN <= segmentDocs && words+len(views[lo-1].offs) <= segmentWords {
			lo--
			total += views[lo].liveN
			words += len(views[lo].offs)
		}
		if hi-lo > 1 || 2*views[lo].liveN < views[lo].n {
			return lo, hi
		}
	}
	return 0, 0
}

package matching

import (
	"cmp"
	"context"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/matching/engine"
	"karvan/matching/terms"
	"karvan/matching/vectors"
	"karvan/record"
)

// Index is the node's index of its records.
type Index struct {
	db      *db.DB
	book    *record.Book
	serving atomic.Pointer[index]
	version atomic.Int64
	writing sync.Mutex      // held by whoever changes what is served
	vectors *vectors.Keeper // nil without an embedding service

	mu    sync.RWMutex
	codes map[id.ID]string // states' ISO codes by id
}

// New makes an empty index over the records of d, whose words mean what a lexicon
// says. Fill it with [Index.Load] or [Index.Rebuild] before it is used.
func New(d *db.DB, book *record.Book, words *lexicon.Lexicon) *Index {
	x := &Index{db: d, book: book, codes: map[id.ID]string{}}
	x.serving.Store(newIndex(words))
	return x
}

// index is an engine with what its terms were made by. The two change together.
type index struct {
	*engine.Index
	lexicon *lexicon.Lexicon
}

func newIndex(words *lexicon.Lexicon) *index {
	return &index{engine.New(engine.Options{Weights: terms.Weights}), words}
}

// Lexicon is what the index knows of words.
func (x *Index) Lexicon() *lexicon.Lexicon { return x.serving.Load().lexicon }

// Version changes whenever the index does; what is computed from it may be kept
// as long as it stays the same.
func (x *Index) Version() int64 { return x.version.Load() }

// Position is the place in the journal that the index has followed.
func (x *Index) Position() int64 { return x.serving.Load().Position() }

// Stats describes the index.
func (x *Index) Stats() engine.Stats { return x.serving.Load().Stats() }

// Consumer is the index as a reader of the journal.
func (x *Index) Consumer() journal.Consumer {
	return journal.Consumer{Name: "index", After: x.Position(), Handle: x.Follow}
}

// Follow takes in what the journal says changed.
func (x *Index) Follow(ctx context.Context, entries []journal.Entry) (err error) {
	defer fault.Wrap(&err, "matching.Follow(%d)", len(entries))
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.follow(ctx, x.serving.Load(), entries)
}

func (x *Index) follow(ctx context.Context, into *index, entries []journal.Entry) error {
	changed := make([]id.ID, 0, len(entries))
	seen := make(map[id.ID]bool, len(entries))
	for _, e := range entries {
		if !seen[e.Record] {
			seen[e.Record] = true
			changed = append(changed, e.Record)
		}
	}
	if err := x.refresh(ctx, into, changed, max(into.Position(), entries[len(entries)-1].Seq)); err != nil {
		return err
	}
	x.version.Add(1)
	return nil
}

// Rebuild reads every record again. progress, when given, hears how many records
// were taken in. The index answers as before until the new one is complete.
func (x *Index) Rebuild(ctx context.Context, progress func(done int)) error {
	return x.Use(ctx, x.Lexicon(), progress)
}

// Use rebuilds the index with another lexicon.
func (x *Index) Use(ctx context.Context, words *lexicon.Lexicon, progress func(done int)) (err error) {
	defer fault.Wrap(&err, "matching.Use")
	next := newIndex(words)
	if err := x.fill(ctx, next, progress); err != nil {
		return err
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.catch(ctx, next); err != nil { // what changed meanwhile
		return err
	}
	x.serving.Store(next)
	x.version.Add(1)
	return nil
}

// fill takes every record into an empty index.
func (x *Index) fill(ctx context.Context, next *index, progress func(done int)) error {
	var all []id.ID
	var last int64
	err := x.db.Read(ctx, func(tx *db.Tx) (err error) {
		if last, err = journal.Last(ctx, tx); err != nil {
			return err
		}
		if err := x.loadCodes(ctx, tx); err != nil {
			return err
		}
		return x.book.Each(ctx, tx, func(h record.Head) error {
			all = append(all, h.ID)
			return nil
		})
	})
	if err != nil {
		return err
	}
	const step = 2000
	for i := 0; i < len(all); i += step {
		part := all[i:min(i+step, len(all))]
		if err := x.refresh(ctx, next, part, 0); err != nil {
			return err
		}
		if progress != nil {
			progress(i + len(part))
		}
	}
	next.SetPosition(last)
	return nil
}

// loadCodes learns the codes of the states on record, before anything that names
// them is indexed.
func (x *Index) loadCodes(ctx context.Context, tx *db.Tx) error {
	var states []record.Ref
	err := x.book.Each(ctx, tx, func(h record.Head) error {
		if h.Kind == "state" && h.PublicRev > 0 {
			states = append(states, record.Ref{ID: h.ID, Rev: h.PublicRev})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return x.learnCodes(ctx, tx, states)
}

// findCodes learns the codes of the states that a snapshot has, without looking
// at every record.
func (x *Index) findCodes(ctx context.Context, tx *db.Tx) error {
	q := Query{Kinds: []string{"state"}, Limit: 1000}
	var states []record.Ref
	for {
		found := x.Search(q)
		states = append(states, found.Refs()...)
		if found.Next == "" {
			return x.learnCodes(ctx, tx, states)
		}
		cursor, err := engine.ParseCursor(found.Next)
		if err != nil {
			return err
		}
		q.Cursor = &cursor
	}
}

func (x *Index) learnCodes(ctx context.Context, tx *db.Tx, states []record.Ref) error {
	records, err := x.book.Many(ctx, tx, states)
	for _, r := range records {
		x.learnCode(r)
	}
	return err
}

// learnCode keeps the code of a state's record.
func (x *Index) learnCode(r *record.Record) {
	f := x.book.FeaturesOf(r, func(id.ID) string { return "" })
	if codes := f.Values["code"]; r.Kind == "state" && len(codes) > 0 {
		x.mu.Lock()
		x.codes[r.ID] = codes[0]
		x.mu.Unlock()
	}
}

// Code gives the ISO code of a state on record, "" for anything else.
func (x *Index) Code(state id.ID) string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.codes[state]
}

// State gives the id of the state on record with an ISO code, "" when there is
// none.
func (x *Index) State(code string) id.ID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for state, c := range x.codes {
		if c == code {
			return state
		}
	}
	return ""
}

// pair is what a record puts into the index.
type pair struct{ public, head *record.Record }

// refresh reads the records again and puts them into the index, at a journal
// place when it is not 0.
func (x *Index) refresh(ctx context.Context, into *index, changed []id.ID, position int64) error {
	var pairs []pair
	var gone []string
	err := x.db.Read(ctx, func(tx *db.Tx) (err error) {
		pairs, gone, err = x.read(ctx, tx, changed)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if p.public != nil && p.public.Kind == "state" {
			x.learnCode(p.public)
		}
	}
	docs := x.analyseAll(into.lexicon, pairs)
	if position > 0 {
		into.ApplyAt(position, docs, gone)
	} else {
		into.Apply(docs, gone)
	}
	return nil
}

// read gives the revisions to index, and the keys of documents that must go.
func (x *Index) read(ctx context.Context, tx *db.Tx, changed []id.ID) (pairs []pair, gone []string, err error) {
	heads := make([]record.Head, 0, len(changed))
	var refs []record.Ref
	all, err := x.book.Heads(ctx, tx, changed)
	if err != nil {
		return nil, nil, err
	}
	for _, record_ := range changed {
		h, ok := all[record_]
		if !ok {
			gone = append(gone, string(record_), headKey(record_))
			continue
		}
		heads = append(heads, h)
		if h.PublicRev > 0 {
			refs = append(refs, record.Ref{ID: h.ID, Rev: h.PublicRev})
		}
		if h.Rev != h.PublicRev {
			refs = append(refs, record.Ref{ID: h.ID, Rev: h.Rev})
		}
	}
	records, err := x.book.Many(ctx, tx, refs)
	if err != nil {
		return nil, nil, err
	}
	found := make(map[record.Ref]*record.Record, len(records))
	for _, r := range records {
		found[record.Ref{ID: r.ID, Rev: r.Rev}] = r
	}
	for _, h := range heads {
		if h.State == record.Erased {
			x.book.Forget(h.ID) // another process may have erased it
		}
		p := pair{public: found[record.Ref{ID: h.ID, Rev: h.PublicRev}], head: found[record.Ref{ID: h.ID, Rev: h.Rev}]}
		if p.public == nil || p.public.State == record.Erased {
			p.public = nil
			gone = append(gone, string(h.ID))
		}
		if p.head == nil || p.head.State == record.Erased || p.head == p.public {
			p.head = nil // nothing waits
			gone = append(gone, headKey(h.ID))
		}
		pairs = append(pairs, p)
	}
	return pairs, gone, nil
}

func headKey(record id.ID) string { return string(record) + "#head" }

// headKind is the partition of newest revisions of a kind.
func headKind(kind string) string { return "head/" + kind }

// analyseAll turns records into documents on all cores.
func (x *Index) analyseAll(words *lexicon.Lexicon, pairs []pair) []engine.Doc {
	docs := make([]engine.Doc, 2*len(pairs))
	work := make(chan int)
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(1, len(pairs)/16)) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range work {
				p := pairs[i]
				if p.public != nil {
					docs[2*i] = x.doc(words, p.public, string(p.public.ID), p.public.Kind)
				}
				if p.head != nil {
					docs[2*i+1] = x.doc(words, p.head, headKey(p.head.ID), headKind(p.head.Kind))
				}
			}
		}()
	}
	for i := range pairs {
		work <- i
	}
	close(work)
	wait.Wait()
	present := docs[:0]
	for _, d := range docs {
		if d.Key != "" {
			present = append(present, d)
		}
	}
	return present
}

// doc analyses a revision.
func (x *Index) doc(words *lexicon.Lexicon, r *record.Record, key, kind string) engine.Doc {
	f := x.book.FeaturesOf(r, x.Code)
	d := engine.Doc{Key: key, Kind: kind, Rev: r.Rev, Values: f.Values, Numbers: f.Numbers}
	d.Text = terms.Of(words, textsOf(f))
	if len(f.Names) > 0 {
		d.Order = map[string]string{}
		for _, t := range lang.Interface {
			if name := nameFor(t, r.Source, f.Names); name != "" {
				d.Order["name."+string(t)] = string(lang.CollationKey(t, name))
			}
		}
	}
	return d
}

// textsOf gives the words of a record by language, so that a record is explained
// alike every time.
func textsOf(f record.Features) []terms.Text {
	slices.SortStableFunc(f.Words, func(a, b record.Words) int { return cmp.Compare(a.Lang, b.Lang) })
	texts := make([]terms.Text, len(f.Words))
	for i, w := range f.Words {
		texts[i] = terms.Text{Field: w.Field, Lang: string(w.Lang), Text: w.Text}
	}
	return texts
}

// nameFor chooses the name by which a reader of t finds something in a list.
func nameFor(t, source lang.Tag, names map[lang.Tag]string) string {
	if name := names[t]; name != "" {
		return name
	}
	tags := make([]lang.Tag, 0, len(names))
	for _, tag := range append(lang.Content, lang.Partner...) {
		if names[tag] != "" {
			tags = append(tags, tag)
		}
	}
	return names[lang.Fallback(t, tags, source)]
}

// Catch brings the index up to the end of the journal, after a load.
func (x *Index) Catch(ctx context.Context) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.catch(ctx, x.serving.Load())
}

func (x *Index) catch(ctx context.Context, into *index) error {
	for {
		var entries []journal.Entry
		err := x.db.Read(ctx, func(tx *db.Tx) (err error) {
			entries, err = journal.Read(ctx, tx, into.Position(), 1024)
			return err
		})
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := x.follow(ctx, into, entries); err != nil {
			return err
		}
		slog.DebugContext(ctx, "index caught up", "position", into.Position())
	}
}

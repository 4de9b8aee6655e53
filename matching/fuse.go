package matching

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/matching/engine"
	"karvan/matching/vectors"
	"karvan/record"
)

// Meaning is the kind of the reason for which a match is there when an embedding
// service judged its meaning near and its words alone, by [LeastLikeness], would not
// have shown it. There are no words for it; those that both do say come after it.
const Meaning = "meaning"

// How two rankings become one.
const (
	// fuseK damps the first places of a ranking (Cormack, Clarke and Büttcher,
	// "Reciprocal rank fusion outperforms Condorcet and individual rank learning
	// methods", SIGIR 2009).
	fuseK      = 60
	wordsDeep  = 100  // places of the ranking by words that are looked at
	nearDeep   = 50   // places of the ranking by vectors
	nearTried  = 400  // vectors that are looked at for those that pass the filters
	nearNarrow = 4096 // records that pass, up to which they are listed beforehand
)

// UseVectors lets word searches and matches also rank by the vectors of an
// embedding service. It has to be called before the index is used.
func (x *Index) UseVectors(k *vectors.Keeper) { x.vectors = k }

// judged says of a match that its words alone would not have shown why it is there.
func (m *Match) judged() {
	if m.Near && m.Likeness < LeastLikeness {
		m.Reasons = append([]Reason{{Kind: Meaning}}, m.Reasons...)
	}
}

// found is [Index.Search], with the first page of a word search by score fused
// with what the embedding service judges near to the words.
func (x *Index) found(ctx context.Context, tx *db.Tx, q Query) (Result, error) {
	now := x.serving.Load()
	plan := x.plan(now, q)
	byScore := len(plan.Sort) > 0 && plan.Sort[0].By == engine.ScoreKey && plan.Sort[0].Desc
	var v vectors.Vector
	if words := strings.TrimSpace(q.Words); x.vectors != nil && words != "" && byScore && !q.Drafts && fusible(plan) {
		v, _ = x.vectors.Ask(ctx, words)
	}
	page, near, err := x.blend(ctx, tx, now, plan, v)
	return nearIn(resultOf(page), near), err
}

// nearIn marks the hits that the embedding service judged near.
func nearIn(r Result, near map[string]bool) Result {
	for i, h := range r.Hits {
		r.Hits[i].Near = near[string(h.ID)]
	}
	return r
}

// meaningOf is the vector of a record's public text, none when there is none.
func (x *Index) meaningOf(of *record.Record, q Query) (v vectors.Vector) {
	if x.vectors != nil && !q.Drafts {
		v, _ = x.vectors.Of(of.ID)
	}
	return v
}

// fusible says whether a page is one that is fused: the first. Later ones go on in
// the ranking by words.
func fusible(plan engine.Query) bool { return plan.After == nil && plan.Limit > 0 }

// blend gives what plan finds, fused with the records near to v, and says which
// those are. Without v it is the ranking by words alone.
func (x *Index) blend(ctx context.Context, tx *db.Tx, now *index, plan engine.Query, v vectors.Vector) (engine.Result, map[string]bool, error) {
	if v.Dims() == 0 || !fusible(plan) {
		return now.Search(plan), nil, nil
	}
	near, err := x.near(ctx, tx, now, plan, v, nearNarrow)
	if err != nil {
		return engine.Result{}, nil, err
	}
	if len(near) == 0 {
		return now.Search(plan), nil, nil
	}
	deep := plan
	deep.Limit = max(plan.Limit, wordsDeep)
	found := now.Search(deep)
	page, first := fuse(found.Hits, near, plan.Limit)
	byWords := keysOf(found.Hits)
	for i, h := range page {
		if byWords[h.Key] {
			continue
		}
		if _, score, ok := now.Explain(h.Key, plan); ok {
			page[i].Score = score // it stands further down in the ranking by words
		} else {
			found.Total++
		}
	}
	found.Hits, found.Next = page, now.after(plan, first)
	return found, keysOf(near), nil
}

func keysOf(hits []engine.Hit) map[string]bool {
	keys := make(map[string]bool, len(hits))
	for _, h := range hits {
		keys[h.Key] = true
	}
	return keys
}

// after gives the cursor behind the first n hits of a plan, nil when there are no
// more.
func (x *index) after(plan engine.Query, n int) *engine.Cursor {
	if n == 0 {
		return nil
	}
	plan.Limit, plan.Facets = n, nil
	return x.Search(plan).Next
}

// fuse makes a page of two rankings. A record's share of each is 1/(k + its place).
// The better half of the page stays with the ranking by words, so that what has the
// words is never crowded out. first is how many hits of the ranking by words, from its
// beginning, are on the page: the next page goes on behind them and leaves nothing out.
func fuse(words, near []engine.Hit, limit int) (page []engine.Hit, first int) {
	type entry struct {
		engine.Hit
		share float64
		word  int // place in the ranking by words, beyond it when not in it
	}
	entries := make([]entry, 0, len(words)+len(near))
	at := make(map[string]int, len(words))
	for i, h := range words {
		at[h.Key] = i
		entries = append(entries, entry{h, 1 / float64(fuseK+i+1), i})
	}
	for i, h := range near {
		share := 1 / float64(fuseK+i+1)
		if j, ok := at[h.Key]; ok {
			entries[j].share += share
		} else {
			entries = append(entries, entry{h, share, len(words)})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.word, b.word), cmp.Compare(a.Key, b.Key))
	})
	sure := min((limit+1)/2, len(words))
	free := limit - sure
	on := make(map[string]bool, limit)
	for _, e := range entries {
		switch {
		case e.word < sure:
		case free > 0:
			free--
		default:
			continue
		}
		page = append(page, e.Hit)
		on[e.Key] = true
	}
	for first < len(words) && on[words[first].Key] {
		first++
	}
	return page, first
}

// near gives the records that plan's kinds, filters and ranges let pass and whose
// vectors stand out as near to v, the nearest first. Up to narrow records that pass
// are listed by the engine, and of those none is missed; of more, only so many of the
// nearest vectors are looked at.
func (x *Index) near(ctx context.Context, tx *db.Tx, now *index, plan engine.Query, v vectors.Vector, narrow int) ([]engine.Hit, error) {
	all := engine.Query{Kinds: plan.Kinds, Filters: plan.Filters, Ranges: plan.Ranges}
	n := now.Search(all).Total
	if n == 0 {
		return nil, nil
	}
	if n <= narrow {
		all.Limit = n
		passing := make(map[string]engine.Hit, n)
		for _, h := range now.Search(all).Hits {
			passing[h.Key] = h
		}
		hits := x.standing(v, nearDeep, func(key string) bool { _, ok := passing[key]; return ok })
		near := make([]engine.Hit, len(hits))
		for i, h := range hits {
			near[i] = passing[h.Key]
		}
		return near, nil
	}
	hits := x.standing(v, nearTried, func(key string) bool { return slices.Contains(plan.Kinds, id.ID(key).Kind()) })
	var near []engine.Hit
	for len(hits) > 0 && len(near) < nearDeep {
		part := hits[:min(len(hits), nearDeep)]
		hits = hits[len(part):]
		passed, err := x.passing(ctx, tx, now, plan, part)
		if err != nil {
			return nil, err
		}
		near = append(near, passed...)
	}
	return near[:min(len(near), nearDeep)], nil
}

// standing gives the nearest vectors of those that keep accepts that stand out from
// all.
func (x *Index) standing(v vectors.Vector, most int, keep func(string) bool) []vectors.Hit {
	hits, crowd := x.vectors.Nearest(v, most, keep)
	for i, h := range hits {
		if !crowd.Stands(h.Score) {
			return hits[:i]
		}
	}
	return hits
}

// passing gives those of some records that a plan's filters and ranges let pass, by
// the same features that are indexed.
func (x *Index) passing(ctx context.Context, tx *db.Tx, now *index, plan engine.Query, hits []vectors.Hit) ([]engine.Hit, error) {
	var refs []record.Ref
	for _, h := range hits {
		if held, ok := now.Get(h.Key); ok {
			refs = append(refs, record.Ref{ID: id.ID(h.Key), Rev: held.Rev})
		}
	}
	records, err := x.book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	var passed []engine.Hit
	for _, r := range records {
		if passes(plan, x.book.FeaturesOf(r, x.Code)) {
			passed = append(passed, engine.Hit{Key: string(r.ID), Kind: r.Kind, Rev: r.Rev})
		}
	}
	return passed, nil
}

// passes says of a record's features what the engine says of its document.
func passes(plan engine.Query, f record.Features) bool {
	for _, filter := range plan.Filters {
		has := slices.ContainsFunc(f.Values[filter.Attr], func(v string) bool { return slices.Contains(filter.Any, v) })
		if has == filter.Not {
			return false
		}
	}
	for _, r := range plan.Ranges {
		if n, ok := f.Numbers[r.Attr]; !ok || n < r.From || n >= r.To && r.To != math.MaxInt64 {
			return false
		}
	}
	return true
}

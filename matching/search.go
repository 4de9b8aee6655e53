package matching

import (
	"context"
	"math"
	"strings"
	"time"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching/engine"
	"karvan/matching/terms"
	"karvan/record"
)

// Query asks for records.
type Query struct {
	Kinds   []string            // kinds of records; empty means every public kind
	Drafts  bool                // ask what is not public yet: newest revisions that are not the public ones
	Words   string              // full text; every word must be found, in some form
	Lang    lang.Tag            // language of the words, "" when not known
	Any     map[string][]string // attribute: one of these values
	Not     map[string][]string // attribute: none of these values
	Fixed   map[string][]string // as Any, and the attribute's own facet counts within it
	After   map[string]time.Time
	Before  map[string]time.Time // number attributes that hold times: from After, below Before
	Facets  []string
	Sort    []engine.Sort // empty: by score when there are words, else newest first
	Cursor  *engine.Cursor
	Limit   int
	AnyWord bool // some word suffices
}

// Hit is a record found.
type Hit struct {
	ID    id.ID
	Kind  string
	Rev   int
	Score float64
	Near  bool // an embedding service judged its meaning near, see [Index.UseVectors]
}

// Result answers a query.
type Result struct {
	Hits   []Hit
	Total  int
	Facets map[string][]engine.Count
	Next   string // cursor of the next page, "" when there is none
}

// Refs names the revisions found, for [record.Book.Many].
func (r Result) Refs() []record.Ref {
	refs := make([]record.Ref, len(r.Hits))
	for i, h := range r.Hits {
		refs[i] = record.Ref{ID: h.ID, Rev: h.Rev}
	}
	return refs
}

// Search answers q from one state of the index.
func (x *Index) Search(q Query) Result {
	now := x.serving.Load()
	return resultOf(now.Search(x.plan(now, q)))
}

func resultOf(found engine.Result) Result {
	r := Result{Total: found.Total, Facets: found.Facets, Hits: make([]Hit, len(found.Hits))}
	for i, h := range found.Hits {
		r.Hits[i] = Hit{ID: id.ID(strings.TrimSuffix(h.Key, "#head")), Kind: strings.TrimPrefix(h.Kind, "head/"), Rev: h.Rev, Score: h.Score}
	}
	if found.Next != nil {
		r.Next = found.Next.String()
	}
	return r
}

// Records searches and fetches what was found, in order.
func (x *Index) Records(ctx context.Context, tx *db.Tx, q Query) (Result, []*record.Record, error) {
	r, err := x.found(ctx, tx, q)
	if err != nil {
		return r, nil, err
	}
	records, err := x.book.Many(ctx, tx, r.Refs())
	return r, records, err
}

// plan turns a query into the engine's.
func (x *Index) plan(now *index, q Query) engine.Query {
	e := engine.Query{Facets: q.Facets, After: q.Cursor, Limit: q.Limit, AnyGroup: q.AnyWord, Sort: q.Sort}
	kinds := q.Kinds
	if len(kinds) == 0 {
		for _, k := range x.book.Kinds() {
			kinds = append(kinds, k.Name)
		}
	}
	for _, k := range kinds {
		if q.Drafts {
			k = headKind(k)
		}
		e.Kinds = append(e.Kinds, k)
	}
	if strings.TrimSpace(q.Words) != "" {
		e.Groups, e.AltWeights = terms.Asked(now.lexicon, q.Words, string(q.Lang))
		if len(e.Groups) == 0 { // only punctuation or stop words: nothing was asked for that can be found
			e.Groups = [][]string{{"\x00"}}
		}
	}
	for attr, values := range q.Any {
		if len(values) > 0 {
			e.Filters = append(e.Filters, engine.Filter{Attr: attr, Any: values})
		}
	}
	for attr, values := range q.Fixed {
		if len(values) > 0 {
			e.Filters = append(e.Filters, engine.Filter{Attr: attr, Any: values, Fixed: true})
		}
	}
	for attr, values := range q.Not {
		if len(values) > 0 {
			e.Filters = append(e.Filters, engine.Filter{Attr: attr, Any: values, Not: true})
		}
	}
	bounds := map[string]engine.Range{}
	bound := func(attr string) engine.Range {
		if b, ok := bounds[attr]; ok {
			return b
		}
		return engine.Range{Attr: attr, From: math.MinInt64, To: math.MaxInt64}
	}
	for attr, t := range q.After {
		b := bound(attr)
		b.From = db.Micros(t)
		bounds[attr] = b
	}
	for attr, t := range q.Before {
		b := bound(attr)
		b.To = db.Micros(t)
		bounds[attr] = b
	}
	for _, b := range bounds {
		e.Ranges = append(e.Ranges, b)
	}
	if len(e.Sort) == 0 {
		if len(e.Groups) > 0 {
			e.Sort = append(e.Sort, engine.Sort{By: "score", Desc: true})
		}
		e.Sort = append(e.Sort, engine.Sort{By: "published", Desc: true})
	}
	return e
}

// PublicRev gives the number of a record's public revision without asking the
// database.
func (x *Index) PublicRev(record id.ID) (rev int, ok bool) {
	h, ok := x.serving.Load().Get(string(record))
	return h.Rev, ok
}

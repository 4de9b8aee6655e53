package matching_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

const node = "n.example"

var (
	ctx   = context.Background()
	orgA  = id.Derive(node, "organisation", "a")
	actor = access.Actor{Account: "author", Grants: []access.Grant{{Role: access.Member, Scope: orgA}}}
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// offer and state are kinds made for these tests.
type offer struct {
	Stage string `json:"stage,omitempty"`
}

func (*offer) Validate(*record.Record, bool) error { return nil }

type state struct {
	Code string `json:"code"`
}

func (*state) Validate(*record.Record, bool) error { return nil }

func newBook() *record.Book {
	var policy access.Policy
	for _, verb := range []string{"create", "edit", "submit", "return", "publish", "suspend", "resume", "withdraw", "renew", "confirm", "expire", "erase", "discard"} {
		policy = append(policy, access.Rule{Verb: verb, Role: access.Member, Scope: access.OwnOrganisation})
	}
	texts := []record.TextField{{Name: "title", Max: 200, Required: true}, {Name: "summary", Max: 2000, Lines: true}}
	return record.NewBook(node,
		&record.Kind{Name: "offer", New: func() record.Body { return &offer{} }, Texts: texts, Policy: policy,
			Features: func(r *record.Record, f *record.Features, _ func(id.ID) string) {
				f.Add("stage", r.Body.(*offer).Stage)
			}},
		&record.Kind{Name: "state", New: func() record.Body { return &state{} }, Texts: texts, Policy: policy,
			Features: func(r *record.Record, f *record.Features, _ func(id.ID) string) { f.Add("code", r.Body.(*state).Code) }})
}

type world struct {
	t    *testing.T
	d    *db.DB
	b    *record.Book
	x    *matching.Index
	feed *journal.Feed
}

func newWorld(t *testing.T, d *db.DB) *world {
	d.SetClock(testkit.NewClock(start).Now)
	b := newBook()
	w := &world{t: t, d: d, b: b, x: matching.New(d, b, lexicon.CoreLexicon())}
	w.feed = journal.NewFeed(d, w.x.Consumer())
	return w
}

// write writes and lets the index follow.
func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(ctx, actor, f); err != nil {
		w.t.Fatal(err)
	}
	if err := w.feed.Flush(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// titled is a draft with a title by language; "en" is the source when it is there.
func titled(titles map[string]string) *record.Record {
	r := &record.Record{Kind: "offer", Owner: orgA, Body: &offer{Stage: "pilot"}, Texts: map[string]record.Version{}}
	for _, t := range lang.Content {
		if titles[string(t)] != "" && (r.Source == "" || t == "en") {
			r.Source = t
		}
	}
	for tag, title := range titles {
		p := record.Human
		if tag == string(r.Source) {
			p = record.Original
		}
		r.Texts[tag] = record.Version{Provenance: p, Fields: map[string]string{"title": title}}
	}
	return r
}

func (w *world) publish(r *record.Record) *record.Record {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		if err := w.b.Create(ctx, tx, r); err != nil {
			return err
		}
		for _, verb := range []string{"submit", "publish"} {
			if r, err = w.b.Do(ctx, tx, r.ID, r.Rev, verb, record.Options{}); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

func (w *world) rebuilt() *matching.Index {
	w.t.Helper()
	y := matching.New(w.d, newBook(), lexicon.CoreLexicon())
	if err := y.Rebuild(ctx, nil); err != nil {
		w.t.Fatal(err)
	}
	return y
}

var newest = []engine.Sort{{By: "updated", Desc: true}, {By: "created"}}

// queries ask in many ways; each has one right order.
func queries() (all []matching.Query) {
	for _, drafts := range []bool{false, true} {
		all = append(all, matching.Query{Drafts: drafts, Sort: newest, Limit: 500, Facets: []string{"lang", "stage", "status", "state", "party"}})
		for _, attr := range []struct{ name, value string }{{"stage", "pilot"}, {"stage", "lab"}, {"status", "published"}, {"status", "withdrawn"}, {"status", "draft"}, {"lang", "ru"}, {"state", "kz"}, {"source", "zh"}} {
			v := map[string][]string{attr.name: {attr.value}}
			all = append(all, matching.Query{Drafts: drafts, Any: v, Sort: newest, Limit: 500, Facets: []string{attr.name}},
				matching.Query{Drafts: drafts, Not: v, Sort: newest, Limit: 500}, matching.Query{Drafts: drafts, Fixed: v, Sort: newest, Limit: 500, Facets: []string{attr.name}})
		}
		for _, words := range []string{"water", "solar pumps", "вода", "насосы", "水", "آب", "nothing", "the", "!?"} {
			all = append(all, matching.Query{Drafts: drafts, Words: words, Limit: 500, Sort: newest}, matching.Query{Drafts: drafts, Words: words, AnyWord: true, Limit: 500, Sort: newest})
		}
		for _, tag := range lang.Interface {
			all = append(all, matching.Query{Kinds: []string{"offer"}, Drafts: drafts, Sort: []engine.Sort{{By: "name." + string(tag)}, {By: "created"}}, Limit: 500})
		}
		all = append(all, matching.Query{Drafts: drafts, After: map[string]time.Time{"updated": start.Add(time.Millisecond)}, Before: map[string]time.Time{"created": start.Add(time.Millisecond)}, Sort: newest, Limit: 500})
	}
	return all
}

// same fails unless two indexes answer every query alike.
func same(t *testing.T, what string, a, b *matching.Index) {
	t.Helper()
	if a.Position() != b.Position() {
		t.Errorf("%s: at %d and %d", what, a.Position(), b.Position())
	}
	for _, q := range queries() {
		x, y := a.Search(q), b.Search(q)
		for _, r := range []*matching.Result{&x, &y} {
			r.Next = ""
			for i := range r.Hits {
				r.Hits[i].Score = 0 // sums of the same numbers in another order
			}
		}
		if diff := cmp.Diff(x, y); diff != "" {
			t.Fatalf("%s: %+v\n%s", what, q, diff)
		}
	}
}

// live makes random things happen to random records.
func (w *world) live(dice *rand.Rand, ids []id.ID, steps int) []id.ID {
	w.t.Helper()
	titles := []map[string]string{{"en": "Solar pumps for water"}, {"ru": "Солнечные насосы", "en": "Pumps"}, {"zh": "节水灌溉技术"}, {"fa": "آب و خاک"}, {"en": "Seeds", "ru": "Семена", "zh": "种子"}}
	verbs := []string{"submit", "submit", "publish", "publish", "return", "suspend", "resume", "expire", "renew", "confirm", "withdraw", "discard", "erase"}
	parties := []id.ID{"", id.Derive(node, "state", "kz"), id.Derive(node, "state", "uz")}
	for range steps {
		err := w.d.Write(ctx, actor, func(tx *db.Tx) error {
			if len(ids) < 12 || dice.IntN(5) == 0 {
				r := titled(titles[dice.IntN(len(titles))])
				r.Party = parties[dice.IntN(3)]
				if dice.IntN(2) == 0 {
					r.Body = &offer{Stage: "lab"}
				}
				if err := w.b.Create(ctx, tx, r); err != nil {
					return err
				}
				ids = append(ids, r.ID)
				return nil
			}
			record_ := ids[dice.IntN(len(ids))]
			h, err := w.b.HeadOf(ctx, tx, record_)
			if err != nil {
				return err
			}
			if dice.IntN(3) == 0 {
				_, err = w.b.Edit(ctx, tx, record_, h.Rev, func(r *record.Record) error {
					r.Texts[string(r.Source)].Fields["summary"] = fmt.Sprint("water ", dice.IntN(100))
					return nil
				})
			} else {
				_, err = w.b.Do(ctx, tx, record_, h.Rev, verbs[dice.IntN(len(verbs))], record.Options{Note: &record.Note{Type: "fact", Text: map[string]string{"en": "Because."}}})
			}
			if fault.Is(err, fault.Conflict) {
				return nil
			}
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
		if dice.IntN(4) == 0 {
			if err := w.feed.Flush(ctx); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	if err := w.feed.Flush(ctx); err != nil {
		w.t.Fatal(err)
	}
	return ids
}

func (w *world) states() {
	for _, code := range []string{"kz", "uz"} {
		r := titled(map[string]string{"en": "State " + code})
		r.Kind, r.ID, r.Body = "state", id.Derive(node, "state", code), &state{code}
		w.publish(r)
	}
}

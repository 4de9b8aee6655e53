package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"

	"karvan/matching/engine"
)

func joinIndex(docs int) (*engine.Index, *naive) {
	r := rand.New(rand.NewPCG(31, 32))
	x, n := engine.New(options), &naive{opts: options, docs: map[string]engine.Doc{}}
	for range docs / 100 {
		var put []engine.Doc
		for range 100 {
			put = append(put, randomDoc(r, docs))
		}
		x.Apply(put, nil)
		n.apply(put, nil)
	}
	return x, n
}

// like asks for what is like a document, in other kinds.
func like(d engine.Doc) engine.Query {
	q := engine.Query{AnyGroup: true, Kinds: []string{"kind0", "kind2"}, Limit: 5, Sort: []engine.Sort{{By: engine.ScoreKey, Desc: true}}}
	for _, f := range d.Text {
		for _, t := range f.Terms {
			q.Groups = append(q.Groups, []string{t})
		}
	}
	if own := d.Values["one"]; own != nil {
		q.Filters = []engine.Filter{{Attr: "one", Any: own, Not: true}}
	}
	return q
}

func TestJoinGivesWhatSearchGives(t *testing.T) {
	x, n := joinIndex(1500)
	for _, c := range []struct {
		name    string
		from    engine.Query
		workers int
	}{
		{"everything by one worker", engine.Query{}, 1},
		{"one kind by as many workers as processors", engine.Query{Kinds: []string{"kind1"}}, 0},
		{"what passes words and filters by many workers", engine.Query{
			Groups: [][]string{{"t1", "t2"}}, Filters: []engine.Filter{{Attr: "one", Any: []string{"v1", "v2"}}},
			Facets: []string{"one"}}, 7},
		{"nothing", engine.Query{Kinds: []string{"none"}}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := c.from
			all.Limit, all.Facets = 100_000, nil
			left := map[string]bool{}
			for _, h := range x.Search(all).Hits {
				left[h.Key] = true
			}
			err := x.Join(t.Context(), c.from, func(key string) (engine.Query, bool) {
				return like(n.docs[key]), true
			}, c.workers, func(key string, hits []engine.Hit) error {
				if !left[key] {
					return fmt.Errorf("%s was not selected, or came twice", key)
				}
				delete(left, key)
				if want := x.Search(like(n.docs[key])).Hits; !reflect.DeepEqual(hits, want) {
					return fmt.Errorf("%s has\n%+v, want\n%+v", key, hits, want)
				}
				return nil
			})
			if err != nil || len(left) > 0 {
				t.Errorf("%v, %d documents left out", err, len(left))
			}
		})
	}
}

func TestJoinEndsEarly(t *testing.T) {
	x, n := joinIndex(1500)
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		end  func(cancel context.CancelFunc) error
		want error
	}{
		{"when what takes the hits fails", func(context.CancelFunc) error { return broken }, broken},
		{"when the context ends", func(cancel context.CancelFunc) error { cancel(); return nil }, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var asked atomic.Int32
			emitted := 0
			err := x.Join(ctx, engine.Query{}, func(key string) (engine.Query, bool) {
				asked.Add(1)
				return like(n.docs[key]), true
			}, 3, func(string, []engine.Hit) error {
				if emitted++; emitted == 10 {
					return c.end(cancel)
				}
				return nil
			})
			if !errors.Is(err, c.want) || int(asked.Load()) > x.Len()/2 {
				t.Errorf("%v after %d of %d", err, asked.Load(), x.Len())
			}
		})
	}
}

func TestJoinLeavesOutWhatMatchLeavesOut(t *testing.T) {
	x, _ := joinIndex(200)
	err := x.Join(t.Context(), engine.Query{}, func(string) (engine.Query, bool) { return engine.Query{}, false }, 2,
		func(key string, _ []engine.Hit) error { return errors.New(key) })
	if err != nil {
		t.Errorf("%v was given", err)
	}
}

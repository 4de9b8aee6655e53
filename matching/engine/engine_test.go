package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"karvan/matching/engine"
)

var options = engine.Options{Weights: map[string]float64{"title": 3}}

// pages collects all pages of a query and checks what must hold of each.
func pages(t *testing.T, x *engine.Index, q engine.Query) ([]engine.Hit, engine.Result) {
	t.Helper()
	first := x.Search(q)
	all := first.Hits
	for r := first; r.Next != nil; {
		c, err := engine.ParseCursor(r.Next.String())
		if err != nil {
			t.Fatalf("cursor of %+v: %v", q, err)
		}
		q.After = &c
		r = x.Search(q)
		if r.Total != first.Total || len(r.Hits) == 0 {
			t.Fatalf("page of %d hits, total %d after %d", len(r.Hits), r.Total, first.Total)
		}
		all = append(all, r.Hits...)
		if len(all) > first.Total {
			t.Fatalf("more hits than the total %d for %+v", first.Total, q)
		}
	}
	return all, first
}

// agree compares the engine with the exhaustive answer, over all pages.
func agree(t *testing.T, x *engine.Index, n *naive, q engine.Query) {
	t.Helper()
	rows, facets := n.search(q)
	hits, r := pages(t, x, q)
	var want, got []string
	for _, row := range rows {
		score := 0.0
		if len(slices.DeleteFunc(slices.Clone(q.Groups), func(g []string) bool { return len(g) == 0 })) > 0 {
			score = float64(row.score) * n.scale
		}
		want = append(want, fmt.Sprint(row.doc.Key, " ", row.doc.Kind, " ", row.doc.Rev, " ", score))
	}
	for _, h := range hits {
		got = append(got, fmt.Sprint(h.Key, " ", h.Kind, " ", h.Rev, " ", h.Score))
		explained(t, x, q, h)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("hits of %+v (-want +got):\n%s", q, d)
	}
	if r.Total != len(rows) {
		t.Fatalf("total of %+v is %d, want %d", q, r.Total, len(rows))
	}
	if d := cmp.Diff(facets, r.Facets, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("facets of %+v (-want +got):\n%s", q, d)
	}
}

func TestSearchAgreesWithExhaustiveSearch(t *testing.T) {
	for _, c := range []struct {
		name               string
		keys, steps, batch int
	}{
		{"few documents changed one by one", 40, 120, 1},
		{"hundreds of documents in small batches", 600, 60, 12},
		{"thousands of documents in large batches", 6000, 8, 900},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, uint64(c.keys)))
			x, n := engine.New(options), &naive{opts: options, docs: map[string]engine.Doc{}}
			for range c.steps {
				var put []engine.Doc
				var remove []string
				for range 1 + r.IntN(2*c.batch) {
					if r.IntN(4) == 0 {
						remove = append(remove, randomDoc(r, c.keys).Key)
					} else {
						put = append(put, randomDoc(r, c.keys))
					}
				}
				x.Apply(put, remove)
				n.apply(put, remove)
				if x.Len() != len(n.docs) {
					t.Fatalf("Len is %d, want %d", x.Len(), len(n.docs))
				}
				for range 4 {
					agree(t, x, n, randomQuery(r))
				}
			}
			var b bytes.Buffer
			if _, err := x.WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			y := engine.New(options)
			if _, err := y.ReadFrom(&b); err != nil {
				t.Fatal(err)
			}
			for range 20 {
				agree(t, y, n, randomQuery(r))
			}
			for k, d := range n.docs {
				if h, ok := y.Get(k); !ok || h.Rev != d.Rev || h.Kind != d.Kind {
					t.Fatalf("Get(%s) = %+v, %v", k, h, ok)
				}
			}
		})
	}
}

func TestSnapshotEqualsRebuildAndGoesOnChanging(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x, n := engine.New(options), &naive{opts: options, docs: map[string]engine.Doc{}}
	change := func(xs ...*engine.Index) {
		var put []engine.Doc
		for range 300 {
			put = append(put, randomDoc(r, 900))
		}
		remove := []string{put[0].Key, "k00001", "k00002"}
		n.apply(put, remove)
		for _, x := range xs {
			x.ApplyAt(x.Position()+1, put, remove)
		}
	}
	for range 5 {
		change(x)
	}
	var b bytes.Buffer
	wrote, err := x.WriteTo(&b)
	if err != nil || wrote != int64(b.Len()) {
		t.Fatalf("WriteTo gave %d, %v for %d bytes", wrote, err, b.Len())
	}
	y := engine.New(options)
	if _, err := y.ReadFrom(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	if y.Position() != 5 {
		t.Errorf("position is %d, want 5", y.Position())
	}
	change(x, y)
	z := engine.New(options)
	var all []engine.Doc
	for _, d := range n.docs {
		all = append(all, d)
	}
	z.Apply(all, nil)
	for range 200 {
		q := randomQuery(r)
		want := x.Search(q)
		for name, other := range map[string]*engine.Index{"snapshot": y, "rebuilt": z} {
			if got := other.Search(q); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s index answers %+v with\n%+v, want\n%+v", name, q, got, want)
			}
		}
	}
}

func TestReadFromRefusesWhatIsNotItsSnapshot(t *testing.T) {
	x := engine.New(options)
	x.Apply([]engine.Doc{randomDoc(rand.New(rand.NewPCG(3, 3)), 10)}, nil)
	var b bytes.Buffer
	if _, err := x.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for i := range whole {
		bad := slices.Clone(whole)
		bad[i] ^= 0x40
		if _, err := x.ReadFrom(bytes.NewReader(bad)); err == nil {
			t.Fatalf("byte %d changed and nobody noticed", i)
		}
		if _, err := x.ReadFrom(bytes.NewReader(whole[:i])); err == nil {
			t.Fatalf("cut at byte %d and nobody noticed", i)
		}
	}
	if x.Len() != 1 {
		t.Errorf("the index changed: %d documents", x.Len())
	}
	if _, err := engine.New(engine.Options{K1: 2}).ReadFrom(bytes.NewReader(whole)); err == nil {
		t.Error("a snapshot with other options was taken")
	}
}

func TestSnapshotKeepsOrderKeysThatOneKindLacks(t *testing.T) {
	x := engine.New(engine.Options{})
	x.Apply([]engine.Doc{{Key: "a", Kind: "offer", Order: map[string]string{"title": "t"}}, {Key: "b", Kind: "need"}}, nil)
	var b bytes.Buffer
	if _, err := x.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	y := engine.New(engine.Options{})
	if _, err := y.ReadFrom(&b); err != nil || y.Len() != 2 {
		t.Fatalf("%d documents, %v", y.Len(), err)
	}
}

func TestReadersSeeWholeBatchesWhileOthersWrite(t *testing.T) {
	const docs, batches = 50, 60
	x := engine.New(engine.Options{})
	batch := func(i int) []engine.Doc {
		put := make([]engine.Doc, docs)
		for d := range put {
			put[d] = engine.Doc{
				Key: fmt.Sprintf("k%d", d), Kind: "offer", Rev: i,
				Text:    []engine.FieldTerms{{Field: "body", Terms: []string{"all", fmt.Sprintf("new%d", i)}}},
				Values:  map[string][]string{"batch": {fmt.Sprint(i)}},
				Numbers: map[string]int64{"batch": int64(i)},
			}
		}
		return put
	}
	x.ApplyAt(0, batch(0), nil)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r := x.Search(engine.Query{
					Groups: [][]string{{"all"}}, Facets: []string{"batch"}, Limit: docs,
					Sort: []engine.Sort{{By: "batch", Desc: true}},
				})
				if r.Total != docs || len(r.Facets["batch"]) != 1 || r.Hits[0].Rev != r.Hits[docs-1].Rev {
					t.Errorf("half a batch: total %d, facets %v", r.Total, r.Facets)
					return
				}
			}
		})
	}
	for i := 1; i <= batches; i++ {
		x.ApplyAt(int64(i), batch(i), nil)
		if i%20 == 0 {
			var b bytes.Buffer
			if _, err := x.WriteTo(&b); err != nil {
				t.Error(err)
			}
			if _, err := x.ReadFrom(&b); err != nil {
				t.Error(err)
			}
		}
	}
	close(stop)
	wg.Wait()
	if x.Position() != batches {
		t.Errorf("position is %d", x.Position())
	}
}

func TestApplySettlesRepeatedKeys(t *testing.T) {
	doc := func(key, kind string, rev int) engine.Doc { return engine.Doc{Key: key, Kind: kind, Rev: rev} }
	for _, c := range []struct {
		name   string
		put    []engine.Doc
		remove []string
		want   []engine.Hit
	}{
		{"the later of two puts counts", []engine.Doc{doc("a", "x", 1), doc("a", "y", 2)}, nil, []engine.Hit{{Key: "a", Kind: "y", Rev: 2}, {Key: "old", Kind: "x"}}},
		{"put wins over remove", []engine.Doc{doc("old", "x", 3)}, []string{"old"}, []engine.Hit{{Key: "old", Kind: "x", Rev: 3}}},
		{"a document may change its kind", []engine.Doc{doc("old", "y", 4)}, nil, []engine.Hit{{Key: "old", Kind: "y", Rev: 4}}},
		{"removing what is not there does nothing", nil, []string{"none"}, []engine.Hit{{Key: "old", Kind: "x"}}},
		{"the last document may go", nil, []string{"old", "old"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := engine.New(engine.Options{})
			x.Apply([]engine.Doc{doc("old", "x", 0)}, nil)
			x.Apply(c.put, c.remove)
			if d := cmp.Diff(c.want, x.Search(engine.Query{Limit: 9}).Hits); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTermsGivesWhatADocumentHolds(t *testing.T) {
	x := engine.New(engine.Options{})
	x.Apply([]engine.Doc{{Key: "a", Kind: "x", Text: []engine.FieldTerms{{Field: "f", Terms: []string{"b", "a", "b"}}}}}, nil)
	if got := slices.Sorted(slices.Values(x.Terms("a"))); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("terms are %v", got)
	}
	if got := x.Terms("none"); got != nil {
		t.Errorf("terms of nothing are %v", got)
	}
}

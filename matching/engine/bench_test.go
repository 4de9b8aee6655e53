package engine_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"karvan/matching/engine"
)

const corpusDocs = 100_000

// corpus is 100,000 documents of 100 words from a Zipf vocabulary of 300,000, of
// four kinds, with seven facets of 2 to 5,000 values and two numbers.
func corpus(n int) []engine.Doc {
	r := rand.New(rand.NewPCG(11, 12))
	words := rand.NewZipf(r, 1.07, 8, 299_999)
	sizes := []uint64{2, 5, 10, 40, 60, 200, 5000}
	docs := make([]engine.Doc, n)
	for i := range docs {
		title, body := make([]string, 10), make([]string, 90)
		for j := range title {
			title[j] = fmt.Sprintf("w%d", words.Uint64())
		}
		for j := range body {
			body[j] = fmt.Sprintf("w%d", words.Uint64())
		}
		d := engine.Doc{
			Key: fmt.Sprintf("01J%023d", uint64(i)*7919), Kind: []string{"offer", "offer", "need", "need", "call", "person"}[r.IntN(6)], Rev: 1,
			Text:    []engine.FieldTerms{{Field: "title", Terms: title}, {Field: "body", Terms: body}},
			Values:  map[string][]string{},
			Numbers: map[string]int64{"published": int64(i)*1e6 + r.Int64N(1e9), "deadline": r.Int64N(1e9)},
			Order:   map[string]string{"title": fmt.Sprintf("%x", r.Uint64())},
		}
		for f, size := range sizes {
			for range 1 + f%2*r.IntN(3) {
				v := uint64(math.Pow(r.Float64(), 2) * float64(size))
				a := fmt.Sprintf("f%d", f)
				d.Values[a] = append(d.Values[a], fmt.Sprintf("v%d", v))
			}
		}
		docs[i] = d
	}
	return docs
}

var benchIndex = sync.OnceValue(func() *engine.Index {
	x := engine.New(options)
	docs := corpus(corpusDocs)
	for i := 0; i < len(docs); i += 1000 {
		x.Apply(docs[i:i+1000], nil)
	}
	return x
})

var sevenFacets = []string{"f0", "f1", "f2", "f3", "f4", "f5", "f6"}

func BenchmarkSearch(b *testing.B) {
	newest := []engine.Sort{{By: "published", Desc: true}}
	best := []engine.Sort{{By: engine.ScoreKey, Desc: true}}
	offers := []string{"offer"}
	filter := func(a, v string) engine.Filter { return engine.Filter{Attr: a, Any: []string{v}} }
	three := []engine.Filter{filter("f1", "v1"), filter("f3", "v2"), filter("f4", "v3")}
	var like [][]string
	r := rand.New(rand.NewPCG(4, 4))
	words := rand.NewZipf(r, 1.07, 8, 299_999)
	for range 80 {
		like = append(like, []string{fmt.Sprintf("w%d", words.Uint64())})
	}
	for _, c := range []struct {
		name string
		q    engine.Query
	}{
		{"all newest", engine.Query{Sort: newest}},
		{"kind newest", engine.Query{Kinds: offers, Sort: newest}},
		{"kind by title", engine.Query{Kinds: offers, Sort: []engine.Sort{{By: "title"}}}},
		{"kind 1 filter newest", engine.Query{Kinds: offers, Filters: three[:1], Sort: newest}},
		{"kind 3 filters newest", engine.Query{Kinds: offers, Filters: three, Sort: newest}},
		{"kind half filter newest", engine.Query{Kinds: offers, Filters: []engine.Filter{filter("f0", "v0")}, Sort: newest}},
		{"all half filter newest", engine.Query{Filters: []engine.Filter{filter("f0", "v0")}, Sort: newest}},
		{"kind range newest", engine.Query{Kinds: offers, Ranges: []engine.Range{{Attr: "deadline", From: 5e8, To: math.MaxInt64}}, Sort: newest}},
		{"2 words", engine.Query{Kinds: offers, Groups: [][]string{{"w30"}, {"w200"}}, Sort: best}},
		{"frequent word", engine.Query{Kinds: offers, Groups: [][]string{{"w2", "w3"}}, Sort: best}},
		{"2 words 1 filter", engine.Query{Kinds: offers, Groups: [][]string{{"w30"}, {"w200"}}, Filters: three[:1], Sort: best}},
		{"3 words with alternatives", engine.Query{Kinds: offers, Groups: [][]string{{"w5", "w90"}, {"w50", "w900"}, {"w70"}}, Filters: three[:1], Sort: best}},
		{"3 words any", engine.Query{Kinds: offers, AnyGroup: true, Groups: [][]string{{"w30"}, {"w200"}, {"w500"}}, Sort: best}},
		{"like 80 terms no facets", engine.Query{Kinds: offers, AnyGroup: true, Groups: like, Sort: best}},
	} {
		c.q.Limit, c.q.FacetLimit = 20, 20
		if c.name != "like 80 terms no facets" {
			c.q.Facets = sevenFacets
		}
		b.Run(c.name, func(b *testing.B) {
			x := benchIndex()
			b.ReportAllocs()
			total := 0
			for b.Loop() {
				total = x.Search(c.q).Total
			}
			b.ReportMetric(float64(total), "matches")
		})
	}
}

func BenchmarkApply(b *testing.B) {
	docs := corpus(corpusDocs)
	for _, batch := range []int{1, 1000, corpusDocs} {
		b.Run(fmt.Sprintf("batch %d", batch), func(b *testing.B) {
			x := engine.New(options)
			i, n := 0, 0
			for b.Loop() {
				x.Apply(docs[i:i+batch], nil)
				i, n = (i+batch)%len(docs), n+batch
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "docs/s")
		})
	}
	b.Run("replace one", func(b *testing.B) {
		x := benchIndex()
		i := 0
		for b.Loop() {
			x.Apply(docs[i:i+1], nil)
			i = (i + 7919) % len(docs)
		}
	})
}

func BenchmarkSnapshot(b *testing.B) {
	var buf bytes.Buffer
	if _, err := benchIndex().WriteTo(&buf); err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		x := benchIndex()
		for b.Loop() {
			x.WriteTo(io.Discard)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(buf.Len()))
		var x *engine.Index
		for b.Loop() {
			x = engine.New(options)
			if _, err := x.ReadFrom(bytes.NewReader(buf.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		s := x.Stats()
		runtime.GC()
		runtime.ReadMemStats(&before)
		runtime.KeepAlive(x)
		x = nil
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(before.HeapAlloc-after.HeapAlloc)/1e6, "heapMB")
		b.ReportMetric(float64(s.Bytes)/1e6, "statsMB")
		b.ReportMetric(float64(s.Postings), "postings")
	})
}

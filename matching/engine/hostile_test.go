package engine_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"karvan/matching/engine"
)

// sound checks what must hold of every answer: finite scores above 0 for what
// was asked by words, in order, each the sum of its parts.
func sound(t *testing.T, x *engine.Index, q engine.Query) {
	t.Helper()
	r := x.Search(q)
	if r.Total > x.Len() || len(r.Hits) > r.Total {
		t.Fatalf("%d hits of %d in %d documents", len(r.Hits), r.Total, x.Len())
	}
	asked := false
	for _, g := range q.Groups {
		asked = asked || len(g) > 0
	}
	for i, h := range r.Hits {
		if math.IsNaN(h.Score) || math.IsInf(h.Score, 0) || h.Score < 0 || asked && h.Score == 0 {
			t.Fatalf("%s scores %v", h.Key, h.Score)
		}
		if i > 0 && len(q.Sort) > 0 && q.Sort[0].By == engine.ScoreKey && h.Score > r.Hits[i-1].Score {
			t.Fatalf("hit %d scores %v, the one before %v", i, h.Score, r.Hits[i-1].Score)
		}
		explained(t, x, q, h)
	}
}

func repeated(n int, word func(i int) string) []string {
	terms := make([]string, n)
	for i := range terms {
		terms[i] = word(i)
	}
	return terms
}

// hostile are documents that somebody could send to be found before all others,
// or to break the index, beside a plain one.
func hostile() []engine.Doc {
	text := func(key string, terms []string, weights ...float32) engine.Doc {
		return engine.Doc{Key: key, Kind: "offer", Text: []engine.FieldTerms{{Field: "text", Terms: terms, Weights: weights}}}
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	return []engine.Doc{
		text("plain", strings.Fields("laser crystal growth for sensors of dust in air")),
		text("stuffed", repeated(10_000, func(int) string { return "laser" })),
		text("megabyte", repeated(150_000, func(i int) string { return fmt.Sprint("word", i%997) })),
		text("vocabulary", append(repeated(100_000, func(i int) string { return fmt.Sprint("rare", i) }), "laser")),
		text("one long word", []string{strings.Repeat("a", 1<<20)}),
		text("empty", nil), {Key: "none", Kind: "offer"}, {}, text("nothing in it", []string{"", ""}),
		text("weights without words", nil, 1, nan), text("infinite", []string{"laser", "laser"}, inf, inf),
		text("not a number", []string{"laser", "crystal"}, nan, nan), text("below nothing", []string{"laser", "dust"}, -inf, -3),
		text("greatest", repeated(1000, func(int) string { return "laser" }), repeatedWeights(1000, math.MaxFloat32)...),
	}
}

func repeatedWeights(n int, w float32) []float32 {
	weights := make([]float32, n)
	for i := range weights {
		weights[i] = w
	}
	return weights
}

func TestHostileDocumentsAndQueries(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	indexes := map[string]*engine.Index{
		"plain options":   engine.New(engine.Options{}),
		"hostile options": engine.New(engine.Options{Weights: map[string]float64{"text": inf, "x": nan, "y": -1}, K1: inf, B: inf, Length: nan}),
	}
	best := []engine.Sort{{By: engine.ScoreKey, Desc: true}}
	many := repeated(3000, func(i int) string { return fmt.Sprint("rare", i) })
	groups := make([][]string, len(many))
	for i := range groups {
		groups[i] = many[i : i+1]
	}
	words := [][]string{{"laser", "crystal"}, {"dust"}}
	for name, x := range indexes {
		for _, d := range hostile() { // one by one, so that they are merged too
			x.Apply([]engine.Doc{d}, nil)
		}
		x.Apply(hostile(), []string{"no such key", ""})
		for _, c := range []struct {
			name string
			q    engine.Query
		}{
			{"nothing asked", engine.Query{Limit: 20}},
			{"no limit", engine.Query{Groups: words, AnyGroup: true, Limit: -5}},
			{"weights that are no numbers", engine.Query{Groups: words, AnyGroup: true, Weights: []float64{nan, nan}, AltWeights: [][]float64{{nan, nan}, {nan}}}},
			{"infinite weights", engine.Query{Groups: words, AnyGroup: true, Weights: []float64{inf, -inf}, AltWeights: [][]float64{{inf, -inf}, {-inf}}}},
			{"one infinite weight and one tiny", engine.Query{Groups: words, AnyGroup: true, Weights: []float64{inf, 5e-324}}},
			{"negative weights", engine.Query{Groups: words, AnyGroup: true, Weights: []float64{-1, -2}, AltWeights: [][]float64{{-1, -1}}}},
			{"more weights than groups", engine.Query{Groups: words, Weights: []float64{1, 2, 3, nan}, AltWeights: [][]float64{{1, 1, nan}, {1}, {nan}}}},
			{"thousands of groups", engine.Query{Groups: groups, AnyGroup: true}},
			{"thousands of alternatives", engine.Query{Groups: [][]string{many, append([]string{"laser"}, many...)}}},
			{"words that are empty or long", engine.Query{Groups: [][]string{{""}, {strings.Repeat("a", 1<<20)}}, AnyGroup: true}},
			{"ranges turned round", engine.Query{Ranges: []engine.Range{{Attr: "n", From: 5, To: -5}, {Attr: "", From: math.MaxInt64, To: math.MinInt64}}}},
			{"filters and facets of nothing", engine.Query{Filters: []engine.Filter{{}, {Not: true}}, Facets: []string{"", "a", "a"}, FacetLimit: -1}},
		} {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				if c.q.Limit == 0 {
					c.q.Limit = 50
				}
				c.q.Sort = best
				sound(t, x, c.q)
			})
		}
	}
}

func TestStuffingAWordIsLittleBetterThanUsingItTwice(t *testing.T) {
	x := engine.New(engine.Options{})
	x.Apply(hostile(), nil)
	x.Apply([]engine.Doc{{Key: "twice", Kind: "offer", Text: []engine.FieldTerms{{Terms: strings.Fields("laser crystal growth laser")}}}}, nil)
	q := engine.Query{Groups: [][]string{{"laser"}, {"crystal"}, {"growth"}}, AnyGroup: true, Limit: 1, Sort: []engine.Sort{{By: engine.ScoreKey, Desc: true}}}
	if r := x.Search(q); r.Hits[0].Key != "twice" {
		t.Errorf("%+v comes first", r.Hits[0])
	}
}

func FuzzApplyAndSearch(f *testing.F) {
	f.Add("laser crystal laser", "laser", float32(1), 1.0, 0.5, false)
	f.Add("", " ", float32(math.NaN()), math.NaN(), math.Inf(-1), true)
	f.Add("a b c d e f", "f a zz", float32(math.Inf(1)), math.MaxFloat64, -0.0, true)
	f.Fuzz(func(t *testing.T, text, ask string, occurrence float32, group, sure float64, any bool) {
		if len(text)+len(ask) > 1<<12 {
			return
		}
		x := engine.New(options)
		words := strings.Split(text, " ")
		for i := range 5 {
			x.Apply([]engine.Doc{{Key: fmt.Sprint(i % 4), Kind: "offer", Rev: i, Text: []engine.FieldTerms{
				{Field: "title", Terms: words[:len(words)*i/5], Weights: []float32{occurrence, 1, occurrence}},
				{Field: "body", Terms: words[len(words)*i/5:]}}}}, nil)
		}
		q := engine.Query{AnyGroup: any, Limit: 9, Sort: []engine.Sort{{By: engine.ScoreKey, Desc: true}}, Weights: []float64{group, 1, group}}
		for i, w := range strings.Split(ask, " ") {
			q.Groups = append(q.Groups, []string{w, words[i%len(words)]})
			q.AltWeights = append(q.AltWeights, []float64{sure, group})
		}
		sound(t, x, q)
		var b bytes.Buffer
		y := engine.New(options)
		if _, err := x.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := y.ReadFrom(&b); err != nil {
			t.Fatal(err)
		}
		if got, want := y.Search(q), x.Search(q); !reflect.DeepEqual(got, want) {
			t.Fatalf("after a snapshot %+v, before %+v", got, want)
		}
	})
}

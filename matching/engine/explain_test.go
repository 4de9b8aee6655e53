package engine_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"karvan/matching/engine"
)

// explained checks that the shares of a hit add up to exactly its score.
func explained(t *testing.T, x *engine.Index, q engine.Query, h engine.Hit) {
	t.Helper()
	parts, score, ok := x.Explain(h.Key, q)
	if !ok || score != h.Score {
		t.Fatalf("Explain(%s, %+v) gives %v, %v; Search gave %v", h.Key, q, score, ok, h.Score)
	}
	sum, last := 0.0, -1
	for _, p := range parts {
		if p.Group <= last || p.Score <= 0 || !slices.Contains(q.Groups[p.Group], p.Term) {
			t.Fatalf("part %+v behind group %d of %+v", p, last, q)
		}
		sum, last = sum+p.Score, p.Group
	}
	if sum != score {
		t.Fatalf("parts %+v add up to %v, not %v", parts, sum, score)
	}
}

func TestExplainNamesTheAlternativeThatCounted(t *testing.T) {
	x := engine.New(engine.Options{})
	doc := func(key string, terms ...string) engine.Doc {
		return engine.Doc{Key: key, Kind: "offer", Text: []engine.FieldTerms{{Terms: terms}}}
	}
	x.Apply([]engine.Doc{doc("a", "once", "twice", "twice"), doc("b", "twice"), doc("c", "other")}, nil)
	both := [][]string{{"once", "twice"}}
	for _, c := range []struct {
		name, key string
		q         engine.Query
		want      []string
		ok        bool
	}{
		{"the more frequent alternative counts", "a", engine.Query{Groups: both}, []string{"twice"}, true},
		{"a doubtful alternative counts less", "a", engine.Query{Groups: both, AltWeights: [][]float64{{1, 0.5}}}, []string{"once"}, true},
		{"an alternative of no weight is still found", "b", engine.Query{Groups: both, AltWeights: [][]float64{{1, 0}}}, []string{"twice"}, true},
		{"groups that the document lacks have no part", "b", engine.Query{Groups: [][]string{{"other"}, {}, {"twice"}}, AnyGroup: true}, []string{"twice"}, true},
		{"every group is asked for", "b", engine.Query{Groups: [][]string{{"other"}, {"twice"}}}, nil, false},
		{"some group is asked for", "b", engine.Query{Groups: [][]string{{"other"}, {"once"}}, AnyGroup: true}, nil, false},
		{"nothing is asked for", "b", engine.Query{}, nil, true},
		{"no such document", "z", engine.Query{Groups: both}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts, score, ok := x.Explain(c.key, c.q)
			var got []string
			sum := 0.0
			for _, p := range parts {
				got = append(got, p.Term)
				sum += p.Score
			}
			if d := cmp.Diff(c.want, got); d != "" || ok != c.ok || sum != score {
				t.Errorf("%+v, %v, %v\n%s", parts, score, ok, d)
			}
		})
	}
}

func TestTermWeightsCountAsOccurrences(t *testing.T) {
	x := engine.New(engine.Options{})
	doc := func(key string, weights []float32, terms ...string) engine.Doc {
		return engine.Doc{Key: key, Kind: "offer", Text: []engine.FieldTerms{{Terms: terms, Weights: weights}}}
	}
	nan := float32(math.NaN())
	x.Apply([]engine.Doc{
		doc("double", []float32{2, 1}, "a", "b"), doc("twice", nil, "a", "a", "b"),
		doc("faint", []float32{0.1, 2.9}, "a", "b"), doc("short", []float32{2}, "a", "b"),
		doc("zero", []float32{0, 3}, "a", "b"), doc("nan", []float32{nan, 3}, "a", "b"), doc("negative", []float32{-5, 3}, "a", "b"),
	}, nil)
	scores := map[string]float64{}
	for _, h := range x.Search(engine.Query{Groups: [][]string{{"a"}}, Limit: 9}).Hits {
		scores[h.Key] = h.Score
	}
	if len(scores) != 7 {
		t.Fatalf("found %v", scores)
	}
	for a, b := range map[string]string{"double": "twice", "short": "twice", "zero": "nan", "negative": "zero"} {
		if scores[a] != scores[b] {
			t.Errorf("%s scores %v, %s %v", a, scores[a], b, scores[b])
		}
	}
	if !(scores["zero"] < scores["faint"] && scores["faint"] < scores["twice"] && scores["zero"] > 0) {
		t.Errorf("scores %v", scores)
	}
}

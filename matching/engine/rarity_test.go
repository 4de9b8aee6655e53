package engine_test

import (
	"math"
	"testing"

	"karvan/matching/engine"
)

func TestScoreOfIsWhatSearchWouldGive(t *testing.T) {
	x := engine.New(options)
	texts := map[string][]engine.FieldTerms{
		"plain":    {{Field: "body", Terms: []string{"a", "b", "a"}}},
		"weighted": {{Field: "title", Terms: []string{"a", "c"}, Weights: []float32{0.5}}, {Field: "body", Terms: []string{"c", "d"}}},
		"other":    {{Field: "body", Terms: []string{"z"}}},
	}
	for key, text := range texts {
		x.Apply([]engine.Doc{{Key: key, Kind: "offer", Text: text}}, nil)
	}
	q := engine.Query{Groups: [][]string{{"a"}, {}, {"c"}, {"absent"}}, Weights: []float64{2, 1, 0.5}, AnyGroup: true, Limit: 9}
	hits := x.Search(q).Hits
	if len(hits) != 2 {
		t.Fatalf("hits %+v", hits)
	}
	for _, h := range hits {
		if got := x.ScoreOf(texts[h.Key], q); math.Abs(got-h.Score) > 0.01*h.Score {
			t.Errorf("ScoreOf %s is %v, Search gives %v", h.Key, got, h.Score)
		}
	}
	if got := x.ScoreOf(texts["other"], q); got != 0 {
		t.Errorf("what holds nothing scores %v", got)
	}
}

func TestRarityFallsWithEveryDocument(t *testing.T) {
	x := engine.New(options)
	x.Apply([]engine.Doc{
		{Key: "1", Text: []engine.FieldTerms{{Terms: []string{"often", "once"}}}}, {Key: "2", Text: []engine.FieldTerms{{Terms: []string{"often"}}}}, {Key: "3"}}, nil)
	if once, often := x.Rarity("once"), x.Rarity("often"); !(once > often && often > 0) {
		t.Errorf("once %v, often %v", once, often)
	}
	x.Apply(nil, []string{"1"})
	if got := x.Rarity("once") + x.Rarity("never"); got != 0 {
		t.Errorf("what no document holds has rarity %v", got)
	}
}

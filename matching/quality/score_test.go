package quality

import (
	"math"
	"testing"
)

func TestScore(t *testing.T) {
	right := map[string]int{"a": 3, "b": 1}
	best := 3 + 1/math.Log2(3)
	for _, c := range []struct {
		name    string
		ranking []string
		want    Row
	}{
		{"the best order", []string{"a", "b", "x"}, Row{R1: 1, R10: 1, MRR10: 1, NDCG10: 1}},
		{"the lesser first", []string{"b", "a"}, Row{R1: 1, R10: 1, MRR10: 1, NDCG10: (1 + 3/math.Log2(3)) / best}},
		{"one right, third", []string{"x", "y", "a"}, Row{R1: 0, R10: 0.5, MRR10: 1.0 / 3, NDCG10: 3 / math.Log2(4) / best}},
		{"nothing right", []string{"x"}, Row{}},
		{"nothing at all", nil, Row{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := score(c.ranking, right)
			c.want.Queries = 1
			if math.Abs(got.NDCG10-c.want.NDCG10) > 1e-9 || got.R1 != c.want.R1 || got.R10 != c.want.R10 || got.MRR10 != c.want.MRR10 {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

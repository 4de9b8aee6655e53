package quality

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"karvan/lexicon"
	"karvan/matching/engine"
	"karvan/matching/terms"
)

// All stands for every language in a [Row].
const All = "all"

// depth is how many documents of a ranking are looked at.
const depth = 10

// Row is how well queries of a language find documents of a language.
type Row struct {
	QueryLang string `json:"query_lang"`
	DocLang   string `json:"doc_lang"`
	Queries   int    `json:"queries"`
	// R1 is the share of queries whose first document is right; R10 the share of
	// right documents, or of ten if there are more, among the first ten.
	R1  float64 `json:"r1"`
	R10 float64 `json:"r10"`
	// MRR10 is the mean of one by the place of the first right document, 0 beyond the
	// tenth.
	MRR10 float64 `json:"mrr10"`
	// NDCG10 is the discounted cumulative gain of ten documents by that of the best
	// possible ten, with grades as gains (Järvelin and Kekäläinen 2002, as trec_eval
	// reckons).
	NDCG10 float64 `json:"ndcg10"`
}

// Measure ranks the documents of the set for each of its queries and compares the
// rankings with the judgements. Rows come by language of the query, then of the
// document; DocLang [All] ranks the documents of every language, without the query's own
// text. In the other rows only the documents of one language are ranked, so that
// those in the query's own take nobody's place. The last row is the mean over all
// queries.
func Measure(ctx context.Context, set *Set, words *lexicon.Lexicon) ([]Row, error) {
	index := engine.New(engine.Options{Weights: terms.Weights})
	docs := make([]engine.Doc, len(set.Documents))
	langOf := map[string]string{}
	parallel(ctx, len(docs), func(i int) {
		d := set.Documents[i]
		docs[i] = engine.Doc{Key: d.ID, Kind: d.Lang, Text: terms.Of(words, textsOf(d))}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	byText := map[string][]string{} // ids of documents by text: a query's own text may stand under another id
	for _, d := range set.Documents {
		langOf[d.ID] = d.Lang
		byText[d.Text] = append(byText[d.Text], d.ID)
	}
	index.Apply(docs, nil)
	var mu sync.Mutex
	sums := map[[2]string]*Row{}
	parallel(ctx, len(set.Queries), func(i int) {
		q := set.Queries[i]
		own := append([]string{q.ID}, byText[q.Text]...)
		ask := terms.Like(index, words, textsOf(q))
		ask.Limit = depth + len(own)
		grades := map[string]map[string]int{}
		for id, g := range set.Grades[q.ID] {
			if g <= 0 || slices.Contains(own, id) {
				continue
			}
			for _, lang := range []string{langOf[id], All} {
				if grades[lang] == nil {
					grades[lang] = map[string]int{}
				}
				grades[lang][id] = g
			}
		}
		for lang, right := range grades {
			ask.Kinds = nil
			if lang != All {
				ask.Kinds = []string{lang}
			}
			var ranking []string
			for _, h := range index.Search(terms.Refine(index, ask, own...)).Hits {
				if !slices.Contains(own, h.Key) && len(ranking) < depth {
					ranking = append(ranking, h.Key)
				}
			}
			one := score(ranking, right)
			mu.Lock()
			for _, key := range [][2]string{{q.Lang, lang}, {All, lang}} {
				if key[0] == All && lang != All {
					continue
				}
				row := sums[key]
				if row == nil {
					row = &Row{QueryLang: key[0], DocLang: key[1]}
					sums[key] = row
				}
				row.add(one)
			}
			mu.Unlock()
		}
	})
	return finish(sums), ctx.Err()
}

func textsOf(t Text) []terms.Text {
	texts := []terms.Text{{Field: "text", Lang: t.Lang, Text: t.Text}}
	if t.Title != "" {
		texts = append(texts, terms.Text{Field: "title", Lang: t.Lang, Text: t.Title})
	}
	return texts
}

// score compares one ranking with the grades of the right documents.
func score(ranking []string, right map[string]int) Row {
	r := Row{Queries: 1}
	found, gain := 0, 0.0
	for i, id := range ranking {
		g := right[id]
		if g == 0 {
			continue
		}
		if found == 0 {
			r.MRR10 = 1 / float64(i+1)
		}
		if i == 0 {
			r.R1 = 1
		}
		found++
		gain += float64(g) / math.Log2(float64(i+2))
	}
	grades := make([]int, 0, len(right))
	for _, g := range right {
		grades = append(grades, g)
	}
	sort.Sort(sort.Reverse(sort.IntSlice(grades)))
	best := 0.0
	for i, g := range grades[:min(len(grades), depth)] {
		best += float64(g) / math.Log2(float64(i+2))
	}
	r.R10 = float64(found) / float64(min(len(right), depth))
	r.NDCG10 = gain / best
	return r
}

func (r *Row) add(o Row) {
	r.Queries += o.Queries
	r.R1, r.R10, r.MRR10, r.NDCG10 = r.R1+o.R1, r.R10+o.R10, r.MRR10+o.MRR10, r.NDCG10+o.NDCG10
}

// finish turns sums into means and puts the rows in order.
func finish(sums map[[2]string]*Row) []Row {
	rows := make([]Row, 0, len(sums))
	for _, r := range sums {
		n := float64(r.Queries)
		r.R1, r.R10, r.MRR10, r.NDCG10 = r.R1/n, r.R10/n, r.MRR10/n, r.NDCG10/n
		rows = append(rows, *r)
	}
	place := func(lang string) string {
		if lang == All {
			return "\xff"
		}
		return lang
	}
	slices.SortFunc(rows, func(a, b Row) int {
		if c := strings.Compare(place(a.QueryLang), place(b.QueryLang)); c != 0 {
			return c
		}
		return strings.Compare(place(a.DocLang), place(b.DocLang))
	})
	return rows
}

// parallel calls f with 0 to n-1 on all cores until ctx ends.
func parallel(ctx context.Context, n int, f func(i int)) {
	var wait sync.WaitGroup
	work := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range work {
				f(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	wait.Wait()
}

package quality_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"karvan/lexicon"
	"karvan/matching/quality"
)

// folder makes the three files of a set.
func folder(corpus, queries, qrels string) fstest.MapFS {
	return fstest.MapFS{"corpus.jsonl": {Data: []byte(corpus)}, "queries.jsonl": {Data: []byte(queries)}, "qrels.tsv": {Data: []byte(qrels)}}
}

const (
	corpus = `{"_id":"en:1","lang":"en","title":"Wheat","text":"Winter wheat that bears frost"}
{"_id":"ru:1","lang":"ru","text":"Озимая пшеница, которая переносит мороз"}
{"_id":"en:2","lang":"en","text":"A bridge of steel over the river"}
{"_id":"ru:2","lang":"ru","text":"Стальной мост через реку"}
`
	queries = `{"_id":"ru:1","lang":"ru","text":"Озимая пшеница, которая переносит мороз"}
{"_id":"en:2","lang":"en","text":"A bridge of steel over the river"}
`
	qrels = "query-id\tcorpus-id\tscore\nru:1\ten:1\t2\nen:2\tru:2\t1\n"
)

func TestMeasure(t *testing.T) {
	set, err := quality.Read(folder(corpus, queries, qrels))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := quality.Measure(context.Background(), set, lexicon.CoreLexicon())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.QueryLang+">"+r.DocLang)
		if r.R1 != 1 || r.R10 != 1 || r.MRR10 != 1 || math.Abs(r.NDCG10-1) > 1e-9 {
			t.Errorf("%+v", r)
		}
	}
	// The query's own text is a document as well; it is not ranked.
	if got := strings.Join(names, " "); got != "en>ru en>all ru>en ru>all all>all" {
		t.Errorf("rows %s", got)
	}
	if last := rows[len(rows)-1]; last.Queries != 2 {
		t.Errorf("the last row is of %d queries", last.Queries)
	}
}

func TestSetsThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ name, corpus, queries, qrels, says string }{
		{"no documents", "", queries, qrels, "corpus.jsonl has no lines"},
		{"no JSON", "wheat\n", queries, qrels, "corpus.jsonl, line 1"},
		{"no language", `{"_id":"1","text":"x"}`, queries, qrels, "_id and lang are needed"},
		{"an id twice", corpus + corpus, queries, qrels, "stands twice"},
		{"too few columns", corpus, queries, "query-id\tcorpus-id\tscore\nru:1\ten:1\n", "qrels.tsv, line 2: 2 columns"},
		{"a grade in words", corpus, queries, "ru:1\ten:1\tgood\n", "not a whole number"},
		{"an unknown document", corpus, queries, "ru:1\ten:9\t1\n", "en:9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := quality.Read(folder(c.corpus, c.queries, c.qrels))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v does not say %q", err, c.says)
			}
		})
	}
	files := folder(corpus, queries, qrels)
	delete(files, "qrels.tsv")
	if _, err := quality.Read(files); err == nil || !strings.Contains(err.Error(), "qrels.tsv") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestMeasuringCanBeStopped(t *testing.T) {
	set, err := quality.Read(folder(corpus, queries, qrels))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := quality.Measure(ctx, set, lexicon.CoreLexicon()); err == nil {
		t.Error("measured although it was stopped")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(corpus, queries, qrels)
	f.Add("{}", "[]", "\t\t\n")
	f.Fuzz(func(t *testing.T, corpus, queries, qrels string) {
		set, err := quality.Read(folder(corpus, queries, qrels))
		if err != nil {
			return
		}
		known := map[string]bool{}
		for _, d := range set.Documents {
			known[d.ID] = true
		}
		for _, grades := range set.Grades {
			for id := range grades {
				if !known[id] {
					t.Errorf("a grade for %q, which is no document", id)
				}
			}
		}
	})
}

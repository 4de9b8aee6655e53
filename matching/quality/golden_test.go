package quality_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"testing"

	"karvan/lexicon"
	"karvan/matching/quality"
)

var update = flag.Bool("update", false, "write the figures of the judged set anew")

const (
	judgedName = "judged"
	judgedDir  = "testdata/judged"
	// How much a figure may lie below the committed one: the mean over all queries,
	// and that of one language, where a question in six is worth so much.
	mayFall      = 0.01
	mayFallAlone = 0.17
)

// TestTheJudgedSetIsMatchedAsWellAsCommitted measures the judged set with the
// core vocabulary. A change of the vocabulary or of matching that makes it worse
// fails here; one that is meant is committed with -update, and shows in the diff.
func TestTheJudgedSetIsMatchedAsWellAsCommitted(t *testing.T) {
	set, err := quality.Read(os.DirFS(judgedDir))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := quality.Measure(t.Context(), set, lexicon.CoreLexicon())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		write(t, rows)
		return
	}
	i := slices.IndexFunc(quality.Golden(), func(f quality.Figures) bool { return f.Set == judgedName })
	if i < 0 {
		t.Fatalf("golden.json has no figures of %q; run with -update", judgedName)
	}
	want, measured := quality.Golden()[i], quality.Figures{Rows: rows}
	for _, w := range want.Rows {
		if w.DocLang != quality.All { // pairs of languages have too few queries each
			continue
		}
		got, ok := measured.Row(w.QueryLang, w.DocLang)
		if !ok || got.Queries != w.Queries {
			t.Errorf("%s: %d queries, %d when the figures were committed; run with -update", w.QueryLang, got.Queries, w.Queries)
			continue
		}
		allowed := mayFallAlone
		if w.QueryLang == quality.All {
			allowed = mayFall
		}
		for _, f := range []struct {
			name      string
			got, want float64
		}{{"R@1", got.R1, w.R1}, {"nDCG@10", got.NDCG10, w.NDCG10}} {
			if f.got < f.want-allowed {
				t.Errorf("%s of queries in %s fell from %.3f to %.3f", f.name, w.QueryLang, f.want, f.got)
			}
		}
	}
	if _, ok := want.Mean(); !ok {
		t.Error("the mean over all queries is not committed")
	}
}

// write puts rows in the place of those committed, and leaves other sets as they
// are.
func write(t *testing.T, rows []quality.Row) {
	t.Helper()
	for i := range rows {
		for _, f := range []*float64{&rows[i].R1, &rows[i].R10, &rows[i].MRR10, &rows[i].NDCG10} {
			*f = math.Round(*f*1e4) / 1e4
		}
	}
	all := slices.Clone(quality.Golden())
	i := slices.IndexFunc(all, func(f quality.Figures) bool { return f.Set == judgedName })
	if i < 0 {
		all = append([]quality.Figures{{Set: judgedName, Note: "Needs and offers in eleven languages with graded answers, written for this purpose. It comes with the program."}}, all...)
		i = 0
	}
	all[i].Rows = rows
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("golden.json", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGoldenFiguresAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range quality.Golden() {
		if f.Set == "" || f.Note == "" || seen[f.Set] {
			t.Errorf("set %q stands twice or lacks its name or note", f.Set)
		}
		seen[f.Set] = true
		if (f.Set == judgedName) != (f.MeasuredOn == "") {
			t.Errorf("%s: measured on %q", f.Set, f.MeasuredOn)
		}
		if len(f.Rows) == 0 {
			t.Errorf("%s has no rows", f.Set)
		}
		for _, r := range f.Rows {
			for _, v := range []float64{r.R1, r.R10, r.MRR10, r.NDCG10} {
				if v < 0 || v > 1 || math.IsNaN(v) {
					t.Errorf("%s, %s to %s: %v", f.Set, r.QueryLang, r.DocLang, v)
				}
			}
			if r.Queries <= 0 || r.QueryLang == "" || r.DocLang == "" {
				t.Errorf("%s: %+v", f.Set, r)
			}
		}
	}
}

func TestFiguresAreFoundByLanguage(t *testing.T) {
	f := quality.Figures{Rows: []quality.Row{
		{QueryLang: "fa", DocLang: "zh", R1: .5}, {QueryLang: "fa", DocLang: "en", R1: .75}, {QueryLang: "fa", DocLang: quality.All},
		{QueryLang: "ru", DocLang: "en"}, {QueryLang: quality.All, DocLang: quality.All, Queries: 7}}}
	queries, docs := f.Languages()
	if !slices.Equal(queries, []string{"fa", "ru"}) || !slices.Equal(docs, []string{"en", "zh"}) {
		t.Errorf("languages %v %v", queries, docs)
	}
	if r, ok := f.Row("fa", "en"); !ok || r.R1 != .75 {
		t.Errorf("row %+v", r)
	}
	if _, ok := f.Row("en", "fa"); ok {
		t.Error("a row that is not there was found")
	}
	if r, ok := f.Mean(); !ok || r.Queries != 7 {
		t.Errorf("mean %+v", r)
	}
}

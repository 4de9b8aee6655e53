package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"karvan/matching/engine"
)

// testCorpus is made once for all tests.
var testCorpus = sync.OnceValue(func() *benchCorpus { return newBenchCorpus(5) })

func TestTheMadeCorpusIsTheSameEveryTime(t *testing.T) {
	a, b := testCorpus(), newBenchCorpus(5)
	var x, y corpusRecord
	words := 0
	const records = 2000
	for n := range uint64(records) {
		if d := cmp.Diff(a.doc(n, &x), b.doc(n, &y)); d != "" {
			t.Fatal(d)
		}
		if len(x.terms) < docWordsLeast+docConcepts || len(x.terms) > docWordsMost+docConcepts {
			t.Fatalf("record %d has %d terms", n, len(x.terms))
		}
		if a.number(corpusKey(n)) != n {
			t.Fatalf("key %s is not of number %d", corpusKey(n), n)
		}
		words += len(x.terms)
	}
	if mean := words / records; mean < 97 || mean > 103 {
		t.Errorf("%d words a record, want about 100", mean)
	}
}

func TestCorpusQuestionsAreWhatTheyClaim(t *testing.T) {
	queries := testCorpus().queries(40)
	for _, op := range matchingOps {
		if len(queries[op]) != 40 {
			t.Errorf("%d questions for %s", len(queries[op]), op)
		}
		for _, q := range queries[op] {
			distinct := slices.Compact(slices.Sorted(slices.Values(q.Terms)))
			match := q.Not != ""
			if len(distinct) != len(q.Terms) || match != (len(q.Terms) == 80) || match != (len(q.Weights) == 80) || !match && len(q.Terms) > 3 {
				t.Errorf("%+v", q)
			}
		}
	}
}

func TestBenchMatchingMeasuresEveryBar(t *testing.T) {
	c := &cli{out: io.Discard, errs: io.Discard}
	m := &matchingBench{cli: c, opt: matchingOptions{records: 3000}, dir: t.TempDir(), corpus: testCorpus(), updates: 4}
	m.queries = m.corpus.queries(3)
	if err := m.karvan(t.Context()); err != nil {
		t.Fatal(err)
	}
	measured := map[string]bool{}
	for _, r := range m.rows {
		measured[r.Operation] = true
	}
	for _, bars := range matchingBars {
		for op := range bars {
			if !measured[op] {
				t.Errorf("%s has a bar and is not measured", op)
			}
		}
	}
}

func TestPeersGetTheRecordsAndQuestions(t *testing.T) {
	m := &matchingBench{opt: matchingOptions{records: 10}, corpus: testCorpus()}
	m.queries = m.corpus.queries(2)
	docs, questions := filepath.Join(t.TempDir(), "d"), filepath.Join(t.TempDir(), "q")
	if err := m.writePeerFiles(docs, questions); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for line := range linesOf(t, docs) {
		var d peerDoc
		if err := json.Unmarshal(line, &d); err != nil || d.Text == "" || d.Organisation == "" {
			t.Fatalf("%s: %v", line, err)
		}
		keys = append(keys, d.Key)
	}
	if len(keys) != 10 || keys[9] != corpusKey(9) {
		t.Errorf("keys %v", keys)
	}
	var asked []corpusQuery
	for line := range linesOf(t, questions) {
		var q corpusQuery
		if err := json.Unmarshal(line, &q); err != nil {
			t.Fatal(err)
		}
		asked = append(asked, q)
	}
	want := slices.Concat(m.queries[matchingOps[0]], m.queries[matchingOps[1]], m.queries[matchingOps[2]], m.queries[matchingOps[3]])
	if d := cmp.Diff(want, asked); d != "" {
		t.Error(d)
	}
}

func linesOf(t *testing.T, path string) func(func([]byte) bool) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Lines(data)
}

func TestMatchingRowsAreHeldAgainstTheirBars(t *testing.T) {
	for _, c := range []struct {
		name    string
		row     matchingRow
		records int
		want    string
	}{
		{"within all bars", matchingRow{Operation: "match", P50: 1, P99: 3}, 1_000_000, "kept"},
		{"the median is too slow", matchingRow{Operation: "match", P50: 2, P99: 3}, 1_000_000, "missed"},
		{"slower with ten times the records", matchingRow{Operation: "match", P50: 9, P99: 30}, 10_000_000, "kept"},
		{"too few a second", matchingRow{Operation: "index", PerSecond: 99_999}, 1000, "missed"},
		{"too much memory", matchingRow{Operation: "serve", Bytes: 7e9}, 10_000_000, "missed"},
		{"no bar", matchingRow{Operation: "snapshot", P50: 1e9}, 1000, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.row.verdict(c.records); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// The alias draws must follow the weights, or every figure is about another corpus.
func TestDrawsFollowZipfMandelbrot(t *testing.T) {
	c := testCorpus()
	x := engine.New(engine.Options{})
	var d corpusRecord
	var docs []engine.Doc
	for n := range uint64(20_000) {
		docs = append(docs, c.doc(n, &d))
	}
	x.Apply(docs, nil)
	share := func(rank int) float64 {
		return float64(x.Search(engine.Query{Groups: [][]string{{c.names[rank]}}}).Total) / 20_000
	}
	if top, hundredth := share(0), share(100); top < 0.08 || top > 0.25 || hundredth < 0.02 || hundredth > 0.09 {
		t.Errorf("the first word is in %.3f of the records, the hundredth in %.3f", top, hundredth)
	}
}

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// How long and how often an operation is timed; the best round counts.
const (
	rounds    = 2
	roundTime = 20 * time.Second
	batchDocs = 2000
	top       = 20
)

// doc is a record as `karvan bench matching` writes it.
type doc struct {
	Key          string `json:"key"`
	Kind         string `json:"kind"`
	Country      string `json:"country"`
	Theme        string `json:"theme"`
	Organisation string `json:"organisation"`
	Text         string `json:"text"`
}

// question is what is asked.
type question struct {
	Operation string    `json:"operation"`
	Kind      string    `json:"kind"`
	Terms     []string  `json:"terms"`
	Weights   []float64 `json:"weights"`
	Any       bool      `json:"any"`
	Not       string    `json:"not"`
	Country   string    `json:"country"`
	Facets    []string  `json:"facets"`
}

// row is what an operation took.
type row struct {
	Engine    string  `json:"engine"`
	Operation string  `json:"operation"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	PerSecond float64 `json:"per_s"`
	Bytes     int64   `json:"bytes"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench-matching:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	f := flag.NewFlagSet("bench-matching", flag.ContinueOnError)
	docs := f.String("docs", "", "records, as JSON Lines")
	queries := f.String("queries", "", "questions, as JSON Lines")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-matching-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	idx, err := bleve.New(filepath.Join(dir, "index"), indexMapping())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, idx.Close()) }()
	name := "bleve " + moduleVersion()
	n, took, err := load(idx, *docs)
	if err != nil {
		return err
	}
	_, peak := memory()
	rows := []row{{Engine: name, Operation: "index", PerSecond: float64(n) / took.Seconds(), Bytes: peak}}
	asked, order, err := questions(*queries)
	if err != nil {
		return err
	}
	for _, op := range order {
		r, err := measure(idx, asked[op])
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		r.Engine, r.Operation = name, op
		rows = append(rows, r)
	}
	debug.FreeOSMemory()
	now, _ := memory()
	rows = append(rows, row{Engine: name, Operation: "serve", Bytes: now})
	return json.NewEncoder(os.Stdout).Encode(rows)
}

// indexMapping indexes the text by BM25 without positions, and the columns as they are, for
// filters and facets.
func indexMapping() mapping.IndexMapping {
	m := bleve.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	if err := m.AddCustomAnalyzer("words", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		panic(err) // the parts are named above
	}
	record := bleve.NewDocumentStaticMapping()
	text := bleve.NewTextFieldMapping()
	text.Analyzer, text.Store, text.IncludeTermVectors, text.IncludeInAll, text.DocValues = "words", false, false, false, false
	record.AddFieldMappingsAt("text", text)
	for _, name := range []string{"kind", "country", "theme", "organisation"} {
		column := bleve.NewTextFieldMapping()
		column.Analyzer, column.Store, column.IncludeTermVectors, column.IncludeInAll = keyword.Name, false, false, false
		record.AddFieldMappingsAt(name, column)
	}
	m.DefaultMapping = record
	return m
}

// load indexes the records; reading them is not timed.
func load(idx bleve.Index, path string) (n int, took time.Duration, err error) {
	batch := idx.NewBatch()
	flush := func() error {
		began := time.Now()
		err := idx.Batch(batch)
		took += time.Since(began)
		batch = idx.NewBatch()
		return err
	}
	err = lines(path, func(line []byte) error {
		var d doc
		if err := json.Unmarshal(line, &d); err != nil {
			return err
		}
		began := time.Now()
		err := batch.Index(d.Key, map[string]any{"kind": d.Kind, "country": d.Country, "theme": d.Theme, "organisation": d.Organisation, "text": d.Text})
		took += time.Since(began)
		if n++; err == nil && batch.Size() == batchDocs {
			err = flush()
		}
		return err
	})
	return n, took, errors.Join(err, flush())
}

// questions reads the questions by operation, and the order of the operations.
func questions(path string) (byOp map[string][]question, order []string, err error) {
	byOp = map[string][]question{}
	err = lines(path, func(line []byte) error {
		var q question
		if err := json.Unmarshal(line, &q); err != nil {
			return err
		}
		if byOp[q.Operation] == nil {
			order = append(order, q.Operation)
		}
		byOp[q.Operation] = append(byOp[q.Operation], q)
		return nil
	})
	return byOp, order, err
}

// measure asks one question after the other, as many as there is time for.
func measure(idx bleve.Index, list []question) (best row, err error) {
	for round := range rounds {
		var took []time.Duration
		began := time.Now()
		for i := range list {
			request := list[i].request()
			asked := time.Now()
			if _, err := idx.Search(request); err != nil {
				return row{}, err
			}
			took = append(took, time.Since(asked))
			if time.Since(began) > roundTime {
				break
			}
		}
		slices.Sort(took)
		at := func(p int) float64 { return took[(len(took)-1)*p/100].Seconds() * 1000 }
		if round == 0 || at(50) < best.P50 {
			best = row{P50: at(50), P99: at(99)}
		}
	}
	return best, nil
}

// request says the question in bleve's words. Filters do not score.
func (q *question) request() *bleve.SearchRequest {
	words := make([]query.Query, len(q.Terms))
	for i, t := range q.Terms {
		term := query.NewTermQuery(t)
		term.SetField("text")
		if i < len(q.Weights) {
			term.SetBoost(q.Weights[i])
		}
		words[i] = term
	}
	column := func(name, value string) query.Query {
		term := query.NewTermQuery(value)
		term.SetField(name)
		return term
	}
	all := query.NewBooleanQuery(nil, nil, nil)
	if q.Any {
		all.AddMust(query.NewDisjunctionQuery(words))
	} else {
		all.AddMust(query.NewConjunctionQuery(words))
	}
	filter := column("kind", q.Kind)
	if q.Country != "" {
		filter = query.NewConjunctionQuery([]query.Query{filter, column("country", q.Country)})
	}
	all.AddFilter(filter)
	if q.Not != "" {
		all.AddMustNot(column("organisation", q.Not))
	}
	r := bleve.NewSearchRequestOptions(all, top, 0, false)
	for _, f := range q.Facets {
		r.AddFacet(f, bleve.NewFacetRequest(f, 100))
	}
	return r
}

// moduleVersion is the version of bleve inside.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "github.com/blevesearch/bleve/v2" {
				return dep.Version
			}
		}
	}
	return ""
}

// lines calls f with every line of a file.
func lines(path string, f func([]byte) error) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	s.Buffer(nil, 8<<20)
	for s.Scan() {
		if err := f(s.Bytes()); err != nil {
			return err
		}
	}
	return s.Err()
}

// memory is the resident memory of this process, now and at most.
func memory() (now, most int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kib, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			now = kib << 10
		case "VmHWM:":
			most = kib << 10
		}
	}
	return now, most
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"karvan/matching/engine"
)

// How much is measured.
const (
	matchingQueries = 500    // of every operation, a round
	matchingRounds  = 3      // of which the best counts
	matchingBatch   = 64_000 // records indexed at once
	matchingUpdates = 60
	roundTime       = 5 * time.Second // of what goes on as long as it may
	updateEvery     = 100 * time.Millisecond
	queryEvery      = 5 * time.Millisecond // while updating: 200 a second
)

// matchingOps are the operations that are questions, in the order of the table.
var matchingOps = []string{"match", "match in one country", "search, every word", "search, some word"}

// matchingBench is one run.
type matchingBench struct {
	cli     *cli
	opt     matchingOptions
	dir     string
	corpus  *benchCorpus
	queries map[string][]corpusQuery
	updates int // records put while questions are asked
	rows    []matchingRow
}

func (m *matchingBench) row(r matchingRow) {
	r.Engine = "Karvan"
	m.rows = append(m.rows, r)
	m.say("%-22s median %.3f ms, p99 %.3f ms, %.0f a second, %.0f MB", r.Operation, r.P50, r.P99, r.PerSecond, float64(r.Bytes)/1e6)
}

// karvan measures our own index.
func (m *matchingBench) karvan(ctx context.Context) error {
	x, err := m.index(ctx)
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // as a node that serves sets it
	for _, op := range matchingOps {
		if err := m.ask(ctx, x, op); err != nil {
			return err
		}
	}
	m.serve()
	if err := m.join(ctx, x); err != nil {
		return err
	}
	if err := m.update(ctx, x); err != nil {
		return err
	}
	path := filepath.Join(m.dir, "index")
	if err := m.save(x, path); err != nil {
		return err
	}
	x = nil
	debug.FreeOSMemory()
	return m.restore(path)
}

// index builds the index from analysed records; making them is not timed.
func (m *matchingBench) index(ctx context.Context) (*engine.Index, error) {
	defer m.profile("index")()
	x := engine.New(engine.Options{})
	var took time.Duration
	docs := make([]engine.Doc, min(matchingBatch, m.opt.records))
	for n := 0; n < m.opt.records; n += len(docs) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		docs = docs[:min(len(docs), m.opt.records-n)]
		m.makeDocs(docs, n)
		began := time.Now()
		x.Apply(docs, nil)
		took += time.Since(began)
	}
	clear(docs)
	_, peak := memory()
	m.row(matchingRow{Operation: "index", PerSecond: float64(m.opt.records) / took.Seconds(), Bytes: peak})
	return x, nil
}

// makeDocs makes the records from number n on, on two processors.
func (m *matchingBench) makeDocs(docs []engine.Doc, n int) {
	var done sync.WaitGroup
	for half := range 2 {
		done.Go(func() {
			var d corpusRecord
			for i := half; i < len(docs); i += 2 {
				docs[i] = m.corpus.doc(uint64(n+i), &d)
			}
		})
	}
	done.Wait()
}

// ask times the questions of an operation, one after the other.
func (m *matchingBench) ask(ctx context.Context, x *engine.Index, op string) error {
	defer m.profile(op)()
	questions := make([]engine.Query, len(m.queries[op]))
	for i := range questions {
		questions[i] = m.queries[op][i].query()
	}
	took := make([]time.Duration, len(questions))
	var best spread
	for round := range matchingRounds {
		for i := range questions {
			began := time.Now()
			r := x.Search(questions[i])
			took[i] = time.Since(began)
			if r.Total > 0 && len(r.Hits) == 0 {
				return fmt.Errorf("bench matching: %s %d has matches and no hits", op, i)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if s := spreadOf(took); round == 0 || s.P50 < best.P50 {
			best = s
		}
	}
	m.row(matchingRow{Operation: op, P50: best.P50, P99: best.P99})
	return nil
}

// serve notes the memory that answering takes.
func (m *matchingBench) serve() {
	debug.FreeOSMemory()
	now, _ := memory()
	m.row(matchingRow{Operation: "serve", Bytes: now})
}

var errEnough = errors.New("bench matching: enough")

// join matches records against all, on all processors, for some seconds.
func (m *matchingBench) join(ctx context.Context, x *engine.Index) error {
	defer m.profile("all against all")()
	best := 0.0
	for range matchingRounds {
		n, began := 0, time.Now()
		err := x.Join(ctx, engine.Query{}, func(key string) (engine.Query, bool) {
			var d corpusRecord
			q := m.corpus.match(&d, m.corpus.make(m.corpus.number(key), &d))
			return q.query(), true
		}, 0, func(string, []engine.Hit) error {
			if n++; time.Since(began) > roundTime {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		best = max(best, float64(n)/time.Since(began).Seconds())
	}
	m.row(matchingRow{Operation: "all against all", PerSecond: best})
	return nil
}

// update puts records one by one while 200 questions a second are asked, each of
// which begins in time whether or not those before it are answered.
func (m *matchingBench) update(ctx context.Context, x *engine.Index) error {
	defer m.profile("update")()
	asking, stop := context.WithCancel(ctx)
	var mu sync.Mutex
	var answered []time.Duration
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(queryEvery)
		defer tick.Stop()
		list := m.queries["match"]
		for i := 0; ; i++ {
			select {
			case <-asking.Done():
				return
			case due := <-tick.C:
				done.Go(func() {
					x.Search(list[i%len(list)].query())
					mu.Lock()
					defer mu.Unlock()
					answered = append(answered, time.Since(due))
				})
			}
		}
	})
	var seen []time.Duration
	var d corpusRecord
	var err error
	for i := 0; i < m.updates && err == nil; i++ {
		time.Sleep(updateEvery)
		doc := m.corpus.doc(uint64(i*(m.opt.records/m.updates)), &d)
		word := fmt.Sprintf("new%d", i)
		doc.Text[0].Terms = append(doc.Text[0].Terms, word)
		began := time.Now()
		x.Apply([]engine.Doc{doc}, nil)
		if r := x.Search(engine.Query{Groups: [][]string{{word}}, Limit: 1}); r.Total != 1 || r.Hits[0].Key != doc.Key {
			err = fmt.Errorf("bench matching: update %d is not found", i)
		}
		seen = append(seen, time.Since(began))
	}
	stop()
	done.Wait()
	visible, answers := spreadOf(seen), spreadOf(answered)
	m.row(matchingRow{Operation: "update", P50: visible.P50, P99: visible.Most})
	m.row(matchingRow{Operation: "match while updating", P50: answers.P50, P99: answers.P99})
	return errors.Join(err, ctx.Err())
}

func (m *matchingBench) save(x *engine.Index, path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	began := time.Now()
	n, err := x.WriteTo(f)
	m.row(matchingRow{Operation: "snapshot", P50: time.Since(began).Seconds() * 1000, Bytes: n})
	return err
}

func (m *matchingBench) restore(path string) error {
	defer m.profile("restore")()
	var took []time.Duration
	var x *engine.Index
	for len(took) < matchingRounds && (len(took) == 0 || took[0] < 2*roundTime) { // once is enough of what takes long
		x = nil
		debug.FreeOSMemory()
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		began := time.Now()
		x = engine.New(engine.Options{})
		_, err = x.ReadFrom(f)
		took = append(took, time.Since(began))
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	now, _ := memory()
	s := spreadOf(took)
	m.row(matchingRow{Operation: "restore", P50: s.P50, P99: s.Most, Bytes: now})
	if x.Len() != m.opt.records {
		return fmt.Errorf("bench matching: %d records restored", x.Len())
	}
	return nil
}

// peerDoc is a record as peers read it.
type peerDoc struct {
	Key          string `json:"key"`
	Kind         string `json:"kind"`
	Country      string `json:"country"`
	Theme        string `json:"theme"`
	Organisation string `json:"organisation"`
	Text         string `json:"text"`
}

// writePeerFiles writes records and questions as JSON Lines.
func (m *matchingBench) writePeerFiles(docs, questions string) error {
	var d corpusRecord
	n := uint64(0)
	err := writeLines(docs, m.opt.records, func() any {
		doc := m.corpus.doc(n, &d)
		n++
		return peerDoc{doc.Key, doc.Kind, doc.Values["country"][0], doc.Values["theme"][0], doc.Values["organisation"][0],
			strings.Join(doc.Text[0].Terms, " ")}
	})
	var all []corpusQuery
	for _, op := range matchingOps {
		all = append(all, m.queries[op]...)
	}
	return errors.Join(err, writeLines(questions, len(all), func() any {
		q := all[0]
		all = all[1:]
		return q
	}))
}

func writeLines(path string, n int, next func() any) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	e := json.NewEncoder(w)
	for range n {
		if err := e.Encode(next()); err != nil {
			return err
		}
	}
	return w.Flush()
}

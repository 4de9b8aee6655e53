package engine

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// joinBatch is how many documents a worker takes at a time.
const joinBatch = 32

// joinJob is some documents of one segment.
type joinJob struct {
	view *view
	docs []uint16
}

// Join answers a query for each of many documents: from selects them by kinds,
// words, filters and ranges, match gives the query for one of them, or false to
// leave it out, and emit takes what was found. All is answered from the state of
// the index when Join began, exactly as Search would, by so many workers; 0 means
// one per processor.
//
// Calls of match come from several goroutines at once, those of emit one at a
// time and in no given order; hits is emit's to keep. Join ends when all is done,
// when emit gives an error, which it hands back, or when ctx ends. Its memory is
// that of one search per worker.
func (x *Index) Join(ctx context.Context, from Query, match func(key string) (Query, bool), workers int, emit func(key string, hits []Hit) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	j := &join{index: x, state: x.state.Load(), match: match, emit: emit, fail: cancel}
	jobs := make(chan joinJob, workers)
	var done sync.WaitGroup
	for range workers {
		done.Go(func() { j.work(ctx, jobs) })
	}
	from.Facets = nil // a filter on one would be left out
	j.share(ctx, &from, jobs)
	close(jobs)
	done.Wait()
	return context.Cause(ctx)
}

// join is what the workers of one Join share.
type join struct {
	index *Index
	state *state
	match func(key string) (Query, bool)
	fail  context.CancelCauseFunc
	mu    sync.Mutex // held while emit runs
	emit  func(key string, hits []Hit) error
}

// share hands the selected documents out, a segment after the other.
func (j *join) share(ctx context.Context, from *Query, jobs chan<- joinJob) {
	s := j.index.pool.Get().(*searcher)
	defer j.index.pool.Put(s)
	defer s.release()
	s.prepare(j.state, from, j.index.k1)
	for i := range j.state.parts {
		p := &j.state.parts[i]
		if len(from.Kinds) > 0 && !slices.Contains(from.Kinds, p.kind) {
			continue
		}
		for _, v := range p.views {
			var docs []uint16
			if _, ok := s.matches(v); ok {
				docs = places(s.match)
			}
			s.text.clear()
			for docs := range slices.Chunk(docs, joinBatch) {
				select {
				case jobs <- joinJob{v, docs}:
				case <-ctx.Done():
					return
				}
			}
		}
	}
}

// work answers for documents until there are no more.
func (j *join) work(ctx context.Context, jobs <-chan joinJob) {
	s := j.index.pool.Get().(*searcher)
	defer j.index.pool.Put(s)
	for job := range jobs {
		for _, doc := range job.docs {
			if ctx.Err() != nil {
				return
			}
			key := strings.Clone(job.view.key(int(doc)))
			q, ok := j.match(key)
			if !ok {
				continue
			}
			if err := j.give(key, s.search(j.state, &q, j.index.k1).Hits); err != nil {
				j.fail(err)
				return
			}
		}
	}
}

func (j *join) give(key string, hits []Hit) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.emit(key, hits)
}

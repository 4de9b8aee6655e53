package vectors

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/matching/vectors/service"
	"karvan/record"
)

// How a keeper works.
const (
	claimMost   = 512              // records taken on at a time
	changedMost = 4096             // records heard of that are looked at one by one
	askMost     = 1024             // bytes of words that somebody typed
	idle        = time.Minute      // between looks at what other processes did
	troubled    = 5 * time.Second  // after a failure, doubling
	most        = 10 * time.Minute // between tries
	overlap     = 2 * time.Minute  // that clocks of processes may differ by
)

// Keeper keeps the vectors of a node's public records current, and answers from
// memory.
type Keeper struct {
	db     *db.DB
	book   *record.Book
	client *service.Client
	kinds  []string
	set    Set
	asked  answers // vectors of what people asked

	poke     chan struct{}
	mu       sync.Mutex // no record is taken back between storing and keeping its vector
	tasks    []task     // claimed, not done
	changed  []id.ID    // heard of since the last look
	scan     bool       // look at every record next time, not only at those
	scanned  time.Time  // when that was done last
	taken    int64      // when the newest vector was made that is in the set
	after    int64      // place in the journal of the beginning
	answered bool       // whether the service has ever answered
	tidy     bool       // whether only vectors of this model are stored
	refused  atomic.Int64
}

// Open loads the vectors that are stored. kinds are the kinds of records whose texts
// may be sent; memory bounds the bytes taken, when it is not 0.
func Open(ctx context.Context, d *db.DB, book *record.Book, client *service.Client, kinds []string, memory int64) (k *Keeper, err error) {
	defer fault.Wrap(&err, "vectors.Open")
	k = &Keeper{db: d, book: book, client: client, kinds: kinds, scan: true, poke: make(chan struct{}, 1)}
	k.set.Most = memory
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		if k.after, err = journal.Last(ctx, tx); err != nil {
			return err
		}
		return k.take(ctx, tx)
	})
	return k, err
}

// take puts into the set what was stored since the last time, here or by another
// process.
func (k *Keeper) take(ctx context.Context, tx *db.Tx) error {
	const step = 4096
	var items []Item
	flush := func() error {
		err := k.set.Put(items...)
		items = items[:0]
		return err
	}
	dims := k.set.Dims()
	newest, err := since(ctx, tx, k.client.Model(), k.taken-overlap.Microseconds(), func(it Item) error {
		if dims == 0 {
			dims = it.Vector.Dims()
		}
		if it.Vector.Dims() != dims {
			slog.WarnContext(ctx, "a vector of another length is left out", "record", it.Key, "numbers", it.Vector.Dims(), "want", dims)
			return nil
		}
		if items = append(items, it); len(items) < step {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	k.taken = max(k.taken, newest)
	return flush()
}

// Size describes what is held in memory.
func (k *Keeper) Size() Size { return k.set.Size() }

// Refused counts the texts that the service did not take since the start.
func (k *Keeper) Refused() int64 { return k.refused.Load() }

// Of gives the vector of a record's public text.
func (k *Keeper) Of(record id.ID) (Vector, bool) { return k.set.Get(string(record)) }

// Nearest is [Set.Nearest] of the vectors held.
func (k *Keeper) Nearest(v Vector, n int, keep func(key string) bool) ([]Hit, Crowd) {
	return k.set.Nearest(v, n, keep)
}

// Ask gives the vector of words that somebody typed, in little time or not at all.
// ok is false when the service is slow, down or paused, or when nothing is held that
// the vector could be compared with.
func (k *Keeper) Ask(ctx context.Context, words string) (v Vector, ok bool) {
	if k.set.Len() == 0 {
		return Vector{}, false
	}
	words = service.Cut(words, askMost)
	if v, ok = k.asked.get(words); ok {
		return v, true
	}
	numbers, err := k.client.Ask(ctx, words)
	if err == nil {
		v, err = Quantise(numbers)
	}
	if err == nil && v.Dims() != k.set.Dims() {
		err = k.lengths(v)
	}
	if err != nil {
		if !errors.Is(err, service.ErrPaused) && !errors.Is(err, service.ErrBusy) && ctx.Err() == nil {
			slog.WarnContext(ctx, "search goes on without the embedding service", "error", err)
		}
		return Vector{}, false
	}
	k.asked.put(words, v)
	return v, true
}

// Consumer is the keeper as a reader of the journal. It deletes at once what must
// not be kept, and leaves the rest to [Keeper.Run].
func (k *Keeper) Consumer() journal.Consumer {
	return journal.Consumer{Name: "vectors", After: k.after, Handle: k.follow}
}

func (k *Keeper) follow(ctx context.Context, entries []journal.Entry) (err error) {
	defer fault.Wrap(&err, "vectors.follow(%d)", len(entries))
	k.mu.Lock()
	defer k.mu.Unlock()
	var gone []string
	stored := false
	err = k.db.Read(ctx, func(tx *db.Tx) error {
		seen := make(map[id.ID]bool, len(entries))
		for _, e := range entries {
			if seen[e.Record] {
				continue
			}
			seen[e.Record] = true
			yes, err := hidden(ctx, tx, e.Record)
			if err != nil {
				return err
			}
			if !yes {
				continue
			}
			gone = append(gone, string(e.Record))
			if !stored {
				if stored, err = held(ctx, tx, e.Record); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if stored {
		err := k.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
			for _, g := range gone {
				if err := drop(ctx, tx, id.ID(g)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(gone) > 0 {
		k.set.Remove(gone...)
	}
	k.hear(entries)
	select {
	case k.poke <- struct{}{}:
	default:
	}
	return nil
}

// hear notes what changed, for the next look at what waits.
func (k *Keeper) hear(entries []journal.Entry) {
	for _, e := range entries {
		if slices.Contains(k.kinds, e.Record.Kind()) {
			k.changed = append(k.changed, e.Record)
		}
	}
	if len(k.changed) > changedMost {
		k.changed, k.scan = nil, true
	}
}

// Run asks the service for what has no vector yet, until ctx ends. Its mistakes are
// logged; nothing else suffers from them.
func (k *Keeper) Run(ctx context.Context) {
	defer k.giveBack(context.WithoutCancel(ctx))
	if err := k.db.Write(ctx, access.Clock, func(tx *db.Tx) error { return sweep(ctx, tx) }); err != nil && ctx.Err() == nil {
		slog.ErrorContext(ctx, "vectors", "error", err)
	}
	trouble := troubled
	for ctx.Err() == nil {
		n, err := k.Step(ctx)
		wait, poke := idle, k.poke
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, service.ErrPaused) {
				slog.WarnContext(ctx, "vectors", "error", err)
			}
			// What becomes public meanwhile is no reason to ask sooner.
			wait, poke = max(trouble, k.client.Paused()), nil
			trouble = min(2*trouble, most)
		} else if trouble = troubled; n > 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-poke:
		}
		t.Stop()
	}
}

// giveBack lets other processes do what this one has not done.
func (k *Keeper) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, troubled)
	defer cancel()
	tasks := k.tasks
	if k.tasks = nil; len(tasks) == 0 {
		return
	}
	err := k.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		for _, t := range tasks {
			if err := release(ctx, tx, k.client.Model(), t.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		slog.WarnContext(ctx, "vectors: what was begun is left for later", "error", err)
	}
}

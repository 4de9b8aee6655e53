package journal

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"karvan/internal/db"
)

// Consumer reads the journal in order. Handle gets lines after the last it
// finished; when it fails it gets the same lines again.
type Consumer struct {
	Name   string
	After  int64 // the place it has finished already
	Handle func(ctx context.Context, entries []Entry) error
}

// Feed orders the journal and hands it to consumers.
type Feed struct {
	db        *db.DB
	consumers []*reader
	poke      chan struct{}
}

type reader struct {
	Consumer
	mu   sync.Mutex // one batch at a time
	done atomic.Int64
}

// batch is how many lines a consumer is given at a time.
const batch = 1024

// NewFeed makes a feed of d's journal for consumers, each from its own place.
func NewFeed(d *db.DB, consumers ...Consumer) *Feed {
	f := &Feed{db: d, poke: make(chan struct{}, 1)}
	for _, c := range consumers {
		r := &reader{Consumer: c}
		r.done.Store(c.After)
		f.consumers = append(f.consumers, r)
	}
	d.OnWrite(func() {
		select {
		case f.poke <- struct{}{}:
		default:
		}
	})
	return f
}

// Run keeps ordering and handing out until ctx ends. Other processes over the
// same database write too, so it looks every interval even when nothing was
// written here.
func (f *Feed) Run(ctx context.Context, interval time.Duration) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := f.Flush(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "journal", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-f.poke:
		}
	}
}

// Flush orders what is committed and returns when every consumer has finished
// it. It is what lets a person see their own change on the next page.
func (f *Feed) Flush(ctx context.Context) error {
	pending, err := f.pending(ctx)
	if err != nil {
		return err
	}
	if pending {
		if _, err := Sequence(ctx, f.db); err != nil {
			return err
		}
	}
	var errs []error
	for _, r := range f.consumers {
		if err := f.feed(ctx, r); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// pending reports whether a line waits for its place, so that an idle node
// opens no write transaction.
func (f *Feed) pending(ctx context.Context) (yes bool, err error) {
	err = f.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM journal WHERE seq IS NULL)`, nil, &yes)
	})
	return yes, err
}

func (f *Feed) feed(ctx context.Context, r *reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var entries []Entry
		err := f.db.Read(ctx, func(tx *db.Tx) (err error) {
			entries, err = Read(ctx, tx, r.done.Load(), batch)
			return err
		})
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := r.Handle(ctx, entries); err != nil {
			return err
		}
		r.done.Store(entries[len(entries)-1].Seq)
	}
}

// Done is the place that the named consumer has finished.
func (f *Feed) Done(name string) int64 {
	for _, r := range f.consumers {
		if r.Name == name {
			return r.done.Load()
		}
	}
	return 0
}

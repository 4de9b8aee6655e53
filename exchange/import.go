package exchange

import (
	"context"
	"errors"
	"io"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/record"
)

// Importer brings records from files into a node.
type Importer struct {
	DB   *db.DB
	Book *record.Book
}

// Options are how a file is imported.
type Options struct {
	Format   Format
	Name     string // of the file, for the list of imports
	DryRun   bool   // check everything, write nothing
	Restart  bool   // begin at the first row, also when an earlier run came further
	Owner    id.ID  // organisation that owns the rows without an id, which become drafts
	Batch    int    // rows in one transaction, 1000 when 0
	Workers  int    // rows decoded and checked side by side, one a processor when 0
	MaxBytes int64  // bound on the file, MaxFile when 0
	Progress func(Progress)
}

// change is what a row asks for, understood and checked as far as that goes
// without the database.
type change struct {
	in  record.Incoming
	bad []Bad
	// store is set when a row is not simply a revision to be kept as it is, unless
	// its record is not here yet.
	store func(context.Context, *db.Tx) (record.Outcome, error)
}

// job is a run of rows that one worker prepares.
type job struct {
	items   []item
	changes []change
	done    chan struct{}
	err     error // why nothing follows: the rest of the file cannot be read
}

// jobRows is how many rows a worker takes at a time.
const jobRows = 32

// Run imports src. It reads, checks in parallel, and writes batches in the order
// of the file, each with the place reached. Bad rows are reported and never
// enter. An error means that the rest of the file was not imported; what
// Progress reported stays, and another run with the same file goes on from there.
func (im *Importer) Run(ctx context.Context, src io.Reader, opt Options) (rep Report, err error) {
	defer fault.Wrap(&err, "exchange.Run(%s)", opt.Name)
	if opt.Batch <= 0 {
		opt.Batch = 1000
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.MaxBytes <= 0 {
		opt.MaxBytes = MaxFile
	}
	if opt.Format == ROR && im.Book.Kind("organisation") == nil {
		return rep, fault.New(fault.Unsupported, "exchange.unknown-format")
	}
	s, err := openSource(ctx, src, opt.MaxBytes)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r, c, err := openRows(s, opt.Format)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	w := &writer{im: im, opt: opt, begun: time.Now(), source: s.digest + "/" + string(opt.Format) + "/" + string(opt.Owner)}
	w.rep.DryRun, w.rep.TotalBytes = opt.DryRun, s.size
	if err := w.resume(ctx); err != nil {
		return rep, err
	}
	p := &preparer{book: im.Book, columns: c, opt: opt, now: im.DB.Now()}
	err = pipeline(ctx, r, p, w)
	return w.rep, err
}

// pipeline moves rows from r through the workers to w, in order.
func pipeline(ctx context.Context, r rows, p *preparer, w *writer) error {
	todo := make(chan *job)
	ordered := make(chan *job, 4*w.opt.Workers)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(todo)
		defer close(ordered)
		return read(ctx, r, w.position.rows, todo, ordered)
	})
	for range w.opt.Workers {
		g.Go(func() error {
			for j := range todo {
				j.changes = make([]change, len(j.items))
				for i, it := range j.items {
					j.changes[i] = p.prepare(it)
				}
				close(j.done)
			}
			return nil
		})
	}
	g.Go(func() error {
		for j := range ordered {
			select {
			case <-j.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			if err := w.add(ctx, j); err != nil {
				return err
			}
			if j.err != nil {
				return errors.Join(j.err, w.flush(ctx, false))
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return w.finish(ctx)
	})
	return g.Wait()
}

// read hands out the rows after the first skip ones. When the rest of the file
// cannot be read, what came before is imported and the last job says why.
func read(ctx context.Context, r rows, skip int64, todo, ordered chan<- *job) error {
	hand := func(j *job) error {
		for _, ch := range []chan<- *job{ordered, todo} {
			select {
			case ch <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}
	j := &job{done: make(chan struct{})}
	for {
		it, err := r.next()
		if err == nil && skip > 0 {
			skip--
			continue
		}
		if err == nil {
			j.items = append(j.items, it)
		}
		if err != nil && err != io.EOF {
			j.err = err
		}
		if len(j.items) == jobRows || len(j.items) > 0 && err != nil || j.err != nil {
			if err := hand(j); err != nil {
				return err
			}
			j = &job{done: make(chan struct{})}
		}
		if err != nil {
			return nil
		}
	}
}

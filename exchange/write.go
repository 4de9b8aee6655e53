package exchange

import (
	"context"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/record"
)

// writer gathers rows into batches and writes each in one transaction.
type writer struct {
	im       *Importer
	opt      Options
	source   string
	begun    time.Time // to tell the rate
	position position
	rep      Report
	items    []item
	changes  []change
	bytes    int // of the records gathered
}

// batchBytes bounds what is gathered for one transaction, in bytes of records: rows
// may be as long as [record.MaxSize].
const batchBytes = 32 << 20

// resume finds where an earlier run stopped. One that finished is begun anew:
// what it brought is found unchanged.
func (w *writer) resume(ctx context.Context) error {
	if w.opt.DryRun || w.opt.Restart {
		return nil
	}
	return w.im.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := loadPosition(ctx, tx, w.source)
		if err == nil && !p.finished {
			w.position, w.rep.Resumed = p, p.rows
		}
		return err
	})
}

func (w *writer) add(ctx context.Context, j *job) error {
	for i := range j.items {
		w.items = append(w.items, j.items[i])
		w.changes = append(w.changes, j.changes[i])
		w.bytes += len(j.items[i].data) + len(j.changes[i].in.Canonical)
		if len(w.items) >= w.opt.Batch || w.bytes >= batchBytes {
			if err := w.flush(ctx, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) finish(ctx context.Context) error { return w.flush(ctx, true) }

// tally counts what a batch did.
type tally struct {
	stored                         []record.Incoming // kept as they came
	added, changed, unchanged, bad int64
	faults                         []Bad
}

func (t *tally) count(o record.Outcome) {
	switch o {
	case record.Added:
		t.added++
	case record.Unchanged:
		t.unchanged++
	default:
		t.changed++
	}
}

func (t *tally) refuse(bad []Bad) {
	t.bad++
	t.faults = append(t.faults, bad...)
}

// flush writes what is gathered. When the database refuses a value, the rows are
// written one by one, so that only the one at fault is left out.
func (w *writer) flush(ctx context.Context, last bool) error {
	err := w.write(ctx, w.items, w.changes, last)
	if err != nil && refusedValue(err) && len(w.items) > 0 {
		for i := range w.items {
			it, ch := w.items[i:i+1], w.changes[i:i+1]
			one := w.write(ctx, it, ch, last && i == len(w.items)-1)
			if one != nil && refusedValue(one) {
				ch[0].bad = badOf(it[0], nil, ch[0].in.Canonical, fault.New(fault.Invalid, "exchange.refused-by-database").Because(one))
				one = w.write(ctx, it, ch, last && i == len(w.items)-1)
			}
			if one != nil {
				return one
			}
		}
		err = nil
	}
	w.items, w.changes, w.bytes = w.items[:0], w.changes[:0], 0
	return err
}

// write writes rows and the place they bring the import to, in one transaction.
func (w *writer) write(ctx context.Context, items []item, changes []change, last bool) error {
	var t tally
	next := w.position
	work := func(tx *db.Tx) error {
		t = tally{} // the transaction may be run again
		added, err := w.storeNew(ctx, tx, changes)
		if err != nil {
			return err
		}
		for i := range changes {
			if changes[i].bad != nil {
				t.refuse(changes[i].bad)
				continue
			}
			outcome, err := record.Added, error(nil)
			if !added[i] {
				outcome, err = w.store(ctx, tx, &changes[i])
			}
			if f := fault.Of(err); err != nil && f.Code != fault.Internal && !db.IsUnique(err) {
				t.refuse(badOf(items[i], nil, changes[i].in.Canonical, f))
				continue
			}
			if err != nil {
				return err
			}
			t.count(outcome)
			if added[i] || changes[i].store == nil && (outcome == record.Added || outcome == record.Advanced) {
				t.stored = append(t.stored, changes[i].in)
			}
		}
		next = position{rows: w.position.rows + int64(len(items)), bad: w.position.bad + t.bad, finished: last}
		if w.opt.DryRun {
			return nil
		}
		return savePosition(ctx, tx, w.source, clip(w.opt.Name), next)
	}
	var err error
	if w.opt.DryRun {
		err = w.im.DB.Read(ctx, work)
	} else {
		err = w.im.DB.Write(ctx, access.Operator, work)
	}
	if err != nil {
		return err
	}
	w.position = next
	if !w.opt.DryRun {
		w.im.Book.Keep(t.stored)
	}
	w.report(items, t)
	return nil
}

// report tells what is committed now.
func (w *writer) report(items []item, t tally) {
	p := &w.rep.Progress
	p.Rows += int64(len(items))
	p.Added += t.added
	p.Changed += t.changed
	p.Unchanged += t.unchanged
	p.Bad += t.bad
	w.rep.keep(t.faults)
	if len(items) > 0 {
		p.Bytes = items[len(items)-1].bytes
	}
	p.pace(time.Since(w.begun))
	if w.opt.Progress != nil {
		w.opt.Progress(*p)
	}
}

// storeNew stores the rows whose records are not here yet, most of an import, all
// at once, and tells which they were. What the other rows do does not depend on it:
// a row concerns no record but its own, and of several rows about one record the
// first comes first.
func (w *writer) storeNew(ctx context.Context, tx *db.Tx, changes []change) ([]bool, error) {
	stored := make([]bool, len(changes))
	if w.opt.DryRun {
		return stored, nil
	}
	var all []record.Incoming
	for _, ch := range changes {
		if ch.bad == nil {
			all = append(all, ch.in)
		}
	}
	added, err := w.im.Book.ImportNew(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	for i, ch := range changes {
		if ch.bad == nil && added[ch.in.Record.ID] {
			stored[i] = true
			delete(added, ch.in.Record.ID)
		}
	}
	return stored, nil
}

func (w *writer) store(ctx context.Context, tx *db.Tx, ch *change) (record.Outcome, error) {
	if w.opt.DryRun {
		return w.foresee(ctx, tx, ch)
	}
	if ch.store != nil {
		return ch.store(ctx, tx)
	}
	return w.im.Book.Import(ctx, tx, ch.in)
}

// foresee tells what storing a row would do. It does not know of rows before it
// in the same file.
func (w *writer) foresee(ctx context.Context, tx *db.Tx, ch *change) (record.Outcome, error) {
	r := ch.in.Record
	head, err := w.im.Book.HeadOf(ctx, tx, r.ID)
	if fault.Is(err, fault.NotFound) {
		return record.Added, nil
	}
	if err != nil {
		return "", err
	}
	if ch.store != nil {
		return ch.store(ctx, tx)
	}
	if r.Rev > head.Rev {
		newest, err := w.im.Book.At(ctx, tx, r.ID, head.Rev)
		if err == nil && r.Rev == head.Rev+1 && r.Prev != newest.Digest {
			err = fault.New(fault.Conflict, "record.foreign-line").At("prev")
		}
		return record.Advanced, err
	}
	here, err := w.im.Book.At(ctx, tx, r.ID, r.Rev)
	switch {
	case err == nil && here.Digest == r.Digest:
		return record.Unchanged, nil
	case err == nil && r.Rev == head.Rev:
		return record.Changed, nil
	case err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone):
		return "", err
	}
	return "", fault.New(fault.Conflict, "record.older-revision", "rev", r.Rev, "head", head.Rev).At("rev")
}

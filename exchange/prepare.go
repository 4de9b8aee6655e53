package exchange

import (
	"context"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/record"
)

// preparer understands rows. Several workers use one.
type preparer struct {
	book    *record.Book
	columns *columns
	opt     Options
	now     time.Time // when the import began: the time of what it makes itself
}

func (p *preparer) prepare(it item) (ch change) {
	if it.bad != nil {
		return change{bad: badOf(it, p.columns, it.data, it.bad)}
	}
	data, err := it.data, error(nil)
	fresh := false
	if it.cells != nil {
		data, fresh, err = p.columns.build(p.book, it.cells)
	}
	if err == nil {
		switch {
		case p.opt.Format == ROR:
			ch, err = p.organisation(data)
		case fresh:
			ch, err = p.draft(data)
		default:
			ch.in, err = p.book.Receive(data)
		}
	}
	if err != nil {
		return change{bad: badOf(it, p.columns, data, fault.Of(err))}
	}
	return ch
}

// draft makes a new record of a row without an id. The id follows from the
// content, so that importing the same table twice makes nothing twice.
func (p *preparer) draft(data []byte) (ch change, err error) {
	r, err := p.book.Decode(data)
	if err != nil {
		return ch, err
	}
	var l fault.List
	if r.Owner == "" {
		r.Owner = p.opt.Owner
	}
	if r.Owner == "" || p.opt.Owner != "" && r.Owner != p.opt.Owner {
		l.Add("owner", "exchange.owner-needed")
	}
	if r.State != "" && r.State != record.Draft {
		l.Add("state", "exchange.drafts-only")
	}
	if r.Rev > 1 || r.Prev != "" || len(r.Notes) > 0 {
		l.Add("rev", "exchange.drafts-only")
	}
	if err := l.Err(); err != nil {
		return ch, err
	}
	r.Rev, r.State, r.Published = 1, record.Draft, time.Time{}
	r.Created, r.Updated = time.Time{}, time.Time{}
	if r.Texts == nil {
		r.Texts = map[string]record.Version{}
	}
	for tag, v := range r.Texts {
		if v.Provenance == "" {
			v.Provenance = record.Human
			if tag == string(r.Source) {
				v.Provenance = record.Original
			}
		}
		v.Of = 1
		r.Texts[tag] = v
	}
	r.Clean()
	content, err := r.Canonical()
	if err != nil {
		return ch, err
	}
	r.ID = id.Derive(p.book.Node(), r.Kind, "import "+record.Digest(content))
	r.Created, r.Updated = p.now, p.now
	if ch.in, err = seal(p.book, r); err != nil {
		return ch, err
	}
	ch.store = func(ctx context.Context, tx *db.Tx) (record.Outcome, error) {
		_, err := p.book.HeadOf(ctx, tx, r.ID)
		if fault.Is(err, fault.NotFound) {
			return p.book.Import(ctx, tx, ch.in)
		}
		return record.Unchanged, err // what became of it since is its owner's
	}
	return ch, nil
}

// seal checks a record that the import made and gives its canonical form.
func seal(book *record.Book, r *record.Record) (in record.Incoming, err error) {
	if err := book.Validate(r, r.State == record.Draft); err != nil {
		return in, err
	}
	canonical, err := r.Canonical()
	if err != nil {
		return in, err
	}
	r.Digest = record.Digest(canonical)
	return record.Incoming{Record: r, Canonical: canonical}, nil
}

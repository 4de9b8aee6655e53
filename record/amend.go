package record

import (
	"context"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Amend stores a change to a published record as its next public revision, at
// once and with a note. It is for areas whose records have a life of their own
// beside [Lifecycle]: the area decides who may do verb before it calls Amend,
// which asks no policy. base is the newest revision the actor saw. change works on
// the body and is done a second time to a change that is being prepared, so that
// publishing that one later undoes nothing.
func (b *Book) Amend(ctx context.Context, tx *db.Tx, record id.ID, base int, verb string, note *Note, change func(*Record) error) (_ *Record, err error) {
	defer fault.Wrap(&err, "record.Amend(%s, %d, %s)", record, base, verb)
	newest, head, err := b.loadFor(ctx, tx, record, base)
	if err != nil {
		return nil, err
	}
	if head.PublicRev == 0 {
		return nil, fault.New(fault.Conflict, "flow.no-such-step").With("state", string(head.State)).With("verb", verb)
	}
	public, err := b.At(ctx, tx, record, head.PublicRev)
	if err != nil {
		return nil, err
	}
	if public.State != Published {
		return nil, fault.New(fault.Conflict, "flow.no-such-step").With("state", string(public.State)).With("verb", verb)
	}
	if note == nil {
		return nil, fault.New(fault.Invalid, "record.note-needed").At("note")
	}
	r, err := b.Copy(public)
	if err != nil {
		return nil, err
	}
	b.advance(tx, newest, r)
	if err := change(r); err != nil {
		return nil, err
	}
	n := *note.clean()
	n.At, n.Rev = r.Updated, r.Rev
	r.Notes = append(r.Notes[:len(r.Notes):len(r.Notes)], n)
	if err := b.Validate(r, false); err != nil {
		return nil, err
	}
	if err := b.update(ctx, tx, r, head.Rev, r.Rev, verb); err != nil {
		return nil, err
	}
	if head.PublicRev != head.Rev {
		return r, b.carryOn(ctx, tx, newest, r, len(public.Notes), change)
	}
	return r, nil
}

// guard asks the kind's guard, when there is one.
func (k *Kind) guard(a access.Actor, old, next *Record) error {
	if k.Guard == nil {
		return nil
	}
	return k.Guard(a, old, next)
}

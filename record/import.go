package record

import (
	"bytes"
	"context"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Outcome says what an import did with one revision.
type Outcome string

// The outcomes.
const (
	Added     Outcome = "added"     // a record that was not here
	Advanced  Outcome = "advanced"  // the next revision of one that was
	Changed   Outcome = "changed"   // an edited row of the newest revision became the next one
	Unchanged Outcome = "unchanged" // here already, with the same digest
)

// Incoming is a revision that came from outside: decoded, cleaned of nothing,
// and its canonical form.
type Incoming struct {
	Record    *Record
	Canonical []byte
}

// Receive decodes and checks a revision in JSON. It needs no database, so many
// can be received side by side. The canonical form is what is stored, so a
// revision exported here or by a peer keeps its digest.
func (b *Book) Receive(data []byte) (in Incoming, err error) {
	defer fault.Wrap(&err, "record.Receive")
	r, err := b.Decode(data)
	if err != nil {
		return in, err
	}
	if r.Rev < 1 {
		return in, fault.New(fault.Invalid, "record.bad-revision").At("rev")
	}
	if !states[r.State] {
		return in, fault.New(fault.Invalid, "record.unknown-state").At("state")
	}
	if err := b.Validate(r, r.State == Draft || r.State == Returned); err != nil {
		return in, err
	}
	if r.State == Erased && !r.isEmpty(b.kinds[r.Kind]) {
		return in, fault.New(fault.Invalid, "record.erased").At("state")
	}
	canonical, err := r.Canonical()
	if err != nil {
		return in, err
	}
	r.Digest = Digest(canonical)
	return Incoming{r, canonical}, nil
}

// isEmpty reports whether r says nothing, as an erased record must.
func (r *Record) isEmpty(kind *Kind) bool {
	c := *r
	c.empty(kind)
	return sameContent(r, &c)
}

// states are the states of the life cycle, for look-up.
var states = func() map[State]bool {
	all := map[State]bool{}
	for _, s := range Lifecycle.States() {
		all[s] = true
	}
	return all
}()

// Keep remembers revisions that are committed now, so that the index, which reads
// next what was just written, need not decode them again.
func (b *Book) Keep(stored []Incoming) {
	for _, in := range stored {
		b.cache.put(in.Record, len(in.Canonical))
	}
}

// ImportNew stores those of the received revisions whose records are not here, many
// rows in a statement, and names their records. What it leaves is [Book.Import]'s:
// records that are here, and all revisions of a record in all but the first.
func (b *Book) ImportNew(ctx context.Context, tx *db.Tx, all []Incoming) (added map[id.ID]bool, err error) {
	defer fault.Wrap(&err, "record.ImportNew(%d)", len(all))
	first := make([]Incoming, 0, len(all))
	named := make(map[id.ID]bool, len(all))
	for _, in := range all {
		if !named[in.Record.ID] {
			named[in.Record.ID] = true
			first = append(first, in)
		}
	}
	return b.insertMany(ctx, tx, first, "import")
}

// Import stores a received revision as it is. What is here already is left
// alone; an older or foreign line of revisions is a [fault.Conflict]. An edited
// row (the newest revision's number, other content) becomes the next revision.
func (b *Book) Import(ctx context.Context, tx *db.Tx, in Incoming) (_ Outcome, err error) {
	defer fault.Wrap(&err, "record.Import(%s, %d)", in.Record.ID, in.Record.Rev)
	r := in.Record
	head, err := b.HeadOf(ctx, tx, r.ID)
	if fault.Is(err, fault.NotFound) {
		err = b.insertCanonical(ctx, tx, r, in.Canonical, "import")
		if err == nil || fault.Of(err).Key != "record.exists" {
			return Added, err
		}
		head, err = b.HeadOf(ctx, tx, r.ID) // another process was quicker
	}
	if err != nil {
		return "", err
	}
	if head.State == Erased && r.Rev >= head.Rev {
		return b.importErased(ctx, tx, r, head)
	}
	if r.Rev <= head.Rev {
		var digest string
		err := tx.QueryRow(ctx, `SELECT digest FROM revisions WHERE record = $1 AND rev = $2`, []any{string(r.ID), r.Rev}, &digest)
		if err == nil && digest == r.Digest {
			return Unchanged, nil
		}
		if r.Rev == head.Rev && err == nil {
			return Changed, b.importEdit(ctx, tx, r, head)
		}
		return "", fault.New(fault.Conflict, "record.older-revision", "rev", r.Rev, "head", head.Rev).At("rev")
	}
	newest, err := b.At(ctx, tx, r.ID, head.Rev)
	if err != nil {
		return "", err
	}
	if r.Rev == head.Rev+1 && r.Prev != newest.Digest {
		return "", fault.New(fault.Conflict, "record.foreign-line").At("prev")
	}
	if !r.Updated.After(newest.Updated) {
		return "", fault.New(fault.Invalid, "record.time-backwards").At("updated")
	}
	public := head.PublicRev
	if r.Public() {
		public = r.Rev
	}
	if err := b.updateCanonical(ctx, tx, r, in.Canonical, head.Rev, public, "import"); err != nil {
		return "", err
	}
	if r.State == Erased {
		return Advanced, b.forget(ctx, tx, r)
	}
	return Advanced, nil
}

// importErased lets nothing bring back what was erased.
func (b *Book) importErased(ctx context.Context, tx *db.Tx, r *Record, head Head) (Outcome, error) {
	last, err := b.At(ctx, tx, r.ID, head.Rev)
	if err != nil {
		return "", err
	}
	if last.Rev == r.Rev && last.Digest == r.Digest {
		return Unchanged, nil
	}
	return "", fault.New(fault.Gone, "record.erased")
}

// importEdit makes an edited row the next revision, with a note that says so
// when it was published.
func (b *Book) importEdit(ctx context.Context, tx *db.Tx, r *Record, head Head) error {
	old, err := b.At(ctx, tx, r.ID, head.Rev)
	if err != nil {
		return err
	}
	edited, err := b.Copy(r)
	if err != nil {
		return err
	}
	edited.Created, edited.Published, edited.State = old.Created, old.Published, old.State
	b.advance(tx, old, edited)
	if err := appendOnly(old, edited); err != nil {
		return err
	}
	if old.Public() && len(edited.Notes) == len(old.Notes) {
		edited.Notes = append(edited.Notes, Note{Type: "update", Text: map[string]string{"en": "Changed by an import of the owner's data."}, At: edited.Updated, Rev: edited.Rev})
	}
	edited.markOf(old)
	if err := b.Validate(edited, old.State == Draft || old.State == Returned); err != nil {
		return err
	}
	public := head.PublicRev
	if edited.Public() {
		public = edited.Rev
	}
	return b.update(ctx, tx, edited, head.Rev, public, "import")
}

// Verify reports whether the stored form of r still has its digest.
func Verify(r *Record) (bool, error) {
	canonical, err := r.Canonical()
	if err != nil {
		return false, err
	}
	return bytes.Equal([]byte(Digest(canonical)), []byte(r.Digest)), nil
}

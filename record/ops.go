package record

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
)

// Create stores r as a new draft on behalf of the transaction's actor and fills
// in its id, revision and times. It fails when the policy of the kind says no or
// r says something wrong.
func (b *Book) Create(ctx context.Context, tx *db.Tx, r *Record) (err error) {
	defer fault.Wrap(&err, "record.Create(%s)", r.Kind)
	kind := b.kinds[r.Kind]
	if kind == nil {
		return fault.New(fault.Invalid, "record.unknown-kind", "kind", clip(r.Kind)).At("kind")
	}
	if err := kind.Policy.Check(tx.Actor, "create", r.Object()); err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = id.New(b.node, r.Kind, tx.Now)
	}
	r.Rev, r.Prev, r.State = 1, "", Draft
	r.Created, r.Updated, r.Published = tx.Now, tx.Now, time.Time{}
	r.markOf(nil)
	r.Clean()
	if err := b.Validate(r, true); err != nil {
		return err
	}
	if err := kind.guard(tx.Actor, nil, r); err != nil {
		return err
	}
	return b.insert(ctx, tx, r, "create")
}

// Edit lets change work on a copy of the newest revision and stores the result
// as the next one. base is the revision the editor saw: when the record moved on
// meanwhile, Edit fails with [fault.Conflict] and stores nothing. Editing what is
// published begins a draft; the public revision stays.
func (b *Book) Edit(ctx context.Context, tx *db.Tx, record id.ID, base int, change func(*Record) error) (_ *Record, err error) {
	defer fault.Wrap(&err, "record.Edit(%s, %d)", record, base)
	old, head, err := b.loadFor(ctx, tx, record, base)
	if err != nil {
		return nil, err
	}
	kind := b.kinds[old.Kind]
	if err := kind.Policy.Check(tx.Actor, "edit", old.Object()); err != nil {
		return nil, err
	}
	r, err := b.Copy(old)
	if err != nil {
		return nil, err
	}
	verb := "edit"
	if old.State != Draft && old.State != Returned {
		if r.State, err = Lifecycle.Next(old.State, "revise"); err != nil {
			return nil, err
		}
		verb = "revise"
	}
	state := r.State
	if err := change(r); err != nil {
		return nil, err
	}
	r.ID, r.Kind, r.Created, r.Published, r.State = old.ID, old.Kind, old.Created, old.Published, state
	if r.Owner != old.Owner || r.Party != old.Party {
		if err := kind.Policy.Check(tx.Actor, "edit", r.Object()); err != nil {
			return nil, err
		}
	}
	b.advance(tx, old, r)
	if err := appendOnly(old, r); err != nil {
		return nil, err
	}
	r.markOf(old)
	r.Clean()
	if err := b.Validate(r, true); err != nil {
		return nil, err
	}
	if err := kind.guard(tx.Actor, old, r); err != nil {
		return nil, err
	}
	return r, b.update(ctx, tx, r, base, head.PublicRev, verb)
}

// Options go with a verb.
type Options struct {
	Note *Note     // what is said about it: required to change what was published, to suspend, to withdraw
	At   time.Time // with "schedule" and "renew": the instant
}

// Do takes a record one step of its life cycle. base is the revision the actor
// saw. It fails with [fault.Conflict] when the record moved on or the step is not
// in the table, and with [fault.Forbidden] when the policy or the four-eyes rule
// says no.
func (b *Book) Do(ctx context.Context, tx *db.Tx, record id.ID, base int, verb string, opt Options) (_ *Record, err error) {
	defer fault.Wrap(&err, "record.Do(%s, %d, %s)", record, base, verb)
	old, head, err := b.loadFor(ctx, tx, record, base)
	if err != nil {
		return nil, err
	}
	return b.step(ctx, tx, old, head, verb, opt)
}

func (b *Book) step(ctx context.Context, tx *db.Tx, old *Record, head Head, verb string, opt Options) (*Record, error) {
	kind := b.kinds[old.Kind]
	if !tx.Actor.Has(access.System) {
		if err := kind.Policy.Check(tx.Actor, verb, old.Object()); err != nil {
			return nil, err
		}
	}
	from, pending := old, false
	if head.PublicRev > 0 && head.PublicRev != old.Rev && aboutPublic[verb] {
		var err error
		if from, err = b.At(ctx, tx, old.ID, head.PublicRev); err != nil {
			return nil, err
		}
		pending = verb != "withdraw" && verb != "erase"
	}
	to, err := Lifecycle.Next(from.State, verb)
	if err != nil {
		return nil, err
	}
	if verb == "discard" && head.PublicRev > 0 {
		// A change is given up, not the record: the public revision stands again.
		if from, err = b.At(ctx, tx, old.ID, head.PublicRev); err != nil {
			return nil, err
		}
		to = from.State
	}
	r, err := b.Copy(from)
	if err != nil {
		return nil, err
	}
	r.State = to
	b.advance(tx, old, r)
	if err := b.prepare(ctx, tx, kind, old, r, head, verb, opt); err != nil {
		return nil, err
	}
	if err := b.Validate(r, to == Draft || to == Returned || to == Erased); err != nil {
		return nil, err
	}
	public := head.PublicRev
	if r.Public() && (head.PublicRev > 0 || verb != "discard") {
		public = r.Rev
	}
	if err := b.update(ctx, tx, r, head.Rev, public, verb); err != nil {
		return nil, err
	}
	if to == Erased {
		return r, b.forget(ctx, tx, r)
	}
	if pending {
		return r, b.carryOn(ctx, tx, old, r, len(from.Notes), nil)
	}
	return r, nil
}

// aboutPublic are the verbs about what the public sees. While a change is being
// prepared they begin from the public revision, not from the unfinished change.
var aboutPublic = map[string]bool{"confirm": true, "suspend": true, "resume": true, "expire": true, "renew": true, "withdraw": true, "erase": true}

// carryOn puts a change that is being prepared back on top of done, so that
// nobody's work is lost to a step of the public revision. shared is how many notes
// both have from before. also, when given, is done to the change too.
func (b *Book) carryOn(ctx context.Context, tx *db.Tx, change, done *Record, shared int, also func(*Record) error) error {
	next, err := b.Copy(change)
	if err != nil {
		return err
	}
	if also != nil {
		if err := also(next); err != nil {
			return err
		}
	}
	b.advance(tx, done, next)
	next.Notes = slices.Concat(done.Notes, change.Notes[min(len(change.Notes), shared):])
	next.Confirmed = done.Confirmed
	return b.update(ctx, tx, next, done.Rev, done.Rev, "carry-on")
}

// prepare does what a verb asks beside the new state.
func (b *Book) prepare(ctx context.Context, tx *db.Tx, kind *Kind, old, r *Record, head Head, verb string, opt Options) error {
	if opt.Note != nil {
		opt.Note = opt.Note.clean()
	}
	if opt.Note != nil && verb == "return" {
		r.remark = opt.Note.text(r.Source) // between colleagues, not for the public
	} else if opt.Note != nil {
		n := *opt.Note
		n.At, n.Rev = r.Updated, r.Rev
		r.Notes = append(slices.Clone(r.Notes), n)
	}
	switch verb {
	case "suspend", "withdraw", "return":
		if opt.Note == nil {
			return fault.New(fault.Invalid, "record.reason-needed").At("note")
		}
	case "schedule":
		if !opt.At.IsZero() {
			r.PublishAt = opt.At.UTC().Truncate(time.Microsecond)
		}
		if !r.PublishAt.After(tx.Now) {
			return fault.New(fault.Invalid, "record.schedule-past").At("publish_at")
		}
	case "renew", "confirm":
		r.Confirmed = r.Updated
		if !opt.At.IsZero() {
			r.ValidTo = opt.At.UTC().Truncate(time.Microsecond)
		}
		if !r.ValidTo.IsZero() && !r.ValidTo.After(tx.Now) {
			return fault.New(fault.Invalid, "record.valid-to-past").At("valid_to")
		}
	}
	if r.State == Erased {
		r.empty(kind)
	}
	if verb == "publish" || verb == "schedule" {
		if err := b.fourEyes(ctx, tx, kind, old, head); err != nil {
			return err
		}
		return b.noSilentChange(ctx, tx, r, head)
	}
	return nil
}

// fourEyes refuses to let those who wrote a text publish it, where the kind asks
// for a second person. The clock publishes only what a second person scheduled.
func (b *Book) fourEyes(ctx context.Context, tx *db.Tx, kind *Kind, old *Record, head Head) error {
	if !kind.FourEyes || tx.Actor.Has(access.System) {
		return nil
	}
	var wrote bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM revisions WHERE record = $1 AND actor = $2
		AND verb IN ('create', 'edit', 'revise', 'submit')
		AND rev > (SELECT coalesce(max(rev), 0) FROM revisions WHERE record = $1 AND rev <= $3 AND verb IN ('publish', 'import')))`,
		[]any{string(old.ID), tx.Actor.Account, head.PublicRev}, &wrote)
	if err != nil {
		return err
	}
	if wrote {
		return fault.New(fault.Forbidden, "record.four-eyes")
	}
	return nil
}

// noSilentChange asks for a note when what was published changes.
func (b *Book) noSilentChange(ctx context.Context, tx *db.Tx, r *Record, head Head) error {
	if r.State == Published && r.Published.IsZero() {
		r.Published = r.Updated
	}
	if head.PublicRev == 0 {
		return nil
	}
	public, err := b.At(ctx, tx, r.ID, head.PublicRev)
	if err != nil {
		return err
	}
	if len(r.Notes) > len(public.Notes) || sameContent(public, r) {
		return nil
	}
	return fault.New(fault.Invalid, "record.note-needed").At("note")
}

// sameContent reports whether two revisions say the same.
func sameContent(a, b *Record) bool {
	plain := func(r *Record) string {
		c := *r
		c.Rev, c.Prev, c.State, c.Notes = 0, "", "", nil
		c.Updated, c.Published, c.Confirmed, c.PublishAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		out, err := c.Canonical()
		if err != nil {
			return ""
		}
		return string(out)
	}
	x, y := plain(a), plain(b)
	return x != "" && x == y
}

// forget removes the content of every revision but the last, which holds none.
func (b *Book) forget(ctx context.Context, tx *db.Tx, r *Record) error {
	_, err := tx.Exec(ctx, `UPDATE revisions SET body = '', remark = '' WHERE record = $1 AND rev < $2`, string(r.ID), r.Rev)
	b.Forget(r.ID)
	return err
}

// Tick lets the clock act on what is due at the transaction's time: it publishes
// what was scheduled and expires what is no longer valid. It takes at most limit
// records and reports how many it took. One that a rule stops waits an hour, so
// that it does not hold up the others.
func (b *Book) Tick(ctx context.Context, tx *db.Tx, limit int) (n int, err error) {
	defer fault.Wrap(&err, "record.Tick")
	rows, err := tx.Query(ctx, `SELECT id FROM records WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at, id LIMIT $2`, db.Micros(tx.Now), limit)
	if err != nil {
		return 0, err
	}
	var due []id.ID
	for rows.Next() {
		var s id.ID
		if err := rows.Scan(&s); err != nil {
			rows.Close()
			return 0, err
		}
		due = append(due, s)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	for _, record := range due {
		head, err := b.HeadOf(ctx, tx, record)
		if err != nil {
			return n, err
		}
		old, err := b.At(ctx, tx, record, head.Rev)
		if err != nil {
			return n, err
		}
		verb := "expire"
		if old.State == Scheduled && !old.PublishAt.After(tx.Now) {
			verb = "publish"
		}
		_, err = b.step(ctx, tx, old, head, verb, Options{})
		if f := fault.Of(err); err != nil && f.Code != fault.Internal {
			slog.WarnContext(ctx, "the clock was stopped by a rule", "record", record, "verb", verb, "error", err)
			_, err = tx.Exec(ctx, `UPDATE records SET due_at = $1 WHERE id = $2`, db.Micros(tx.Now.Add(time.Hour)), string(record))
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// loadFor gives the newest revision and checks that the actor saw it.
func (b *Book) loadFor(ctx context.Context, tx *db.Tx, record id.ID, base int) (*Record, Head, error) {
	head, err := b.HeadOf(ctx, tx, record)
	if err != nil {
		return nil, head, err
	}
	if head.Rev != base {
		return nil, head, fault.New(fault.Conflict, "record.changed-meanwhile").With("base", base).With("rev", head.Rev)
	}
	r, err := b.At(ctx, tx, record, head.Rev)
	return r, head, err
}

// advance makes r the revision after old. A revision is always later than the
// one before, also when the clock stood still or went back, because the journal
// orders a record's lines by time.
func (b *Book) advance(tx *db.Tx, old, r *Record) {
	r.Rev, r.Prev = old.Rev+1, old.Digest
	r.Updated = tx.Now
	if !r.Updated.After(old.Updated) {
		r.Updated = old.Updated.Add(time.Microsecond)
	}
}

// markOf notes in which revision the words of each language last changed, and
// which revision of the source a translation was made of.
func (r *Record) markOf(old *Record) {
	src := r.Texts[string(r.Source)]
	of := r.Rev
	if old != nil {
		if before, ok := old.Texts[string(r.Source)]; ok && maps.Equal(before.Fields, src.Fields) {
			of = before.Of
		}
	}
	for tag, v := range r.Texts {
		if lang.Tag(tag) == r.Source {
			v.Of = of
		} else if old == nil || !maps.Equal(old.Texts[tag].Fields, v.Fields) || v.Of == 0 {
			v.Of = of
		}
		r.Texts[tag] = v
	}
}

// appendOnly refuses to change or drop notes that were there.
func appendOnly(old, r *Record) error {
	if len(r.Notes) < len(old.Notes) || len(old.Notes) > 0 && !reflect.DeepEqual(r.Notes[:len(old.Notes)], old.Notes) {
		return fault.New(fault.Invalid, "record.notes-append-only").At("notes")
	}
	for i := len(old.Notes); i < len(r.Notes); i++ {
		r.Notes[i].At, r.Notes[i].Rev = r.Updated, r.Rev
	}
	return nil
}

// Copy gives a deep copy of r that may be changed.
func (b *Book) Copy(r *Record) (*Record, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	c, err := b.Decode(plain)
	if err != nil {
		return nil, err
	}
	c.Extra, c.BodyExtra = maps.Clone(r.Extra), maps.Clone(r.BodyExtra)
	c.Digest = r.Digest
	if c.Texts == nil {
		c.Texts = map[string]Version{}
	}
	return c, nil
}

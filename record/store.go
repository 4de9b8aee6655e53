package record

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
)

// Head is where a record stands: its newest revision and its public one.
type Head struct {
	ID        id.ID
	Kind      string
	State     State
	Rev       int // newest revision
	PublicRev int // the one visitors see, 0 when there is none
	Owner     id.ID
	Updated   time.Time
}

// Revision is a line of a record's history.
type Revision struct {
	Rev    int
	Digest string
	State  State
	Verb   string
	Actor  string // account; private, shown only to those who may read drafts
	Remark string // said between colleagues; private like Actor
	At     time.Time
}

// Ref names a revision of a record; Rev 0 means the public one.
type Ref struct {
	ID  id.ID
	Rev int
}

// HeadOf gives where a record stands. It fails with [fault.NotFound].
func (b *Book) HeadOf(ctx context.Context, tx *db.Tx, record id.ID) (h Head, err error) {
	var updated int64
	err = tx.QueryRow(ctx, `SELECT id, kind, state, rev, public_rev, owner, updated_at FROM records WHERE id = $1`,
		[]any{string(record)}, &h.ID, &h.Kind, &h.State, &h.Rev, &h.PublicRev, &h.Owner, &updated)
	if errors.Is(err, sql.ErrNoRows) {
		return h, fault.New(fault.NotFound, "record.not-found")
	}
	h.Updated = db.Time(updated)
	return h, err
}

// Find gives the id of the record of a kind with a ULID, which is what short
// paths carry. When several nodes chose the same one, this node's own wins.
func (b *Book) Find(ctx context.Context, tx *db.Tx, kind, ulid string) (found id.ID, err error) {
	if !id.ValidULID(ulid) {
		return "", fault.New(fault.NotFound, "record.not-found")
	}
	rows, err := tx.Query(ctx, `SELECT id FROM records WHERE ulid = $1 ORDER BY id`, ulid)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var s id.ID
		if err := rows.Scan(&s); err != nil {
			return "", err
		}
		if s.Kind() == kind && (found == "" || s.Node() == b.node) {
			found = s
		}
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	if found == "" {
		return "", fault.New(fault.NotFound, "record.not-found")
	}
	return found, nil
}

// Newest gives the newest revision of a record, published or not.
func (b *Book) Newest(ctx context.Context, tx *db.Tx, record id.ID) (*Record, error) {
	h, err := b.HeadOf(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	return b.At(ctx, tx, record, h.Rev)
}

// Public gives the revision that visitors see. It fails with [fault.NotFound]
// when the record was never published.
func (b *Book) Public(ctx context.Context, tx *db.Tx, record id.ID) (*Record, error) {
	h, err := b.HeadOf(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	if h.PublicRev == 0 {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	return b.At(ctx, tx, record, h.PublicRev)
}

// At gives one revision. The record is shared: it must not be changed. It fails
// with [fault.Gone] when the content was erased.
func (b *Book) At(ctx context.Context, tx *db.Tx, record id.ID, rev int) (_ *Record, err error) {
	if r := b.cache.get(Ref{record, rev}); r != nil {
		return r, nil
	}
	defer fault.Wrap(&err, "record.At(%s, %d)", record, rev)
	var body, digest string
	err = tx.QueryRow(ctx, `SELECT body, digest FROM revisions WHERE record = $1 AND rev = $2`, []any{string(record), rev}, &body, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	if err != nil {
		return nil, err
	}
	return b.keep(tx, body, digest)
}

// keep decodes a stored revision and caches it, unless the transaction writes: it
// may have made the revision itself, and not every transaction commits.
func (b *Book) keep(tx *db.Tx, body, digest string) (*Record, error) {
	if body == "" {
		return nil, fault.New(fault.Gone, "record.erased")
	}
	r, err := b.Decode([]byte(body))
	if err != nil {
		return nil, err
	}
	r.Digest = digest
	if !tx.Writes() {
		b.cache.put(r, len(body))
	}
	return r, nil
}

// Forget drops a record's revisions from the cache, when its content was erased
// here or by another process over the same database.
func (b *Book) Forget(record id.ID) { b.cache.drop(record) }

// History lists the revisions of a record, newest first.
func (b *Book) History(ctx context.Context, tx *db.Tx, record id.ID) (_ []Revision, err error) {
	defer fault.Wrap(&err, "record.History(%s)", record)
	rows, err := tx.Query(ctx, `SELECT rev, digest, state, verb, actor, remark, at FROM revisions WHERE record = $1 ORDER BY rev DESC`, string(record))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var history []Revision
	for rows.Next() {
		var v Revision
		var at int64
		if err := rows.Scan(&v.Rev, &v.Digest, &v.State, &v.Verb, &v.Actor, &v.Remark, &at); err != nil {
			return nil, err
		}
		v.At = db.Time(at)
		history = append(history, v)
	}
	return history, rows.Err()
}

// Sources lists the records whose public revision links to target by rel.
func (b *Book) Sources(ctx context.Context, tx *db.Tx, target id.ID, rel string) (_ []id.ID, err error) {
	defer fault.Wrap(&err, "record.Sources(%s, %s)", target, rel)
	rows, err := tx.Query(ctx, `SELECT source FROM links WHERE target = $1 AND rel = $2 ORDER BY source`, string(target), rel)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []id.ID
	for rows.Next() {
		var s id.ID
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		ids = append(ids, s)
	}
	return ids, rows.Err()
}

// Each calls f with every record's head, in order of id, until f fails.
func (b *Book) Each(ctx context.Context, tx *db.Tx, f func(Head) error) (err error) {
	defer fault.Wrap(&err, "record.Each")
	rows, err := tx.Query(ctx, `SELECT id, kind, state, rev, public_rev, owner, updated_at FROM records ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		h, err := scanHead(rows)
		if err != nil {
			return err
		}
		if err := f(h); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insert stores a new record's first revision, update a later one that follows
// base. Both write the journal line.
func (b *Book) insert(ctx context.Context, tx *db.Tx, r *Record, verb string) error {
	canonical, err := r.Canonical()
	if err != nil {
		return err
	}
	r.Digest = Digest(canonical)
	return b.insertCanonical(ctx, tx, r, canonical, verb)
}

func (b *Book) insertCanonical(ctx context.Context, tx *db.Tx, r *Record, canonical []byte, verb string) error {
	added, err := b.insertMany(ctx, tx, []Incoming{{r, canonical}}, verb)
	if err == nil && !added[r.ID] {
		return fault.New(fault.Conflict, "record.exists")
	}
	return err
}

func (b *Book) update(ctx context.Context, tx *db.Tx, r *Record, base, public int, verb string) error {
	canonical, err := r.Canonical()
	if err != nil {
		return err
	}
	r.Digest = Digest(canonical)
	return b.updateCanonical(ctx, tx, r, canonical, base, public, verb)
}

func (b *Book) updateCanonical(ctx context.Context, tx *db.Tx, r *Record, canonical []byte, base, public int, verb string) error {
	due := b.due(r)
	if public > 0 && public != r.Rev {
		// While a change is being prepared, the public revision's validity runs on.
		shown, err := b.At(ctx, tx, r.ID, public)
		if err != nil {
			return err
		}
		if d := b.due(shown); due.IsZero() || !d.IsZero() && d.Before(due) {
			due = d
		}
	}
	n, err := tx.Exec(ctx, `UPDATE records SET state = $1, rev = $2, public_rev = $3, owner = $4, due_at = $5, updated_at = $6
		WHERE id = $7 AND rev = $8`,
		string(r.State), r.Rev, public, string(r.Owner), db.Micros(due), db.Micros(r.Updated), string(r.ID), base)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "record.changed-meanwhile").With("base", base)
	}
	return b.append(ctx, tx, r, canonical, verb)
}

// append writes the revision, its links when it is public, and the journal line.
func (b *Book) append(ctx context.Context, tx *db.Tx, r *Record, canonical []byte, verb string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO revisions (record, rev, digest, body, state, verb, actor, remark, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(r.ID), r.Rev, r.Digest, string(canonical), string(r.State), verb, tx.Actor.Account, r.remark, db.Micros(r.Updated)); err != nil {
		return err
	}
	if r.Public() {
		if err := b.relink(ctx, tx, r); err != nil {
			return err
		}
	}
	return journal.Append(ctx, tx, r.Kind+"."+verb, r.ID, r.Rev, r.Updated)
}

func (b *Book) relink(ctx context.Context, tx *db.Tx, r *Record) error {
	if r.Rev > 1 {
		if _, err := tx.Exec(ctx, `DELETE FROM links WHERE source = $1`, string(r.ID)); err != nil {
			return err
		}
	}
	for _, l := range b.linksOf(r) {
		if _, err := tx.Exec(ctx, `INSERT INTO links (source, rel, target) VALUES ($1, $2, $3)`, string(r.ID), l.Rel, l.To); err != nil {
			return err
		}
	}
	return nil
}

// linksOf lists what r is linked to while it is public, each once: the links of its
// envelope and what its body names.
func (b *Book) linksOf(r *Record) []Link {
	if !r.Public() || r.State == Erased {
		return nil
	}
	links := slices.Clone(r.Links)
	if refs := b.kinds[r.Kind].Refs; refs != nil {
		links = append(links, refs(r)...)
	}
	if len(links) < 2 {
		return links
	}
	seen := make(map[Link]bool, len(links))
	return slices.DeleteFunc(links, func(l Link) bool {
		again := seen[l]
		seen[l] = true
		return again
	})
}

// due is the instant at which the clock has to act on r, zero when it has not:
// another node's records follow that node's clock.
func (b *Book) due(r *Record) time.Time {
	if r.ID.Node() != b.node {
		return time.Time{}
	}
	switch r.State {
	case Scheduled:
		return r.PublishAt
	case Published:
		return r.ValidTo
	}
	return time.Time{}
}

// Due reports whether the clock has something to act on, so that an idle node
// opens no write transaction.
func (b *Book) Due(ctx context.Context, tx *db.Tx) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM records WHERE due_at > 0 AND due_at <= $1)`, []any{db.Micros(tx.Now)}, &yes)
	return yes, err
}

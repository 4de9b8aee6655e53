package vectors

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/record"
)

// task is a public revision to be asked about, with what was made of the record
// before.
type task struct {
	record.Ref
	text   string
	digest string // of text, with what it depends on
	known  string // digest of the text that the vector at hand is of, "" when there is none
}

// shown says of which public revisions vectors are kept, made of which they are
// sent.
const (
	shown = `('published', 'expired', 'suspended')`
	made  = `('published', 'expired')`
)

// claimLasts is after what time what a process began is taken for abandoned.
const claimLasts = 30 * time.Minute

// waiting selects the public revisions that have no vector of a model and that nobody
// works on, but for the kinds and the order.
const waiting = `SELECT r.id, r.public_rev, coalesce(v.digest, '') FROM records r
	JOIN revisions p ON p.record = r.id AND p.rev = r.public_rev
	LEFT JOIN vectors v ON v.record = r.id AND v.model = $1
	WHERE r.public_rev > 0 AND p.state IN ` + made + `
	AND (v.record IS NULL OR v.rev <> r.public_rev AND v.asked_at < $2) `

// pending lists what waits, of some kinds, the oldest first. It looks at every
// record.
func pending(ctx context.Context, tx *db.Tx, model string, kinds []string, limit int) (tasks []task, err error) {
	defer fault.Wrap(&err, "vectors.pending")
	marks, args := make([]string, len(kinds)), []any{model, db.Micros(tx.Now.Add(-claimLasts)), limit}
	for i, k := range kinds {
		marks[i] = fmt.Sprintf("$%d", len(args)+1)
		args = append(args, k)
	}
	return tasksOf(ctx, tx, waiting+`AND r.kind IN (`+strings.Join(marks, ", ")+`) ORDER BY r.updated_at, r.id LIMIT $3`, args...)
}

// pendingOf gives a record when it waits.
func pendingOf(ctx context.Context, tx *db.Tx, model string, of id.ID) (tasks []task, err error) {
	defer fault.Wrap(&err, "vectors.pendingOf(%s)", of)
	return tasksOf(ctx, tx, waiting+`AND r.id = $3`, model, db.Micros(tx.Now.Add(-claimLasts)), string(of))
}

func tasksOf(ctx context.Context, tx *db.Tx, query string, args ...any) (tasks []task, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t task
		if err := rows.Scan(&t.ID, &t.Rev, &t.known); err != nil {
			return nil, err
		}
		tasks = append(tasks, t)
	}
	return tasks, rows.Err()
}

// claim marks a record as worked on. ok is false when another process was first.
func claim(ctx context.Context, tx *db.Tx, model string, of id.ID) (ok bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO vectors (record, model, rev, dims, vector, digest, made_at, asked_at) VALUES ($1, $2, 0, 0, $3, '', 0, $4)
		ON CONFLICT (record, model) DO UPDATE SET asked_at = excluded.asked_at WHERE vectors.asked_at < $5`,
		string(of), model, []byte{}, db.Micros(tx.Now), db.Micros(tx.Now.Add(-claimLasts)))
	return n == 1, err
}

// release gives back what was claimed and not done.
func release(ctx context.Context, tx *db.Tx, model string, of id.ID) error {
	_, err := tx.Exec(ctx, `UPDATE vectors SET asked_at = 0 WHERE record = $1 AND model = $2`, string(of), model)
	return err
}

// put keeps what was made of a task, an empty vector when the text was refused. ok
// is false when the record has been taken back meanwhile.
func put(ctx context.Context, tx *db.Tx, model string, t task, v Vector) (ok bool, err error) {
	code := v.Bytes()
	if code == nil {
		code = []byte{}
	}
	n, err := tx.Exec(ctx, `UPDATE vectors SET rev = $1, dims = $2, vector = $3, digest = $4, made_at = $5, asked_at = 0 WHERE record = $6 AND model = $7`,
		t.Rev, v.Dims(), code, t.digest, db.Micros(tx.Now), string(t.ID), model)
	return n == 1, err
}

// confirm keeps the vector at hand for a revision that says the same.
func confirm(ctx context.Context, tx *db.Tx, model string, t task) error {
	_, err := tx.Exec(ctx, `UPDATE vectors SET rev = $1, asked_at = 0 WHERE record = $2 AND model = $3`, t.Rev, string(t.ID), model)
	return err
}

// since calls f with the vectors of a model made at a time or later, and gives the
// time at which the newest was made. What is no vector is passed over.
func since(ctx context.Context, tx *db.Tx, model string, at int64, f func(Item) error) (newest int64, err error) {
	defer fault.Wrap(&err, "vectors.since")
	rows, err := tx.Query(ctx, `SELECT v.record, v.rev, v.vector, v.made_at FROM vectors v
		JOIN records r ON r.id = v.record JOIN revisions p ON p.record = r.id AND p.rev = r.public_rev
		WHERE v.model = $1 AND v.made_at >= $2 AND v.dims > 0 AND p.state IN `+shown, model, at)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var it Item
		var code []byte
		var made int64
		if err := rows.Scan(&it.Key, &it.Rev, &code, &made); err != nil {
			return 0, err
		}
		newest = max(newest, made)
		if it.Vector, err = Parse(code); err != nil {
			slog.WarnContext(ctx, "what is stored is not a vector", "record", it.Key, "error", err)
			continue
		}
		if err := f(it); err != nil {
			return 0, err
		}
	}
	return newest, rows.Err()
}

// hidden reports whether a record has no public revision of which a vector may be kept.
func hidden(ctx context.Context, tx *db.Tx, of id.ID) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM records r JOIN revisions p ON p.record = r.id AND p.rev = r.public_rev
		WHERE r.id = $1 AND p.state IN `+shown+`)`, []any{string(of)}, &yes)
	return yes, err
}

// held reports whether there is anything kept of a record, by any model.
func held(ctx context.Context, tx *db.Tx, of id.ID) (yes bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM vectors WHERE record = $1)`, []any{string(of)}, &yes)
	return yes, err
}

// drop deletes the vectors of a record, by every model.
func drop(ctx context.Context, tx *db.Tx, of id.ID) error {
	_, err := tx.Exec(ctx, `DELETE FROM vectors WHERE record = $1`, string(of))
	return err
}

// sweep deletes the vectors of what is no longer shown.
func sweep(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM records r JOIN revisions p ON p.record = r.id AND p.rev = r.public_rev
		WHERE r.id = vectors.record AND p.state IN `+shown+`)`)
	return err
}

// forget deletes the vectors of other models than one.
func forget(ctx context.Context, tx *db.Tx, model string) error {
	_, err := tx.Exec(ctx, `DELETE FROM vectors WHERE model <> $1`, model)
	return err
}

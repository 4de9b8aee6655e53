package journal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Entry is one line: record got revision Rev.
type Entry struct {
	Seq    int64 // place in the order, from 1, without gaps
	Record id.ID
	Rev    int
	Topic  string // "<kind>.<verb>", e.g. "announcement.publish"
	At     time.Time
}

// Append writes a line in tx. at is the time of the revision.
func Append(ctx context.Context, tx *db.Tx, topic string, record id.ID, rev int, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO journal (record, rev, at, topic) VALUES ($1, $2, $3, $4)`,
		string(record), rev, db.Micros(at), topic)
	return err
}

// together is how many lines one statement of [AppendAll] writes.
const together = 50

// AppendAll writes lines in tx; their places are not looked at. It takes fewer
// statements than as many calls of [Append].
func AppendAll(ctx context.Context, tx *db.Tx, lines []Entry) error {
	for len(lines) >= together {
		args := make([]any, 0, 4*together)
		for _, e := range lines[:together] {
			args = append(args, string(e.Record), e.Rev, db.Micros(e.At), e.Topic)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO journal (record, rev, at, topic) VALUES `+placesTogether, args...); err != nil {
			return err
		}
		lines = lines[together:]
	}
	for _, e := range lines {
		if err := Append(ctx, tx, e.Topic, e.Record, e.Rev, e.At); err != nil {
			return err
		}
	}
	return nil
}

// placesTogether are the placeholders of the lines that are written together.
var placesTogether = func() string {
	var b strings.Builder
	for i := range together {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($%d, $%d, $%d, $%d)", 4*i+1, 4*i+2, 4*i+3, 4*i+4)
	}
	return b.String()
}()

// Sequence gives every committed line without a place its place in the order,
// and reports how many there were.
func Sequence(ctx context.Context, d *db.DB) (n int64, err error) {
	defer fault.Wrap(&err, "journal.Sequence")
	err = d.Write(ctx, access.Clock, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "journal"); err != nil {
			return err
		}
		n, err = tx.Exec(ctx, `UPDATE journal SET seq = placed.seq
			FROM (SELECT record, rev, (SELECT coalesce(max(seq), 0) FROM journal) + row_number() OVER (ORDER BY at, record, rev) AS seq
			      FROM journal WHERE seq IS NULL) AS placed
			WHERE journal.record = placed.record AND journal.rev = placed.rev`)
		return err
	})
	return n, err
}

// Read lists at most limit lines after place after, in order.
func Read(ctx context.Context, tx *db.Tx, after int64, limit int) (entries []Entry, err error) {
	defer fault.Wrap(&err, "journal.Read(%d)", after)
	rows, err := tx.Query(ctx, `SELECT seq, record, rev, topic, at FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e Entry
		var at int64
		if err := rows.Scan(&e.Seq, &e.Record, &e.Rev, &e.Topic, &at); err != nil {
			return nil, err
		}
		e.At = db.Time(at)
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// Last is the place of the newest ordered line, 0 when there is none.
func Last(ctx context.Context, tx *db.Tx) (seq int64, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM journal`, nil, &seq)
	return seq, err
}

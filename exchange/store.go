package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/record"
)

// position is how far an import of a source has come.
type position struct {
	rows     int64 // rows of the file that are dealt with, bad ones included
	bad      int64
	finished bool
}

func loadPosition(ctx context.Context, tx *db.Tx, source string) (p position, err error) {
	var finished int
	err = tx.QueryRow(ctx, `SELECT done_rows, bad_rows, finished FROM imports WHERE source = $1`,
		[]any{source}, &p.rows, &p.bad, &finished)
	if errors.Is(err, sql.ErrNoRows) {
		return position{}, nil
	}
	p.finished = finished == 1
	return p, err
}

func savePosition(ctx context.Context, tx *db.Tx, source, name string, p position) error {
	finished := 0
	if p.finished {
		finished = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO imports (source, name, done_rows, bad_rows, finished, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (source) DO UPDATE SET name = excluded.name, done_rows = excluded.done_rows, bad_rows = excluded.bad_rows,
			finished = excluded.finished, updated_at = excluded.updated_at`,
		source, name, p.rows, p.bad, finished, db.Micros(tx.Now))
	return err
}

// stored is a revision as the database has it.
type stored struct {
	record id.ID
	rev    int
	kind   string
	body   string
}

// eachRevision calls f with every revision that has content and that opt asks
// for, in order of record and number.
func eachRevision(ctx context.Context, tx *db.Tx, engine db.Engine, opt ExportOptions, f func(stored) error) error {
	var where strings.Builder
	where.WriteString(`v.body <> ''`)
	switch {
	case opt.Heads && opt.Public:
		where.WriteString(` AND v.rev = h.public_rev`)
	case opt.Heads:
		where.WriteString(` AND v.rev = h.rev`)
	case opt.Public:
		where.WriteString(` AND v.rev <= h.public_rev AND v.state IN (`)
		comma := ""
		for _, s := range record.Lifecycle.States() {
			if s.Public() {
				fmt.Fprintf(&where, `%s'%s'`, comma, s)
				comma = ", "
			}
		}
		where.WriteString(`)`)
	}
	var args []any
	for i, kind := range opt.Kinds {
		where.WriteString([]string{` AND h.kind IN (`, `, `}[min(i, 1)])
		args = append(args, kind)
		fmt.Fprintf(&where, `$%d`, len(args))
	}
	if len(opt.Kinds) > 0 {
		where.WriteString(`)`)
	}
	// The order of bytes, so that both engines export the same file. It is the
	// one thing the engines name differently.
	collation := "BINARY"
	if engine == db.PostgreSQL {
		collation = `"C"`
	}
	rows, err := tx.QueryUncached(ctx, `SELECT v.record, v.rev, h.kind, v.body FROM revisions v JOIN records h ON h.id = v.record
		WHERE `+where.String()+` ORDER BY v.record COLLATE `+collation+`, v.rev`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s stored
		if err := rows.Scan(&s.record, &s.rev, &s.kind, &s.body); err != nil {
			return err
		}
		if err := f(s); err != nil {
			return err
		}
	}
	return rows.Err()
}

// refusedValue reports whether the database itself refused a value, as
// PostgreSQL does with U+0000: the row is at fault, not the database.
func refusedValue(err error) bool {
	var pg interface{ SQLState() string }
	if errors.As(err, &pg) {
		class := pg.SQLState()
		return strings.HasPrefix(class, "22") || strings.HasPrefix(class, "23")
	}
	var lite interface{ Code() int }
	return errors.As(err, &lite) && lite.Code()&0xFF == sqliteConstraint
}

// sqliteConstraint is the primary result code of SQLite for a broken constraint.
const sqliteConstraint = 19

package record

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
)

// insertMany stores the first revisions this node has of records, with their links
// and journal lines, in as few statements as there need be. Each record may be named
// once. It leaves alone what is here already and tells what it stored.
//
// Rows go in by the order of their keys, so that those of a batch that belong to the
// same page of an index come to it together.
func (b *Book) insertMany(ctx context.Context, tx *db.Tx, all []Incoming, verb string) (added map[id.ID]bool, err error) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(x, y Incoming) int { return strings.Compare(string(x.Record.ID), string(y.Record.ID)) })
	if added, err = b.insertHeads(ctx, tx, all); err != nil || len(added) == 0 {
		return added, err
	}
	all = slices.DeleteFunc(all, func(in Incoming) bool { return !added[in.Record.ID] })
	err = eachRows(len(all), 9, func(from, to int, values string) error {
		args := make([]any, 0, 9*(to-from))
		for _, in := range all[from:to] {
			r := in.Record
			args = append(args, string(r.ID), r.Rev, r.Digest, string(in.Canonical), string(r.State), verb, tx.Actor.Account, r.remark, db.Micros(r.Updated))
		}
		_, err := tx.Exec(ctx, `INSERT INTO revisions (record, rev, digest, body, state, verb, actor, remark, at) VALUES `+values, args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	var links []any
	lines := make([]journal.Entry, len(all))
	for i, in := range all {
		r := in.Record
		for _, l := range b.linksOf(r) {
			links = append(links, string(r.ID), l.Rel, l.To)
		}
		lines[i] = journal.Entry{Record: r.ID, Rev: r.Rev, Topic: r.Kind + "." + verb, At: r.Updated}
	}
	err = eachRows(len(links)/3, 3, func(from, to int, values string) error {
		_, err := tx.Exec(ctx, `INSERT INTO links (source, rel, target) VALUES `+values, links[3*from:3*to]...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return added, journal.AppendAll(ctx, tx, lines)
}

// insertHeads makes the rows of records that are not here yet and names them.
func (b *Book) insertHeads(ctx context.Context, tx *db.Tx, all []Incoming) (map[id.ID]bool, error) {
	added := make(map[id.ID]bool, len(all))
	err := eachRows(len(all), 9, func(from, to int, values string) error {
		args := make([]any, 0, 9*(to-from))
		for _, in := range all[from:to] {
			r, public := in.Record, 0
			if r.Public() {
				public = r.Rev
			}
			args = append(args, string(r.ID), r.Kind, string(r.State), r.Rev, public, string(r.Owner), r.ID.ULID(), db.Micros(b.due(r)), db.Micros(r.Updated))
		}
		rows, err := tx.Query(ctx, `INSERT INTO records (id, kind, state, rev, public_rev, owner, ulid, due_at, updated_at)
			VALUES `+values+` ON CONFLICT (id) DO NOTHING RETURNING id`, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s id.ID
			if err := rows.Scan(&s); err != nil {
				return err
			}
			added[s] = true
		}
		return rows.Err()
	})
	return added, err
}

// rowSizes are how many rows one statement writes: few numbers, so that each
// statement is prepared once, and no large ones, because SQLite's driver looks for
// the name of each variable among all those before it.
var rowSizes = []int{25, 5, 1}

// eachRows calls write for some rows at a time, with their placeholders, until all
// are written.
func eachRows(rows, columns int, write func(from, to int, values string) error) error {
	for from := 0; from < rows; {
		size := rowSizes[slices.IndexFunc(rowSizes, func(n int) bool { return n <= rows-from })]
		if err := write(from, from+size, placeholders(size, columns)); err != nil {
			return err
		}
		from += size
	}
	return nil
}

// placeholders writes "($1, $2), ($3, $4)" for two rows of two columns.
func placeholders(rows, columns int) string {
	b := make([]byte, 0, 6*rows*columns)
	for i := range rows * columns {
		switch {
		case i == 0:
			b = append(b, '(')
		case i%columns == 0:
			b = append(b, "), ("...)
		default:
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(append(b, '$'), int64(i+1), 10)
	}
	return string(append(b, ')'))
}

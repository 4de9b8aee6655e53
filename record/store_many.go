package record

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Heads gives where records stand. What is not there is left out.
func (b *Book) Heads(ctx context.Context, tx *db.Tx, records []id.ID) (_ map[id.ID]Head, err error) {
	defer fault.Wrap(&err, "record.Heads(%d)", len(records))
	heads := make(map[id.ID]Head, len(records))
	for some := range slices.Chunk(records, fetchMost) {
		if err := fetchHeads(ctx, tx, some, heads); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

func fetchHeads(ctx context.Context, tx *db.Tx, records []id.ID, heads map[id.ID]Head) error {
	size := fetchSize(len(records))
	var wanted strings.Builder
	args := make([]any, size)
	for i := range size {
		if i > 0 {
			wanted.WriteString(", ")
		}
		fmt.Fprintf(&wanted, "$%d", i+1)
		args[i] = ""
		if i < len(records) {
			args[i] = string(records[i])
		}
	}
	rows, err := tx.Query(ctx, `SELECT id, kind, state, rev, public_rev, owner, updated_at FROM records WHERE id IN (`+wanted.String()+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		h, err := scanHead(rows)
		if err != nil {
			return err
		}
		heads[h.ID] = h
	}
	return rows.Err()
}

func scanHead(rows *sql.Rows) (h Head, err error) {
	var updated int64
	err = rows.Scan(&h.ID, &h.Kind, &h.State, &h.Rev, &h.PublicRev, &h.Owner, &updated)
	h.Updated = db.Time(updated)
	return h, err
}

// fetchSizes are how many keys one statement asks for: few numbers, so that each
// statement is prepared once. Keys that are left over name nothing.
var fetchSizes = []int{8, 24, 100}

// fetchMost bounds the keys in one statement; more are fetched in several, because
// SQLite's driver looks for the name of each variable among all those before it.
const fetchMost = 100

func fetchSize(keys int) int {
	return fetchSizes[slices.IndexFunc(fetchSizes, func(n int) bool { return n >= keys })]
}

// Many gives the revisions that refs name, in their order; what is not there,
// or was erased, is left out. Rev 0 asks for the public revision.
func (b *Book) Many(ctx context.Context, tx *db.Tx, refs []Ref) (_ []*Record, err error) {
	defer fault.Wrap(&err, "record.Many(%d)", len(refs))
	found := make(map[Ref]*Record, len(refs))
	var missing []Ref
	for _, ref := range refs {
		if r := b.cache.get(ref); ref.Rev > 0 && r != nil {
			found[ref] = r
		} else {
			missing = append(missing, ref)
		}
	}
	for len(missing) > 0 {
		n := min(len(missing), fetchMost)
		if err := b.fetch(ctx, tx, missing[:n], found); err != nil {
			return nil, err
		}
		missing = missing[n:]
	}
	records := make([]*Record, 0, len(refs))
	for _, ref := range refs {
		if r := found[ref]; r != nil {
			records = append(records, r)
		}
	}
	return records, nil
}

func (b *Book) fetch(ctx context.Context, tx *db.Tx, refs []Ref, found map[Ref]*Record) error {
	size := fetchSize(len(refs))
	var wanted strings.Builder
	args := make([]any, 2*size)
	for i := range size {
		if i > 0 {
			wanted.WriteString(", ")
		}
		fmt.Fprintf(&wanted, "(CAST($%d AS text), CAST($%d AS bigint))", 2*i+1, 2*i+2)
		args[2*i], args[2*i+1] = "", 0
		if i < len(refs) {
			args[2*i], args[2*i+1] = string(refs[i].ID), refs[i].Rev
		}
	}
	// Joined to a list of keys each revision is one look-up in the primary key;
	// conditions joined by OR take SQLite several times as long.
	rows, err := tx.Query(ctx, `WITH wanted (record, rev) AS (VALUES `+wanted.String()+`)
		SELECT h.id, v.rev, h.public_rev, v.body, v.digest FROM wanted JOIN records h ON h.id = wanted.record
		JOIN revisions v ON v.record = h.id AND v.rev = CASE wanted.rev WHEN 0 THEN h.public_rev ELSE wanted.rev END`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ref Ref
		var public int
		var body, digest string
		if err := rows.Scan(&ref.ID, &ref.Rev, &public, &body, &digest); err != nil {
			return err
		}
		if body == "" {
			continue
		}
		r, err := b.keep(tx, body, digest)
		if err != nil {
			return err
		}
		found[ref] = r
		if ref.Rev == public {
			found[Ref{ID: ref.ID}] = r
		}
	}
	return rows.Err()
}

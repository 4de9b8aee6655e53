package shelf

import (
	"context"

	"karvan/internal/db"
	"karvan/internal/fault"
)

// List gives the volumes by id.
func (s *Shelf) List(ctx context.Context, tx *db.Tx) (all []Volume, err error) {
	defer fault.Wrap(&err, "shelf.List")
	rows, err := tx.Query(ctx, `SELECT id, title, licence, address, format, pairs, entries, labels, sha256, added_at, added_by FROM vocabularies ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v Volume
		var pairs int
		var added int64
		if err := rows.Scan(&v.ID, &v.Title, &v.Licence, &v.Address, &v.Format, &pairs, &v.Entries, &v.Labels, &v.Digest, &added, &v.By); err != nil {
			return nil, err
		}
		v.Pairs, v.Added = pairs != 0, db.Time(added)
		all = append(all, v)
	}
	return all, rows.Err()
}

func put(ctx context.Context, tx *db.Tx, v Volume) error {
	if _, err := remove(ctx, tx, v.ID); err != nil {
		return err
	}
	pairs := 0
	if v.Pairs {
		pairs = 1
	}
	_, err := tx.Exec(ctx, `INSERT INTO vocabularies (id, title, licence, address, format, pairs, entries, labels, sha256, added_at, added_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		v.ID, v.Title, v.Licence, v.Address, v.Format, pairs, v.Entries, v.Labels, v.Digest, db.Micros(v.Added), v.By)
	return err
}

func remove(ctx context.Context, tx *db.Tx, id string) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM vocabularies WHERE id = $1`, id)
}

package matching

import (
	"context"
	"database/sql"
	"errors"

	"karvan/internal/db"
	"karvan/internal/fault"
)

const searchColumns = `SELECT id, account, name, query, saved_at, seen_at FROM searches WHERE `

// SearchesOf gives the searches that an account keeps, the newest first.
func SearchesOf(ctx context.Context, tx *db.Tx, account string) (all []Search, err error) {
	defer fault.Wrap(&err, "matching.SearchesOf")
	rows, err := tx.Query(ctx, searchColumns+`account = $1 ORDER BY saved_at DESC, id DESC`, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s, err := scanSearch(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

func scanSearch(scan func(...any) error) (s Search, err error) {
	var saved, seen int64
	err = scan(&s.ID, &s.Account, &s.Name, &s.Query, &saved, &seen)
	s.SavedAt, s.SeenAt = db.Time(saved), db.Time(seen)
	return s, err
}

// searchOf gives a search that an account keeps. It fails with [fault.NotFound],
// also when it is somebody else's: nobody is told what others look for.
func searchOf(ctx context.Context, tx *db.Tx, account, search string) (Search, error) {
	s, err := scanSearch(func(dest ...any) error {
		return tx.QueryRow(ctx, searchColumns+`id = $1 AND account = $2`, []any{search, account}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "searches.not-found")
	}
	return s, err
}

func insertSearch(ctx context.Context, tx *db.Tx, s Search) error {
	_, err := tx.Exec(ctx, `INSERT INTO searches (id, account, name, query, saved_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Account, s.Name, s.Query, db.Micros(s.SavedAt), db.Micros(s.SeenAt))
	return err
}

func updateSearch(ctx context.Context, tx *db.Tx, s Search) error {
	_, err := tx.Exec(ctx, `UPDATE searches SET account = $1, name = $2, seen_at = $3 WHERE id = $4`, s.Account, s.Name, db.Micros(s.SeenAt), s.ID)
	return err
}

func deleteSearchesOf(ctx context.Context, tx *db.Tx, account string) error {
	_, err := tx.Exec(ctx, `DELETE FROM searches WHERE account = $1`, account)
	return err
}

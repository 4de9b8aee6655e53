package web

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
)

// store keeps sessions in the database, under the hash of their token.
//
// A session runs out idle after it was last used. Writing that down for each
// request would make readers wait for writers, so it is written only when
// touchAfter has passed. It is an update and never an insert: a request that
// overlaps with a sign-out cannot bring the session back.
type store struct{ db *db.DB }

const (
	idle       = 12 * time.Hour
	lifetime   = 7 * 24 * time.Hour
	touchAfter = 15 * time.Minute
)

// FindCtx reads a session that has not run out, and notes that it was used.
func (s *store) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var expiry int64
	var now time.Time
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now
		return tx.QueryRow(ctx, `SELECT data, expiry FROM sessions WHERE token = $1`, []any{token}, &data, &expiry)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case expiry <= db.Micros(now):
		return nil, false, nil
	}
	if db.Time(expiry).Sub(now) < idle-touchAfter {
		if err := s.touch(ctx, token); err != nil {
			return nil, false, err
		}
	}
	return data, true, nil
}

func (s *store) touch(ctx context.Context, token string) error {
	return s.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE sessions SET expiry = $2 WHERE token = $1`, token, db.Micros(tx.Now.Add(idle)))
		return err
	})
}

// CommitCtx writes a session. How long it may live at most stands in the
// session itself; the table holds how long it may be idle.
func (s *store) CommitCtx(ctx context.Context, token string, data []byte, _ time.Time) error {
	return s.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO sessions (token, data, expiry) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`,
			token, data, db.Micros(tx.Now.Add(idle)))
		return err
	})
}

// DeleteCtx ends a session.
func (s *store) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
}

func (s *store) sweep(ctx context.Context) (n int64, err error) {
	err = s.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, `DELETE FROM sessions WHERE expiry <= $1`, db.Micros(tx.Now))
		return err
	})
	return n, err
}

// Find, Commit and Delete complete the interface of the session manager, which
// calls their namesakes with a context.

// Find is FindCtx without a context.
func (s *store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

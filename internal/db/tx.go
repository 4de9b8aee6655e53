package db

import (
	"context"
	"database/sql"
	"hash/fnv"
	"time"

	"karvan/internal/access"
)

// Tx is a transaction with its time and its actor.
type Tx struct {
	tx     *sql.Tx
	db     *DB
	pool   *sql.DB
	writes bool
	stmts  map[string]*sql.Stmt // prepared earlier, shared by transactions
	own    map[string]*sql.Stmt // prepared by this one

	Now   time.Time    // when the transaction began, UTC
	Actor access.Actor // on whose behalf it runs
}

// Writes reports whether the transaction may write. What it reads may then be
// its own work, which is not true for anyone else until it commits.
func (t *Tx) Writes() bool { return t.writes }

// stmt gives the prepared form of query, prepared once per connection, not
// once per call: parsing is half the cost of a short statement.
func (t *Tx) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := t.own[query]; s != nil {
		return s, nil
	}
	t.db.mu.Lock()
	s := t.stmts[query]
	t.db.mu.Unlock()
	if s != nil {
		return t.tx.StmtContext(ctx, s), nil
	}
	// Preparing in the pool takes a second connection while this transaction
	// holds one, and when all who hold one do so, none is left for anybody.
	// So the transaction prepares for itself and notes the query for the next.
	s, err := t.tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if t.own == nil {
		t.own = map[string]*sql.Stmt{}
	}
	t.own[query] = s
	t.db.mu.Lock()
	t.db.wanted[wish{t.pool, query}] = true
	t.db.mu.Unlock()
	return s, nil
}

// wish is a query that a transaction had to prepare for itself.
type wish struct {
	pool  *sql.DB
	query string
}

// prepare adds the prepared form of query to stmts.
func (d *DB) prepare(ctx context.Context, pool *sql.DB, stmts map[string]*sql.Stmt, query string) error {
	s, err := pool.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if stmts[query] != nil {
		return s.Close()
	}
	stmts[query] = s
	return nil
}

// prepareWanted prepares what earlier transactions of a pool had to prepare for
// themselves. A query that cannot be prepared is left to who asks it again.
func (d *DB) prepareWanted(ctx context.Context, pool *sql.DB, stmts map[string]*sql.Stmt) {
	d.mu.Lock()
	var wanted []string
	for w := range d.wanted {
		if w.pool == pool {
			wanted = append(wanted, w.query)
			delete(d.wanted, w)
		}
	}
	d.mu.Unlock()
	for _, query := range wanted {
		if err := d.prepare(ctx, pool, stmts, query); err != nil {
			return
		}
	}
}

// Exec runs a statement and gives the number of rows it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := t.exec(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *Tx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	s, err := t.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// Query runs a query; the caller closes the rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := t.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryUncached runs a query whose text is made for this one call, such as one
// with a list of keys of varying length, without keeping its prepared form.
func (t *Tx) QueryUncached(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, query, args...)
}

// QueryRow runs a query that gives at most one row and scans it into dest. It
// gives sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	s, err := t.stmt(ctx, query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(ctx, args...).Scan(dest...)
}

// Lock holds a named lock until the transaction ends: only one transaction of
// all processes over the database has it. SQLite's write transaction is such a
// lock already.
func (t *Tx) Lock(ctx context.Context, name string) error {
	if t.db.Engine == SQLite {
		return nil
	}
	_, err := t.exec(ctx, "SELECT pg_advisory_xact_lock($1)", []any{lockKey(name)})
	return err
}

func lockKey(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("karvan/" + name))
	return int64(h.Sum64())
}

// Micros is t as the tables hold it: microseconds since 1970 UTC, 0 for the
// zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the time that Micros made µ of.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

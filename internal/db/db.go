package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the "sqlite" driver

	"karvan/internal/access"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Engine is the database underneath.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// DB is an open database: a pool for reads, and for SQLite one connection for
// writes, since SQLite has one writer and waiting in Go is fairer than retrying.
type DB struct {
	Engine Engine
	read   *sql.DB
	write  *sql.DB
	now    func() time.Time

	mu        sync.Mutex
	readStmt  map[string]*sql.Stmt
	writeStmt map[string]*sql.Stmt
	wanted    map[wish]bool
	onWrite   []func()
}

// Open opens the database that dsn names and brings its tables up to date. A
// dsn that begins with postgres:// is PostgreSQL; anything else is the path of
// an SQLite file, made when it is not there.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d := &DB{now: time.Now, readStmt: map[string]*sql.Stmt{}, writeStmt: map[string]*sql.Stmt{}, wanted: map[wish]bool{}}
	var err error
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		err = d.openPostgres(dsn)
	} else {
		err = d.openSQLite(dsn)
	}
	if err != nil {
		return nil, fmt.Errorf("db.Open: %w", err)
	}
	if err := d.migrate(ctx); err != nil {
		d.Close()
		return nil, fmt.Errorf("db.Open: migrate: %w", err)
	}
	return d, nil
}

func (d *DB) openPostgres(dsn string) (err error) {
	d.Engine = PostgreSQL
	if d.write, err = sql.Open("pgx", dsn); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(16)
	d.write.SetMaxIdleConns(16)
	d.read, d.readStmt = d.write, d.writeStmt
	return nil
}

func (d *DB) openSQLite(path string) (err error) {
	d.Engine = SQLite
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	// busy_timeout comes first: switching to WAL may already have to wait.
	// synchronous FULL makes an acknowledged commit survive a power cut, not
	// only the death of the process.
	pragmas := url.Values{}
	for _, p := range []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)"} {
		pragmas.Add("_pragma", p)
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	// Each connection keeps pages of its own: the one writer many, the readers few,
	// since the operating system keeps the file for all of them.
	if d.write, err = sql.Open("sqlite", file+"?_txlock=immediate&_pragma=cache_size(-65536)&"+pragmas.Encode()); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	pragmas.Add("_pragma", "cache_size(-8192)")
	pragmas.Add("_pragma", "query_only(1)")
	if d.read, err = sql.Open("sqlite", file+"?"+pragmas.Encode()); err != nil {
		return err
	}
	d.read.SetMaxOpenConns(8)
	d.read.SetMaxIdleConns(8)
	return nil
}

func (d *DB) migrate(ctx context.Context) error {
	dialect := goose.DialectSQLite3
	if d.Engine == PostgreSQL {
		dialect = goose.DialectPostgres
		// Several processes may start at once over one database; the first
		// migrates and the others wait here.
		conn, err := d.write.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockKey("migrate")); err != nil {
			return err
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockKey("migrate"))
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, d.write, files)
	if err != nil {
		return err
	}
	if _, err = p.Up(ctx); d.Engine == SQLite {
		// SQLite has no lock to wait at, so of two processes that start at once
		// the later fails at each table that the other made first.
		for try := 0; err != nil && ctx.Err() == nil && try < 20; try++ {
			_, err = p.Up(ctx)
		}
	}
	return err
}

// SetClock replaces the clock that transactions read, for tests.
func (d *DB) SetClock(now func() time.Time) { d.now = now }

// Now is the time a transaction begun now would carry: UTC, in microseconds,
// which is what the tables hold.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// OnWrite registers f to be called after each committed write transaction. It
// must be quick; it is how the journal learns that there is something to order.
func (d *DB) OnWrite(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.onWrite = append(d.onWrite[:len(d.onWrite):len(d.onWrite)], f)
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Close closes the database.
func (d *DB) Close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// Read runs f in a transaction that sees one state of the database and writes
// nothing.
func (d *DB) Read(ctx context.Context, f func(*Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if d.Engine == SQLite {
		opts = nil // WAL readers see one snapshot; the connection is query_only
	}
	d.prepareWanted(ctx, d.read, d.readStmt)
	t, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer t.Rollback()
	return f(&Tx{tx: t, db: d, stmts: d.readStmt, pool: d.read, Now: d.Now()})
}

// Write runs f in a transaction on behalf of actor and commits it when f
// returns nil. PostgreSQL may refuse a transaction that met another
// (serialization, deadlock); it is then run again, so f must not act outside
// the transaction.
func (d *DB) Write(ctx context.Context, actor access.Actor, f func(*Tx) error) error {
	const tries = 4
	for try := 1; ; try++ {
		err := d.writeOnce(ctx, actor, f)
		if err == nil {
			d.mu.Lock()
			told := d.onWrite
			d.mu.Unlock()
			for _, g := range told {
				g()
			}
			return nil
		}
		if try == tries || !retryable(err) {
			return err
		}
	}
}

func (d *DB) writeOnce(ctx context.Context, actor access.Actor, f func(*Tx) error) error {
	d.prepareWanted(ctx, d.write, d.writeStmt)
	t, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := f(&Tx{tx: t, db: d, stmts: d.writeStmt, pool: d.write, writes: true, Now: d.Now(), Actor: actor}); err != nil {
		return err
	}
	return t.Commit()
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// IsUnique reports whether err says that a unique key is already taken.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite interface{ Code() int }
	if errors.As(err, &lite) {
		return lite.Code() == sqliteConstraintPrimaryKey || lite.Code() == sqliteConstraintUnique
	}
	return false
}

// Extended result codes of SQLite, from its documentation.
const (
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/testkit"
)

var ctx = context.Background()

func table(t *testing.T, d *db.DB) {
	t.Helper()
	write(t, d, `CREATE TABLE pairs (k text NOT NULL PRIMARY KEY, n bigint NOT NULL, u text UNIQUE, of text REFERENCES pairs (k))`)
}

func write(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if err := d.Write(ctx, access.Clock, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, query, args, &n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOpeningAgainChangesNothing(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			dsn := filepath.Join(t.TempDir(), "a folder", "ка рван%20?#.db")
			if engine == "postgres" {
				dsn = testkit.PostgresSchema(t)
			}
			for i := range 3 {
				d, err := db.Open(ctx, dsn)
				if err != nil {
					t.Fatal(err)
				}
				if n := number(t, d, `SELECT count(*) FROM journal`); n != i {
					t.Errorf("%d lines, want %d", n, i)
				}
				write(t, d, `INSERT INTO journal (record, rev, at, topic) VALUES ('r', $1, 0, 't')`, i+1)
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if engine == "sqlite" {
				if _, err := os.Stat(dsn); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestManyMayStartOverOneEmptyDatabaseAtOnce(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			dsn := filepath.Join(t.TempDir(), "karvan.db")
			if engine == "postgres" {
				dsn = testkit.PostgresSchema(t)
			}
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					d, err := db.Open(ctx, dsn)
					if err != nil {
						t.Error(err)
						return
					}
					defer d.Close()
					if err := d.Ping(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
		})
	}
}

func TestATakenUniqueKeyIsToldFromEveryOtherError(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		write(t, d, `INSERT INTO pairs (k, n, u) VALUES ('a', 1, 'x')`)
		for _, c := range []struct {
			name, query string
			unique      bool
		}{
			{"the primary key is taken", `INSERT INTO pairs (k, n) VALUES ('a', 1)`, true},
			{"a unique column is taken", `INSERT INTO pairs (k, n, u) VALUES ('b', 1, 'x')`, true},
			{"a foreign key leads nowhere", `INSERT INTO pairs (k, n, of) VALUES ('b', 1, 'z')`, false},
			{"a value is missing", `INSERT INTO pairs (k) VALUES ('b')`, false},
			{"the text is no SQL", `INSERT INTO INTO`, false},
		} {
			t.Run(c.name, func(t *testing.T) {
				err := d.Write(ctx, access.Clock, func(tx *db.Tx) error { _, err := tx.Exec(ctx, c.query); return err })
				if err == nil || db.IsUnique(err) != c.unique {
					t.Errorf("IsUnique(%v) = %v", err, db.IsUnique(err))
				}
				if !db.IsUnique(fmt.Errorf("wrapped: %w", err)) == c.unique {
					t.Error("wrapping hides it")
				}
			})
		}
		if db.IsUnique(nil) || db.IsUnique(errors.New("UNIQUE")) {
			t.Error("text is not an error code")
		}
		if n := number(t, d, `SELECT count(*) FROM pairs`); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestWhatWasWrittenIsToldOnceAndOnlyAfterItsCommit(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		told, seen := 0, -1
		d.OnWrite(func() { told++; seen = number(t, d, `SELECT count(*) FROM pairs`) })
		no := errors.New("no")
		err := d.Write(ctx, access.Clock, func(tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `INSERT INTO pairs (k, n) VALUES ('a', 1)`); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) || told != 0 {
			t.Fatalf("%v, told %d times of what was not kept", err, told)
		}
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 1)`)
		if told != 1 || seen != 1 {
			t.Fatalf("told %d times, saw %d rows", told, seen)
		}
	})
}

func TestAPanicLeavesNoTransactionOpen(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 1), ('b', 2)`)
		run := map[string]func(func(*db.Tx) error) error{
			"write": func(f func(*db.Tx) error) error { return d.Write(ctx, access.Clock, f) },
			"read":  func(f func(*db.Tx) error) error { return d.Read(ctx, f) },
		}
		for name, in := range run {
			for range 20 { // more often than there are connections
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s: the panic was swallowed", name)
						}
					}()
					err := in(func(tx *db.Tx) error {
						if tx.Writes() {
							if _, err := tx.Exec(ctx, `UPDATE pairs SET n = 99`); err != nil {
								return err
							}
						}
						rows, err := tx.Query(ctx, `SELECT k FROM pairs`)
						if err != nil {
							return err
						}
						rows.Next()
						panic("in the middle of the rows")
					})
					t.Error(err)
				}()
			}
		}
		short, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := d.Write(short, access.Clock, func(tx *db.Tx) error { _, err := tx.Exec(short, `UPDATE pairs SET n = n + 1`); return err }); err != nil {
			t.Fatal(err)
		}
		if n := number(t, d, `SELECT sum(n) FROM pairs`); n != 5 {
			t.Errorf("sum %d, want 5", n)
		}
	})
}

func TestACancelledTransactionKeepsNothingAndFreesItsConnection(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for range 20 {
			c, cancel := context.WithCancel(ctx)
			err := d.Write(c, access.Clock, func(tx *db.Tx) error {
				_, err := tx.Exec(c, `INSERT INTO pairs (k, n) VALUES ('a', 1)`)
				cancel()
				return err
			})
			if !errors.Is(err, context.Canceled) && !errors.Is(err, sql.ErrTxDone) {
				t.Fatalf("committed after its end: %v", err)
			}
			if err := d.Read(c, func(*db.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
				t.Fatalf("read after its end: %v", err)
			}
		}
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 1)`)
	})
}

func TestAReadSeesOneStateAndWritesNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 1)`)
		err := d.Read(ctx, func(tx *db.Tx) error {
			var before, after int
			if err := tx.QueryRow(ctx, `SELECT sum(n) FROM pairs`, nil, &before); err != nil {
				return err
			}
			write(t, d, `UPDATE pairs SET n = n + 1`)
			if err := tx.QueryRow(ctx, `SELECT sum(n) FROM pairs`, nil, &after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("saw %d, then %d", before, after)
			}
			if _, err := tx.Exec(ctx, `UPDATE pairs SET n = 0`); err == nil {
				t.Error("a read wrote")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := number(t, d, `SELECT sum(n) FROM pairs`); n != 2 {
			t.Errorf("sum %d", n)
		}
	})
}

// TestTransactionsThatMetAreRunAgain makes pairs of transactions lock two rows in
// opposite order, which PostgreSQL ends by refusing one of them.
func TestTransactionsThatMetAreRunAgain(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 0), ('b', 0)`)
		var wait sync.WaitGroup
		var tries atomic.Int64
		var meet sync.WaitGroup
		meet.Add(2)
		for i := range 2 {
			wait.Go(func() {
				first := true
				err := d.Write(ctx, access.Clock, func(tx *db.Tx) error {
					tries.Add(1)
					keys := []string{"a", "b"}
					for step := range keys {
						if _, err := tx.Exec(ctx, `UPDATE pairs SET n = n + 1 WHERE k = $1`, keys[(step+i)%2]); err != nil {
							return err
						}
						if first && d.Engine == db.PostgreSQL { // SQLite's second waits for the first's commit
							first = false
							meet.Done()
							meet.Wait()
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := number(t, d, `SELECT sum(n) FROM pairs`); n != 4 {
			t.Errorf("sum %d, want 4", n)
		}
		if n := tries.Load(); d.Engine == db.PostgreSQL && n < 3 {
			t.Errorf("%d tries: the deadlock did not happen", n)
		}
	})
}

func TestCountersLoseNothingUnderManyWriters(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 0)`)
		var wait sync.WaitGroup
		for range 24 {
			wait.Go(func() {
				for range 10 {
					err := d.Write(ctx, access.Clock, func(tx *db.Tx) error {
						if err := tx.Lock(ctx, "counter"); err != nil {
							return err
						}
						var n int
						if err := tx.QueryRow(ctx, `SELECT n FROM pairs WHERE k = 'a'`, nil, &n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, `UPDATE pairs SET n = $1 WHERE k = 'a'`, n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if n := number(t, d, `SELECT n FROM pairs`); n != 240 {
			t.Errorf("%d, want 240", n)
		}
	})
}

// TestEveryConnectionMayMeetANewStatementAtOnce would stand still if a transaction
// needed a second connection to prepare a statement.
func TestEveryConnectionMayMeetANewStatementAtOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		write(t, d, `INSERT INTO pairs (k, n) VALUES ('a', 7)`)
		bounded, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		connections := 8
		if d.Engine == db.PostgreSQL {
			connections = 16
		}
		for round := range 5 {
			var wait, all sync.WaitGroup
			all.Add(connections)
			for i := range connections {
				wait.Go(func() {
					err := d.Read(bounded, func(tx *db.Tx) error {
						all.Done()
						all.Wait()
						for range 3 {
							for q := range 4 {
								var n int
								query := fmt.Sprintf(`SELECT n + %d FROM pairs WHERE k = $1`, 100*round+(q+i)%4)
								if err := tx.QueryRow(bounded, query, []any{"a"}, &n); err != nil {
									return err
								}
								if n != 7+100*round+(q+i)%4 {
									t.Errorf("%s gave %d", query, n)
								}
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
		}
	})
}

func TestABadStatementHarmsOnlyItsOwnTransaction(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		table(t, d)
		for _, query := range []string{`SELECT nothing FROM nowhere`, `SELEC`} {
			for range 3 {
				if err := d.Write(ctx, access.Clock, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query); return err }); err == nil {
					t.Fatal("a bad statement ran")
				}
				write(t, d, `UPDATE pairs SET n = 1`)
			}
		}
		// A statement about a table that was rolled back cannot be prepared again.
		no := errors.New("no")
		err := d.Write(ctx, access.Clock, func(tx *db.Tx) error {
			for _, q := range []string{`CREATE TABLE passing (k text)`, `INSERT INTO passing (k) VALUES ('a')`} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		write(t, d, `UPDATE pairs SET n = 1`)
	})
}

func TestTimesSurviveTheTables(t *testing.T) {
	for _, at := range []time.Time{{}, time.Unix(0, 0).Add(time.Microsecond).UTC(), time.Date(1899, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := db.Time(db.Micros(at)); !got.Equal(at) {
			t.Errorf("%v became %v", at, got)
		}
	}
}

package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"karvan/internal/db"
)

// PostgresVariable names the environment variable with the URL of a PostgreSQL
// server in which tests may make schemas.
const PostgresVariable = "KARVAN_TEST_POSTGRES"

// Everything reports whether a component that is not there is a failure: it is
// in `make test`, so that no suite is skipped in silence.
func Everything() bool { return os.Getenv("KARVAN_TEST_EVERYTHING") != "" }

// Missing ends a test that cannot run because a component is not there: as a
// failure in `make test`, as a skip that says what to do elsewhere.
func Missing(t testing.TB, what, todo string) {
	t.Helper()
	if Everything() {
		t.Fatalf("%s is missing: %s", what, todo)
	}
	t.Skipf("%s is missing: %s", what, todo)
}

// Databases runs f once over SQLite and once over PostgreSQL, each time with an
// empty database.
func Databases(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite opens an empty database in a temporary folder.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, filepath.Join(t.TempDir(), "karvan.db"))
}

var schemas atomic.Int64

// Postgres opens an empty schema of the test server.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresSchema(t))
}

// PostgresSchema makes an empty schema in the test server and gives its URL. The
// schema goes with the test.
func PostgresSchema(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		Missing(t, "PostgreSQL", "run `make test`, or set "+PostgresVariable+" to the URL of a server")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("t%d_%d_%d", os.Getpid(), time.Now().UnixNano(), schemas.Add(1))
	if _, err := admin.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Open opens a database and closes it with the test.
func Open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(strings.ReplaceAll(err.Error(), dsn, "the test database"))
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Clock is a clock that tests set and that never stands still: each look at it
// is a microsecond later.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts a clock at t.
func NewClock(t time.Time) *Clock { return &Clock{t: t.UTC()} }

// Now is the next microsecond.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(time.Microsecond)
	return c.t
}

// Set moves the clock, forward or back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t.UTC()
}

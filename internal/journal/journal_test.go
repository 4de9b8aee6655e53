package journal_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/testkit"
)

var ctx = context.Background()

func recordID(n int) id.ID { return id.Derive("n.example", "notice", fmt.Sprint(n)) }

// put appends a revision's line, later in time than the one before, and commits
// after a while.
func put(c context.Context, d *db.DB, record id.ID, rev int, slow time.Duration) error {
	return d.Write(c, access.Clock, func(tx *db.Tx) error {
		if err := journal.Append(c, tx, "notice.edit", record, rev, tx.Now); err != nil {
			return err
		}
		time.Sleep(slow)
		return nil
	})
}

// log is a consumer that checks what it is handed.
type log struct {
	mu    sync.Mutex
	lines []journal.Entry
	calls int
	fail  func(call int) error
}

func (l *log) handle(_ context.Context, entries []journal.Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	if l.fail != nil {
		if err := l.fail(l.calls); err != nil {
			return err
		}
	}
	l.lines = append(l.lines, entries...)
	return nil
}

// check fails unless the log has lines lines: places from 1 without gaps, every
// revision of a record once and in order.
func (l *log) check(t *testing.T, lines int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) != lines {
		t.Errorf("%d lines, want %d", len(l.lines), lines)
	}
	rev := map[id.ID]int{}
	for i, e := range l.lines {
		if e.Seq != int64(i+1) {
			t.Fatalf("line %d has place %d", i+1, e.Seq)
		}
		if e.Rev != rev[e.Record]+1 {
			t.Fatalf("line %d: revision %d of %s after %d", i+1, e.Rev, e.Record, rev[e.Record])
		}
		rev[e.Record] = e.Rev
	}
}

func TestManyWritersAndFeedsAgreeOnOneOrder(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		const writers, revisions = 8, 25
		var logs [2]log
		running, stop := context.WithCancel(ctx)
		var feeds []*journal.Feed
		var background, wait sync.WaitGroup
		for i := range logs {
			f := journal.NewFeed(d, journal.Consumer{Name: "log", Handle: logs[i].handle})
			feeds = append(feeds, f)
			background.Go(func() {
				if err := f.Run(running, 5*time.Millisecond); err != nil {
					t.Error(err)
				}
			})
		}
		background.Go(func() { // a sequencer beside the feeds
			for running.Err() == nil {
				if _, err := journal.Sequence(running, d); err != nil && running.Err() == nil {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
		})
		for w := range writers {
			wait.Go(func() {
				slow := rand.New(rand.NewPCG(1, uint64(w)))
				for rev := 1; rev <= revisions; rev++ {
					if err := put(ctx, d, recordID(w), rev, time.Duration(slow.IntN(3000))*time.Microsecond); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		for i, f := range feeds {
			if err := f.Flush(ctx); err != nil {
				t.Error(err)
			}
			logs[i].check(t, writers*revisions)
			if f.Done("log") != writers*revisions || f.Done("nobody") != 0 {
				t.Errorf("done %d", f.Done("log"))
			}
		}
		stop()
		background.Wait()
	})
}

func TestALaterNumberThatCommitsFirstLosesNoLine(t *testing.T) {
	d := testkit.Postgres(t)
	var l log
	f := journal.NewFeed(d, journal.Consumer{Name: "log", Handle: l.handle})
	appended, release := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		err := d.Write(ctx, access.Clock, func(tx *db.Tx) error {
			err := journal.Append(ctx, tx, "notice.create", recordID(1), 1, tx.Now)
			close(appended)
			<-release
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-appended
	if err := errors.Join(put(ctx, d, recordID(2), 1, 0), f.Flush(ctx)); err != nil {
		t.Fatal(err)
	}
	l.check(t, 1)
	close(release)
	wait.Wait()
	if err := f.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	l.check(t, 2)
	if l.lines[1].Record != recordID(1) {
		t.Error("the line that committed last is not the last")
	}
}

func TestAConsumerThatFailsGetsTheSameLinesAgain(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		no := errors.New("no")
		for every := 2; every <= 4; every++ {
			bad := log{fail: func(call int) error {
				if call%every == 0 {
					return no
				}
				return nil
			}}
			var good log
			f := journal.NewFeed(d, journal.Consumer{Name: "bad", Handle: bad.handle}, journal.Consumer{Name: "good", Handle: good.handle})
			failed := 0
			for i := range 12 {
				if err := put(ctx, d, recordID(100*every+i), 1, 0); err != nil {
					t.Fatal(err)
				}
				switch err := f.Flush(ctx); {
				case errors.Is(err, no):
					failed++
				case err != nil:
					t.Fatal(err)
				}
				if int(f.Done("good")) != 12*(every-2)+i+1 {
					t.Fatalf("one consumer holds up another: %d done", f.Done("good"))
				}
			}
			for f.Done("bad") != f.Done("good") {
				if err := f.Flush(ctx); err != nil && !errors.Is(err, no) {
					t.Fatal(err)
				}
			}
			if failed == 0 {
				t.Error("nothing failed")
			}
			bad.check(t, 12*(every-1))
			good.check(t, 12*(every-1))
		}
	})
}

func TestFlushHandsOverEverythingInPartsAndFromAPlace(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		const lines = 2500 // more than two batches
		err := d.Write(ctx, access.Clock, func(tx *db.Tx) error {
			for i := range lines {
				if err := journal.Append(ctx, tx, "notice.create", recordID(i), 1, tx.Now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var all log
		tail := 0
		f := journal.NewFeed(d, journal.Consumer{Name: "all", Handle: all.handle},
			journal.Consumer{Name: "tail", After: 2400, Handle: func(_ context.Context, e []journal.Entry) error { tail += len(e); return nil }})
		if err := f.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		all.check(t, lines)
		if tail != 100 || all.calls != 3 {
			t.Errorf("%d lines from place 2400, %d calls", tail, all.calls)
		}
		if err := f.Flush(ctx); err != nil || all.calls != 3 {
			t.Errorf("an idle flush called the consumer: %v", err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			last, err := journal.Last(ctx, tx)
			if last != lines {
				t.Errorf("the last place is %d", last)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestWritersAndSequencersThatAreKilledLeaveAWholeJournal ends them at random
// moments. What a writer was told is kept must be there.
func TestLinesAppendedTogetherStandAsIfOneByOne(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		const n = 123
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		var want []journal.Entry
		for i := range n {
			want = append(want, journal.Entry{Seq: int64(i + 1), Record: recordID(i), Rev: 1 + i%3, Topic: "notice.import", At: at.Add(time.Duration(i) * time.Second)})
		}
		var got []journal.Entry
		err := d.Write(ctx, access.Clock, func(tx *db.Tx) error { return journal.AppendAll(ctx, tx, want) })
		if err == nil {
			_, err = journal.Sequence(ctx, d)
		}
		if err == nil {
			err = d.Read(ctx, func(tx *db.Tx) (err error) { got, err = journal.Read(ctx, tx, 0, 2*n); return err })
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestWritersAndSequencersThatAreKilledLeaveAWholeJournal(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		var wait sync.WaitGroup
		var kept [6]atomic.Int64
		var l log
		for w := range kept {
			wait.Go(func() {
				dice := rand.New(rand.NewPCG(2, uint64(w)))
				for rev, try := 1, 1; rev <= 12; try++ {
					// A slow machine gets more time each time.
					c, cancel := context.WithTimeout(ctx, time.Duration(dice.IntN(3000*try))*time.Microsecond)
					if dice.IntN(3) == 0 {
						_, err := journal.Sequence(c, d)
						_ = err // ended on purpose, most of the time
					} else if put(c, d, recordID(w), rev, time.Duration(dice.IntN(1500))*time.Microsecond) == nil || stands(t, d, recordID(w), rev) {
						rev, try = rev+1, 1
						kept[w].Add(1)
					}
					cancel()
				}
			})
		}
		wait.Wait()
		for most := time.Millisecond; ; most *= 2 {
			c, cancel := context.WithTimeout(ctx, most)
			f := journal.NewFeed(d, journal.Consumer{Name: "log", After: int64(len(l.lines)), Handle: l.handle})
			err := f.Flush(c)
			cancel()
			if err == nil {
				break
			}
		}
		total := 0
		for i := range kept {
			total += int(kept[i].Load())
		}
		l.check(t, total)
	})
}

// stands reports whether a line was kept although its writer was told otherwise,
// which happens when the answer to a commit is lost.
func stands(t *testing.T, d *db.DB, record id.ID, rev int) (yes bool) {
	err := d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM journal WHERE record = $1 AND rev = $2)`, []any{string(record), rev}, &yes)
	})
	if err != nil {
		t.Error(err)
	}
	return yes
}

func TestADatabaseClosedInMidRunLosesNothing(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			dsn := filepath.Join(t.TempDir(), "karvan.db")
			if engine == "postgres" {
				dsn = testkit.PostgresSchema(t)
			}
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			var l log
			f := journal.NewFeed(d, journal.Consumer{Name: "log", Handle: l.handle})
			running, stop := context.WithCancel(ctx)
			var wait sync.WaitGroup
			wait.Go(func() {
				if err := f.Run(running, time.Millisecond); err != nil {
					t.Error(err)
				}
			})
			var kept atomic.Int64
			wait.Go(func() {
				for rev := 1; put(ctx, d, recordID(1), rev, 0) == nil; rev++ {
					if kept.Add(1) == 30 {
						if err := d.Close(); err != nil {
							t.Error(err)
						}
					}
				}
				stop()
			})
			wait.Wait()
			if err := f.Flush(ctx); err == nil {
				t.Error("a closed database answered")
			}
			again := testkit.Open(t, dsn)
			f = journal.NewFeed(again, journal.Consumer{Name: "log", After: int64(len(l.lines)), Handle: l.handle})
			if err := f.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			l.check(t, int(kept.Load()))
		})
	}
}

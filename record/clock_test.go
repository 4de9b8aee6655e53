package record_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/record"
)

func (w *world) tick(limit int) (n int) {
	w.t.Helper()
	err := w.write(access.Clock, func(ctx context.Context, tx *db.Tx) (err error) { n, err = w.b.Tick(ctx, tx, limit); return err })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) due() (yes bool) {
	w.t.Helper()
	err := w.d.Read(context.Background(), func(tx *db.Tx) (err error) { yes, err = w.b.Due(context.Background(), tx); return err })
	if err != nil {
		w.t.Fatal(err)
	}
	return yes
}

func TestTheClockTakesManyDueRecordsInParts(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at := start.Add(time.Hour)
		const all = 250
		var ids []id.ID
		for i := range all {
			var r *record.Record
			err := w.write(author, func(ctx context.Context, tx *db.Tx) error {
				r = draft()
				if i%2 == 0 {
					r.ValidTo = at
				}
				if err := w.b.Create(ctx, tx, r); err != nil {
					return err
				}
				var err error
				r, err = w.b.Do(ctx, tx, r.ID, 1, "submit", record.Options{})
				return err
			})
			w.must(r, err)
			if i%2 == 0 {
				w.must(w.do(second, r, "publish", record.Options{}))
			} else {
				w.must(w.do(second, r, "schedule", record.Options{At: at}))
			}
			ids = append(ids, r.ID)
		}
		if w.due() || w.tick(100) != 0 {
			t.Fatal("something is due early")
		}
		w.clock.Set(at)
		for _, want := range []int{100, 100, 50, 0} {
			if w.due() != (want > 0) {
				t.Errorf("due is %v before %d", !w.due(), want)
			}
			if n := w.tick(100); n != want {
				t.Errorf("took %d, want %d", n, want)
			}
		}
		for i, record_ := range ids {
			want := record.Expired
			if i%2 == 1 {
				want = record.Published
			}
			if got := w.public(&record.Record{ID: record_}); got.State != want {
				t.Fatalf("record %d is %s, want %s", i, got.State, want)
			}
		}
	})
}

func TestAScheduledChangeDoesNotKeepWhatIsPublicBeyondItsEnd(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		end, later := start.Add(time.Hour), start.Add(10*time.Hour)
		first := draft()
		first.ValidTo = end
		r := w.must(w.do(author, w.create(first), "submit", record.Options{}))
		r = w.must(w.do(second, r, "publish", record.Options{}))
		r = w.must(w.edit(author, r, func(r *record.Record) {
			r.Texts["en"].Fields["title"], r.ValidTo = "Changed", later.Add(time.Hour)
			r.Notes = append(r.Notes, *note("update"))
		}))
		r = w.must(w.do(author, r, "submit", record.Options{}))
		w.must(w.do(second, r, "schedule", record.Options{At: later}))
		w.clock.Set(end)
		w.tick(10)
		if got := w.public(r); got.State != record.Expired || got.Text("en", "title") != "Water" {
			t.Fatalf("after its end: %s %q", got.State, got.Text("en", "title"))
		}
		w.clock.Set(later)
		w.tick(10)
		if got := w.public(r); got.State != record.Published || got.Text("en", "title") != "Changed" || len(got.Notes) != 1 {
			t.Fatalf("at the instant of the change: %s %q %v", got.State, got.Text("en", "title"), got.Notes)
		}
		w.chain(t, r.ID)
	})
}

// TestANoteOfAPendingChangeSurvivesANoteOnWhatIsPublic suspends what is public
// while an approved change with its note waits.
func TestANoteOfAPendingChangeSurvivesANoteOnWhatIsPublic(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.must(w.edit(author, w.published(), func(r *record.Record) { r.Texts["en"].Fields["title"] = "Changed" }))
		r = w.must(w.do(author, r, "submit", record.Options{}))
		r = w.must(w.do(second, r, "schedule", record.Options{At: start.Add(time.Hour), Note: note("fact")}))
		w.must(w.do(second, r, "suspend", record.Options{Note: note("suspension")}))
		w.clock.Set(start.Add(time.Hour))
		w.tick(10)
		got := w.public(r)
		var types []string
		for _, n := range got.Notes {
			types = append(types, n.Type)
		}
		if diff := cmp.Diff([]string{"suspension", "fact"}, types); diff != "" || got.State != record.Published {
			t.Errorf("%s, notes %s", got.State, diff)
		}
	})
}

// picky is a kind whose rules become stricter.
type picky struct{ strict *bool }

func (p *picky) Validate(*record.Record, bool) error {
	if *p.strict {
		return fault.New(fault.Invalid, "text.missing").At("body.new")
	}
	return nil
}

func TestOneRecordThatARuleStopsDoesNotStopTheClock(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		strict := false
		plain := w.b.Kind("notice")
		w.b = record.NewBook(node, plain, &record.Kind{Name: "picky", New: func() record.Body { return &picky{&strict} }, Texts: plain.Texts, Policy: plain.Policy})
		end := start.Add(time.Hour)
		var last *record.Record
		for i := range 6 {
			r := draft()
			r.ValidTo = end.Add(time.Duration(i) * time.Second)
			if i%2 == 0 {
				r.Kind, r.Body = "picky", &picky{&strict}
			}
			r = w.must(w.do(author, w.create(r), "submit", record.Options{}))
			last = w.must(w.do(second, r, "publish", record.Options{}))
		}
		strict = true
		w.clock.Set(end.Add(time.Minute))
		if n := w.tick(100); n != 6 || w.due() {
			t.Errorf("took %d; still due: %v", n, w.due())
		}
		if got := w.public(last); got.State != record.Expired {
			t.Errorf("held up by another: %s", got.State)
		}
		strict = false
		w.clock.Set(end.Add(2 * time.Hour))
		if n := w.tick(100); n != 3 || w.due() {
			t.Errorf("when the rule allows: %d", n)
		}
	})
}

func TestAnotherNodesRecordsFollowItsOwnClock(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := draft()
		r.ID, r.Rev, r.State, r.Created, r.Updated = id.Derive("other.example", "notice", "1"), 1, record.Published, start, start
		r.ValidTo = start.Add(time.Hour)
		if _, err := w.importing(w.receive(w.canonical(r, nil))); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(start.Add(2 * time.Hour))
		if n := w.tick(10); n != 0 {
			t.Errorf("wrote %d revisions of another node's record", n)
		}
	})
}

func TestAnInstantIsTheSameWhateverTheZoneItWasMeantIn(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i, c := range []struct {
			zone string
			wall time.Time // read in the zone
			want string
		}{
			{"Asia/Kolkata", time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC), "2026-06-01T03:30:00Z"},
			{"Europe/Berlin", time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), "2026-07-01T07:00:00Z"},
			{"Europe/Berlin", time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), "2026-12-01T08:00:00Z"},
			{"Europe/Berlin", time.Date(2026, 10, 25, 3, 0, 0, 0, time.UTC), "2026-10-25T02:00:00Z"}, // the hour before came twice
			{"Asia/Tehran", time.Date(2027, 3, 22, 0, 0, 0, 0, time.UTC), "2027-03-21T20:30:00Z"},    // no summer time any more
		} {
			zone, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(c.wall.Year(), c.wall.Month(), c.wall.Day(), c.wall.Hour(), c.wall.Minute(), 0, 0, zone)
			r := draft()
			r.Zone = c.zone
			r = w.must(w.do(author, w.create(r), "submit", record.Options{}))
			r = w.must(w.do(second, r, "schedule", record.Options{At: at}))
			if got := r.PublishAt.Format(time.RFC3339); got != c.want || r.Zone != c.zone {
				t.Errorf("case %d: %s in %s, want %s", i, got, r.Zone, c.want)
			}
			w.clock.Set(at.Add(-time.Second))
			if n := w.tick(10); n != 0 {
				t.Errorf("case %d: %d early", i, n)
			}
			w.clock.Set(at)
			if n := w.tick(10); n != 1 {
				t.Errorf("case %d: %d at the instant", i, n)
			}
			w.clock.Set(start)
		}
	})
}

func TestManyFindAndSourcesFollowWhatIsPublic(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := context.Background()
		to := func(names ...string) (links []record.Link) {
			for _, n := range names {
				links = append(links, record.Link{Rel: "about", To: string(id.Derive(node, "notice", n))})
			}
			return links
		}
		sources := func(name string) int {
			n := 0
			err := d.Read(ctx, func(tx *db.Tx) error {
				ids, err := w.b.Sources(ctx, tx, id.Derive(node, "notice", name), "about")
				n = len(ids)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		expect := func(when string, a, b int) {
			t.Helper()
			if x, y := sources("a"), sources("b"); x != a || y != b {
				t.Errorf("%s: %d and %d sources, want %d and %d", when, x, y, a, b)
			}
		}
		r := draft()
		r.Links = append(to("a", "a"), record.Link{Rel: "other", To: to("b")[0].To})
		r = w.must(w.do(author, w.create(r), "submit", record.Options{}))
		expect("before it is public", 0, 0)
		r = w.must(w.do(second, r, "publish", record.Options{}))
		expect("published", 1, 0)
		r = w.must(w.edit(author, r, func(r *record.Record) { r.Links = to("b") }))
		expect("while a change is prepared", 1, 0)
		r = w.must(w.do(author, r, "submit", record.Options{}))
		r = w.must(w.do(second, r, "publish", record.Options{Note: note("fact")}))
		expect("after the change", 0, 1)
		r = w.must(w.do(second, r, "withdraw", record.Options{Note: note("withdrawal")}))
		expect("withdrawn", 0, 1)
		w.must(w.do(second, r, "erase", record.Options{}))
		expect("erased", 0, 0)

		var refs []record.Ref
		err := w.write(author, func(ctx context.Context, tx *db.Tx) error {
			for i := range 1200 { // more than fit in two statements
				r := draft()
				r.Texts["en"].Fields["title"] = fmt.Sprint("Water ", i)
				if err := w.b.Create(ctx, tx, r); err != nil {
					return err
				}
				refs = append(refs, record.Ref{ID: r.ID, Rev: 1})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p := w.published()
		asked := append([]record.Ref{{ID: p.ID}, {ID: id.Derive(node, "notice", "nothing"), Rev: 1}, {ID: refs[0].ID}}, refs...)
		asked = append(asked, record.Ref{ID: p.ID, Rev: 2}, asked[0], refs[5])
		for range 2 { // the second time from the cache
			err = d.Read(ctx, func(tx *db.Tx) error {
				got, err := w.b.Many(ctx, tx, asked)
				if err != nil {
					return err
				}
				if len(got) != len(asked)-2 || got[0].Rev != p.Rev || got[1].ID != refs[0].ID || got[1200].Text("en", "title") != "Water 1199" || got[1201].Rev != 2 || got[1203].ID != refs[5].ID {
					t.Errorf("%d of %d, out of order", len(got), len(asked))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name, kind, ulid string
			code             fault.Code
		}{
			{"a record", "notice", p.ID.ULID(), ""},
			{"another kind", "offer", p.ID.ULID(), fault.NotFound},
			{"no ULID", "notice", "'; DROP TABLE records", fault.NotFound},
			{"an unknown ULID", "notice", "01ARZ3NDEKTSV4RRFFQ69G5FAV", fault.NotFound},
		} {
			err := d.Read(ctx, func(tx *db.Tx) error {
				found, err := w.b.Find(ctx, tx, c.kind, c.ulid)
				if err == nil && found != p.ID {
					t.Errorf("%s: found %s", c.name, found)
				}
				return err
			})
			if c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

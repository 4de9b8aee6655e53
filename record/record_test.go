package record_test

import (
	"context"
	"testing"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/testkit"
	"karvan/record"
)

const node = "n.example"

var (
	orgA   = id.Derive(node, "organisation", "a")
	author = access.Actor{Account: "author", Grants: []access.Grant{{Role: access.Member, Scope: orgA}}}
	second = access.Actor{Account: "second", Grants: []access.Grant{{Role: access.Member, Scope: orgA}}}
	start  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// notice is a kind made for these tests: one body field, four eyes.
type notice struct {
	Level int `json:"level,omitempty"`
}

func (n *notice) Validate(_ *record.Record, _ bool) error {
	var l fault.List
	if n.Level < 0 || n.Level > 9 {
		l.Add("body.level", "number.out-of-range", "min", 0, "max", 9)
	}
	return l.Err()
}

func policy(verbs ...string) (p access.Policy) {
	for _, v := range verbs {
		p = append(p, access.Rule{Verb: v, Role: access.Member, Scope: access.OwnOrganisation})
	}
	return p
}

func newBook() *record.Book {
	return record.NewBook(node, &record.Kind{
		Name: "notice", FourEyes: true, New: func() record.Body { return &notice{} },
		Texts:  []record.TextField{{Name: "title", Max: 40, Required: true}, {Name: "body", Max: 400, Required: true, Markdown: true}},
		Policy: policy("create", "edit", "submit", "return", "publish", "schedule", "suspend", "resume", "withdraw", "renew", "confirm", "expire", "erase", "discard"),
	})
}

func draft() *record.Record {
	return &record.Record{Kind: "notice", Owner: orgA, Source: "en", Body: &notice{Level: 3},
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "Water", "body": "Water **saved**."}}}}
}

type world struct {
	t     *testing.T
	d     *db.DB
	b     *record.Book
	clock *testkit.Clock
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, d: d, b: newBook(), clock: testkit.NewClock(start)}
	d.SetClock(w.clock.Now)
	return w
}

func (w *world) write(a access.Actor, f func(ctx context.Context, tx *db.Tx) error) error {
	return w.d.Write(context.Background(), a, func(tx *db.Tx) error { return f(context.Background(), tx) })
}

func (w *world) do(a access.Actor, r *record.Record, verb string, opt record.Options) (*record.Record, error) {
	var out *record.Record
	err := w.write(a, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = w.b.Do(ctx, tx, r.ID, r.Rev, verb, opt)
		return err
	})
	return out, err
}

func (w *world) must(r *record.Record, err error) *record.Record {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) create(r *record.Record) *record.Record {
	w.t.Helper()
	if err := w.write(author, func(ctx context.Context, tx *db.Tx) error { return w.b.Create(ctx, tx, r) }); err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) edit(a access.Actor, r *record.Record, change func(*record.Record)) (*record.Record, error) {
	var out *record.Record
	err := w.write(a, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = w.b.Edit(ctx, tx, r.ID, r.Rev, func(r *record.Record) error { change(r); return nil })
		return err
	})
	return out, err
}

func (w *world) public(r *record.Record) *record.Record {
	w.t.Helper()
	var out *record.Record
	err := w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		out, err = w.b.Public(context.Background(), tx, r.ID)
		return err
	})
	return w.must(out, err)
}

func (w *world) published() *record.Record {
	r := w.create(draft())
	r = w.must(w.do(author, r, "submit", record.Options{}))
	return w.must(w.do(second, r, "publish", record.Options{}))
}

func note(kind string) *record.Note {
	return &record.Note{Type: kind, Text: map[string]string{"en": "Because."}}
}

func TestWhoWroteItMayNotPublishIt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.must(w.do(author, w.create(draft()), "submit", record.Options{}))
		if _, err := w.do(author, r, "publish", record.Options{}); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("the author published alone: %v", err)
		}
		r = w.must(w.do(second, r, "publish", record.Options{}))
		if r.State != record.Published || r.Published.IsZero() {
			t.Fatalf("state %s, published %v", r.State, r.Published)
		}
	})
}

func TestTwoEditorsNeverOverwriteEachOtherSilently(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.create(draft())
		w.must(w.edit(author, r, func(r *record.Record) { r.Body.(*notice).Level = 4 }))
		if _, err := w.edit(second, r, func(r *record.Record) { r.Body.(*notice).Level = 5 }); !fault.Is(err, fault.Conflict) {
			t.Fatalf("the second editor was not told: %v", err)
		}
	})
}

func TestAChangeToWhatIsPublishedStaysUnseenUntilApprovedAndNeedsANote(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.published()
		change := func(r *record.Record) { r.Texts["en"].Fields["title"] = "Water, corrected" }
		r = w.must(w.edit(author, r, change))
		if r.State != record.Draft || w.public(r).Text("en", "title") != "Water" {
			t.Fatalf("state %s, public title %q", r.State, w.public(r).Text("en", "title"))
		}
		r = w.must(w.do(author, r, "submit", record.Options{}))
		if _, err := w.do(second, r, "publish", record.Options{}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("published a silent change: %v", err)
		}
		r = w.must(w.do(second, r, "publish", record.Options{Note: note("fact")}))
		if got := w.public(r); got.Text("en", "title") != "Water, corrected" || len(got.Notes) != 1 || got.Notes[0].Rev != got.Rev {
			t.Fatalf("public %q, notes %+v at rev %d", got.Text("en", "title"), got.Notes, got.Rev)
		}
		if _, err := w.edit(author, r, func(r *record.Record) { r.Notes = nil }); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a note was dropped: %v", err)
		}
	})
}

func TestWithdrawalKeepsTextAndReasonAlsoWhileAChangeIsPending(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.must(w.edit(author, w.published(), func(r *record.Record) { r.Texts["en"].Fields["title"] = "Half-written" }))
		if _, err := w.do(second, r, "withdraw", record.Options{}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("withdrawn without a reason: %v", err)
		}
		r = w.must(w.do(second, r, "withdraw", record.Options{Note: note("withdrawal")}))
		got := w.public(r)
		if got.State != record.Withdrawn || got.Text("en", "title") != "Water" || got.Notes[0].Text["en"] != "Because." {
			t.Fatalf("%s %q %+v", got.State, got.Text("en", "title"), got.Notes)
		}
	})
}

func TestTheClockPublishesWhatWasApprovedAndNothingElse(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		at := start.Add(time.Hour)
		unapproved := draft()
		unapproved.PublishAt = at
		unapproved = w.must(w.do(author, w.create(unapproved), "submit", record.Options{}))
		approved := w.must(w.do(author, w.create(draft()), "submit", record.Options{}))
		approved = w.must(w.do(second, approved, "schedule", record.Options{At: at}))
		tick := func() (n int) {
			t.Helper()
			if err := w.write(access.Clock, func(ctx context.Context, tx *db.Tx) (err error) { n, err = w.b.Tick(ctx, tx, 100); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		w.clock.Set(at.Add(-time.Second))
		if n := tick(); n != 0 {
			t.Fatalf("%d published early", n)
		}
		w.clock.Set(at)
		if n := tick(); n != 1 {
			t.Fatalf("%d published at the instant, want 1", n)
		}
		if got := w.public(approved); got.State != record.Published {
			t.Fatalf("approved: %s", got.State)
		}
		err := w.d.Read(context.Background(), func(tx *db.Tx) error {
			h, err := w.b.HeadOf(context.Background(), tx, unapproved.ID)
			if err == nil && (h.State != record.Submitted || h.PublicRev != 0) {
				t.Errorf("unapproved: %s, public %d", h.State, h.PublicRev)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheJournalHasEveryRevisionOnceInOrder(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.published()
		w.published()
		w.clock.Set(start.Add(-time.Hour)) // a clock that goes back must not reorder a record's lines
		w.published()
		ctx := context.Background()
		if _, err := journal.Sequence(ctx, d); err != nil {
			t.Fatal(err)
		}
		err := d.Read(ctx, func(tx *db.Tx) error {
			entries, err := journal.Read(ctx, tx, 0, 100)
			if err != nil {
				return err
			}
			if len(entries) != 9 {
				t.Errorf("%d lines, want 9", len(entries))
			}
			rev := map[id.ID]int{}
			for i, e := range entries {
				if e.Seq != int64(i+1) || e.Rev != rev[e.Record]+1 {
					t.Errorf("line %d: seq %d, %s rev %d after %d", i, e.Seq, e.Record, e.Rev, rev[e.Record])
				}
				rev[e.Record] = e.Rev
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestGivingUpAChangeLeavesThePublicRevisionStanding(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.must(w.edit(author, w.published(), func(r *record.Record) { r.Texts["en"].Fields["title"] = "Half-written" }))
		r = w.must(w.do(author, r, "discard", record.Options{}))
		if got := w.public(r); r.State != record.Published || got.Rev != r.Rev || got.Text("en", "title") != "Water" {
			t.Fatalf("%s, public rev %d of %d: %q", r.State, got.Rev, r.Rev, got.Text("en", "title"))
		}
		never := w.must(w.do(author, w.create(draft()), "discard", record.Options{}))
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			_, err := w.b.Public(context.Background(), tx, never.ID)
			return err
		})
		if never.State != record.Erased || !fault.Is(err, fault.NotFound) {
			t.Fatalf("a draft that was never public: %s, %v", never.State, err)
		}
	})
}

func TestAPendingChangeSurvivesTheEndOfValidityAndItsAuthorStaysItsAuthor(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		end := start.Add(48 * time.Hour)
		first := draft()
		first.ValidTo = end
		r := w.must(w.do(author, w.create(first), "submit", record.Options{}))
		r = w.must(w.do(second, r, "publish", record.Options{}))
		r = w.must(w.edit(author, r, func(r *record.Record) { r.Texts["en"].Fields["title"] = "Half-written" }))
		w.clock.Set(end)
		if err := w.write(access.Clock, func(ctx context.Context, tx *db.Tx) error { _, err := w.b.Tick(ctx, tx, 10); return err }); err != nil {
			t.Fatal(err)
		}
		if got := w.public(r); got.State != record.Expired || got.Text("en", "title") != "Water" {
			t.Fatalf("public: %s %q", got.State, got.Text("en", "title"))
		}
		var head *record.Record
		err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			head, err = w.b.Newest(context.Background(), tx, r.ID)
			return err
		})
		if err != nil || head.State != record.Draft || head.Text("en", "title") != "Half-written" {
			t.Fatalf("the change was lost: %v, %v", head, err)
		}
		head = w.must(w.edit(second, head, func(r *record.Record) { r.ValidTo = end.Add(time.Hour) }))
		head = w.must(w.do(second, head, "submit", record.Options{}))
		if _, err := w.do(author, head, "publish", record.Options{Note: note("fact")}); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("its author published it: %v", err)
		}
	})
}

func TestAReasonForReturningIsNotPublished(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.must(w.do(author, w.create(draft()), "submit", record.Options{}))
		r = w.must(w.do(second, r, "return", record.Options{Note: note("wording")}))
		var history []record.Revision
		err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			history, err = w.b.History(context.Background(), tx, r.ID)
			return err
		})
		if err != nil || len(r.Notes) != 0 || history[0].Remark != "Because." {
			t.Fatalf("%v: notes %v, remark %q", err, r.Notes, history[0].Remark)
		}
	})
}

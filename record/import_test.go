package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/testkit"
	"karvan/record"
)

// receive decodes and checks JSON as it comes from outside.
func (w *world) receive(canonical string) record.Incoming {
	w.t.Helper()
	in, err := w.b.Receive([]byte(canonical))
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

func (w *world) importing(in record.Incoming) (out record.Outcome, err error) {
	err = w.write(second, func(ctx context.Context, tx *db.Tx) (err error) { out, err = w.b.Import(ctx, tx, in); return err })
	return out, err
}

// canonical gives r as JSON after change worked on a copy of it.
func (w *world) canonical(r *record.Record, change func(*record.Record)) string {
	w.t.Helper()
	c := w.must(w.b.Copy(r))
	if change != nil {
		change(c)
	}
	out, err := c.Canonical()
	if err != nil {
		w.t.Fatal(err)
	}
	return string(out)
}

func (w *world) at(record_ id.ID, rev int) (r *record.Record, err error) {
	err = w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		r, err = w.b.At(context.Background(), tx, record_, rev)
		return err
	})
	return r, err
}

func TestImportTellsWhatItDid(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		foreign := draft()
		foreign.ID, foreign.Rev, foreign.State = id.Derive("other.example", "notice", "1"), 1, record.Published
		foreign.Created, foreign.Updated, foreign.Published = start, start, start
		first := w.receive(w.canonical(foreign, nil))
		next := func(change func(*record.Record)) record.Incoming {
			return w.receive(w.canonical(foreign, func(r *record.Record) {
				r.Rev, r.Prev, r.Updated = 2, first.Record.Digest, start.Add(time.Hour)
				r.Texts["en"].Fields["title"] = "Second"
				if change != nil {
					change(r)
				}
			}))
		}
		late := w.receive(w.canonical(foreign, func(r *record.Record) { r.Rev, r.Updated = 7, start.Add(2*time.Hour) }))
		for _, c := range []struct {
			name string
			in   record.Incoming
			want record.Outcome
			code fault.Code
			key  string
		}{
			{"a record that was not here", first, record.Added, "", ""},
			{"the same again", first, record.Unchanged, "", ""},
			{"a line that follows something else", next(func(r *record.Record) { r.Prev = strings.Repeat("0", 64) }), "", fault.Conflict, "record.foreign-line"},
			{"a revision before its predecessor", next(func(r *record.Record) { r.Updated = start }), "", fault.Invalid, "record.time-backwards"},
			{"the next revision", next(nil), record.Advanced, "", ""},
			{"the next again", next(nil), record.Unchanged, "", ""},
			{"the first again", first, record.Unchanged, "", ""},
			{"another first", w.receive(w.canonical(foreign, func(r *record.Record) { r.Sample = true })), "", fault.Conflict, "record.older-revision"},
			{"an edited row of the newest", next(func(r *record.Record) { r.Texts["en"].Fields["title"] = "Third" }), record.Changed, "", ""},
			{"a later revision, the ones between never seen", late, record.Advanced, "", ""},
		} {
			got, err := w.importing(c.in)
			if got != c.want || c.code == "" && err != nil || c.code != "" && (!fault.Is(err, c.code) || fault.Of(err).Key != c.key) {
				t.Fatalf("%s: %q, %v", c.name, got, err)
			}
		}
		third, err := w.at(foreign.ID, 3)
		if err != nil || third.Text("en", "title") != "Third" || len(third.Notes) != 1 || third.Prev != next(nil).Record.Digest {
			t.Errorf("%v: %+v", err, third)
		}
		if got := w.public(foreign); got.Rev != 7 {
			t.Errorf("public revision %d", got.Rev)
		}
	})
}

func TestWhatIsNewIsStoredTogetherAndTheRestLeftAlone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWorld(t, d), context.Background()
		const n = 137 // more than one statement takes, and some over
		var all []record.Incoming
		var ids []id.ID
		for i := range n {
			r := draft()
			r.ID, r.Rev, r.State = id.Derive("other.example", "notice", fmt.Sprint(i)), 1, record.Published
			r.Created, r.Updated, r.Published = start, start, start
			to := record.Link{Rel: "about", To: string(orgA)}
			r.Links = []record.Link{to, {Rel: "about", To: string(id.Derive(node, "organisation", fmt.Sprint(i)))}, to}
			in := w.receive(w.canonical(r, nil))
			all, ids = append(all, in), append(ids, r.ID)
		}
		here := all[40]
		if got, err := w.importing(here); got != record.Added || err != nil {
			t.Fatalf("%s, %v", got, err)
		}
		next := w.receive(w.canonical(all[3].Record, func(r *record.Record) {
			r.Rev, r.Prev, r.Updated = 2, all[3].Record.Digest, start.Add(time.Hour)
		}))
		var added map[id.ID]bool
		err := w.write(second, func(ctx context.Context, tx *db.Tx) (err error) {
			added, err = w.b.ImportNew(ctx, tx, append(all[:n:n], next, all[5]))
			return err
		})
		if err != nil || len(added) != n-1 || added[here.Record.ID] {
			t.Fatalf("%d added, %v", len(added), err)
		}
		if got, err := w.importing(next); got != record.Advanced || err != nil {
			t.Errorf("the revision after the first: %s, %v", got, err)
		}
		if _, err := journal.Sequence(ctx, d); err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			heads, err := w.b.Heads(ctx, tx, append(ids, "other.example/notice/00000000000000000000000000"))
			if err != nil {
				return err
			}
			if len(heads) != n {
				t.Errorf("%d heads", len(heads))
			}
			for i, in := range all {
				one, err := w.b.HeadOf(ctx, tx, in.Record.ID)
				if err != nil || heads[in.Record.ID] != one {
					t.Fatalf("%+v, %+v, %v", heads[in.Record.ID], one, err)
				}
				history, err := w.b.History(ctx, tx, in.Record.ID)
				if err != nil || len(history) != one.Rev || history[len(history)-1].Digest != in.Record.Digest || history[0].Verb != "import" || history[0].Actor != second.Account {
					t.Fatalf("record %d: %+v, %v", i, history, err)
				}
				back, err := record.NewBook(node, w.b.Kinds()...).At(ctx, tx, in.Record.ID, 1)
				if err != nil || w.canonical(back, nil) != string(in.Canonical) {
					t.Fatalf("record %d is not what came: %v", i, err)
				}
			}
			sources, err := w.b.Sources(ctx, tx, orgA, "about")
			if len(sources) != n {
				t.Errorf("%d records link to %s", len(sources), orgA)
			}
			if err != nil {
				return err
			}
			lines, err := journal.Read(ctx, tx, 0, 10*n)
			if len(lines) != n+1 || lines[0].Topic != "notice.import" {
				t.Errorf("%d lines of the journal", len(lines))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatWasErasedStaysErased(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := context.Background()
		r := w.create(draft())
		r = w.must(w.do(author, r, "submit", record.Options{}))
		r = w.must(w.do(second, r, "return", record.Options{Note: &record.Note{Type: "wording", Text: map[string]string{"en": "About Mr Secret."}}}))
		r = w.must(w.do(author, r, "submit", record.Options{}))
		r = w.must(w.do(second, r, "publish", record.Options{}))
		full := w.canonical(r, nil)
		for rev := 1; rev <= r.Rev; rev++ {
			if _, err := w.at(r.ID, rev); err != nil { // fills the cache
				t.Fatal(err)
			}
		}
		other := record.NewBook(node, w.b.Kinds()...) // another process
		if err := d.Read(ctx, func(tx *db.Tx) error { _, err := other.At(ctx, tx, r.ID, r.Rev); return err }); err != nil {
			t.Fatal(err)
		}
		// A reader that began before the erasure must not bring the content back.
		err := d.Read(ctx, func(tx *db.Tx) error {
			if _, err := w.b.HeadOf(ctx, tx, r.ID); err != nil {
				return err
			}
			gone := w.must(w.do(second, r, "erase", record.Options{Note: note("erasure")}))
			_, err := w.b.At(ctx, tx, r.ID, r.Rev)
			r = gone
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		other.Forget(r.ID)
		for _, b := range []*record.Book{w.b, other} {
			for rev := 1; rev < r.Rev; rev++ {
				err := d.Read(ctx, func(tx *db.Tx) error { _, err := b.At(ctx, tx, r.ID, rev); return err })
				if !fault.Is(err, fault.Gone) {
					t.Errorf("revision %d: %v", rev, err)
				}
			}
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			var n int
			for _, column := range []string{"body", "remark"} {
				if err := tx.QueryRow(ctx, `SELECT count(*) FROM revisions WHERE record = $1 AND (`+column+` LIKE '%Secret%' OR `+column+` LIKE '%Water%')`, []any{string(r.ID)}, &n); err != nil {
					return err
				}
				if n != 0 {
					t.Errorf("%d rows keep the content in %s", n, column)
				}
			}
			many, err := w.b.Many(ctx, tx, []record.Ref{{ID: r.ID, Rev: 1}, {ID: r.ID}})
			if len(many) != 1 || many[0].State != record.Erased {
				t.Errorf("Many: %v", many)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		in := w.receive(full)
		in.Record.Rev = r.Rev
		if _, err := w.importing(in); !fault.Is(err, fault.Gone) {
			t.Errorf("an import brought it back: %v", err)
		}
		in.Record.Rev, in.Record.Prev = r.Rev+1, r.Digest
		if _, err := w.importing(in); !fault.Is(err, fault.Gone) {
			t.Errorf("an import went on: %v", err)
		}
		if got, err := w.importing(w.receive(full)); got != record.Unchanged || err != nil {
			t.Errorf("the row it was: %s, %v", got, err)
		}
		if got, err := w.importing(w.receive(w.canonical(r, nil))); got != record.Unchanged || err != nil {
			t.Errorf("the erasure again: %s, %v", got, err)
		}
	})
}

func TestAnotherNodesErasureErasesHere(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := draft()
		r.ID, r.Rev, r.State, r.Created, r.Updated = id.Derive("other.example", "notice", "1"), 1, record.Published, start, start
		first := w.receive(w.canonical(r, nil))
		if _, err := w.importing(first); err != nil {
			t.Fatal(err)
		}
		full := w.canonical(r, func(r *record.Record) {
			r.Rev, r.Prev, r.State, r.Updated = 2, first.Record.Digest, record.Erased, start.Add(time.Hour)
		})
		if _, err := w.b.Receive([]byte(full)); !fault.Is(err, fault.Invalid) {
			t.Errorf("erased, but it says something: %v", err)
		}
		empty := w.canonical(r, func(r *record.Record) {
			r.Rev, r.Prev, r.State, r.Updated = 2, first.Record.Digest, record.Erased, start.Add(time.Hour)
			r.Texts, r.Body = map[string]record.Version{}, &notice{}
		})
		if got, err := w.importing(w.receive(empty)); got != record.Advanced || err != nil {
			t.Fatalf("%s, %v", got, err)
		}
		if _, err := w.at(r.ID, 1); !fault.Is(err, fault.Gone) {
			t.Errorf("its content is still here: %v", err)
		}
	})
}

func TestWhatANewerNodeWroteSurvivesAnEditHere(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.create(draft())
		var doc map[string]any
		if err := json.Unmarshal([]byte(w.canonical(r, nil)), &doc); err != nil {
			t.Fatal(err)
		}
		doc["rev"], doc["prev"], doc["updated"] = 2, r.Digest, start.Add(time.Hour)
		doc["later"] = map[string]any{"a": []any{1, "два", nil}}
		doc["body"].(map[string]any)["newer"] = "三"
		plain, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.importing(w.receive(string(plain))); got != record.Advanced || err != nil {
			t.Fatal(got, err)
		}
		r, err = w.at(r.ID, 2)
		r = w.must(r, err)
		r = w.must(w.edit(author, r, func(r *record.Record) { r.Body.(*notice).Level = 7 }))
		r = w.must(w.do(author, r, "submit", record.Options{}))
		w.must(w.do(second, r, "publish", record.Options{}))
		out := w.canonical(w.public(r), nil)
		for _, want := range []string{`"later":{"a":[1,"два",null]}`, `"newer":"三"`, `"level":7`} {
			if !strings.Contains(out, want) {
				t.Errorf("%s is not in %s", want, out)
			}
		}
		w.chain(t, r.ID)
	})
}

// TestARevisionThatWasNotKeptIsNotRemembered reads, in a transaction that fails,
// the revision that it made, as a step beside a pending change does.
func TestARevisionThatWasNotKeptIsNotRemembered(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		r := w.must(w.edit(author, w.published(), func(r *record.Record) { r.Texts["en"].Fields["title"] = "Half-written" }))
		no := fault.New(fault.Busy, "fault.busy")
		err := w.write(second, func(ctx context.Context, tx *db.Tx) error {
			if _, err := w.b.Do(ctx, tx, r.ID, r.Rev, "suspend", record.Options{Note: note("suspension")}); err != nil {
				return err
			}
			if got, err := w.b.Public(ctx, tx, r.ID); err != nil || got.State != record.Suspended {
				t.Errorf("the transaction does not see its own work: %v", err)
			}
			return no
		})
		if !fault.Is(err, fault.Busy) {
			t.Fatal(err)
		}
		w.must(w.do(second, r, "confirm", record.Options{}))
		if got := w.public(r); got.State != record.Published {
			t.Errorf("visitors see what was never kept: %s", got.State)
		}
		w.chain(t, r.ID)
	})
}

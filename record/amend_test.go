package record_test

import (
	"context"
	"testing"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/testkit"
	"karvan/record"
)

func (w *world) amend(a access.Actor, r *record.Record, base int, note *record.Note, level int) (out *record.Record, err error) {
	err = w.write(a, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = w.b.Amend(ctx, tx, r.ID, base, "measure", note, func(r *record.Record) error {
			r.Body.(*notice).Level = level
			return nil
		})
		return err
	})
	return out, err
}

func TestAmendChangesWhatIsPublicAndWhatIsPrepared(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		note := &record.Note{Type: "update", Text: map[string]string{"en": "Measured."}}
		r := draft()
		if err := w.write(author, func(ctx context.Context, tx *db.Tx) error { return w.b.Create(ctx, tx, r) }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.amend(second, r, r.Rev, note, 5); !fault.Is(err, fault.Conflict) {
			t.Errorf("a draft was amended: %v", err)
		}
		r = w.must(w.do(author, r, "submit", record.Options{}))
		r = w.must(w.do(second, r, "publish", record.Options{}))
		if _, err := w.amend(second, r, r.Rev-1, note, 5); !fault.Is(err, fault.Conflict) {
			t.Errorf("amended from a revision that is not the newest: %v", err)
		}
		if _, err := w.amend(second, r, r.Rev, nil, 5); !fault.Is(err, fault.Invalid) {
			t.Errorf("amended without a note: %v", err)
		}
		if _, err := w.amend(second, r, r.Rev, note, 77); !fault.Is(err, fault.Invalid) {
			t.Errorf("amended to what is wrong: %v", err)
		}
		var change *record.Record
		err := w.write(author, func(ctx context.Context, tx *db.Tx) (err error) {
			change, err = w.b.Edit(ctx, tx, r.ID, r.Rev, func(r *record.Record) error { r.Texts["en"].Fields["title"] = "Water II"; return nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		amended, err := w.amend(second, r, change.Rev, note, 5)
		if err != nil {
			t.Fatal(err)
		}
		if amended.State != record.Published || amended.Text("en", "title") != "Water" || amended.Body.(*notice).Level != 5 || len(amended.Notes) != 1 || amended.Notes[0].Rev != amended.Rev {
			t.Errorf("public now: %s %q with %d notes", amended.State, amended.Text("en", "title"), len(amended.Notes))
		}
		err = w.d.Read(context.Background(), func(tx *db.Tx) error {
			head, err := w.b.HeadOf(context.Background(), tx, r.ID)
			if err != nil {
				return err
			}
			newest, err := w.b.Newest(context.Background(), tx, r.ID)
			if err != nil {
				return err
			}
			if head.PublicRev != amended.Rev || newest.State != record.Draft || newest.Text("en", "title") != "Water II" || newest.Body.(*notice).Level != 5 || len(newest.Notes) != 1 {
				t.Errorf("prepared: revision %d of %d, %s %q", newest.Rev, head.PublicRev, newest.State, newest.Text("en", "title"))
			}
			if ok, err := record.Verify(newest); !ok || err != nil {
				t.Errorf("its digest: %v %v", ok, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

package record_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gowebpki/jcs"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/record"
)

// model says in few words what a record should be after each step.
type model struct {
	head, public record.State // public is "" before the first publication
	title        string       // of the newest revision
	shown        string       // title that visitors see
	rev          int
	notes        []string        // types, of the public revision
	pending      []string        // notes that only the unfinished change has
	wrote        map[string]bool // who wrote since the last publication
}

var verbs = []string{"submit", "return", "schedule", "publish", "confirm", "suspend", "resume", "expire", "renew", "withdraw", "discard", "erase"}

var reasonNeeded = map[string]bool{"suspend": true, "withdraw": true, "return": true}

var publicVerbs = map[string]bool{"confirm": true, "suspend": true, "resume": true, "expire": true, "renew": true, "withdraw": true, "erase": true}

// do applies a verb to the model and gives the code with which the book should
// refuse it, "" when it should not. changed says whether the content differs from
// what visitors see.
func (m *model) do(actor, verb string, note string) fault.Code {
	from, beside := m.head, false
	if m.public != "" && m.changing() && publicVerbs[verb] {
		from, beside = m.public, true
	}
	to, err := record.Lifecycle.Next(from, verb)
	switch {
	case err != nil:
		return fault.Conflict
	case reasonNeeded[verb] && note == "":
		return fault.Invalid
	case (verb == "publish" || verb == "schedule") && m.wrote[actor]:
		return fault.Forbidden
	case (verb == "publish" || verb == "schedule") && m.public != "" && note == "" && len(m.pending) == 0 && m.title != m.shown:
		return fault.Invalid
	}
	m.rev++
	if note != "" && verb != "return" {
		if beside || !m.changing() && to != record.Scheduled && verb != "publish" {
			m.notes = append(m.notes, note)
		} else if m.changing() || to == record.Scheduled || verb == "publish" {
			m.pending = append(m.pending, note)
		}
	}
	switch {
	case beside && verb != "withdraw" && verb != "erase":
		m.public = to
		m.rev++ // the change goes back on top
		return ""
	case verb == "discard" && m.public != "":
		// What the discarded change had said is gone with it.
		m.head, m.title, m.pending = m.public, m.shown, nil
		if note != "" {
			m.notes = append(m.notes, note)
		}
		return ""
	}
	m.head = to
	if verb == "submit" {
		m.wrote[actor] = true
	}
	if to.Public() && (m.public != "" || verb != "discard") {
		if verb == "publish" {
			clear(m.wrote)
			m.shown = m.title
			m.notes = append(m.notes, m.pending...)
		}
		m.public, m.title = to, m.shown
		m.pending = nil
	}
	if to == record.Erased {
		m.title, m.shown = "", ""
		m.notes = append(m.notes, m.pending...)
		m.pending = nil
	}
	return ""
}

// changing reports whether a change to what is public is being prepared.
func (m *model) changing() bool { return !m.head.Public() }

func (m *model) edit(actor, title string) fault.Code {
	if m.head != record.Draft && m.head != record.Returned {
		if _, err := record.Lifecycle.Next(m.head, "revise"); err != nil {
			return fault.Conflict
		}
		m.head = record.Draft
	}
	m.rev++
	m.title = title
	m.wrote[actor] = true
	return ""
}

// TestTheBookAgreesWithAModel takes random steps by random people and compares
// what the book says with what a few lines of model say.
func TestTheBookAgreesWithAModel(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		for seed := range uint64(25) {
			w := newWorld(t, d)
			dice := rand.New(rand.NewPCG(3, seed))
			var trail []string
			r := w.create(draft())
			m := &model{head: record.Draft, title: "Water", rev: 1, wrote: map[string]bool{"author": true}}
			seen := map[int]string{} // public revision to digest
			for step := range 40 {
				actor := author
				if dice.IntN(2) == 0 {
					actor = second
				}
				noteType := ""
				opt := record.Options{}
				if dice.IntN(2) == 0 {
					noteType = "fact"
					opt.Note = note(noteType)
				}
				verb := verbs[dice.IntN(len(verbs))]
				for range 3 { // rather something that may be done
					if _, err := record.Lifecycle.Next(m.head, verb); err == nil && verb != "erase" && verb != "discard" && verb != "withdraw" {
						break
					}
					verb = verbs[dice.IntN(len(verbs))]
				}
				base := &record.Record{ID: r.ID, Rev: m.rev}
				before := *m
				before.wrote, before.notes = maps.Clone(m.wrote), slices.Clone(m.notes)
				var want fault.Code
				var err error
				if dice.IntN(4) == 0 {
					verb = "edit"
					title := fmt.Sprintf("Water %d", step)
					want = m.edit(actor.Account, title)
					_, err = w.edit(actor, base, func(r *record.Record) { r.Texts["en"].Fields["title"] = title })
				} else {
					if verb == "schedule" {
						opt.At = start.Add(100 * time.Hour)
					}
					want = m.do(actor.Account, verb, noteType)
					_, err = w.do(actor, base, verb, opt)
				}
				trail = append(trail, fmt.Sprintf("%s %s %s", actor.Account, verb, noteType))
				if want == "" && err != nil || want != "" && !fault.Is(err, want) {
					t.Fatalf("seed %d: %v gave %v, want %q", seed, trail, err, want)
				}
				w.agree(t, r.ID, m, seen, fmt.Sprint("seed ", seed, ": ", trail))
			}
			w.chain(t, r.ID)
		}
	})
}

// agree compares a record with its model. seen keeps the digest of each public
// revision, which must never change.
func (w *world) agree(t *testing.T, record_ id.ID, m *model, seen map[int]string, trail string) {
	t.Helper()
	ctx := context.Background()
	err := w.d.Read(ctx, func(tx *db.Tx) error {
		h, err := w.b.HeadOf(ctx, tx, record_)
		if err != nil {
			return err
		}
		newest, err := w.b.Newest(ctx, tx, record_)
		if err != nil {
			return err
		}
		if h.State != m.head || newest.State != m.head || h.Rev != m.rev || newest.Text("en", "title") != m.title {
			t.Fatalf("%s\nbook: %s rev %d %q\nmodel: %s rev %d %q", trail, h.State, h.Rev, newest.Text("en", "title"), m.head, m.rev, m.title)
		}
		public, err := w.b.Public(ctx, tx, record_)
		if m.public == "" {
			if !fault.Is(err, fault.NotFound) {
				t.Fatalf("%s: something is public: %v", trail, err)
			}
			return nil
		}
		if err != nil {
			return err
		}
		var notes []string
		for _, n := range public.Notes {
			notes = append(notes, n.Type)
		}
		if public.State != m.public || public.Text("en", "title") != m.shown || len(notes) != len(m.notes) {
			t.Fatalf("%s\npublic: %s %q %v\nmodel: %s %q %v", trail, public.State, public.Text("en", "title"), notes, m.public, m.shown, m.notes)
		}
		if digest, ok := seen[public.Rev]; ok && digest != public.Digest {
			t.Fatalf("%s: what visitors read changed under its number", trail)
		}
		seen[public.Rev] = public.Digest
		return nil
	})
	if err != nil {
		t.Fatal(trail, err)
	}
}

// chain checks what is stored of a record, revision by revision.
func (w *world) chain(t *testing.T, record_ id.ID) {
	t.Helper()
	ctx := context.Background()
	fresh := newBook() // nothing cached
	err := w.d.Read(ctx, func(tx *db.Tx) error {
		history, err := fresh.History(ctx, tx, record_)
		if err != nil {
			return err
		}
		slices.Reverse(history)
		var prev record.Revision
		var public *record.Record
		for i, v := range history {
			if v.Rev != i+1 || !v.At.After(prev.At) {
				t.Errorf("revision %d at %v after %d at %v", v.Rev, v.At, prev.Rev, prev.At)
			}
			var body string
			if err := tx.QueryRow(ctx, `SELECT body FROM revisions WHERE record = $1 AND rev = $2`, []any{string(record_), v.Rev}, &body); err != nil {
				return err
			}
			if body == "" {
				if history[len(history)-1].State != record.Erased {
					t.Errorf("revision %d has no content", v.Rev)
				}
				prev = v
				continue
			}
			canonical, err := jcs.Transform([]byte(body))
			if err != nil || string(canonical) != body || record.Digest(canonical) != v.Digest {
				t.Errorf("revision %d is not stored in its canonical form: %v", v.Rev, err)
			}
			r, err := fresh.At(ctx, tx, record_, v.Rev)
			if err != nil {
				return err
			}
			if ok, err := record.Verify(r); !ok || err != nil {
				t.Errorf("revision %d does not verify: %v", v.Rev, err)
			}
			if r.Prev != prev.Digest || r.State != v.State || !r.Updated.Equal(v.At) {
				t.Errorf("revision %d: prev %q, want %q; %s, want %s", v.Rev, r.Prev, prev.Digest, r.State, v.State)
			}
			if r.Public() && r.State != record.Erased {
				if public != nil && public.Text("en", "title") != r.Text("en", "title") && len(r.Notes) <= len(public.Notes) {
					t.Errorf("revision %d changed what is public without a note", v.Rev)
				}
				if public != nil && len(public.Notes) > 0 && !cmp.Equal(public.Notes, r.Notes[:len(public.Notes)]) {
					t.Errorf("revision %d changed the notes of %d", v.Rev, public.Rev)
				}
				public = r
			}
			prev = v
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestEveryVerbInEveryStateDoesWhatTheTableSays brings a record into each state and
// tries each verb.
func TestEveryVerbInEveryStateDoesWhatTheTableSays(t *testing.T) {
	way := map[record.State][]string{
		record.Draft: nil, record.Submitted: {"submit"}, record.Returned: {"submit", "return"}, record.Scheduled: {"submit", "schedule"},
		record.Published: {"submit", "publish"}, record.Suspended: {"submit", "publish", "suspend"}, record.Expired: {"submit", "publish", "expire"},
		record.Withdrawn: {"submit", "publish", "withdraw"}, record.Erased: {"submit", "publish", "erase"},
	}
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		step := func(r *record.Record, verb string) (*record.Record, error) {
			actor := second
			if verb == "submit" {
				actor = author
			}
			if verb == "expire" {
				actor = access.Clock
			}
			return w.do(actor, r, verb, record.Options{Note: note("fact"), At: start.Add(time.Hour)})
		}
		for _, from := range record.Lifecycle.States() {
			for _, verb := range append([]string{"revise", "launder"}, verbs...) {
				r := w.create(draft())
				for _, v := range way[from] {
					r = w.must(step(r, v))
				}
				if r.State != from {
					t.Fatalf("on the way to %s: %s", from, r.State)
				}
				want, none := record.Lifecycle.Next(from, verb)
				got, err := step(r, verb)
				if verb == "revise" {
					got, err = w.edit(author, r, func(r *record.Record) { r.State = record.Published })
					if from == record.Draft || from == record.Returned {
						want, none = from, nil // writing on
					}
				}
				switch {
				case none != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden):
					t.Errorf("%s, %s: %v", from, verb, err)
				case none == nil && err != nil:
					t.Errorf("%s, %s: %v", from, verb, err)
				case none == nil && got.State != want:
					t.Errorf("%s, %s: %s, want %s", from, verb, got.State, want)
				}
			}
		}
	})
}

func TestOneOfManyEditorsWinsEachRevisionAndNothingIsLost(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := context.Background()
		r := w.create(draft())
		const editors, each = 16, 4
		wins := make(chan int, editors*each)
		done := make(chan error, editors)
		for range editors {
			go func() {
				done <- func() error {
					for won := 0; won < each; {
						var head record.Head
						if err := d.Read(ctx, func(tx *db.Tx) (err error) { head, err = w.b.HeadOf(ctx, tx, r.ID); return err }); err != nil {
							return err
						}
						_, err := w.edit(author, &record.Record{ID: r.ID, Rev: head.Rev}, func(r *record.Record) {
							r.Body.(*notice).Level = (r.Body.(*notice).Level + 1) % 10
						})
						switch {
						case err == nil:
							won++
							wins <- head.Rev
						case !fault.Is(err, fault.Conflict):
							return err
						}
					}
					return nil
				}()
			}()
		}
		var errs []error
		for range editors {
			errs = append(errs, <-done)
		}
		close(wins)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		bases := map[int]bool{}
		for base := range wins {
			if bases[base] {
				t.Errorf("two editors won revision %d", base)
			}
			bases[base] = true
		}
		err := d.Read(ctx, func(tx *db.Tx) error {
			newest, err := w.b.Newest(ctx, tx, r.ID)
			if err == nil && (newest.Rev != 1+editors*each || newest.Body.(*notice).Level != (3+editors*each)%10) {
				t.Errorf("revision %d, level %d", newest.Rev, newest.Body.(*notice).Level)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		w.chain(t, r.ID)
	})
}

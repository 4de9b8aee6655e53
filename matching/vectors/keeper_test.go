package vectors_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/matching/vectors"
	"karvan/matching/vectors/service"
	"karvan/matching/vectors/service/servicetest"
	"karvan/record"
)

const node = "n.example"

var (
	ctx   = context.Background()
	orgA  = id.Derive(node, "organisation", "a")
	actor = access.Actor{Account: "author", Grants: []access.Grant{{Role: access.Member, Scope: orgA}}}
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// offer is a kind made for these tests.
type offer struct{}

func (*offer) Validate(*record.Record, bool) error { return nil }

func newBook() *record.Book {
	var policy access.Policy
	for _, verb := range []string{"create", "edit", "submit", "publish", "suspend", "resume", "withdraw", "confirm", "erase", "discard", "expire"} {
		policy = append(policy, access.Rule{Verb: verb, Role: access.Member, Scope: access.OwnOrganisation})
	}
	texts := []record.TextField{{Name: "title", Max: 200, Required: true}, {Name: "summary", Max: 20_000, Lines: true}}
	var kinds []*record.Kind
	for _, name := range []string{"offer", "person"} {
		kinds = append(kinds, &record.Kind{Name: name, New: func() record.Body { return &offer{} }, Texts: texts, Policy: policy})
	}
	return record.NewBook(node, kinds...)
}

type world struct {
	t     *testing.T
	d     *db.DB
	b     *record.Book
	s     *servicetest.Server
	clock *testkit.Clock
	k     *vectors.Keeper
	feed  *journal.Feed
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d, b: newBook(), s: servicetest.New(t, nil), clock: testkit.NewClock(start)}
	d.SetClock(w.clock.Now)
	w.k = w.open("one")
	w.feed = journal.NewFeed(d, w.k.Consumer())
	return w
}

// open opens a keeper over the same database, as a process that starts does.
func (w *world) open(model string) *vectors.Keeper {
	w.t.Helper()
	client, err := service.New(service.Options{URL: w.s.URL, Model: model, Wait: 20 * time.Second, Now: w.clock.Now,
		Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		w.t.Fatal(err)
	}
	k, err := vectors.Open(ctx, w.d, w.b, client, []string{"offer"}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(ctx, actor, f); err != nil {
		w.t.Fatal(err)
	}
	if err := w.feed.Flush(ctx); err != nil {
		w.t.Fatal(err)
	}
}

// draft makes a draft of a kind with a title by language, the first the source.
func (w *world) draft(kind string, titles ...string) *record.Record {
	w.t.Helper()
	r := &record.Record{Kind: kind, Owner: orgA, Body: &offer{}, Texts: map[string]record.Version{}}
	for i, title := range titles {
		tag, text, ok := strings.Cut(title, ":")
		if !ok {
			tag, text = "en", title
		}
		p := record.Human
		if i == 0 {
			r.Source, p = lang.Tag(tag), record.Original
		}
		r.Texts[tag] = record.Version{Provenance: p, Fields: map[string]string{"title": text}}
	}
	w.write(func(tx *db.Tx) error { return w.b.Create(ctx, tx, r) })
	return r
}

func (w *world) do(r *record.Record, verbs ...string) *record.Record {
	w.t.Helper()
	for _, verb := range verbs {
		w.write(func(tx *db.Tx) (err error) {
			h, err := w.b.HeadOf(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			r, err = w.b.Do(ctx, tx, r.ID, h.Rev, verb, record.Options{Note: &record.Note{Type: "fact", Text: map[string]string{"en": "Because."}}})
			return err
		})
	}
	return r
}

func (w *world) publish(titles ...string) *record.Record {
	w.t.Helper()
	return w.do(w.draft("offer", titles...), "submit", "publish")
}

// settle lets a keeper do all there is to do.
func settle(t *testing.T, k *vectors.Keeper) {
	t.Helper()
	for range 100 {
		n, err := k.Step(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("it never ends")
}

// has reports whether a keeper has the vector of a text for a record.
func (w *world) has(k *vectors.Keeper, r *record.Record, text string) bool {
	w.t.Helper()
	v, ok := k.Of(r.ID)
	return ok && v.Dot(quantised(w.t, w.s.Vector(text))) > 0.999
}

// rows counts what is stored.
func (w *world) rows(where string) (n int) {
	w.t.Helper()
	if err := w.d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT count(*) FROM vectors WHERE `+where, nil, &n) }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestOnlyPublicTextsAreSentAndWhatIsTakenBackGoes(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.draft("offer", "secret draft")
		w.do(w.draft("offer", "secret submission"), "submit")
		w.do(w.draft("person", "somebody by name"), "submit", "publish")
		water := w.publish("ru:вода", "en:water", "zh:水")
		soil := w.publish("soil")
		seeds := w.publish("seeds")
		suspended := w.do(w.publish("under review"), "suspend")
		settle(t, w.k)
		if got := w.s.Texts(); !slices.Equal(got, []string{"вода\n水\nwater", "soil", "seeds"}) {
			t.Fatalf("sent %q", got)
		}
		if w.k.Size().Vectors != 3 || w.rows("dims > 0") != 3 || !w.has(w.k, water, "вода water 水") {
			t.Fatalf("%+v", w.k.Size())
		}
		if _, ok := w.k.Of(suspended.ID); ok {
			t.Error("what is suspended has a vector")
		}
		// A change that waits is sent when it is public, and the vector stays until then.
		w.write(func(tx *db.Tx) error {
			h, err := w.b.HeadOf(ctx, tx, soil.ID)
			if err != nil {
				return err
			}
			_, err = w.b.Edit(ctx, tx, soil.ID, h.Rev, func(r *record.Record) error { r.Texts["en"].Fields["title"] = "salt"; return nil })
			return err
		})
		settle(t, w.k)
		if len(w.s.Texts()) != 3 || !w.has(w.k, soil, "soil") {
			t.Errorf("sent %q", w.s.Texts())
		}
		w.do(soil, "submit", "publish")
		settle(t, w.k)
		if !w.has(w.k, soil, "salt") || w.rows("dims > 0") != 3 || w.s.Texts()[3] != "salt" {
			t.Errorf("the new text has no vector; sent %q", w.s.Texts())
		}
		// The same text in another revision is not sent again.
		w.do(seeds, "confirm")
		settle(t, w.k)
		if len(w.s.Texts()) != 4 {
			t.Errorf("sent again: %q", w.s.Texts())
		}
		w.do(water, "withdraw")
		w.do(seeds, "erase")
		if w.k.Size().Vectors != 1 || w.rows("1 = 1") != 1 {
			t.Errorf("taken back, yet held: %+v, %d rows", w.k.Size(), w.rows("1 = 1"))
		}
		settle(t, w.k)
		if len(w.s.Texts()) != 4 {
			t.Errorf("sent %q", w.s.Texts())
		}
	})
}

func TestARestartAndAnotherProcessAskNothingTwice(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i := range 150 {
			w.publish(fmt.Sprint("offer ", i))
		}
		other := w.open("one")
		if n, err := w.k.Step(ctx); err != nil || n != service.MaxTexts {
			t.Fatal(n, err)
		}
		settle(t, other) // the rest is taken on by the first
		settle(t, w.k)
		settle(t, other)
		if n := w.s.Requests(); n != 3 || len(w.s.Texts()) != 150 || w.k.Size().Vectors != 150 || other.Size().Vectors != 150 {
			t.Errorf("%d requests for %d texts; %d and %d vectors", n, len(w.s.Texts()), w.k.Size().Vectors, other.Size().Vectors)
		}
		if w.s.Texts()[0] != "offer 0" || w.s.Texts()[149] != "offer 149" {
			t.Errorf("not the oldest first: %q … %q", w.s.Texts()[0], w.s.Texts()[149])
		}
		again := w.open("one")
		settle(t, again)
		if len(w.s.Texts()) != 150 || again.Size() != w.k.Size() {
			t.Errorf("after a restart %d texts were sent, %+v", len(w.s.Texts()), again.Size())
		}
		// Another model begins anew, and what the old one made goes when it is done.
		w.s.Give(40)
		next := w.open("two")
		if next.Size().Vectors != 0 {
			t.Error("vectors of another model are served")
		}
		settle(t, next)
		if s := next.Size(); s.Vectors != 150 || s.Dims != 40 || w.rows("model = 'one'") != 0 || len(w.s.Texts()) != 300 {
			t.Errorf("%+v, %d texts sent", s, len(w.s.Texts()))
		}
	})
}

func TestWhatAProcessLeftUndoneIsDoneByAnother(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		water := w.publish("water")
		w.s.Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		if _, err := w.k.Step(ctx); err == nil {
			t.Fatal("no error")
		}
		w.s.Answer(nil)
		other := w.open("one")
		settle(t, other)
		if other.Size().Vectors != 0 {
			t.Error("two processes work on one record")
		}
		w.clock.Set(start.Add(time.Hour)) // the first one died
		settle(t, other)
		if !w.has(other, water, "water") {
			t.Error("nobody did it")
		}
	})
}

func TestABadServiceLeavesNothingBehindAndRecovers(t *testing.T) {
	answer := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); fmt.Fprint(w, text) }
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
	}{
		{"its own mistakes", answer(500, "")},
		{"too many requests", answer(429, "")},
		{"no JSON", answer(200, "<html>")},
		{"no numbers", answer(200, `{"data":[{"index":0,"embedding":[NaN]}]}`)},
		{"a vector of another length", answer(200, `{"data":[{"index":0,"embedding":[1,2,3]}]}`)},
		{"too few vectors", answer(200, `{"data":[]}`)},
		{"the line goes dead", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"everything is refused", answer(400, "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, testkit.SQLite(t))
			first := w.publish("first")
			settle(t, w.k)
			k := w.open("one") // has not heard the service yet
			second := w.publish("second")
			w.s.Answer(c.answer)
			for range 8 {
				if n, err := k.Step(ctx); err == nil || n != 0 {
					t.Fatalf("settled %d, %v", n, err)
				}
			}
			if w.rows("dims > 0") != 1 || k.Size().Vectors != 1 || !w.has(k, first, "first") {
				t.Errorf("%d rows, %+v", w.rows("dims > 0"), k.Size())
			}
			w.s.Answer(nil)
			w.clock.Set(w.clock.Now().Add(20 * time.Minute))
			settle(t, k)
			if !w.has(k, second, "second") {
				t.Error("it never recovered")
			}
		})
	}
}

func TestOneTextThatIsRefusedHoldsUpNoOther(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var all []*record.Record
		for i := range 5 {
			all = append(all, w.publish(fmt.Sprint("offer ", i)))
		}
		poison := w.publish("poison")
		w.s.Answer(func(rw http.ResponseWriter, r *http.Request) {
			texts := w.s.Texts()
			if last := texts[len(texts)-1]; strings.Contains(last, "poison") {
				rw.WriteHeader(http.StatusBadRequest)
				return
			}
			w.s.Embed(rw, texts[len(texts)-1:])
		})
		settle(t, w.k)
		if w.k.Size().Vectors != 5 || w.k.Refused() != 1 || w.rows("dims = 0") != 1 {
			t.Fatalf("%+v, %d refused", w.k.Size(), w.k.Refused())
		}
		n := w.s.Requests()
		settle(t, w.k)
		settle(t, w.open("one"))
		if w.s.Requests() != n {
			t.Error("what was refused is sent again and again")
		}
		// Another text of the same record is a new question.
		w.s.Answer(nil)
		w.write(func(tx *db.Tx) error {
			h, err := w.b.HeadOf(ctx, tx, poison.ID)
			if err != nil {
				return err
			}
			_, err = w.b.Edit(ctx, tx, poison.ID, h.Rev, func(r *record.Record) error { r.Texts["en"].Fields["title"] = "medicine"; return nil })
			return err
		})
		w.do(poison, "submit", "publish")
		settle(t, w.k)
		if !w.has(w.k, poison, "medicine") || !w.has(w.k, all[0], "offer 0") {
			t.Error("the new text has no vector")
		}
	})
}

func TestWhatIsWithdrawnWhileTheServiceThinksIsNotKept(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		water, soil := w.publish("water"), w.publish("soil")
		w.s.Answer(func(rw http.ResponseWriter, _ *http.Request) {
			w.s.Answer(nil)
			w.do(water, "erase")
			w.s.Embed(rw, w.s.Texts())
		})
		settle(t, w.k)
		if _, ok := w.k.Of(water.ID); ok || w.rows("1 = 1") != 1 || !w.has(w.k, soil, "soil") {
			t.Errorf("kept %+v, %d rows", w.k.Size(), w.rows("1 = 1"))
		}
	})
}

func TestADamagedTableIsNoReasonNotToStart(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var all []*record.Record
		for _, title := range []string{"water", "soil", "seeds", "pumps"} {
			all = append(all, w.publish(title))
		}
		settle(t, w.k)
		for i, damage := range [][]byte{{0, 200, 64}, {}, {1, 2, 3}} {
			w.write(func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE vectors SET vector = $1, made_at = made_at + 1000000 WHERE record = $2`, damage, string(all[i+1].ID))
				return err
			})
		}
		k := w.open("one")
		if k.Size().Vectors != 1 || !w.has(k, all[0], "water") {
			t.Errorf("%+v", k.Size())
		}
	})
}

func TestLongTextsAreBounded(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	r := w.draft("offer", "title")
	w.write(func(tx *db.Tx) error {
		_, err := w.b.Edit(ctx, tx, r.ID, r.Rev, func(r *record.Record) error {
			r.Texts["en"].Fields["summary"] = strings.Repeat("水", 15_000)
			r.Texts["ru"] = record.Version{Provenance: record.Human, Fields: map[string]string{"title": "заглавие"}}
			return nil
		})
		return err
	})
	w.do(r, "submit", "publish")
	settle(t, w.k)
	sent := w.s.Texts()
	if len(sent) != 1 || len(sent[0]) > service.MaxText || !strings.HasPrefix(sent[0], "title\n水") || strings.Contains(sent[0], "заглавие") {
		t.Errorf("sent %d texts, the first of %d bytes", len(sent), len(sent[0]))
	}
}

func TestAskingIsQuickOrNotAtAll(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	if _, ok := w.k.Ask(ctx, "water"); ok || w.s.Requests() != 0 {
		t.Error("asked though there is nothing to compare with")
	}
	w.publish("water")
	settle(t, w.k)
	n := w.s.Requests()
	for range 3 {
		if v, ok := w.k.Ask(ctx, "water"); !ok || v.Dot(quantised(t, w.s.Vector("water"))) < 0.999 {
			t.Error("no answer")
		}
	}
	if w.s.Requests() != n+1 {
		t.Errorf("asked %d times for the same words", w.s.Requests()-n)
	}
	w.s.Give(12)
	if _, ok := w.k.Ask(ctx, "soil"); ok {
		t.Error("a vector of another length was taken")
	}
	w.s.Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	n = w.s.Requests()
	for i := range 20 {
		if _, ok := w.k.Ask(ctx, fmt.Sprint("words ", i)); ok {
			t.Error("an answer from a service that is down")
		}
	}
	if w.s.Requests() != n+5 {
		t.Errorf("a service that is down was asked %d times", w.s.Requests()-n)
	}
	if _, ok := w.k.Ask(ctx, "water"); !ok {
		t.Error("what was asked before is forgotten")
	}
}

func TestRunFillsTheBacklogAndGivesBackWhatItLeaves(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	for i := range 70 {
		w.publish(fmt.Sprint("offer ", i))
	}
	work, stop := context.WithCancel(ctx)
	w.s.Answer(func(rw http.ResponseWriter, _ *http.Request) {
		texts := w.s.Texts()
		if len(texts) > service.MaxTexts { // the second request
			stop()
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.s.Embed(rw, texts)
	})
	w.k.Run(work)
	if !errors.Is(work.Err(), context.Canceled) || w.rows("dims > 0") != 64 || w.rows("asked_at > 0") != 0 {
		t.Fatalf("%d done, %d still claimed", w.rows("dims > 0"), w.rows("asked_at > 0"))
	}
	w.s.Answer(nil)
	next := w.open("one")
	settle(t, next)
	if next.Size().Vectors != 70 {
		t.Errorf("%+v", next.Size())
	}
}

package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"karvan/announcements"
	"karvan/api"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/locales"
	"karvan/matching"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

const (
	node = "n.example"
	base = "https://karvan.example"
)

var (
	start     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	stateKZ   = id.Derive(node, "state", "KZ")
	promise   = id.Derive(node, "commitment", "call")
	stateCN   = id.Derive(node, "state", "CN")
	stateBY   = id.Derive(node, "state", "BY")
	bodySCO   = id.Derive(node, "body", "sco")
	institute = id.Derive(node, "organisation", "institute")
)

// world is a node with records, and its open data.
type world struct {
	testing.TB
	db      *db.DB
	book    *record.Book
	index   *matching.Index
	feed    *journal.Feed
	api     *api.API
	handler http.Handler
	now     time.Time
	made    int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, db: testkit.SQLite(t), now: start}
	w.db.SetClock(func() time.Time { return w.now })
	var kinds []*record.Kind
	for _, area := range [][]*record.Kind{parties.Kinds(), announcements.Kinds(), meetings.Kinds(), commitments.Kinds(), catalogue.Kinds()} {
		kinds = append(kinds, area...)
	}
	w.book = record.NewBook(node, kinds...)
	w.index = matching.New(w.db, w.book, lexicon.CoreLexicon())
	w.feed = journal.NewFeed(w.db, w.index.Consumer())
	messages, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if missing := messages.Missing(); len(missing) > 0 {
			t.Errorf("the catalogues lack %v", missing)
		}
	})
	kit, err := web.New(web.Config{Catalogues: messages, DB: w.db, BaseURL: base, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Templates: fstest.MapFS{"layout.html": {Data: []byte(`{{block "main" .}}{{end}}`)}, "pages/error.html": {Data: []byte(`{{define "main"}}{{.Page.Message}}{{end}}`)}},
		Actor: func(context.Context, string) (access.Actor, web.Person, error) {
			return access.Actor{}, web.Person{}, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	w.api = &api.API{DB: w.db, Book: w.book, Index: w.index, Web: kit, PathOf: pathOf,
		Node: api.Node{Name: "Karvan of the test", BaseURL: base, Version: "1.2.3"}}
	w.handler = w.api.Handler()
	return w
}

// pathOf gives records pages as the site does, for the kinds of these tests.
func pathOf(r *record.Record) string {
	if s, ok := r.Body.(*parties.State); ok {
		return "/states/" + s.Code
	}
	folder := map[string]string{"announcement": "board", "event": "events", "commitment": "commitments", "report": "reports", "offer": "catalogue", "need": "catalogue", "body": "bodies",
		"organisation": "organisations", "person": "persons"}[r.Kind]
	if folder == "" {
		return ""
	}
	return "/" + folder + "/" + r.ID.ULID()
}

// put stores a revision as it is, as an import does, and waits for the index.
func (w *world) put(r *record.Record) *record.Record {
	w.Helper()
	w.made++
	w.now = w.now.Add(time.Minute)
	if r.ID == "" {
		r.ID = id.New(node, r.Kind, w.now)
	}
	if r.Rev == 0 {
		r.Rev, r.Created = 1, w.now
	}
	if r.State == "" {
		r.State = record.Published
	}
	if r.Source == "" {
		r.Source = "en"
	}
	if r.Texts == nil {
		r.Texts = map[string]record.Version{}
	}
	r.Updated = w.now
	if r.State.Public() && r.Published.IsZero() {
		r.Published = w.now
	}
	plain, err := json.Marshal(r)
	if err != nil {
		w.Fatal(err)
	}
	in, err := w.book.Receive(plain)
	if err != nil {
		w.Fatal(err)
	}
	ctx := context.Background()
	if err := w.db.Write(ctx, access.Operator, func(tx *db.Tx) error { _, err := w.book.Import(ctx, tx, in); return err }); err != nil {
		w.Fatal(err)
	}
	if err := w.feed.Flush(ctx); err != nil {
		w.Fatal(err)
	}
	return in.Record
}

// then stores the revision that follows r.
func (w *world) then(r *record.Record, state record.State, change func(*record.Record)) *record.Record {
	w.Helper()
	next, err := w.book.Copy(r)
	if err != nil {
		w.Fatal(err)
	}
	next.Rev, next.Prev, next.State = r.Rev+1, r.Digest, state
	if change != nil {
		change(next)
	}
	if state == record.Erased {
		next.Texts, next.Links, next.Files, next.Body = map[string]record.Version{}, nil, nil, w.book.Kind(r.Kind).New()
	}
	return w.put(next)
}

func (w *world) note(r *record.Record, kind, text string) {
	r.Notes = append(r.Notes, record.Note{Type: kind, Text: map[string]string{"en": text}, At: w.now.Add(time.Minute), Rev: r.Rev})
}

// say makes the texts of a record from language, name and text in turn.
func say(parts ...string) map[string]record.Version {
	texts := map[string]record.Version{}
	for i := 0; i+2 < len(parts); i += 3 {
		v := texts[parts[i]]
		if v.Fields == nil {
			v = record.Version{Provenance: record.Human, Of: 1, Fields: map[string]string{}}
		}
		v.Fields[parts[i+1]] = parts[i+2]
		texts[parts[i]] = v
	}
	return texts
}

func announcement(title string) *record.Record {
	return &record.Record{Kind: "announcement", Party: stateKZ, Body: &announcements.Item{Topics: []string{"water"}},
		Texts: say("en", "title", title, "en", "summary", "Summary of "+title, "en", "body", "Body of "+title)}
}

// populate makes records of several kinds, in several languages and directions.
func (w *world) populate() {
	w.Helper()
	for _, s := range []struct {
		id         id.ID
		code, iso3 string
		en, ru, fa string
		order      int
	}{
		{stateKZ, "KZ", "KAZ", "Kazakhstan", "Казахстан", "قزاقستان", 2},
		{stateCN, "CN", "CHN", "China", "Китай", "چین", 3},
		{stateBY, "BY", "BLR", "Belarus", "Беларусь", "بلاروس", 1},
	} {
		w.put(&record.Record{ID: s.id, Kind: "state", Body: &parties.State{Code: s.code, ISO3: s.iso3, M49: 1, Order: s.order,
			Names: parties.Names{{Lang: "en", Name: s.en}, {Lang: "ru", Name: s.ru}, {Lang: "fa", Name: s.fa}}}})
	}
	w.put(&record.Record{ID: bodySCO, Kind: "body", Body: &parties.Body{Names: parties.Names{{Lang: "en", Name: "Shanghai Cooperation Organisation", Short: "SCO"}},
		Categories: []parties.Category{{Key: "member"}, {Key: "observer", Period: parties.Period{From: "2004-06-17", To: "2025-01-01"}}},
		Chairs:     []parties.Chair{{State: stateKZ, Period: parties.Period{From: "2023-07-04", To: "2024-07-05"}}},
		Statuses: []parties.Status{
			{State: stateCN, Category: "member", Period: parties.Period{From: "2001-06-15"}, Evidence: parties.Seen},
			{State: stateKZ, Category: "member", Period: parties.Period{From: "2001-06-15"}, Evidence: parties.Seen},
			{State: stateBY, Category: "observer", Period: parties.Period{From: "2015-07-10", To: "2024-07-04"}},
			{State: stateBY, Category: "member", Period: parties.Period{From: "2024-07-04"}, Decision: "2024-07-04", Memorandum: "2023-07-04"},
		}}})
	w.put(&record.Record{ID: institute, Kind: "organisation", Owner: stateCN, Party: stateCN,
		Body: &parties.Organisation{Names: parties.Names{{Lang: "en", Name: "Institute of Dryland Farming"}}, Type: "research-institute", State: stateCN}})

	w.put(&record.Record{Kind: "announcement", Party: stateKZ, Body: &announcements.Item{Topics: []string{"water", "food"}},
		Texts: say("en", "title", "Water & <bread>", "en", "summary", "Both \"now\".", "en", "body", "A **bold** plan, see [board](/en/board).\n\n<script>alert(1)</script>",
			"ru", "title", "Вода и хлеб", "ru", "summary", "Сейчас.", "ru", "body", "План.",
			"fa", "title", "آب و نان", "fa", "summary", "اکنون.", "fa", "body", "**برنامه**",
			"zh", "title", "水与面包", "zh", "summary", "现在。", "zh", "body", "计划。")})
	w.put(&record.Record{Kind: "announcement", Source: "fa", Party: stateCN, Body: &announcements.Item{Topics: []string{"soil"}},
		Texts: say("fa", "title", "خاک", "fa", "summary", "دربارهٔ خاک", "fa", "body", "متن")})
	corrected := w.put(announcement("Yield"))
	w.then(corrected, record.Published, func(r *record.Record) { w.note(r, "fact", "The yield was 12, not 21.") })
	withdrawn := w.put(announcement("Retracted result"))
	w.then(withdrawn, record.Withdrawn, func(r *record.Record) { w.note(r, "withdrawal", "It could not be repeated.") })
	w.put(&record.Record{Kind: "event", Party: stateKZ, Body: &meetings.Event{From: "2026-02-01", To: "2026-02-03", Place: map[string]string{"en": "Astana"}, Body: bodySCO},
		Texts: say("en", "title", "Meeting on water", "en", "summary", "Three days.")})
	w.put(&record.Record{Kind: "offer", Owner: institute, Party: stateCN, Body: &catalogue.Profile{Type: "technology-offer", Stage: "prototype",
		Cooperation: []string{"licence"}, Fields: []string{"4.1"}, Topics: []string{"water"}},
		Texts: say("en", "title", "=HYPERLINK(\"http://evil.example\")", "en", "summary", "@cmd", "en", "description", "Drip irrigation.\n\nSecond paragraph.")})
	w.put(&record.Record{Kind: "need", Owner: institute, Party: stateCN, Body: &catalogue.Profile{Type: "technology-request", Cooperation: []string{"licence"}, Fields: []string{"4.1"}},
		Texts: say("en", "title", "Salt-tolerant wheat", "en", "summary", "Needed.", "en", "description", "For saline soil.")})
	w.put(commitment(promise, "A joint call", "2026-12"))
}

// commitment is a promise of Kazakhstan.
func commitment(one id.ID, title string, due parties.Date) *record.Record {
	return &record.Record{ID: one, Kind: "commitment", Owner: bodySCO, Party: bodySCO, Texts: say("en", "title", title, "fa", "title", "فراخوان مشترک"),
		Body: &commitments.Commitment{Type: "call", Due: due, Progress: commitments.Proposed, Obliged: commitments.Obliged{Parties: []id.ID{stateKZ}},
			Quote: &commitments.Quote{Record: id.Derive(node, "announcement", "text"), Rev: 1, Digest: strings.Repeat("0", 64), Field: "body", Lang: "ru", Start: 0, End: 28, Text: "провести конкурс; в срок, да"}}}
}

// get asks for a path; header is names and values in turn.
func (w *world) get(path string, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	return w.ask(http.MethodGet, path, header...)
}

func (w *world) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// ok asks for a path that must be answered with 200.
func (w *world) ok(path string, header ...string) *httptest.ResponseRecorder {
	w.Helper()
	rec := w.get(path, header...)
	if rec.Code != http.StatusOK {
		w.Fatalf("GET %s: %d %s", path, rec.Code, rec.Body)
	}
	return rec
}

func decode[T any](t testing.TB, rec *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, rec.Body)
	}
	return v
}

// page is a page of the list of records, as a client reads it.
type page struct {
	Items []struct {
		ID, Kind, Digest, URL string
		Rev                   int
		Pages                 []struct{ Lang, URL string }
		Record                json.RawMessage
	}
	Total  int
	Facets map[string][]struct {
		Value string
		Count int
	}
	Next string
}

func has(rec *httptest.ResponseRecorder, text string) bool {
	return strings.Contains(rec.Body.String(), text)
}

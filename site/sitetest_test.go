package site_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/blob"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/lexicon/shelf"
	"karvan/locales"
	"karvan/matching"
	"karvan/meetings"
	"karvan/parties"
	"karvan/people"
	"karvan/record"
	"karvan/site"
)

const (
	testNode = "n.example"
	baseURL  = "https://karvan.example"
	password = "a long enough password"
)

// Ids of the world's parties. They are derived, so tests may name them before
// the world is made.
var (
	kazakhstan = id.Derive(testNode, "state", "KZ")
	china      = id.Derive(testNode, "state", "CN")
	theBody    = id.Derive(testNode, "body", "sco")
	ministryKZ = id.Derive(testNode, "organisation", "ministry-kz")
	institute  = id.Derive(testNode, "organisation", "institute-cn")
	testStart  = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

// grant is a role of a test account.
type grant = people.Grant

// accounts of the world: two persons for every role that needs a second one.
var accounts = []struct {
	login, zone string
	lang        lang.Tag
	grant       grant
}{
	{"admin", "UTC", "en", grant{Grant: access.Grant{Role: access.Admin}}},
	{"aigerim", "Asia/Almaty", "en", grant{Grant: access.Grant{Role: access.Focal, Scope: kazakhstan}, State: kazakhstan}},
	{"bolat", "Asia/Almaty", "ru", grant{Grant: access.Grant{Role: access.Focal, Scope: kazakhstan}, State: kazakhstan}},
	{"chen", "Asia/Shanghai", "zh", grant{Grant: access.Grant{Role: access.Focal, Scope: china}, State: china}},
	{"deng", "Asia/Shanghai", "zh", grant{Grant: access.Grant{Role: access.Focal, Scope: china}, State: china}},
	{"elena", "Asia/Shanghai", "ru", grant{Grant: access.Grant{Role: access.Secretariat, Scope: theBody}}},
	{"farid", "Asia/Tehran", "fa", grant{Grant: access.Grant{Role: access.Secretariat, Scope: theBody}}},
	{"guo", "Asia/Shanghai", "zh", grant{Grant: access.Grant{Role: access.Member, Scope: institute}, State: china}},
	{"hua", "Asia/Shanghai", "zh", grant{Grant: access.Grant{Role: access.Member, Scope: institute}, State: china}},
}

// passwordHash is made once: a password costs time on purpose.
var passwordHash = sync.OnceValues(func() (string, error) { return people.Hash(password) })

// world is a node with a few parties, accounts for every role, and its pages.
type world struct {
	testing.TB
	DB      *db.DB
	Book    *record.Book
	Index   *matching.Index
	Feed    *journal.Feed
	Files   *blob.Store
	Site    *site.Site
	Clock   *testkit.Clock
	Handler http.Handler

	ids    map[string]string // accounts by login
	actors map[string]access.Actor
}

// newWorld makes a world on 2 March 2026, in a database of its own.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, DB: testkit.SQLite(t), Clock: testkit.NewClock(testStart), ids: map[string]string{}, actors: map[string]access.Actor{}}
	w.DB.SetClock(w.Clock.Now)
	var kinds []*record.Kind
	for _, area := range [][]*record.Kind{parties.Kinds(), announcements.Kinds(), meetings.Kinds(), commitments.Kinds(), catalogue.Kinds()} {
		kinds = append(kinds, area...)
	}
	w.Book = record.NewBook(testNode, kinds...)
	w.Index = matching.New(w.DB, w.Book, lexicon.CoreLexicon())
	w.Feed = journal.NewFeed(w.DB, w.Index.Consumer())
	var err error
	if w.Files, err = blob.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	w.makeSite()
	w.makeAccounts()
	w.makeParties()
	return w
}

func (w *world) makeSite() {
	w.Helper()
	messages, err := lang.Load(locales.Files)
	if err != nil {
		w.Fatal(err)
	}
	node := site.Node{Name: "Karvan", BaseURL: baseURL, Version: "test"}
	kit, err := web.New(web.Config{
		Catalogues: messages, Templates: site.Templates, Static: site.Static, DB: w.DB, Actor: w.who, BaseURL: baseURL, SignIn: "/sign-in",
		Globals: func(*http.Request) any { return node }, Log: slog.New(slog.NewTextHandler(logOf(w), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		for _, key := range messages.Missing() {
			w.Errorf("the catalogues lack %q", key)
		}
	})
	w.Site = site.New(site.Site{DB: w.DB, Book: w.Book, Index: w.Index, Feed: w.Feed, Files: w.Files, Shelf: w.shelf(), Web: kit, Node: node, Now: w.DB.Now,
		Limits: site.Limits{Upload: 1 << 20, Form: 1 << 18}})
	w.Handler = w.Site.Handler()
}

// shelf is where the vocabularies of the world stand.
func (w *world) shelf() *shelf.Shelf { return &shelf.Shelf{DB: w.DB, Files: w.Files} }

// logOf shows the log in the output of a failing test.
func logOf(w *world) io.Writer { return logWriter{w} }

type logWriter struct{ *world }

// Write gives a line of the log to the test.
func (l logWriter) Write(b []byte) (int, error) {
	l.Logf("%s", b)
	return len(b), nil
}

// who finds an account as the node does.
func (w *world) who(ctx context.Context, ticket string) (a access.Actor, p web.Person, err error) {
	err = w.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := people.Holder(ctx, tx, ticket)
		if err != nil {
			return err
		}
		a, p = found.Actor(), web.Person{Lang: string(found.Lang), Zone: found.Zone}
		return nil
	})
	return a, p, err
}

func (w *world) makeAccounts() {
	w.Helper()
	hash, err := passwordHash()
	if err != nil {
		w.Fatal(err)
	}
	err = w.DB.Write(context.Background(), access.Operator, func(tx *db.Tx) error {
		for _, a := range accounts {
			made := people.Account{Login: a.login, Name: a.login, Lang: a.lang, Zone: a.zone, Grants: []people.Grant{a.grant}}
			if err := people.Create(context.Background(), tx, &made, hash); err != nil {
				return err
			}
			w.ids[a.login], w.actors[a.login] = made.ID, made.Actor()
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// named makes the names of a party in two languages.
func namesOf(en, zh string) parties.Names {
	return parties.Names{{Lang: "en", Name: en}, {Lang: "zh", Name: zh}}
}

func (w *world) makeParties() {
	w.Helper()
	put := func(by string, r *record.Record) {
		r.Source, r.Texts = "en", map[string]record.Version{}
		w.publish(by, by, w.create(by, r))
	}
	put("admin", &record.Record{ID: china, Kind: "state", Body: &parties.State{Code: "CN", ISO3: "CHN", M49: 156, Order: 1, Names: namesOf("China", "中国")}})
	put("admin", &record.Record{ID: kazakhstan, Kind: "state", Body: &parties.State{Code: "KZ", ISO3: "KAZ", M49: 398, Order: 2, Names: namesOf("Kazakhstan", "哈萨克斯坦")}})
	put("admin", &record.Record{ID: theBody, Kind: "body", Body: &parties.Body{Names: namesOf("Shanghai Cooperation Organisation", "上海合作组织"), Founded: "2001-06-15",
		Categories: []parties.Category{{Key: "member"}}, Statuses: []parties.Status{
			{State: china, Category: "member", Period: parties.Period{From: "2001-06-15"}}, {State: kazakhstan, Category: "member", Period: parties.Period{From: "2001-06-15"}}}}})
	put("admin", &record.Record{ID: ministryKZ, Kind: "organisation", Owner: kazakhstan, Party: kazakhstan,
		Body: &parties.Organisation{Names: namesOf("Ministry of Science", "科学部"), Type: "ministry-agency", State: kazakhstan}})
	put("admin", &record.Record{ID: institute, Kind: "organisation", Owner: china, Party: china,
		Body: &parties.Organisation{Names: namesOf("Institute of Dryland Farming", "旱地农业研究所"), Type: "research-institute", State: china}})
}

// actor is who an account acts as.
func (w *world) actor(login string) access.Actor {
	w.Helper()
	a, ok := w.actors[login]
	if !ok {
		w.Fatalf("nobody is called %q", login)
	}
	return a
}

// write runs a verb as an account and waits for the index.
func (w *world) write(login string, f func(ctx context.Context, tx *db.Tx) error) error {
	w.Helper()
	ctx := context.Background()
	if err := w.DB.Write(ctx, w.actor(login), func(tx *db.Tx) error { return f(ctx, tx) }); err != nil {
		return err
	}
	return w.Feed.Flush(ctx)
}

// create stores a draft as an account.
func (w *world) create(login string, r *record.Record) *record.Record {
	w.Helper()
	if err := w.write(login, func(ctx context.Context, tx *db.Tx) error { return w.Book.Create(ctx, tx, r) }); err != nil {
		w.Fatal(err)
	}
	return r
}

// do takes a record's newest revision a step further as an account.
func (w *world) do(login string, record_ id.ID, verb string, opt record.Options) *record.Record {
	w.Helper()
	var r *record.Record
	err := w.write(login, func(ctx context.Context, tx *db.Tx) error {
		head, err := w.Book.HeadOf(ctx, tx, record_)
		if err != nil {
			return err
		}
		r, err = w.Book.Do(ctx, tx, record_, head.Rev, verb, opt)
		return err
	})
	if err != nil {
		w.Fatalf("%s %s: %v", login, verb, err)
	}
	return r
}

// edit changes a record's newest revision as an account.
func (w *world) edit(login string, record_ id.ID, change func(*record.Record)) *record.Record {
	w.Helper()
	var r *record.Record
	err := w.write(login, func(ctx context.Context, tx *db.Tx) error {
		head, err := w.Book.HeadOf(ctx, tx, record_)
		if err != nil {
			return err
		}
		r, err = w.Book.Edit(ctx, tx, record_, head.Rev, func(r *record.Record) error { change(r); return nil })
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// publish submits a draft as one account and publishes it as another.
func (w *world) publish(by, second string, r *record.Record) *record.Record {
	w.Helper()
	w.do(by, r.ID, "submit", record.Options{})
	return w.do(second, r.ID, "publish", record.Options{})
}

// tick lets the clock act at an instant.
func (w *world) tick(at time.Time) {
	w.Helper()
	w.Clock.Set(at)
	ctx := context.Background()
	err := w.DB.Write(ctx, access.Clock, func(tx *db.Tx) error { _, err := w.Book.Tick(ctx, tx, 100); return err })
	if err == nil {
		err = w.Feed.Flush(ctx)
	}
	if err != nil {
		w.Fatal(err)
	}
}

// newest gives a record's newest revision.
func (w *world) newest(record_ id.ID) (r *record.Record) {
	w.Helper()
	err := w.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		r, err = w.Book.Newest(context.Background(), tx, record_)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// item is an announcement on behalf of Kazakhstan, in English.
func item(title string) *record.Record {
	return &record.Record{Kind: "announcement", Owner: kazakhstan, Party: kazakhstan, Source: "en",
		Texts: map[string]record.Version{"en": original(title)}, Body: &announcements.Item{Topics: []string{"water"}}}
}

// original are the words of a record's source language.
func original(title string) record.Version {
	return record.Version{Provenance: record.Original, Fields: map[string]string{
		"title": title, "summary": "Summary of " + title, "body": "First paragraph of **" + title + "**.\n\nSecond paragraph."}}
}

// announce publishes an item of Kazakhstan.
func (w *world) announce(title string, change ...func(*record.Record)) *record.Record {
	w.Helper()
	r := item(title)
	for _, f := range change {
		f(r)
	}
	return w.publish("aigerim", "bolat", w.create("aigerim", r))
}

// happened publishes an event on 18 February 2022.
func (w *world) happened(title string) *record.Record {
	w.Helper()
	r := w.create("elena", &record.Record{Kind: "event", Owner: theBody, Party: theBody, Source: "en",
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": title}}},
		Body:  &meetings.Event{From: "2022-02-18", Place: map[string]string{"en": "Beijing"}, Body: theBody}})
	return w.publish("elena", "farid", r)
}

// offer publishes an offer of the institute, in Chinese.
func (w *world) offer(title string, change ...func(*record.Record)) *record.Record {
	w.Helper()
	r := &record.Record{Kind: "offer", Owner: institute, Party: china, Source: "zh",
		Texts: map[string]record.Version{"zh": {Provenance: record.Original, Fields: map[string]string{"title": title, "summary": title + "的摘要", "description": title + "的说明"}}},
		Body:  &catalogue.Profile{Type: "technology-offer", Stage: "demonstrable", Topics: []string{"water"}, Cooperation: []string{"licence"}}}
	for _, f := range change {
		f(r)
	}
	return w.publish("guo", "guo", w.create("guo", r))
}

// signIn starts a session without the form, since most tests are not about it.
func (w *world) signIn(login string) []*http.Cookie {
	w.Helper()
	rec := httptest.NewRecorder()
	var account people.Account
	err := w.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		account, err = people.Get(context.Background(), tx, w.ids[login])
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	h := w.Site.Web.Handle(func(rw http.ResponseWriter, r *http.Request) error { return w.Site.Web.SignIn(rw, r, account.Ticket()) })
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, baseURL+"/", nil))
	cookies := rec.Result().Cookies()
	if len(cookies) == 0 {
		w.Fatalf("%s gets no session", login)
	}
	return cookies
}

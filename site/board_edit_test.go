package site_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"karvan/announcements"
	"karvan/internal/id"
	"karvan/record"
	"karvan/site"
)

// written is the only item that stands on the board of drafts after a form.
func (w *world) written(p *page) id.ID {
	w.Helper()
	to := p.want(http.StatusSeeOther).Header.Get("Location")
	return id.ID(string(id.Derive(testNode, "announcement", "")[:len(id.Derive(testNode, "announcement", ""))-26]) + strings.Split(strings.TrimPrefix(to, "/en/board/"), "?")[0])
}

func TestWriteAnItem(t *testing.T) {
	w := newWorld(t)
	event := w.happened("Meeting in Beijing")
	b := w.as("aigerim")
	form := b.get("/en/board/new?event=" + event.ID.ULID()).want(http.StatusOK).form("/board/new")
	if form.Get("event") != string(event.ID) || form.Get("body.readout") != "yes" || form.Get("source") != "en" || form.Get("owner") != string(kazakhstan) {
		t.Errorf("the form begins with %v", form)
	}
	form.Set("texts.en.title", "Our account")
	form.Set("texts.en.summary", "What we say")
	form.Set("texts.en.body", "Words <b>of ours</b>\u202e")
	form["body.topics"] = []string{"soil", "water"}
	form.Set("body.event_date", "2022-02")
	form.Set("owner", string(ministryKZ))
	form.Set("add_lang", "ru")
	form.Set("add", "yes")
	added := b.post("/en/board/new", form).want(http.StatusOK)
	if added.value("texts.en.title") != "Our account" {
		t.Error("adding a language loses what was typed")
	}
	form = added.form("/board/new")
	form.Set("texts.ru.title", "Наш отчёт")
	form.Set("texts.ru.provenance", "machine")
	form.Set("act", "submit")
	p := b.post("/en/board/new", form)
	made := w.newest(w.written(p))
	b.get(p.Header.Get("Location")).has("[role=status]", "misleading characters were removed")
	if made.State != record.Submitted || made.Owner != ministryKZ || made.Party != kazakhstan || made.Target("event") != event.ID {
		t.Errorf("stored %s of %s for %s about %s", made.State, made.Owner, made.Party, made.Target("event"))
	}
	if v := made.Texts["ru"]; v.Provenance != record.Machine || v.Fields["title"] != "Наш отчёт" {
		t.Errorf("the translation is %+v", v)
	}
	if body := made.Text("en", "body"); body != "Words <b>of ours</b>" {
		t.Errorf("the body is %q", body)
	}
	own := w.as("aigerim").get(pathOfItem(made)).want(http.StatusOK)
	own.has(".actions", "Whoever wrote a text may not publish it")
	b.post(pathOfItem(made)+"/do", url.Values{"verb": {"publish"}, "base": {"2"}}).want(http.StatusForbidden)
	w.as("bolat").follow(pathOfItem(made)+"/do", url.Values{"verb": {"publish"}, "base": {"2"}}).has("[role=status]", "Published")
	w.as("").get(pathOfItem(made)).want(http.StatusOK).lacks("article b", "").has("article", "of ours")
}

func TestWritingIsForThoseWhoMay(t *testing.T) {
	w := newWorld(t)
	draft := w.create("aigerim", item("Ours"))
	if p := w.as("").get("/en/board/new"); p.Status != http.StatusSeeOther || !strings.Contains(p.Header.Get("Location"), "/sign-in") {
		t.Errorf("a visitor gets %d", p.Status)
	}
	w.as("guo").get("/en/board/new").want(http.StatusForbidden)
	w.as("chen").get(pathOfItem(draft) + "/edit").want(http.StatusNotFound)
	w.as("chen").get(pathOfItem(w.announce("Public")) + "/edit").want(http.StatusForbidden)
	w.as("chen").post(pathOfItem(draft)+"/do", url.Values{"verb": {"discard"}, "base": {"1"}}).want(http.StatusNotFound)
	w.as("elena").get("/en/board/new").want(http.StatusOK)
	form := w.as("aigerim").get("/en/board/new").form("/board/new")
	form.Set("owner", string(china))
	form.Set("texts.en.title", "In another's name")
	w.as("aigerim").post("/en/board/new", form).want(http.StatusUnprocessableEntity).has(".errors", "Choose one of the answers offered.")
}

func TestFormKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	b := w.as("aigerim")
	fresh := b.get("/en/board/new").form("/board/new")
	cases := []struct{ name, field, value, error string }{
		{"an unknown topic", "body.topics", "astrology", "Choose one of the values offered."},
		{"a date that does not exist", "body.event_date", "2022-02-31", "Enter a date"},
		{"an address that is none", "body.source_url", "javascript:alert(1)", "Enter an address"},
		{"an event that is none", "event", string(kazakhstan), "This is not a valid identifier."},
		{"a language that is none", "source", "!!", "This is not a language code."},
		{"a title that is too long", "texts.en.title", strings.Repeat("x", 201), "The text has 201 characters"},
		{"a zone that does not exist", "zone", "Asia/Nowhere", "Choose a time zone from the list."},
		{"a day without an hour", "date", "2026-05-01", "Give the hour too."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{}
			for k, v := range fresh {
				form[k] = v
			}
			form.Set("texts.en.summary", "Kept summary")
			form.Set(c.field, c.value)
			p := b.post("/en/board/new", form).want(http.StatusUnprocessableEntity)
			p.TB = t
			p.has(".errors", c.error)
			if got := p.value("texts.en.summary"); got != "Kept summary" {
				t.Errorf("the summary is now %q", got)
			}
		})
	}
	form := fresh
	form.Set("texts.en.body", strings.Repeat("x", 1<<19))
	b.post("/en/board/new", form).want(http.StatusRequestEntityTooLarge)
}

func TestClocksThatSkipAnHour(t *testing.T) {
	w := newWorld(t)
	b := w.as("aigerim")
	form := b.get("/en/board/new").form("/board/new")
	form.Set("texts.en.title", "At night")
	form.Set("date", "2022-03-22")
	form.Set("time", "00:30")
	form.Set("zone", "Asia/Tehran")
	b.post("/en/board/new", form).want(http.StatusUnprocessableEntity).has(".errors", "skip this hour")
	form.Set("time", "01:30")
	made := w.newest(w.written(b.post("/en/board/new", form)))
	if got := made.PublishAt.Format("2006-01-02T15:04Z"); got != "2022-03-21T21:00Z" || made.Zone != "Asia/Tehran" {
		t.Errorf("stored %s in %s", got, made.Zone)
	}
}

func TestConflictShowsBoth(t *testing.T) {
	w := newWorld(t)
	made := w.create("aigerim", item("First words"))
	b := w.as("aigerim")
	form := b.get(pathOfItem(made) + "/edit").want(http.StatusOK).form("/edit")
	w.edit("bolat", made.ID, func(r *record.Record) { r.Texts["en"].Fields["title"] = "Words of Bolat" })
	form.Set("texts.en.title", "Words of Aigerim")
	p := b.post(pathOfItem(made)+"/edit", form).want(http.StatusConflict)
	p.has("[role=alert]", "Somebody else saved this record")
	p.has(".diff ins", "Words of Bolat")
	if got := p.value("texts.en.title"); got != "Words of Aigerim" {
		t.Errorf("what was typed is now %q", got)
	}
	again := p.form("/edit")
	b.post(pathOfItem(made)+"/edit", again).want(http.StatusSeeOther)
	if got := w.newest(made.ID).Text("en", "title"); got != "Words of Aigerim" {
		t.Errorf("stored %q", got)
	}
}

func TestChangeOfWhatWasPublishedNeedsANote(t *testing.T) {
	w := newWorld(t)
	made := w.announce("Published words")
	b := w.as("aigerim")
	form := b.get(pathOfItem(made)+"/edit").want(http.StatusOK).has("main", "Say what you change").form("/edit")
	form.Set("texts.en.title", "Changed words")
	form.Set("act", "submit")
	b.post(pathOfItem(made)+"/edit", form).want(http.StatusUnprocessableEntity).has(".errors", "nothing published changes silently")
	form.Set("note", "The title was imprecise")
	form.Set("note_type", "wording")
	b.post(pathOfItem(made)+"/edit", form).want(http.StatusSeeOther)
	w.as("").get(pathOfItem(made)).has("h1", "Published words")
	p := w.as("bolat").get(pathOfItem(made))
	w.as("bolat").follow(pathOfItem(made)+"/do", url.Values{"verb": {"publish"}, "base": p.attrs(".actions [name=base]", "value")[:1]})
	w.as("").get(pathOfItem(made)).has("h1", "Changed words").has(".notice", "The title was imprecise")
	b.get(pathOfItem(made) + "/edit").want(http.StatusOK)
}

func TestReturnedWithAReason(t *testing.T) {
	w := newWorld(t)
	made := w.create("aigerim", item("To be improved"))
	w.do("aigerim", made.ID, "submit", record.Options{})
	if p := w.as("aigerim").get(pathOfItem(made) + "/edit"); p.Status != http.StatusSeeOther {
		t.Errorf("what waits for a second person opens in the form: %d", p.Status)
	}
	w.as("bolat").follow(pathOfItem(made)+"/do", url.Values{"verb": {"return"}, "base": {"2"}, "note": {"Name the river"}})
	w.as("aigerim").get(pathOfItem(made)+"/edit").want(http.StatusOK).has(".notice--warn", "Name the river")
	w.do("aigerim", made.ID, "submit", record.Options{})
	w.do("bolat", made.ID, "publish", record.Options{})
	for _, path := range []string{"", "/history", "/history/5"} {
		if p := w.as("").get(pathOfItem(made) + path).want(http.StatusOK); strings.Contains(p.Body, "Name the river") {
			t.Errorf("a visitor reads at %q what was said between editors", path)
		}
	}
}

func TestLinkReport(t *testing.T) {
	w := newWorld(t)
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		switch r.URL.Path {
		case "/gone":
			rw.WriteHeader(http.StatusNotFound)
		case "/get-only":
			if r.Method == http.MethodHead {
				rw.WriteHeader(http.StatusMethodNotAllowed)
			}
		case "/loop":
			http.Redirect(rw, r, "/loop", http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	target := w.announce("Target")
	w.announce("Links", func(r *record.Record) {
		v := r.Texts["en"]
		v.Fields["body"] = "[a](" + server.URL + "/fine) [b](" + server.URL + "/gone) [c](" + server.URL + "/get-only) [d](" + server.URL + "/loop) " +
			"[e](/en/board/" + target.ID.ULID() + ") [f](" + baseURL + "/en/board/01ARZ3NDEKTSV4RRFFQ69G5FAV) [g](/nowhere) [h](mailto:a@b.example)"
	})
	w.create("aigerim", item("Draft")) // its links are nobody's business yet
	b := w.as("aigerim")
	w.as("").post("/en/board/links", url.Values{}).want(http.StatusUnauthorized)
	p := b.get("/en/board/links").want(http.StatusOK)
	p.has("tbody", "/nowhere")
	p.has("tbody", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
	p.lacks("tbody", target.ID.ULID())
	p.has("main", "4 were never looked at.")
	if asked != 0 {
		t.Error("opening the report asks other sites")
	}
	b.follow("/en/board/links", url.Values{}).has("tbody", "not an address of the public internet")
	if asked != 0 {
		t.Error("the check connects to this machine")
	}
	w.checkLinks(t, "aigerim")
	p = b.get("/en/board/links")
	p.has("tbody", server.URL+"/gone")
	p.has("tbody", server.URL+"/loop")
	p.lacks("tbody", server.URL+"/fine")
	p.lacks("tbody", server.URL+"/get-only")
	p.has("tbody td a", "Links")
}

// checkLinks runs the link check as a node that may connect to this machine.
func (w *world) checkLinks(t *testing.T, login string) {
	h := w.Site.Web.Handle(func(rw http.ResponseWriter, r *http.Request) error {
		return site.CheckLinks(w.Site, rw, r, func(netip.Addr) bool { return true })
	})
	r := httptest.NewRequest(http.MethodPost, baseURL+"/en/board/links", nil)
	for _, c := range w.signIn(login) {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("the check answers %d", rec.Code)
	}
}

func TestPublicAddress(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1": false, "10.1.2.3": false, "192.168.0.1": false, "172.20.0.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "fe80::1": false, "fc00::1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "::": false, "8.8.8.8": true, "2a00:1450:4001::1": true,
	} {
		if got := site.PublicAddress(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v, want %v", address, got, want)
		}
	}
}

func TestItemsOfTheSecretariat(t *testing.T) {
	w := newWorld(t)
	b := w.as("elena")
	form := b.get("/en/board/new").form("/board/new")
	form.Set("texts.en.title", "From the secretariat")
	made := w.newest(w.written(b.post("/en/board/new", form)))
	if made.Owner != theBody || made.Party != theBody {
		t.Errorf("owned by %s on behalf of %s", made.Owner, made.Party)
	}
	if _, ok := made.Body.(*announcements.Item); !ok {
		t.Errorf("the body is %T", made.Body)
	}
}

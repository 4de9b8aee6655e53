package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"karvan/announcements"
	"karvan/record"
)

// pathOfItem is the page of an item in English.
func pathOfItem(r *record.Record) string { return "/en/board/" + r.ID.ULID() }

// reason is a note with a type.
func reason(kind, text string) record.Options {
	return record.Options{Note: &record.Note{Type: kind, Text: map[string]string{"en": text}}}
}

func TestBoardInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	made := w.announce("Minister meets the Secretary-General", func(r *record.Record) {
		r.Texts["fa"] = record.Version{Provenance: record.Machine, Fields: map[string]string{"title": "دیدار وزیر", "summary": "خلاصه", "body": "متن"}}
	})
	for tag, dir := range map[string]string{"en": "ltr", "zh": "ltr", "ru": "ltr", "fa": "rtl"} {
		for _, path := range []string{"/board", "/board/archive", "/board/" + made.ID.ULID(), "/board/" + made.ID.ULID() + "/history", "/board/" + made.ID.ULID() + "/history/3"} {
			p := w.as("").get("/" + tag + path).want(http.StatusOK)
			if lang, run := p.attrs("html", "lang"), p.attrs("html", "dir"); lang[0] != tag || run[0] != dir {
				t.Errorf("%s in %s is in %v and runs %v", path, tag, lang, run)
			}
			if n := len(p.find("h1")); n != 1 {
				t.Errorf("%s in %s has %d headings of the first level", path, tag, n)
			}
			if strings.Contains(p.Body, "⟦") {
				t.Errorf("%s in %s lacks a message", path, tag)
			}
		}
	}
	p := w.as("").get("/fa/board/" + made.ID.ULID())
	p.has("h1[lang=fa][dir=rtl]", "دیدار وزیر")
	p.has(".notice--warn", "ماشین")
}

func TestBoardListNarrows(t *testing.T) {
	w := newWorld(t)
	event := w.happened("Meeting in Beijing")
	w.announce("Soil programme", func(r *record.Record) {
		r.Body = &announcements.Item{Topics: []string{"soil"}, Released: "2022-02-18", Readout: true}
		r.Links = []record.Link{{Rel: "event", To: string(event.ID)}}
	})
	w.announce("Water programme")
	w.announce("Water taken back")
	w.do("aigerim", w.announce("Withdrawn programme").ID, "withdraw", reason("withdrawal", "Sent by mistake"))
	cases := []struct {
		name, query, wants, lacks string
		rows                      int
	}{
		{"everything that stands", "", "Soil programme", "Withdrawn programme", 3},
		{"a topic", "?topic=soil", "Soil programme", "Water", 1},
		{"a party by its code", "?party=KZ", "Soil programme", "", 3},
		{"another party", "?party=CN", "", "programme", 0},
		{"a year", "?year=2022", "Soil programme", "Water", 1},
		{"a month", "?month=2022-02", "Soil programme", "Water", 1},
		{"accounts of meetings", "?readout=yes", "Soil programme", "Water", 1},
		{"words", "?q=soil", "Soil programme", "Water", 1},
		{"words in another form", "?q=programmes", "Water programme", "", 2},
		{"a language nobody wrote in", "?lang=ru", "", "programme", 0},
		{"a topic nobody knows", "?topic=%3Cscript%3E", "", "programme", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := w.as("").get("/en/board" + c.query).want(http.StatusOK)
			p.TB = t
			if n := len(p.find("ol.list h3")); n != c.rows {
				t.Errorf("%d rows, want %d", n, c.rows)
			}
			if c.wants != "" {
				p.has("ol.list", c.wants)
			}
			if c.lacks != "" {
				p.lacks("ol.list", c.lacks)
			}
			if c.rows == 0 {
				p.has(".empty a", "See the whole board")
			}
			if c.query != "" && !strings.Contains(strings.Join(p.attrs("link[rel=alternate]", "href"), " "), "/en/board.atom"+strings.ReplaceAll(c.query, "%3C", "%3C")) {
				t.Errorf("no feed of this very list: %v", p.attrs("link[rel=alternate]", "href"))
			}
		})
	}
	p := w.as("").get("/en/board/archive").want(http.StatusOK)
	p.has("h2", "2022")
	p.has("h2", "2026")
	p.has("li", "February 2022")
}

func TestBoardRefusesABadCursor(t *testing.T) {
	newWorld(t).as("").get("/en/board?cursor=nonsense").want(http.StatusUnprocessableEntity)
}

func TestItemPage(t *testing.T) {
	w := newWorld(t)
	event := w.happened("Meeting in Beijing")
	made := w.announce("A **bold** step", func(r *record.Record) {
		r.Owner = ministryKZ
		r.Body = &announcements.Item{Topics: []string{"water", "soil"}, EventDate: "2022-02-18", Released: "2022-02-21", Readout: true, SourceURL: "https://source.example/1"}
		r.Links = []record.Link{{Rel: "event", To: string(event.ID)}}
		v := r.Texts["en"]
		v.Fields["body"] = "Words <script>alert(1)</script> [bad](javascript:alert(1)) [good](https://good.example/)\n\n![x](/files/" + strings.Repeat("a", 64) + "/x.png)"
	})
	p := w.as("").get(pathOfItem(made)).want(http.StatusOK)
	p.has("h1[lang=en]", "A **bold** step")
	p.has(".kv", "18 February 2022")
	p.has(".kv", "21 February 2022")
	p.has(".kv", "2 March 2026")
	p.has(".kv", "Ministry of Science")
	p.has(".kv a", "Meeting in Beijing")
	p.has(".badge", "Account of a meeting")
	p.lacks("article script", "")
	p.lacks("article img", "")
	p.lacks("article", "javascript:")
	p.has("article a[href=https://good.example/]", "good")
	p.has("#came-of", "What came of it?")
	p.has("main", "No commitment is recorded here, and nothing has been reported.")
	p.lacks(".actions", "")
	if data := p.text("script[type=application/ld+json]"); !strings.Contains(data, `"NewsArticle"`) || !strings.Contains(data, `"datePublished":"2022-02-21"`) ||
		!strings.Contains(data, `"isBasedOn":"https://source.example/1"`) {
		t.Errorf("JSON-LD says %s", data)
	}
	w.announce("What followed", func(r *record.Record) { r.Links = []record.Link{{Rel: "follows", To: string(made.ID)}} })
	w.as("").get(pathOfItem(made)).has(".record-foot", "What followed")
}

func TestItemInALanguageThatIsMissing(t *testing.T) {
	w := newWorld(t)
	made := w.announce("Only English", func(r *record.Record) {
		r.Texts["kk"] = record.Version{Provenance: record.Human, Fields: map[string]string{"title": "Қазақша", "summary": "қ", "body": "мәтін"}}
	})
	p := w.as("").get("/ru/board/" + made.ID.ULID()).want(http.StatusOK)
	p.has("h1[lang=en]", "Only English")
	p.has(".notice", "На этом языке (Русский) текста пока нет")
	w.as("").get("/ru/board/"+made.ID.ULID()+"?read=kk").has("h1[lang=kk]", "Қазақша")
	w.as("").get("/ru/board/"+made.ID.ULID()+"?read=%22%3E").want(http.StatusOK).has("h1[lang=en]", "Only English")
}

func TestStaleTranslationSaysSo(t *testing.T) {
	w := newWorld(t)
	made := w.announce("Water", func(r *record.Record) {
		r.Texts["zh"] = record.Version{Provenance: record.Human, Fields: map[string]string{"title": "水", "summary": "水", "body": "水"}}
	})
	w.edit("aigerim", made.ID, func(r *record.Record) {
		r.Texts["en"].Fields["body"] = "Other words."
		r.Notes = append(r.Notes, *reason("fact", "The figure was wrong").Note)
	})
	w.do("aigerim", made.ID, "submit", record.Options{})
	w.do("bolat", made.ID, "publish", record.Options{})
	w.as("").get("/zh/board/"+made.ID.ULID()).has(".notice--warn", "译文完成后原文已有改动")
	p := w.as("").get(pathOfItem(made))
	p.has(".notice", "The figure was wrong")
	p.has(".kv", "Corrected")
	w.as("").get("/en/board").has(".badge--warn", "Corrected")
	h := w.as("").get(pathOfItem(made) + "/history").want(http.StatusOK)
	h.has("tbody", "First published")
	h.has("tbody", "Change published")
	h.has("tbody", "The figure was wrong")
	if n := len(h.find("tbody tr")); n != 2 {
		t.Errorf("a visitor sees %d revisions, want the two that were public", n)
	}
	if n := len(w.as("aigerim").get(pathOfItem(made) + "/history").find("tbody tr")); n != 6 {
		t.Errorf("an editor sees %d revisions, want all six", n)
	}
}

func TestTranslationOnly(t *testing.T) {
	w := newWorld(t)
	made := w.announce("unused", func(r *record.Record) {
		r.Source, r.OriginURL = "zh", "https://most.example/news/1"
		v := r.Texts["en"]
		v.Provenance = record.Human
		r.Texts = map[string]record.Version{"en": v}
	})
	p := w.as("").get(pathOfItem(made)).want(http.StatusOK)
	p.has(".notice a", "https://most.example/news/1")
	if data := p.text("script[type=application/ld+json]"); !strings.Contains(data, `"translationOfWork"`) {
		t.Errorf("JSON-LD says %s", data)
	}
	p = w.as("").get(pathOfItem(made) + "/history")
	p.has("tbody", "First published")
	p.lacks("tbody", "translation")
}

func TestDraftsAreHidden(t *testing.T) {
	w := newWorld(t)
	draft := w.create("aigerim", item("Secret plan"))
	public := w.announce("Open plan")
	w.edit("aigerim", public.ID, func(r *record.Record) { r.Texts["en"].Fields["title"] = "Secret change" })
	for _, who := range []string{"", "chen", "guo"} {
		b := w.as(who)
		for _, path := range []string{pathOfItem(draft), pathOfItem(draft) + "?draft=1", pathOfItem(draft) + "/history", pathOfItem(draft) + "/history/1",
			pathOfItem(public) + "/history/4"} {
			if p := b.get(path); p.Status != http.StatusNotFound || strings.Contains(p.Body, "Secret") {
				t.Errorf("%q gets %d for %s", who, p.Status, path)
			}
		}
		for _, path := range []string{"/en/board", "/en/board?q=secret", pathOfItem(public), pathOfItem(public) + "?draft=1", pathOfItem(public) + "/history", pathOfItem(public) + "/history/3"} {
			if p := b.get(path); p.Status != http.StatusOK || strings.Contains(p.text("main"), "Secret") {
				t.Errorf("%q gets %d for %s: %s", who, p.Status, path, p.text("main"))
			}
		}
	}
	w.as("bolat").get(pathOfItem(draft)).want(http.StatusOK).has(".notice--warn", "Only those who prepare it")
	w.as("bolat").get(pathOfItem(public)).has("h1", "Open plan").has(".notice a", "See the change")
	w.as("bolat").get(pathOfItem(public)+"?draft=1").has("h1", "Secret change")
	w.as("bolat").get(pathOfItem(public)+"/history/4").want(http.StatusOK).has(".diff ins", "Secret change")
}

func TestWithdrawnKeepsTextAndReason(t *testing.T) {
	w := newWorld(t)
	made := w.announce("Mistaken news")
	b := w.as("aigerim")
	form := url.Values{"verb": {"withdraw"}, "base": {"3"}}
	b.post(pathOfItem(made)+"/do", form).want(http.StatusUnprocessableEntity).has(".errors", "Give the reason.")
	form.Set("note", "The meeting was another one")
	b.follow(pathOfItem(made)+"/do", form).has("[role=status]", "Withdrawn")
	p := w.as("").get(pathOfItem(made)).want(http.StatusOK)
	p.has(".notice--warn", "was withdrawn")
	p.has(".notice--warn", "The meeting was another one")
	p.has("article", "Second paragraph.")
	p.lacks("script[type=application/ld+json]", "")
	w.as("").get("/en/board").lacks("ol.list", "Mistaken news")
}

func TestErasedIsGone(t *testing.T) {
	w := newWorld(t)
	made := w.announce("To be erased")
	w.do("admin", made.ID, "erase", reason("erasure", "A court asked for it"))
	w.as("").get(pathOfItem(made)).want(http.StatusGone)
	w.as("").get(pathOfItem(made) + "/history/3").want(http.StatusGone)
	p := w.as("").get(pathOfItem(made) + "/history").want(http.StatusOK)
	p.has(".notice--warn", "was erased")
	if strings.Contains(p.Body, "To be erased") {
		t.Error("the history repeats what was erased")
	}
}

func TestScheduledAndEmbargoed(t *testing.T) {
	w := newWorld(t)
	at := testStart.Add(48 * time.Hour)
	plan := func(title string, embargo bool) *record.Record {
		r := item(title)
		r.PublishAt, r.Zone, r.Embargo = at, "Asia/Almaty", embargo
		return w.create("aigerim", r)
	}
	open, closed, waiting := plan("Under embargo", true), plan("Not yet", false), plan("Nobody approved", false)
	for _, r := range []*record.Record{open, closed, waiting} {
		w.do("aigerim", r.ID, "submit", record.Options{})
	}
	w.do("bolat", open.ID, "schedule", record.Options{})
	w.do("bolat", closed.ID, "schedule", record.Options{})
	w.as("chen").get(pathOfItem(open)).want(http.StatusOK).has("h1", "Under embargo").has(".notice", "Under embargo until then.")
	w.as("chen").get(pathOfItem(closed)).want(http.StatusNotFound)
	w.as("chen").get(pathOfItem(open) + "/history/1").want(http.StatusNotFound)
	w.as("").get(pathOfItem(open)).want(http.StatusNotFound)
	w.tick(at.Add(-time.Minute))
	w.as("").get(pathOfItem(open)).want(http.StatusNotFound)
	w.tick(at.Add(time.Minute))
	w.as("").get(pathOfItem(open)).want(http.StatusOK)
	w.as("").get(pathOfItem(closed)).want(http.StatusOK)
	w.as("").get(pathOfItem(waiting)).want(http.StatusNotFound)
	w.as("").get("/en/board").lacks("ol.list", "Nobody approved")
}

package site_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"karvan/announcements"
	"karvan/internal/id"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// The two readouts of the meeting of 18 February 2022, in our own words.
const (
	ministryText    = "The two sides met and spoke about **mechanisms** of cooperation.\n\nThey agreed:\n\n1. to align the Belt and Road Initiative with the strategies of the members;\n2. to help modern agricultural technologies grow."
	secretariatText = "The Secretary-General spoke about mechanisms of cooperation.\n\nHe called for a joint search for new directions."
)

// meeting is the event of 18 February 2022 with both readouts.
type meeting struct {
	*world
	event, ministry, secretariat *record.Record
	minister                     id.ID
}

// newMeeting makes the event, published with its points: one that both readouts
// name and one that only each of them does.
func newMeeting(t *testing.T) meeting {
	m := meeting{world: newWorld(t)}
	m.event = m.happened("The minister meets the Secretary-General")
	m.ministry = m.readout("chen", "deng", china, "2022-02-28", ministryText)
	m.secretariat = m.readout("elena", "farid", theBody, "2022-02-23", secretariatText)
	post := id.Derive(testNode, "post", "minister")
	m.minister = id.Derive(testNode, "person", "minister")
	m.party(&record.Record{ID: post, Kind: "post", Body: &parties.Post{Names: namesOf("Minister of Science and Technology", "科学技术部部长"), Organisation: ministryKZ}})
	m.party(&record.Record{ID: m.minister, Kind: "person", Body: &parties.Person{Names: namesOf("Wang Zhigang", "王志刚"),
		Tenures: []parties.Tenure{{Post: post, On: []parties.Date{"2022-02-18"}, Evidence: parties.Seen}}}})
	m.edit("elena", m.event.ID, func(r *record.Record) {
		e := r.Body.(*meetings.Event)
		e.Participants = []meetings.Participant{{Person: m.minister, Post: post, Party: china}}
		e.Points = []meetings.Point{
			{Kind: "initiative", Labels: map[string]string{"en": "Belt and Road Initiative", "zh": "“一带一路”倡议"}, Quotes: []meetings.Quote{quoteOf(m.ministry, "Belt and Road Initiative")}},
			{Kind: "theme", Labels: map[string]string{"en": "Mechanisms"}, Quotes: []meetings.Quote{quoteOf(m.ministry, "**mechanisms** of cooperation"), quoteOf(m.secretariat, "mechanisms of cooperation")}},
			{Kind: "agreed", Labels: map[string]string{"en": "Modern agriculture"}, Quotes: []meetings.Quote{quoteOf(m.ministry, "modern agricultural technologies")}},
			{Kind: "statement", Labels: map[string]string{"en": "New directions"}, Quotes: []meetings.Quote{quoteOf(m.secretariat, "joint search for new directions")}},
		}
	})
	m.do("elena", m.event.ID, "submit", record.Options{})
	m.event = m.do("elena", m.event.ID, "publish", record.Options{Note: &record.Note{Type: "update", Text: map[string]string{"en": "Points marked."}}})
	return m
}

// party publishes a record that the secretariat keeps.
func (m meeting) party(r *record.Record) {
	m.Helper()
	r.Source, r.Texts = "en", map[string]record.Version{}
	m.publish("admin", "admin", m.create("admin", r))
}

func (m meeting) readout(by, second string, party id.ID, out parties.Date, text string) *record.Record {
	m.Helper()
	r := &record.Record{Kind: "announcement", Owner: party, Party: party, Source: "en", Links: []record.Link{{Rel: "event", To: string(m.event.ID)}},
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "Readout of " + string(out), "summary": "A meeting.", "body": text}}},
		Body:  &announcements.Item{Readout: true, EventDate: "2022-02-18", Released: out}}
	return m.publish(by, second, m.create(by, r))
}

// quoteOf marks the first place where words stand in a readout's English text.
func quoteOf(r *record.Record, words string) meetings.Quote {
	text := r.Text("en", "body")
	start := utf8.RuneCountInString(text[:strings.Index(text, words)])
	return meetings.Quote{Readout: r.ID, Lang: "en", Rev: r.Rev, Start: start, End: start + utf8.RuneCountInString(words), Text: words}
}

func (m meeting) path(tail string) string { return "/en/events/" + m.event.ID.ULID() + tail }

// correct publishes a change of the secretariat's readout.
func (m meeting) correct(from, to string) {
	m.Helper()
	m.edit("elena", m.secretariat.ID, func(r *record.Record) {
		v := r.Texts["en"]
		v.Fields["body"] = strings.ReplaceAll(v.Fields["body"], from, to)
		r.Texts["en"] = v
	})
	m.do("elena", m.secretariat.ID, "submit", record.Options{})
	m.do("farid", m.secretariat.ID, "publish", record.Options{Note: &record.Note{Type: "wording", Text: map[string]string{"en": "One sentence reworded."}}})
}

func TestReadoutsStandSideBySide(t *testing.T) {
	m := newMeeting(t)
	p := m.as("").get(m.path("")).want(http.StatusOK)
	if days := strings.Join(p.attrs(".readout .published time", "datetime"), " "); days != "2022-02-23 2022-02-28" {
		t.Errorf("published on %q, in this order", days)
	}
	p.has("#readout-1 h3", "Shanghai Cooperation Organisation").has("#readout-2 h3", "China")
	p.has("tbody.points-all", "Mechanisms").lacks("tbody.points-all", "Belt and Road")
	p.has("#points-only-2", "Belt and Road Initiative").has("#points-only-2", "Modern agriculture").has("#points-only-2", "(2)")
	p.has("#points-only-1", "New directions").lacks("#points-only-1", "Mechanisms")
	p.has(".counts", "Named by both readouts: 1 point").has(".counts", "2 points")
	for _, href := range p.attrs("table.comparison a", "href") {
		if len(p.find("mark"+href)) != 1 {
			t.Errorf("%s leads to no mark in the text", href)
		}
	}
	if got := len(p.find("table.comparison a")); got != 5 {
		t.Errorf("%d quotations lead into the texts, want 5", got)
	}
	p.has("#readout-2 mark", "Belt and Road Initiative")
	p.has("main", "Wang Zhigang").has("main", "Minister of Science and Technology").lacks(".badge", "no source dates this post")
	p.has("#came-of", "nothing has been reported").has("#came-of", "2 records link to this event").has("#came-of", "2 are readouts")
	p.has("main .kv", "Member (2)")
	var data map[string]any
	scripts := p.find("script[type=application/ld+json]")
	if len(scripts) != 1 || json.Unmarshal([]byte(rawText(scripts[0])), &data) != nil || data["@type"] != "Event" || data["startDate"] != "2022-02-18" {
		t.Errorf("data for search engines: %v", data)
	}
}

func TestEventPageSpeaksEveryLanguage(t *testing.T) {
	m := newMeeting(t)
	for tag, dir := range map[string]string{"en": "ltr", "zh": "ltr", "ru": "ltr", "fa": "rtl"} {
		for _, tail := range []string{"/events", "/events/" + m.event.ID.ULID()} {
			p := m.as("").get("/" + tag + tail).want(http.StatusOK)
			if got := strings.Join(append(p.attrs("html", "lang"), p.attrs("html", "dir")...), " "); got != tag+" "+dir {
				t.Errorf("%s%s: html is %q", tag, tail, got)
			}
			if len(p.find("h1")) != 1 {
				t.Errorf("%s%s: %d headings of the first rank", tag, tail, len(p.find("h1")))
			}
		}
		p := m.as("").get("/" + tag + "/events/" + m.event.ID.ULID())
		for _, lang := range p.attrs(".readout-text", "lang") {
			if lang != "en" {
				t.Errorf("%s: an English text is marked %q", tag, lang)
			}
		}
	}
}

func TestCorrectingAReadoutKeepsOrFlagsItsQuotes(t *testing.T) {
	m := newMeeting(t)
	m.correct("The Secretary-General spoke", "At length, the Secretary-General spoke")
	p := m.as("").get(m.path("")).want(http.StatusOK)
	p.has("tbody.points-all", "the words moved").lacks("main", "no longer in the corrected text")
	p.has("#readout-1 .notes", "One sentence reworded").has("#readout-1 mark", "mechanisms of cooperation")

	m.correct("He called for a joint search for new directions.", "He thanked the hosts.")
	p = m.as("").get(m.path("")).want(http.StatusOK)
	p.has("#points-only-1 .badge", "the words are no longer in the corrected text").has("#comparison .notice", "1 quotation is lost")
	p.has("#points-only-1", "joint search for new directions")
	if n := len(p.find("#points-only-1 a")); n != 0 {
		t.Errorf("a lost quotation leads to %d places", n)
	}
}

func TestMovedQuotesAreAnchoredAgain(t *testing.T) {
	m := newMeeting(t)
	m.correct("The Secretary-General spoke", "At length, the Secretary-General spoke")
	b := m.as("elena")
	p := b.get(m.path("/points")).want(http.StatusOK)
	p.has("main", "2 quotations stand elsewhere")
	form := p.form("/points")
	form.Set("do", "anchor")
	form.Set("at_once", "yes")
	b.follow(m.path("/points"), form).want(http.StatusOK).lacks("main", "stand elsewhere")
	m.as("").get(m.path("")).lacks("main", "the words moved")
}

func TestMarkingWords(t *testing.T) {
	for _, c := range []struct {
		name, quote, point, kind, label, occurrence string
		status                                      int
		says                                        string
	}{
		{"words of an existing point are marked", "new directions", "3", "", "", "", http.StatusSeeOther, ""},
		{"a new point takes a kind and a label", "The Secretary-General", "new", "statement", "Said by him", "", http.StatusSeeOther, ""},
		{"a line break counts as a blank", "of cooperation. He called for", "3", "", "", "", http.StatusSeeOther, ""},
		{"words that do not stand there are refused", "the moon", "3", "", "", "", http.StatusUnprocessableEntity, "do not stand in the text"},
		{"words that stand twice are asked for", "ar", "3", "", "", "", http.StatusUnprocessableEntity, "Choose which one you mean"},
		{"words that stand twice are marked once chosen", "ar", "3", "", "", "2", http.StatusSeeOther, ""},
		{"no point is refused", "new directions", "", "", "", "", http.StatusUnprocessableEntity, "Choose the point"},
		{"a point that is not there is refused", "new directions", "99", "", "", "", http.StatusUnprocessableEntity, "no longer there"},
		{"a new point without a label is refused", "new directions", "new", "theme", "", "", http.StatusUnprocessableEntity, "at least one language"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMeeting(t)
			b := m.as("elena")
			form := b.get(m.path("/points?readout=" + m.secretariat.ID.ULID() + "&lang=en")).want(http.StatusOK).form("/points")
			form.Set("do", "mark")
			for name, value := range map[string]string{"quote": c.quote, "point": c.point, "kind": c.kind, "label.en": c.label} {
				form.Set(name, value)
			}
			if c.occurrence != "" {
				form.Set("occurrence", c.occurrence)
			}
			p := b.post(m.path("/points"), form).want(c.status)
			if c.status != http.StatusSeeOther {
				p.has(".errors", c.says)
				if p.value("quote") != c.quote {
					t.Errorf("what was typed became %q", p.value("quote"))
				}
				return
			}
			points := m.newest(m.event.ID).Body.(*meetings.Event).Points
			last := points[len(points)-1].Quotes
			q := last[len(last)-1]
			if text := []rune(m.secretariat.Text("en", "body")); string(text[q.Start:q.End]) != q.Text || q.Rev != m.secretariat.Rev {
				t.Errorf("%+v is not what stands there", q)
			}
			if now := m.newest(m.event.ID); now.State != record.Published || now.Notes[len(now.Notes)-1].Type != "update" {
				t.Errorf("after marking the event is %s with notes %v", now.State, now.Notes)
			}
		})
	}
}

func TestRemovingAQuoteAndAPoint(t *testing.T) {
	m := newMeeting(t)
	b := m.as("elena")
	for _, do := range []string{"remove-quote.1.0", "remove-point.0"} {
		form := b.get(m.path("/points")).form("/points")
		form.Set("do", do)
		b.follow(m.path("/points"), form).want(http.StatusOK)
	}
	p := m.as("").get(m.path(""))
	p.lacks("#comparison", "Belt and Road").has("#points-only-1", "Mechanisms")
	form := b.get(m.path("/points")).form("/points")
	form.Set("do", "remove-point.77")
	b.post(m.path("/points"), form).want(http.StatusUnprocessableEntity)
}

func TestPointsAreForThoseWhoMayEdit(t *testing.T) {
	m := newMeeting(t)
	m.as("").get(m.path("/points")).want(http.StatusSeeOther)
	m.as("guo").get(m.path("/points")).want(http.StatusForbidden)
	m.as("chen").get(m.path("/edit")).want(http.StatusForbidden) // the event stands for the body
	m.as("chen").post(m.path("/points"), url.Values{"base": {"1"}, "do": {"anchor"}}).want(http.StatusForbidden)
	m.as("").get(m.path("")).lacks("main", "Mark points")
	m.as("elena").get(m.path("")).has("main", "Mark points")
}

func TestMarkingOnAnOldRevisionIsAConflict(t *testing.T) {
	m := newMeeting(t)
	b := m.as("elena")
	form := b.get(m.path("/points?readout=" + m.secretariat.ID.ULID() + "&lang=en")).form("/points")
	m.edit("farid", m.event.ID, func(r *record.Record) { r.Body.(*meetings.Event).Ordinal = 3 })
	form.Set("do", "mark")
	form.Set("quote", "new directions")
	form.Set("point", "3")
	p := b.post(m.path("/points"), form).want(http.StatusConflict)
	p.has("#meanwhile-title", "Somebody else saved").has(".notice", "3")
	if p.value("quote") != "new directions" {
		t.Errorf("what was typed became %q", p.value("quote"))
	}
	again := p.form("/points")
	again.Set("do", "mark")
	b.post(m.path("/points"), again).want(http.StatusSeeOther)
}

func TestWritingAnEvent(t *testing.T) {
	w := newWorld(t)
	b := w.as("elena")
	form := b.get("/en/events/new").want(http.StatusOK).form("/events/new")
	form.Set("do", "publish")
	p := b.post("/en/events/new", form).want(http.StatusUnprocessableEntity)
	p.has(".errors", "First day").has(".errors", "Title")
	for _, a := range p.find(".errors a") {
		if target := attr(a, "href"); len(p.find(target)) != 1 {
			t.Errorf("the summary leads to %s, which is not there", target)
		}
	}
	form.Set("texts.en.title", "Experts meet")
	form.Set("body.from", "۲۰۱۶-۱۰") // Persian digits, and no day
	form.Set("body.body", string(theBody))
	made := b.follow("/en/events/new", form).want(http.StatusOK)
	made.has("h1", "Experts meet").has("main .kv", "October 2016").has(".place", "place not in the sources")
	w.as("").get("/en/events?year=2016").want(http.StatusOK).has(".list", "Experts meet")
	w.as("").get("/en/events?year=1999").want(http.StatusOK).has(".empty", "No event fits").lacks("main .list h2", "")
}

func TestRowsAreAddedWithoutScript(t *testing.T) {
	m := newMeeting(t)
	b := m.as("elena")
	form := b.get(m.path("/edit")).want(http.StatusOK).form("/edit")
	form.Set("do", "add-row")
	form.Set("texts.en.summary", "Kept")
	p := b.post(m.path("/edit"), form).want(http.StatusOK)
	if p.value("texts.en.summary") != "Kept" || len(p.find("[name=body.participants.2.person]")) != 1 {
		t.Error("a row is missing, or what was typed is lost")
	}
	form = p.form("/edit")
	form.Set("do", "publish")
	b.post(m.path("/edit"), form).want(http.StatusUnprocessableEntity).has(".errors", "nothing published changes silently")
	form.Set("note", "A summary was added.")
	b.follow(m.path("/edit"), form).want(http.StatusOK).has(".lead", "Kept").has(".notes", "A summary was added.")
	e := m.newest(m.event.ID).Body.(*meetings.Event)
	if len(e.Participants) != 1 || len(e.Points) != 4 {
		t.Errorf("%d participants and %d points after saving the form", len(e.Participants), len(e.Points))
	}
}

func TestEditingAnOldRevisionOfAnEventIsAConflict(t *testing.T) {
	m := newMeeting(t)
	b := m.as("elena")
	form := b.get(m.path("/edit")).form("/edit")
	m.edit("farid", m.event.ID, func(r *record.Record) { r.Body.(*meetings.Event).Ordinal = 7 })
	form.Set("texts.en.title", "Mine")
	form.Set("do", "draft")
	p := b.post(m.path("/edit"), form).want(http.StatusConflict).has("#meanwhile-title", "Somebody else saved").has(".notice", "7")
	if p.value("texts.en.title") != "Mine" {
		t.Error("what was typed is lost")
	}
	b.post(m.path("/edit"), p.form("/edit")).want(http.StatusSeeOther)
}

func TestEventsThatAreNotThere(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/en/events/none", "/en/events/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/en/events/" + theBody.ULID()} {
		w.as("").get(path).want(http.StatusNotFound)
	}
	draft := w.create("elena", &record.Record{Kind: "event", Owner: theBody, Party: theBody, Source: "en",
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "Secret"}}}, Body: &meetings.Event{From: "2026"}})
	w.as("").get("/en/events/" + draft.ID.ULID()).want(http.StatusNotFound)
	w.as("elena").get("/en/events/"+draft.ID.ULID()).want(http.StatusOK).has("h1", "Secret")
}

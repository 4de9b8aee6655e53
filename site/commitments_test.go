package site_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"karvan/announcements"
	"karvan/commitments"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/record"
	"karvan/site"
)

// promised publishes an announcement with a promise in it about an event.
func (w *world) promised() (event, text *record.Record) {
	w.Helper()
	event = w.happened("Talks in Beijing")
	text = w.announce("A readout", func(r *record.Record) {
		r.Texts["en"].Fields["body"] = "The sides met.\n\nThey agreed to hold **a joint call** on water.\n\nThey agreed to meet again. They agreed to meet again."
		r.Links = []record.Link{{Rel: "event", To: string(event.ID)}}
		r.Body = &announcements.Item{Readout: true, EventDate: "2022-02-18"}
	})
	return event, text
}

// promiseForm is what an editor fills in about a text.
func promiseForm(text *record.Record, change ...func(url.Values)) url.Values {
	v := url.Values{"of": {text.ID.ULID()}, "lang": {"en"}, "quote": {"They agreed to meet again."}, "occurrence": {"2"}, "source": {"en"}, "langs": {"en"},
		"texts.en.title": {"Another meeting"}, "body.type": {"event"}, "body.obliged.parties": {string(kazakhstan)}, "body.event": {string(text.Target("event"))}, "do": {"publish"}}
	for _, f := range change {
		f(v)
	}
	return v
}

// commitment finds the newest commitment of the world.
func (w *world) commitment() *record.Record {
	w.Helper()
	at := first(w.as("").get("/en/commitments"), ".list h2 a", "href")
	ulid := at[strings.LastIndex(at, "/")+1:]
	return w.newest(id.ID(testNode + "/commitment/" + ulid))
}

// first is an attribute of the first element that a selector chooses.
func first(p *page, selector, attr string) string {
	p.Helper()
	all := p.attrs(selector, attr)
	if len(all) == 0 {
		p.Fatalf("%d: no %s in %s", p.Status, selector, p.text("main"))
	}
	return all[0]
}

// revOf is a revision as forms send it.
func revOf(r *record.Record) string { return strconv.Itoa(r.Rev) }

func TestFromAPromiseInATextToItsResultThroughThePages(t *testing.T) {
	w := newWorld(t)
	event, text := w.promised()
	visitor := w.as("")
	for _, at := range []string{"/en" + site.Path(event), "/en" + site.Path(text)} {
		if p := visitor.get(at); !strings.Contains(p.text("#came-of"), "No commitment is recorded here") {
			t.Errorf("%s says of its results: %q", at, p.text("#came-of"))
		}
	}

	elena := w.as("elena")
	page := elena.get("/en" + site.Path(text))
	form := elena.get(first(page, "#came-of a.button", "href"))
	if form.Status != http.StatusOK || !strings.Contains(form.text("#readout-text"), "They agreed to meet again.") {
		t.Fatalf("the form: %d %q", form.Status, form.text("main"))
	}
	several := elena.post("/en/commitments/new", promiseForm(text, func(v url.Values) { v.Del("occurrence") }))
	if several.Status != http.StatusUnprocessableEntity || len(several.find("[name=occurrence]")) != 2 {
		t.Fatalf("words that stand twice: %d with %d places", several.Status, len(several.find("[name=occurrence]")))
	}
	gone := elena.post("/en/commitments/new", promiseForm(text, func(v url.Values) { v.Set("quote", "They agreed on nothing.") }))
	if gone.Status != http.StatusUnprocessableEntity || gone.value("quote") != "They agreed on nothing." {
		t.Fatalf("words that stand nowhere: %d", gone.Status)
	}
	elena.follow("/en/commitments/new", promiseForm(text))
	c := w.commitment()
	b := c.Body.(*commitments.Commitment)
	if body := []rune(text.Text("en", "body")); string(body[b.Quote.Start:b.Quote.End]) != "They agreed to meet again." || b.Quote.End != len(body) || b.Quote.Digest != text.Digest {
		t.Fatalf("quoted %+v", b.Quote)
	}
	at := "/en" + site.Path(c)

	// A visitor reaches it in two clicks, and its exact place from there.
	p := visitor.get("/en" + site.Path(event))
	if got := p.text("#came-of"); !strings.Contains(got, "1 commitment is recorded") || !strings.Contains(got, "Nothing has been reported since") {
		t.Errorf("the event says %q", got)
	}
	p = visitor.get(first(p, "#came-of .list a", "href"))
	place, err := url.Parse(first(p, "[aria-labelledby=quote-title] a", "href"))
	if err != nil {
		t.Fatal(err)
	}
	if mark := visitor.get(place.Path + "?" + place.RawQuery).text("#" + place.Fragment); mark != "They agreed to meet again." {
		t.Errorf("the mark in the text is %q", mark)
	}

	base := func() url.Values { return url.Values{"base": {revOf(w.newest(c.ID))}} }
	step := func(login, verb, note string) *page_ {
		v := base()
		v.Set("verb", verb)
		v.Set("note", note)
		return &page_{w.as(login).post(at+"/step", v)}
	}
	if got := step("elena", "adopt", ""); got.Status != http.StatusForbidden {
		t.Errorf("who recorded it adopts it: %d", got.Status)
	}
	step("farid", "adopt", "").leads(t, at)
	step("aigerim", "accept", "").leads(t, at)
	report := base()
	for name, value := range map[string]string{"body.says": "done", "source": "en", "langs": "en", "texts.en.title": "We met in Almaty", "links": baseURL + "/en" + site.Path(event) + "\nhttps://example.org/meeting",
		"number.0.what": "delegates", "number.0.value": "66.5", "number.0.unit": "persons", "number.0.baseline": "0"} {
		report.Set(name, value)
	}
	for _, login := range []string{"chen", "elena", "guo"} {
		if got := w.as(login).post(at+"/report", report); got.Status != http.StatusForbidden {
			t.Errorf("%s reports for Kazakhstan: %d", login, got.Status)
		}
	}
	w.as("aigerim").follow(at+"/report", report)
	p = visitor.get(at)
	if got := p.text("#came-of"); !strings.Contains(got, "We met in Almaty") || !strings.Contains(got, "Talks in Beijing") || !strings.Contains(got, "66.5") || !strings.Contains(got, "https://example.org/meeting") {
		t.Errorf("the report is shown as %q", got)
	}
	if got := visitor.get("/en" + site.Path(text)).text("#came-of"); !strings.Contains(got, "1 report on them is published") || !strings.Contains(got, "reported done: 1") {
		t.Errorf("the text says %q", got)
	}
	if got := step("aigerim", "verify", ""); got.Status != http.StatusForbidden {
		t.Errorf("Kazakhstan confirms itself: %d", got.Status)
	}
	if got := step("chen", "contest", ""); got.Status != http.StatusUnprocessableEntity || first(got.page, "#f-note", "aria-invalid") != "true" {
		t.Errorf("contested without a reason: %d", got.Status)
	}
	step("chen", "contest", "Nobody of ours was there.").leads(t, at)
	if got := visitor.get(at).text("article"); !strings.Contains(got, "contested") || !strings.Contains(got, "Nobody of ours was there.") {
		t.Errorf("contested is not visible: %q", got)
	}
	report.Set("base", revOf(w.newest(c.ID)))
	w.as("bolat").follow(at+"/report", report)
	step("elena", "verify", "").leads(t, at)
	if got := visitor.get(at).text(".badges"); !strings.Contains(got, "confirmed done") {
		t.Errorf("at the end: %q", got)
	}

	other := w.as("chen")
	for _, path := range []string{"/edit"} {
		ref := first(visitor.get(at), "#came-of .list a", "href")
		if got := other.get(ref + path); got.Status != http.StatusForbidden {
			t.Errorf("China opens %s of a report of Kazakhstan: %d", path, got.Status)
		}
		if got := other.post(ref+path, report); got.Status != http.StatusForbidden {
			t.Errorf("China sends %s of a report of Kazakhstan: %d", path, got.Status)
		}
		if got := visitor.get(ref); got.Status != http.StatusOK || !strings.Contains(got.text("main"), "We met in Almaty") {
			t.Errorf("a visitor reads the report: %d", got.Status)
		}
	}
}

// page_ is an answer to a step.
type page_ struct{ *page }

func (p *page_) leads(t *testing.T, to string) {
	t.Helper()
	if p.Status != http.StatusSeeOther || !strings.HasSuffix(p.Header.Get("Location"), to) {
		t.Fatalf("%d to %q, want 303 to %s\n%s", p.Status, p.Header.Get("Location"), to, p.text("main"))
	}
}

func TestCommitmentPagesInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	event, text := w.promised()
	w.as("elena").follow("/en/commitments/new", promiseForm(text))
	c := w.commitment()
	for _, tag := range lang.Interface {
		for _, path := range []string{"/commitments", "/commitments?due=undated&progress=proposed", "/commitments?q=meeting&sort=due", site.Path(c), site.Path(c) + "/history", site.Path(event), site.Path(text)} {
			p := w.as("").get("/" + string(tag) + path)
			if p.Status != http.StatusOK {
				t.Errorf("%s in %s: %d", path, tag, p.Status)
				continue
			}
			if in, dir := first(p, "html", "lang"), first(p, "html", "dir"); in != string(tag) || dir != tag.Dir() {
				t.Errorf("%s in %s: lang %s dir %s", path, tag, in, dir)
			}
			if len(p.find("h1")) != 1 {
				t.Errorf("%s in %s has %d main headings", path, tag, len(p.find("h1")))
			}
		}
		for _, path := range []string{"/commitments/new", "/commitments/new?of=" + text.ID.ULID(), site.Path(c) + "/edit", site.Path(c) + "/step?verb=drop", site.Path(c) + "/step?verb=supersede"} {
			if p := w.as("farid").get("/" + string(tag) + path); p.Status != http.StatusOK || first(p, "html", "lang") != string(tag) {
				t.Errorf("%s in %s: %d", path, tag, p.Status)
			}
		}
	}
}

func TestTheRegisterIsNarrowedByDueDay(t *testing.T) {
	w := newWorld(t) // 2 March 2026
	_, text := w.promised()
	elena := w.as("elena")
	for title, due := range map[string]string{"Late": "2025", "Soon": "2026-03-15", "Far": "2027", "Some day": ""} {
		elena.follow("/en/commitments/new", promiseForm(text, func(v url.Values) {
			v.Set("texts.en.title", title)
			v.Set("body.due", due)
		}))
	}
	for query, want := range map[string]string{"due=overdue": "Late", "due=due-soon": "Soon", "due=undated": "Some day", "sort=due": "Late Soon Far Some day", "obliged=KZ&due=overdue": "Late", "obliged=CN": ""} {
		var titles []string
		for _, a := range w.as("").get("/en/commitments?" + query).find(".list h2 a") {
			titles = append(titles, textOf(a))
		}
		if got := strings.Join(titles, " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestACommitmentIsRecordedOnlyAsTheTextHasIt(t *testing.T) {
	w := newWorld(t)
	_, text := w.promised()
	for name, c := range map[string]struct {
		login  string
		change func(url.Values)
		status int
	}{
		"a member":          {"guo", func(url.Values) {}, http.StatusForbidden},
		"all beside a name": {"elena", func(v url.Values) { v.Set("body.obliged.role", "all") }, http.StatusUnprocessableEntity},
		"all members on no day": {"elena", func(v url.Values) {
			v.Del("body.obliged.parties")
			v.Set("body.obliged.role", "all")
			v.Set("body.obliged.body", string(theBody))
		}, http.StatusUnprocessableEntity},
		"nobody bound":                        {"elena", func(v url.Values) { v.Del("body.obliged.parties") }, http.StatusUnprocessableEntity},
		"no title":                            {"elena", func(v url.Values) { v.Del("texts.en.title") }, http.StatusUnprocessableEntity},
		"a due day that is none":              {"elena", func(v url.Values) { v.Set("body.due", "soon") }, http.StatusUnprocessableEntity},
		"relevant member states, unspecified": {"elena", func(v url.Values) { v.Del("body.obliged.parties"); v.Set("body.obliged.role", "unspecified") }, http.StatusSeeOther},
		"a text that is not there":            {"elena", func(v url.Values) { v.Set("of", "01ARZ3NDEKTSV4RRFFQ69G5FAV") }, http.StatusNotFound},
	} {
		if got := w.as(c.login).post("/en/commitments/new", promiseForm(text, c.change)); got.Status != c.status {
			t.Errorf("%s: %d, want %d: %s", name, got.Status, c.status, got.text(".errors"))
		}
	}
}

func TestACorrectedTextFlagsItsQuotes(t *testing.T) {
	w := newWorld(t)
	_, text := w.promised()
	w.as("elena").follow("/en/commitments/new", promiseForm(text))
	c := w.commitment()
	at := "/en" + site.Path(c)
	correct := func(body string) {
		w.edit("aigerim", text.ID, func(r *record.Record) { r.Texts["en"].Fields["body"] = body })
		w.do("aigerim", text.ID, "submit", record.Options{})
		w.do("bolat", text.ID, "publish", record.Options{Note: &record.Note{Type: "wording", Text: map[string]string{"en": "Shorter."}}})
	}
	correct("They agreed to meet again.")
	if got := w.as("").get(at); !strings.Contains(got.text("article"), "moved") || len(got.find("form button[value=anchor]")) != 0 {
		t.Errorf("a visitor sees of a moved quote: %q", got.text("article"))
	}
	farid := w.as("farid")
	if len(farid.get(at).find("form button[value=anchor]")) != 1 {
		t.Error("the secretariat cannot follow the quote")
	}
	farid.follow(at+"/step", url.Values{"base": {revOf(w.newest(c.ID))}, "verb": {"anchor"}})
	if q := w.newest(c.ID).Body.(*commitments.Commitment).Quote; q.Start != 0 || q.Rev == 1 {
		t.Errorf("anchored at %+v", q)
	}
	correct("They agreed on nothing.")
	if got := w.as("").get(at).text("article"); !strings.Contains(got, "An editor has to look") {
		t.Errorf("a lost quote: %q", got)
	}
}

func TestARepeatedPromiseIsOneLine(t *testing.T) {
	w := newWorld(t)
	_, text := w.promised()
	elena := w.as("elena")
	elena.follow("/en/commitments/new", promiseForm(text, func(v url.Values) { v.Set("texts.en.title", "First text") }))
	earliest := w.commitment()
	elena.follow("/en/commitments/new", promiseForm(text, func(v url.Values) {
		v.Set("texts.en.title", "Second text")
		v.Set("body.repeats", string(earliest.ID))
	}))
	p := w.as("").get("/en" + site.Path(earliest))
	if p.text("[aria-labelledby=life-title] a") != "Second text" {
		t.Fatalf("the life line shows %q", p.text("[aria-labelledby=life-title]"))
	}
	p = w.as("").get(first(p, "[aria-labelledby=life-title] a", "href"))
	if got := p.text(".badges"); !strings.Contains(got, "repeated 1 time without progress") {
		t.Errorf("the later text says %q", got)
	}
}

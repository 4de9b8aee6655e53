package site_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/journal"
	"karvan/matching"
	"karvan/record"
)

// market fills a world with a need of Kazakhstan in Russian, offers of the
// Chinese institute that answer it, and others that do not.
func market(t *testing.T) (w *world, need, drip *record.Record) {
	t.Helper()
	w = newWorld(t)
	for _, title := range []string{"Glass for greenhouses", "Vaccine against brucellosis", "Speech corpus of Kyrgyz", "Steel rolling mill control",
		"Locust monitoring by satellite", "Bridge inspection with drones", "Catalyst for fuel cells"} {
		w.publishedOffer(title, nil)
	}
	drip = w.publishedOffer("Drip irrigation of wheat on saline soil", func(p *catalogue.Profile) {
		p.Stage, p.TRL, p.Cooperation, p.Territories = "concept", 2, []string{"licence"}, []string{"KZ"}
	})
	w.publishedOffer("Drip irrigation lines", func(p *catalogue.Profile) { p.Topics = []string{"water"} })
	need = &record.Record{Kind: "need", Owner: ministryKZ, Party: kazakhstan, Source: "ru",
		Texts: map[string]record.Version{"ru": {Provenance: record.Original, Fields: map[string]string{
			"title": "Капельное орошение пшеницы на засолённой почве", "summary": "Нужно капельное орошение пшеницы и верблюды.", "description": "Подробно: капельное орошение пшеницы."}}},
		Body: &catalogue.Profile{Type: "technology-request", Fields: []string{"4.1"}, Cooperation: []string{"licence"}, Stage: "prototype"}}
	need = w.publish("aigerim", "aigerim", w.create("aigerim", need))
	return w, need, drip
}

// publishedOffer publishes an offer of the institute, in English.
func (w *world) publishedOffer(title string, change func(*catalogue.Profile)) *record.Record {
	w.Helper()
	p := &catalogue.Profile{Type: "expertise-offer", Fields: []string{"4.1"}, Cooperation: []string{"services"}}
	if change != nil {
		change(p)
	}
	r := &record.Record{Kind: "offer", Owner: institute, Party: china, Source: "en", Body: p,
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": title, "summary": "We offer: " + title, "description": "In detail: " + title}}}}
	return w.publish("guo", "guo", w.create("guo", r))
}

func matchesOf(r *record.Record) string { return "/catalogue/" + r.ID.ULID() + "/matches" }

func TestMatchesSayWhyInEveryLanguage(t *testing.T) {
	w, need, drip := market(t)
	for tag, dir := range map[string]string{"en": "ltr", "zh": "ltr", "ru": "ltr", "fa": "rtl"} {
		p := w.as("").get("/" + tag + matchesOf(need)).want(http.StatusOK)
		if got := p.attrs("html", "dir"); got[0] != dir || len(p.find("h1")) != 1 {
			t.Errorf("%s: runs %s, %d headings of the first level", tag, got, len(p.find("h1")))
		}
		p.has("ol.list h3 span[lang=en]", "Drip irrigation of wheat on saline soil").lacks("ol.list", "brucellosis")
		p.lacks("main", "⟦")
	}
	p := w.as("").get("/en" + matchesOf(need))
	p.has("h1 span[lang=ru]", "Капельное орошение пшеницы").has("ol.list", "Institute of Dryland Farming").has("ol.list", "China").has("ol.list", "Strong match")
	p.has("ol.list li li", "пшеницы").has("ol.list li li span[lang=en]", "wheat").has("ol.list li li strong", "wheat").has("ol.list li li", "of the match")
	p.has("mark", "пшеницы").has("mark", "wheat").has("ol.list", "верблюды")
	// What stands beside the text is listed apart: the need asks for a prototype.
	p.has("ol.list li li", "Hinders Maturity").has("ol.list li li", "Prototype").has("ol.list li li", "Concept").has("ol.list li li", "Fits States in which a licence is free")
	p.lacks("main", "Was this of use").has(".listfoot a[type=application/atom+xml]", "Atom")
	w.as("").get("/fa"+matchesOf(need)).has("ol.list", "پختگی")
	// The other way round the words change sides.
	w.as("").get("/en"+matchesOf(drip)).want(http.StatusOK).has("ol.list h3 span[lang=ru]", "Капельное").has("h1", "Needs that this offer may answer").has("ol.list li li", "Hinders Maturity Offer: Concept Need: Prototype")
}

func TestMatchesAreNarrowed(t *testing.T) {
	w, need, _ := market(t)
	for _, c := range []struct {
		name, query string
		has, lacks  string
	}{
		{"by topic", "?topic=water", "Drip irrigation lines", "wheat on saline"},
		{"by stage", "?stage=concept", "wheat on saline", "Drip irrigation lines"},
		{"by cooperation", "?cooperation=licence", "wheat on saline", "Drip irrigation lines"},
		{"without what hinders", "?hide=hinders", "are hidden on this page", "wheat on saline soil"},
		{"by what nothing has", "?state=UZ", "Nothing fits with these filters", "Drip irrigation lines"},
		{"by nonsense", "?state=%3Cscript%3E", "<script>", "Drip irrigation lines"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.as("").get("/en" + matchesOf(need) + c.query).want(http.StatusOK)
			p.has("main", c.has)
			p.lacks("ol.list h3", c.lacks)
		})
	}
	p := w.as("").get("/en" + matchesOf(need) + "?topic=water")
	p.has(".facets", "Water").has(".facets", "China 1").has(".chosen", "Water")
	w.as("").get("/en" + matchesOf(need) + "?cursor=!").want(http.StatusUnprocessableEntity)
	w.as("").get("/en/catalogue/00000000000000000000000000/matches").want(http.StatusNotFound)
}

func TestNoMatchesSayWhatCanBeDone(t *testing.T) {
	w, _, _ := market(t)
	lonely := w.publishedOffer("Calligraphy brushes", nil)
	p := w.as("").get("/en" + matchesOf(lonely)).want(http.StatusOK)
	p.has(".empty", "No matches yet").has(".empty", "Kazakhstan").lacks(".empty", "Say more")
	if hrefs := strings.Join(p.attrs(".empty a", "href"), " "); !strings.Contains(hrefs, "/suggestions.atom") || !strings.Contains(hrefs, "/en/catalogue") {
		t.Errorf("next steps: %s", hrefs)
	}
	w.as("guo").get("/en"+matchesOf(lonely)).has(".empty", "Say more").has(".empty", "Write down a need")
	w.as("").get("/en/catalogue/"+lonely.ID.ULID()).has("main", "Nothing on record fits yet")
}

func TestRecordsShowTheirBestMatches(t *testing.T) {
	w, need, drip := market(t)
	p := w.as("").get("/ru/catalogue/" + need.ID.ULID()).want(http.StatusOK)
	p.has("section[aria-labelledby=matches-title] h3", "Drip irrigation of wheat").has("section[aria-labelledby=matches-title]", "пшеница")
	if got := p.attrs("section[aria-labelledby=matches-title] a", "href"); got[len(got)-1] != "/ru"+matchesOf(need) {
		t.Errorf("the last link leads to %s", got[len(got)-1])
	}
	// A draft has matches for those inside, and none for others.
	draft := w.drafted("Drip irrigation of wheat on saline soil in oases")
	w.as("guo").get("/en"+matchesOf(draft)).want(http.StatusOK).has("main", "matches of the draft").has("ol.list h3", "Капельное")
	for who, status := range map[string]int{"": 404, "aigerim": 404} {
		w.as(who).get("/en" + matchesOf(draft)).want(status)
	}
	// Who writes it is told of what says nearly the same.
	w.as("guo").get("/en/catalogue/"+draft.ID.ULID()+"/edit").want(http.StatusOK).has("section[aria-labelledby=similar-title]", "Drip irrigation of wheat on saline soil").lacks("section[aria-labelledby=similar-title]", "brucellosis")
	w.as("guo").get("/en/catalogue/"+drip.ID.ULID()+"/edit").want(http.StatusOK).lacks("main", "nearly the same")
}

func TestAnswers(t *testing.T) {
	w, need, drip := market(t)
	path := "/en" + matchesOf(need)
	lines := func(p *page) string { return p.text("ol.list h3") }
	before := lines(w.as("aigerim").get(path + "?state=CN"))
	b := w.as("aigerim")
	form := b.get(path + "?state=CN").form(matchesOf(need))
	if form.Get("counterpart") != string(drip.ID) {
		t.Fatalf("the first form is about %s", form.Get("counterpart"))
	}
	with := func(more ...string) url.Values {
		v := url.Values{}
		for name, values := range form {
			v[name] = values
		}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	// Who does not keep the record cannot answer, and no reason is no answer.
	for who, status := range map[string]int{"": 401, "guo": 403, "elena": 403, "chen": 403} {
		if got := w.as(who).post(path, with("say", "useful")).Status; got != status {
			t.Errorf("%q gets %d", who, got)
		}
	}
	p := b.post(path, with("say", "not", "note", "We know <them>")).want(http.StatusUnprocessableEntity)
	p.has(".errors a", "Choose at least one reason")
	if id := strings.TrimPrefix(p.attrs(".errors a", "href")[0], "#"); len(p.find("#"+id)) != 1 || p.value("note") != "We know <them>" {
		t.Errorf("the summary leads to %s, the note is %q", id, p.value("note"))
	}
	b.post(path, with("say", "perhaps")).want(http.StatusUnprocessableEntity)
	b.post(path, url.Values{"say": {"useful"}, "counterpart": {"x"}}).want(http.StatusUnprocessableEntity)

	p = b.follow(path, with("say", "not", "reasons", "wrong-stage", "note", "Too early"))
	p.has("details ol.list", "Drip irrigation of wheat on saline soil").has("main", "1 match answered as of no use").has("details ol.list .badge", "of no use").has(".chosen", "China")
	w.as("bolat").get(path).has("main", "1 match answered as of no use").has("main", "Too early") // a colleague
	if visitor := lines(w.as("").get(path + "?state=CN")); visitor != before {
		t.Errorf("visitors see %q, saw %q", visitor, before)
	}
	w.as("").get(path).lacks("main", "Too early").lacks("main", "answered")
	b.follow(path, with("say", "useful")).has("ol.list .badge", "Answered: useful").lacks("details ol.list h3", "saline")
	b.follow(path, with("say", "back")).lacks("ol.list .badge", "Answered")
}

func TestTheDeskShowsWhatWasFound(t *testing.T) {
	w, need, drip := market(t)
	if err := journal.NewFeed(w.DB, w.Index.Suggestions()).Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]string{"aigerim": "Drip irrigation of wheat on saline soil", "guo": "Капельное орошение пшеницы", "chen": "Капельное орошение пшеницы"} {
		w.as(who).get("/en/desk").want(http.StatusOK).has("section[aria-labelledby=desk-found] h3", want)
	}
	w.as("elena").get("/en/desk").want(http.StatusOK).lacks("section[aria-labelledby=desk-found]", "")
	err := w.write("aigerim", func(ctx context.Context, tx *db.Tx) error {
		return w.Index.SaveAnswer(ctx, tx, matching.Answer{Record: need.ID, Counterpart: drip.ID, Useful: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.as("aigerim").get("/en/desk").lacks("section[aria-labelledby=desk-found] h3", "wheat on saline")
	w.Clock.Set(testStart.Add(40 * 24 * time.Hour))
	w.as("guo").get("/en/desk").want(http.StatusOK).lacks("section[aria-labelledby=desk-found]", "")
}

package site_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"karvan/internal/lang"
	"karvan/record"
)

func TestASearchIsKeptSeenRenamedAndDeleted(t *testing.T) {
	w := newWorld(t)
	w.offer("滴灌技术")
	b := w.as("aigerim")
	p := b.get("/en/search?q=" + url.QueryEscape("滴灌") + "&kind=offer").want(200)
	form := url.Values{"query": p.attrs(".keep input[name=query]", "value"), "name": p.attrs(".keep input[name=name]", "value")}
	if form.Get("name") != "滴灌" {
		t.Errorf("the search is to be called %q", form.Get("name"))
	}
	p = b.follow("/en/account/searches", form)
	p.has(".notice", "Saved as “滴灌”.")
	p.has(".list", "Nothing new")
	p.has(".list", "1 record found")
	if feeds := strings.Join(p.attrs(".list .meta a", "href"), " "); !strings.Contains(feeds, "/en/search.atom?kind=offer&q=") {
		t.Errorf("feeds %s", feeds)
	}

	w.Clock.Set(testStart.Add(2 * time.Hour))
	w.offer("滴灌设备")
	p = b.get("/en/account/searches").want(200)
	p.has(".list .badge", "1 new")
	p.has(".list", "2 records found")
	at := p.attrs(".list form", "action")[0]

	open := b.post(at, url.Values{"verb": {"open"}}).want(303)
	to := open.Header.Get("Location")
	if !strings.HasPrefix(to, "/en/search?") {
		t.Fatalf("opens %s", to)
	}
	b.get(to).want(200).has(".list", "滴灌设备")
	b.get("/en/account/searches").want(200).has(".list", "Nothing new")

	p = b.follow(at, url.Values{"verb": {"rename"}, "name": {"Капельный полив"}})
	p.has(".notice", "The name has been changed.")
	p.has(".list h2", "Капельный полив")
	p = b.post(at, url.Values{"verb": {"rename"}, "name": {strings.Repeat("a", 121)}}).want(422)
	p.has(".errors", "")
	p.has(".list details[open] .error", "")

	p = b.follow(at, url.Values{"verb": {"delete"}})
	p.has(".notice", "“Капельный полив” has been deleted.")
	p.has(".empty", "You have saved no searches yet.")
	p = b.follow(p.attrs("form.notice", "action")[0], url.Values{"verb": {"restore"}})
	p.has(".list h2", "Капельный полив")
	p.lacks("main", "Undo")
}

func TestTheCatalogueIsKeptWithItsFilters(t *testing.T) {
	w := newWorld(t)
	w.offer("滴灌技术")
	b := w.as("guo")
	p := b.get("/en/catalogue?kind=offer&topic=water&sort=newest").want(200)
	if got := p.attrs(".keep input[name=query]", "value")[0]; got != "/catalogue?kind=offer&sort=newest&topic=water" {
		t.Errorf("keeps %s", got)
	}
	if got := p.attrs(".keep input[name=name]", "value")[0]; got != "Offers · Water" {
		t.Errorf("called %q", got)
	}
	for _, tag := range lang.Interface {
		b.post("/"+string(tag)+"/account/searches", url.Values{"query": {"/catalogue?kind=offer"}, "name": {"Offers"}}).want(303)
		b.get("/"+string(tag)+"/account/searches").want(200).has(".list bdi", "Offers")
	}
	b.post("/en/account/searches", url.Values{"query": {"/admin"}, "name": {"Offers"}}).want(422)
	p = b.post("/en/account/searches", url.Values{"query": {"/catalogue"}, "name": {""}}).want(422)
	p.has(".field--bad label", "Name")
	if got := p.attrs("input[name=query]", "value")[0]; got != "/catalogue" {
		t.Errorf("what was to be kept is lost: %q", got)
	}
}

func TestKeptSearchesAreForTheirOwnerOnly(t *testing.T) {
	w := newWorld(t)
	b := w.as("guo")
	p := b.follow("/en/account/searches", url.Values{"query": {"/catalogue"}, "name": {"Secret interest"}})
	at := p.attrs(".list form", "action")[0]
	w.as("hua").get("/en/account/searches").want(200).lacks("main", "Secret interest")
	for _, verb := range []string{"open", "rename", "delete", "restore"} {
		w.as("hua").post(at, url.Values{"verb": {verb}, "name": {"Mine"}}).want(404)
		w.as("").post(at, url.Values{"verb": {verb}}).want(401)
	}
	b.post(at, url.Values{"verb": {"publish"}}).want(422)
	b.post(at, url.Values{}).want(422)
	w.as("").post("/en/account/searches", url.Values{"query": {"/catalogue"}, "name": {"A"}}).want(401)
	w.as("").get("/en/account/searches").want(303)
}

func TestVisitorsAreGivenTheFeedOfASearch(t *testing.T) {
	w := newWorld(t)
	w.offer("滴灌技术")
	p := w.as("").get("/en/search?q=" + url.QueryEscape("滴灌")).want(200)
	p.lacks(".keep", "Save this search")
	if got := p.attrs(".keep a", "href"); len(got) != 1 || !strings.HasPrefix(got[0], "/en/search.atom?q=") {
		t.Errorf("feed %v", got)
	}
}

func TestAnEmptyResultOffersWhatMayHaveBeenMeant(t *testing.T) {
	w := newWorld(t)
	w.offer("滴灌技术", func(r *record.Record) {
		r.Texts["en"] = record.Version{Provenance: record.Human, Fields: map[string]string{"title": "Drip irrigation of orchards", "summary": "Saves water."}}
	})
	w.as("").get("/en/catalogue?q=irrigatoin").want(200).has(".empty .meant a", "irrigation")
	p := w.as("").get("/en/search?q=irrigatoin").want(200)
	p.has(".empty .meant a", "irrigation")
	for _, href := range p.attrs(".meant a", "href") {
		w.as("").get(href).want(200).lacks("main", "Nothing was found")
	}
	p = w.as("").get("/en/catalogue?q=orchrds+irrigation&kind=offer").want(200)
	p.has(".empty .meant a", "orchard irrigation")
	for _, href := range p.attrs(".meant a", "href") {
		if !strings.Contains(href, "kind=offer") {
			t.Errorf("%s lost the filter", href)
		}
	}
	w.as("").get("/en/search?q=zeppelin").want(200).lacks(".empty", "Did you mean")
	p = w.as("guo").get("/en/search?q=zeppelin").want(200)
	p.has(".empty .keep button", "Save this search")
	w.as("guo").get("/en/catalogue?q=zeppelin").want(200).has(".empty .keep button", "Save this search")
}

package api_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"karvan/catalogue"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/record"
)

// matchList is a page of matches, as a client reads it.
type matchList struct {
	ID    string
	Items []struct {
		ID       id.ID
		Titles   map[string]string
		Pages    []struct{ Lang, URL string }
		Likeness float64
		Reasons  []struct {
			Concept *struct {
				Source, ID string
				Names      map[string]string
			}
			Here, There string
			Share       float64
		}
		Missing []string
		Fit     struct {
			Helps, Hinders, Open int
			Factors              []struct {
				Name, Verdict, List string
				Need, Offer         []string
			}
		}
	}
	Next string
}

// market puts a need and offers into a world, and has their owners told.
func (w *world) market() (need, drip *record.Record) {
	w.Helper()
	w.populate()
	offer := func(title string, p *catalogue.Profile) *record.Record {
		p.Cooperation, p.Fields = []string{"licence"}, []string{"4.1"}
		return w.put(&record.Record{Kind: "offer", Owner: institute, Party: stateCN, Body: p, Texts: say("en", "title", title, "en", "summary", "About "+title, "en", "description", title)})
	}
	for _, title := range []string{"Glass for greenhouses", "Vaccine against brucellosis", "Speech corpus of Kyrgyz", "Locust monitoring by satellite"} {
		offer(title, &catalogue.Profile{Type: "technology-offer", Stage: "on-market"})
	}
	drip = offer("Drip irrigation on saline soil", &catalogue.Profile{Type: "technology-offer", Stage: "concept", Topics: []string{"water"}})
	offer("Drip irrigation lines", &catalogue.Profile{Type: "technology-offer", Stage: "on-market"})
	need = w.put(&record.Record{Kind: "need", Party: stateKZ, Owner: stateKZ, Source: "ru", Body: &catalogue.Profile{Type: "technology-request", Stage: "prototype", Cooperation: []string{"licence"}, Fields: []string{"4.1"}},
		Texts: say("ru", "title", "Капельное орошение на засолённой почве", "ru", "summary", "Нужно капельное орошение и верблюды.", "ru", "description", "Капельное орошение.")})
	if err := journal.NewFeed(w.db, w.index.Suggestions()).Flush(context.Background()); err != nil {
		w.Fatal(err)
	}
	return need, drip
}

func TestMatchesAsData(t *testing.T) {
	w := newWorld(t)
	need, drip := w.market()
	path := "/api/v1/catalogue/" + string(need.ID) + "/matches"
	list := decode[matchList](t, w.ok(path))
	if len(list.Items) != 3 || list.Items[0].ID != drip.ID || list.ID != string(need.ID) {
		t.Fatalf("%+v", list)
	}
	first := list.Items[0]
	if first.Titles["en"] != "Drip irrigation on saline soil" || len(first.Pages) != 4 || first.Likeness <= list.Items[1].Likeness {
		t.Errorf("%+v", first)
	}
	r := first.Reasons[0]
	if r.Concept == nil || r.Concept.Names["zh"] == "" || strings.ToLower(r.Here) != "капельное орошение" || strings.ToLower(r.There) != "drip irrigation" || r.Share <= 0 || r.Share > 1 {
		t.Errorf("the first reason is %+v", r)
	}
	if !slices.Contains(first.Missing, "верблюды") {
		t.Errorf("missing: %q", first.Missing)
	}
	if f := first.Fit.Factors[0]; first.Fit.Hinders != 1 || f.Name != "stage" || f.Verdict != "hinders" || f.Need[0] != "prototype" || f.Offer[0] != "concept" {
		t.Errorf("fit %+v", first.Fit)
	}
	for name, c := range map[string]struct {
		query string
		want  int
	}{"by topic": {"?topic=water", 2}, "by stage": {"?stage=on-market", 1}, "by a state that has none": {"?state=KZ", 0}, "by two": {"?stage=on-market&stage=concept&topic=water", 1}} {
		if got := decode[matchList](t, w.ok(path+c.query)).Items; len(got) != c.want {
			t.Errorf("%s: %d", name, len(got))
		}
	}
	// Page by page it is the same, and a place belongs to its record.
	var ids []id.ID
	next := ""
	for range 5 {
		q := url.Values{"limit": {"1"}}
		if next != "" {
			q.Set("cursor", next)
		}
		page := decode[matchList](t, w.ok(path+"?"+q.Encode()))
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if len(ids) != 3 || ids[0] != first.ID || ids[2] != list.Items[2].ID {
		t.Errorf("page by page %v", ids)
	}
	cursor := decode[matchList](t, w.ok(path+"?limit=1")).Next
	other := "/api/v1/catalogue/" + string(drip.ID) + "/matches"
	if got := decode[matchList](t, w.ok(other)); len(got.Items) != 1 || got.Items[0].ID != need.ID {
		t.Errorf("the other way round: %+v", got)
	}
	for _, bad := range []string{other + "?limit=1&cursor=" + url.QueryEscape(cursor), path + "?limit=0", path + "?limit=51", path + "?state=china", path + "?words=drip"} {
		if rec := w.get(bad); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
	escaped := "/api/v1/catalogue/" + url.PathEscape(string(need.ID)) + "/matches"
	if rec := w.get(escaped); rec.Code != http.StatusOK {
		t.Errorf("with escaped slashes: %d", rec.Code)
	}
}

func TestMatchesOfWhatIsNotInTheLists(t *testing.T) {
	w := newWorld(t)
	need, drip := w.market()
	of := func(r id.ID) string { return "/api/v1/catalogue/" + string(r) + "/matches" }
	feed := func(r id.ID, ending string) string { return "/en/catalogue/" + r.ULID() + "/suggestions." + ending }
	draft := w.put(&record.Record{Kind: "need", State: record.Draft, Party: stateKZ, Owner: stateKZ, Body: &catalogue.Profile{}, Texts: say("en", "title", "Secret drip irrigation")})
	w.then(drip, record.Withdrawn, func(r *record.Record) { w.note(r, "withdrawal", "Sold.") })
	if rec := w.get(of(need.ID)); has(rec, drip.ID.ULID()) {
		t.Error("what was withdrawn still matches")
	}
	if got := decode[matchList](t, w.ok(of(drip.ID))); len(got.Items) != 0 {
		t.Errorf("what was withdrawn has matches: %+v", got)
	}
	for path, status := range map[string]int{of(draft.ID): 404, of(stateKZ): 404, of(id.Derive(node, "need", "none")): 404, feed(draft.ID, "atom"): 404, feed(drip.ID, "atom"): 404, feed(need.ID, "csv"): 404,
		"/xx/catalogue/" + need.ID.ULID() + "/suggestions.atom": 404, feed(need.ID, "atom"): 200} {
		if rec := w.get(path); rec.Code != status || has(rec, "Secret") {
			t.Errorf("%s: %d, want %d", path, rec.Code, status)
		}
	}
	if rec := w.get(feed(need.ID, "atom")); has(rec, drip.ID.ULID()) {
		t.Error("what was withdrawn is still suggested")
	}
	w.then(need, record.Erased, nil)
	if rec := w.get(of(need.ID)); rec.Code != http.StatusGone {
		t.Errorf("what was erased: %d", rec.Code)
	}
}

func TestSuggestionsAsFeeds(t *testing.T) {
	w := newWorld(t)
	need, drip := w.market()
	for ending, mediaType := range map[string]string{"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"} {
		path := "/ru/catalogue/" + need.ID.ULID() + "/suggestions." + ending
		if !w.api.Serves(path) {
			t.Errorf("%s is not served", path)
		}
		rec := w.ok(path)
		if !strings.HasPrefix(rec.Header().Get("Content-Type"), mediaType) || rec.Header().Get("Content-Language") != "ru" {
			t.Errorf("%s: %v", ending, rec.Header())
		}
		for _, want := range []string{"Drip irrigation on saline soil", "Новые совпадения для «Капельное орошение на засолённой почве»", "/ru/catalogue/" + need.ID.ULID() + "/matches", base + path} {
			if !has(rec, want) {
				t.Errorf("%s lacks %q:\n%s", ending, want, rec.Body)
			}
		}
		if has(rec, "brucellosis") {
			t.Errorf("%s: suggested without sharing anything", ending)
		}
	}
	if rec := w.ok("/en/catalogue/" + drip.ID.ULID() + "/suggestions.json"); !has(rec, need.ID.ULID()) {
		t.Error("the owner of the offer is not told of the need")
	}
}

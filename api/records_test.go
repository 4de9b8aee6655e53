package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"karvan/internal/id"
	"karvan/record"
)

func TestRecordsAreListedAndNarrowed(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, test := range []struct {
		name, query string
		want        int
	}{
		{"everything listed", "", 12},
		{"a kind", "kind=offer", 1},
		{"two kinds", "kind=offer&kind=need", 2},
		{"a party by code", "party=KZ&kind=announcement", 2},
		{"a party by id", "party=" + url.QueryEscape(string(stateKZ)) + "&kind=announcement", 2},
		{"a state", "state=CN&kind=offer", 1},
		{"a field", "field=4.1", 2},
		{"a topic", "topic=water", 3},
		{"a language", "lang=ru&kind=announcement", 1},
		{"words", "q=irrigation", 1},
		{"words in Persian, and what says them in English", "q=" + url.QueryEscape("خاک"), 2},
		{"words in Kazakh for what is said in English", "q=" + url.QueryEscape("суару"), 1},
		{"what is not there", "q=zeppelin", 0},
		{"what was withdrawn is not listed", "q=Retracted", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := decode[page](t, w.ok("/api/v1/records?"+test.query))
			if p.Total != test.want || len(p.Items) != test.want {
				t.Errorf("total %d with %d items, want %d", p.Total, len(p.Items), test.want)
			}
		})
	}
}

func TestAnItemCanBeChecked(t *testing.T) {
	w := newWorld(t)
	w.populate()
	p := decode[page](t, w.ok("/api/v1/records?kind=offer"))
	item := p.Items[0]
	sum := sha256.Sum256(item.Record)
	if hex.EncodeToString(sum[:]) != item.Digest {
		t.Errorf("the record in the list does not have its digest: %s", item.Record)
	}
	if item.URL != base+"/api/v1/records/"+item.ID || len(item.Pages) != 4 || item.Pages[0].URL != base+"/en/catalogue/"+id.ID(item.ID).ULID() {
		t.Errorf("addresses %s %v", item.URL, item.Pages)
	}
	if p.Facets["stage"][0].Value != "prototype" || p.Facets["stage"][0].Count != 1 {
		t.Errorf("facets %v", p.Facets)
	}
}

func TestPagingVisitsEachRecordOnce(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, sort := range []string{"", "published", "-published", "updated", "-updated", "name", "score"} {
		seen := map[string]int{}
		next, pages := "", 0
		for {
			query := url.Values{"limit": {"5"}}
			for name, value := range map[string]string{"sort": sort, "cursor": next} {
				if value != "" {
					query.Set(name, value)
				}
			}
			rec := w.ok("/api/v1/records?" + query.Encode())
			p := decode[page](t, rec)
			for _, item := range p.Items {
				seen[item.ID]++
			}
			pages++
			if next = p.Next; next == "" {
				break
			}
			if link := rec.Header().Get("Link"); !strings.Contains(link, url.QueryEscape(next)) || !strings.Contains(link, `rel="next"`) {
				t.Fatalf("sort %q: Link is %q", sort, link)
			}
		}
		if len(seen) != 12 || pages != 3 {
			t.Errorf("sort %q: %d records on %d pages", sort, len(seen), pages)
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("sort %q: %s came %d times", sort, name, n)
			}
		}
	}
}

func TestACursorBelongsToItsQuery(t *testing.T) {
	w := newWorld(t)
	w.populate()
	next := decode[page](t, w.ok("/api/v1/records?limit=2&sort=updated")).Next
	for _, query := range []string{"sort=-updated", "sort=updated&kind=offer", "sort=updated&q=water"} {
		if rec := w.get("/api/v1/records?" + query + "&cursor=" + url.QueryEscape(next)); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s went on from a place in another list: %d", query, rec.Code)
		}
	}
}

func TestOrderIsAsAsked(t *testing.T) {
	w := newWorld(t)
	w.populate()
	updated := func(sort string) (ids []string) {
		for _, item := range decode[page](t, w.ok("/api/v1/records?limit=100&sort="+sort)).Items {
			ids = append(ids, item.ID)
		}
		return ids
	}
	up, down := updated("updated"), updated("-updated")
	slices.Reverse(down)
	if !slices.Equal(up, down) || up[0] != string(stateKZ) {
		t.Errorf("up %v, down turned round %v", up, down)
	}
}

type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	Errors                    []struct{ Location, Message string }
}

func TestProblemsNameTheParameter(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, test := range []struct {
		name, path, location string
		status               int
	}{
		{"an unknown parameter", "/api/v1/records?colour=red", "query.colour", 422},
		{"an unknown kind", "/api/v1/records?kind=unicorn", "query.kind", 422},
		{"a limit too high", "/api/v1/records?limit=101", "query.limit", 422},
		{"a limit too low", "/api/v1/records?limit=0", "query.limit", 422},
		{"a limit that is none", "/api/v1/records?limit=ten", "query.limit", 422},
		{"a limit twice", "/api/v1/records?limit=1&limit=2", "query.limit", 422},
		{"an unknown order", "/api/v1/records?sort=colour", "query.sort", 422},
		{"an unknown topic", "/api/v1/records?topic=dragons", "query.topic", 422},
		{"an unknown field", "/api/v1/records?field=9.9", "query.field", 422},
		{"a state in small letters", "/api/v1/records?state=kz", "query.state", 422},
		{"a party that is none", "/api/v1/records?party=somebody", "query.party", 422},
		{"a language that is none", "/api/v1/records?lang=1", "query.lang", 422},
		{"a cursor that is none", "/api/v1/records?cursor=abc", "query.cursor", 422},
		{"too many words", "/api/v1/records?q=" + strings.Repeat("a", 500), "query.q", 422},
		{"a revision that is none", "/api/v1/records/" + string(stateKZ) + "?rev=first", "query.rev", 422},
		{"a day that does not exist", "/api/v1/bodies/sco/members?date=2023-02-30", "query.date", 422},
		{"a day in another order", "/api/v1/bodies/sco/members?date=30.01.2023", "query.date", 422},
		{"a query that cannot be read", "/api/v1/records?q=%zz", "", 422},
		{"a query without end", "/api/v1/records?q=" + strings.Repeat("a", 9000), "", 413},
		{"a record that is not there", "/api/v1/records/n.example/offer/01ARZ3NDEKTSV4RRFFQ69G5FAV", "", 404},
		{"an id that is none", "/api/v1/records/n.example/offer/x", "", 404},
		{"a body that is not there", "/api/v1/bodies/nobody/members", "", 404},
		{"a route that is not there", "/api/v2/records", "", 404},
		{"a feed cursor that is none", "/en/board.atom?cursor=abc", "query.cursor", 422},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec := w.get(test.path)
			p := decode[problem](t, rec)
			if rec.Code != test.status || p.Status != test.status || rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%d %s, status %d", rec.Code, rec.Header().Get("Content-Type"), p.Status)
			}
			if p.Type == "" || p.Title == "" || p.Detail == "" || p.Code == "" || rec.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("incomplete: %s", rec.Body)
			}
			if test.location == "" != (len(p.Errors) == 0) || test.location != "" && (p.Errors[0].Location != test.location || p.Errors[0].Message == "") {
				t.Errorf("errors %v, want %q", p.Errors, test.location)
			}
			if len(rec.Body.String()) > 3000 {
				t.Errorf("%d bytes of problem", rec.Body.Len())
			}
		})
	}
}

func TestProblemsSpeakTheLanguageAskedFor(t *testing.T) {
	w := newWorld(t)
	titles := map[string]bool{}
	for _, t2 := range []string{"en", "zh", "ru", "fa"} {
		rec := w.get("/api/v1/records?limit=0", "Accept-Language", t2)
		p := decode[problem](t, rec)
		titles[p.Title+p.Errors[0].Message] = true
		if rec.Header().Get("Content-Language") != t2 || !strings.Contains(strings.Join(rec.Header().Values("Vary"), ","), "Accept-Language") {
			t.Errorf("%s: headers %v", t2, rec.Header())
		}
	}
	if len(titles) != 4 {
		t.Errorf("the problem has %d wordings, want 4", len(titles))
	}
}

func TestARecordIsSentAsItIsStored(t *testing.T) {
	w := newWorld(t)
	w.populate()
	item := decode[page](t, w.ok("/api/v1/records?kind=offer")).Items[0]
	path := "/api/v1/records/" + item.ID
	rec := w.ok(path, "Accept-Encoding", "gzip")
	if rec.Header().Get("Content-Encoding") != "" {
		t.Fatal("the bytes to be checked are compressed")
	}
	sum := sha256.Sum256(rec.Body.Bytes())
	if hex.EncodeToString(sum[:]) != item.Digest || rec.Header().Get("Etag") != `"`+item.Digest+`"` ||
		rec.Header().Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
		t.Errorf("digest %x, headers %v", sum, rec.Header())
	}
	if escaped := w.ok("/api/v1/records/" + strings.ReplaceAll(item.ID, "/", "%2F")); escaped.Body.String() != rec.Body.String() {
		t.Error("escaped slashes give something else")
	}
	for _, tag := range []string{`"` + item.Digest + `"`, `W/"` + item.Digest + `"`, `"x", "` + item.Digest + `"`, "*"} {
		if again := w.get(path, "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("If-None-Match %s: %d", tag, again.Code)
		}
	}
	if again := w.get(path, "If-None-Match", `"other"`); again.Code != http.StatusOK {
		t.Errorf("another tag: %d", again.Code)
	}
	head := w.ask(http.MethodHead, path)
	if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("Etag") != rec.Header().Get("Etag") || head.Header().Get("Content-Length") != rec.Header().Get("Content-Length") {
		t.Errorf("HEAD: %d, %d bytes, %v", head.Code, head.Body.Len(), head.Header())
	}
}

func TestRevisionsOfARecord(t *testing.T) {
	w := newWorld(t)
	first := w.put(announcement("First"))
	draft := w.then(first, record.Draft, func(r *record.Record) { r.Texts = say("en", "title", "Hidden draft") })
	second := w.then(draft, record.Published, func(r *record.Record) {
		r.Texts = announcement("Second").Texts
		w.note(r, "fact", "First was wrong.")
	})
	path := "/api/v1/records/" + string(first.ID)
	if rec := w.ok(path); !has(rec, "Second") {
		t.Errorf("the public revision is %s", rec.Body)
	}
	if rec := w.ok(path + "?rev=1"); !has(rec, "Body of First") || rec.Header().Get("Etag") != `"`+first.Digest+`"` {
		t.Errorf("revision 1 is %s", rec.Body)
	}
	for _, rev := range []string{"2", "4"} {
		if rec := w.get(path + "?rev=" + rev); rec.Code != http.StatusNotFound || has(rec, "Hidden") {
			t.Errorf("revision %s: %d", rev, rec.Code)
		}
	}
	rec := w.ok(path + "/revisions")
	h := decode[struct {
		ID    string
		Items []struct {
			Rev                      int
			Digest, State, Verb, URL string
		}
	}](t, rec)
	if len(h.Items) != 2 || h.Items[0].Rev != 3 || h.Items[0].Digest != second.Digest || h.Items[1].Rev != 1 || has(rec, "actor") || has(rec, draft.Digest) {
		t.Errorf("history %s", rec.Body)
	}
}

func TestWithdrawnStaysAndErasedIsGone(t *testing.T) {
	w := newWorld(t)
	r := w.then(w.put(announcement("Claim")), record.Withdrawn, func(r *record.Record) { w.note(r, "withdrawal", "It was wrong.") })
	path := "/api/v1/records/" + string(r.ID)
	if rec := w.ok(path); !has(rec, `"state":"withdrawn"`) || !has(rec, "It was wrong.") || !has(rec, "Body of Claim") {
		t.Errorf("withdrawn: %s", rec.Body)
	}
	w.then(r, record.Erased, nil)
	for _, query := range []string{"", "?rev=1", "?rev=2", "?rev=3"} {
		if rec := w.get(path + query); rec.Code != http.StatusGone || has(rec, "Claim") {
			t.Errorf("erased%s: %d %s", query, rec.Code, rec.Body)
		}
	}
	rec := w.ok(path + "/revisions")
	if strings.Count(rec.Body.String(), `"digest"`) != 3 || has(rec, `"url"`) {
		t.Errorf("history of what was erased: %s", rec.Body)
	}
}

func TestHeadersForBrowsersOfOtherSites(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, path := range []string{"/api/v1/records", "/openapi.json", "/en/board.json", "/api/v1/records?limit=0"} {
		h := w.get(path, "Origin", "https://elsewhere.example").Header()
		if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	rec := w.ask(http.MethodOptions, "/api/v1/records", "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "GET")
	if rec.Code != http.StatusNoContent || rec.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" {
		t.Errorf("preflight: %d %v", rec.Code, rec.Header())
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		rec := w.ask(method, "/api/v1/records")
		if rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "GET, HEAD, OPTIONS" || decode[problem](t, rec).Status != 405 {
			t.Errorf("%s: %d", method, rec.Code)
		}
	}
	if rec := w.ok("/api/v1/records", "Accept-Encoding", "gzip"); rec.Header().Get("Content-Encoding") != "gzip" {
		t.Error("a list goes out uncompressed")
	}
	for _, accept := range []string{"text/html", "json", "application/xml;q=0.5", "*/*"} {
		if got := w.ok("/api/v1/records?limit=1", "Accept", accept).Header().Get("Content-Type"); got != "application/json" {
			t.Errorf("Accept %s: %s", accept, got)
		}
	}
	tag := w.ok("/api/v1/records").Header().Get("Etag")
	if rec := w.get("/api/v1/records", "If-None-Match", tag); rec.Code != http.StatusNotModified {
		t.Errorf("an unchanged list: %d", rec.Code)
	}
	w.put(announcement("New"))
	if rec := w.get("/api/v1/records", "If-None-Match", tag); rec.Code != http.StatusOK {
		t.Errorf("a changed list: %d", rec.Code)
	}
}

func TestMembersOfABody(t *testing.T) {
	w := newWorld(t)
	w.populate()
	type members struct {
		Body, Date, Chair string
		Categories        []struct{ Key string }
		Counts            map[string]int
		Members           []struct {
			State, Category, From, Decision, Memorandum, Evidence string
			Names                                                 map[string]string
		}
	}
	escaped := strings.ReplaceAll(string(bodySCO), "/", "%2F")
	for _, test := range []struct {
		name, path string
		counts     map[string]int
		order      string
		chair      string
	}{
		{"a founder's day, by id", "/api/v1/bodies/" + escaped + "/members?date=2002-01-01", map[string]int{"member": 2}, "KZ CN", ""},
		{"with an observer, by ULID", "/api/v1/bodies/" + bodySCO.ULID() + "/members?date=2024-07-03", map[string]int{"member": 2, "observer": 1}, "KZ CN BY", "KZ"},
		{"the day of accession, by abbreviation", "/api/v1/bodies/sco/members?date=2024-07-04", map[string]int{"member": 3, "observer": 0}, "BY KZ CN", "KZ"},
		{"after the category ended", "/api/v1/bodies/SCO/members?date=2025-01-01", map[string]int{"member": 3}, "BY KZ CN", ""},
		{"today", "/api/v1/bodies/sco/members", map[string]int{"member": 3}, "BY KZ CN", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := decode[members](t, w.ok(test.path))
			var order []string
			for _, s := range m.Members {
				order = append(order, s.State)
			}
			if got := strings.Join(order, " "); got != test.order || m.Chair != test.chair || m.Body != string(bodySCO) {
				t.Errorf("order %s, chair %q", got, m.Chair)
			}
			if len(m.Counts) != len(test.counts) || len(m.Categories) != len(test.counts) {
				t.Errorf("counts %v, categories %v", m.Counts, m.Categories)
			}
			for category, n := range test.counts {
				if m.Counts[category] != n {
					t.Errorf("%d in %s, want %d", m.Counts[category], category, n)
				}
			}
		})
	}
	m := decode[members](t, w.ok("/api/v1/bodies/sco/members?date=2025-06-01"))
	if s := m.Members[0]; s.Names["ru"] != "Беларусь" || s.Decision != "2024-07-04" || s.Memorandum != "2023-07-04" || s.From != "2024-07-04" {
		t.Errorf("the newest member is %+v", s)
	}
	if m.Date != "2025-06-01" {
		t.Errorf("date %s", m.Date)
	}
}

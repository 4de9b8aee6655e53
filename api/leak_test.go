package api_test

import (
	"net/http"
	"strings"
	"testing"

	"karvan/record"
)

// routesOf lists every route that could show a record.
func routesOf(r *record.Record) []string {
	one := "/api/v1/records/" + string(r.ID)
	routes := []string{one, one + "?rev=1", one + "?rev=2", one + "/revisions", "/api/v1/records?limit=100", "/api/v1/records?q=Xylophone&sort=score",
		"/api/v1/records?sort=updated&limit=100", "/sitemap.xml", "/sitemap-0.xml", "/sitemap-1.xml", "/robots.txt", "/openapi.json"}
	for _, list := range feedLists {
		for _, ending := range []string{"atom", "rss", "json", "csv"} {
			routes = append(routes, "/en/"+list+"."+ending, "/fa/"+list+"."+ending+"?q=Xylophone")
		}
	}
	return routes
}

// A record in each state, asked for by every route: who may see it stands in the
// table, and nothing else may name it, its words or its digest.
func TestNothingPrivateLeaks(t *testing.T) {
	for _, test := range []struct {
		state                record.State
		alone, listed, feeds bool
	}{
		{record.Draft, false, false, false},
		{record.Submitted, false, false, false},
		{record.Returned, false, false, false},
		{record.Scheduled, false, false, false},
		{record.Published, true, true, true},
		{record.Suspended, true, false, false},
		{record.Expired, true, false, false},
		{record.Withdrawn, true, false, true},
	} {
		t.Run(string(test.state), func(t *testing.T) {
			w := newWorld(t)
			r := announcement("Xylophone")
			r.State = test.state
			r = w.put(r)
			for _, route := range routesOf(r) {
				rec := w.get(route)
				may := false
				switch {
				case strings.HasPrefix(route, "/api/v1/records/"):
					may = test.alone
					if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[may]; rec.Code != want && !strings.HasSuffix(route, "rev=2") {
						t.Errorf("%s: %d, want %d", route, rec.Code, want)
					}
				case strings.HasPrefix(route, "/api/"), strings.HasPrefix(route, "/sitemap"), strings.Contains(route, ".csv"):
					may = test.listed
				default:
					may = test.feeds
				}
				for _, secret := range []string{"Body of Xylophone", "Summary of Xylophone", r.ID.ULID(), r.Digest} {
					if !may && has(rec, secret) {
						t.Errorf("%s shows %q", route, secret)
					}
				}
				if may && strings.HasPrefix(route, "/en/board") && !has(rec, r.ID.ULID()) {
					t.Errorf("%s does not show what it may", route)
				}
			}
		})
	}
}

// A change that is being prepared shows nowhere, whatever its state.
func TestAPendingChangeLeaksNowhere(t *testing.T) {
	for _, state := range []record.State{record.Draft, record.Submitted, record.Returned, record.Scheduled} {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t)
			r := w.put(announcement("Xylophone"))
			change := w.then(r, state, func(r *record.Record) { r.Texts["en"].Fields["title"] = "Xylophone Quux" })
			for _, route := range routesOf(r) {
				rec := w.get(route)
				if has(rec, "Quux") || has(rec, change.Digest) {
					t.Errorf("%s shows the change", route)
				}
			}
			if rec := w.get("/api/v1/records?q=Quux"); has(rec, r.ID.ULID()) {
				t.Error("the search finds the words of the change")
			}
		})
	}
}

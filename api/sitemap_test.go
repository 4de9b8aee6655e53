package api_test

import (
	"net/http"
	"strings"
	"testing"

	"karvan/api"
	"karvan/internal/journal"
	"karvan/internal/testkit"
	"karvan/record"
)

func TestSitemapListsEveryPageInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	w.populate()
	sample := announcement("Invented")
	sample.Sample = true
	w.put(sample)
	rec := w.ok("/sitemap.xml")
	lint(t, rec.Body.Bytes())
	index := parseXML(t, rec.Body.Bytes())
	pages, ids := map[string]bool{}, 0
	for _, part := range index.all("sitemap") {
		rec := w.ok(strings.TrimPrefix(part.one(t, "loc").Text, base))
		lint(t, rec.Body.Bytes())
		set := parseXML(t, rec.Body.Bytes())
		if n := len(set.all("url")); n > 50_000 || rec.Body.Len() > 50<<20 {
			t.Errorf("%d addresses, %d bytes", n, rec.Body.Len())
		}
		for _, u := range set.all("url") {
			loc := u.one(t, "loc").Text
			if pages[loc] || !strings.HasPrefix(loc, base+"/") {
				t.Errorf("%s stands twice or elsewhere", loc)
			}
			pages[loc] = true
			links := map[string]string{}
			for _, l := range u.all("link") {
				links[l.attr("hreflang")] = l.attr("href")
			}
			if len(links) != 5 || links["x-default"] == "" || links[loc[len(base)+1:len(base)+3]] != loc {
				t.Errorf("%s has the alternatives %v", loc, links)
			}
			if len(u.all("lastmod")) == 1 {
				ids++
				if !isTime(u.one(t, "lastmod").Text) {
					t.Error("lastmod is no time")
				}
			}
		}
	}
	if ids != 4*12 {
		t.Errorf("%d pages of records, want those of 12 in four languages", ids)
	}
	for _, want := range []string{"/en/", "/fa/board", "/zh/states/KZ"} {
		if !pages[base+want] {
			t.Errorf("%s is not listed", want)
		}
	}
	for loc := range pages {
		for _, private := range []string{"/desk", "/admin", "/sign-in", "/account"} {
			if strings.Contains(loc, private) {
				t.Errorf("%s is listed", loc)
			}
		}
	}
	if rec := w.get("/sitemap-2.xml"); rec.Code != http.StatusNotFound {
		t.Errorf("a part that is not there: %d", rec.Code)
	}
	for _, path := range []string{"/sitemap-01.xml", "/sitemap--1.xml", "/sitemap-x.xml", "/sitemap-1.xml.gz"} {
		if w.api.Serves(path) {
			t.Errorf("%s is taken for a part", path)
		}
	}
}

func TestSitemapFollowsTheRecords(t *testing.T) {
	w := newWorld(t)
	r := w.put(announcement("Here"))
	if !has(w.ok("/sitemap-1.xml"), r.ID.ULID()) {
		t.Fatal("a published record is not listed")
	}
	w.then(r, record.Withdrawn, func(r *record.Record) { w.note(r, "withdrawal", "Gone.") })
	if rec := w.get("/sitemap-1.xml"); has(rec, r.ID.ULID()) {
		t.Error("a withdrawn record is listed")
	}
}

func TestRobotsAreToldWhereToLook(t *testing.T) {
	w := newWorld(t)
	body := w.ok("/robots.txt").Body.String()
	for _, line := range []string{"Disallow: /en/desk\n", "Disallow: /fa/admin\n", "Disallow: /zh/sign-in\n", "Sitemap: " + base + "/sitemap.xml\n"} {
		if !strings.Contains(body, line) {
			t.Errorf("robots.txt lacks %q", line)
		}
	}
	if strings.Contains(body, "Disallow: /\n") {
		t.Error("robots are kept out of a real node")
	}
	w.api.Node.Demo = true
	if !has(w.ok("/robots.txt"), "Disallow: /\n") {
		t.Error("robots may take the demo world for the real one")
	}
}

func TestProbes(t *testing.T) {
	w := newWorld(t)
	w.populate()
	type probe struct {
		Status  string
		Reasons []string
		Behind  int64
	}
	ask := func(h http.Handler) (int, probe) {
		w.handler = h
		rec := w.get("/")
		return rec.Code, decode[probe](t, rec)
	}
	if code, p := ask(w.api.Health()); code != http.StatusOK || p.Status != "ok" {
		t.Errorf("alive: %d %+v", code, p)
	}
	if code, p := ask(w.api.Ready()); code != http.StatusOK || p.Behind != 0 {
		t.Errorf("ready: %d %+v", code, p)
	}
	// Lines that the index has not followed: ordered, but not handed out.
	w.api.MaxLag = 1
	r := announcement("Late")
	behind := *w
	behind.feed = journal.NewFeed(w.db)
	behind.put(r)
	if code, p := ask(w.api.Ready()); code != http.StatusOK || p.Behind != 1 {
		t.Errorf("a little behind: %d %+v", code, p)
	}
	behind.put(announcement("Later"))
	if code, p := ask(w.api.Ready()); code != http.StatusServiceUnavailable || len(p.Reasons) != 1 || p.Reasons[0] != "index-behind" {
		t.Errorf("far behind: %d %+v", code, p)
	}
	// A database that does not answer: it is closed.
	closed := &api.API{Index: w.index, Web: w.api.Web}
	closed.DB = testkit.SQLite(t)
	if err := closed.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if code, p := ask(closed.Ready()); code != http.StatusServiceUnavailable || len(p.Reasons) != 1 || p.Reasons[0] != "database" {
		t.Errorf("without a database: %d %+v", code, p)
	}
}

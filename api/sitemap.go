package api

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// partSize is how many records a part of the sitemap holds. With one address in
// each language, five alternatives to each, a part stays well under the 50,000
// addresses and 50 MB that the protocol allows.
const partSize = 2000

// listedPages are the pages that are no record's.
var listedPages = []string{"/", "/board", "/catalogue", "/events", "/commitments", "/bodies", "/organisations", "/vocabulary", "/matching/quality", "/about", "/about/data", "/about/rules"}

// privatePages are those that search engines have no business with.
var privatePages = []string{"/desk", "/account", "/admin", "/sign-in"}

// Types of the sitemap protocol 0.9, with the alternatives of XHTML.
type (
	sitemapIndex struct {
		XMLName xml.Name      `xml:"sitemapindex"`
		NS      string        `xml:"xmlns,attr"`
		Parts   []sitemapPart `xml:"sitemap"`
	}
	sitemapPart struct {
		Loc string `xml:"loc"`
	}
	urlSet struct {
		XMLName xml.Name     `xml:"urlset"`
		NS      string       `xml:"xmlns,attr"`
		XHTML   string       `xml:"xmlns:xhtml,attr"`
		URLs    []sitemapURL `xml:"url"`
	}
	sitemapURL struct {
		Loc        string          `xml:"loc"`
		Modified   string          `xml:"lastmod,omitempty"`
		Alternates []alternateLink `xml:"xhtml:link"`
	}
	alternateLink struct {
		Rel      string `xml:"rel,attr"`
		HrefLang string `xml:"hreflang,attr"`
		Href     string `xml:"href,attr"`
	}
)

const sitemapNS = "http://www.sitemaps.org/schemas/sitemap/0.9"

func isSitemap(path string) bool {
	_, ok := sitemapNumber(path)
	return path == "/sitemap.xml" || ok
}

// sitemapNumber reads the number of a part off its path. Part 0 has the pages
// that are no record's.
func sitemapNumber(path string) (int, bool) {
	digits, ok := strings.CutPrefix(path, "/sitemap-")
	digits, xml := strings.CutSuffix(digits, ".xml")
	n, err := strconv.Atoi(digits)
	return n, ok && xml && err == nil && n >= 0 && strconv.Itoa(n) == digits
}

func (a *API) serveSitemap(w http.ResponseWriter, r *http.Request) {
	refs := a.sitemapRefs()
	parts := (len(refs) + partSize - 1) / partSize
	const mediaType = "application/xml; charset=utf-8"
	r.Pattern = "/sitemap.xml"
	n, part := sitemapNumber(r.URL.Path)
	if !part {
		index := sitemapIndex{NS: sitemapNS}
		for i := range parts + 1 {
			index.Parts = append(index.Parts, sitemapPart{a.Node.BaseURL + "/sitemap-" + strconv.Itoa(i) + ".xml"})
		}
		a.send(w, r, answer{mediaType: mediaType, body: xmlDocument(index), maxAge: 3600})
		return
	}
	r.Pattern = "/sitemap-{n}.xml"
	set := urlSet{NS: sitemapNS, XHTML: "http://www.w3.org/1999/xhtml"}
	switch {
	case n > parts:
		a.fail(w, r, fault.New(fault.NotFound, "fault.not-found"))
		return
	case n == 0:
		for _, p := range listedPages {
			set.add(a.Node.BaseURL, p, time.Time{})
		}
	default:
		first := (n - 1) * partSize
		records, err := a.many(r, refs[first:min(first+partSize, len(refs))])
		if err != nil {
			a.fail(w, r, err)
			return
		}
		for _, rec := range records {
			if p := a.PathOf(rec); p != "" && rec.Listed() && !rec.Sample {
				set.add(a.Node.BaseURL, p, rec.Updated)
			}
		}
	}
	a.send(w, r, answer{mediaType: mediaType, body: xmlDocument(set), maxAge: 3600})
}

func (a *API) many(r *http.Request, refs []record.Ref) (records []*record.Record, err error) {
	err = a.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		records, err = a.Book.Many(r.Context(), tx, refs)
		return err
	})
	return records, err
}

// add lists a page in every language, each with all of them as alternatives.
func (s *urlSet) add(base, path string, modified time.Time) {
	links := make([]alternateLink, 0, len(lang.Interface)+1)
	for _, t := range lang.Interface {
		links = append(links, alternateLink{"alternate", string(t), base + "/" + string(t) + path})
	}
	// Without a language the node chooses by what the browser asks for.
	links = append(links, alternateLink{"alternate", "x-default", base + path})
	u := sitemapURL{Alternates: links}
	if !modified.IsZero() {
		u.Modified = rfc3339(modified)
	}
	for _, t := range lang.Interface {
		u.Loc = base + "/" + string(t) + path
		s.URLs = append(s.URLs, u)
	}
}

// sitemapRefs lists the listed records in the order in which they were begun, so
// that parts fill up from the end. It is kept until the index changes.
func (a *API) sitemapRefs() []record.Ref {
	a.sitemap.Lock()
	defer a.sitemap.Unlock()
	version := a.Index.Version()
	if a.sitemap.refs != nil && a.sitemap.version == version {
		return a.sitemap.refs
	}
	const page = 20_000
	refs := []record.Ref{}
	q := matching.Query{Kinds: lists["search"].kinds, Fixed: map[string][]string{"status": {string(record.Published)}}, Not: map[string][]string{"sample": {"yes"}},
		Sort: []engine.Sort{{By: "created"}}, Limit: page}
	for {
		found := a.Index.Search(q)
		refs = append(refs, found.Refs()...)
		if found.Next == "" {
			break
		}
		cursor, err := engine.ParseCursor(found.Next)
		if err != nil {
			break // it comes from the index itself
		}
		q.Cursor = &cursor
	}
	a.sitemap.version, a.sitemap.refs = version, refs
	return refs
}

// robots tells search engines where the sitemap is and where not to look. A demo
// world is not for them at all: what it says is invented.
func (a *API) robots(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	if a.Node.Demo {
		b.WriteString("Disallow: /\n")
	}
	for _, p := range privatePages {
		for _, t := range lang.Interface {
			b.WriteString("Disallow: /" + string(t) + p + "\n")
		}
	}
	b.WriteString("\nSitemap: " + a.Node.BaseURL + "/sitemap.xml\n")
	a.send(w, r, answer{mediaType: "text/plain; charset=utf-8", body: []byte(b.String()), maxAge: 3600})
}

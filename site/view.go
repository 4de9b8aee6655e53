package site

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// inLists narrows a list to what stands in public lists: not what is
// suspended, expired or withdrawn, which keeps its page only.
var inLists = map[string][]string{"status": {string(record.Published)}}

// perPage is how many records a list shows at a time.
const perPage = 20

// FacetValue is a value a list can be narrowed to.
type FacetValue struct {
	Value  string
	Label  string // in the reader's language
	Count  int
	Chosen bool
	URL    string // the list with this value chosen, or no longer chosen
}

// Facet is an attribute a list can be narrowed by. It is drawn by the partial
// "facets".
type Facet struct {
	Attr   string // the query parameter
	Title  string
	Values []FacetValue
}

// List is what the pages of lists share. It is drawn by the partials "facets",
// "chosen", "pages" and "listfoot".
type List struct {
	Words  string // what was searched for
	Total  int
	Facets []Facet
	Next   string // URL of the next page, "" on the last
	First  string // URL of the first page, "" on the first
	Sort   string
	Sorts  []FacetValue // ways to sort; Count is 0
	Feeds  []Feed       // this very list as feeds and tables
	Empty  bool         // nothing found
}

// Feed is the same list for a program.
type Feed struct {
	Title string // "Atom", "RSS", "JSON Feed", "CSV"
	Type  string // media type
	URL   string
}

// listQuery reads what every list page takes from the query string: q, sort,
// cursor, and attrs as filters. It is bounded; what it does not know is ignored.
func listQuery(r *http.Request, kinds []string, attrs []string) (matching.Query, error) {
	v := r.URL.Query()
	q := matching.Query{Kinds: kinds, Words: clip(v.Get("q"), 400), Any: map[string][]string{}, Facets: attrs, Limit: perPage}
	for _, attr := range attrs {
		values := v[attr]
		if len(values) > 40 {
			values = values[:40]
		}
		for _, value := range values {
			if value != "" && len(value) <= 200 {
				q.Any[attr] = append(q.Any[attr], value)
			}
		}
	}
	if c := v.Get("cursor"); c != "" {
		cursor, err := engine.ParseCursor(c)
		if err != nil {
			return q, fault.New(fault.Invalid, "list.bad-cursor").At("cursor").Because(err)
		}
		q.Cursor = &cursor
	}
	return q, nil
}

func clip(s string, most int) string {
	s, _ = lang.Clean(s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return strings.TrimSpace(s)
}

// list fills what the pages of lists share from a query and its result. label
// names a facet's value in the reader's language; order, when given, fixes the
// order of an attribute's values (otherwise: most first).
func (s *Site) list(r *http.Request, q matching.Query, found matching.Result, label func(attr, value string) string, order map[string][]string) List {
	p := s.Web.Printer(r)
	l := List{Words: q.Words, Total: found.Total, Empty: found.Total == 0, Sort: r.URL.Query().Get("sort")}
	for _, attr := range q.Facets {
		f := Facet{Attr: attr, Title: p.T("facet." + attr)}
		counts := found.Facets[attr]
		for _, chosen := range q.Any[attr] { // what is chosen stays visible at zero
			if !slices.ContainsFunc(counts, func(c engine.Count) bool { return c.Value == chosen }) {
				counts = append(counts, engine.Count{Value: chosen})
			}
		}
		for _, c := range counts {
			chosen := slices.Contains(q.Any[attr], c.Value)
			f.Values = append(f.Values, FacetValue{Value: c.Value, Label: label(attr, c.Value), Count: c.Count, Chosen: chosen, URL: toggle(r, attr, c.Value, chosen)})
		}
		if fixed := order[attr]; fixed != nil {
			slices.SortStableFunc(f.Values, func(a, b FacetValue) int { return slices.Index(fixed, a.Value) - slices.Index(fixed, b.Value) })
		}
		if len(f.Values) > 0 {
			l.Facets = append(l.Facets, f)
		}
	}
	if found.Next != "" {
		l.Next = withQuery(r, func(v url.Values) { v.Set("cursor", found.Next) })
	}
	if q.Cursor != nil {
		l.First = withQuery(r, func(v url.Values) { v.Del("cursor") })
	}
	return l
}

// withQuery gives the address of this page with its query changed.
func withQuery(r *http.Request, change func(url.Values)) string {
	v := r.URL.Query()
	change(v)
	if len(v) == 0 {
		return web.URL(r, r.URL.Path)
	}
	return web.URL(r, r.URL.Path) + "?" + v.Encode()
}

// toggle gives the address of this list with a value of an attribute chosen, or
// no longer chosen, from its first page.
func toggle(r *http.Request, attr, value string, chosen bool) string {
	return withQuery(r, func(v url.Values) {
		v.Del("cursor")
		if !chosen {
			v.Add(attr, value)
			return
		}
		rest := slices.DeleteFunc(slices.Clone(v[attr]), func(s string) bool { return s == value })
		v.Del(attr)
		for _, s := range rest {
			v.Add(attr, s)
		}
	})
}

// feeds lists this very list for programs: the same query under /board.atom and
// its like.
func feeds(r *http.Request, path string) []Feed {
	v := r.URL.Query()
	v.Del("cursor")
	query := ""
	if len(v) > 0 {
		query = "?" + v.Encode()
	}
	at := func(ending string) string { return web.URL(r, path+ending) + query }
	return []Feed{{"Atom", "application/atom+xml", at(".atom")}, {"RSS", "application/rss+xml", at(".rss")},
		{"JSON Feed", "application/feed+json", at(".json")}, {"CSV", "text/csv", at(".csv")}}
}

// ref takes the ULID off the last part of a path, which may go on with a slug:
// "01J…-minister-meets".
func ref(r *http.Request) string {
	s := r.PathValue("ref")
	if len(s) > 26 {
		s = s[:26]
	}
	return strings.ToUpper(s)
}

// base reads the revision a form was made from.
func base(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.FormValue("base"))
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "form.no-base").At("base")
	}
	return n, nil
}

package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// list is a list of the pages that has feeds.
type list struct {
	kinds []string
	attrs []string // by which its page can be narrowed
}

// lists are the lists that have feeds, by the path of their page.
var lists = map[string]list{
	"board": {[]string{"announcement"}, []string{"party", "topic", "lang", "source", "year", "month", "event", "readout"}},
	"catalogue": {[]string{"offer", "need"}, []string{"state", "field", "topic", "stage", "cooperation", "lang", "type", "ipr", "partner", "wanted",
		"sdg", "zone", "season", "owner", "party"}},
	"commitments":   {[]string{"commitment"}, []string{"progress", "obliged", "type", "topic", "field", "event", "party", "lang"}},
	"events":        {[]string{"event"}, []string{"body", "year", "participant", "party", "lang"}},
	"organisations": {[]string{"organisation"}, []string{"state", "actor", "parent", "lang"}},
	"search": {[]string{"announcement", "event", "commitment", "report", "offer", "need", "organisation", "body", "state", "person"},
		[]string{"lang", "topic", "field", "state", "party", "year", "month"}},
}

func listNames() []string {
	names := make([]string, 0, len(lists))
	for name := range lists {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// format is a form in which a list can be had.
type format struct {
	ending    string
	mediaType string
	limit     int
	write     func(*feed) []byte
}

const (
	feedLimit = 50
	rowLimit  = 1000
)

// formats are the forms of a list, the first being the one that others name as
// their alternative.
var formats = []format{
	{"atom", "application/atom+xml; charset=utf-8", feedLimit, (*feed).atom},
	{"rss", "application/rss+xml; charset=utf-8", feedLimit, (*feed).rss},
	{"json", "application/feed+json", feedLimit, (*feed).json},
	{"csv", "text/csv; charset=utf-8; header=present", rowLimit, (*feed).csv},
	{calendarEnding, "text/calendar; charset=utf-8", rowLimit, (*feed).calendar},
}

// calendars are the lists whose records can be had as to-dos of a calendar, which
// end in calendarEnding.
var calendars = []string{"commitments"}

const calendarEnding = "ics"

// feedPath is the path of a feed: /{lang}/{list}.{ending}.
type feedPath struct {
	lang   lang.Tag
	list   string
	format format
}

func parseFeedPath(path string) (feedPath, bool) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	name, ending, _ := strings.Cut(rest, ".")
	i := slices.IndexFunc(formats, func(f format) bool { return f.ending == ending })
	if _, known := lists[name]; !known || i < 0 || !lang.IsInterface(lang.Tag(first)) || path != "/"+first+"/"+name+"."+ending {
		return feedPath{}, false
	}
	if ending == calendarEnding && !slices.Contains(calendars, name) {
		return feedPath{}, false
	}
	return feedPath{lang.Tag(first), name, formats[i]}, true
}

// IsFeed reports whether a path is that of a feed or a table of a list.
func IsFeed(path string) bool {
	_, ok := parseFeedPath(path)
	return ok
}

// serveFeed answers with a list as a feed.
func (a *API) serveFeed(w http.ResponseWriter, r *http.Request, at feedPath) {
	r.Pattern = "/{lang}/" + at.list + "." + at.format.ending
	f := &feed{api: a, at: at, p: a.Web.Printer(r), query: r.URL.Query()}
	q, err := a.feedQuery(f)
	if err == nil {
		err = a.DB.Read(r.Context(), func(tx *db.Tx) error { return f.fill(r.Context(), tx, q) })
	}
	if err != nil {
		a.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Language", string(at.lang))
	if f.next != "" {
		h.Add("Link", "<"+f.next+`>; rel="next"`)
	}
	a.send(w, r, answer{mediaType: at.format.mediaType, body: at.format.write(f), modified: f.modified(), maxAge: 300})
}

// feedQuery reads the parameters of the page of the list. Like the page it
// ignores what it does not know.
func (a *API) feedQuery(f *feed) (matching.Query, error) {
	const maxValues, maxValue, maxWords = 40, 200, 400
	l, v := lists[f.at.list], f.query
	words, _ := lang.Clean(v.Get("q"))
	if len(words) > maxWords {
		words = strings.ToValidUTF8(words[:maxWords], "")
	}
	q := matching.Query{Kinds: l.kinds, Words: strings.TrimSpace(words), Lang: f.at.lang, Limit: f.at.format.limit,
		Any: map[string][]string{}, After: map[string]time.Time{},
		// What was withdrawn stays in feeds, marked, since whoever has it there
		// must learn of it.
		Fixed: map[string][]string{"status": {string(record.Published), string(record.Withdrawn)}},
		Sort:  []engine.Sort{{By: "updated", Desc: true}}}
	for _, attr := range l.attrs {
		for _, value := range v[attr][:min(maxValues, len(v[attr]))] {
			if value != "" && len(value) <= maxValue {
				q.Any[attr] = append(q.Any[attr], value)
			}
		}
	}
	if kinds := slices.DeleteFunc(slices.Clone(v["kind"]), func(k string) bool { return !slices.Contains(l.kinds, k) }); len(kinds) > 0 && len(kinds) <= len(l.kinds) {
		q.Kinds = kinds
	}
	if values, after, before, ok := commitments.Narrow(commitments.Class(v.Get("due")), a.DB.Now().UTC().Truncate(24*time.Hour)); ok && f.at.list == "commitments" {
		maps.Copy(q.Fixed, values)
		q.After, q.Before = after, before
	}
	if f.at.list == "catalogue" && v.Get("fresh") == "1" {
		// To the day, so that the question is the same on every page of the list.
		q.After["confirmed"] = a.DB.Now().Truncate(24 * time.Hour).Add(-catalogue.ConfirmEvery)
	}
	if f.table() {
		q.Fixed["status"] = []string{string(record.Published)}
		q.Sort = tableSort(f.at, v.Get("sort"), q.Words != "")
		if f.at.list == "catalogue" && v.Get("sort") == "deadline" {
			q.After["deadline"] = a.DB.Now().Truncate(24 * time.Hour) // as the page leaves out what is over
		}
	}
	if c := v.Get("cursor"); c != "" {
		cursor, err := openCursor(q, c)
		if err != nil {
			return q, fault.New(fault.Invalid, "api.bad-cursor", "name", "cursor").At("query.cursor").Because(err)
		}
		q.Cursor = cursor
	}
	return q, nil
}

// tableSort is the order of a table: that of its page.
func tableSort(at feedPath, way string, words bool) []engine.Sort {
	newest := []engine.Sort{{By: "published", Desc: true}}
	if at.list == "board" {
		newest = []engine.Sort{{By: "out", Desc: true}, {By: "published", Desc: true}}
	}
	switch at.list + " " + way {
	case "board newest", "catalogue newest":
		return newest
	case "board event":
		return []engine.Sort{{By: "event_date", Desc: true}, {By: "out", Desc: true}}
	case "catalogue confirmed":
		return []engine.Sort{{By: "confirmed", Desc: true}}
	case "commitments due":
		return []engine.Sort{{By: "due"}}
	case "commitments changed":
		return []engine.Sort{{By: "updated", Desc: true}}
	case "commitments newest":
		return newest
	case "catalogue deadline":
		return []engine.Sort{{By: "deadline"}}
	}
	switch {
	case words:
		return []engine.Sort{{By: engine.ScoreKey, Desc: true}, {By: "published", Desc: true}}
	case at.list == "events":
		return []engine.Sort{{By: "from", Desc: true}}
	case at.list == "organisations":
		return []engine.Sort{{By: "name." + string(at.lang)}}
	}
	return newest
}

// feed is a list on its way out.
type feed struct {
	api     *API
	at      feedPath
	p       *lang.Printer
	query   url.Values
	entries []entry
	next    string // address of the next page, "" on the last
	name    string // what it is called, when it is none of the lists
	page    string // path of its page without the language, when it is not that of the list
}

// table reports whether the list is taken home whole rather than followed.
func (f *feed) table() bool {
	return f.at.format.ending == "csv" || f.at.format.ending == calendarEnding
}

// fill searches and describes what was found.
func (f *feed) fill(ctx context.Context, tx *db.Tx, q matching.Query) error {
	found, records, err := f.api.Index.Records(ctx, tx, q)
	if err != nil {
		return err
	}
	records = slices.DeleteFunc(records, func(r *record.Record) bool { return !r.Listed() && r.State != record.Withdrawn })
	names, err := f.api.authors(ctx, tx, records)
	if err != nil {
		return err
	}
	for _, r := range records {
		f.entries = append(f.entries, f.entry(r, names, tx.Now))
	}
	if found.Next != "" {
		f.next = f.url(f.at.lang, f.at.format.ending, bindCursor(q, found.Next))
	}
	return nil
}

// url is the address of this list: in a language, as a feed or with the ending
// "" as a page, from a cursor on.
func (f *feed) url(t lang.Tag, ending, cursor string) string {
	v := url.Values{}
	for name, values := range f.query {
		if name != "cursor" {
			v[name] = values
		}
	}
	if cursor != "" {
		v.Set("cursor", cursor)
	}
	u := f.api.Node.BaseURL + "/" + string(t) + "/" + f.at.list
	switch {
	case ending != "":
		u += "." + ending
	case f.page != "":
		u = f.api.Node.BaseURL + "/" + string(t) + "/" + f.page
	}
	if len(v) > 0 {
		u += "?" + v.Encode()
	}
	return u
}

// self is the address of this very page of the feed.
func (f *feed) self() string {
	return f.url(f.at.lang, f.at.format.ending, f.query.Get("cursor"))
}

// title names the list, and the words searched for.
func (f *feed) title() string {
	if f.name != "" {
		return f.name
	}
	name := f.p.T("api.list." + f.at.list)
	if q, _ := lang.Clean(f.query.Get("q")); strings.TrimSpace(q) != "" {
		return f.p.T("api.feed.search", "list", name, "words", strings.TrimSpace(q), "node", f.api.Node.Name)
	}
	return f.p.T("api.feed.title", "list", name, "node", f.api.Node.Name)
}

// modified is when something in this page of the feed last changed; long ago
// when there is nothing, since formats want a time.
func (f *feed) modified() time.Time {
	newest := time.Unix(0, 0).UTC()
	for _, e := range f.entries {
		if e.updated.After(newest) {
			newest = e.updated
		}
	}
	return newest
}

// Feeds serves the feeds alone, for callers that mount them apart from the rest.
func (a *API) Feeds() http.Handler {
	return a.Web.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, ok := parseFeedPath(r.URL.Path)
		switch {
		case !ok:
			a.fail(w, r, fault.New(fault.NotFound, "fault.not-found"))
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			open(w.Header())
			a.serveFeed(w, r, at)
		default:
			a.wrongMethod(w, r)
		}
	}))
}

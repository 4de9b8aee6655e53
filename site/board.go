package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// boardAttrs are the attributes by which the board is narrowed. The month is
// reached from the archive, the event from an event's page.
var boardAttrs = []string{"topic", "party", "lang", "year", "readout", "month", "event"}

// BoardList is the page "board/list".
type BoardList struct {
	List
	Rows   []BoardRow
	Create bool // the reader may write an item
}

// BoardRow is an item in a list.
type BoardRow struct {
	Path      string
	Title     record.Reading
	Summary   record.Reading
	Out       *Day // when the text was published
	Event     *Day // when it happened
	Party     Named
	Topics    []string
	Readout   bool
	Corrected bool
	Sample    bool
	Languages []lang.Tag
}

func (s *Site) board(w http.ResponseWriter, r *http.Request) error {
	q, err := boardQuery(r)
	if err != nil {
		return err
	}
	page := BoardList{Create: announcements.Policy.Could(web.Actor(r), "create")}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		s.plainParties(found)
		label, err := s.boardLabels(ctx, tx, r, q, found)
		if err != nil {
			return err
		}
		page.List = s.list(r, q, found, label, map[string][]string{"year": falling(found.Facets["year"])})
		page.Rows, err = s.boardRows(ctx, tx, r, records)
		return err
	})
	if err != nil {
		return err
	}
	page.Facets = slices.DeleteFunc(page.Facets, func(f Facet) bool {
		return (f.Attr == "month" || f.Attr == "event") && len(q.Any[f.Attr]) == 0
	})
	for i, f := range page.Facets {
		if f.Attr == "month" || f.Attr == "event" {
			page.Facets[i].Values = slices.DeleteFunc(f.Values, func(v FacetValue) bool { return !v.Chosen })
		}
	}
	page.Sort, page.Sorts = s.boardSorts(r, q)
	page.Feeds = feeds(r, "/board")
	return s.Web.Page(w, r, http.StatusOK, "board/list", page)
}

// boardQuery reads the address of the list.
func boardQuery(r *http.Request) (matching.Query, error) {
	q, err := listQuery(r, []string{"announcement"}, boardAttrs)
	if err != nil {
		return q, err
	}
	q.Lang = web.Lang(r)
	q.Fixed = inLists
	newest := []engine.Sort{{By: "out", Desc: true}, {By: "published", Desc: true}}
	switch r.URL.Query().Get("sort") {
	case "event":
		q.Sort = []engine.Sort{{By: "event_date", Desc: true}, {By: "out", Desc: true}}
	case "newest":
		q.Sort = newest
	default:
		if q.Words == "" {
			q.Sort = newest
		}
	}
	return q, nil
}

func (s *Site) boardSorts(r *http.Request, q matching.Query) (sort string, ways []FacetValue) {
	all := []string{"newest", "event"}
	if q.Words != "" {
		all = append([]string{"relevance"}, all...)
	}
	chosen := r.URL.Query().Get("sort")
	if !slices.Contains(all, chosen) {
		chosen = all[0]
	}
	p := s.Web.Printer(r)
	for _, way := range all {
		ways = append(ways, FacetValue{Value: way, Label: p.T("board.sort." + way), Chosen: way == chosen, URL: withQuery(r, func(v url.Values) {
			v.Del("cursor")
			v.Set("sort", way)
		})})
	}
	return chosen, ways
}

// plainParties leaves each party once in the counts: a state by its code, a body
// by its id. The index knows a state by both.
func (s *Site) plainParties(found matching.Result) {
	found.Facets["party"] = slices.DeleteFunc(found.Facets["party"], func(c engine.Count) bool { return s.Index.Code(id.ID(c.Value)) != "" })
}

// falling orders years from the latest to the first.
func falling(counts []engine.Count) []string {
	var years []string
	for _, c := range counts {
		years = append(years, c.Value)
	}
	slices.Sort(years)
	slices.Reverse(years)
	return years
}

// boardLabels gives what the values of the list's facets are called.
func (s *Site) boardLabels(ctx context.Context, tx *db.Tx, r *http.Request, q matching.Query, found matching.Result) (func(attr, value string) string, error) {
	p := s.Web.Printer(r)
	at := func(value string) id.ID {
		if state := s.Index.State(value); state != "" {
			return state
		}
		return id.ID(value)
	}
	var ids []id.ID
	for _, c := range found.Facets["party"] {
		ids = append(ids, at(c.Value))
	}
	for _, attr := range []string{"party", "event"} {
		for _, value := range q.Any[attr] {
			ids = append(ids, at(value))
		}
	}
	names, err := s.names(ctx, tx, web.Lang(r), tx.Now, ids...)
	if err != nil {
		return nil, err
	}
	return func(attr, value string) string {
		switch attr {
		case "topic":
			return codeLabel(p, "topic", value)
		case "party", "event":
			if name := names[at(value)].Text; name != "" {
				return name
			}
		case "lang":
			return p.Name(lang.Tag(value))
		case "year":
			return yearLabel(p, value)
		case "month":
			return monthLabel(p, value)
		case "readout":
			return p.T("board.readouts-only")
		}
		return value
	}, nil
}

func monthLabel(p *lang.Printer, value string) string {
	t, err := time.Parse("2006-01", value)
	if err != nil {
		return value
	}
	return p.Month(t.Year(), t.Month())
}

func (s *Site) boardRows(ctx context.Context, tx *db.Tx, r *http.Request, records []*record.Record) ([]BoardRow, error) {
	p, reader := s.Web.Printer(r), web.Lang(r)
	var ids []id.ID
	for _, rec := range records {
		ids = append(ids, rec.Party)
	}
	names, err := s.names(ctx, tx, reader, tx.Now, ids...)
	if err != nil {
		return nil, err
	}
	rows := make([]BoardRow, 0, len(records))
	for _, rec := range records {
		item := rec.Body.(*announcements.Item)
		rows = append(rows, BoardRow{
			Path: Path(rec), Title: rec.Read(reader, "title"), Summary: rec.Read(reader, "summary"), Party: names[rec.Party],
			Out: dayOf(p, announcements.Out(rec)), Event: dayOf(p, item.EventDate), Topics: item.Topics, Readout: item.Readout,
			Corrected: corrected(rec) != nil, Sample: rec.Sample, Languages: rec.Languages(),
		})
	}
	return rows, nil
}

// corrections are the types of notes that change what a reader was told.
var corrections = []string{"fact", "wording", "attribution", "translation"}

// corrected gives the newest note by which a published record was corrected, nil
// when it never was.
func corrected(rec *record.Record) *record.Note {
	for i := len(rec.Notes) - 1; i >= 0; i-- {
		n := rec.Notes[i]
		if slices.Contains(corrections, n.Type) && !rec.Published.IsZero() && n.At.After(rec.Published) {
			return &n
		}
	}
	return nil
}

// BoardArchive is the page "board/archive".
type BoardArchive struct {
	Years []ArchiveYear
	Total int
	Feeds []Feed
}

// ArchiveYear is a year of the archive with its months.
type ArchiveYear struct {
	Label  string
	URL    string
	Count  int
	Months []ArchiveMonth
}

// ArchiveMonth is a month of the archive.
type ArchiveMonth struct {
	Label string
	URL   string
	Count int
}

// boardArchive counts the items by year and month.
func (s *Site) boardArchive(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	found := s.Index.Search(matching.Query{Kinds: []string{"announcement"}, Fixed: inLists,
		Facets: []string{"year", "month"}})
	page := BoardArchive{Total: found.Total, Feeds: feeds(r, "/board")}
	months := map[string]int{}
	for _, c := range found.Facets["month"] {
		months[c.Value] = c.Count
	}
	counts := map[string]int{}
	for _, c := range found.Facets["year"] {
		counts[c.Value] = c.Count
	}
	at := func(attr, value string) string {
		return web.URL(r, "/board") + "?" + url.Values{attr: {value}}.Encode()
	}
	for _, year := range falling(found.Facets["year"]) {
		y := ArchiveYear{Label: yearLabel(p, year), URL: at("year", year), Count: counts[year]}
		for m := 12; m >= 1; m-- {
			month := year + "-" + strings.Repeat("0", 1-m/10) + strconv.Itoa(m)
			if n := months[month]; n > 0 {
				y.Months = append(y.Months, ArchiveMonth{Label: monthLabel(p, month), URL: at("month", month), Count: n})
			}
		}
		page.Years = append(page.Years, y)
	}
	return s.Web.Page(w, r, http.StatusOK, "board/archive", page)
}

package site

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// commitmentAttrs are the attributes by which the register is narrowed.
var commitmentAttrs = []string{"progress", "obliged", "type", "topic", "field", "event"}

// dueClasses are the classes of due days by which the register is narrowed.
var dueClasses = []commitments.Class{commitments.Overdue, commitments.DueSoon, commitments.Undated}

// CommitmentList is the page "commitments/list".
type CommitmentList struct {
	List
	Rows     []CommitmentRow
	Calendar string // address of this very list as to-dos of a calendar
	Create   bool   // the reader may record one
}

// CommitmentRow is a commitment in a list.
type CommitmentRow struct {
	Path     string
	Title    record.Reading
	Quote    record.Reading // the words of the promise
	Obliged  ObligedView
	Progress commitments.Progress
	Class    commitments.Class
	Due      *Day
	Event    Named
	Reports  int
	Last     time.Time // when the newest report was published
	Stale    bool
	Repeated int // times it was repeated without progress
	Sample   bool
}

// ObligedView is who is bound, in words. It is drawn by the partial "obliged".
type ObligedView struct {
	Role    string
	Body    Named
	Day     *Day
	Parties []Named
	Members []Named // who the role names, on a page of its own
}

func (s *Site) commitments(w http.ResponseWriter, r *http.Request) error {
	today := s.Now().UTC().Truncate(24 * time.Hour)
	q, err := commitmentQuery(r, today)
	if err != nil {
		return err
	}
	page := CommitmentList{Create: commitments.Policy.Could(web.Actor(r), "create")}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		label, err := s.commitmentLabels(ctx, tx, r, q, found)
		if err != nil {
			return err
		}
		stages := make([]string, len(commitments.Stages))
		for i, stage := range commitments.Stages {
			stages[i] = string(stage)
		}
		page.List = s.list(r, q, found, label, map[string][]string{"progress": stages})
		page.Facets = slices.DeleteFunc(page.Facets, func(f Facet) bool { return f.Attr == "event" && len(q.Any["event"]) == 0 })
		page.Facets = append([]Facet{s.dueFacet(r, q, today)}, page.Facets...)
		page.Sort, page.Sorts = s.commitmentSorts(r, q)
		page.Feeds = feeds(r, "/commitments")
		page.Calendar = calendarOf(r, "/commitments")
		page.Rows, err = s.commitmentRows(ctx, tx, s.Web.Printer(r), records, today)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "commitments/list", page)
}

// calendarOf gives the address of a list as a calendar.
func calendarOf(r *http.Request, path string) string {
	v := r.URL.Query()
	v.Del("cursor")
	if len(v) == 0 {
		return web.URL(r, path+".ics")
	}
	return web.URL(r, path+".ics") + "?" + v.Encode()
}

func commitmentQuery(r *http.Request, today time.Time) (matching.Query, error) {
	q, err := listQuery(r, []string{"commitment"}, commitmentAttrs)
	if err != nil {
		return q, err
	}
	q.Lang, q.Fixed = web.Lang(r), inLists
	narrowDue(&q, commitments.Class(r.URL.Query().Get("due")), today)
	switch sort := r.URL.Query().Get("sort"); {
	case sort == "due":
		q.Sort = []engine.Sort{{By: "due"}}
	case sort == "changed":
		q.Sort = []engine.Sort{{By: "updated", Desc: true}}
	case sort == "newest" || q.Words == "":
		q.Sort = []engine.Sort{{By: "published", Desc: true}}
	}
	return q, nil
}

// narrowDue narrows a query to a class of due days. It leaves the maps that the
// query came with alone.
func narrowDue(q *matching.Query, class commitments.Class, today time.Time) {
	values, after, before, ok := commitments.Narrow(class, today)
	if !ok {
		return
	}
	maps.Copy(values, q.Fixed)
	q.Fixed, q.After, q.Before = values, after, before
}

// dueFacet counts what is overdue, due soon and undated.
func (s *Site) dueFacet(r *http.Request, q matching.Query, today time.Time) Facet {
	p := s.Web.Printer(r)
	f := Facet{Attr: "due", Title: p.T("facet.due")}
	for _, class := range dueClasses {
		one := counting(q)
		one.Fixed, one.After, one.Before = inLists, nil, nil
		narrowDue(&one, class, today)
		chosen := r.URL.Query().Get("due") == string(class)
		f.Values = append(f.Values, FacetValue{Value: string(class), Label: codeLabel(p, "due", string(class)), Count: s.Index.Search(one).Total, Chosen: chosen,
			URL: only(r, "due", string(class), chosen)})
	}
	return f
}

func (s *Site) commitmentSorts(r *http.Request, q matching.Query) (sort string, ways []FacetValue) {
	all := []string{"newest", "due", "changed"}
	if q.Words != "" {
		all = append([]string{"relevance"}, all...)
	}
	sort = r.URL.Query().Get("sort")
	if !slices.Contains(all, sort) {
		sort = all[0]
	}
	p := s.Web.Printer(r)
	for _, way := range all {
		ways = append(ways, FacetValue{Value: way, Label: p.T("commitment.sort." + way), Chosen: way == sort, URL: withQuery(r, func(v url.Values) {
			v.Del("cursor")
			v.Set("sort", way)
		})})
	}
	return sort, ways
}

// commitmentLabels gives what the values of the register's facets are called.
func (s *Site) commitmentLabels(ctx context.Context, tx *db.Tx, r *http.Request, q matching.Query, found matching.Result) (func(attr, value string) string, error) {
	p := s.Web.Printer(r)
	at := func(value string) id.ID {
		if state := s.Index.State(value); state != "" {
			return state
		}
		return id.ID(value)
	}
	var ids []id.ID
	for _, attr := range []string{"obliged", "event"} {
		for _, value := range q.Any[attr] {
			ids = append(ids, at(value))
		}
	}
	for _, c := range found.Facets["obliged"] {
		ids = append(ids, at(c.Value))
	}
	names, err := s.names(ctx, tx, web.Lang(r), tx.Now, ids...)
	if err != nil {
		return nil, err
	}
	lists := map[string]string{"topic": "topic", "field": "ford", "type": "promise", "progress": "progress"}
	return func(attr, value string) string {
		if name := names[at(value)].Text; name != "" && (attr == "obliged" || attr == "event") {
			return name
		}
		if attr == "obliged" {
			return codeLabel(p, "obliged", value)
		}
		return codeLabel(p, lists[attr], value)
	}, nil
}

// reportsOn counts the published reports on commitments, and finds when the
// newest of each was published.
func (s *Site) reportsOn(ctx context.Context, tx *db.Tx, ids []id.ID) (count map[id.ID]int, last map[id.ID]time.Time, err error) {
	count, last = map[id.ID]int{}, map[id.ID]time.Time{}
	for _, one := range ids {
		reports, err := s.reportsOf(ctx, tx, one)
		if err != nil {
			return nil, nil, err
		}
		count[one] = len(reports)
		for _, report := range reports {
			if report.Published.After(last[one]) {
				last[one] = report.Published
			}
		}
	}
	return count, last, nil
}

// reportsOf lists the published reports on a commitment, the newest first.
func (s *Site) reportsOf(ctx context.Context, tx *db.Tx, commitment id.ID) ([]*record.Record, error) {
	_, reports, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"report"}, Any: map[string][]string{"commitment": {string(commitment)}},
		Fixed: inLists, Sort: []engine.Sort{{By: "published", Desc: true}}, Limit: 100})
	return reports, err
}

func (s *Site) commitmentRows(ctx context.Context, tx *db.Tx, p *lang.Printer, records []*record.Record, now time.Time) ([]CommitmentRow, error) {
	var ids, named []id.ID
	for _, r := range records {
		c := r.Body.(*commitments.Commitment)
		ids = append(ids, r.ID)
		named = append(named, c.Event, c.Obliged.Body)
		named = append(named, c.Obliged.Parties...)
	}
	names, err := s.names(ctx, tx, p.Tag(), now, named...)
	if err != nil {
		return nil, err
	}
	counts, last, err := s.reportsOn(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	rows := make([]CommitmentRow, 0, len(records))
	for _, r := range records {
		c := r.Body.(*commitments.Commitment)
		row := CommitmentRow{Path: Path(r), Title: r.Read(p.Tag(), "title"), Obliged: obligedView(p, c.Obliged, names), Progress: c.Progress, Class: c.ClassOn(now),
			Due: dayOf(p, c.Due), Event: names[c.Event], Reports: counts[r.ID], Last: last[r.ID], Stale: c.Stale(last[r.ID], now), Sample: r.Sample}
		if c.Quote != nil {
			row.Quote = record.Reading{Text: c.Quote.Text, Lang: c.Quote.Lang}
		}
		if len(c.Repeats) > 0 {
			if row.Repeated, err = s.repeated(ctx, tx, r); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func obligedView(p *lang.Printer, o commitments.Obliged, names map[id.ID]Named) ObligedView {
	v := ObligedView{Role: o.Role, Body: names[o.Body], Day: dayOf(p, o.Day)}
	for _, party := range o.Parties {
		if name := names[party]; name.Text != "" {
			v.Parties = append(v.Parties, name)
		}
	}
	return v
}

// mostEarlier bounds how many earlier texts of a promise are looked for.
const mostEarlier = 100

// earlierOf gathers the public earlier texts of a promise.
func (s *Site) earlierOf(ctx context.Context, tx *db.Tx, r *record.Record) (line []*record.Record, err error) {
	known := map[id.ID]*commitments.Commitment{r.ID: r.Body.(*commitments.Commitment)}
	records := map[id.ID]*record.Record{}
	for wanted := known[r.ID].Repeats; len(wanted) > 0 && len(known) < mostEarlier; {
		var refs []record.Ref
		for _, one := range wanted {
			if known[one] == nil {
				refs = append(refs, record.Ref{ID: one})
			}
		}
		wanted = nil
		found, err := s.Book.Many(ctx, tx, refs)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if c, ok := f.Body.(*commitments.Commitment); ok && f.State != record.Erased && known[f.ID] == nil {
				known[f.ID], records[f.ID] = c, f
				wanted = append(wanted, c.Repeats...)
			}
		}
	}
	for _, one := range commitments.Earlier(r.ID, known) {
		line = append(line, records[one])
	}
	return line, nil
}

func (s *Site) repeated(ctx context.Context, tx *db.Tx, r *record.Record) (int, error) {
	line, err := s.earlierOf(ctx, tx, r)
	if err != nil {
		return 0, err
	}
	earlier := make([]*commitments.Commitment, len(line))
	for i, one := range line {
		earlier[i] = one.Body.(*commitments.Commitment)
	}
	return commitments.RepeatedWithoutProgress(r.Body.(*commitments.Commitment), earlier), nil
}

package site

import (
	"context"
	"net/http"
	"strconv"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/meetings"
	"karvan/record"
)

// EventList is the page of events.
type EventList struct {
	List
	Rows   []EventRow
	MayAdd bool
}

// EventRow is an event in the list.
type EventRow struct {
	Path     string
	Title    record.Reading
	Summary  record.Reading
	Place    record.Reading
	Online   bool
	From, To *Day
	Whose    Named
	Readouts int
	State    record.State
	Sample   bool
}

func (s *Site) events(w http.ResponseWriter, r *http.Request) error {
	q, err := listQuery(r, []string{"event"}, []string{"year", "body", "participant"})
	if err != nil {
		return err
	}
	p := s.Web.Printer(r)
	q.Lang, q.Fixed = p.Tag(), inLists
	if q.Words == "" {
		q.Sort = []engine.Sort{{By: "from", Desc: true}}
	}
	page := EventList{MayAdd: meetings.Policy.Could(web.Actor(r), "create")}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		bodies := idsOf(q.Any["body"])
		for _, c := range found.Facets["body"] {
			bodies = append(bodies, id.ID(c.Value))
		}
		named, err := s.names(ctx, tx, p.Tag(), tx.Now, bodies...)
		if err != nil {
			return err
		}
		states, err := s.stateNames(ctx, tx, p.Tag(), q, found)
		if err != nil {
			return err
		}
		page.List = s.list(r, q, found, func(attr, value string) string {
			switch {
			case attr == "body" && named[id.ID(value)].Text != "":
				return named[id.ID(value)].Text
			case attr == "participant" && states[value].Text != "":
				return states[value].Text
			case attr == "year":
				return yearLabel(p, value)
			}
			return value
		}, nil)
		page.Feeds = feeds(r, "/events")
		page.Rows, err = s.eventRows(ctx, tx, p, records)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "events/list", page)
}

func idsOf(values []string) []id.ID {
	ids := make([]id.ID, len(values))
	for i, v := range values {
		ids[i] = id.ID(v)
	}
	return ids
}

func yearLabel(p *lang.Printer, value string) string {
	year, err := strconv.ParseInt(value, 10, 32)
	if err != nil {
		return value
	}
	return p.Plain(year)
}

func (s *Site) eventRows(ctx context.Context, tx *db.Tx, p *lang.Printer, records []*record.Record) ([]EventRow, error) {
	var bodies []id.ID
	var events []string
	for _, r := range records {
		bodies = append(bodies, r.Body.(*meetings.Event).Body)
		events = append(events, string(r.ID))
	}
	named, err := s.names(ctx, tx, p.Tag(), tx.Now, bodies...)
	if err != nil {
		return nil, err
	}
	readouts := map[string]int{}
	for _, c := range s.Index.Search(matching.Query{Kinds: []string{"announcement"}, Fixed: map[string][]string{"readout": {"yes"}, "status": {string(record.Published)}},
		Any: map[string][]string{"event": events}, Facets: []string{"event"}}).Facets["event"] {
		readouts[c.Value] = c.Count
	}
	rows := make([]EventRow, 0, len(records))
	for _, r := range records {
		e := r.Body.(*meetings.Event)
		from, to := eventDays(p, e)
		rows = append(rows, EventRow{Path: Path(r), Title: r.Read(p.Tag(), "title"), Summary: r.Read(p.Tag(), "summary"), Place: readIn(e.Place, p.Tag()),
			Online: e.Online, From: from, To: to, Whose: named[e.Body], Readouts: readouts[string(r.ID)], State: r.State, Sample: r.Sample})
	}
	return rows, nil
}

// eventDays writes the first and, when it is another, the last day of an event.
func eventDays(p *lang.Printer, e *meetings.Event) (from, to *Day) {
	from = dayOf(p, e.From)
	if e.Last() != e.From {
		to = dayOf(p, e.Last())
	}
	return from, to
}

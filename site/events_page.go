package site

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"karvan/announcements"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// Attendee is somebody in the post they held on the day.
type Attendee struct {
	Person Named
	Post   Named
	Party  Named
	Known  bool             // a dated tenure shows the post on that day
	Mark   parties.Evidence // of that tenure
}

// Readout is one party's account, as a column.
type Readout struct {
	Number int
	Record *record.Record
	Path   string
	Party  Named
	Title  record.Reading
	Out    *Day
	Langs  []lang.Tag
	Text   record.Reading
	HTML   template.HTML
	Notes  []NoteView
	Shown  bool // its text may be shown
}

// PointGroup is the points that the same readouts name.
type PointGroup struct {
	Key   string // "all", "several", "none", or "only"
	Only  *Readout
	Count int
	Rows  []PointRow
}

// PointRow is a point and what each readout says of it.
type PointRow struct {
	Kind  string
	Label record.Reading
	Cells []PointCell
}

// PointCell is what one readout says of a point.
type PointCell struct {
	Number    int
	Named     bool
	Quotes    []QuoteView
	Elsewhere []lang.Tag // languages of quotes that the text shown is not in
}

// QuoteView is a quote in the table.
type QuoteView struct {
	ID       string // of the mark in the text, "" when it is not there
	Text     string
	Lang     lang.Tag
	Standing meetings.Standing
}

// DayMembers is who belonged to a body on the day of an event.
type DayMembers struct {
	Body   Named
	Date   string
	Day    *Day
	Groups []MemberGroup
}

// EventPage is an event with its readouts side by side.
type EventPage struct {
	Record       *record.Record
	Event        *meetings.Event
	Title        record.Reading
	Summary      record.Reading
	Text         record.Reading
	From, To     *Day
	Place        record.Reading
	Whose        *Named
	Participants []Attendee
	Readouts     []*Readout
	Groups       []PointGroup
	Moved, Lost  int
	Members      *DayMembers
	Others       []LatestRow // items of the board about it that are no readouts
	Linked       int         // records that link to it
	CameOf       CameOf
	MayEdit      bool
	View         RecordView
	Data         any // for search engines
}

func (s *Site) event(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	var page EventPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, _, err := s.open(ctx, tx, web.Actor(r), "event", ref(r))
		if err != nil {
			return err
		}
		e := rec.Body.(*meetings.Event)
		day := e.From.First()
		page = EventPage{Record: rec, Event: e, Place: readIn(e.Place, p.Tag()), MayEdit: s.mayAct(web.Actor(r), "edit", rec)}
		if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
			return err
		}
		page.Title, page.Summary, page.Text = rec.Read(page.View.Read, "title"), rec.Read(page.View.Read, "summary"), rec.Read(page.View.Read, "body")
		page.From, page.To = eventDays(p, e)
		if page.Participants, err = s.attendees(ctx, tx, p.Tag(), e); err != nil {
			return err
		}
		if err := s.eventReadouts(ctx, tx, web.Actor(r), p, rec, &page); err != nil {
			return err
		}
		if err := s.eventBody(ctx, tx, p, e, day, &page); err != nil {
			return err
		}
		if page.CameOf, err = s.cameOf(ctx, tx, p, "event", rec.ID, eventEnd(page)); err != nil {
			return err
		}
		if commitments.Policy.Could(web.Actor(r), "create") {
			page.CameOf.New = "/commitments/new?of=" + rec.ID.ULID()
		}
		page.Data = eventData(page, s.Web.BaseURL()+web.URL(r, Path(rec)))
		return nil
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "events/event", page)
}

// attendees names those who took part as they were called on the day.
func (s *Site) attendees(ctx context.Context, tx *db.Tx, reader lang.Tag, e *meetings.Event) ([]Attendee, error) {
	day := e.From.First()
	var ids []id.ID
	var refs []record.Ref
	for _, a := range e.Participants {
		ids = append(ids, a.Person, a.Post, a.Party)
		refs = append(refs, record.Ref{ID: a.Person})
	}
	names, err := s.names(ctx, tx, reader, day, ids...)
	if err != nil {
		return nil, err
	}
	people, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	tenures := map[id.ID][]parties.Tenure{}
	for _, r := range people {
		if person, ok := r.Body.(*parties.Person); ok {
			tenures[r.ID] = person.Tenures
		}
	}
	var all []Attendee
	for _, a := range e.Participants {
		row := Attendee{Person: names[a.Person], Post: names[a.Post], Party: names[a.Party]}
		for _, t := range tenures[a.Person] {
			if t.Post == a.Post && (t.Held(day) || slices.Contains(t.On, e.From)) {
				row.Known, row.Mark = true, t.Evidence
			}
		}
		all = append(all, row)
	}
	return all, nil
}

// readoutsOf gives the readouts of an event, in the order in which their parties
// published them, and what else of the board links to it.
func (s *Site) readoutsOf(ctx context.Context, tx *db.Tx, event id.ID) (readouts []*record.Record, others []id.ID, linked int, err error) {
	sources, err := s.Book.Sources(ctx, tx, event, "event")
	if err != nil {
		return nil, nil, 0, err
	}
	refs := make([]record.Ref, len(sources))
	for i, one := range sources {
		refs[i] = record.Ref{ID: one}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	for _, r := range records {
		if r.State == record.Erased {
			continue
		}
		linked++
		if item, ok := r.Body.(*announcements.Item); ok && item.Readout {
			readouts = append(readouts, r)
		} else {
			others = append(others, r.ID)
		}
	}
	slices.SortStableFunc(readouts, func(a, b *record.Record) int {
		return announcements.Out(a).First().Compare(announcements.Out(b).First())
	})
	return readouts, others, linked, err
}

// eventReadouts fills in the columns and the comparison.
func (s *Site) eventReadouts(ctx context.Context, tx *db.Tx, a access.Actor, p *lang.Printer, rec *record.Record, page *EventPage) error {
	records, others, linked, err := s.readoutsOf(ctx, tx, rec.ID)
	if err != nil {
		return err
	}
	page.Linked = linked
	if page.Others, err = s.rows(ctx, tx, p, others); err != nil {
		return err
	}
	ids := make([]id.ID, len(records))
	for i, r := range records {
		ids[i] = r.Party
	}
	names, err := s.names(ctx, tx, p.Tag(), page.Event.From.First(), ids...)
	if err != nil {
		return err
	}
	for i, r := range records {
		col := &Readout{Number: i + 1, Record: r, Path: Path(r), Party: names[r.Party], Title: r.Read(p.Tag(), "title"), Out: dayOf(p, announcements.Out(r)),
			Langs: r.Languages(), Text: r.Read(p.Tag(), "body"), Shown: r.State != record.Suspended || s.mayRead(a, r)}
		for _, n := range r.Notes {
			col.Notes = append(col.Notes, noteView(n, p.Tag()))
		}
		page.Readouts = append(page.Readouts, col)
	}
	s.comparePoints(p, records, page)
	return nil
}

// comparePoints lays the points side by side and marks their quotes in the
// columns.
func (s *Site) comparePoints(p *lang.Printer, records []*record.Record, page *EventPage) {
	compared := meetings.Compare(page.Event, records, p.Tag())
	page.Lost = compared.Lost
	marks := make([][]passage, len(records))
	for i, row := range compared.Rows {
		out := PointRow{Kind: row.Kind, Label: readIn(row.Labels, p.Tag())}
		for j, r := range records {
			cell := PointCell{Number: j + 1}
			for _, q := range row.Quotes {
				if q.Readout != r.ID {
					continue
				}
				cell.Named = true
				if q.Lang != page.Readouts[j].Text.Lang && !slices.Contains(cell.Elsewhere, q.Lang) {
					cell.Elsewhere = append(cell.Elsewhere, q.Lang)
				}
			}
			for k, q := range row.By[j] {
				view := QuoteView{Text: q.Text, Lang: q.Lang, Standing: q.Standing}
				if q.Standing != meetings.Lost && page.Readouts[j].Shown {
					view.ID = fmt.Sprintf("quote-%d-%d-%d", i+1, j+1, k+1)
					marks[j] = append(marks[j], passage{view.ID, q.Text, nthOf(page.Readouts[j].Text.Text, q.Text, q.Start)})
				}
				if q.Standing == meetings.Moved {
					page.Moved++
				}
				cell.Quotes = append(cell.Quotes, view)
			}
			out.Cells = append(out.Cells, cell)
		}
		page.place(out, row)
	}
	for j, col := range page.Readouts {
		text, found := highlight(string(s.Web.Markdown(col.Text.Text)), marks[j], func(quote string) string { return plainText(string(s.Web.Markdown(quote))) })
		col.HTML = template.HTML(text) // highlight adds mark elements to what the sanitiser let through
		for g := range page.Groups {
			for _, row := range page.Groups[g].Rows {
				for k, q := range row.Cells[j].Quotes {
					if !found[q.ID] {
						row.Cells[j].Quotes[k].ID = ""
					}
				}
			}
		}
	}
}

// place puts a point into the group of the readouts that name it.
func (page *EventPage) place(out PointRow, row meetings.Row) {
	named := 0
	for _, c := range out.Cells {
		if c.Named {
			named++
		}
	}
	key, only := "several", (*Readout)(nil)
	switch {
	case row.Only >= 0:
		key, only = "only", page.Readouts[row.Only]
	case named == 0:
		key = "none"
	case named == len(out.Cells):
		key = "all"
	}
	at := slices.IndexFunc(page.Groups, func(g PointGroup) bool { return g.Key == key && g.Only == only })
	if at < 0 {
		at = len(page.Groups)
		page.Groups = append(page.Groups, PointGroup{Key: key, Only: only})
		slices.SortStableFunc(page.Groups, func(a, b PointGroup) int { return a.rank() - b.rank() })
		at = slices.IndexFunc(page.Groups, func(g PointGroup) bool { return g.Key == key && g.Only == only })
	}
	page.Groups[at].Rows = append(page.Groups[at].Rows, out)
	page.Groups[at].Count++
}

// rank orders the groups: what all name first, what nobody does last.
func (g PointGroup) rank() int {
	switch g.Key {
	case "all":
		return 0
	case "several":
		return 1
	case "only":
		return 1 + g.Only.Number
	}
	return 1 << 20
}

// eventBody fills in whose meeting it was, and its members that day.
func (s *Site) eventBody(ctx context.Context, tx *db.Tx, p *lang.Printer, e *meetings.Event, day time.Time, page *EventPage) error {
	if e.Body == "" || day.IsZero() {
		return nil
	}
	found, err := s.Book.Many(ctx, tx, []record.Ref{{ID: e.Body}})
	if err != nil || len(found) == 0 {
		return err
	}
	whose := s.named(found[0], p.Tag(), day)
	page.Whose = &whose
	if _, ok := found[0].Body.(*parties.Body); !ok {
		return nil
	}
	owner, err := s.membersOf(ctx, tx, found[0])
	if err != nil || owner == nil {
		return err
	}
	m := &DayMembers{Body: s.named(owner, p.Tag(), day), Date: day.Format(time.DateOnly), Day: dayOf(p, dayIn(day))}
	m.Groups, err = s.memberGroups(ctx, tx, p, owner.Body.(*parties.Body), day)
	page.Members = m
	return err
}

// eventEnd is the last day of an event.
func eventEnd(page EventPage) *Day {
	if page.To != nil {
		return page.To
	}
	return page.From
}

// eventData describes an event in the words of schema.org.
func eventData(page EventPage, url string) any {
	data := map[string]any{"@context": "https://schema.org", "@type": "Event", "url": url, "name": page.Title.Text, "inLanguage": page.Title.Lang,
		"startDate": page.Event.From, "eventStatus": "https://schema.org/EventScheduled"}
	if page.Event.To != "" {
		data["endDate"] = page.Event.To
	}
	if page.Summary.Text != "" {
		data["description"] = page.Summary.Text
	}
	switch {
	case page.Event.Online:
		data["eventAttendanceMode"] = "https://schema.org/OnlineEventAttendanceMode"
		data["location"] = map[string]any{"@type": "VirtualLocation", "url": url}
	case page.Place.Text != "":
		data["location"] = map[string]any{"@type": "Place", "name": page.Place.Text, "address": page.Place.Text}
	}
	if page.Whose != nil {
		data["organizer"] = map[string]any{"@type": "Organization", "name": page.Whose.Text}
	}
	var people []any
	for _, a := range page.Participants {
		people = append(people, map[string]any{"@type": "Person", "name": a.Person.Text, "jobTitle": a.Post.Text})
	}
	if people != nil {
		data["attendee"] = people
	}
	return data
}

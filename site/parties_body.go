package site

import (
	"context"
	"net/http"
	"slices"
	"time"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/parties"
	"karvan/record"
)

// BodyTree is a body with those below it.
type BodyTree struct {
	Named
	Members int    // states in its first category today, when it has categories of its own
	Label   string // what that category is called
	Below   []*BodyTree
}

// BodyList is the page of all bodies.
type BodyList struct{ Roots []*BodyTree }

func (s *Site) bodies(w http.ResponseWriter, r *http.Request) error {
	reader := web.Lang(r)
	var page BodyList
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := s.every(ctx, tx, reader, "body", nil)
		page.Roots = s.tree(all, s.Web.Printer(r), tx.Now)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "bodies/list", page)
}

// tree arranges bodies by parent. A body whose parent is not among them, or that
// stands above itself, is a root, so that none is lost.
func (s *Site) tree(all []*record.Record, p *lang.Printer, day time.Time) []*BodyTree {
	nodes := map[id.ID]*BodyTree{}
	parent := map[id.ID]id.ID{}
	for _, r := range all {
		b := r.Body.(*parties.Body)
		n := &BodyTree{Named: s.named(r, p.Tag(), day)}
		if first := parties.CategoriesOn(b, day); len(first) > 0 {
			n.Label = categoryLabel(p, first[0].Key)
			for _, m := range parties.Members(b, day) {
				if m.Category == first[0].Key {
					n.Members++
				}
			}
		}
		nodes[r.ID], parent[r.ID] = n, b.Parent
	}
	var roots []*BodyTree
	for _, r := range all {
		above := nodes[parent[r.ID]]
		for up, steps := parent[r.ID], 0; above != nil && up != ""; up, steps = parent[up], steps+1 {
			if up == r.ID || steps > len(all) {
				above = nil
			}
		}
		if above == nil {
			roots = append(roots, nodes[r.ID])
		} else {
			above.Below = append(above.Below, nodes[r.ID])
		}
	}
	return roots
}

// MemberRow is a state in its standing to a body on a day.
type MemberRow struct {
	State                                    Named
	From, To, Decision, Memorandum, Approval *Day
	Evidence                                 parties.Evidence
	Note                                     record.Reading
	Vague                                    bool // the day may lie before its beginning or after its end
	order                                    int
}

// MemberGroup is the states of one category on a day.
type MemberGroup struct {
	Key   string
	Label string
	Rows  []MemberRow
	Dated bool // some row says more than the day it took effect
}

// Count is how many states there are, computed for the day.
func (g MemberGroup) Count() int { return len(g.Rows) }

// BodyPage is a body as at a date.
type BodyPage struct {
	Record    *record.Record
	Body      *parties.Body
	Name      parties.Name
	Names     []NameRow
	Day       string // ISO
	DayText   string
	Today     bool
	BadDate   string // what was asked for and is no date
	Parent    *Named
	Below     []Named
	Founded   *Day
	About     record.Reading
	MembersOf *Named // the body whose members these are, when it has none of its own
	Groups    []MemberGroup
	Chairs    []ChairNow // several where sources leave open who presided
	Since     []BodyChange
	Days      []DayLink
	Timeline  *Timeline
	Events    Latest
	Data      string // path of the members as data
	View      RecordView
}

// ChairNow is a state that presided on a day, or may have.
type ChairNow struct {
	Named
	Evidence parties.Evidence
}

// after is the first day that can no longer be meant by a date: the day itself,
// or the end of its month or year where no more is known.
func after(d parties.Date) time.Time {
	switch len(d) {
	case 4:
		return d.First().AddDate(1, 0, 0)
	case 7:
		return d.First().AddDate(0, 1, 0)
	}
	return d.First()
}

// vague reports whether a date known only to the month or the year leaves open
// on which side of it a day lies.
func vague(d parties.Date, day time.Time) bool {
	return d != "" && !d.Precise() && !day.Before(d.First()) && day.Before(after(d))
}

// chairsOn lists who may have presided on a day. A change known only to its year
// leaves two for all of that year; to name one of them would be a guess.
func chairsOn(b *parties.Body, day time.Time) []parties.Chair {
	var all []parties.Chair
	for _, c := range b.Chairs {
		if (c.From == "" || !day.Before(c.From.First())) && (c.To == "" || day.Before(after(c.To))) {
			all = append(all, c)
		}
	}
	return all
}

// DayLink leads to the page as at a day on which something changed.
type DayLink struct {
	Day *Day
	ISO string
	Now bool
}

// asAt reads the day a page is asked for: ?date=, else today. bad is what was
// asked for and is no day.
func asAt(r *http.Request, now time.Time) (day time.Time, bad string) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	asked := clip(r.URL.Query().Get("date"), 40)
	if asked == "" {
		return today, ""
	}
	t, err := time.Parse(time.DateOnly, digits(asked))
	if err != nil || t.Year() < 1800 || t.Year() > 2200 {
		return today, asked
	}
	return t, ""
}

func (s *Site) body(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	var page BodyPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = s.bodyPage(ctx, tx, r, p)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if page.BadDate != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.Web.Page(w, r, status, "bodies/body", page)
}

func (s *Site) bodyPage(ctx context.Context, tx *db.Tx, r *http.Request, p *lang.Printer) (BodyPage, error) {
	rec, _, err := s.open(ctx, tx, web.Actor(r), "body", ref(r))
	if err != nil {
		return BodyPage{}, err
	}
	day, bad := asAt(r, tx.Now)
	b := rec.Body.(*parties.Body)
	page := BodyPage{Record: rec, Body: b, Name: b.Names.On(p.Tag(), day), Names: nameRows(p, b.Names, day), Day: day.Format(time.DateOnly),
		DayText: p.Date(day), BadDate: bad, Today: dayIn(day) == dayIn(tx.Now), Founded: dayOf(p, b.Founded), About: rec.Read(p.Tag(), "about")}
	if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
		return page, err
	}
	if err := s.bodyRelations(ctx, tx, p, rec, day, &page); err != nil {
		return page, err
	}
	owner, err := s.membersOf(ctx, tx, rec)
	if err != nil || owner == nil {
		return page, err
	}
	of := owner.Body.(*parties.Body)
	page.Data = "/api/v1/bodies/" + owner.ID.ULID() + "/members?date=" + page.Day
	if owner.ID != rec.ID {
		named := s.named(owner, p.Tag(), day)
		page.MembersOf = &named
	}
	if page.Groups, err = s.memberGroups(ctx, tx, p, of, day); err != nil {
		return page, err
	}
	if owner.ID == rec.ID {
		return page, s.bodyHistory(ctx, tx, p, of, day, &page)
	}
	return page, nil
}

// bodyRelations fills in parent, bodies below, chair and events.
func (s *Site) bodyRelations(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record, day time.Time, page *BodyPage) error {
	b := page.Body
	chairs := chairsOn(b, day)
	ids := []id.ID{b.Parent}
	for _, c := range chairs {
		ids = append(ids, c.State)
	}
	names, err := s.names(ctx, tx, p.Tag(), day, ids...)
	if err != nil {
		return err
	}
	if n, ok := names[b.Parent]; ok {
		page.Parent = &n
	}
	for _, c := range chairs {
		if n, ok := names[c.State]; ok {
			page.Chairs = append(page.Chairs, ChairNow{n, c.Evidence})
		}
	}
	below, err := s.every(ctx, tx, p.Tag(), "body", map[string][]string{"parent": {string(rec.ID)}})
	if err != nil {
		return err
	}
	for _, r := range below {
		page.Below = append(page.Below, s.named(r, p.Tag(), day))
	}
	page.Events, err = s.latest(ctx, tx, p, matching.Query{Kinds: []string{"event"}, Any: map[string][]string{"body": {string(rec.ID)}}, Fixed: inLists,
		Sort: []engine.Sort{{By: "from", Desc: true}}}, "/events?body="+string(rec.ID))
	return err
}

// membersOf gives the body whose members count for r: r itself, else the nearest
// body above it that has categories. It gives nil when there is none.
func (s *Site) membersOf(ctx context.Context, tx *db.Tx, r *record.Record) (*record.Record, error) {
	const deepest = 8 // also ends a circle of parents
	for range deepest {
		b := r.Body.(*parties.Body)
		if len(b.Categories) > 0 {
			return r, nil
		}
		if b.Parent == "" {
			return nil, nil
		}
		above, err := s.Book.Many(ctx, tx, []record.Ref{{ID: b.Parent}})
		if err != nil || len(above) == 0 {
			return nil, err
		}
		if _, ok := above[0].Body.(*parties.Body); !ok {
			return nil, nil
		}
		r = above[0]
	}
	return nil, nil
}

// categoryLabel names a category of membership. A body may have categories that
// no catalogue knows.
func categoryLabel(p *lang.Printer, key string) string {
	if p.Has("membership." + key) {
		return p.T("membership." + key)
	}
	return key
}

// memberGroups lists who was what on a day, in the body's own order of
// categories and of states.
func (s *Site) memberGroups(ctx context.Context, tx *db.Tx, p *lang.Printer, b *parties.Body, day time.Time) ([]MemberGroup, error) {
	on := parties.Members(b, day)
	ids := make([]id.ID, len(on))
	refs := make([]record.Ref, len(on))
	for i, m := range on {
		ids[i], refs[i] = m.State, record.Ref{ID: m.State}
	}
	names, err := s.names(ctx, tx, p.Tag(), day, ids...)
	if err != nil {
		return nil, err
	}
	states, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	order := map[id.ID]int{}
	for _, r := range states {
		if st, ok := r.Body.(*parties.State); ok {
			order[r.ID] = st.Order
		}
	}
	var groups []MemberGroup
	for _, c := range parties.CategoriesOn(b, day) {
		g := MemberGroup{Key: c.Key, Label: categoryLabel(p, c.Key)}
		for _, m := range on {
			if m.Category != c.Key {
				continue
			}
			row := MemberRow{State: names[m.State], From: dayOf(p, m.From), To: dayOf(p, m.To), Decision: dayOf(p, m.Decision),
				Memorandum: dayOf(p, m.Memorandum), Approval: dayOf(p, m.Approval), Evidence: m.Evidence,
				Note: readIn(m.Note, p.Tag()), Vague: vague(m.From, day) || vague(m.To, day), order: order[m.State]}
			g.Dated = g.Dated || row.Decision != nil || row.Memorandum != nil || row.Approval != nil
			g.Rows = append(g.Rows, row)
		}
		slices.SortStableFunc(g.Rows, func(a, b MemberRow) int { return a.order - b.order })
		groups = append(groups, g)
	}
	return groups, nil
}

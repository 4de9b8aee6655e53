package site

import (
	"context"
	"slices"
	"sort"
	"time"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// BodyChange is something that became different on a day, for one state or more.
type BodyChange struct {
	Day    *Day
	States []Named // in the body's own order
	Before string  // category, "" for none
	After  string
	Chair  bool // the state took the chair
	at     time.Time
}

// bounds lists the days on which something about a body may have changed, each
// as precisely as it is known.
func bounds(b *parties.Body) []parties.Date {
	at := map[time.Time]parties.Date{}
	note := func(p parties.Period) {
		for _, d := range []parties.Date{p.From, p.To} {
			if have, ok := at[d.First()]; d != "" && (!ok || len(d) < len(have)) {
				at[d.First()] = d
			}
		}
	}
	for _, c := range b.Categories {
		note(c.Period)
	}
	for _, st := range b.Statuses {
		note(st.Period)
	}
	for _, c := range b.Chairs {
		note(c.Period)
	}
	days := make([]parties.Date, 0, len(at))
	for _, d := range at {
		days = append(days, d)
	}
	sort.Slice(days, func(i, j int) bool { return days[i].First().Before(days[j].First()) })
	return days
}

// standings maps each state to its category on a day.
func standings(b *parties.Body, day time.Time) map[id.ID]string {
	on := map[id.ID]string{}
	for _, m := range parties.Members(b, day) {
		on[m.State] = m.Category
	}
	return on
}

// bodyChanges lists what became different about a body, in order of time. It
// compares each day on which something may have changed with the day before, so
// it says what the page itself would show.
func bodyChanges(p *lang.Printer, b *parties.Body, names map[id.ID]Named, order map[id.ID]int) []BodyChange {
	var all []BodyChange
	for _, d := range bounds(b) {
		day := d.First()
		eve := day.AddDate(0, 0, -1)
		before, after := standings(b, eve), standings(b, day)
		var states []id.ID
		for st := range before {
			if before[st] != after[st] {
				states = append(states, st)
			}
		}
		for st := range after {
			if before[st] == "" {
				states = append(states, st)
			}
		}
		sort.Slice(states, func(i, j int) bool {
			if order[states[i]] != order[states[j]] {
				return order[states[i]] < order[states[j]]
			}
			return states[i] < states[j]
		})
		first := len(all)
		for _, st := range states {
			c := BodyChange{Day: dayOf(p, d), States: []Named{names[st]}, Before: standingLabel(p, before[st]), After: standingLabel(p, after[st]), at: day}
			same := slices.IndexFunc(all[first:], func(have BodyChange) bool { return have.Before == c.Before && have.After == c.After })
			if same >= 0 {
				all[first+same].States = append(all[first+same].States, names[st])
			} else {
				all = append(all, c)
			}
		}
		if chair := parties.ChairOn(b, day); chair != "" && chair != parties.ChairOn(b, eve) {
			all = append(all, BodyChange{Day: dayOf(p, d), States: []Named{names[chair]}, Chair: true, at: day})
		}
	}
	return all
}

func standingLabel(p *lang.Printer, category string) string {
	if category == "" {
		return ""
	}
	return categoryLabel(p, category)
}

// bodyHistory fills in what changed since the day, the days on which something
// changed, and the timeline.
func (s *Site) bodyHistory(ctx context.Context, tx *db.Tx, p *lang.Printer, b *parties.Body, day time.Time, page *BodyPage) error {
	var ids []id.ID
	for _, st := range b.Statuses {
		ids = append(ids, st.State)
	}
	for _, c := range b.Chairs {
		ids = append(ids, c.State)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	names, err := s.names(ctx, tx, p.Tag(), day, ids...)
	if err != nil {
		return err
	}
	refs := make([]record.Ref, len(ids))
	for i, st := range ids {
		refs[i] = record.Ref{ID: st}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return err
	}
	order := map[id.ID]int{}
	for _, r := range records {
		if st, ok := r.Body.(*parties.State); ok {
			order[r.ID] = st.Order
		}
	}
	all := bodyChanges(p, b, names, order)
	for i, c := range all {
		if c.at.After(day) && !c.at.After(tx.Now) {
			page.Since = append(page.Since, c)
		}
		if i == 0 || c.at != all[i-1].at {
			iso := c.at.Format(time.DateOnly)
			page.Days = append(page.Days, DayLink{Day: c.Day, ISO: iso, Now: iso == page.Day})
		}
	}
	page.Timeline = timeline(p, b, names, order, day, tx.Now)
	return nil
}

// Timeline is the picture of who was what to a body when. Numbers are units of
// the picture; it runs with the writing direction of the page.
type Timeline struct {
	Width, Height int
	Base          int // bottom of the rows
	Rows          []TimelineRow
	Ticks         []Tick
	DayX          int
	RTL           bool
	Keys          []TimelineKey
}

// TimelineRow is a state's line.
type TimelineRow struct {
	State Named
	X, Y  int // of the name
	Bars  []Bar
}

// Bar is a standing during a period.
type Bar struct {
	X, Y, Width, Height int
	Category            string // its key
	Label               string
	Look
	From, To *Day
	Evidence parties.Evidence
}

// Tick is a year on the axis.
type Tick struct {
	X    int
	Text string
}

// TimelineKey explains the look of a category.
type TimelineKey struct {
	Category, Label string
	Look
}

// Look tells the categories apart without colour: how full a bar is, and how its
// edge is broken.
type Look struct{ Fill, Dash string }

// looks are taken in the body's order of categories.
var looks = []Look{{"0.9", ""}, {"0.4", ""}, {"0", "3 2"}, {"0.15", ""}, {"0.6", "1 2"}, {"0.25", "6 2"}}

func lookOf(b *parties.Body, category string) Look {
	for i, c := range b.Categories {
		if c.Key == category {
			return looks[i%len(looks)]
		}
	}
	return looks[len(looks)-1]
}

// Measures of the picture.
const (
	chartWidth = 720
	chartNames = 170 // room for the names of the states
	chartRow   = 22
	chartBar   = 12
	chartTop   = 24 // room for the years
)

// timeline draws the standings of every state that ever had one.
func timeline(p *lang.Printer, b *parties.Body, names map[id.ID]Named, order map[id.ID]int, day, now time.Time) *Timeline {
	if len(b.Statuses) == 0 {
		return nil
	}
	first, last := now, now
	byState := map[id.ID][]parties.Status{}
	var states []id.ID
	for _, st := range b.Statuses {
		if st.From != "" && st.From.First().Before(first) {
			first = st.From.First()
		}
		if byState[st.State] == nil {
			states = append(states, st.State)
		}
		byState[st.State] = append(byState[st.State], st)
	}
	if day.After(last) {
		last = day
	}
	first = time.Date(first.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	last = time.Date(last.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	slices.SortStableFunc(states, func(a, b id.ID) int { return order[a] - order[b] })
	t := &Timeline{Width: chartWidth, RTL: p.Dir() == "rtl"}
	x := func(at time.Time) int {
		share := at.Sub(first).Hours() / last.Sub(first).Hours()
		along := chartNames + int(min(max(share, 0), 1)*float64(chartWidth-chartNames-10))
		if t.RTL {
			return chartWidth - along
		}
		return along
	}
	for i, st := range states {
		row := TimelineRow{State: names[st], X: 4, Y: chartTop + i*chartRow + chartBar}
		if t.RTL {
			row.X = chartWidth - 4
		}
		for _, status := range byState[st] {
			row.Bars = append(row.Bars, bar(p, b, status, x, chartTop+i*chartRow, first, last))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Base = chartTop + len(states)*chartRow
	t.Height = t.Base + 8
	for year := first.Year(); year < last.Year(); year++ {
		if year%5 == 0 {
			t.Ticks = append(t.Ticks, Tick{x(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)), p.Plain(int64(year))})
		}
	}
	t.DayX = x(day)
	for _, c := range b.Categories {
		t.Keys = append(t.Keys, TimelineKey{c.Key, categoryLabel(p, c.Key), lookOf(b, c.Key)})
	}
	return t
}

func bar(p *lang.Printer, b *parties.Body, st parties.Status, x func(time.Time) int, y int, first, last time.Time) Bar {
	from, to := first, last
	if st.From != "" {
		from = st.From.First()
	}
	until := st.To
	for _, c := range b.Categories { // a standing ends with its category
		if c.Key == st.Category && c.To != "" && (until == "" || c.To.First().Before(until.First())) {
			until = c.To
		}
	}
	if until != "" {
		to = until.First()
	}
	left, right := x(from), x(to)
	if left > right {
		left, right = right, left
	}
	return Bar{X: left, Y: y, Width: max(right-left, 2), Height: chartBar, Category: st.Category, Label: categoryLabel(p, st.Category), Look: lookOf(b, st.Category),
		From: dayOf(p, st.From), To: dayOf(p, until), Evidence: st.Evidence}
}

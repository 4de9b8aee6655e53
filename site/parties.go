package site

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// Day is a date as pages write it. What is known only to the month or the year
// is written as such.
type Day struct {
	ISO  string // for the attribute datetime
	Text string
}

// dayOf writes a date, nil when it is open.
func dayOf(p *lang.Printer, d parties.Date) *Day {
	t := d.First()
	switch len(d) {
	case 10:
		return &Day{string(d), p.Date(t)}
	case 7:
		return &Day{string(d), p.Month(t.Year(), t.Month())}
	case 4:
		return &Day{string(d), p.Plain(int64(t.Year()))}
	}
	return nil
}

// dayIn is the date of an instant.
func dayIn(t time.Time) parties.Date { return parties.Date(t.Format(time.DateOnly)) }

// readIn chooses among words by language for a reader.
func readIn(words map[string]string, reader lang.Tag) record.Reading {
	var tags []lang.Tag
	for _, t := range slices.Sorted(maps.Keys(words)) {
		if words[t] != "" {
			tags = append(tags, lang.Tag(t))
		}
	}
	if words[string(reader)] != "" {
		return record.Reading{Text: words[string(reader)], Lang: reader}
	}
	t := lang.Fallback(reader, tags, "en")
	return record.Reading{Text: words[string(t)], Lang: t}
}

// NameRow is what something is called in one language, as its page lists it.
type NameRow struct {
	parties.Name
	From, To *Day
	Now      bool // in use on the day of the page
}

// nameRows lists names: by language in the order of the names themselves, which
// is that of the record, those in use first.
func nameRows(p *lang.Printer, names parties.Names, day time.Time) []NameRow {
	rows := make([]NameRow, 0, len(names))
	for _, n := range names {
		rows = append(rows, NameRow{Name: n, From: dayOf(p, n.From), To: dayOf(p, n.To), Now: n.Covers(day)})
	}
	slices.SortStableFunc(rows, func(a, b NameRow) int {
		switch {
		case a.Now == b.Now:
			return 0
		case a.Now:
			return -1
		}
		return 1
	})
	return rows
}

// open finds the record of a kind that the path names and gives the revision
// that a may read: the public one, else the newest for those who see drafts.
func (s *Site) open(ctx context.Context, tx *db.Tx, a access.Actor, kind, ulid string) (*record.Record, record.Head, error) {
	found, err := s.Book.Find(ctx, tx, kind, ulid)
	if err != nil {
		return nil, record.Head{}, err
	}
	head, err := s.Book.HeadOf(ctx, tx, found)
	if err != nil {
		return nil, head, err
	}
	if head.State == record.Erased {
		return nil, head, fault.New(fault.Gone, "record.erased")
	}
	rev := head.PublicRev
	if rev == 0 {
		rev = head.Rev
	}
	r, err := s.Book.At(ctx, tx, found, rev)
	if err == nil && head.PublicRev == 0 && !s.mayRead(a, r) {
		err = fault.New(fault.NotFound, "record.not-found")
	}
	return r, head, err
}

// mostOptions bounds how many records of a kind a page lists to choose from.
const mostOptions = 2000

// every gives the public records of a kind, in the reader's alphabetical order.
func (s *Site) every(ctx context.Context, tx *db.Tx, reader lang.Tag, kind string, any map[string][]string) ([]*record.Record, error) {
	const page = 500
	q := matching.Query{Kinds: []string{kind}, Any: any, Fixed: inLists, Sort: []engine.Sort{{By: "name." + string(reader)}}, Limit: page}
	var all []*record.Record
	for len(all) < mostOptions {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
		if found.Next == "" {
			break
		}
		cursor, err := engine.ParseCursor(found.Next)
		if err != nil {
			return nil, err
		}
		q.Cursor = &cursor
	}
	return all, nil
}

// Latest is a few records of a kind and how many more there are.
type Latest struct {
	Rows  []LatestRow
	Total int
	URL   string // the whole list
}

// LatestRow is a record in a short list.
type LatestRow struct {
	Named
	Kind string
	Day  *Day
}

// latest gives the newest few records a query finds.
func (s *Site) latest(ctx context.Context, tx *db.Tx, p *lang.Printer, q matching.Query, url string) (Latest, error) {
	const few = 5
	q.Limit = few
	found, records, err := s.Index.Records(ctx, tx, q)
	l := Latest{Total: found.Total, URL: url}
	for _, r := range records {
		l.Rows = append(l.Rows, LatestRow{Named: s.named(r, p.Tag(), tx.Now), Kind: r.Kind, Day: dayOf(p, outDay(r))})
	}
	return l, err
}

// outDay is the date by which a short list places a record.
func outDay(r *record.Record) parties.Date {
	switch b := r.Body.(type) {
	case *announcements.Item:
		return announcements.Out(r)
	case *meetings.Event:
		return b.From
	}
	return dayIn(r.Published)
}

// digits writes the digits of the scripts our readers type dates in as ASCII.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		for _, zero := range []rune{'٠', '۰', '०', '０'} {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, text)
}

// mayAct reports whether a may do a verb to r.
func (s *Site) mayAct(a access.Actor, verb string, r *record.Record) bool {
	return s.Book.Kind(r.Kind).Policy.Allows(a, verb, r.Object())
}

// saved edits a record and, when asked, takes it on to the public in the same
// transaction: nobody sees the one without the other. Without a change it only
// takes the newest revision on.
func (s *Site) saved(ctx context.Context, tx *db.Tx, about id.ID, base int, upTo string, note *record.Note, change func(*record.Record) error) (*record.Record, error) {
	var r *record.Record
	var err error
	if change != nil {
		if r, err = s.Book.Edit(ctx, tx, about, base, change); err != nil || upTo == "" {
			return r, err
		}
		base = r.Rev
	}
	if r, err = s.Book.Do(ctx, tx, about, base, "submit", record.Options{}); err != nil || upTo == "submit" {
		return r, err
	}
	return s.Book.Do(ctx, tx, about, r.Rev, "publish", record.Options{Note: note})
}

// Meanwhile is what somebody else saved while a form was being filled in.
type Meanwhile struct {
	Rows []MeanwhileRow
	Rev  int
}

// MeanwhileRow is one thing that changed.
type MeanwhileRow struct{ Label, Old, New string }

// meanwhile compares the revision a form was made from with the newest.
func (s *Site) meanwhile(r *http.Request, p *lang.Printer, about id.ID, base int) (m *Meanwhile, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		now, err := s.Book.Newest(ctx, tx, about)
		if err != nil {
			return err
		}
		m = &Meanwhile{Rev: now.Rev}
		then, err := s.Book.At(ctx, tx, about, base)
		if fault.Is(err, fault.NotFound) {
			return nil // a base that never was: nothing to compare with
		}
		if err != nil {
			return err
		}
		changes, err := record.Diff(then, now)
		for _, c := range changes {
			m.Rows = append(m.Rows, MeanwhileRow{fieldLabel(p, c.Path), c.Old, c.New})
		}
		return err
	})
	return m, err
}

// tenureDay is the day on which the names around a tenure are read: its last,
// or the last day a source shows it, or now.
func tenureDay(t parties.Tenure, now time.Time) time.Time {
	switch {
	case t.To != "":
		return t.To.First().AddDate(0, 0, -1)
	case t.From != "":
		return now
	case len(t.On) > 0:
		return t.On[len(t.On)-1].First()
	}
	return now
}

// rows lists records as short lists do, the latest first.
func (s *Site) rows(ctx context.Context, tx *db.Tx, p *lang.Printer, ids []id.ID) ([]LatestRow, error) {
	refs := make([]record.Ref, len(ids))
	for i, one := range ids {
		refs[i] = record.Ref{ID: one}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(records, func(a, b *record.Record) int { return outDay(b).First().Compare(outDay(a).First()) })
	var all []LatestRow
	for _, r := range records {
		if r.State != record.Erased {
			all = append(all, LatestRow{Named: s.named(r, p.Tag(), tx.Now), Kind: r.Kind, Day: dayOf(p, outDay(r))})
		}
	}
	return all, nil
}

package site

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/meetings"
	"karvan/record"
)

// Desk is the page "account/desk": what waits for somebody.
type Desk struct {
	Sections []DeskSection  // those with something in them
	Found    []SuggestedRow // counterparts found lately
	Item     bool           // may write for the board
	Event    bool
	Profile  bool
}

// DeskSection is one sort of waiting.
type DeskSection struct {
	Name string // "review", "drafts", "overdue", "scheduled", "confirm", "expiring", "waiting"
	Rows []DeskRow
	Warn bool
}

// DeskRow is a record that waits.
type DeskRow struct {
	URL     string
	Kind    string
	Title   record.Reading
	State   record.State
	Owner   Named
	At      time.Time // the instant that matters to its section
	Pending bool      // the public revision is another
	Sample  bool
}

// deskMost bounds the rows of a section, and what is looked through for them.
const deskMost = 100

// expiresSoon is how long before the end of its validity a profile shows up.
const expiresSoon = 30 * 24 * time.Hour

func (s *Site) desk(w http.ResponseWriter, r *http.Request) error {
	a := web.Actor(r)
	page := Desk{Item: announcements.Policy.Could(a, "create"), Event: meetings.Policy.Could(a, "create"), Profile: mayCreate(a)}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		heads, err := s.onDesk(ctx, tx, a)
		if err != nil {
			return err
		}
		now := s.Now()
		sorted := map[string][]*record.Record{}
		for _, rec := range heads {
			name, err := s.deskPlace(ctx, tx, a, rec, now)
			if err != nil {
				return err
			}
			sorted[name] = append(sorted[name], rec)
		}
		for _, due := range profilesDue(a, now) {
			_, records, err := s.Index.Records(ctx, tx, due.Query)
			if err != nil {
				return err
			}
			sorted[due.section] = append(sorted[due.section], records...)
		}
		for _, name := range []string{"overdue", "review", "drafts", "confirm", "expiring", "scheduled", "waiting"} {
			if len(sorted[name]) == 0 {
				continue
			}
			section := DeskSection{Name: name, Warn: name == "overdue"}
			if section.Rows, err = s.deskRows(ctx, tx, r, name, sorted[name]); err != nil {
				return err
			}
			page.Sections = append(page.Sections, section)
		}
		page.Found, err = s.suggested(ctx, tx, r, a)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "account/desk", page)
}

// mine is the filter for what an actor acts for: its organisation, its state, its
// body.
func mine(a access.Actor) []map[string][]string {
	var all []map[string][]string
	for _, g := range a.Grants {
		switch {
		case g.Scope == "":
		case g.Role == access.Member:
			all = append(all, map[string][]string{"owner": {string(g.Scope)}})
		case g.Role == access.Focal, g.Role == access.Secretariat:
			all = append(all, map[string][]string{"party": {string(g.Scope)}})
		}
	}
	return all
}

// waiting are the states in which a record waits for somebody.
var waiting = []string{string(record.Draft), string(record.Returned), string(record.Submitted), string(record.Scheduled)}

// onDesk gives the newest revisions that wait and that a may edit or decide on:
// of what a acts for, and of the kinds whose policy lets a act anywhere.
func (s *Site) onDesk(ctx context.Context, tx *db.Tx, a access.Actor) ([]*record.Record, error) {
	var queries []matching.Query
	ask := func(kinds []string, only map[string][]string) {
		q := matching.Query{Kinds: kinds, Drafts: true, Any: map[string][]string{"status": waiting}, Fixed: only, Limit: deskMost, Sort: []engine.Sort{{By: "updated", Desc: true}}}
		queries = append(queries, q)
	}
	for _, only := range mine(a) {
		ask(nil, only)
	}
	var anywhere []string
	for _, k := range s.Book.Kinds() {
		if k.Policy.Allows(a, "edit", access.Object{}) {
			anywhere = append(anywhere, k.Name)
		}
	}
	if len(anywhere) > 0 {
		ask(anywhere, nil)
	}
	seen := map[string]bool{}
	var all []*record.Record
	for _, q := range queries {
		_, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			policy := s.Book.Kind(rec.Kind).Policy
			may := policy.Allows(a, "edit", rec.Object()) || policy.Allows(a, "publish", rec.Object())
			if may && !seen[string(rec.ID)] {
				seen[string(rec.ID)] = true
				all = append(all, rec)
			}
		}
	}
	return all, nil
}

// deskPlace says in which section a waiting record stands.
func (s *Site) deskPlace(ctx context.Context, tx *db.Tx, a access.Actor, rec *record.Record, now time.Time) (string, error) {
	switch rec.State {
	case record.Draft, record.Returned:
		return "drafts", nil
	case record.Scheduled:
		return "scheduled", nil
	}
	if !rec.PublishAt.IsZero() && rec.PublishAt.Before(now) {
		return "overdue", nil
	}
	if !s.Book.Kind(rec.Kind).Policy.Allows(a, "publish", rec.Object()) {
		return "waiting", nil
	}
	head, err := s.Book.HeadOf(ctx, tx, rec.ID)
	if err != nil {
		return "", err
	}
	history, err := s.Book.History(ctx, tx, rec.ID)
	if err != nil {
		return "", err
	}
	if s.wrote(a, head, history) {
		return "waiting", nil
	}
	return "review", nil
}

// due is a question for profiles that wait for a word of their owner.
type due struct {
	section string
	matching.Query
}

// profilesDue asks for the published profiles of what a acts for that nobody
// confirmed lately, or whose validity ends soon.
func profilesDue(a access.Actor, now time.Time) []due {
	var all []due
	for _, only := range mine(a) {
		fixed := map[string][]string{"status": {string(record.Published)}}
		maps.Copy(fixed, only)
		q := matching.Query{Kinds: profileKinds, Fixed: fixed, Limit: deskMost}
		stale, ending := q, q
		stale.Before, stale.Sort = map[string]time.Time{"confirmed": now.Add(-catalogue.ConfirmEvery)}, []engine.Sort{{By: "confirmed"}}
		ending.Before, ending.Sort = map[string]time.Time{"valid_to": now.Add(expiresSoon)}, []engine.Sort{{By: "valid_to"}}
		all = append(all, due{"confirm", stale}, due{"expiring", ending})
	}
	return all
}

func (s *Site) deskRows(ctx context.Context, tx *db.Tx, r *http.Request, section string, records []*record.Record) ([]DeskRow, error) {
	reader, now := web.Lang(r), s.Now()
	var owners []id.ID
	for _, rec := range records {
		owners = append(owners, rec.Owner)
	}
	names, err := s.names(ctx, tx, reader, now, owners...)
	if err != nil {
		return nil, err
	}
	rows := make([]DeskRow, 0, len(records))
	for _, rec := range records {
		n := s.named(rec, reader, now)
		row := DeskRow{Kind: rec.Kind, Title: record.Reading{Text: n.Text, Lang: n.Lang}, State: rec.State, Owner: names[rec.Owner], At: rec.Updated, Sample: rec.Sample}
		switch section {
		case "overdue", "scheduled":
			row.At = rec.PublishAt
		case "confirm":
			row.At = catalogue.Vouched(rec)
		case "expiring":
			row.At = rec.ValidTo
		}
		if n.Path != "" {
			row.URL = web.URL(r, n.Path)
			if public, ok := s.Index.PublicRev(rec.ID); ok && public != rec.Rev {
				row.Pending = true
				row.URL += "?draft=1"
			}
		}
		rows = append(rows, row)
	}
	if section == "scheduled" || section == "overdue" {
		slices.SortStableFunc(rows, func(a, b DeskRow) int { return a.At.Compare(b.At) })
	}
	return rows, nil
}

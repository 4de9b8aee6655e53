package site

import (
	"context"
	"net/http"
	"slices"
	"time"

	"karvan/announcements"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/parties"
	"karvan/record"
)

// Home is the page "home/home".
type Home struct {
	Latest  []HomeItem // of the board
	Offers  []ProfileRow
	Needs   []ProfileRow
	Numbers []HomeNumber
	Body    *HomeBody // nil when no body is on record
	Feeds   []Feed    // of the board
}

// HomeItem is an item of the board in few words.
type HomeItem struct {
	Path   string
	Title  record.Reading
	Party  Named
	Day    *Day
	Sample bool
}

// HomeNumber is a count that opens into the records it counts.
type HomeNumber struct {
	What string // "offer", "need" or "announcement"
	N    int
	URL  string
}

// HomeBody is the body whose states cooperate here, on a day.
type HomeBody struct {
	Named
	Day     time.Time
	Members []Named
}

// How much of each kind the home page shows.
const (
	homeLatest   = 5
	homeProfiles = 4
)

// published asks for the public records of a kind that stand in lists, the
// newest first.
func published(kind string, most int) matching.Query {
	return matching.Query{Kinds: []string{kind}, Fixed: map[string][]string{"status": {string(record.Published)}}, Limit: most}
}

func (s *Site) home(w http.ResponseWriter, r *http.Request) error {
	page := Home{Feeds: feeds(r, "/board")}
	reader := web.Lang(r)
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		board := published("announcement", homeLatest)
		board.Sort = []engine.Sort{{By: "out", Desc: true}, {By: "published", Desc: true}}
		items, latest, err := s.Index.Records(ctx, tx, board)
		if err != nil {
			return err
		}
		if page.Latest, err = s.homeItems(ctx, tx, s.Web.Printer(r), latest); err != nil {
			return err
		}
		offers, needs := 0, 0
		if page.Offers, offers, err = s.newest(ctx, tx, reader, "offer"); err != nil {
			return err
		}
		if page.Needs, needs, err = s.newest(ctx, tx, reader, "need"); err != nil {
			return err
		}
		page.Numbers = []HomeNumber{
			{"offer", offers, web.URL(r, "/catalogue") + "?kind=offer"}, {"need", needs, web.URL(r, "/catalogue") + "?kind=need"},
			{"announcement", items.Total, web.URL(r, "/board")},
		}
		page.Body, err = s.mainBody(ctx, tx, reader)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "home/home", page)
}

func (s *Site) homeItems(ctx context.Context, tx *db.Tx, p *lang.Printer, records []*record.Record) ([]HomeItem, error) {
	var ids []id.ID
	for _, rec := range records {
		ids = append(ids, rec.Party)
	}
	names, err := s.names(ctx, tx, p.Tag(), s.Now(), ids...)
	if err != nil {
		return nil, err
	}
	var items []HomeItem
	for _, rec := range records {
		items = append(items, HomeItem{Path: Path(rec), Title: rec.Read(p.Tag(), "title"), Party: names[rec.Party], Day: dayOf(p, announcements.Out(rec)), Sample: rec.Sample})
	}
	return items, nil
}

// newest gives the newest records of a kind of the catalogue, and how many there
// are.
func (s *Site) newest(ctx context.Context, tx *db.Tx, reader lang.Tag, kind string) ([]ProfileRow, int, error) {
	found, records, err := s.Index.Records(ctx, tx, published(kind, homeProfiles))
	if err != nil {
		return nil, 0, err
	}
	rows, err := s.profileRows(ctx, tx, reader, records)
	return rows, found.Total, err
}

// bodiesMost bounds the bodies that are looked through for the main one.
const bodiesMost = 200

// mainBody gives the body under no other that has the most members today, with
// its members in the order of its own rule. It is nil when there is none.
func (s *Site) mainBody(ctx context.Context, tx *db.Tx, reader lang.Tag) (*HomeBody, error) {
	_, bodies, err := s.Index.Records(ctx, tx, published("body", bodiesMost))
	if err != nil {
		return nil, err
	}
	now := s.Now()
	var main *record.Record
	var members []id.ID
	for _, rec := range bodies {
		b, ok := rec.Body.(*parties.Body)
		if !ok || b.Parent != "" {
			continue
		}
		var states []id.ID
		for _, m := range parties.Members(b, now) {
			if m.Category == "member" {
				states = append(states, m.State)
			}
		}
		if len(states) > len(members) {
			main, members = rec, states
		}
	}
	if main == nil {
		return nil, nil
	}
	names, err := s.names(ctx, tx, reader, now, members...)
	if err != nil {
		return nil, err
	}
	body := &HomeBody{Named: s.named(main, reader, now), Day: now}
	order, err := s.statesInOrder(ctx, tx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(members, func(a, b id.ID) int { return order[a] - order[b] })
	for _, m := range members {
		if n, ok := names[m]; ok {
			body.Members = append(body.Members, n)
		}
	}
	return body, nil
}

// statesInOrder gives the place of each state by the rule of the body that lists
// them.
func (s *Site) statesInOrder(ctx context.Context, tx *db.Tx) (map[id.ID]int, error) {
	_, states, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"state"}, Limit: statesMost})
	order := map[id.ID]int{}
	for _, rec := range states {
		if b, ok := rec.Body.(*parties.State); ok {
			order[rec.ID] = b.Order
		}
	}
	return order, err
}

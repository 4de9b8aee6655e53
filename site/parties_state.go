package site

import (
	"context"
	"net/http"
	"strings"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/parties"
	"karvan/record"
)

// StatusRow is what a state was to a body during a period.
type StatusRow struct {
	Body                                     Named
	Category                                 string
	From, To, Decision, Memorandum, Approval *Day
	Evidence                                 parties.Evidence
	Now                                      bool
	Note                                     record.Reading
}

// ChairRow is a period in which a state presided over a body.
type ChairRow struct {
	Body     Named
	From, To *Day
	Evidence parties.Evidence
}

// StatePage is a state.
type StatePage struct {
	Record        *record.Record
	State         *parties.State
	Name          parties.Name
	Names         []NameRow
	About         record.Reading
	Statuses      []StatusRow
	Chairs        []ChairRow
	Organisations int
	Board         Latest
	Profiles      Latest
	Events        Latest
	View          RecordView
}

func (s *Site) state(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	if upper := strings.ToUpper(code); upper != code {
		if s.Index.State(upper) == "" {
			return fault.New(fault.NotFound, "record.not-found")
		}
		http.Redirect(w, r, web.URL(r, "/states", upper), http.StatusMovedPermanently)
		return nil
	}
	found := s.Index.State(code)
	if found == "" {
		return fault.New(fault.NotFound, "record.not-found")
	}
	p := s.Web.Printer(r)
	var page StatePage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.Book.Public(ctx, tx, found)
		if err != nil {
			return err
		}
		st, ok := rec.Body.(*parties.State)
		if !ok {
			return fault.New(fault.NotFound, "record.not-found")
		}
		page = StatePage{Record: rec, State: st, Name: st.Names.On(p.Tag(), tx.Now), Names: nameRows(p, st.Names, tx.Now), About: rec.Read(p.Tag(), "about")}
		if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
			return err
		}
		if err := s.stateStandings(ctx, tx, p, &page); err != nil {
			return err
		}
		return s.stateRecords(ctx, tx, p, &page)
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "states/state", page)
}

// stateStandings lists what the state was and is to every body.
func (s *Site) stateStandings(ctx context.Context, tx *db.Tx, p *lang.Printer, page *StatePage) error {
	bodies, err := s.every(ctx, tx, p.Tag(), "body", nil)
	if err != nil {
		return err
	}
	for _, r := range bodies {
		b := r.Body.(*parties.Body)
		named := s.named(r, p.Tag(), tx.Now)
		now := parties.StatusOn(b, page.Record.ID, tx.Now)
		for _, st := range b.Statuses {
			if st.State != page.Record.ID {
				continue
			}
			page.Statuses = append(page.Statuses, StatusRow{Body: named, Category: categoryLabel(p, st.Category), From: dayOf(p, st.From), To: dayOf(p, st.To),
				Decision: dayOf(p, st.Decision), Memorandum: dayOf(p, st.Memorandum), Approval: dayOf(p, st.Approval), Evidence: st.Evidence,
				Now: now == st.Category && st.Covers(tx.Now), Note: readIn(st.Note, p.Tag())})
		}
		for _, c := range b.Chairs {
			if c.State == page.Record.ID {
				page.Chairs = append(page.Chairs, ChairRow{Body: named, From: dayOf(p, c.From), To: dayOf(p, c.To), Evidence: c.Evidence})
			}
		}
	}
	return nil
}

// stateRecords counts and lists what the state's institutions have on record.
func (s *Site) stateRecords(ctx context.Context, tx *db.Tx, p *lang.Printer, page *StatePage) (err error) {
	code := page.State.Code
	of := map[string][]string{"state": {code}}
	page.Organisations = s.Index.Search(matching.Query{Kinds: []string{"organisation"}, Any: of}).Total
	if page.Board, err = s.latest(ctx, tx, p, matching.Query{Kinds: []string{"announcement"}, Any: of, Fixed: inLists,
		Sort: []engine.Sort{{By: "out", Desc: true}}}, "/board?state="+code); err != nil {
		return err
	}
	if page.Profiles, err = s.latest(ctx, tx, p, matching.Query{Kinds: profileKinds, Any: of, Fixed: inLists}, "/catalogue?state="+code); err != nil {
		return err
	}
	page.Events, err = s.latest(ctx, tx, p, matching.Query{Kinds: []string{"event"}, Any: map[string][]string{"participant": {code}}, Fixed: inLists,
		Sort: []engine.Sort{{By: "from", Desc: true}}}, "/events?participant="+code)
	return err
}

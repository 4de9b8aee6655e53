package site

import (
	"context"
	"net/http"
	"slices"
	"strings"
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

// OrganisationList is the page of organisations.
type OrganisationList struct {
	List
	Rows []OrganisationRow
}

// OrganisationRow is an organisation in the list.
type OrganisationRow struct {
	Named
	Type  string
	State Named
	Place string
	Above *Named
}

func (s *Site) organisations(w http.ResponseWriter, r *http.Request) error {
	q, err := listQuery(r, []string{"organisation"}, []string{"state", "actor", "lang"})
	if err != nil {
		return err
	}
	p := s.Web.Printer(r)
	q.Lang, q.Fixed = p.Tag(), inLists
	if q.Words == "" {
		q.Sort = []engine.Sort{{By: "name." + string(p.Tag())}}
	}
	var page OrganisationList
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return err
		}
		states, err := s.stateNames(ctx, tx, p.Tag(), q, found)
		if err != nil {
			return err
		}
		page.List = s.list(r, q, found, func(attr, value string) string {
			switch {
			case attr == "state" && states[value].Text != "":
				return states[value].Text
			case attr == "actor":
				return codeLabel(p, "actor", value)
			case attr == "lang":
				return p.Name(lang.Tag(value))
			}
			return value
		}, map[string][]string{"actor": parties.ActorTypes})
		page.Rows, err = s.organisationRows(ctx, tx, p.Tag(), records)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "organisations/list", page)
}

// stateNames names the states that a list counts or is narrowed to, by code.
func (s *Site) stateNames(ctx context.Context, tx *db.Tx, reader lang.Tag, q matching.Query, found matching.Result) (map[string]Named, error) {
	codes := slices.Clone(q.Any["state"])
	for _, c := range found.Facets["state"] {
		codes = append(codes, c.Value)
	}
	codes = append(codes, q.Any["participant"]...)
	for _, c := range found.Facets["participant"] {
		codes = append(codes, c.Value)
	}
	byCode := map[string]Named{}
	ids := make([]id.ID, len(codes))
	for i, code := range codes {
		ids[i] = s.Index.State(code)
	}
	names, err := s.names(ctx, tx, reader, tx.Now, ids...)
	for i, code := range codes {
		byCode[code] = names[ids[i]]
	}
	return byCode, err
}

func (s *Site) organisationRows(ctx context.Context, tx *db.Tx, reader lang.Tag, records []*record.Record) ([]OrganisationRow, error) {
	var ids []id.ID
	for _, r := range records {
		o := r.Body.(*parties.Organisation)
		ids = append(ids, o.State, o.Parent)
	}
	names, err := s.names(ctx, tx, reader, tx.Now, ids...)
	if err != nil {
		return nil, err
	}
	rows := make([]OrganisationRow, 0, len(records))
	for _, r := range records {
		o := r.Body.(*parties.Organisation)
		row := OrganisationRow{Named: s.named(r, reader, tx.Now), Type: o.Type, State: names[o.State], Place: o.Place}
		if above, ok := names[o.Parent]; ok {
			row.Above = &above
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// PostRow is a post of an organisation with those who hold or held it.
type PostRow struct {
	Named
	Holders []HolderRow
}

// HolderRow is somebody in a post.
type HolderRow struct {
	Person   Named
	From, To *Day
	On       []*Day
	Now      bool
	Evidence parties.Evidence
}

// OrganisationPage is an organisation.
type OrganisationPage struct {
	Record       *record.Record
	Organisation *parties.Organisation
	Name         parties.Name
	Names        []NameRow
	About        record.Reading
	State        Named
	Above        *Named
	Units        []Named
	Posts        []PostRow
	Profiles     Latest
	Board        Latest
	MayEdit      bool
	View         RecordView
	Since        string
	Others       []OtherID
}

// OtherID is an identifier of an organisation in another register.
type OtherID struct{ Scheme, Value string }

func (s *Site) organisation(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	var page OrganisationPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, _, err := s.open(ctx, tx, web.Actor(r), "organisation", ref(r))
		if err != nil {
			return err
		}
		o := rec.Body.(*parties.Organisation)
		page = OrganisationPage{Record: rec, Organisation: o, Name: o.Names.On(p.Tag(), tx.Now), Names: nameRows(p, o.Names, tx.Now),
			About: rec.Read(p.Tag(), "about"), MayEdit: s.mayAct(web.Actor(r), "edit", rec)}
		if o.Since > 0 {
			page.Since = p.Plain(int64(o.Since))
		}
		for scheme, value := range o.OtherIDs {
			page.Others = append(page.Others, OtherID{scheme, value})
		}
		slices.SortFunc(page.Others, func(a, b OtherID) int { return strings.Compare(a.Scheme, b.Scheme) })
		if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
			return err
		}
		names, err := s.names(ctx, tx, p.Tag(), tx.Now, o.State, o.Parent)
		if err != nil {
			return err
		}
		page.State = names[o.State]
		if above, ok := names[o.Parent]; ok {
			page.Above = &above
		}
		return s.organisationRelations(ctx, tx, p, &page)
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "organisations/organisation", page)
}

// organisationRelations fills in units, posts, profiles and items.
func (s *Site) organisationRelations(ctx context.Context, tx *db.Tx, p *lang.Printer, page *OrganisationPage) error {
	own := string(page.Record.ID)
	units, err := s.every(ctx, tx, p.Tag(), "organisation", map[string][]string{"parent": {own}})
	if err != nil {
		return err
	}
	for _, r := range units {
		page.Units = append(page.Units, s.named(r, p.Tag(), tx.Now))
	}
	if page.Posts, err = s.posts(ctx, tx, p, page.Record.ID); err != nil {
		return err
	}
	owned := map[string][]string{"owner": {own}}
	if page.Profiles, err = s.latest(ctx, tx, p, matching.Query{Kinds: profileKinds, Any: owned, Fixed: inLists}, ""); err != nil {
		return err
	}
	page.Board, err = s.latest(ctx, tx, p, matching.Query{Kinds: []string{"announcement"}, Any: owned, Fixed: inLists,
		Sort: []engine.Sort{{By: "out", Desc: true}}}, "")
	return err
}

// posts lists the posts of an organisation and who held them.
func (s *Site) posts(ctx context.Context, tx *db.Tx, p *lang.Printer, organisation id.ID) ([]PostRow, error) {
	records, err := s.every(ctx, tx, p.Tag(), "post", map[string][]string{"owner": {string(organisation)}})
	if err != nil {
		return nil, err
	}
	var rows []PostRow
	for _, r := range records {
		post, ok := r.Body.(*parties.Post)
		if !ok || post.Organisation != organisation {
			continue
		}
		row := PostRow{Named: s.named(r, p.Tag(), tx.Now)}
		holders, err := s.Book.Sources(ctx, tx, r.ID, "post")
		if err != nil {
			return nil, err
		}
		refs := make([]record.Ref, len(holders))
		for i, h := range holders {
			refs[i] = record.Ref{ID: h}
		}
		people, err := s.Book.Many(ctx, tx, refs)
		if err != nil {
			return nil, err
		}
		for _, h := range people {
			row.Holders = append(row.Holders, s.held(p, h, r.ID, tx.Now)...)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// held lists the tenures of a post that a person's record shows.
func (s *Site) held(p *lang.Printer, r *record.Record, post id.ID, now time.Time) []HolderRow {
	person, ok := r.Body.(*parties.Person)
	if !ok {
		return nil
	}
	var rows []HolderRow
	for _, t := range person.Tenures {
		if t.Post != post {
			continue
		}
		row := HolderRow{Person: s.named(r, p.Tag(), now), From: dayOf(p, t.From), To: dayOf(p, t.To), Now: t.Held(now), Evidence: t.Evidence}
		for _, d := range t.On {
			row.On = append(row.On, dayOf(p, d))
		}
		rows = append(rows, row)
	}
	return rows
}

package site

import (
	"context"
	"net/http"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/web"
	"karvan/parties"
	"karvan/record"
)

// TenureRow is a post a person held.
type TenureRow struct {
	Post         Named
	Organisation *Named
	From, To     *Day
	On           []*Day // days for which a source shows it
	Evidence     parties.Evidence
	Now          bool
}

// PersonPage is a holder of public office.
type PersonPage struct {
	Record  *record.Record
	Name    parties.Name
	Names   []NameRow
	About   record.Reading
	Tenures []TenureRow
	Events  []LatestRow
	View    RecordView
}

func (s *Site) person(w http.ResponseWriter, r *http.Request) error {
	p := s.Web.Printer(r)
	var page PersonPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, _, err := s.open(ctx, tx, web.Actor(r), "person", ref(r))
		if err != nil {
			return err
		}
		person := rec.Body.(*parties.Person)
		page = PersonPage{Record: rec, Name: person.Names.On(p.Tag(), tx.Now), Names: nameRows(p, person.Names, tx.Now), About: rec.Read(p.Tag(), "about")}
		if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
			return err
		}
		posts, err := s.postsOf(ctx, tx, person)
		if err != nil {
			return err
		}
		for _, t := range person.Tenures {
			row := TenureRow{From: dayOf(p, t.From), To: dayOf(p, t.To), Evidence: t.Evidence, Now: t.Held(tx.Now)}
			for _, d := range t.On {
				row.On = append(row.On, dayOf(p, d))
			}
			post := posts[t.Post]
			if post == nil {
				continue
			}
			row.Post = s.named(post, p.Tag(), tenureDay(t, tx.Now))
			organisation := post.Body.(*parties.Post).Organisation
			names, err := s.names(ctx, tx, p.Tag(), tenureDay(t, tx.Now), organisation)
			if err != nil {
				return err
			}
			if n, ok := names[organisation]; ok {
				row.Organisation = &n
			}
			page.Tenures = append(page.Tenures, row)
		}
		events, err := s.Book.Sources(ctx, tx, rec.ID, "participant")
		if err != nil {
			return err
		}
		page.Events, err = s.rows(ctx, tx, p, events)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "persons/person", page)
}

func (s *Site) postsOf(ctx context.Context, tx *db.Tx, person *parties.Person) (map[id.ID]*record.Record, error) {
	var refs []record.Ref
	for _, t := range person.Tenures {
		refs = append(refs, record.Ref{ID: t.Post})
	}
	records, err := s.Book.Many(ctx, tx, refs)
	posts := map[id.ID]*record.Record{}
	for _, r := range records {
		if _, ok := r.Body.(*parties.Post); ok {
			posts[r.ID] = r
		}
	}
	return posts, err
}

package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/parties"
	"karvan/record"
)

type membersInput struct {
	Name string `path:"body" maxLength:"320" doc:"The body: its id with the slashes escaped, its ULID, or its abbreviation when no other body has the same." example:"sco"`
	Date string `query:"date" maxLength:"10" format:"date" doc:"The day, in ISO 8601; today (UTC) without it." example:"2024-07-04"`
}

// Membership is what a state is to a body on a day.
type Membership struct {
	State      string              `json:"state" doc:"ISO 3166-1 alpha-2 code of the state." example:"KZ"`
	ID         id.ID               `json:"id" doc:"Identifier of the state's record." example:"karvan.example/state/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Names      map[lang.Tag]string `json:"names" doc:"What the state was called that day, by language."`
	Category   string              `json:"category" doc:"What it was to the body." example:"member"`
	From       parties.Date        `json:"from,omitempty" doc:"Since when: a day, or a month or a year when no more is known." example:"2001-06-15"`
	To         parties.Date        `json:"to,omitempty" doc:"The first day on which it was so no more."`
	Decision   parties.Date        `json:"decision,omitempty" doc:"When the body decided."`
	Memorandum parties.Date        `json:"memorandum,omitempty" doc:"When the memorandum was signed."`
	Approval   parties.Date        `json:"approval,omitempty" doc:"When the state approved by its own law."`
	Evidence   parties.Evidence    `json:"evidence,omitempty" doc:"How well it is known: seen in a source, or unverified." example:"seen"`
	Note       map[string]string   `json:"note,omitempty" doc:"A remark, by language."`
}

// CategoryOf is a category that the body had that day.
type CategoryOf struct {
	Key      string           `json:"key" doc:"Its code." example:"member"`
	From     parties.Date     `json:"from,omitempty" doc:"Since when the body has it."`
	To       parties.Date     `json:"to,omitempty" doc:"The first day on which the body had it no more."`
	Evidence parties.Evidence `json:"evidence,omitempty" doc:"How well it is known."`
}

// Members is what each state was to a body on a day.
type Members struct {
	Body       id.ID          `json:"body" doc:"Identifier of the body." example:"karvan.example/body/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Rev        int            `json:"rev" doc:"Revision of the body's record that this is computed from." example:"4"`
	Date       string         `json:"date" doc:"The day." example:"2024-07-04"`
	Chair      string         `json:"chair,omitempty" doc:"ISO code of the state that presided, when it is known." example:"KZ"`
	Categories []CategoryOf   `json:"categories" nullable:"false" doc:"The categories that the body had that day, in its own order."`
	Counts     map[string]int `json:"counts" doc:"How many states were in each."`
	Members    []Membership   `json:"members" nullable:"false" doc:"The states, by category and then in the body's own order."`
}

type membersOutput struct{ Body Members }

func (a *API) registerMembers(h huma.API) {
	op := huma.Operation{OperationID: "list-members", Method: http.MethodGet, Path: "/api/v1/bodies/{body}/members", Tags: []string{"bodies"},
		Summary:     "Who belonged to a body on a day",
		Description: "What each state was to a body on a day. Categories come and go: a line about a category counts only while the body had it."}
	problems(h, &op, "404", "410", "422")
	huma.Register(h, op, a.listMembers)
}

func (a *API) listMembers(ctx context.Context, in *membersInput) (*membersOutput, error) {
	var out *membersOutput
	err := a.DB.Read(ctx, func(tx *db.Tx) error {
		day := tx.Now
		if in.Date != "" {
			var err error
			if day, err = time.Parse(time.DateOnly, in.Date); err != nil {
				return fault.New(fault.Invalid, "api.bad-date", "name", "date").At("query.date")
			}
		}
		r, err := a.findBody(ctx, tx, in.Name)
		if err != nil {
			return err
		}
		if r.State == record.Erased {
			return fault.New(fault.Gone, "record.erased")
		}
		out, err = a.members(ctx, tx, r, day)
		return err
	})
	return out, failed(err)
}

// findBody finds the public revision of a body by its id, ULID, seed key or
// abbreviation.
func (a *API) findBody(ctx context.Context, tx *db.Tx, name string) (*record.Record, error) {
	notFound := fault.New(fault.NotFound, "record.not-found")
	if full, err := id.Parse(name); err == nil {
		if full.Kind() != "body" {
			return nil, notFound
		}
		return a.Book.Public(ctx, tx, full)
	}
	if upper := strings.ToUpper(name); id.ValidULID(upper) {
		full, err := a.Book.Find(ctx, tx, "body", upper)
		if err != nil {
			return nil, err
		}
		return a.Book.Public(ctx, tx, full)
	}
	derived := id.Derive(a.Book.Node(), "body", strings.ToLower(name))
	if r, err := a.Book.Public(ctx, tx, derived); !fault.Is(err, fault.NotFound) {
		return r, err
	}
	const most = 1000
	_, bodies, err := a.Index.Records(ctx, tx, matching.Query{Kinds: []string{"body"}, Limit: most, Fixed: map[string][]string{"status": {string(record.Published)}}})
	if err != nil {
		return nil, err
	}
	bodies = slices.DeleteFunc(bodies, func(r *record.Record) bool {
		return !slices.ContainsFunc(parties.NamesOf(r), func(n parties.Name) bool { return n.Short != "" && strings.EqualFold(n.Short, name) })
	})
	switch len(bodies) {
	case 0:
		return nil, notFound
	case 1:
		return bodies[0], nil
	}
	return nil, fault.New(fault.Invalid, "api.several-bodies", "name", name).At("path.body")
}

// members computes who belonged to a body on a day.
func (a *API) members(ctx context.Context, tx *db.Tx, r *record.Record, day time.Time) (*membersOutput, error) {
	body, ok := r.Body.(*parties.Body)
	if !ok {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	out := Members{Body: r.ID, Rev: r.Rev, Date: day.Format(time.DateOnly), Chair: a.Index.Code(parties.ChairOn(body, day)),
		Categories: []CategoryOf{}, Counts: map[string]int{}, Members: []Membership{}}
	place := map[string]int{}
	for i, c := range parties.CategoriesOn(body, day) {
		place[c.Key] = i
		out.Counts[c.Key] = 0
		out.Categories = append(out.Categories, CategoryOf{c.Key, c.From, c.To, c.Evidence})
	}
	standings := parties.Members(body, day)
	refs := make([]record.Ref, len(standings))
	for i, s := range standings {
		refs[i] = record.Ref{ID: s.State}
	}
	states, err := a.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	byID := map[id.ID]*parties.State{}
	for _, s := range states {
		if state, ok := s.Body.(*parties.State); ok && s.Public() {
			byID[s.ID] = state
		}
	}
	for i := range standings {
		if s := byID[standings[i].State]; s != nil {
			standings[i].Order = s.Order
		}
	}
	slices.SortStableFunc(standings, func(x, y parties.Standing) int {
		return cmp.Or(cmp.Compare(place[x.Category], place[y.Category]), cmp.Compare(x.Order, y.Order))
	})
	for _, s := range standings {
		m := Membership{ID: s.State, Names: map[lang.Tag]string{}, Category: s.Category, From: s.From, To: s.To,
			Decision: s.Decision, Memorandum: s.Memorandum, Approval: s.Approval, Evidence: s.Evidence, Note: s.Note}
		if state := byID[s.State]; state != nil {
			m.State = state.Code
			for _, n := range state.Names {
				if m.Names[n.Lang] == "" && n.Covers(day) {
					m.Names[n.Lang] = n.Name
				}
			}
		}
		out.Counts[s.Category]++
		out.Members = append(out.Members, m)
	}
	return &membersOutput{out}, nil
}

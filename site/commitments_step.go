package site

import (
	"context"
	"net/http"
	"slices"

	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// CommitmentStep is the page "commitments/step": what a step asks for before it
// is taken.
type CommitmentStep struct {
	Title Named
	Path  string
	Verb  string
	Base  int
	Form  *web.FormView
	Other bool // somebody else saved something meanwhile
}

// anchorVerb follows a quote to its place; it is no step of the promise.
const anchorVerb = "anchor"

// commitmentAsk shows the form of a step.
func (s *Site) commitmentAsk(w http.ResponseWriter, r *http.Request) error {
	verb := r.URL.Query().Get("verb")
	if verb != anchorVerb && !slices.Contains(stepVerbs, verb) {
		return fault.New(fault.Invalid, "history.unknown-verb").At("verb")
	}
	shown, err := s.standing(r)
	if err != nil {
		return err
	}
	return s.stepPage(w, r, http.StatusOK, shown, verb, nil, nil)
}

// standing gives a commitment as visitors see it.
func (s *Site) standing(r *http.Request) (shown Shown, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		shown, err = s.load(ctx, tx, r, "commitment")
		if err == nil && (shown.Draft || shown.State != record.Published) {
			err = fault.New(fault.Conflict, "flow.no-such-step").With("state", string(shown.State))
		}
		return err
	})
	return shown, err
}

// commitmentTake takes a step.
func (s *Site) commitmentTake(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	verb := form.Text("verb")
	if verb != anchorVerb && !slices.Contains(stepVerbs, verb) {
		return fault.New(fault.Invalid, "history.unknown-verb").At("verb")
	}
	from, err := base(r)
	if err != nil {
		return err
	}
	shown, err := s.standing(r)
	if err != nil {
		return err
	}
	if commitments.NeedsReason(verb) {
		form.Need("note")
	}
	note := s.stepNote(r, form, verb)
	if err = form.Err(); err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
			if verb == anchorVerb {
				_, err = commitments.Anchor(ctx, tx, s.Book, shown.ID, from, note)
				return err
			}
			_, err = commitments.Take(ctx, tx, s.Book, shown.ID, from, verb, note, id.ID(form.Text("successor")))
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "commitment.did."+verb)
		return web.SeeOther(w, r, Path(shown.Record))
	}
	status, meanwhile, ok := again(err)
	if !ok {
		return err
	}
	if meanwhile {
		return s.stepPage(w, r, status, shown, verb, form, nil)
	}
	return s.stepPage(w, r, status, shown, verb, form, err)
}

// stepNote is what is said about a step: the person's own words, else what it is.
func (s *Site) stepNote(r *http.Request, form *web.Form, verb string) *record.Note {
	p := s.Web.Printer(r)
	text := form.Lines("note")
	if text == "" {
		text = p.T("commitment.did." + verb)
	}
	return &record.Note{Type: "update", Text: map[string]string{string(p.Tag()): text}}
}

func (s *Site) stepPage(w http.ResponseWriter, r *http.Request, status int, shown Shown, verb string, form *web.Form, cause error) error {
	page := CommitmentStep{Title: s.named(shown.Record, web.Lang(r), s.Now()), Path: Path(shown.Record), Verb: verb, Base: shown.Head.Rev, Other: form != nil && cause == nil}
	fields := []web.Field{{Name: "note", Type: "textarea", Label: "commitment.field.reason", Hint: "commitment.hint.reason", Rows: 4, Max: record.MaxNote,
		Required: commitments.NeedsReason(verb)}}
	if verb == commitments.Supersede {
		err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
			options, err := s.successors(ctx, tx, s.Web.Printer(r), shown.ID)
			fields = append([]web.Field{{Name: "successor", Type: "select", Label: "commitment.field.successor", Required: true, Options: options}}, fields...)
			return err
		})
		if err != nil {
			return err
		}
	}
	v := r.URL.Query()
	if form != nil {
		v = form.Values
	}
	page.Form = s.Web.FormView(r, v, cause, fields...)
	return s.Web.Page(w, r, status, "commitments/step", page)
}

// successors offers the commitments that may take another's place, the newest
// first.
func (s *Site) successors(ctx context.Context, tx *db.Tx, p *lang.Printer, not id.ID) ([]web.Option, error) {
	_, records, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"commitment"}, Fixed: inLists, Sort: []engine.Sort{{By: "published", Desc: true}}, Limit: 200})
	if err != nil {
		return nil, err
	}
	records = slices.DeleteFunc(records, func(r *record.Record) bool { return r.ID == not })
	return s.optionsOf(p, records, func(r *record.Record) id.ID { return r.ID }), nil
}

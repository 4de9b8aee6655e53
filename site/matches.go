package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"karvan/catalogue"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// matchAttrs are the attributes by which matches are narrowed.
var matchAttrs = []string{"state", "stage", "cooperation", "topic", "zone"}

// matchesCounted bounds the matches over which a page of matches counts: the
// nearest ones. Nobody reads further.
const matchesCounted = 200

// MatchesPage is the page "catalogue/matches": what may answer an offer or a
// need.
type MatchesPage struct {
	List
	Path      string // of the record, without the language prefix
	Kind      string
	Title     record.Reading
	Rows      []MatchView
	Aside     []MatchView // answered as of no use, shown last
	Hidden    int         // left out of this page since something hinders
	Hide      FacetValue  // leave out what hinders, or show it again
	Narrowed  bool        // by a filter, so that nothing found need not mean nothing there
	Draft     bool        // it is not the public revision that was asked for
	Listed    bool        // it stands in the lists, or will
	MayAnswer bool
	Query     string // of the address, to come back to
	Message   string // what is wrong with an answer
	Errors    []web.FieldError
	States    []Named // whom to ask when nothing is found
	Save      string  // address under which what is asked becomes a need, "" when it is one
	Follow    string  // feed of suggestions
}

func (s *Site) matches(w http.ResponseWriter, r *http.Request) error {
	return s.matchesAgain(w, r, http.StatusOK, typedAnswer{})
}

// matchesAgain shows the matches of the record that the path names, perhaps with
// an answer that cannot be kept as it is.
func (s *Site) matchesAgain(w http.ResponseWriter, r *http.Request, status int, typed typedAnswer) error {
	var page MatchesPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		shown, err := s.load(ctx, tx, r, profileKinds...)
		if err != nil {
			return err
		}
		page, err = s.matchesPage(ctx, tx, r, shown)
		return err
	})
	if err != nil {
		return err
	}
	page.take(typed)
	return s.Web.Page(w, r, status, "catalogue/matches", page)
}

func (s *Site) matchesPage(ctx context.Context, tx *db.Tx, r *http.Request, shown Shown) (MatchesPage, error) {
	rec, reader := shown.Record, web.Lang(r)
	page := MatchesPage{Path: Path(rec), Kind: rec.Kind, Title: rec.Read(reader, "title"), Draft: shown.Draft, Listed: rec.Listed() || shown.Draft,
		MayAnswer: s.mayAnswer(web.Actor(r), rec), Query: clip(r.URL.RawQuery, 1000)}
	if rec.Listed() {
		page.Follow = web.URL(r, page.Path+"/suggestions.atom")
	}
	q, err := listQuery(r, nil, matchAttrs)
	if err != nil {
		return page, err
	}
	base := matching.Counterparts(rec)
	q.Kinds, q.Fixed, q.Not, q.Words = base.Kinds, base.Fixed, base.Not, ""
	var found matching.Result
	if page.Listed {
		if found, err = s.countMatches(ctx, tx, rec, q); err != nil {
			return page, err
		}
	}
	label, err := s.catalogueLabels(ctx, tx, r, q, found)
	if err != nil {
		return page, err
	}
	hide := r.URL.Query().Get("hide") == "hinders"
	if found.Total > 0 {
		if found.Next, err = s.fillMatches(ctx, tx, r, &page, rec, q, hide); err != nil {
			return page, err
		}
	}
	page.List = s.list(r, q, found, label, map[string][]string{"stage": catalogue.Stages})
	page.Hide = FacetValue{Value: "hinders", Label: s.Web.Printer(r).T("match.hide"), Chosen: hide, URL: only(r, "hide", "hinders", hide)}
	page.Narrowed = slices.ContainsFunc(matchAttrs, func(attr string) bool { return len(q.Any[attr]) > 0 })
	if page.Empty {
		if rec.Kind == "offer" && mayCreate(web.Actor(r)) {
			page.Save = web.URL(r, "/catalogue/new") + "?" + url.Values{"kind": {"need"}, "title": {page.Title.Text}}.Encode()
		}
		page.States, err = s.statesOnRecord(ctx, tx, reader)
	}
	return page, err
}

// fillMatches puts the matches of one page of the list where they belong.
func (s *Site) fillMatches(ctx context.Context, tx *db.Tx, r *http.Request, page *MatchesPage, rec *record.Record, q matching.Query, hide bool) (next string, err error) {
	views, next, err := s.matchViews(ctx, tx, s.Web.Printer(r), rec, q)
	if err != nil {
		return "", err
	}
	var standing map[id.ID]matching.Answer
	if page.MayAnswer {
		answers, err := s.Index.AnswersOf(ctx, tx, rec.ID)
		if err != nil {
			return "", err
		}
		standing = matching.Standing(answers)
		own := map[id.ID]bool{}
		for _, a := range answers {
			own[a.Counterpart] = own[a.Counterpart] || a.Account == web.Actor(r).Account
		}
		for i := range views {
			views[i].answered(standing, own)
		}
	}
	if hide {
		all := len(views)
		views = slices.DeleteFunc(views, func(v MatchView) bool { return v.Counts.Hinders > 0 })
		page.Hidden = all - len(views)
	}
	page.Rows, page.Aside = matching.Aside(views, func(v MatchView) id.ID { return v.ID }, standing)
	return next, nil
}

// countMatches counts what the nearest counterparts can be narrowed to. The
// values of an attribute are counted as if it were not chosen.
func (s *Site) countMatches(ctx context.Context, tx *db.Tx, rec *record.Record, q matching.Query) (found matching.Result, err error) {
	wide := matching.Counterparts(rec)
	wide.Limit = matchesCounted
	var refs []record.Ref
	for _, n := range s.Index.Nearest(rec, wide) {
		if n.Likeness >= matching.LeastLikeness {
			refs = append(refs, record.Ref{ID: n.ID, Rev: n.Rev})
		}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return found, err
	}
	counts := map[string]map[string]int{}
	for _, attr := range matchAttrs {
		counts[attr] = map[string]int{}
	}
	for _, c := range records {
		values := s.Book.FeaturesOf(c, s.Index.Code).Values
		var missed []string // attributes by which it is left out
		for _, attr := range matchAttrs {
			if chosen := q.Any[attr]; len(chosen) > 0 && !slices.ContainsFunc(chosen, func(v string) bool { return slices.Contains(values[attr], v) }) {
				missed = append(missed, attr)
			}
		}
		if len(missed) == 0 {
			found.Total++
		}
		for _, attr := range matchAttrs {
			if len(missed) == 0 || len(missed) == 1 && missed[0] == attr {
				for _, v := range values[attr] {
					counts[attr][v]++
				}
			}
		}
	}
	found.Facets = map[string][]engine.Count{}
	for attr, of := range counts {
		for v, n := range of {
			found.Facets[attr] = append(found.Facets[attr], engine.Count{Value: v, Count: n})
		}
		slices.SortFunc(found.Facets[attr], mostFirst)
	}
	return found, nil
}

func mostFirst(a, b engine.Count) int {
	switch {
	case a.Count != b.Count:
		return b.Count - a.Count
	case a.Value < b.Value:
		return -1
	}
	return 1
}

// mayAnswer reports whether a may answer to the matches of rec.
func (s *Site) mayAnswer(a access.Actor, rec *record.Record) bool {
	return s.Book.Kind(rec.Kind).Policy.Allows(a, "answer", rec.Object())
}

// typedAnswer is an answer as somebody typed it, and what is wrong with it.
type typedAnswer struct {
	of    id.ID
	reply AnswerView
	wrong []web.FieldError
}

// take puts an answer that was typed back into its form.
func (p *MatchesPage) take(typed typedAnswer) {
	for _, rows := range [][]MatchView{p.Rows, p.Aside} {
		for i := range rows {
			if rows[i].ID == typed.of {
				rows[i].Answer, rows[i].Bad = typed.reply, true
			}
		}
	}
	p.Errors = typed.wrong
}

// answer keeps what somebody says to a match.
func (s *Site) answer(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	other, err := id.Parse(form.Text("counterpart"))
	if err != nil {
		form.Invalid("counterpart", "match.not-a-match")
	}
	form.Need("say")
	say := form.Choice("say", "useful", "not", "back")
	if err := form.Err(); err != nil {
		return err
	}
	a := matching.Answer{Counterpart: other, Useful: say == "useful", Note: form.Lines("note")}
	if !a.Useful {
		a.Reasons = form.All("reasons")
	}
	var rec *record.Record
	err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
		shown, err := s.load(ctx, tx, r, profileKinds...)
		if err != nil {
			return err
		}
		rec, a.Record = shown.Record, shown.ID
		if say == "back" {
			return s.Index.TakeBackAnswer(ctx, tx, a.Record, a.Counterpart)
		}
		return s.Index.SaveAnswer(ctx, tx, a)
	})
	if f := fault.Of(err); err != nil && f.Code == fault.Invalid && f.Field != "counterpart" {
		typed := typedAnswer{of: other, reply: AnswerView{Given: true, Useful: a.Useful, Reasons: a.Reasons, Note: a.Note}}
		p := s.Web.Printer(r)
		for _, one := range f.All() {
			typed.wrong = append(typed.wrong, web.FieldError{Field: one.Field, ID: one.Field + "-" + other.ULID(), Label: p.T("match.field." + one.Field), Text: s.Web.Message(r, one)})
		}
		return s.matchesAgain(w, r, http.StatusUnprocessableEntity, typed)
	}
	if err != nil {
		return err
	}
	s.Web.Flash(w, r, "match.answer-kept")
	to := Path(rec) + "/matches"
	if back, err := url.ParseQuery(clip(form.Text("query"), 1000)); err == nil && len(back) > 0 {
		to += "?" + back.Encode()
	}
	return web.SeeOther(w, r, to)
}

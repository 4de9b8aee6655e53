package site

import (
	"context"
	"html/template"
	"time"

	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/meetings"
	"karvan/record"
)

// CameOf answers "what came of it?" about an event or an announcement. It is
// drawn by the partial "came-of".
type CameOf struct {
	Stages  []StageCount // in the order of a life, those with something in them
	Rows    []CommitmentRow
	Total   int
	Reports int
	Silent  *Day   // nothing was reported since, when nothing ever was
	More    string // address of the rest, "" when all are shown
	New     string // address of the form that records another, for those who may
}

// StageCount is how many commitments stand at a stage.
type StageCount struct {
	Progress commitments.Progress
	Count    int
}

// cameOfMost bounds the commitments that the section lists.
const cameOfMost = 50

// cameOf gathers the commitments with a value of an attribute: those made at an
// event, or those that quote a record. since is the day of the thing itself.
func (s *Site) cameOf(ctx context.Context, tx *db.Tx, p *lang.Printer, attr string, about id.ID, since *Day) (CameOf, error) {
	q := matching.Query{Kinds: []string{"commitment"}, Any: map[string][]string{attr: {string(about)}}, Fixed: inLists, Facets: []string{"progress"},
		Sort: []engine.Sort{{By: "published"}}, Limit: cameOfMost}
	found, records, err := s.Index.Records(ctx, tx, q)
	if err != nil {
		return CameOf{}, err
	}
	v := CameOf{Total: found.Total}
	if found.Next != "" {
		v.More = "/commitments?" + attr + "=" + template.URLQueryEscaper(string(about))
	}
	for _, stage := range commitments.Stages {
		for _, c := range found.Facets["progress"] {
			if c.Value == string(stage) {
				v.Stages = append(v.Stages, StageCount{stage, c.Count})
			}
		}
	}
	if v.Rows, err = s.commitmentRows(ctx, tx, p, records, tx.Now.UTC().Truncate(24*time.Hour)); err != nil {
		return v, err
	}
	for _, row := range v.Rows {
		v.Reports += row.Reports
	}
	if v.Reports == 0 {
		v.Silent = since
	}
	return v, nil
}

// promiseMark is the id of the element that marks a promise in its text.
func promiseMark(commitment id.ID) string { return "promise-" + commitment.ULID() }

// markPromises marks in the rendered text of a record what commitments quote of
// it, so that a commitment can link to the exact place.
func (s *Site) markPromises(ctx context.Context, tx *db.Tx, rec *record.Record, field string, shown record.Reading, page template.HTML) (template.HTML, error) {
	_, promises, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"commitment"}, Any: map[string][]string{"quoted": {string(rec.ID)}}, Fixed: inLists, Limit: cameOfMost})
	if err != nil || len(promises) == 0 {
		return page, err
	}
	var marks []passage
	for _, r := range promises {
		q := r.Body.(*commitments.Commitment).Quote
		if q == nil || q.Lang != shown.Lang || q.Field != field {
			continue
		}
		now, standing := q.In(shown.Text)
		if standing != meetings.Lost {
			marks = append(marks, passage{promiseMark(r.ID), q.Text, nthOf(shown.Text, q.Text, now.Start)})
		}
	}
	text, _ := highlight(string(page), marks, func(quote string) string { return plainText(string(s.Web.Markdown(quote))) })
	return template.HTML(text), nil // highlight adds mark elements to what the sanitiser let through
}

package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/meetings"
	"karvan/record"
)

// CommitmentPage is the page "commitments/commitment".
type CommitmentPage struct {
	View       RecordView
	Record     *record.Record
	Commitment *commitments.Commitment
	Title      record.Reading
	Note       record.Reading
	Quote      *PromiseView
	Obliged    ObligedView
	Event      Named
	Successor  Named
	Due        *Day
	Class      commitments.Class
	Stale      bool
	Repeated   int
	Line       []StageView
	Reports    []ReportView
	Silent     time.Time // nothing was reported since
	Earlier    []LifeRow
	Later      []LifeRow
	Steps      []StepButton
	MayReport  bool
	MayEdit    bool
	Calendar   string
}

// PromiseView is a quote in the text it stands in.
type PromiseView struct {
	Before, Text, After string
	Lang                lang.Tag
	Source              Named
	URL                 string // of the exact place
	Rev                 int
	Standing            meetings.Standing
	Gone                bool // its text is no longer there
	MayAnchor           bool
}

// StageView is a step that was taken, as the line of progress shows it.
type StageView struct {
	commitments.Step
	Who    Named
	Note   *NoteView
	Report string // path of the report
}

// ReportView is a report on a commitment's page.
type ReportView struct {
	Path     string
	Title    record.Reading
	Note     record.Reading
	Says     string
	Who      Named
	From, To *Day
	At       time.Time
	Proofs   []ProofView
	State    record.State
	Sample   bool
}

// ProofView is a piece of evidence.
type ProofView struct {
	Record Named
	URL    string
	Number *commitments.Number
	Lang   lang.Tag // of what the number counts
}

// LifeRow is a text of the same promise.
type LifeRow struct {
	Path     string
	Title    record.Reading
	Day      *Day // when it was made, or recorded
	Progress commitments.Progress
}

// StepButton is a step the reader may take, or why not.
type StepButton struct {
	Verb   string
	Reason bool // asks for one
}

// stepVerbs are the verbs that have a button, in its order; others follow from a
// report.
var stepVerbs = []string{commitments.Adopt, commitments.Accept, commitments.Verify, commitments.Contest, commitments.Reopen, commitments.Supersede,
	commitments.Lapse, commitments.Drop}

func (s *Site) commitment(w http.ResponseWriter, r *http.Request) error {
	var page CommitmentPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		shown, err := s.load(ctx, tx, r, "commitment")
		if err != nil {
			return err
		}
		page, err = s.commitmentPage(ctx, tx, r, shown)
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "commitments/commitment", page)
}

func (s *Site) commitmentPage(ctx context.Context, tx *db.Tx, r *http.Request, shown Shown) (page CommitmentPage, err error) {
	rec, p := shown.Record, s.Web.Printer(r)
	c := rec.Body.(*commitments.Commitment)
	now := tx.Now.UTC().Truncate(24 * time.Hour)
	page = CommitmentPage{Record: rec, Commitment: c, Due: dayOf(p, c.Due), Class: c.ClassOn(now), MayEdit: s.mayAct(web.Actor(r), "edit", rec),
		Calendar: web.URL(r, Path(rec)+".ics")}
	if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
		return page, err
	}
	page.View.Notes = slices.DeleteFunc(page.View.Notes, func(n NoteView) bool { // the line of progress shows those of its steps
		return slices.ContainsFunc(c.Steps, func(s commitments.Step) bool { return s.Rev == n.Rev })
	})
	page.Title, page.Note = rec.Read(page.View.Read, "title"), rec.Read(page.View.Read, "note")
	reports, err := s.reportsOf(ctx, tx, rec.ID)
	if err != nil {
		return page, err
	}
	bound, err := commitments.Bound(ctx, tx, s.Book, c)
	if err != nil {
		return page, err
	}
	if err := s.commitmentNames(ctx, tx, p, rec, reports, bound, &page); err != nil {
		return page, err
	}
	var last time.Time
	if len(reports) > 0 {
		last = reports[0].Published
	} else if c.Progress.Open() {
		if page.Silent, err = s.silentSince(ctx, tx, c); err != nil {
			return page, err
		}
	}
	page.Stale = c.Stale(last, now)
	if page.Quote, err = s.promise(ctx, tx, r, rec, c.Quote); err != nil {
		return page, err
	}
	if err := s.lifeLine(ctx, tx, p, rec, &page); err != nil {
		return page, err
	}
	if !shown.Draft && rec.State == record.Published {
		page.Steps, page.MayReport = stepsFor(web.Actor(r), c, bound)
	}
	return page, nil
}

// silentSince is the day from which nothing was reported: that of the event at
// which the promise was made, else that of its adoption.
func (s *Site) silentSince(ctx context.Context, tx *db.Tx, c *commitments.Commitment) (time.Time, error) {
	found, err := s.Book.Many(ctx, tx, []record.Ref{{ID: c.Event}})
	if err != nil || len(found) == 0 {
		return c.Since(), err
	}
	if e, ok := found[0].Body.(*meetings.Event); ok && e.Last().Precise() {
		return e.Last().First(), nil
	}
	return c.Since(), nil
}

// stepsFor lists the steps that a may take as far as roles tell; which account
// did what before is asked when it is taken.
func stepsFor(a access.Actor, c *commitments.Commitment, bound []id.ID) (steps []StepButton, report bool) {
	for _, verb := range stepVerbs {
		if _, err := c.May(a, verb, bound); err == nil {
			steps = append(steps, StepButton{verb, commitments.NeedsReason(verb)})
		}
	}
	_, err := c.Reporter(a, bound)
	return steps, err == nil
}

// commitmentNames names whoever the commitment, its steps and its reports name,
// as they are called now.
func (s *Site) commitmentNames(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record, reports []*record.Record, bound []id.ID, page *CommitmentPage) error {
	c := page.Commitment
	ids := slices.Concat([]id.ID{c.Event, c.Obliged.Body, c.Successor}, c.Obliged.Parties, bound)
	for _, step := range c.Steps {
		ids = append(ids, step.By, step.Report)
	}
	for _, r := range reports {
		ids = append(ids, reportIDs(r)...)
	}
	names, err := s.names(ctx, tx, p.Tag(), tx.Now, ids...)
	if err != nil {
		return err
	}
	page.Obliged, page.Event, page.Successor = obligedView(p, c.Obliged, names), names[c.Event], names[c.Successor]
	if c.Obliged.Role == commitments.All || c.Obliged.Role == commitments.Chair {
		for _, one := range bound {
			page.Obliged.Members = append(page.Obliged.Members, names[one])
		}
	}
	for _, step := range c.Steps {
		v := StageView{Step: step, Who: names[step.By], Report: names[step.Report].Path}
		for _, n := range rec.Notes {
			if n.Rev == step.Rev {
				note := noteView(n, p.Tag())
				v.Note = &note
			}
		}
		page.Line = append(page.Line, v)
	}
	for _, r := range reports {
		page.Reports = append(page.Reports, s.reportView(p, r, names))
	}
	return nil
}

// reportIDs lists what a report names.
func reportIDs(r *record.Record) []id.ID {
	b := r.Body.(*commitments.Report)
	ids := []id.ID{b.State, b.Commitment}
	for _, e := range b.Evidence {
		ids = append(ids, e.Record)
	}
	return ids
}

func (s *Site) reportView(p *lang.Printer, r *record.Record, names map[id.ID]Named) ReportView {
	b := r.Body.(*commitments.Report)
	v := ReportView{Path: Path(r), Title: r.Read(p.Tag(), "title"), Note: r.Read(p.Tag(), "note"), Says: b.Says, Who: names[b.State], From: dayOf(p, b.From), To: dayOf(p, b.To),
		At: r.Published, State: r.State, Sample: r.Sample}
	for _, e := range b.Evidence {
		proof := ProofView{Record: names[e.Record], URL: e.URL, Number: e.Number, Lang: r.Source}
		if e.Record != "" && proof.Record.Text == "" { // on another node, or not public
			proof.Record = Named{ID: e.Record, Text: string(e.Record)}
		}
		v.Proofs = append(v.Proofs, proof)
	}
	return v
}

// promise shows a quote in the present text of its record.
func (s *Site) promise(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record, q *commitments.Quote) (*PromiseView, error) {
	if q == nil {
		return nil, nil
	}
	v := &PromiseView{Text: q.Text, Lang: q.Lang, Rev: q.Rev, Standing: meetings.Lost, Gone: true}
	source, err := s.Book.Public(ctx, tx, q.Record)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone) {
		return nil, err
	}
	if err != nil || source.State == record.Erased {
		return v, nil
	}
	v.Gone, v.Source = false, s.named(source, web.Lang(r), tx.Now)
	text := source.Text(q.Lang, q.Field)
	now, standing := q.In(text)
	v.Standing, v.MayAnchor = standing, standing == meetings.Moved && s.mayAct(web.Actor(r), "anchor", rec)
	v.URL = web.URL(r, Path(source))
	if standing == meetings.Lost {
		return v, nil
	}
	v.URL += "?" + url.Values{"read": {string(q.Lang)}}.Encode() + "#" + promiseMark(rec.ID)
	v.Before, v.After = around([]rune(text), now.Start, now.End)
	return v, nil
}

// around gives what stands about a span within its paragraph.
func around(text []rune, from, to int) (before, after string) {
	const room = 400
	before, after = string(text[max(0, from-room):from]), string(text[to:min(len(text), to+room)])
	if i := strings.LastIndex(before, "\n\n"); i >= 0 {
		before = before[i+2:]
	} else if from > room {
		before = "…" + before
	}
	if i := strings.Index(after, "\n\n"); i >= 0 {
		after = after[:i]
	} else if to+room < len(text) {
		after += "…"
	}
	return before, after
}

// lifeLine fills in the earlier and later texts of the promise.
func (s *Site) lifeLine(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record, page *CommitmentPage) error {
	earlier, err := s.earlierOf(ctx, tx, rec)
	if err != nil {
		return err
	}
	bodies := make([]*commitments.Commitment, len(earlier))
	for i, r := range earlier {
		bodies[i] = r.Body.(*commitments.Commitment)
	}
	page.Repeated = commitments.RepeatedWithoutProgress(page.Commitment, bodies)
	_, later, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"commitment"}, Any: map[string][]string{"repeats": {string(rec.ID)}}, Fixed: inLists,
		Sort: []engine.Sort{{By: "published"}}, Limit: mostEarlier})
	if err != nil {
		return err
	}
	for side, records := range map[*[]LifeRow][]*record.Record{&page.Earlier: earlier, &page.Later: later} {
		if *side, err = s.lifeRows(ctx, tx, p, records); err != nil {
			return err
		}
	}
	return nil
}

// lifeRows lists texts of a promise by the day they were made: that of the event,
// else that of the record.
func (s *Site) lifeRows(ctx context.Context, tx *db.Tx, p *lang.Printer, records []*record.Record) ([]LifeRow, error) {
	var refs []record.Ref
	for _, r := range records {
		if event := r.Body.(*commitments.Commitment).Event; event != "" {
			refs = append(refs, record.Ref{ID: event})
		}
	}
	found, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	events := map[id.ID]*meetings.Event{}
	for _, r := range found {
		if e, ok := r.Body.(*meetings.Event); ok {
			events[r.ID] = e
		}
	}
	var rows []LifeRow
	for _, r := range records {
		c := r.Body.(*commitments.Commitment)
		day := dayIn(r.Published)
		if e := events[c.Event]; e != nil {
			day = e.From
		}
		rows = append(rows, LifeRow{Path: Path(r), Title: r.Read(p.Tag(), "title"), Day: dayOf(p, day), Progress: c.Progress})
	}
	slices.SortStableFunc(rows, func(a, b LifeRow) int {
		if a.Day == nil || b.Day == nil {
			return 0
		}
		return strings.Compare(a.Day.ISO, b.Day.ISO)
	})
	return rows, nil
}

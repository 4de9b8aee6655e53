package commitments

import (
	"context"
	"slices"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// Bound lists who is bound by c, as far as the records say.
func Bound(ctx context.Context, tx *db.Tx, book *record.Book, c *Commitment) ([]id.ID, error) {
	if c.Obliged.Body == "" || c.Obliged.Role != All && c.Obliged.Role != Chair {
		return c.Obliged.Named(nil), nil
	}
	found, err := book.Many(ctx, tx, []record.Ref{{ID: c.Obliged.Body}})
	if err != nil || len(found) == 0 {
		return c.Obliged.Named(nil), err
	}
	body, _ := found[0].Body.(*parties.Body)
	return c.Obliged.Named(body), nil
}

// Place fills in where a quote stands in the public revision of its record: the
// words must stand at q.Start, or nowhere else but in one place. It fails with
// [fault.Invalid] when they do not.
func Place(ctx context.Context, tx *db.Tx, book *record.Book, q Quote) (Quote, error) {
	source, err := book.Public(ctx, tx, q.Record)
	if err != nil {
		return q, err
	}
	if source.State == record.Erased {
		return q, fault.New(fault.Gone, "record.erased")
	}
	now, standing := q.In(source.Text(q.Lang, q.Field))
	if standing == meetings.Lost {
		return q, fault.New(fault.Invalid, "event.quote-not-found").At("quote")
	}
	now.Rev, now.Digest = source.Rev, source.Digest
	return now, nil
}

// Anchor follows a quote to where its words stand now in the corrected text. It
// fails with [fault.Conflict] when they stand where they stood, and with
// [fault.Invalid] when they are gone.
func Anchor(ctx context.Context, tx *db.Tx, book *record.Book, commitment id.ID, base int, note *record.Note) (_ *record.Record, err error) {
	defer fault.Wrap(&err, "commitments.Anchor(%s)", commitment)
	r, err := book.Public(ctx, tx, commitment)
	if err != nil {
		return nil, err
	}
	if err := Policy.Check(tx.Actor, "anchor", r.Object()); err != nil {
		return nil, err
	}
	old := r.Body.(*Commitment).Quote
	if old == nil {
		return nil, fault.New(fault.Invalid, "text.missing").At("quote")
	}
	now, err := Place(ctx, tx, book, *old)
	if err != nil {
		return nil, err
	}
	if now.Start == old.Start && now.End == old.End {
		return nil, fault.New(fault.Conflict, "commitment.quote-stands")
	}
	return book.Amend(ctx, tx, commitment, base, "anchor", note, func(r *record.Record) error {
		c := r.Body.(*Commitment)
		if c.Quote != nil && *c.Quote == *old { // a change under way may quote something else by now
			q := now
			c.Quote = &q
		}
		return nil
	})
}

// needsReason are the verbs that change what a state said or was asked for.
var needsReason = []string{Contest, Supersede, Lapse, Drop, Reopen}

// NeedsReason reports whether a verb asks the person for a reason of their own.
func NeedsReason(verb string) bool { return slices.Contains(needsReason, verb) }

// Take takes a published commitment one step further; base is the newest revision
// the actor saw. successor goes with [Supersede]. The verbs "start" and
// "report-done" follow from a report, see [Say]. It fails with [fault.Conflict]
// when the table has no such step or the record moved on, and with
// [fault.Forbidden] when the policy, or what the person did or stands for, says
// no.
func Take(ctx context.Context, tx *db.Tx, book *record.Book, commitment id.ID, base int, verb string, note *record.Note, successor id.ID) (_ *record.Record, err error) {
	defer fault.Wrap(&err, "commitments.Take(%s, %s)", commitment, verb)
	if verb == Start || verb == ReportDone {
		return nil, fault.New(fault.Invalid, "commitment.by-report").At("verb")
	}
	if verb == Supersede {
		if successor == commitment || !isA(successor, "commitment") {
			return nil, fault.New(fault.Invalid, "id.invalid").At("successor")
		}
		if _, err := book.Public(ctx, tx, successor); err != nil {
			return nil, err
		}
	}
	return step(ctx, tx, book, commitment, base, verb, note, "", successor)
}

func step(ctx context.Context, tx *db.Tx, book *record.Book, commitment id.ID, base int, verb string, note *record.Note, report, successor id.ID) (*record.Record, error) {
	r, err := book.Public(ctx, tx, commitment)
	if err != nil {
		return nil, err
	}
	c, ok := r.Body.(*Commitment)
	if !ok {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	obliged, err := Bound(ctx, tx, book, c)
	if err != nil {
		return nil, err
	}
	by, err := c.May(tx.Actor, verb, obliged)
	if err != nil {
		return nil, err
	}
	if by == "" {
		return nil, fault.New(fault.Forbidden, "fault.forbidden").With("verb", verb)
	}
	if err := secondPerson(ctx, tx, book, r, verb); err != nil {
		return nil, err
	}
	if verb == Verify {
		if err := c.reportsStand(ctx, tx, book); err != nil {
			return nil, err
		}
	}
	to, err := Flow.Next(c.Progress, verb)
	if err != nil {
		return nil, err
	}
	var taken *Step
	return book.Amend(ctx, tx, commitment, base, verb, note, func(r *record.Record) error {
		if taken == nil { // the same step goes into a change under way
			taken = &Step{Verb: verb, To: to, By: by, At: r.Updated, Rev: r.Rev, Report: report}
		}
		c := r.Body.(*Commitment)
		c.Steps, c.Progress = append(c.Steps, *taken), to
		if successor != "" {
			c.Successor = successor
		}
		return nil
	})
}

// secondPerson refuses to let an account adopt what it wrote, or judge what it
// reported, whatever other roles it has.
func secondPerson(ctx context.Context, tx *db.Tx, book *record.Book, r *record.Record, verb string) error {
	var mine []string
	from := []id.ID{r.ID}
	switch verb {
	case Adopt:
		mine = []string{"create", "edit", "revise", "submit"}
	case Verify, Contest:
		mine = []string{ReportDone, Start, Accept}
		for _, s := range r.Body.(*Commitment).Steps {
			if s.Report != "" {
				from = append(from, s.Report)
			}
		}
	default:
		return nil
	}
	for i, one := range from {
		history, err := book.History(ctx, tx, one)
		if err != nil {
			return err
		}
		for _, v := range history {
			if v.Actor == tx.Actor.Account && (i > 0 || slices.Contains(mine, v.Verb)) {
				return fault.New(fault.Forbidden, "record.four-eyes")
			}
		}
	}
	return nil
}

// reportsStand refuses to confirm what a report says that was taken back since.
func (c *Commitment) reportsStand(ctx context.Context, tx *db.Tx, book *record.Book) error {
	for i := len(c.Steps) - 1; i >= 0 && c.Steps[i].Verb == ReportDone; i-- {
		if c.Steps[i].Report == "" {
			continue // told by the records of another node
		}
		report, err := book.Public(ctx, tx, c.Steps[i].Report)
		if err != nil {
			return err
		}
		if report.State != record.Published {
			return fault.New(fault.Conflict, "commitment.report-gone")
		}
	}
	return nil
}

// follows gives the step that a report is to its commitment, "" for none.
func (c *Commitment) follows(says string) string {
	switch {
	case says == SaysDone:
		return ReportDone
	case c.Progress == Accepted && (says == SaysStarted || says == SaysProgress):
		return Start
	}
	return ""
}

// Reporter gives the obliged party for which a may report on c now. It fails when
// there is none, or the promise is not adopted or is closed.
func (c *Commitment) Reporter(a access.Actor, obliged []id.ID) (id.ID, error) {
	if c.Progress == Proposed {
		return "", fault.New(fault.Conflict, "commitment.not-adopted")
	}
	if c.Progress.Final() {
		return "", fault.New(fault.Conflict, "commitment.closed")
	}
	for _, p := range obliged {
		if ReportPolicy.Allows(a, "create", access.Object{Owner: p, Party: p}) {
			return p, nil
		}
	}
	if err := ReportPolicy.Check(a, "create", access.Object{}); fault.Is(err, fault.Unauthenticated) {
		return "", err
	}
	return "", fault.New(fault.Forbidden, "commitment.own-report")
}

// Say stores and publishes a report, and takes its commitment the step that
// follows from what it says; base is the newest revision of the commitment that
// the actor saw, note what is said about that step. It fills in who reports.
func Say(ctx context.Context, tx *db.Tx, book *record.Book, report *record.Record, base int, note *record.Note) (_ *record.Record, err error) {
	defer fault.Wrap(&err, "commitments.Say")
	p, ok := report.Body.(*Report)
	if !ok {
		return nil, fault.New(fault.Invalid, "record.unknown-kind", "kind", report.Kind).At("kind")
	}
	about, err := book.Public(ctx, tx, p.Commitment)
	if err != nil {
		return nil, err
	}
	c, ok := about.Body.(*Commitment)
	if !ok || about.State != record.Published {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	obliged, err := Bound(ctx, tx, book, c)
	if err != nil {
		return nil, err
	}
	if p.State, err = c.Reporter(tx.Actor, obliged); err != nil {
		return nil, err
	}
	report.Kind, report.Owner, report.Party = "report", p.State, p.State
	if err := book.Create(ctx, tx, report); err != nil {
		return nil, err
	}
	submitted, err := book.Do(ctx, tx, report.ID, report.Rev, "submit", record.Options{})
	if err != nil {
		return nil, err
	}
	published, err := book.Do(ctx, tx, report.ID, submitted.Rev, "publish", record.Options{})
	if err != nil {
		return nil, err
	}
	if verb := c.follows(p.Says); verb != "" {
		if _, err := step(ctx, tx, book, p.Commitment, base, verb, note, report.ID, ""); err != nil {
			return nil, err
		}
	}
	return published, nil
}

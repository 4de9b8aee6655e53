package commitments

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// Types lists the kinds of things that are promised.
var Types = []string{"event", "document", "call", "project", "study", "platform", "information", "exchange", "direction", "other"}

// The roles that may be bound instead of named parties.
const (
	All         = "all"         // every member of the body as of the day
	Chair       = "chair"       // the state that presides over the body on the day
	Secretariat = "secretariat" // of the body
	Unspecified = "unspecified" // the text does not say who
)

// Roles lists those roles.
var Roles = []string{All, Chair, Secretariat, Unspecified}

// QuoteFields lists the texts of a record that may be quoted.
var QuoteFields = []string{"body", "summary"}

// Quote is the words of a promise where they stand: a span of a text of a
// record. Start and End count characters (Unicode code points) of the text in
// revision Rev, as in [meetings.Quote]; Digest is that revision's.
type Quote struct {
	Record id.ID    `json:"record"`
	Rev    int      `json:"rev"`
	Digest string   `json:"digest"`
	Field  string   `json:"field"`
	Lang   lang.Tag `json:"lang"`
	Start  int      `json:"start"`
	End    int      `json:"end"`
	Text   string   `json:"text"`
}

// In finds the quote in the present text of its record.
func (q Quote) In(text string) (Quote, meetings.Standing) {
	now, standing := meetings.Anchor(meetings.Quote{Start: q.Start, End: q.End, Text: q.Text}, text)
	q.Start, q.End = now.Start, now.End
	return q, standing
}

// Obliged says who is bound: named parties, or a role in a body as of a day, or
// named parties beside a role.
type Obliged struct {
	Parties []id.ID      `json:"parties,omitempty"` // states and bodies
	Role    string       `json:"role,omitempty"`
	Body    id.ID        `json:"body,omitempty"` // whose members, chair or secretariat
	Day     parties.Date `json:"day,omitempty"`  // as of which
}

// Named lists who is bound, each once; body is what is on record of o.Body, nil
// when nothing is. It is empty while the text names nobody.
func (o Obliged) Named(body *parties.Body) []id.ID {
	named := slices.Clone(o.Parties)
	day := o.Day.First()
	switch {
	case o.Role == Secretariat && o.Body != "":
		named = append(named, o.Body)
	case o.Role == Chair && body != nil:
		if chair := parties.ChairOn(body, day); chair != "" {
			named = append(named, chair)
		}
	case o.Role == All && body != nil:
		for _, m := range parties.Members(body, day) {
			if m.Category == "member" {
				named = append(named, m.State)
			}
		}
	}
	slices.Sort(named)
	return slices.Compact(named)
}

// Step is something that was done about a commitment.
type Step struct {
	Verb   string    `json:"verb"`
	To     Progress  `json:"to"`
	By     id.ID     `json:"by"` // the state or body that took it
	At     time.Time `json:"at"`
	Rev    int       `json:"rev"`              // the revision that carries it first
	Report id.ID     `json:"report,omitempty"` // the report that says so
}

// Commitment is the body of a commitment.
type Commitment struct {
	Type     string       `json:"type"`
	Quote    *Quote       `json:"quote,omitempty"`
	Event    id.ID        `json:"event,omitempty"` // at which it was made
	Obliged  Obliged      `json:"obliged"`
	Due      parties.Date `json:"due,omitempty"` // empty: the text names no day
	Fields   []string     `json:"fields,omitempty"`
	Topics   []string     `json:"topics,omitempty"`
	Repeats  []id.ID      `json:"repeats,omitempty"` // earlier texts of the same promise
	Evidence string       `json:"evidence,omitempty"`
	Progress Progress     `json:"progress"`
	Steps    []Step       `json:"steps,omitempty"`
	// Successor is the commitment that took this one's place.
	Successor id.ID `json:"successor,omitempty"`
}

// Bounds on a commitment.
const (
	maxObliged = 100
	maxRepeats = 40
	maxSteps   = 400
	maxQuote   = 2000 // characters
)

// field is a class of the OECD Fields of Research and Development.
var field = regexp.MustCompile(`^[1-6]\.[1-9][0-9]?$`)

// Validate implements [record.Body].
func (c *Commitment) Validate(r *record.Record, draft bool) error {
	var l fault.List
	if c.Type != "" && !slices.Contains(Types, c.Type) {
		l.Add("body.type", "code.unknown")
	}
	if c.Evidence != "" && c.Evidence != string(parties.Seen) && c.Evidence != string(parties.Unverified) {
		l.Add("body.evidence", "code.unknown")
	}
	if _, err := parties.ParseDate(string(c.Due)); err != nil {
		l.Add("body.due", "date.invalid")
	}
	for _, t := range c.Topics {
		if !slices.Contains(lexicon.Topics, t) {
			l.Add("body.topics", "code.unknown")
			break
		}
	}
	if len(c.Fields) > 60 {
		l.Add("body.fields", "record.too-many", "max", 60)
	}
	for _, f := range c.Fields {
		if !field.MatchString(f) {
			l.Add("body.fields", "code.unknown")
			break
		}
	}
	c.validateLinks(&l, r)
	c.Obliged.validate(&l, draft)
	if c.Quote != nil {
		c.Quote.validate(&l)
	}
	c.validateSteps(&l)
	if !draft {
		if c.Type == "" {
			l.Add("body.type", "text.missing")
		}
		if c.Quote == nil {
			l.Add("body.quote", "text.missing")
		}
	}
	return l.Err()
}

func (c *Commitment) validateLinks(l *fault.List, r *record.Record) {
	kinds := map[string]string{"event": "event", "successor": "commitment"}
	for name, to := range map[string]id.ID{"event": c.Event, "successor": c.Successor} {
		if to != "" && !isA(to, kinds[name]) || to == r.ID && to != "" {
			l.Add("body."+name, "id.invalid")
		}
	}
	if len(c.Repeats) > maxRepeats {
		l.Add("body.repeats", "record.too-many", "max", maxRepeats)
	}
	for _, to := range c.Repeats {
		if !isA(to, "commitment") || to == r.ID {
			l.Add("body.repeats", "id.invalid")
			break
		}
	}
}

// isA reports whether an id names a record of one of kinds.
func isA(one id.ID, kinds ...string) bool {
	_, err := id.Parse(string(one))
	return err == nil && slices.Contains(kinds, one.Kind())
}

func (o Obliged) validate(l *fault.List, draft bool) {
	if len(o.Parties) > maxObliged {
		l.Add("body.obliged.parties", "record.too-many", "max", maxObliged)
	}
	for _, p := range o.Parties {
		if !isA(p, "state", "body") {
			l.Add("body.obliged.parties", "id.invalid")
			break
		}
	}
	if o.Role != "" && !slices.Contains(Roles, o.Role) {
		l.Add("body.obliged.role", "code.unknown")
	}
	if o.Body != "" && !isA(o.Body, "body") {
		l.Add("body.obliged.body", "id.invalid")
	}
	if _, err := parties.ParseDate(string(o.Day)); err != nil {
		l.Add("body.obliged.day", "date.invalid")
	}
	if len(o.Parties) > 0 && (o.Role == All || o.Role == Unspecified) {
		l.Add("body.obliged.role", "commitment.role-or-names")
	}
	if draft {
		return
	}
	if len(o.Parties) == 0 && o.Role == "" {
		l.Add("body.obliged.role", "commitment.who")
	}
	if o.Role != "" && o.Role != Unspecified && o.Body == "" {
		l.Add("body.obliged.body", "text.missing")
	}
	// Members and chairs change from day to day; a secretariat stays what it is.
	if (o.Role == All || o.Role == Chair) && !o.Day.Precise() {
		l.Add("body.obliged.day", "commitment.day-needed")
	}
}

func (q *Quote) validate(l *fault.List) {
	if !isA(q.Record, "announcement", "event") {
		l.Add("body.quote.record", "id.invalid")
	}
	if !slices.Contains(QuoteFields, q.Field) {
		l.Add("body.quote.field", "code.unknown")
	}
	if t, err := lang.Parse(string(q.Lang)); err != nil || t != q.Lang {
		l.Add("body.quote.lang", "lang.invalid")
	}
	n := utf8.RuneCountInString(q.Text)
	if q.Start < 0 || q.End-q.Start != n || n == 0 || q.Rev < 1 || lang.CheckText(q.Text) != nil {
		l.Add("body.quote", "event.bad-quote")
	}
	if n > maxQuote {
		l.Add("body.quote.text", "text.too-long", "n", n, "max", maxQuote)
	}
	if sum, err := hex.DecodeString(q.Digest); err != nil || len(sum) != 32 {
		l.Add("body.quote.digest", "file.bad-digest")
	}
}

// validateSteps replays the steps: they must lead to the progress.
func (c *Commitment) validateSteps(l *fault.List) {
	if len(c.Steps) > maxSteps {
		l.Add("body.steps", "record.too-many", "max", maxSteps)
		return
	}
	at := Proposed
	var last time.Time
	for i, s := range c.Steps {
		next, err := Flow.Next(at, s.Verb)
		if err != nil || next != s.To || s.At.Before(last) || s.Rev < 1 || !isA(s.By, "state", "body") || s.Report != "" && !isA(s.Report, "report") {
			l.Add(fmt.Sprintf("body.steps.%d", i), "commitment.bad-step")
			return
		}
		at, last = next, s.At
	}
	if c.Progress != at {
		l.Add("body.progress", "commitment.bad-step")
	}
}

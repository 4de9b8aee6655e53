package meetings

import (
	"fmt"
	"slices"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// Participant is a person in the post they held on the day of the event.
type Participant struct {
	Person id.ID `json:"person"`
	Post   id.ID `json:"post"`
	Party  id.ID `json:"party,omitempty"` // the state or body they took part for
}

// PointKinds lists what a readout may name.
var PointKinds = []string{"theme", "initiative", "statement", "agreed"}

// Quote shows that a readout names a point: a span of its body text. Start and
// End count characters (Unicode code points) of the text in revision Rev.
type Quote struct {
	Readout id.ID    `json:"readout"`
	Lang    lang.Tag `json:"lang"`
	Rev     int      `json:"rev"`
	Start   int      `json:"start"`
	End     int      `json:"end"`
	Text    string   `json:"text"`
}

// Point is something that at least one readout names.
type Point struct {
	Kind   string            `json:"kind"`
	Labels map[string]string `json:"labels"` // by language
	Quotes []Quote           `json:"quotes,omitempty"`
}

// Event is the body of an event.
type Event struct {
	From         parties.Date      `json:"from"`
	To           parties.Date      `json:"to,omitempty"`     // last day; same as From when empty
	Place        map[string]string `json:"place,omitempty"`  // by language; empty when not known
	Online       bool              `json:"online,omitempty"` // held by video
	Body         id.ID             `json:"body,omitempty"`   // whose meeting it was
	Ordinal      int               `json:"ordinal,omitempty"`
	Chair        id.ID             `json:"chair,omitempty"` // the state that presided
	Participants []Participant     `json:"participants,omitempty"`
	Points       []Point           `json:"points,omitempty"`
	Evidence     string            `json:"evidence,omitempty"`
}

// Bounds on an event.
const (
	maxParticipants = 500
	maxPoints       = 200
	maxQuotes       = 100
)

// Validate implements [record.Body].
func (e *Event) Validate(_ *record.Record, draft bool) error {
	var l fault.List
	if e.From == "" && !draft {
		l.Add("body.from", "text.missing")
	}
	for field, d := range map[string]parties.Date{"from": e.From, "to": e.To} {
		if _, err := parties.ParseDate(string(d)); err != nil {
			l.Add("body."+field, "date.invalid")
		}
	}
	if e.To != "" && e.To.First().Before(e.From.First()) {
		l.Add("body.to", "date.order")
	}
	if len(e.Participants) > maxParticipants || len(e.Points) > maxPoints {
		l.Add("body.points", "record.too-many", "max", maxPoints)
		return l.Err()
	}
	for i, p := range e.Participants {
		for field, ref := range map[string]id.ID{"person": p.Person, "post": p.Post} {
			if _, err := id.Parse(string(ref)); err != nil {
				l.Add(fmt.Sprintf("body.participants.%d.%s", i, field), "id.invalid")
			}
		}
	}
	for i, p := range e.Points {
		at := fmt.Sprintf("body.points.%d", i)
		if !slices.Contains(PointKinds, p.Kind) {
			l.Add(at+".kind", "code.unknown")
		}
		if len(p.Labels) == 0 && !draft {
			l.Add(at+".labels", "text.missing")
		}
		if len(p.Quotes) > maxQuotes {
			l.Add(at+".quotes", "record.too-many", "max", maxQuotes)
		}
		for j, q := range p.Quotes {
			if q.Start < 0 || q.End <= q.Start || q.Text == "" || q.Rev < 1 {
				l.Add(fmt.Sprintf("%s.quotes.%d", at, j), "event.bad-quote")
			}
		}
	}
	return l.Err()
}

// Last is the last day of the event.
func (e *Event) Last() parties.Date {
	if e.To != "" {
		return e.To
	}
	return e.From
}

// Kinds lists the kinds of records of this area, for app to register.
func Kinds() []*record.Kind {
	return []*record.Kind{{
		Name: "event", New: func() record.Body { return &Event{} }, Policy: Policy,
		Texts: []record.TextField{
			{Name: "title", Max: 200, Required: true},
			{Name: "summary", Max: 1000, Lines: true},
			{Name: "body", Max: 30000, Markdown: true},
		},
		Refs: func(r *record.Record) []record.Link {
			e := r.Body.(*Event)
			var all []record.Link
			if e.Body != "" {
				all = append(all, record.Link{Rel: "body", To: string(e.Body)})
			}
			for _, p := range e.Participants {
				all = append(all, record.Link{Rel: "participant", To: string(p.Person)})
			}
			return all
		},
		Features: func(r *record.Record, f *record.Features, code func(id.ID) string) {
			e := r.Body.(*Event)
			f.Add("body", string(e.Body))
			f.Numbers["from"] = db.Micros(e.From.First())
			if len(e.From) >= 4 {
				f.Add("year", string(e.From[:4]))
			}
			for _, p := range e.Participants {
				f.Add("participant", code(p.Party))
			}
			for t, place := range e.Place {
				f.Say("text", lang.Tag(t), place)
			}
			for _, p := range e.Points {
				for t, label := range p.Labels {
					f.Say("text", lang.Tag(t), label)
				}
			}
		},
	}}
}

// Policy says who may do what with events: the secretariat and the focal points
// record them.
var Policy = access.Policy{
	{Verb: "create", Role: access.Focal, Scope: access.OwnState},
	{Verb: "create", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "read-draft", Role: access.Focal, Scope: access.OwnState},
	{Verb: "read-draft", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "read-draft", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "edit", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "submit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "submit", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "return", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "withdraw", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "discard", Role: access.Focal, Scope: access.OwnState},
	{Verb: "discard", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "erase", Role: access.Admin, Scope: access.Anywhere},
}

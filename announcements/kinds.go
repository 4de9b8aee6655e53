package announcements

import (
	"slices"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/parties"
	"karvan/record"
)

// Item is the body of an announcement.
type Item struct {
	EventDate parties.Date `json:"event_date,omitempty"` // when it happened
	EventEnd  parties.Date `json:"event_end,omitempty"`  // its last day, when it took several
	Readout   bool         `json:"readout,omitempty"`    // the party's account of the event linked as "event"
	Topics    []string     `json:"topics,omitempty"`
	Evidence  string       `json:"evidence,omitempty"` // how well the facts are known: seen, unverified
	SourceURL string       `json:"source_url,omitempty"`
	// References name the sources that the item was written from, when they are
	// not a page of their own.
	References []string `json:"references,omitempty"`
	// Released is the day the party first published its text elsewhere, when it
	// did so before it stood on this board.
	Released parties.Date `json:"released,omitempty"`
}

// Validate implements [record.Body].
func (i *Item) Validate(r *record.Record, draft bool) error {
	var l fault.List
	for field, d := range map[string]parties.Date{"event_date": i.EventDate, "event_end": i.EventEnd, "released": i.Released} {
		if _, err := parties.ParseDate(string(d)); err != nil {
			l.Add("body."+field, "date.invalid")
		}
	}
	if i.EventEnd != "" && i.EventDate != "" && i.EventEnd.First().Before(i.EventDate.First()) {
		l.Add("body.event_end", "date.order")
	}
	for _, t := range i.Topics {
		if !slices.Contains(lexicon.Topics, t) {
			l.Add("body.topics", "code.unknown")
		}
	}
	if i.Readout && r.Target("event") == "" && !draft {
		l.Add("body.readout", "announcement.readout-of-what")
	}
	for _, ref := range i.References {
		if ref == "" || len(ref) > 600 || lang.CheckText(ref) != nil {
			l.Add("body.references", "text.forbidden-characters")
		}
	}
	if i.SourceURL != "" && !record.WebURL(i.SourceURL) {
		l.Add("body.source_url", "url.invalid")
	}
	if i.Evidence != "" && i.Evidence != string(parties.Seen) && i.Evidence != string(parties.Unverified) {
		l.Add("body.evidence", "code.unknown")
	}
	return l.Err()
}

// Out is the day the text was published: by its party elsewhere, or here.
func Out(r *record.Record) parties.Date {
	if item, ok := r.Body.(*Item); ok && item.Released != "" {
		return item.Released
	}
	if r.Published.IsZero() {
		return ""
	}
	return parties.Date(r.Published.Format("2006-01-02"))
}

// Kinds lists the kinds of records of this area, for app to register.
func Kinds() []*record.Kind {
	return []*record.Kind{{
		Name: "announcement", FourEyes: true, New: func() record.Body { return &Item{} }, Policy: Policy,
		Texts: []record.TextField{
			{Name: "title", Max: 200, Required: true},
			{Name: "summary", Max: 600, Required: true, Lines: true},
			{Name: "body", Max: 30000, Required: true, Markdown: true},
		},
		Features: features,
	}}
}

func features(r *record.Record, f *record.Features, _ func(id.ID) string) {
	i := r.Body.(*Item)
	f.Add("topic", i.Topics...)
	for _, e := range r.Targets("event") {
		f.Add("event", string(e))
	}
	if i.Readout {
		f.Add("readout", "yes")
	}
	if out := Out(r); out != "" {
		f.Numbers["out"] = db.Micros(out.First())
		if len(out) >= 7 {
			f.Add("month", string(out[:7]))
		}
		f.Add("year", string(out[:4]))
	}
	if i.EventDate != "" {
		f.Numbers["event_date"] = db.Micros(i.EventDate.First())
	}
}

// Policy says who may do what on the board. Publishing also needs that the
// publisher did not write it, see record.Kind.FourEyes.
var Policy = access.Policy{
	{Verb: "create", Role: access.Focal, Scope: access.OwnState},
	{Verb: "create", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "read-draft", Role: access.Focal, Scope: access.OwnState},
	{Verb: "read-draft", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "read-draft", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "read-embargoed", Role: access.Focal, Scope: access.Anywhere},
	{Verb: "read-embargoed", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "edit", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "submit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "submit", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "return", Role: access.Focal, Scope: access.OwnState},
	{Verb: "return", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "schedule", Role: access.Focal, Scope: access.OwnState},
	{Verb: "schedule", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "suspend", Role: access.Focal, Scope: access.OwnState},
	{Verb: "suspend", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "resume", Role: access.Focal, Scope: access.OwnState},
	{Verb: "resume", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "withdraw", Role: access.Focal, Scope: access.OwnState},
	{Verb: "withdraw", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "discard", Role: access.Focal, Scope: access.OwnState},
	{Verb: "discard", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "erase", Role: access.Admin, Scope: access.Anywhere},
}

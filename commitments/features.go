package commitments

import (
	"time"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/record"
)

// never is later than any due day.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// refs lists the records that a commitment names.
func refs(r *record.Record) []record.Link {
	c := r.Body.(*Commitment)
	var all []record.Link
	add := func(rel string, to ...id.ID) {
		for _, one := range to {
			if one != "" {
				all = append(all, record.Link{Rel: rel, To: string(one)})
			}
		}
	}
	if c.Quote != nil {
		add("quotes", c.Quote.Record)
	}
	add("agreed-at", c.Event)
	add("obliged", c.Obliged.Parties...)
	add("repeats", c.Repeats...)
	add("successor", c.Successor)
	return all
}

// reportRefs lists the records that a report names.
func reportRefs(r *record.Record) []record.Link {
	p := r.Body.(*Report)
	all := []record.Link{{Rel: "reports-on", To: string(p.Commitment)}}
	for _, e := range p.Evidence {
		if e.Record != "" {
			all = append(all, record.Link{Rel: "evidence", To: string(e.Record)})
		}
	}
	return all
}

func features(r *record.Record, f *record.Features, code func(id.ID) string) {
	c := r.Body.(*Commitment)
	f.Add("type", c.Type)
	f.Add("progress", string(c.Progress))
	f.Add("field", c.Fields...)
	f.Add("topic", c.Topics...)
	f.Add("event", string(c.Event))
	f.Add("obliged", c.Obliged.Role)
	for _, p := range c.Obliged.Parties {
		if short := code(p); short != "" {
			f.Add("obliged", short)
		} else {
			f.Add("obliged", string(p))
		}
	}
	f.Add("body", string(c.Obliged.Body))
	for _, one := range c.Repeats {
		f.Add("repeats", string(one))
	}
	if c.Progress.Open() {
		f.Add("open", "yes")
		if c.Due == "" {
			f.Add("undated", "yes")
		}
	}
	f.Numbers["due"] = db.Micros(never) // so that what has no day comes after all that have
	if c.Due != "" {
		f.Numbers["due"] = db.Micros(dueEnd(c.Due))
	}
	if c.Quote != nil {
		f.Add("quoted", string(c.Quote.Record))
		f.Say("text", c.Quote.Lang, c.Quote.Text)
	}
}

func reportFeatures(r *record.Record, f *record.Features, _ func(id.ID) string) {
	p := r.Body.(*Report)
	f.Add("commitment", string(p.Commitment))
	f.Add("says", p.Says)
	if !p.To.First().IsZero() {
		f.Numbers["until"] = db.Micros(p.To.First())
	}
}

// Narrow says what to ask the index for the commitments of a class: attributes
// with the values wanted, and the instants between which the number "due", the end
// of the due day, lies: at or after the one, before the other. ok is false for a
// class by which nothing is narrowed.
func Narrow(class Class, now time.Time) (values map[string][]string, after, before map[string]time.Time, ok bool) {
	open := map[string][]string{"open": {"yes"}}
	passed := now.Add(time.Microsecond)
	switch class {
	case Overdue:
		return open, nil, map[string]time.Time{"due": passed}, true
	case DueSoon:
		return open, map[string]time.Time{"due": passed}, map[string]time.Time{"due": now.Add(SoonWithin)}, true
	case Undated:
		open["undated"] = []string{"yes"}
		return open, nil, nil, true
	}
	return nil, nil, nil, false
}

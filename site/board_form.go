package site

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/parties"
	"karvan/record"
)

// Bounds on the choices of the form.
const (
	recentEvents  = 60
	ownMinistries = 60
)

// itemTexts are the texts of an item, in the order of the form.
var itemTexts = []string{"title", "summary", "body"}

// fillItem puts what was typed on an item. It reports whether characters had to
// be dropped that deceive the eye.
func (s *Site) fillItem(r *http.Request, form *web.Form, rec *record.Record) (cleaned bool) {
	if t := form.Lang("source"); t != "" {
		rec.Source = t
	}
	rec.OriginURL = form.Text("origin_url")
	for _, t := range formLangs(form, rec) {
		cleaned = fillVersion(form, rec, t) || cleaned
	}
	item := rec.Body.(*announcements.Item)
	item.Topics = nil
	for _, topic := range lexicon.Topics { // in the order of the list, each once
		if slices.Contains(form.Values["body.topics"], topic) {
			item.Topics = append(item.Topics, topic)
		}
	}
	for _, topic := range form.All("body.topics") {
		if !slices.Contains(lexicon.Topics, topic) {
			form.Invalid("body.topics", "code.unknown")
			break
		}
	}
	item.EventDate, item.EventEnd = parties.Date(digits(form.Text("body.event_date"))), parties.Date(digits(form.Text("body.event_end")))
	item.Released = parties.Date(digits(form.Text("body.released")))
	item.Readout = form.Has("body.readout")
	item.SourceURL = form.Text("body.source_url")
	item.Evidence = form.Choice("body.evidence", string(parties.Seen), string(parties.Unverified))
	item.References = nil
	for line := range strings.SplitSeq(form.Lines("body.references"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			item.References = append(item.References, line)
		}
	}
	rec.Links = slices.DeleteFunc(rec.Links, func(l record.Link) bool { return l.Rel == "event" })
	if event := form.Text("event"); event != "" {
		if one, err := id.Parse(event); err != nil || one.Kind() != "event" {
			form.Invalid("event", "id.invalid")
		} else {
			rec.Links = append(rec.Links, record.Link{Rel: "event", To: event})
		}
	}
	if owner := form.Text("owner"); owner != "" {
		rec.Owner = id.ID(owner)
	}
	var at time.Time
	at, rec.Zone = instant(r, form)
	if form.Text("date") == "" {
		at, rec.Zone = time.Time{}, ""
	}
	rec.PublishAt = at
	rec.Embargo = form.Has("embargo") && !at.IsZero()
	return cleaned
}

// fillVersion puts the words of one language on an item. What is all empty is no
// version.
func fillVersion(form *web.Form, rec *record.Record, t lang.Tag) (cleaned bool) {
	at := "texts." + string(t) + "."
	v := record.Version{Of: rec.Texts[string(t)].Of, Fields: map[string]string{}}
	for _, name := range itemTexts {
		raw := form.Values.Get(at + name)
		text := form.Lines(at + name)
		if name == "title" {
			text = form.Text(at + name)
		}
		cleaned = cleaned || lang.CheckText(raw) != nil
		if text != "" {
			v.Fields[name] = text
		}
	}
	v.Provenance = record.Provenance(form.Choice(at+"provenance", string(record.Human), string(record.Machine)))
	switch {
	case t == rec.Source:
		v.Provenance = record.Original
	case v.Provenance == "":
		v.Provenance = record.Human
	}
	if len(v.Fields) == 0 {
		delete(rec.Texts, string(t))
		return cleaned
	}
	rec.Texts[string(t)] = v
	return cleaned
}

// formLangs lists the languages that have a section in the form that was sent,
// the source first, and the one to be added.
func formLangs(form *web.Form, rec *record.Record) []lang.Tag {
	tags := []lang.Tag{rec.Source}
	add := func(s string) {
		if t, err := lang.Parse(s); err == nil && !slices.Contains(tags, t) && len(tags) < record.MaxLanguages {
			tags = append(tags, t)
		}
	}
	for _, s := range form.All("langs") {
		add(s)
	}
	if form.Has("add") {
		add(form.Text("add_lang"))
	}
	return tags
}

// choices gathers the events an item can be about and whom it can be owned by.
func (s *Site) choices(ctx context.Context, tx *db.Tx, r *http.Request, e *editing) error {
	reader := web.Lang(r)
	_, events, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"event"}, Limit: recentEvents,
		Fixed: inLists, Sort: []engine.Sort{{By: "from", Desc: true}}})
	if err != nil {
		return err
	}
	linked := e.rec.Target("event")
	for _, event := range events {
		e.events = append(e.events, s.option(event, reader))
	}
	if linked != "" && !slices.ContainsFunc(e.events, func(o web.Option) bool { return o.Value == string(linked) }) {
		older, err := s.Book.Many(ctx, tx, []record.Ref{{ID: linked}})
		if err != nil {
			return err
		}
		for _, event := range older {
			e.events = append(e.events, s.option(event, reader))
		}
	}
	party := e.rec.Party
	owners, err := s.Book.Many(ctx, tx, []record.Ref{{ID: party}})
	if err != nil {
		return err
	}
	if code := s.Index.Code(party); code != "" {
		_, ministries, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"organisation"}, Limit: ownMinistries,
			Any: map[string][]string{"state": {code}, "actor": {"ministry-agency"}}, Fixed: inLists,
			Sort: []engine.Sort{{By: "name." + string(reader)}}})
		if err != nil {
			return err
		}
		owners = append(owners, ministries...)
	}
	for _, owner := range owners {
		e.owners = append(e.owners, s.option(owner, reader))
	}
	if !slices.ContainsFunc(e.owners, func(o web.Option) bool { return o.Value == string(e.rec.Owner) }) && e.head.Rev > 0 && e.rec.Owner == e.head.Owner {
		e.owners = append(e.owners, web.Option{Value: string(e.head.Owner), Text: string(e.head.Owner)})
	}
	return nil
}

func (s *Site) option(rec *record.Record, reader lang.Tag) web.Option {
	n := s.named(rec, reader, s.Now())
	return web.Option{Value: string(rec.ID), Text: n.Text, Lang: n.Lang}
}

// itemFields are the questions of the form, with the answers of the item.
func (s *Site) itemFields(r *http.Request, e editing) []web.Field {
	rec, item := e.rec, e.rec.Body.(*announcements.Item)
	fields := []web.Field{s.langField("source", "record.label.source", "board.hint.source", string(rec.Source), lang.Content)}
	fields[0].Required = true
	for _, t := range e.langs {
		fields = append(fields, s.versionFields(rec, t)...)
	}
	fields = append(fields, s.langField("add_lang", "board.add-language", "", "", slices.DeleteFunc(slices.Clone(lang.Content), func(t lang.Tag) bool { return slices.Contains(e.langs, t) })))
	topics := web.Field{Name: "body.topics", Type: "checkboxes", Label: "body.label.topics", Values: item.Topics}
	for _, topic := range lexicon.Topics {
		topics.Options = append(topics.Options, web.Option{Value: topic, Label: "code.topic." + topic})
	}
	event := web.Field{Name: "event", Type: "select", Label: "board.event", Hint: "board.hint.event", Value: string(rec.Target("event")), Options: append([]web.Option{{Value: "", Label: "board.no-event"}}, e.events...)}
	owner := web.Field{Name: "owner", Type: "select", Label: "record.label.owner", Hint: "board.hint.owner", Value: string(rec.Owner), Options: e.owners, Required: true}
	evidence := web.Field{Name: "body.evidence", Type: "select", Label: "body.label.evidence", Value: item.Evidence,
		Options: []web.Option{{Value: "", Label: "board.evidence.none"}, {Value: "seen", Label: "board.evidence.seen"}, {Value: "unverified", Label: "board.evidence.unverified"}}}
	fields = append(fields, topics, event,
		web.Field{Name: "body.readout", Type: "checkbox", Label: "board.is-readout", Hint: "board.hint.readout", Value: yes(item.Readout)},
		dateField("body.event_date", "board.hint.event-date", item.EventDate), dateField("body.event_end", "", item.EventEnd), dateField("body.released", "board.hint.released", item.Released),
		owner, evidence,
		web.Field{Name: "body.source_url", Type: "url", Label: "body.label.source_url", Value: item.SourceURL, Max: 2000},
		web.Field{Name: "origin_url", Type: "url", Label: "record.label.origin_url", Hint: "board.hint.origin", Value: rec.OriginURL, Max: 2000},
		web.Field{Name: "body.references", Type: "textarea", Label: "body.label.references", Hint: "board.hint.references", Value: strings.Join(item.References, "\n"), Rows: 3})
	return append(append(fields, scheduleFields(r, rec)...), itemNoteFields(e)...)
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

func dateField(name, hint string, d parties.Date) web.Field {
	if hint == "" {
		hint = "board.hint.date"
	}
	return web.Field{Name: name, Type: "text", Label: "body.label." + strings.TrimPrefix(name, "body."), Hint: hint, Value: string(d), Max: 10}
}

func (s *Site) langField(name, label, hint, chosen string, tags []lang.Tag) web.Field {
	f := web.Field{Name: name, Type: "select", Label: label, Hint: hint, Value: chosen}
	if chosen == "" {
		f.Options = append(f.Options, web.Option{Value: "", Label: "form.choose"})
	} else if !slices.Contains(tags, lang.Tag(chosen)) {
		tags = append([]lang.Tag{lang.Tag(chosen)}, tags...)
	}
	for _, t := range tags {
		f.Options = append(f.Options, web.Option{Value: string(t), Text: lang.Autonym(t), Lang: t})
	}
	return f
}

// versionFields are the questions about one language version.
func (s *Site) versionFields(rec *record.Record, t lang.Tag) []web.Field {
	at := "texts." + string(t) + "."
	var fields []web.Field
	for _, name := range itemTexts {
		text, _ := s.Book.Kind("announcement").Text(name)
		f := web.Field{Name: at + name, Type: "textarea", Label: "text.label." + name, Max: text.Max, Lang: t, Value: rec.Text(t, name), Required: false}
		switch name {
		case "title":
			f.Type = "text"
		case "summary":
			f.Rows = 3
		case "body":
			f.Rows, f.Hint = 16, "board.hint.body"
		}
		fields = append(fields, f)
	}
	if t == rec.Source {
		return fields
	}
	chosen := string(rec.Provenance(t))
	if chosen != string(record.Machine) {
		chosen = string(record.Human)
	}
	return append(fields, web.Field{Name: at + "provenance", Type: "select", Label: "record.label.provenance", Value: chosen, Required: true,
		Options: []web.Option{{Value: "human", Label: "provenance.human"}, {Value: "machine", Label: "provenance.machine"}}})
}

// scheduleFields ask when to publish, on the clocks of a named zone.
func scheduleFields(r *http.Request, rec *record.Record) []web.Field {
	loc := web.Zone(r)
	if rec.Zone != "" {
		if named, err := time.LoadLocation(rec.Zone); err == nil {
			loc = named
		}
	}
	day, clock := "", ""
	if !rec.PublishAt.IsZero() {
		there := rec.PublishAt.In(loc)
		day, clock = there.Format(time.DateOnly), there.Format("15:04")
	}
	return []web.Field{
		{Name: "date", Type: "date", Label: "board.publish-day", Hint: "board.hint.schedule", Value: day},
		{Name: "time", Type: "time", Label: "board.publish-hour", Value: clock},
		zoneField(loc.String()),
		{Name: "embargo", Type: "checkbox", Label: "board.embargo", Hint: "board.hint.embargo", Value: yes(rec.Embargo)},
	}
}

// itemNoteFields ask what changes in an item that was published before.
func itemNoteFields(e editing) []web.Field {
	if e.head.PublicRev == 0 {
		return nil
	}
	note := web.Field{Name: "note", Type: "textarea", Label: "site.note-change", Hint: "board.hint.note", Rows: 3, Max: record.MaxNote, Lang: e.rec.Source}
	return []web.Field{noteTypeField(), note}
}

package site

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// EventForm is the form for an event.
type EventForm struct {
	New        bool
	Title      record.Reading
	Path       string // of the form
	Event      string // path of the event
	Base       int
	Langs      []FormLang
	Rows       []FormRow
	Form       *web.FormView
	Conflict   *Meanwhile
	Public     bool // visitors see it already, so a change needs a note
	MayPublish bool
}

// FormLang is the words of one language in a form.
type FormLang struct {
	Lang   lang.Tag
	Open   bool
	Fields []*web.Field
}

// Bounds on what the form shows at once.
const maxRows = 200

var (
	eventTexts       = []string{"title", "summary", "body"}
	participantParts = []string{"person", "post", "party"}
)

func participantField(i int, part string) string {
	return fmt.Sprintf("body.participants.%d.%s", i, part)
}

func (s *Site) eventNew(w http.ResponseWriter, r *http.Request) error {
	v := url.Values{"source": {string(web.Lang(r))}, "langs": {string(web.Lang(r))}, "rows": {"3"}}
	return s.eventForm(w, r, http.StatusOK, nil, record.Head{}, v, 0, nil, nil)
}

func (s *Site) eventEdit(w http.ResponseWriter, r *http.Request) error {
	rec, head, err := s.toEdit(r, "event")
	if err != nil {
		return err
	}
	return s.eventForm(w, r, http.StatusOK, rec, head, eventValues(rec), head.Rev, nil, nil)
}

// eventValues are a record's values as its form sends them.
func eventValues(r *record.Record) url.Values {
	e := r.Body.(*meetings.Event)
	v := url.Values{"source": {string(r.Source)}, "body.from": {string(e.From)}, "body.to": {string(e.To)}, "body.body": {string(e.Body)},
		"body.evidence": {e.Evidence}, "rows": {strconv.Itoa(len(e.Participants) + 1)}}
	if e.Online {
		v.Set("body.online", "yes")
	}
	if e.Ordinal > 0 {
		v.Set("body.ordinal", strconv.Itoa(e.Ordinal))
	}
	for _, t := range r.Languages() {
		v.Add("langs", string(t))
		for _, field := range eventTexts {
			v.Set("texts."+string(t)+"."+field, r.Text(t, field))
		}
	}
	for _, t := range slices.Sorted(maps.Keys(e.Place)) {
		v.Add("langs", t)
		v.Set("body.place."+t, e.Place[t])
	}
	for i, a := range e.Participants {
		v.Set(participantField(i, "person"), string(a.Person))
		v.Set(participantField(i, "post"), string(a.Post))
		v.Set(participantField(i, "party"), string(a.Party))
	}
	return v
}

// langsOf lists the languages a form is about: those of the record first, the
// interface's after them.
func langsOf(v url.Values) []lang.Tag {
	var tags []lang.Tag
	all := slices.Concat([]string{v.Get("source")}, v["langs"])
	for _, t := range lang.Interface {
		all = append(all, string(t))
	}
	for _, s := range all {
		if t, err := lang.Parse(s); err == nil && !slices.Contains(tags, t) && len(tags) < record.MaxLanguages {
			tags = append(tags, t)
		}
	}
	return tags
}

func (s *Site) eventCreate(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	if grown(form.Values) {
		return s.eventForm(w, r, http.StatusOK, nil, record.Head{}, form.Values, 0, nil, nil)
	}
	dropEmptyParticipants(form.Values)
	change := eventChange(form)
	a := web.Actor(r)
	rec := &record.Record{Kind: "event", Owner: a.Party(), Party: a.Party(), Texts: map[string]record.Version{}, Body: &meetings.Event{}}
	if err = form.Err(); err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			if err := change(rec); err != nil {
				return err
			}
			if err := s.Book.Create(ctx, tx, rec); err != nil || upTo(form.Values) == "" {
				return err
			}
			submitted, err := s.Book.Do(ctx, tx, rec.ID, rec.Rev, "submit", record.Options{})
			if err != nil || upTo(form.Values) == "submit" {
				return err
			}
			_, err = s.Book.Do(ctx, tx, rec.ID, submitted.Rev, "publish", record.Options{})
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "event.saved")
		return web.SeeOther(w, r, Path(rec))
	}
	status, _, ok := again(err)
	if !ok {
		return err
	}
	return s.eventForm(w, r, status, nil, record.Head{}, form.Values, 0, nil, err)
}

func (s *Site) eventSave(w http.ResponseWriter, r *http.Request) error {
	rec, head, err := s.toEdit(r, "event")
	if err != nil {
		return err
	}
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	from, err := base(r)
	if err != nil {
		return err
	}
	if grown(form.Values) {
		return s.eventForm(w, r, http.StatusOK, rec, head, form.Values, from, nil, nil)
	}
	dropEmptyParticipants(form.Values)
	change, note := eventChange(form), noteIn(form, web.Lang(r))
	return s.storeForm(w, r, rec, form, from, note, change, func(status, from int, conflict *Meanwhile, err error) error {
		return s.eventForm(w, r, status, rec, head, form.Values, from, conflict, err)
	})
}

// grown adds what a button of the form asked for: a row or a language. It
// reports whether one did.
func grown(v url.Values) bool {
	switch v.Get("do") {
	case "add-row":
		v.Set("rows", strconv.Itoa(min(count(v, "rows", maxRows)+1, maxRows)))
	case "add-lang":
		if t, err := lang.Parse(v.Get("new_lang")); err == nil {
			v.Add("langs", string(t))
		}
	default:
		return false
	}
	return true
}

// dropEmptyParticipants closes the gaps that rows left empty would make, so that
// a fault of a participant names the row it is in.
func dropEmptyParticipants(v url.Values) {
	kept := 0
	for i := range count(v, "rows", maxRows) {
		var values [3]string
		for j, part := range participantParts {
			values[j] = v.Get(participantField(i, part))
		}
		if values == [3]string{} {
			continue
		}
		for j, part := range participantParts {
			v.Set(participantField(kept, part), values[j])
		}
		kept++
	}
	for _, part := range participantParts {
		for i := kept; i < maxRows; i++ {
			v.Del(participantField(i, part))
		}
	}
	v.Set("rows", strconv.Itoa(kept))
}

// eventChange writes what was typed into the record. Points stay as they are.
func eventChange(f *web.Form) func(*record.Record) error {
	source := f.Lang("source")
	f.Need("source")
	ordinal := int(f.Int("body.ordinal"))
	evidence := f.Choice("body.evidence", string(parties.Seen), string(parties.Unverified))
	tags := langsOf(f.Values)
	return func(r *record.Record) error {
		r.Source = source
		e := r.Body.(*meetings.Event)
		e.From, e.To = parties.Date(digits(f.Text("body.from"))), parties.Date(digits(f.Text("body.to")))
		e.Online, e.Ordinal, e.Evidence = f.Has("body.online"), ordinal, evidence
		e.Body = id.ID(f.Text("body.body"))
		e.Place = map[string]string{}
		for _, t := range tags {
			if place := f.Text("body.place." + string(t)); place != "" {
				e.Place[string(t)] = place
			}
			setWords(r, t, map[string]string{"title": f.Text("texts." + string(t) + ".title"),
				"summary": f.Lines("texts." + string(t) + ".summary"), "body": f.Lines("texts." + string(t) + ".body")})
		}
		e.Participants = nil
		for i := range count(f.Values, "rows", maxRows) {
			e.Participants = append(e.Participants, meetings.Participant{Person: id.ID(f.Text(participantField(i, "person"))),
				Post: id.ID(f.Text(participantField(i, "post"))), Party: id.ID(f.Text(participantField(i, "party")))})
		}
		return nil
	}
}

// setWords writes a record's words in one language. What a person changed is no
// longer a machine's.
func setWords(r *record.Record, t lang.Tag, words map[string]string) {
	maps.DeleteFunc(words, func(_, text string) bool { return text == "" })
	old, had := r.Texts[string(t)]
	if len(words) == 0 && t != r.Source {
		delete(r.Texts, string(t))
		return
	}
	v := record.Version{Provenance: record.Human, Of: old.Of, Fields: words}
	if had && maps.Equal(old.Fields, words) {
		v.Provenance = old.Provenance
	}
	switch {
	case t == r.Source:
		v.Provenance = record.Original
	case v.Provenance == record.Original:
		v.Provenance = record.Human
	}
	r.Texts[string(t)] = v
}

func (s *Site) eventForm(w http.ResponseWriter, r *http.Request, status int, rec *record.Record, head record.Head, v url.Values, from int, conflict *Meanwhile, cause error) error {
	p := s.Web.Printer(r)
	if count(v, "rows", maxRows) == 0 {
		v.Set("rows", "1")
	}
	var fields []web.Field
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		fields, err = s.eventFields(ctx, tx, p, v)
		return err
	})
	if err != nil {
		return err
	}
	page := EventForm{New: rec == nil, Path: "/events/new", Base: from, Conflict: conflict, Public: head.PublicRev > 0}
	if rec != nil {
		page.Event, page.Path = Path(rec), Path(rec)+"/edit"
		page.Title, page.MayPublish = rec.Read(p.Tag(), "title"), s.mayAct(web.Actor(r), "publish", rec)
	} else {
		page.MayPublish = meetings.Policy.Could(web.Actor(r), "publish")
	}
	page.Form = s.Web.FormView(r, v, cause, fields...)
	page.Rows = formRows(page.Form, count(v, "rows", maxRows), participantField, participantParts)
	for i, t := range langsOf(v) {
		l := FormLang{Lang: t, Open: i == 0}
		for _, name := range []string{"texts." + string(t) + ".title", "texts." + string(t) + ".summary", "texts." + string(t) + ".body", "body.place." + string(t)} {
			field := page.Form.Field(name)
			l.Open = l.Open || field.Value != "" || field.Error != ""
			l.Fields = append(l.Fields, field)
		}
		page.Langs = append(page.Langs, l)
	}
	return s.Web.Page(w, r, status, "events/edit", page)
}

// eventFields are the questions of the form.
func (s *Site) eventFields(ctx context.Context, tx *db.Tx, p *lang.Printer, v url.Values) ([]web.Field, error) {
	options := map[string][]web.Option{}
	for _, kind := range []string{"person", "post", "state", "body"} {
		records, err := s.every(ctx, tx, p.Tag(), kind, nil)
		if err != nil {
			return nil, err
		}
		options[kind] = s.optionsOf(p, records, func(r *record.Record) id.ID { return r.ID })
	}
	options["party"] = slices.Concat(options["state"], options["body"][1:])
	source := lang.Tag(v.Get("source"))
	fields := []web.Field{
		{Name: "source", Type: "select", Label: "record.label.source", Hint: "event.hint.source", Required: true, Options: langOptions(p, source)},
		{Name: "body.from", Label: "event.first-day", Hint: "event.hint.date", Required: true, Max: 10},
		{Name: "body.to", Label: "event.last-day", Hint: "event.hint.to", Max: 10},
		{Name: "body.online", Type: "checkbox", Label: "event.online"},
		{Name: "body.body", Type: "select", Label: "event.whose", Options: keeping(options["body"], v.Get("body.body"))},
		{Name: "body.ordinal", Type: "number", Label: "body.label.ordinal", Hint: "event.hint.ordinal", Min: 1, Max: 999},
		evidenceField("body.evidence"),
	}
	for i, t := range langsOf(v) {
		at := "texts." + string(t) + "."
		fields = append(fields,
			web.Field{Name: at + "title", Label: "text.label.title", Max: 200, Lang: t, Required: i == 0},
			web.Field{Name: at + "summary", Type: "textarea", Label: "text.label.summary", Max: 1000, Rows: 3, Lang: t},
			web.Field{Name: at + "body", Type: "textarea", Label: "text.label.body", Hint: "event.hint.body", Max: 30000, Rows: 8, Lang: t},
			web.Field{Name: "body.place." + string(t), Label: "event.place", Max: 200, Lang: t})
	}
	for i := range count(v, "rows", maxRows) {
		for _, part := range participantParts {
			name := participantField(i, part)
			fields = append(fields, web.Field{Name: name, Type: "select", Label: "body.label." + part, Options: keeping(options[part], v.Get(name))})
		}
	}
	return append(fields, noteFields()...), nil
}

// keeping adds what is chosen already to the options, should it not be among
// them: saving a form must not change what nobody touched.
func keeping(options []web.Option, chosen string) []web.Option {
	if chosen == "" || slices.ContainsFunc(options, func(o web.Option) bool { return o.Value == chosen }) {
		return options
	}
	return append(slices.Clip(options), web.Option{Value: chosen, Text: chosen})
}

package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/parties"
	"karvan/record"
)

// again reports whether a form is to be shown again after err, and with which
// status: what was typed breaks a rule, or somebody else saved meanwhile.
func again(err error) (status int, meanwhile, ok bool) {
	switch f := fault.Of(err); {
	case f.Code == fault.Conflict && f.Key == "record.changed-meanwhile":
		return http.StatusConflict, true, true
	case f.Code == fault.Invalid && f.Field != "base":
		return http.StatusUnprocessableEntity, false, true
	}
	return 0, false, false
}

// count reads how many rows a form has, within bounds.
func count(v url.Values, name string, most int) int {
	n, err := strconv.Atoi(v.Get(name))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, most)
}

// upTo reads how far a form asks to take what it saves: "" keeps a draft.
func upTo(v url.Values) string {
	if to := v.Get("do"); to == "submit" || to == "publish" {
		return to
	}
	return ""
}

// noteIn reads the note that goes with a change of what is public.
func noteIn(f *web.Form, reader lang.Tag) *record.Note {
	text := f.Lines("note")
	if text == "" {
		return nil
	}
	kind := f.Choice("note_type", changeTypes...)
	if kind == "" {
		kind = "update"
	}
	return &record.Note{Type: kind, Text: map[string]string{string(reader): text}}
}

// noteFields ask for that note.
func noteFields() []web.Field {
	kind := noteTypeField()
	kind.Value = "update"
	return []web.Field{kind, {Name: "note", Type: "textarea", Label: "site.note-change", Hint: "event.hint.note", Rows: 3, Max: record.MaxNote}}
}

// langOptions offers the languages of content, and chosen ones beside them.
func langOptions(p *lang.Printer, chosen ...lang.Tag) []web.Option {
	tags := append(slices.Clone(lang.Content), lang.Partner...)
	for _, t := range chosen {
		if t != "" && !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	out := make([]web.Option, len(tags))
	for i, t := range tags {
		out[i] = web.Option{Value: string(t), Text: p.Name(t)}
	}
	return out
}

// evidenceField asks how well the facts are known.
func evidenceField(name string) web.Field {
	return web.Field{Name: name, Type: "select", Label: "body.label.evidence", Hint: "event.hint.evidence", Options: []web.Option{
		{Value: "", Label: "evidence.ungraded"}, {Value: string(parties.Seen), Label: "evidence.seen"}, {Value: string(parties.Unverified), Label: "evidence.unverified"}}}
}

// OrganisationForm is the form for an organisation's record.
type OrganisationForm struct {
	Title      Named
	Path       string
	Base       int
	Rows       []FormRow
	Form       *web.FormView
	Conflict   *Meanwhile
	Public     bool // visitors see it already, so a change needs a note
	MayPublish bool
}

// FormRow is a row of a form that may have several.
type FormRow struct {
	Number int
	Fields []*web.Field
}

// maxNames bounds the rows of names a form shows.
const maxNames = 60

// nameParts are the fields of a row of names.
var nameParts = []string{"lang", "name", "official", "short", "from", "to"}

func (s *Site) organisationEdit(w http.ResponseWriter, r *http.Request) error {
	rec, head, err := s.toEdit(r, "organisation")
	if err != nil {
		return err
	}
	return s.organisationForm(w, r, http.StatusOK, rec, head, organisationValues(rec), head.Rev, nil, nil)
}

// toEdit gives the newest revision of the record a path names, when the reader
// may change it.
func (s *Site) toEdit(r *http.Request, kind string) (rec *record.Record, head record.Head, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		found, err := s.Book.Find(ctx, tx, kind, ref(r))
		if err != nil {
			return err
		}
		if head, err = s.Book.HeadOf(ctx, tx, found); err != nil {
			return err
		}
		if rec, err = s.Book.At(ctx, tx, found, head.Rev); err != nil {
			return err
		}
		return s.Book.Kind(kind).Policy.Check(web.Actor(r), "edit", rec.Object())
	})
	return rec, head, err
}

// organisationValues are a record's values as its form sends them.
func organisationValues(r *record.Record) url.Values {
	o := r.Body.(*parties.Organisation)
	v := url.Values{"body.type": {o.Type}, "body.ror": {o.ROR}, "body.national_id": {o.NationalID}, "body.national_reg": {o.NationalReg},
		"body.place": {o.Place}, "body.website": {o.Website}, "names": {strconv.Itoa(len(o.Names))}}
	if o.Since > 0 {
		v.Set("body.since", strconv.Itoa(o.Since))
	}
	for i, n := range o.Names {
		for part, value := range map[string]string{"lang": string(n.Lang), "name": n.Name, "official": n.Official, "short": n.Short, "from": string(n.From), "to": string(n.To)} {
			v.Set(nameField(i, part), value)
		}
	}
	return v
}

func nameField(i int, part string) string { return fmt.Sprintf("body.names.%d.%s", i, part) }

func (s *Site) organisationSave(w http.ResponseWriter, r *http.Request) error {
	rec, head, err := s.toEdit(r, "organisation")
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
	if form.Values.Get("do") == "add-name" {
		form.Values.Set("names", strconv.Itoa(min(count(form.Values, "names", maxNames)+1, maxNames)))
		return s.organisationForm(w, r, http.StatusOK, rec, head, form.Values, from, nil, nil)
	}
	dropEmptyNames(form.Values)
	change := organisationChange(form, rec)
	note := noteIn(form, web.Lang(r))
	return s.storeForm(w, r, rec, form, from, note, change, func(status, from int, conflict *Meanwhile, err error) error {
		return s.organisationForm(w, r, status, rec, head, form.Values, from, conflict, err)
	})
}

// dropEmptyNames closes the gaps that rows left empty would make.
func dropEmptyNames(v url.Values) {
	kept := 0
	for i := range count(v, "names", maxNames) {
		empty := true
		for _, part := range nameParts[1:] {
			empty = empty && v.Get(nameField(i, part)) == ""
		}
		if empty {
			continue
		}
		for _, part := range nameParts {
			v.Set(nameField(kept, part), v.Get(nameField(i, part)))
		}
		kept++
	}
	v.Set("names", strconv.Itoa(kept))
}

// organisationChange writes what was typed into the record.
func organisationChange(f *web.Form, old *record.Record) func(*record.Record) error {
	var names parties.Names
	before := old.Body.(*parties.Organisation).Names
	for i := range count(f.Values, "names", maxNames) {
		at := func(part string) string { return nameField(i, part) }
		n := parties.Name{Lang: f.Lang(at("lang")), Name: f.Text(at("name")), Official: f.Text(at("official")), Short: f.Text(at("short")),
			Period: parties.Period{From: parties.Date(digits(f.Text(at("from")))), To: parties.Date(digits(f.Text(at("to"))))}}
		for _, b := range before { // how well it is known is not asked for, and stays with the name
			if b.Lang == n.Lang && b.Name == n.Name && b.Period == n.Period {
				n.Evidence = b.Evidence
			}
		}
		names = append(names, n)
	}
	since := int(f.Int("body.since"))
	return func(r *record.Record) error {
		o := r.Body.(*parties.Organisation)
		o.Names, o.Since = names, since
		o.Type = f.Text("body.type")
		o.ROR, o.NationalID, o.NationalReg = f.Text("body.ror"), f.Text("body.national_id"), f.Text("body.national_reg")
		o.Place, o.Website = f.Text("body.place"), f.Text("body.website")
		return nil
	}
}

func (s *Site) organisationForm(w http.ResponseWriter, r *http.Request, status int, rec *record.Record, head record.Head, v url.Values, from int, conflict *Meanwhile, cause error) error {
	p := s.Web.Printer(r)
	if count(v, "names", maxNames) == 0 {
		v.Set("names", "1")
	}
	types := make([]web.Option, len(parties.ActorTypes))
	for i, t := range parties.ActorTypes {
		types[i] = web.Option{Value: t, Label: "code.actor." + t}
	}
	fields := []web.Field{
		{Name: "body.type", Type: "select", Label: "body.label.type", Required: true, Options: types},
		{Name: "body.ror", Type: "url", Label: "body.label.ror", Hint: "organisations.hint.ror", Max: 100},
		{Name: "body.national_id", Label: "body.label.national_id", Max: 64},
		{Name: "body.national_reg", Label: "body.label.national_reg", Hint: "organisations.hint.national-reg", Max: 32},
		{Name: "body.place", Label: "body.label.place", Max: 200},
		{Name: "body.website", Type: "url", Label: "body.label.website", Max: 500},
		{Name: "body.since", Type: "number", Label: "body.label.since", Min: 800, Max: 2200},
	}
	for i := range count(v, "names", maxNames) {
		tag := lang.Tag(v.Get(nameField(i, "lang")))
		if t, err := lang.Parse(string(tag)); err != nil || t != tag {
			tag = ""
		}
		fields = append(fields,
			web.Field{Name: nameField(i, "lang"), Type: "select", Label: "body.label.lang", Required: true, Options: langOptions(p, tag)},
			web.Field{Name: nameField(i, "name"), Label: "body.label.name", Required: true, Max: 300, Lang: tag},
			web.Field{Name: nameField(i, "official"), Label: "body.label.official", Max: 300, Lang: tag},
			web.Field{Name: nameField(i, "short"), Label: "body.label.short", Max: 300, Lang: tag},
			web.Field{Name: nameField(i, "from"), Label: "body.label.from", Hint: "event.hint.date", Max: 10},
			web.Field{Name: nameField(i, "to"), Label: "body.label.to", Max: 10})
	}
	fields = append(fields, noteFields()...)
	page := OrganisationForm{Title: s.named(rec, p.Tag(), s.Now()), Path: Path(rec), Base: from, Conflict: conflict, Public: head.PublicRev > 0,
		MayPublish: s.mayAct(web.Actor(r), "publish", rec), Form: s.Web.FormView(r, v, cause, fields...)}
	page.Rows = formRows(page.Form, count(v, "names", maxNames), nameField, nameParts)
	return s.Web.Page(w, r, status, "organisations/edit", page)
}

// formRows gathers the fields of each row.
func formRows(v *web.FormView, n int, name func(int, string) string, parts []string) []FormRow {
	rows := make([]FormRow, n)
	for i := range rows {
		rows[i].Number = i + 1
		for _, part := range parts {
			if f := v.Field(name(i, part)); f != nil {
				rows[i].Fields = append(rows[i].Fields, f)
			}
		}
	}
	return rows
}

// optionsOf offers records to choose from, by id, under the names of a day.
func (s *Site) optionsOf(p *lang.Printer, records []*record.Record, ids func(*record.Record) id.ID) []web.Option {
	out := make([]web.Option, 0, len(records)+1)
	out = append(out, web.Option{Label: "event.nothing-chosen"})
	for _, r := range records {
		n := s.named(r, p.Tag(), s.Now())
		out = append(out, web.Option{Value: string(ids(r)), Text: n.Text, Lang: n.Lang})
	}
	return out
}

// storeForm stores what a form changes of rec and goes to its page. When the form
// has faults, or the record moved on meanwhile, show shows the form again with
// what was typed, the revision it now begins from and what others saved.
func (s *Site) storeForm(w http.ResponseWriter, r *http.Request, rec *record.Record, form *web.Form, from int, note *record.Note,
	change func(*record.Record) error, show func(status, from int, conflict *Meanwhile, err error) error) error {
	err := form.Err()
	if err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.saved(ctx, tx, rec.ID, from, upTo(form.Values), note, change)
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "event.saved")
		return web.SeeOther(w, r, Path(rec))
	}
	status, meanwhile, ok := again(err)
	if !ok {
		return err
	}
	var conflict *Meanwhile
	if meanwhile {
		if conflict, err = s.meanwhile(r, s.Web.Printer(r), rec.ID, from); err != nil {
			return err
		}
		from, err = conflict.Rev, nil
	}
	return show(status, from, conflict, err)
}

package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"karvan/catalogue"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// ProfileEdit is the pages "catalogue/overview" and "catalogue/edit".
type ProfileEdit struct {
	RecordView
	Title   record.Reading
	Kind    string
	Steps   []ProfileStep
	Publish bool // the reader may publish it from here
	Locked  bool // waits for somebody else, or was taken back: it cannot be changed now
	Missing []ProfileHint
	Hints   []ProfileHint
	MoreOf  int          // hints of other sections
	Similar []ProfileRow // published records that say nearly the same

	Section  string
	Action   string // where the form of the section goes
	Previous string // sections beside this one, "" at the ends
	Next     string
	Form     *web.FormView
	Groups   []FieldGroup
	Other    lang.Tag   // the language that is being translated into, "" to choose one
	Upload   UploadForm // of the section of attachments
	Conflict bool
	Changes  []ChangeView // what somebody else saved meanwhile
}

// ProfileStep is a section of the form in the list of progress.
type ProfileStep struct {
	Name    string
	URL     string
	Current bool
	Missing int
	Hints   int
}

// profileForEdit gives the newest revision to somebody who may change it.
func (s *Site) profileForEdit(ctx context.Context, tx *db.Tx, r *http.Request) (*record.Record, error) {
	rec, _, err := s.editable(ctx, tx, r, profileKinds...)
	return rec, err
}

// changeable reports whether rec is in a state in which it can be edited.
func changeable(rec *record.Record) bool {
	return rec.State == record.Draft || rec.State == record.Returned || slices.Contains(record.Lifecycle.Verbs(rec.State), "revise")
}

func (s *Site) profileOverview(w http.ResponseWriter, r *http.Request) error {
	var page ProfileEdit
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.profileForEdit(ctx, tx, r)
		if err != nil {
			return err
		}
		page, err = s.profileEditOf(ctx, tx, r, rec, "")
		return err
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "catalogue/overview", page)
}

// profileEditOf fills what both pages share. section is "" on the overview.
func (s *Site) profileEditOf(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record, section string) (ProfileEdit, error) {
	view, err := s.recordView(ctx, tx, r, rec)
	if err != nil {
		return ProfileEdit{}, err
	}
	page := ProfileEdit{RecordView: view, Title: rec.Read(rec.Source, "title"), Kind: rec.Kind, Section: section, Locked: !changeable(rec)}
	page.Publish = slices.Contains([]record.State{record.Draft, record.Returned, record.Submitted}, rec.State) &&
		s.Book.Kind(rec.Kind).Policy.Allows(web.Actor(r), "publish", rec.Object())
	p := s.Web.Printer(r)
	page.Missing = s.missing(r, rec)
	hints := profileHintsOf(p, rec)
	sections := catalogue.Sections(rec.Kind)
	for i, sec := range sections {
		step := ProfileStep{Name: sec.Name, URL: web.URL(r, page.Path+"/edit", sec.Name), Current: sec.Name == section}
		for _, m := range page.Missing {
			if m.Section == sec.Name {
				step.Missing++
			}
		}
		for _, h := range hints {
			if h.Section == sec.Name {
				step.Hints++
			}
		}
		if step.Current {
			if i > 0 {
				page.Previous = sections[i-1].Name
			}
			if i+1 < len(sections) {
				page.Next = sections[i+1].Name
			}
		}
		page.Steps = append(page.Steps, step)
	}
	page.Hints = hints
	if section == "" {
		page.Similar, err = s.similar(ctx, tx, p, rec)
		return page, err
	}
	page.Hints = inSection(hints, section)
	page.MoreOf = len(hints) - len(page.Hints)
	return page, nil
}

func inSection(hints []ProfileHint, section string) []ProfileHint {
	return slices.DeleteFunc(slices.Clone(hints), func(h ProfileHint) bool { return h.Section != section })
}

// missing lists what rec lacks to be published, in the order of the form.
func (s *Site) missing(r *http.Request, rec *record.Record) []ProfileHint {
	err := s.Book.Validate(rec, false)
	if err == nil {
		return nil
	}
	p := s.Web.Printer(r)
	var all []ProfileHint
	for _, f := range fault.Of(err).All() {
		section := catalogue.SectionOf(rec.Kind, string(rec.Source), f.Field)
		all = append(all, ProfileHint{Text: p.T("catalogue.missing.line", "field", fieldLabel(p, f.Field), "what", s.Web.Message(r, f)), Field: f.Field, Section: section})
	}
	order := func(h ProfileHint) int {
		return slices.IndexFunc(catalogue.Sections(rec.Kind), func(sec catalogue.Section) bool { return sec.Name == h.Section })
	}
	slices.SortStableFunc(all, func(a, b ProfileHint) int { return order(a) - order(b) })
	return all
}

// sectionOf reads the section from the address, and refuses one that this kind of
// record does not have.
func sectionOf(r *http.Request, kind string) (catalogue.Section, error) {
	name := r.PathValue("section")
	for _, sec := range catalogue.Sections(kind) {
		if sec.Name == name {
			return sec, nil
		}
	}
	return catalogue.Section{}, fault.New(fault.NotFound, "fault.not-found")
}

func (s *Site) profileEdit(w http.ResponseWriter, r *http.Request) error {
	var page ProfileEdit
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.profileForEdit(ctx, tx, r)
		if err != nil {
			return err
		}
		page, err = s.profileSection(ctx, tx, r, rec, nil, nil)
		return err
	})
	if err != nil {
		return err
	}
	if page.Locked {
		return web.SeeOther(w, r, page.Path+"/edit")
	}
	return s.Web.Page(w, r, http.StatusOK, "catalogue/edit", page)
}

// profileSection is the page of one section, with what was typed and what was
// wrong with it.
func (s *Site) profileSection(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record, values url.Values, wrong error) (ProfileEdit, error) {
	sec, err := sectionOf(r, rec.Kind)
	if err != nil {
		return ProfileEdit{}, err
	}
	page, err := s.profileEditOf(ctx, tx, r, rec, sec.Name)
	if err != nil {
		return page, err
	}
	page.Action = web.URL(r, page.Path+"/edit", sec.Name)
	b := formBuilder{p: s.Web.Printer(r), kind: s.Book.Kind(rec.Kind), rec: rec, body: catalogue.BodyOf(rec)}
	switch sec.Name {
	case "translations":
		page.Other = otherLang(r, rec, values)
		b.translation(page.Other)
	case "files":
		page.Upload = s.uploadForm(r, rec, record.Head{ID: rec.ID, Kind: rec.Kind, Rev: rec.Rev})
	default:
		if b.states, err = s.statesOnRecord(ctx, tx, web.Lang(r)); err != nil {
			return page, err
		}
		b.section(sec)
	}
	page.Form = s.Web.FormView(r, values, wrong, b.fields...)
	page.Groups = b.laid(page.Form)
	return page, nil
}

// otherLang is the language a translation is made into: the one chosen in the
// address or sent with the form.
func otherLang(r *http.Request, rec *record.Record, values url.Values) lang.Tag {
	chosen := r.URL.Query().Get("lang")
	if values != nil {
		chosen = values.Get("lang")
	}
	t, err := lang.Parse(chosen)
	if err != nil || t == rec.Source || !lang.IsContent(t) {
		return ""
	}
	return t
}

func (s *Site) profileSave(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	from, err := base(r)
	if err != nil {
		return err
	}
	var saved *record.Record
	var sec catalogue.Section
	err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.profileForEdit(ctx, tx, r)
		if err != nil {
			return err
		}
		if sec, err = sectionOf(r, rec.Kind); err != nil {
			return err
		}
		saved, err = s.Book.Edit(ctx, tx, rec.ID, from, func(rec *record.Record) error {
			if sec.Name == "translations" {
				fillTranslation(form, rec, s.Book.Kind(rec.Kind).Texts)
			} else {
				fillProfile(form, rec, sec.Name, tx.Now)
			}
			rec.Confirmed = tx.Now // who changes it says that the rest still holds
			form.Merge(s.Book.Validate(rec, true))
			return form.Err()
		})
		return err
	})
	switch f := fault.Of(err); {
	case err == nil:
		s.Web.Flash(w, r, "catalogue.saved")
		return s.afterSave(w, r, form, saved, sec)
	case f.Code == fault.Invalid && sec.Name != "":
		return s.profileAgain(w, r, form.Values, err, from)
	case f.Code == fault.Conflict && f.Key == "record.changed-meanwhile":
		return s.profileAgain(w, r, form.Values, err, from)
	}
	return err
}

// afterSave goes on where the button pressed says.
func (s *Site) afterSave(w http.ResponseWriter, r *http.Request, form *web.Form, rec *record.Record, sec catalogue.Section) error {
	names := catalogue.Sections(rec.Kind)
	at := slices.IndexFunc(names, func(x catalogue.Section) bool { return x.Name == sec.Name })
	switch form.Text("go") {
	case "next":
		if at+1 < len(names) {
			return web.SeeOther(w, r, Path(rec)+"/edit", names[at+1].Name)
		}
		return web.SeeOther(w, r, Path(rec)+"/edit")
	case "overview":
		return web.SeeOther(w, r, Path(rec)+"/edit")
	}
	return web.SeeOther(w, r, Path(rec)+"/edit", sec.Name)
}

// profileAgain shows the form again with what was typed: with what is wrong with
// it, or beside what somebody else saved meanwhile. Sent again, it then follows
// that newer revision.
func (s *Site) profileAgain(w http.ResponseWriter, r *http.Request, values url.Values, wrong error, from int) error {
	var page ProfileEdit
	status := http.StatusUnprocessableEntity
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.profileForEdit(ctx, tx, r)
		if err != nil {
			return err
		}
		told := shortFields(wrong, rec, otherLang(r, rec, values))
		if page, err = s.profileSection(ctx, tx, r, rec, values, told); err != nil {
			return err
		}
		if !fault.Is(wrong, fault.Conflict) {
			return nil
		}
		status = http.StatusConflict
		page.Conflict = true
		page.Changes, err = s.changesSince(ctx, tx, r, rec, from)
		return err
	})
	if err != nil {
		return err
	}
	if page.Locked {
		return wrong
	}
	if status == http.StatusUnprocessableEntity {
		page.Base = from // what was typed follows what the editor saw
	}
	return s.Web.Page(w, r, status, "catalogue/edit", page)
}

// shortFields names the texts in faults as the form does, where the language is
// understood: "texts.title" for "texts.en.title".
func shortFields(wrong error, rec *record.Record, other lang.Tag) error {
	found := fault.Of(wrong)
	if found.Code != fault.Invalid {
		return wrong
	}
	of := string(rec.Source)
	if other != "" {
		of = string(other)
	}
	var l fault.List
	for _, f := range found.All() {
		field := f.Field
		if name, ok := strings.CutPrefix(field, "texts."+of+"."); ok {
			field = "texts." + name
		}
		l.Add(field, f.Key, f.Args...)
	}
	return l.Err()
}

// changesSince lists what is saved now and was not in the revision from.
func (s *Site) changesSince(ctx context.Context, tx *db.Tx, r *http.Request, rec *record.Record, from int) ([]ChangeView, error) {
	old, err := s.Book.At(ctx, tx, rec.ID, from)
	if fault.Is(err, fault.NotFound) { // a revision that never was: there is nothing to compare with
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.changes(ctx, tx, r, old, rec)
}

func (s *Site) profileHints(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	var page ProfileEdit
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.profileForEdit(ctx, tx, r)
		if err != nil {
			return err
		}
		sec, err := sectionOf(r, rec.Kind)
		if err != nil {
			return err
		}
		typed, err := s.Book.Copy(rec)
		if err != nil {
			return err
		}
		fillProfile(form, typed, sec.Name, tx.Now)
		typed.Clean()
		page.Hints = inSection(profileHintsOf(s.Web.Printer(r), typed), sec.Name)
		return nil
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "catalogue/edit#hints", page)
}

// mayCreate reports whether a might make a record of the catalogue.
func mayCreate(a access.Actor) bool { return catalogue.Policy.Could(a, "create") }

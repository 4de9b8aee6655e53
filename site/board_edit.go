package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"karvan/announcements"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// BoardEdit is the page "board/edit": the form of a new item, or of one that is
// there.
type BoardEdit struct {
	New       bool
	Path      string // to post to, without the language prefix
	Back      string // of the item, or of the board
	Base      int
	Title     Named
	Form      *web.FormView
	Langs     []EditLang
	Before    bool // it was published before, so a note must say what changes
	Noted     bool // a note says so already
	State     record.State
	Conflict  bool
	Changes   []ChangeView // what somebody else saved meanwhile
	Upload    UploadForm
	Returning string // why it came back
}

// EditLang is a language version in the form.
type EditLang struct {
	Lang   lang.Tag
	Source bool
	Stale  bool
}

// editing is what the form of an item is made from.
type editing struct {
	rec    *record.Record // as it stands, or as it was typed
	head   record.Head    // zero for a new item
	langs  []lang.Tag     // sections of the form
	noted  bool
	events []web.Option
	owners []web.Option
	back   string
}

func (s *Site) boardNew(w http.ResponseWriter, r *http.Request) error {
	e := editing{rec: s.newItem(r)}
	e.langs = []lang.Tag{e.rec.Source}
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		if ulid := r.URL.Query().Get("event"); ulid != "" {
			event, err := s.Book.Find(ctx, tx, "event", ulid)
			if err != nil {
				return err
			}
			e.rec.Links = []record.Link{{Rel: "event", To: string(event)}}
			e.rec.Body.(*announcements.Item).Readout = true
		}
		return s.choices(ctx, tx, r, &e)
	}); err != nil {
		return err
	}
	return s.editPage(w, r, e, nil, nil)
}

// newItem is an empty item on behalf of whom the person acts for.
func (s *Site) newItem(r *http.Request) *record.Record {
	party := onBehalf(web.Actor(r))
	source := web.Lang(r)
	return &record.Record{Kind: "announcement", Owner: party, Party: party, Source: source, Body: &announcements.Item{}, Texts: map[string]record.Version{}}
}

// onBehalf is the state or the body for which a person writes on the board.
func onBehalf(a access.Actor) id.ID {
	for _, g := range a.Grants {
		if g.Role == access.Focal || g.Role == access.Secretariat {
			return g.Scope
		}
	}
	return ""
}

func (s *Site) boardCreate(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	e := editing{rec: s.newItem(r)}
	cleaned := s.fillItem(r, form, e.rec)
	e.langs = formLangs(form, e.rec)
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) error { return s.choices(ctx, tx, r, &e) }); err != nil {
		return err
	}
	if err = s.ownedRight(form, e); err != nil || form.Has("add") {
		return s.editPage(w, r, e, form, err)
	}
	err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
		made, err := s.Book.Copy(e.rec) // the transaction may run again
		if err != nil {
			return err
		}
		if err := s.Book.Create(ctx, tx, made); err != nil {
			return err
		}
		if !titled(made) { // asked last, so that other faults are named first
			return fault.New(fault.Invalid, "text.missing").At("texts." + string(made.Source) + ".title")
		}
		e.rec.ID = made.ID
		if form.Text("act") == "submit" {
			_, err = s.Book.Do(ctx, tx, made.ID, made.Rev, "submit", record.Options{})
		}
		return err
	})
	if err != nil {
		return s.editPage(w, r, e, form, err)
	}
	s.saidSaved(w, r, form, cleaned)
	return web.SeeOther(w, r, Path(e.rec))
}

// titled reports whether a new item has a title in any language: a draft without
// one could not be found again.
func titled(r *record.Record) bool {
	for _, v := range r.Texts {
		if strings.TrimSpace(v.Fields["title"]) != "" {
			return true
		}
	}
	return false
}

// saidSaved says what a form has done.
func (s *Site) saidSaved(w http.ResponseWriter, r *http.Request, form *web.Form, cleaned bool) {
	switch {
	case cleaned:
		s.Web.Flash(w, r, "board.saved-cleaned")
	case form.Text("act") == "submit":
		s.Web.Flash(w, r, "history.did.submit")
	default:
		s.Web.Flash(w, r, "board.saved")
	}
}

// begin gathers what the form of an item that is there is made from. Where the
// item waits for a second person or was taken back, there is nothing to edit.
func (s *Site) begin(ctx context.Context, tx *db.Tx, r *http.Request) (e editing, err error) {
	if e.rec, e.head, err = s.editable(ctx, tx, r, "announcement"); err != nil {
		return e, err
	}
	if e.head.State != record.Draft && e.head.State != record.Returned {
		if _, err := record.Lifecycle.Next(e.head.State, "revise"); err != nil {
			return e, fault.New(fault.Conflict, "board.not-editable")
		}
	}
	history, err := s.Book.History(ctx, tx, e.rec.ID)
	if err != nil {
		return e, err
	}
	if e.head.PublicRev > 0 {
		public, err := s.Book.At(ctx, tx, e.rec.ID, e.head.PublicRev)
		if err != nil {
			return e, err
		}
		e.noted = noted(e.rec, public, history)
	}
	if e.head.State == record.Returned {
		e.back = remarkOf(history, "return")
	}
	e.langs = e.rec.Languages()
	if !slices.Contains(e.langs, e.rec.Source) {
		e.langs = append([]lang.Tag{e.rec.Source}, e.langs...)
	}
	if e.rec, err = s.Book.Copy(e.rec); err != nil { // what a book gives is shared
		return e, err
	}
	return e, s.choices(ctx, tx, r, &e)
}

func (s *Site) boardEdit(w http.ResponseWriter, r *http.Request) error {
	var e editing
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = s.begin(ctx, tx, r)
		return err
	})
	if fault.Is(err, fault.Conflict) && e.rec != nil {
		s.Web.Flash(w, r, "board.not-editable")
		return web.SeeOther(w, r, Path(e.rec))
	}
	if err != nil {
		return err
	}
	return s.editPage(w, r, e, nil, nil)
}

func (s *Site) boardSave(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	from, err := base(r)
	if err != nil {
		return err
	}
	var e editing
	if err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) { e, err = s.begin(ctx, tx, r); return err }); err != nil {
		return err
	}
	cleaned := s.fillItem(r, form, e.rec)
	e.langs = formLangs(form, e.rec)
	note := s.changeNote(r, form, e)
	if err = s.ownedRight(form, e); err != nil || form.Has("add") {
		return s.editPage(w, r, e, form, err)
	}
	err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
		again := *form // the transaction may run again
		saved, err := s.Book.Edit(ctx, tx, e.rec.ID, from, func(rec *record.Record) error {
			s.fillItem(r, &again, rec)
			if note != nil {
				rec.Notes = append(rec.Notes, *note)
			}
			return nil
		})
		if err == nil && form.Text("act") == "submit" {
			_, err = s.Book.Do(ctx, tx, saved.ID, saved.Rev, "submit", record.Options{})
		}
		return err
	})
	if err != nil {
		return s.editPage(w, r, e, form, err)
	}
	s.saidSaved(w, r, form, cleaned)
	return web.SeeOther(w, r, Path(e.rec)+"?draft=1")
}

// remarkOf is what was said between colleagues when a verb was last done.
func remarkOf(history []record.Revision, verb string) string {
	for _, v := range history {
		if v.Verb == verb {
			return v.Remark
		}
	}
	return ""
}

// changeNote reads what an author says of a change to what was published. It is
// asked for before the change goes to a second person.
func (s *Site) changeNote(r *http.Request, form *web.Form, e editing) *record.Note {
	if e.head.PublicRev == 0 {
		return nil
	}
	text := form.Lines("note")
	if text == "" {
		if form.Text("act") == "submit" && !e.noted {
			form.Invalid("note", "record.note-needed")
		}
		return nil
	}
	kind := form.Choice("note_type", changeTypes...)
	if kind == "" {
		kind = "update"
	}
	return &record.Note{Type: kind, Text: map[string]string{string(e.rec.Source): text}}
}

// ownedRight checks that an item is owned by whom the person may write for.
func (s *Site) ownedRight(form *web.Form, e editing) error {
	if !slices.ContainsFunc(e.owners, func(o web.Option) bool { return o.Value == string(e.rec.Owner) }) {
		form.Invalid("owner", "fault.not-a-choice")
	}
	return form.Err()
}

// editPage shows the form: for the first time, with what is wrong, with a
// language added, or beside what somebody else saved.
func (s *Site) editPage(w http.ResponseWriter, r *http.Request, e editing, form *web.Form, cause error) error {
	f, status := fault.Of(cause), http.StatusOK
	meanwhile := cause != nil && f.Code == fault.Conflict && f.Key == "record.changed-meanwhile"
	if cause != nil {
		if f.Code != fault.Invalid && !meanwhile && f.Code != fault.TooLarge {
			return cause
		}
		status = f.Code.Status()
	}
	page := BoardEdit{New: e.head.Rev == 0, Path: "/board/new", Back: "/board", Before: e.head.PublicRev > 0, Noted: e.noted, State: e.head.State,
		Conflict: meanwhile, Base: e.head.Rev, Returning: e.back}
	if form != nil && !meanwhile {
		if n, err := strconv.Atoi(form.Text("base")); err == nil {
			page.Base = n
		}
	}
	if !page.New {
		page.Back = Path(e.rec)
		page.Path = page.Back + "/edit"
		page.Title = s.named(e.rec, web.Lang(r), s.Now())
		page.Upload = s.uploadForm(r, e.rec, e.head)
	}
	for _, t := range e.langs {
		page.Langs = append(page.Langs, EditLang{Lang: t, Source: t == e.rec.Source, Stale: e.rec.Stale(t)})
	}
	if meanwhile {
		if err := s.beside(r, e, form, &page); err != nil {
			return err
		}
		cause = nil
	}
	fields := s.itemFields(r, e)
	if form == nil {
		page.Form = s.Web.FormView(r, nil, cause, fields...)
	} else {
		page.Form = s.Web.FormView(r, form.Values, atFields(cause), fields...)
	}
	return s.Web.Page(w, r, status, "board/edit", page)
}

// beside shows what somebody else saved since the form was made, and makes it
// the base of the next attempt.
func (s *Site) beside(r *http.Request, e editing, form *web.Form, page *BoardEdit) error {
	seen, err := strconv.Atoi(form.Text("base"))
	if err != nil {
		return fault.New(fault.Invalid, "form.no-base").At("base")
	}
	return s.read(r, func(ctx context.Context, tx *db.Tx) error {
		head, err := s.Book.HeadOf(ctx, tx, e.rec.ID)
		if err != nil || seen >= head.Rev {
			return err
		}
		page.Base = head.Rev
		page.Upload.Base = head.Rev
		page.Changes, err = s.since(ctx, tx, r, Shown{Record: e.rec, Head: head}, seen, head.Rev)
		return err
	})
}

// atFields names faults after the fields of the form where those have another
// name than the record gives them.
func atFields(err error) error {
	if err == nil {
		return nil
	}
	var l fault.List
	for _, f := range fault.Of(err).All() {
		field := map[string]string{"publish_at": "date", "at": "date", "links": "event", "notes": "note", "party": "owner"}[f.Field]
		if field == "" {
			field = f.Field
		}
		g := *f
		g.More = nil
		l.Merge("", g.At(field))
	}
	return l.Err()
}

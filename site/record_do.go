package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// RecordDo is the page "record/do": a step that could not be taken as it was
// asked for, with what was typed.
type RecordDo struct {
	Title    Named
	Path     string
	Verb     string
	Base     int
	Form     *web.FormView
	Conflict bool
	Changes  []ChangeView // what somebody else saved meanwhile
}

// didWhat are the verbs a form may ask for, with what is said when they are
// done. "revise" and "expire" are not among them: the one begins with an edit, the
// other is the clock's.
var didWhat = map[string]string{
	"submit": "history.did.submit", "return": "history.did.return", "schedule": "history.did.schedule", "publish": "history.did.publish",
	"confirm": "history.did.confirm", "suspend": "history.did.suspend", "resume": "history.did.resume", "renew": "history.did.renew",
	"withdraw": "history.did.withdraw", "discard": "history.did.discard", "erase": "history.did.erase",
}

// changeTypes are the types of notes a person may choose for a change; the
// others follow from what is done.
var changeTypes = []string{"fact", "wording", "attribution", "translation", "update"}

// noteOf is the type that a verb's note has of itself.
var noteOf = map[string]string{"suspend": "suspension", "withdraw": "withdrawal", "erase": "erasure", "return": "update"}

// step is what a form asks to be done.
type step struct {
	verb string
	base int
	opt  record.Options
}

// do takes a record a step of its life further and goes back to its page.
func (s *Site) do(kinds ...string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := web.ParseForm(r, s.Limits.Form)
		if err != nil {
			return err
		}
		asked, err := readStep(r, form)
		var shown Shown
		found := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			shown, err = s.load(ctx, tx, r, kinds...)
			return err
		})
		if found != nil {
			return found
		}
		if err == nil {
			err = s.write(r, func(ctx context.Context, tx *db.Tx) error { return s.take(ctx, tx, shown, asked) })
		}
		if err != nil {
			return s.doAgain(w, r, shown, asked.verb, form, err)
		}
		s.Web.Flash(w, r, didWhat[asked.verb])
		if asked.verb == "erase" || asked.verb == "discard" && shown.Head.PublicRev == 0 {
			return web.SeeOther(w, r, "/"+folders[shown.Kind])
		}
		return web.SeeOther(w, r, Path(shown.Record))
	}
}

// readStep reads what a form asks for.
func readStep(r *http.Request, form *web.Form) (step, error) {
	verb := form.Text("verb")
	if didWhat[verb] == "" {
		return step{}, fault.New(fault.Invalid, "history.unknown-verb").At("verb")
	}
	asked := step{verb: verb}
	var err error
	if asked.base, err = base(r); err != nil {
		return asked, err
	}
	if text := form.Lines("note"); text != "" {
		kind := form.Choice("note_type", changeTypes...)
		if fixed := noteOf[verb]; fixed != "" {
			kind = fixed
		} else if kind == "" {
			kind = "update"
		}
		tag := form.Lang("note_lang")
		if tag == "" {
			tag = web.Lang(r)
		}
		asked.opt.Note = &record.Note{Type: kind, Text: map[string]string{string(tag): text}}
	}
	if verb == "schedule" || verb == "renew" || verb == "confirm" {
		asked.opt.At, _ = instant(r, form)
	}
	return asked, form.Err()
}

// instant reads a day and a time as they are on the clocks of a zone: the fields
// "date", "time" and "zone", or "at" for both of the first. It notes in the form
// what cannot be; an hour that the clocks skip is refused rather than moved. An
// hour they repeat is the first of the two.
func instant(r *http.Request, form *web.Form) (at time.Time, zone string) {
	loc := web.Zone(r)
	if zone = form.Text("zone"); zone != "" {
		var err error
		if loc, err = time.LoadLocation(zone); err != nil || zone == "Local" {
			form.Invalid("zone", "zone.invalid")
			return at, zone
		}
	}
	field := "at"
	if day := form.Text("date"); day != "" {
		field = "date"
		clock := form.Text("time")
		if clock == "" {
			form.Invalid("time", "history.no-time")
			return at, zone
		}
		form.Values.Set("at", day+"T"+clock)
	}
	if form.Text("at") == "" {
		return at, zone
	}
	reading := web.Form{Values: url.Values{field: form.Values["at"]}}
	wall := reading.Time(field, time.UTC)
	if err := reading.Err(); err != nil {
		form.Merge(err)
		return at, zone
	}
	at = time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, loc)
	if at.Hour() != wall.Hour() || at.Minute() != wall.Minute() {
		form.Invalid(field, "history.no-such-hour", "zone", loc.String())
		return time.Time{}, zone
	}
	return at.UTC(), zone
}

// take takes a step in a transaction. Where the kind does not ask for a second
// person, to publish a draft submits it on the way.
func (s *Site) take(ctx context.Context, tx *db.Tx, shown Shown, asked step) error {
	head, err := s.Book.HeadOf(ctx, tx, shown.ID)
	if err != nil {
		return err
	}
	writes := head.State == record.Draft || head.State == record.Returned
	if asked.verb == "publish" && writes && !s.Book.Kind(head.Kind).FourEyes {
		submitted, err := s.Book.Do(ctx, tx, shown.ID, asked.base, "submit", record.Options{})
		if err != nil {
			return err
		}
		asked.base = submitted.Rev
	}
	_, err = s.Book.Do(ctx, tx, shown.ID, asked.base, asked.verb, asked.opt)
	return err
}

// doAgain asks again for what a step lacks, or shows what somebody else saved
// meanwhile. Other faults have nothing to ask for.
func (s *Site) doAgain(w http.ResponseWriter, r *http.Request, shown Shown, verb string, form *web.Form, cause error) error {
	f := fault.Of(cause)
	meanwhile := f.Code == fault.Conflict && f.Key == "record.changed-meanwhile"
	if f.Code != fault.Invalid && !meanwhile || verb == "" || f.Field == "base" {
		return cause
	}
	page := RecordDo{Path: Path(shown.Record), Verb: verb, Base: shown.Head.Rev, Conflict: meanwhile,
		Title: s.named(shown.Record, web.Lang(r), s.Now())}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		head, err := s.Book.HeadOf(ctx, tx, shown.ID)
		if err != nil || !meanwhile {
			return err
		}
		page.Base = head.Rev
		seen, err := strconv.Atoi(form.Text("base"))
		if err != nil || seen >= head.Rev {
			return err
		}
		page.Changes, err = s.since(ctx, tx, r, shown, seen, head.Rev)
		return err
	})
	if err != nil {
		return err
	}
	if meanwhile {
		cause = nil
	}
	page.Form = s.Web.FormView(r, form.Values, cause, doFields(r, verb, shown.Record)...)
	return s.Web.Page(w, r, f.Code.Status(), "record/do", page)
}

// since lists what changed between two revisions that the reader may both see.
func (s *Site) since(ctx context.Context, tx *db.Tx, r *http.Request, shown Shown, from, to int) ([]ChangeView, error) {
	newest, err := s.Book.At(ctx, tx, shown.ID, to)
	if err != nil || !s.mayRead(web.Actor(r), newest) {
		return nil, err
	}
	seen, err := s.Book.At(ctx, tx, shown.ID, from)
	if err != nil {
		return nil, err
	}
	return s.changes(ctx, tx, r, seen, newest)
}

// doFields are the questions that belong to a verb.
func doFields(r *http.Request, verb string, rec *record.Record) []web.Field {
	var fields []web.Field
	if verb == "schedule" || verb == "renew" {
		fields = append(fields, web.Field{Name: "at", Type: "datetime-local", Label: "record.label.publish_at", Hint: "history.hint.at"}, zoneField(web.Zone(r).String()))
	}
	if noteOf[verb] == "" {
		fields = append(fields, noteTypeField())
	}
	return append(fields,
		web.Field{Name: "note", Type: "textarea", Label: "record.label.note", Rows: 4, Max: record.MaxNote, Required: noteOf[verb] != ""},
		noteLangField(web.Lang(r), rec))
}

func noteTypeField() web.Field {
	f := web.Field{Name: "note_type", Type: "select", Label: "record.label.note_type", Required: true}
	for _, t := range changeTypes {
		f.Options = append(f.Options, web.Option{Value: t, Label: "note." + t})
	}
	return f
}

func noteLangField(chosen lang.Tag, rec *record.Record) web.Field {
	f := web.Field{Name: "note_lang", Type: "select", Label: "history.field.note-lang", Value: string(chosen), Required: true}
	tags := append(slices.Clone(lang.Interface), rec.Languages()...)
	for i, t := range tags {
		if !slices.Contains(tags[:i], t) {
			f.Options = append(f.Options, web.Option{Value: string(t), Text: lang.Autonym(t), Lang: t})
		}
	}
	return f
}

// zones are the time zones offered: those of the member and partner states'
// capitals and large regions, and UTC. Others may be typed into an address.
var zones = []string{"UTC", "Asia/Almaty", "Asia/Ashgabat", "Asia/Baku", "Asia/Bishkek", "Asia/Colombo", "Asia/Dushanbe", "Asia/Irkutsk",
	"Asia/Kabul", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Novosibirsk", "Asia/Riyadh", "Asia/Shanghai", "Asia/Tashkent",
	"Asia/Tehran", "Asia/Ulaanbaatar", "Asia/Urumqi", "Asia/Vladivostok", "Asia/Yekaterinburg", "Asia/Yerevan", "Europe/Istanbul",
	"Europe/Minsk", "Europe/Moscow"}

// zoneField asks for a time zone by its IANA name.
func zoneField(chosen string) web.Field {
	f := web.Field{Name: "zone", Type: "select", Label: "record.label.zone", Value: chosen, Required: true}
	all := zones
	if chosen != "" && !slices.Contains(all, chosen) {
		all = append([]string{chosen}, all...)
	}
	for _, z := range all {
		f.Options = append(f.Options, web.Option{Value: z, Text: strings.ReplaceAll(z, "_", " "), Lang: "en"})
	}
	return f
}

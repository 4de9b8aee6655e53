package site

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"karvan/announcements"
	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// CommitmentForm is the page "commitments/edit": a promise is made a commitment
// by choosing its words in the text they stand in.
type CommitmentForm struct {
	New        bool
	Path       string // of the form
	Title      record.Reading
	Commitment string // path of the commitment
	Source     Named  // whose text is quoted
	Tabs       []PointLang
	Lang       lang.Tag // of the text shown
	Lines      []string // the text shown, as it is
	Found      []Occurrence
	Langs      []FormLang
	Base       int
	Form       *web.FormView
	Conflict   *Meanwhile
	Public     bool // visitors see it already, so a change needs a note
	MayPublish bool
}

var commitmentTexts = []string{"title", "note"}

// promiser is what the form works on.
type promiser struct {
	rec    *record.Record // nil for a new one
	head   record.Head
	source *record.Record // the public text that is quoted
}

// text gives the field that holds words, and its text: the body, else the
// summary.
func (m promiser) text(tag lang.Tag, words string) (field, text string, places []stretch) {
	for _, name := range commitments.QuoteFields {
		text = m.source.Text(tag, name)
		if places = findWords(text, words); len(places) > 0 {
			return name, text, places
		}
	}
	return "", "", nil
}

// newPromise finds the text that a new commitment quotes.
func (s *Site) newPromise(r *http.Request, ulid string) (m promiser, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		for _, kind := range []string{"announcement", "event"} {
			found, err := s.Book.Find(ctx, tx, kind, strings.ToUpper(ulid))
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			m.source, err = s.Book.Public(ctx, tx, found)
			return err
		}
		return fault.New(fault.NotFound, "record.not-found")
	})
	if err == nil && (m.source.State == record.Erased || m.source.State == record.Withdrawn) {
		err = fault.New(fault.Gone, "record.erased")
	}
	return m, err
}

// oldPromise finds a commitment to edit and the text it quotes.
func (s *Site) oldPromise(r *http.Request) (m promiser, err error) {
	if m.rec, m.head, err = s.toEdit(r, "commitment"); err != nil {
		return m, err
	}
	q := m.rec.Body.(*commitments.Commitment).Quote
	if q == nil {
		return m, nil
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		source, err := s.Book.Public(ctx, tx, q.Record)
		if fault.Is(err, fault.NotFound) || err == nil && source.State == record.Erased {
			return nil
		}
		m.source = source
		return err
	})
	return m, err
}

func (s *Site) commitmentNew(w http.ResponseWriter, r *http.Request) error {
	of := r.URL.Query().Get("of")
	if of == "" {
		return s.Web.Page(w, r, http.StatusOK, "commitments/from", nil)
	}
	m, err := s.newPromise(r, of)
	if err != nil {
		return err
	}
	v := url.Values{"of": {of}, "lang": {r.URL.Query().Get("lang")}, "source": {string(web.Lang(r))}, "langs": {string(web.Lang(r))}}
	if m.source.Kind == "event" {
		v.Set("body.event", string(m.source.ID))
		v.Set("body.obliged.day", string(m.source.Body.(*meetings.Event).Last()))
	} else {
		v.Set("body.event", string(m.source.Target("event")))
		item := m.source.Body.(*announcements.Item)
		v.Set("body.obliged.day", string(item.EventDate))
		v["body.topics"] = item.Topics
	}
	return s.commitmentForm(w, r, http.StatusOK, m, v, 0, nil, nil, nil)
}

func (s *Site) commitmentCreate(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	if form.Text("of") == "" {
		return fault.New(fault.Invalid, "fault.required").At("of")
	}
	m, err := s.newPromise(r, form.Text("of"))
	if err != nil {
		return err
	}
	change, found := m.change(form)
	a := web.Actor(r)
	rec := &record.Record{Kind: "commitment", Owner: a.Party(), Party: a.Party(), Texts: map[string]record.Version{}, Body: &commitments.Commitment{Progress: commitments.Proposed}}
	if err = form.Err(); err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			if err := change(ctx, tx, s.Book, rec); err != nil {
				return err
			}
			if err := s.Book.Create(ctx, tx, rec); err != nil || upTo(form.Values) != "publish" {
				return err
			}
			_, err := s.saved(ctx, tx, rec.ID, rec.Rev, "publish", nil, nil)
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "commitment.saved")
		return web.SeeOther(w, r, Path(rec))
	}
	status, _, ok := again(err)
	if !ok {
		return err
	}
	return s.commitmentForm(w, r, status, m, form.Values, 0, found, nil, err)
}

func (s *Site) commitmentEdit(w http.ResponseWriter, r *http.Request) error {
	m, err := s.oldPromise(r)
	if err != nil {
		return err
	}
	return s.commitmentForm(w, r, http.StatusOK, m, commitmentValues(m.rec), m.head.Rev, nil, nil, nil)
}

func (s *Site) commitmentSave(w http.ResponseWriter, r *http.Request) error {
	m, err := s.oldPromise(r)
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
	change, found := m.change(form)
	note := noteIn(form, web.Lang(r))
	if err = form.Err(); err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.saved(ctx, tx, m.rec.ID, from, upTo(form.Values), note, func(rec *record.Record) error { return change(ctx, tx, s.Book, rec) })
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "commitment.saved")
		return web.SeeOther(w, r, Path(m.rec))
	}
	status, meanwhile, ok := again(err)
	if !ok {
		return err
	}
	var conflict *Meanwhile
	if meanwhile {
		if conflict, err = s.meanwhile(r, s.Web.Printer(r), m.rec.ID, from); err != nil {
			return err
		}
		from, err = conflict.Rev, nil
	}
	return s.commitmentForm(w, r, status, m, form.Values, from, found, conflict, err)
}

// commitmentValues are a record's values as its form sends them.
func commitmentValues(r *record.Record) url.Values {
	c := r.Body.(*commitments.Commitment)
	v := url.Values{"source": {string(r.Source)}, "body.type": {c.Type}, "body.event": {string(c.Event)}, "body.due": {string(c.Due)}, "body.evidence": {c.Evidence},
		"body.obliged.role": {c.Obliged.Role}, "body.obliged.body": {string(c.Obliged.Body)}, "body.obliged.day": {string(c.Obliged.Day)},
		"body.topics": c.Topics, "body.fields": c.Fields}
	for _, p := range c.Obliged.Parties {
		v.Add("body.obliged.parties", string(p))
	}
	for _, one := range c.Repeats {
		v.Add("body.repeats", string(one))
	}
	if c.Quote != nil {
		v.Set("quote", c.Quote.Text)
		v.Set("lang", string(c.Quote.Lang))
	}
	for _, t := range r.Languages() {
		v.Add("langs", string(t))
		for _, name := range commitmentTexts {
			v.Set("texts."+string(t)+"."+name, r.Text(t, name))
		}
	}
	return v
}

// change reads what was typed. When the words stand in several places and none
// was chosen, it notes that in the form and gives the places.
func (m promiser) change(f *web.Form) (func(context.Context, *db.Tx, *record.Book, *record.Record) error, []Occurrence) {
	quote, found := m.chosen(f)
	f.Need("source")
	source, tags := f.Lang("source"), langsOf(f.Values)
	c := commitments.Commitment{Type: f.Choice("body.type", commitments.Types...), Event: id.ID(f.Text("body.event")), Due: parties.Date(digits(f.Text("body.due"))),
		Evidence: f.Choice("body.evidence", string(parties.Seen), string(parties.Unverified)), Topics: ticked(f, "body.topics"), Fields: ticked(f, "body.fields")}
	c.Obliged = commitments.Obliged{Role: f.Choice("body.obliged.role", commitments.Roles...), Body: id.ID(f.Text("body.obliged.body")), Day: parties.Date(digits(f.Text("body.obliged.day")))}
	for _, p := range ticked(f, "body.obliged.parties") {
		c.Obliged.Parties = append(c.Obliged.Parties, id.ID(p))
	}
	for _, one := range ticked(f, "body.repeats") {
		c.Repeats = append(c.Repeats, id.ID(one))
	}
	return func(ctx context.Context, tx *db.Tx, book *record.Book, r *record.Record) error {
		b := r.Body.(*commitments.Commitment)
		b.Type, b.Event, b.Due, b.Evidence, b.Topics, b.Fields, b.Obliged, b.Repeats = c.Type, c.Event, c.Due, c.Evidence, c.Topics, c.Fields, c.Obliged, c.Repeats
		if quote != nil {
			placed, err := commitments.Place(ctx, tx, book, *quote)
			if err != nil {
				return err
			}
			b.Quote = &placed
		}
		r.Source = source
		for _, t := range tags {
			setWords(r, t, map[string]string{"title": f.Text("texts." + string(t) + ".title"), "note": f.Lines("texts." + string(t) + ".note")})
		}
		return nil
	}, found
}

// chosen reads which words of the text are the promise, nil when they are those
// that are quoted already.
func (m promiser) chosen(f *web.Form) (*commitments.Quote, []Occurrence) {
	tag, words := f.Lang("lang"), f.Lines("quote")
	if m.rec != nil {
		if old := m.rec.Body.(*commitments.Commitment).Quote; old != nil && old.Lang == tag && strings.Join(strings.Fields(old.Text), " ") == strings.Join(strings.Fields(words), " ") && f.Text("occurrence") == "" {
			return nil, nil
		}
	}
	if words == "" {
		f.Invalid("quote", "fault.required")
		return nil, nil
	}
	if m.source == nil {
		f.Invalid("quote", "commitment.no-text")
		return nil, nil
	}
	field, text, places := m.text(tag, words)
	at := 0
	switch {
	case len(places) == 0:
		f.Invalid("quote", "event.quote-not-found")
		return nil, nil
	case len(places) > 1:
		n, err := strconv.Atoi(f.Text("occurrence"))
		if err != nil || n < 1 || n > len(places) {
			var found []Occurrence
			for i, one := range places {
				before, words, after := surroundings(text, one)
				found = append(found, Occurrence{i + 1, before, words, after})
			}
			f.Invalid("quote", "event.quote-several", "n", len(places))
			return nil, found
		}
		at = n - 1
	}
	span := places[at]
	return &commitments.Quote{Record: m.source.ID, Field: field, Lang: tag, Start: span.from, End: span.to, Text: string([]rune(text)[span.from:span.to])}, nil
}

func (s *Site) commitmentForm(w http.ResponseWriter, r *http.Request, status int, m promiser, v url.Values, from int, found []Occurrence, conflict *Meanwhile, cause error) error {
	p := s.Web.Printer(r)
	page := CommitmentForm{New: m.rec == nil, Path: "/commitments/new", Base: from, Found: found, Conflict: conflict, Public: m.head.PublicRev > 0,
		MayPublish: commitments.Policy.Could(web.Actor(r), "publish")}
	if m.rec != nil {
		page.Commitment, page.Path = Path(m.rec), Path(m.rec)+"/edit"
		page.Title, page.MayPublish = m.rec.Read(p.Tag(), "title"), s.mayAct(web.Actor(r), "publish", m.rec)
	}
	s.promiseText(r, m, v, &page)
	var fields []web.Field
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		fields, err = s.commitmentFields(ctx, tx, p, m, v, page.Lang)
		return err
	})
	if err != nil {
		return err
	}
	page.Form = s.Web.FormView(r, v, cause, fields...)
	for i, t := range langsOf(v) {
		l := FormLang{Lang: t, Open: i == 0}
		for _, name := range commitmentTexts {
			field := page.Form.Field("texts." + string(t) + "." + name)
			l.Open = l.Open || field.Value != "" || field.Error != ""
			l.Fields = append(l.Fields, field)
		}
		page.Langs = append(page.Langs, l)
	}
	return s.Web.Page(w, r, status, "commitments/edit", page)
}

// promiseText fills in the text to choose from, in the language asked for, else
// in the one that serves the reader best.
func (s *Site) promiseText(r *http.Request, m promiser, v url.Values, page *CommitmentForm) {
	if m.source == nil {
		return
	}
	page.Source = s.named(m.source, web.Lang(r), s.Now())
	whole := func(t lang.Tag) string {
		var all []string
		for _, name := range []string{"summary", "body"} {
			if text := m.source.Text(t, name); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, "\n")
	}
	page.Lang = lang.Tag(v.Get("lang"))
	if whole(page.Lang) == "" {
		page.Lang = lang.Fallback(web.Lang(r), m.source.Languages(), m.source.Source)
		v.Set("lang", string(page.Lang))
	}
	page.Lines = strings.Split(whole(page.Lang), "\n")
	for _, t := range m.source.Languages() {
		if whole(t) != "" {
			page.Tabs = append(page.Tabs, PointLang{Lang: t, Now: t == page.Lang, URL: web.URL(r, "/commitments/new") + "?" + url.Values{"of": {m.source.ID.ULID()}, "lang": {string(t)}}.Encode()})
		}
	}
	if m.rec != nil {
		page.Tabs = nil // another language is another quote; the field for it is in the form
	}
}

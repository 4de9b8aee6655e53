package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/meetings"
	"karvan/record"
)

// PointsPage is where an editor marks what the readouts name.
type PointsPage struct {
	Title      record.Reading
	Event      string // path
	Base       int
	Readouts   []PointTab
	Chosen     *PointTab
	Lang       lang.Tag // of the text shown
	Lines      []string // the text shown, as it is
	Form       *web.FormView
	Labels     []*web.Field
	Found      []Occurrence // places to choose among
	Points     []PointEdit
	Moved      int
	Lost       int
	Conflict   *Meanwhile
	Public     bool // visitors see the event
	Pending    bool // changes wait to be published
	MayPublish bool
	AtOnce     bool // publish with what is marked
}

// PointTab is a readout to choose, in each of its languages.
type PointTab struct {
	ID    string // the ULID
	Party Named
	Title record.Reading
	Langs []PointLang
}

// PointLang is a readout in one language.
type PointLang struct {
	Lang lang.Tag
	URL  string
	Now  bool
}

// Occurrence is one place where the words stand, with what stands around them.
type Occurrence struct {
	Number               int
	Before, Words, After string
}

// PointEdit is a point with its quotes.
type PointEdit struct {
	Index  int
	Kind   string
	Label  record.Reading
	Quotes []QuoteEdit
}

// QuoteEdit is a quote in any language.
type QuoteEdit struct {
	Index    int
	Party    Named
	Lang     lang.Tag
	Text     string
	Standing meetings.Standing
	Gone     bool // its readout is no longer there
}

// markings is what the page of points works on: the newest revision of the
// event, and its readouts as visitors see them.
type markings struct {
	rec      *record.Record
	head     record.Head
	readouts []*record.Record
	parties  map[id.ID]Named
}

func (s *Site) markings(r *http.Request) (m markings, err error) {
	if m.rec, m.head, err = s.toEdit(r, "event"); err != nil {
		return m, err
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if m.readouts, _, _, err = s.readoutsOf(ctx, tx, m.rec.ID); err != nil {
			return err
		}
		var ids []id.ID
		for _, out := range m.readouts {
			ids = append(ids, out.Party)
		}
		m.parties, err = s.names(ctx, tx, web.Lang(r), tx.Now, ids...)
		return err
	})
	return m, err
}

// readout finds a readout by its ULID, nil when there is none.
func (m markings) readout(ulid string) *record.Record {
	for _, r := range m.readouts {
		if r.ID.ULID() == ulid {
			return r
		}
	}
	return nil
}

// byID finds a readout, nil when it is no longer there.
func (m markings) byID(one id.ID) *record.Record {
	if i := slices.IndexFunc(m.readouts, func(r *record.Record) bool { return r.ID == one }); i >= 0 {
		return m.readouts[i]
	}
	return nil
}

func (s *Site) eventPoints(w http.ResponseWriter, r *http.Request) error {
	m, err := s.markings(r)
	if err != nil {
		return err
	}
	v := url.Values{}
	for _, name := range []string{"readout", "lang"} {
		v.Set(name, r.URL.Query().Get(name))
	}
	return s.pointsPage(w, r, http.StatusOK, m, v, m.head.Rev, nil, nil, nil)
}

func (s *Site) eventMark(w http.ResponseWriter, r *http.Request) error {
	m, err := s.markings(r)
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
	to := ""
	if form.Has("at_once") || form.Values.Get("do") == "publish" {
		to = "publish"
	}
	note := noteIn(form, web.Lang(r))
	if note == nil && m.head.PublicRev > 0 {
		p := s.Web.Printer(r)
		note = &record.Note{Type: "update", Text: map[string]string{string(p.Tag()): p.T("event.note-points")}}
	}
	if err = form.Err(); err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.saved(ctx, tx, m.rec.ID, from, to, note, change)
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "event.marked")
		back := url.Values{"readout": {form.Text("readout")}, "lang": {form.Text("lang")}}
		return web.SeeOther(w, r, Path(m.rec)+"/points?"+back.Encode())
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
		if m, err = s.markings(r); err != nil {
			return err
		}
		from, err = conflict.Rev, nil
	}
	return s.pointsPage(w, r, status, m, form.Values, from, found, conflict, err)
}

func (s *Site) pointsPage(w http.ResponseWriter, r *http.Request, status int, m markings, v url.Values, from int, found []Occurrence, conflict *Meanwhile, cause error) error {
	p := s.Web.Printer(r)
	page := PointsPage{Title: m.rec.Read(p.Tag(), "title"), Event: Path(m.rec), Base: from, Found: found, Conflict: conflict, Public: m.head.PublicRev > 0,
		Pending: m.head.PublicRev > 0 && m.head.PublicRev != m.head.Rev, MayPublish: s.mayAct(web.Actor(r), "publish", m.rec)}
	page.AtOnce = page.Public && !page.Pending
	if v.Has("do") {
		page.AtOnce = v.Has("at_once")
	}
	s.chooseReadout(r, m, v, &page)
	page.Points = m.points(p.Tag(), &page)
	page.Form = s.Web.FormView(r, v, cause, pointFields(p, page)...)
	for _, f := range page.Form.Fields {
		if strings.HasPrefix(f.Name, "label.") || f.Name == "other_lang" {
			page.Labels = append(page.Labels, f)
		}
	}
	return s.Web.Page(w, r, status, "events/points", page)
}

// chooseReadout fills in the tabs and the text shown: what was asked for, else
// the first readout in the language that serves the reader best.
func (s *Site) chooseReadout(r *http.Request, m markings, v url.Values, page *PointsPage) {
	if len(m.readouts) == 0 {
		return
	}
	out := m.readout(v.Get("readout"))
	if out == nil {
		out = m.readouts[0]
	}
	tag := lang.Tag(v.Get("lang"))
	if out.Text(tag, "body") == "" {
		tag = out.Read(web.Lang(r), "body").Lang
	}
	page.Lang = tag
	page.Lines = strings.Split(out.Text(tag, "body"), "\n")
	for _, one := range m.readouts {
		tab := PointTab{ID: one.ID.ULID(), Party: m.parties[one.Party], Title: one.Read(web.Lang(r), "title")}
		for _, t := range one.Languages() {
			if one.Text(t, "body") == "" {
				continue
			}
			at := url.Values{"readout": {tab.ID}, "lang": {string(t)}}
			tab.Langs = append(tab.Langs, PointLang{Lang: t, URL: web.URL(r, Path(m.rec)+"/points") + "?" + at.Encode(), Now: one == out && t == tag})
		}
		page.Readouts = append(page.Readouts, tab)
		if one == out {
			chosen := tab
			page.Chosen = &chosen
		}
	}
}

// points lists the points with every quote and how it stands now.
func (m markings) points(reader lang.Tag, page *PointsPage) []PointEdit {
	var all []PointEdit
	for i, point := range m.rec.Body.(*meetings.Event).Points {
		edit := PointEdit{Index: i, Kind: point.Kind, Label: readIn(point.Labels, reader)}
		for j, q := range point.Quotes {
			view := QuoteEdit{Index: j, Lang: q.Lang, Text: q.Text, Gone: true}
			if out := m.byID(q.Readout); out != nil {
				view.Gone, view.Party = false, m.parties[out.Party]
				_, view.Standing = meetings.Anchor(q, out.Text(q.Lang, "body"))
			}
			switch view.Standing {
			case meetings.Moved:
				page.Moved++
			case meetings.Lost:
				page.Lost++
			}
			edit.Quotes = append(edit.Quotes, view)
		}
		all = append(all, edit)
	}
	return all
}

// pointFields are the questions about a quote.
func pointFields(p *lang.Printer, page PointsPage) []web.Field {
	which := []web.Option{{Value: "", Label: "event.nothing-chosen"}, {Value: "new", Label: "event.new-point"}}
	for _, point := range page.Points {
		which = append(which, web.Option{Value: strconv.Itoa(point.Index), Text: fmt.Sprintf("%s: %s", p.T("point."+point.Kind), point.Label.Text)})
	}
	kinds := []web.Option{{Value: "", Label: "event.nothing-chosen"}}
	for _, kind := range meetings.PointKinds {
		kinds = append(kinds, web.Option{Value: kind, Label: "point." + kind})
	}
	fields := []web.Field{
		{Name: "quote", Type: "textarea", Label: "event.field.quote", Hint: "event.hint.quote", Rows: 4, Max: 2000, Lang: page.Lang, Required: true},
		{Name: "point", Type: "select", Label: "event.field.point", Required: true, Options: which},
		{Name: "kind", Type: "select", Label: "body.label.kind", Options: kinds},
	}
	for _, t := range lang.Interface {
		fields = append(fields, web.Field{Name: "label." + string(t), Label: "body.label.labels", Max: 200, Lang: t})
	}
	others := []web.Option{{Value: "", Label: "event.nothing-chosen"}}
	others = append(others, slices.DeleteFunc(langOptions(p), func(o web.Option) bool { return lang.IsInterface(lang.Tag(o.Value)) })...)
	return append(fields,
		web.Field{Name: "other_lang", Type: "select", Label: "event.field.other-lang", Options: others},
		web.Field{Name: "label.other", Label: "event.field.label-other", Max: 200})
}

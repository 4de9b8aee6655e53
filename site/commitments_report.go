package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/parties"
	"karvan/record"
)

// ReportForm is the page "reports/edit".
type ReportForm struct {
	New        bool
	Path       string // of the form
	Commitment Named
	Report     string // path of the report
	Who        Named
	Base       int
	Langs      []FormLang
	Numbers    []FormRow
	Form       *web.FormView
	Conflict   *Meanwhile
	Public     bool
}

// ReportPage is the page "reports/report".
type ReportPage struct {
	ReportView
	View       RecordView
	Record     *record.Record
	Commitment Named
	MayEdit    bool
}

// numberRows is how many numbers the form asks for at once.
const numberRows = 3

var (
	numberParts  = []string{"what", "value", "unit", "baseline"}
	numberLabels = []string{"commitment.number.what", "commitment.number.value", "commitment.number.unit", "commitment.number.baseline"}
)

func numberField(i int, part string) string { return fmt.Sprintf("number.%d.%s", i, part) }

// reporting gives a commitment and the party for which the reader may report on
// it.
func (s *Site) reporting(r *http.Request) (shown Shown, who id.ID, err error) {
	if shown, err = s.standing(r); err != nil {
		return shown, "", err
	}
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		c := shown.Body.(*commitments.Commitment)
		bound, err := commitments.Bound(ctx, tx, s.Book, c)
		if err != nil {
			return err
		}
		who, err = c.Reporter(web.Actor(r), bound)
		return err
	})
	return shown, who, err
}

func (s *Site) reportNew(w http.ResponseWriter, r *http.Request) error {
	shown, who, err := s.reporting(r)
	if err != nil {
		return err
	}
	v := url.Values{"source": {string(web.Lang(r))}, "langs": {string(web.Lang(r))}, "base": {strconv.Itoa(shown.Head.Rev)}}
	return s.reportForm(w, r, http.StatusOK, nil, record.Head{}, shown.ID, who, v, shown.Head.Rev, nil, nil)
}

func (s *Site) reportCreate(w http.ResponseWriter, r *http.Request) error {
	shown, who, err := s.reporting(r)
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
	form.Need("body.says", "source")
	says := form.Choice("body.says", commitments.Says...)
	change := s.reportChange(form)
	rec := &record.Record{Kind: "report", Texts: map[string]record.Version{}, Body: &commitments.Report{Commitment: shown.ID, State: who, Says: says}}
	if err = form.Err(); err == nil {
		p := s.Web.Printer(r)
		note := &record.Note{Type: "update", Text: map[string]string{string(p.Tag()): p.T("commitment.reported." + says)}}
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			if err := change(ctx, tx, rec); err != nil {
				return err
			}
			_, err := commitments.Say(ctx, tx, s.Book, rec, from, note)
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "commitment.report-saved")
		return web.SeeOther(w, r, Path(shown.Record))
	}
	status, meanwhile, ok := again(err)
	if !ok {
		return err
	}
	var conflict *Meanwhile
	if meanwhile {
		if conflict, err = s.meanwhile(r, s.Web.Printer(r), shown.ID, from); err != nil {
			return err
		}
		from, err = conflict.Rev, nil
	}
	return s.reportForm(w, r, status, nil, record.Head{}, shown.ID, who, form.Values, from, conflict, err)
}

func (s *Site) report(w http.ResponseWriter, r *http.Request) error {
	var page ReportPage
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		shown, err := s.load(ctx, tx, r, "report")
		if err != nil {
			return err
		}
		rec, p := shown.Record, s.Web.Printer(r)
		page = ReportPage{Record: rec, MayEdit: s.mayAct(web.Actor(r), "edit", rec)}
		if page.View, err = s.recordView(ctx, tx, r, rec); err != nil {
			return err
		}
		names, err := s.names(ctx, tx, p.Tag(), tx.Now, reportIDs(rec)...)
		if err != nil {
			return err
		}
		page.ReportView = s.reportView(p, rec, names)
		page.Title, page.Note = rec.Read(page.View.Read, "title"), rec.Read(page.View.Read, "note")
		page.Commitment = names[rec.Body.(*commitments.Report).Commitment]
		return nil
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "reports/report", page)
}

func (s *Site) reportEdit(w http.ResponseWriter, r *http.Request) error {
	rec, head, err := s.toEdit(r, "report")
	if err != nil {
		return err
	}
	b := rec.Body.(*commitments.Report)
	return s.reportForm(w, r, http.StatusOK, rec, head, b.Commitment, b.State, s.reportValues(rec), head.Rev, nil, nil)
}

func (s *Site) reportSave(w http.ResponseWriter, r *http.Request) error {
	rec, head, err := s.toEdit(r, "report")
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
	form.Need("source")
	change, note := s.reportChange(form), noteIn(form, web.Lang(r))
	b := rec.Body.(*commitments.Report)
	if err = form.Err(); err == nil {
		err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.saved(ctx, tx, rec.ID, from, "publish", note, func(r *record.Record) error { return change(ctx, tx, r) })
			return err
		})
	}
	if err == nil {
		s.Web.Flash(w, r, "commitment.report-saved")
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
	return s.reportForm(w, r, status, rec, head, b.Commitment, b.State, form.Values, from, conflict, err)
}

// reportValues are a report's values as its form sends them.
func (s *Site) reportValues(r *record.Record) url.Values {
	b := r.Body.(*commitments.Report)
	v := url.Values{"source": {string(r.Source)}, "body.from": {string(b.From)}, "body.to": {string(b.To)}}
	var links []string
	n := 0
	for _, e := range b.Evidence {
		switch {
		case e.Number != nil:
			v.Set(numberField(n, "what"), e.Number.What)
			v.Set(numberField(n, "value"), strconv.FormatFloat(e.Number.Value, 'f', -1, 64))
			v.Set(numberField(n, "unit"), e.Number.Unit)
			if e.Number.Baseline != nil {
				v.Set(numberField(n, "baseline"), strconv.FormatFloat(*e.Number.Baseline, 'f', -1, 64))
			}
			n++
		case e.Record != "":
			links = append(links, string(e.Record))
		default:
			links = append(links, e.URL)
		}
	}
	v.Set("links", strings.Join(links, "\n"))
	v.Set("numbers", strconv.Itoa(max(numberRows, n+1)))
	for _, t := range r.Languages() {
		v.Add("langs", string(t))
		for _, name := range commitmentTexts {
			v.Set("texts."+string(t)+"."+name, r.Text(t, name))
		}
	}
	return v
}

// maxNumbers bounds the numbers of a report.
const maxNumbers = 30

// reportChange reads what was typed into a report.
func (s *Site) reportChange(f *web.Form) func(context.Context, *db.Tx, *record.Record) error {
	source, tags := f.Lang("source"), langsOf(f.Values)
	var numbers []commitments.Proof
	for i := range max(numberRows, count(f.Values, "numbers", maxNumbers)) {
		what, value, base := f.Text(numberField(i, "what")), f.Text(numberField(i, "value")), f.Text(numberField(i, "baseline"))
		if what == "" && value == "" && base == "" && f.Text(numberField(i, "unit")) == "" {
			continue
		}
		f.Need(numberField(i, "what"), numberField(i, "value"))
		n := &commitments.Number{What: what, Value: f.Float(numberField(i, "value")), Unit: f.Text(numberField(i, "unit"))}
		if base != "" {
			before := f.Float(numberField(i, "baseline"))
			n.Baseline = &before
		}
		numbers = append(numbers, commitments.Proof{Number: n})
	}
	links := strings.Fields(f.Lines("links"))
	return func(ctx context.Context, tx *db.Tx, r *record.Record) error {
		r.Source = source
		b := r.Body.(*commitments.Report)
		b.From, b.To = parties.Date(digits(f.Text("body.from"))), parties.Date(digits(f.Text("body.to")))
		b.Evidence = nil
		for _, link := range links {
			proof, err := s.proof(ctx, tx, link)
			if err != nil {
				return err
			}
			b.Evidence = append(b.Evidence, proof)
		}
		b.Evidence = append(b.Evidence, numbers...)
		for _, t := range tags {
			setWords(r, t, map[string]string{"title": f.Text("texts." + string(t) + ".title"), "note": f.Lines("texts." + string(t) + ".note")})
		}
		return nil
	}
}

// proof reads a line of evidence: the id of a record, the address of one of this
// node's pages, which is taken for its record, or any other address.
func (s *Site) proof(ctx context.Context, tx *db.Tx, link string) (commitments.Proof, error) {
	if one, err := id.Parse(link); err == nil {
		return commitments.Proof{Record: one}, nil
	}
	if !record.WebURL(link) {
		return commitments.Proof{}, fault.New(fault.Invalid, "commitment.bad-link", "link", clip(link, 60)).At("links")
	}
	path, ours := strings.CutPrefix(link, s.Node.BaseURL+"/")
	if !ours {
		return commitments.Proof{URL: link}, nil
	}
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if len(parts) > 0 && lang.IsInterface(lang.Tag(parts[0])) {
		parts = parts[1:]
	}
	if len(parts) == 2 && len(parts[1]) >= 26 {
		for kind, folder := range folders {
			if folder != parts[0] {
				continue
			}
			found, err := s.Book.Find(ctx, tx, kind, strings.ToUpper(parts[1][:26]))
			if err == nil {
				return commitments.Proof{Record: found}, nil
			}
			if !fault.Is(err, fault.NotFound) {
				return commitments.Proof{}, err
			}
		}
	}
	return commitments.Proof{URL: link}, nil
}

func (s *Site) reportForm(w http.ResponseWriter, r *http.Request, status int, rec *record.Record, head record.Head, about, who id.ID, v url.Values, from int, conflict *Meanwhile, cause error) error {
	p := s.Web.Printer(r)
	page := ReportForm{New: rec == nil, Base: from, Conflict: conflict, Public: head.PublicRev > 0}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		names, err := s.names(ctx, tx, p.Tag(), tx.Now, about, who)
		page.Commitment, page.Who = names[about], names[who]
		return err
	})
	if err != nil {
		return err
	}
	page.Path = page.Commitment.Path + "/report"
	if rec != nil {
		page.Report, page.Path = Path(rec), Path(rec)+"/edit"
	}
	numbers := max(numberRows, count(v, "numbers", maxNumbers))
	page.Form = s.Web.FormView(r, v, cause, reportFields(p, v, numbers, rec == nil)...)
	page.Numbers = formRows(page.Form, numbers, numberField, numberParts)
	for i, t := range langsOf(v) {
		l := FormLang{Lang: t, Open: i == 0}
		for _, name := range commitmentTexts {
			field := page.Form.Field("texts." + string(t) + "." + name)
			l.Open = l.Open || field.Value != "" || field.Error != ""
			l.Fields = append(l.Fields, field)
		}
		page.Langs = append(page.Langs, l)
	}
	return s.Web.Page(w, r, status, "reports/edit", page)
}

// reportFields are the questions of the form. What a report says happened is asked
// once.
func reportFields(p *lang.Printer, v url.Values, numbers int, first bool) []web.Field {
	var fields []web.Field
	if first {
		fields = append(fields, web.Field{Name: "body.says", Type: "radio", Label: "commitment.field.says", Hint: "commitment.hint.says", Required: true, Options: codeOptions("says", commitments.Says)})
	}
	fields = append(fields,
		web.Field{Name: "body.from", Label: "commitment.field.from", Hint: "event.hint.date", Max: 10},
		web.Field{Name: "body.to", Label: "commitment.field.to", Max: 10},
		web.Field{Name: "links", Type: "textarea", Label: "commitment.field.links", Hint: "commitment.hint.links", Rows: 3, Max: 4000},
		web.Field{Name: "source", Type: "select", Label: "record.label.source", Required: true, Options: langOptions(p, lang.Tag(v.Get("source")))})
	for i := range numbers {
		for j, part := range numberParts {
			fields = append(fields, web.Field{Name: numberField(i, part), Label: numberLabels[j], Max: 200})
		}
	}
	for i, t := range langsOf(v) {
		at := "texts." + string(t) + "."
		fields = append(fields,
			web.Field{Name: at + "title", Label: "commitment.field.report-title", Max: 200, Lang: t, Required: i == 0},
			web.Field{Name: at + "note", Type: "textarea", Label: "text.label.note", Max: 6000, Rows: 5, Lang: t})
	}
	return slices.Concat(fields, noteFields())
}

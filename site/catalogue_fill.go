package site

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/parties"
	"karvan/record"
)

// fillMost bounds how many values a field of a profile's form may have; the
// longest code list is shorter.
const fillMost = 60

// fillProfile reads what one section of the form says into r. What cannot be
// read is noted in f; whether what was read makes sense is for the record to
// check. What the section does not ask for stays as it is.
func fillProfile(f *web.Form, r *record.Record, section string, now time.Time) {
	p := catalogue.BodyOf(r)
	fillTexts(f, r, section)
	switch section {
	case "basics":
		p.Type = f.Text("body.type")
	case "maturity":
		p.Stage = f.Text("body.stage")
		p.TRL = counted(f, "body.trl")
		p.IPR = ticked(f, "body.ipr")
		p.Patents = listed(f, "body.patents", patentForm)
	case "partner":
		p.PartnerTypes = ticked(f, "body.partner_types")
		p.PartnerCountries = ticked(f, "body.partner_countries")
		p.PartnerCountriesExcluded = ticked(f, "body.partner_countries_excluded")
		p.Cooperation = ticked(f, "body.cooperation")
		p.Exclusivity = f.Text("body.exclusivity")
		p.Training = f.Has("body.training")
		p.AfterSales = f.Has("body.after_sales")
	case "classification":
		fillClassification(f, p)
	case "conditions":
		fillConditions(f, p)
		fillValidity(f, r, now)
	}
}

func fillTexts(f *web.Form, r *record.Record, section string) {
	v := r.Texts[string(r.Source)]
	if v.Provenance == "" {
		v.Provenance = record.Original
	}
	if v.Fields == nil {
		v.Fields = map[string]string{}
	}
	for _, s := range catalogue.Sections(r.Kind) {
		if s.Name != section {
			continue
		}
		for _, name := range s.Texts {
			v.Fields[name] = typed(f, "texts."+name, name)
		}
	}
	r.Texts[string(r.Source)] = v
}

// typed reads a text; a title has one line.
func typed(f *web.Form, input, name string) string {
	if name == "title" {
		return f.Text(input)
	}
	return f.Lines(input)
}

func fillClassification(f *web.Form, p *catalogue.Profile) {
	p.Fields = ticked(f, "body.fields")
	p.Topics = ticked(f, "body.topics")
	p.SDG = nil
	for _, s := range ticked(f, "body.sdg") {
		n, err := strconv.Atoi(s)
		if err != nil {
			f.Invalid("body.sdg", "fault.not-a-choice")
			break
		}
		p.SDG = append(p.SDG, n)
	}
	p.IPC = listed(f, "body.ipc", ipcForm)
	p.Industry = listed(f, "body.industry", strings.ToUpper)
	p.Concepts = listed(f, "body.concepts", nil)
	if !f.Has("has.agro") { // the block was not shown
		return
	}
	a := &catalogue.Agro{
		Crops: listed(f, "body.agro.crops", nil), Zones: ticked(f, "body.agro.zones"), Seasons: ticked(f, "body.agro.seasons"),
		FarmersReached: counted(f, "body.agro.farmers_reached"), InputCost: f.Text("body.agro.input_cost"),
	}
	if p.Agro = a; len(a.Crops)+len(a.Zones)+len(a.Seasons)+a.FarmersReached == 0 && a.InputCost == "" {
		p.Agro = nil
	}
}

func fillConditions(f *web.Form, p *catalogue.Profile) {
	b := &catalogue.Budget{From: f.Int("body.budget.from"), To: f.Int("body.budget.to"), Currency: strings.ToUpper(f.Text("body.budget.currency"))}
	if p.Budget = b; b.From == 0 && b.To == 0 {
		p.Budget = nil // a currency alone says nothing
	}
	p.Deadline = parties.Date(f.Text("body.deadline"))
	p.Territories = ticked(f, "body.territories")
	p.Dissemination = ticked(f, "body.dissemination")
	p.ExportControl = f.Text("body.export_control")
	p.GeneticResources = f.Text("body.genetic_resources")
	if !f.Has("has.research") {
		return
	}
	c := catalogue.Research{
		Programme: f.Text("body.research.programme"), Call: f.Text("body.research.call"), Months: counted(f, "body.research.months"),
		CoordinatorNeeded: f.Has("body.research.coordinator_needed"), Consortium: strings.Join(ticked(f, "body.research.consortium"), " "),
	}
	if p.Research = &c; c == (catalogue.Research{}) {
		p.Research = nil
	}
}

// fillValidity reads the last day on which the profile is valid: a year from
// now when nothing is said. The day counts as a whole.
func fillValidity(f *web.Form, r *record.Record, now time.Time) {
	day := f.Date("valid_to")
	switch {
	case day.IsZero():
		r.ValidTo = endOfDay(now.Add(catalogue.ValidFor))
	case day.Format(time.DateOnly) != r.ValidTo.Format(time.DateOnly):
		r.ValidTo = endOfDay(day)
	}
}

func endOfDay(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 23, 59, 59, 0, time.UTC)
}

// fillTranslation reads the words in another language than the source. The tag
// stands in the form, since a new language is chosen there.
func fillTranslation(f *web.Form, r *record.Record, texts []record.TextField) {
	tag := f.Lang("lang")
	switch {
	case tag == "":
		f.Invalid("lang", "fault.required")
		return
	case tag == r.Source || !lang.IsContent(tag):
		f.Invalid("lang", "catalogue.not-a-translation")
		return
	}
	if f.Has("remove") {
		delete(r.Texts, string(tag))
		return
	}
	v := record.Version{Provenance: record.Provenance(f.Choice("provenance", string(record.Human), string(record.Machine))), Fields: map[string]string{}}
	if v.Provenance == "" {
		v.Provenance = record.Human
	}
	for _, t := range texts {
		if s := typed(f, "texts."+t.Name, t.Name); s != "" {
			v.Fields[t.Name] = s
		}
	}
	if len(v.Fields) == 0 {
		f.Invalid("texts.title", "fault.required")
		return
	}
	v.Of = r.Texts[string(tag)].Of
	r.Texts[string(tag)] = v
}

// counted reads a number that an int holds everywhere.
func counted(f *web.Form, name string) int {
	n := f.Int(name)
	if n > 1_000_000_000 || n < -1_000_000_000 {
		f.Invalid(name, "number.out-of-range", "min", 0, "max", 1_000_000_000)
		return 0
	}
	return int(n)
}

// ticked reads the boxes ticked, each once.
func ticked(f *web.Form, name string) []string {
	return onceEach(f, name, f.All(name))
}

// listed reads a list that is typed one value a line, or with semicolons between;
// tidy brings a value into the form in which it is kept.
func listed(f *web.Form, name string, tidy func(string) string) []string {
	var all []string
	for _, s := range strings.FieldsFunc(f.Lines(name), isBreak) {
		s = strings.Join(strings.Fields(s), " ")
		if tidy != nil {
			s = tidy(s)
		}
		if s != "" {
			all = append(all, s)
		}
	}
	return onceEach(f, name, all)
}

func isBreak(r rune) bool { return r == '\n' || r == ';' || r == '；' || r == '؛' }

// onceEach drops repeats, and notes a list that is longer than any may be.
func onceEach(f *web.Form, name string, all []string) []string {
	var out []string
	for _, s := range all {
		if slices.Contains(out, s) {
			continue
		}
		if len(out) == fillMost {
			f.Invalid(name, "record.too-many", "max", fillMost)
			return out
		}
		out = append(out, s)
	}
	return out
}

var (
	patentMarks = strings.NewReplacer(" ", "", "-", "", ".", "", "/", "")
	ipcParts    = regexp.MustCompile(`^([A-H][0-9]{2}[A-Z]) ?([0-9]{1,4}) ?/ ?([0-9]{2,6})$`)
)

// patentForm writes a patent number as WIPO ST.6 and ST.16 do, without the
// marks that offices print it with.
func patentForm(s string) string { return patentMarks.Replace(strings.ToUpper(s)) }

// ipcForm writes a class of the International Patent Classification with one
// blank between subclass and group: A01G 25/00.
func ipcForm(s string) string {
	s = strings.ToUpper(s)
	if m := ipcParts.FindStringSubmatch(s); m != nil {
		return m[1] + " " + m[2] + "/" + m[3]
	}
	return s
}

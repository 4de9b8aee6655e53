package site

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/parties"
	"karvan/record"
)

// FieldGroup is a part of a section's form under a heading of its own.
type FieldGroup struct {
	Title  string // "" for the first
	Fields []*web.Field
}

// ChoiceGroup is a part of a long list of choices, such as the fields of one
// major field of science. A field whose Data are ChoiceGroups is drawn folded.
type ChoiceGroup struct {
	Label   string
	Options []web.Option
}

// formBuilder lays out the fields of a section with the values of a record.
type formBuilder struct {
	p      *lang.Printer
	kind   *record.Kind
	rec    *record.Record
	body   *catalogue.Profile
	states []Named

	fields []web.Field
	titles []string // of each group
	starts []int    // where each group begins
}

// laid gives the groups with the fields as the form shows them.
func (b *formBuilder) laid(v *web.FormView) []FieldGroup {
	var groups []FieldGroup
	if len(b.starts) == 0 || b.starts[0] > 0 {
		b.titles, b.starts = append([]string{""}, b.titles...), append([]int{0}, b.starts...)
	}
	for i, from := range b.starts {
		to := len(v.Fields)
		if i+1 < len(b.starts) {
			to = b.starts[i+1]
		}
		groups = append(groups, FieldGroup{Title: b.titles[i], Fields: v.Fields[from:to]})
	}
	return groups
}

func (b *formBuilder) group(name string) {
	b.titles = append(b.titles, b.p.T("catalogue.group."+name))
	b.starts = append(b.starts, len(b.fields))
}

// add appends a field with the words of name.
func (b *formBuilder) add(name string, f web.Field) {
	f.Label = profileWord(b.p, name)
	if b.p.Has("catalogue.help." + name) {
		f.Hint = b.p.T("catalogue.help." + name)
	}
	b.fields = append(b.fields, f)
}

func (b *formBuilder) section(sec catalogue.Section) {
	switch sec.Name {
	case "basics":
		b.radio("type", "type", b.types(), b.body.Type, true)
	case "maturity":
		b.maturity()
	case "partner":
		b.partner()
	case "classification":
		b.classification()
	case "conditions":
		b.conditions()
	}
	if len(sec.Texts) > 0 && len(b.fields) > 0 && sec.Name != "basics" {
		b.group("words")
	}
	for _, name := range sec.Texts {
		b.text(name)
	}
}

func (b *formBuilder) types() []string {
	if b.rec.Kind == "need" {
		return catalogue.NeedTypes
	}
	return catalogue.OfferTypes
}

// text asks for one of the texts in the source language.
func (b *formBuilder) text(name string) {
	t, _ := b.kind.Text(name)
	b.add(name, textField(t, b.rec.Text(b.rec.Source, name), b.rec.Source))
}

func textField(t record.TextField, value string, in lang.Tag) web.Field {
	f := web.Field{Name: "texts." + t.Name, Type: "text", Value: value, Max: t.Max, Required: t.Required, Lang: in}
	if t.Lines {
		f.Type, f.Rows = "textarea", min(max(t.Max/180, 3), 12)
	}
	return f
}

func (b *formBuilder) maturity() {
	need := b.body.Type == "technology-offer" || b.body.Type == "practice-offer"
	b.radio("stage", "stage", catalogue.Stages, b.body.Stage, need)
	levels := []web.Option{{Text: "—"}}
	for n := 1; n <= 9; n++ {
		levels = append(levels, web.Option{Value: strconv.Itoa(n), Text: b.p.Number(int64(n))})
	}
	b.add("trl", web.Field{Name: "body.trl", Type: "select", Value: numeral(b.body.TRL), Options: levels})
	b.boxes("ipr", "ipr", catalogue.IPRs, b.body.IPR, false)
	b.list("patents", b.body.Patents, 3)
}

func (b *formBuilder) partner() {
	b.boxes("cooperation", "cooperation", catalogue.Cooperations, b.body.Cooperation, true)
	b.radio("exclusivity", "exclusivity", catalogue.Exclusivities, b.body.Exclusivity, false)
	b.tick("training", "body.training", b.body.Training)
	b.tick("after_sales", "body.after_sales", b.body.AfterSales)
	b.group("partner")
	b.boxes("partner_types", "actor", parties.ActorTypes, b.body.PartnerTypes, false)
	b.countries("partner_countries", "body.partner_countries", b.body.PartnerCountries)
	b.countries("partner_countries_excluded", "body.partner_countries_excluded", b.body.PartnerCountriesExcluded)
}

func (b *formBuilder) classification() {
	var groups []ChoiceGroup
	for _, code := range catalogue.Fields {
		major, _, _ := strings.Cut(code, ".")
		if last := len(groups) - 1; last < 0 || !strings.HasPrefix(groups[last].Options[0].Value, major+".") {
			groups = append(groups, ChoiceGroup{Label: codeLabel(b.p, "ford", major)})
		}
		g := &groups[len(groups)-1]
		g.Options = append(g.Options, web.Option{Value: code, Text: codeLabel(b.p, "ford", code)})
	}
	b.add("fields", web.Field{Name: "body.fields", Type: "folded", Values: b.body.Fields, Data: groups, Required: true})
	b.folded("topics", "body.topics", b.coded("topic", lexicon.Topics), b.body.Topics)
	var goals, chosen []string
	for n := 1; n <= 17; n++ {
		goals = append(goals, strconv.Itoa(n))
	}
	for _, n := range b.body.SDG {
		chosen = append(chosen, strconv.Itoa(n))
	}
	b.folded("sdg", "body.sdg", b.coded("sdg", goals), chosen)
	b.list("ipc", b.body.IPC, 2)
	b.list("industry", b.body.Industry, 2)
	b.list("concepts", b.body.Concepts, 3)
	if b.body.Agricultural() {
		b.agro()
	}
}

func (b *formBuilder) agro() {
	a := catalogue.Agro{}
	if b.body.Agro != nil {
		a = *b.body.Agro
	}
	b.group("agro")
	b.hidden("has.agro")
	b.add("crops", web.Field{Name: "body.agro.crops", Type: "textarea", Rows: 3, Value: strings.Join(a.Crops, "\n"), Lang: b.rec.Source})
	b.add("zones", web.Field{Name: "body.agro.zones", Type: "checkboxes", Values: a.Zones, Options: b.coded("zone", catalogue.Zones)})
	b.add("seasons", web.Field{Name: "body.agro.seasons", Type: "checkboxes", Values: a.Seasons, Options: b.coded("season", catalogue.Seasons)})
	b.add("farmers_reached", web.Field{Name: "body.agro.farmers_reached", Type: "text", Value: numeral(a.FarmersReached)})
	b.add("input_cost", web.Field{Name: "body.agro.input_cost", Type: "text", Value: a.InputCost, Max: 300, Lang: b.rec.Source})
}

func (b *formBuilder) conditions() {
	budget := catalogue.Budget{}
	if b.body.Budget != nil {
		budget = *b.body.Budget
	}
	b.add("budget_from", web.Field{Name: "body.budget.from", Type: "text", Value: numeral(int(budget.From))})
	b.add("budget_to", web.Field{Name: "body.budget.to", Type: "text", Value: numeral(int(budget.To))})
	b.add("currency", web.Field{Name: "body.budget.currency", Type: "text", Value: budget.Currency, Max: 3})
	b.date("deadline", "body.deadline", string(b.body.Deadline))
	valid := ""
	if !b.rec.ValidTo.IsZero() {
		valid = b.rec.ValidTo.Format(time.DateOnly)
	}
	b.date("valid_to", "valid_to", valid)
	if b.body.Type == "research-request" || b.body.Research != nil {
		b.research()
	}
	b.group("control")
	if b.rec.Kind == "offer" {
		b.countries("territories", "body.territories", b.body.Territories)
	} else {
		b.keep("body.territories", b.body.Territories)
	}
	b.countries("dissemination", "body.dissemination", b.body.Dissemination)
	b.radio("export_control", "export_control", catalogue.ExportControls, b.body.ExportControl, false)
	b.radio("genetic_resources", "genetic_resources", catalogue.GeneticResources, b.body.GeneticResources, false)
}

func (b *formBuilder) research() {
	c := catalogue.Research{}
	if b.body.Research != nil {
		c = *b.body.Research
	}
	b.group("research")
	b.hidden("has.research")
	b.add("programme", web.Field{Name: "body.research.programme", Type: "text", Value: c.Programme, Max: 300, Lang: b.rec.Source})
	b.add("call", web.Field{Name: "body.research.call", Type: "text", Value: c.Call, Max: 300})
	b.add("months", web.Field{Name: "body.research.months", Type: "text", Value: numeral(c.Months)})
	b.tick("coordinator_needed", "body.research.coordinator_needed", c.CoordinatorNeeded)
	b.countries("consortium", "body.research.consortium", strings.FieldsFunc(c.Consortium, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }))
}

// translation asks for the words in another language, each beside the words
// that it translates. Without a language it asks for that first.
func (b *formBuilder) translation(other lang.Tag) {
	if other == "" {
		var tags []web.Option
		for _, t := range lang.Content {
			if t != b.rec.Source {
				tags = append(tags, web.Option{Value: string(t), Text: fmt.Sprintf("%s · %s", lang.Autonym(t), b.p.Name(t))})
			}
		}
		b.add("translate_into", web.Field{Name: "lang", Type: "select", Options: tags, Required: true})
		return
	}
	v := b.rec.Texts[string(other)]
	from := string(record.Human)
	if v.Provenance != "" {
		from = string(v.Provenance)
	}
	b.fields = append(b.fields, web.Field{Name: "lang", Type: "hidden", Value: string(other)})
	b.add("provenance", web.Field{Name: "provenance", Type: "radio", Value: from, Options: []web.Option{
		{Value: string(record.Human), Text: b.p.T("provenance." + string(record.Human))},
		{Value: string(record.Machine), Text: b.p.T("provenance." + string(record.Machine))},
	}})
	for _, t := range b.kind.Texts {
		source := b.rec.Text(b.rec.Source, t.Name)
		if source == "" && v.Fields[t.Name] == "" {
			continue
		}
		f := textField(t, v.Fields[t.Name], other)
		f.Required = t.Name == "title"
		f.Data = ProfileText{Label: profileWord(b.p, t.Name), Lang: b.rec.Source, Provenance: record.Original, Paragraphs: paragraphs(source)}
		b.add(t.Name, f)
	}
}

func (b *formBuilder) coded(list string, codes []string) []web.Option {
	options := make([]web.Option, len(codes))
	for i, c := range codes {
		options[i] = web.Option{Value: c, Text: codeLabel(b.p, list, c)}
	}
	return options
}

func (b *formBuilder) radio(name, list string, codes []string, value string, required bool) {
	options := b.coded(list, codes)
	if !required { // what was chosen can be taken back
		options = append([]web.Option{{Value: "", Text: b.p.T("catalogue.answer.none")}}, options...)
	}
	b.add(name, web.Field{Name: "body." + name, Type: "radio", Value: value, Options: options, Required: required})
}

func (b *formBuilder) boxes(name, list string, codes, chosen []string, required bool) {
	b.add(name, web.Field{Name: "body." + name, Type: "checkboxes", Values: chosen, Options: b.coded(list, codes), Required: required})
}

func (b *formBuilder) folded(name, input string, options []web.Option, chosen []string) {
	b.add(name, web.Field{Name: input, Type: "folded", Values: chosen, Data: []ChoiceGroup{{Options: options}}})
}

// countries offers the states on record, and those named already that are not.
func (b *formBuilder) countries(name, input string, chosen []string) {
	var options []web.Option
	for _, s := range b.states {
		options = append(options, web.Option{Value: s.Code, Text: s.Text, Lang: s.Lang})
	}
	for _, code := range chosen {
		if !slices.ContainsFunc(options, func(o web.Option) bool { return o.Value == code }) {
			options = append(options, web.Option{Value: code, Text: code})
		}
	}
	b.folded(name, input, options, chosen)
}

func (b *formBuilder) list(name string, values []string, rows int) {
	b.add(name, web.Field{Name: "body." + name, Type: "textarea", Rows: rows, Value: strings.Join(values, "\n")})
}

func (b *formBuilder) tick(name, input string, is bool) {
	f := web.Field{Name: input, Type: "checkbox"}
	if is {
		f.Value = "yes"
	}
	b.add(name, f)
}

// date asks for a day. One that is known only to the month or the year has to
// be typed, since a date input would lose it.
func (b *formBuilder) date(name, input, value string) {
	f := web.Field{Name: input, Type: "date", Value: value}
	if value != "" && !parties.Date(value).Precise() {
		f.Type = "text"
	}
	b.add(name, f)
}

// hidden says that a block was shown, since empty boxes send nothing.
func (b *formBuilder) hidden(name string) {
	b.fields = append(b.fields, web.Field{Name: name, Type: "hidden", Value: "yes"})
}

// keep carries values along that the form does not ask for.
func (b *formBuilder) keep(name string, values []string) {
	for _, v := range values {
		b.fields = append(b.fields, web.Field{Name: name, Type: "hidden", Value: v})
	}
}

// numeral writes a number for an input, nothing for none.
func numeral(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

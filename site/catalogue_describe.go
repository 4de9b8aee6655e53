package site

import (
	"context"
	"fmt"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// describer turns a profile into the groups of its page.
type describer struct {
	site  *Site
	p     *lang.Printer
	rec   *record.Record
	body  *catalogue.Profile
	read  lang.Tag // language of the version shown
	names map[id.ID]Named
	owner *parties.Organisation // nil when it is not on record
	group *ProfileGroup         // the one being written
}

// learn fetches what the profile names: its owner, and every state.
func (d *describer) learn(ctx context.Context, tx *db.Tx, reader lang.Tag) error {
	ids := []id.ID{d.rec.Owner, d.rec.Party}
	for _, codes := range [][]string{d.body.PartnerCountries, d.body.PartnerCountriesExcluded, d.body.Territories, d.body.Dissemination, d.consortium()} {
		for _, code := range codes {
			ids = append(ids, d.site.Index.State(code))
		}
	}
	var err error
	if d.names, err = d.site.names(ctx, tx, reader, d.site.Now(), ids...); err != nil || d.rec.Owner == "" {
		return err
	}
	owners, err := d.site.Book.Many(ctx, tx, []record.Ref{{ID: d.rec.Owner}})
	if len(owners) == 1 {
		d.owner, _ = owners[0].Body.(*parties.Organisation)
	}
	return err
}

func (d *describer) consortium() []string {
	if d.body.Research == nil {
		return nil
	}
	return strings.FieldsFunc(d.body.Research.Consortium, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
}

// groups lists what the profile says, leaving out what it does not.
func (d *describer) groups() []ProfileGroup {
	var all []ProfileGroup
	write := func(name string, fill func()) {
		d.group = &ProfileGroup{Name: name}
		if fill(); len(d.group.Texts)+len(d.group.Lines) > 0 {
			all = append(all, *d.group)
		}
	}
	b := d.body
	write("text", func() { d.texts("description", "advantages", "problem") })
	write("elements", func() {
		d.texts("material", "method", "effect", "product", "application", "constraints", "volume", "standards")
	})
	write("evidence", func() { d.texts("baseline", "economics", "validation") })
	write("maturity", func() {
		d.codes("stage", "stage", b.Stage)
		d.number("trl", b.TRL)
		d.texts("stage_comment")
	})
	write("ipr", func() {
		d.codes("ipr", "ipr", b.IPR...)
		d.plain("patents", b.Patents...)
		d.states("territories", b.Territories)
		d.texts("ipr_comment")
	})
	write("partner", func() {
		d.codes("partner_types", "actor", b.PartnerTypes...)
		d.codes("partner_sizes", "actor", b.PartnerSizes...)
		d.states("partner_countries", b.PartnerCountries)
		d.states("partner_countries_excluded", b.PartnerCountriesExcluded)
		d.texts("contribution")
	})
	write("cooperation", d.cooperation)
	write("research", d.research)
	write("classification", d.classification)
	write("agro", d.agro)
	write("owner", d.ownerLines)
	write("control", func() {
		d.states("dissemination", b.Dissemination)
		d.codes("export_control", "export_control", b.ExportControl)
		d.codes("genetic_resources", "genetic_resources", b.GeneticResources)
	})
	write("identity", d.identity)
	write("time", d.times)
	return all
}

func (d *describer) cooperation() {
	b := d.body
	d.codes("cooperation", "cooperation", b.Cooperation...)
	d.codes("exclusivity", "exclusivity", b.Exclusivity)
	d.yes("training", b.Training)
	d.yes("after_sales", b.AfterSales)
	if b.Budget != nil {
		d.say("budget", budget(d.p, *b.Budget))
	}
	d.day("deadline", b.Deadline)
}

func (d *describer) research() {
	c := d.body.Research
	if c == nil {
		return
	}
	d.own("programme", c.Programme)
	d.own("call", c.Call)
	if c.Months > 0 {
		d.say("months", d.p.N("catalogue.months", c.Months))
	}
	d.yes("coordinator_needed", c.CoordinatorNeeded)
	d.states("consortium", d.consortium())
}

func (d *describer) classification() {
	b := d.body
	d.codes("fields", "ford", b.Fields...)
	d.codes("topics", "topic", b.Topics...)
	var goals []string
	for _, g := range b.SDG {
		goals = append(goals, fmt.Sprint(g))
	}
	d.codes("sdg", "sdg", goals...)
	d.plain("ipc", b.IPC...)
	d.plain("industry", b.Industry...)
	line := ProfileLine{Label: profileWord(d.p, "concepts")}
	for _, c := range b.Concepts {
		item := ProfileItem{Text: c, Code: true}
		if strings.HasPrefix(c, "https://") || strings.HasPrefix(c, "http://") {
			item.URL = c
		}
		line.Items = append(line.Items, item)
	}
	d.line(line)
}

func (d *describer) agro() {
	a := d.body.Agro
	if a == nil {
		return
	}
	line := ProfileLine{Label: profileWord(d.p, "crops")}
	for _, c := range a.Crops {
		line.Items = append(line.Items, ProfileItem{Text: c, Lang: d.rec.Source})
	}
	d.line(line)
	d.codes("zones", "zone", a.Zones...)
	d.codes("seasons", "season", a.Seasons...)
	d.number("farmers_reached", a.FarmersReached)
	d.own("input_cost", a.InputCost)
}

func (d *describer) ownerLines() {
	d.named("owner", d.names[d.rec.Owner])
	if o := d.owner; o != nil {
		d.codes("owner_type", "actor", o.Type)
		if o.Since > 0 {
			d.say("since", d.p.Plain(int64(o.Since)))
		}
		if o.ROR != "" {
			d.line(ProfileLine{Label: profileWord(d.p, "ror"), Items: []ProfileItem{{Text: o.ROR, URL: o.ROR, Code: true}}})
		}
		d.plain("national_id", strings.TrimSpace(o.NationalReg+" "+o.NationalID))
		var spoken []string
		for _, t := range o.Languages {
			spoken = append(spoken, d.p.Name(t))
		}
		d.say("languages", spoken...)
	}
	d.named("state", d.names[d.rec.Party])
}

func (d *describer) identity() {
	d.plain("id", string(d.rec.ID))
	d.codes("type", "type", d.body.Type)
	d.say("rev", d.p.Number(int64(d.rec.Rev)))
	d.say("source", d.p.Name(d.rec.Source))
}

func (d *describer) times() {
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"created", d.rec.Created}, {"published", d.rec.Published}, {"confirmed", catalogue.Vouched(d.rec)}, {"updated", d.rec.Updated}, {"valid_to", d.rec.ValidTo}} {
		if !t.at.IsZero() {
			d.say(t.name, d.p.Date(t.at))
		}
	}
}

func (d *describer) line(l ProfileLine) {
	if len(l.Items) > 0 {
		d.group.Lines = append(d.group.Lines, l)
	}
}

// say writes what is in the reader's language.
func (d *describer) say(name string, values ...string) {
	l := ProfileLine{Label: profileWord(d.p, name)}
	for _, v := range values {
		if v != "" {
			l.Items = append(l.Items, ProfileItem{Text: v})
		}
	}
	d.line(l)
}

// own writes what the owner wrote beside the texts, in the source language.
func (d *describer) own(name, text string) {
	if text != "" {
		d.line(ProfileLine{Label: profileWord(d.p, name), Items: []ProfileItem{{Text: text, Lang: d.rec.Source}}})
	}
}

// plain writes numbers and classes that are the same in every language.
func (d *describer) plain(name string, values ...string) {
	l := ProfileLine{Label: profileWord(d.p, name)}
	for _, v := range values {
		if v != "" {
			l.Items = append(l.Items, ProfileItem{Text: v, Code: true})
		}
	}
	d.line(l)
}

func (d *describer) codes(name, list string, codes ...string) {
	var labels []string
	for _, c := range codes {
		if c != "" {
			labels = append(labels, codeLabel(d.p, list, c))
		}
	}
	d.say(name, labels...)
}

func (d *describer) number(name string, n int) {
	if n > 0 {
		d.say(name, d.p.Number(int64(n)))
	}
}

func (d *describer) yes(name string, is bool) {
	if is {
		d.say(name, d.p.T("catalogue.answer.yes"))
	}
}

// day writes a date as precisely as it is known.
func (d *describer) day(name string, day parties.Date) {
	switch {
	case day == "":
	case day.Precise():
		d.say(name, d.p.Date(day.First()))
	default:
		d.plain(name, string(day))
	}
}

func (d *describer) named(name string, n Named) {
	if n.Text != "" {
		d.line(ProfileLine{Label: profileWord(d.p, name), Items: []ProfileItem{{Text: n.Text, Lang: n.Lang, Path: n.Path}}})
	}
}

func (d *describer) states(name string, codes []string) {
	l := ProfileLine{Label: profileWord(d.p, name)}
	for _, code := range codes {
		item := ProfileItem{Text: code, Code: true}
		if n := d.names[d.site.Index.State(code)]; n.Text != "" {
			item = ProfileItem{Text: n.Text, Lang: n.Lang, Path: n.Path}
		}
		l.Items = append(l.Items, item)
	}
	d.line(l)
}

// texts writes those of the named texts that there are.
func (d *describer) texts(names ...string) {
	for _, name := range names {
		read := d.rec.Read(d.read, name)
		if read.Text == "" {
			continue
		}
		d.group.Texts = append(d.group.Texts, ProfileText{Label: profileWord(d.p, name), Lang: read.Lang, Provenance: read.Provenance, Paragraphs: paragraphs(read.Text)})
	}
}

// budget writes a band of money.
func budget(p *lang.Printer, b catalogue.Budget) string {
	switch {
	case b.From > 0 && b.To > 0:
		return p.T("catalogue.budget.band", "from", p.Number(b.From), "to", p.Number(b.To), "currency", b.Currency)
	case b.From > 0:
		return p.T("catalogue.budget.from", "from", p.Number(b.From), "currency", b.Currency)
	}
	return p.T("catalogue.budget.to", "to", p.Number(b.To), "currency", b.Currency)
}

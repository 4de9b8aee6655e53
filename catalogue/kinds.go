package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/parties"
	"karvan/record"
)

// Budget is a band of money.
type Budget struct {
	From     int64  `json:"from,omitempty"`
	To       int64  `json:"to,omitempty"`
	Currency string `json:"currency"` // ISO 4217
}

// Agro is the agricultural block: where and for what it was tried.
type Agro struct {
	Crops          []string `json:"crops,omitempty"` // crops or animals, with Latin names
	Zones          []string `json:"zones,omitempty"`
	Seasons        []string `json:"seasons,omitempty"`
	FarmersReached int      `json:"farmers_reached,omitempty"`
	InputCost      string   `json:"input_cost,omitempty"`
}

// Research is what a search for research partners says about its call.
type Research struct {
	Programme         string `json:"programme,omitempty"`
	Call              string `json:"call,omitempty"`
	Months            int    `json:"months,omitempty"` // duration of the project
	CoordinatorNeeded bool   `json:"coordinator_needed,omitempty"`
	Consortium        string `json:"consortium,omitempty"` // states that are in already, ISO codes
}

// Profile is the body of an offer or a need.
type Profile struct {
	Type         string   `json:"type"`
	Stage        string   `json:"stage,omitempty"`
	TRL          int      `json:"trl,omitempty"` // technology readiness level, 1 to 9
	Cooperation  []string `json:"cooperation,omitempty"`
	Exclusivity  string   `json:"exclusivity,omitempty"`
	Training     bool     `json:"training,omitempty"`    // training or commissioning is offered or wanted
	AfterSales   bool     `json:"after_sales,omitempty"` // support afterwards is offered or wanted
	IPR          []string `json:"ipr,omitempty"`
	Patents      []string `json:"patents,omitempty"`     // state, number, kind (WIPO ST.3, ST.16): CN000000000A
	Territories  []string `json:"territories,omitempty"` // states in which a licence is free
	PartnerTypes []string `json:"partner_types,omitempty"`
	PartnerSizes []string `json:"partner_sizes,omitempty"`
	// PartnerCountries are wanted, PartnerCountriesExcluded are not; both ISO
	// 3166-1 alpha-2, empty means any.
	PartnerCountries         []string     `json:"partner_countries,omitempty"`
	PartnerCountriesExcluded []string     `json:"partner_countries_excluded,omitempty"`
	Fields                   []string     `json:"fields,omitempty"` // OECD FORD
	Topics                   []string     `json:"topics,omitempty"`
	SDG                      []int        `json:"sdg,omitempty"`
	IPC                      []string     `json:"ipc,omitempty"`
	Industry                 []string     `json:"industry,omitempty"` // ISIC or NACE classes
	Concepts                 []string     `json:"concepts,omitempty"` // concept URIs, e.g. AGROVOC
	Agro                     *Agro        `json:"agro,omitempty"`
	Research                 *Research    `json:"research,omitempty"`
	Budget                   *Budget      `json:"budget,omitempty"`
	Deadline                 parties.Date `json:"deadline,omitempty"`
	Dissemination            []string     `json:"dissemination,omitempty"` // states that may see it on their nodes; empty means all
	ExportControl            string       `json:"export_control,omitempty"`
	GeneticResources         string       `json:"genetic_resources,omitempty"`
}

var (
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
	currency = regexp.MustCompile(`^[A-Z]{3}$`)
	patent   = regexp.MustCompile(`^[A-Z]{2}[0-9]{4,15}[A-Z]?[0-9]?$`)
	ipc      = regexp.MustCompile(`^[A-H][0-9]{2}[A-Z]( ?[0-9]{1,4}/[0-9]{2,6})?$`)
	industry = regexp.MustCompile(`^[A-Z]?[0-9]{1,2}(\.[0-9]{1,3})?$`)
)

// Validate implements [record.Body].
func (p *Profile) Validate(r *record.Record, draft bool) error {
	var l fault.List
	p.validateCodes(&l, r)
	p.validateShapes(&l)
	if !draft {
		if p.Type == "" {
			l.Add("body.type", "text.missing")
		}
		if len(p.Fields) == 0 && len(p.Topics) == 0 {
			l.Add("body.fields", "profile.needs-a-field")
		}
		if len(p.Cooperation) == 0 {
			l.Add("body.cooperation", "text.missing")
		}
		if r.Kind == "offer" && p.Stage == "" && (p.Type == "technology-offer" || p.Type == "practice-offer") {
			l.Add("body.stage", "text.missing")
		}
	}
	return l.Err()
}

func (p *Profile) validateCodes(l *fault.List, r *record.Record) {
	types := OfferTypes
	if r.Kind == "need" {
		types = NeedTypes
	}
	one := func(field, value string, list []string) {
		if value != "" && !slices.Contains(list, value) {
			l.Add("body."+field, "code.unknown")
		}
	}
	many := func(field string, values, list []string) {
		if len(values) > len(list) { // some stand twice
			l.Add("body."+field, "record.too-many", "max", len(list))
			return
		}
		for _, v := range values {
			if !slices.Contains(list, v) {
				l.Add("body."+field, "code.unknown")
				return
			}
		}
	}
	one("type", p.Type, types)
	one("stage", p.Stage, Stages)
	one("exclusivity", p.Exclusivity, Exclusivities)
	one("export_control", p.ExportControl, ExportControls)
	one("genetic_resources", p.GeneticResources, GeneticResources)
	many("cooperation", p.Cooperation, Cooperations)
	many("ipr", p.IPR, IPRs)
	many("partner_types", p.PartnerTypes, parties.ActorTypes)
	many("partner_sizes", p.PartnerSizes, parties.ActorTypes)
	many("fields", p.Fields, Fields)
	many("topics", p.Topics, lexicon.Topics)
	if p.Agro != nil {
		many("agro.zones", p.Agro.Zones, Zones)
		many("agro.seasons", p.Agro.Seasons, Seasons)
	}
}

func (p *Profile) validateShapes(l *fault.List) {
	shape := func(field, key string, values []string, re *regexp.Regexp) {
		if len(values) > 60 {
			l.Add("body."+field, "record.too-many", "max", 60)
			return
		}
		for _, v := range values {
			if !re.MatchString(v) {
				l.Add("body."+field, key)
				return
			}
		}
	}
	shape("partner_countries", "state.bad-code", p.PartnerCountries, country)
	shape("partner_countries_excluded", "state.bad-code", p.PartnerCountriesExcluded, country)
	shape("territories", "state.bad-code", p.Territories, country)
	shape("dissemination", "state.bad-code", p.Dissemination, country)
	shape("patents", "profile.bad-patent", p.Patents, patent)
	shape("ipc", "profile.bad-ipc", p.IPC, ipc)
	shape("industry", "profile.bad-industry", p.Industry, industry)
	counts := func(field string, n int) {
		if n > 60 {
			l.Add("body."+field, "record.too-many", "max", 60)
		}
	}
	counts("concepts", len(p.Concepts))
	counts("sdg", len(p.SDG))
	if p.TRL < 0 || p.TRL > 9 {
		l.Add("body.trl", "number.out-of-range", "min", 1, "max", 9)
	} else if from, to := TRL(p.Stage); p.TRL > 0 && p.Stage != "" && from > 0 && (p.TRL < from || p.TRL > to) {
		l.Add("body.trl", "profile.trl-not-stage", "min", from, "max", to)
	}
	for _, g := range p.SDG {
		if g < 1 || g > 17 {
			l.Add("body.sdg", "number.out-of-range", "min", 1, "max", 17)
			break
		}
	}
	if b := p.Budget; b != nil {
		if !currency.MatchString(b.Currency) {
			l.Add("body.budget.currency", "profile.bad-currency")
		}
		if b.From < 0 || b.To < 0 || b.To > 0 && b.From > b.To {
			l.Add("body.budget.to", "number.order")
		}
	}
	if _, err := parties.ParseDate(string(p.Deadline)); err != nil {
		l.Add("body.deadline", "date.invalid")
	}
	p.validateWords(l)
}

// validateWords checks what is written freely beside the texts.
func (p *Profile) validateWords(l *fault.List) {
	words := func(field string, values ...string) {
		for _, s := range values {
			if n := utf8.RuneCountInString(s); n > maxWords {
				l.Add("body."+field, "text.too-long", "n", n, "max", maxWords)
				return
			}
			if lang.CheckText(s) != nil {
				l.Add("body."+field, "text.forbidden-characters")
				return
			}
		}
	}
	words("concepts", p.Concepts...)
	if a := p.Agro; a != nil {
		if a.FarmersReached < 0 {
			l.Add("body.agro.farmers_reached", "number.out-of-range", "min", 0, "max", 1_000_000_000)
		}
		words("agro.crops", a.Crops...)
		words("agro.input_cost", a.InputCost)
	}
	if c := p.Research; c != nil {
		if c.Months < 0 || c.Months > 240 {
			l.Add("body.research.months", "number.out-of-range", "min", 1, "max", 240)
		}
		words("research.programme", c.Programme)
		words("research.call", c.Call)
		words("research.consortium", c.Consortium)
	}
}

// maxWords bounds what is written freely beside the texts, in characters.
const maxWords = 300

// ConfirmEvery is how long an owner's word that a profile still holds is fresh.
const ConfirmEvery = 90 * 24 * time.Hour

// ValidFor is how long a profile is valid unless its owner says otherwise.
const ValidFor = 365 * 24 * time.Hour

// Vouched is when the owner last said that r holds: publishing it says so too.
func Vouched(r *record.Record) time.Time {
	if r.Confirmed.After(r.Published) {
		return r.Confirmed
	}
	return r.Published
}

// Fresh reports whether the owner's word that r holds is younger than
// [ConfirmEvery].
func Fresh(r *record.Record, now time.Time) bool {
	v := Vouched(r)
	return !v.IsZero() && now.Sub(v) < ConfirmEvery
}

func texts(names ...record.TextField) []record.TextField {
	return append([]record.TextField{
		{Name: "title", Max: 120, Required: true},
		{Name: "summary", Max: 400, Required: true, Lines: true},
		{Name: "description", Max: 8000, Required: true, Lines: true},
	}, names...)
}

func long(name string, max int) record.TextField {
	return record.TextField{Name: name, Max: max, Lines: true}
}

// Kinds lists the kinds of records of this area, for app to register.
func Kinds() []*record.Kind {
	return []*record.Kind{
		{Name: "offer", New: func() record.Body { return &Profile{} }, Policy: Policy, Features: features,
			Texts: texts(long("advantages", 3000), long("baseline", 2000), long("economics", 2000), long("validation", 2000),
				long("contribution", 1000), long("stage_comment", 600), long("ipr_comment", 600))},
		{Name: "need", New: func() record.Body { return &Profile{} }, Policy: Policy, Features: features,
			Texts: texts(long("problem", 2000), long("material", 1000), long("method", 1000), long("effect", 1000), long("product", 1000),
				long("application", 1000), long("constraints", 1000), long("volume", 600), long("standards", 600), long("contribution", 1000),
				long("baseline", 2000), long("economics", 2000))},
	}
}

func features(r *record.Record, f *record.Features, _ func(id.ID) string) {
	p := r.Body.(*Profile)
	f.Add("type", p.Type)
	f.Add("stage", p.Stage)
	f.Add("cooperation", p.Cooperation...)
	f.Add("ipr", p.IPR...)
	f.Add("field", p.Fields...)
	f.Add("topic", p.Topics...)
	f.Add("partner", p.PartnerTypes...)
	f.Add("wanted", p.PartnerCountries...)
	for _, g := range p.SDG {
		f.Add("sdg", fmt.Sprint(g))
	}
	if p.Agro != nil {
		f.Add("zone", p.Agro.Zones...)
		f.Add("season", p.Agro.Seasons...)
		for _, c := range p.Agro.Crops {
			f.Say("text", r.Source, c)
		}
	}
	for _, code := range slices.Concat(p.IPC, p.Patents, p.Industry) {
		f.Say("code", "", code)
	}
	if v := Vouched(r); !v.IsZero() {
		f.Numbers["confirmed"] = v.UnixMicro()
	}
	if p.TRL > 0 {
		f.Numbers["trl"] = int64(p.TRL)
	}
	if p.Deadline != "" {
		f.Numbers["deadline"] = p.Deadline.First().UnixMicro()
	}
}

package parties

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/record"
)

// Language is a language of a state and its standing there.
type Language struct {
	Lang     lang.Tag `json:"lang"`
	Status   string   `json:"status"` // official, state, used
	Evidence Evidence `json:"evidence,omitempty"`
}

// State is the body of a state's record.
type State struct {
	Code      string     `json:"code"` // ISO 3166-1 alpha-2
	ISO3      string     `json:"iso3"` // ISO 3166-1 alpha-3
	M49       int        `json:"m49"`  // UN M49
	Names     Names      `json:"names"`
	Languages []Language `json:"languages,omitempty"`
	Order     int        `json:"order,omitempty"` // place by the body's own rule for listing states
}

var (
	alpha2 = regexp.MustCompile(`^[A-Z]{2}$`)
	alpha3 = regexp.MustCompile(`^[A-Z]{3}$`)
)

// Validate implements [record.Body].
func (s *State) Validate(_ *record.Record, draft bool) error {
	var l fault.List
	if !alpha2.MatchString(s.Code) {
		l.Add("body.code", "state.bad-code")
	}
	if !alpha3.MatchString(s.ISO3) {
		l.Add("body.iso3", "state.bad-code")
	}
	s.Names.validate(&l, "body.names", draft)
	for i, x := range s.Languages {
		if t, err := lang.Parse(string(x.Lang)); err != nil || t != x.Lang {
			l.Add(fmt.Sprintf("body.languages.%d.lang", i), "lang.invalid")
		}
	}
	return l.Err()
}

// ActorTypes lists the types of organisations, after the enterprise networks'
// lists and what co-operation between states adds.
var ActorTypes = []string{"sme-micro", "sme-small", "sme-medium", "large", "multinational", "university", "research-institute",
	"inventor", "ministry-agency", "extension-station", "technopark", "transfer-office", "fund", "farmer-cooperative", "ngo", "body-organ", "other"}

// Organisation is the body of an organisation's record.
type Organisation struct {
	Names       Names             `json:"names"`
	Type        string            `json:"type"`
	State       id.ID             `json:"state,omitempty"`
	Parent      id.ID             `json:"parent,omitempty"`
	ROR         string            `json:"ror,omitempty"`          // https://ror.org/…
	NationalID  string            `json:"national_id,omitempty"`  // register number when there is no ROR
	NationalReg string            `json:"national_reg,omitempty"` // which register: USCC, OGRN, BIN, CIN …
	OtherIDs    map[string]string `json:"other_ids,omitempty"`    // by scheme: wikidata, isni, grid, fundref
	Place       string            `json:"place,omitempty"`
	Website     string            `json:"website,omitempty"`
	Since       int               `json:"since,omitempty"` // year of establishment
	Languages   []lang.Tag        `json:"languages,omitempty"`
	Status      string            `json:"status,omitempty"` // active, inactive, withdrawn
}

// rorID is a ROR identifier: a leading 0, six base-32 characters, two check digits.
var rorID = regexp.MustCompile(`^https://ror\.org/0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$`)

// Validate implements [record.Body].
func (o *Organisation) Validate(_ *record.Record, draft bool) error {
	var l fault.List
	o.Names.validate(&l, "body.names", draft)
	if !slices.Contains(ActorTypes, o.Type) {
		l.Add("body.type", "code.unknown")
	}
	if o.ROR != "" && !rorID.MatchString(o.ROR) {
		l.Add("body.ror", "organisation.bad-ror")
	}
	for field, ref := range map[string]id.ID{"state": o.State, "parent": o.Parent} {
		if ref != "" {
			if _, err := id.Parse(string(ref)); err != nil {
				l.Add("body."+field, "id.invalid")
			}
		}
	}
	if len(o.NationalID) > 64 || len(o.NationalReg) > 32 || lang.CheckText(o.NationalID+o.NationalReg+o.Place) != nil {
		l.Add("body.national_id", "text.forbidden-characters")
	}
	if o.Website != "" && !strings.HasPrefix(o.Website, "https://") && !strings.HasPrefix(o.Website, "http://") {
		l.Add("body.website", "url.invalid")
	}
	if o.Since != 0 && (o.Since < 800 || o.Since > 2200) {
		l.Add("body.since", "date.out-of-range")
	}
	return l.Err()
}

// Category is a kind of standing that a body gives, during a period: the
// categories themselves come and go.
type Category struct {
	Key string `json:"key"`
	Period
	Evidence Evidence `json:"evidence,omitempty"`
}

// Status is what a state is to a body during a period. "Granted" may mean several
// days, so they are kept apart from the day it took effect.
type Status struct {
	State    id.ID  `json:"state"`
	Category string `json:"category"`
	Period
	Decision   Date              `json:"decision,omitempty"`   // the body decided
	Memorandum Date              `json:"memorandum,omitempty"` // the memorandum was signed
	Approval   Date              `json:"approval,omitempty"`   // the state's own act
	Evidence   Evidence          `json:"evidence,omitempty"`
	Note       map[string]string `json:"note,omitempty"` // by language
}

// Chair is the state that presides over a body during a period, or on single days.
type Chair struct {
	State id.ID `json:"state"`
	Period
	On       []Date   `json:"on,omitempty"` // days for which a source shows it, when the period is not known
	Evidence Evidence `json:"evidence,omitempty"`
}

// Body is the body of a record of a body: an organisation of states or one of
// its councils, meetings and working groups.
type Body struct {
	Names      Names      `json:"names"`
	Parent     id.ID      `json:"parent,omitempty"`
	Founded    Date       `json:"founded,omitempty"`
	Languages  []lang.Tag `json:"languages,omitempty"` // official and working languages
	Categories []Category `json:"categories,omitempty"`
	Statuses   []Status   `json:"statuses,omitempty"`
	Chairs     []Chair    `json:"chairs,omitempty"`
}

// Validate implements [record.Body].
func (b *Body) Validate(_ *record.Record, draft bool) error {
	var l fault.List
	b.Names.validate(&l, "body.names", draft)
	if _, err := ParseDate(string(b.Founded)); err != nil {
		l.Add("body.founded", "date.invalid")
	}
	known := map[string]bool{}
	for i, c := range b.Categories {
		known[c.Key] = true
		c.Period.validate(&l, fmt.Sprintf("body.categories.%d", i))
	}
	if len(b.Statuses) > 2000 {
		l.Add("body.statuses", "record.too-many", "max", 2000)
		return l.Err()
	}
	for i, s := range b.Statuses {
		at := fmt.Sprintf("body.statuses.%d", i)
		if !known[s.Category] {
			l.Add(at+".category", "code.unknown")
		}
		if _, err := id.Parse(string(s.State)); err != nil {
			l.Add(at+".state", "id.invalid")
		}
		s.Period.validate(&l, at)
		for name, d := range map[string]Date{"decision": s.Decision, "memorandum": s.Memorandum, "approval": s.Approval} {
			if _, err := ParseDate(string(d)); err != nil {
				l.Add(at+"."+name, "date.invalid")
			}
		}
	}
	for i, c := range b.Chairs {
		c.Period.validate(&l, fmt.Sprintf("body.chairs.%d", i))
	}
	return l.Err()
}

// Post is the body of a post's record: an office that people hold one after
// another.
type Post struct {
	Names        Names `json:"names"`
	Organisation id.ID `json:"organisation,omitempty"`
	Period
}

// Validate implements [record.Body].
func (p *Post) Validate(_ *record.Record, draft bool) error {
	var l fault.List
	p.Names.validate(&l, "body.names", draft)
	p.Period.validate(&l, "body")
	return l.Err()
}

// Tenure is a person's holding of a post. Where the first and last day are not
// known, On lists the days for which a source shows it.
type Tenure struct {
	Post id.ID `json:"post"`
	Period
	On       []Date   `json:"on,omitempty"`
	Evidence Evidence `json:"evidence,omitempty"`
}

// Person is the body of the record of a holder of public office. Nobody else has
// a public record.
type Person struct {
	Names   Names    `json:"names"`
	Tenures []Tenure `json:"tenures,omitempty"`
}

// Validate implements [record.Body].
func (p *Person) Validate(_ *record.Record, draft bool) error {
	var l fault.List
	p.Names.validate(&l, "body.names", draft)
	if len(p.Tenures) == 0 && !draft {
		l.Add("body.tenures", "person.public-office-only")
	}
	for i, t := range p.Tenures {
		at := fmt.Sprintf("body.tenures.%d", i)
		t.Period.validate(&l, at)
		if _, err := id.Parse(string(t.Post)); err != nil {
			l.Add(at+".post", "id.invalid")
		}
		for _, d := range t.On {
			if _, err := ParseDate(string(d)); err != nil || d == "" {
				l.Add(at+".on", "date.invalid")
			}
		}
	}
	return l.Err()
}

// Kinds lists the kinds of records of this area, for app to register.
func Kinds() []*record.Kind {
	note := []record.TextField{{Name: "about", Max: 4000, Markdown: true}}
	return []*record.Kind{
		{Name: "state", New: func() record.Body { return &State{} }, Texts: note, Features: features, Policy: Policy},
		{Name: "body", New: func() record.Body { return &Body{} }, Texts: note, Features: features, Policy: Policy, Refs: func(r *record.Record) []record.Link {
			return links("parent", r.Body.(*Body).Parent)
		}},
		{Name: "organisation", New: func() record.Body { return &Organisation{} }, Texts: note, Features: features, Policy: OrganisationPolicy, Refs: func(r *record.Record) []record.Link {
			o := r.Body.(*Organisation)
			return append(links("state", o.State), links("parent", o.Parent)...)
		}},
		{Name: "post", New: func() record.Body { return &Post{} }, Texts: note, Features: features, Policy: Policy, Refs: func(r *record.Record) []record.Link {
			return links("organisation", r.Body.(*Post).Organisation)
		}},
		{Name: "person", New: func() record.Body { return &Person{} }, Texts: note, Features: features, Policy: Policy, Refs: func(r *record.Record) []record.Link {
			var all []record.Link
			for _, t := range r.Body.(*Person).Tenures {
				all = append(all, links("post", t.Post)...)
			}
			return all
		}},
	}
}

func links(rel string, to id.ID) []record.Link {
	if to == "" {
		return nil
	}
	return []record.Link{{Rel: rel, To: string(to)}}
}

// NamesOf gives the names in a record of this area, nil for others.
func NamesOf(r *record.Record) Names {
	switch b := r.Body.(type) {
	case *State:
		return b.Names
	case *Body:
		return b.Names
	case *Organisation:
		return b.Names
	case *Post:
		return b.Names
	case *Person:
		return b.Names
	}
	return nil
}

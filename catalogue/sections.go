package catalogue

import (
	"slices"
	"strings"

	"karvan/record"
)

// Section is a part of the form.
type Section struct {
	Name  string
	Texts []string // in the order in which they are asked for
}

// Sections lists the sections of the form in order, each with the texts it asks
// for; the site shows one at a time.
func Sections(kind string) []Section {
	if kind == "need" {
		return needSections
	}
	return offerSections
}

var (
	needSections = []Section{
		{"basics", []string{"title", "summary"}}, {"text", []string{"description", "problem", "baseline", "economics"}},
		{"elements", []string{"material", "method", "effect", "product", "application", "constraints", "volume", "standards"}},
		{"partner", []string{"contribution"}}, {"classification", nil}, {"conditions", nil}, {"translations", nil}, {"files", nil},
	}
	offerSections = []Section{
		{"basics", []string{"title", "summary"}}, {"text", []string{"description", "advantages"}},
		{"evidence", []string{"baseline", "economics", "validation"}}, {"maturity", []string{"stage_comment", "ipr_comment"}},
		{"partner", []string{"contribution"}}, {"classification", nil}, {"conditions", nil}, {"translations", nil}, {"files", nil},
	}
)

// bodySections says which section asks for a member of the body.
var bodySections = map[string]string{
	"type": "basics", "stage": "maturity", "trl": "maturity", "ipr": "maturity", "patents": "maturity",
	"cooperation": "partner", "exclusivity": "partner", "training": "partner", "after_sales": "partner",
	"partner_types": "partner", "partner_sizes": "partner", "partner_countries": "partner", "partner_countries_excluded": "partner",
	"fields": "classification", "topics": "classification", "sdg": "classification", "ipc": "classification",
	"industry": "classification", "concepts": "classification", "agro": "classification",
}

// SectionOf names the section that asks for a field, as faults and hints name
// it: "texts.title", "texts.en.title", "body.stage", "valid_to". source is the
// language the record was written in. What no section asks for by name belongs
// to the conditions.
func SectionOf(kind, source, field string) string {
	part, rest, _ := strings.Cut(field, ".")
	switch part {
	case "texts":
		if tag, name, ok := strings.Cut(rest, "."); ok {
			if tag != source {
				return "translations"
			}
			rest = name
		}
		for _, s := range Sections(kind) {
			if slices.Contains(s.Texts, rest) {
				return s.Name
			}
		}
		return "basics"
	case "body":
		name, _, _ := strings.Cut(rest, ".")
		if s := bodySections[name]; s != "" && (kind != "need" || s != "maturity") {
			return s
		}
	case "files":
		return "files"
	}
	return "conditions"
}

// Agricultural reports whether the profile is about agriculture, or says
// something only an agricultural one can.
func (p *Profile) Agricultural() bool {
	return p.Agro != nil || slices.Contains(p.Topics, "modern-agriculture") ||
		slices.ContainsFunc(p.Fields, func(f string) bool { return strings.HasPrefix(f, "4.") })
}

// KindOf gives the kind of record that a type of profile makes, "" for a type
// that does not exist.
func KindOf(profileType string) string {
	switch {
	case slices.Contains(OfferTypes, profileType):
		return "offer"
	case slices.Contains(NeedTypes, profileType):
		return "need"
	}
	return ""
}

// BodyOf gives the profile in a record of this area, nil for others.
func BodyOf(r *record.Record) *Profile {
	p, _ := r.Body.(*Profile)
	return p
}

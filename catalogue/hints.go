package catalogue

import (
	"regexp"
	"unicode"

	"karvan/record"
)

// Hint says what would make a profile better, naming the field.
type Hint struct {
	Field string
	Key   string // message key
	Args  []any
}

// Lengths that readers of profiles expect, in letters; Han script says the same
// in about two fifths of them.
const (
	wantDescription = 1000
	wantAdvantages  = 500
	wantSummary     = 100
	hanShare        = 0.4
)

// Contact data inside a text gives away who offers before the owner agreed to
// contact, and grows stale.
var (
	mail  = regexp.MustCompile(`[\p{L}0-9._%+-]+@[\p{L}0-9-]+\.[\p{L}0-9.-]{2,}`)
	phone = regexp.MustCompile(`\+\d[\d ()-]{7,}\d|\(\d{3,5}\)\s?\d{2,}[ -]?\d{2,}`)
	site  = regexp.MustCompile(`(?i)\b(https?://|www\.)[^\s]+`)
)

// Hints lists what would make r better, in the order of the form: missing
// baseline, no economics, contact data inside the text, too short, no element of
// a need.
func Hints(r *record.Record) []Hint {
	p, ok := r.Body.(*Profile)
	if !ok {
		return nil
	}
	var hints []Hint
	add := func(field, key string, args ...any) { hints = append(hints, Hint{field, key, args}) }
	text := func(name string) string { return r.Text(r.Source, name) }
	short := func(field string, want int) {
		s := text(field)
		have, need := letters(s), want
		if r.Source.Script() == "Hans" || r.Source == "zh" {
			need = int(float64(want) * hanShare)
		}
		if s != "" && have < need {
			add("texts."+field, "hint.too-short", "n", have, "want", need)
		}
	}
	short("summary", wantSummary)
	short("description", wantDescription)
	switch r.Kind {
	case "offer":
		if text("advantages") == "" {
			add("texts.advantages", "hint.no-advantages")
		}
		short("advantages", wantAdvantages)
		if text("baseline") == "" {
			add("texts.baseline", "hint.no-baseline")
		}
		if text("economics") == "" {
			add("texts.economics", "hint.no-economics")
		}
		if text("validation") == "" && p.TRL >= 6 {
			add("texts.validation", "hint.no-validation")
		}
	case "need":
		if text("problem") == "" {
			add("texts.problem", "hint.no-problem")
		}
		elements := 0
		for _, e := range []string{"material", "method", "effect", "product", "application"} {
			if text(e) != "" {
				elements++
			}
		}
		if elements < 3 {
			add("texts.material", "hint.few-elements", "n", elements)
		}
	}
	for _, f := range []string{"title", "summary", "description", "advantages", "problem", "contribution", "validation"} {
		if s := text(f); mail.MatchString(s) || phone.MatchString(s) || site.MatchString(s) {
			add("texts."+f, "hint.contact-data")
		}
	}
	if len(p.PartnerTypes) == 0 {
		add("body.partner_types", "hint.no-partner")
	}
	if len(p.Fields) == 0 {
		add("body.fields", "hint.no-field")
	}
	return hints
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			n++
		}
	}
	return n
}

// Sections lists the sections of the form in order, each with the texts it asks
// for; the site shows one at a time.
func Sections(kind string) []Section {
	if kind == "need" {
		return []Section{
			{"basics", []string{"title", "summary"}}, {"text", []string{"description", "problem"}},
			{"elements", []string{"material", "method", "effect", "product", "application", "constraints", "volume", "standards"}},
			{"partner", []string{"contribution"}}, {"classification", nil}, {"conditions", nil}, {"translations", nil}, {"files", nil},
		}
	}
	return []Section{
		{"basics", []string{"title", "summary"}}, {"text", []string{"description", "advantages"}},
		{"evidence", []string{"baseline", "economics", "validation"}}, {"maturity", []string{"stage_comment", "ipr_comment"}},
		{"partner", []string{"contribution"}}, {"classification", nil}, {"conditions", nil}, {"translations", nil}, {"files", nil},
	}
}

// Section is a part of the form.
type Section struct {
	Name  string
	Texts []string
}

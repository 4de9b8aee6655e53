package catalogue

import (
	"regexp"
	"strings"
	"unicode"

	"karvan/lexicon"
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
// contact, and grows stale. Digits count in every script.
var (
	mail  = regexp.MustCompile(`[\p{L}\p{Nd}._%+-]+[@＠][\p{L}\p{Nd}-]+\.[\p{L}\p{Nd}.-]{2,}`)
	phone = regexp.MustCompile(`[+＋]\p{Nd}[\p{Nd} ()-]{7,}\p{Nd}|\(\p{Nd}{3,5}\)\s?\p{Nd}{2,}[ -]\p{Nd}{2,}`)
	site  = regexp.MustCompile(`(?i)(https?://|\bwww\.)[^\s]+`)
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
		if strings.HasPrefix(r.Source.Script(), "Han") {
			need = int(float64(want) * hanShare)
		}
		if s != "" && have < need {
			add("texts."+field, "hint.too-short", "n", have, "want", need)
		}
	}
	if otherLanguage(r) {
		add("texts.title", "hint.other-language")
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
	for _, section := range Sections(r.Kind) {
		for _, f := range section.Texts {
			if hasContact(text(f)) {
				add("texts."+f, "hint.contact-data")
			}
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

// otherLanguage says that the texts surely are in another language than is said of
// them: matching would look their words up in the wrong one.
func otherLanguage(r *record.Record) bool {
	var b strings.Builder
	for _, s := range Sections(r.Kind) {
		for _, f := range s.Texts {
			b.WriteString(r.Text(r.Source, f))
			b.WriteByte('\n')
		}
	}
	tag, confidence := lexicon.Identify(b.String())
	own, _, _ := strings.Cut(string(r.Source), "-")
	return tag != "" && tag != own && confidence >= surelyWritten && letters(b.String()) >= wantSummary
}

// surelyWritten is the confidence from which a language is doubted.
const surelyWritten = 0.95

// hasContact reports whether a text gives an address, a number to call or a page.
func hasContact(s string) bool {
	return mail.MatchString(s) || phone.MatchString(s) || site.MatchString(s)
}

// letters counts what carries meaning, so that blanks and punctuation do not
// make a text look long.
func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			n++
		}
	}
	return n
}

package parties

import (
	"fmt"
	"time"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// Evidence says how well a fact is known.
type Evidence string

// The marks of evidence. "" means that nobody graded it.
const (
	Seen       Evidence = "seen"       // seen in a source
	Unverified Evidence = "unverified" // general knowledge, to be checked by the party
)

// Name is what something is called in a language during a period.
type Name struct {
	Lang     lang.Tag `json:"lang"`
	Name     string   `json:"name"`               // the short, everyday name
	Official string   `json:"official,omitempty"` // the full official name
	Short    string   `json:"short,omitempty"`    // an abbreviation
	Period
	Evidence Evidence `json:"evidence,omitempty"`
}

// Names are what something is called, by language and date.
type Names []Name

// On gives the name for a reader on a day: in their language, else in the one
// that serves them best, else any.
func (n Names) On(reader lang.Tag, day time.Time) Name {
	var tags []lang.Tag
	byLang := map[lang.Tag]Name{}
	for _, name := range n {
		if !name.Covers(day) {
			continue
		}
		if _, ok := byLang[name.Lang]; !ok {
			tags = append(tags, name.Lang)
			byLang[name.Lang] = name
		}
	}
	if name, ok := byLang[reader]; ok {
		return name
	}
	if len(tags) == 0 {
		if len(n) > 0 {
			return n[len(n)-1]
		}
		return Name{}
	}
	if name, ok := byLang[lang.Fallback(reader, tags, "en")]; ok {
		return name
	}
	return byLang[tags[0]]
}

// maxName bounds a name, in characters.
const maxName = 300

func (n Names) validate(l *fault.List, field string, draft bool) {
	if len(n) == 0 && !draft {
		l.Add(field, "text.missing")
	}
	if len(n) > 200 {
		l.Add(field, "record.too-many", "max", 200)
		return
	}
	for i, name := range n {
		at := fmt.Sprintf("%s.%d", field, i)
		if t, err := lang.Parse(string(name.Lang)); err != nil || t != name.Lang {
			l.Add(at+".lang", "lang.invalid")
		}
		if name.Name == "" {
			l.Add(at+".name", "text.missing")
		}
		for part, s := range map[string]string{"name": name.Name, "official": name.Official, "short": name.Short} {
			if c := utf8.RuneCountInString(s); c > maxName {
				l.Add(at+"."+part, "text.too-long", "n", c, "max", maxName)
			}
			if lang.CheckText(s) != nil {
				l.Add(at+"."+part, "text.forbidden-characters")
			}
		}
		name.Period.validate(l, at)
	}
}

package lexicon

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// obliqueStems gives the stems of a Russian noun in other cases where the Snowball
// stemmer does not bring them together with that of its dictionary form: it takes
// the end of опыт for an ending and not that of опыта, and knows no fleeting vowel
// (хлопок, хлопка).
func obliqueStems(plain string) []string {
	last, _ := utf8.DecodeLastRuneInString(plain)
	if utf8.RuneCountInString(plain) < 4 || !strings.ContainsRune("бвгджзклмнпрстфхцчшщ", last) {
		return nil
	}
	forms := []string{plain + "а", plain + "ом"}
	for _, f := range []struct{ from, to string }{{"ок", "ка"}, {"ек", "ка"}, {"ец", "ца"}} {
		if base, ok := strings.CutSuffix(plain, f.from); ok && utf8.RuneCountInString(base) > 2 {
			forms = append(forms, base+f.to)
		}
	}
	own := stem(plain, ru)
	var stems []string
	for _, f := range forms {
		if s := stem(f, ru); s != own && !slices.Contains(stems, s) {
			stems = append(stems, s)
		}
	}
	return stems
}

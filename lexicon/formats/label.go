package formats

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"karvan/internal/lang"
)

const acute = '\u0301' // combining acute accent

// cleanLabel makes a label fit to be kept: in Unicode form NFC, on one line,
// without the marks of stress that dictionaries write over Cyrillic letters.
func cleanLabel(s string) string {
	if strings.ContainsRune(s, acute) {
		s = withoutStress(s)
	}
	s, _ = lang.Clean(s)
	if tidy(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// tidy reports whether a text has no spaces but single ones between words, which
// is nearly always so.
func tidy(s string) bool {
	space := true
	for _, r := range s {
		if unicode.IsSpace(r) {
			if space || r != ' ' {
				return false
			}
			space = true
			continue
		}
		space = false
	}
	return !space || s == ""
}

// withoutStress drops acute accents over Cyrillic letters. Over г and к the
// accent makes a letter of Macedonian, ѓ and ќ, and stays.
func withoutStress(s string) string {
	var base rune
	return strings.Map(func(r rune) rune {
		if r == acute && unicode.Is(unicode.Cyrillic, base) && !strings.ContainsRune("гкГК", base) {
			return -1
		}
		if !unicode.Is(unicode.Mn, r) {
			base = r
		}
		return r
	}, s)
}

// withoutBorders drops the plus signs that mark the borders of segments between
// Chinese characters, with the spaces beside them.
func withoutBorders(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "+")
		if !found {
			b.WriteString(s)
			return b.String()
		}
		left, right := strings.TrimRight(before, " "), strings.TrimLeft(after, " ")
		last, _ := utf8.DecodeLastRuneInString(left)
		first, _ := utf8.DecodeRuneInString(right)
		if unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, first) {
			b.WriteString(left)
			s = right
			continue
		}
		b.WriteString(before)
		b.WriteByte('+')
		s = after
	}
}

// withoutSound drops the pronunciations that follow a word between slashes.
func withoutSound(s string) string {
	if !strings.Contains(s, "/") {
		return s
	}
	s = " " + s // the word itself may be missing
	for {
		before, sound, found := strings.Cut(s, " /")
		if !found {
			return s
		}
		_, after, _ := strings.Cut(sound, "/")
		s = before + after
	}
}

// excerpt makes what a stranger sent fit to be shown.
func excerpt(s string) string {
	const most = 60
	if len(s) > 8*most {
		s = s[:8*most]
	}
	s = cleanLabel(strings.ToValidUTF8(s, ""))
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}

package lexicon

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds on one word, in bytes: what is longer is cut, in documents and queries
// alike.
const (
	maxWord = 256 // as written
	maxTerm = 64  // as a term
)

// Normalise gives the form of a word that all its spellings share: compatibility
// composed (NFKC), lower case, without marks that writers leave out at will, with
// one letter where keyboards offer several, and in simplified Chinese characters.
func Normalise(s string) string {
	if lowerASCII(s) {
		return trim(s)
	}
	return string(normalise(nil, plainApostrophes(s)))
}

func lowerASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' || c == '`' {
			return false
		}
	}
	return true
}

// normalise appends the normal form of s to b. Taking marks away can bring
// together what composes, hence the rounds; they end at once for real text.
func normalise(b []byte, s string) []byte {
	start := len(b)
	for range 4 {
		if !norm.NFKC.IsNormalString(s) {
			s = norm.NFKC.String(s)
		}
		b = b[:start]
		for i, r := range s {
			if r == utf8.RuneError && invalidAt(s, i) {
				continue
			}
			b = appendFolded(b, r)
		}
		if string(b[start:]) == s {
			break
		}
		s = string(b[start:])
	}
	return append(b[:start], trim(s)...)
}

func invalidAt(s string, i int) bool {
	_, size := utf8.DecodeRuneInString(s[i:])
	return size == 1
}

// trim takes apostrophes off both ends: there they are quotes.
func trim(s string) string {
	for len(s) > 0 && s[0] == '\'' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == '\'' {
		s = s[:len(s)-1]
	}
	return s
}

func appendFolded(b []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		if r == '`' {
			r = '\''
		}
		return append(b, byte(r))
	}
	if r >= firstHan && r <= lastHan {
		return utf8.AppendRune(b, simplified(r))
	}
	r = unicode.ToLower(r)
	switch {
	case r == 'ß':
		return append(b, "ss"...)
	case ignored(r):
		return b
	case r >= 0x0660 && r <= 0x0669: // Arabic digits
		r += '0' - 0x0660
	case r >= 0x06F0 && r <= 0x06F9: // Persian and Urdu digits
		r += '0' - 0x06F0
	case r >= 0x0966 && r <= 0x096F: // Devanagari digits
		r += '0' - 0x0966
	default:
		r = foldLetter(r)
	}
	return utf8.AppendRune(b, r)
}

// ignored says whether writers put or leave out r without another meaning.
func ignored(r rune) bool {
	switch {
	case r >= 0x064B && r <= 0x065F, r == 0x0670, // Arabic vowel signs
		r >= 0x06D6 && r <= 0x06DC, r >= 0x06DF && r <= 0x06E4, r == 0x06E7, r == 0x06E8, r >= 0x06EA && r <= 0x06ED,
		r == 0x0640,                // tatweel
		r == 0x093C,                // Devanagari nukta
		r >= 0x200B && r <= 0x200F, // zero-width space, joiners, direction marks
		r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069,
		r == 0x00AD, r == 0xFEFF, // soft hyphen, byte order mark
		r >= 0xFE00 && r <= 0xFE0F: // variation selectors
		return true
	}
	return false
}

// foldLetter gives the one letter for several that stand for it.
func foldLetter(r rune) rune {
	switch r {
	case 'ё':
		return 'е'
	case 'ς':
		return 'σ'
	case 'ي', 'ى': // Arabic yeh and alef maksura, Persian and Urdu yeh
		return 'ی'
	case 'ك': // Arabic and Persian kaf
		return 'ک'
	case 'ہ', 'ە', 'ۀ', 'ۂ': // Urdu heh goal, and heh with hamza
		return 'ه'
	case 'أ', 'إ', 'ٱ':
		return 'ا'
	case 'ऩ': // letters with nukta that compose
		return 'न'
	case 'ऱ':
		return 'र'
	case 'ऴ':
		return 'ळ'
	case 'ʻ', 'ʼ', '‘', '’', 'ʹ', '´', 'ʽ', 'ˈ', '‛', '′': // Uzbek and typographic apostrophes
		return '\''
	}
	return r
}

// cut shortens s to at most n bytes of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

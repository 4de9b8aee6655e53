package lexicon

import (
	"strings"
	"unicode/utf8"
)

// romanise writes a normalised word in Latin letters by its sound, one way for all
// scripts: a c(=ch) e f g h i j(=dzh) k l m n o p r s x(=sh) t u v z. It is the
// common ground on which names and international words meet; no standard of
// transliteration agrees across these alphabets.
func romanise(word string) string {
	var b strings.Builder
	b.Grow(len(word))
	switch scriptOf(word) {
	case latin:
		romaniseLatin(&b, word)
	case cyrillic:
		for _, r := range strings.ReplaceAll(word, "дз", "д") { // Belarusian, for a soft д
			b.WriteString(cyrillicSounds[r])
		}
	case arabic:
		romaniseArabic(&b, word)
	case devanagari:
		romaniseDevanagari(&b, word)
	default:
		return ""
	}
	return squeeze(b.String())
}

// squeeze writes a doubled letter once.
func squeeze(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if len(b) == 0 || b[len(b)-1] != s[i] {
			b = append(b, s[i])
		}
	}
	return string(b)
}

var cyrillicSounds = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "j", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'л': "l", 'м': "m",
	'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "ts", 'ч': "c", 'ш': "x", 'щ': "x",
	'ъ': "", 'ы': "i", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia", 'і': "i", 'ў': "u", 'ә': "a", 'ғ': "g", 'қ': "k", 'ң': "n", 'ө': "o",
	'ұ': "u", 'ү': "u", 'һ': "h", 'ҳ': "h", 'ҷ': "j", 'ӣ': "i", 'ӯ': "u", 'ґ': "g", 'є': "e", 'ї': "i",
}

var latinPairs = []struct{ from, to string }{
	{"sch", "x"}, {"tch", "c"}, {"dz", "d"}, {"sh", "x"}, {"ch", "c"}, {"kh", "h"}, {"zh", "j"}, {"ph", "f"}, {"th", "t"}, {"ck", "k"}, {"gh", "g"},
	{"qu", "kv"}, {"ce", "se"}, {"ci", "si"}, {"cy", "si"}, {"ee", "i"}, {"oo", "u"}, {"ou", "u"}, {"tion", "tsion"}, {"o'", "o"}, {"g'", "g"}, {"x", "ks"},
}

func romaniseLatin(b *strings.Builder, word string) {
next:
	for i := 0; i < len(word); {
		for _, p := range latinPairs {
			if strings.HasPrefix(word[i:], p.from) {
				b.WriteString(p.to)
				i += len(p.from)
				continue next
			}
		}
		r, size := utf8.DecodeRuneInString(word[i:])
		i += size
		switch r {
		case 'c', 'q':
			b.WriteByte('k')
		case 'w':
			b.WriteByte('v')
		case 'y', 'ı', 'í', 'ì', 'î', 'ï':
			b.WriteByte('i')
		case 'á', 'à', 'â', 'ä', 'ã', 'å', 'ā':
			b.WriteByte('a')
		case 'é', 'è', 'ê', 'ë', 'ē', 'ė':
			b.WriteByte('e')
		case 'ó', 'ò', 'ô', 'ö', 'õ', 'ø', 'ō':
			b.WriteByte('o')
		case 'ú', 'ù', 'û', 'ü', 'ū':
			b.WriteByte('u')
		case 'ç', 'č', 'ć':
			b.WriteByte('c')
		case 'ş', 'š', 'ś':
			b.WriteByte('x')
		case 'ñ', 'ń', 'ň':
			b.WriteByte('n')
		case 'ž', 'ź', 'ż':
			b.WriteByte('z')
		case 'ğ':
			b.WriteByte('g')
		case 'ł':
			b.WriteByte('l')
		default:
			if 'a' <= r && r <= 'z' {
				b.WriteRune(r)
			}
		}
	}
}

var arabicSounds = map[rune]string{
	'آ': "a", 'ا': "a", 'ب': "b", 'پ': "p", 'ت': "t", 'ٹ': "t", 'ث': "s", 'ج': "j", 'چ': "c", 'ح': "h", 'خ': "h", 'د': "d", 'ڈ': "d", 'ذ': "z",
	'ر': "r", 'ڑ': "r", 'ز': "z", 'ژ': "j", 'س': "s", 'ش': "x", 'ص': "s", 'ض': "z", 'ط': "t", 'ظ': "z", 'ع': "a", 'غ': "g", 'ف': "f", 'ق': "k",
	'ک': "k", 'گ': "g", 'ل': "l", 'م': "m", 'ن': "n", 'ں': "n", 'و': "v", 'ه': "h", 'ھ': "", 'ی': "i", 'ے': "e", 'ئ': "i", 'ؤ': "v", 'ة': "h", 'ء': "",
}

func romaniseArabic(b *strings.Builder, word string) {
	for _, r := range word {
		b.WriteString(arabicSounds[r])
	}
}

var devanagariSounds = map[rune]string{
	'क': "k", 'ख': "k", 'ग': "g", 'घ': "g", 'ङ': "n", 'च': "c", 'छ': "c", 'ज': "j", 'झ': "j", 'ञ': "n", 'ट': "t", 'ठ': "t", 'ड': "d", 'ढ': "d", 'ण': "n",
	'त': "t", 'थ': "t", 'द': "d", 'ध': "d", 'न': "n", 'प': "p", 'फ': "f", 'ब': "b", 'भ': "b", 'म': "m", 'य': "i", 'र': "r", 'ल': "l", 'ळ': "l", 'व': "v",
	'श': "x", 'ष': "x", 'स': "s", 'ह': "h",
	'अ': "a", 'आ': "a", 'इ': "i", 'ई': "i", 'उ': "u", 'ऊ': "u", 'ए': "e", 'ऐ': "e", 'ओ': "o", 'औ': "o", 'ऑ': "o", 'ऋ': "ri",
	'ा': "a", 'ि': "i", 'ी': "i", 'ु': "u", 'ू': "u", 'े': "e", 'ै': "e", 'ो': "o", 'ौ': "o", 'ॉ': "o", 'ृ': "ri", 'ं': "n", 'ँ': "n",
}

// romaniseDevanagari also writes the vowel that a bare consonant carries, but for
// the last one.
func romaniseDevanagari(b *strings.Builder, word string) {
	bare := false
	for _, r := range word {
		switch {
		case r >= 'क' && r <= 'ह':
			if bare {
				b.WriteByte('a')
			}
			bare = true
		case r >= 'ा' && r <= '्', r == 'ृ':
			bare = false
		case bare:
			b.WriteByte('a')
			bare = false
		}
		b.WriteString(devanagariSounds[r])
	}
}

// skeleton gives what every script writes of a romanised word: its consonants
// by classes of sounds that alphabets confuse. Arabic script leaves vowels out,
// writes v like u, and h is lost at will.
func skeleton(sound string) string {
	b := make([]byte, 0, len(sound))
	for i := range len(sound) {
		c := skeletonClass[sound[i]]
		if c != 0 && (len(b) == 0 || b[len(b)-1] != c) {
			b = append(b, c)
		}
	}
	return string(b)
}

var skeletonClass = [256]byte{
	'b': 'p', 'p': 'p', 'f': 'f', 't': 't', 'd': 't', 'k': 'k', 'g': 'k', 's': 's', 'z': 's', 'c': 'x', 'x': 'x', 'j': 'x', 'l': 'l', 'r': 'r', 'm': 'm', 'n': 'n',
}

// Costs of edits, in twentieths of that of a consonant: an edit of a vowel, or of h and
// v, counts little, between vowels less, between consonants of a class not much more.
const (
	wholeCost = 20
	vowelCost = 7
	shiftCost = 4
	classCost = 8
	mostSound = 32 // letters of a word that are compared
)

// editCosts and changeCosts are by letter, less 'a'.
var editCosts, changeCosts = func() (edit [26]uint16, change [26][26]uint16) {
	for c := range edit {
		edit[c] = wholeCost
		if strings.IndexByte("aeiouhv", byte(c)+'a') >= 0 {
			edit[c] = vowelCost
		}
	}
	for a := range change {
		for b := range change {
			vowelA, vowelB := edit[a] < wholeCost, edit[b] < wholeCost
			switch {
			case a == b:
			case vowelA && vowelB:
				change[a][b] = shiftCost
			case vowelA == vowelB && skeletonClass[a+'a'] == skeletonClass[b+'a']:
				change[a][b] = classCost
			default:
				change[a][b] = wholeCost
			}
		}
	}
	return edit, change
}()

// sounding is a romanised word made ready to be compared.
type sounding struct {
	letters [mostSound]uint8 // less 'a'
	n       int
	length  int // sum of what its letters cost
}

// set takes in a romanised word, its consonants only when bare.
func (s *sounding) set(sound []byte, bare bool) {
	s.n, s.length = 0, 0
	for _, c := range sound {
		if c < 'a' || c > 'z' || bare && skeletonClass[c] == 0 {
			continue
		}
		if s.n == mostSound {
			return
		}
		s.letters[s.n] = c - 'a'
		s.length += int(editCosts[c-'a'])
		s.n++
	}
}

// alikeness of two romanised words is 1 less the edits between them by their length;
// 0 when it is surely below the least that is of interest.
func alikeness(a, b *sounding, least float64) float64 {
	both := a.length + b.length
	if a.n == 0 || b.n == 0 {
		return 0
	}
	most := int((1 - least) * float64(both) / 2)
	if d := a.length - b.length; d > most || -d > most {
		return 0
	}
	var row [mostSound + 1]int
	for j := range b.n {
		row[j+1] = row[j] + int(editCosts[b.letters[j]])
	}
	for i := range a.n {
		x := a.letters[i]
		drop, changes := int(editCosts[x]), &changeCosts[x]
		diagonal := row[0]
		row[0] += drop
		best := row[0]
		for j := range b.n {
			y := b.letters[j]
			d := min(diagonal+int(changes[y]), row[j+1]+drop, row[j]+int(editCosts[y]))
			diagonal, row[j+1] = row[j+1], d
			best = min(best, d)
		}
		if best > most {
			return 0
		}
	}
	return max(0, 1-2*float64(row[b.n])/float64(both))
}

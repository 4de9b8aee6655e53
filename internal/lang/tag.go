package lang

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Tag is a language tag in the canonical form of BCP 47, such as "ru" or
// "uz-Cyrl".
type Tag string

// maxTag is the length RFC 5646, section 4.4.1, asks every reader to accept;
// nothing longer is a language anybody writes in.
const maxTag = 35

// ErrTag says that a string is not a language tag.
var ErrTag = errors.New("lang: not a language tag")

// Content lists the languages in which records are written and matched.
var Content = []Tag{"zh", "ru", "en", "kk", "ky", "tg", "uz", "hi", "ur", "fa", "be"}

// Interface lists the languages the pages speak, the first being the one a
// reader gets who asks for none of them.
var Interface = []Tag{"en", "zh", "ru", "fa"}

// Partner lists further languages that have a name in the catalogues, for
// documents and for people's skills.
var Partner = []Tag{"mn", "tr", "az", "hy", "ar", "si", "ne", "km", "lo", "my", "dv", "ps", "ta"}

var autonyms = map[Tag]string{
	"zh": "中文",
	"ru": "Русский",
	"en": "English",
	"kk": "Қазақша",
	"ky": "Кыргызча",
	"tg": "Тоҷикӣ",
	"uz": "Oʻzbekcha",
	"hi": "हिन्दी",
	"ur": "اردو",
	"fa": "فارسی",
	"be": "Беларуская",

	"mn": "Монгол",
	"tr": "Türkçe",
	"az": "Azərbaycanca",
	"hy": "Հայերեն",
	"ar": "العربية",
	"si": "සිංහල",
	"ne": "नेपाली",
	"km": "ខ្មែរ",
	"lo": "ລາວ",
	"my": "မြန်မာ",
	"dv": "ދިވެހި",
	"ps": "پښتو",
	"ta": "தமிழ்",
}

// scripts spares the languages of nearly every fragment of a page a parse.
var scripts = map[Tag]string{
	"zh": "Hans", "ru": "Cyrl", "en": "Latn", "kk": "Cyrl", "ky": "Cyrl", "tg": "Cyrl",
	"uz": "Latn", "hi": "Deva", "ur": "Arab", "fa": "Arab", "be": "Cyrl",
}

// rtlScripts are the right-to-left scripts in modern use.
var rtlScripts = []string{"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}

// Parse reads a language tag and returns its canonical form. It fails with
// [ErrTag] on anything else, and on tags longer than 35 bytes.
func Parse(s string) (Tag, error) {
	if s == "" || len(s) > maxTag {
		return "", ErrTag
	}
	t, err := language.Parse(s)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrTag, err)
	}
	// Canonical forms may be longer than what was sent.
	c := t.String()
	if t.IsRoot() || len(c) > maxTag {
		return "", ErrTag
	}
	return Tag(c), nil
}

// String returns the tag as text.
func (t Tag) String() string { return string(t) }

// Base returns the language alone, without script, region or extensions:
// "zh" for "zh-Hans-CN".
func (t Tag) Base() Tag {
	if base, _, found := strings.Cut(string(t), "-"); found {
		return Tag(base)
	}
	return t
}

// Script returns the ISO 15924 code of the script the language is written
// in, likely subtags included: "Arab" for "fa", "Cyrl" for "kk". It is "Zzzz"
// for a tag that cannot be read.
func (t Tag) Script() string {
	if s, ok := scripts[t]; ok {
		return s
	}
	x := t.text()
	if x.IsRoot() {
		return "Zzzz"
	}
	s, _ := x.Script()
	return s.String()
}

// Dir returns the value of the HTML attribute dir: "rtl" or "ltr".
func (t Tag) Dir() string {
	if slices.Contains(rtlScripts, t.Script()) {
		return "rtl"
	}
	return "ltr"
}

// text returns the tag for the packages of golang.org/x/text.
func (t Tag) text() language.Tag {
	if len(t) > maxTag {
		return language.Und
	}
	x, err := language.Parse(string(t))
	if err != nil {
		return language.Und
	}
	return x
}

// Autonym returns the name a language gives itself, "中文" for "zh"; the tag
// itself when the name is not known.
func Autonym(t Tag) string {
	if name, ok := autonyms[t]; ok {
		return name
	}
	if name, ok := autonyms[t.Base()]; ok {
		return name
	}
	return string(t)
}

// IsContent reports whether records may be written in the language.
func IsContent(t Tag) bool { return slices.Contains(Content, t) }

// IsInterface reports whether the pages speak the language.
func IsInterface(t Tag) bool { return slices.Contains(Interface, t) }

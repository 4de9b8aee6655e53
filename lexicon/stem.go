package lexicon

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
)

// language is a language whose words get more than normalisation.
type language uint8

const (
	unknown language = iota
	en
	ru
	be
	kk
	ky
	uz
	tg
	fa
	ur
	hi
	zh
	firstList // the languages from here on have stop words only
)

// tags names the languages of the vocabulary, in the order of the constants.
var tags = [firstList]string{"", "en", "ru", "be", "kk", "ky", "uz", "tg", "fa", "ur", "hi", "zh"}

// languageOf reads the language of a BCP 47 tag.
func languageOf(tag string) language {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	if len(tag) > 3 {
		return unknown
	}
	return languages[strings.ToLower(tag)]
}

// termOf gives the term of a word in a language, "" for a stop word.
func termOf(word string, lang language) string {
	t := Normalise(cut(word, maxWord))
	if lang != unknown && stopWords[lang][t] {
		return ""
	}
	return cut(stem(t, lang), maxTerm)
}

// stem reduces a normalised word, if it is written in letters of the language.
func stem(word string, lang language) string {
	if len(word) < 3 || len(word) > maxTerm {
		return word
	}
	switch script := scriptOf(word); {
	case lang == en && script == latin:
		env := snowballstem.NewEnv(word)
		english.Stem(env)
		return solid(env.Current(), word)
	case lang == ru && script == cyrillic:
		env := snowballstem.NewEnv(word)
		russian.Stem(env)
		return solid(env.Current(), word)
	case lang == uz && script == cyrillic:
		return stem(uzbekLatin(word), uz)
	case lang == be && script == cyrillic:
		return unsoftened(suffixes[be].stem(word))
	case lang < firstList && suffixes[lang].script == script && script != mixed:
		return suffixes[lang].stem(word)
	}
	return word
}

// unsoftened writes д for the дз that it becomes in Belarusian before some endings.
func unsoftened(stem string) string {
	if rest, ok := strings.CutSuffix(stem, "дз"); ok && utf8.RuneCountInString(rest) > 1 {
		return rest + "д"
	}
	return stem
}

// solid gives the stem unless nothing is left of the word.
func solid(stem, word string) string {
	if stem = trim(stem); stem == "" {
		return word
	}
	return stem
}

type script uint8

const (
	mixed script = iota
	latin
	cyrillic
	arabic
	devanagari
)

// scriptOf gives the script of a word; apostrophes belong to any, digits to none.
func scriptOf(word string) script {
	s := mixed
	for _, r := range word {
		this := mixed
		switch {
		case r == '\'':
			continue
		case r < utf8.RuneSelf && isLetter(byte(r)), r >= 0xC0 && unicode.Is(unicode.Latin, r):
			this = latin
		case r >= 0x400 && r < 0x530:
			this = cyrillic
		case r >= 0x600 && r < 0x700:
			this = arabic
		case r >= 0x900 && r < 0x980:
			this = devanagari
		}
		if this == mixed || s != mixed && this != s {
			return mixed
		}
		s = this
	}
	return s
}

// memo remembers the terms of words: text repeats itself, and a stem costs fifty
// times a look-up. Its size is fixed; a word that falls on the place of another
// replaces it. Only short words are kept, so it is a few megabytes at most.
var memo = &termMemo{seed: maphash.MakeSeed()}

const (
	memoPlaces = 1 << 15
	memoWord   = 48
)

type termMemo struct {
	seed   maphash.Seed
	places [memoPlaces]atomic.Pointer[memoEntry]
}

type memoEntry struct {
	word, term string
	lang       language
}

func (m *termMemo) term(word string, lang language) string {
	if len(word) > memoWord {
		return termOf(word, lang)
	}
	place := &m.places[(maphash.String(m.seed, word)+uint64(lang)*0x9E3779B97F4A7C15)%memoPlaces]
	if e := place.Load(); e != nil && e.lang == lang && e.word == word {
		return e.term
	}
	// The entry must not keep the text alive that the word was cut from.
	word = strings.Clone(word)
	e := &memoEntry{word, termOf(word, lang), lang}
	place.Store(e)
	return e.term
}

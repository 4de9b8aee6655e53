package lexicon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// Token is a term and the bytes of the input it stands for.
type Token struct {
	Term       string
	Start, End int
}

// Analyse gives the terms of a text in the language of a BCP 47 tag, in the
// order of the text. With an empty tag words are normalised only. Tokens of a
// Chinese run overlap.
func Analyse(text, tag string) []Token {
	lang := languageOf(tag)
	tokens := make([]Token, 0, len(text)/6+1)
	eachWord(text, func(start, end int) bool {
		if t := memo.term(text[start:end], lang); t != "" {
			tokens = append(tokens, Token{t, start, end})
		}
		return true
	})
	return tokens
}

// eachWord calls f with the place of every word, and of every pair of
// neighbouring Chinese characters, until f returns false.
func eachWord(text string, f func(start, end int) bool) {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			eachUnicodeWord(wideSubscripts(plainApostrophes(text)), f)
			return
		}
	}
	eachASCIIWord(text, f)
}

// plainApostrophes lets accents that are typed for apostrophes, as in Uzbek, join
// letters. It does not move a byte.
func plainApostrophes(text string) string {
	if strings.Contains(text, "`") {
		text = strings.ReplaceAll(text, "`", "'")
	}
	if strings.Contains(text, "´") {
		text = strings.ReplaceAll(text, "´", "ʼ")
	}
	return text
}

// wideSubscripts writes digits below the line as wide ones, so that segmentation leaves
// them in the formula. It does not move a byte.
func wideSubscripts(text string) string {
	i := strings.Index(text, lowerDigit)
	if i < 0 {
		return text
	}
	b := []byte(text)
	for i+2 < len(b) {
		if string(b[i:i+2]) == lowerDigit && b[i+2] >= 0x80 && b[i+2] <= 0x89 {
			copy(b[i:], string('０'+rune(b[i+2]-0x80)))
			i += 2
		}
		i++
	}
	return string(b)
}

// lowerDigit is how the digits below the line begin in UTF-8.
const lowerDigit = "\xe2\x82"

func eachUnicodeWord(text string, f func(start, end int) bool) {
	var run hanRun
	it := words.FromString(text)
	for it.Next() {
		start, end := it.Start(), it.End()
		r, size := utf8.DecodeRuneInString(text[start:end])
		if r >= 0x2E80 && unicode.Is(unicode.Han, r) && size == end-start {
			if !run.add(start, end, f) {
				return
			}
			continue
		}
		if !run.close(f) {
			return
		}
		if wordLike(text[start:end]) && !f(start, end) {
			return
		}
	}
	run.close(f)
}

// wordLike says whether a segment is more than space and punctuation.
func wordLike(s string) bool {
	for _, r := range s {
		if r < utf8.RuneSelf {
			if isWord[r] && r != '_' {
				return true
			}
		} else if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return true
		}
	}
	return false
}

// hanRun is the Chinese characters that follow each other without a gap.
type hanRun struct {
	start, mid, end int // mid is where the last character starts
	n               int
}

// add takes in the next character and reports the pair it ends.
func (h *hanRun) add(start, end int, f func(start, end int) bool) bool {
	if h.n > 0 && h.end != start && !h.close(f) {
		return false
	}
	before := h.mid
	if h.n == 0 {
		h.start, before = start, start
	}
	h.mid, h.end = start, end
	h.n++
	return h.n == 1 || f(before, end)
}

// close ends the run; a character that stood alone is reported as it is.
func (h *hanRun) close(f func(start, end int) bool) bool {
	alone := h.n == 1
	h.n = 0
	return !alone || f(h.start, h.end)
}

// ASCII needs no Unicode tables: the same rules over a byte table.
const (
	joinsLetters = "'.:"
	joinsDigits  = "'.,;"
)

var isWord = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = isLetter(byte(c)) || isDigit(byte(c)) || c == '_'
	}
	return t
}()

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func eachASCIIWord(text string, f func(start, end int) bool) {
	text = plainApostrophes(text)
	for i := 0; i < len(text); {
		if !isWord[text[i]] {
			i++
			continue
		}
		start, solid := i, false
		for i < len(text) {
			c := text[i]
			if isWord[c] {
				solid = solid || c != '_'
				i++
			} else if i+1 < len(text) && joins(text[i-1], c, text[i+1]) {
				i++
			} else {
				break
			}
		}
		if solid && !f(start, i) {
			return
		}
	}
}

// joins says whether a mark between two characters leaves them one word.
func joins(before, mark, after byte) bool {
	if isLetter(before) && isLetter(after) {
		return strings.IndexByte(joinsLetters, mark) >= 0
	}
	return isDigit(before) && isDigit(after) && strings.IndexByte(joinsDigits, mark) >= 0
}

// eachUnit calls f with every word and every single Chinese character.
func eachUnit(text string, f func(start, end int, han bool)) {
	text = wideSubscripts(plainApostrophes(text))
	it := words.FromString(text)
	for it.Next() {
		start, end := it.Start(), it.End()
		switch segment := text[start:end]; {
		case isHan(segment):
			f(start, end, true)
		case wordLike(segment):
			f(start, end, false)
		}
	}
}

func isHan(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return r >= 0x2E80 && size == len(s) && unicode.Is(unicode.Han, r)
}

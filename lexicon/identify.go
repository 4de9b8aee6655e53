package lexicon

import (
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Bounds of telling a language.
const (
	maxSample   = 2100 // bytes of a text that are looked at, in three pieces
	maxSpans    = 1000
	correlated  = 4.0  // features that say what one would say alone
	leastPiece  = 24   // bytes of a sentence that may be of another language than the one before
	surePiece   = 0.9  // how sure one must be of it
	kanaShare   = 0.08 // of Japanese text at least
	hanWorth    = 3    // letters that a Chinese character counts for
	strange     = 48   // steps by which a language that is not ours must be likelier
	quantum     = 16.0 // steps of a score to the natural logarithm's unit
	maxProfiles = 32   // languages of a script
)

// Identify tells in which of the languages of the vocabulary a text is written,
// by its script and by how likely its letters, pairs and triples of letters and
// words are in the texts of each. The tag is empty for any other language, for as
// much as those nearby are known, and for what has no letters. The confidence lies
// between 0 and 1.
func Identify(text string) (tag string, confidence float64) {
	return identify(sample(text), nil)
}

// IdentifyAmong tells in which of some languages a text is written; the tag is
// empty only when its script is that of none of them.
func IdentifyAmong(text string, tags []string) (tag string, confidence float64) {
	if len(tags) == 0 {
		return "", 0
	}
	return identify(sample(text), tags)
}

// sample takes the beginning, the middle and the end of a long text.
func sample(text string) [3]string {
	const piece = maxSample / 3
	if len(text) <= maxSample {
		return [3]string{text}
	}
	middle := text[len(text)/2-piece/2:]
	return [3]string{wholeRunes(text[:piece]), wholeRunes(middle[:piece]), wholeRunes(text[len(text)-piece:])}
}

// wholeRunes takes broken characters off both ends.
func wholeRunes(s string) string {
	for range utf8.UTFMax - 1 {
		if s != "" && !utf8.RuneStart(s[0]) {
			s = s[1:]
		}
		if r, size := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && size == 1 {
			s = s[:len(s)-1]
		}
	}
	return s
}

// Writings tell apart what [script] does, and what no language of the vocabulary
// is written in.
const (
	latinLetter = iota
	cyrillicLetter
	arabicLetter
	devanagariLetter
	hanLetter
	kanaLetter
	strangeLetter
	writings
)

func identify(pieces [3]string, among []string) (string, float64) {
	var count [writings]int
	letters := 0
	for _, piece := range pieces {
		for _, r := range piece {
			if w, _, ok := letterOf(r); ok {
				count[w]++
				letters++
			}
		}
	}
	if letters == 0 {
		return "", 0
	}
	han := count[hanLetter]
	if kana := count[kanaLetter]; kana > 0 && float64(kana) >= kanaShare*float64(kana+han) {
		count[hanLetter], count[strangeLetter] = 0, count[strangeLetter]+hanWorth*(han+kana)
	} else {
		count[hanLetter] = hanWorth * han
	}
	main := 0
	for w := range writings {
		if w != kanaLetter && count[w] > count[main] {
			main = w
		}
	}
	share := float64(count[main]) / float64(max(1, letters+(hanWorth-1)*han))
	switch {
	case main == hanLetter && (among == nil || slices.Contains(among, "zh")):
		return "zh", min(1, share)
	case main >= hanLetter:
		return "", min(1, share)
	}
	return languageProfiles()[main].best(pieces, main, among)
}

// letterOf gives the writing of a letter, and the letter by which it is counted.
func letterOf(r rune) (writing int, folded rune, ok bool) {
	switch {
	case r < utf8.RuneSelf:
		if c := r | 0x20; 'a' <= c && c <= 'z' {
			return latinLetter, c, true
		}
		return 0, 0, false
	case r < 0xC0:
		return 0, 0, false
	case r < 0x250, r >= 0x1E00 && r < 0x1F00:
		return latinLetter, unicode.ToLower(r), r != '×' && r != '÷'
	case r >= 0x400 && r < 0x530:
		if r >= 0x430 && r < 0x460 { // small already
			return cyrillicLetter, r, true
		}
		return cyrillicLetter, unicode.ToLower(r), true
	case r >= 0x620 && r < 0x6D6 && (r < 0x64B || r > 0x66D) && r != 0x640 && r != 0x6D4, r >= 0x6EE && r < 0x6F0, r >= 0x6FA && r < 0x700, r >= 0x750 && r < 0x780:
		return arabicLetter, r, true
	case r >= 0x900 && r < 0x964, r >= 0x970 && r < 0x980:
		return devanagariLetter, r, r != 0x93C
	case r >= 0x3041 && r < 0x3100:
		return kanaLetter, r, r != '・'
	case r < 0x2000: // letters of other alphabets
		return strangeLetter, r, unicode.IsLetter(r)
	case r < 0x2E80:
		return 0, 0, false
	}
	if unicode.Is(unicode.Han, r) {
		return hanLetter, r, true
	}
	return strangeLetter, r, unicode.IsLetter(r)
}

// Features of a text are single letters, pairs, triples and words. Each kind has
// its own part of the table; features that fall on one place are counted as one.
const (
	singleBits = 9
	pairBits   = 13
	tripleBits = 15
	wordBits   = 14

	pairsAt   = 1 << singleBits
	triplesAt = pairsAt + 1<<pairBits
	wordsAt   = triplesAt + 1<<tripleBits
	features  = wordsAt + 1<<wordBits
)

// mix spreads a number over 32 bits.
func mix(h uint32) uint32 {
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 12
	h *= 0x297A2D39
	return h ^ h>>15
}

// eachFeature calls f with the places of the features of a text in the letters of a
// writing. An apostrophe between letters is one of them.
func eachFeature(text string, writing int, f func(place uint32)) {
	var before, last rune // of the word, 0 at its start
	word := uint32(0)
	n := 0
	put := func(r rune) {
		pair := uint32(last)*0x9E3779B1 + uint32(r)
		f(pairsAt + mix(pair)>>(32-pairBits))
		if n > 0 {
			f(triplesAt + mix(pair+uint32(before)*0x85EBCA77)>>(32-tripleBits))
		}
		before, last = last, r
		n++
	}
	end := func() {
		if n > 0 {
			put(0)
			f(wordsAt + mix(word)>>(32-wordBits))
		}
		before, last, word, n = 0, 0, 0, 0
	}
	for _, r := range text {
		if r < utf8.RuneSelf && r != '\'' && r != '`' && (writing != latinLetter || !isLetter(byte(r))) {
			end()
			continue
		}
		w, c, ok := letterOf(r)
		switch {
		case ok && w == writing:
			f(mix(uint32(c)) >> (32 - singleBits))
			word = word*0x01000193 + uint32(c)
			put(c)
		case n > 0 && isApostrophe(r):
			put('\'')
		case r == 0x200C || r == 0x200D || !ok && (ignored(r) || r == 0x670): // within a word
		default:
			end()
		}
	}
	end()
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', 'ʻ', 'ʼ', '‘', '’', '´', 'ʹ', '′':
		return true
	}
	return false
}

// profile holds for the features of a writing how much likelier each is in a
// language than in all of them, as steps of a logarithm.
type profile struct {
	tags   []string // "" for a language that is not of the vocabulary
	scores []int8   // len(tags) for each feature
}

// best gives the likeliest language.
func (p *profile) best(pieces [3]string, writing int, among []string) (string, float64) {
	var sums [maxProfiles]int32
	n := len(p.tags)
	for _, piece := range pieces {
		eachFeature(piece, writing, func(place uint32) {
			row := p.scores[int(place)*n : int(place)*n+n]
			for i, s := range row {
				sums[i] += int32(s)
			}
		})
	}
	for i, tag := range p.tags {
		if tag == "" {
			sums[i] -= strange
		}
	}
	best := -1
	for i, tag := range p.tags {
		if (among == nil || slices.Contains(among, tag) && tag != "") && (best < 0 || sums[i] > sums[best]) {
			best = i
		}
	}
	if best < 0 {
		return "", 0
	}
	// Languages of one tag stand together: Uzbek, and all those that are not ours.
	same, all := 0.0, 0.0
	for i, tag := range p.tags {
		if among != nil && (tag == "" || !slices.Contains(among, tag)) {
			continue
		}
		e := math.Exp(float64(sums[i]-sums[best]) / quantum / correlated)
		all += e
		if tag == p.tags[best] {
			same += e
		}
	}
	return p.tags[best], same / all
}

// Span is a part of a text in one language.
type Span struct {
	Start, End int // bytes of the text
	Tag        string
}

// Spans cuts a text of several languages into parts of one, at the ends of
// sentences and lines. What is too short to tell, such as a number or a name,
// belongs to what stands before it. The spans cover the text without a gap.
func Spans(text string) []Span {
	var spans []Span
	add := func(start, end int) {
		piece := text[start:end]
		tag, sure := Identify(piece)
		unsure := sure == 0 || len(piece) < leastPiece && sure < surePiece
		if n := len(spans); n > 0 && (unsure || spans[n-1].Tag == tag || n == maxSpans) {
			spans[n-1].End = end
			return
		}
		if len(spans) == 1 && spans[0].Tag == "" { // a beginning that says nothing
			if _, sure := Identify(text[:spans[0].End]); sure == 0 {
				spans[0].End, spans[0].Tag = end, tag
				return
			}
		}
		spans = append(spans, Span{start, end, tag})
	}
	start := 0
	for start < len(text) {
		end := sentenceEnd(text, start)
		add(start, end)
		start = end
	}
	return spans
}

// sentenceEnd gives where the sentence or line that begins at start is over,
// with the space behind it.
func sentenceEnd(text string, start int) int {
	over := false
	for i, r := range text[start:] {
		switch {
		case r == '\n', r == '。', r == '！', r == '？', r == '।', r == '۔', r == '؟':
			over = true
		case r == '.' || r == '!' || r == '?' || r == ';' || r == '؛' || r == '|':
			if next := start + i + 1; next < len(text) && (text[next] == ' ' || text[next] == '\n') {
				over = true
			}
		case over && !unicode.IsSpace(r) && !unicode.IsPunct(r):
			return start + i
		}
	}
	return len(text)
}

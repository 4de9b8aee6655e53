package lexicon

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of measures.
const (
	maxMeasures   = 64  // of a text
	maxBuckets    = 12  // of a range
	maxDigits     = 24  // of a number
	unitWindow    = 48  // characters behind a number that a unit is looked for in
	measureWeight = 0.5 // of a measure, however many buckets it takes
	kelvinStep    = 5   // of a bucket of temperature
	upTo          = 4   // what is up to something reaches down to this part of it
	upToKelvin    = 20  // or so many kelvins
)

// measure is a quantity of a text: what lies between two values of a dimension.
type measure struct {
	start, end int
	dimension  string
	low, high  float64
}

// eachMeasure calls f with every quantity of a text. Values are turned into those of
// one unit for each dimension, so that they meet whatever they are given in.
func eachMeasure(text string, lang language, f func(m measure)) {
	p := measureReader{text: text, comma: lang != en && lang != zh && lang != hi && lang != ur && lang != unknown}
	for i, n := 0, 0; i < len(text) && n < maxMeasures; {
		_, size := digitAt(text, i)
		if size == 0 {
			i++
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:i]); unicode.IsLetter(before) && !unicode.Is(unicode.Han, before) || before == '_' {
			i = skipDigits(text, i)
			continue
		}
		if m, ok := p.read(i); ok {
			f(m)
			n++
			i = max(m.end, i+size)
			continue
		}
		i = skipDigits(text, i)
	}
}

// digitAt gives the digit at a place, in the digits of any of our languages, and its
// bytes; none when there is no digit.
func digitAt(s string, i int) (digit, size int) {
	c := s[i]
	if c < utf8.RuneSelf {
		if isDigit(c) {
			return int(c - '0'), 1
		}
		return 0, 0
	}
	if c != 0xD9 && c != 0xDB && c != 0xE0 && c != 0xEF {
		return 0, 0
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	for _, zero := range [...]rune{0x660, 0x6F0, 0x966, 0xFF10} {
		if r >= zero && r <= zero+9 {
			return int(r - zero), size
		}
	}
	return 0, 0
}

func skipDigits(s string, i int) int {
	for i < len(s) {
		_, size := digitAt(s, i)
		if size == 0 {
			break
		}
		i += size
	}
	return i
}

// measureReader reads quantities of a text.
type measureReader struct {
	text  string
	comma bool // a comma is before a fraction, not between thousands
	runes []foldedRune
	buf   []byte
}

// foldedRune is a character in the form of unitForm, and where it ends in the text.
type foldedRune struct {
	r   rune
	end int
}

// read reads the quantity whose number begins at a place.
func (p *measureReader) read(start int) (measure, bool) {
	v, at, ok := p.number(start)
	if !ok {
		return measure{}, false
	}
	times, at := p.magnitude(at)
	m := measure{start: start, end: at}
	u, after, has := p.unit(at)
	second, other, tolerance := 0.0, false, false
	if sep, kind := p.between(after); kind != 0 {
		tolerance = kind == '±'
		sign, at2 := 1.0, sep
		if c, size := utf8.DecodeRuneInString(p.text[sep:]); !tolerance && (c == '-' || c == '−') {
			sign, at2 = -1, sep+size
		} else if c == '+' {
			at2 += size
		}
		if w, end, ok := p.number(at2); ok {
			times2, end := p.magnitude(end)
			if u2, end2, ok := p.unit(end); ok && (!has || u2.dimension == u.dimension) {
				u, after, has, other, second = u2, end2, true, true, sign*w*times2
				if times == 1 {
					times = times2
				}
			} else if has && tolerance {
				other, second, after = true, w*times2, end
			}
		}
	}
	if has {
		m.end = after
		if negative, begin := p.minus(start); negative && u.offset != 0 {
			v, m.start = -v, begin
		}
	} else if u, m.start, has = p.currency(start); !has {
		return measure{}, false
	}
	v *= times
	if p.isYear(u, v) {
		return measure{}, false
	}
	m.dimension, m.low, m.high = u.dimension, v, v
	switch {
	case tolerance && other:
		m.low, m.high = v-math.Abs(second), v+math.Abs(second)
	case other:
		m.low, m.high = min(v, second), max(v, second)
	case p.upTo(start, m.end):
		m.low = v / upTo
		if u.offset != 0 {
			m.low = v - upToKelvin/u.factor
		}
	}
	m.low, m.high = m.low*u.factor+u.offset, m.high*u.factor+u.offset
	return m, m.high >= 0 && !math.IsInf(m.high, 0) && !math.IsNaN(m.high)
}

// isYear says whether what looks like so many years or grams is a date.
func (p *measureReader) isYear(u unit, v float64) bool {
	if v != math.Trunc(v) || v < 1000 || v >= 3000 {
		return false
	}
	return u.dimension == "time" && u.factor > 2e7 || u.dimension == "mass" && u.factor == .001
}

// number reads a number with a fraction and marks between thousands.
func (p *measureReader) number(at int) (v float64, end int, ok bool) {
	whole, end, digits := p.digits(at)
	if digits == 0 || digits > maxDigits {
		return 0, at, false
	}
	v = whole
	first := digits
	for end < len(p.text) {
		mark, size := utf8.DecodeRuneInString(p.text[end:])
		part, next, n := p.digits(end + size)
		thousands := n == 3 && first <= 3 && whole > 0
		switch {
		case n == 0 || n > maxDigits:
			return v, end, true
		case (mark == ' ' || mark == '\u00a0' || mark == '\u202f' || mark == '\u2009' || mark == '٬' || mark == '\'') && thousands,
			mark == ',' && thousands && !p.comma:
			v = v*1000 + part
		case mark == ',' || mark == '.' || mark == '٫' || mark == '،' && p.comma:
			return v + part/math.Pow10(n), next, true
		default:
			return v, end, true
		}
		end = next
		if v > 1e15 {
			return v, end, true
		}
	}
	return v, end, true
}

// digits reads digits that follow each other.
func (p *measureReader) digits(at int) (v float64, end, n int) {
	for at < len(p.text) {
		d, size := digitAt(p.text, at)
		if size == 0 {
			break
		}
		v, at, n = v*10+float64(d), at+size, n+1
	}
	return v, at, n
}

// minus says whether a number has a minus before it, and where that begins.
func (p *measureReader) minus(start int) (bool, int) {
	before := p.text[:start]
	for _, sign := range []string{"-", "−", "–", "零下", "минус ", "minus ", "منفی ", "منفي ", "माइनस ", "мінус ", "манфии "} {
		rest, ok := strings.CutSuffix(before, sign)
		if !ok {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(rest)
		if len(sign) < 4 && (unicode.IsLetter(last) && !unicode.Is(unicode.Han, last) || unicode.IsDigit(last)) {
			continue // a hyphen, or a range
		}
		return true, len(rest)
	}
	return false, start
}

var upToBefore = []string{"up to ", "до ", "да ", "不超过", "最高", "至多", "高达", "تا ", "حداکثر ", "अधिकतम ", "زیادہ سے زیادہ ", "eng koʻpi bilan "}

var upToAfter = []string{" तक", " تک", " дейін", " чейин", " gacha", " гача", "ға дейін", "以下", "以内"}

// upTo says whether a quantity is the most there is.
func (p *measureReader) upTo(start, end int) bool {
	for _, words := range upToBefore {
		if rest, ok := strings.CutSuffix(p.text[:start], words); ok {
			before, _ := utf8.DecodeLastRuneInString(rest)
			return !unicode.IsLetter(before) || unicode.Is(unicode.Han, before) // not the end of a word
		}
	}
	return slices.ContainsFunc(upToAfter, func(s string) bool { return strings.HasPrefix(p.text[end:], s) })
}

// between reads what stands between the numbers of a range: its kind is a dash, ± or 0
// when there is nothing.
func (p *measureReader) between(at int) (end int, kind rune) {
	at = p.space(at)
	rest := p.text[at:]
	for _, sep := range []string{"...", "..", "-", "–", "—", "−", "~", "～", "〜", "…", "÷", "±", "+/-", "to ", "до ", "да ", "至", "到", "تا ", "से ", "سے "} {
		if strings.HasPrefix(rest, sep) {
			if kind = '–'; sep == "±" || sep == "+/-" {
				kind = '±'
			}
			return p.space(at + len(sep)), kind
		}
	}
	return at, 0
}

// space skips at most two spaces.
func (p *measureReader) space(at int) int {
	for range 2 {
		r, size := utf8.DecodeRuneInString(p.text[at:])
		if r != ' ' && r != '\u00a0' && r != '\u202f' && r != '\u2009' {
			break
		}
		at += size
	}
	return at
}

// currency reads the sign of a currency before a number.
func (p *measureReader) currency(start int) (unit, int, bool) {
	before := strings.TrimRight(p.text[:start], " \u00a0")
	if len(before) == 0 {
		return unit{}, 0, false
	}
	r, size := utf8.DecodeLastRuneInString(before)
	if r != '$' && !unicode.Is(unicode.Sc, r) {
		return unit{}, 0, false
	}
	u, ok := units().symbols[string(r)]
	return u, len(before) - size, ok
}

// bucketTerms appends the terms of a quantity: one for each bucket that it reaches
// into, which are half octaves, of temperature steps of five kelvins.
func (m *measure) bucketTerms(terms []string) []string {
	low, high := bucket(m.dimension, m.low), bucket(m.dimension, m.high)
	for b := low; b <= high; b++ {
		if high-low >= maxBuckets && b == low+maxBuckets/2 {
			b = high - maxBuckets/2 + 1 // of a wide range its ends
		}
		terms = append(terms, string(measureMark)+m.dimension+":"+strconv.Itoa(b))
	}
	return terms
}

// leastBucket is that of nothing, and of what is next to it.
const leastBucket = -200

func bucket(dimension string, v float64) int {
	if dimension == "temp" {
		return int(math.Floor(max(0, v) / kelvinStep))
	}
	if v <= 0 {
		return leastBucket
	}
	return int(max(leastBucket, min(-leastBucket, math.Floor(2*math.Log2(v)+1e-9))))
}

// eachMeasureTerm calls f with the terms of the quantities of a text.
func eachMeasureTerm(text string, lang language, f func(start, end int, features []Feature)) {
	var terms []string
	var features []Feature
	eachMeasure(text, lang, func(m measure) {
		terms = m.bucketTerms(terms[:0])
		features = features[:0]
		weight := float32(measureWeight / math.Sqrt(float64(len(terms))))
		for _, t := range terms {
			features = append(features, Feature{t, weight})
		}
		f(m.start, m.end, features)
	})
}

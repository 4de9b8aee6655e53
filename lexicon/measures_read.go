package lexicon

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// number reads a number of a table of the program.
func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err) // the tables are constants
	}
	return v
}

// inverse stands before the power of a unit that another is divided by.
const inverse = '⁻'

// foldUnit gives the character by which units are compared, 0 for what is left out.
func foldUnit(r, next rune) rune {
	switch r {
	case '\u00a0', '\u202f', '\u2009', '_':
		return ' '
	case '·', '⋅', '.', '*', '\u200c', '\u200d', 0x93C, '\u00ad', '˙', '∙', '•':
		return 0
	case '⁻':
		return inverse
	case '-', '−', '–', '‑':
		if next >= '1' && next <= '3' {
			return inverse
		}
		if unicode.IsLetter(next) {
			return ' '
		}
		return r
	case '¹':
		return '1'
	case '²':
		return '2'
	case '³':
		return '3'
	case 'º':
		return '°'
	case 'ي', 'ى':
		return 'ی'
	case 'ك':
		return 'ک'
	case 'ہ', 'ۂ', 'ۀ':
		return 'ه'
	case 'ʻ', 'ʼ', '‘', '’', '`':
		return '\''
	case 'ё':
		return 'е'
	case 0x95B: // Devanagari za
		return 'ज'
	case '／', '⁄', '∕':
		return '/'
	}
	return r
}

// unitForm gives the form in which units are compared.
func unitForm(s string) string {
	var b strings.Builder
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if r = foldUnit(r, next); r != 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fold reads the characters from a place that a unit could take.
func (p *measureReader) fold(at int) {
	p.runes = p.runes[:0]
	for at < len(p.text) && len(p.runes) < unitWindow {
		r, size := utf8.DecodeRuneInString(p.text[at:])
		if r == utf8.RuneError && size == 1 || r == '\n' {
			return
		}
		at += size
		next, _ := utf8.DecodeRuneInString(p.text[at:])
		if f := foldUnit(r, next); f != 0 {
			p.runes = append(p.runes, foldedRune{f, at})
		} else if n := len(p.runes); n > 0 && r != '.' {
			p.runes[n-1].end = at
		}
	}
}

// unit reads a unit, or one by another, and gives where it ends.
func (p *measureReader) unit(at int) (unit, int, bool) {
	if at >= len(p.text) {
		return unit{}, at, false
	}
	p.fold(at)
	i := 0
	for i < len(p.runes) && i < 2 && p.runes[i].r == ' ' {
		i++
	}
	u, i, ok := p.base(i)
	if !ok {
		return unit{}, at, false
	}
	if q, j, ok := p.divided(u, i); ok {
		return q, p.runes[j-1].end, true
	}
	return u, p.runes[i-1].end, true
}

var perWords = []string{"/", "per ", "a ", "an ", "в ", "на ", "за ", "с ", "у ", "每", "در ", "بر ", "प्रति ", "فی ", "ба ", "дар ", "har ", "ҳар ", "бір "}

// divided reads what a unit is divided by.
func (p *measureReader) divided(u unit, i int) (unit, int, bool) {
	spaces := i
	for spaces < len(p.runes) && p.runes[spaces].r == ' ' {
		spaces++
	}
	for _, per := range perWords {
		j, ok := p.prefix(spaces, per)
		if !ok || spaces == i && per != "/" && per != "每" {
			continue
		}
		for j < len(p.runes) && (p.runes[j].r == ' ' || p.runes[j].r == '1') {
			j++
		}
		if d, end, ok := p.base(j); ok {
			if q, ok := quotient(u, d); ok {
				return q, end, true
			}
		}
	}
	// A negative power: kg m⁻³, t ha-1.
	if d, end, ok := p.base(spaces); ok && end+1 < len(p.runes) && p.runes[end].r == inverse {
		power := p.runes[end+1].r
		if power != '1' && d.dimension == "length" {
			d, ok = units().symbols["m"+string(power)]
			if p.runes[spaces].r != 'm' && p.runes[spaces].r != 'м' || end != spaces+1 {
				return unit{}, i, false
			}
		}
		if q, yes := quotient(u, d); ok && yes {
			return q, end + 2, true
		}
	}
	return unit{}, i, false
}

func quotient(u, by unit) (unit, bool) {
	q, ok := quotients[[2]string{u.dimension, by.dimension}]
	if !ok || u.offset != 0 {
		return unit{}, false
	}
	if q.factor == 0 {
		q.factor = 1
	}
	q.factor *= u.factor / by.factor
	return q, true
}

// prefix says whether a text stands at a place.
func (p *measureReader) prefix(i int, s string) (int, bool) {
	for _, r := range s {
		if i >= len(p.runes) || p.runes[i].r != r {
			return i, false
		}
		i++
	}
	return i, true
}

// token gives where the word or sign at a place ends.
func (p *measureReader) token(i int) int {
	start := i
	for i < len(p.runes) {
		r := p.runes[i].r
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '°' && r != '%' && r != '$' && r != '\'' && r != '‰' && !unicode.Is(unicode.Sc, r) && r != '٪' && r != '％' &&
			!(i > start && r >= '2' && r <= '3') && r != '℃' && r != '℉' || unicode.Is(unicode.Han, r) {
			break
		}
		i++
	}
	return i
}

// base reads a unit that is not one by another.
func (p *measureReader) base(i int) (unit, int, bool) {
	t := units()
	if i >= len(p.runes) {
		return unit{}, i, false
	}
	if unicode.Is(unicode.Han, p.runes[i].r) {
		for n := min(t.longest, len(p.runes)-i); n > 0; n-- {
			if u, ok := t.symbols[string(p.bytes(i, i+n))]; ok {
				return u, i + n, true
			}
		}
		return unit{}, i, false
	}
	end := p.token(i)
	if end == i {
		return unit{}, i, false
	}
	if end < len(p.runes) && p.runes[end].r == ' ' { // two words
		if two := p.token(end + 1); two > end+1 {
			if u, ok := p.named(i, two); ok {
				return u, two, true
			}
		}
	}
	if u, ok := p.named(i, end); ok {
		return u, end, true
	}
	if r := p.runes[i].r; r == '%' || r == '$' || r == '٪' || unicode.Is(unicode.Sc, r) { // without a space behind
		u, ok := t.symbols[string(p.bytes(i, i+1))]
		return u, i + 1, ok
	}
	return unit{}, i, false
}

// named finds the unit that is written between two places.
func (p *measureReader) named(from, to int) (unit, bool) {
	t := units()
	if u, ok := t.symbols[string(p.bytes(from, to))]; ok {
		return u, true
	}
	return ending(t.words, p.lower(from, to))
}

// ending looks a word up that may have an ending: a short one or, behind two or three
// letters, hardly any.
func ending[V any](words map[string]V, w []byte) (V, bool) {
	for cuts := 0; cuts <= 5 && len(w) > 0; cuts++ {
		if v, ok := words[string(w)]; ok {
			n := utf8.RuneCount(w)
			return v, cuts == 0 || n > 3 || n == 3 && cuts <= 2
		}
		r, size := utf8.DecodeLastRune(w)
		if r == ' ' { // of two words neither is an ending
			break
		}
		w = w[:len(w)-size]
	}
	var none V
	return none, false
}

func (p *measureReader) bytes(from, to int) []byte {
	p.buf = p.buf[:0]
	for _, r := range p.runes[from:to] {
		p.buf = utf8.AppendRune(p.buf, r.r)
	}
	return p.buf
}

func (p *measureReader) lower(from, to int) []byte {
	p.buf = p.buf[:0]
	for _, r := range p.runes[from:to] {
		p.buf = utf8.AppendRune(p.buf, unicode.ToLower(r.r))
	}
	return p.buf
}

// magnitude reads the words behind a number that multiply it.
func (p *measureReader) magnitude(at int) (float64, int) {
	times := 1.0
	for range 2 { // 十 thousand million, 千万
		if at >= len(p.text) {
			break
		}
		p.fold(at)
		i := 0
		if len(p.runes) > 0 && p.runes[0].r == ' ' {
			i = 1
		}
		v, end, ok := p.multiplier(i)
		if !ok {
			break
		}
		times *= v
		at = p.runes[end-1].end
	}
	return times, at
}

func (p *measureReader) multiplier(i int) (float64, int, bool) {
	t := units()
	if i < len(p.runes) && unicode.Is(unicode.Han, p.runes[i].r) {
		for n := min(2, len(p.runes)-i); n > 0; n-- {
			if v, ok := t.magnitude[string(p.bytes(i, i+n))]; ok {
				_, end, isUnit := p.base(i) // such as a kilogram, whose first character is a thousand
				return v, i + n, !isUnit || end <= i+n
			}
		}
		return 0, i, false
	}
	end := p.token(i)
	if end == i {
		return 0, i, false
	}
	if v, ok := t.magnitude[string(p.bytes(i, end))]; ok {
		return v, end, true
	}
	v, ok := ending(t.magnitudeWords, p.lower(i, end))
	return v, end, ok
}

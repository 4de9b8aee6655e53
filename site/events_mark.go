package site

import (
	"html"
	"slices"
	"strings"
	"unicode"
)

// passage is a quote to be shown in the text it stands in.
type passage struct {
	id   string // of the element
	text string // the exact words of the source
	nth  int    // which occurrence in the source, from 0
}

// nthOf counts the occurrences of a quote in a text before the place, in
// characters, where it begins.
func nthOf(text, quote string, start int) int {
	runes := []rune(text)
	if quote == "" || start < 0 || start > len(runes) {
		return 0
	}
	return strings.Count(string(runes[:start]), quote)
}

// piece is a tag or a stretch of text of a page.
type piece struct {
	tag  string // as it is; "" for text
	text []rune
}

// pieces takes HTML apart. It reads what the sanitiser writes, in which every
// tag is whole and ">" inside an attribute is escaped.
func pieces(page string) []piece {
	var all []piece
	for page != "" {
		if page[0] == '<' {
			end := strings.IndexByte(page, '>')
			if end < 0 {
				end = len(page) - 1
			}
			all = append(all, piece{tag: page[:end+1]})
			page = page[end+1:]
			continue
		}
		end := strings.IndexByte(page, '<')
		if end < 0 {
			end = len(page)
		}
		all = append(all, piece{text: []rune(html.UnescapeString(page[:end]))})
		page = page[end:]
	}
	return all
}

// place is where a character of the flat text stands.
type place struct{ piece, at int }

// flatten gives the text of the pieces with every run of blanks as one, and
// where each of its characters stands.
func flatten(all []piece) (flat []rune, places []place) {
	for i, p := range all {
		for j, r := range p.text {
			if unicode.IsSpace(r) {
				if len(flat) > 0 && flat[len(flat)-1] == ' ' {
					continue
				}
				r = ' '
			}
			flat = append(flat, r)
			places = append(places, place{i, j})
		}
	}
	return flat, places
}

// highlight marks passages in rendered text: each character of a passage stands
// in an element mark, the first with the passage's id. plain gives the words
// that a source shows. It reports which passages were found; Markdown that
// changes the words may hide some.
func highlight(page string, marks []passage, plain func(string) string) (string, map[string]bool) {
	all := pieces(page)
	flat, places := flatten(all)
	text := string(flat)
	found := map[string]bool{}
	covers := map[int][]cover{}
	for _, m := range marks {
		from, to, ok := locate(text, m.text, m.nth)
		if !ok {
			from, to, ok = locate(text, plain(m.text), m.nth)
		}
		if !ok {
			continue
		}
		found[m.id] = true
		id := m.id
		for i := from; i < to; {
			j := i
			for j < to && places[j].piece == places[i].piece {
				j++
			}
			if strings.TrimSpace(string(flat[i:j])) != "" {
				covers[places[i].piece] = append(covers[places[i].piece], cover{places[i].at, places[j-1].at + 1, id})
				id = ""
			}
			i = j
		}
	}
	var b strings.Builder
	for i, p := range all {
		if p.tag != "" {
			b.WriteString(p.tag)
			continue
		}
		writeCovered(&b, p.text, covers[i])
	}
	return b.String(), found
}

// locate finds the nth occurrence of a quote in flat text, in characters. When
// there are fewer, the last one is meant.
func locate(text, quote string, nth int) (from, to int, ok bool) {
	quote = strings.Join(strings.Fields(quote), " ")
	if quote == "" {
		return 0, 0, false
	}
	at, start := -1, 0
	for n := 0; n <= nth; n++ {
		i := strings.Index(text[start:], quote)
		if i < 0 {
			break
		}
		at = start + i
		start = at + len(quote)
	}
	if at < 0 {
		return 0, 0, false
	}
	from = len([]rune(text[:at]))
	return from, from + len([]rune(quote)), true
}

// cover is a stretch of a text that belongs to a passage.
type cover struct {
	from, to int
	id       string // where the passage begins
}

// writeCovered writes a text with its covers, which may overlap.
func writeCovered(b *strings.Builder, text []rune, covers []cover) {
	cuts := []int{0, len(text)}
	for _, c := range covers {
		cuts = append(cuts, c.from, c.to)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 1; i < len(cuts); i++ {
		open := 0
		for _, c := range covers {
			if c.from > cuts[i-1] || c.to < cuts[i] {
				continue
			}
			begins := c.id != "" && c.from == cuts[i-1]
			if !begins && open > 0 {
				continue // one element is enough to mark what several passages cover
			}
			b.WriteString("<mark")
			if begins {
				b.WriteString(` id="` + html.EscapeString(c.id) + `"`)
			}
			b.WriteString(">")
			open++
		}
		b.WriteString(html.EscapeString(string(text[cuts[i-1]:cuts[i]])))
		b.WriteString(strings.Repeat("</mark>", open))
	}
}

// plainText is what a piece of HTML says.
func plainText(page string) string {
	flat, _ := flatten(pieces(page))
	return strings.TrimSpace(string(flat))
}

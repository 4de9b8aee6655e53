package site

import (
	"slices"
	"strings"
	"unicode"
)

// Span is a stretch of a text that stayed, came or went.
type Span struct {
	Text string
	Op   string // "" stayed, "ins" came, "del" went
}

// maxEdits bounds the work on one pair of texts: beyond it the texts are
// compared by line, and beyond it again they are shown one after the other.
const maxEdits = 1000

// wordDiff shows what changed from one text to another, word by word; where a
// script writes no spaces, character by character.
func wordDiff(before, after string) []Span {
	for _, cut := range []func(string) []string{words, lines} {
		if spans, ok := diffBy(cut(before), cut(after)); ok {
			return spans
		}
	}
	return join([]Span{{before, "del"}, {after, "ins"}})
}

// words cuts a text into words, blanks, and single other characters. Nothing is
// lost: joined again, the parts are the text.
func words(s string) []string {
	var parts []string
	class := func(r rune) int {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			return 0
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '\u200c', r == '\u200d':
			return 1
		case r == '\n':
			return 0
		case unicode.IsSpace(r):
			return 2
		}
		return 0
	}
	start, last := 0, -1
	for i, r := range s {
		c := class(r)
		if i > start && (c != last || c == 0) {
			parts = append(parts, s[start:i])
			start = i
		}
		last = c
	}
	if start < len(s) {
		parts = append(parts, s[start:])
	}
	return parts
}

func lines(s string) []string { return strings.SplitAfter(s, "\n") }

// diffBy compares two lists of parts by the greedy algorithm of E. W. Myers, "An
// O(ND) Difference Algorithm and Its Variations" (1986). It gives up when more
// than maxEdits parts differ.
func diffBy(a, b []string) ([]Span, bool) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	middle, ok := myers(a[head:len(a)-tail], b[head:len(b)-tail])
	if !ok {
		return nil, false
	}
	spans := []Span{{strings.Join(a[:head], ""), ""}}
	spans = append(spans, middle...)
	return join(append(spans, Span{strings.Join(a[len(a)-tail:], ""), ""})), true
}

func myers(a, b []string) ([]Span, bool) {
	n, m := len(a), len(b)
	most := min(n+m, maxEdits)
	far := make([]int, 2*most+2) // how far each diagonal has come; diagonal k stands at k+most
	var trace [][]int
	for d := 0; d <= most; d++ {
		trace = append(trace, slices.Clone(far[most-d:most+d+1]))
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && far[most+k-1] < far[most+k+1]:
				x = far[most+k+1]
			default:
				x = far[most+k-1] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			far[most+k] = x
			if x >= n && x-k >= m {
				return walkBack(a, b, trace), true
			}
		}
	}
	return nil, false
}

// walkBack follows the trace of myers from the end to the beginning. trace[d]
// holds the diagonals -d to d as they were before the d-th edit.
func walkBack(a, b []string, trace [][]int) []Span {
	var spans []Span
	x, y := len(a), len(b)
	for d := len(trace) - 1; d > 0; d-- {
		at := func(k int) int { return trace[d][k+d] }
		k := x - y
		came := k == -d || k != d && at(k-1) < at(k+1)
		fromK := k - 1
		if came {
			fromK = k + 1
		}
		start := at(fromK) // where the run of equal parts after the edit begins
		if !came {
			start++
		}
		for x > start {
			x, y = x-1, y-1
			spans = append(spans, Span{a[x], ""})
		}
		if came {
			y--
			spans = append(spans, Span{b[y], "ins"})
		} else {
			x--
			spans = append(spans, Span{a[x], "del"})
		}
	}
	for x > 0 {
		x--
		spans = append(spans, Span{a[x], ""})
	}
	slices.Reverse(spans)
	return spans
}

// join puts spans of the same kind together, what went before what came.
func join(spans []Span) []Span {
	var out []Span
	var del, ins strings.Builder
	flush := func() {
		for _, s := range []Span{{del.String(), "del"}, {ins.String(), "ins"}} {
			if s.Text != "" {
				out = append(out, s)
			}
		}
		del.Reset()
		ins.Reset()
	}
	for _, s := range spans {
		switch {
		case s.Op == "del":
			del.WriteString(s.Text)
		case s.Op == "ins":
			ins.WriteString(s.Text)
		case strings.TrimSpace(s.Text) == "" && del.Len() > 0 && ins.Len() > 0 && !strings.Contains(s.Text, "\n"):
			// A blank between two changed words belongs to the change.
			del.WriteString(s.Text)
			ins.WriteString(s.Text)
		case s.Text != "":
			flush()
			if n := len(out); n > 0 && out[n-1].Op == "" {
				out[n-1].Text += s.Text
			} else {
				out = append(out, s)
			}
		}
	}
	flush()
	return out
}

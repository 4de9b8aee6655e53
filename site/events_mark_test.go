package site

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHighlight(t *testing.T) {
	plain := func(s string) string { return strings.ReplaceAll(s, "*", "") }
	for _, c := range []struct {
		name, page string
		marks      []passage
		want       string
	}{
		{"words in a paragraph", "<p>the new way</p>", []passage{{"a", "new", 0}}, `<p>the <mark id="a">new</mark> way</p>`},
		{"the second of two", "<p>new and new</p>", []passage{{"a", "new", 1}}, `<p>new and <mark id="a">new</mark></p>`},
		{"across an element", "<p>a <em>new</em> way</p>", []passage{{"a", "a *new* way", 0}}, `<p><mark id="a">a </mark><em><mark>new</mark></em><mark> way</mark></p>`},
		{"across paragraphs", "<p>one</p>\n<p>two</p>", []passage{{"a", "one\n\ntwo", 0}}, "<p><mark id=\"a\">one</mark></p>\n<p><mark>two</mark></p>"},
		{"two that overlap", "<p>abcd</p>", []passage{{"a", "abc", 0}, {"b", "bcd", 0}}, `<p><mark id="a">a</mark><mark><mark id="b">bc</mark></mark><mark>d</mark></p>`},
		{"characters that HTML escapes", "<p>R&amp;D &lt;now&gt;</p>", []passage{{"a", "R&D <now>", 0}}, `<p><mark id="a">R&amp;D &lt;now&gt;</mark></p>`},
		{"words that are not there", "<p>old</p>", []passage{{"a", "new", 0}}, `<p>old</p>`},
		{"no words", "<p>old</p>", []passage{{"a", "", 0}}, `<p>old</p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := highlight(c.page, c.marks, plain); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

var markTag = regexp.MustCompile(`</?mark[^>]*>`)

// Marks change nothing but themselves, however they lie.
func FuzzHighlight(f *testing.F) {
	f.Add("one *two* three", "two", "e", 1)
	f.Add("a\n\nb & <c>", "a b", "<", 0)
	f.Fuzz(func(t *testing.T, text, first, second string, nth int) {
		page := "<p>" + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\x00", "", "\r", "").Replace(strings.ToValidUTF8(text, "")) + "</p>"
		got, found := highlight(page, []passage{{"a", first, nth % 5}, {"b", second, 0}}, func(s string) string { return s })
		plain, _ := highlight(page, nil, nil)
		if markTag.ReplaceAllString(got, "") != plain {
			t.Fatalf("%q became %q", plain, got)
		}
		if strings.Count(got, "<mark") != strings.Count(got, "</mark>") || found["a"] && !strings.Contains(got, `id="a"`) {
			t.Fatalf("%q is not whole", got)
		}
	})
}

func FuzzFindWords(f *testing.F) {
	f.Add("the new\nway, the new way", "new way")
	f.Fuzz(func(t *testing.T, text, words string) {
		if !utf8.ValidString(text) || !utf8.ValidString(words) {
			t.Skip("what is kept is clean text")
		}
		runes := []rune(text)
		for _, at := range findWords(text, words) {
			if at.from < 0 || at.to > len(runes) || at.from >= at.to {
				t.Fatalf("%v in %d characters", at, len(runes))
			}
			got := strings.Join(strings.Fields(string(runes[at.from:at.to])), " ")
			if got != strings.Join(strings.Fields(words), " ") {
				t.Fatalf("found %q for %q", got, words)
			}
		}
	})
}

package web

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestExcerpt(t *testing.T) {
	tests := []struct {
		name, text string
		n          int
		want       string
	}{
		{"short text stays", "One *two* [three](https://a.example).", 50, "One two three."},
		{"marks within a word do not split it", "中*文*字", 9, "中文字"},
		{"blocks are kept apart", "# Title\n\nText\nmore\n\n- a\n- b", 50, "Title Text more a b"},
		{"text is cut between words", "Drip irrigation for cotton, and more", 28, "Drip irrigation for cotton…"},
		{"text without blanks is cut anywhere", strings.Repeat("中", 40), 10, strings.Repeat("中", 10) + "…"},
		{"a letter keeps its marks", "हिन्दी", 1, "…"},
		{"raw HTML leaves only its text", "<b>x</b> y", 10, "x y"},
		{"nothing", "", 10, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := excerpt(tt.text, tt.n); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("# a\n\nb *c*", 3)
	f.Add(strings.Repeat("中", 999), 20)
	f.Add("\u0301\u0301\u200d", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 1 || n > 500 || !utf8.ValidString(s) {
			t.Skip("the caller asks for 1 to 500 characters of clean text")
		}
		if got := excerpt(s, n); utf8.RuneCountInString(got) > n+1 || !utf8.ValidString(got) {
			t.Errorf("excerpt(%q, %d) = %q", s, n, got)
		}
	})
}

func TestBaseName(t *testing.T) {
	for in, want := range map[string]string{
		"a.csv": "a.csv", `C:\x\a.csv`: "a.csv", "../../etc/passwd": "passwd", "": "file", "..": "file", "/": "file", "отчёт.xlsx": "отчёт.xlsx",
	} {
		if got := baseName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := baseName(strings.Repeat("名", 500) + ".xlsx"); len(got) > maxFileName || !strings.HasSuffix(got, "名.xlsx") {
		t.Errorf("%q", got)
	}
}

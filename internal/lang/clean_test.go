package lang_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"karvan/internal/lang"
)

func TestClean(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		refused        bool // CheckText fails
	}{
		{"plain text", "Drip irrigation\n\t5 %", "Drip irrigation\n\t5 %", false},
		{"nothing", "", "", false},
		{"Windows line ends", "a\r\nb\rc", "a\nb\nc", false},
		{"Unicode line ends", "a\u2028b\u2029c\u0085d", "a\nb\nc\nd", false},
		{"a letter in two parts", "и\u0306", "й", false},
		{"a bell and a null", "a\x07b\x00c", "abc", true},
		{"delete and a C1 control", "a\x7fb\u009bc", "abc", true},
		{"an override that turns a file name round", "photo\u202Egpj.exe", "photogpj.exe", true},
		{"an isolate left open", "a\u2067b", "ab", true},
		{"marks of direction stay", "a\u200Eb\u200Fc\u061C", "a\u200Eb\u200Fc\u061C", false},
		{"the non-joiner of Persian", "می\u200Cخواهم", "می\u200Cخواهم", false},
		{"the joiner of Devanagari", "क्\u200Dष", "क्\u200Dष", false},
		{"a noncharacter", "a\uFFFEb\U0001FFFFc\uFDD0", "abc", true},
		{"a byte order mark", "\uFEFFa", "a", true},
		{"invisible tags", "a\U000E0041\U000E007F", "a", true},
		{"bytes that are not UTF-8", "a\xffb", "a\uFFFDb", true},
		{"a surrogate in bytes", "a\xed\xa0\x80b", "a\uFFFDb", true},
		{"an honest replacement character", "a\uFFFDb", "a\uFFFDb", false},
		{"a letter and a mark that meet when a control goes", "и\x01\u0306", "й", true},
		{"an emoji family", "👨\u200D👩\u200D👧", "👨\u200D👩\u200D👧", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, changed := lang.Clean(c.in)
			if got != c.want || changed != (c.in != c.want) {
				t.Errorf("Clean(%+q) = %+q, %v; want %+q", c.in, got, changed, c.want)
			}
			if err := lang.CheckText(c.in); (err != nil) != c.refused || err != nil && !errors.Is(err, lang.ErrText) {
				t.Errorf("CheckText(%+q): %v, want refused = %v", c.in, err, c.refused)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\r\nb", "и\u0306", "\u202E", "\xff\xfe", strings.Repeat("\u0301", 100), "\U000E0041", "e\u0301\x00\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4000 {
			return
		}
		got, changed := lang.Clean(s)
		if changed != (got != s) {
			t.Errorf("changed = %v for %+q and %+q", changed, s, got)
		}
		if again, changed := lang.Clean(got); changed {
			t.Errorf("Clean(%+q) = %+q, then %+q", s, got, again)
		}
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || strings.ContainsAny(got, "\r\x00\u202E\u2067\uFEFF") {
			t.Errorf("Clean(%+q) = %+q", s, got)
		}
		if err := lang.CheckText(got); err != nil {
			t.Errorf("Clean(%+q) = %+q, which is refused: %v", s, got, err)
		}
	})
}

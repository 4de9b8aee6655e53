package site

import (
	"strings"
	"testing"
)

// sides gives the two texts that spans show.
func sides(spans []Span) (before, after string) {
	for _, s := range spans {
		if s.Op != "ins" {
			before += s.Text
		}
		if s.Op != "del" {
			after += s.Text
		}
	}
	return before, after
}

func drawn(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Op {
		case "ins":
			b.WriteString("{+" + s.Text + "+}")
		case "del":
			b.WriteString("[-" + s.Text + "-]")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestWordDiff(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"nothing changed", "a b", "a b", "a b"},
		{"a word changed", "the old plan", "the new plan", "the [-old-]{+new+} plan"},
		{"a word came", "one three", "one two three", "one {+two +}three"},
		{"a word went", "one two three", "one three", "one [-two -]three"},
		{"everything is new", "", "all new", "{+all new+}"},
		{"everything went", "all old", "", "[-all old-]"},
		{"characters of Chinese", "科技部长会见", "科技部长会谈", "科技部长会[-见-]{+谈+}"},
		{"neighbouring words change as one", "x a b y", "x c d y", "x [-a b-]{+c d+} y"},
		{"a word of Persian keeps its joiner", "می‌شود", "می‌شوند", "[-می‌شود-]{+می‌شوند+}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := drawn(wordDiff(c.before, c.after)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWordDiffIsBounded(t *testing.T) {
	before, after := strings.Repeat("a ", 5000), strings.Repeat("b ", 5000)
	b, a := sides(wordDiff(before, after))
	if b != before || a != after {
		t.Error("texts that have nothing in common are not shown whole")
	}
}

func FuzzWordDiff(f *testing.F) {
	f.Add("the old plan\nof 2022", "the new plan\n\nof 2023")
	f.Add("科技部长", "科学部长 x")
	f.Add("a b c a b b a", "c b a b a c")
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 4000 {
			t.Skip("longer inputs only cost time")
		}
		if b, a := sides(wordDiff(before, after)); b != before || a != after {
			t.Errorf("%q and %q become %q and %q", before, after, b, a)
		}
	})
}

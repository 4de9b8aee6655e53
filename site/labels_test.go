package site

import (
	"testing"

	"karvan/internal/lang"
	"karvan/locales"
)

func TestFieldLabel(t *testing.T) {
	messages, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, field, want string }{
		{"a text that a fault names", "texts.zh.title", "Title (Chinese)"},
		{"a text that a comparison names", "texts/ru/fields/summary", "Summary (Russian)"},
		{"where words come from", "texts/ru/provenance", "Origin of the words (Russian)"},
		{"a text without a language", "texts.baseline", "Compared with what is usual"},
		{"a text by its name alone", "description", "Description"},
		{"a part of the body", "body.stage", "Stage of development"},
		{"a place in a list", "body.points.2.kind", "Points named 3 – Kind"},
		{"words by language in the body", "body/place/fa", "Place (Persian)"},
		{"a member of the envelope", "links", "Links"},
		{"a place in a list of the envelope", "links/0/to", "Links 1 – Target"},
		{"a name with a slash in it", "body/other_ids/a~1b", "Other identifiers – a/b"},
		{"what nobody knows stands for itself", "body.novelty", "novelty"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := messages.Printer("en")
			if got := fieldLabel(p, c.field); got != c.want {
				t.Errorf("fieldLabel(%q) = %q, want %q", c.field, got, c.want)
			}
		})
	}
	if missing := messages.Missing(); len(missing) > 0 {
		t.Errorf("asked for messages that nobody wrote: %v", missing)
	}
}

package formats

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"karvan/internal/fault"
	"karvan/lexicon"
)

// Bounds on whole files are too large to be reached in a test, so here they are
// made smaller.
func TestBoundsOfAFile(t *testing.T) {
	var many, turtle, late strings.Builder
	many.WriteString("id\ten\n")
	turtle.WriteString("@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n")
	late.WriteString(`{"@graph":[`)
	for i := range 1000 {
		fmt.Fprintf(&many, "%d\tword\n", i)
		fmt.Fprintf(&turtle, "<http://v/%d> a s:Concept ; s:prefLabel \"word\"@en ; s:broader <http://v/%d> .\n", i, i+1)
		fmt.Fprintf(&late, `{"@id":"http://v/%d"},`, i)
	}
	late.WriteString(`{}],"@context":{}}`)
	for _, c := range []struct {
		name   string
		format Format
		text   string
		bounds func(*bounds)
		want   string
	}{
		{"entries", Words, many.String(), func(b *bounds) { b.entries = 999 }, "lexicon.too-many-entries"},
		{"bytes", Words, many.String(), func(b *bounds) { b.unpacked = 5000 }, "lexicon.file-too-large"},
		{"memory for a graph", Turtle, turtle.String(), func(b *bounds) { b.graph = 100_000 }, "lexicon.graph-too-large"},
		{"what stands before a context", JSONLD, late.String(), func(b *bounds) { b.late = 10_000 }, "lexicon.late-context"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := usual
			try := func() error {
				_, err := read(context.Background(), strings.NewReader(c.text), c.format, nil, func(lexicon.Entry) error { return nil }, b)
				return err
			}
			if err := try(); err != nil && fault.Of(err).Key == c.want {
				t.Fatalf("refused within the usual bounds: %v", err)
			}
			c.bounds(&b)
			if err := try(); fault.Of(err).Key != c.want || fault.Of(err).Code == fault.Internal {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestLanguageTags(t *testing.T) {
	for _, c := range []struct{ written, want string }{
		{"en", "en"}, {"EN-us", "en"}, {"be_BY", "be"}, {"zh-CN", "zh"}, {"zh-Hans", "zh"}, {"zh-TW", "zh-Hant"}, {"uz-Cyrl-UZ", "uz-Cyrl"},
		{"sr", "sr"}, {"sr-Latn", "sr-Latn"}, {"iw", "he"}, {"la", "la"}, {"mul", "mul"}, {"und", "mul"}, {"zxx", "mul"}, {"", "mul"},
		{"x-notation", ""}, {"no such", ""}, {"klingonese", ""}, {strings.Repeat("a-", 100), ""},
	} {
		if got := tagOf(c.written); got != c.want {
			t.Errorf("%q is %q, want %q", c.written, got, c.want)
		}
	}
}

func TestTooManyLanguageTags(t *testing.T) {
	s := newSink(context.Background(), usual, nil, nil)
	for i := range maxTags {
		s.language(fmt.Sprint("en-x-", i))
	}
	if got := s.language("ru"); got != "" || len(s.tags) != maxTags {
		t.Errorf("%q, %d tags", got, len(s.tags))
	}
}

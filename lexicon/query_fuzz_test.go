package lexicon_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"karvan/lexicon"
)

// checkQuery states what holds for any query.
func checkQuery(t *testing.T, x *lexicon.Lexicon, q, hint string) {
	t.Helper()
	groups := x.Query(q, hint)
	if len(groups) > 32 {
		t.Fatalf("%d groups of %q", len(groups), q)
	}
	at := 0
	for _, g := range groups {
		if g.Start < at || g.End <= g.Start || g.End > len(q) {
			t.Fatalf("group from %d to %d after %d in %q", g.Start, g.End, at, q)
		}
		at = g.Start
		if len(g.Terms) == 0 || len(g.Terms) > 48 {
			t.Fatalf("%d alternatives of %q", len(g.Terms), q[g.Start:g.End])
		}
		last := float32(1)
		for _, f := range g.Terms {
			if f.Term == "" || !utf8.ValidString(f.Term) || !(f.Weight > 0) || f.Weight > last {
				t.Fatalf("alternative %+v of %q", f, q[g.Start:g.End])
			}
			last = f.Weight
		}
	}
}

func TestQueriesOfEveryLanguageAreSound(t *testing.T) {
	x := lexicon.CoreLexicon()
	for _, c := range corpus {
		for _, hint := range []string{"", "en", c.tag} {
			checkQuery(t, x, c.text, hint)
		}
	}
	for _, q := range []string{strings.Repeat("irrigation ", 10_000), strings.Repeat("水", 10_000), strings.Repeat("ы", 1<<20), strings.Repeat("x ", 1<<16)} {
		checkQuery(t, x, q, "")
	}
}

func FuzzQuery(f *testing.F) {
	for _, c := range corpus {
		f.Add(c.text, c.tag)
	}
	x := small(f)
	f.Fuzz(func(t *testing.T, q, hint string) {
		if len(q) <= 1<<11 {
			checkQuery(t, x, q, hint)
		}
	})
}

func BenchmarkQuery(b *testing.B) {
	x := lexicon.CoreLexicon()
	for _, c := range []struct{ name, q, hint string }{
		{"two words", "drip irrigation", "en"}, {"a sentence", corpus[1].text, "ru"}, {"Chinese", corpus[2].text, "zh"}, {"Persian", corpus[3].text, "fa"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Query(c.q, c.hint)
			}
		})
	}
}

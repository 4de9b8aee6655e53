package lexicon

import (
	"testing"
	"unicode"
)

func TestEveryPairOfCharactersIsSound(t *testing.T) {
	seen := map[rune]rune{}
	var traditional rune
	n := 0
	for _, r := range simplifiedPairs {
		if r < firstHan || r > lastHan || !unicode.Is(unicode.Han, r) {
			t.Fatalf("%q is no character of the range", r)
		}
		if n++; n%2 == 1 {
			traditional = r
			continue
		}
		if seen[traditional] != 0 {
			t.Errorf("%c stands twice", traditional)
		}
		if r == traditional {
			t.Errorf("%c is its own simplified character", r)
		}
		seen[traditional] = r
	}
	if n%2 != 0 {
		t.Error("a character has no other")
	}
	for from, to := range seen {
		if seen[to] != 0 {
			t.Errorf("%c becomes %c, and that %c", from, to, seen[to])
		}
	}
	if len(seen) < 2500 {
		t.Errorf("%d pairs", len(seen))
	}
}

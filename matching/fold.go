package matching

import (
	"strings"

	"karvan/lexicon"
)

// Folded joins reasons that are parts of a stronger one, on both sides, to it:
// where "drip irrigation" is shared, that "irrigation" is says nothing more. The
// shares add up as before.
func Folded(reasons []Reason) []Reason {
	var whole []Reason
next:
	for _, r := range reasons {
		for i, w := range whole {
			if partOf(r.Here, w.Here) && partOf(r.There, w.There) {
				whole[i].Share += r.Share
				continue next
			}
		}
		whole = append(whole, r)
	}
	return whole
}

// Untold leaves out of missing words those that stand within a phrase that is
// shared.
func Untold(missing []string, reasons []Reason) []string {
	var left []string
	for _, word := range missing {
		told := false
		for _, r := range reasons {
			told = told || partOf(word, r.Here)
		}
		if !told {
			left = append(left, word)
		}
	}
	return left
}

// partOf reports whether words stand within other words, however they are
// written.
func partOf(part, whole string) bool {
	part, whole = lexicon.Normalise(part), lexicon.Normalise(whole)
	return part != "" && strings.Contains(whole, part)
}

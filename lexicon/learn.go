package lexicon

import (
	"cmp"
	"math"
	"slices"
)

// LearnedSource is what a node learns from its own records. It stands on the shelf
// like any other vocabulary and can be taken away.
var LearnedSource = Source{ID: "learned", Title: "Learned from records with human translations and from confirmed matches", Licence: "of the records", Format: "learned", Pairs: true}

// Bounds of learning. Words that go together by chance pass the test of likelihood
// once in a thousand times; those seen together seldom are not tested.
const (
	leastTogether   = 3
	leastLikelihood = 10.83 // chi-square of one degree of freedom at .001
	leastDice       = 0.3
	maxLearnWords   = 120     // of a text
	maxLearnPairs   = 4 << 20 // pairs of words counted at once
)

// Learner counts which words of two languages go together in texts that say the
// same, and tells those that do so too often for chance.
type Learner struct {
	words  *table // language, then stem
	texts  []uint32
	forms  []map[string]int // how a stem is written
	pairs  map[[2]uint32]uint32
	total  uint32
	pruned uint32 // pairs seen less often than this were forgotten once
}

// NewLearner returns a learner that has read nothing.
func NewLearner() *Learner {
	return &Learner{words: newTable(), pairs: map[[2]uint32]uint32{}}
}

// Read takes in two texts that say the same in two languages.
func (l *Learner) Read(textA, langA, textB, langB string) {
	a, b := languageOf(langA), languageOf(langB)
	if a == b || a == unknown || b == unknown || a >= firstList || b >= firstList {
		return
	}
	wordsA, wordsB := l.note(textA, langA, a), l.note(textB, langB, b)
	if len(wordsA) == 0 || len(wordsB) == 0 {
		return
	}
	l.total++
	for _, p := range wordsA {
		for _, q := range wordsB {
			l.pairs[[2]uint32{min(p, q), max(p, q)}]++
		}
	}
	if len(l.pairs) > maxLearnPairs {
		l.prune()
	}
}

// prune forgets the rarest pairs, so that memory stays bounded.
func (l *Learner) prune() {
	for len(l.pairs) > maxLearnPairs/2 {
		l.pruned++
		for p, n := range l.pairs {
			if n <= l.pruned {
				delete(l.pairs, p)
			}
		}
	}
}

// note numbers the words of a text, each once.
func (l *Learner) note(text, tag string, lang language) []uint32 {
	var all []uint32
	for _, t := range Analyse(text, tag) {
		w := l.words.intern(string(byte(lang)) + t.Term)
		if int(w) == len(l.forms) {
			l.forms, l.texts = append(l.forms, map[string]int{}), append(l.texts, 0)
		}
		if len(l.forms[w]) < 8 {
			l.forms[w][text[t.Start:t.End]]++
		}
		if !slices.Contains(all, w) {
			all = append(all, w)
			l.texts[w]++
		}
		if len(all) == maxLearnWords {
			break
		}
	}
	return all
}

// Association is a pair of words that go together.
type Association struct {
	A, B       Label
	Together   int     // texts that have both
	Likelihood float64 // log-likelihood ratio (Dunning 1993)
	Dice       float64
}

// Associations gives the pairs of words that go together too often for chance and
// are each other's best, the likeliest first.
func (l *Learner) Associations() []Association {
	type scored struct {
		pair             [2]uint32
		likelihood, dice float64
	}
	best := map[[2]uint32]scored{} // of a word, by language of the other
	var all []scored
	for p, n := range l.pairs {
		if n < leastTogether {
			continue
		}
		a, b := l.texts[p[0]], l.texts[p[1]]
		s := scored{p, likelihoodRatio(float64(n), float64(a), float64(b), float64(l.total)), 2 * float64(n) / float64(a+b)}
		if s.likelihood < leastLikelihood || s.dice < leastDice || float64(n)*float64(l.total) <= float64(a)*float64(b) {
			continue
		}
		all = append(all, s)
		for i, w := range p {
			key := [2]uint32{w, uint32(l.words.bytes(p[1-i])[0])}
			if old, ok := best[key]; !ok || s.dice > old.dice || s.dice == old.dice && s.likelihood > old.likelihood {
				best[key] = s
			}
		}
	}
	var out []Association
	for _, s := range all {
		mutual := true
		for i, w := range s.pair {
			mutual = mutual && best[[2]uint32{w, uint32(l.words.bytes(s.pair[1-i])[0])}].dice <= s.dice
		}
		if mutual {
			out = append(out, Association{l.label(s.pair[0]), l.label(s.pair[1]), int(l.pairs[s.pair]), s.likelihood, s.dice})
		}
	}
	slices.SortFunc(out, func(a, b Association) int {
		return cmp.Or(cmp.Compare(b.Likelihood, a.Likelihood), cmp.Compare(a.A.Text, b.A.Text), cmp.Compare(a.B.Text, b.B.Text))
	})
	return out
}

// label gives a word as it is written most often.
func (l *Learner) label(w uint32) Label {
	best := ""
	for f, n := range l.forms[w] {
		if m := l.forms[w][best]; n > m || n == m && f < best {
			best = f
		}
	}
	return Label{tags[l.words.bytes(w)[0]], best}
}

// likelihoodRatio compares how often two things are seen together in n texts with
// how often they would be by chance (Dunning 1993): together in so many, each in a
// and b.
func likelihoodRatio(together, a, b, n float64) float64 {
	sum := 0.0
	for _, c := range [4]struct{ seen, row, column float64 }{
		{together, a, b}, {a - together, a, n - b}, {b - together, n - a, b}, {n - a - b + together, n - a, n - b},
	} {
		if expected := c.row * c.column / n; c.seen > 0 && expected > 0 {
			sum += c.seen * math.Log(c.seen/expected)
		}
	}
	return 2 * sum
}

// Entries gives associations as rows of a dictionary.
func Entries(learned []Association) []Entry {
	all := make([]Entry, len(learned))
	for i, a := range learned {
		all[i] = Entry{ID: a.A.Lang + ":" + a.A.Text + "|" + a.B.Lang + ":" + a.B.Text, Labels: []Label{a.A, a.B}}
	}
	return all
}

package lexicon

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"karvan/internal/fault"
)

// Bounds on what a builder takes; what exceeds those of a label or an entry is
// left out, so that no file can make a lexicon that one entry fills.
const (
	maxLabel    = 200 // bytes
	maxPhrase   = 6   // words of a label
	maxHanLabel = 10  // characters of a Chinese label
	maxForms    = 96  // labels of an entry
	maxTargets  = 24  // terms that an entry stands for
	maxHomonyms = 16  // concepts of one label that others are compared with
	maxBridge   = 24  // labels that share what they stand for
	maxEdges    = 64 << 20
)

// How much is believed; chosen on development data, see docs/quality.md.
const (
	maxSenses     = 6    // terms of a word; twelve find hardly more and double the index
	leastShare    = 0.12 // of the best term of a word
	hubDecay      = 0.6  // of what a word gets through a third language
	componentPart = 0.5  // of a phrase that its words make up
	broaderPart   = 0.25 // of a concept that the next broader one makes up
	synonymPart   = 0.5  // of a translation that an English synonym is worth
)

// Forms of a key: behind the language comes how the label was turned into it.
const (
	plainForm = 'p' // one word, normalised
	stemForm  = 's' // words reduced to their stems
	hanForm   = 'h' // a run of Chinese characters
)

// Builder makes a [Lexicon] of entries.
//
// Every entry becomes terms: the concept itself, unless it is a row of a
// dictionary, and the English stems of its English labels. So words meet in the
// middle: those of two languages in a concept that has both, or else in the
// English words that dictionaries give for them. An entry without English ties
// its labels to what the others of them stand for.
type Builder struct {
	x       *Lexicon
	edges   []edge
	bridges [][]weightedKey
	named   map[uint32][]uint32 // concepts by the keys of their labels
}

// edge says that a key stands for a term, with a weight.
type edge struct {
	key, term uint32
	weight    float32
}

type weightedKey struct {
	key    uint32
	lang   language
	weight float32
}

// NewBuilder returns a builder without entries.
func NewBuilder() *Builder {
	return &Builder{named: map[uint32][]uint32{}, x: &Lexicon{keys: newTable(), terms: newTable(), phrases: map[string]uint8{}, concepts: newConcepts()}}
}

// Add takes in the entries of a source. It fails when all sources together are
// too much for one lexicon.
func (b *Builder) Add(s Source, entries []Entry) error {
	info := SourceInfo{Source: s, Entries: len(entries)}
	for i := range entries {
		info.Labels += b.add(&s, &entries[i])
		if len(b.edges) > maxEdges {
			return fault.New(fault.Invalid, "lexicon.too-large", "source", s.ID).At("source")
		}
	}
	b.x.sources = append(b.x.sources, info)
	return nil
}

// form is a label made ready.
type form struct {
	lang   language
	words  []string // stems
	plain  string   // the normalised word, when it is one
	han    string
	weight float32
}

// target is a term that the labels of an entry stand for.
type target struct {
	term   uint32
	weight float32
	from   language
}

// add takes in an entry and gives the number of its labels that can be found.
func (b *Builder) add(s *Source, e *Entry) int {
	forms, langs := formsOf(e)
	if len(forms) == 0 {
		return 0
	}
	keys := make([][]uint32, len(forms))
	for i := range forms {
		keys[i] = b.keysOf(&forms[i])
	}
	var targets []target
	if !s.Pairs {
		term := b.concept(s, e, forms, keys)
		targets = append(targets, target{term, 1, unknown})
		for _, id := range e.Broader[:min(len(e.Broader), 3)] {
			targets = append(targets, target{b.x.terms.intern(conceptTerm(s.ID, id)), broaderPart, unknown})
		}
	}
	english := false
	for i := range forms {
		if f := &forms[i]; f.lang == en || f.lang == unknown {
			english = true
			targets = b.pivots(targets, f)
		}
	}
	targets = targets[:min(len(targets), maxTargets)]
	var bridge []weightedKey
	for i := range forms {
		f := &forms[i]
		for _, k := range keys[i] {
			for _, t := range targets {
				b.edges = append(b.edges, edge{k, t.term, f.weight * t.weight * synonyms(f.lang, t.from)})
			}
			bridge = append(bridge, weightedKey{k, f.lang, f.weight})
		}
	}
	if !english && langs > 1 {
		b.bridges = append(b.bridges, bridge[:min(len(bridge), maxBridge)])
	}
	return len(forms)
}

// concept gives the term of an entry's concept. An entry of another vocabulary that
// has labels of a known concept in two languages at least, and no fewer than of any
// other, is that concept: one shared label may be a word of two meanings, two
// languages seldom share both.
func (b *Builder) concept(s *Source, e *Entry, forms []form, keys [][]uint32) uint32 {
	own := b.x.terms.intern(conceptTerm(s.ID, e.ID))
	b.x.concepts.add(own, e)     // one that is another keeps its names, for those who ask for it
	votes := map[uint32]uint32{} // languages by concept, as bits
	for i := range forms {
		for _, c := range b.named[keys[i][0]] {
			votes[c] |= 1 << forms[i].lang
		}
	}
	best, most := uint32(0), 1
	for c, languages := range votes {
		if n := bits.OnesCount32(languages); n > most || n == most && n > 1 && c < best {
			best, most = c, n
		}
	}
	if most > 1 && s.ID != CoreSource.ID {
		return best
	}
	for _, k := range keys {
		if list := b.named[k[0]]; len(list) < maxHomonyms && !slices.Contains(list, own) {
			b.named[k[0]] = append(list, own)
		}
	}
	return own
}

// synonyms lowers what an English word gets from those beside it: they are less
// sure than translations.
func synonyms(word, target language) float32 {
	if word == en && target == en {
		return synonymPart
	}
	return 1
}

// formsOf makes the labels of an entry ready and counts their languages. Later
// labels of a language weigh less.
func formsOf(e *Entry) (forms []form, langs int) {
	var rank [firstList]int
	for _, l := range e.Labels {
		lang := languageOf(l.Lang)
		if l.Lang != AnyLanguage && (lang == unknown || lang >= firstList) || len(forms) == maxForms {
			continue
		}
		f, ok := makeForm(tidyLabel(l.Text, lang), lang)
		if !ok {
			continue
		}
		if rank[lang] == 0 {
			langs++
		}
		f.weight = float32(1 / math.Sqrt(1+0.5*float64(rank[lang])))
		rank[lang]++
		forms = append(forms, f)
	}
	return forms, langs
}

// pivots adds the terms under which an English text holds a label.
func (b *Builder) pivots(targets []target, f *form) []target {
	content := make([]string, 0, len(f.words))
	for _, w := range f.words {
		if !stopWords[en][w] {
			content = append(content, w)
		}
	}
	switch {
	case len(content) == 0 || len(content) > 4:
		return targets
	case len(content) == 1:
		return append(targets, target{b.x.terms.intern(content[0]), f.weight, f.lang})
	}
	targets = append(targets, target{b.x.terms.intern(phraseTerm(f.words)), f.weight, f.lang})
	for _, w := range content {
		targets = append(targets, target{b.x.terms.intern(w), f.weight * componentPart, f.lang})
	}
	return targets
}

// The first byte of a term tells what it is; that of a word is a letter, a digit
// or a character of its script.
const (
	conceptMark = '='
	phraseMark  = '+'
	soundMark   = '~'
	measureMark = '#'
)

func conceptTerm(source, id string) string { return string(conceptMark) + source + ":" + id }

func phraseTerm(words []string) string { return string(phraseMark) + strings.Join(words, " ") }

// tidyLabel leaves out what stands in brackets and what English puts before a verb
// or noun.
func tidyLabel(s string, lang language) string {
	if i := strings.IndexAny(s, "(（["); i > 0 && lang != unknown { // formulas have brackets
		rest := ""
		if j := strings.IndexAny(s[i:], ")）]"); j > 0 {
			_, size := utf8.DecodeRuneInString(s[i+j:])
			rest = s[i+j+size:]
		}
		s = strings.TrimSpace(s[:i]) + " " + strings.TrimSpace(rest)
	}
	s = strings.TrimSpace(s)
	if lang == en {
		for _, front := range []string{"to be ", "to ", "a ", "an ", "the ", "sb ", "sth "} {
			if rest, ok := strings.CutPrefix(s, front); ok {
				return rest
			}
		}
	}
	return s
}

// makeForm turns a label into what texts are compared with.
func makeForm(text string, lang language) (form, bool) {
	f := form{lang: lang}
	if text == "" || len(text) > maxLabel {
		return f, false
	}
	if lang == zh {
		if f.han = hanKey(text); f.han != "" {
			return f, utf8.RuneCountInString(f.han) <= maxHanLabel
		}
	}
	eachWord(text, func(start, end int) bool {
		if w := Normalise(cut(text[start:end], maxWord)); w != "" {
			f.plain = w
			f.words = append(f.words, cut(stem(w, lang), maxTerm))
		}
		return len(f.words) <= maxPhrase
	})
	if len(f.words) != 1 {
		f.plain = ""
	}
	return f, len(f.words) > 0 && len(f.words) <= maxPhrase
}

// hanKey gives the Chinese characters of a label; "" when it has other letters.
func hanKey(s string) string {
	var b strings.Builder
	for _, r := range Normalise(s) {
		switch {
		case unicode.Is(unicode.Han, r):
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			return ""
		}
	}
	return b.String()
}

func keyOf(lang language, form byte, text string) string {
	return string([]byte{byte(lang), form}) + text
}

// keysOf interns the keys under which a text may hold a label.
func (b *Builder) keysOf(f *form) []uint32 {
	if f.han != "" {
		b.phrase(keyOf(zh, hanForm, firstRune(f.han)), utf8.RuneCountInString(f.han))
		return []uint32{b.x.keys.intern(keyOf(zh, hanForm, f.han))}
	}
	keys := []uint32{b.x.keys.intern(keyOf(f.lang, stemForm, strings.Join(f.words, " ")))}
	if len(f.words) > 1 {
		b.phrase(keyOf(f.lang, stemForm, f.words[0]), len(f.words))
	} else if f.plain != "" {
		keys = append(keys, b.x.keys.intern(keyOf(f.lang, plainForm, f.plain)))
		if f.lang == ru {
			for _, s := range obliqueStems(f.plain) {
				keys = append(keys, b.x.keys.intern(keyOf(ru, stemForm, s)))
			}
		}
	}
	return keys
}

// phrase notes how long labels that begin alike get.
func (b *Builder) phrase(first string, n int) {
	b.x.phrases[first] = max(b.x.phrases[first], uint8(n))
}

func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// Build makes the lexicon. The builder must not be used afterwards.
func (b *Builder) Build() *Lexicon {
	x := b.x
	b.settle()
	for range 2 { // Kyrgyz – Kazakh – Russian – English
		if !b.bridge() {
			break
		}
		b.settle()
	}
	b.edges, b.bridges, b.named = nil, nil, nil
	x.concepts.finish()
	x.ready()
	return x
}

// settle sums the edges of each key to its senses.
func (b *Builder) settle() {
	slices.SortFunc(b.edges, func(p, q edge) int {
		return cmp.Compare(uint64(p.key)<<32|uint64(p.term), uint64(q.key)<<32|uint64(q.term))
	})
	sum := b.edges[:0]
	for _, e := range b.edges {
		if n := len(sum); n > 0 && sum[n-1].key == e.key && sum[n-1].term == e.term {
			sum[n-1].weight += e.weight
		} else {
			sum = append(sum, e)
		}
	}
	b.edges = sum
	x := b.x
	x.starts = make([]uint32, x.keys.len()+1)
	x.senses = x.senses[:0]
	var best []edge
	at := 0
	for k := range uint32(x.keys.len()) {
		x.starts[k] = uint32(len(x.senses))
		lo := at
		for at < len(b.edges) && b.edges[at].key == k {
			at++
		}
		best = append(best[:0], b.edges[lo:at]...)
		slices.SortFunc(best, func(p, q edge) int {
			return cmp.Or(cmp.Compare(q.weight, p.weight), cmp.Compare(p.term, q.term))
		})
		for i, e := range best {
			if i == maxSenses || e.weight < leastShare*best[0].weight {
				break
			}
			x.senses = append(x.senses, sense{e.term, uint8(max(1, 255*e.weight/best[0].weight))})
		}
	}
	x.starts[x.keys.len()] = uint32(len(x.senses))
	x.senses = slices.Clip(x.senses)
}

// bridge lets labels of one entry share what they stand for, where no English
// label says it, and reports whether there was any.
func (b *Builder) bridge() bool {
	var edges []edge
	for _, bridge := range b.bridges {
		for _, to := range bridge {
			for _, from := range bridge {
				if to.lang == from.lang {
					continue
				}
				for _, s := range b.x.sensesOf(from.key) {
					edges = append(edges, edge{to.key, s.term, hubDecay * from.weight * to.weight * float32(s.weight) / 255})
				}
			}
		}
	}
	b.edges = append(b.edges, edges...)
	return len(edges) > 0
}

package lexicon

import (
	"hash/maphash"
	"math"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// Mark is a word or phrase of a text with what it stands for.
type Mark struct {
	Start, End int // bytes of the text
	// Terms are what it stands for, the surest first.
	Terms []Feature
	// Known says whether the lexicon has the word; otherwise the terms, if any, are
	// those of words that sound alike.
	Known bool
}

// Feature is a term and how much is known by it: the weights of all terms of a
// word come to little more than that of one sure term.
type Feature struct {
	Term   string
	Weight float32
}

type weightedTerm struct {
	term   uint32
	weight float64
}

// How the terms of a word share its weight, and what is left for the words of a
// phrase; chosen on development data.
const (
	shareExponent = 0.8
	inPhrase      = 0.4
	ownPart       = 0.05 // of the stem of a word that the lexicon knows
	ownHan        = 0.12 // of a pair of Chinese characters
	ownAlike      = 0.1  // of one that sounds like a word it knows
	ownUnknown    = 0.3  // of any other
	loneHan       = 0.6  // of a Chinese word of one character
	ownFunction   = 0.01 // of a word that only ties others together
	soundPart     = 0.3  // of what a word sounds like that it does not know
	soundWhole    = 0.2  // of the same with its endings, when they change it
)

// wordInfo is what is known of a word of a language.
type wordInfo struct {
	word      string // as written
	lang      language
	plain     string
	stem      string
	own       string // the term that Analyse gives, "" for a stop word
	ownWeight float32
	terms     []Feature
	part      []Feature // terms with the weight that they have within a phrase
	known     bool
	most      uint8 // words of the longest label that begins with it
}

// Annotate finds the longest labels in a text of a language, in the order of the
// text. The words of a phrase are marked as well, after it.
func (x *Lexicon) Annotate(text, tag string) []Mark {
	var marks []Mark
	x.eachMark(text, languageOf(tag), func(start, end int, terms []Feature, known bool) {
		marks = append(marks, Mark{start, end, terms, known})
	})
	return marks
}

// Terms appends the terms under which a text of a language is found, with their
// weights: those of [Analyse], what its words stand for, and its quantities. The stem of a word that the
// lexicon knows adds little to that, or texts of one language would be liker each
// other than what they say.
func (x *Lexicon) Terms(terms []string, weights []float32, text, tag string) ([]string, []float32) {
	add := func(term string, weight float32) {
		terms, weights = append(terms, term), append(weights, weight)
	}
	lang := languageOf(tag)
	var run hanRun
	pair := func(start, end int) bool {
		if t := memo.term(text[start:end], lang); t != "" {
			add(t, ownHan)
		}
		return true
	}
	s := scan{x: x, lang: lang, text: text}
	s.word = func(w *wordInfo, start, end int) {
		run.close(pair)
		if w.own != "" {
			add(w.own, w.ownWeight)
		}
	}
	s.han = func(start, end int) { run.add(start, end, pair) }
	s.mark = func(_, _ int, features []Feature, _ bool) {
		for _, f := range features {
			add(f.Term, f.Weight)
		}
	}
	s.run()
	run.close(pair)
	eachMeasureTerm(text, lang, func(_, _ int, features []Feature) {
		for _, f := range features {
			add(f.Term, f.Weight)
		}
	})
	return terms, weights
}

// eachMark calls f with every label found in the text. The features are shared and
// must not be changed.
func (x *Lexicon) eachMark(text string, lang language, f func(start, end int, terms []Feature, known bool)) {
	s := scan{x: x, lang: lang, text: text, mark: f}
	s.run()
}

// scan goes through a text once.
type scan struct {
	x    *Lexicon
	lang language
	text string

	word func(w *wordInfo, start, end int) // hears every word, when set
	han  func(start, end int)              // hears every Chinese character, when set
	mark func(start, end int, terms []Feature, known bool)

	window []wordPlace // words that a phrase could take in
	chars  hanSpan
	buf    []byte
}

type wordPlace struct {
	info       *wordInfo
	start, end int
}

func (s *scan) run() {
	eachUnit(s.text, func(start, end int, han bool) {
		if han {
			s.flush(0)
			if s.han != nil {
				s.han(start, end)
			}
			if s.chars.end != start {
				s.annotateHan(s.chars)
				s.chars = hanSpan{start, start}
			}
			s.chars.end = end
			return
		}
		if s.chars.end > s.chars.start {
			s.annotateHan(s.chars)
			s.chars = hanSpan{}
		}
		info := s.x.word(s.text[start:end], s.lang)
		if s.word != nil {
			s.word(info, start, end)
		}
		if info.plain != "" {
			s.window = append(s.window, wordPlace{info, start, end})
			s.flush(maxPhrase - 1)
		}
	})
	s.flush(0)
	s.annotateHan(s.chars)
}

// flush marks the words at the front of the window until only keep are left.
func (s *scan) flush(keep int) {
	for len(s.window) > keep {
		n, senses := s.longest()
		if n > 1 {
			s.mark(s.window[0].start, s.window[n-1].end, s.x.features(weigh(senses), 1), true)
		}
		for _, p := range s.window[:n] {
			if n > 1 {
				s.mark(p.start, p.end, p.info.part, p.info.known)
			} else {
				s.mark(p.start, p.end, p.info.terms, p.info.known)
			}
		}
		s.window = s.window[:copy(s.window, s.window[n:])]
	}
}

// longest gives how many words the longest label at the front of the window has,
// and what it stands for when there are several.
func (s *scan) longest() (int, []sense) {
	for n := min(int(s.window[0].info.most), len(s.window)); n > 1; n-- {
		s.buf = append(s.buf[:0], byte(s.lang), stemForm)
		for i, p := range s.window[:n] {
			if i > 0 {
				s.buf = append(s.buf, ' ')
			}
			s.buf = append(s.buf, p.info.stem...)
		}
		if senses := s.x.lookupBytes(s.buf); len(senses) > 0 {
			return n, senses
		}
		s.buf[0] = byte(unknown) // names that need no translation
		if senses := s.x.lookupBytes(s.buf); len(senses) > 0 {
			return n, senses
		}
	}
	return 1, nil
}

type hanSpan struct{ start, end int }

func weigh(senses []sense) []weightedTerm {
	all := make([]weightedTerm, len(senses))
	for i, s := range senses {
		all[i] = weightedTerm{s.term, float64(s.weight) / 255}
	}
	return all
}

// features shares the weight of a word among its terms.
func (x *Lexicon) features(terms []weightedTerm, scale float64) []Feature {
	sum := 0.0
	for _, t := range terms {
		sum += t.weight
	}
	scale /= math.Pow(max(sum, 1), shareExponent)
	all := make([]Feature, len(terms))
	for i, t := range terms {
		all[i] = Feature{string(x.terms.bytes(t.term)), float32(scale * t.weight)}
	}
	return all
}

// wordMemo remembers what is known of words; see termMemo.
type wordMemo struct {
	seed   maphash.Seed
	places [wordPlaces]atomic.Pointer[wordInfo]
}

// wordPlaces is how many words are remembered: some fifty megabytes at most, as what
// a word sounds like is dear to find.
const wordPlaces = 1 << 17

// word gives what is known of a word.
func (x *Lexicon) word(w string, lang language) *wordInfo {
	if len(w) > memoWord {
		return x.look(w, lang)
	}
	place := &x.memo.places[(maphash.String(x.memo.seed, w)+uint64(lang)*0x9E3779B97F4A7C15)%wordPlaces]
	if i := place.Load(); i != nil && i.lang == lang && i.word == w {
		return i
	}
	i := x.look(strings.Clone(w), lang)
	place.Store(i)
	return i
}

func (x *Lexicon) look(w string, lang language) *wordInfo {
	i := &wordInfo{word: w, lang: lang, plain: Normalise(cut(w, maxWord))}
	i.stem = cut(stem(i.plain, lang), maxTerm)
	i.most = max(x.phrases[keyOf(lang, stemForm, i.stem)], x.phrases[keyOf(unknown, stemForm, i.stem)])
	if stopWords[lang][i.plain] {
		return i
	}
	if lang < firstList && functionWords[lang][i.plain] {
		i.own, i.ownWeight = i.stem, ownFunction // who asks for it finds it
		return i
	}
	i.own, i.ownWeight = i.stem, 1
	terms := weigh(x.senseOf(i.plain, i.stem, lang))
	i.known = len(terms) > 0
	if i.known && lang != en { // English stems are what words stand for
		i.ownWeight = ownPart
	}
	if !i.known {
		terms = x.alike(i.stem, lang)
		i.ownWeight = ownUnknown
		if len(terms) > 0 {
			i.ownWeight = ownAlike
		}
	}
	i.terms, i.part = x.features(terms, 1), x.features(terms, inPhrase)
	if !i.known {
		i.addSounds()
	}
	return i
}

// addSounds adds what a word sounds like that may be a name: without its endings and,
// as the end of a name can look like one, with them.
func (i *wordInfo) addSounds() {
	add := func(sound string, weight float32) {
		if sound != "" {
			i.terms, i.part = append(i.terms, Feature{sound, weight}), append(i.part, Feature{sound, weight * inPhrase})
		}
	}
	bare := soundTerm(i.stem)
	add(bare, soundPart)
	if whole := soundTerm(cut(i.plain, maxTerm)); whole != bare {
		add(whole, soundWhole)
	}
}

// senseOf looks a word up: as written, then without one ending after the other,
// then by its stem, last among the names without a language.
func (x *Lexicon) senseOf(plain, stem string, lang language) []sense {
	if s := x.lookup(keyOf(lang, plainForm, plain)); len(s) > 0 {
		return s
	}
	if lang < firstList && suffixes[lang].rounds > 1 && suffixes[lang].script == scriptOf(plain) {
		for p := plain; ; {
			var found []sense
			if suffixes[lang].eachPeel(p, func(shorter string) bool {
				for _, form := range []byte{plainForm, stemForm} {
					if found = x.lookup(keyOf(lang, form, shorter)); len(found) > 0 {
						return true
					}
				}
				return false
			}) {
				return found
			}
			shorter := suffixes[lang].peel(p)
			if shorter == p {
				break
			}
			p = shorter
		}
	}
	if s := x.lookup(keyOf(lang, stemForm, stem)); len(s) > 0 {
		return s
	}
	return x.lookup(keyOf(unknown, plainForm, plain))
}

// annotateHan cuts a run of Chinese characters into the longest labels.
func (s *scan) annotateHan(run hanSpan) {
	text := s.text[run.start:run.end]
	var places, ends [maxHanLabel + 1]int // behind so many characters: in the text, in the key
	for at := 0; at < len(text); {
		s.buf = append(s.buf[:0], byte(zh), hanForm)
		next := s.hanRune(text, at)
		places[1], ends[1] = next, len(s.buf)
		n := 1
		for most := int(s.x.phrases[string(s.buf)]); n < most && next < len(text); {
			next = s.hanRune(text, next)
			n++
			places[n], ends[n] = next, len(s.buf)
		}
		taken := places[1]
		for ; n > 0; n-- {
			if functionWords[zh][string(s.buf[2:ends[n]])] {
				taken = places[n]
				break
			}
			if senses := s.x.lookupBytes(s.buf[:ends[n]]); len(senses) > 0 {
				taken = places[n]
				scale := 1.0
				if n == 1 {
					scale = loneHan
				}
				s.mark(run.start+at, run.start+taken, s.x.features(weigh(senses), scale), true)
				break
			}
		}
		at = taken
	}
}

// hanRune appends the normalised character at a place to the key that is looked for,
// and gives the place behind it.
func (s *scan) hanRune(text string, at int) int {
	r, size := utf8.DecodeRuneInString(text[at:])
	if r >= firstHan && r <= lastHan { // those beyond have compatible forms
		s.buf = utf8.AppendRune(s.buf, simplified(r))
	} else {
		s.buf = append(s.buf, Normalise(text[at:at+size])...)
	}
	return at + size
}

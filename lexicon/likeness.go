package lexicon

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// relatives says in which languages' vocabularies a word that its own does not know
// is looked for by its sound: languages of the same family, those that it lends
// from, and English for what the world has in common.
var relatives = [firstList][]language{
	ru: {be, en},
	be: {ru, en},
	kk: {ky, ru, uz, en},
	ky: {kk, ru, uz, en},
	uz: {kk, ky, ru, tg, en},
	tg: {fa, ru, uz, en},
	fa: {tg, ur, en},
	ur: {hi, fa, en},
	hi: {ur, en},
}

// Bounds of likeness, chosen on development data.
const (
	leastSound = 4    // letters of a word as it sounds
	likeEnough = 0.72 // see alikeness
	mostAlike  = 4    // words that a word is taken for
	alikeBand  = 0.08 // how far they may lie behind the best
	farther    = 0.03 // what a word of a less related language lies behind
)

// soundIndex finds the labels of one word by how they sound: lists by language
// and the first consonants, one behind the other.
type soundIndex struct {
	lists map[soundKey]span
	keys  []uint32
	masks []uint32 // of the letters
	ends  []uint32 // in arena
	arena []byte
}

type soundKey struct {
	lang  language
	first [3]byte // consonants of the skeleton
}

type span struct{ from, to uint32 }

func newSoundIndex(x *Lexicon) soundIndex {
	type item struct {
		at    soundKey
		key   uint32
		sound string
	}
	var items []item
	for k := range uint32(x.keys.len()) {
		key := x.keys.bytes(k)
		lang := language(key[0])
		if key[1] != stemForm || lang == zh || lang == unknown || x.starts[k] == x.starts[k+1] || len(key) > 2+maxTerm {
			continue
		}
		text := string(key[2:])
		if strings.Contains(text, " ") {
			continue
		}
		sound := romanise(text)
		if at, ok := soundKeyOf(lang, sound); ok && len(sound) > 2 {
			items = append(items, item{at, k, sound})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.at.lang, b.at.lang), strings.Compare(string(a.at.first[:]), string(b.at.first[:])), cmp.Compare(a.key, b.key))
	})
	s := soundIndex{lists: map[soundKey]span{}}
	for i, it := range items {
		s.keys = append(s.keys, it.key)
		s.masks = append(s.masks, lettersOf(it.sound))
		s.arena = append(s.arena, it.sound...)
		s.ends = append(s.ends, uint32(len(s.arena)))
		list := s.lists[it.at]
		if list.to == 0 {
			list.from = uint32(i)
		}
		list.to = uint32(i + 1)
		s.lists[it.at] = list
	}
	return s
}

func (s *soundIndex) sound(i uint32) []byte {
	lo := uint32(0)
	if i > 0 {
		lo = s.ends[i-1]
	}
	return s.arena[lo:s.ends[i]]
}

func (s *soundIndex) size() int64 {
	return int64(12*len(s.keys)+len(s.arena)) + 32*int64(len(s.lists))
}

// soundKeyOf gives what words that sound alike share.
func soundKeyOf(lang language, sound string) (soundKey, bool) {
	s := skeleton(sound)
	if len(s) < 2 {
		return soundKey{}, false
	}
	k := soundKey{lang: lang}
	copy(k.first[:], s)
	return k, true
}

// lettersOf gives the set of consonants as bits.
func lettersOf(sound string) uint32 {
	var m uint32
	for i := range len(sound) {
		if c := skeletonClass[sound[i]]; c != 0 {
			m |= 1 << (c - 'a')
		}
	}
	return m
}

// alike gives the terms of the words of related languages that sound like a stem.
func (x *Lexicon) alike(stem string, lang language) []weightedTerm {
	if lang >= firstList || len(relatives[lang]) == 0 {
		return nil
	}
	sound := romanise(stem)
	at, ok := soundKeyOf(lang, sound)
	if !ok || len(sound) < leastSound {
		return nil
	}
	type match struct {
		key  uint32
		like float64
	}
	var found []match
	letters := lettersOf(sound)
	var a, b sounding
	for i, other := range relatives[lang] {
		at.lang = other
		list := x.sounds.lists[at]
		bare := writesNoVowels(lang) || writesNoVowels(other)
		a.set([]byte(sound), bare)
		best := 0.0
		for j := list.from; j < list.to; j++ {
			if bits.OnesCount32(letters^x.sounds.masks[j]) > 2 {
				continue
			}
			b.set(x.sounds.sound(j), bare)
			if d := a.n - b.n; d > 5 || d < -5 {
				continue
			}
			least := max(likeEnough, best-alikeBand)
			like := alikeness(&a, &b, least+farther*float64(i)-1e-9) - farther*float64(i)
			if like >= least {
				best = max(best, like)
				found = append(found, match{x.sounds.keys[j], like})
			}
		}
	}
	slices.SortFunc(found, func(a, b match) int { return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.key, b.key)) })
	var all []weightedTerm
	for i, m := range found {
		if i == mostAlike || m.like < found[0].like-alikeBand {
			break
		}
		sure := math.Pow(2*m.like-1, 2)
		for _, s := range x.sensesOf(m.key) {
			all = append(all, weightedTerm{s.term, sure * float64(s.weight) / 255})
		}
	}
	return all
}

func writesNoVowels(lang language) bool { return lang == fa || lang == ur }

// soundTerm is the term under which a name is found in every script, "" when too
// little of it is left.
func soundTerm(stem string) string {
	s := skeleton(romanise(stem))
	if len(s) < 3 {
		return ""
	}
	return string(soundMark) + s
}

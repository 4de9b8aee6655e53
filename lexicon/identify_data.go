package lexicon

import (
	_ "embed"
	"math"
	"strings"
	"sync"
)

// The texts by which languages are told apart, a line each with the tag before it:
// sentences written for this purpose, in our languages and in those that could be
// taken for them.
var (
	//go:embed identify/ours.tsv
	ourTexts string
	//go:embed identify/others.tsv
	otherTexts string
)

// How features are weighed; chosen on the sentences above and on development data.
const (
	sentenceWeight = 12 // of a sentence beside a label of the vocabulary

	priorSingle = 60  // features of all languages that each is believed to have
	priorPair   = 300 // besides its own
	priorTriple = 900
	priorWord   = 400
	mostScore   = 5.0 // natural logarithm of the most that one feature may say
)

// counts gathers the features of a writing, a row for each language.
type counts struct {
	tags []string
	rows [][]float32
	sums [][4]float64
}

func (c *counts) row(tag string) int {
	for i, t := range c.tags {
		if t == tag {
			return i
		}
	}
	c.tags = append(c.tags, tag)
	c.rows = append(c.rows, make([]float32, features))
	c.sums = append(c.sums, [4]float64{})
	return len(c.tags) - 1
}

// kindOf gives the kind of a feature by its place.
func kindOf(place uint32) int {
	switch {
	case place < pairsAt:
		return 0
	case place < triplesAt:
		return 1
	case place < wordsAt:
		return 2
	}
	return 3
}

func (c *counts) read(text, tag string, writing int, weight float32) {
	i := c.row(tag)
	row, sums := c.rows[i], &c.sums[i]
	eachFeature(text, writing, func(place uint32) {
		row[place] += weight
		sums[kindOf(place)] += float64(weight)
	})
}

// profile turns counts into scores: a language is believed to have every feature a
// little, as often as all languages have it on average.
func (c *counts) profile(ours map[string]bool) *profile {
	priors := [4]float64{priorSingle, priorPair, priorTriple, priorWord}
	n := len(c.tags)
	p := &profile{tags: make([]string, n), scores: make([]int8, features*n)}
	for i, tag := range c.tags {
		if tag = strings.TrimSuffix(tag, cyrillicUzbek); ours[tag] {
			p.tags[i] = tag
		}
	}
	for place := range uint32(features) {
		kind := kindOf(place)
		average := 0.0
		for i, row := range c.rows {
			if row[place] > 0 {
				average += float64(row[place]) / c.sums[i][kind]
			}
		}
		if average == 0 {
			continue
		}
		average /= float64(n)
		for i, row := range c.rows {
			prior := priors[kind] * sentenceWeight
			score := math.Log((float64(row[place])/average + prior) / (c.sums[i][kind] + prior))
			score = max(-mostScore, min(mostScore, score))
			p.scores[int(place)*n+i] = int8(math.Round(score * quantum))
		}
	}
	return p
}

// cyrillicUzbek marks the tag of Uzbek in Cyrillic letters, which has a row of its own.
const cyrillicUzbek = "-Cyrl"

// languageProfiles learns from the texts and the vocabulary, once.
var languageProfiles = sync.OnceValue(func() [4]*profile {
	var all [4]counts
	read := func(text, tag string, writing int, weight float32) {
		all[writing].read(text, tag, writing, weight)
		switch tag {
		case "uz":
			all[cyrillicLetter].read(uzbekCyrillic(text), tag+cyrillicUzbek, cyrillicLetter, weight)
		case "fa": // as Arabic keyboards write it
			all[writing].read(arabicKeys.Replace(text), tag, writing, weight/4)
		}
	}
	ours := map[string]bool{}
	for _, texts := range []string{ourTexts, otherTexts} {
		for line := range strings.Lines(texts) {
			tag, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
			writing := writingOf(text)
			if languageOf(tag) != unknown && languageOf(tag) < firstList {
				ours[tag] = true
			}
			read(text, tag, writing, sentenceWeight)
		}
	}
	for _, e := range Core() {
		for _, l := range e.Labels {
			if ours[l.Lang] {
				read(l.Text, l.Lang, writingOf(l.Text), 1)
			}
		}
	}
	var profiles [4]*profile
	for i := range all {
		profiles[i] = all[i].profile(ours)
	}
	return profiles
})

// writingOf gives the writing of the first letter of a text.
func writingOf(text string) int {
	for _, r := range text {
		if w, _, ok := letterOf(r); ok && w < hanLetter {
			return w
		}
	}
	return latinLetter
}

var arabicKeys = strings.NewReplacer("ی", "ي", "ک", "ك")

// uzbekCyrillic writes Uzbek in the letters of the alphabet of 1940.
func uzbekCyrillic(text string) string { return cyrillicOfUzbek.Replace(strings.ToLower(text)) }

var cyrillicOfUzbek = strings.NewReplacer(
	" e", " э", "oʻ", "ў", "o'", "ў", "gʻ", "ғ", "g'", "ғ", "sh", "ш", "ch", "ч", "ye", "е", "yo", "ё", "yu", "ю", "ya", "я", "siya", "ция",
	"ʼ", "ъ", "'", "ъ", "a", "а", "b", "б", "d", "д", "e", "е", "f", "ф", "g", "г", "h", "ҳ", "i", "и", "j", "ж", "k", "к", "l", "л", "m", "м", "n", "н",
	"o", "о", "p", "п", "q", "қ", "r", "р", "s", "с", "t", "т", "u", "у", "v", "в", "x", "х", "y", "й", "z", "з")

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"karvan/matching/engine"
)

// The made corpus for matching: sizes of its vocabularies and columns.
const (
	corpusWords     = 300_000
	corpusConcepts  = 40_000
	corpusTopics    = 2000
	corpusThemes    = 40
	corpusCountries = 12
	corpusOrgs      = 20_000
	topicWords      = 400
	topicConcepts   = 60
	docConcepts     = 8
	docWordsLeast   = 52
	docWordsMost    = 132
)

// alias draws places with given weights in constant time (Vose's method).
type alias struct {
	keep  []float32
	other []int32
}

// zipfMandelbrot weighs n places by 1/(rank+shift)^exponent.
func zipfMandelbrot(n int, exponent, shift float64) alias {
	p, sum := make([]float64, n), 0.0
	for i := range p {
		p[i] = math.Pow(float64(i+1)+shift, -exponent)
		sum += p[i]
	}
	a := alias{make([]float32, n), make([]int32, n)}
	var under, over []int
	for i := range p {
		p[i] *= float64(n) / sum
		a.keep[i] = 1
		if p[i] < 1 {
			under = append(under, i)
		} else {
			over = append(over, i)
		}
	}
	for len(under) > 0 && len(over) > 0 {
		u, o := under[len(under)-1], over[len(over)-1]
		under = under[:len(under)-1]
		a.keep[u], a.other[u] = float32(p[u]), int32(o)
		if p[o] -= 1 - p[u]; p[o] < 1 {
			over, under = over[:len(over)-1], append(under, o)
		}
	}
	return a
}

func (a alias) draw(r *rand.Rand) int {
	i := r.IntN(len(a.keep))
	if r.Float32() < a.keep[i] {
		return i
	}
	return int(a.other[i])
}

// benchCorpus makes records for matching. Each is a function of seed and number,
// so that any of them can be made again at any time.
type benchCorpus struct {
	seed                               uint64
	words, concepts, topics, orgs      alias
	ofTopic, conceptOfTopic            alias
	wordsOf, conceptsOf                [][]int32 // by topic
	countryOf                          []uint8   // by organisation
	names                              []string  // of words, then of concepts
	countryNames, themeNames, orgNames []string
}

// corpusRecord is a made record; terms repeat as words in a text do.
type corpusRecord struct {
	kind, country, theme int
	org, topic           int
	terms                []int32
}

var corpusKinds = []string{"offer", "need"}

func newBenchCorpus(seed uint64) *benchCorpus {
	c := &benchCorpus{seed: seed,
		words: zipfMandelbrot(corpusWords, 1, 50), concepts: zipfMandelbrot(corpusConcepts, 0.8, 20),
		topics: zipfMandelbrot(corpusTopics, 0.6, 10), orgs: zipfMandelbrot(corpusOrgs, 0.8, 20),
		ofTopic: zipfMandelbrot(topicWords, 0.9, 5), conceptOfTopic: zipfMandelbrot(topicConcepts, 0.7, 2)}
	r := rand.New(rand.NewPCG(seed, 1))
	for range corpusTopics {
		words, concepts := make([]int32, topicWords), make([]int32, topicConcepts)
		for i := range words { // one half common words, the other from the long tail
			words[i] = int32(c.words.draw(r))
			if i%2 == 1 {
				words[i] = int32(300 * math.Pow(corpusWords/300, r.Float64()))
			}
		}
		for i := range concepts {
			concepts[i] = corpusWords + int32(c.concepts.draw(r))
		}
		c.wordsOf, c.conceptsOf = append(c.wordsOf, words), append(c.conceptsOf, concepts)
	}
	countries := zipfMandelbrot(corpusCountries, 0.9, 0.5)
	for i := range corpusOrgs {
		c.countryOf = append(c.countryOf, uint8(countries.draw(r)))
		c.orgNames = append(c.orgNames, fmt.Sprintf("org%05d", i))
	}
	for i := range corpusWords + corpusConcepts {
		c.names = append(c.names, fmt.Sprintf("%c%06d", "wc"[min(1, i/corpusWords)], i))
	}
	for i := range corpusCountries {
		c.countryNames = append(c.countryNames, fmt.Sprintf("country%d", i))
	}
	for i := range corpusThemes {
		c.themeNames = append(c.themeNames, fmt.Sprintf("theme%d", i))
	}
	return c
}

// make makes record number n into d.
func (c *benchCorpus) make(n uint64, d *corpusRecord) *rand.Rand {
	r := rand.New(rand.NewPCG(c.seed+2, n))
	d.topic = c.topics.draw(r)
	second := c.topics.draw(r)
	d.theme, d.kind, d.org = d.topic%corpusThemes, r.IntN(len(corpusKinds)), c.orgs.draw(r)
	d.country = int(c.countryOf[d.org])
	d.terms = d.terms[:0]
	for i := range docWordsLeast + r.IntN(docWordsMost-docWordsLeast+1) {
		switch u := r.Float64(); {
		case i > 4 && u < 0.10: // a word that was used once is used again
			d.terms = append(d.terms, d.terms[r.IntN(i)])
		case u < 0.46:
			d.terms = append(d.terms, c.wordsOf[d.topic][c.ofTopic.draw(r)])
		case u < 0.55:
			d.terms = append(d.terms, c.wordsOf[second][c.ofTopic.draw(r)])
		default:
			d.terms = append(d.terms, int32(c.words.draw(r)))
		}
	}
	for range docConcepts {
		d.terms = append(d.terms, c.concept(r, d.topic))
	}
	return r
}

func (c *benchCorpus) concept(r *rand.Rand, topic int) int32 {
	if r.Float64() < 0.75 {
		return c.conceptsOf[topic][c.conceptOfTopic.draw(r)]
	}
	return corpusWords + int32(c.concepts.draw(r))
}

func corpusKey(n uint64) string { return fmt.Sprintf("%012x", n) }

// doc is record number n as the index takes it.
func (c *benchCorpus) doc(n uint64, d *corpusRecord) engine.Doc {
	c.make(n, d)
	terms := make([]string, len(d.terms))
	for i, t := range d.terms {
		terms[i] = c.names[t]
	}
	return engine.Doc{Key: corpusKey(n), Kind: corpusKinds[d.kind], Rev: 1,
		Text: []engine.FieldTerms{{Field: "text", Terms: terms}},
		Values: map[string][]string{"country": c.countryNames[d.country : d.country+1],
			"theme": c.themeNames[d.theme : d.theme+1], "organisation": c.orgNames[d.org : d.org+1]}}
}

// corpusQuery is a question to the corpus, in a form that peers can read.
type corpusQuery struct {
	Operation string    `json:"operation"`
	Kind      string    `json:"kind"`
	Terms     []string  `json:"terms"`
	Weights   []float64 `json:"weights,omitempty"`
	Any       bool      `json:"any,omitempty"`     // of the terms, else all
	Not       string    `json:"not,omitempty"`     // organisation to leave out
	Country   string    `json:"country,omitempty"` // to keep to
	Facets    []string  `json:"facets,omitempty"`
}

const corpusTop = 20 // hits asked for

// query is the question as the index takes it.
func (q *corpusQuery) query() engine.Query {
	e := engine.Query{Kinds: []string{q.Kind}, AnyGroup: q.Any, Weights: q.Weights, Facets: q.Facets, Limit: corpusTop,
		Sort: []engine.Sort{{By: engine.ScoreKey, Desc: true}}}
	for i := range q.Terms {
		e.Groups = append(e.Groups, q.Terms[i:i+1])
	}
	if q.Not != "" {
		e.Filters = append(e.Filters, engine.Filter{Attr: "organisation", Any: []string{q.Not}, Not: true})
	}
	if q.Country != "" {
		e.Filters = append(e.Filters, engine.Filter{Attr: "country", Any: []string{q.Country}, Fixed: true})
	}
	return e
}

// match asks for what fits record d: its 72 first distinct words and 8 concepts,
// filled up in its own manner, of the other kind, from other organisations.
func (c *benchCorpus) match(d *corpusRecord, r *rand.Rand) corpusQuery {
	seen := make(map[int32]bool, 80)
	var words, concepts int
	q := corpusQuery{Operation: "match", Kind: corpusKinds[1-d.kind], Any: true, Not: c.orgNames[d.org]}
	add := func(t int32) {
		n, most := &words, 72
		if t >= corpusWords {
			n, most = &concepts, docConcepts
		}
		if *n < most && !seen[t] {
			seen[t] = true
			*n++
			q.Terms = append(q.Terms, c.names[t])
			q.Weights = append(q.Weights, 0.5+float64(r.IntN(11))/10)
		}
	}
	for _, t := range d.terms {
		add(t)
	}
	for words < 72 {
		add(c.wordsOf[d.topic][c.ofTopic.draw(r)])
	}
	for concepts < docConcepts {
		add(c.concept(r, d.topic))
	}
	return q
}

// queries asks n questions of every operation, about records that are not in the
// index. Searches are for two or three words such as people type.
func (c *benchCorpus) queries(n int) map[string][]corpusQuery {
	out := map[string][]corpusQuery{}
	var d corpusRecord
	for i := range n {
		r := c.make(1<<40+uint64(i), &d)
		q := c.match(&d, r)
		out["match"] = append(out["match"], q)
		q.Operation, q.Country = "match in one country", c.countryNames[d.country]
		out[q.Operation] = append(out[q.Operation], q)
		var typed []string
		for typed = nil; len(typed) < 2+i%2; c.make(1<<41+uint64(r.Uint32()), &d) {
			typed = nil
			for _, k := range r.Perm(len(d.terms)) {
				if t := d.terms[k]; t >= 20 && t < 3000 && len(typed) < 2+i%2 && !slices.Contains(typed, c.names[t]) {
					typed = append(typed, c.names[t])
				}
			}
		}
		q = corpusQuery{Operation: "search, every word", Kind: corpusKinds[i/2%2], Terms: typed, Facets: []string{"country", "theme"}}
		out[q.Operation] = append(out[q.Operation], q)
		q.Operation, q.Any = "search, some word", true
		out[q.Operation] = append(out[q.Operation], q)
	}
	return out
}

// number gives the number of the record of a key.
func (c *benchCorpus) number(key string) uint64 {
	n, _ := strconv.ParseUint(key, 16, 64) // keys are our own
	return n
}

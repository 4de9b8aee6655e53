package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"karvan/announcements"
	"karvan/app/demo"
	"karvan/catalogue"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/parties"
	"karvan/record"
)

// benchNode is the node whose records the made world has; it is the default of
// the setting "node".
const benchNode = "karvan.example"

// benchLangs are the languages of the made world, each with its share of a
// hundred records.
var benchLangs = []struct {
	tag   lang.Tag
	share int
}{{"en", 30}, {"ru", 25}, {"zh", 25}, {"kk", 10}, {"fa", 10}}

// benchVocabulary is how many different words a language of the made world has.
const benchVocabulary = 30_000

// benchWorld makes records that differ as real ones do: a few words are in most
// of them, most words are in few. The same seed makes the same world on the same
// day; days count back from now, so that the world is as fresh every time.
type benchWorld struct {
	rng    *rand.Rand
	now    time.Time
	fixed  []*record.Record // the states and bodies of the demo world
	states []benchState
	words  map[lang.Tag][]string // the most frequent first
	zipf   *rand.Zipf
	orgs   int
}

type benchState struct {
	code string
	id   id.ID
}

func newBenchWorld(seed uint64, now time.Time, records int) (*benchWorld, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	w := &benchWorld{rng: rng, now: now.UTC().Truncate(24 * time.Hour), words: map[lang.Tag][]string{},
		zipf: rand.NewZipf(rng, 1.07, 3, benchVocabulary-1), orgs: max(1, records/20)}
	all, err := demo.Records(benchNode, w.now)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		switch b := r.Body.(type) {
		case *parties.State:
			w.states = append(w.states, benchState{b.Code, r.ID})
			w.fixed = append(w.fixed, r)
		case *parties.Body:
			w.fixed = append(w.fixed, r)
		}
	}
	if len(w.states) == 0 {
		return nil, errors.New("the demo world has no states")
	}
	for _, l := range benchLangs {
		w.words[l.tag] = w.vocabulary(all, l.tag)
	}
	return w, nil
}

// vocabulary lists words of a language: those of the demo world by how often it
// says them, then words put together from their halves.
func (w *benchWorld) vocabulary(all []*record.Record, tag lang.Tag) []string {
	counts := map[string]int{}
	for _, r := range all {
		for _, text := range r.Texts[string(tag)].Fields {
			for _, word := range benchPieces(text, tag) {
				counts[word]++
			}
		}
	}
	words := make([]string, 0, benchVocabulary)
	for word := range counts {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	words = words[:min(len(words), benchVocabulary)]
	if len(words) == 0 {
		words = append(words, "karvan")
	}
	seed := slices.Clone(words)
	known := map[string]bool{}
	for _, word := range words {
		known[word] = true
	}
	for tries := 0; len(words) < benchVocabulary; tries++ {
		a, b := []rune(seed[w.rng.IntN(len(seed))]), []rune(seed[w.rng.IntN(len(seed))])
		word := string(a[:(len(a)+1)/2]) + string(b[len(b)/2:])
		if known[word] {
			if word += strconv.Itoa(tries); tries < 50*benchVocabulary {
				continue
			}
		}
		known[word] = true
		words = append(words, word)
	}
	return words
}

// benchPieces cuts a text into words; Chinese, which writes none apart, into
// pairs of characters.
func benchPieces(text string, tag lang.Tag) (pieces []string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 0xBF) || strings.ContainsRune("–—«»“”‘’…，。；：、（）％×，", r)
	}) {
		if tag != "zh" {
			if utf8.RuneCountInString(word) > 1 {
				pieces = append(pieces, word)
			}
			continue
		}
		runes := []rune(word)
		for i := 0; i+1 < len(runes); i += 2 {
			if lang.CheckText(string(runes[i:i+2])) == nil && runes[i] > 0x3000 {
				pieces = append(pieces, string(runes[i:i+2]))
			}
		}
	}
	return pieces
}

// word gives a word at the odds of the language.
func (w *benchWorld) word(tag lang.Tag) string { return w.words[tag][w.zipf.Uint64()] }

// text gives n words, with a full stop now and then.
func (w *benchWorld) text(tag lang.Tag, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 && tag != "zh" {
			b.WriteByte(' ')
		}
		b.WriteString(w.word(tag))
		if i%13 == 12 {
			b.WriteByte('.')
		}
	}
	return b.String()
}

// short is text cut to a number of characters.
func (w *benchWorld) short(tag lang.Tag, n, most int) string {
	s := []rune(w.text(tag, n))
	return strings.TrimSpace(string(s[:min(len(s), most)]))
}

func (w *benchWorld) lang() lang.Tag {
	n := w.rng.IntN(100)
	for _, l := range benchLangs {
		if n -= l.share; n < 0 {
			return l.tag
		}
	}
	return "en"
}

// kindOf says what kind the record with a number is.
func (w *benchWorld) kindOf(i int) string {
	switch n := i % 20; {
	case n < 11:
		return "offer"
	case n < 17:
		return "need"
	case n < 19:
		return "announcement"
	}
	return "organisation"
}

func (w *benchWorld) idOf(i int) id.ID {
	if kind := w.kindOf(i); kind != "organisation" {
		return id.Derive(benchNode, kind, "bench-"+strconv.Itoa(i))
	}
	return w.orgID(i / 20)
}

func (w *benchWorld) orgID(n int) id.ID {
	return id.Derive(benchNode, "organisation", "bench-"+strconv.Itoa(n))
}

// record makes the record with a number.
func (w *benchWorld) record(i int) *record.Record {
	tag, state := w.lang(), w.states[w.rng.IntN(len(w.states))]
	at := w.now.Add(-time.Duration(w.rng.IntN(360*24*60)) * time.Minute)
	r := &record.Record{ID: w.idOf(i), Kind: w.kindOf(i), Rev: 1, State: record.Published, Source: tag, Party: state.id,
		Owner: w.orgID(w.rng.IntN(w.orgs)), Created: at, Updated: at, Published: at, Confirmed: at, Sample: true, Texts: map[string]record.Version{}}
	title := w.short(tag, 6+w.rng.IntN(6), 110)
	switch r.Kind {
	case "organisation":
		r.Owner = r.ID
		r.Body = &parties.Organisation{Type: parties.ActorTypes[w.rng.IntN(len(parties.ActorTypes))], State: state.id, Since: 1950 + w.rng.IntN(70),
			Names: parties.Names{{Lang: tag, Name: title}}}
		r.Texts[string(tag)] = record.Version{Provenance: record.Original, Fields: map[string]string{"about": w.text(tag, 90)}}
		r.Confirmed = time.Time{}
		return r
	case "announcement":
		r.Owner = state.id
		r.Body = &announcements.Item{EventDate: parties.Date(at.AddDate(0, 0, -3).Format(time.DateOnly)), Topics: []string{pick(w.rng, lexicon.Topics)}}
		r.Texts[string(tag)] = record.Version{Provenance: record.Original, Fields: map[string]string{"title": title, "summary": w.short(tag, 20, 500), "body": w.text(tag, 80)}}
	default:
		r.Body = w.profile(r.Kind)
		r.ValidTo = w.now.AddDate(0, 0, 30+w.rng.IntN(335))
		r.Texts[string(tag)] = record.Version{Provenance: record.Original, Fields: map[string]string{"title": title, "summary": w.short(tag, 20, 390), "description": w.text(tag, 75)}}
	}
	if tag != "en" && w.rng.IntN(3) == 0 {
		r.Texts["en"] = record.Version{Provenance: record.Machine, Of: 1, Fields: map[string]string{"title": w.short("en", 8, 110), "summary": w.short("en", 20, 390)}}
	}
	return r
}

func (w *benchWorld) profile(kind string) *catalogue.Profile {
	p := &catalogue.Profile{Stage: pick(w.rng, catalogue.Stages), Fields: []string{pick(w.rng, catalogue.Fields)},
		Topics: []string{pick(w.rng, lexicon.Topics)}, Cooperation: []string{pick(w.rng, catalogue.Cooperations)},
		IPR: []string{pick(w.rng, catalogue.IPRs)}, PartnerTypes: []string{pick(w.rng, parties.ActorTypes)}, SDG: []int{1 + w.rng.IntN(17)}}
	if p.Type = pick(w.rng, catalogue.OfferTypes); kind == "need" {
		p.Type = pick(w.rng, catalogue.NeedTypes)
	}
	if w.rng.IntN(2) == 0 {
		p.PartnerCountries = []string{w.states[w.rng.IntN(len(w.states))].code}
	}
	if kind == "need" {
		p.Deadline = parties.Date(w.now.AddDate(0, 0, 10+w.rng.IntN(300)).Format(time.DateOnly))
	}
	return p
}

func pick(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// write writes the world as JSON Lines, n records and the states and bodies
// they name.
func (w *benchWorld) write(path string, n int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, 1<<20)
	line := json.NewEncoder(out)
	line.SetEscapeHTML(false)
	for _, r := range w.fixed {
		if err := line.Encode(r); err != nil {
			return err
		}
	}
	for i := range n {
		if err := line.Encode(w.record(i)); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	return out.Flush()
}

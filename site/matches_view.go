package site

import (
	"context"
	"slices"
	"strings"

	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/record"
)

// MatchView is a counterpart and why it is one.
type MatchView struct {
	ID       id.ID
	ULID     string
	Path     string
	Kind     string
	Type     string
	Stage    string
	Title    record.Reading
	Owner    Named
	State    Named
	Strength int  // from 1 to 4, see strengths
	Near     bool // the embedding service judges the meanings near
	Reasons  []ReasonView
	Missing  []Phrase // what the record asks that the counterpart says nothing of
	Here     []Words  // the summary of the record, with what both speak of marked
	HereIn   lang.Tag
	There    []Words // that of the counterpart
	ThereIn  lang.Tag
	Factors  []FactorView
	Counts   catalogue.Counts
	Fresh    bool
	Sample   bool
	Answer   AnswerView
	Bad      bool // the answer could not be kept as it is
}

// Phrase is words in a language; "" when it is not known.
type Phrase struct {
	Text string
	Lang lang.Tag
}

// ReasonView is something both speak of.
type ReasonView struct {
	Name   string // what it is called in the reader's language, "" when no vocabulary knows
	Here   Phrase
	There  Phrase
	Share  float64 // of the strength of the match
	Bridge string  // how the words were found to mean the same: "word", "concept" or "form"
}

// AnswerView is what was said to a match.
type AnswerView struct {
	Given   bool
	Own     bool // the reader gave one
	Useful  bool
	Reasons []string
	Note    string
}

// strengths are the likenesses from which a match is called strong, good and
// fair. Less is weak.
var strengths = []float64{0.38, 0.26, 0.17}

// strengthOf puts a likeness into a word that people can use: the figure depends
// on how long the texts are, and on their languages.
func strengthOf(likeness float64) int {
	for i, least := range strengths {
		if likeness >= least {
			return len(strengths) + 1 - i
		}
	}
	return 1
}

// matchViews gives a page of the matches of rec, from the nearest on.
func (s *Site) matchViews(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record, q matching.Query) (views []MatchView, next string, err error) {
	q.Facets = nil
	found, matches, records, err := s.Index.Matches(ctx, tx, rec, q)
	if err != nil {
		return nil, "", err
	}
	if n := len(matches); n > 0 && !shown(matches[n-1]) {
		found.Next = "" // what follows is less like still
	}
	matches = slices.DeleteFunc(matches, func(m matching.Match) bool { return !shown(m) })
	byID := make(map[id.ID]*record.Record, len(records))
	for _, c := range records {
		byID[c.ID] = c
	}
	f, err := s.fitter(ctx, tx, p, rec, records)
	if err != nil {
		return nil, "", err
	}
	for _, m := range matches {
		c := byID[m.ID]
		if c == nil || !c.Listed() { // taken back since it was found
			continue
		}
		views = append(views, s.matchView(p, f, rec, c, m))
	}
	return views, found.Next, nil
}

// shown says whether a match is near enough to be shown: by its words, or by what the
// embedding service judges.
func shown(m matching.Match) bool { return m.Near || m.Likeness >= matching.LeastLikeness }

func (s *Site) matchView(p *lang.Printer, f *fitter, rec, c *record.Record, m matching.Match) MatchView {
	reader := p.Tag()
	v := MatchView{ID: c.ID, ULID: c.ID.ULID(), Path: Path(c), Kind: c.Kind, Title: c.Read(reader, "title"),
		Owner: f.names[c.Owner], State: f.names[c.Party], Strength: strengthOf(m.Likeness), Near: m.Near, Fresh: catalogue.Fresh(c, s.Now()), Sample: c.Sample}
	if b := catalogue.BodyOf(c); b != nil {
		v.Type, v.Stage = b.Type, b.Stage
	}
	reasons := matching.Folded(slices.DeleteFunc(slices.Clone(m.Reasons), func(r matching.Reason) bool { return r.Kind == matching.Meaning })) // Near says it
	words := s.wordsOf(c, c.Read(reader, "title").Lang)
	for _, r := range reasons {
		v.Reasons = append(v.Reasons, reasonView(reader, phrase(rec, r.Here), phrase(c, r.There), f.words, words, r))
	}
	v.Missing = missingIn(rec, f.read, matching.Untold(m.Missing, reasons))
	here, there := rec.Read(reader, "summary"), c.Read(reader, "summary")
	v.Here, v.HereIn = s.markWords(here.Text, here.Lang, m.Shared), here.Lang
	v.There, v.ThereIn = s.markWords(there.Text, there.Lang, m.Shared), there.Lang
	v.Factors = f.factors(rec, c)
	for _, factor := range v.Factors {
		switch factor.Verdict {
		case catalogue.Hinders:
			v.Counts.Hinders++
		case catalogue.Helps:
			v.Counts.Helps++
		default:
			v.Counts.Open++
		}
	}
	return v
}

// reasonView says a reason. Where both versions that the reader gets to see name
// the concept, it is their words that are shown.
func reasonView(reader lang.Tag, here, there Phrase, shownHere, shownThere map[string]Phrase, r matching.Reason) ReasonView {
	v := ReasonView{Here: here, There: there, Share: r.Share, Bridge: "form"}
	if r.Known {
		v.Name, v.Bridge = r.Concept.Name(string(reader)), "concept"
		term := "=" + r.Concept.Source + ":" + r.Concept.ID
		if w, ok := shownHere[term]; ok {
			v.Here = w
		}
		if w, ok := shownThere[term]; ok {
			v.There = w
		}
	}
	if lexicon.Normalise(v.Here.Text) == lexicon.Normalise(v.There.Text) {
		v.Bridge = "word"
	}
	return v
}

// wordsOf gives for every concept the words by which the version of a record in a
// language names it.
func (s *Site) wordsOf(rec *record.Record, t lang.Tag) map[string]Phrase {
	words := map[string]Phrase{}
	for _, name := range []string{"title", "summary", "description", "problem", "advantages"} {
		text := rec.Text(t, name)
		for _, token := range s.Index.Lexicon().Tokens(text, string(t)) {
			if _, ok := words[token.Term]; !ok && strings.HasPrefix(token.Term, "=") {
				words[token.Term] = Phrase{text[token.Start:token.End], t}
			}
		}
	}
	return words
}

// missingIn gives missing words as phrases: those of the version that the reader
// gets to see, if there are any, so that no word is named once in each language.
func missingIn(rec *record.Record, shown lang.Tag, missing []string) []Phrase {
	var all, own []Phrase
	for _, w := range missing {
		p := phrase(rec, w)
		all = append(all, p)
		for _, text := range rec.Texts[string(shown)].Fields {
			if strings.Contains(text, w) {
				own = append(own, Phrase{w, shown})
				break
			}
		}
	}
	if len(own) > 0 {
		return own
	}
	return all
}

// phrase finds the language in which a record says some words.
func phrase(rec *record.Record, words string) Phrase {
	for _, t := range rec.Languages() {
		for _, text := range rec.Texts[string(t)].Fields {
			if words != "" && strings.Contains(text, words) {
				return Phrase{words, t}
			}
		}
	}
	return Phrase{Text: words}
}

// answered takes in what counts of the answers to a record.
func (v *MatchView) answered(standing map[id.ID]matching.Answer, own map[id.ID]bool) {
	if a, ok := standing[v.ID]; ok {
		v.Answer = AnswerView{Given: true, Own: own[v.ID], Useful: a.Useful, Reasons: a.Reasons, Note: a.Note}
	}
}

// AllReasons lists the reasons that can be given against a match.
func (v MatchView) AllReasons() []string { return matching.AnswerReasons }

// Said reports whether a reason was given.
func (a AnswerView) Said(reason string) bool { return slices.Contains(a.Reasons, reason) }

// Top gives the first reasons by name, for one line.
func (v MatchView) Top() []Phrase {
	var top []Phrase
	for _, r := range v.Reasons[:min(3, len(v.Reasons))] {
		if r.Name != "" {
			top = append(top, Phrase{Text: r.Name})
		} else {
			top = append(top, r.There)
		}
	}
	return top
}

// matchesBeside is how many matches the page of a record shows.
const matchesBeside = 3

// bestMatches gives the nearest matches of rec, for its own page.
func (s *Site) bestMatches(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record) ([]MatchView, error) {
	q := matching.Counterparts(rec)
	q.Limit = matchesBeside
	views, _, err := s.matchViews(ctx, tx, p, rec, q)
	return views, err
}

// similarMost bounds the records shown as saying nearly the same.
const similarMost = 3

// similar gives the published records of the same kind that say nearly the same
// as rec, in whatever language, so that nobody writes one twice.
func (s *Site) similar(ctx context.Context, tx *db.Tx, p *lang.Printer, rec *record.Record) ([]ProfileRow, error) {
	q := matching.Query{Kinds: []string{rec.Kind}, Fixed: map[string][]string{"status": {string(record.Published)}}, Limit: similarMost + 1}
	var refs []record.Ref
	for _, n := range s.Index.Alike(rec, q) {
		if n.ID != rec.ID && n.Likeness >= matching.SameLikeness && len(refs) < similarMost {
			refs = append(refs, record.Ref{ID: n.ID, Rev: n.Rev})
		}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	return s.profileRows(ctx, tx, p.Tag(), slices.DeleteFunc(records, func(r *record.Record) bool { return !r.Listed() }))
}

package matching

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/lexicon"
	"karvan/matching/engine"
	"karvan/matching/terms"
	"karvan/record"
)

// Bounds on what a match is explained by.
const (
	maxReasons = 8
	maxMissing = 6
	leastShare = 0.02 // of a reason in the score
	telling    = 0.35 // of the most telling word, for a word to be missed
)

// Match is a record that may answer another one.
type Match struct {
	Hit
	// Likeness is the score by what the asking record's own texts would get: 1 is the
	// same, and what says the same in another language comes to a third or so.
	Likeness float64
	// Reasons say what both speak of, the strongest first. They are shares of the very
	// score.
	Reasons []Reason
	// Missing are telling words of the asking record that the other says nothing of.
	Missing []string
	// Shared are the terms that both hold: where they stand is to be highlighted.
	Shared map[string]bool
}

// Reason is something that two records speak of.
type Reason struct {
	Kind    string          // "" for words that both say, or [Meaning], which has none of the rest
	Concept lexicon.Concept // what it is, when the lexicon knows
	Known   bool            // whether it does
	Here    string          // as the asking record says it
	There   string          // as the other does
	Share   float64         // of the score
}

// Matches ranks the records that q selects by how well they answer of, and says
// why. The words of q are not looked at.
func (x *Index) Matches(ctx context.Context, tx *db.Tx, of *record.Record, q Query) (Result, []Match, []*record.Record, error) {
	now := x.serving.Load()
	texts := textsOf(x.book.FeaturesOf(of, x.Code))
	ask := terms.Like(now.Index, now.lexicon, texts)
	q.Words = ""
	plan := x.plan(now, q)
	plan.Groups, plan.Weights, plan.AnyGroup, plan.Sort = ask.Groups, ask.Weights, true, ask.Sort
	if len(plan.Groups) == 0 {
		plan.Groups = [][]string{{"\x00"}} // it says nothing that any record does
	}
	plan = terms.Refine(now.Index, plan, string(of.ID))
	ask.Groups, ask.Weights = plan.Groups, plan.Weights
	found, near, err := x.blend(ctx, tx, now, plan, x.meaningOf(of, q))
	if err != nil {
		return Result{}, nil, nil, err
	}
	r := nearIn(resultOf(found), near)
	records, err := x.book.Many(ctx, tx, r.Refs())
	if err != nil {
		return Result{}, nil, nil, err
	}
	byID := make(map[id.ID]*record.Record, len(records))
	for _, r := range records {
		byID[r.ID] = r
	}
	whole := now.ScoreOf(terms.Of(now.lexicon, texts), ask)
	here := now.said(texts)
	matches := make([]Match, len(r.Hits))
	for i, h := range r.Hits {
		matches[i] = Match{Hit: h}
		if whole > 0 {
			matches[i].Likeness = min(1, h.Score/whole)
		}
		parts, score, ok := now.Explain(found.Hits[i].Key, ask)
		if r := byID[h.ID]; ok && r != nil {
			now.explain(&matches[i], ask, parts, score, here, now.said(textsOf(x.book.FeaturesOf(r, x.Code))))
		}
		matches[i].judged()
	}
	return r, matches, records, nil
}

// said is what texts say: for every term the words that stand for it, as written,
// longest first, and for every such word its terms.
type said struct {
	words map[string]string // by term
	order []string          // words in the order of the texts
	terms map[string][]string
}

func (x *index) said(texts []terms.Text) said {
	s := said{map[string]string{}, nil, map[string][]string{}}
	for _, t := range texts {
		for _, token := range x.lexicon.Tokens(t.Text, t.Lang) {
			word := t.Text[token.Start:token.End]
			key := lexicon.Normalise(word)
			if _, ok := s.terms[key]; !ok {
				s.order = append(s.order, word)
			}
			if !slices.Contains(s.terms[key], token.Term) {
				s.terms[key] = append(s.terms[key], token.Term)
			}
			if _, ok := s.words[token.Term]; !ok {
				s.words[token.Term] = word
			}
		}
	}
	return s
}

// explain turns the shares of terms in a score into reasons: terms for which the
// asking record has the same word are one.
func (x *index) explain(m *Match, ask engine.Query, parts []engine.Part, score float64, here, there said) {
	slices.SortStableFunc(parts, func(a, b engine.Part) int { return cmp.Compare(b.Score, a.Score) })
	m.Shared = make(map[string]bool, len(parts))
	byWord := map[string]int{}
	for _, p := range parts {
		m.Shared[p.Term] = true
		word := here.words[p.Term]
		key := lexicon.Normalise(word)
		if word == "" {
			continue
		}
		at, ok := byWord[key]
		if !ok {
			at = len(m.Reasons)
			byWord[key] = at
			m.Reasons = append(m.Reasons, Reason{Here: word, There: there.words[p.Term]})
		}
		r := &m.Reasons[at]
		r.Share += p.Score / score
	}
	for key, at := range byWord {
		x.name(&m.Reasons[at], here.terms[key], m.Shared, there)
	}
	slices.SortStableFunc(m.Reasons, func(a, b Reason) int { return cmp.Compare(b.Share, a.Share) })
	for i, r := range m.Reasons {
		if i == maxReasons || r.Share < leastShare {
			m.Reasons = m.Reasons[:i]
			break
		}
	}
	m.Missing = missing(ask, x.Index, here, m.Shared)
}

// name says which concept a reason is: the surest of those that the word stands
// for here and that the other side speaks of as well.
func (x *index) name(r *Reason, terms []string, shared map[string]bool, there said) {
	for _, t := range terms {
		c, ok := x.lexicon.Concept(t)
		if !ok || !shared[t] {
			continue
		}
		r.Concept, r.Known = c, true
		if w := there.words[t]; w != "" {
			r.There = w
		}
		return
	}
}

// missing gives the telling words of which no term is shared.
func missing(ask engine.Query, index *engine.Index, here said, shared map[string]bool) []string {
	tells := map[string]float64{}
	most := 0.0
	for i, g := range ask.Groups {
		tells[g[0]] = ask.Weights[i] * index.Rarity(g[0])
		most = max(most, tells[g[0]])
	}
	type word struct {
		text  string
		tells float64
	}
	var words []word
	for _, w := range here.order {
		tell, met := 0.0, false
		for _, t := range here.terms[lexicon.Normalise(w)] {
			met = met || shared[t]
			tell = max(tell, tells[t])
		}
		if !met && tell >= telling*most && strings.ContainsFunc(w, unicode.IsLetter) {
			words = append(words, word{w, tell})
		}
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(b.tells, a.tells) })
	var out []string
	for _, w := range words[:min(len(words), maxMissing)] {
		out = append(out, w.text)
	}
	return out
}

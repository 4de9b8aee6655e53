package site

import (
	"context"
	"maps"
	"net/http"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/record"
)

// SuggestedRow is a counterpart that was found for a record the reader acts for.
type SuggestedRow struct {
	Of       Named  // the record
	Matches  string // path of its matches, without the language prefix
	Path     string // of the counterpart
	Kind     string
	Title    record.Reading
	State    Named
	Strength int
	At       time.Time
	Sample   bool
}

// How many suggestions the desk shows, and how old they may be.
const (
	suggestedMost = 20
	suggestedFor  = 30 * 24 * time.Hour
)

// suggested lists what was found lately for the published offers and needs of
// what a acts for, and was not answered yet.
func (s *Site) suggested(ctx context.Context, tx *db.Tx, r *http.Request, a access.Actor) ([]SuggestedRow, error) {
	var own []*record.Record
	seen := map[id.ID]bool{}
	for _, only := range mine(a) {
		fixed := map[string][]string{"status": {string(record.Published)}}
		maps.Copy(fixed, only)
		_, records, err := s.Index.Records(ctx, tx, matching.Query{Kinds: profileKinds, Fixed: fixed, Limit: deskMost})
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			if !seen[rec.ID] && s.mayAnswer(a, rec) {
				seen[rec.ID] = true
				own = append(own, rec)
			}
		}
	}
	byID := map[id.ID]*record.Record{}
	var ids []id.ID
	for _, rec := range own {
		byID[rec.ID] = rec
		ids = append(ids, rec.ID)
	}
	found, err := s.Index.SuggestionsSince(ctx, tx, s.Now().Add(-suggestedFor), ids...)
	if err != nil {
		return nil, err
	}
	if found, err = s.unanswered(ctx, tx, found); err != nil {
		return nil, err
	}
	return s.suggestedRows(ctx, tx, r, byID, found)
}

// unanswered leaves out the suggestions that were answered, and what the desk has
// no room for.
func (s *Site) unanswered(ctx context.Context, tx *db.Tx, found []matching.Suggestion) (left []matching.Suggestion, err error) {
	answered := map[id.ID]map[id.ID]matching.Answer{}
	for _, one := range found {
		standing, ok := answered[one.Record]
		if !ok {
			answers, err := s.Index.AnswersOf(ctx, tx, one.Record)
			if err != nil {
				return nil, err
			}
			standing = matching.Standing(answers)
			answered[one.Record] = standing
		}
		if _, said := standing[one.Counterpart]; !said && len(left) < suggestedMost {
			left = append(left, one)
		}
	}
	return left, nil
}

func (s *Site) suggestedRows(ctx context.Context, tx *db.Tx, r *http.Request, of map[id.ID]*record.Record, found []matching.Suggestion) ([]SuggestedRow, error) {
	reader, now := web.Lang(r), s.Now()
	refs := make([]record.Ref, len(found))
	for i, one := range found {
		refs[i] = record.Ref{ID: one.Counterpart}
	}
	records, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	byID := map[id.ID]*record.Record{}
	var states []id.ID
	for _, c := range records {
		byID[c.ID] = c
		states = append(states, c.Party)
	}
	names, err := s.names(ctx, tx, reader, now, states...)
	if err != nil {
		return nil, err
	}
	var rows []SuggestedRow
	for _, one := range found {
		rec, c := of[one.Record], byID[one.Counterpart]
		if rec == nil || c == nil || !c.Listed() {
			continue
		}
		rows = append(rows, SuggestedRow{Of: s.named(rec, reader, now), Matches: Path(rec) + "/matches", Path: Path(c), Kind: c.Kind, Title: c.Read(reader, "title"),
			State: names[c.Party], Strength: strengthOf(one.Likeness), At: one.At, Sample: c.Sample})
	}
	return rows, nil
}

package matching

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/matching/terms"
	"karvan/record"
)

// How like two records must be, by [Match.Likeness]. The figures were read off
// judged sets: half of what fully answers a need comes to .3 and nine tenths to
// .12, one in a hundred others to .18; by [Index.Alike] three quarters of texts that
// say the same in two languages come to .55, a tenth of the next best to .48.
const (
	// LeastLikeness is what a match must come to, to be shown at all.
	LeastLikeness = 0.1
	// SuggestLikeness is what a counterpart must come to, for the owners of both to
	// be told without having asked.
	SuggestLikeness = 0.2
	// SameLikeness is what, by [Index.Alike], two records of one kind come to that say nearly the same.
	SameLikeness = 0.5
)

// Bounds on suggestions.
const (
	suggestTop   = 5    // counterparts that a new record is suggested with
	suggestKept  = 50   // suggestions that a record keeps, the newest
	suggestLag   = 1000 // lines of the journal: what is older than that is history, not news
	suggestFrom  = 64   // lines after which the place is kept even when nothing came of them
	suggestScale = 1e6  // of a likeness in the table
)

// Counterpart gives the kind of record that answers a kind: an offer a need, a need
// an offer, "" for others.
func Counterpart(kind string) string {
	return map[string]string{"offer": "need", "need": "offer"}[kind]
}

// Counterparts asks for the published records that may answer of, those of the
// same owner left out.
func Counterparts(of *record.Record) Query {
	q := Query{Kinds: []string{Counterpart(of.Kind)}, Fixed: map[string][]string{"status": {string(record.Published)}}}
	if of.Owner != "" {
		q.Not = map[string][]string{"owner": {string(of.Owner)}}
	}
	return q
}

// Near is a record and how like another it is.
type Near struct {
	Hit
	Likeness float64
}

// Nearest ranks the records that q selects by how well they answer of, as
// [Index.Matches] does, without saying why. It asks the index alone.
func (x *Index) Nearest(of *record.Record, q Query) []Near { return x.nearest(of, q, true) }

// Alike ranks the records that q selects by how much of what of says they say too:
// what is found first is not learned from, so [SameLikeness] means the same however
// few records there are.
func (x *Index) Alike(of *record.Record, q Query) []Near { return x.nearest(of, q, false) }

func (x *Index) nearest(of *record.Record, q Query, refined bool) []Near {
	now := x.serving.Load()
	texts := textsOf(x.book.FeaturesOf(of, x.Code))
	ask := terms.Like(now.Index, now.lexicon, texts)
	if len(ask.Groups) == 0 {
		return nil
	}
	q.Words = ""
	plan := x.plan(now, q)
	plan.Groups, plan.Weights, plan.AnyGroup, plan.Sort = ask.Groups, ask.Weights, true, ask.Sort
	if refined {
		plan = terms.Refine(now.Index, plan, string(of.ID))
	}
	whole := now.ScoreOf(terms.Of(now.lexicon, texts), plan)
	if whole <= 0 {
		return nil
	}
	found := resultOf(now.Search(plan))
	near := make([]Near, len(found.Hits))
	for i, h := range found.Hits {
		near[i] = Near{h, min(1, h.Score/whole)}
	}
	return near
}

// Suggestion says that a counterpart was found for a record.
type Suggestion struct {
	Record      id.ID
	Counterpart id.ID
	Likeness    float64
	At          time.Time // when it was found first
}

// Suggestions is a reader of the journal that tells the owners of offers and
// needs of each other: when one becomes public or changes, its best counterparts
// are written down for both. It must follow the index in the feed.
func (x *Index) Suggestions() journal.Consumer {
	return journal.Consumer{Name: "suggestions", Handle: x.suggest}
}

// suggest takes in what the journal says changed. Doing so twice changes nothing.
func (x *Index) suggest(ctx context.Context, entries []journal.Entry) (err error) {
	defer fault.Wrap(&err, "matching.suggest(%d)", len(entries))
	last := entries[len(entries)-1].Seq
	if x.Position() < last { // another flush of the feed is at it
		if err := x.Catch(ctx); err != nil {
			return err
		}
	}
	var work []suggestWork
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		place, err := suggestPlace(ctx, tx)
		if err != nil {
			return err
		}
		end, err := journal.Last(ctx, tx)
		if err != nil {
			return err
		}
		work, err = x.suggestWork(ctx, tx, entries, max(place, end-suggestLag))
		return err
	})
	if err != nil || len(work) == 0 && len(entries) < suggestFrom {
		return err
	}
	for i := range work {
		if r := work[i].public; r != nil {
			q := Counterparts(r)
			q.Limit = suggestKept
			near := x.Nearest(r, q)
			enough := slices.IndexFunc(near, func(n Near) bool { return n.Likeness < SuggestLikeness })
			if enough >= 0 {
				near = near[:enough]
			}
			work[i].near = near
		}
	}
	return x.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		// Another process over the same database may have read the same lines.
		if err := tx.Lock(ctx, "suggestions"); err != nil {
			return err
		}
		place, err := suggestPlace(ctx, tx)
		if err != nil || place >= last {
			return err
		}
		for _, w := range work {
			if err := w.write(ctx, tx); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO suggestions (record, counterpart, likeness, suggested_at) VALUES ('', '', $1, $2)
			ON CONFLICT (record, counterpart) DO UPDATE SET likeness = excluded.likeness, suggested_at = excluded.suggested_at`, last, db.Micros(tx.Now))
		return err
	})
}

// suggestPlace is how far the journal was followed. The row of no record keeps
// it, so that the place and what came of it are committed together.
func suggestPlace(ctx context.Context, tx *db.Tx) (place int64, err error) {
	err = tx.QueryRow(ctx, `SELECT likeness FROM suggestions WHERE record = '' AND counterpart = ''`, nil, &place)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return place, err
}

// suggestWork is a record that changed.
type suggestWork struct {
	id     id.ID
	erased bool
	public *record.Record // nil when it is in no list
	near   []Near
}

// suggestWork reads the offers and needs that changed after a place.
func (x *Index) suggestWork(ctx context.Context, tx *db.Tx, entries []journal.Entry, after int64) ([]suggestWork, error) {
	var work []suggestWork
	var refs []record.Ref
	seen := map[id.ID]bool{}
	for _, e := range entries {
		if e.Seq <= after || seen[e.Record] || Counterpart(e.Record.Kind()) == "" {
			continue
		}
		seen[e.Record] = true
		h, err := x.book.HeadOf(ctx, tx, e.Record)
		if err != nil {
			return nil, err
		}
		if h.PublicRev == 0 && h.State != record.Erased {
			continue // nobody was told of it yet
		}
		work = append(work, suggestWork{id: h.ID, erased: h.State == record.Erased})
		if h.PublicRev > 0 {
			refs = append(refs, record.Ref{ID: h.ID, Rev: h.PublicRev})
		}
	}
	records, err := x.book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		i := slices.IndexFunc(work, func(w suggestWork) bool { return w.id == r.ID })
		if r.Listed() {
			work[i].public = r
		}
	}
	return work, nil
}

// write brings the suggestions of a record, and those of it to others, up to date.
func (w suggestWork) write(ctx context.Context, tx *db.Tx) error {
	me := string(w.id)
	if w.erased {
		if _, err := tx.Exec(ctx, `DELETE FROM answers WHERE record = $1 OR counterpart = $1`, me); err != nil {
			return err
		}
	}
	near := map[id.ID]float64{}
	for _, n := range w.near {
		near[n.ID] = n.Likeness
	}
	old, err := suggestionsWhere(ctx, tx, `record = $1 OR counterpart = $1`, me)
	if err != nil {
		return err
	}
	for _, s := range old {
		other := s.Counterpart
		if other == w.id {
			other = s.Record
		}
		if _, still := near[other]; still {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM suggestions WHERE record = $1 AND counterpart = $2`, string(s.Record), string(s.Counterpart)); err != nil {
			return err
		}
	}
	for _, n := range w.near[:min(suggestTop, len(w.near))] {
		for _, pair := range [][2]string{{me, string(n.ID)}, {string(n.ID), me}} {
			if err := putSuggestion(ctx, tx, pair[0], pair[1], n.Likeness); err != nil {
				return err
			}
		}
	}
	return nil
}

// putSuggestion writes a suggestion, which keeps the time when it was first made,
// and drops the oldest beyond what a record keeps.
func putSuggestion(ctx context.Context, tx *db.Tx, record, counterpart string, likeness float64) error {
	_, err := tx.Exec(ctx, `INSERT INTO suggestions (record, counterpart, likeness, suggested_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (record, counterpart) DO UPDATE SET likeness = excluded.likeness`,
		record, counterpart, int64(likeness*suggestScale), db.Micros(tx.Now))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM suggestions WHERE record = $1 AND counterpart NOT IN
		(SELECT counterpart FROM suggestions WHERE record = $1 ORDER BY suggested_at DESC, likeness DESC, counterpart LIMIT $2)`, record, suggestKept)
	return err
}

// SuggestionsOf lists what was suggested for a record, the newest first. A
// counterpart may have left the lists since.
func (x *Index) SuggestionsOf(ctx context.Context, tx *db.Tx, record id.ID) (all []Suggestion, err error) {
	defer fault.Wrap(&err, "matching.SuggestionsOf(%s)", record)
	return suggestionsWhere(ctx, tx, `record = $1`, string(record))
}

// SuggestionsSince lists what was suggested for any of some records after a time,
// the newest first.
func (x *Index) SuggestionsSince(ctx context.Context, tx *db.Tx, since time.Time, records ...id.ID) (all []Suggestion, err error) {
	defer fault.Wrap(&err, "matching.SuggestionsSince(%d)", len(records))
	if len(records) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(records)), []any{db.Micros(since)}
	for i, r := range records {
		marks[i] = fmt.Sprint("$", i+2)
		args = append(args, string(r))
	}
	return suggestionsWhere(ctx, tx, `suggested_at > $1 AND record IN (`+strings.Join(marks, ", ")+`)`, args...)
}

func suggestionsWhere(ctx context.Context, tx *db.Tx, where string, args ...any) (all []Suggestion, err error) {
	rows, err := tx.QueryUncached(ctx, `SELECT record, counterpart, likeness, suggested_at FROM suggestions WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s Suggestion
		var likeness, at int64
		if err := rows.Scan(&s.Record, &s.Counterpart, &likeness, &at); err != nil {
			return nil, err
		}
		s.Likeness, s.At = float64(likeness)/suggestScale, db.Time(at)
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(a.Record, b.Record), cmp.Compare(a.Counterpart, b.Counterpart))
	})
	return all, rows.Err()
}

package matching

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
)

// AnswerReasons lists the codes of why a match was of no use. Labels are in the
// message catalogues under "match.reason.<code>".
var AnswerReasons = []string{"not-our-field", "wrong-stage", "wrong-territory", "already-known", "too-general", "wrong-words", "other"}

// maxAnswerNote bounds the note of an answer, in characters.
const maxAnswerNote = 1000

// Answer is what somebody who keeps a record said to one of its matches. Answers
// are for those who keep the record: what they think of a counterpart is not
// public.
type Answer struct {
	Record      id.ID
	Counterpart id.ID
	Account     string
	Useful      bool
	Reasons     []string // of AnswerReasons, when it was not useful
	Note        string
	At          time.Time
}

// SaveAnswer keeps what the transaction's actor says to a match of a record, in
// the place of what the same account said before. Account and At come from the
// transaction. It fails with [fault.Forbidden] for those who may not answer for
// the record.
func (x *Index) SaveAnswer(ctx context.Context, tx *db.Tx, a Answer) (err error) {
	defer fault.Wrap(&err, "matching.SaveAnswer(%s, %s)", a.Record, a.Counterpart)
	if err := x.mayAnswer(ctx, tx, a.Record); err != nil {
		return err
	}
	if a.Note, err = a.check(); err != nil {
		return err
	}
	// A counterpart that visitors cannot see cannot have been shown.
	if a.Counterpart == a.Record {
		return fault.New(fault.Invalid, "match.not-a-match").At("counterpart")
	}
	if h, err := x.book.HeadOf(ctx, tx, a.Counterpart); fault.Is(err, fault.NotFound) || err == nil && h.PublicRev == 0 {
		return fault.New(fault.Invalid, "match.not-a-match").At("counterpart")
	} else if err != nil {
		return err
	}
	slices.Sort(a.Reasons)
	_, err = tx.Exec(ctx, `INSERT INTO answers (record, counterpart, account, useful, reasons, note, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (record, counterpart, account) DO UPDATE SET useful = excluded.useful, reasons = excluded.reasons, note = excluded.note, answered_at = excluded.answered_at`,
		string(a.Record), string(a.Counterpart), tx.Actor.Account, flag(a.Useful), strings.Join(slices.Compact(a.Reasons), ","), a.Note, db.Micros(tx.Now))
	return err
}

// TakeBackAnswer forgets what the transaction's actor said to a match. What was
// never said is no error.
func (x *Index) TakeBackAnswer(ctx context.Context, tx *db.Tx, record, counterpart id.ID) (err error) {
	defer fault.Wrap(&err, "matching.TakeBackAnswer(%s, %s)", record, counterpart)
	if err := x.mayAnswer(ctx, tx, record); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM answers WHERE record = $1 AND counterpart = $2 AND account = $3`, string(record), string(counterpart), tx.Actor.Account)
	return err
}

// mayAnswer asks the policy of the record's kind.
func (x *Index) mayAnswer(ctx context.Context, tx *db.Tx, record id.ID) error {
	r, err := x.book.Newest(ctx, tx, record)
	if err != nil {
		return err
	}
	return x.book.Kind(r.Kind).Policy.Check(tx.Actor, "answer", r.Object())
}

// check reports what is wrong with an answer, and gives its note as it is kept.
func (a Answer) check() (note string, err error) {
	var l fault.List
	if a.Useful && len(a.Reasons) > 0 {
		l.Add("reasons", "match.reasons-of-useful")
	}
	if !a.Useful && len(a.Reasons) == 0 {
		l.Add("reasons", "match.no-reason")
	}
	if slices.ContainsFunc(a.Reasons, func(r string) bool { return !slices.Contains(AnswerReasons, r) }) {
		l.Add("reasons", "code.unknown")
	}
	note, _ = lang.Clean(a.Note)
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n > maxAnswerNote {
		l.Add("note", "text.too-long", "n", n, "max", maxAnswerNote)
	}
	return note, l.Err()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// AnswersOf lists the answers to the matches of a record, the newest first.
func (x *Index) AnswersOf(ctx context.Context, tx *db.Tx, record id.ID) (all []Answer, err error) {
	defer fault.Wrap(&err, "matching.AnswersOf(%s)", record)
	rows, err := tx.Query(ctx, `SELECT counterpart, account, useful, reasons, note, answered_at FROM answers WHERE record = $1`, string(record))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		a := Answer{Record: record}
		var useful int
		var reasons string
		var at int64
		if err := rows.Scan(&a.Counterpart, &a.Account, &useful, &reasons, &a.Note, &at); err != nil {
			return nil, err
		}
		a.Useful, a.At = useful == 1, db.Time(at)
		if reasons != "" {
			a.Reasons = strings.Split(reasons, ",")
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Answer) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Counterpart, b.Counterpart), cmp.Compare(a.Account, b.Account))
	})
	return all, rows.Err()
}

// Standing gives for every counterpart that was answered the answer that counts:
// the newest one of those that keep the record.
func Standing(answers []Answer) map[id.ID]Answer {
	counts := make(map[id.ID]Answer, len(answers))
	for _, a := range answers {
		if old, ok := counts[a.Counterpart]; !ok || a.At.After(old.At) {
			counts[a.Counterpart] = a
		}
	}
	return counts
}

// Aside parts matches by what was answered to them: those to show, useful ones
// first, and those that were of no use. The order is kept otherwise. It works on
// whatever stands for a match, by the id of its counterpart.
func Aside[T any](matches []T, of func(T) id.ID, standing map[id.ID]Answer) (shown, aside []T) {
	for _, m := range matches {
		if a, ok := standing[of(m)]; ok && !a.Useful {
			aside = append(aside, m)
		} else {
			shown = append(shown, m)
		}
	}
	slices.SortStableFunc(shown, func(a, b T) int {
		return flag(standing[of(b)].Useful) - flag(standing[of(a)].Useful)
	})
	return shown, aside
}

// Answered counts the answers of the whole node.
type Answered struct {
	Useful, Not int
	Reasons     map[string]int // how often each reason was given
}

// AnswerCounts counts all answers.
func (x *Index) AnswerCounts(ctx context.Context, tx *db.Tx) (c Answered, err error) {
	defer fault.Wrap(&err, "matching.AnswerCounts")
	c.Reasons = map[string]int{}
	rows, err := tx.Query(ctx, `SELECT useful, reasons, count(*) FROM answers GROUP BY useful, reasons`)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var useful, n int
		var reasons string
		if err := rows.Scan(&useful, &reasons, &n); err != nil {
			return c, err
		}
		if useful == 1 {
			c.Useful += n
			continue
		}
		c.Not += n
		for r := range strings.SplitSeq(reasons, ",") {
			if r != "" {
				c.Reasons[r] += n
			}
		}
	}
	return c, rows.Err()
}

// confirmed lists the pairs of records that somebody called a useful match, and
// nobody later called of no use.
func confirmed(ctx context.Context, tx *db.Tx) (pairs [][2]id.ID, err error) {
	defer fault.Wrap(&err, "matching.confirmed")
	rows, err := tx.Query(ctx, `SELECT record, counterpart FROM answers GROUP BY record, counterpart HAVING min(useful) = 1 ORDER BY record, counterpart`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p [2]id.ID
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, rows.Err()
}

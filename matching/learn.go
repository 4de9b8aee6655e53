package matching

import (
	"context"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/lexicon"
	"karvan/record"
)

// learnStep is how many records are read at once.
const learnStep = 500

// Learn reads every public record that people have translated, and what they
// confirmed to match, and tells which words of different languages go together.
// Machine translations teach nothing: they would confirm themselves.
func (x *Index) Learn(ctx context.Context) ([]lexicon.Association, error) {
	l := lexicon.NewLearner()
	var public []record.Ref
	err := x.db.Read(ctx, func(tx *db.Tx) error {
		return x.book.Each(ctx, tx, func(h record.Head) error {
			if h.PublicRev > 0 {
				public = append(public, record.Ref{ID: h.ID, Rev: h.PublicRev})
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(public); i += learnStep {
		err := x.db.Read(ctx, func(tx *db.Tx) error {
			records, err := x.book.Many(ctx, tx, public[i:min(i+learnStep, len(public))])
			for _, r := range records {
				x.learnFrom(l, r)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if err := x.learnFromAnswers(ctx, l); err != nil {
		return nil, err
	}
	return l.Associations(), nil
}

// learnFromAnswers reads the titles of records that people confirmed to match:
// they name the same thing more often than longer texts do.
func (x *Index) learnFromAnswers(ctx context.Context, l *lexicon.Learner) error {
	var pairs [][2]id.ID
	err := x.db.Read(ctx, func(tx *db.Tx) (err error) { pairs, err = confirmed(ctx, tx); return err })
	if err != nil {
		return err
	}
	for i := 0; i < len(pairs); i += learnStep {
		err := x.db.Read(ctx, func(tx *db.Tx) error {
			for _, p := range pairs[i:min(i+learnStep, len(pairs))] {
				a, err := x.publicOf(ctx, tx, p[0])
				if err != nil {
					return err
				}
				b, err := x.publicOf(ctx, tx, p[1])
				if err != nil {
					return err
				}
				if a != nil && b != nil {
					l.Read(a.Text(a.Source, "title"), string(a.Source), b.Text(b.Source, "title"), string(b.Source))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// publicOf gives the public revision of a record, nil when there is none.
func (x *Index) publicOf(ctx context.Context, tx *db.Tx, record_ id.ID) (*record.Record, error) {
	rev, ok := x.PublicRev(record_)
	if !ok {
		return nil, nil
	}
	records, err := x.book.Many(ctx, tx, []record.Ref{{ID: record_, Rev: rev}})
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return records[0], nil
}

// learnFrom reads the texts of a record, field by field, in each pair of the
// languages in which people wrote it.
func (x *Index) learnFrom(l *lexicon.Learner, r *record.Record) {
	var tags []lang.Tag
	for _, t := range r.Languages() {
		if p := r.Texts[string(t)].Provenance; p == record.Original || p == record.Human {
			tags = append(tags, t)
		}
	}
	for i, a := range tags {
		for _, b := range tags[i+1:] {
			for name, text := range r.Texts[string(a)].Fields {
				if other := r.Texts[string(b)].Fields[name]; text != "" && other != "" {
					l.Read(text, string(a), other, string(b))
				}
			}
		}
	}
}

package matching

import (
	"context"

	"karvan/internal/db"
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
	return l.Associations(), nil
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

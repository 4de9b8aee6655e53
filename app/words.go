package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"karvan/internal/access"
	"karvan/lexicon"
	"karvan/lexicon/shelf"
)

// Shelf is where the vocabularies stand that the operator added.
func (a *App) Shelf() *shelf.Shelf {
	return &shelf.Shelf{DB: a.DB, Files: a.Files, Cache: filepath.Join(a.Config.Data, "lexicon.snapshot")}
}

// readVocabularies takes up vocabularies that were added or removed.
func (a *App) readVocabularies(ctx context.Context) {
	every(ctx, 30*time.Second, "lexicon", func() error { return a.RefreshLexicon(ctx) })
}

// RefreshLexicon rebuilds the index when the vocabularies have changed. It answers
// with the old ones meanwhile.
func (a *App) RefreshLexicon(ctx context.Context) error {
	want, err := a.Shelf().Fingerprint(ctx)
	if err != nil || want == a.Index.Lexicon().Fingerprint() {
		return err
	}
	began := time.Now()
	words, err := a.Shelf().Load(ctx)
	if err != nil {
		return err
	}
	if err := a.Index.Use(ctx, words, nil); err != nil {
		return err
	}
	slog.InfoContext(ctx, "lexicon changed", "labels", words.Size().Labels, "took", time.Since(began).Round(time.Millisecond))
	return a.save()
}

// learnEvery is how often a node learns from its records.
const learnEvery = 24 * time.Hour

// learn learns once a day, unless the operator does not want it.
func (a *App) learn(ctx context.Context) {
	if !a.Config.Learn {
		return
	}
	every(ctx, learnEvery, "learning", func() error { _, err := a.Learn(ctx); return err })
}

// Learn puts on the shelf which words of the node's own records go together, in
// place of what was learned before, and says how many pairs there are. What has not
// changed is left as it is.
func (a *App) Learn(ctx context.Context) (int, error) {
	learned, err := a.Index.Learn(ctx)
	if err != nil || len(learned) == 0 {
		return 0, err
	}
	_, err = a.Shelf().Add(ctx, access.Operator, lexicon.LearnedSource, func(emit func(lexicon.Entry) error) (bool, error) {
		for _, e := range lexicon.Entries(learned) {
			if err := emit(e); err != nil {
				return true, err
			}
		}
		return true, nil
	})
	return len(learned), err
}

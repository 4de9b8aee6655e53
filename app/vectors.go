package app

import (
	"context"
	"log/slog"

	"karvan/internal/journal"
	"karvan/matching/vectors"
	"karvan/matching/vectors/service"
)

// embeddedKinds are the kinds of records whose public texts go to the embedding
// service. Posts and people are found by their names, and need not be told to anyone.
var embeddedKinds = []string{"offer", "need", "announcement", "event", "organisation", "body"}

// vectorMemory bounds the memory that vectors take: five million of 384 numbers.
const vectorMemory = 3 << 30

// consumers lists who follows the journal, beginning with the index. When an
// embedding service is set up its vectors are loaded and do so too.
func (a *App) consumers(ctx context.Context, first ...journal.Consumer) ([]journal.Consumer, error) {
	if a.Config.EmbeddingsURL == "" {
		return first, nil
	}
	client, err := service.New(service.Options{URL: a.Config.EmbeddingsURL, Model: a.Config.EmbeddingsModel, Key: a.Config.EmbeddingsKey})
	if err != nil {
		return nil, err
	}
	if a.vectors, err = vectors.Open(ctx, a.DB, a.Book, client, embeddedKinds, vectorMemory); err != nil {
		return nil, err
	}
	a.Index.UseVectors(a.vectors)
	size := func(f func(vectors.Size) int64) func() float64 {
		return func() float64 { return float64(f(a.vectors.Size())) }
	}
	a.metrics.gauge("karvan_vectors", "Records with a vector in memory.", size(func(s vectors.Size) int64 { return int64(s.Vectors) }))
	a.metrics.gauge("karvan_vectors_bytes", "Memory that vectors take.", size(func(s vectors.Size) int64 { return s.Bytes }))
	a.metrics.gauge("karvan_vectors_left_out", "Vectors that did not fit into memory.", size(func(s vectors.Size) int64 { return int64(s.Left) }))
	a.metrics.gauge("karvan_vectors_refused", "Texts that the embedding service did not take.", func() float64 { return float64(a.vectors.Refused()) })
	slog.InfoContext(ctx, "embeddings are on", "model", client.Model(), "vectors", a.vectors.Size().Vectors)
	return append(first, a.vectors.Consumer()), nil
}

// embed keeps the vectors current, when there is an embedding service.
func (a *App) embed(ctx context.Context) {
	if a.vectors != nil {
		a.vectors.Run(ctx)
	}
}

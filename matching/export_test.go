package matching

import (
	"context"

	"karvan/internal/db"
	"karvan/matching/engine"
	"karvan/matching/vectors"
)

// FuseForTest is fuse.
func FuseForTest(words, near []engine.Hit, limit int) ([]engine.Hit, int) {
	return fuse(words, near, limit)
}

// NearForTest is what is near to v of what q selects, with at most so many records
// listed beforehand.
func (x *Index) NearForTest(ctx context.Context, tx *db.Tx, q Query, v vectors.Vector, narrow int) ([]engine.Hit, error) {
	now := x.serving.Load()
	return x.near(ctx, tx, now, x.plan(now, q), v, narrow)
}

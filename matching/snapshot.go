package matching

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/journal"
)

// Load reads the snapshot at path and follows the journal from there; without a
// usable snapshot it rebuilds. It reports whether the snapshot served.
func (x *Index) Load(ctx context.Context, path string, progress func(done int)) (loaded bool, err error) {
	defer fault.Wrap(&err, "matching.Load")
	err = x.read1(ctx, path)
	switch {
	case err == nil:
		return true, x.Catch(ctx)
	case ctx.Err() != nil:
		return false, ctx.Err()
	}
	return false, x.Rebuild(ctx, progress)
}

// read1 reads a snapshot that belongs to this database: its place must be in the
// journal.
func (x *Index) read1(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := x.engine.ReadFrom(bufio.NewReaderSize(f, 1<<20)); err != nil {
		return err
	}
	return x.db.Read(ctx, func(tx *db.Tx) error {
		last, err := journal.Last(ctx, tx)
		if err != nil {
			return err
		}
		if x.Position() > last {
			return errors.New("the snapshot is of another database")
		}
		return x.loadCodes(ctx, tx)
	})
}

// Save writes a snapshot beside path and renames it into place, so that a crash
// leaves the old one whole.
func (x *Index) Save(path string) (err error) {
	defer fault.Wrap(&err, "matching.Save")
	temp, err := os.CreateTemp(filepath.Dir(path), ".index-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temp.Close()
			if e := os.Remove(temp.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
				err = fmt.Errorf("%w (and %w)", err, e)
			}
		}
	}()
	w := bufio.NewWriterSize(temp, 1<<20)
	if _, err := x.engine.WriteTo(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

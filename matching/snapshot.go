package matching

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/journal"
	"karvan/lexicon"
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
	r := bufio.NewReaderSize(f, 1<<20)
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	mark := string(line)
	var place int64
	if _, err := fmt.Sscanf(mark, "karvan index of %d ", &place); err != nil {
		return err
	}
	return x.db.Read(ctx, func(tx *db.Tx) error {
		if want, err := markOf(ctx, tx, place, x.Lexicon()); err != nil || place == 0 || mark != want {
			return errors.Join(errForeign, err)
		}
		if _, err := x.serving.Load().ReadFrom(r); err != nil {
			return err
		}
		last, err := journal.Last(ctx, tx)
		if err != nil {
			return err
		}
		if x.Position() < place || x.Position() > last {
			return errForeign
		}
		return x.findCodes(ctx, tx)
	})
}

var errForeign = errors.New("the snapshot is of another database or another version of Karvan")

// markOf is the first line of a snapshot: what the journal says at a place, by
// which a database knows its own snapshots, and the version of the program, since
// another may see other features in the same records.
func markOf(ctx context.Context, tx *db.Tx, place int64, words *lexicon.Lexicon) (string, error) {
	entries, err := journal.Read(ctx, tx, place-1, 1)
	if err != nil || len(entries) == 0 {
		return "", err
	}
	e := entries[0]
	return fmt.Sprintf("karvan index of %d %s %d %d %s %.16s\n", e.Seq, e.Record, e.Rev, db.Micros(e.At), program(), words.Fingerprint()), nil
}

// program is the version of the program that runs.
func program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "-"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			version += "+" + s.Value
		}
	}
	return version
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
	now := x.serving.Load()
	var mark string
	ctx := context.Background()
	err = x.db.Read(ctx, func(tx *db.Tx) (err error) {
		mark, err = markOf(ctx, tx, now.Position(), now.lexicon)
		return err
	})
	if err != nil {
		return err
	}
	if mark == "" {
		mark = "karvan index of 0 nothing\n"
	}
	w := bufio.NewWriterSize(temp, 1<<20)
	if _, err := w.WriteString(mark); err != nil {
		return err
	}
	if _, err := now.WriteTo(w); err != nil {
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

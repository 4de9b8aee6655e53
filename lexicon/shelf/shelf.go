// Package shelf keeps the vocabularies that an operator added to those that the
// program brings along, and makes one lexicon of all.
package shelf

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"karvan/internal/access"
	"karvan/internal/blob"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/lexicon"
)

// Shelf is where the vocabularies of a node stand.
type Shelf struct {
	DB    *db.DB
	Files *blob.Store
	Cache string // file for the lexicon that was made last
}

// Volume is a vocabulary on the shelf.
type Volume struct {
	lexicon.Source
	Entries, Labels int
	Added           time.Time
	By              string // the account, or what the operator's command is called
}

// maxVolume bounds what a vocabulary takes on disk, packed.
const maxVolume = 1 << 30

var volumeID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// Add puts a vocabulary on the shelf; read hands its entries over and says whether
// they are rows of a dictionary. A volume of the same id is replaced. Nothing is
// kept when read fails or there are no entries.
func (s *Shelf) Add(ctx context.Context, actor access.Actor, source lexicon.Source, read func(emit func(lexicon.Entry) error) (pairs bool, err error)) (v Volume, err error) {
	defer fault.Wrap(&err, "shelf.Add(%s)", source.ID)
	v = Volume{Source: source, By: actor.Account}
	if !volumeID.MatchString(source.ID) || source.ID == lexicon.CoreSource.ID {
		return v, fault.New(fault.Invalid, "lexicon.bad-id").At("id")
	}
	if source.Title == "" || source.Licence == "" {
		return v, fault.New(fault.Invalid, "lexicon.no-licence").At("licence")
	}
	file, pipe := io.Pipe()
	done := make(chan error, 1)
	go func() {
		packed := gzip.NewWriter(pipe)
		lines := json.NewEncoder(packed)
		lines.SetEscapeHTML(false)
		pairs, err := read(func(e lexicon.Entry) error {
			v.Entries++
			v.Labels += len(e.Labels)
			return lines.Encode(e)
		})
		v.Pairs = pairs
		err = errors.Join(err, packed.Close())
		pipe.CloseWithError(err)
		done <- err
	}()
	v.Digest, _, err = s.Files.Put(file, maxVolume)
	file.CloseWithError(err)
	if readErr := <-done; readErr != nil || err != nil {
		return v, cmp.Or(readErr, err)
	}
	if v.Entries == 0 {
		return v, fault.New(fault.Invalid, "lexicon.empty").At("file")
	}
	return v, s.DB.Write(ctx, actor, func(tx *db.Tx) error {
		v.Added = tx.Now
		return put(ctx, tx, v)
	})
}

// Remove takes a volume off the shelf. It fails with [fault.NotFound].
func (s *Shelf) Remove(ctx context.Context, actor access.Actor, id string) (err error) {
	defer fault.Wrap(&err, "shelf.Remove(%s)", id)
	return s.DB.Write(ctx, actor, func(tx *db.Tx) error {
		n, err := remove(ctx, tx, id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "lexicon.not-found")
		}
		return err
	})
}

// Entries hands the entries of a volume over.
func (s *Shelf) Entries(v Volume, f func(lexicon.Entry) error) (err error) {
	defer fault.Wrap(&err, "shelf.Entries(%s)", v.ID)
	file, err := s.Files.Get(v.Digest)
	if err != nil {
		return err
	}
	defer file.Close()
	packed, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return err
	}
	lines := json.NewDecoder(packed)
	for {
		var e lexicon.Entry
		if err := lines.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := f(e); err != nil {
			return err
		}
	}
}

// Fingerprint is that of the lexicon that Load would give.
func (s *Shelf) Fingerprint(ctx context.Context) (string, error) {
	volumes, err := s.volumes(ctx)
	return lexicon.Fingerprint(sourcesOf(volumes)), err
}

func (s *Shelf) volumes(ctx context.Context) (volumes []Volume, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { volumes, err = s.List(ctx, tx); return err })
	return volumes, err
}

func sourcesOf(volumes []Volume) []lexicon.Source {
	sources := []lexicon.Source{lexicon.CoreSource}
	for _, v := range volumes {
		sources = append(sources, v.Source)
	}
	return sources
}

// Load gives the lexicon of the core vocabulary and everything on the shelf: the
// one that was made last, if nothing has changed since.
func (s *Shelf) Load(ctx context.Context) (x *lexicon.Lexicon, err error) {
	defer fault.Wrap(&err, "shelf.Load")
	volumes, err := s.volumes(ctx)
	if err != nil {
		return nil, err
	}
	if len(volumes) == 0 {
		return lexicon.CoreLexicon(), nil
	}
	if x, err := s.cached(lexicon.Fingerprint(sourcesOf(volumes))); err == nil {
		return x, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		slog.InfoContext(ctx, "lexicon is made anew", "because", err)
	}
	if x, err = s.build(ctx, volumes); err != nil {
		return nil, err
	}
	return x, s.keep(x)
}

func (s *Shelf) build(ctx context.Context, volumes []Volume) (*lexicon.Lexicon, error) {
	b := lexicon.NewBuilder()
	if err := b.Add(lexicon.CoreSource, lexicon.Core()); err != nil {
		return nil, err
	}
	for _, v := range volumes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var entries []lexicon.Entry
		if err := s.Entries(v, func(e lexicon.Entry) error { entries = append(entries, e); return nil }); err != nil {
			return nil, err
		}
		if err := b.Add(v.Source, entries); err != nil {
			return nil, err
		}
	}
	return b.Build(), nil
}

func (s *Shelf) cached(fingerprint string) (*lexicon.Lexicon, error) {
	f, err := os.Open(s.Cache)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return lexicon.Read(f, fingerprint)
}

// keep writes the lexicon beside the cache and renames it into place.
func (s *Shelf) keep(x *lexicon.Lexicon) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(s.Cache), ".lexicon-*")
	if err != nil {
		return err
	}
	defer func() {
		temp.Close()
		if e := os.Remove(temp.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) && err == nil {
			err = e
		}
	}()
	if _, err := x.WriteTo(temp); err != nil {
		return err
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), s.Cache)
}

// Package blob keeps attachments in a folder, by the SHA-256 of their content.
//
// Nothing a stranger chose ever becomes part of a path: a file's place follows
// from its digest alone. The same content is kept once.
package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"karvan/internal/fault"
)

// Store is a folder of attachments.
type Store struct{ dir string }

// Open makes the folder when it is not there.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{dir}, nil
}

// Put keeps what r holds, at most max bytes of it, and gives its digest and size.
// It fails with [fault.TooLarge] when there is more.
func (s *Store) Put(r io.Reader, max int64) (digest string, size int64, err error) {
	defer fault.Wrap(&err, "blob.Put")
	temp, err := os.CreateTemp(s.dir, ".new-*")
	if err != nil {
		return "", 0, err
	}
	defer func() {
		temp.Close()
		if e := os.Remove(temp.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) && err == nil {
			err = e
		}
	}()
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(temp, sum), io.LimitReader(r, max+1))
	if err != nil {
		return "", 0, err
	}
	if size > max {
		return "", 0, fault.New(fault.TooLarge, "file.too-large", "max", max).At("file")
	}
	digest = hex.EncodeToString(sum.Sum(nil))
	path := s.path(digest)
	if _, err := os.Stat(path); err == nil {
		return digest, size, nil
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), temp.Sync(), temp.Close()); err != nil {
		return "", 0, err
	}
	return digest, size, os.Rename(temp.Name(), path)
}

// Get opens what has a digest. It fails with [fault.NotFound].
func (s *Store) Get(digest string) (*os.File, error) {
	if sum, err := hex.DecodeString(digest); err != nil || len(sum) != sha256.Size || hex.EncodeToString(sum) != digest {
		return nil, fault.New(fault.NotFound, "file.not-found")
	}
	f, err := os.Open(s.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "file.not-found").Because(err)
	}
	return f, err
}

func (s *Store) path(digest string) string {
	return filepath.Join(s.dir, digest[:2], digest[2:4], digest)
}

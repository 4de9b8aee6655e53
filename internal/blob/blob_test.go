package blob_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"karvan/internal/blob"
	"karvan/internal/fault"
)

func open(t *testing.T) (*blob.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

// files lists the files below dir.
func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func get(t *testing.T, s *blob.Store, digest string) string {
	t.Helper()
	f, err := s.Get(digest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// abc is the digest of "abc" in FIPS 180-2.
const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

func TestTheSameContentIsKeptOnce(t *testing.T) {
	s, dir := open(t)
	for range 3 {
		digest, size, err := s.Put(strings.NewReader("abc"), 3)
		if err != nil || digest != abc || size != 3 {
			t.Fatalf("%s, %d, %v", digest, size, err)
		}
	}
	if got := get(t, s, abc); got != "abc" {
		t.Errorf("got %q", got)
	}
	if all := files(t, dir); len(all) != 1 {
		t.Errorf("%v", all)
	}
	info, err := os.Stat(files(t, dir)[0])
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

func TestTheBoundIsExact(t *testing.T) {
	for _, c := range []struct {
		name      string
		size, max int
		fits      bool
	}{
		{"nothing fits in nothing", 0, 0, true},
		{"one byte too many", 1, 0, false},
		{"exactly the bound", 5000, 5000, true},
		{"one more than the bound", 5001, 5000, false},
		{"far more than the bound", 5_000_000, 5000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, dir := open(t)
			_, size, err := s.Put(bytes.NewReader(make([]byte, c.size)), int64(c.max))
			switch {
			case c.fits && (err != nil || size != int64(c.size) || len(files(t, dir)) != 1):
				t.Errorf("%d bytes, %v, %v", size, err, files(t, dir))
			case !c.fits && (!fault.Is(err, fault.TooLarge) || len(files(t, dir)) != 0):
				t.Errorf("%v, left %v", err, files(t, dir))
			}
		})
	}
}

func TestNothingButADigestIsLookedFor(t *testing.T) {
	s, dir := open(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, digest := range []string{"", "a", "..", "../secret", "../../secret", "/etc/passwd", strings.Repeat("../", 20) + "etc/passwd", strings.ToUpper(abc), abc[:63],
		abc + "0", "zz" + abc[2:], abc[:62] + "\x00\x00", "..%2f" + abc[5:], ".." + abc[2:], "//" + abc[2:], abc} {
		if f, err := s.Get(digest); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v, %v", digest, f, err)
		}
	}
}

func TestManyPutTheSameContentAtOnce(t *testing.T) {
	s, dir := open(t)
	content := bytes.Repeat([]byte("river "), 50_000)
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			for range 5 {
				digest, _, err := s.Put(iotest.HalfReader(bytes.NewReader(content)), 1<<20)
				if err != nil {
					t.Error(err)
					return
				}
				f, err := s.Get(digest)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(f)
				if err := errors.Join(err, f.Close()); err != nil || !bytes.Equal(got, content) {
					t.Errorf("reader %d: %d bytes, %v", i, len(got), err)
				}
			}
		})
	}
	wait.Wait()
	if all := files(t, dir); len(all) != 1 {
		t.Errorf("%v", all)
	}
}

func TestAnInterruptedPutLeavesNothing(t *testing.T) {
	cut := errors.New("the line was cut")
	for _, c := range []struct {
		name   string
		reader io.Reader
	}{
		{"at once", iotest.ErrReader(cut)},
		{"in the middle", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(cut))},
		{"after the bound", io.MultiReader(strings.NewReader(strings.Repeat("x", 100)), iotest.ErrReader(cut))},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, dir := open(t)
			if _, _, err := s.Put(c.reader, 100); !errors.Is(err, cut) {
				t.Errorf("%v", err)
			}
			if all := files(t, dir); len(all) != 0 {
				t.Errorf("left %v", all)
			}
		})
	}
	t.Run("by a panic", func(t *testing.T) {
		s, dir := open(t)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_, _, err := s.Put(panicking{}, 100)
			t.Error(err)
		}()
		if all := files(t, dir); len(all) != 0 {
			t.Errorf("left %v", all)
		}
	})
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("reader") }

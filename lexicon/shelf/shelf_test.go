package shelf_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"karvan/internal/access"
	"karvan/internal/blob"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/lexicon/shelf"
)

var jade = lexicon.Entry{ID: "1", Labels: []lexicon.Label{{Lang: "kk", Text: "нефритқазба"}, {Lang: "en", Text: "jade quarry"}}}

func newShelf(t *testing.T, d *db.DB) *shelf.Shelf {
	dir := t.TempDir()
	files, err := blob.Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	return &shelf.Shelf{DB: d, Files: files, Cache: filepath.Join(dir, "lexicon.snapshot")}
}

func add(t *testing.T, s *shelf.Shelf, source lexicon.Source, entries ...lexicon.Entry) (shelf.Volume, error) {
	t.Helper()
	return s.Add(context.Background(), access.Operator, source, func(emit func(lexicon.Entry) error) (bool, error) {
		for _, e := range entries {
			if err := emit(e); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

func knows(t *testing.T, s *shelf.Shelf) bool {
	t.Helper()
	x, err := s.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	terms, _ := x.Terms(nil, nil, "нефритқазба", "kk")
	return slices.Contains(terms, "jade")
}

func TestVocabulariesComeAndGoCleanly(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		s := newShelf(t, d)
		ctx := context.Background()
		bare, err := s.Load(ctx)
		if err != nil || knows(t, s) {
			t.Fatal("knows what nobody told it", err)
		}
		source := lexicon.Source{ID: "stones", Title: "Words of stones", Licence: "CC0-1.0", Format: "pairs"}
		v, err := add(t, s, source, jade)
		if err != nil || v.Entries != 1 || v.Labels != 2 || !v.Pairs {
			t.Fatalf("%+v, %v", v, err)
		}
		if !knows(t, s) {
			t.Error("does not know what was added")
		}
		if !knows(t, s) { // from the cache
			t.Error("the lexicon that was kept does not know it")
		}
		if err := os.WriteFile(s.Cache, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		if !knows(t, s) {
			t.Error("a damaged cache is not made again")
		}
		var volumes []shelf.Volume
		err = d.Read(ctx, func(tx *db.Tx) (err error) { volumes, err = s.List(ctx, tx); return err })
		if err != nil || len(volumes) != 1 || volumes[0].Licence != "CC0-1.0" || volumes[0].By != access.Operator.Account {
			t.Errorf("%+v, %v", volumes, err)
		}
		if err := s.Remove(ctx, access.Operator, "stones"); err != nil {
			t.Fatal(err)
		}
		if knows(t, s) {
			t.Error("knows what was taken away")
		}
		if again, err := s.Load(ctx); err != nil || again.Fingerprint() != bare.Fingerprint() {
			t.Error("removal leaves a trace", err)
		}
		if err := s.Remove(ctx, access.Operator, "stones"); !fault.Is(err, fault.NotFound) {
			t.Errorf("removing it twice: %v", err)
		}
	})
}

func TestWhatCannotBeAdded(t *testing.T) {
	s := newShelf(t, testkit.SQLite(t))
	whole := lexicon.Source{ID: "stones", Title: "Words of stones", Licence: "CC0-1.0"}
	for _, c := range []struct {
		name    string
		source  lexicon.Source
		entries []lexicon.Entry
		field   string
	}{
		{"an id with a path", lexicon.Source{ID: "../x", Title: "x", Licence: "x"}, []lexicon.Entry{jade}, "id"},
		{"the id of the core", lexicon.Source{ID: "karvan", Title: "x", Licence: "x"}, []lexicon.Entry{jade}, "id"},
		{"no licence", lexicon.Source{ID: "x", Title: "x"}, []lexicon.Entry{jade}, "licence"},
		{"nothing in it", whole, nil, "file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := add(t, s, c.source, c.entries...)
			if f, ok := fault.Of(err), fault.Is(err, fault.Invalid); !ok || f.Field != c.field {
				t.Errorf("%v", err)
			}
		})
	}
	broken := errors.New("the file ends early")
	_, err := s.Add(context.Background(), access.Operator, whole, func(emit func(lexicon.Entry) error) (bool, error) {
		return false, errors.Join(emit(jade), broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if knows(t, s) {
		t.Error("half a file was kept")
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"karvan/app"
	"karvan/internal/lang"
	"karvan/record"
)

func madeWorld(t *testing.T, name string) []byte {
	t.Helper()
	w, err := newBenchWorld(7, time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC), 200)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := w.write(path, 200); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTheMadeWorldIsTheSameEveryTimeAndValid(t *testing.T) {
	data := madeWorld(t, "a")
	if !bytes.Equal(data, madeWorld(t, "b")) {
		t.Error("two worlds of one seed differ")
	}
	book := record.NewBook(benchNode, app.Kinds()...)
	kinds, langs := map[string]int{}, map[lang.Tag]int{}
	for line := range bytes.Lines(data) {
		in, err := book.Receive(line)
		if err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
		kinds[in.Record.Kind]++
		langs[in.Record.Source]++
	}
	for kind, want := range map[string]int{"offer": 110, "need": 60, "announcement": 20, "organisation": 10} {
		if kinds[kind] != want {
			t.Errorf("%d of kind %s, want %d", kinds[kind], kind, want)
		}
	}
	for _, l := range benchLangs {
		if langs[l.tag] == 0 {
			t.Errorf("nothing is in %s", l.tag)
		}
	}
}

func TestNoPageIsAskedTwiceButInTheLoadThatRepeats(t *testing.T) {
	w, err := newBenchWorld(7, time.Now(), 200)
	if err != nil {
		t.Fatal(err)
	}
	paths := w.paths(w.wishes(300, 200), 300)
	for _, load := range []string{"list", "search", "record", "facets", "board"} {
		seen := map[string]bool{}
		for _, p := range paths[load] {
			if seen[p] {
				t.Errorf("%s: %s comes twice", load, p)
			}
			seen[p] = true
		}
		if len(seen) != 300 {
			t.Errorf("%s: %d addresses, want 300", load, len(seen))
		}
	}
	if n := len(paths["repeat"]); n != 60 {
		t.Errorf("%d addresses repeat, want 60", n)
	}
}

func TestPeersAreToldWhatReadersWant(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wishes")
	want := wish{Load: "list", State: "KZ", Stage: "prototype", Page: 1}
	if err := writeWishes(path, map[string][]wish{"list": {want}}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got wish
	if err := json.Unmarshal(data, &got); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if err := os.WriteFile(path, []byte("list\t/a?b=1\nnothing\nlist\t/c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	paths, err := readPaths(path)
	if err != nil || len(paths["list"]) != 2 || paths["list"][1] != "/c" {
		t.Errorf("%v, %v", paths, err)
	}
}

func TestSpreadOf(t *testing.T) {
	var took []time.Duration
	for i := range 101 {
		took = append(took, time.Duration(100-i)*time.Millisecond)
	}
	if got, want := spreadOf(took), (spread{N: 101, P50: 50, P90: 90, P99: 99, Most: 100}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := spreadOf(nil); got != (spread{}) {
		t.Errorf("%+v of nothing", got)
	}
}

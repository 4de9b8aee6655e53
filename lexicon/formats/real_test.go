package formats_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"karvan/lexicon"
	"karvan/lexicon/formats"
)

// dataDir is where real vocabularies lie, if they do.
func dataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KARVAN_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	if _, err := os.Stat(filepath.Join(dir, "lexicons")); err != nil {
		t.Skip("the vocabularies of others are not there; it is optional: put them under KARVAN_DATA")
	}
	return dir
}

// readFile detects the format of a file and reads it.
func readFile(t testing.TB, path string) (formats.Format, formats.Report, []lexicon.Entry) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := formats.Detect(filepath.Base(path), data[:min(len(data), 4096)])
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var all []lexicon.Entry
	report, err := formats.Read(context.Background(), bytes.NewReader(data), f, nil, func(e lexicon.Entry) error {
		all = append(all, e)
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return f, report, all
}

// published is what the README of the data says of a file, or what wc and uniq
// count in it.
var published = []struct {
	path    string
	format  formats.Format
	entries int // exactly
	skipped int // at most
	in      map[string]int
}{
	{"lexicons/omw_synsets.tsv.gz", formats.Words, 68_295, 20, map[string]int{"zh": 49_011, "en": 35_526, "fa": 20_766, "ru": 20_138,
		"hi": 3_593, "be": 2_734, "ur": 2_073, "kk": 1_124, "tg": 926, "uz": 889, "ky": 793}},
	{"lexicons/wiktionary_words.tsv.gz", formats.Words, 1_020, 0, nil},
	{"lexicons/wiktionary/en-ru.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/wiktionary/en-zh.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/wiktionary/en-fa.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/wiktionary/en-hi.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/cedict/zh-en.tsv.gz", formats.Pairs, 111_863, 20, nil},
	{"lexicons/apertium/en-kk.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/apertium/kk-ru.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/apertium/kk-ky.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/apertium/ur-hi.tsv.gz", formats.Pairs, 0, 20, nil},
	{"lexicons/wikidict/hi-en.tsv.gz", formats.Pairs, 49_094, 20, nil},
	{"thesauri/agrovoc-en/agrovoc.json.gz", formats.Tree, 32_787, 1, map[string]int{"en": 32_787}}, // one label is a blank
	{"thesauri/unesco/unesco-thesaurus.ttl.gz", formats.Turtle, 4_482, 0, nil},
}

func TestPublishedVocabulariesAreReadWhole(t *testing.T) {
	dir := dataDir(t)
	var bytes int64
	var took time.Duration
	for _, want := range published {
		path := filepath.Join(dir, want.path)
		start := time.Now()
		f, report, all := readFile(t, path)
		d := time.Since(start)
		took, bytes = took+d, bytes+plainSize(t, path)
		t.Logf("%-42s %-6s %7d entries %7d labels %3d skipped %v %v", want.path, f, report.Entries, report.Labels, report.Skipped, report.Languages, d.Round(time.Millisecond))
		for _, p := range report.Problems[:min(3, len(report.Problems))] {
			t.Logf("  line %d: %v", p.Line, p.Fault())
		}
		if f != want.format || report.Entries != len(all) || want.entries > 0 && report.Entries != want.entries || report.Skipped > want.skipped {
			t.Errorf("%s: %s, %d entries, %d skipped; want %+v", want.path, f, report.Entries, report.Skipped, want)
		}
		if report.Pairs != (f == formats.Pairs) {
			t.Errorf("%s: pairs is %v", want.path, report.Pairs)
		}
		in := map[string]int{}
		for _, e := range all {
			for _, tag := range report.Languages {
				if e.In(tag) != nil {
					in[tag]++
				}
			}
		}
		for tag, n := range want.in {
			if in[tag] != n {
				t.Errorf("%s: %d concepts in %s, want %d", want.path, in[tag], tag, n)
			}
		}
	}
	t.Logf("%d bytes in %v: %.0f MB/s", bytes, took, float64(bytes)/1e6/took.Seconds())
}

func TestPublishedTermsAreRead(t *testing.T) {
	dir := dataDir(t)
	files, err := filepath.Glob(filepath.Join(dir, "lexicons/tico19_terms/*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no terms", err)
	}
	for _, path := range files {
		f, report, _ := readFile(t, path)
		t.Logf("%s %d entries, %d skipped, %v", filepath.Base(path), report.Entries, report.Skipped, report.Languages)
		if f != formats.CSV || !report.Pairs || report.Entries < 40 || report.Skipped > 2 || len(report.Languages) != 2 || !slices.Contains(report.Languages, "en") {
			t.Errorf("%s: %s, %+v", path, f, report)
		}
	}
}

func plainSize(t testing.TB, path string) int64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := formats.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, in)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

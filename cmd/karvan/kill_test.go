package main_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"karvan/app"
	"karvan/catalogue"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

const killRecords = 100_000

// binary builds the program once for the tests of this package.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "karvan")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// words make texts that differ, so that the index has something to tell apart.
var words = []string{"drip", "irrigation", "saline", "soil", "wheat", "vaccine", "glacier", "membrane", "battery", "laser", "seed", "pasture",
	"greenhouse", "sensor", "biogas", "cotton", "walnut", "turbine", "enzyme", "satellite"}

// writeOffers writes n published offers as JSON Lines.
func writeOffers(t testing.TB, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(1, 2))
	owner := id.Derive("karvan.example", "organisation", "kill")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		var text bytes.Buffer
		for range 60 {
			text.WriteString(words[rng.IntN(len(words))])
			text.WriteByte(' ')
		}
		r := record.Record{ID: id.Derive("karvan.example", "offer", strconv.Itoa(i)), Kind: "offer", Rev: 1, State: record.Published, Owner: owner,
			Source: "en", Created: at, Updated: at, Published: at.Add(time.Duration(i) * time.Second), Confirmed: at,
			Body: &catalogue.Profile{Type: "technology-offer", Stage: catalogue.Stages[i%6], Fields: []string{catalogue.Fields[i%len(catalogue.Fields)]}, Cooperation: []string{"licence"}},
			Texts: map[string]record.Version{"en": {Provenance: record.Original, Of: 1, Fields: map[string]string{
				"title": fmt.Sprintf("Offer %d on %s", i, words[i%len(words)]), "summary": "A generated offer.", "description": text.String()}}}}
		line, err := r.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		w.Write(line)
		w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

var progress = regexp.MustCompile(`import: (\d+) rows done`)

// importAndKill runs an import and kills it after a while, unless it ends first.
// It gives the rows that the import said were done.
func importAndKill(t *testing.T, karvan, data, file string, after time.Duration) (done int64, finished bool) {
	t.Helper()
	cmd := exec.Command(karvan, "import", file, "--data", data, "--log-level", "warn")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var rows atomic.Int64
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			if m := progress.FindStringSubmatch(lines.Text()); m != nil {
				n, _ := strconv.ParseInt(m[1], 10, 64)
				rows.Store(n)
			}
		}
	}()
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
	defer timer.Stop()
	<-read
	err = cmd.Wait()
	return rows.Load(), err == nil
}

// TestKillDuringImportLosesNothing kills an import ten times at random moments.
// After each kill every row the import had reported done is there, every record
// is whole, and in the end all are there once and the index equals a rebuild.
func TestKillDuringImportLosesNothing(t *testing.T) {
	if testing.Short() && !testkit.Everything() {
		t.Skip("imports 100,000 records; run without -short")
	}
	karvan, dir := binary(t), t.TempDir()
	file, data := filepath.Join(dir, "offers.jsonl"), filepath.Join(dir, "data")
	writeOffers(t, file, killRecords)
	kills := 0
	for kills < 10 {
		done, finished := importAndKill(t, karvan, data, file, time.Duration(300+rand.IntN(1500))*time.Millisecond)
		if finished {
			break
		}
		kills++
		if kept := wholeRecords(t, data); kept < done {
			t.Fatalf("kill %d: %d rows were reported done, %d are there", kills, done, kept)
		}
	}
	if kills == 0 {
		t.Fatal("the import ended before the first kill")
	}
	if out, err := exec.Command(karvan, "import", file, "--data", data, "--log-level", "warn").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if kept := wholeRecords(t, data); kept != killRecords {
		t.Errorf("%d records, want %d, after %d kills", kept, killRecords, kills)
	}
	indexEqualsRebuild(t, data)
}

// wholeRecords counts the records and checks that each has its revision with the
// digest of its content, and its journal line.
func wholeRecords(t *testing.T, data string) (n int64) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(data, "karvan.db"))
	if os.IsNotExist(err) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	book := record.NewBook("karvan.example", app.Kinds()...)
	err = d.Read(ctx, func(tx *db.Tx) error {
		var lines int64
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM journal`, nil, &lines); err != nil {
			return err
		}
		var sample []record.Ref
		err := book.Each(ctx, tx, func(h record.Head) error {
			n++
			if n%50 == 0 { // digests of a fiftieth; rows are counted against each other
				sample = append(sample, record.Ref{ID: h.ID, Rev: h.Rev})
			}
			return nil
		})
		if err != nil {
			return err
		}
		if lines != n {
			t.Errorf("%d records, %d journal lines", n, lines)
		}
		records, err := book.Many(ctx, tx, sample)
		if err != nil {
			return err
		}
		if len(records) != len(sample) {
			t.Errorf("%d of %d revisions are there", len(records), len(sample))
		}
		for _, r := range records {
			if ok, err := record.Verify(r); !ok || err != nil {
				t.Errorf("%s is not what its digest says: %v", r.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// indexEqualsRebuild compares the index that followed the import with one built
// afresh.
func indexEqualsRebuild(t *testing.T, data string) {
	t.Helper()
	ctx := context.Background()
	c, err := app.LoadConfig("", func(string) (string, bool) { return "", false }, map[string]string{"data": data})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	fresh := matching.New(a.DB, a.Book, lexicon.CoreLexicon())
	if err := fresh.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	for i, word := range append(slices.Clone(words), "") {
		q := matching.Query{Kinds: []string{"offer"}, Words: word, Facets: []string{"stage", "field"}, Limit: 50}
		if i%2 == 1 {
			q.Any = map[string][]string{"stage": {catalogue.Stages[i%6]}}
			q.Sort = []engine.Sort{{By: "published"}}
		}
		got, want := a.Index.Search(q), fresh.Search(q)
		if got.Total != want.Total || !slices.Equal(got.Hits, want.Hits) {
			t.Errorf("%q: the followed index finds %d, a rebuilt one %d", word, got.Total, want.Total)
		}
	}
}

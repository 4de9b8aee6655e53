package exchange_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"karvan/exchange"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/record"
)

// words are what generated records are made of.
var words = strings.Fields(`water saving irrigation of winter wheat with drip lines and soil sensors in dry steppe farms
	реактор очистки сточных вод с низким потреблением энергии для малых городов 盐碱地 改良 技术 与 耐旱 品种 推广 شبکهٔ پایش کیفیت آب`)

// generated is a file of n records of about 100 words each.
func generated(t testing.TB, n int) []byte {
	t.Helper()
	r, book := rand.New(rand.NewPCG(1, 2)), newBook()
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		return strings.TrimSpace(b.String())
	}
	var out bytes.Buffer
	for i := range n {
		at := start.Add(time.Duration(i) * time.Second)
		rec := &record.Record{
			ID: id.Derive(node, "sample", fmt.Sprint("generated ", i)), Kind: "sample", Rev: 1, State: record.Published,
			Owner: owner, Source: "en", Created: at, Updated: at, Published: at,
			Texts: map[string]record.Version{"en": {Provenance: record.Original, Of: 1, Fields: map[string]string{"title": text(8), "body": text(92)}}},
			Body:  &sample{Count: int64(i), Map: map[string]string{"field": "1.5"}},
			Links: []record.Link{{Rel: "field", To: fmt.Sprint("https://f.example/", i%50)}},
		}
		if err := book.Validate(rec, false); err != nil {
			t.Fatal(err)
		}
		canonical, err := rec.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		out.Write(canonical)
		out.WriteByte('\n')
	}
	return out.Bytes()
}

const (
	killDir   = "KARVAN_EXCHANGE_KILL_DIR"
	killBatch = 100
)

// TestChildImports is the process that is killed. It says which rows are
// committed, one number a line.
func TestChildImports(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		return // it is a test only when TestAKilledImportLosesNothing starts it
	}
	d := testkit.Open(t, filepath.Join(dir, "karvan.db"))
	f, err := os.Open(filepath.Join(dir, "records.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = importer(d).Run(context.Background(), f, exchange.Options{Format: exchange.JSONLines, Batch: killBatch, Progress: func(p exchange.Progress) {
		fmt.Println("committed", p.Resumed+p.Rows)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAKilledImportLosesNothingThatWasAcknowledgedAndLeavesNothingHalf(t *testing.T) {
	total, kills := 20_000, 10
	if testing.Short() {
		total, kills = 3_000, 3
	}
	dir := t.TempDir()
	file := generated(t, total)
	if err := os.WriteFile(filepath.Join(dir, "records.jsonl"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(os.Getpid()), 3))
	killed := 0
	for i := range kills + 1 {
		after := r.IntN(total / killBatch / (kills + 2))
		if i == kills {
			after = -1 // the last one may finish
		}
		acknowledged, died := importUntilKilled(t, dir, after, time.Duration(r.IntN(20_000))*time.Microsecond)
		if died {
			killed++
		}
		verify(t, dir, file, acknowledged, total, i == kills)
	}
	if killed == 0 {
		t.Fatal("no process was killed in the middle")
	}
	t.Logf("%d processes were killed before they finished", killed)
}

// importUntilKilled runs the import in a process of its own and kills it a moment
// after it has committed so many batches.
func importUntilKilled(t *testing.T, dir string, after int, moment time.Duration) (acknowledged int, died bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildImports$", "-test.v")
	cmd.Env = append(os.Environ(), killDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for batches := 0; lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "committed %d", &acknowledged); err != nil {
			continue
		}
		if batches++; batches == after+1 && after >= 0 {
			time.AfterFunc(moment, func() { cmd.Process.Kill() })
		}
	}
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("the import failed: %v", err)
	}
	return acknowledged, err != nil
}

// verify opens the database after a death: it holds whole batches, at least
// those that were acknowledged, and every record in it is whole.
func verify(t *testing.T, dir string, file []byte, acknowledged, total int, whole bool) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(dir, "karvan.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var records, revisions, lines, links, done int
	err = d.Read(ctx, func(tx *db.Tx) error {
		for query, n := range map[string]*int{
			`SELECT count(*) FROM records`: &records, `SELECT count(*) FROM revisions`: &revisions, `SELECT count(*) FROM journal`: &lines,
			`SELECT count(*) FROM links`: &links, `SELECT coalesce(max(done_rows), 0) FROM imports`: &done,
		} {
			if err := tx.QueryRow(ctx, query, nil, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if records < acknowledged || records != done || records%killBatch != 0 || records != revisions || records != lines || records != links {
		t.Fatalf("%d acknowledged, position %d; %d records, %d revisions, %d lines of the journal, %d links", acknowledged, done, records, revisions, lines, links)
	}
	var b bytes.Buffer
	if _, err := exchange.Export(ctx, d, newBook(), &b, exchange.ExportOptions{Format: exchange.JSONLines}); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, l := range bytes.Split(bytes.TrimSpace(file), []byte("\n"))[:records] {
		want[string(l)] = true
	}
	for _, l := range bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n")) {
		if len(l) > 0 && (!want[string(l)] || !json.Valid(l)) {
			t.Fatalf("this is not what was imported: %s", l)
		}
		delete(want, string(l))
	}
	if len(want) != 0 || whole && records != total {
		t.Fatalf("%d records of %d, %d of them not as they were", records, total, len(want))
	}
}

package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"karvan/exchange"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/parties"
	"karvan/record"
)

const node = "n.example"

var (
	owner = id.Derive(node, "organisation", "a")
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// sampleItem and sample are a body with every shape a body can have.
type sampleItem struct {
	Name string   `json:"name,omitempty"`
	Tags []string `json:"tags,omitempty"`
	N    int      `json:"n,omitempty"`
}

type inner struct {
	From string `json:"from,omitempty"`
}

type sample struct {
	Text   string            `json:"text,omitempty"`
	Count  int64             `json:"count,omitempty"`
	Part   float64           `json:"part,omitempty"`
	Yes    bool              `json:"yes,omitempty"`
	When   time.Time         `json:"when,omitzero"`
	Items  []sampleItem      `json:"items,omitempty"`
	Lists  [][]string        `json:"lists,omitempty"`
	Map    map[string]string `json:"map,omitempty"`
	Ptr    *sampleItem       `json:"ptr,omitempty"`
	Always []int             `json:"always"`
	Raw    json.RawMessage   `json:"raw,omitempty"`
	inner2
}

type inner2 struct {
	inner
	To string `json:"to,omitempty"`
}

func (s *sample) Validate(_ *record.Record, _ bool) error {
	var l fault.List
	if s.Count < -1000 {
		l.Add("body.count", "number.out-of-range", "min", -1000, "max", 1000)
	}
	return l.Err()
}

func newBook() *record.Book {
	kinds := append(parties.Kinds(), &record.Kind{
		Name: "sample", New: func() record.Body { return &sample{} },
		Texts: []record.TextField{{Name: "title", Max: 200, Required: true}, {Name: "body", Max: 200_000, Markdown: true}},
	})
	return record.NewBook(node, kinds...)
}

func importer(d *db.DB) *exchange.Importer { return &exchange.Importer{DB: d, Book: newBook()} }

func run(t testing.TB, d *db.DB, data []byte, opt exchange.Options) exchange.Report {
	t.Helper()
	rep, err := importer(d).Run(context.Background(), bytes.NewReader(data), opt)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func export(t testing.TB, d *db.DB, opt exchange.ExportOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := exchange.Export(context.Background(), d, newBook(), &b, opt); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nasty are strings that files and spreadsheets like to change.
var nasty = []string{
	"", " ", "a", " lead", "trail ", "\ttab", "007", "1e5", "TRUE", "false", "null", "2026-03-01", "1/2", "-1", "+7 495", "=1+1", "=cmd|' /C calc'!A0",
	"@sum", "'quoted", "''", "'", "'=x", "_x0041_", "_x005F_x0041_", "_X0041_", "a_x000D_b", "json:", "json:{}", `json:"x"`, "line\nbreak", "cr\r\nlf", "a,b;c\td",
	`say "yes"`, "<script>alert(1)</script>", "&amp;", "emoji 👩‍🔬🇰🇿", "فارسی با نیم‌فاصله", "עברית", "中文，标点", "é", "é", "~0~1/~2", "a/b", "#REF!", "\u200f", "{\"a\":1}", "\\u0041", "ﬁ",
	strings.Repeat("x", 33_000), strings.Repeat("=", 32_000) + strings.Repeat("=я", 20_000), strings.Repeat("𝔘", 40_000),
}

// hidden are strings only members outside the texts may have.
var hidden = []string{"\x00", "\u202Eevil", "\uFEFFbom", "\uFFFE", "a\x1fb", "\u2028", "\u0085", "\U000E0041"}

func pick(r *rand.Rand, more ...string) string {
	n := r.IntN(len(nasty) + len(more))
	if n < len(nasty) {
		if len(nasty[n]) > 1000 && r.IntN(4) > 0 {
			return "short"
		}
		return nasty[n]
	}
	return more[n-len(nasty)]
}

// randomJSON is a value such as a newer peer might write.
func randomJSON(r *rand.Rand, depth int) any {
	switch n := r.IntN(8); {
	case n == 0:
		return nil
	case n == 1:
		return r.IntN(2) == 0
	case n == 2:
		return r.NormFloat64() * 1e6
	case n == 3 && depth > 0:
		l := []any{}
		for range r.IntN(4) {
			l = append(l, randomJSON(r, depth-1))
		}
		return l
	case n == 4 && depth > 0:
		m := map[string]any{}
		for range r.IntN(4) {
			m[pick(r, hidden...)] = randomJSON(r, depth-1)
		}
		return m
	}
	return pick(r, hidden...)
}

// randomRecord is a first revision with nasty content.
func randomRecord(r *rand.Rand, n int) map[string]any {
	at := start.Add(time.Duration(n) * time.Second)
	body := map[string]any{
		"text": pick(r, hidden...), "count": r.IntN(2000) - 1000, "part": r.NormFloat64(), "yes": r.IntN(2) == 0,
		"when": at.Format(time.RFC3339), "from": pick(r), "to": pick(r), "raw": randomJSON(r, 3),
		"map": map[string]string{pick(r, hidden...): pick(r, hidden...), "0": "zero", "a/b~c": pick(r)},
	}
	var items []map[string]any
	for range r.IntN(4) {
		items = append(items, map[string]any{"name": pick(r), "n": r.IntN(3), "tags": []string{pick(r), pick(r)}})
	}
	if r.IntN(20) == 0 {
		for i := range 60 {
			items = append(items, map[string]any{"n": i})
		}
	}
	body["items"], body["lists"] = items, [][]string{{}, {pick(r)}, nil}
	if r.IntN(2) == 0 {
		body["always"], body["ptr"] = []int{}, map[string]any{}
	}
	m := map[string]any{
		"id": id.Derive(node, "sample", fmt.Sprint(n)), "kind": "sample", "rev": 1, "state": "published", "owner": owner, "source": "en",
		"created": at, "updated": at, "published": at, "body": body,
		"texts": map[string]any{
			"en":      map[string]any{"provenance": "original", "fields": map[string]string{"title": "Title", "body": pick(r)}},
			"uz-Cyrl": map[string]any{"provenance": "machine", "of": 1, "fields": map[string]string{}},
			"fa":      map[string]any{"provenance": "human", "fields": nil},
		},
		"links": []map[string]string{{"rel": "see", "to": "https://x.example/" + strings.TrimSpace(pick(r)[:0])}, {"rel": "=rel", "to": "+1"}},
	}
	for range r.IntN(3) {
		m["x-"+strings.ToValidUTF8(clip(pick(r, hidden...)), "")] = randomJSON(r, 3)
		body["y-"+strings.ToValidUTF8(clip(pick(r, hidden...)), "")] = randomJSON(r, 3)
	}
	return m
}

func clip(s string) string { return s[:min(len(s), 100)] }

// randomFile is a file of JSON Lines with records of one or two revisions.
func randomFile(t testing.TB, seed uint64, n int) []byte {
	r, book := rand.New(rand.NewPCG(seed, 1)), newBook()
	var b bytes.Buffer
	for i := range n {
		m := randomRecord(r, i)
		prev := ""
		for rev := range 1 + r.IntN(2) {
			if rev > 0 {
				m["rev"], m["prev"], m["updated"] = rev+1, prev, start.Add(time.Hour*24*365)
				m["sample"] = true
			}
			plain, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			in, err := book.Receive(plain)
			if err != nil {
				t.Fatalf("%v in %.3000s", err, plain)
			}
			prev = in.Record.Digest
			b.Write(in.Canonical)
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func TestAnExportReimportsToIdenticalDigests(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  exchange.ExportOptions
	}{
		{"JSON Lines", exchange.ExportOptions{Format: exchange.JSONLines}},
		{"CSV", exchange.ExportOptions{Format: exchange.CSV}},
		{"CSV for Excel", exchange.ExportOptions{Format: exchange.CSV, BOM: true}},
		{"XLSX", exchange.ExportOptions{Format: exchange.XLSX}},
	} {
		t.Run(c.name, func(t *testing.T) {
			testkit.Databases(t, func(t *testing.T, d *db.DB) {
				other := testkit.SQLite(t)
				run(t, d, randomFile(t, 7, 40), exchange.Options{Format: exchange.JSONLines, Batch: 7})
				want := export(t, d, exchange.ExportOptions{Format: exchange.JSONLines})
				if len(want) == 0 {
					t.Fatal("nothing was imported")
				}
				file := export(t, d, c.opt)
				rep := run(t, other, file, exchange.Options{Format: c.opt.Format})
				if rep.Bad != 0 {
					t.Fatalf("%d bad rows, the first %.2000v", rep.Bad, rep.BadRows[0])
				}
				got := export(t, other, exchange.ExportOptions{Format: exchange.JSONLines})
				compare(t, got, want)
				again := run(t, other, file, exchange.Options{Format: c.opt.Format})
				if again.Unchanged != again.Rows || again.Rows != rep.Rows {
					t.Fatalf("the same file again: %+v", again.Progress)
				}
			})
		})
	}
}

func compare(t *testing.T, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	if len(g) != len(w) {
		t.Errorf("%d lines, want %d", len(g), len(w))
	}
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			k := 0
			for k < min(len(g[i]), len(w[i])) && g[i][k] == w[i][k] {
				k++
			}
			k = max(0, k-40)
			t.Fatalf("line %d differs:\n%.200q\n%.200q", i+1, g[i][k:], w[i][k:])
		}
	}
	t.Fatal("the exports differ")
}

func TestExportsOfHeadsAndOfWhatIsPublic(t *testing.T) {
	d := testkit.SQLite(t)
	run(t, d, randomFile(t, 3, 30), exchange.Options{Format: exchange.JSONLines})
	lines := func(opt exchange.ExportOptions) int {
		opt.Format = exchange.JSONLines
		return bytes.Count(export(t, d, opt), []byte("\n"))
	}
	all, heads := lines(exchange.ExportOptions{}), lines(exchange.ExportOptions{Heads: true})
	if heads != 30 || all <= heads {
		t.Fatalf("%d heads of %d revisions, want 30 heads", heads, all)
	}
	if n := lines(exchange.ExportOptions{Kinds: []string{"organisation", "state"}}); n != 0 {
		t.Fatalf("%d lines of kinds that have none", n)
	}
	table := "kind,source,owner,texts/en/fields/title\nsample,en," + string(owner) + ",Draft\n"
	run(t, d, []byte(table), exchange.Options{Format: exchange.CSV, Owner: owner})
	if n := lines(exchange.ExportOptions{Public: true}); n != all {
		t.Fatalf("%d public revisions, want %d", n, all)
	}
	if n := lines(exchange.ExportOptions{Public: true, Heads: true}); n != 30 {
		t.Fatalf("%d public heads, want 30", n)
	}
	if n := lines(exchange.ExportOptions{Heads: true}); n != 31 {
		t.Fatalf("%d heads with the draft, want 31", n)
	}
}

// count is the number of records of a kind.
func count(t testing.TB, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT count(*) FROM records`, nil, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

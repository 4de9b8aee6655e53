package exchange_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"karvan/exchange"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/locales"
	"karvan/parties"
	"karvan/record"
)

// line is a correct line of JSON Lines, with a member replaced.
func line(n int, replace ...string) string {
	s := fmt.Sprintf(`{"id":%q,"kind":"sample","rev":1,"state":"published","source":"en","texts":{"en":{"provenance":"original","fields":{"title":"T"}}},"body":{"always":null},"created":"2026-01-01T00:00:00Z","updated":"2026-01-01T00:00:00Z"}`,
		id.Derive(node, "sample", fmt.Sprint(n)))
	return strings.NewReplacer(replace...).Replace(s)
}

func TestBadRowsAreReportedAndNeverEnter(t *testing.T) {
	catalogues, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	table := func(head, row string) string { return head + "\n" + row + "\n" }
	const head = "kind,source,texts/en/fields/title"
	for _, c := range []struct {
		name   string
		format exchange.Format
		file   string
		row    int64
		column string
		key    string
		value  string
	}{
		{"what is no JSON", exchange.JSONLines, line(1) + "\n{\"id\":", 2, "", "record.not-json", `{"id":`},
		{"a kind nobody knows", exchange.JSONLines, line(1, `"sample",`, `"spell",`), 1, "kind", "record.unknown-kind", "spell"},
		{"a text that is too long", exchange.JSONLines, line(1, `"T"`, `"`+strings.Repeat("x", 201)+`"`), 1, "texts/en/fields/title", "text.too-long", strings.Repeat("x", 80) + "…"},
		{"bidi controls in a text", exchange.JSONLines, line(1, `"T"`, `"a\u202Eb"`), 1, "texts/en/fields/title", "text.forbidden-characters", "ab"},
		{"a wrong number in the body", exchange.JSONLines, line(1, `"always"`, `"count":-2000,"always"`), 1, "body/count", "number.out-of-range", "-2000"},
		{"a path trick in a file's name", exchange.JSONLines, line(1, `"created"`, `"files":[{"name":"../../etc/passwd","media_type":"text/plain","size":1,"sha256":"`+strings.Repeat("0", 64)+`","tier":"public"}],"created"`), 1, "files/name", "file.bad-name", ""},
		{"a path trick in an id", exchange.JSONLines, line(1, node, "../"+node), 1, "id", "id.invalid", "../n.example/sample/"},
		{"bytes that are no UTF-8", exchange.JSONLines, line(1, `"T"`, "\"\xff\""), 1, "", "exchange.not-utf8", ""},
		{"a line that is too long", exchange.JSONLines, line(1, `"T"`, `"`+strings.Repeat("x", 3<<20)+`"`) + "\n" + line(2), 1, "", "exchange.row-too-long", ""},
		{"a later revision of a foreign line", exchange.JSONLines, line(1) + "\n" + line(1, `"rev":1`, `"rev":2,"prev":"00"`), 2, "prev", "record.foreign-line", "00"},
		{"a row without an owner", exchange.CSV, table(head, "sample,en,Title"), 2, "owner", "exchange.owner-needed", ""},
		{"a column nobody knows", exchange.CSV, table(head+",texts/en/title", "sample,en,Title,Wrong"), 2, "texts/en/title", "exchange.unknown-column", "Wrong"},
		{"a column that differs in case", exchange.CSV, table(head+",Owner", "sample,en,Title,x"), 2, "Owner", "exchange.unknown-column", "x"},
		{"more cells than columns", exchange.CSV, table(head, "sample,en,Title,more"), 2, "", "exchange.no-header", ""},
		{"a value under no header", exchange.CSV, table(head+",", "sample,en,Title,more"), 2, "", "exchange.no-header", ""},
		{"a word for a number", exchange.CSV, table(head+",body/count", "sample,en,Title,many"), 2, "body/count", "exchange.not-a-number", "many"},
		{"a word for yes or no", exchange.CSV, table(head+",body/yes", "sample,en,Title,maybe"), 2, "body/yes", "exchange.not-yes-or-no", "maybe"},
		{"no time", exchange.CSV, table(head+",valid_to", "sample,en,Title,soon"), 2, "valid_to", "exchange.not-a-time", "soon"},
		{"broken JSON in a cell", exchange.CSV, table(head+",body", "sample,en,Title,json:{"), 2, "body", "exchange.bad-json", "json:{"},
		{"a value and values below it", exchange.CSV, table(head+",body,body/count", "sample,en,Title,json:{},1"), 2, "body/count", "exchange.column-conflict", "1"},
		{"stray quotes", exchange.CSV, table(head, `sample,en,a"b`), 2, "", "exchange.bad-quotes", ""},
		{"a new record that is published already", exchange.CSV, table(head+",state,owner", "sample,en,Title,published,"+string(owner)), 2, "state", "exchange.drafts-only", "published"},
		{"a list place out of bounds", exchange.CSV, table(head+",links/99999999/rel", "sample,en,Title,x"), 2, "links/99999999/rel", "exchange.unknown-column", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := testkit.SQLite(t)
			rep := run(t, d, []byte(c.file), exchange.Options{Format: c.format})
			if rep.Bad != 1 || len(rep.BadRows) == 0 {
				t.Fatalf("%d bad rows of %d, want 1", rep.Bad, rep.Rows)
			}
			b := rep.BadRows[0]
			if b.Row != c.row || b.Column != c.column || b.Key != c.key || !strings.HasPrefix(b.Value, c.value) {
				t.Fatalf("%+v", b)
			}
			if n := count(t, d); int64(n) != rep.Added {
				t.Fatalf("%d records for %d added", n, rep.Added)
			}
			if strings.HasPrefix(b.Key, "exchange.") && !catalogues.Printer("en").Has(b.Key) {
				t.Fatalf("no message %s", b.Key)
			}
		})
	}
}

func TestFilesThatAreRefusedAsAWhole(t *testing.T) {
	for _, c := range []struct {
		name   string
		format exchange.Format
		file   []byte
		max    int64
		want   fault.Code
	}{
		{"a file larger than allowed", exchange.JSONLines, bytes.Repeat([]byte("\n"), 101), 100, fault.TooLarge},
		{"UTF-16", exchange.CSV, []byte("\xff\xfek\x00"), 0, fault.Unsupported},
		{"a table without a column for the kind", exchange.CSV, []byte("a,b\n1,2\n"), 0, fault.Invalid},
		{"an empty table", exchange.CSV, nil, 0, fault.Invalid},
		{"a column that stands there twice", exchange.CSV, []byte("kind,id,id\n"), 0, fault.Invalid},
		{"a quote that never ends", exchange.CSV, append([]byte("kind,source\n\""), bytes.Repeat([]byte("x"), exchange.MaxRow+1<<20)...), 0, fault.TooLarge},
		{"a list element that never ends", exchange.ROR, append([]byte("[\""), bytes.Repeat([]byte("x"), exchange.MaxRow+1<<20)...), 0, fault.TooLarge},
		{"a list that stops in the middle", exchange.ROR, []byte(`[{"id":"x"},`), 0, fault.Invalid},
		{"a workbook that is no archive", exchange.XLSX, []byte("PK\x03\x04nothing"), 0, fault.Invalid},
		{"a workbook that is a zip bomb", exchange.XLSX, archive(t, map[string]int{"xl/worksheets/sheet1.xml": 300 << 20}), 0, fault.TooLarge},
		{"a workbook with a huge part", exchange.XLSX, archive(t, map[string]int{"xl/styles.xml": 20 << 20}), 0, fault.TooLarge},
		{"a workbook with a path trick", exchange.XLSX, archive(t, map[string]int{"../../evil": 1}), 0, fault.Invalid},
		{"a workbook with a Windows path trick", exchange.XLSX, archive(t, map[string]int{`xl\..\..\evil`: 1}), 0, fault.Invalid},
		{"an unknown format", "docx", nil, 0, fault.Unsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := testkit.SQLite(t)
			_, err := importer(d).Run(context.Background(), bytes.NewReader(c.file), exchange.Options{Format: c.format, MaxBytes: c.max})
			if !fault.Is(err, c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if n := count(t, d); n != 0 {
				t.Fatalf("%d records entered", n)
			}
		})
	}
}

// archive is a zip file whose parts hold so many zero bytes.
func archive(t *testing.T, parts map[string]int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, size := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, int64(size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestADryRunWritesNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		file := []byte(line(1) + "\n" + line(2) + "\nbad\n")
		rep := run(t, d, file, exchange.Options{Format: exchange.JSONLines, DryRun: true})
		if rep.Rows != 3 || rep.Added != 2 || rep.Bad != 1 || count(t, d) != 0 {
			t.Fatalf("%+v, %d records", rep, count(t, d))
		}
		run(t, d, file, exchange.Options{Format: exchange.JSONLines})
		edited := []byte(line(1, `"T"`, `"Edited"`) + "\n" + line(2) + "\n" + line(2, `"rev":1`, `"rev":2`))
		rep = run(t, d, edited, exchange.Options{Format: exchange.JSONLines, DryRun: true})
		if rep.Changed != 1 || rep.Unchanged != 1 || rep.Bad != 1 {
			t.Fatalf("%+v", rep)
		}
	})
}

func TestAnEditedRowBecomesTheNextRevision(t *testing.T) {
	d := testkit.SQLite(t)
	run(t, d, []byte(line(1)), exchange.Options{Format: exchange.JSONLines})
	file := export(t, d, exchange.ExportOptions{Format: exchange.CSV, Heads: true})
	edited := bytes.Replace(file, []byte(",T"), []byte(",Edited title"), 1)
	rep := run(t, d, edited, exchange.Options{Format: exchange.CSV})
	if rep.Changed != 1 {
		t.Fatalf("%+v of %s", rep, edited)
	}
	out := export(t, d, exchange.ExportOptions{Format: exchange.JSONLines, Heads: true})
	if !bytes.Contains(out, []byte(`"title":"Edited title"`)) || !bytes.Contains(out, []byte(`"rev":2`)) {
		t.Fatalf("%s", out)
	}
}

func TestRowsThatAPersonWroteBecomeDraftsOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		file := []byte("\uFEFFkind;source;texts/en/fields/title;valid_to;body/yes;links/3/rel;links/3/to\r\n" +
			"sample;en;\" =1+1\u202E \";2027-01-01;TRUE;see;https://a.example\r\n;;;;;;\r\nsample;en;Second;;;;\r\n")
		opt := exchange.Options{Format: exchange.CSV, Owner: owner}
		if rep := run(t, d, file, opt); rep.Added != 2 || rep.Bad != 0 {
			t.Fatalf("%+v", rep)
		}
		if rep := run(t, d, file, opt); rep.Unchanged != 2 || rep.Bad != 0 {
			t.Fatalf("the second time: %+v", rep)
		}
		out := string(export(t, d, exchange.ExportOptions{Format: exchange.JSONLines}))
		for _, want := range []string{`"state":"draft"`, `"owner":"` + string(owner) + `"`, `"title":"=1+1"`, `"valid_to":"2027-01-01T00:00:00Z"`,
			`"yes":true`, `"links":[{"rel":"see","to":"https://a.example"}]`, `"provenance":"original"`} {
			if !strings.Contains(out, want) {
				t.Errorf("%s is not in %s", want, out)
			}
		}
	})
}

func TestNoCellOfAnExportBeginsLikeAFormula(t *testing.T) {
	d := testkit.SQLite(t)
	run(t, d, []byte(line(1, `"T"`, `"=HYPERLINK(\"https://evil.example\")"`)+"\n"+line(2, `"T"`, `"<b onclick=x>@SUM</b>"`)), exchange.Options{Format: exchange.JSONLines})
	table := string(export(t, d, exchange.ExportOptions{Format: exchange.CSV}))
	if !strings.Contains(table, `"'=HYPERLINK(""https`) || strings.Contains(table, `,"=`) || strings.Contains(table, ",=") {
		t.Fatalf("%s", table)
	}
	f, err := excelize.OpenReader(bytes.NewReader(export(t, d, exchange.ExportOptions{Format: exchange.XLSX})))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("cell %q", cell)
			}
		}
	}
}

func TestAFormulaInAWorkbookIsNotRun(t *testing.T) {
	f := excelize.NewFile()
	for cell, v := range map[string]string{"A1": "kind", "B1": "source", "C1": "texts/en/fields/title", "A2": "sample", "B2": "en"} {
		if err := f.SetCellStr("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "C2", `="a"&"b"`); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	d := testkit.SQLite(t)
	run(t, d, b.Bytes(), exchange.Options{Format: exchange.XLSX, Owner: owner})
	if out := export(t, d, exchange.ExportOptions{Format: exchange.JSONLines}); !bytes.Contains(out, []byte(`"kind":"sample"`)) || bytes.Contains(out, []byte("ab\"")) {
		t.Fatalf("%s", out)
	}
}

func TestAnImportGoesOnWhereItStopped(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		var file strings.Builder
		for i := range 500 {
			file.WriteString(line(i) + "\n")
		}
		ctx, stop := context.WithCancel(context.Background())
		var seen exchange.Progress
		_, err := importer(d).Run(ctx, strings.NewReader(file.String()), exchange.Options{Format: exchange.JSONLines, Batch: 50, Progress: func(p exchange.Progress) {
			if seen = p; p.Rows >= 150 {
				stop()
			}
		}})
		if err == nil || int64(count(t, d)) != seen.Rows || seen.Rows == 500 {
			t.Fatalf("stopped with %v after %d rows, %d records", err, seen.Rows, count(t, d))
		}
		rep := run(t, d, []byte(file.String()), exchange.Options{Format: exchange.JSONLines})
		if rep.Resumed != seen.Rows || rep.Added != 500-seen.Rows || rep.Bad != 0 || count(t, d) != 500 {
			t.Fatalf("%+v after %d rows, %d records", rep.Progress, seen.Rows, count(t, d))
		}
		if rep = run(t, d, []byte(file.String()), exchange.Options{Format: exchange.JSONLines, Restart: true}); rep.Unchanged != 500 {
			t.Fatalf("from the start: %+v", rep.Progress)
		}
	})
}

// TestTheSizeOfABatchChangesNothing imports a file in which rows come again, later
// revisions before earlier ones and edited, row by row and all at once.
func TestTheSizeOfABatchChangesNothing(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(randomFile(t, 11, 60))), "\n")
	rng := rand.New(rand.NewPCG(11, 1))
	for _, i := range rng.Perm(len(lines))[:len(lines)/2] {
		again := lines[i]
		switch rng.IntN(3) {
		case 0:
			again = strings.Replace(again, `"kind":"sample"`, `"kind":"sample","sample":true`, 1)
		case 1:
			again = strings.Replace(again, `"rev":1,`, `"rev":0,`, 1)
		}
		lines = slices.Insert(lines, rng.IntN(len(lines)), again)
	}
	file := []byte(strings.Join(lines, "\n"))
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		import_ := func(d *db.DB, batch int) (exchange.Report, []byte) {
			d.SetClock(func() time.Time { return start.AddDate(3, 0, 0) })
			rep := run(t, d, file, exchange.Options{Format: exchange.JSONLines, Batch: batch})
			rep.Rate, rep.Left = 0, 0
			return rep, export(t, d, exchange.ExportOptions{Format: exchange.JSONLines})
		}
		want, content := import_(testkit.SQLite(t), 1)
		if want.Added == 0 || want.Changed == 0 || want.Unchanged == 0 || want.Bad == 0 {
			t.Fatalf("the file tries too little: %+v", want.Progress)
		}
		got, same := import_(d, 1000)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		compare(t, same, content)
	})
}

func TestWhatCannotBeReadTwiceAndWhatIsPacked(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(line(1) + "\n\n" + line(2))); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	d := testkit.SQLite(t)
	rep, err := importer(d).Run(context.Background(), io.MultiReader(&packed), exchange.Options{Format: exchange.JSONLines})
	if err != nil || rep.Added != 2 || rep.Bytes == 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
}

func TestTheDatabaseRefusesAValueAndOnlyThatRowIsLeftOut(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		file := line(1) + "\n" + line(2, `"created"`, `"links":[{"rel":"a\u0000b","to":"x"}],"created"`) + "\n" + line(3)
		rep := run(t, d, []byte(file), exchange.Options{Format: exchange.JSONLines})
		if rep.Rows != 3 || rep.Added+rep.Bad != 3 || rep.Added < 2 || int64(count(t, d)) != rep.Added {
			t.Fatalf("%+v, %d records", rep, count(t, d))
		}
	})
}

func TestRORBecomesOrganisationsOnce(t *testing.T) {
	plain, err := os.ReadFile("testdata/ror.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	list := append([]byte(" ["), bytes.ReplaceAll(bytes.TrimSpace(plain), []byte("\n"), []byte(",\n"))...)
	list = append(list, ']')
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		opt := exchange.Options{Format: exchange.ROR}
		rep := run(t, d, plain, opt)
		if rep.Added != 2 || rep.Bad != 3 {
			t.Fatalf("%+v", rep)
		}
		o := organisation(t, d, "https://ror.org/0abcdef12")
		b := o.Body.(*parties.Organisation)
		if o.State != record.Published || o.Owner != o.ID || o.Party != id.Derive(node, "state", "KG") || o.Source != "en" {
			t.Errorf("%+v", o)
		}
		if len(b.Names) != 3 || b.Names[0].Short != "AIWT" || b.Names[1].Lang != "ky" || b.Names[2].Lang != "ru" ||
			b.Type != "research-institute" || b.Since != 1968 || b.Place != "Balykchy" || b.Website != "https://aiwt.example" || b.OtherIDs["wikidata"] != "Q0" {
			t.Errorf("%+v", b)
		}
		b = organisation(t, d, "https://ror.org/0abcdeg34").Body.(*parties.Organisation)
		if b.State != id.Derive(node, "state", "CN") || b.Website != "https://tua.example" || b.OtherIDs["grid"] != "grid.0.0" || b.Status != "inactive" || b.Type != "university" {
			t.Errorf("%+v", b)
		}
		if rep = run(t, d, list, opt); rep.Unchanged != 2 || rep.Bad != 3 {
			t.Fatalf("the same as a list: %+v", rep)
		}
		newer := bytes.Replace(plain, []byte("Balykchy"), []byte("Cholpon-Ata"), 1)
		if rep = run(t, d, newer, opt); rep.Changed != 1 || rep.Unchanged != 1 {
			t.Fatalf("a newer dump: %+v", rep)
		}
		if o = organisation(t, d, "https://ror.org/0abcdef12"); o.Rev != 2 || len(o.Notes) != 1 {
			t.Fatalf("revision %d with %d notes", o.Rev, len(o.Notes))
		}
	})
}

func organisation(t *testing.T, d *db.DB, ror string) (o *record.Record) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		o, err = newBook().Public(context.Background(), tx, id.Derive(node, "organisation", ror))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheRealRegisterIsReadWhole(t *testing.T) {
	dir := os.Getenv("KARVAN_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, "organisations", "ror_sco_region.jsonl.gz"))
	if err != nil {
		t.Skip("the register of organisations is not there; it is optional: put it under KARVAN_DATA")
	}
	defer f.Close()
	rep, err := importer(testkit.SQLite(t)).Run(context.Background(), f, exchange.Options{Format: exchange.ROR})
	if err != nil || rep.Bad*1000 > rep.Rows || rep.Added+rep.Bad != rep.Rows {
		t.Fatalf("%+v, %v", rep.Progress, err)
	}
	t.Logf("%d organisations, %d bad, %.0f a second", rep.Added, rep.Bad, rep.Rate)
}

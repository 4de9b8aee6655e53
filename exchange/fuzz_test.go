package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"karvan/internal/id"
	"karvan/parties"
	"karvan/record"
)

const fuzzLine = `{"id":"n.example/organisation/01ARZ3NDEKTSV4RRFFQ69G5FAV","kind":"organisation","rev":1,"state":"draft","source":"en","texts":{"en":{"provenance":"original","fields":{"about":"A"}}},` +
	`"body":{"names":[{"lang":"en","name":"N"}],"type":"ngo","since":1990,"other_ids":{"x/y":"=1"},"z":[1e3,null,{}]},"created":"2026-01-01T00:00:00Z","updated":"2026-01-01T00:00:00Z"}`

// fuzz reads whatever comes, without a database, which would be slower than all
// the rest. Nothing may panic; what is accepted must survive being taken apart
// into the cells of CSV and XLSX and put together again.
func fuzz(f *testing.F, format Format) {
	book := record.NewBook("n.example", parties.Kinds()...)
	owner := id.Derive("n.example", "organisation", "a")
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			t.Skip("longer inputs only cost time")
		}
		s, err := openSource(context.Background(), bytes.NewReader(data), 1<<16)
		if err != nil {
			t.Fatal(err)
		}
		r, c, err := openRows(s, format)
		if err != nil {
			return
		}
		defer r.close()
		p := &preparer{book: book, columns: c, opt: Options{Format: format, Owner: owner}, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		for range 200 {
			it, err := r.next()
			if err != nil {
				return
			}
			ch := p.prepare(it)
			if (ch.bad == nil) == (ch.in.Record == nil) {
				t.Fatalf("neither good nor bad: %+v", ch)
			}
			if ch.bad == nil {
				roundTrip(t, book, ch.in)
			}
		}
	})
}

func roundTrip(t *testing.T, book *record.Book, in record.Incoming) {
	t.Helper()
	kind := book.Kind(in.Record.Kind)
	var heads, cells []string
	err := take(kind, in.Canonical, func(path, cell string) error {
		for i, part := range split(cell) {
			heads, cells = append(heads, column{path, i}.header()), append(cells, protect(part))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range cells {
		if cells[i] == "" || strings.ContainsAny(cells[i][:1], "=+-@\t\r") || strings.ContainsAny(cells[i], "\r\x00") {
			t.Fatalf("cell %q", cells[i])
		}
	}
	c, err := readHeader(heads)
	if err != nil {
		t.Fatalf("%v in %q", err, heads)
	}
	data, _, err := c.build(book, cells)
	if err != nil {
		for _, p := range c.plan(kind) {
			if p.err != nil {
				return // a member that differs from a known one by case only is refused
			}
		}
		t.Fatalf("%v in %q", err, cells)
	}
	back, err := book.Receive(data)
	if err != nil || !bytes.Equal(back.Canonical, in.Canonical) {
		t.Fatalf("%v\n%s\n%s", err, in.Canonical, back.Canonical)
	}
}

func FuzzJSONLines(f *testing.F) {
	f.Add([]byte(fuzzLine))
	f.Add([]byte(strings.Replace(fuzzLine, `"created"`, `"x":{"a":["\u202e\u0000"]},"created"`, 1)))
	f.Add([]byte("{}\n[]\nnull\n\n\x00"))
	fuzz(f, JSONLines)
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("kind,source,texts/en/fields/about,body/type\norganisation,en,About,ngo\n"))
	f.Add([]byte("kind;source;body/names/3/lang;body/names/3/name;body/since;x\r\norganisation;en;en;'=1;7;json:{}\r\n"))
	f.Add([]byte("\uFEFFkind,id,~0~1,\"json:\"\"\"\"\"\norganisation,,\"a\nb\",'\n"))
	fuzz(f, CSV)
}

func FuzzXLSX(f *testing.F) {
	book := excelize.NewFile()
	for cell, v := range map[string]string{"A1": "kind", "B1": "source", "C1": "body/type", "A2": "organisation", "B2": "en", "C2": "ngo"} {
		if err := book.SetCellStr("Sheet1", cell, v); err != nil {
			f.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	fuzz(f, XLSX)
}

func FuzzROR(f *testing.F) {
	plain, err := os.ReadFile("testdata/ror.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add([]byte(`[{"id":"https://ror.org/0abcdef12","names":[{"value":"a","types":["label"]}]}]`))
	f.Add([]byte("  [1,"))
	fuzz(f, ROR)
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "a", "=1", "'", "json:x", " _x0041_ ", "\u202e\U000E0041", "\\_x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		var whole string
		for _, part := range split(textCell(s)) {
			whole += unprotect(protect(part))
		}
		got, err := value(whole, text)
		want, wantErr := value(mark+literal([]byte(quote(t, s)))[len(mark):], text)
		if err != nil || wantErr != nil || decode(t, got) != s || decode(t, want) != s {
			t.Fatalf("%q became %s, %v; %s, %v", s, got, err, want, wantErr)
		}
	})
}

func quote(t *testing.T, s string) string {
	t.Helper()
	plain, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func decode(t *testing.T, raw json.RawMessage) (s string) {
	t.Helper()
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

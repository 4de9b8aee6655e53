package formats_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"karvan/internal/fault"
	"karvan/lexicon"
	"karvan/lexicon/formats"
)

// read gives all entries of a text.
func read(f formats.Format, text string) ([]lexicon.Entry, formats.Report, error) {
	var all []lexicon.Entry
	report, err := formats.Read(context.Background(), strings.NewReader(text), f, nil, func(e lexicon.Entry) error {
		all = append(all, e)
		return nil
	})
	return all, report, err
}

// write puts entries down one a line, as the cases want them:
//
//	id: en cat, ru кот; < broader; ~ related; = exact
func write(all []lexicon.Entry) string {
	var b strings.Builder
	for _, e := range all {
		var labels []string
		for _, l := range e.Labels {
			labels = append(labels, l.Lang+" "+l.Text)
		}
		fmt.Fprintf(&b, "%s: %s", e.ID, strings.Join(labels, ", "))
		for i, links := range [][]string{e.Broader, e.Related, e.Exact} {
			if links != nil {
				fmt.Fprintf(&b, "; %c %s", "<~="[i], strings.Join(links, " "))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// problems writes the problems of a report as "line key".
func problems(r formats.Report) []string {
	var all []string
	for _, p := range r.Problems {
		all = append(all, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "lexicon.")))
	}
	return all
}

type sample struct {
	name     string
	text     string
	want     string   // entries, as write has them
	problems []string // what was left out
	err      string   // key of the fault, with its line if it has one
}

func check(t *testing.T, f formats.Format, cases []sample) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			all, report, err := read(f, c.text)
			if d := cmp.Diff(c.want, write(all)); d != "" {
				t.Errorf("entries (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.problems, problems(report)); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
			if got := keyOf(err); got != c.err {
				t.Errorf("fault %q, want %q: %v", got, c.err, err)
			}
			if report.Entries != len(all) || report.Skipped < len(report.Problems) {
				t.Errorf("report %+v", report)
			}
		})
	}
}

// keyOf writes a fault as "key" or "key line".
func keyOf(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	key := strings.TrimPrefix(f.Key, "lexicon.")
	for i := 0; i+1 < len(f.Args); i += 2 {
		if f.Args[i] == "line" {
			key += fmt.Sprint(" ", f.Args[i+1])
		}
	}
	return key
}

func TestDetect(t *testing.T) {
	const rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	for _, c := range []struct {
		name, file, head string
		want             formats.Format
	}{
		{"an identifier and languages", "a.tsv", "pwn30\ten\tzh\n", formats.Words},
		{"an identifier, a remark and languages", "a.tsv.gz", "id\tconcept\ten\tzh\n", formats.Words},
		{"an identifier that is also a language", "a.tsv", "id\ten\n", formats.Words},
		{"two languages", "a.tsv", "en\tru\n", formats.Pairs},
		{"two languages with parts of speech", "a.txt", "en\tru\tpos\tgloss\n", formats.Pairs},
		{"many languages and no identifier", "a.tsv", "en\tru\tzh\n", formats.Words},
		{"no language", "a.tsv", "name\tcount\n", ""},
		{"terms", "a.csv", "id,sourceLang,targetLang,sourceString,targetString\n", formats.CSV},
		{"languages between semicolons", "a.CSV", "id;en;ru\r\n", formats.CSV},
		{"a table of something else", "a.csv", "name,count\n", ""},
		{"Turtle by name", "a.ttl", "# remark\n", formats.Turtle},
		{"Turtle by content", "", "\n# remark\n@prefix a: <b> .\n", formats.Turtle},
		{"Turtle in the manner of SPARQL", "a.rdf", "PREFIX a: <b>\n", formats.Turtle},
		{"N-Triples by name", "a.nt.gz", "<a:b> <c:d> <e:f> .\n", formats.NTriples},
		{"N-Triples by content", "a", "<http://a/b> <" + rdf + "type> <http://e/f> .\n", formats.NTriples},
		{"RDF/XML", "a.rdf", `<?xml version="1.0"?><!-- <tbx> --><rdf:RDF xmlns:rdf="` + rdf + `">`, formats.RDFXML},
		{"RDF/XML with a DOCTYPE", "a.xml", `<!DOCTYPE rdf:RDF [<!ENTITY a "b">]><rdf:RDF>`, formats.RDFXML},
		{"RDF/XML of one node", "a.xml", `<skos:Concept xmlns:rdf="` + rdf + `">`, formats.RDFXML},
		{"other XML", "a.xml", `<html>`, ""},
		{"TBX of 2008", "a.xml", `<?xml version="1.0"?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><martif type="TBX">`, formats.TBX},
		{"TBX of 2019", "a.tbx", `<tbx style="dca">`, formats.TBX},
		{"JSON-LD", "a.json", `{"@context": {}}`, formats.JSONLD},
		{"JSON-LD by name", "a.jsonld", `[]`, formats.JSONLD},
		{"a tree of concepts", "a.json", `{"c_1": {"label": "x"}}`, formats.Tree},
		{"other JSON", "a.json", `{"c_1": {"name": "x"}}`, ""},
		{"UTF-16", "a.txt", "\xFF\xFEe\x00n\x00\t\x00r\x00u\x00\n\x00", formats.Pairs},
		{"nothing", "a.ttl", " \n", ""},
		{"a picture", "a.png", "\x89PNG\r\n\x1a\n\x00\x00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			long := packed(t, c.head+strings.Repeat("x", 1<<17))
			for _, head := range []string{c.head, packed(t, c.head), long[:len(long)-20]} {
				got, err := formats.Detect(c.file, []byte(head))
				if got != c.want || (err == nil) != (c.want != "") || err != nil && !fault.Is(err, fault.Unsupported) {
					t.Errorf("%q, %v; want %q", got, err, c.want)
				}
				if len(c.head) < 20 {
					break // a file of so few bytes is not cut
				}
			}
		})
	}
}

// packed gives a text as gzip.
func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadUnpacksAndDecodes(t *testing.T) {
	const plain = "id\ten\tru\n1\tcat\tкот\n"
	const want = "1: en cat, ru кот\n"
	utf16 := "\xFE\xFF"
	for _, r := range plain {
		utf16 += string([]byte{byte(r >> 8), byte(r)})
	}
	for _, c := range []sample{
		{name: "plain", text: plain, want: want},
		{name: "gzip", text: packed(t, plain), want: want},
		{name: "two gzip files in one", text: packed(t, plain[:10]) + packed(t, plain[10:]), want: want},
		{name: "a byte order mark", text: "\uFEFF" + plain, want: want},
		{name: "a byte order mark in gzip", text: packed(t, "\uFEFF"+plain), want: want},
		{name: "UTF-16", text: utf16, want: want},
		{name: "a cut gzip file", text: packed(t, plain)[:20], err: "broken-archive"},
		{name: "something that begins like gzip", text: "\x1F\x8B is no gzip", err: "broken-archive"},
		{name: "nothing", text: "", err: "no-entries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, _, err := read(formats.Words, c.text)
			if write(all) != c.want || keyOf(err) != c.err {
				t.Errorf("%q, %v; want %q, %q", write(all), err, c.want, c.err)
			}
		})
	}
}

func TestABombIsNotUnpacked(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	line := []byte("1\t" + strings.Repeat("a", 1<<16) + "\n")
	if _, err := io.WriteString(z, "id\ten\n"); err != nil {
		t.Fatal(err)
	}
	for range 400 {
		if _, err := z.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, f := range formats.Formats {
		_, err := formats.Read(context.Background(), bytes.NewReader(b.Bytes()), f, nil, func(lexicon.Entry) error { return nil })
		if err == nil {
			t.Errorf("%s: a bomb was read", f)
		}
		if f == formats.Words && keyOf(err) != "packed-too-tightly" {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestReadStops(t *testing.T) {
	const text = "id\ten\n1\tcat\n2\tdog\n"
	broken := errors.New("the disk is full")
	report, err := formats.Read(context.Background(), strings.NewReader(text), formats.Words, nil, func(lexicon.Entry) error { return broken })
	if !errors.Is(err, broken) || report.Entries != 1 {
		t.Errorf("emit's error: %+v, %v", report, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := formats.Read(ctx, strings.NewReader(text), formats.Words, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	in := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
	if _, err := formats.Read(context.Background(), in, formats.Words, nil, func(lexicon.Entry) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("a broken disk: %v", err)
	}
	if _, err := formats.Read(context.Background(), strings.NewReader(text), "pdf", nil, nil); !fault.Is(err, fault.Unsupported) {
		t.Errorf("unknown format: %v", err)
	}
}

func TestProgressIsTold(t *testing.T) {
	var b strings.Builder
	b.WriteString("id\ten\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "%d\tword %d\n", i, i)
	}
	var seen []int
	_, err := formats.Read(context.Background(), strings.NewReader(b.String()), formats.Words, func(n int) { seen = append(seen, n) }, func(lexicon.Entry) error { return nil })
	if d := cmp.Diff([]int{1024, 2048, 3000}, seen); d != "" || err != nil {
		t.Error(d, err)
	}
}

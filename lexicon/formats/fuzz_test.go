package formats_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/lexicon"
	"karvan/lexicon/formats"
)

// fuzz reads whatever comes. Nothing may panic, every error must be one that
// people can be told, and every entry must keep to its bounds.
func fuzz(f *testing.F, format formats.Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			t.Skip("longer inputs only cost time")
		}
		stop := errors.New("enough")
		entries, labels := 0, 0
		report, err := formats.Read(context.Background(), bytes.NewReader(data), format, nil, func(e lexicon.Entry) error {
			if e.ID == "" || len(e.ID) > formats.MaxID || !utf8.ValidString(e.ID) || len(e.Labels) == 0 || len(e.Labels) > formats.MaxLabels {
				t.Fatalf("entry %+v", e)
			}
			for _, l := range e.Labels {
				if l.Text == "" || len(l.Text) > formats.MaxLabel || !utf8.ValidString(l.Text) || l.Lang == "" {
					t.Fatalf("label %+v", l)
				}
			}
			entries, labels = entries+1, labels+len(e.Labels)
			if entries == 5000 {
				return stop
			}
			return nil
		})
		if err != nil && !errors.Is(err, stop) && (fault.Of(err).Code == fault.Internal || fault.Of(err).Key == "") {
			t.Fatalf("no fault: %v", err)
		}
		if report.Entries != entries || report.Labels != labels || report.Skipped < len(report.Problems) {
			t.Fatalf("%+v after %d entries", report, entries)
		}
	})
}

func FuzzWords(f *testing.F) {
	fuzz(f, formats.Words, "id\tconcept\ten\tzh\tru\n1\tx\tcat | tom\t可以+的\tко\u0301т\n\n2\t\t\t\t\n", "id\ten\n1", "\xFF\xFEi\x00d\x00", "\x1F\x8B\x08")
}

func FuzzPairs(f *testing.F) {
	fuzz(f, formats.Pairs, "en\tru\tpos\tgloss\nback\tназад /nazád/\tadv\t\nback\t/x\tadv\t\n", "en\tru\n\t\na\n")
}

func FuzzCSV(f *testing.F) {
	fuzz(f, formats.CSV, "id,sourceLang,targetLang,sourceString,targetString\n1,en,be_BY,\"a, b\",б\n", "id;en\n1;\"x\"\"\n", "en\tru\na\t\"b\n")
}

func FuzzTurtle(f *testing.F) {
	fuzz(f, formats.Turtle, prefixes+`:a a skos:Concept ; skos:prefLabel "cat"@en , '''к'''@ru , "\u0041" ; skos:broader [ :p ( 1 -2.5e1 true ) ] .`,
		"PREFIX a: <b:>\nBASE <http://x/y>\n_:a.b a:c\\, <#d> .", "@prefix", `<a> <b> "`)
}

func FuzzNTriples(f *testing.F) {
	fuzz(f, formats.NTriples, "<http://v/a> "+ntType+"<http://v/a> "+ntLabel+"\"c\\u0061t\"@en <http://g> .\n_:a <b> _:c .\n", "<a> <b")
}

func FuzzRDFXML(f *testing.F) {
	fuzz(f, formats.RDFXML, rdfHead+`<skos:Concept rdf:about="a" skos:altLabel="b"><skos:prefLabel>cat</skos:prefLabel><skos:broader><skos:Concept rdf:ID="b"/></skos:broader>
<xl:prefLabel rdf:parseType="Resource"><xl:literalForm>&skos;</xl:literalForm></xl:prefLabel></skos:Concept></rdf:RDF>`, "<a", "<!DOCTYPE a [")
}

func FuzzJSONLD(f *testing.F) {
	fuzz(f, formats.JSONLD, `{"@context":{"s":"http://www.w3.org/2004/02/skos/core#","id":"@id","l":{"@id":"s:prefLabel","@container":"@language"},"d":{"@reverse":"s:broader","@type":"@id"}},
"@graph":[{"id":"http://v/a","@type":"s:Concept","l":{"en":["cat"]},"d":"http://v/b"}]}`, `[{"@id":"a","@graph":[{"@value":1}]}]`, `{"@context":["x",null,{}]}`)
}

func FuzzTree(f *testing.F) {
	fuzz(f, formats.Tree, `{"c_1": {"label": "plants"}, "c_2": {"children": [], "label": {"en": "wheat", "ru": "пшеница"}, "parents": ["c_1"]}}`,
		`{"a":{"label":1}}`, `{"a":[]}`, `{"a":{"label":"b"}}}`, `{"a":{"label":"b","parents":{}}`)
}

func FuzzTBX(f *testing.F) {
	fuzz(f, formats.TBX, `<martif xml:lang="en"><termEntry id="c"><langSet xml:lang="ru"><tig><term>к<hi>о</hi></term><termNote type="administrativeStatus">x</termNote></tig></langSet><ref type="crossReference" target="d"/></termEntry></martif>`,
		`<tbx><conceptEntry><langSec><termSec><term>`)
}

func FuzzDetect(f *testing.F) {
	f.Add("a.tsv", []byte("id\ten\n"))
	f.Add("a.rdf", []byte("<?xml?><rdf:RDF>"))
	f.Add("", []byte("\x1F\x8B\x08\x00"))
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		got, err := formats.Detect(name, head)
		if (got == "") != fault.Is(err, fault.Unsupported) {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

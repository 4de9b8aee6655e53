package formats_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"karvan/lexicon"
	"karvan/lexicon/formats"
)

// thesaurus writes a thesaurus of n concepts in a format.
func thesaurus(f formats.Format, n int) string {
	row := map[formats.Format]string{
		formats.Words:    "%d\tword %[1]d | other %[1]d\tслово %[1]d\t词%[1]d\n",
		formats.Pairs:    "word %d\tслово /slóvo/\tn\tmeaning %[1]d\n",
		formats.CSV:      "%d,\"word, %[1]d\",слово %[1]d\n",
		formats.Turtle:   ":c%d a skos:Concept ;\n\tskos:prefLabel \"word %[1]d\"@en , \"слово %[1]d\"@ru ;\n\tskos:scopeNote \"what it means\"@en ;\n\tskos:broader :c1 .\n\n",
		formats.NTriples: "<http://v/c%d> " + ntType + "<http://v/c%[1]d> " + ntLabel + "\"word %[1]d\"@en .\n",
		formats.RDFXML:   `<skos:Concept rdf:about="c%d"><skos:prefLabel>word %[1]d</skos:prefLabel><skos:prefLabel xml:lang="ru">слово %[1]d</skos:prefLabel><skos:broader rdf:resource="c1"/></skos:Concept>` + "\n",
		formats.JSONLD:   `{"@id":"http://v/c%d","@type":"Concept","prefLabel":[{"@value":"word %[1]d","@language":"en"},{"@value":"слово %[1]d","@language":"ru"}],"broader":{"@id":"http://v/c1"}},` + "\n",
		formats.Tree:     `"c%d":{"children":[],"label":{"en":"word %[1]d","ru":"слово %[1]d"},"parents":["c1"]},` + "\n",
		formats.TBX:      `<termEntry id="c%d"><langSet xml:lang="en"><tig><term>word %[1]d</term></tig></langSet><langSet xml:lang="ru"><tig><term>слово %[1]d</term></tig></langSet></termEntry>` + "\n",
	}[f]
	ends := map[formats.Format][2]string{
		formats.Words:  {"id\ten\tru\tzh\n", ""},
		formats.Pairs:  {"en\tru\tpos\tgloss\n", ""},
		formats.CSV:    {"id,en,ru\n", ""},
		formats.Turtle: {prefixes, ""},
		formats.RDFXML: {rdfHead, "</rdf:RDF>"},
		formats.JSONLD: {`{"@context":{"@vocab":"http://www.w3.org/2004/02/skos/core#"},"@graph":[`, "{}]}"},
		formats.Tree:   {"{\n", `"last":{"label":"end"}}`},
		formats.TBX:    {`<martif xml:lang="en"><text><body>`, "</body></text></martif>"},
	}[f]
	var b strings.Builder
	b.WriteString(ends[0])
	for i := range n {
		fmt.Fprintf(&b, row, i)
	}
	b.WriteString(ends[1])
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	for _, f := range formats.Formats {
		text := []byte(thesaurus(f, 20_000))
		b.Run(string(f), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				report, err := formats.Read(context.Background(), bytes.NewReader(text), f, nil, func(lexicon.Entry) error { return nil })
				if err != nil || report.Entries < 20_000 {
					b.Fatalf("%+v, %v", report, err)
				}
			}
		})
	}
}

func TestEveryFormatIsDetectedAndReadWhole(t *testing.T) {
	name := map[formats.Format]string{formats.Words: "a.tsv", formats.Pairs: "a.tsv", formats.CSV: "a.csv"} // the others by content
	for _, f := range formats.Formats {
		text := thesaurus(f, 5000)
		got, err := formats.Detect(name[f], []byte(text[:4000]))
		if got != f || err != nil {
			t.Errorf("%s: detected as %q, %v", f, got, err)
		}
		_, report, err := read(f, text)
		if f == formats.Tree {
			report.Entries-- // the one that ends the file
		}
		if err != nil || report.Entries != 5000 || report.Skipped != 0 {
			t.Errorf("%s: %+v, %v", f, report, err)
		}
	}
}

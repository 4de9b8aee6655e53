package lexicon

import (
	"bufio"
	"io"
	"strings"
)

// CoreAddress is what the addresses of the concepts of the core vocabulary begin
// with, unless a node says otherwise.
const CoreAddress = "urn:karvan:concept:"

// WriteSKOS writes the core vocabulary as a concept scheme in Turtle (W3C SKOS
// Reference, 2009); base is what the addresses of its concepts begin with.
func WriteSKOS(w io.Writer, base string) error {
	b := bufio.NewWriter(w)
	address := func(id string) string { return "<" + iri.Replace(base) + id + ">" }
	line := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p) // bufio keeps the first error for Flush
		}
		b.WriteByte('\n')
	}
	line("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .")
	line("@prefix dct: <http://purl.org/dc/terms/> .")
	line()
	line(address("scheme"), " a skos:ConceptScheme ;")
	line(`  skos:prefLabel "Karvan core vocabulary"@en ;`)
	line("  dct:license <https://creativecommons.org/publicdomain/zero/1.0/> .")
	for _, e := range Core() {
		line()
		line(address(e.ID), " a skos:Concept ; skos:inScheme ", address("scheme"))
		if e.Field != "" {
			line("  ; skos:notation ", literal("FORD "+e.Field))
		}
		seen := map[string]bool{}
		for _, l := range e.Labels {
			property := "skos:altLabel"
			if !seen[l.Lang] && l.Lang != AnyLanguage {
				property = "skos:prefLabel"
			}
			seen[l.Lang] = true
			line("  ; ", property, " ", literal(l.Text), "@", l.Lang)
		}
		for _, id := range e.Broader {
			line("  ; skos:broader ", address(id))
		}
		for _, id := range e.Related {
			line("  ; skos:related ", address(id))
		}
		line("  .")
	}
	return b.Flush()
}

var (
	iri    = strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22", " ", "%20", "\\", "%5C", "\n", "%0A", "\r", "%0D", "^", "%5E", "`", "%60", "{", "%7B", "|", "%7C", "}", "%7D")
	quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
)

func literal(s string) string { return `"` + quoted.Replace(s) + `"` }

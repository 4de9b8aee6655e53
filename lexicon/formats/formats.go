package formats

import (
	"context"
	"io"

	"karvan/internal/fault"
	"karvan/lexicon"
)

// Format is a form in which vocabulary is published.
type Format string

// The formats.
const (
	Words    Format = "words"    // TSV: an identifier, then a column a language
	Pairs    Format = "pairs"    // TSV: a word, its translation, part of speech, gloss
	CSV      Format = "csv"      // RFC 4180 with the columns of either, or of terms with their languages in the row
	Turtle   Format = "turtle"   // SKOS in RDF 1.1 Turtle
	NTriples Format = "ntriples" // SKOS in RDF 1.1 N-Triples or N-Quads
	RDFXML   Format = "rdfxml"   // SKOS in RDF 1.1 XML
	JSONLD   Format = "jsonld"   // SKOS in JSON-LD 1.1 with its context inside
	Tree     Format = "tree"     // JSON: concepts by identifier, with label and parents
	TBX      Format = "tbx"      // TermBase eXchange, ISO 30042:2008 and 2019
)

// Formats lists the formats.
var Formats = []Format{Words, Pairs, CSV, Turtle, NTriples, RDFXML, JSONLD, Tree, TBX}

// title is how people call a format.
func (f Format) title() string {
	switch f {
	case Words, Pairs:
		return "TSV"
	case CSV:
		return "CSV"
	case Turtle:
		return "Turtle"
	case NTriples:
		return "N-Triples"
	case RDFXML:
		return "RDF/XML"
	case JSONLD:
		return "JSON-LD"
	case Tree:
		return "JSON"
	}
	return "TBX"
}

// Bounds on what is read.
const (
	MaxUnpacked = 4 << 30   // bytes of a file when unpacked
	MaxLine     = 1 << 20   // bytes of a line, a record of CSV, a literal, a piece of XML
	MaxObject   = 4 << 20   // bytes of a JSON object in a list
	MaxEntries  = 5_000_000 // of a file
	MaxLabels   = 500       // of an entry
	MaxLabel    = 500       // bytes
	MaxID       = 2048      // bytes of an identifier
	MaxColumns  = 1000      // of a table
	MaxDepth    = 100       // of what is nested
	MaxProblems = 50        // kept in a report; all are counted
)

// bounds are those that tests make smaller.
type bounds struct {
	unpacked int64
	entries  int
	graph    int64 // bytes of memory that what is kept of a graph may take, as estimated
	late     int   // bytes of JSON-LD that may come before its context
}

var usual = bounds{unpacked: MaxUnpacked, entries: MaxEntries, graph: 1 << 30, late: 64 << 20}

// Read reads the vocabulary in r, which may be compressed with gzip, and calls
// emit with every entry; the entry is emit's to keep. Tables and TBX are read as
// they come; of a graph all that matters is gathered first. It calls progress now
// and then with the number of entries so far. It ends with emit's error if there
// is one.
//
// The report is good also after an error: it then tells how far reading came.
func Read(ctx context.Context, r io.Reader, f Format, progress func(entries int), emit func(lexicon.Entry) error) (report Report, err error) {
	return read(ctx, r, f, progress, emit, usual)
}

func read(ctx context.Context, r io.Reader, f Format, progress func(int), emit func(lexicon.Entry) error, b bounds) (report Report, err error) {
	defer fault.Wrap(&err, "formats.Read(%s)", f)

	in, err := open(&steady{ctx, r}, b.unpacked)
	if err != nil {
		return report, err
	}
	s := newSink(ctx, b, progress, emit)
	switch f {
	case Words, Pairs, CSV:
		err = readTable(in, f, s)
	case Turtle:
		err = readGraph(s, func(g *graph) error { return readTurtle(in, g) })
	case NTriples:
		err = readGraph(s, func(g *graph) error { return readNTriples(in, g) })
	case RDFXML:
		err = readGraph(s, func(g *graph) error { return readRDFXML(in, g) })
	case JSONLD:
		err = readGraph(s, func(g *graph) error { return readJSONLD(in, g) })
	case Tree:
		err = readTree(in, s)
	case TBX:
		err = readTBX(in, s)
	default:
		return report, fault.New(fault.Unsupported, "lexicon.unknown-format")
	}
	if err == nil {
		err = s.finish()
	}
	return s.result(), err
}

// steady is a reader that ends with its context.
type steady struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (s *steady) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

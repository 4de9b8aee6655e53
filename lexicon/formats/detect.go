package formats

import (
	"bufio"
	"bytes"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"karvan/internal/fault"
)

// headSize is how much of a file Detect looks at.
const headSize = 1 << 16

var (
	// xmlStart tells XML from N-Triples, which may begin with an address.
	xmlStart = regexp.MustCompile(`^<(?:\?xml|!|[\w.-]+(?::[\w.-]+)?(?:\s|/?>))`)
	// root finds the first element of an XML document.
	root = regexp.MustCompile(`<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)`)
	// remark finds what may stand before it.
	remark = regexp.MustCompile(`(?s)<!--.*?-->|<\?.*?\?>`)
	// treeStart is how a tree of concepts begins: with the members of its first one.
	treeStart = regexp.MustCompile(`^\{\s*"[^"]+"\s*:\s*\{[^{}]*"label"\s*:`)
	// triple finds a whole statement of N-Triples on a line.
	triple = regexp.MustCompile(`^(?:<[^<>"]*>|_:\S+)\s+<[^<>"]*>\s+(?:<[^<>"]*>|_:\S+|".*)\s*\.\s*(?:#.*)?$`)
)

// Detect names the format of a file by its name and its first bytes, which may be
// compressed with gzip. It fails with [fault.Unsupported] when it is none of
// ours.
func Detect(name string, head []byte) (Format, error) {
	text := headOf(head)
	ext := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")))
	trimmed := bytes.TrimSpace(text)
	var f Format
	switch {
	case len(trimmed) == 0:
	case ext == ".nt" || ext == ".nq" || ext == ".ntriples" || ext == ".nquads":
		f = NTriples
	case ext == ".ttl" || ext == ".turtle" || ext == ".n3":
		f = Turtle
	case ext == ".jsonld":
		f = JSONLD
	case ext == ".tsv" || ext == ".tab" || ext == ".txt" || ext == ".csv":
		f = tableFormat(ext, trimmed)
	case trimmed[0] == '{' || trimmed[0] == '[' && ext != "" && strings.Contains(ext, "json"):
		f = jsonFormat(trimmed)
	case ext == ".tbx":
		f = TBX
	default:
		f = contentFormat(trimmed)
	}
	if f == "" {
		return "", fault.New(fault.Unsupported, "lexicon.unknown-format")
	}
	return f, nil
}

// headOf unpacks the beginning of a file, as far as it goes.
func headOf(head []byte) []byte {
	in, err := Open(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	text := make([]byte, headSize)
	n, _ := io.ReadFull(in, text) // the end is missing, which is no fault here
	return text[:n]
}

// tableFormat tells the tables apart by the line of column names.
func tableFormat(ext string, text []byte) Format {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	if ext == ".csv" || ext == ".txt" && !bytes.Contains(line, []byte{'\t'}) {
		q, err := newQuoted(bufio.NewReader(bytes.NewReader(line)))
		if err != nil {
			return ""
		}
		if r, err := q.next(); err == nil && r.bad == nil {
			if _, err := newTable(r.cells, CSV, &sink{}); err == nil {
				return CSV
			}
		}
		return ""
	}
	head := strings.Split(strings.ToLower(string(bytes.TrimSpace(line))), "\t")
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	switch {
	case isTerms(head):
		return CSV
	case isPairs(head):
		return Pairs
	case isWords(head):
		return Words
	}
	return ""
}

// jsonFormat tells JSON-LD and trees of concepts from other JSON.
func jsonFormat(text []byte) Format {
	for _, mark := range []string{`"@context"`, `"@graph"`, `"@id"`} {
		if bytes.Contains(text, []byte(mark)) {
			return JSONLD
		}
	}
	if treeStart.Match(text) {
		return Tree
	}
	return ""
}

// contentFormat goes by the content alone.
func contentFormat(text []byte) Format {
	if xmlStart.Match(text) {
		if f := xmlFormat(text); f != "" {
			return f
		}
	}
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		low := bytes.ToLower(line[:min(len(line), 8)])
		switch {
		case triple.Match(line):
			return NTriples
		case bytes.HasPrefix(low, []byte("@prefix")), bytes.HasPrefix(low, []byte("@base")), bytes.HasPrefix(low, []byte("prefix ")), bytes.HasPrefix(low, []byte("base <")):
			return Turtle
		case line[0] == '{', line[0] == '[':
			return jsonFormat(text)
		}
		return tableFormat(".txt", text)
	}
	return ""
}

func xmlFormat(text []byte) Format {
	text = remark.ReplaceAll(text, nil)
	m := root.FindSubmatch(text)
	if m == nil {
		return ""
	}
	switch name := string(m[1]); {
	case name == "RDF":
		return RDFXML
	case name == "martif" || name == "tbx":
		return TBX
	}
	if bytes.Contains(text, []byte(rdf)) {
		return RDFXML
	}
	return ""
}

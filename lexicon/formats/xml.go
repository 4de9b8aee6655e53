package formats

import (
	"bufio"
	"encoding/xml"
	"io"
	"regexp"
	"strings"

	"karvan/internal/fault"
)

const xmlSpace = "http://www.w3.org/XML/1998/namespace"

// Bounds on the entities that a document may declare: abbreviations of addresses,
// which hold no others, so that they cannot multiply.
const (
	maxEntities = 100
	maxEntity   = 200 // bytes
)

// entity is a declaration in the DOCTYPE of a document.
var entity = regexp.MustCompile(`<!ENTITY\s+([\w.-]+)\s+(?:"([^"&<%]*)"|'([^'&<%]*)')\s*>`)

// xmlReader reads the tokens of an XML document, each within [MaxLine], and knows
// how deep it stands.
type xmlReader struct {
	format Format
	in     *bufio.Reader
	dec    *xml.Decoder
	left   int // bytes that the token may yet take
	depth  int
}

func newXML(in *bufio.Reader, f Format) *xmlReader {
	x := &xmlReader{format: f, in: in}
	x.dec = xml.NewDecoder(x)
	x.dec.CharsetReader = func(charset string, r io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "utf-16") { // made UTF-8 when it was opened
			return r, nil
		}
		return nil, fault.New(fault.Unsupported, "lexicon.not-utf8")
	}
	return x
}

// ReadByte implements io.ByteReader, for which the decoder does not read ahead.
func (x *xmlReader) ReadByte() (byte, error) {
	if x.left--; x.left < 0 {
		return 0, long(x.line())
	}
	return x.in.ReadByte()
}

// Read implements io.Reader.
func (x *xmlReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := x.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

func (x *xmlReader) line() int {
	line, _ := x.dec.InputPos()
	return line
}

// next gives the next start, end or text; io.EOF at the end of the document. What
// it gives is good until the next call.
func (x *xmlReader) next() (xml.Token, error) {
	for {
		x.left = MaxLine
		t, err := x.dec.Token()
		if err == io.EOF {
			return nil, err
		}
		if err != nil {
			return nil, wrong(x.format, x.line(), err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if x.depth++; x.depth > MaxDepth {
				return nil, deep(x.line())
			}
			return t, nil
		case xml.EndElement:
			x.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			if err := x.declare(t); err != nil {
				return nil, err
			}
		}
	}
}

// declare makes the entities of a DOCTYPE known.
func (x *xmlReader) declare(d xml.Directive) error {
	for _, m := range entity.FindAllSubmatch(d, maxEntities+1) {
		value := string(m[2]) + string(m[3])
		if x.dec.Entity == nil {
			x.dec.Entity = map[string]string{}
		}
		if len(value) > maxEntity || len(x.dec.Entity) >= maxEntities {
			return fault.New(fault.TooLarge, "lexicon.too-many-entities", "line", x.line())
		}
		x.dec.Entity[string(m[1])] = value
	}
	return nil
}

// text gives the text up to the end of the element begun, with that of elements
// within.
func (x *xmlReader) text() (string, error) {
	var b strings.Builder
	for depth := x.depth; ; {
		t, err := x.next()
		if err != nil {
			return "", wrong(x.format, x.line(), unexpected(err))
		}
		switch t := t.(type) {
		case xml.CharData:
			if b.Len()+len(t) > MaxLine {
				return "", long(x.line())
			}
			b.Write(t)
		case xml.EndElement:
			if x.depth < depth {
				return b.String(), nil
			}
		}
	}
}

// address gives what the name of an element or attribute stands for, "" if that
// is too long to matter and would be copied at each use.
func address(n xml.Name) string {
	if len(n.Space)+len(n.Local) > MaxID {
		return ""
	}
	return n.Space + n.Local
}

// attribute gives the value of an attribute in a name space.
func attribute(e xml.StartElement, space, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name && (a.Name.Space == space || space == xmlSpace && a.Name.Space == "xml") {
			return a.Value, true
		}
	}
	return "", false
}

package formats

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"karvan/internal/fault"
)

// jsonLD reads JSON-LD 1.1, as far as publishers of thesauri use it: contexts
// within the document, of the document or of a node, and nodes in or out of a
// graph. Contexts that a property or a type brings along are passed over, and so
// are those at an address.
//
// Nodes are read one by one, so a context has to come before what it explains;
// nodes before it are held back, within a bound.
type jsonLD struct {
	graph *graph
	in    *lineCounter
	dec   *json.Decoder
	line  int // where the object being read began

	context *jsonContext
	held    []heldNode // nodes read before a context came
	holding bool
	size    int // of what is held
}

type heldNode struct {
	line int
	data json.RawMessage
}

func readJSONLD(in *bufio.Reader, g *graph) error {
	j := &jsonLD{graph: g, context: newContext()}
	j.in = &lineCounter{allowance: allowance{r: in, most: MaxObject, key: "lexicon.object-too-large"}, line: 1}
	j.dec = json.NewDecoder(j.in)
	err := j.document()
	if err != nil {
		return wrong(JSONLD, j.at(), unexpected(err))
	}
	return nil
}

// at is the line that the decoder has come to.
func (j *jsonLD) at() int { return j.in.at(j.dec.InputOffset()) }

func (j *jsonLD) token() (json.Token, error) {
	j.in.grant(j.dec.InputOffset())
	return j.dec.Token()
}

// raw gives the next value as it stands.
func (j *jsonLD) raw() (data json.RawMessage, err error) {
	j.in.grant(j.dec.InputOffset())
	j.line = j.at()
	err = j.dec.Decode(&data)
	if err == nil && len(data) > MaxObject {
		err = fault.New(fault.TooLarge, j.in.key, "max", MaxObject)
	}
	return data, err
}

func (j *jsonLD) document() error {
	t, err := j.token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('['):
		err = j.nodes()
	case t == json.Delim('{'):
		err = j.object()
	default:
		return errSyntax
	}
	if err != nil {
		return err
	}
	if _, err := j.token(); err != io.EOF { // nothing may follow
		if err == nil {
			err = errSyntax
		}
		return err
	}
	return nil
}

// object reads the outermost object: a context, a graph, or a node by itself.
func (j *jsonLD) object() error {
	own, size := map[string]json.RawMessage{}, 0
	first := j.at()
	j.holding = true
	for j.dec.More() {
		t, err := j.token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		switch {
		case name == "@context":
			err = j.readContext()
		case j.context.keyword(name) == "@graph":
			err = j.list()
		default:
			if own[name], err = j.raw(); err == nil {
				if size += len(name) + len(own[name]); size > MaxObject {
					err = fault.New(fault.TooLarge, "lexicon.object-too-large", "max", MaxObject)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if _, err := j.token(); err != nil {
		return err
	}
	if err := j.release(); err != nil {
		return err
	}
	data, err := json.Marshal(own)
	if err != nil {
		return err
	}
	return j.node(first, data)
}

func (j *jsonLD) readContext() error {
	data, err := j.raw()
	if err != nil {
		return err
	}
	if !j.holding {
		return fault.New(fault.Unsupported, "lexicon.late-context", "line", j.line)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if j.context, err = j.context.with(v, j.graph.sink, j.line); err != nil {
		return err
	}
	return j.release()
}

// list reads a graph: a list of nodes, or one.
func (j *jsonLD) list() error {
	t, err := j.token()
	switch {
	case err != nil:
		return err
	case t == json.Delim('['):
		return j.nodes()
	case t != json.Delim('{'):
		return errSyntax
	}
	line, one := j.at(), map[string]json.RawMessage{}
	size := 0
	for j.dec.More() {
		t, err := j.token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if one[name], err = j.raw(); err != nil {
			return err
		}
		if size += len(name) + len(one[name]); size > MaxObject {
			return fault.New(fault.TooLarge, "lexicon.object-too-large", "max", MaxObject)
		}
	}
	if _, err := j.token(); err != nil {
		return err
	}
	data, err := json.Marshal(one)
	if err != nil {
		return err
	}
	return j.take(line, data)
}

// nodes reads nodes up to the end of a list.
func (j *jsonLD) nodes() error {
	for j.dec.More() {
		data, err := j.raw()
		if err != nil {
			return err
		}
		if err := j.take(j.line, data); err != nil {
			return err
		}
	}
	_, err := j.token()
	return err
}

// take reads a node, or holds it back until there is a context.
func (j *jsonLD) take(line int, data json.RawMessage) error {
	if !j.holding || j.context.given {
		return j.node(line, data)
	}
	j.held = append(j.held, heldNode{line, data})
	if j.size += len(data) + 64; j.size > j.graph.sink.bounds.late {
		err := j.release()
		j.holding = false // from here on a context would come too late
		return err
	}
	return nil
}

// release reads the nodes that were held back.
func (j *jsonLD) release() error {
	held := j.held
	j.held, j.size = nil, 0
	for _, h := range held {
		if err := j.node(h.line, h.data); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonLD) node(line int, data json.RawMessage) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	n := nodeReader{graph: j.graph, line: line}
	_, err := n.value(v, j.context, definition{}, 0)
	return err
}

// lineCounter is an allowance that knows on which line a byte stands that the
// decoder has not yet passed.
type lineCounter struct {
	allowance
	line   int     // of the byte last asked for
	ends   []int64 // of lines that were read
	passed int     // how many of them come before that byte
}

// Read implements io.Reader.
func (l *lineCounter) Read(p []byte) (int, error) {
	from := l.read
	n, err := l.allowance.Read(p)
	for i := 0; i < n; {
		at := bytes.IndexByte(p[i:n], '\n')
		if at < 0 {
			break
		}
		i += at + 1
		l.ends = append(l.ends, from+int64(i))
	}
	return n, err
}

// at gives the line of a byte; it may not go back.
func (l *lineCounter) at(offset int64) int {
	for l.passed < len(l.ends) && l.ends[l.passed] <= offset {
		l.passed++
		l.line++
	}
	if l.passed > len(l.ends)/2 {
		l.ends = l.ends[:copy(l.ends, l.ends[l.passed:])]
		l.passed = 0
	}
	return l.line
}

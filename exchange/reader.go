package exchange

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/record"
)

// item is a row as it was read, not yet understood.
type item struct {
	row   int64    // as a person counts: a line of JSON Lines, a row of a table
	data  []byte   // JSON, in formats of JSON
	cells []string // in tables
	bad   *fault.Fault
	bytes int64 // how far into the file
}

// rows reads the rows of a file one after another. It ends with io.EOF; any other
// error means that the rest of the file cannot be read.
type rows interface {
	next() (item, error)
	close() error
}

// openRows begins to read a file. The header of a table is read at once.
func openRows(s *source, format Format) (rows, *columns, error) {
	if format == XLSX {
		return openSheet(s)
	}
	in, err := s.plain()
	if err != nil {
		return nil, nil, err
	}
	switch format {
	case JSONLines:
		return &lines{s: s, in: in}, nil, nil
	case CSV:
		return openTable(s, in)
	case ROR:
		return openRegister(s, in)
	}
	return nil, nil, fault.New(fault.Unsupported, "exchange.unknown-format")
}

// lines reads JSON Lines.
type lines struct {
	s   *source
	in  *bufio.Reader
	row int64
}

func (l *lines) close() error { return nil }

func (l *lines) next() (item, error) {
	for {
		line, long, err := l.line()
		if err != nil {
			return item{}, broken(err)
		}
		l.row++
		it := item{row: l.row, data: line, bytes: l.s.read}
		switch {
		case long:
			it.data, it.bad = nil, fault.New(fault.TooLarge, "exchange.row-too-long", "max", record.MaxSize)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		case !utf8.Valid(line):
			it.bad = fault.New(fault.Invalid, "exchange.not-utf8")
		}
		return it, nil
	}
}

// line reads a line without its end. Of one that is too long the rest is read
// and forgotten.
func (l *lines) line() (line []byte, long bool, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if long = long || len(line)+len(part) > record.MaxSize+2; !long {
			line = append(line, part...)
		} else {
			line = line[:0:0]
		}
		switch {
		case err == nil, err == io.EOF && (len(part) > 0 || len(line) > 0 || long):
			return bytes.TrimRight(line, "\r\n"), long, nil
		case err != bufio.ErrBufferFull:
			return nil, false, err
		}
	}
}

// table reads CSV.
type table struct {
	s   *source
	a   *allowance
	csv *csv.Reader
	row int64
}

func openTable(s *source, in *bufio.Reader) (rows, *columns, error) {
	head, err := in.Peek(1 << 12)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, nil, broken(err)
	}
	t := &table{s: s, a: &allowance{r: in}}
	t.csv = csv.NewReader(t.a)
	t.csv.Comma = separator(string(head))
	t.csv.FieldsPerRecord = -1
	it, err := t.next()
	if err == io.EOF {
		return nil, nil, fault.New(fault.Invalid, "exchange.no-kind-column").At("kind")
	}
	if err == nil && it.bad != nil {
		err = it.bad
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := readHeader(it.cells)
	return t, c, err
}

// separator guesses what separates the cells: spreadsheets write a semicolon in
// countries where the comma marks decimals.
func separator(head string) rune {
	line, _, _ := strings.Cut(head, "\n")
	best, most := ',', strings.Count(line, ",")
	for _, r := range ";\t" {
		if n := strings.Count(line, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

func (t *table) close() error { return nil }

func (t *table) next() (item, error) {
	for {
		t.a.grant(t.csv.InputOffset())
		cells, err := t.csv.Read()
		if err == io.EOF {
			return item{}, err
		}
		t.row++
		it := item{row: t.row, cells: cells, bytes: t.s.read}
		var p *csv.ParseError
		switch {
		case errors.As(err, &p):
			it.cells, it.bad = nil, fault.New(fault.Invalid, "exchange.bad-quotes", "line", p.Line)
			return it, nil
		case err != nil:
			return item{}, broken(err)
		case len(cells) > MaxColumns:
			it.cells, it.bad = nil, fault.New(fault.TooLarge, "exchange.too-many-columns", "max", MaxColumns)
			return it, nil
		case blank(cells):
			continue
		}
		for _, cell := range cells {
			if !utf8.ValidString(cell) {
				it.bad = fault.New(fault.Invalid, "exchange.not-utf8")
				break
			}
		}
		return it, nil
	}
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// register reads a ROR dump: an object a line, or one list of objects.
type register struct {
	lines *lines
	dec   *json.Decoder
	a     *allowance
	s     *source
	row   int64
}

func openRegister(s *source, in *bufio.Reader) (rows, *columns, error) {
	for skipped := 0; ; skipped++ {
		b, err := in.Peek(1)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, broken(err)
		}
		if b[0] == '[' {
			r := &register{s: s, a: &allowance{r: in}}
			r.dec = json.NewDecoder(r.a)
			r.a.grant(0)
			if _, err := r.dec.Token(); err != nil {
				return nil, nil, broken(err)
			}
			return r, nil, nil
		}
		if skipped > 1000 || !bytes.ContainsAny(b, " \t\r\n") {
			break
		}
		if _, err := in.Discard(1); err != nil {
			return nil, nil, broken(err)
		}
	}
	return &register{s: s, lines: &lines{s: s, in: in}}, nil, nil
}

func (r *register) close() error { return nil }

func (r *register) next() (item, error) {
	if r.lines != nil {
		return r.lines.next()
	}
	r.a.grant(r.dec.InputOffset())
	if !r.dec.More() {
		if _, err := r.dec.Token(); err != nil { // not the list's end, but what broke it
			return item{}, broken(unexpected(err))
		}
		return item{}, io.EOF
	}
	var data json.RawMessage
	if err := r.dec.Decode(&data); err != nil {
		return item{}, broken(unexpected(err))
	}
	r.row++
	it := item{row: r.row, data: data, bytes: r.s.read}
	switch {
	case len(data) > record.MaxSize:
		it.data, it.bad = nil, fault.New(fault.TooLarge, "exchange.row-too-long", "max", record.MaxSize)
	case !utf8.Valid(data):
		it.bad = fault.New(fault.Invalid, "exchange.not-utf8")
	}
	return it, nil
}

// unexpected tells an end in the middle from the end.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
